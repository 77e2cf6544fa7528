"""The elements of a page as arrays, and their hashed tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.arrays import Tree
from boilerplate.numeric import Ints
from boilerplate.page import Element, Line, Page

CACHED_ELEMENTS: Final = 1 << 14  # whose tokens are kept: those of some hundred sites


@lru_cache(maxsize=CACHED_ELEMENTS)
def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes of an element's tag, and of the tokens of its class, id and role names."""
    return kernels.element_tokens(tag, names)


def tree(page: Page, lines: Sequence[Line], partly: bool = False) -> Tree | None:
    """The Tree of some of a page's lines; None for bare text.

    ``partly`` leaves out the elements that are around none of these lines.
    """
    if page.kind != "html" or not page.elements:
        return None
    markups = kernels.line_markups(lines)
    own = markups[:, 0].astype(np.int64)
    numbers = np.arange(len(page.elements))
    if partly:
        numbers = elements_above(page.elements, own)
        own = np.searchsorted(numbers, own)
    elements = [page.elements[i] for i in numbers.tolist()] if partly else page.elements
    types, type_of, parent, depth, hidden, sign = kernels.element_arrays(elements, numbers)
    groups = kernels.line_groups(parent, sign, own)
    each = [element_tokens(*found) for found in types]
    tokens, sizes = np.concatenate(each), np.array([len(some) for some in each], np.int64)
    return Tree(types, tokens, sizes, type_of, parent, depth, hidden, sign, markups, own, groups)


def elements_above(elements: Sequence[Element], own: Ints) -> Ints:
    """The numbers of some elements and of all around them, in rising order."""
    found: set[int] = set()
    for number in dict.fromkeys(own.tolist()):
        while number >= 0 and number not in found:
            found.add(number)
            number = elements[number].parent
    return np.array(sorted(found), np.int64)
