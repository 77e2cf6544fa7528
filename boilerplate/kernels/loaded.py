"""The compiled functions, for the wrappers that call them; ImportError where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boilerplate.kernels import select

if TYPE_CHECKING:
    from boilerplate.kernels import _native as native
else:
    native = select.native
    if native is None:
        raise ImportError("the compiled kernels are not there")

__all__ = ["native"]
