"""The two twins of the kernels, for tests that run on both or compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeVar

import numpy as np
import pytest

import boilerplate
from boilerplate import kernels

T = TypeVar("T")
TWINS: Final = ("compiled", "plain")
NOT_COMPILED: Final = "the compiled kernels were not built, or are not to be used"
needs_compiled = pytest.mark.skipif(not boilerplate.accelerated, reason=NOT_COMPILED)


def twin_of(name: str) -> ModuleType:
    """The module with the kernels of one twin, "compiled" or "plain".

    Skips the test where it is not there.
    """
    if name == "compiled" and not boilerplate.accelerated:
        pytest.skip(NOT_COMPILED)
    return import_module(f"boilerplate.kernels.{name}")


@contextmanager
def using(name: str) -> Iterator[None]:
    """All of the package calls the kernels of this twin."""
    twin = twin_of(name)
    with pytest.MonkeyPatch.context() as patch:
        for kernel in kernels.KERNELS:
            patch.setattr(kernels, kernel, getattr(twin, kernel))
        yield


def same_on_both(call: Callable[[], T]) -> T:
    """What a call gives on the compiled twin, after checking that it gives the same on the other.

    Arrays are the same if their bytes are.
    """
    with using("compiled"):
        found = call()
    with using("plain"):
        assert bits(call()) == bits(found)
    return found


def assert_same_bits(call: Callable[[ModuleType], object]) -> None:
    """A call gives the same on both twins, which it gets one after the other."""
    compiled, plain = (bits(call(twin_of(name))) for name in TWINS)
    assert compiled == plain


def bits(value: Any) -> Any:
    """A value with its arrays as their types, shapes and bytes, to be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.shape, np.ascontiguousarray(value).tobytes()
    if type(value) in (tuple, list):
        return [bits(each) for each in value]
    return value
