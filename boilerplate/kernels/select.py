"""Picks, once, between the compiled kernels and their twins in Python.

Installing builds the compiled part where there is a C compiler, and goes on without where there
is none. ``BOILERPLATE_PURE=1`` in the environment leaves it unused.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from boilerplate.kernels import _native

VERSION: Final = 6  # of the compiled part's functions; one that was built for another is not used


def _load() -> _native | None:  # type: ignore[valid-type]
    if os.environ.get("BOILERPLATE_PURE", "0") not in ("", "0"):
        return None
    try:
        from boilerplate.kernels import _native
    except ImportError:
        return None
    return _native if _native.VERSION == VERSION else None


native = _load()
accelerated = native is not None


def twin() -> ModuleType:
    """The module that holds the kernels: the compiled ones, or those in Python."""
    return import_module(f"boilerplate.kernels.{'compiled' if accelerated else 'plain'}")
