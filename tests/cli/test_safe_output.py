"""Nothing is written over an input or outside of the output folder, and output is never input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.kills import contents
from boilerplate.batch.manifest import MANIFEST
from boilerplate.cli.main import cli
from tests.made_up import SENTENCES

pytestmark = pytest.mark.slow
LINKS = pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["clean", *map(str, arguments), "--jobs", "1"])


def write_lines(path: Path, *languages: str) -> bytes:
    path.parent.mkdir(exist_ok=True)
    rows = [json.dumps({"text": SENTENCES[language]}) + "\n" for language in languages]
    path.write_text("".join(rows))
    return path.read_bytes()


def test_shard_is_not_written_over_another_input_and_the_rest_is_cleaned(tmp_path: Path):
    one, two = tmp_path / "in" / "a.jsonl", tmp_path / "in" / "a.jsonl.jsonl"
    write_lines(one, "th")
    before = write_lines(two, "ar", "tr")
    result = run(one, two, "--output", tmp_path / "in")
    assert result.exit_code == 1
    assert "a.jsonl.jsonl is an input and is not overwritten" in result.stderr
    assert two.read_bytes() == before
    cleaned = (tmp_path / "in" / "a.jsonl.jsonl.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["text"] for row in cleaned] == [SENTENCES["ar"], SENTENCES["tr"]]
    assert json.loads((tmp_path / "in" / MANIFEST).read_text())["complete"] is False


@LINKS
def test_input_that_is_reached_through_a_link_is_not_overwritten(tmp_path: Path):
    real, linked = tmp_path / "real", tmp_path / "linked"
    write_lines(real / "a.jsonl", "th")
    before = write_lines(real / "a.jsonl.jsonl", "ar")
    linked.symlink_to(real)
    names = [linked / "a.jsonl", linked / "a.jsonl.jsonl"]
    assert "is an input" in run(*names, "--output", real).stderr
    assert (real / "a.jsonl.jsonl").read_bytes() == before
    page = real / "b.html"
    page.write_text("<p>words")
    (real / "b.html.txt").write_text("mine")
    result = run(linked / "b.html", linked / "b.html.txt", "--output", real)
    assert "is an input" in result.stderr
    assert (real / "b.html.txt").read_text() == "mine"


@LINKS
@pytest.mark.parametrize("what", ["folder", "shard", "reports", "manifest"])
def test_nothing_is_written_through_links_that_lead_outside(tmp_path: Path, what: str):
    source, out, outside = tmp_path / "in", tmp_path / "out", tmp_path / "outside"
    for folder in (out, outside):
        folder.mkdir()
    write_lines(source / "one.jsonl", "th")
    (source / "sub").mkdir()
    write_lines(source / "sub" / "two.jsonl", "ar")
    mine = outside / "mine"
    mine.write_text("mine")
    name = {
        "folder": "sub", "shard": "one.jsonl.jsonl", "reports": ".reports", "manifest": MANIFEST,
    }[what]  # fmt: skip
    (out / name).symlink_to(outside if what in ("folder", "reports") else mine)
    result = run(source, "--output", out)
    assert result.exit_code == 1
    assert f"leads outside {out}" in result.stderr
    assert contents(outside) == {"mine": b"mine"}


def test_pattern_that_matches_the_output_of_the_last_run_does_not_clean_it(tmp_path: Path):
    folder = tmp_path / "in"
    write_lines(folder / "a.json", "th")
    write_lines(folder / "b.jsonl", "ar")
    first = run(folder / "*.json*", "--output", folder)
    assert "2 of 2 shards" in first.stderr
    before = contents(folder)
    again = run(folder / "*.json*", "--output", folder)
    assert again.exit_code == 0
    assert "left out 3 files that an earlier run wrote" in again.stderr
    assert "2 of 2 shards" in again.stderr
    assert contents(folder) == before


def test_pattern_that_matches_the_output_folder_keeps_the_names_of_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "in" / "b.jsonl", "ar")
    assert run("**/*.jsonl", "--output", "out").exit_code == 0
    before = contents(tmp_path / "out")
    assert "finished before: 1 shards" in run("**/*.jsonl", "--output", "out").stderr
    assert contents(tmp_path / "out") == before


def test_input_that_is_called_as_the_manifest_is_kept(tmp_path: Path):
    mine = tmp_path / MANIFEST
    before = write_lines(mine, "ja")
    result = run(mine, "--output", tmp_path)
    assert result.exit_code == 1
    assert "is an input and is not overwritten" in result.stderr
    assert mine.read_bytes() == before


FULL = """
import resource, sys
from boilerplate.cli.main import cli
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
cli(sys.argv[1:])
"""


@LINKS
@pytest.mark.parametrize("shards", [False, True])
def test_full_disk_leaves_the_good_files_of_the_last_run_and_says_so(tmp_path: Path, shards: bool):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    page = source / ("a.jsonl" if shards else "a.html")
    short = f"<p>{SENTENCES['ar']}</p>"
    page.write_text(json.dumps({"html": short}) if shards else short)
    command = ["clean", str(source), "--output", str(out), "--format", "jsonl"]
    assert CliRunner().invoke(cli, command).exit_code == 0
    before = contents(out)
    long = short * 500
    page.write_text(json.dumps({"html": long}) if shards else long)
    full = subprocess.run(
        [sys.executable, "-c", FULL, *command], capture_output=True, text=True, check=False
    )
    assert full.returncode == 1
    assert "File too large" in full.stderr
    after = contents(out)
    assert {name: data for name, data in after.items() if name != MANIFEST} == {
        name: data for name, data in before.items() if name != MANIFEST
    }
    assert CliRunner().invoke(cli, command).exit_code == 0
    assert contents(out) != before
