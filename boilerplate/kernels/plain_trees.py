"""Python twin of the kernel that walks boosted trees."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import TreeArrays, VectorTreeArrays
from boilerplate.numeric import Floats, Ints

ROWS_AT_ONCE: Final = 256  # of a matrix: a row takes some 20 kB, for the 400 trees of a model


def tree_sums(
    trees: TreeArrays, matrix: NDArray[np.float32], groups: Ints | None
) -> tuple[Floats, Floats]:
    """The trees' log-odds for each row of a matrix, (n, f), and what feature groups added, (n, g).

    ``groups`` (f,) is each feature's group; None leaves the second array without columns. What a
    feature adds on the way to a leaf is the change of the mean log-odds (Saabas 2014).
    """
    paths = path_sums(trees, b"" if groups is None else groups.tobytes())
    log_odds, added = np.empty(len(matrix)), np.empty((len(matrix), paths.shape[1]))
    for start in range(0, len(matrix), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        reached = leaves(trees, matrix[rows])
        log_odds[rows] = _sums_in_order(trees.value[reached])
        for group in range(paths.shape[1]):
            added[rows, group] = _sums_in_order(paths[reached, group])
    return log_odds, added


def leaf_sums(trees: VectorTreeArrays, matrix: NDArray[np.float32]) -> Floats:
    """The sums of the values of the leaves that each row of a matrix reaches, (n, w)."""
    sums = np.empty((len(matrix), trees.values.shape[1]))
    for start in range(0, len(matrix), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        reached = leaves(trees, matrix[rows])
        for column, values in enumerate(trees.values.T):
            sums[rows, column] = _sums_in_order(values[reached])
    return sums


def leaves(trees: TreeArrays, matrix: NDArray[np.float32]) -> NDArray[np.intp]:
    """The leaf that each row of an (n, f) matrix reaches in each tree, (n, t)."""
    trees.check_columns(matrix.shape[1])
    node = np.tile(trees.roots, (len(matrix), 1))
    row = np.arange(len(matrix))[:, None]
    for _ in range(trees.depth):
        values = matrix[row, trees.feature[node]]
        missing_right = np.isnan(values) & ~trees.missing_left[node]
        is_inner = trees.left[node] != node
        goes_right = is_inner & (missing_right | (values > trees.threshold[node]))
        node = trees.left[node] + goes_right
    return node


def _sums_in_order(values: NDArray[Any]) -> Floats:
    """The sum of each row of an (n, t) array, from left to right in single precision."""
    if not values.shape[1]:
        return np.zeros(len(values))
    return np.add.accumulate(values, axis=1, dtype=np.float32)[:, -1].astype(float)


@lru_cache(maxsize=8)
def path_sums(trees: TreeArrays, groups: bytes) -> NDArray[np.float32]:
    """What each group of features has added on the way to each node, (k, g).

    ``groups`` are the bytes of each feature's group as int64.
    """
    group = np.frombuffer(groups, np.int64)
    sums = np.zeros((len(trees.left), int(group.max(initial=-1)) + 1))
    value = trees.value.astype(np.float64)
    node = trees.roots
    while len(group) and len(node):
        node = node[trees.left[node] != node]
        for child in (trees.left[node], trees.left[node] + 1):
            sums[child] = sums[node]
            sums[child, group[trees.feature[node]]] += value[child] - value[node]
        node = np.concatenate([trees.left[node], trees.left[node] + 1])
    return sums.astype(np.float32)
