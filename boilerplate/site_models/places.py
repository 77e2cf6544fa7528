"""The place of a line in the markup: the nearest element above it that has a name, and its paths.

Lines in elements of the same tag, class and id stand in the same place, on all pages of a site.
A path is that place with those around it: two places in a sidebar may differ in it only. Both are
kept as 48-bit hashes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Final, NamedTuple

import numpy as np

from boilerplate.kernels.plain_fingerprints import hash_of
from boilerplate.numeric import Ints
from boilerplate.page import Element, Line

MAX_NAMES: Final = 3  # class and id tokens of an element that make up its place
# How many places make up each path of a line. The first is its place alone, and the last also has
# the tags below that, and whether the line is a link.
PATH_LENGTHS: Final = (1, 2, 3, 6, 6)
N_PATHS: Final = len(PATH_LENGTHS)
_DIGITS: Final = re.compile(r"\d+")


def named_elements(lines: Sequence[Line], elements: Sequence[Element]) -> list[int]:
    """The nearest element with a name above each line, its own included; -1 for none."""
    known = {-1: _NOTHING_ABOVE}
    return [
        _above(elements, line.markup.element, known).nearest if elements and line.markup else -1
        for line in lines
    ]


def line_paths(lines: Sequence[Line], elements: Sequence[Element]) -> Ints:
    """The paths of each line, (n, 5), the shortest first: its place, and more and more around it.

    0 for what a line doesn't have: any in bare text, all but the last where no element above has
    a name.
    """
    known = {-1: _NOTHING_ABOVE}
    hashed: dict[tuple[tuple[int, ...], int, bool], list[int]] = {}
    paths = np.zeros((len(lines), N_PATHS), np.int64)
    for i, line in enumerate(lines):
        if line.markup and elements:
            above = _above(elements, line.markup.element, known)
            key = above.places, above.tags, 2 * line.markup.link_chars > len(line.text)
            if key not in hashed:
                hashed[key] = _path_hashes(*key)
            paths[i] = hashed[key]
    return paths


class _Above(NamedTuple):
    """What stands above the lines of an element, its own names and tag included.

    The ``nearest`` element with a name, -1 for none; the ``places`` of the nearest ones, nearest
    first; a hash of the ``tags`` below them.
    """

    nearest: int
    places: tuple[int, ...]
    tags: int


_NOTHING_ABOVE: Final = _Above(-1, (), 0)


def _above(elements: Sequence[Element], at: int, known: dict[int, _Above]) -> _Above:
    """What stands above the lines of an element.

    ``known`` holds what was found before, so that no element is climbed twice.
    """
    climbed = []
    while at not in known:
        climbed.append(at)
        at = elements[at].parent
    found = known[at]
    for at in reversed(climbed):
        element = elements[at]
        # The class of a body names one page ('postid-7'), and stands above every line of it.
        if element.tag in ("html", "body"):
            found = _NOTHING_ABOVE
        elif element.names:
            place = place_hash(element.tag, element.names)
            found = _Above(at, (place, *found.places[: PATH_LENGTHS[-1] - 1]), 0)
        else:
            found = found._replace(tags=_mixed(found.tags, place_hash(element.tag, ())))
        known[at] = found
    return found


def _path_hashes(places: tuple[int, ...], tags: int, is_link: bool) -> list[int]:
    hashes = [reduce(_mixed, places[:length]) if places else 0 for length in PATH_LENGTHS]
    hashes[-1] = _mixed(_mixed(hashes[-1], tags), 1 + is_link)
    return hashes


def _mixed(one: int, other: int) -> int:
    """A 48-bit hash of two in this order."""
    return ((one << 16) + other) * 0x9E3779B97F4A7C15 % (1 << 64) >> 16


@lru_cache(maxsize=16_384)  # the named elements of some hundred pages
def place_hash(tag: str, names: tuple[str, ...]) -> int:
    """The place of the lines in an element of this tag and these names, digits aside."""
    return hash_of("\0".join([tag, *(_DIGITS.sub("", name) for name in names[:MAX_NAMES])]))
