"""A page's lines as one array of code points, and hashed n-grams of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import select as acceleration
from boilerplate.numeric import Floats, Hashes, Ints
from boilerplate.unicode import TABLE_SIZE, Char, char_table, code_points

# A line's first and last characters say what it is; a 50 MB line must not cost 50 MB of n-grams.
MAX_LINE_HEAD: Final = 3000
MAX_LINE_TAIL: Final = 1000
MAX_LINE: Final = MAX_LINE_HEAD + MAX_LINE_TAIL

HASH_BITS: Final = 18
CHAR_ORDERS: Final = (1, 2, 3, 4, 5)
WORD_ORDERS: Final = (1, 2)
_BASE: Final = np.uint64(0x9E3779B97F4A7C15 | 1)  # odd, so that it has an inverse modulo 2**64
_BASE_INVERSE: Final = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)

Words = tuple[Ints, Ints, Ints]  # starts, ends, and how many words stand before each line


@dataclass(slots=True)
class PageText:
    """A page's lines as one array of code points, and sums over it.

    ``starts`` are the offsets of the lines in ``folded`` (case-folded, digits all 0), which
    holds a newline before each line and after the last. ``words`` (2, w) are the starts and ends
    of words, ``words_before`` (n + 1,) how many stand before each line; ``words`` may have room
    for more. Shapes: n lines, m code points.
    """

    texts: Sequence[str]
    folded: NDArray[np.uint32]
    starts: Ints
    lengths: Ints
    prefix: Hashes
    powers: Hashes
    words: Ints
    words_before: Ints

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.texts)

    @property
    def compiled(self) -> tuple[Any, ...]:
        """The arrays that the compiled part reads n-grams from."""
        return self.prefix, self.powers, self.starts, self.lengths, self.words, self.words_before


def clip(text: str) -> str:
    """A line's head and tail, where it is longer than a line should be; without line ends."""
    if len(text) > MAX_LINE:
        text = text[:MAX_LINE_HEAD] + text[-MAX_LINE_TAIL:]
    return text.replace("\n", " ")


def page_text(texts: Sequence[str]) -> PageText:
    """The arrays that n-grams, words and repetition are read from."""
    folded = code_points("\n".join(["", *texts, ""]).casefold()).copy()
    n, table = len(texts), char_table()
    powers, inverse = _powers(len(folded) + 8)
    if native := acceleration.native:
        prefix, words = np.empty(len(folded) + 1, np.uint64), np.empty(n + 1, np.int64)
        lines, spans = np.empty((2, n), np.int64), np.empty((2, len(folded) // 2 + 1), np.int64)
        _no_newlines(texts, native.fold(folded, table, powers, prefix, lines, spans, words))
        return PageText(texts, folded, lines[0], lines[1], prefix, inverse, spans, words)
    kinds = table[np.minimum(folded, TABLE_SIZE - 1)]
    folded[kinds == Char.DIGIT] = ord("0")
    breaks = np.flatnonzero(folded == ord("\n"))
    _no_newlines(texts, len(breaks))
    prefix = np.zeros(len(folded) + 1, np.uint64)
    with np.errstate(over="ignore"):
        terms = (folded.astype(np.uint64) + np.uint64(1)) * powers[: len(folded)]
        np.cumsum(terms, out=prefix[1:])
    inside = ((kinds >= Char.LOWER) & (kinds <= Char.DIGIT)).astype(np.int8)
    edges = np.diff(inside, prepend=0, append=0)
    spans = np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)])
    starts, lengths = breaks[:-1] + 1, np.diff(breaks) - 1
    words = np.searchsorted(spans[0], breaks)
    return PageText(texts, folded, starts, lengths, prefix, inverse, spans, words)


def _no_newlines(texts: Sequence[str], breaks: int) -> None:
    if breaks != len(texts) + 1:
        raise ValueError(f"{len(texts)} lines with {breaks - len(texts) - 1} newlines in them")


_POWER_CACHE: list[tuple[Hashes, Hashes]] = []


