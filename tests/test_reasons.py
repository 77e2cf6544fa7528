"""That a reason names the evidence that weighed most."""

from __future__ import annotations

import numpy as np
import pytest

from boilerplate.model import GROUNDS, Scores
from boilerplate.page import text_page
from boilerplate.reasons import MAX_GROUNDS, SHORT, SPEAKS, reasons

LONG = "Uzun bir satır, kısa sayılmayacak kadar uzun."


def reason(probability: float, line: str = LONG, **added: float) -> str:
    grounds = np.array([[added.get(name.replace(" ", "_"), 0.0) for name in GROUNDS]])
    scores = Scores(np.array([probability]), grounds)
    [text] = reasons(text_page([line]), [0], scores, scores.probability >= 0.5)
    return text


@pytest.mark.parametrize("ground", GROUNDS)
def test_each_ground_has_words_for_content_and_for_chrome(ground: str) -> None:
    key = ground.replace(" ", "_")
    assert reason(0.9, **{key: 1.0}) == SPEAKS[ground][0]
    assert reason(0.1, **{key: -1.0}) == SPEAKS[ground][1]


def test_the_strongest_ground_comes_first() -> None:
    assert reason(0.9, wording=1.0, links=2.0) == "few links, worded like an article"


def test_what_spoke_for_the_other_side_is_no_reason() -> None:
    assert reason(0.9, wording=1.0, links=-5.0) == "worded like an article"


def test_weak_grounds_are_left_out() -> None:
    assert reason(0.1, wording=-5.0, links=-0.1) == "worded like site chrome"


def test_grounds_are_few() -> None:
    everything = {name.replace(" ", "_"): 1.0 for name in GROUNDS}
    assert len(reason(0.9, **everything).split(", ")) == MAX_GROUNDS


def test_a_short_line_of_chrome_is_called_short() -> None:
    assert reason(0.1, "x" * (SHORT - 1), links=-1.0) == "short, mostly links"
    assert reason(0.1, "x" * SHORT, links=-1.0) == "mostly links"
    assert reason(0.9, "x", links=1.0) == "few links"


def test_a_line_without_evidence_says_so() -> None:
    assert reason(0.5) == "no strong evidence"
