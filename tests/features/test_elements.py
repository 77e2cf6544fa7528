"""The elements of a page, or of some of its lines, as a Tree."""

from __future__ import annotations

import numpy as np

from boilerplate.features.elements import element_tokens, elements_above, tree
from boilerplate.kernels.arrays import MAX_LEVELS
from boilerplate.page import Element, Line, Markup, Page, text_page
from boilerplate.reading.html import html_page


def test_bare_text_has_no_tree() -> None:
    assert tree(text_page(["x"]), text_page(["x"]).lines) is None


def test_elements_above_a_line_and_itself_are_found_in_order() -> None:
    elements = [Element("p", (), parent) for parent in (-1, 0, 0, 1, 3)]
    assert elements_above(elements, np.array([4, 4])).tolist() == [0, 1, 3, 4]
    assert elements_above(elements, np.array([2])).tolist() == [0, 2]


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
