"""Elements as arrays, their tokens, and the markup of lines."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.elements import tree
from boilerplate.features.table import BLOCKS
from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.plain_tree import TAGS, TOKENS, subtree_sums
from boilerplate.page import Element, Line, Markup, Page
from boilerplate.reading.html import html_page
from tests.strategies import MARKUP, TAG_NAMES, TEXTS
from tests.twins import assert_same_bits, needs_compiled

MANY = settings(max_examples=200, deadline=None)


class TestElementTokens:
    def test_token_is_a_hash_of_a_name_or_a_piece_of_it_without_case_and_digits(
        self, twin: ModuleType
    ) -> None:
        one, other = (twin.type_tokens([("p", (name,))])[0] for name in ("Post-12", "post-7"))
        assert one.tolist() == other.tolist()
        assert twin.type_tokens([("div", ("post",))])[0][0] != one[0]

    def test_element_has_no_more_tokens_than_the_limit(self, twin: ModuleType) -> None:
        names = tuple(f"{a}{b}" for a in "abcdefgh" for b in "ijklmnop")
        assert len(twin.type_tokens([("p", names)])[0]) == TOKENS.max_tokens + 1

    @needs_compiled
    @settings(max_examples=300, deadline=None)
    @given(
        tag=TAG_NAMES,
        names=st.lists(st.one_of(TEXTS, st.text("aA0-_ bB", max_size=70)), max_size=30),
    )
    def test_both_twins_give_the_same_tokens(self, tag: str, names: list[str]) -> None:
        types = [("p", ()), (tag, tuple(names)), (tag, tuple(names[:1]))]
        assert_same_bits(lambda twin: twin.type_tokens(types))


PAGE = html_page(
    "<nav class=top><ul><li><a href=/>Ev</a></ul></nav>"
    "<main><p class=lead><b>Kalın</b> metin<br>ve<p hidden>Gizli</main>"
)


class TestLines:
    def test_markup_of_a_line_becomes_numbers(self, twin: ModuleType) -> None:
        lines = [Line("a", Markup(3, 1, 4, 2, True)), Line("b")]
        assert twin.line_markups(lines).tolist() == [[3, 1, 4, 2, 1], [0, 0, 0, 0, 0]]

    def test_lines_in_alike_elements_are_of_one_group(self, twin: ModuleType) -> None:
        parent, sign = np.array([-1, 0, 0, 2]), np.array([0, 1, 1, 1])
        alike, path = twin.line_groups(parent, sign, np.array([1, 2, 3]))
        assert alike.tolist() == [0, 0, 0]
        assert path.tolist() == [0, 0, 2]

    @needs_compiled
    @MANY
    @given(markup=MARKUP)
    def test_both_twins_find_the_same_groups(self, markup: str) -> None:
        page = html_page(markup)
        if found := tree(page, page.lines):
            of = found.parent, found.sign, found.line_element
            assert_same_bits(lambda twin: twin.line_groups(*of))


def markup_features(twin: ModuleType, page: Page) -> np.ndarray:
    """The features that the kernel ``markup_features`` fills in, (features, n)."""
    found = tree(page, page.lines)
    if found is None:
        return np.zeros(0)
    places = [TAGS.index(tag) if tag in TAGS else len(TAGS) for tag, _ in found.types]
    chars = np.array([len(line.text) for line in page.lines], float)
    out = np.full((BLOCKS["markup"].of_kernel, len(page.lines)), np.inf)
    twin.markup_features(found, np.array(places)[found.type_of], chars, out)
    return out


class TestMarkupFeatures:
    NAMES = BLOCKS["markup"].names

    def test_elements_around_a_line_are_known(self, twin: ModuleType) -> None:
        columns = dict(zip(self.NAMES, markup_features(twin, PAGE).tolist(), strict=False))
        assert columns["in_nav"] == [1, 0, 0, 0]
        assert columns["in_main"] == [0, 1, 1, 1]
        assert columns["own_a"] == [1, 0, 0, 0]
        assert columns["own_li"] == [0, 0, 0, 0]
        assert columns["hidden"] == [0, 0, 0, 1]
        assert columns["link_share"] == [1, 0, 0, 0]
        assert columns["emphasis_share"] == [0, 5 / 11, 0, 0]
        assert columns["after_break"] == [0, 0, 1, 0]
        assert columns["same_parent_previous"] == [0, 0, 1, 1]

    @needs_compiled
    @MANY
    @given(markup=MARKUP)
    def test_both_twins_give_the_same_bits(self, markup: str) -> None:
        page = html_page(markup)
        assert_same_bits(lambda twin: markup_features(twin, page))


@given(st.data())
def test_subtree_sums_are_those_of_a_walk_up_from_each_line(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 12))
    parents = [-1] + [data.draw(st.integers(0, i - 1)) for i in range(1, n)]
    own = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=8))
    elements = tuple(Element("div", (), parent) for parent in parents)
    page = Page(tuple(Line("x", Markup(e)) for e in own), "html", None, elements)
    found = tree(page, page.lines)
    assert isinstance(found, Tree)
    values = np.arange(1.0, len(own) + 1)[:, None]
    naive = np.zeros((n, 1))
    for element, value in zip(own, values[:, 0], strict=True):
        while element >= 0:
            naive[element] += value
            element = parents[element]
    np.testing.assert_allclose(subtree_sums(found, values), naive)


def test_tree_knows_the_elements_above_each_line(twin: ModuleType) -> None:
    found = tree(PAGE, PAGE.lines)
    assert found
    assert found.levels == len(found.chain)
    for line, column in zip(PAGE.lines, found.chain.T.tolist(), strict=True):
        assert line.markup
        assert [e for e in column if e >= 0] == list(found.upwards(line.markup.element))


def test_no_types_of_elements_have_no_tokens(twin: ModuleType) -> None:
    tokens, sizes = twin.type_tokens([])
    assert tokens.dtype == sizes.dtype == np.int64
    assert len(tokens) == len(sizes) == 0
