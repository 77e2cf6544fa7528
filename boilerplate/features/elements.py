"""The elements of a page as arrays, and their hashed tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.arrays import ElementType, Tree
from boilerplate.numeric import Ints
from boilerplate.page import Element, Elements, Line, Page

CACHED_ELEMENTS: Final = 1 << 14  # whose tokens are kept: those of some hundred sites
SIGN_NAMES: Final = 3  # an element's first names, which its sign depends on


@lru_cache(maxsize=CACHED_ELEMENTS)
def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes of an element's tag, and of the tokens of its class, id and role names."""
    return kernels.type_tokens([(tag, names)])[0]


def tree(page: Page, lines: Sequence[Line], partly: bool = False) -> Tree | None:
    """The Tree of some of a page's lines; None for bare text.

    ``partly`` leaves out the elements that are around none of these lines.
    """
    if page.kind != "html" or not page.elements:
        return None
    markups = kernels.line_markups(lines)
    own = markups[:, 0].astype(np.int64)
    kinds, (kind, parent, depth) = _columns(page.elements)
    if partly:
        numbers = elements_above(parent, own)
        own = np.searchsorted(numbers, own)
        used = dict.fromkeys(kind[numbers].tolist())
        place = {each: i for i, each in enumerate(used)}
        kinds = [kinds[each] for each in used]
        kind = np.array([place[each] for each in kind[numbers].tolist()], np.int64)
        parent = np.where(parent[numbers] < 0, -1, np.searchsorted(numbers, parent[numbers]))
        depth = depth[numbers]
    types: dict[ElementType, int] = {}
    signs: dict[ElementType, int] = {}
    of_kinds = np.empty((2, len(kinds)), np.int64)
    of_kinds[0] = [types.setdefault((tag, names), len(types)) for tag, names, _ in kinds]
    of_kinds[1] = [
        signs.setdefault((tag, names[:SIGN_NAMES]), len(signs)) for tag, names, _ in kinds
    ]
    type_of, sign = of_kinds.take(kind, 1)
    hidden = np.array([is_hidden for _, _, is_hidden in kinds])[kind]
    groups = kernels.line_groups(parent, sign, own)
    distinct = list(types)
    tokens, sizes = kernels.type_tokens(distinct)
    return Tree(distinct, tokens, sizes, type_of, parent, depth, hidden, sign, markups, own, groups)


def _columns(
    elements: Sequence[Element],
) -> tuple[Sequence[tuple[str, tuple[str, ...], bool]], Ints]:
    """The types and numbers of elements, see ``page.Elements``.

    Raises ValueError where an element's parent does not stand before it.
    """
    if isinstance(elements, Elements):
        return elements.types, elements.numbers
    numbers = np.empty((3, len(elements)), np.int64)
    kinds: dict[tuple[str, tuple[str, ...], bool], int] = {}
    depths: list[int] = []
    for i, element in enumerate(elements):
        if not -1 <= element.parent < i:
            raise ValueError(f"element {i} has the parent {element.parent}")
        depths.append(depths[element.parent] + 1 if element.parent >= 0 else 0)
        kind = element.tag, element.names, element.hidden
        numbers[:, i] = kinds.setdefault(kind, len(kinds)), element.parent, depths[i]
    return list(kinds), numbers


def elements_above(parent: Ints, own: Ints) -> Ints:
    """The numbers of some elements and of all around them, in rising order.

    ``parent`` (e,) are the parents of the page's elements.
    """
    parents = parent.tolist()
    found: set[int] = set()
    for number in dict.fromkeys(own.tolist()):
        while number >= 0 and number not in found:
            found.add(number)
            number = parents[number]
    return np.array(sorted(found), np.int64)
