"""Alignment of the gold's words with the lines of the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Label
from boilerplate.page import text_page
from boilerplate.roles import ROLES
from tests.made_up import SENTENCES
from training.align import content_shares, label_counts, matched_words
from training.corpora import GoldPage
from training.samples import Sample, gold_labels, read_labels

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
    ROLES = ("navigation", "headline", "byline", "body", "")

    def page(self, roles: tuple[str, ...] = ROLES) -> GoldPage:
        return GoldPage("x", "1", b"", "Ein Turm", lines=self.LINES, roles=roles)

    def test_other_cuts_of_the_same_page_count_the_labels_of_their_words(self) -> None:
        texts = ["Menu", "Home", "Ein Turm Von Ada", "Er steht", "am Meer Menu", "Home", "neu"]
        counts = label_counts(texts, self.LINES, (0, 1, -1, 1, 0), 2)
        assert counts.tolist() == [
            [1, 0, 0], [1, 0, 0], [0, 2, 2], [0, 2, 0], [1, 2, 0], [1, 0, 0], [0, 0, 1],
        ]  # fmt: skip

    @given(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5))
    def test_every_word_is_counted_once(
        self, cuts: list[list[str]], lines: list[list[str]]
    ) -> None:
        texts, given_lines = ([" ".join(line) for line in some] for some in (cuts, lines))
        labels = [i % 3 - 1 for i in range(len(lines))]
        counts = label_counts(texts, given_lines, labels, 2)
        assert counts.shape == (len(cuts), 3)
        assert counts.sum(1).tolist() == [len(line) for line in cuts]

    def test_line_has_the_role_of_most_of_its_words(self) -> None:
        texts = ["Menu", "Ein Turm Von", "Ada Er steht am", "Meer Menu", "Home", "neu"]
        _, _, roles = read_labels(texts, self.page())
        names = [ROLES[role] if role >= 0 else "" for role in roles]
        # Half of "Meer Menu" is of no role, all of "Home" and of what nobody read.
        assert names == ["navigation", "headline", "body", "body", "", ""]

    def test_unknown_and_unsure_lines_are_not_trained_on(self) -> None:
        texts = ["Menu Home Ein", "Turm", "Von Ada", "Er steht am Meer", "Menu Home"]
        y, target, roles = read_labels(texts, self.page())
        assert roles.tolist() == [ROLES.index(r) for r in self.ROLES[:-1]] + [-1]
        assert y.tolist() == [0, 1, -1, 1, -1]  # nobody minds a byline ...
        assert target.tolist() == [-1, 1, 0, 1, -1]  # ... but training drops it

    def test_roles_of_a_page_cut_as_it_was_read_are_those_that_were_read(self) -> None:
        roles = ("navigation", "headline", "byline", "quote", "legal")
        found = read_labels(list(self.LINES), self.page(roles))[2]
        assert [ROLES[role] for role in found] == list(roles)
