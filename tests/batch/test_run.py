"""Runs: every record is written once, finished shards are kept, options cannot be mixed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kills import RUN, contents, make_crawl, survive
from boilerplate import Cleaner
from boilerplate.batch import pool
from boilerplate.batch.cleaner_config import Budget, CleanerConfig
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.pool import RunError
from boilerplate.batch.record import Fields
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, Shard, ShardReport, clean_shard, shards_of
from boilerplate.batch.writers import SHARD_FORMATS
from boilerplate.files import remove_leftovers
from boilerplate.model.model import Model, to_bytes
from boilerplate.plugins.manager import load_plugins, no_plugins
from boilerplate.plugins.plugin import Settings
from boilerplate.site_models.site_model import SiteModel
from tests import poison

pytestmark = pytest.mark.slow

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")

PAGES = 6


@pytest.fixture(scope="module")
def config(model_file: Path) -> CleanerConfig:
    return CleanerConfig.of(poison.PoisonCleaner(model_file), budget=Budget(seconds=1, memory=256))


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    make_crawl(tmp_path / "in", shards=4, pages=PAGES)
    return tmp_path / "in"


def shards_in(folder: Path, pages: int = 4) -> list[Shard]:
    return shards_of(
        [(path, path.relative_to(folder)) for path in sorted(folder.rglob("*.*"))], pages
    )


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if not name.startswith(".")}


def rows(job: Job, shard: Shard) -> list[dict[str, Any]]:
    return [json.loads(line) for line in job.output(shard).read_bytes().splitlines()]


def test_every_record_is_written_once_and_in_order(
    crawl: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    shards = shards_in(crawl)
    reports = run(shards, job, 2)
    assert [len(rows(job, shard)) for shard in shards] == [6, 6, 6, 6, 4, 2]
    for shard in shards:
        assert [row["record"] for row in rows(job, shard)] == list(range(len(rows(job, shard))))
    assert sum(report.records for report in reports) == 30
    assert [row["source"] for row in rows(job, shards[-1])] == ["page-004.html", "page-005.html"]


def test_manifest_has_counts_and_checksums(crawl: Path, tmp_path: Path, config: CleanerConfig):
    run(shards_in(crawl), Job(config, str(tmp_path / "out")), 1)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["complete"] is True
    assert manifest["totals"] == {"records": 30, "errors": 0, "in_part": 0, "no_pages": 0}
    for shard in manifest["shards"]:
        data = (tmp_path / "out" / shard["output"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == shard["output_sha256"]
        assert (len(data), data.count(b"\n")) == (shard["output_bytes"], shard["records"])


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_any_number_of_workers_writes_the_same_bytes(
    crawl: Path, tmp_path: Path, config: CleanerConfig, shard_format: Any
):
    for jobs in (1, 3):
        run(shards_in(crawl), Job(config, str(tmp_path / str(jobs)), shard_format), jobs)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_any_number_of_workers_makes_the_same_choice_of_roles(
    crawl: Path, tmp_path: Path, model_file: Path
):
    cleaner = Cleaner(model_file, plugins=no_plugins(), keep=["navigation", "legal"], drop=["body"])
    config = CleanerConfig.of(cleaner)
    for jobs in (1, 2):
        run(shards_in(crawl), Job(config, str(tmp_path / str(jobs))), jobs)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    other = CleanerConfig.of(Cleaner(model_file, plugins=no_plugins()))
    with pytest.raises(RunError, match=r"drop \(body, now none\), keep \(navigation, legal, now"):
        run(shards_in(crawl), Job(other, str(tmp_path / "1")), 1)
    kept = [
        (line["role"] in page["keep"]) == (line["label"] == "content")
        for path in (tmp_path / "1").rglob("*.jsonl")
        for page in map(json.loads, path.read_text("utf-8").splitlines())
        for line in page["lines"]
        if line["decided_by"] != "page"
    ]
    assert all(kept)
    assert kept


def test_second_run_cleans_only_what_is_missing(crawl: Path, tmp_path: Path, config: CleanerConfig):
    job = Job(config, str(tmp_path / "out"))
    shards = shards_in(crawl)
    run(shards[:2], job, 1)
    begun = outputs(tmp_path / "out")
    reports = run(shards, job, 1)
    assert {r.shard for r in reports if r.skipped} == {shard.name for shard in shards[:2]}
    whole = outputs(tmp_path / "out")
    assert begun.keys() < whole.keys()
    assert all(r.skipped for r in run(shards, job, 1))
    assert outputs(tmp_path / "out") == whole


@pytest.mark.parametrize(
    "harm",
    [
        lambda out: out.unlink(),
        lambda out: out.write_bytes(out.read_bytes()[:-1]),
        lambda out: (out.parent / ".reports" / "part-001.jsonl.json").unlink(),
        lambda out: (out.parent / ".reports" / "part-001.jsonl.json").write_text('{"run":'),
    ],
)
def test_lost_or_damaged_output_is_made_again(
    crawl: Path, tmp_path: Path, config: CleanerConfig, harm: Callable[[Path], object]
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(crawl), job, 1)
    whole = contents(tmp_path / "out")
    harm(tmp_path / "out" / "part-001.jsonl.jsonl")
    reports = run(shards_in(crawl), job, 1)
    assert [r.shard for r in reports if not r.skipped] == ["part-001.jsonl"]
    assert contents(tmp_path / "out") == whole


def test_changed_input_is_cleaned_again_and_touched_input_is_not(
    crawl: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(crawl), job, 1)
    changed, touched = crawl / "part-001.jsonl", crawl / "part-003.jsonl"
    changed.write_text(changed.read_text().replace("fog", "sun"))
    touched.touch()
    reports = run(shards_in(crawl), job, 1)
    assert [r.shard for r in reports if not r.skipped] == ["part-001.jsonl"]
    assert "sun" in rows(job, shards_in(crawl)[1])[0]["text"]


@pytest.mark.parametrize("what", ["model", "threshold", "fields", "format", "budget", "as"])
def test_run_with_other_options_is_refused_by_their_names(
    crawl: Path, tmp_path: Path, model: Model, model_file: Path, config: CleanerConfig, what: str
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(crawl)[:1], job, 1)
    before = contents(tmp_path / "out")
    other = tmp_path / "other.zip"
    other.write_bytes(to_bytes(replace(model, about={**model.about, "made": "later"})))
    changed = {
        "model": replace(
            job, config=CleanerConfig.of(poison.PoisonCleaner(other), budget=config.budget)
        ),
        "threshold": replace(
            job,
            config=CleanerConfig.of(poison.PoisonCleaner(model_file, 0.3), budget=config.budget),
        ),
        "fields": replace(job, config=replace(config, fields=Fields(id="docid"))),
        "budget": replace(job, config=replace(config, budget=Budget(seconds=9))),
        "format": replace(job, format="parquet"),
        "as": replace(job, kind="text"),
    }[what]
    with pytest.raises(RunError, match=rf"begun with other options.*{what} \("):
        run(shards_in(crawl), changed, 1)
    assert contents(tmp_path / "out") == before


def test_run_says_which_libraries_made_it_and_refuses_others(
    crawl: Path, tmp_path: Path, config: CleanerConfig, monkeypatch: pytest.MonkeyPatch
):
    job = Job(config, str(tmp_path / "out"))
    run(shards_in(crawl)[:1], job, 1)
    names = {each.rpartition(" ")[0] for each in job.fingerprint["libraries"]}
    assert {"chardet", "langdetect-rs", "numpy", "turbohtml", "Unicode"} <= names
    identity = config.identity.replace('"numpy ', '"numpy 0.')
    with pytest.raises(RunError, match=r"libraries \(numpy .*, now numpy 0\."):
        run(shards_in(crawl)[:1], replace(job, config=replace(config, identity=identity)), 1)
    for each, name in (("jsonl.gz", "zlib"), ("jsonl.zst", "zstd"), ("parquet", "pyarrow")):
        assert replace(job, format=each).fingerprint["writer"].startswith(name)


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"format": "boilerplate-manifest", "version": 9}']
)
def test_folder_with_another_manifest_is_left_alone(
    tmp_path: Path, config: CleanerConfig, manifest: str
):
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(RunError, match="cannot be read"):
        run([], Job(config, str(tmp_path)), 1)
    assert (tmp_path / MANIFEST).read_text() == manifest


def test_poison_pages_become_errors_and_change_no_other_page(tmp_path: Path, config: CleanerConfig):
    (tmp_path / "in").mkdir()
    told = [poison.DIE, poison.GROW, poison.RAISE, poison.HANG]
    pages = [f"<p>page {i}. {told[i // 5 % 4] if i % 5 == 4 else 'fine'}" for i in range(40)]
    for name, bad in (("in", True), ("good", False)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "a.jsonl").write_text(
            "".join(
                json.dumps({"id": f"id-{i}", "html": p if bad or "fine" in p else "<p>x"}) + "\n"
                for i, p in enumerate(pages[:20])
            )
        )
    found = {}
    for name in ("in", "good"):
        job = Job(config, str(tmp_path / f"out-{name}"))
        [report] = run(shards_in(tmp_path / name), job, 2)
        found[name] = rows(job, shards_in(tmp_path / name)[0])
        assert report.records == 20
    bad = [row for row in found["in"] if row["error"]]
    assert [row["source"] for row in bad] == ["id-4", "id-9", "id-14", "id-19"]
    assert [r for r in found["in"] if r["record"] % 5 != 4] == [
        r for r in found["good"] if r["record"] % 5 != 4
    ]


def test_page_whose_worker_is_killed_from_outside_is_tried_again_by_the_next_run(
    tmp_path: Path, config: CleanerConfig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool, "SETTINGS", replace(pool.SETTINGS, pause=0.01))
    (tmp_path / "in").mkdir()
    pages = ["<p>one", f"<p>{poison.KILL}{tmp_path / 'memory'}<p>two", "<p>three"]
    (tmp_path / "in" / "a.jsonl").write_text("".join(json.dumps({"html": p}) + "\n" for p in pages))
    job = Job(config, str(tmp_path / "out"))
    [shard] = shards_in(tmp_path / "in")
    [report] = run([shard], job, 1)
    assert (report.errors, report.to_retry, report.skipped) == (1, 1, False)
    errors = [row["error"] for row in rows(job, shard)]
    killed = "its worker process was killed; the same command tries it again"
    assert errors == [None, killed, None]
    assert json.loads((tmp_path / "out" / MANIFEST).read_text())["complete"] is False
    (tmp_path / "memory").touch()
    [report] = run([shard], job, 1)
    assert (report.errors, report.to_retry, report.skipped) == (0, 0, False)
    assert [row["error"] for row in rows(job, shard)] == [None] * 3
    assert json.loads((tmp_path / "out" / MANIFEST).read_text())["complete"] is True
    assert run([shard], job, 1)[0].skipped


def test_unreadable_shard_is_reported_and_tried_again(
    crawl: Path, tmp_path: Path, config: CleanerConfig
):
    job = Job(config, str(tmp_path / "out"))
    shards = [*shards_in(crawl), Shard("gone.jsonl", (str(crawl / "gone.jsonl"),), ("gone.jsonl",))]
    reports = run(shards, job, 1)
    [problem] = [r for r in reports if r.problem]
    assert problem == ShardReport("gone.jsonl", problem="No such file or directory")
    assert json.loads((tmp_path / "out" / MANIFEST).read_text())["complete"] is False
    (crawl / "gone.jsonl").write_text('{"text": "here again"}\n')
    assert [r.records for r in run(shards, job, 1) if not r.skipped] == [1]
    assert json.loads((tmp_path / "out" / MANIFEST).read_text())["complete"] is True


def test_shard_cleaned_alone_has_the_same_bytes(crawl: Path, tmp_path: Path, config: CleanerConfig):
    run(shards_in(crawl), Job(config, str(tmp_path / "out")), 1)
    alone = Job(config, str(tmp_path / "alone"))
    for shard in reversed(shards_in(crawl)):
        assert clean_shard(shard, alone) == replace(clean_shard(shard, alone), skipped=False)
    names = {name for name in contents(tmp_path / "out") if name != MANIFEST}
    assert {name: contents(tmp_path / "out")[name] for name in names} == contents(
        tmp_path / "alone"
    )


def test_kills_at_random_moments_lose_nothing(tmp_path: Path, model_file: Path):
    tally = survive(str(model_file), times=6, seed=4, folder=tmp_path)
    assert tally.killed.total() == 6
    assert tally.errors == 0


def begin_and_hold(folder: Path, model: Path) -> subprocess.Popen[str]:
    """A run of eight files, of which each waits for ``folder/go``, once a file is under way."""
    (folder / "in").mkdir()
    for shard in range(8):
        rows = [{"html": f"<p>{poison.WAIT}{folder / 'go'}<p>Ferry in fog"}, {"html": "<p>Fog"}]
        (folder / "in" / f"{shard}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    program = RUN.replace("boilerplate.cleaner import", "tests.poison import PoisonCleaner as")
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(model), str(folder / "in"), str(folder / "out")],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    while not ((folder / "out" / MANIFEST).exists() and list((folder / "out").glob(".*.tmp"))):
        assert process.poll() is None
        time.sleep(0.02)
    return process


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press ^C, and wait for what the run says to it."""
    os.kill(process.pid, signal.SIGINT)
    assert process.stdout is not None
    assert "press ^C again" in process.stdout.readline()


