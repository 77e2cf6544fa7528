"""What stands in the blanks of phrases: names of elements, words of lines, numbers.

Text of a page may contain anything: only characters that can be shown are quoted, and few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.elements import element_tokens
from boilerplate.kernels.plain_linear import LEVELS, NGRAMS
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.model.stack import WordWeights
from boilerplate.numeric import Ints
from boilerplate.page import Line, Page, elements_around

MAX_QUOTED: Final = 20  # characters of a name or a line that are quoted
# What the roles are called of which many are named: "bylines are dropped on article pages".
PLURALS: Final = {
    "headline": "headlines", "standfirst": "standfirsts", "subheading": "subheadings",
    "body": "paragraphs", "list": "lists", "table": "tables", "quote": "quotations",
    "code": "lines of code", "caption": "captions", "note": "notes", "byline": "bylines",
    "date": "dates", "tags": "tags", "navigation": "menus", "legal": "legal notices",
    "cookie": "cookie notices", "newsletter": "newsletter boxes", "share": "share buttons",
    "comments": "comments", "login": "login forms", "related": "links to other pages",
    "shop": "shop offers", "about": "notes about the site",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What phrases quote of a page: the elements around its lines, and the lines beside them."""

    page: Page
    content: NDArray[np.bool_]  # which lines are kept, (n,)
    weights: WordWeights | None  # None names the innermost element that has a name

    def name(self, line: int) -> str:
        """The name of an element around a line that told most for the line's label, in quotes."""
        around = enumerate(elements_around(self.page, line))
        if self.weights is None:
            return next((quoted(element.names) for _, element in around if element.names), "")
        sign = 1.0 if self.content[line] else -1.0
        best, told = "", 0.0
        for level, element in around:
            if level >= len(LEVELS):
                break
            for name in element.names:
                weight = sign * _weight(self.weights, name, int(LEVELS[level]))
                if weight > told and (words := quoted((name,))):
                    best, told = words, weight
        return best

    def box(self, line: int) -> str:
        """The name of the element around a line's own, in quotes and brackets, if it has one."""
        box = next(islice(elements_around(self.page, line), 1, None), None)  # of maybe hundreds
        return f" ({name})" if box and (name := quoted(box.names)) else ""

    def lines(self, line: int) -> str:
        """The dropped lines before and after a line: 'lines "Share" and "Print"'."""
        found = self._beside(line)
        return f"line{'s' * (len(found) > 1)} {' and '.join(found)}" if found else ""

    def beside(self, line: int) -> str:
        """The same in brackets, for a phrase that has counted them."""
        found = self._beside(line)
        return f" ({', '.join(found)})" if found else ""

    def _beside(self, line: int) -> list[str]:
        """The beginnings of the dropped lines before and after a line, in quotes."""
        lines: Sequence[Line] = self.page.lines
        beside = (i for i in (line - 1, line + 1) if 0 <= i < len(lines) and not self.content[i])
        return [words for i in beside if (words := quoted((lines[i].text[:80],)))]


def told_by(words: Sequence[str]) -> str:
    """Words in quotes and brackets, "" for none.

    >>> told_by(("Çerez", "kabul"))
    ' ("Çerez", "kabul")'
    """
    shown = [word for each in words if (word := _quoted_word(each))]
    return f" ({', '.join(shown)})" if shown else ""


def _weight(weights: WordWeights, name: str, level: int) -> float:
    """What a name of an element at a level above a line weighs for content."""
    return float(weights.tokens.take(_buckets(name, level)).astype(float).sum())


@lru_cache(maxsize=8192)
def _buckets(name: str, level: int) -> Ints:
    return token_buckets(element_tokens("", (name,))[1:], level, NGRAMS.bits)


def _quoted_word(word: str) -> str:
    """The same as ``quoted``, at once for what needs no look at each of its characters."""
    return f'"{word}"' if word.isalnum() and len(word) <= MAX_QUOTED else quoted((word,))


@lru_cache(maxsize=4096)
def quoted(tokens: tuple[str, ...]) -> str:
    r"""Tokens in quotes, shortened, without characters that cannot be shown; "" if none is left.

    >>> quoted(("id=share-tools", "left")), quoted(("\u202e",))
    ('"share-tools left"', '')
    """
    name = " ".join([token.removeprefix("id=") for token in tokens])[: 4 * MAX_QUOTED]
    if '"' in name or not name.isprintable():
        name = "".join([c for c in name if c.isprintable() and c != '"'])
    name = " ".join(name.split())
    if not name:
        return ""
    return f'"{name if len(name) <= MAX_QUOTED else name[: MAX_QUOTED - 1].rstrip() + "…"}"'
