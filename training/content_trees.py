"""The fit of the trees that say what is content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.model.roles import role_matrix
from boilerplate.model.stack import tree_matrix
from boilerplate.model.trees import Trees
from training.boosting import BoostedLines
from training.lessons import Lesson


@dataclass(frozen=True, slots=True)
class TreeRowParameters:
    """Which lines the trees are fitted to, and how much each counts."""

    max_page_lines: int = 400  # drawn from a longer page
    # A line counts as the square root of its script-normalised length, between these bounds: in
    # Latin letters, so that a line of Chinese counts as much as its translation.
    length_bounds: tuple[float, float] = (10.0, 400.0)
    unit: float = 8.0  # the square root that counts as 1: a line of 64 letters
    read_weight: float = 2.0  # of a page that was read line by line, beside those of other corpora


# For each convention the values of its columns: the readers' own has none.
_CORPORA: Final = ("wcxb", "daniel", "fundus", "magic-html", "mercury-parser", "readability")
CONVENTIONS: Final = {
    name: np.array([other == name for other in _CORPORA], np.float32) for name in ("", *_CORPORA)
}

TREE_ROWS: Final = TreeRowParameters()


def fit_trees(lessons: Sequence[Lesson], bias: float, ignored: Sequence[int] = ()) -> Trees:
    """Fit the trees on the out-of-fold scores of each page.

    The corpora do not agree what belongs to an article: their names are columns of their own, all
    0 for the readers' convention, by which pages are cleaned later (``BoostedLines.settled``).
    Columns whose indices are in ``ignored`` are set to 0 everywhere.
    """
    rng = np.random.default_rng(0)
    rows, targets, weights = [], [], []
    for each in lessons:
        chosen = np.arange(len(each.kept))
        if len(chosen) > TREE_ROWS.max_page_lines:
            chosen = np.sort(rng.choice(chosen, TREE_ROWS.max_page_lines, replace=False))
        lines = each.kept[chosen]
        matrix = page_matrix(each, bias)[lines]
        matrix[:, list(ignored)] = 0.0
        by_reader = CONVENTIONS[convention_of(each)]
        rows.append(np.hstack([matrix, np.tile(by_reader, (len(lines), 1))]))
        targets.append(each.target[chosen])
        lengths = np.clip(each.encoded.lengths[lines], *TREE_ROWS.length_bounds)
        read = each.roles is not None and each.corpus != "lexicon"
        weight = each.weight * (TREE_ROWS.read_weight if read else 1.0)
        weights.append(weight * lengths**0.5 / TREE_ROWS.unit)
    boosted = BoostedLines(settled=len(CONVENTIONS) - 1).fit(
        np.concatenate(rows), np.concatenate(targets), np.concatenate(weights)
    )
    return boosted.trees_


def page_matrix(each: Lesson, bias: float) -> NDArray[np.float32]:
    """What the trees read of a page, (n, f)."""
    assert each.linear_scores is not None
    assert each.page_types is not None
    assert each.role_shares is not None
    matrix = tree_matrix(
        each.encoded, each.linear_scores, bias, each.log_language_pages, each.page_types
    )
    return role_matrix(matrix, each.role_shares, each.encoded.tree)


def convention_of(each: Lesson) -> str:
    """Whose habits the labels of a page follow: a corpus's, or the readers' ("")."""
    return each.corpus if each.corpus in CONVENTIONS else ""
