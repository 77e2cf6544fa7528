"""The place of a line in the markup: the nearest element above it that has a name.

Lines in elements of the same tag, class and id stand in the same place, on all pages of a site.
A place is kept as a 48-bit hash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from boilerplate.kernels.plain_fingerprints import hash_of
from boilerplate.numeric import Ints
from boilerplate.page import Element, Line

MAX_NAMES: Final = 3  # class and id tokens of an element that make up its place
_DIGITS: Final = re.compile(r"\d+")


def line_places(lines: Sequence[Line], elements: Sequence[Element]) -> Ints:
    """The place of each line, (n,); 0 in bare text, and where no element above has a name."""
    return np.array(
        [
            place_hash(elements[at].tag, elements[at].names) if at >= 0 else 0
            for at in named_elements(lines, elements)
        ],
        np.int64,
    )


def named_elements(lines: Sequence[Line], elements: Sequence[Element]) -> list[int]:
    """The nearest element with a name above each line, its own included; -1 for none."""
    known: dict[int, int] = {}
    return [
        _nearest_named(elements, line.markup.element, known) if elements and line.markup else -1
        for line in lines
    ]


def _nearest_named(elements: Sequence[Element], at: int, known: dict[int, int]) -> int:
    """The nearest element with a name, from ``at`` upwards; -1 for none.

    ``known`` holds what was found before, so that no element is climbed twice.
    """
    climbed = []
    while at >= 0 and at not in known:
        climbed.append(at)
        element = elements[at]
        # The class of a body names one page ('postid-7'), and stands above every line of it.
        if element.names and element.tag not in ("html", "body"):
            break
        at = element.parent
    found = known.get(at, at)
    known.update(dict.fromkeys(climbed, found))
    return found


@lru_cache(maxsize=16_384)  # the named elements of some hundred pages
def place_hash(tag: str, names: tuple[str, ...]) -> int:
    """The place of the lines in an element of this tag and these names, digits aside."""
    return hash_of("\0".join([tag, *(_DIGITS.sub("", name) for name in names[:MAX_NAMES])]))
