"""The first stage: linear models over hashed n-grams and element tokens, and page types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.elements import LEVELS, N_LEVELS, Tree, name_buckets
from boilerplate.features.encode import BAG_BITS, Encoded
from boilerplate.kernels import select as acceleration
from boilerplate.kernels.ngrams import (
    CHAR_ORDERS,
    HASH_BITS,
    WORD_ORDERS,
    Grams,
    _mixed,
    _sums_between,
    interleaved,
    word_grams,
)
from boilerplate.numeric import Floats, Ints


def gram_rows(encoded: Encoded) -> tuple[Ints, Ints]:
    """Bucket ids of each line's n-grams, line after line, and the offsets of the lines."""
    return interleaved(encoded.grams)


NEIGHBOUR_WORDS: Final = 12  # a heading's, or the first of a paragraph's
_PREVIOUS: Final = np.uint64(0xA0761D6478BD642F)
_NEXT: Final = np.uint64(0xE7037ED1A0B428DB)


def around_rows(encoded: Encoded) -> tuple[Ints, Ints]:
    """Bucket ids of the first words of the lines before and after each, and the offsets.

    What stands under 'Related stories' is no article, however it is worded.
    """
    if not encoded.n or encoded.text is None:
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    words = word_grams(encoded.text, 1)
    place = np.arange(len(words.hashes)) - np.repeat(words.offsets[:-1], words.counts)
    first = words.hashes[place < NEIGHBOUR_WORDS]
    offsets = np.concatenate([[0], np.cumsum(np.minimum(words.counts, NEIGHBOUR_WORDS))])
    before = Grams(_mixed(first[: offsets[-2]], _PREVIOUS), np.concatenate([[0], offsets[:-1]]))
    rest = np.concatenate([offsets[1:], offsets[-1:]]) - offsets[1]
    return interleaved([before, Grams(_mixed(first[offsets[1] :], _NEXT), rest)])


def name_rows(skeleton: Tree) -> tuple[Ints, Ints]:
    """Bucket ids of the names around each line, line after line, and the offsets of the lines."""
    tokens, sizes = skeleton.tokens, skeleton.sizes
    begins = np.cumsum(sizes) - sizes
    sizes, begins = sizes[skeleton.kind], begins[skeleton.kind]
    chain = skeleton.chain.T  # a row for each line, its own element first
    present = chain >= 0
    element = chain[present]
    level = np.broadcast_to(LEVELS[: chain.shape[1]], chain.shape)[present]
    counts = sizes[element]
    place = np.repeat(begins[element] - (np.cumsum(counts) - counts), counts)
    place += np.arange(len(place))
    # What an element is called from a level is mixed once, not once for each line below it.
    mixed = np.concatenate([name_buckets(tokens, n) for n in range(N_LEVELS)])
    ids = mixed[place + np.repeat(level * len(tokens), counts)]
    per_line = np.zeros(chain.shape, np.int64)
    per_line[present] = counts
    return ids, np.concatenate([[0], np.cumsum(per_line.sum(1))])


def row_means(weights: NDArray[np.float32], ids: Ints, offsets: Ints) -> Floats:
    """Each row's sum of weights over the square root of its length: its linear score."""
    means: Floats = _sums_between(weights[ids], offsets)
    means /= np.sqrt(np.maximum(np.diff(offsets), 1))
    return means


