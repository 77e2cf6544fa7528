"""That a page can end its worker and cost nothing but itself."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boilerplate.batch import pool as workers_module
from boilerplate.batch.cleaner_config import Budget, Recipe, fingerprint
from boilerplate.batch.pool import RunError, Workers
from boilerplate.batch.record import Fields, Record
from boilerplate.model.model import Model, load_model, to_bytes
from boilerplate.serialize import page_fields
from tests import poison
from tests.made_up import SENTENCES

pytestmark = pytest.mark.slow

GOOD = f"<p>{SENTENCES['tr']}</p>"
BUDGET = Budget(seconds=2.0, memory=256)


@pytest.fixture(scope="module")
def recipe(model_file: Path) -> Recipe:
    return Recipe.of(poison.PoisonCleaner(model_file), budget=BUDGET)


@pytest.fixture(scope="module")
def workers(recipe: Recipe) -> Iterator[Workers]:
    with Workers(recipe, 1) as started:
        yield started


def answers(workers: Workers, *pages: str) -> list[dict[str, Any]]:
    records = (Record(i, f"page {i}", page, "https://a.test/") for i, page in enumerate(pages))
    return [json.loads(answer.json) for _, answer in workers.clean(records)]


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
def test_a_page_that_fails_costs_that_page_only(workers: Workers, told: str, why: str):
    first, bad, last = answers(workers, GOOD, f"<p>{told}</p>", GOOD)
    assert bad == {"record": 1, "id": "page 1", "url": "https://a.test/", "error": why}
    assert first["error"] is last["error"] is None
    assert first["page"] == last["page"] == SENTENCES["tr"]


def test_a_page_that_only_waits_is_ended_by_the_clock(model_file: Path):
    recipe = Recipe.of(poison.PoisonCleaner(model_file), budget=Budget(seconds=0.5))
    with Workers(recipe) as workers:
        [page] = answers(workers, f"<p>{poison.SLEEP}")
    assert page["error"] == "took more than 0.5 s"


def test_a_worker_that_dies_by_chance_costs_nothing(workers: Workers, tmp_path: Path):
    flag = tmp_path / "died"
    [page] = answers(workers, f"<p>{poison.DIE_ONCE}{flag}</p>")
    assert flag.exists()
    assert page["error"] is None


def test_a_killed_worker_is_replaced(workers: Workers):
    answers(workers, GOOD)
    [before] = workers.pids()
    os.kill(before, signal.SIGKILL)
    [page] = answers(workers, GOOD)
    assert page["error"] is None
    assert workers.pids() != [before]


def test_a_worker_is_replaced_after_some_pages(recipe: Recipe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers_module, "PAGES_A_WORKER", 2)
    with Workers(recipe) as few:
        assert [page["error"] for page in answers(few, *[GOOD] * 3)] == [None] * 3
        [third] = few.pids()
        answers(few, GOOD)
        assert third not in few.pids()


def test_answers_come_in_the_order_of_records(recipe: Recipe):
    pages = [f"<p>{i} {SENTENCES['th']}</p>" * (40 if i % 3 == 0 else 1) for i in range(40)]
    with Workers(recipe, 2) as two:
        assert [page["record"] for page in answers(two, *pages)] == list(range(40))


def test_a_recipe_that_cannot_be_built_ends_the_run_and_says_why(model: Model, tmp_path: Path):
    path = tmp_path / "model.zip"
    path.write_bytes(to_bytes(model))
    recipe = Recipe.of(poison.PoisonCleaner(path))
    assert recipe.fingerprint
    path.unlink()
    with Workers(recipe) as workers, pytest.raises(RunError, match=r"cannot start.*model\.zip"):
        answers(workers, GOOD)


def test_a_model_that_changed_since_the_run_began_ends_it(model: Model, tmp_path: Path):
    path = tmp_path / "model.zip"
    path.write_bytes(to_bytes(model))
    recipe = Recipe.of(poison.PoisonCleaner(path))
    assert recipe.fingerprint
    path.write_bytes(to_bytes(Model(model.stacks, {**model.about, "made": "later"})))
    with Workers(recipe) as workers, pytest.raises(RunError, match="another model"):
        answers(workers, GOOD)


def test_workers_end_when_their_parent_does(recipe: Recipe):
    with Workers(recipe) as workers:
        answers(workers, GOOD)
        [pid] = workers.pids()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_recipe_is_small_and_is_the_same_cleaner_again(model_file: Path):
    recipe = Recipe.of(poison.PoisonCleaner(model_file, 0.25), Fields(id="docid"))
    assert len(recipe.pickled) < 1000
    assert recipe.build().threshold == 0.25
    assert recipe.fingerprint["threshold"] == 0.25


def test_the_fingerprint_of_a_model_is_that_of_its_file_wherever_it_lies(
    model: Model, model_file: Path
):
    loaded = poison.PoisonCleaner(load_model(model_file))
    assert fingerprint(loaded) == fingerprint(poison.PoisonCleaner(model))


def test_spans_count_characters_of_the_page_and_text_is_the_kept_ones(recipe: Recipe):
    page = recipe.build().clean("".join(f"<p>{s} 𒀀👩‍🚀</p>\n\n" for s in SENTENCES.values()))
    record = page_fields(page)
    spans = [record["page"][line["start"] : line["end"]] for line in record["lines"]]
    assert spans == [p.line.text for p in page.predictions]
    kept = [s for s, line in zip(spans, record["lines"], strict=True) if line["content"]]
    assert "\n".join(kept) == record["text"] == page.text


def test_a_page_that_fails_costs_none_of_those_that_are_sent_with_it(workers: Workers):
    pages = (GOOD, f"<p>{poison.DIE}", f"<p>{poison.RAISE}", GOOD, GOOD)
    found = answers(workers, *pages)
    died, raised = "ended its worker process", "RuntimeError: as told"
    assert [page["error"] for page in found] == [None, died, raised, None, None]
    assert [page["record"] for page in found] == list(range(5))


def test_records_are_sent_a_few_at_a_time_and_large_ones_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers_module, "BATCH_RECORDS", 3)
    monkeypatch.setattr(workers_module, "BATCH_BYTES", 10)
    sizes = [1, 1, 1, 1, 9, 2, 30, 5, 5]
    records = [Record(i, str(i), "x" * size) for i, size in enumerate(sizes)]
    sent = [[record.number for record in batch] for batch in workers_module.batches(records)]
    assert sent == [[0, 1, 2], [3, 4], [5], [6], [7, 8]]


def test_a_record_that_cannot_be_read_is_answered_in_its_place(workers: Workers):
    records = [Record(0, "a", GOOD), Record(1, "b", "", error="cut off"), Record(2, "c", GOOD)]
    found = [json.loads(answer.json) for _, answer in workers.clean(records)]
    assert [page["error"] for page in found] == [None, "cut off", None]
