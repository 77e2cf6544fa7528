"""What plugin authors import, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import boilerplate
from boilerplate import plugins

OF_0_1 = ("Plugins", "Verdict", "Vote", "load_plugins", "read_rules")


@pytest.mark.parametrize("name", plugins.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(plugins, name)
    assert name in dir(plugins)


@pytest.mark.parametrize("name", ["SiteRules", "hookimpl", *OF_0_1])
def test_a_name_is_the_same_object_in_the_package_itself(name: str) -> None:
    assert getattr(boilerplate, name) is getattr(plugins, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"boilerplate\.plugins.*'Vot'"):
        _ = plugins.Vot  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("statement", "not_loaded"),
    [
        ("import boilerplate.plugins.paths", "pluggy numpy turbohtml boilerplate.plugins.manager"),
        ("from boilerplate.plugins import read_rules", "pluggy numpy turbohtml regex"),
        ("from boilerplate.plugins import load_plugins", "numpy turbohtml boilerplate.model.model"),
    ],
)
def test_importing_a_name_loads_only_what_it_needs(statement: str, not_loaded: str) -> None:
    probe = f"import sys\n{statement}\nprint(*({{*{not_loaded.split()}}} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
