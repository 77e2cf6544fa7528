"""Whether the compiled hot paths are there; each has a twin in Python that gives the same bits.

Installing builds them where there is a C compiler, and goes on without where there is none.
``BOILERPLATE_PURE=1`` in the environment leaves them unused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from boilerplate import _native

VERSION: Final = 7  # of what is asked of the compiled part; one built for another is left alone


def _load() -> _native | None:  # type: ignore[valid-type]
    if os.environ.get("BOILERPLATE_PURE", "0") not in ("", "0"):
        return None
    try:
        from boilerplate import _native
    except ImportError:
        return None
    return _native if _native.VERSION == VERSION else None


native = _load()
accelerated = native is not None
