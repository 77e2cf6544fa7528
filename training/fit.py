"""From labelled pages to a model: linear scores out of fold by site, then trees on context.

The trees must learn how far to trust the linear scores and the page type on sites never seen. So
the scores of each page come from models that saw no page of its site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression, SGDClassifier

from boilerplate.features.encode import BAG_BITS
from boilerplate.features.table import LINEAR_TABLES, PAGE_TYPES
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.model.file import MODES
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.stack import Stack
from boilerplate.page import Kind
from training.content_trees import fit_trees
from training.corpora import CORPORA, GoldPage
from training.lessons import Lesson, base_language
from training.lexicon import Lexicon
from training.progress import Log
from training.roles.catalogues import catalogue_examples
from training.roles.examples import phrase_examples
from training.roles.trees import fit_role_trees
from training.roles.words import WordsByFold, fit_words
from training.training_set import training_set

TABLE_SIZE: Final = 1 << NGRAMS.bits  # weights of one table of the linear model
IMPOSSIBLE: Final = -20.0  # the bias of a page type of which training had no page


@dataclass(frozen=True, slots=True)
class LinearParameters:
    """Of the stochastic gradient descent on the n-grams and names of lines."""

    alpha: float = 1e-6
    epochs: int = 5


@dataclass(frozen=True, slots=True)
class PageTypeParameters:
    """Of the logistic regression of page types."""

    C: float = 30.0
    max_iter: int = 200
    typed_corpora: tuple[str, ...] = ("wcxb", "magic-html")  # the others have articles only ...
    untyped_weight: float = 0.3  # ... by their choice of pages, so they count for less


LINEAR: Final = LinearParameters()
TYPES: Final = PageTypeParameters()


def train_model(
    golds: Sequence[GoldPage],
    phrases: Lexicon | None,
    about: dict[str, Any],
    jobs: int,
    log: Log,
    held_out: Collection[str] = (),
    modes: Sequence[Kind] = MODES,
) -> Model:
    """Train a model of both modes on gold pages; deterministic, whatever ``jobs`` is.

    ``phrases`` is the lexicon, or None to do without; ``held_out`` are languages whose notices
    are left out; ``about`` is what the model file says of itself. A model of one of the ``modes``
    only cannot be saved.
    """
    examples = catalogue_examples(phrases.folder) if phrases else []
    words = fit_words(golds, [*examples, *phrase_examples()], jobs, log)
    stacks: dict[Kind, Stack] = {}
    lines_by_corpus: Counter[str] = Counter()
    for mode in modes:
        # Its lessons are gigabytes, which are free again before those of the next mode are read.
        stacks[mode], lines = fit_mode(golds, mode, phrases, words, jobs, log, held_out)
        lines_by_corpus.update(lines)
    return Model(stacks, words.whole, {**about, "lines": dict(sorted(lines_by_corpus.items()))})


def fit_mode(
    golds: Sequence[GoldPage],
    mode: Kind,
    phrases: Lexicon | None,
    words: WordsByFold,
    jobs: int,
    log: Log,
    held_out: Collection[str],
) -> tuple[Stack, Counter[str]]:
    """The stack of one mode, and how many lines of each corpus it was fitted on."""
    log(f"{mode}: reading and aligning")
    lessons = training_set(golds, mode, phrases, jobs, held_out)
    log(f"{mode}: {len(lessons)} pages, {sum(each.encoded.n for each in lessons)} lines")
    lines: Counter[str] = Counter()
    for each in lessons:
        lines[each.corpus] += len(each.target) * each.readable
    return fit_stack(lessons, mode, words, log), lines


def about_training(
    golds: Sequence[GoldPage],
    phrases: Lexicon | None,
    splits: str,
    quick: bool,
    held_out: Collection[str] = (),
) -> dict[str, Any]:
    """What a model file says of the pages that it was trained on."""
    pages = Counter(gold.corpus for gold in golds)
    corpora = {
        name: {
            "licence": CORPORA[name].LICENCE,
            "commit": CORPORA[name].COMMIT,
            "pages": pages[name],
        }
        for name in CORPORA
        if pages[name]
    }
    about: dict[str, Any] = {
        "corpora": corpora,
        "lexicon": phrases is not None,
        "splits": splits,
        "quick": quick,
        "pages": len(golds),
    }
    return about | ({"held_out": sorted(held_out)} if held_out else {})


def fit_stack(lessons: Sequence[Lesson], mode: Kind, words: WordsByFold, log: Log) -> Stack:
    """Fit the page types, the linear model and the trees of one mode."""
    types = fit_types_by_fold(lessons)
    log(f"{mode}: page types")
    linear = fit_linear_by_fold(lessons)
    log(f"{mode}: linear model")
    set_role_shares(lessons, words)
    trees = fit_trees(lessons, linear.bias)
    log(f"{mode}: trees of content")
    roles = fit_role_trees(lessons, linear.bias)
    log(f"{mode}: trees of roles")
    return Stack(linear, types, trees, roles)


def set_role_shares(lessons: Sequence[Lesson], words: WordsByFold) -> None:
    """Set each lesson's out-of-fold ``role_shares``; its rows are dropped, for they are large."""
    for each in lessons:
        if each.role_rows is not None:
            each.role_shares = words.shares(each.role_rows, each.fold)
            each.role_rows = None


# ------------------------------------------------------------------------------- out of fold


