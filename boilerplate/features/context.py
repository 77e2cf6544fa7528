"""What its neighbours, its containers and the page say about a line.

The idea is jusText's context-sensitive pass and dragnet's stacked blocks, learned instead of
written: the first stage's opinion of the lines around a line is evidence about the line, and
so is the opinion of all that stands in the same container. It was worth more than anything
else that was tried.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate.features.elements import Tree
from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_context import (
    CONTAINERS,
    OFFSETS,
    WINDOWS,
    _container_columns,
    _neighbour_columns,
)
from boilerplate.numeric import Floats

NEIGHBOUR_COLUMNS: Final = tuple(
    f"{what}{offset:+d}" for what in ("p", "length", "terminal") for offset in OFFSETS
)
WINDOW_COLUMNS: Final = tuple(
    f"{what}_{side}{window}"
    for window in WINDOWS
    for side in ("before", "after")
    for what in ("p", "mass")
)
PAGE_COLUMNS: Final = (
    "position", "position_chars", "lines", "page_chars", "page_p", "page_mass", "mass_before",
    "mass_after", "lines_since_anchor", "lines_to_anchor", "chars_since_anchor", "chars_to_anchor",
    "p_rank", "anchors", "best_run", "run_share", "anchors_before", "anchors_after",
)  # fmt: skip
CONTAINER_COLUMNS: Final = (
    *(
        f"{what}@{level}"
        for level in CONTAINERS
        for what in ("p", "p_max_share", "chars", "lines", "links", "share", "terminals")
    ),
    "main_depth", "main_above", "within_main", "main_share", "main_child_share", "main_child_p",
    "signature_p", "parent_signature_p",
)  # fmt: skip

_OF_PAGE: Final = len(NEIGHBOUR_COLUMNS) + len(WINDOW_COLUMNS)
_LOGARITHMS_OF_PAGE: Final = [
    _OF_PAGE + PAGE_COLUMNS.index(name)
    for name in (
        "lines", "page_chars", "page_mass", "lines_since_anchor", "lines_to_anchor",
        "chars_since_anchor", "chars_to_anchor", "anchors", "anchors_before", "anchors_after",
    )
]  # fmt: skip
_LOGARITHMS_OF_CONTAINERS: Final = [
    CONTAINER_COLUMNS.index(f"{what}@{level}")
    for level in CONTAINERS
    for what in ("chars", "lines")
]


def neighbour_features(p: Floats, chars: Floats, terminals: Floats) -> Floats:
    """What stands around each line: NEIGHBOUR_COLUMNS, WINDOW_COLUMNS, PAGE_COLUMNS.

    ``p`` is the stage before's probability of content, ``chars`` the lines' sizes,
    ``terminals`` their counts of sentence ends; (n,) each. A row for each column, (c, n).
    """
    rows = np.empty((_OF_PAGE + len(PAGE_COLUMNS), len(p)))
    log_chars = np.log1p(chars)
    if native := acceleration.native:
        native.neighbour_features(p, chars, log_chars, terminals, rows)
    else:
        for row, column in zip(
            rows, _neighbour_columns(p, chars, log_chars, terminals), strict=True
        ):
            row[:] = column
    rows[_LOGARITHMS_OF_PAGE] = np.log1p(rows[_LOGARITHMS_OF_PAGE])
    return rows


def container_features(
    tree: Tree, p: Floats, chars: Floats, terminals: Floats, links: Floats
) -> Floats:
    """What stands in each line's containers besides the line: a row for each CONTAINER_COLUMN."""
    rows = np.empty((len(CONTAINER_COLUMNS), len(p)))
    if native := acceleration.native:
        native.container_features(
            tree.parent,
            tree.depth,
            tree.line_element,
            tree.groups,
            p,
            chars,
            terminals,
            links,
            rows,
        )
    else:
        for row, column in zip(
            rows, _container_columns(tree, p, chars, terminals, links), strict=True
        ):
            row[:] = column
    rows[_LOGARITHMS_OF_CONTAINERS] = np.log1p(rows[_LOGARITHMS_OF_CONTAINERS])
    return rows
