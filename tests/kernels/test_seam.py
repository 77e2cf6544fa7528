"""Both twins have all kernels, with the same arguments, and the package calls one of them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from types import FunctionType, ModuleType

import pytest

import boilerplate
from boilerplate import kernels
from tests.twins import TWINS, needs_compiled, twin_of, using


def public_functions(module: ModuleType) -> set[str]:
    """The functions that a module offers, its own or those it passes on."""
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and not name.startswith("_")
    }


def test_every_kernel_of_the_plain_twin_is_listed() -> None:
    assert set(kernels.KERNELS) == public_functions(twin_of("plain"))


@pytest.mark.parametrize("name", TWINS)
def test_twin_has_every_kernel(name: str) -> None:
    assert [kernel for kernel in kernels.KERNELS if not hasattr(twin_of(name), kernel)] == []


@needs_compiled
@pytest.mark.parametrize("name", kernels.KERNELS)
def test_twins_take_the_same_arguments(name: str) -> None:
    compiled, plain = (inspect.signature(getattr(twin_of(each), name)) for each in TWINS)
    assert compiled == plain


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_contract_of_a_kernel_is_its_docstring_in_the_plain_twin(name: str) -> None:
    assert inspect.getdoc(getattr(twin_of("plain"), name))


def test_package_calls_the_compiled_kernels_where_they_are_built() -> None:
    used = twin_of("compiled" if boilerplate.accelerated else "plain")
    assert all(getattr(kernels, name) is getattr(used, name) for name in kernels.KERNELS)


def test_using_a_twin_lasts_as_long_as_the_block() -> None:
    before = kernels.split_html
    with using("plain"):
        assert kernels.split_html is twin_of("plain").split_html
    assert kernels.split_html is before


@needs_compiled
@pytest.mark.parametrize(("value", "expected"), [("1", "False"), ("0", "True"), ("", "True")])
def test_environment_variable_chooses_the_plain_twin(value: str, expected: str) -> None:
    command = [sys.executable, "-c", "import boilerplate; print(boilerplate.accelerated)"]
    shown = subprocess.run(
        command,
        env={**os.environ, "BOILERPLATE_PURE": value},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == expected
