"""A Dask cluster writes the same bytes as one process, even if processes are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kills import contents, make_crawl
from boilerplate.batch import dask as dask_runs
from boilerplate.batch.cleaner_config import Budget, CleanerConfig
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.pool import RunError
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, Shard, shards_of
from boilerplate.model.model import Model, to_bytes
from tests import poison

pytestmark = pytest.mark.slow

distributed = pytest.importorskip("distributed")
pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")

DRIVER = """
import pickle, sys
from boilerplate.batch.run import run
shards, job, address = pickle.load(sys.stdin.buffer)
run(shards, job, dask=address)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as started:
        yield started


@pytest.fixture(scope="module")
def config(model: Model, tmp_path_factory: pytest.TempPathFactory) -> CleanerConfig:
    path = tmp_path_factory.mktemp("model") / "model.zip"
    path.write_bytes(to_bytes(model))
    return CleanerConfig.of(poison.PoisonCleaner(path), budget=Budget(seconds=20))


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crawl with a page that kills, one that raises, and a file that is cut off."""
    folder = tmp_path_factory.mktemp("crawl") / "in"
    make_crawl(folder, shards=6, pages=30)
    cut = folder / "part-002.warc"
    cut.write_bytes(cut.read_bytes()[:-1000])
    with (folder / "part-003.jsonl").open("a") as file:
        for told in (poison.DIE, poison.RAISE):
            file.write(json.dumps({"id": told, "html": f"<p>{told}"}) + "\n")
    return folder


@pytest.fixture(scope="module")
def alone(
    crawl: Path, config: CleanerConfig, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What one process writes."""
    folder = tmp_path_factory.mktemp("alone") / "out"
    run(shards_in(crawl), Job(config, str(folder)), 1)
    return contents(folder)


def shards_in(folder: Path) -> list[Shard]:
    return shards_of([(p, p.relative_to(folder)) for p in sorted(folder.rglob("*.*"))], 10)


def driver(crawl: Path, job: Job, cluster: Any) -> subprocess.Popen[bytes]:
    import pickle

    process = subprocess.Popen([sys.executable, "-c", DRIVER], stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(pickle.dumps((shards_in(crawl), job, cluster.scheduler_address)))
    process.stdin.close()
    return process


def wait_for_shards(job: Job, count: int) -> None:
    while len(list(Path(job.folder).glob("part-*"))) < count:
        time.sleep(0.02)


def test_cluster_writes_the_same_bytes_as_one_process(
    cluster: Any, crawl: Path, config: CleanerConfig, alone: dict[str, bytes], tmp_path: Path
):
    job = Job(config, str(tmp_path / "out"))
    reports = run(shards_in(crawl), job, dask=cluster.scheduler_address)
    assert contents(tmp_path / "out") == alone
    assert sum(report.errors for report in reports) == 3
    manifest = json.loads(alone[MANIFEST])
    assert manifest["complete"] is True
    assert manifest["totals"] == {"records": 7 * 30 + 2, "errors": 3, "in_part": 0, "no_pages": 0}


def test_killed_worker_changes_no_output(
    cluster: Any, crawl: Path, config: CleanerConfig, alone: dict[str, bytes], tmp_path: Path
):
    job = Job(config, str(tmp_path / "out"))
    process = driver(crawl, job, cluster)
    wait_for_shards(job, 1)
    with distributed.Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
    os.kill(pids[0], signal.SIGKILL)
    assert process.wait() == 0
    assert contents(tmp_path / "out") == alone


def test_run_begun_again_after_its_driver_was_killed_does_the_rest(
    cluster: Any, crawl: Path, config: CleanerConfig, alone: dict[str, bytes], tmp_path: Path
):
    job = Job(config, str(tmp_path / "out"))
    process = driver(crawl, job, cluster)
    wait_for_shards(job, 1)
    process.kill()
    process.wait()
    reports = run(shards_in(crawl), job, dask=cluster.scheduler_address)
    assert any(report.skipped for report in reports)
    assert contents(tmp_path / "out") == alone


def test_address_without_a_scheduler_is_an_error(
    tmp_path: Path, config: CleanerConfig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dask_runs, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(RunError, match="no Dask scheduler answers at tcp"):
        run([], Job(config, str(tmp_path / "out")), dask="tcp://127.0.0.1:1")