def _powers(n: int) -> tuple[Hashes, Hashes]:
    """Powers of the hash base and of its inverse, at least n of each; grown by doubling."""
    if not _POWER_CACHE or len(_POWER_CACHE[0][0]) < n:
        size = 1 << max(16, (n - 1).bit_length())
        with np.errstate(over="ignore"):
            tables = []
            for base in (_BASE, _BASE_INVERSE):
                row = np.full(size, base, np.uint64)
                row[0] = 1
                tables.append(np.cumprod(row, dtype=np.uint64))
        _POWER_CACHE[:] = [(tables[0], tables[1])]
    forward, inverse = _POWER_CACHE[0]
    return forward, inverse


def span_hashes(page: PageText, starts: Ints, ends: Ints, salt: int) -> Hashes:
    """A 64-bit hash of the characters of each span; equal spans have equal hashes."""
    with np.errstate(over="ignore"):
        raw = (page.prefix[ends] - page.prefix[starts]) * page.powers[starts]
        raw = (raw + np.uint64(salt)) * _MIX
        raw ^= raw >> np.uint64(32)
        raw *= _MIX
    return raw


def _sums_between(values: Floats | NDArray[np.float32], offsets: Ints) -> Floats:
    """Sums of the values between each offset and the next."""
    total = np.zeros(len(values) + 1)
    np.cumsum(values, dtype=np.float64, out=total[1:])
    sums: Floats = total[offsets[1:]] - total[offsets[:-1]]
    return sums


@dataclass(slots=True)
class Grams:
    """Hashes of n-grams in page order, and where each line's begin (n + 1 offsets)."""

    hashes: Hashes
    offsets: Ints

    def sums(self, values: Floats | NDArray[np.float32]) -> Floats:
        """The sum of a value for each n-gram over each line."""
        return _sums_between(values, self.offsets)

    @property
    def counts(self) -> Ints:
        """How many n-grams each line has."""
        return np.diff(self.offsets)


WORD_SALT: Final = 100  # so that words and characters of one order differ


def char_grams(page: PageText, order: int) -> Grams:
    """Character n-grams of each line, its bounds included as a character of their own."""
    first = page.starts - (order > 1)
    last = page.starts + page.lengths + (order > 1)
    counts = np.maximum(last - first - order + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    starts = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return Grams(span_hashes(page, starts, starts + order, order), offsets)


def word_spans(page: PageText) -> Words:
    """Start and end of each word, (w,), and how many stand before each line, (n + 1,).

    A word is letters, marks and digits.
    """
    starts, ends = page.words[:, : page.words_before[-1]]
    return starts, ends, page.words_before


def word_grams(page: PageText, order: int) -> Grams:
    """Word n-grams of each line."""
    starts, ends, offsets = word_spans(page)
    counts = np.diff(offsets)
    if order > 1:
        line = np.repeat(np.arange(page.n), counts)
        whole = line[order - 1 :] == line[: len(line) - order + 1]
        starts, ends = starts[: len(whole)][whole], ends[order - 1 :][whole]
        offsets = np.concatenate([[0], np.cumsum(np.maximum(counts - order + 1, 0))])
    return Grams(span_hashes(page, starts, ends, WORD_SALT + order), offsets)


def text_grams(page: PageText) -> list[Grams]:
    """All n-grams that the text model weighs: characters 1 to 5, words 1 and 2."""
    return [char_grams(page, n) for n in CHAR_ORDERS] + [word_grams(page, n) for n in WORD_ORDERS]


def buckets(hashes: Hashes, bits: int = HASH_BITS) -> Ints:
    """The place of each hash in a table of 2**bits weights."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def interleaved(kinds: Sequence[Grams], bits: int = HASH_BITS) -> tuple[Ints, Ints]:
    """Bucket ids of several kinds of n-grams, line after line, and the offsets of the lines."""
    counts = np.sum([grams.counts for grams in kinds], axis=0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    out = np.empty(offsets[-1], np.int64)
    at = offsets[:-1].copy()
    for grams in kinds:
        each = grams.counts
        place = np.repeat(at - grams.offsets[:-1], each) + np.arange(grams.offsets[-1])
        out[place] = buckets(grams.hashes, bits)
        at += each
    return out, offsets


def _mixed(hashes: Hashes, salt: np.uint64) -> Hashes:
    with np.errstate(over="ignore"):
        return (hashes ^ salt) * _MIX
