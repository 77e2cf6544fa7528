"""``boilerplate verify`` finds what is damaged, missing or stale, and says in which shard."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.kills import make_crawl
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.writers import SHARD_FORMATS
from boilerplate.cli.main import cli

pytestmark = pytest.mark.slow
pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["verify", *map(str, arguments)])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl, and the output of a run in each format."""
    folder = tmp_path_factory.mktemp("runs")
    make_crawl(folder / "in", shards=2, pages=3)
    for each in SHARD_FORMATS:
        command = ["clean", str(folder / "in"), "--output", str(folder / each), "--format", each]
        assert CliRunner().invoke(cli, [*command, "--jobs", "1"]).exit_code == 0
    return folder


def copied(runs: Path, folder: Path, shard_format: str) -> Path:
    shutil.copytree(runs / "in", folder / "in")
    return Path(shutil.copytree(runs / shard_format, folder / "out"))


@pytest.fixture
def output(runs: Path, tmp_path: Path) -> Path:
    return copied(runs, tmp_path, "jsonl")


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_untouched_output_of_every_format_is_well(runs: Path, tmp_path: Path, shard_format: str):
    result = verify(copied(runs, tmp_path, shard_format))
    assert result.exit_code == 0
    assert "3 shards" in result.stderr
    assert "9 records: all as the run wrote them" in result.stderr


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_flipped_bit_is_found_in_every_format(runs: Path, tmp_path: Path, shard_format: str):
    output = copied(runs, tmp_path, shard_format)
    shard = output / f"part-001.jsonl.{shard_format}"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    result = verify(output)
    assert result.exit_code == 1
    assert "part-001.jsonl: its output is not what was written" in result.stderr
    assert "something is wrong with 1 files" in result.stderr


def without_line(path: Path, number: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))


def edited(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    values = json.loads(path.read_bytes())
    change(values)
    path.write_text(json.dumps(values))


HARM: list[tuple[Callable[[Path], object], str]] = [
    (lambda out: without_line(out / "part-001.jsonl.jsonl", 1), "record 1 is missing"),
    (lambda out: without_line(out / "part-001.jsonl.jsonl", 2), "it has 2 records; 3 were written"),
    (lambda out: (out / "part-001.jsonl.jsonl").unlink(), "its output is missing"),
    (lambda out: (out / ".reports/part-001.jsonl.json").unlink(), "its report cannot be read"),
    (lambda out: (out / ".reports/part-001.jsonl.json").write_text("{"), "report cannot be read"),
    (lambda out: edited(out / ".reports/part-001.jsonl.json", lambda r: r.update(records=4)),
     "it has 3 records; 4 were written"),
    (lambda out: edited(out / MANIFEST, lambda m: m.update(complete=False)), "is not complete"),
    (lambda out: edited(out / MANIFEST, lambda m: m.update(shards=[])), "the manifest lacks it"),
    (lambda out: (out / MANIFEST).write_text("{"), "manifest.json: cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "why"), HARM)
def test_what_is_missing_or_does_not_agree_is_named(
    output: Path, harm: Callable[[Path], object], why: str
):
    harm(output)
    result = verify(output)
    assert result.exit_code == 1
    assert why in result.stderr


def test_stale_and_missing_input_is_named_and_can_be_left_unread(output: Path):
    source = output.parent / "in"
    page = source / "part-001.jsonl"
    page.write_text(page.read_text().replace("fog", "sun"))
    (source / "page-001.html").unlink()
    result = verify(output)
    assert result.exit_code == 1
    assert "part-001.jsonl: its input part-001.jsonl has changed" in result.stderr
    assert "pages-00000: its input page-001.html is gone" in result.stderr
    assert verify("--no-input", output).exit_code == 0


def test_folder_without_a_run_is_an_error(tmp_path: Path):
    result = verify(tmp_path)
    assert result.exit_code == 1
    assert "manifest.json: cannot be read" in result.stderr


def test_the_command_that_wrote_the_output_mends_it(output: Path):
    without_line(output / "part-001.jsonl.jsonl", 1)
    (output / ".reports" / "pages-00000.json").write_text("{")
    (output / MANIFEST).write_text("{")
    command = ["clean", str(output.parent / "in"), "--output", str(output), "--jobs", "1"]
    assert CliRunner().invoke(cli, command).exit_code == 0
    assert verify(output).exit_code == 0


def test_page_that_is_in_two_shards_because_others_were_removed_is_found(tmp_path: Path):
    """What is left of the last shard, which the run that has fewer pages does not know of."""
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for number in range(3):
        (source / f"{number}.html").write_text(f"<p>page {number}")
    command = ["clean", str(source), "--output", str(output), "--shard-pages", "2", "--jobs", "1"]
    assert CliRunner().invoke(cli, command).exit_code == 0
    (source / "0.html").unlink()
    again = CliRunner().invoke(cli, command)
    assert again.exit_code == 0
    assert f"left over in {output} from input that is gone, or in other shards" in again.stderr
    assert "now: pages-00001. Remove" in again.stderr
    result = verify(output)
    assert result.exit_code == 1
    assert "pages-00001: its input 2.html is in the shard pages-00000 as well" in result.stderr


def test_shard_whose_input_is_gone_is_named_by_the_next_run_and_by_verify(output: Path):
    source = output.parent / "in"
    command = ["clean", str(source), "--output", str(output), "--jobs", "1"]
    assert "left over" not in CliRunner().invoke(cli, command).stderr
    (source / "part-001.jsonl").rename(source / "günlük.jsonl")
    for page in source.glob("page-*.html"):
        page.unlink()
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0
    assert "now: pages-00000, part-001.jsonl. Remove these shards" in result.stderr
    checked = verify(output)
    assert checked.exit_code == 1
    assert "part-001.jsonl: its input part-001.jsonl is gone" in checked.stderr
    assert "pages-00000: it is left over: all of its 3 input files are gone" in checked.stderr
    for name in ("pages-00000", "part-001.jsonl"):
        (output / f"{name}.jsonl").unlink()
        (output / ".reports" / f"{name}.json").unlink()
    assert "left over" not in CliRunner().invoke(cli, command).stderr
    assert verify(output).exit_code == 0
