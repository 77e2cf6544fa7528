"""The fit of the linear model of roles: one logistic regression for each role.

The trees must learn how far to trust it on sites never seen, so the role shares of each page that
they learn from come from a model that saw no page of its site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import SGDClassifier

from boilerplate.features.elements import element_tokens
from boilerplate.features.text import line_text
from boilerplate.kernels.plain_roles import PARAMS, text_rows
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.model.roles import RoleWords, softmax
from boilerplate.page import Page
from boilerplate.roles import ROLES
from boilerplate.unicode import plain
from training.corpora import GoldPage
from training.folds import FOLDS, fold_of
from training.lexicon import fold_of_phrase
from training.progress import Log
from training.roles.examples import Example
from training.samples import elements_around, line_weight, sample

Around = tuple[tuple[str, tuple[str, ...]], ...]  # tags and names, the innermost element first


@dataclass(frozen=True, slots=True)
class WordParameters:
    """Of the fit, and of how much each line counts."""

    alpha: float = 3e-6
    epochs: int = 4
    balance: float = 0.35  # 1 would give all roles the same weight, 0 leaves them as they are
    phrase: float = 0.5  # of a phrase from a catalogue, beside the lines of read pages
    nameless: float = 0.6  # of the lines of a page, learned once more without their elements
    impossible: float = -20.0  # the bias of a role without examples


PARAMETERS: Final = WordParameters()


@dataclass(frozen=True, slots=True, eq=False)
class WordsByFold:
    """The linear model of all pages, and for each fold one that saw no page of its sites."""

    whole: RoleWords
    without: tuple[RoleWords, ...]

    def shares(self, rows: sp.csr_matrix, fold: int) -> np.ndarray:
        """Each role's share of the scores of some lines (``design``) in a fold, (n, 24)."""
        words = self.without[fold]
        weights = np.concatenate(
            [words.text * np.float32(words.scales[0]), words.names * np.float32(words.scales[1])]
        )
        return softmax((rows @ weights).astype(float) + words.bias).astype(np.float32)


def no_words() -> WordsByFold:
    """Models that know nothing, for training without pages that have roles."""
    tables = (
        np.zeros((1 << bits, len(ROLES)), np.int8) for bits in (PARAMS.text_bits, PARAMS.token_bits)
    )
    words = RoleWords(next(tables), next(tables), (1.0, 1.0), np.zeros(len(ROLES)))
    return WordsByFold(words, (words,) * FOLDS)


def fit_words(
    golds: Iterable[GoldPage], phrases: Sequence[Example], jobs: int, log: Log
) -> WordsByFold:
    """Fit the models on the read pages among some golds, and on phrases of chrome.

    Deterministic, whatever ``jobs`` is.
    """
    read = [gold for gold in golds if gold.roles]
    pages = Parallel(n_jobs=jobs, batch_size=8)(delayed(read_page)(gold) for gold in read)
    found = [(fold_of(gold.site), *page) for gold, page in zip(read, pages, strict=True) if page]
    if not found:
        return no_words()
    rows, labels, weights, folds = [], [], [], []
    for fold, page_rows, roles in found:
        n = len(roles)
        weight = line_weight(n)
        for share, some in ((1.0, page_rows), (PARAMETERS.nameless, without_names(page_rows))):
            rows.append(some)
            labels.append(roles)
            weights.append(np.full(n, weight * share))
            folds.append(np.full(n, fold))
    if phrases:
        rows.append(design([each.text for each in phrases], [()] * len(phrases)))
        labels.append(np.array([ROLES.index(each.role) for each in phrases]))
        weights.append(np.full(len(phrases), PARAMETERS.phrase))
        folds.append(np.array([fold_of_phrase(each.text) for each in phrases]))
    y, w, fold_of_row = map(np.concatenate, (labels, weights, folds))
    known = np.flatnonzero(y >= 0)
    X, y, fold_of_row = sp.vstack(rows).tocsr()[known], y[known], fold_of_row[known]
    w = balanced(y, w[known], PARAMETERS.balance)
    whole = fit(X, y, w, jobs)
    log(f"roles: {len(found)} pages, {len(y)} lines and phrases")
    without = []
    for fold in range(FOLDS):
        others = fold_of_row != fold
        all_or_none = others.all() or not others.any()
        without.append(whole if all_or_none else fit(X[others], y[others], w[others], jobs))
    log("roles: linear model")
    return WordsByFold(whole, tuple(without))


