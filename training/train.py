"""From corpora to a model file: linear scores out of fold by site, then trees on context.

The trees must learn how far to trust the linear scores and the page type on sites never seen,
so each page's come from models that saw no page of its site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression, SGDClassifier

from boilerplate.classifier import BoostedLines
from boilerplate.cleaner import is_blank
from boilerplate.features import BAG_BITS, HASH_BITS, Encoded, encode, gram_rows, name_rows
from boilerplate.model import MODES, PAGE_TYPES, Linear, Model, PageTypes, Stack, tree_matrix
from boilerplate.page import Kind, text_page
from training import lexicon
from training.corpora import GoldPage
from training.dataset import Sample, cropped, draw, sample

FOLDS: Final = 5
SITE_PAGES: Final = 5  # a site with more pages than this weighs as the root of their number
PAGE_LINES: Final = 100  # a longer page weighs as the root of its length
LEAST_LINES: Final = 20
MADE_UP_WEIGHT: Final = 0.3  # of a page put together from phrases
MAX_PAGE_LINES: Final = 400  # drawn from a longer page
SHARE_OF_STRINGS: Final = 0.4  # of pages that are also learned a text node a line
SHARE_OF_JOINED: Final = 0.2  # and with neighbouring paragraphs joined
SHARE_OF_CROPPED: Final = 0.5  # and as an article with another page's end
ALPHA: Final = 1e-6
EPOCHS: Final = 5
TYPE_C: Final = 30.0
TYPED_CORPORA: Final = ("wcxb", "magic-html")  # the others hold articles by construction
UNTYPED_WEIGHT: Final = 0.3
Log = Callable[[str], None]


@dataclass(slots=True)
class Lesson:
    """What is learned from of one page in one mode: the lines whose label is known.

    ``kept`` are their places among the page's spoken lines, ``target`` their labels (n,),
    ``ids`` and ``values`` their sparse rows, one after another, cut at ``offsets`` (n + 1).
    """

    site: str
    corpus: str
    page_type: str
    encoded: Encoded
    kept: np.ndarray
    target: np.ndarray
    grams: tuple[np.ndarray, np.ndarray]
    names: tuple[np.ndarray, np.ndarray] | None
    weight: float = 1.0
    wording: np.ndarray | None = None
    named: np.ndarray | None = None
    types: np.ndarray | None = None
    end: tuple[str, ...] = ()

    @property
    def fold(self) -> int:
        """The fold of the page's site."""
        return fold_of(self.site)


def fold_of(site: str) -> int:
    """The fold of a site: pages of a site are never apart."""
    return crc32(b"fold" + site.encode()) % FOLDS


def lesson(labelled: Sample | None) -> Lesson | None:
    """One page's Lesson; None where there is nothing to learn."""
    if labelled is None or not (labelled.target >= 0).any():
        return None
    gold = labelled.gold
    spoken = [i for i, line in enumerate(labelled.page.lines) if not is_blank(line)]
    target = labelled.target[spoken]
    encoded = encode(labelled.page, spoken)
    grams, offsets = gram_rows(encoded)
    names = name_rows(encoded.tree) if encoded.tree else None
    encoded = replace(encoded, grams=[], columns=encoded.columns.astype(np.float32))
    content = np.flatnonzero(target == 1)
    after = range(int(content[-1]) + 1, len(spoken)) if len(content) else range(0)
    texts = (labelled.page.lines[spoken[i]].text for i in after if target[i] == 0)
    return Lesson(
        gold.site,
        gold.corpus,
        gold.page_type,
        encoded,
        np.flatnonzero(target >= 0),
        target[target >= 0],
        (grams.astype(np.int32), offsets),
        names and (names[0].astype(np.int32), names[1]),
        end=tuple(text for text in texts if 20 < len(text) < 400)[-10:],
    )


def read_lesson(gold: GoldPage, kind: Kind, layout: str) -> Lesson | None:
    """The Lesson of a gold page in a layout."""
    return lesson(sample(gold, kind, layout))


def crop_lesson(gold: GoldPage, ends: Sequence[Sequence[str]]) -> Lesson | None:
    """The Lesson of a gold page's article before other pages' ends."""
    labelled = sample(gold, "text")
    return lesson(labelled and cropped(labelled, ends))


def made_up_lesson(language: str, lines: Sequence[str], labels: Sequence[int]) -> Lesson | None:
    """The Lesson of a page put together from phrases."""
    y = np.array(labels)
    gold = GoldPage("lexicon", language, b"", "", site=f"lexicon-{language}", language=language)
    return lesson(Sample(gold, text_page(lines), y, y))


