"""Alignment of the gold's words with the lines of the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Label
from boilerplate.page import text_page
from tests.made_up import SENTENCES
from training.align import content_shares, matched_words, value_shares
from training.corpora import GoldPage
from training.samples import Sample, gold_labels

C, B = Label.CONTENT, Label.BOILERPLATE
WORDS = st.lists(st.sampled_from("ab cd ef gh".split()), max_size=8)


def label_lines(texts: list[str], gold: str, optional: tuple[str, ...] = ()) -> list[Label | None]:
    """The labels of lines on a page with this gold."""
    page = GoldPage("made-up", "1", b"", gold, optional=optional)
    return Sample(page, text_page(texts), *gold_labels(texts, page, (), "html")).labels


def longest(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence, by dynamic programming."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
            )
    return table[-1][-1]


@given(st.lists(WORDS, max_size=5), WORDS)
def test_matches_as_many_words_as_the_longest_common_subsequence(
    lines: list[list[str]], gold: list[str]
) -> None:
    masks = matched_words(lines, gold)
    assert [len(mask) for mask in masks] == [len(line) for line in lines]
    flat = [word for line in lines for word in line]
    assert sum(int(mask.sum()) for mask in masks) == longest(flat, gold)


@pytest.mark.parametrize("language", SENTENCES)
def test_labels_the_article_between_chrome(language: str) -> None:
    texts = ["Home | News", SENTENCES[language], "© 2021"]
    assert label_lines(texts, SENTENCES[language]) == [B, C, B]


def test_repeated_line_is_content_where_the_order_fits() -> None:
    texts = ["alpha beta gamma", "delta epsilon zeta", "alpha beta gamma"]
    assert label_lines(texts, "delta epsilon zeta alpha beta gamma") == [B, C, C]


def test_menu_that_shares_words_with_the_article_is_chrome() -> None:
    texts = ["bus", "school", "The new bus leaves before the school opens", "school"]
    assert label_lines(texts, "The new bus leaves before the school opens") == [B, B, C, B]


def test_line_is_content_if_half_its_words_match() -> None:
    assert label_lines(["ett två tre fyra"], "ett två") == [C]
    assert label_lines(["ett två tre fyra"], "ett") == [B]


def test_lines_without_words_and_optional_lines_have_no_label() -> None:
    assert label_lines(["* * *", "Título", "texto"], "Título texto", ("TÍTULO!",)) == [
        None,
        None,
        C,
    ]
    assert np.isnan(content_shares(["—"], "x")).all()


def test_no_lines_give_no_labels_and_empty_gold_gives_chrome() -> None:
    assert label_lines([], "gold") == []
    assert label_lines(["a line"], "") == [B]


class TestLinesThatWereRead:
    LINES = ("Menu Home", "Ein Turm", "Von Ada", "Er steht am Meer", "Menu Home")
    VALUES = (0.0, 1.0, float("nan"), 1.0, 0.0)

    def test_other_cuts_of_the_same_page_get_the_values_of_their_words(self) -> None:
        texts = ["Menu", "Home", "Ein Turm Von Ada", "Er steht", "am Meer Menu", "Home", "neu"]
        shares = value_shares(texts, self.LINES, self.VALUES)
        assert shares[[0, 1, 2, 3, 5]].tolist() == [0.0, 0.0, 1.0, 1.0, 0.0]
        assert shares[4] == pytest.approx(2 / 3)
        assert np.isnan(shares[6])

    def test_unknown_and_unsure_lines_are_not_trained_on(self) -> None:
        texts = ["Ein Turm", "Von Ada", "am Meer Menu", "Home"]
        page = GoldPage("x", "1", b"", "Ein Turm", lines=self.LINES, values=self.VALUES)
        y, target = gold_labels(texts, page, (), "html")
        assert y.tolist() == [1, -1, 1, 0]
        assert target.tolist() == [1, -1, -1, 0]
