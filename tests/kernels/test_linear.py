"""Scores of hashed n-grams, neighbours' words and element tokens."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.elements import tree
from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.ngrams import MIX, row_means, word_grams
from boilerplate.kernels.plain_linear import (
    LEVELS,
    NEXT_SALT,
    NGRAMS,
    PREVIOUS_SALT,
    neighbour_rows,
    ngram_rows,
    token_rows,
)
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.page import Element, Line, Markup, Page
from boilerplate.reading.html import html_page
from tests.made_up import news_page
from tests.strategies import LINES, MARKUP
from tests.twins import assert_same_bits, needs_compiled

# As model files store them: in 16 bits, so that their sums are exact in any order.
WEIGHTS = np.random.default_rng(0).normal(size=1 << NGRAMS.bits).astype(np.float16)
WEIGHTS = WEIGHTS.astype(np.float32)
MANY = settings(max_examples=150, deadline=None)


def nested(depth: int) -> Page:
    """A page of two lines, one in the innermost of so many elements, one in the outermost."""
    elements = tuple(Element("div", (f"level-{i}",), i - 1) for i in range(depth))
    return Page((Line("derin", Markup(depth - 1)), Line("sığ", Markup(0))), "html", None, elements)


def tree_of(page: Page) -> Tree:
    found = tree(page, page.lines)
    assert found
    return found


class TestRows:
    """The buckets that scores add up, and that training fits weights for."""

    @given(lines=LINES.filter(bool))
    def test_rows_of_a_page_are_those_of_its_lines(
        self, twin: ModuleType, lines: list[str]
    ) -> None:
        ids, offsets = ngram_rows(twin.page_text(lines))
        for i, line in enumerate(lines):
            alone, _ = ngram_rows(twin.page_text([line]))
            assert ids[offsets[i] : offsets[i + 1]].tolist() == alone.tolist()

    @given(lines=LINES.filter(bool))
    def test_neighbours_are_read_by_their_first_words(
        self, twin: ModuleType, lines: list[str]
    ) -> None:
        ids, offsets = neighbour_rows(twin.page_text(lines))
        first = [
            word_grams(twin.page_text([line]), 1).hashes[: NGRAMS.neighbour_words].tolist()
            for line in lines
        ]
        for i in range(len(lines)):
            naive = [
                (word ^ int(salt)) * int(MIX) % (1 << 64) >> 64 - NGRAMS.bits
                for salt, words in (
                    (PREVIOUS_SALT, first[i - 1] if i else []),
                    (NEXT_SALT, first[i + 1] if i + 1 < len(lines) else []),
                )
                for word in words
            ]
            assert ids[offsets[i] : offsets[i + 1]].tolist() == naive

    @pytest.mark.parametrize("depth", [1, 2, 5, 200])
    def test_tokens_are_read_from_the_line_upwards(self, twin: ModuleType, depth: int) -> None:
        page = nested(depth)
        ids, offsets = token_rows(tree_of(page))
        naive = [
            bucket
            for level, element in zip(LEVELS.tolist(), reversed(page.elements), strict=False)
            for bucket in token_buckets(
                twin.type_tokens([(element.tag, element.names)])[0], level, NGRAMS.bits
            ).tolist()
        ]
        assert ids[: offsets[1]].tolist() == naive
        assert ids.min() >= 0
        assert ids.max() < 1 << NGRAMS.bits


class TestScores:
    @given(lines=LINES)
    def test_scores_are_the_means_of_the_rows(self, twin: ModuleType, lines: list[str]) -> None:
        text = twin.page_text(lines)
        for score, rows in (
            (twin.ngram_scores, ngram_rows),
            (twin.neighbour_scores, neighbour_rows),
        ):
            assert score(text, WEIGHTS).tolist() == row_means(WEIGHTS, *rows(text)).tolist()

    @pytest.mark.parametrize("depth", [1, 5, 200])
    def test_token_scores_are_the_means_of_the_rows(self, twin: ModuleType, depth: int) -> None:
        found = tree_of(nested(depth))
        expected = row_means(WEIGHTS, *token_rows(found))
        assert twin.token_scores(found, WEIGHTS).tolist() == expected.tolist()

    @needs_compiled
    @MANY
    @given(lines=LINES)
    def test_both_twins_score_texts_the_same(self, lines: list[str]) -> None:
        assert_same_bits(
            lambda twin: [
                twin.ngram_scores(twin.page_text(lines), WEIGHTS),
                twin.neighbour_scores(twin.page_text(lines), WEIGHTS),
            ]
        )

    @needs_compiled
    @MANY
    @given(markup=MARKUP)
    def test_both_twins_score_tokens_the_same(self, markup: str) -> None:
        page = html_page(markup)
        if found := tree(page, page.lines):
            assert_same_bits(lambda twin: twin.token_scores(found, WEIGHTS))


class TestBags:
    def test_bag_has_each_word_once_with_its_count(self, twin: ModuleType) -> None:
        text = twin.page_text(["oui non", "oui"])
        tokens = twin.type_tokens([("div", ("post", "post"))])[0]
        words, counts, found = twin.bag_buckets(text, tokens, 9, 14)
        assert sorted(counts.tolist()) == [1, 2]
        assert len(words) == 2
        assert sorted(words.tolist()) == words.tolist()
        assert found.tolist() == sorted(set(token_buckets(tokens, 9, 14).tolist()))

    @given(ids=st.lists(st.integers(0, 9), max_size=6))
    def test_bag_scores_are_weighted_sums_of_columns(
        self, twin: ModuleType, ids: list[int]
    ) -> None:
        weights = np.arange(30, dtype=np.float32).reshape(3, 10)
        values = np.linspace(0.5, 1.0, len(ids))
        found = twin.bag_scores(weights, np.array(ids, np.int64), values)
        naive = [
            sum(float(row[i]) * v for i, v in zip(ids, values, strict=True)) for row in weights
        ]
        assert found == pytest.approx(naive)

    @needs_compiled
    @MANY
    @given(lines=LINES, seed=st.integers(0, 99))
    def test_both_twins_make_the_same_bags(self, lines: list[str], seed: int) -> None:
        rng = np.random.default_rng(seed)
        tokens = rng.integers(0, 1 << 32, seed)
        weights = rng.normal(size=(7, 1 << 14)).astype(np.float32)

        def bag(twin: ModuleType) -> object:
            words, counts, found = twin.bag_buckets(twin.page_text(lines), tokens, 9, 14)
            return words, counts, found, twin.bag_scores(weights, words, np.log1p(counts))

        assert_same_bits(bag)

    @needs_compiled
    def test_weights_need_not_be_laid_out_as_they_are_loaded(self) -> None:
        weights = np.arange(30, dtype=np.float32).reshape(3, 10)
        ids, values = np.array([1, 4, 9]), np.array([0.1, 0.2, 0.3])
        for layout in (weights, np.asfortranarray(weights)):
            assert_same_bits(lambda twin, layout=layout: twin.bag_scores(layout, ids, values))


def test_page_without_lines_has_no_scores(twin: ModuleType) -> None:
    text = twin.page_text([])
    assert twin.ngram_scores(text, WEIGHTS).shape == (0,)
    assert twin.neighbour_scores(text, WEIGHTS).shape == (0,)
    found = tree_of(html_page(news_page("en")))
    found.line_element = found.line_element[:0]
    assert twin.token_scores(found, WEIGHTS).shape == (0,)
