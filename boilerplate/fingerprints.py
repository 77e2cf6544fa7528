"""What makes a line the same line on another page, and a place the same place: 48-bit hashes.

A date, a counter or a reader's name changes from page to page while the line around it stays.
So two hashes are taken of each line: one of its words with numbers and dates masked, and a
loose one with what a template fills in masked too. A place is the nearest element above a line
that has a name, by its tag and names. No text can be read back from any of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.characters import CASED, TABLE_SIZE, char_flags
from boilerplate.features import Ints
from boilerplate.page import Element, Page

HASH_BYTES: Final = 6  # 40,000 lines collide with a chance of 3 in a million
HEAD: Final = 120  # characters of a line that are looked at, with as many of its end
TAIL: Final = 40
LOOSE_CHARS: Final = 100  # what a template fills in is short
KEY_CHARS: Final = 30  # before a colon: 'Source: ...', '编辑：...'
PLACE_NAMES: Final = 3
CACHED: Final = 16_384  # lines whose fingerprints are kept: those of some hundred pages
SEVERAL: Final = 0x1FFFFF  # no code point: what stands for more than one
LOWERS: Final = 1 << 31

_YEAR: Final = re.compile(r"(?:19|20)\d\d(?!\d)")
# A word before or between the numbers of a date is a month's or a weekday's, in any language.
_DATE: Final = re.compile(
    rf"(?:[^\W\d]+[.,]? )?\b\d{{1,2}}[^\W\d]{{0,2}}[.,]? ?[-/]? ?"
    rf"(?:[^\W\d]+[.,]? ?[-/]? ?)?{_YEAR.pattern}"
)
_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = re.compile(r"\d+(?:[ .,:/\-–年月日时時分]*\d+)*")
_KEY: Final = re.compile(rf"(\S.{{1,{KEY_CHARS - 1}}}?)\s?[:：](?=.*\w)")
_DIGITS: Final = re.compile(r"\d+")


def masked(line: str) -> str:
    """A line with its dates and numbers masked, case-folded.

    >>> masked("Updated: Thursday, 3 May 2012 14:05"), masked("2012年5月3日 发布")
    ('updated: 0', '0日 发布')
    """
    line = " ".join(line.split())
    if _DIGIT.search(line):
        line = _NUMBER.sub("0", _DATE.sub("0", line) if _YEAR.search(line) else line)
    return line.casefold()


def _clipped(text: str) -> str:
    """A line as far as it is looked at: a long one by its head and its tail."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


def loose(text: str, otherwise: str) -> str:
    """A short line with what a template fills in masked: names, and values after a colon.

    ``otherwise`` is its masked form, given back where there is nothing of that kind.

    >>> loose("Posted by Anna Kowalska on Monday", ""), loose("Source: Xinhua", "")
    ('posted by * on *', 'source:')
    """
    if len(text) > LOOSE_CHARS:
        return otherwise
    if (":" in text or "：" in text) and (key := _KEY.match(text)):
        return _DIGITS.sub("0", key[1].casefold()) + ":"
    if text[1:] == text[1:].lower():
        return otherwise
    first, *rest = text.split()
    out = [first.casefold()]
    named = False
    for word in rest:
        if not word[0].isupper():
            out.append(word.casefold())
        else:
            named = True
            if out[-1] != "*":
                out.append("*")
    # A title in which each word is a name has no words of the template's own.
    if not named or len(out) - out.count("*") < 2:
        return otherwise
    return _DIGITS.sub("0", " ".join(out))


def hashed(text: str) -> int:
    """A 48-bit hash of a text."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=HASH_BYTES).digest(), "little")


# A site's menu is asked for on each of its pages.
@lru_cache(maxsize=CACHED)
def fingerprints_of(line: str) -> tuple[int, int]:
    """The fingerprint and the loose fingerprint of a line, clipped."""
    exact = masked(line)
    free = loose(line, exact)
    strict = hashed(exact)
    return strict, strict if free == exact else hashed(free)


@cache
def folds() -> NDArray[np.uint32]:
    """What each code point below U+20000 is case-folded, and LOWERS where it has a lower case.

    SEVERAL stands for more than one code point.
    """
    found = np.arange(TABLE_SIZE, dtype=np.uint32)
    for point in (point for some in CASED for point in some):
        char = chr(point)
        folded = char.casefold()
        lowers = LOWERS if char.lower() != char else 0
        found[point] = lowers | (ord(folded) if len(folded) == 1 else SEVERAL)
    return found


def line_hashes(texts: Sequence[str]) -> Ints:
    """The fingerprint and the loose fingerprint of each line, (n, 2)."""
    if native := acceleration.native:
        out = np.empty((len(texts), 2), np.int64)
        for i in native.line_fingerprints(list(texts), char_flags(), folds(), out):
            out[i] = fingerprints_of(_clipped(texts[i]))
        return out
    found = [fingerprints_of(_clipped(text)) for text in texts]
    return np.array(found, np.int64).reshape(-1, 2)


def named_above(elements: Sequence[Element], at: int, known: dict[int, int]) -> int:
    """The nearest of a page's elements with a name, from one of them upwards; -1 for none.

    ``known`` keeps what was found, so that a deep page is climbed once.
    """
    climbed = []
    while at >= 0 and at not in known:
        climbed.append(at)
        element = elements[at]
        # What a body is called is of one page ('postid-7'), and stands above every line of it.
        if element.names and element.tag not in ("html", "body"):
            break
        at = element.parent
    found = known.get(at, at)
    known.update(dict.fromkeys(climbed, found))
    return found


def named_elements(page: Page, lines: Sequence[int]) -> list[int]:
    """The nearest element with a name above each of a page's lines; -1 where there is none."""
    known: dict[int, int] = {}
    return [
        named_above(page.elements, markup.element, known)
        if page.elements and (markup := page.lines[i].markup)
        else -1
        for i in lines
    ]


def line_places(page: Page, spoken: Sequence[int]) -> Ints:
    """The place of each line, (n,); 0 in bare text, and where no element above has a name."""
    places = np.zeros(len(spoken), np.int64)
    if not page.elements:
        return places
    for row, at in enumerate(named_elements(page, spoken)):
        if at >= 0:
            places[row] = named_place(page.elements[at].tag, page.elements[at].names)
    return places


@lru_cache(maxsize=CACHED)
def named_place(tag: str, names: tuple[str, ...]) -> int:
    """The place of lines whose nearest element with a name has this tag and these names."""
    return hashed("\0".join([tag, *(_DIGITS.sub("", name) for name in names[:PLACE_NAMES])]))
