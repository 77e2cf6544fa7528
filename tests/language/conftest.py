"""The two twins of the language kernels."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pytest

import boilerplate
from boilerplate.language import lines


@pytest.fixture(params=["compiled", "plain"])
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The kernels in C, then those in Python; the language of lines is found with them."""
    if request.param == "compiled" and not boilerplate.accelerated:
        pytest.skip("the compiled part was not built, or is not to be used")
    module = import_module(f"boilerplate.kernels.{request.param}")
    monkeypatch.setattr(lines, "kernels", module)
    return module
