"""A shard is finished only as long as its input and output are, by name and checksum, the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.kills import contents
from boilerplate.batch import shard as shard_module
from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.pool import RunError
from boilerplate.batch.record import Record
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, Shard, shards_of
from boilerplate.cleaner import Cleaner
from boilerplate.plugins.manager import no_plugins
from tests.made_up import SENTENCES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config(model_file: Path) -> CleanerConfig:
    return CleanerConfig.of(Cleaner(model_file, plugins=no_plugins()))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, language in (("a", "th"), ("b", "ar"), ("c", "ja")):
        (folder / f"{name}.html").write_text(f"<p>{SENTENCES[language]}</p>")
    (folder / "d.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    return folder


def shards_in(folder: Path) -> list[Shard]:
    return shards_of([(path, path.relative_to(folder)) for path in sorted(folder.glob("*.*"))])


def cleaned_again(source: Path, job: Job) -> list[str]:
    return [report.shard for report in run(shards_in(source), job, 1) if not report.skipped]


def sources(job: Job, name: str) -> list[str]:
    lines = Path(job.folder, f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["source"] for line in lines]


def test_page_of_the_same_size_and_an_older_time_is_cleaned_again(
    source: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    page = source / "d.jsonl"
    page.write_bytes(page.read_bytes().replace(b"two", b"six"))
    os.utime(page, (1, 1))
    assert cleaned_again(source, job) == ["d.jsonl"]
    assert '"text": "six"' in Path(job.folder, "d.jsonl.jsonl").read_text()


def test_renamed_input_is_cleaned_again_so_that_no_id_is_stale(
    source: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    assert sources(job, "pages-00000") == ["a.html", "b.html", "c.html"]
    (source / "b.html").rename(source / "bb.html")
    assert cleaned_again(source, job) == ["pages-00000"]
    assert sources(job, "pages-00000") == ["a.html", "bb.html", "c.html"]


def test_output_with_a_flipped_bit_is_made_again(
    source: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    before = contents(tmp_path / "out")
    output = tmp_path / "out" / "d.jsonl.jsonl"
    output.write_bytes(output.read_bytes().replace(b"one", b"onE"))
    assert cleaned_again(source, job) == ["d.jsonl"]
    assert contents(tmp_path / "out") == before


def test_file_that_is_rewritten_while_it_is_read_is_a_problem_and_cleaned_by_the_next_run(
    source: Path, tmp_path: Path, config: CleanerConfig, monkeypatch: pytest.MonkeyPatch
):
    page = source / "d.jsonl"
    read: Callable[..., Iterator[Record]] = shard_module.read_archive

    def rewritten(*given: object) -> Iterator[Record]:
        records = read(*given)
        yield next(records)
        page.write_bytes(page.read_bytes().replace(b"two", b"six"))
        yield from records

    job = Job(config, str(tmp_path / "out"))
    monkeypatch.setattr(shard_module, "read_archive", rewritten)
    [problem] = [report for report in run(shards_in(source), job, 1) if report.problem]
    assert (problem.shard, "has changed while it was read" in problem.problem) == ("d.jsonl", True)
    assert not job.output(shards_in(source)[0]).exists()
    assert json.loads(Path(job.folder, MANIFEST).read_text())["complete"] is False
    monkeypatch.undo()
    assert cleaned_again(source, job) == ["d.jsonl"]
    assert json.loads(Path(job.folder, MANIFEST).read_text())["complete"] is True


# What a damaged folder still tells


HARM = [b"", b"{", b"[]", b"{}", b'{"run": 3}', b"\xff\xfe"]


@pytest.mark.parametrize("harm", HARM)
def test_damaged_report_of_a_shard_costs_no_other_shard(
    source: Path, tmp_path: Path, config: CleanerConfig, harm: bytes
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    whole = contents(tmp_path / "out")
    report = tmp_path / "out" / ".reports" / "d.jsonl.json"
    report.write_bytes(harm)
    others = [shard for shard in shards_in(source) if shard.name != "d.jsonl"]
    run(others, job, 1)
    manifest = json.loads(Path(job.folder, MANIFEST).read_text())
    assert [each["shard"] for each in manifest["shards"]] == ["pages-00000"]
    assert cleaned_again(source, job) == ["d.jsonl"]
    assert contents(tmp_path / "out") == whole


def test_report_with_a_value_of_another_type_is_damaged_too(
    source: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    report = tmp_path / "out" / ".reports" / "d.jsonl.json"
    report.write_bytes(report.read_bytes().replace(b'"records": 2', b'"records": "2"'))
    assert cleaned_again(source, job) == ["d.jsonl"]


@pytest.mark.parametrize("harm", HARM)
def test_damaged_manifest_is_made_again_from_the_reports(
    source: Path, tmp_path: Path, config: CleanerConfig, harm: bytes
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(source), job, 1)
    whole = contents(tmp_path / "out")
    Path(job.folder, MANIFEST).write_bytes(harm)
    assert cleaned_again(source, job) == []
    assert contents(tmp_path / "out") == whole
    Path(job.folder, MANIFEST).write_bytes(harm)
    with pytest.raises(RunError, match=r"begun with other options.*reasons \("):
        run([], replace(job, config=replace(config, reasons=True)), 1)
    assert Path(job.folder, MANIFEST).read_bytes() == harm
