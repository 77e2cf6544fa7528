"""Scores of a model on gold pages, by corpus, language and page type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import line_score, word_score
from boilerplate.page import Kind
from boilerplate.plugins.manager import no_plugins
from boilerplate.result import CleanPage
from training.conventions import cleaner_for
from training.corpora import GoldPage
from training.documents.markdown import markdown_table
from training.samples import Sample, sample

MEASURES: Final = ("line", "char", "word")
# Names of the groups that a page is in, and its measures.
Row = tuple[tuple[str, ...], tuple[float, float, float]]


def score_page(cleaner: Cleaner, gold: GoldPage, mode: Kind) -> Row | None:
    """The groups and the scores of a gold page; None if it has no lines or no article."""
    labelled = sample(gold, mode)
    return None if labelled is None or gold.gold is None else score_sample(cleaner, labelled)


def score_sample(cleaner: Cleaner, labelled: Sample) -> Row:
    """The groups of a labelled page, and its line F1, character-weighted F1 and word F1."""
    gold = labelled.gold
    part = part_of(gold)
    measures = score_cleaned(cleaner.clean(labelled.page), labelled)
    return (gold.corpus, f"{gold.corpus}/{part}"), measures


def part_of(gold: GoldPage) -> str:
    """The part of its corpus that a page belongs to: its page type, else its language."""
    if gold.corpus == "wcxb":
        return gold.page_type
    return gold.genre or gold.language or "?"


def score_cleaned(cleaned: CleanPage, labelled: Sample) -> tuple[float, float, float]:
    """Line F1, character-weighted F1 and word F1 of a cleaned page."""
    labels = cleaned.predictions.labels
    chars = [len(line.text) for line in cleaned.page.lines]
    line = line_score(labels, labelled.labels).f1
    char = line_score(labels, labelled.labels, chars).f1
    return line, char, word_score(cleaned.text, labelled.gold.gold or "").f1


def score(
    model: str | None, golds: Iterable[GoldPage], mode: Kind, jobs: int
) -> dict[str, tuple[int, float, float, float]]:
    """For each corpus and each of its parts: the number of pages and the means over pages.

    Each corpus is scored under its own convention (``training.conventions``).
    """
    plain = Cleaner(model, plugins=no_plugins())
    rows = Parallel(n_jobs=jobs, batch_size=8)(
        delayed(score_page)(cleaner_for(gold.corpus, plain), gold, mode)
        for gold in golds
        if gold.gold
    )
    return macro(row for row in rows if row is not None)


def macro(rows: Iterable[Row]) -> dict[str, tuple[int, float, float, float]]:
    """For each group: the number of pages and the mean of each measure.

    >>> macro([(("a", "a/x"), (1.0, 1.0, 0.5)), (("a", "a/y"), (0.0, 1.0, 0.5))])["a"]
    (2, 0.5, 1.0, 0.5)
    """
    groups: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for names, measures in rows:
        for name in names:
            groups[name].append(measures)
    out = {}
    for name in sorted(groups):
        line, char, word = np.mean(groups[name], axis=0).tolist()
        out[name] = (len(groups[name]), line, char, word)
    return out


def table(scores: Mapping[str, tuple[int, float, float, float]], mode: Kind) -> str:
    """The scores as a Markdown table."""
    head = [mode, "pages", "line F1", "char F1", "word F1"]
    body = [
        [name, str(pages), f"{line:.3f}", f"{char:.3f}", f"{word:.3f}"]
        for name, (pages, line, char, word) in scores.items()
    ]
    return markdown_table(head, body)
