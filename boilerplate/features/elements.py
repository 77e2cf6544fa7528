"""The page's elements as arrays, and the tokens of their tags, classes and ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.ngrams import _MIX, HASH_BITS, buckets
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Element, Line, Page

_NAME_WORD = re.compile(r"[a-z]{2,}|[A-Z][a-z]+|[A-Z]{2,}")
MAX_NAME_WORDS: Final = 24
KEPT_NAMES: Final = 1 << 14  # of elements, whose tokens are kept: those of some hundred sites


@lru_cache(maxsize=KEPT_NAMES)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a class, id or role, whole and in pieces.

    >>> name_tokens("postBody-text2"), name_tokens("role=navigation")
    (('postbody-text', 'post', 'body', 'text'), ('role=navigation', 'role', 'navigation'))
    """
    whole = re.sub(r"\d+", "", name.lower())[:40]
    return (whole, *(word.lower() for word in _NAME_WORD.findall(name)[:8]))


@lru_cache(maxsize=KEPT_NAMES)
def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes of what an element is called: its tag, its names, their words."""
    if native := acceleration.native:
        out = np.empty(MAX_NAME_WORDS + 1, np.int64)
        if (found := native.element_tokens(tag, names, out)) > 0:
            return out[:found]
    tokens = dict.fromkeys(token for name in names for token in name_tokens(name))
    return np.array(
        [
            crc32(f"<{tag}>".encode()),
            *(crc32(t.encode("utf-8", "replace")) for t in list(tokens)[:MAX_NAME_WORDS]),
        ],
        np.int64,
    )


# The line's own element, its parent and grandparent speak for themselves; then they blur.
LEVELS: Final = np.array([0, 1, 2, 3, 3, 4, 4, 4, *([5] * 40)])
N_LEVELS: Final = 6


def name_buckets(tokens: Ints, level: int, bits: int = HASH_BITS) -> Ints:
    """The places of an element's tokens, seen from ``level`` elements below it."""
    with np.errstate(over="ignore"):
        mixed = (tokens.astype(np.uint64) + np.uint64(1 + (level << 34))) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
    return buckets(mixed, bits)


_FIRST_NAMES: Final = 3  # by which elements are told apart, whatever else they are called
ElementKind = tuple[str, tuple[str, ...]]  # what elements alike share: tag and names


@dataclass(slots=True)
class Tree:
    """The page's elements as arrays, and the innermost element of each line.

    ``kinds`` are the tags and names that there are, ``kind`` (e,) which of them an element has,
    ``sign`` (e,) a number that elements of the same tag and first names share. ``markups`` (n, 5)
    are ``line_markups``, ``groups`` (2, n) ``line_groups``. ``tokens`` (t,) are the
    ``element_tokens`` of the kinds, one after the other, ``sizes`` how many each has. Shapes:
    e elements, n lines.
    """

    kinds: Sequence[ElementKind]
    tokens: Ints
    sizes: Ints
    kind: Ints
    parent: Ints
    depth: Ints
    hidden: NDArray[np.bool_]
    sign: Ints
    markups: Floats
    line_element: Ints
    groups: Ints

    @property
    def levels(self) -> int:
        """How far up the elements around lines are looked at."""
        return min(int(self.depth[self.line_element].max(initial=0)) + 1, len(LEVELS))

    @property
    def chain(self) -> Ints:
        """The elements around each line, the innermost first, -1 above the root; (levels, n)."""
        chain = np.empty((self.levels, len(self.line_element)), np.int64)
        current = self.line_element
        for row in chain:
            row[:] = current
            current = np.where(current >= 0, self.parent[current], -1)
        return chain


def tree(page: Page, lines: Sequence[Line], partly: bool = False) -> Tree | None:
    """The Tree of some of a page's lines; None for bare text.

    ``partly`` leaves out the elements that are around none of these lines.
    """
    if page.kind != "html" or not page.elements:
        return None
    markups = line_markups(lines)
    own = markups[:, 0].astype(np.int64)
    numbers = np.arange(len(page.elements))
    if partly:
        numbers = elements_above(page.elements, own)
        own = np.searchsorted(numbers, own)
    kinds, kind, parent, depth, hidden, sign = element_arrays(page.elements, numbers)
    groups = line_groups(parent, sign, own)
    each = [element_tokens(*found) for found in kinds]
    tokens, sizes = np.concatenate(each), np.array([len(some) for some in each], np.int64)
    return Tree(kinds, tokens, sizes, kind, parent, depth, hidden, sign, markups, own, groups)


def elements_above(elements: Sequence[Element], own: Ints) -> Ints:
    """The numbers of some elements and of all around them, in rising order."""
    found: set[int] = set()
    for number in dict.fromkeys(own.tolist()):
        while number >= 0 and number not in found:
            found.add(number)
            number = elements[number].parent
    return np.array(sorted(found), np.int64)


def line_groups(parent: Ints, sign: Ints, own: Ints) -> Ints:
    """The first line whose element has the same sign, and the first whose parent's has so too.

    ``own`` (n,) are the lines' elements; (2, n).
    """
    groups = np.empty((2, len(own)), np.int64)
    if native := acceleration.native:
        native.line_groups(parent, sign, own, groups)
        return groups
    around = sign[np.maximum(parent[own], 0)]
    pairs = sign[own] * (sign.max(initial=0) + 1) + around
    for row, keys in zip(groups, (sign[own], pairs), strict=True):
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        row[:] = first[inverse]
    return groups


def element_arrays(
    elements: Sequence[Element], numbers: Ints
) -> tuple[list[ElementKind], Ints, Ints, Ints, NDArray[np.bool_], Ints]:
    """The kinds of some elements, and of each its kind, parent, depth, if it is hidden, its sign.

    ``numbers`` (e,) rise, and have the number of each element's parent. A parent is told by its
    place among them; elements of one sign share the tag and the first names.
    """
    e = len(numbers)
    kind, parent, depth, sign = np.empty((4, e), np.int64)
    hidden = np.empty(e, bool)
    some = tuple(elements) if e == len(elements) else tuple(elements[i] for i in numbers.tolist())
    if native := acceleration.native:
        kinds = native.element_arrays(some, numbers, parent, depth, hidden, kind, sign)
        return kinds, kind, parent, depth, hidden, sign
    place = dict(zip(numbers.tolist(), range(e), strict=True)) | {-1: -1}
    seen: dict[ElementKind, int] = {}
    signs: dict[ElementKind, int] = {}
    for i, element in enumerate(some):
        kind[i] = seen.setdefault((element.tag, element.names), len(seen))
        sign[i] = signs.setdefault((element.tag, element.names[:_FIRST_NAMES]), len(signs))
        parent[i], hidden[i] = place[element.parent], element.hidden
        depth[i] = depth[parent[i]] + 1 if element.parent >= 0 else 0
    return list(seen), kind, parent, depth, hidden, sign


def line_markups(lines: Sequence[Line]) -> Floats:
    """Element, links, characters in links and in emphasis, and whether after a break; (n, 5)."""
    if native := acceleration.native:
        out = np.empty((len(lines), 5))
        native.line_markups(tuple(lines), range(len(lines)), out)
        return out
    markups = [line.markup for line in lines]
    values = [
        (m.element, m.links, m.link_chars, m.emphasis_chars, m.after_break) if m else (0,) * 5
        for m in markups
    ]
    return np.array(values, float).reshape(len(markups), 5)
