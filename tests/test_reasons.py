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


def dropped(ground: float, language: str, of_page: str | None) -> str:
    grounds = np.zeros((1, len(GROUNDS)))
    grounds[0, GROUNDS.index("language")], grounds[0, 0] = -ground, -1.0
    scores = Scores(np.array([0.1]), grounds, languages=((language, 0.9),))
    [text] = reasons(text_page([LONG]), [0], scores, np.array([False]), of_page)
    return text


def test_a_foreign_line_is_said_to_be_however_little_it_counted() -> None:
    for ground in (0.01, 2.0):
        assert dropped(ground, "tr", "en").startswith("Turkish line on an English page, ")


def test_a_line_is_called_foreign_only_where_that_counted_and_is_known() -> None:
    assert "page" not in dropped(-0.5, "tr", "en")
    assert dropped(2.0, "tr", None).startswith("unlike the page's language")
    assert dropped(2.0, "zh-tw", "zh-cn").startswith("unlike the page's language")


def test_a_quotation_is_not_said_to_be_in_the_pages_language() -> None:
    grounds = np.zeros((1, len(GROUNDS)))
    grounds[0, GROUNDS.index("language")] = 1.0
    scores = Scores(np.array([0.9]), grounds, languages=(("tr", 0.9),))
    [text] = reasons(text_page([LONG]), [0], scores, np.array([True]), "en")
    assert text == "no strong evidence"
