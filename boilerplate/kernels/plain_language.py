"""Python twin of the kernel that says how unlike each language the lines of a page are.

A language is known by the trigrams of its words. A line's penalty in it is the sum of those of its
trigrams: 0 for a trigram that is in no other language more common, more the rarer it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import MIX
from boilerplate.numeric import Bools, Floats, Ints, Points
from boilerplate.unicode import TABLE_SIZE, Char, Script, char_table, code_points


@dataclass(frozen=True, slots=True)
class TrigramParams:
    """How the trigrams of lines are counted; the C twin has the same numbers."""

    bits: int = 16  # trigrams are hashed into 2**bits buckets
    languages: int = 64  # in a table, so that its rows are as long as those of a cache
    most: int = 215  # of a penalty, so that those of a line add up in 16 bits
    line_chars: int = 300  # of a line that are read
    # A page has names, and may be in a language that is in no table: what is seen in other lines
    # of its main language is no more unlike that language than this.
    seen: int = 12
    seen_letters: float = 20.0  # of a line that says so: shorter ones may be in any language
    max_line_letters: float = 1000.0  # of a line when the main language is chosen


TRIGRAMS: Final = TrigramParams()
MIN_SCRIPT_SHARE: Final = 0.2  # of a line's letters: half of a Thai line may be English names
HAN_CHARS: Final = 100  # of a line in Han that are looked at


def language_penalties(
    text: PageText,
    letters: Floats,
    script: Ints,
    script_of: NDArray[np.uint8],
    penalties: NDArray[np.uint8],
) -> Floats:
    """Each line's penalty in each language, (n, 64); infinite in those of other scripts.

    ``letters`` (n,) and ``script`` (n,) are the lines'; ``script_of`` (64,) is the script of each
    language, 0 where there is none, ``penalties`` (65536, 64) those of the buckets of
    ``trigram_buckets``. A line of script 0 has no trigrams.

    The main language of the page, the nearest to its longest lines, takes in what it sees: a
    trigram that another line nearest to it has costs little in it, see ``TrigramParams.seen``.
    """
    out = np.full((text.n, len(script_of)), np.inf)
    trigrams: dict[int, Ints] = {}
    for line in np.flatnonzero(np.isin(script, script_of) & (script != Script.NONE)).tolist():
        of_line = word_trigrams(_first_points(text, line))
        written = script_of == script[line]
        out[line, written] = penalties[of_line][:, written].sum(0, np.int64)
        if len(of_line):
            trigrams[line] = of_line
    lines = np.array(list(trigrams), np.int64)
    if not len(lines):
        return out
    nearest = out[lines].argmin(1)
    weight = np.minimum(letters[lines], TRIGRAMS.max_line_letters) ** 2
    main = int(np.bincount(nearest, weight, len(script_of)).argmax())
    tells = lines[(nearest == main) & (letters[lines] >= TRIGRAMS.seen_letters)].tolist()
    seen = np.zeros(1 << TRIGRAMS.bits, np.int64)
    for line in tells:
        np.add.at(seen, trigrams[line], 1)
    own = dict.fromkeys(tells)
    for line, of_line in trigrams.items():
        if script[line] != script_of[main]:
            continue
        others = seen[of_line]
        if line in own:
            _, at, times = np.unique(of_line, return_inverse=True, return_counts=True)
            others -= times[at]
        costs = penalties[of_line, main].astype(np.int64)
        costs = np.where(others > 0, np.minimum(costs, TRIGRAMS.seen), costs)
        out[line, main] = costs.sum()
    return out


def _first_points(text: PageText, line: int) -> NDArray[np.uint32]:
    start, length = int(text.starts[line]), int(text.lengths[line])
    return text.folded[start : start + min(length, TRIGRAMS.line_chars)]


# ---------------------------------------------------------------------------------- trigrams


_CODE_POINT_BITS: Final = np.uint64(21)


def trigram_buckets(first: Points, middle: Points, last: Points) -> Ints:
    """The buckets, out of 2**16, of trigrams of code points; 0 stands for the bound of a word."""
    width = _CODE_POINT_BITS
    with np.errstate(over="ignore"):
        hashes = ((first << width << width) | (middle << width) | last) * MIX
    buckets: Ints = (hashes >> np.uint64(64 - TRIGRAMS.bits)).astype(np.int64)
    return buckets


def word_trigrams(points: NDArray[np.uint32]) -> Ints:
    """The buckets of the trigrams of words and their bounds: of "ab", those of "-ab" and "ab-"."""
    char = char_table()[np.minimum(points, TABLE_SIZE - 1)]
    in_word = (char >= Char.LOWER) & (char <= Char.MARK)
    padded = np.concatenate([[0], np.where(in_word, points, 0), [0]]).astype(np.uint64)
    repeated_bound = (padded[1:] == 0) & (padded[:-1] == 0)
    padded = padded[np.concatenate([[True], ~repeated_bound])]
    of_words = padded[1:-1] > 0  # of bounds themselves there are none
    return trigram_buckets(padded[:-2][of_words], padded[1:-1][of_words], padded[2:][of_words])


# ----------------------------------------------------------------------------------- scripts


def line_scripts(scripts: Floats, letters: Floats, one_language: Bools) -> Ints:
    """The script that decides each line's language, (n,); 0 where a line has no letters.

    The script with the most letters, or a script of one language that has a fifth of them.
    ``scripts`` (n, 29) are the letters of each script in each line, ``letters`` (n,) their sums;
    ``one_language`` (29,) marks the scripts in which one language is written.
    """
    own = scripts * one_language
    decides = own.max(1, initial=0.0) > MIN_SCRIPT_SHARE * letters
    script = np.where(decides, own.argmax(1), scripts.argmax(1))
    return np.where(letters > 0, script, Script.NONE).astype(np.int64)


class HanLanguage(IntEnum):
    """Which language a line in Han is in."""

    SIMPLIFIED = 0
    TRADITIONAL = 1
    JAPANESE = 2


class HanFlag(IntFlag):
    """Properties of a character in Han: in a character set of China or of Taiwan, or kana."""

    SIMPLIFIED = 1
    TRADITIONAL = 2
    KANA = 4


_KANA: Final = (0x3041, 0x30FB), (0x30FD, 0x3100), (0xFF66, 0xFF9E)


@cache
def han_table() -> NDArray[np.uint8]:
    """The HanFlags of each code point below U+20000: the characters of GB 2312 and of Big5."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    lead = np.arange(0xA1, 0xFF)
    for flag, codec, trail in (
        (HanFlag.SIMPLIFIED, "gb2312", lead),
        (HanFlag.TRADITIONAL, "big5", np.concatenate([np.arange(0x40, 0x7F), lead])),
    ):
        pairs = np.stack(np.meshgrid(lead, trail, indexing="ij"), -1).astype(np.uint8)
        table[code_points(pairs.tobytes().decode(codec, "ignore"))] |= np.uint8(flag)
    table[:0x80] = 0  # the second bytes of unassigned pairs are decoded as ASCII
    for begin, end in _KANA:
        table[begin:end] |= np.uint8(HanFlag.KANA)
    return table


def han_languages(text: PageText, lines: Ints) -> Ints:
    """The HanLanguage of some lines, (lines,).

    Japanese where there are kana among the characters, else Chinese by its character sets.
    """
    flags = han_table()[np.minimum(text.folded, TABLE_SIZE - 1)]
    is_flagged = np.stack([flags & flag != 0 for flag in HanFlag])
    before = np.zeros((len(is_flagged), len(flags) + 1), np.int64)
    np.cumsum(is_flagged, axis=1, out=before[:, 1:])
    first, chars = text.starts[lines], np.minimum(text.lengths[lines], HAN_CHARS)
    simplified, traditional, kana = before[:, first + chars] - before[:, first]
    chinese = np.where(traditional > simplified, HanLanguage.TRADITIONAL, HanLanguage.SIMPLIFIED)
    return np.where(kana > MIN_SCRIPT_SHARE * chars / 2, HanLanguage.JAPANESE, chinese)
