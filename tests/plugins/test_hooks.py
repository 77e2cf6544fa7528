"""Every hook does what docs/plugins.md says, and has a section there and a test."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from click.testing import CliRunner

import boilerplate
from boilerplate import Cleaner, Label
from boilerplate.cli.main import cli
from boilerplate.plugins import Settings, Vote, hookspecs, load_plugins
from boilerplate.plugins.hookspecs import HOOKS
from boilerplate.plugins.rules import STRING_FIELDS
from tests.made_up import SENTENCES
from tests.plugins.made_up_plugins import (
    MODEL,
    PLAIN,
    TEXT,
    URL,
    FakeSiteModel,
    load,
    plugin,
    rules,
)

DOCS = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
SPECS = {
    name: function
    for name, function in vars(hookspecs).items()
    if hasattr(function, f"{hookspecs.PROJECT}_spec")
}
RULES = """
from boilerplate import Label, SiteRules, Vote, hookimpl

@hookimpl
def site_rules():
    return SiteRules(hosts=["a.example"], drop=["Paylaş"])
"""


def folder_with(tmp_path: Path, code: str) -> str:
    (tmp_path / "mine.py").write_text(code, "utf-8")
    return str(tmp_path)


def run(*arguments: str, folder: str, **environment: str) -> str:
    found = CliRunner().invoke(
        cli, list(arguments), env={"BOILERPLATE_PLUGINS_DIR": folder, **environment}
    )
    assert found.exit_code == 0, found.output
    return found.output


class TestHooks:
    def test_site_rules_apply_to_pages_of_their_sites(self, tmp_path: Path) -> None:
        folder = folder_with(tmp_path, RULES)
        (tmp_path / "page.txt").write_text(TEXT, "utf-8")
        page = str(tmp_path / "page.txt")
        assert "plugin:mine: drop Paylaş" in run("clean", "--explain", "--url", URL, page,
                                                 folder=folder)  # fmt: skip
        assert "plugin:mine" not in run("clean", "--explain", page, folder=folder)

    def test_label_lines_gets_the_page_and_the_scores_of_the_model(self) -> None:
        given = []

        def label_lines(page: boilerplate.Page, scores: list[float]) -> dict[int, Label | Vote]:
            given.append((page, scores))
            return {0: Label.CONTENT, 2: Vote(-9.0, "never")}  # the third non-blank line

        found = Cleaner(MODEL, plugins=load(a=plugin(label_lines=label_lines))).clean(TEXT, URL)
        ((page, scores),) = given
        assert page == PLAIN.page.without_blank_lines
        probabilities = [PLAIN.predictions[i].probability for i in PLAIN.page.nonblank]
        assert [round(s, 4) for s in scores] == probabilities
        assert found.predictions[0].label is Label.CONTENT
        assert found.predictions[3].label is Label.BOILERPLATE

    def test_label_lines_is_called_only_for_sites_of_the_plugin(self) -> None:
        with_rules = rules()
        with_rules.label_lines = boilerplate.hookimpl(lambda page: {0: Label.CONTENT})
        cleaner = Cleaner(MODEL, plugins=load(a=with_rules))
        assert cleaner.clean(TEXT, URL).predictions[0].reason == "plugin:a: label_lines"
        assert cleaner.clean(TEXT, "https://b.example").predictions == PLAIN.predictions

    def test_site_model_corrects_the_scores(self) -> None:
        plugins = load(a=plugin(site_model=lambda page: FakeSiteModel()))
        assert Cleaner(MODEL, plugins=plugins).clean(TEXT, URL).predictions[0].probability == 1.0

    def test_register_commands_adds_commands_and_replaces_none(self, tmp_path: Path) -> None:
        code = """
from boilerplate import hookimpl

@hookimpl
def register_commands(cli):
    @cli.command()
    def fares():
        "Print the fares."
        print("20")

    @cli.command()
    def clean():
        print("never")
"""
        folder = folder_with(tmp_path, code)
        commands = dict(cli.commands)
        try:
            cli.plugins_loaded = False
            assert "Print the fares." in run("--help", folder=folder)
            assert "20" in run("fares", folder=folder)
            page = tmp_path / "page.txt"
            page.write_text(SENTENCES["ko"] * 3, "utf-8")
            assert "never" not in run("clean", str(page), folder=folder)
        finally:
            cli.commands.clear()
            cli.commands.update(commands)
            cli.plugins_loaded = False


class TestEveryHook:
    def test_the_list_of_hooks_is_complete(self) -> None:
        assert tuple(SPECS) == HOOKS

    @pytest.mark.parametrize("name", HOOKS)
    def test_has_a_section_in_the_documentation(self, name: str) -> None:
        arguments = ", ".join(inspect.signature(SPECS[name]).parameters)
        assert f"\n### {name}({arguments})\n" in DOCS

    @pytest.mark.parametrize("name", HOOKS)
    def test_has_a_test(self, name: str) -> None:
        assert any(test.startswith(f"test_{name}_") for test in vars(TestHooks))

    @pytest.mark.parametrize("name", HOOKS)
    def test_has_a_docstring(self, name: str) -> None:
        assert inspect.getdoc(SPECS[name])


def test_every_field_of_the_rules_is_documented() -> None:
    names = (*STRING_FIELDS, "site_model", "vote")
    assert [name for name in names if f"`{name}`" not in DOCS] == []


def test_no_bundled_plugin_adds_commands() -> None:
    # For commands, the command line loads all plugins but the bundled ones.
    bundled = [plugin for plugin in load_plugins(Settings()).found if plugin.origin == "bundled"]
    assert bundled
    assert not [plugin.name for plugin in bundled if "register_commands" in plugin.hooks]