def layouts_of(gold: GoldPage, kind: Kind) -> list[str]:
    """The layouts that a page is learned in; HTML has one, bare text some pages in two."""
    drawn = draw(gold, "layout")
    if kind == "html" or drawn >= SHARE_OF_STRINGS + SHARE_OF_JOINED:
        return ["blocks"]
    return ["blocks", "strings" if drawn < SHARE_OF_STRINGS else "joined"]


def lessons_of(
    golds: Sequence[GoldPage], kind: Kind, phrases: Path | None, jobs: int
) -> list[Lesson]:
    """Everything there is to learn in a mode; bare text is made up in more ways than HTML."""
    parallel = Parallel(n_jobs=jobs, batch_size=8)
    with parallel:
        made: list[Lesson | None] = parallel(
            delayed(read_lesson)(gold, kind, layout)
            for gold in golds
            for layout in layouts_of(gold, kind)
        )
        if kind == "text":
            ends: list[list[Sequence[str]]] = [[] for _ in range(FOLDS)]
            for each in made:
                if each is not None and len(each.end) > 2:
                    ends[each.fold].append(each.end)
            if phrases is not None:
                for language, tails in lexicon.tails(phrases).items():
                    ends[fold_of(f"lexicon-{language}")].extend(tails)
            made += parallel(
                delayed(crop_lesson)(gold, _some(ends[fold_of(gold.site)], gold))
                for gold in golds
                if draw(gold, "crop") < SHARE_OF_CROPPED
            )
            if phrases is not None:
                made += parallel(delayed(made_up_lesson)(*page) for page in lexicon.pages(phrases))
    lessons = [each for each in made if each is not None]
    pages = Counter(each.site for each in lessons)
    for each in lessons:
        each.weight = min(1.0, (SITE_PAGES / pages[each.site]) ** 0.5)
        each.weight *= (PAGE_LINES / max(LEAST_LINES, each.encoded.n)) ** 0.5
        if each.corpus == "lexicon":
            each.weight *= MADE_UP_WEIGHT
    return lessons


def _some(ends: Sequence[Sequence[str]], gold: GoldPage) -> list[Sequence[str]]:
    """A few ends for a page, drawn from its name; all of them would be sent to each worker."""
    if not ends:
        return []
    rng = np.random.default_rng(crc32(f"ends/{gold.corpus}/{gold.id}".encode()))
    return [ends[int(i)] for i in rng.integers(0, len(ends), 4)]


def train(
    golds: Sequence[GoldPage], phrases: Path | None, about: dict[str, Any], jobs: int, log: Log
) -> Model:
    """A Model of both modes from gold pages; deterministic, whatever ``jobs`` is.

    ``phrases`` is the lexicon's folder, or None to do without.
    """
    stacks: dict[Kind, Stack] = {}
    for kind in MODES:
        log(f"{kind}: reading and aligning")
        lessons = lessons_of(golds, kind, phrases, jobs)
        lines = sum(each.encoded.n for each in lessons)
        log(f"{kind}: {len(lessons)} pages, {lines} lines")
        stacks[kind] = fit_stack(lessons, kind, log)
    return Model(stacks, about)


def fit_stack(lessons: Sequence[Lesson], kind: Kind, log: Log) -> Stack:
    """The linear model, the page types and the trees of one mode."""
    types = fit_types(lessons)
    folds = np.array([each.fold for each in lessons])
    present = sorted(set(folds.tolist()))
    for fold in present if len(present) > 1 else ():
        partial = fit_types([each for each in lessons if each.fold != fold])
        for each in lessons:
            if each.fold == fold:
                each.types = partial.log_probabilities(each.encoded.bag)
    log(f"{kind}: page types")
    X, bounds = design(lessons)
    y = np.concatenate([each.target for each in lessons])
    w = np.concatenate([np.full(len(each.target), each.weight) for each in lessons])
    fold_of_row = np.repeat(folds, [each.encoded.n for each in lessons])
    known = np.concatenate([np.isin(np.arange(each.encoded.n), each.kept) for each in lessons])
    linear = fit_linear(X[known], y, w)
    for fold in present:
        inside = known & (fold_of_row != fold)
        partial_linear = (
            fit_linear(X[inside], y[inside[known]], w[inside[known]])
            if len(present) > 1
            else linear
        )
        for i in np.flatnonzero(folds == fold):
            rows = X[bounds[i] : bounds[i + 1]]
            size = 1 << HASH_BITS
            lessons[i].wording = rows[:, :size] @ partial_linear.grams
            lessons[i].named = rows[:, size:] @ partial_linear.names
        log(f"{kind}: linear fold {fold + 1} of {FOLDS}")
    del X
    rng = np.random.default_rng(0)
    rows_, targets, weights = [], [], []
    for each in lessons:
        if each.types is None:  # one fold only: a tiny corpus
            each.types = types.log_probabilities(each.encoded.bag)
        assert each.wording is not None
        assert each.named is not None
        matrix = tree_matrix(each.encoded, each.wording, each.named, linear.bias, each.types)
        chosen = np.arange(len(each.kept))
        if len(chosen) > MAX_PAGE_LINES:
            chosen = np.sort(rng.choice(chosen, MAX_PAGE_LINES, replace=False))
        rows_.append(matrix[each.kept[chosen]])
        targets.append(each.target[chosen])
        weights.append(np.full(len(chosen), each.weight))
    log(f"{kind}: trees on {sum(map(len, rows_))} lines")
    boosted = BoostedLines().fit(
        np.concatenate(rows_), np.concatenate(targets), np.concatenate(weights)
    )
    return Stack(linear, types, boosted.trees_)


