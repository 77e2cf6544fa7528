"""Sums of weights for the kinds of chrome, and the likeliest kinds of runs of lines."""

from __future__ import annotations

from itertools import pairwise, product
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.elements import tree
from boilerplate.kernels.plain_chrome_kinds import PARAMS, likeliest_path
from boilerplate.model.chrome_kinds import KINDS
from boilerplate.page import Element, Line, Markup, Page
from boilerplate.reading.html import html_page
from tests.strategies import MARKED, MARKUP, TEXTS
from tests.twins import assert_same_bits, needs_compiled

MANY = settings(max_examples=150, deadline=None)
RNG = np.random.default_rng(0)
TEXT_TABLE, TOKEN_TABLE = (
    RNG.integers(-127, 128, (1 << bits, 16), np.int8)
    for bits in (PARAMS.text_bits, PARAMS.token_bits)
)


class TestTextSums:
    def test_ngrams_of_a_text_are_summed_and_counted(self, twin: ModuleType) -> None:
        ones = np.ones((1 << PARAMS.text_bits, 16), np.int8)
        sums, counts = twin.kind_text_sums(["ab", ""], ones, len(KINDS))
        assert sums.shape == (2, len(KINDS))
        assert (sums == counts[:, None]).all()
        # With its bounds "ab" has 3 pairs, 2 threes and 1 four, and one word.
        assert counts[0] == 7

    def test_text_is_read_at_its_start(self, twin: ModuleType) -> None:
        head = "a" * PARAMS.head
        one, _ = twin.kind_text_sums([head], TEXT_TABLE, len(KINDS))
        other, _ = twin.kind_text_sums([head + " b" * 1000], TEXT_TABLE, len(KINDS))
        assert one.tolist() == other.tolist()

    def test_blanks_are_one_blank(self, twin: ModuleType) -> None:
        for text in ("Log\n in", "  Log in ", "Log\u3000in"):
            assert twin.kind_text_sums([text], TEXT_TABLE, 10)[0].tolist() == (
                twin.kind_text_sums(["Log in"], TEXT_TABLE, 10)[0].tolist()
            )

    @needs_compiled
    @settings(max_examples=300, deadline=None)
    @given(texts=st.lists(st.one_of(TEXTS, MARKED), max_size=6), repeat=st.sampled_from([1, 1, 20]))
    def test_both_twins_give_the_same_sums(self, texts: list[str], repeat: int) -> None:
        long = [text * repeat for text in texts]
        assert_same_bits(lambda twin: twin.kind_text_sums(long, TEXT_TABLE, len(KINDS)))


class TestTokenSums:
    def test_nearer_elements_count_more(self, twin: ModuleType) -> None:
        elements = (Element("div", ("share",), -1), Element("p", (), 0), Element("b", (), 1))
        lines = tuple(Line("x", Markup(at)) for at in range(3))
        page = Page(lines, "html", elements=elements)
        found = tree(page, lines)
        assert found
        ones = np.ones((1 << PARAMS.token_bits, 16), np.int8)
        sums = twin.kind_token_sums(found, np.array([0, 1, 2, -1]), ones, 0.5, len(KINDS))
        of_div, of_p = sums[0, 0], 0.5
        assert sums[1, 0] == pytest.approx(of_p + PARAMS.fading * of_div)
        assert sums[2, 0] == pytest.approx(0.5 + PARAMS.fading * sums[1, 0])
        assert not sums[3].any()

    @needs_compiled
    @MANY
    @given(markup=MARKUP)
    def test_both_twins_give_the_same_sums(self, markup: str) -> None:
        page = html_page(markup)
        found = tree(page, page.lines)
        if found is None:
            return
        own = found.line_element.copy()
        own[::3] = -1
        assert_same_bits(lambda twin: twin.kind_token_sums(found, own, TOKEN_TABLE, 0.03, 10))


class TestLikeliestPaths:
    def test_kept_line_ends_a_run(self, twin: ModuleType) -> None:
        scores, costs = np.zeros((2, len(KINDS))), np.array([1.5, 1.5])
        scores[:, :2] = [[1.0, -1.0], [0.0, 0.2]]
        apart, together = np.array([True, True]), np.array([True, False])
        assert twin.likeliest_paths(scores, costs, together).tolist() == [0, 0]
        assert twin.likeliest_paths(scores, costs, apart).tolist() == [0, 1]

    @given(
        st.lists(st.lists(st.integers(-8, 8), min_size=3, max_size=3), min_size=1, max_size=5),
        st.lists(st.integers(0, 6), min_size=5, max_size=5),
    )
    def test_no_other_path_scores_higher(self, rows: list[list[int]], costs: list[int]) -> None:
        def score(path: tuple[int, ...]) -> float:
            changes = [
                cost for (a, b), cost in zip(pairwise(path), costs[1:], strict=False) if a != b
            ]
            return sum(row[kind] for row, kind in zip(rows, path, strict=True)) - sum(changes)

        path = tuple(likeliest_path(np.array(rows, float), costs[: len(rows)]))
        assert score(path) == max(map(score, product(range(3), repeat=len(rows))))

    @needs_compiled
    @MANY
    @given(lines=st.integers(1, 30), seed=st.integers(0, 2**32 - 1))
    def test_both_twins_find_the_same_paths(self, lines: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        scores = (rng.normal(size=(lines, len(KINDS))) * 2).round(rng.integers(0, 4))
        costs = rng.choice([1.5, 5.0], lines)
        begins = (rng.random(lines) < 0.2) | (np.arange(lines) == 0)
        assert_same_bits(lambda twin: twin.likeliest_paths(scores, costs, begins))
