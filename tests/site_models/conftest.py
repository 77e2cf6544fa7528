"""Site models with the kernels of each twin."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.twins import TWINS, twin_of, using


@pytest.fixture(scope="module", params=TWINS)
def twin(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The module with the kernels of one twin, which the package calls during the test."""
    with using(request.param):
        yield twin_of(request.param)


@pytest.fixture(scope="module")
def compiled() -> ModuleType:
    """The module with the compiled kernels."""
    return twin_of("compiled")