def fit(X: sp.csr_matrix, y: np.ndarray, w: np.ndarray, jobs: int) -> RoleWords:
    """Fit one model on the rows of ``design``; its weights in 8 bits, as the file has them."""
    fitted = SGDClassifier(
        loss="log_loss", alpha=PARAMETERS.alpha, max_iter=PARAMETERS.epochs, tol=None,
        random_state=0, n_jobs=jobs,
    ).fit(X, y, sample_weight=w)  # fmt: skip
    table = np.zeros((len(ROLES), X.shape[1]), np.float32)
    bias = np.full(len(ROLES), PARAMETERS.impossible)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn has one row then
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    table[fitted.classes_], bias[fitted.classes_] = coefficients, intercepts
    text, names = np.split(table.T, [1 << PARAMS.text_bits])
    scales = tuple(float(np.abs(part).max() / 127) or 1.0 for part in (text, names))
    in_bits = (
        np.ascontiguousarray(np.round(part / scale).astype(np.int8))
        for part, scale in zip((text, names), scales, strict=True)
    )
    return RoleWords(next(in_bits), next(in_bits), (scales[0], scales[1]), bias)


def balanced(y: np.ndarray, w: np.ndarray, power: float) -> np.ndarray:
    """Weights of lines, (n,), so that rare roles count for more; ``y`` (n,) are the roles."""
    totals = np.bincount(y, w, len(ROLES))
    return w * (totals[totals > 0].mean() / totals[y]) ** power


# --------------------------------------------------------------------------------------- rows


def read_page(gold: GoldPage) -> tuple[sp.csr_matrix, np.ndarray] | None:
    """The rows and the roles of a read page's lines as HTML; None if it has no lines."""
    labelled = sample(gold, "html")
    if labelled is None or labelled.roles is None:
        return None
    page = labelled.page.without_blank_lines
    return page_rows(page), labelled.roles[labelled.page.nonblank]


def page_rows(page: Page) -> sp.csr_matrix:
    """The rows (``design``) of the lines of a page, none of which is blank."""
    around = [
        tuple((e.tag, e.names) for e in islice(elements_around(page, line), PARAMS.levels))
        for line in page.lines
    ]
    return design([line.text for line in page.lines], around)


def without_names(rows: sp.csr_matrix) -> sp.csr_matrix:
    """Rows of ``design`` without what they have of elements."""
    text = rows[:, : 1 << PARAMS.text_bits]
    return sp.hstack([text, sp.csr_matrix((rows.shape[0], 1 << PARAMS.token_bits))], format="csr")


def design(texts: Sequence[str], arounds: Sequence[Around]) -> sp.csr_matrix:
    """The sparse matrix of some lines: hashed n-grams, then hashed names of elements.

    Shape (lines, 2**17 + 2**13), as ``RoleWords`` computes them.
    """
    ids, text_offsets = text_rows(line_text([plain(text) for text in texts]))
    counts = np.diff(text_offsets)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    text = sp.csr_matrix((values, ids, text_offsets), shape=(len(texts), 1 << PARAMS.text_bits))
    offsets, columns, weights = [0], [np.zeros(0, np.int64)], [np.zeros(0)]
    for around in arounds:
        offsets.append(offsets[-1])
        for level, (tag, names) in enumerate(around):
            columns.append(token_buckets(element_tokens(tag, names), 0, PARAMS.token_bits))
            n = len(columns[-1])
            weights.append(np.full(n, PARAMS.fading**level / np.sqrt(n)))
            offsets[-1] += n
    named = sp.csr_matrix(
        (np.concatenate(weights).astype(np.float32), np.concatenate(columns), offsets),
        shape=(len(texts), 1 << PARAMS.token_bits),
    )
    return sp.hstack([text, named], format="csr")
