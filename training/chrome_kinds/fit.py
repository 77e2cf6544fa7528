"""The fit of the model of chrome kinds: one multinomial logistic regression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from boilerplate.features.elements import element_tokens
from boilerplate.kernels.plain_chrome_kinds import PARAMS as READ
from boilerplate.kernels.plain_chrome_kinds import text_rows
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.model.chrome_kinds import KINDS, KindModel
from training.chrome_kinds.examples import Example


@dataclass(frozen=True, slots=True)
class KindParameters:
    """Of the fit, and of how much each example counts."""

    C: float = 3.0
    max_iter: int = 200
    tol: float = 1e-3
    balance: float = 0.5  # 1 would give all kinds the same weight, 0 leaves them as they are
    full_phrases: int = 10  # of one source, language and kind; more count as their square root
    impossible: float = -20.0  # the bias of a kind without examples


PARAMETERS: Final = KindParameters()


def fit(examples: Sequence[Example], about: dict[str, Any] | None = None) -> KindModel:
    """Fit the model on some examples; deterministic."""
    X = design(examples)
    y = np.array([KINDS.index(each.kind) for each in examples])
    fitted = LogisticRegression(
        C=PARAMETERS.C, max_iter=PARAMETERS.max_iter, tol=PARAMETERS.tol
    ).fit(X, y, sample_weight=weights_of(examples))
    table = np.zeros((len(KINDS), X.shape[1]), np.float32)
    bias = np.full(len(KINDS), PARAMETERS.impossible, np.float32)
    table[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return KindModel(
        np.ascontiguousarray(table[:, : 1 << READ.text_bits].T),
        np.ascontiguousarray(table[:, 1 << READ.text_bits :].T),
        bias,
        about or {},
    )


def about(examples: Sequence[Example]) -> dict[str, Any]:
    """What the model file says of its training data."""
    sources = Counter(each.source for each in examples)
    return {"lines": len(examples), "sources": dict(sorted(sources.items()))}


def weights_of(examples: Sequence[Example]) -> np.ndarray:
    """How much each example counts: more for rare kinds, less for many phrases of one source."""
    kinds = Counter(each.kind for each in examples)
    cells = Counter((each.source, each.language, each.kind) for each in examples)
    full = PARAMETERS.full_phrases
    w = np.array(
        [
            each.weight * (full / max(full, cells[each.source, each.language, each.kind])) ** 0.5
            for each in examples
        ]
    )
    totals = dict.fromkeys(KINDS, 0.0)
    for each, weight in zip(examples, w, strict=True):
        totals[each.kind] += weight
    mean = sum(totals.values()) / len(kinds)
    return w * np.array([(mean / totals[each.kind]) ** PARAMETERS.balance for each in examples])


def design(examples: Sequence[Example]) -> sp.csr_matrix:
    """The sparse matrix of the examples: hashed n-grams, then hashed names of elements.

    Shape (examples, 2**17 + 2**13), as ``KindModel`` computes them.
    """
    ids, text_offsets = text_rows([each.text for each in examples])
    counts = np.diff(text_offsets)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    text = sp.csr_matrix((values, ids, text_offsets), shape=(len(examples), 1 << READ.text_bits))
    offsets, columns, weights = [0], [np.zeros(0, np.int64)], [np.zeros(0)]
    for each in examples:
        offsets.append(offsets[-1])
        for level, (tag, names) in enumerate(each.around[: READ.levels]):
            columns.append(token_buckets(element_tokens(tag, names), 0, READ.token_bits))
            n = len(columns[-1])
            weights.append(np.full(n, READ.fading**level / np.sqrt(n)))
            offsets[-1] += n
    named = sp.csr_matrix(
        (np.concatenate(weights).astype(np.float32), np.concatenate(columns), offsets),
        shape=(len(examples), 1 << READ.token_bits),
    )
    return sp.hstack([text, named], format="csr")
