"""What several rooms' tests need."""

from __future__ import annotations

import os

import pytest

# Read when LightGBM is loaded: on a hundred lines its threads only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from boilerplate import Cleaner, Model
from tests.made_up import made_up_model


@pytest.fixture(scope="session")
def model() -> Model:
    """A model that has learned nothing: what the tests claim must hold of any."""
    return made_up_model()


@pytest.fixture(scope="session")
def cleaner(model: Model) -> Cleaner:
    return Cleaner(model)
