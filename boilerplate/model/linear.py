"""The first stage: linear models over hashed n-grams and element tokens, and page types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.features.encode import BAG_BITS
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.table import LINEAR_TABLES
from boilerplate.numeric import Floats


@dataclass(frozen=True, slots=True)
class Linear:
    """First-stage weights: n-grams of a line, words of its neighbours, tokens of its elements.

    ``tables`` are of shape (2**18,) each, in the order of LINEAR_TABLES. ``languages`` is how many
    pages in each language (ISO 639-1) the model was trained on.
    """

    tables: tuple[NDArray[np.float32], ...]
    bias: float
    languages: Mapping[str, int] = field(default_factory=dict)

    def scores(self, encoded: EncodedPage) -> Floats:
        """Log-odds of content from each table, (n, 3), without the bias."""
        text = encoded.kept_text
        ngrams, neighbours, tokens = self.tables
        scores = np.zeros((encoded.n, len(LINEAR_TABLES)))
        scores[:, 0] = kernels.ngram_scores(text, ngrams)
        scores[:, 1] = kernels.neighbour_scores(text, neighbours)
        if encoded.tree is not None:
            scores[:, 2] = kernels.token_scores(encoded.tree, tokens)
        return scores

    def log_language_pages(self, language: str | None) -> float:
        """log1p of the training pages in a language: n-grams of one never seen are no evidence.

        >>> some = Linear((), 0.0, {"zh": 9})
        >>> some.log_language_pages("zh-tw") == some.log_language_pages("zh-cn") > 2
        True
        >>> some.log_language_pages("th"), some.log_language_pages(None)
        (0.0, 0.0)
        """
        return math.log1p(self.languages.get(language.split("-")[0], 0)) if language else 0.0


TYPE_BUCKETS: Final = 2 << BAG_BITS
MIN_PROBABILITY: Final = 1e-4  # of a page type, so that its logarithm stays finite


@dataclass(frozen=True, slots=True)
class PageTypes:
    """The type of a page, from its words and element tokens: shops keep what articles drop.

    A multinomial logistic regression; ``weights`` (7, 2**15) for the buckets of ``page_bag``,
    ``bias`` (7,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_probabilities(self, bag: tuple[NDArray[np.int64], Floats]) -> Floats:
        """The logarithm of each page type's probability, in the order of PAGE_TYPES, (7,)."""
        scores = kernels.bag_scores(self.weights, *bag) + self.bias
        odds = np.exp(scores - scores.max())
        logarithms: Floats = np.log(odds / odds.sum() + MIN_PROBABILITY)
        return logarithms
