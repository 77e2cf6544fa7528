"""Blanks between the inline elements of a line, which style sheets may show and markup has not."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Gap(IntEnum):
    """Whether one space is put between two texts that have none between them."""

    NONE = 0
    UNIT = 1  # after a word that may be one with what follows: not beside any punctuation
    APART = 2  # not before a full stop and the like
    ALWAYS = 3


# Nothing is put before the first of these; nor, after a single word in a ``span``, before the
# second, and after the third.
_CLOSING: Final = ".,;:!?%)]}"
_JOINING: Final = _CLOSING + "([{<>=+-*/\\_'^~|`"
_OPENING: Final = "([{<=+-*/\\_'^~|`.$#@&"
_QUOTES: Final = "\"'“„«‘‚‹¿¡"
LONG: Final = 200  # characters, more than one word has


def gap_after(text: str) -> Gap:
    """The gap after a ``span`` with a class that held this text.

    Style sheets set some of these apart, such as an author from a date, and others not: the first
    letter of a paragraph, the parts of a price, of a formula or of code.

    >>> gap_after("By Ada"), gap_after("O"), gap_after("$"), gap_after("14"), gap_after("quill.")
    (<Gap.APART: 2>, <Gap.NONE: 0>, <Gap.NONE: 0>, <Gap.UNIT: 1>, <Gap.NONE: 0>)
    """
    words = text.split()
    if len(words) > 1:
        return Gap.APART
    word = words[0].lstrip(_QUOTES) if words else ""
    if len(word) <= 1 or word[-1] in _OPENING:
        return Gap.NONE
    return Gap.UNIT


def is_apart(gap: Gap, following: str) -> bool:
    """Whether a gap is kept before a text."""
    first = following[0]
    return gap == Gap.ALWAYS or first not in (_JOINING if gap == Gap.UNIT else _CLOSING)
