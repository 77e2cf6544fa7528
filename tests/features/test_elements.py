"""The elements of a page, or of some of its lines, as a Tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from boilerplate.features.elements import element_tokens, elements_above, tree
from boilerplate.kernels.arrays import MAX_LEVELS, Tree
from boilerplate.page import Element, Line, Markup, Page, text_page
from boilerplate.reading.html import html_page
from tests.strategies import MARKUP
from tests.twins import bits


def test_bare_text_has_no_tree() -> None:
    assert tree(text_page(["x"]), text_page(["x"]).lines) is None


def test_elements_above_a_line_and_itself_are_found_in_order() -> None:
    parents = np.array([-1, 0, 0, 1, 3])
    assert elements_above(parents, np.array([4, 4])).tolist() == [0, 1, 3, 4]
    assert elements_above(parents, np.array([2])).tolist() == [0, 2]


def test_tree_of_some_lines_has_only_the_elements_around_them() -> None:
    page = html_page("<nav><a>Ev</a></nav><main><p>Metin</p><p class=x>Son</p></main>")
    found = tree(page, page.lines[1:2], partly=True)
    assert found
    assert [tag for tag, _ in found.types] == ["html", "body", "main", "p"]
    assert [found.types[found.type_of[e]][0] for e in found.upwards(found.line_element[0])] == [
        "p", "main", "body", "html",
    ]  # fmt: skip


def test_only_so_many_levels_of_elements_are_looked_at() -> None:
    elements = tuple(Element("div", (), i - 1) for i in range(100))
    page = Page((Line("derin", Markup(99)),), "html", None, elements)
    found = tree(page, page.lines)
    assert found
    assert found.levels == len(found.chain) == MAX_LEVELS


def test_tokens_of_an_element_are_those_of_its_type() -> None:
    page = html_page("<p class='lead intro'>Metin<p class='lead intro'>Son")
    found = tree(page, page.lines)
    assert found
    ends = np.cumsum(found.sizes)
    for i, (tag, names) in enumerate(found.types):
        tokens = found.tokens[ends[i] - found.sizes[i] : ends[i]]
        assert tokens.tolist() == element_tokens(tag, names).tolist()


PAGE = html_page(
    "<nav class=top><ul><li><a href=/>Ev</a></ul></nav>"
    "<main><p class='lead x y z'><b>Kalın</b> metin<br>ve<p hidden>Gizli<p class='lead x y'>न"
)


def test_elements_of_one_tag_and_names_are_of_one_type() -> None:
    found = tree(PAGE, PAGE.lines)
    assert found
    for i, element in enumerate(PAGE.elements):
        assert found.types[found.type_of[i]] == (element.tag, element.names)
        assert found.parent[i] == element.parent
        assert found.depth[i] == (found.depth[found.parent[i]] + 1 if i else 0)
        assert found.hidden[i] == element.hidden
    assert len(set(found.types)) == len(found.types)
    lead, other = (i for i, element in enumerate(PAGE.elements) if element.names[:1] == ("lead",))
    assert found.type_of[lead] != found.type_of[other]
    assert found.sign[lead] == found.sign[other]


@settings(deadline=None)
@given(MARKUP)
def test_tree_is_the_same_if_lines_and_elements_are_tuples(markup: str) -> None:
    page = html_page(markup).without_blank_lines
    made = replace(page, lines=tuple(page.lines), elements=tuple(page.elements))
    for part in (page.lines, page.lines[1:]):
        found, other = (tree(each, part, len(part) < len(page.lines)) for each in (page, made))
        if found and other:
            for key in Tree.__slots__:
                assert bits(getattr(found, key)) == bits(getattr(other, key)), key
        assert (found is None) == (other is None)


@pytest.mark.parametrize("orphan", [0, 2])
def test_element_whose_parent_is_not_before_it_is_refused(orphan: int) -> None:
    page = Page((Line("x", Markup(0)),), "html", None, (Element("p", (), orphan),))
    with pytest.raises(ValueError, match=f"element 0 has the parent {orphan}"):
        tree(page, page.lines)
