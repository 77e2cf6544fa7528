"""What several rooms' tests need."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

# Read when LightGBM is loaded: on a hundred lines its threads only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The plugins and settings of whoever runs the tests are no part of them; a browser writes there.
os.environ["XDG_CONFIG_HOME"] = mkdtemp(prefix="boilerplate-tests-")
os.environ["BOILERPLATE_PLUGINS_DIR"] = ""
os.environ["BOILERPLATE_FTR_SITE_CONFIG"] = ""
os.environ["BOILERPLATE_ADBLOCK_LISTS"] = ""
os.environ.pop("BOILERPLATE_PLUGINS", None)

from boilerplate import Cleaner
from boilerplate.model.model import Model, to_bytes
from docs.browser import open_browser
from tests.made_up import made_up_model
from tests.twins import TWINS, twin_of, using

atexit.register(shutil.rmtree, os.environ["XDG_CONFIG_HOME"], ignore_errors=True)

# How long an example takes is the machine's affair; no test claims anything of it.
settings.register_profile("boilerplate", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("boilerplate")


@pytest.fixture(scope="session")
def model() -> Model:
    """A model that has learned nothing: what the tests claim must hold of any."""
    return made_up_model()


@pytest.fixture(scope="session")
def cleaner(model: Model) -> Cleaner:
    return Cleaner(model)


@pytest.fixture(scope="session")
def model_file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.zip"
    path.write_bytes(to_bytes(model))
    return path


@pytest.fixture(scope="module", params=TWINS)
def twin(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The kernels in C, then those in Python; all of the package calls them during the test."""
    kernels = twin_of(request.param)
    with using(request.param):
        yield kernels


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found