def test_control_c_finishes_begun_shards_and_the_next_run_the_rest(
    tmp_path: Path, model_file: Path
):
    with begin_and_hold(tmp_path, model_file) as process:
        interrupt(process)
        (tmp_path / "go").touch()
        assert process.wait() == 0
    stopped = contents(tmp_path / "out")
    manifest = json.loads(stopped[MANIFEST])
    assert manifest["complete"] is False
    assert 0 < len(manifest["shards"]) < 8
    assert not [name for name in stopped if name.endswith(".tmp")]
    job = Job(CleanerConfig.of(poison.PoisonCleaner(model_file)), str(tmp_path / "out"))
    reports = run(shards_in(tmp_path / "in"), job, 2)
    assert sum(r.skipped for r in reports) == len(manifest["shards"])
    assert sum(r.records for r in reports) == 8 * 2


def test_second_control_c_leaves_no_temporary_files(tmp_path: Path, model_file: Path):
    with begin_and_hold(tmp_path, model_file) as process:
        interrupt(process)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() != 0
    assert not list((tmp_path / "out").rglob("*.tmp"))
    remove_leftovers(tmp_path / "out")


# Plugins and site models


RULES = 'api = 1\n[[site]]\nhosts = ["a.test"]\ndrop = ["{}"]\n'


