"""Access to the modules of the package that measurements and fuzzing must change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from boilerplate import kernels
from boilerplate.kernels import plain, select


def module_of(definition: Any) -> ModuleType:
    """The module in which a function or class is defined."""
    return sys.modules[definition.__module__]


def native_module() -> Any:
    """The module of the compiled functions; None if their Python versions are used."""
    return select.native


@contextmanager
def plain_functions() -> Iterator[None]:
    """Use the Python versions of the compiled functions while the block runs."""
    chosen = {name: getattr(kernels, name) for name in kernels.KERNELS}
    try:
        for name in chosen:
            setattr(kernels, name, getattr(plain, name))
        yield
    finally:
        for name, kernel in chosen.items():
            setattr(kernels, name, kernel)
