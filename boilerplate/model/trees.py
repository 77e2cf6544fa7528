"""The second stage: boosted trees, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.kernels.arrays import Reached, TreeArrays
from boilerplate.numeric import Floats

MAX_DEPTH: Final = 64
MAX_NODES: Final = 1 << 20  # of all trees of a mode; the shipped model has a fortieth

WEIGHT: Final = np.dtype("<f2")
NODE_ARRAYS: Final[dict[str, np.dtype[Any]]] = {
    "feature": np.dtype("<i2"), "threshold": np.dtype("<f4"), "left": np.dtype("<u2"),
    "value": np.dtype("<f4"), "missing_left": np.dtype("u1"),
}  # fmt: skip
SIZES: Final = np.dtype("<i4")
MAX_WEIGHT: Final = float(np.finfo(WEIGHT).max)  # far beyond what any weight means


class ModelError(ValueError):
    """A model file that cannot be read, with what was found and what would be accepted."""


class Trees(TreeArrays):
    """Boosted trees that read the features of a line (see ``TreeArrays``)."""

    __slots__ = ()

    def log_odds(self, matrix: NDArray[np.float32]) -> Floats:
        """The sum of the trees for each row of an (n, f) matrix.

        Raises IndexError where the trees read features that the matrix has not.
        """
        return self.reached(matrix)[0]

    def reached(self, matrix: NDArray[np.float32]) -> tuple[Floats, Reached]:
        """The ``log_odds`` of each row of a matrix, (n,), and the leaves that it reaches."""
        sums, leaves = kernels.leaf_sums(self, matrix)
        return sums[:, 0], leaves


def is_number(value: object) -> bool:
    """Whether a value from JSON is a number that a weight can have.

    >>> [is_number(value) for value in (1, -0.5, True, "1", None, 1e30, float("nan"), 10**400)]
    [True, True, False, False, False, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_WEIGHT


def trees_from(arrays: Mapping[str, NDArray[Any]], columns: int) -> Trees:
    """Trees from their stored arrays, whose nodes are counted within each tree.

    ``left`` is a node's left child, which its sibling follows; a leaf has feature -1. Raises
    ModelError where a feature does not exist, where a node has not exactly one parent in its
    tree, or stands before it, so that every walk ends.
    """
    k = len(arrays["feature"])
    if k > MAX_NODES or len(arrays["sizes"]) > k:
        raise ModelError(f"trees: {k} nodes in {len(arrays['sizes'])} trees")
    sizes = arrays["sizes"].astype(np.int64)
    if (
        (sizes < 1).any()
        or (sizes > k).any()
        or int(sizes.sum()) != k
        or any(len(arrays[key]) != k for key in NODE_ARRAYS)
    ):
        raise ModelError("trees: the arrays' lengths disagree")
    roots = (np.cumsum(sizes) - sizes).astype(np.intp)
    tree_of = np.repeat(np.arange(len(sizes)), sizes)
    at = np.arange(k)
    feature = arrays["feature"].astype(np.intp)
    inner = np.flatnonzero(feature >= 0)
    if (feature >= columns).any() or (feature < -1).any():
        raise ModelError(f"trees: a node reads a feature beyond the {columns} that there are")
    left = at.copy()
    left[inner] = arrays["left"][inner].astype(np.int64) + roots[tree_of[inner]]
    children = np.concatenate([left[inner], left[inner] + 1])
    parents = np.concatenate([inner, inner])
    if (
        not np.array_equal(np.sort(children), np.delete(at, roots))
        or (children <= parents).any()
        or (tree_of[children] != tree_of[parents]).any()
    ):
        raise ModelError("trees: a node is not the child of one earlier node in its tree")
    if not (np.abs(arrays["value"]) <= MAX_WEIGHT).all():
        raise ModelError(f"trees: a value is beyond {MAX_WEIGHT:.0f}")
    level, depth = roots, 0
    while len(level := level[left[level] != level]):
        level = np.concatenate([left[level], left[level] + 1])
        depth += 1
        if depth > MAX_DEPTH:
            raise ModelError(f"trees: deeper than {MAX_DEPTH}")
    leaf = feature < 0
    return Trees(
        np.where(leaf, 0, feature),
        np.where(leaf, np.inf, arrays["threshold"]).astype(np.float32),
        left,
        arrays["value"].astype(np.float32),
        arrays["missing_left"].astype(bool),
        roots,
        depth,
    )


def stored(trees: TreeArrays) -> dict[str, NDArray[Any]]:
    """The trees as the arrays of their file (see ``trees_from``)."""
    sizes = np.diff(np.concatenate([trees.roots, [len(trees.feature)]]))
    base = np.repeat(trees.roots, sizes)
    leaf = trees.left == np.arange(len(trees.left))
    nodes: dict[str, NDArray[Any]] = {
        "feature": np.where(leaf, -1, trees.feature),
        "threshold": np.where(leaf, 0, trees.threshold),
        "left": np.where(leaf, 0, trees.left - base),
        "value": trees.value,
        "missing_left": trees.missing_left,
    }
    return {
        **{key: array.astype(NODE_ARRAYS[key]) for key, array in nodes.items()},
        "sizes": sizes.astype(SIZES),
    }
