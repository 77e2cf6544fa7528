"""The modules that mutation testing knows, and their tests."""

from __future__ import annotations

import pytest

from benchmarks.mutants import MODULES, Module
from training.paths import ROOT


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_module_and_its_tests_exist(module: Module) -> None:
    files = [f"boilerplate/{module.path}.py", *(t for t in module.tests if t.startswith("tests/"))]
    assert [file for file in files if not (ROOT / file).exists()] == []
