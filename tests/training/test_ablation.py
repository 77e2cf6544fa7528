"""Ablation: what is left out of a model is gone from it, and each variant is scored."""

from __future__ import annotations

import numpy as np
import pytest

from boilerplate.features.table import LINEAR_TABLES
from tests.training.made_up_pages import PAGES, SITES, page_of
from training.ablation import ablation, copied, variants
from training.documents.experiment_tables import ablation_tables
from training.progress import no_log
from training.training_set import training_set

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lessons():
    return training_set([page_of(s, n) for s in range(4) for n in range(2)], "html", None, 1)


def test_variant_without_a_table_has_zero_weights_there(lessons):
    fitted = dict(variants(copied(lessons), "html"))
    whole = fitted["everything"].linear
    for number, name in enumerate(LINEAR_TABLES):
        blind = fitted[f"linear: {name}"].linear
        assert np.any(whole.tables[number])
        assert not np.any(blind.tables[number])


def test_variant_without_page_types_takes_every_page_for_an_article(lessons):
    types = dict(variants(copied(lessons), "html"))["page types"].types
    bag = lessons[0].encoded.bag
    assert np.exp(types.log_probabilities(bag))[0] == pytest.approx(1.0, abs=1e-3)


def test_every_variant_is_scored_on_the_test_pages():
    train = [page_of(s, n) for s in range(5) for n in range(2)]
    test = [page_of(s, n) for s in range(5, SITES) for n in range(PAGES)]
    found = ablation(train, test, None, 1, no_log, ("text",))["text"]
    assert next(iter(found)) == "everything"
    assert {"no trees: the linear model alone", "linear: wording", "page types"} <= found.keys()
    assert all(0 <= scores["mean"]["line_f1"] <= 1 for scores in found.values())
    assert found["everything"]["made-up"]["pages"] == len(test)


def test_table_shows_the_points_lost():
    scores = {"wcxb": {"pages": 1, "line_f1": 0.9, "word_f1": 0.95}}
    less = {"wcxb": {"pages": 1, "line_f1": 0.88, "word_f1": 0.96}}
    mean = {"mean": {"line_f1": 0.9, "word_f1": 0.95}}
    results = {
        "split": "dev", "pages": 10, "one_page_in": 1, "commit": "0" * 40,
        "modes": {"html": {"everything": scores | mean, "columns: links": less | mean}},
    }  # fmt: skip
    assert "| columns: links | -2.0 / +1.0 | +0.0 / +0.0 |" in ablation_tables(results)


def test_table_shows_scores_of_pages_in_two_languages():
    mean = {"mean": {"line_f1": 0.9, "word_f1": 0.95}}

    def scores(kept: float | None) -> dict[str, object]:
        figures = {"mixed": 0.98, "one_language": 0.99, "notices_dropped": 0.975}
        return mean | {"mixed": figures | {"quotations_kept": kept}}

    results = {
        "split": "dev", "pages": 10, "one_page_in": 1, "commit": "0" * 40,
        "modes": {"text": {"everything": scores(0.95), "columns: language": scores(None)}},
    }  # fmt: skip
    shown = ablation_tables(results)
    assert "| nothing | 98.0 | 99.0 | 97.5 | 95.0 |" in shown
    assert "| columns: language | 98.0 | 99.0 | 97.5 |  |" in shown
