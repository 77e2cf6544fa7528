"""The calls in docs/coming-from.md run: ours always, theirs where the tool is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import boilerplate
from docs import try_tutorials

ROOT = Path(__file__).parent.parent
NEWS = ROOT / "examples" / "news.html"
URL = "https://courier.example/town/tool-library"
CODE = re.compile(r"`([^`]+)`")
PACKAGES = {
    "trafilatura": "trafilatura",
    "readability-lxml": "readability",
    "jusText": "justext",
    "newspaper4k": "newspaper",
}


class Row(NamedTuple):
    """A row of a table: the tool, its calls, and ours."""

    tool: str
    theirs: list[str]
    ours: list[str]

    @property
    def is_command(self) -> bool:
        return self.ours[0].startswith("boilerplate ")


def rows() -> Iterator[Row]:
    tool = ""
    for line in (ROOT / "docs" / "coming-from.md").read_text("utf-8").splitlines():
        if line.startswith("| ") and "---" not in line:
            first, second = line.split(" | ")[:2]
            if second == "boilerplate":
                tool = first.removeprefix("| ")
            else:
                yield Row(tool, CODE.findall(first), CODE.findall(second))


ROWS = list(rows())


def known() -> dict[str, Any]:
    """What the calls speak of."""
    html = NEWS.read_text("utf-8")
    return {"html": html, "url": URL, "pages": [html, html], "json": json, "datetime": datetime}


def run_all(calls: list[str], names: dict[str, Any]) -> None:
    for call in calls:
        exec(call, names)  # noqa: S102 - it is ours


def test_every_row_has_calls_of_a_tool_and_ours() -> None:
    assert {row.tool for row in ROWS} == set(PACKAGES)
    assert all(row.theirs and row.ours for row in ROWS)
    assert sum(row.is_command for row in ROWS) > 10


@pytest.mark.parametrize("tool", PACKAGES)
def test_our_calls_run(tool: str) -> None:
    names = {**known(), "boilerplate": boilerplate}
    for row in ROWS:
        if row.tool == tool and not row.is_command:
            run_all(row.ours, names)
    assert names["page"].headline == "Library of lent tools opens its thousandth drawer"


@pytest.mark.parametrize("tool", PACKAGES)
def test_calls_of_the_other_tool_run(tool: str) -> None:
    pytest.importorskip(PACKAGES[tool], reason="of the extra `benchmark`")
    names = known()
    exec(f"import {PACKAGES[tool]}", names)  # noqa: S102 - it is ours
    if tool == "readability-lxml":
        names["Document"] = names["readability"].Document
    for row in ROWS:
        if row.tool == tool and not row.is_command:
            run_all(row.theirs, names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with page.html, and the same in the folder pages."""
    (tmp_path / "pages").mkdir()
    for name in ("page.html", "pages/a.html"):
        shutil.copy(NEWS, tmp_path / name)
    return tmp_path


def run_commands(commands: list[str], folder: Path, programs: Path) -> None:
    path = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path},
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        written = [*folder.glob("out/*"), *folder.glob("cleaned/*")]
        assert "thousandth drawer" in done.stdout or written, command


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are for a shell")
@pytest.mark.parametrize("tool", PACKAGES)
def test_our_commands_run(tool: str, folder: Path, tmp_path: Path) -> None:
    programs = try_tutorials.current_programs(tmp_path / "programs")
    commands = [each for row in ROWS if row.tool == tool and row.is_command for each in row.ours]
    run_commands(commands, folder, programs)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are for a shell")
@pytest.mark.parametrize("tool", PACKAGES)
def test_commands_of_the_other_tool_run(tool: str, folder: Path) -> None:
    pytest.importorskip(PACKAGES[tool], reason="of the extra `benchmark`")
    commands = [each for row in ROWS if row.tool == tool and row.is_command for each in row.theirs]
    run_commands(commands, folder, folder)
