"""Worker processes: a page that ends its worker costs that page only."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boilerplate.batch import pool
from boilerplate.batch.cleaner_config import Budget, CleanerConfig, fingerprint
from boilerplate.batch.pool import RunError, WorkerPool
from boilerplate.batch.record import Fields, Record
from boilerplate.model.model import Model, load_model, to_bytes
from boilerplate.serialize import failed_record
from tests import poison
from tests.made_up import SENTENCES

pytestmark = pytest.mark.slow

GOOD = f"<p>{SENTENCES['tr']}</p>"
BUDGET = Budget(seconds=2.0, memory=256)


@pytest.fixture(scope="module")
def config(model_file: Path) -> CleanerConfig:
    return CleanerConfig.of(poison.PoisonCleaner(model_file), budget=BUDGET)


@pytest.fixture(scope="module")
def workers(config: CleanerConfig) -> Iterator[WorkerPool]:
    with WorkerPool(config, 1) as started:
        yield started


def cleaned_pages(workers: WorkerPool, *pages: str) -> list[dict[str, Any]]:
    records = (Record(i, f"page {i}", page, "https://a.test/") for i, page in enumerate(pages))
    return [json.loads(cleaned.json) for _, cleaned in workers.clean(records)]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (poison.DIE, "ended its worker process"),
        (poison.HANG, "took more than 2 s"),
        pytest.param(
            poison.GROW, "needed more than 256 MiB",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="memory is Linux's to limit"),
        ),
        (poison.RAISE, "RuntimeError: as told"),
    ],
)  # fmt: skip
def test_failed_page_becomes_an_error_and_the_others_are_cleaned(
    workers: WorkerPool, told: str, why: str
):
    first, bad, last = cleaned_pages(workers, GOOD, f"<p>{told}</p>", GOOD)
    assert bad == failed_record("page 1", why, url="https://a.test/", record=1)
    assert first["error"] is last["error"] is None
    assert first["lines"] == last["lines"]
    assert [line["text"] for line in first["lines"]] == [SENTENCES["tr"]]


def test_page_that_sleeps_is_ended_by_the_wall_clock(model_file: Path):
    config = CleanerConfig.of(poison.PoisonCleaner(model_file), budget=Budget(seconds=0.5))
    with WorkerPool(config) as workers:
        [page] = cleaned_pages(workers, f"<p>{poison.SLEEP}")
    assert page["error"] == "took more than 0.5 s"


def test_page_is_tried_again_after_its_worker_died(workers: WorkerPool, tmp_path: Path):
    flag = tmp_path / "died"
    [page] = cleaned_pages(workers, f"<p>{poison.DIE_ONCE}{flag}</p>")
    assert flag.exists()
    assert page["error"] is None


def test_killed_worker_is_replaced(workers: WorkerPool):
    cleaned_pages(workers, GOOD)
    [before] = workers.pids()
    os.kill(before, signal.SIGKILL)
    [page] = cleaned_pages(workers, GOOD)
    assert page["error"] is None
    assert workers.pids() != [before]


def test_worker_is_replaced_after_so_many_pages(
    config: CleanerConfig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool, "SETTINGS", replace(pool.SETTINGS, pages_per_worker=2))
    with WorkerPool(config) as few:
        assert [page["error"] for page in cleaned_pages(few, *[GOOD] * 3)] == [None] * 3
        [third] = few.pids()
        cleaned_pages(few, GOOD)
        assert third not in few.pids()


def test_results_come_in_the_order_of_records(config: CleanerConfig):
    pages = [f"<p>{i} {SENTENCES['th']}</p>" * (40 if i % 3 == 0 else 1) for i in range(40)]
    with WorkerPool(config, 2) as two:
        assert [page["record"] for page in cleaned_pages(two, *pages)] == list(range(40))


def test_missing_model_ends_the_run_with_its_name(model: Model, tmp_path: Path):
    path = tmp_path / "model.zip"
    path.write_bytes(to_bytes(model))
    config = CleanerConfig.of(poison.PoisonCleaner(path))
    assert config.fingerprint
    path.unlink()
    with WorkerPool(config) as workers, pytest.raises(RunError, match=r"cannot start.*model\.zip"):
        cleaned_pages(workers, GOOD)


def test_model_that_changed_since_the_run_began_ends_the_run(model: Model, tmp_path: Path):
    path = tmp_path / "model.zip"
    path.write_bytes(to_bytes(model))
    config = CleanerConfig.of(poison.PoisonCleaner(path))
    assert config.fingerprint
    path.write_bytes(to_bytes(replace(model, about={**model.about, "made": "later"})))
    with WorkerPool(config) as workers, pytest.raises(RunError, match="another model"):
        cleaned_pages(workers, GOOD)


def test_no_worker_is_left_after_the_pool_is_closed(config: CleanerConfig):
    with WorkerPool(config) as workers:
        cleaned_pages(workers, GOOD)
        [pid] = workers.pids()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_config_is_small_and_builds_the_same_cleaner(model_file: Path):
    cleaner = poison.PoisonCleaner(model_file, 0.25, keep=["date"], drop=["note", "code"])
    config = CleanerConfig.of(cleaner, Fields(id="docid"))
    assert len(config.pickled) < 1000
    built = config.build()
    assert (built.threshold, built.keep, built.drop) == (0.25, ("date",), ("code", "note"))
    assert config.fingerprint["threshold"] == 0.25
    assert (config.fingerprint["keep"], config.fingerprint["drop"]) == (["date"], ["code", "note"])


def test_fingerprint_of_a_model_does_not_depend_on_its_path(model: Model, model_file: Path):
    loaded = poison.PoisonCleaner(load_model(model_file))
    assert fingerprint(loaded) == fingerprint(poison.PoisonCleaner(model))


def test_pages_sent_together_with_failing_ones_are_cleaned(workers: WorkerPool):
    pages = (GOOD, f"<p>{poison.DIE}", f"<p>{poison.RAISE}", GOOD, GOOD)
    found = cleaned_pages(workers, *pages)
    died, raised = "ended its worker process", "RuntimeError: as told"
    assert [page["error"] for page in found] == [None, died, raised, None, None]
    assert [page["record"] for page in found] == list(range(5))


def test_records_are_sent_a_few_at_a_time_and_large_ones_alone(monkeypatch: pytest.MonkeyPatch):
    few = replace(pool.SETTINGS, records_per_request=3, bytes_per_request=10)
    monkeypatch.setattr(pool, "SETTINGS", few)
    sizes = [1, 1, 1, 1, 9, 2, 30, 5, 5]
    records = [Record(i, str(i), "x" * size) for i, size in enumerate(sizes)]
    sent = [[record.number for record in chunk] for chunk in pool.chunks(records)]
    assert sent == [[0, 1, 2], [3, 4], [5], [6], [7, 8]]


def test_unreadable_record_becomes_an_error_in_its_place(workers: WorkerPool):
    records = [Record(0, "a", GOOD), Record(1, "b", "", error="cut off"), Record(2, "c", GOOD)]
    found = [json.loads(cleaned.json) for _, cleaned in workers.clean(records)]
    assert [page["error"] for page in found] == [None, "cut off", None]
