"""What a character is, in every script alike: its kind, and the script it is written in.

Categories come from the Unicode database; nothing assumes blanks, case or Western punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum, IntFlag
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration

Floats = NDArray[np.float64]


class Char(IntEnum):
    """What a character is, coarsely; the columns of ``char_counts``."""

    OTHER = 0
    LOWER = 1
    UPPER = 2
    LETTER = 3
    MARK = 4
    DIGIT = 5
    TERMINAL = 6
    COMMA = 7
    BRACKET = 8
    QUOTE = 9
    DASH = 10
    PUNCTUATION = 11
    CURRENCY = 12
    SYMBOL = 13
    SPACE = 14
    COLON = 15


# Unicode's Sentence_Terminal property for the scripts in use (PropList.txt 15.1).
TERMINALS: Final = frozenset(
    "!.?\N{ARMENIAN FULL STOP}\N{ARABIC QUESTION MARK}\N{ARABIC FULL STOP}"
    "\N{SYRIAC END OF PARAGRAPH}\N{DEVANAGARI DANDA}\N{DEVANAGARI DOUBLE DANDA}"
    "\N{MYANMAR SIGN LITTLE SECTION}\N{MYANMAR SIGN SECTION}\N{ETHIOPIC FULL STOP}"
    "\N{ETHIOPIC QUESTION MARK}\N{ETHIOPIC PARAGRAPH SEPARATOR}\N{KHMER SIGN KHAN}"
    "\N{KHMER SIGN BARIYOOSAN}\N{TIBETAN MARK SHAD}\N{HORIZONTAL ELLIPSIS}"
    "\N{DOUBLE EXCLAMATION MARK}\N{INTERROBANG}\N{IDEOGRAPHIC FULL STOP}"
    "\N{HALFWIDTH IDEOGRAPHIC FULL STOP}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH EXCLAMATION MARK}"
    "\N{FULLWIDTH QUESTION MARK}\N{SMALL FULL STOP}"
    "\N{PRESENTATION FORM FOR VERTICAL IDEOGRAPHIC FULL STOP}"
)
COMMAS: Final = frozenset(
    ",;\N{ARABIC COMMA}\N{ARABIC SEMICOLON}\N{ETHIOPIC COMMA}\N{ETHIOPIC SEMICOLON}"
    "\N{IDEOGRAPHIC COMMA}\N{FULLWIDTH COMMA}\N{FULLWIDTH SEMICOLON}"
    "\N{HALFWIDTH IDEOGRAPHIC COMMA}\N{SMALL COMMA}\N{GREEK ANO TELEIA}\N{ARMENIAN COMMA}"
)
COLONS: Final = frozenset(":\N{FULLWIDTH COLON}\N{ETHIOPIC COLON}\N{SMALL COLON}")
_BY_CATEGORY: Final = {
    "Ll": Char.LOWER, "Lu": Char.UPPER, "Lt": Char.UPPER, "Lo": Char.LETTER, "Lm": Char.LETTER,
    "Mn": Char.MARK, "Mc": Char.MARK, "Me": Char.MARK, "Nd": Char.DIGIT, "Nl": Char.DIGIT,
    "No": Char.DIGIT, "Ps": Char.BRACKET, "Pe": Char.BRACKET, "Pi": Char.QUOTE, "Pf": Char.QUOTE,
    "Pd": Char.DASH, "Pc": Char.DASH, "Po": Char.PUNCTUATION, "Sc": Char.CURRENCY,
    "Sm": Char.CURRENCY, "So": Char.SYMBOL, "Sk": Char.SYMBOL, "Zs": Char.SPACE,
    "Zl": Char.SPACE, "Zp": Char.SPACE, "Cc": Char.SPACE,
}  # fmt: skip
TABLE_SIZE: Final = 0x20000  # beyond lie rare Han characters, and nothing else that matters


@cache
def char_table() -> NDArray[np.uint8]:
    """The Char of each code point below U+20000."""
    category = unicodedata.category
    table = np.array(
        [_BY_CATEGORY.get(category(chr(c)), Char.OTHER) for c in range(0x3400)], np.uint8
    )
    # Han, Hangul and Yi are letters throughout: no need to ask for each.
    tail = np.full(TABLE_SIZE - 0x3400, Char.LETTER, np.uint8)
    for c in (
        *range(0xA4D0, 0xAC00),
        *range(0xD7A4, 0xF900),
        *range(0xFB00, 0x12000),
        *range(0x16000, 0x17000),
        *range(0x1D000, 0x20000),
    ):
        tail[c - 0x3400] = _BY_CATEGORY.get(category(chr(c)), Char.OTHER)
    table = np.concatenate([table, tail])
    for chars, kind in (
        (TERMINALS, Char.TERMINAL),
        (COMMAS, Char.COMMA),
        (COLONS, Char.COLON),
        ("\"'", Char.QUOTE),
    ):
        for char in chars:
            table[ord(char)] = kind
    return table


class Flag(IntFlag):
    """What else is asked of a character.

    Regular expressions' word, digit and blank; upper case; and whether ``plain`` leaves it as it
    is, whatever stands around it.
    """

    WORD = 1
    DECIMAL = 2
    BLANK = 4
    UPPER = 8
    PLAIN = 16


CASED: Final = (  # no code point outside of these has a case
    range(0x3400), range(0xA000, 0xAC00), range(0xFB00, 0xFB20), range(0xFF00, 0x12000),
    range(0x16000, 0x17000), range(0x1D000, 0x20000),
)  # fmt: skip


# Nothing composes with these but what is a mark to Unicode. Letters of Korean do with each other,
# as do marks of old scripts beyond U+FFFF, where only pictures are common.
_NEVER_PLAIN: Final = (
    range(0x1100, 0x1200), range(0xD800, 0xE000), range(0x10000, 0x1F000), range(0x1FB00, 0x20000)
)  # fmt: skip
_COMPOSED: Final = range(0x3400), range(0xF900, 0xFB50)  # where some are written otherwise in NFC


@cache
def char_flags() -> NDArray[np.uint8]:
    """The Flags of each code point below U+20000, as ``re`` and ``str`` have them."""
    every = "".join(map(chr, range(TABLE_SIZE)))
    flags = np.zeros(TABLE_SIZE, np.uint8)
    for flag, pattern in ((Flag.WORD, r"\w+"), (Flag.DECIMAL, r"\d+"), (Flag.BLANK, r"\s+")):
        for run in re.finditer(pattern, every):
            flags[run.start() : run.end()] |= np.uint8(flag)
    for cased in CASED:
        upper = np.array([c.isupper() for c in every[cased.start : cased.stop]])
        flags[cased.start : cased.stop] |= upper * np.uint8(Flag.UPPER)
    plain = char_table() != Char.MARK
    for never in _NEVER_PLAIN:
        plain[never.start : never.stop] = False
    for some in _COMPOSED:
        plain[some.start : some.stop] &= [
            unicodedata.is_normalized("NFC", c) for c in every[some.start : some.stop]
        ]
    for rule in (_UNSEEN, _FORMS):
        for run in rule.finditer(every):
            plain[run.start() : run.end()] = False
    flags |= plain * np.uint8(Flag.PLAIN)
    return flags


# First code points of runs of one script; letters only are ever asked for.
_SCRIPT_STARTS: Final = np.array(
    [0, 0x370, 0x400, 0x530, 0x590, 0x600, 0x780, 0x900, 0x980, 0xA00, 0xA80, 0xB00, 0xB80, 0xC00,
     0xC80, 0xD00, 0xD80, 0xE00, 0xE80, 0xF00, 0x1000, 0x10A0, 0x1100, 0x1200, 0x13A0, 0x1780,
     0x1800, 0x1E00, 0x1F00, 0x2000, 0x2E80, 0x3040, 0x3130, 0x3190, 0x31F0, 0x3200, 0xAC00,
     0xD7B0, 0xF900, 0xFB00, 0xFB1D, 0xFB50, 0xFE00, 0xFE70, 0xFF00, 0xFF66, 0xFFA0, 0xFFE0]
)  # fmt: skip
_SCRIPT_IDS: Final = np.array(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
     15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 1, 25,
     26, 1, 2, 1, 28, 28, 23, 28, 28, 28, 23,
     23, 28, 1, 5, 6, 1, 6, 1, 28, 23, 28]
)  # fmt: skip
SCRIPTS: Final = 29


# Marks of direction and other characters that nobody sees. The joiners are not among them:
# Persian and the scripts of India write words with them.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]+"
)
# Letters and digits as wide, or as narrow, as another script's. Punctuation stays: full width
# is how Chinese and Japanese write it.
_FORMS = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\uffa1-\uffdc]+")
# Composing takes the square of a run of marks; what is written has a few of them in a row.
_MANY_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f]{30}")


def plain(text: str) -> str:
    """A text as it looks: composed, without what is not seen, in letters of the common width.

    >>> plain("\uff21\uff22\uff11"), plain("a\u200b\u202db"), len(plain("e\u0301"))
    ('AB1', 'ab', 1)
    """
    if text.isascii():
        return text
    text = _UNSEEN.sub("", text)
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    if not unicodedata.is_normalized("NFC", text) and not _MANY_MARKS.search(text):
        text = unicodedata.normalize("NFC", text)
    return text


def plain_texts(texts: list[str]) -> list[str]:
    """``plain`` of each text."""
    if native := acceleration.native:
        return native.normalize_texts(texts, char_flags(), plain)
    return [plain(text) for text in texts]


@cache
def script_table() -> NDArray[np.uint8]:
    """The script of each code point below U+20000, for those that are letters."""
    place = np.searchsorted(_SCRIPT_STARTS, np.arange(TABLE_SIZE), "right") - 1
    return _SCRIPT_IDS[place].astype(np.uint8)


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def char_counts(texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Characters of each kind in each line, (n, 16), and letters of each script, (n, 29)."""
    if not texts:
        return np.zeros((0, len(Char))), np.zeros((0, SCRIPTS))
    points = code_points("\n".join(texts) + "\n")
    points = np.minimum(points, TABLE_SIZE - 1)
    kinds = char_table()[points].astype(np.int64)
    newline = points == ord("\n")
    line = np.cumsum(newline) - newline
    counts = np.bincount(line * 16 + kinds, minlength=len(texts) * 16).reshape(-1, 16)
    counts[:, Char.SPACE] -= 1  # the newline itself
    letters = (kinds >= Char.LOWER) & (kinds <= Char.LETTER)
    scripts = script_table()[points[letters]].astype(np.int64)
    found = np.bincount(line[letters] * SCRIPTS + scripts, minlength=len(texts) * SCRIPTS)
    return counts.astype(float), found.reshape(-1, SCRIPTS).astype(float)
