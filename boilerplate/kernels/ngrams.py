"""A page's lines as one array of code points, and hashed n-grams of them.

What both twins of the text kernels share: the arrays, and the hash that n-grams are looked up by.
A polynomial rolling hash over prefix sums (Karp and Rabin 1987) gives the hash of any span of
characters in one step, so that n-grams of all orders cost one pass over the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.numeric import Floats, Hashes, Ints
from boilerplate.unicode import code_points

BASE: Final = np.uint64(0x9E3779B97F4A7C15 | 1)  # odd, so that it has an inverse modulo 2**64
BASE_INVERSE: Final = np.uint64(pow(int(BASE), -1, 1 << 64))
MIX: Final = np.uint64(0xD6E8FEB86659FD93)
WORD_SALT: Final = 100  # so that words and characters of one order differ


def joined(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The case-folded code points of lines, with a newline before each and after the last."""
    return code_points("\n".join(["", *texts, ""]).casefold()).copy()


def check_newlines(texts: Sequence[str], newlines: int) -> None:
    """Raise ValueError where lines hold newlines, given how many there are in what is joined."""
    inside = newlines - len(texts) - 1
    if inside:
        raise ValueError(f"{len(texts)} lines with {inside} newlines in them")


def powers(n: int) -> tuple[Hashes, Hashes]:
    """Powers of the hash's base and of its inverse, from 0 to at least n - 1."""
    return _powers(max(16, (n - 1).bit_length()))


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    with np.errstate(over="ignore"):
        rows = np.full((2, 1 << bits), [[BASE], [BASE_INVERSE]], np.uint64)
        rows[:, 0] = 1
        forward, inverse = np.cumprod(rows, axis=1, dtype=np.uint64)
    return forward, inverse


def span_hashes(page: PageText, starts: Ints, ends: Ints, salt: int) -> Hashes:
    """A 64-bit hash of the characters of each span; equal spans have equal hashes."""
    with np.errstate(over="ignore"):
        raw = (page.prefix[ends] - page.prefix[starts]) * page.powers[starts]
        raw = (raw + np.uint64(salt)) * MIX
        raw ^= raw >> np.uint64(32)
        raw *= MIX
    return raw


@dataclass(slots=True)
class Grams:
    """Hashes of n-grams in page order, and where each line's begin (n + 1 offsets)."""

    hashes: Hashes
    offsets: Ints

    def sums(self, values: Floats | NDArray[np.float32]) -> Floats:
        """The sum, over each line, of a value for each n-gram."""
        return sums_between(values, self.offsets)

    @property
    def counts(self) -> Ints:
        """The number of n-grams of each line."""
        return np.diff(self.offsets)


def sums_between(values: Floats | NDArray[np.float32], offsets: Ints) -> Floats:
    """The sums of the values between each offset and the next."""
    total = np.zeros(len(values) + 1)
    np.cumsum(values, dtype=np.float64, out=total[1:])
    sums: Floats = total[offsets[1:]] - total[offsets[:-1]]
    return sums


def char_spans(page: PageText, order: int) -> tuple[Ints, Ints]:
    """Where the character n-grams of each line begin, and where each line's begin among them.

    From order 2 on a line's bounds are a character of their own.
    """
    first = page.starts - (order > 1)
    last = page.starts + page.lengths + (order > 1)
    counts = np.maximum(last - first - order + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts), offsets


def char_grams(page: PageText, order: int) -> Grams:
    """Character n-grams of each line, see ``char_spans``."""
    starts, offsets = char_spans(page, order)
    return Grams(span_hashes(page, starts, starts + order, order), offsets)


def word_spans(page: PageText, order: int) -> tuple[Ints, Ints, Ints]:
    """Where the word n-grams of each line begin and end, and where each line's begin among them."""
    starts, ends = page.words[:, : page.words_before[-1]]
    offsets = page.words_before
    counts = np.diff(offsets)
    if order > 1:
        line = np.repeat(np.arange(page.n), counts)
        whole = line[order - 1 :] == line[: len(line) - order + 1]
        starts, ends = starts[: len(whole)][whole], ends[order - 1 :][whole]
        offsets = np.concatenate([[0], np.cumsum(np.maximum(counts - order + 1, 0))])
    return starts, ends, offsets


def word_grams(page: PageText, order: int) -> Grams:
    """Word n-grams of each line."""
    starts, ends, offsets = word_spans(page, order)
    return Grams(span_hashes(page, starts, ends, WORD_SALT + order), offsets)


def all_grams(
    page: PageText, char_orders: Sequence[int], word_orders: Sequence[int]
) -> list[Grams]:
    """The n-grams of a page, characters before words."""
    return [
        *(char_grams(page, order) for order in char_orders),
        *(word_grams(page, order) for order in word_orders),
    ]


def buckets(hashes: Hashes, bits: int) -> Ints:
    """The row of each hash in a table of 2**bits rows."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def interleaved(kinds: Sequence[Grams], bits: int) -> tuple[Ints, Ints]:
    """The buckets of several kinds of n-grams, line after line, and the offsets of the lines."""
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


def row_means(weights: NDArray[np.float32], ids: Ints, offsets: Ints) -> Floats:
    """Each row's sum of weights over the square root of its length: its linear score, (n,)."""
    means: Floats = sums_between(weights[ids], offsets)
    means /= np.sqrt(np.maximum(np.diff(offsets), 1))
    return means
