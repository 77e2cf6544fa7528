"""What makes a line the same line on another page, and a place the same place: 48-bit hashes.

A date, a counter or a reader's name changes from page to page while the line around it stays.
So two hashes are taken of each line: one of its words with numbers and dates masked, and a
loose one with what a template fills in masked too. A place is the last few elements above a
line, by tag and names. No text can be read back from any of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np

from boilerplate.features import Hashes, Ints
from boilerplate.page import Element, Page

HASH_BYTES: Final = 6  # 40,000 lines collide with a chance of 3 in a million
HEAD: Final = 120  # characters of a line that are looked at, with as many of its end
TAIL: Final = 40
LOOSE_CHARS: Final = 100  # what a template fills in is short
KEY_CHARS: Final = 30  # before a colon: 'Source: ...', '编辑：...'
PLACE_LEVELS: Final = 4
PLACE_NAMES: Final = 3

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


def masked(texts: Sequence[str]) -> list[str]:
    """Lines with their dates and numbers masked, case-folded; long ones by head and tail.

    >>> masked(["Updated: Thursday, 3 May 2012 14:05", "12 comments", "2012年5月3日 发布"])
    ['updated: 0', '0 comments', '0日 发布']
    """
    lines = [" ".join(_clipped(text).split()) for text in texts]
    numbered = [i for i, line in enumerate(lines) if _DIGIT.search(line)]
    # All of them in one string: a page costs two calls rather than two for each line.
    whole = "\n".join([lines[i] for i in numbered])
    whole = _NUMBER.sub("0", _DATE.sub("0", whole) if _YEAR.search(whole) else whole)
    for i, line in zip(numbered, whole.split("\n"), strict=False):
        lines[i] = line
    return "\n".join(lines).casefold().split("\n") if lines else []


def _clipped(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


@lru_cache(maxsize=16384)
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


def hashed(texts: Sequence[str]) -> Ints:
    """A 48-bit hash of each text, (n,)."""
    return np.array([_hash(text) for text in texts], np.int64)


# A site's menu is asked for on each of its pages.
@lru_cache(maxsize=16384)
def _hash(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=HASH_BYTES).digest(), "little")


def line_hashes(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The fingerprint and the loose fingerprint of each line, (n,) each."""
    exact = masked(texts)
    free = [loose(text, mask) for text, mask in zip(texts, exact, strict=True)]
    strict = hashed(exact)
    other = [i for i, (a, b) in enumerate(zip(exact, free, strict=True)) if a != b]
    loosely = strict.copy()
    loosely[other] = hashed([free[i] for i in other])
    return strict, loosely


@lru_cache(maxsize=65536)
def _element_hash(tag: str, names: tuple[str, ...]) -> int:
    # What a body is called is of one page ('postid-7'), and stands above every line of it.
    own = () if tag in ("html", "body") else names[:PLACE_NAMES]
    key = "\0".join([tag, *(_DIGITS.sub("", name) for name in own)])
    return int.from_bytes(
        blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


_MIX: Final = np.uint64(0xD6E8FEB86659FD93)


def element_places(elements: Sequence[Element]) -> Ints:
    """A hash for each element of itself and those above it, PLACE_LEVELS in all; (e,)."""
    own: Hashes = np.array([_element_hash(e.tag, e.names) for e in elements], np.uint64)
    parent = np.array([e.parent for e in elements], np.int64)
    own = np.append(own, np.uint64(0))  # of what is above the root, at index -1
    parent = np.append(parent, -1)
    at = np.arange(len(own))
    path = np.zeros(len(own), np.uint64)
    with np.errstate(over="ignore"):
        for _ in range(PLACE_LEVELS):
            path = (path ^ own[at]) * _MIX
            path ^= path >> np.uint64(31)
            at = parent[at]
    return (path[:-1] >> np.uint64(64 - 8 * HASH_BYTES)).astype(np.int64)


def line_places(page: Page, spoken: Sequence[int]) -> Ints:
    """The place of each line's element, (n,); 0 in bare text."""
    if page.kind != "html" or not page.elements:
        return np.zeros(len(spoken), np.int64)
    own = np.array([m.element if (m := page.lines[i].markup) else -1 for i in spoken], np.int64)
    return np.append(element_places(page.elements), 0)[own]
