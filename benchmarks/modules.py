"""Access to the modules of the package that measurements and fuzzing must change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from boilerplate.kernels import select as acceleration


def module_of(definition: Any) -> ModuleType:
    """The module in which a function or class is defined."""
    return sys.modules[definition.__module__]


def native_module() -> Any:
    """The module of the compiled functions; None if their Python versions are used."""
    return acceleration.native


@contextmanager
def plain_functions() -> Iterator[None]:
    """Use the Python versions of the compiled functions while the block runs."""
    native, acceleration.native = acceleration.native, None
    try:
        yield
    finally:
        acceleration.native = native
