"""Python twins of the linear kernels: scores of hashed n-grams and element tokens.

``*_rows`` give the buckets that a score adds up, line after line, and the offsets of the lines;
training fits the weights on the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import MAX_LEVELS, PageText, Tree
from boilerplate.kernels.ngrams import (
    MIX,
    Grams,
    all_grams,
    buckets,
    interleaved,
    row_means,
    word_grams,
)
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.numeric import Floats, Hashes, Ints


@dataclass(frozen=True, slots=True)
class NgramParams:
    """What the linear model hashes: fixed when it is trained, and held by the feature schema.

    A line's n-grams of characters and of words, the first ``neighbour_words`` words of the lines
    beside it (as many as a heading has), and the tokens of the elements around it, all in tables
    of 2**``bits`` weights.
    """

    bits: int = 18
    char_orders: tuple[int, ...] = (1, 2, 3, 4, 5)
    word_orders: tuple[int, ...] = (1, 2)
    neighbour_words: int = 12


NGRAMS: Final = NgramParams()
PREVIOUS_SALT: Final = np.uint64(0xA0761D6478BD642F)
NEXT_SALT: Final = np.uint64(0xE7037ED1A0B428DB)


def ngram_rows(text: PageText) -> tuple[Ints, Ints]:
    """Buckets of each line's n-grams, and the offsets of the lines."""
    return interleaved(all_grams(text, NGRAMS.char_orders, NGRAMS.word_orders), NGRAMS.bits)


def neighbour_rows(text: PageText) -> tuple[Ints, Ints]:
    """Buckets of the first words of the lines before and after each, and the offsets of the lines.

    What stands under 'Related stories' is no article, however it is worded.
    """
    if not text.n:
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    words = word_grams(text, 1)
    place = np.arange(len(words.hashes)) - np.repeat(words.offsets[:-1], words.counts)
    first = words.hashes[place < NGRAMS.neighbour_words]
    offsets = np.concatenate([[0], np.cumsum(np.minimum(words.counts, NGRAMS.neighbour_words))])
    before = Grams(
        _salted(first[: offsets[-2]], PREVIOUS_SALT), np.concatenate([[0], offsets[:-1]])
    )
    rest = np.concatenate([offsets[1:], offsets[-1:]]) - offsets[1]
    after = Grams(_salted(first[offsets[1] :], NEXT_SALT), rest)
    return interleaved([before, after], NGRAMS.bits)


def _salted(hashes: Hashes, salt: np.uint64) -> Hashes:
    with np.errstate(over="ignore"):
        return (hashes ^ salt) * MIX


# What each level above a line's own element counts as: the nearest three each for themselves.
LEVELS: Final = np.array([0, 1, 2, 3, 3, 4, 4, 4, *([5] * (MAX_LEVELS - 8))])


def token_rows(tree: Tree) -> tuple[Ints, Ints]:
    """Buckets of the tokens of the elements around each line, and the offsets of the lines."""
    offsets = np.concatenate([[0], np.cumsum(tree.sizes)])

    @cache
    def row_of(i: int, level: int) -> Ints:
        return token_buckets(tree.tokens[offsets[i] : offsets[i + 1]], level, NGRAMS.bits)

    rows = []
    for element in tree.line_element.tolist():
        above = islice(tree.upwards(element), MAX_LEVELS)
        levels = zip(above, LEVELS.tolist(), strict=False)
        rows.append([row_of(int(tree.type_of[each]), level) for each, level in levels])
    none = np.zeros(0, np.int64)
    counts = [sum(map(len, row)) for row in rows]
    ids = np.concatenate([none, *(each for row in rows for each in row)])
    return ids, np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def ngram_scores(text: PageText, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``ngram_rows``, (n,).

    Sums of weights that are stored in 16 bits are exact in any order.
    """
    return row_means(weights, *ngram_rows(text))


def neighbour_scores(text: PageText, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``neighbour_rows``, (n,)."""
    return row_means(weights, *neighbour_rows(text))


def token_scores(tree: Tree, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``token_rows``, (n,)."""
    return row_means(weights, *token_rows(tree))


def bag_scores(weights: NDArray[np.float32], ids: Ints, values: Floats) -> Floats:
    """The weighted sum of some columns of a table, (classes, buckets), added in order."""
    if not len(ids):
        return np.zeros(len(weights))
    scores: Floats = np.cumsum(weights[:, ids] * values, axis=1)[:, -1]
    return scores


def bag_buckets(text: PageText, tokens: Ints, level: int, bits: int) -> tuple[Ints, Ints, Ints]:
    """The buckets of a page's words, how many words fall into each, and the buckets of tokens."""
    found = np.bincount(buckets(word_grams(text, 1).hashes, bits))
    words = np.flatnonzero(found)
    return words, found[words], np.unique(token_buckets(tokens, level, bits))


def all_rows(text: PageText, tree: Tree | None) -> Sequence[tuple[Ints, Ints]]:
    """Buckets and offsets for each table of the linear model; bare text has no element tokens."""
    rows = [ngram_rows(text), neighbour_rows(text)]
    return rows if tree is None else [*rows, token_rows(tree)]
