"""Tables of what each character is: its category, its script, and whether normalization changes it.

Categories come from the Unicode database; nothing assumes that a script has spaces, case or
Western punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum, IntFlag
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Char(IntEnum):
    """The coarse category of a character; also the columns of ``char_counts``."""

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
TABLE_SIZE: Final = 0x20000  # code points in each table; beyond are mostly rare Han characters
# The large blocks of Han, Hangul and Yi between these hold letters only.
_MIXED: Final = (
    range(0x3400), range(0xA4D0, 0xAC00), range(0xD7A4, 0xF900), range(0xFB00, 0x12000),
    range(0x16000, 0x17000), range(0x1D000, 0x20000),
)  # fmt: skip


@cache
def char_table() -> NDArray[np.uint8]:
    """The Char of each code point below U+20000."""
    table = np.full(TABLE_SIZE, Char.LETTER, np.uint8)
    numbers = {category: int(char) for category, char in _BY_CATEGORY.items()}
    other, category = int(Char.OTHER), unicodedata.category
    for block in _MIXED:
        table[block.start : block.stop] = [
            numbers.get(category(char), other) for char in map(chr, block)
        ]
    for chars, value in (
        (TERMINALS, Char.TERMINAL),
        (COMMAS, Char.COMMA),
        (COLONS, Char.COLON),
        ("\"'", Char.QUOTE),
    ):
        for char in chars:
            table[ord(char)] = value
    return table


class Flag(IntFlag):
    r"""Properties of a character, as ``re`` and ``str`` define them.

    WORD, DECIMAL and BLANK are the ``\w``, ``\d`` and ``\s`` of regular expressions, UPPER is
    ``str.isupper``. PLAIN is a character that ``plain`` never changes, whatever its neighbours.
    """

    WORD = 1
    DECIMAL = 2
    BLANK = 4
    UPPER = 8
    PLAIN = 16


CASED: Final = (  # all code points that have upper and lower case are in these
    range(0x3400), range(0xA000, 0xAC00), range(0xFB00, 0xFB20), range(0xFF00, 0x12000),
    range(0x16000, 0x17000), range(0x1D000, 0x20000),
)  # fmt: skip

# Never PLAIN. Elsewhere only what Unicode calls a mark composes with the character before it;
# here Korean letters compose with each other, as do marks of old scripts beyond U+FFFF. Of what is
# beyond, only emoji are common, and they are PLAIN.
_NEVER_PLAIN: Final = (
    range(0x1100, 0x1200), range(0xD800, 0xE000), range(0x10000, 0x1F000), range(0x1FB00, 0x20000)
)  # fmt: skip
# Where the characters are that NFC changes even when they stand alone.
_CHANGED_BY_NFC: Final = range(0x3400), range(0xF900, 0xFB50)


@cache
def char_flags() -> NDArray[np.uint8]:
    """The Flags of each code point below U+20000."""
    every = np.arange(TABLE_SIZE, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    flags = np.zeros(TABLE_SIZE, np.uint8)
    for flag, expression in ((Flag.WORD, r"\w+"), (Flag.DECIMAL, r"\d+"), (Flag.BLANK, r"\s+")):
        for run in re.finditer(expression, every):
            flags[run.start() : run.end()] |= np.uint8(flag)
    for cased in CASED:
        upper = np.array(list(map(str.isupper, every[cased.start : cased.stop])))
        flags[cased.start : cased.stop] |= upper * np.uint8(Flag.UPPER)
    plain = char_table() != Char.MARK
    for block in _NEVER_PLAIN:
        plain[block.start : block.stop] = False
    for block in _CHANGED_BY_NFC:
        plain[block.start : block.stop] &= [
            unicodedata.is_normalized("NFC", c) for c in every[block.start : block.stop]
        ]
    for pattern in (_INVISIBLE, _OTHER_WIDTH):
        for run in pattern.finditer(every):
            plain[run.start() : run.end()] = False
    flags |= plain * np.uint8(Flag.PLAIN)
    return flags


# The first code point of each run of one script; the tables are used for letters only.
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


class Script(IntEnum):
    """The scripts that are told apart, as numbers in ``script_table``; Han includes kana."""

    NONE = 0
    LATIN = 1
    GREEK = 2
    CYRILLIC = 3
    ARMENIAN = 4
    HEBREW = 5
    ARABIC = 6
    THAANA = 7
    DEVANAGARI = 8
    BENGALI = 9
    GURMUKHI = 10
    GUJARATI = 11
    ODIA = 12
    TAMIL = 13
    TELUGU = 14
    KANNADA = 15
    MALAYALAM = 16
    SINHALA = 17
    THAI = 18
    LAO = 19
    TIBETAN = 20
    MYANMAR = 21
    GEORGIAN = 22
    HANGUL = 23
    ETHIOPIC = 24
    KHMER = 25
    MONGOLIAN = 26
    HAN = 28


SCRIPTS: Final = 29  # the numbers of scripts are below it

# Direction marks and other invisible characters. The joiners U+200C and U+200D are not among
# them: Persian and the scripts of India spell words with them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]+"
)
# Full-width Latin letters and digits, half-width Katakana and Hangul. Punctuation is left alone:
# Chinese and Japanese write it in full width.
_OTHER_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\uffa1-\uffdc]+")
# The time of NFC grows with the square of a run of marks; real text has a few in a row.
_MANY_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f]{30}")


def plain(text: str) -> str:
    """A text normalized: in NFC, without invisible characters, in letters of the usual width.

    >>> plain("\uff21\uff22\uff11"), plain("a\u200b\u202db"), len(plain("e\u0301"))
    ('AB1', 'ab', 1)
    """
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    text = _OTHER_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    if not unicodedata.is_normalized("NFC", text) and not _MANY_MARKS.search(text):
        text = unicodedata.normalize("NFC", text)
    return text


_BLANK: Final = re.compile(r"\s")
_PART_CHARS: Final = 100_000


def squeezed(text: str) -> str:
    r"""A text with one space for each run of blanks, and none at its ends.

    A long one in parts: a list of all its words would take twenty times its memory.

    >>> squeezed(" ciò  che\u3000\t見た ")
    'ciò che 見た'
    """
    if len(text) <= _PART_CHARS:
        return " ".join(text.split())
    parts = []
    start = 0
    while start < len(text):
        blank = _BLANK.search(text, start + _PART_CHARS)
        end = blank.start() if blank else len(text)
        parts.append(" ".join(text[start:end].split()))
        start = end
    return " ".join(filter(None, parts))


@cache
def script_table() -> NDArray[np.uint8]:
    """A number for the script of each code point below U+20000; right for letters only."""
    run = np.searchsorted(_SCRIPT_STARTS, np.arange(TABLE_SIZE), "right") - 1
    return _SCRIPT_IDS[run].astype(np.uint8)


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included, (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