def design(lessons: Sequence[Lesson]) -> tuple[sp.csr_matrix, np.ndarray]:
    """The sparse rows of all lines: n-grams, and beside them names, each of length 1.

    Shape (lines, 2 * 2**18), and where each page's rows begin. The lessons' own ids are
    dropped on the way: they are most of the memory.
    """
    size = 1 << HASH_BITS
    widths, total = [], 0
    for each in lessons:
        counts = np.diff(each.grams[1])
        if each.names is not None:
            counts = counts + np.diff(each.names[1])
        widths.append(counts)
        total += int(counts.sum())
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(widths))])
    ids, values = np.empty(total, np.int32), np.empty(total, np.float32)
    at = 0
    for each in lessons:
        blocks = [(each.grams, 0)] + ([(each.names, size)] if each.names is not None else [])
        parts = []
        for (buckets, offsets), shift in blocks:
            counts = np.diff(offsets)
            data = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
            shape = (len(counts), 2 * size)
            parts.append(sp.csr_matrix((data, buckets + np.int32(shift), offsets), shape=shape))
        page = parts[0] if len(parts) == 1 else _side_by_side(*parts)
        ids[at : at + page.nnz], values[at : at + page.nnz] = page.indices, page.data
        at += page.nnz
        nothing = np.zeros(0, np.int32)
        each.grams = (nothing, nothing)
        each.names = None
    n = len(indptr) - 1
    bounds = np.cumsum([0, *(each.encoded.n for each in lessons)])
    return sp.csr_matrix((values, ids, indptr), shape=(n, 2 * size)), bounds


def _side_by_side(a: sp.csr_matrix, b: sp.csr_matrix) -> sp.csr_matrix:
    """The entries of both in each row, repeated buckets kept apart."""
    order = np.argsort(
        np.concatenate([np.repeat(np.arange(a.shape[0]), np.diff(m.indptr)) for m in (a, b)]),
        kind="stable",
    )
    data = np.concatenate([a.data, b.data])[order]
    indices = np.concatenate([a.indices, b.indices])[order]
    return sp.csr_matrix((data, indices, a.indptr + b.indptr), shape=a.shape)


def fit_linear(X: sp.csr_matrix, y: np.ndarray, w: np.ndarray) -> Linear:
    """Logistic regression on hashed n-grams and names."""
    fitted = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, random_state=0
    ).fit(X, y, sample_weight=w)
    size = 1 << HASH_BITS
    # stored as float16: what is learned on top must see the scores as they will be
    weights = fitted.coef_[0].astype(np.float16).astype(np.float32)
    return Linear(weights[:size], weights[size:], float(fitted.intercept_[0]))


def fit_types(lessons: Sequence[Lesson]) -> PageTypes:
    """What tells the types of pages apart, from the pages whose type is known."""
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
    w = [1.0 if each.corpus in TYPED_CORPORA else UNTYPED_WEIGHT for each in lessons]
    weights = np.zeros((len(PAGE_TYPES), 2 << BAG_BITS), np.float32)
    bias = np.full(len(PAGE_TYPES), -20.0, np.float32)
    seen = np.unique(y)
    if len(seen) == 1:
        bias[seen] = 0.0
        return PageTypes(weights, bias)
    fitted = LogisticRegression(C=TYPE_C, max_iter=200).fit(X, y, sample_weight=w)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(seen) == 2:
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights[seen], bias[seen] = coefficients.astype(np.float16), intercepts
    return PageTypes(weights, bias)
