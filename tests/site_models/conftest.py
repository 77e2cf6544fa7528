"""The fixture that runs a test with the compiled kernels and with the plain ones."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

import boilerplate
from boilerplate import kernels


@pytest.fixture(scope="module", params=["compiled", "plain"])
def twin(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The module of one twin's kernels; site models use its kernels during the test."""
    if request.param == "compiled" and not boilerplate.accelerated:
        pytest.skip("the compiled part is not there")
    module = import_module(f"boilerplate.kernels.{request.param}")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("line_fingerprints", "site_features"):
            patch.setattr(kernels, name, getattr(module, name))
        yield module


@pytest.fixture(scope="module")
def compiled() -> ModuleType:
    """The module of the compiled kernels."""
    if not boilerplate.accelerated:
        pytest.skip("the compiled part is not there")
    return import_module("boilerplate.kernels.compiled")