def with_plugins(model_file: Path, folder: Path, **more: Any) -> CleanerConfig:
    only = frozenset(path.stem for path in folder.iterdir())
    plugins = load_plugins(Settings(folders=(str(folder),), only=only, **more))
    return CleanerConfig.of(Cleaner(model_file, 0.0, plugins))


def test_workers_load_the_same_plugins_and_changed_rules_are_refused(
    tmp_path: Path, model_file: Path
):
    (tmp_path / "plugins").mkdir()
    rules = tmp_path / "plugins" / "paper.toml"
    rules.write_text(RULES.format("Share this"))
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"url": "https://a.test/1", "html": "<p>Share this</p><p>Ferry in fog</p>"})
    )
    shards = shards_of([(tmp_path / "in.jsonl", Path("in.jsonl"))])
    job = Job(with_plugins(model_file, rules.parent), str(tmp_path / "out"))
    run(shards, job, 1)
    assert rows(job, shards[0])[0]["text"] == "Ferry in fog"
    rules.write_text(RULES.format("Ferry in fog"))
    changed = replace(job, config=with_plugins(model_file, rules.parent))
    with pytest.raises(RunError, match=r"plugins \(paper .*, now paper "):
        run(shards, changed, 1)


@pytest.mark.parametrize("strict", [False, True])
def test_plugin_error_is_in_each_record_and_ends_only_a_strict_run(
    tmp_path: Path, model_file: Path, strict: bool
):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "broken.py").write_text(
        "from boilerplate.plugins.hookspecs import hookimpl\n"
        "@hookimpl\n"
        "def label_lines(page, scores):\n"
        "    raise RuntimeError('as told')\n"
    )
    (tmp_path / "in.jsonl").write_text('{"text": "one"}\n' * 5)
    shards = shards_of([(tmp_path / "in.jsonl", Path("in.jsonl"))])
    config = with_plugins(model_file, tmp_path / "plugins", strict=strict)
    job = Job(config, str(tmp_path / "out"))
    if strict:
        with pytest.raises(RunError, match=r"in\.jsonl:0.*broken.*as told"):
            run(shards, job, 1)
        assert not job.output(shards[0]).exists()
    else:
        run(shards, job, 1)
        told = [row["plugin_errors"] for row in rows(job, shards[0])]
        assert ["as told" in each for [each] in told] == [True] * 3 + [False] * 2
        assert told[3] == told[4] == ["broken: switched off"]


def test_changed_site_models_are_refused(tmp_path: Path, model_file: Path):
    folder = tmp_path / "sites"
    folder.mkdir()
    SiteModel("a.test").save(folder / "a.test.site.zip")
    job = Job(
        CleanerConfig.of(Cleaner(model_file, plugins=no_plugins(), site_models=folder)),
        str(tmp_path / "out"),
    )
    run([], job, 1)
    SiteModel("b.test").save(folder / "b.test.site.zip")
    changed = CleanerConfig.of(Cleaner(model_file, plugins=no_plugins(), site_models=folder))
    with pytest.raises(RunError, match=r"site_models \("):
        run([], replace(job, config=changed), 1)
