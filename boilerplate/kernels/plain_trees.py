"""Python twin of the kernel that walks boosted trees."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import Reached, TreeArrays, VectorTreeArrays
from boilerplate.numeric import Floats, Ints

ROWS_AT_ONCE: Final = 256  # of a matrix: a row takes some 20 kB, for the 400 trees of a model


def leaf_sums(trees: TreeArrays, matrix: NDArray[np.float32]) -> tuple[Floats, Reached]:
    """The sums of the leaves that each row of a matrix, (n, f), reaches, (n, w), and these leaves.

    ``w`` is 1, the log-odds, but for trees with several outputs. Leaves are nodes, (n, t), here;
    the C twin has others.
    """
    reached = np.empty((len(matrix), len(trees.roots)), np.int32)
    for start in range(0, len(matrix), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        reached[rows] = leaves(trees, matrix[rows])
    return _row_sums(outputs(trees), reached), reached


def group_sums(trees: TreeArrays, reached: Reached, groups: Ints, n: int) -> Floats:
    """What each group of features has added to the log-odds of n rows, (n, g).

    ``reached`` are the rows' leaves, ``groups`` (f,) each feature's group. What a feature adds on
    the way to a leaf is the change of the mean log-odds (Saabas 2014).
    """
    return _row_sums(path_sums(trees, groups.tobytes()), reached[:n])


def outputs(trees: TreeArrays) -> NDArray[np.float32]:
    """The values of the nodes, (k, w)."""
    return trees.values if isinstance(trees, VectorTreeArrays) else trees.value[:, None]


def _row_sums(values: NDArray[np.float32], reached: Reached) -> Floats:
    sums = np.empty((len(reached), values.shape[1]))
    for start in range(0, len(reached), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        for column, of_nodes in enumerate(values.T):
            sums[rows, column] = _sums_in_order(of_nodes[reached[rows]])
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
