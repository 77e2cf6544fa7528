"""``boilerplate label``: what it says before it serves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.cli.main import cli
from docs.browser import labelling_server

pytest.importorskip("uvicorn", reason="boilerplate-lines[label] is not installed")


def label(*arguments: str | Path) -> Result:
    options = ["--site", "haber.example", "--no-browser"]
    return CliRunner().invoke(cli, ["label", *map(str, arguments), *options])


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.txt").write_text("Ana sayfa\nVapur bugün yine sefere çıktı.\n", "utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be interrupted there")
def test_second_server_on_a_folder_is_refused_and_a_dead_one_is_not_in_the_way(
    pages: Path, tmp_path: Path
) -> None:
    (tmp_path / "labels").mkdir()
    with labelling_server(pages, "haber.example") as (_, server):
        second = label(pages)
        assert second.exit_code == 1
        another = f"{pages}: another 'boilerplate label' (process {server.pid}) writes labels there"
        assert another in second.output
        assert "open  http" not in second.output
        out = subprocess.Popen(
            [sys.executable, "-m", "boilerplate", "label", str(pages), "--site", "haber.example",
             "--no-browser", "--out", str(tmp_path / "labels")],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert out.stdout
        assert "labels go to" in out.stdout.readline(), "other labels are another matter"
        out.terminate()
        out.wait(30)
        server.kill()
        server.wait(30)
    with labelling_server(pages, "haber.example") as (address, server):
        assert address
        server.kill()  # it may not have begun to wait for signals yet


def test_folder_that_does_not_take_files_is_named(pages: Path, tmp_path: Path) -> None:
    taken = tmp_path / "labels"
    taken.write_text("no folder")
    result = label(pages, "--out", taken)
    assert result.exit_code == 2
    assert "labels" in result.output


def test_labels_of_another_page_are_named_and_there_is_nothing_to_label(pages: Path) -> None:
    (pages / "a.txt.labels").write_text("+heading Ana sayfa\n", "utf-8")
    result = label(pages)
    assert result.exit_code == 1
    assert "a.txt.labels: line 1 begins with '+heading'" in result.output
    assert "there is no page to label" in result.output
