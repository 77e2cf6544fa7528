"""Picks, once, between the compiled kernels and their twins in Python.

Installing builds the compiled part where there is a C compiler, and goes on without it where there
is none. ``BOILERPLATE_PURE=1`` in the environment leaves it unused.
"""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from boilerplate.kernels import _native

VERSION: Final = 16  # of the compiled functions; a part that was built for another is not used
NAME: Final = "boilerplate.kernels._native"
REMEDY: Final = "run `pip install -e .` there; BOILERPLATE_PURE=1 turns this warning off"


def _load() -> _native | None:  # type: ignore[valid-type]
    if os.environ.get("BOILERPLATE_PURE", "0") not in ("", "0"):
        return None
    found: Any
    try:
        from boilerplate.kernels import _native as found
    except ImportError:
        found = _of_installed_copy()
    if found is not None and found.VERSION == VERSION:
        return found  # type: ignore[no-any-return]
    _warn_in_source_folder("is not built" if found is None else "was built of other sources")
    return None


def _of_installed_copy() -> Any:
    """The compiled part of another copy of the package on ``sys.path``; None where there is none.

    ``pip install .`` builds the compiled part into the installed package alone, while Python that
    is started in a clone imports the package from there.
    """
    package, _, _ = NAME.rpartition(".")
    folders = [os.path.join(entry, *package.split(".")) for entry in sys.path]  # noqa: PTH118
    spec = PathFinder.find_spec(NAME, folders)
    if spec is None or spec.loader is None:
        return None
    try:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:
        return None
    sys.modules[NAME] = module
    return module


def _warn_in_source_folder(reason: str) -> None:
    """Warn, in a clone, that everything will take long; elsewhere there may be no remedy."""
    for folder in Path(__file__).parents:
        if (folder / "native").is_dir() and (folder / "setup.py").is_file():
            warnings.warn(
                f"boilerplate is used from {folder}, where its compiled part {reason}: "
                f"it will take about five times as long ({REMEDY})",
                RuntimeWarning,
                stacklevel=2,
            )
            # Worker processes do the same, and need not warn again.
            os.environ["BOILERPLATE_PURE"] = "1"
            return


native = _load()
accelerated = native is not None


def twin() -> ModuleType:
    """The module that holds the kernels: the compiled ones, or those in Python."""
    return import_module(f"boilerplate.kernels.{'compiled' if accelerated else 'plain'}")
