"""Sums of weights for the roles of lines: of their n-grams, and of the elements around them."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.elements import tree
from boilerplate.kernels.plain_roles import PARAMS, text_rows
from boilerplate.kernels.plain_text import page_text
from boilerplate.page import Element, Line, Markup, Page
from boilerplate.reading.html import html_page
from boilerplate.roles import ROLES
from tests.strategies import MARKED, MARKUP, TEXTS
from tests.twins import assert_same_bits, needs_compiled, twin_of

MANY = settings(max_examples=150, deadline=None)
RNG = np.random.default_rng(0)
TEXT_TABLE, TOKEN_TABLE = (
    RNG.integers(-127, 128, (1 << bits, len(ROLES)), np.int8)
    for bits in (PARAMS.text_bits, PARAMS.token_bits)
)


class TestTextSums:
    def test_ngrams_of_a_text_are_summed_and_counted(self, twin: ModuleType) -> None:
        ones = np.ones((1 << PARAMS.text_bits, len(ROLES)), np.int8)
        sums, counts = twin.role_text_sums(page_text(["ab", ""]), ones)
        assert sums.shape == (2, len(ROLES))
        assert (sums == counts[:, None]).all()
        # With its bounds "ab" has 3 pairs, 2 threes and 1 four, and one word.
        assert counts[0] == 7

    @pytest.mark.parametrize("weight", [-128, 127])
    def test_the_largest_weights_add_up(self, twin: ModuleType, weight: int) -> None:
        table = np.full((1 << PARAMS.text_bits, len(ROLES)), weight, np.int8)
        [sums], [count] = twin.role_text_sums(page_text(["ab " * PARAMS.head]), table)
        assert count > 256
        assert sums.tolist() == [count * weight] * len(ROLES)

    def test_each_role_has_the_sum_of_its_own_column(self, twin: ModuleType) -> None:
        texts = ["تسجيل الدخول", "Log in, log in", "ログイン", ""]
        ids, offsets = text_rows(page_text(texts))
        naive = [TEXT_TABLE[ids[a:b]].sum(0, dtype=int).tolist() for a, b in pairwise(offsets)]
        assert twin.role_text_sums(page_text(texts), TEXT_TABLE)[0].tolist() == naive

    @pytest.mark.parametrize(
        "head", ["a" * 100, "abc " * 25, "麦" * 100, "سلام " * 20, "a1 " * 33 + "b"]
    )
    def test_line_is_read_as_if_it_ended_after_its_head(self, twin: ModuleType, head: str) -> None:
        assert len(head) == PARAMS.head
        one = twin.role_text_sums(page_text([head.rstrip()]), TEXT_TABLE)
        other = twin.role_text_sums(page_text([head + "c b" * 1000]), TEXT_TABLE)
        assert [each.tolist() for each in one] == [each.tolist() for each in other]

    @needs_compiled
    @settings(max_examples=300, deadline=None)
    @given(texts=st.lists(st.one_of(TEXTS, MARKED), max_size=6), repeat=st.sampled_from([1, 1, 20]))
    def test_both_twins_give_the_same_sums(self, texts: list[str], repeat: int) -> None:
        long = [(text * repeat).replace("\n", " ") for text in texts]
        assert_same_bits(lambda twin: twin.role_text_sums(page_text(long), TEXT_TABLE))


class TestTokenSums:
    def test_nearer_elements_count_more(self, twin: ModuleType) -> None:
        elements = (Element("div", ("share",), -1), Element("p", (), 0), Element("b", (), 1))
        lines = tuple(Line("x", Markup(at)) for at in range(3))
        page = Page(lines, "html", elements=elements)
        found = tree(page, lines)
        assert found
        ones = np.ones((1 << PARAMS.token_bits, len(ROLES)), np.int8)
        sums = twin.role_token_sums(found, np.array([0, 1, 2, -1]), ones, 0.5)
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
        assert_same_bits(lambda twin: twin.role_token_sums(found, own, TOKEN_TABLE, 0.03))


def groups_of(n: int, seed: int) -> np.ndarray:
    """Two ways to group n lines; a group has the number of its first line."""
    drawn = np.random.default_rng(seed).integers(0, 4, (2, n))
    return np.array([[row.tolist().index(each) for each in row] for row in drawn], np.int64)


class TestContext:
    def test_means_of_groups_and_windows_stand_behind_the_shares(self, twin: ModuleType) -> None:
        shares = np.zeros((5, len(ROLES)), np.float32)
        shares[:, 7] = [1.0, 0.0, 0.0, 0.0, 0.5]
        groups = np.array([[0, 1, 0, 1, 0], [0, 0, 0, 0, 4]])
        out = np.full((8 * len(ROLES), 5), np.nan, np.float32)
        twin.role_context(shares, groups, out)
        blocks = out.reshape(8, len(ROLES), 5)
        assert blocks[:3, 7].tolist() == [[1, 0, 0, 0, 0.5], [0, 1, 0, 0, 0], [0, 0, 0, 0.5, 0]]
        assert blocks[3, 7].tolist() == pytest.approx([0.25, 0.3, 0.3, 0.3, 0.125], abs=1e-6)
        assert blocks[6, 7].tolist() == [0.5, 0.0, 0.5, 0.0, 0.5]
        assert blocks[7, 7].tolist() == [0.25, 0.25, 0.25, 0.25, 0.5]
        assert not blocks[:, :7].any()

    @needs_compiled
    @MANY
    @given(st.integers(0, 70), st.booleans(), st.integers(0, 999))
    def test_both_twins_fill_the_same_bits(self, n: int, grouped: bool, seed: int) -> None:
        shares = np.random.default_rng(seed).random((n, len(ROLES)), np.float32)
        groups = groups_of(n, seed)[: 2 * grouped]

        def filled(twin: ModuleType) -> np.ndarray:
            out = np.empty(((6 + 2 * grouped) * len(ROLES), n), np.float32)
            twin.role_context(shares, groups, out)
            return out

        assert_same_bits(filled)

    @needs_compiled
    @pytest.mark.parametrize("number", [-1, 3])
    def test_a_group_without_a_line_is_refused(self, number: int) -> None:
        out = np.empty((8 * len(ROLES), 3), np.float32)
        groups = np.array([[0, 1, 2], [0, number, 2]])
        with pytest.raises((ValueError, IndexError), match="role_context"):
            twin_of("compiled").role_context(np.zeros((3, len(ROLES)), np.float32), groups, out)

    @needs_compiled
    @pytest.mark.parametrize("rows", [7, 9])
    def test_other_numbers_of_rows_are_refused(self, rows: int) -> None:
        out = np.empty((rows * len(ROLES), 3), np.float32)
        with pytest.raises(ValueError, match="role_context"):
            twin_of("compiled").role_context(
                np.zeros((3, len(ROLES)), np.float32), groups_of(3, 0), out
            )