def fit_types_by_fold(lessons: Sequence[Lesson]) -> PageTypes:
    """The page type model of all pages; sets each lesson's out-of-fold ``page_types``."""
    readable = [each for each in lessons if each.readable]
    whole = fit_types(readable)
    for fold in sorted({each.fold for each in lessons}):
        others = [each for each in readable if each.fold != fold]
        partial = fit_types(others) if others else whole
        for each in lessons:
            if each.fold == fold:
                each.page_types = partial.log_probabilities(each.encoded.bag)
    return whole


def fit_linear_by_fold(lessons: Sequence[Lesson]) -> Linear:
    """The linear model of all pages; sets each lesson's out-of-fold ``linear_scores``."""
    X, bounds = design(lessons)
    readable = [each for each in lessons if each.readable]
    y = np.concatenate([each.target for each in readable])
    w = np.concatenate([np.full(len(each.target), each.weight) for each in readable])
    folds = np.array([each.fold for each in lessons])
    fold_of_row = np.repeat(folds, [each.encoded.n for each in lessons])
    labelled = np.concatenate(
        [each.readable & np.isin(np.arange(each.encoded.n), each.kept) for each in lessons]
    )
    whole = replace(fit_linear(X[labelled], y, w), languages=pages_by_language(readable))
    for fold in sorted(set(folds.tolist())):
        inside = labelled & (fold_of_row != fold)
        used = inside[labelled]
        partial = fit_linear(X[inside], y[used], w[used]) if used.any() else whole
        others = pages_by_language(each for each in readable if each.fold != fold)
        partial = replace(partial, languages=others)
        for i, each in enumerate(lessons):
            if each.fold != fold:
                continue
            page = X[bounds[i] : bounds[i + 1]]
            scores = [
                page[:, k * TABLE_SIZE : (k + 1) * TABLE_SIZE] @ table
                for k, table in enumerate(partial.tables)
            ]
            # float64, as when pages are cleaned
            each.linear_scores = np.column_stack(scores).astype(float)
            if each.readable:
                each.log_language_pages = partial.log_language_pages(
                    each.encoded.line_languages.main_language
                )
    return whole


def pages_by_language(lessons: Iterable[Lesson]) -> dict[str, int]:
    """The number of training pages in each language; pages of unknown language are left out."""
    detected = (each.encoded.line_languages.main_language for each in lessons)
    return dict(Counter(base_language(language) for language in detected if language))


# ------------------------------------------------------------------------------- single fits


def design(lessons: Sequence[Lesson]) -> tuple[sp.csr_matrix, np.ndarray]:
    """The sparse matrix of all lines, and the row at which each page begins.

    Shape (lines, tables * 2**18); the ids of each table form a vector of length 1 in columns of
    their own. The lessons' own rows are dropped on the way, for they are most of the memory.
    """
    widths = [np.sum([np.diff(offsets) for _, offsets in each.rows], axis=0) for each in lessons]
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(widths))])
    ids, values = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
    row = 0
    for each in lessons:
        at = indptr[row : row + each.encoded.n].copy()
        for table, (buckets, offsets) in enumerate(each.rows):
            counts = np.diff(offsets)
            place = np.repeat(at - offsets[:-1], counts) + np.arange(offsets[-1])
            ids[place] = buckets + np.int32(table * TABLE_SIZE)
            values[place] = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
            at += counts
        each.rows = []
        row += each.encoded.n
    bounds = np.cumsum([0, *(each.encoded.n for each in lessons)])
    return sp.csr_matrix(
        (values, ids, indptr), shape=(row, len(LINEAR_TABLES) * TABLE_SIZE)
    ), bounds


def fit_linear(X: sp.csr_matrix, y: np.ndarray, w: np.ndarray) -> Linear:
    """Logistic regression on the rows of ``design``."""
    fitted = SGDClassifier(
        loss="log_loss", alpha=LINEAR.alpha, max_iter=LINEAR.epochs, tol=None, random_state=0
    ).fit(X, y, sample_weight=w)
    # The file stores float16: the trees must be fitted to the scores that it will give.
    weights = fitted.coef_[0].astype(np.float16).astype(np.float32)
    return Linear(tuple(np.split(weights, len(LINEAR_TABLES))), float(fitted.intercept_[0]))


def fit_types(lessons: Sequence[Lesson]) -> PageTypes:
    """Logistic regression of the page type on the page's bag of tokens."""
    bags = [each.encoded.bag for each in lessons]
    X = sp.csr_matrix(
        (
            np.concatenate([values for _, values in bags]),
            np.concatenate([ids for ids, _ in bags]),
            np.cumsum([0, *(len(ids) for ids, _ in bags)]),
        ),
        shape=(len(bags), 2 << BAG_BITS),
    )
    y = np.array([PAGE_TYPES.index(each.page_type) for each in lessons])
    w = [1.0 if each.corpus in TYPES.typed_corpora else TYPES.untyped_weight for each in lessons]
    weights = np.zeros((len(PAGE_TYPES), 2 << BAG_BITS), np.float32)
    bias = np.full(len(PAGE_TYPES), IMPOSSIBLE, np.float32)
    seen = np.unique(y)
    if len(seen) == 1:
        bias[seen] = 0.0
        return PageTypes(weights, bias)
    fitted = LogisticRegression(C=TYPES.C, max_iter=TYPES.max_iter).fit(X, y, sample_weight=w)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(seen) == 2:  # scikit-learn has one row then
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights[seen], bias[seen] = coefficients.astype(np.float16), intercepts
    return PageTypes(weights, bias)
