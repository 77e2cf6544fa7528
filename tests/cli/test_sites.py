"""``boilerplate sites``: which site models there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate import Label, SiteModel, read
from boilerplate.cli.main import cli
from boilerplate.site_models.folder import SUFFIX
from tests import made_up_site as site


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["sites", *(str(a) for a in arguments)])


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a model of three pages, one of which is labelled."""
    pages = [read(site.html(i)) for i in range(3)]
    labels = [[Label.CONTENT] * len(pages[0].lines), None, None]
    SiteModel("haber.example").fit(pages, labels).save(tmp_path / f"haber.example{SUFFIX}")
    return tmp_path


def test_list_says_what_each_site_learned_from(models: Path) -> None:
    result = run("list", "--site-models", models)
    assert result.exit_code == 0
    assert result.stdout.startswith("haber.example  3 pages, 1 of them labelled")


def test_list_names_a_file_that_is_no_model_and_goes_on(models: Path) -> None:
    (models / f"a.example{SUFFIX}").write_bytes(b"no model")
    result = run("list", "--site-models", models)
    assert result.exit_code == 1
    assert f"a.example{SUFFIX}" in result.stderr
    assert "haber.example  3 pages" in result.stdout


def test_list_of_an_empty_or_missing_folder_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        result = run("list", "--site-models", folder)
        assert result.exit_code == 0
        assert result.stdout == f"no site models in {folder}\n"


def test_list_reads_the_folder_that_cleaning_reads(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(models))
    assert "haber.example" in run("list").stdout


def test_show_has_the_file_its_pages_and_labels(models: Path) -> None:
    shown = run("show", "www.Haber.example", "--site-models", models).stdout
    assert f"file       {models / 'haber.example'}{SUFFIX}" in shown
    assert "pages      3 pages, 1 of them labelled" in shown
    assert " are labelled content, 0 chrome" in shown


def test_remove_takes_the_file_away_and_nothing_else(models: Path) -> None:
    (models / "notes.txt").write_text("x")
    assert run("remove", "haber.example", "--site-models", models).exit_code == 0
    assert [path.name for path in models.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["other.example", "../haber.example", "", "notes.txt"])
@pytest.mark.parametrize("command", ["show", "remove"])
def test_site_without_a_model_is_an_error(models: Path, command: str, name: str) -> None:
    result = run(command, name, "--site-models", models)
    assert result.exit_code == 1
    assert "there is no model of" in result.stderr
    assert (models / f"haber.example{SUFFIX}").exists()
