"""What the tests of site models share."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.twins import twin_of


@pytest.fixture(scope="module")
def compiled() -> ModuleType:
    """The module with the compiled kernels."""
    return twin_of("compiled")
