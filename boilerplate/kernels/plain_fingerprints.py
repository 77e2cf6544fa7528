"""Python twin of the kernel that hashes lines, so that a line is found again on another page.

A date, a counter or an author's name changes from page to page while the line around it stays.
So each line gets two 48-bit hashes: the strict one with numbers and dates masked, and the loose
one with names and values masked too. The text cannot be read back from either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from boilerplate.numeric import Ints


@dataclass(frozen=True, slots=True)
class FingerprintParams:
    """What is hashed of a line; the C twin has the same numbers.

    Site models are kept in files, so none of this can change without learning them again.
    A hash has ``hash_bytes``: of 40,000 lines, two collide with a chance of 3 in a million. A line
    longer than ``head`` + ``tail`` characters is read at its two ends only. The loose hash differs
    from the strict one on lines of up to ``max_loose_chars``, for what a template fills in is
    short, and so is the key before a colon, up to ``max_key_chars``: 'Source: ...', '编辑：...'.
    """

    hash_bytes: int = 6
    head: int = 120
    tail: int = 40
    max_loose_chars: int = 100
    max_key_chars: int = 30


PARAMS: Final = FingerprintParams()

# A word before or between the numbers of a date is a month's or a weekday's, in any language.
_DATE: Final = re.compile(
    r"(?:[^\W\d]+[.,]? )?\b\d{1,2}[^\W\d]{0,2}[.,]? ?[-/]? ?"
    r"(?:[^\W\d]+[.,]? ?[-/]? ?)?(?:19|20)\d\d(?!\d)"
)
_NUMBER: Final = re.compile(r"\d+(?:[ .,:/\-–年月日时時分]*\d+)*")
_KEY: Final = re.compile(rf"(\S.{{1,{PARAMS.max_key_chars - 1}}}?)\s?[:：](?=.*\w)")
_DIGITS: Final = re.compile(r"\d+")


def line_fingerprints(texts: Sequence[str]) -> Ints:
    """The strict and the loose hash of each line, (n, 2)."""
    found = [fingerprints_of(text) for text in texts]
    return np.array(found, np.int64).reshape(-1, 2)


def fingerprints_of(text: str) -> tuple[int, int]:
    """The strict and the loose hash of one line."""
    text = clipped(text)
    exact = masked(text)
    return hash_of(exact), hash_of(loosely_masked(text, exact))


def clipped(text: str) -> str:
    """The part of a line that is read: all of it, or the head and the tail of a long one."""
    head, tail = PARAMS.head, PARAMS.tail
    return text if len(text) <= head + tail else f"{text[:head]} {text[-tail:]}"


def masked(line: str) -> str:
    """A line with its dates and numbers replaced by 0, case-folded.

    >>> masked("Updated: Thursday, 3 May 2012 14:05"), masked("2012年5月3日 发布")
    ('updated: 0', '0日 发布')
    """
    line = _DATE.sub("0", " ".join(line.split()))
    return _NUMBER.sub("0", line).casefold()


def loosely_masked(text: str, otherwise: str) -> str:
    """A short line without what a template fills in: names, and values after a colon.

    ``otherwise`` is returned where a line has nothing of that kind.

    >>> loosely_masked("Posted by Anna Kowalska on Monday", "")
    'posted by * on *'
    >>> loosely_masked("Source: Xinhua", "")
    'source:'
    """
    if len(text) > PARAMS.max_loose_chars:
        return otherwise
    if key := _KEY.match(text):
        return _DIGITS.sub("0", key[1].casefold()) + ":"
    if text[1:] == text[1:].lower():
        return otherwise
    first, *rest = text.split()
    out = [first.casefold()]
    has_names = False
    for word in rest:
        if not word[0].isupper():
            out.append(word.casefold())
        else:
            has_names = True
            if out[-1] != "*":
                out.append("*")
    # A title in which each word is a name has no words of the template's own.
    if not has_names or len(out) - out.count("*") < 2:
        return otherwise
    return _DIGITS.sub("0", " ".join(out))


def hash_of(text: str) -> int:
    """A 48-bit hash of a text; lone surrogates have hashes of their own."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=PARAMS.hash_bytes).digest(), "little")