def gram_scores(encoded: Encoded, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``gram_rows``, (n,), without making the rows.

    Sums of weights that are stored in 16 bits are exact in any order.
    """
    if (native := acceleration.native) and encoded.text is not None:
        sums, counts = np.zeros(encoded.n), np.empty(encoded.n, np.int64)
        orders = bytes(CHAR_ORDERS), bytes(WORD_ORDERS)
        native.gram_sums(encoded.text.compiled, *orders, HASH_BITS, weights, 1, sums, counts)
        return sums / np.sqrt(np.maximum(counts, 1))
    return row_means(weights, *gram_rows(encoded))


def around_scores(encoded: Encoded, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``around_rows``, (n,), without making the rows."""
    if (native := acceleration.native) and encoded.text is not None:
        scores = np.empty(encoded.n)
        salts = int(_PREVIOUS), int(_NEXT)
        native.around_scores(encoded.text.compiled, NEIGHBOUR_WORDS, *salts, weights, scores)
        return scores
    return row_means(weights, *around_rows(encoded))


def name_scores(skeleton: Tree, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``name_rows``, (n,): a kind of element is asked once."""
    if native := acceleration.native:
        scores = np.empty(len(skeleton.line_element))
        native.name_scores(
            skeleton.tokens, skeleton.sizes, skeleton.kind, skeleton.parent,
            skeleton.line_element, LEVELS[: skeleton.levels], weights, scores,
        )  # fmt: skip
        return scores
    return row_means(weights, *name_rows(skeleton))


# What the linear model weighs, a table of weights each.
EVIDENCE: Final = ("wording", "surroundings", "names")


@dataclass(frozen=True, slots=True)
class Linear:
    """First-stage weights: hashed n-grams of a line, words of its neighbours, names around it.

    ``tables`` are of shape (2**18,) each, in the order of EVIDENCE. ``languages`` tells how many
    pages in each language (ISO 639-1) it has learned from.
    """

    tables: tuple[NDArray[np.float32], ...]
    bias: float
    languages: Mapping[str, int] = field(default_factory=dict)

    def scores(self, encoded: Encoded) -> Floats:
        """Log-odds of content from each kind of evidence, (n, 3), without the bias."""
        wording, surroundings, names = self.tables
        scores = np.zeros((encoded.n, len(EVIDENCE)))
        scores[:, 0] = gram_scores(encoded, wording)
        scores[:, 1] = around_scores(encoded, surroundings)
        if encoded.tree is not None:
            scores[:, 2] = name_scores(encoded.tree, names)
        return scores

    def taught(self, language: str | None) -> float:
        """The logarithm of how many pages in a language it knows, and one.

        Words of a language that it never saw say nothing.

        >>> some = Linear((), 0.0, {"zh": 9})
        >>> some.taught("zh-tw") == some.taught("zh-cn") > some.taught("th") == some.taught(None)
        True
        """
        return math.log1p(self.languages.get(language.split("-")[0], 0)) if language else 0.0


def evidence_rows(encoded: Encoded) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Buckets and offsets of each kind of EVIDENCE; bare text has no names."""
    rows = [gram_rows(encoded), around_rows(encoded)]
    return rows if encoded.tree is None else [*rows, name_rows(encoded.tree)]


PAGE_TYPES: Final = (
    "article", "forum", "product", "collection", "listing", "documentation", "service"
)  # fmt: skip
_TYPE_BUCKETS: Final = 2 << BAG_BITS
_LEAST_LIKELY: Final = 1e-4  # so that a logarithm never runs away


@dataclass(frozen=True, slots=True)
class PageTypes:
    """What kind of page it is, from its words and names: shops keep what articles drop.

    A multinomial logistic regression; ``weights`` (7, 2**15) for the buckets of ``page_bag``,
    ``bias`` (7,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_probabilities(self, bag: tuple[NDArray[np.int64], Floats]) -> Floats:
        """The logarithm of each page type's probability, in the order of PAGE_TYPES, (7,)."""
        buckets, values = bag
        scores = np.zeros(len(PAGE_TYPES))
        if native := acceleration.native:
            by_bucket = np.ascontiguousarray(self.weights.T)  # a copy only where not loaded so
            native.bag_scores(by_bucket, buckets, values, scores)
        elif len(buckets):
            scores = np.cumsum(self.weights[:, buckets] * values, axis=1)[:, -1]
        scores = scores + self.bias
        odds = np.exp(scores - scores.max())
        logarithms: Floats = np.log(odds / odds.sum() + _LEAST_LIKELY)
        return logarithms
