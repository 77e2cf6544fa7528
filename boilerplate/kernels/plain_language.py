"""Python twin of the kernel that says which languages the lines of a page are like.

A language is known by the trigrams of its words. A line's penalty in it is the sum of those of its
trigrams: 0 for a trigram that is in no other language more common, more the rarer it is. The odds
of a language fall with what its penalty has more than that of the nearest one.
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
    min_letters: float = 3.0  # of a line: with fewer, it says nothing
    line_chars: int = 300  # of a line that are read
    # A page has names, and may be in a language that is in no table: what is seen in other lines
    # of its main language is no more unlike that language than this.
    seen: int = 12
    seen_letters: float = 20.0  # of a line that says so: shorter ones may be in any language
    max_line_letters: float = 1000.0  # of a line when the main language is chosen
    # The trigrams of a line are not independent of each other, so that the sum of their log-odds
    # is surer than it should be: a penalty of 16 is not 1, but 16 times this.
    log_odds: float = 0.019
    far: int = 2048  # a language whose penalty is larger by so much has no odds
    least: float = 0.1  # a language that is less probable is not considered
    places: int = 4  # that probabilities are rounded to: the last bits depend on the machine


TRIGRAMS: Final = TrigramParams()
MIN_SCRIPT_SHARE: Final = 0.2  # of a line's letters: half of a Thai line may be English names
HAN_CHARS: Final = 100  # of a line in Han that are looked at


@cache
def odds_table() -> Floats:
    """The odds of a language by how much larger its penalty is than the least, (2048,).

    A table, so that both twins have the same bits.
    """
    odds: Floats = np.exp(np.arange(TRIGRAMS.far) * -TRIGRAMS.log_odds)
    return odds


def language_odds(
    text: PageText,
    scripts: Floats,
    one_language: Bools,
    script_of: NDArray[np.uint8],
    penalties: NDArray[np.uint8],
) -> tuple[Floats, Ints, Floats]:
    """The letters of each line, its script, and the probability of each language, (n, 64).

    ``scripts`` (n, 29) are the letters of each script in each line, ``one_language`` (29,) marks
    the scripts in which one language is written; ``script_of`` (64,) is the script of each
    language, 0 where there is none, ``penalties`` (65536, 64) those of the buckets of
    ``trigram_buckets``. Probabilities are 0 in other scripts, of lines of few letters, and where
    they are small.

    The main language of the page, the nearest to its longest lines, takes in what it sees: a
    trigram that another line nearest to it has costs little in it, see ``TrigramParams.seen``.
    """
    letters: Floats = scripts.sum(1)
    script = line_scripts(scripts, letters, one_language)
    probability = np.zeros((text.n, TRIGRAMS.languages))
    is_read = (script > 0) & np.isin(script, script_of) & (letters >= TRIGRAMS.min_letters)
    buckets, line = _trigrams_of_lines(text, is_read)
    lines, first = np.unique(line, return_index=True)
    if not len(lines):
        return letters, script, probability
    line = np.searchsorted(lines, line)
    sums = np.add.reduceat(penalties[buckets], first, axis=0, dtype=np.int64)
    written = script_of == script[lines][:, None]
    nearest = np.where(written, sums, np.iinfo(np.int64).max).argmin(1)
    weight = np.minimum(letters[lines], TRIGRAMS.max_line_letters) ** 2
    main = int(np.bincount(nearest, weight, TRIGRAMS.languages).argmax())

    tells = (nearest == main) & (letters[lines] >= TRIGRAMS.seen_letters)
    seen = np.bincount(buckets[tells[line]], minlength=1 << TRIGRAMS.bits)
    _, place, times = np.unique(
        (line << TRIGRAMS.bits) + buckets, return_inverse=True, return_counts=True
    )
    others = seen[buckets] - np.where(tells[line], times[place], 0)
    costs = penalties[buckets, main].astype(np.int64)
    costs = np.where(others > 0, np.minimum(costs, TRIGRAMS.seen), costs)
    own = np.bincount(line, costs).astype(np.int64)
    sums[:, main] = np.where(written[:, main], own, sums[:, main])

    least = np.where(written, sums, np.iinfo(np.int64).max).min(1)
    more = sums - least[:, None]
    is_near = written & (more < TRIGRAMS.far)
    odds = np.where(is_near, odds_table()[np.where(is_near, more, 0)], 0.0)
    odds /= np.cumsum(odds, axis=1)[:, -1:]
    probability[lines] = np.where(odds < TRIGRAMS.least, 0.0, odds.round(TRIGRAMS.places))
    return letters, script, probability


def _trigrams_of_lines(text: PageText, is_read: Bools) -> tuple[Ints, Ints]:
    """The buckets of the trigrams of some lines, and which line each is in."""
    lines = np.flatnonzero(is_read)
    sizes = np.minimum(text.lengths[lines], TRIGRAMS.line_chars)
    line = np.repeat(lines, sizes)
    at = np.arange(sizes.sum())
    first = np.repeat(text.starts[lines] - (np.cumsum(sizes) - sizes), sizes)
    # A bound stands between two lines.
    bounds = np.flatnonzero(np.diff(line, prepend=-1))
    return _word_trigrams(text.folded[first + at], line, bounds)


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
    return _word_trigrams(points, np.zeros(len(points), np.int64), np.zeros(0, np.int64))[0]


def _word_trigrams(points: NDArray[np.uint32], line: Ints, bounds: Ints) -> tuple[Ints, Ints]:
    """The same of several lines, and the line of each; ``bounds`` are where lines begin."""
    char = char_table()[np.minimum(points, TABLE_SIZE - 1)]
    in_word = (char >= Char.LOWER) & (char <= Char.MARK)
    padded = np.concatenate([[0], np.insert(np.where(in_word, points, 0), bounds, 0), [0]])
    padded = padded.astype(np.uint64)
    line = np.concatenate([[0], np.insert(line, bounds, 0), [0]])
    is_repeated = np.concatenate([[False], (padded[1:] == 0) & (padded[:-1] == 0)])
    padded, line = padded[~is_repeated], line[~is_repeated]
    of_words = padded[1:-1] > 0  # of bounds themselves there are none
    buckets = trigram_buckets(padded[:-2][of_words], padded[1:-1][of_words], padded[2:][of_words])
    return buckets, line[1:-1][of_words]


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
