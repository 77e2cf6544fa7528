"""From corpora to a model file: linear scores out of fold by site, then trees on context.

The trees must learn how far to trust the linear scores on sites never seen, so each page's
linear scores come from a model that saw no page of its site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import SGDClassifier

from boilerplate.classifier import BoostedLines
from boilerplate.cleaner import is_blank
from boilerplate.features import HASH_BITS, Encoded, encode, gram_rows, name_rows
from boilerplate.model import MODES, Linear, Model, Stack, sigmoid, stage_matrix
from boilerplate.page import Kind
from training.corpora import GoldPage
from training.dataset import draw, sample

FOLDS: Final = 5
SITE_PAGES: Final = 5  # a site with more pages than this weighs as the root of their number
MAX_PAGE_LINES: Final = 400  # drawn from a longer page, for the trees
SHARE_OF_STRINGS: Final = 0.4  # of pages that are also learned a text node a line
SHARE_OF_JOINED: Final = 0.2  # and with neighbouring paragraphs joined
ALPHA: Final = 1e-6
EPOCHS: Final = 5
Log = Callable[[str], None]


@dataclass(slots=True)
class Lesson:
    """What is learned from of one page in one mode: (n,) targets and the arrays of its lines."""

    site: str
    key: str
    target: np.ndarray
    encoded: Encoded
    grams: tuple[np.ndarray, np.ndarray]
    names: tuple[np.ndarray, np.ndarray] | None
    weight: float = 1.0
    wording: np.ndarray | None = None
    named: np.ndarray | None = None

    @property
    def fold(self) -> int:
        """The fold of the page's site."""
        return crc32(b"fold" + self.site.encode()) % FOLDS


def lesson(gold: GoldPage, kind: Kind, layout: str) -> Lesson | None:
    """One page's Lesson; None where there is nothing to learn."""
    labelled = sample(gold, kind, layout)
    if labelled is None or not (labelled.target >= 0).any():
        return None
    spoken = [i for i, line in enumerate(labelled.page.lines) if not is_blank(line)]
    encoded = encode(labelled.page, spoken)
    grams, offsets = gram_rows(encoded)
    names = name_rows(encoded.tree) if encoded.tree else None
    encoded = replace(encoded, grams=[])  # the hashes are four times as large as the buckets
    return Lesson(
        gold.site,
        f"{gold.corpus}/{gold.id}/{layout}",
        labelled.target[spoken],
        encoded,
        (grams.astype(np.int32), offsets),
        names and (names[0].astype(np.int32), names[1]),
    )


def plan(golds: Iterable[GoldPage], kind: Kind) -> list[tuple[GoldPage, Kind, str]]:
    """Which pages are learned in which layouts; HTML has one, bare text some in two."""
    out: list[tuple[GoldPage, Kind, str]] = []
    for gold in golds:
        if gold.gold is None:
            continue
        out.append((gold, kind, "blocks"))
        if kind == "text":
            drawn = draw(gold, "layout")
            if drawn < SHARE_OF_STRINGS:
                out.append((gold, kind, "strings"))
            elif drawn < SHARE_OF_STRINGS + SHARE_OF_JOINED:
                out.append((gold, kind, "joined"))
    return out


def train(golds: Sequence[GoldPage], about: dict[str, Any], jobs: int, log: Log) -> Model:
    """A Model of both modes from gold pages; deterministic, whatever ``jobs`` is."""
    stacks: dict[Kind, Stack] = {}
    for kind in MODES:
        log(f"{kind}: reading and aligning")
        made = Parallel(n_jobs=jobs, batch_size=8)(
            delayed(lesson)(*each) for each in plan(golds, kind)
        )
        lessons = [each for each in made if each is not None]
        pages = Counter(each.site for each in lessons)
        for each in lessons:
            each.weight = min(1.0, (SITE_PAGES / pages[each.site]) ** 0.5)
        lines = sum(each.encoded.n for each in lessons)
        log(f"{kind}: {len(lessons)} pages, {lines} lines")
        stacks[kind] = fit_stack(lessons, kind, log)
    return Model(stacks, about)


def fit_stack(lessons: Sequence[Lesson], kind: Kind, log: Log) -> Stack:
    """The linear model and the trees of one mode."""
    for fold in range(FOLDS):
        inside = [each for each in lessons if each.fold != fold]
        outside = [each for each in lessons if each.fold == fold]
        if not inside or not outside:
            continue
        linear = fit_linear(inside)
        for each in outside:
            each.wording, each.named = linear_scores(linear, each)
        log(f"{kind}: linear fold {fold + 1} of {FOLDS}")
    linear = fit_linear(lessons)
    rng = np.random.default_rng(0)
    rows, targets, weights = [], [], []
    for each in lessons:
        if each.wording is None or each.named is None:  # one fold only: a tiny corpus
            each.wording, each.named = linear_scores(linear, each)
        p = sigmoid(each.wording + each.named + linear.bias)
        matrix = stage_matrix(each.encoded, each.wording, each.named, [p])
        told = np.flatnonzero(each.target >= 0)
        if len(told) > MAX_PAGE_LINES:
            told = np.sort(rng.choice(told, MAX_PAGE_LINES, replace=False))
        rows.append(matrix[told])
        targets.append(each.target[told])
        weights.append(np.full(len(told), each.weight))
    log(f"{kind}: trees on {sum(map(len, rows))} lines")
    boosted = BoostedLines().fit(
        np.concatenate(rows), np.concatenate(targets), np.concatenate(weights)
    )
    return Stack(linear, (boosted.trees_,))


def fit_linear(lessons: Sequence[Lesson]) -> Linear:
    """Logistic regression on hashed n-grams and names, each row scaled to unit length."""
    told = [np.flatnonzero(each.target >= 0) for each in lessons]
    X = sp.vstack(
        [rows_of(each)[keep] for each, keep in zip(lessons, told, strict=True)], format="csr"
    )
    y = np.concatenate([each.target[keep] for each, keep in zip(lessons, told, strict=True)])
    w = np.concatenate(
        [np.full(len(keep), each.weight) for each, keep in zip(lessons, told, strict=True)]
    )
    fitted = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, random_state=0
    ).fit(X, y, sample_weight=w)
    size = 1 << HASH_BITS
    # stored as float16: what is learned on top must see the scores as they will be
    weights = fitted.coef_[0].astype(np.float16).astype(np.float32)
    names = weights[size:] if len(weights) > size else np.zeros(size, np.float32)
    return Linear(weights[:size], names, float(fitted.intercept_[0]))


def rows_of(each: Lesson) -> sp.csr_matrix:
    """The sparse rows of a page's lines: n-grams, and beside them the names, (n, 2 * 2**18)."""
    blocks = [_block(*each.grams)]
    if each.names is not None:
        blocks.append(_block(*each.names))
    return sp.hstack(blocks, format="csr")


def _block(ids: np.ndarray, offsets: np.ndarray) -> sp.csr_matrix:
    counts = np.diff(offsets)
    data = np.repeat((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32), counts)
    return sp.csr_matrix((data, ids, offsets), shape=(len(counts), 1 << HASH_BITS))


def linear_scores(linear: Linear, each: Lesson) -> tuple[np.ndarray, np.ndarray]:
    """What ``Linear.scores`` gives, from the kept buckets."""
    wording = _block(*each.grams) @ linear.grams
    if each.names is None:
        return wording, np.zeros(len(wording))
    return wording, _block(*each.names) @ linear.names
