"""The kernels of each twin, one after the other."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.twins import TWINS, twin_of


@pytest.fixture(scope="session", params=TWINS)
def twin(request: pytest.FixtureRequest) -> ModuleType:
    """The module with the kernels of one twin; tests that ask for it run once on each."""
    return twin_of(request.param)
