"""The second stage: boosted trees as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import select as acceleration
from boilerplate.numeric import Floats

MAX_DEPTH: Final = 64
MAX_NODES: Final = 1 << 20  # of all trees of a mode; the shipped model has a fortieth

_WEIGHT: Final = np.dtype("<f2")
_NODE_ARRAYS: Final[dict[str, np.dtype[Any]]] = {
    "feature": np.dtype("<i2"), "threshold": np.dtype("<f4"), "left": np.dtype("<u2"),
    "value": np.dtype("<f4"), "missing_left": np.dtype("u1"),
}  # fmt: skip
_SIZES: Final = np.dtype("<i4")
_LARGEST: Final = float(np.finfo(_WEIGHT).max)  # far beyond what any weight means

_PAIRS: Final = 1 << 15  # of a row and a tree, walked at a time: their arrays stay in the cache
_FULL_LEVELS: Final = 4  # few paths end above this depth, so that looking for them costs more
_STILL_WALKING: Final = 0.75  # share of pairs from which those at their leaves are not set aside


class ModelError(ValueError):
    """A model file that cannot be read, with what was found and what would be accepted."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosted trees as arrays; k nodes in t trees, and a column of features for each node.

    A right child stands after its left sibling; a leaf is its own left child, with a threshold
    that nothing exceeds. ``value`` is the mean log-odds below a node, so that the path to a leaf
    tells what each feature on it has added (Saabas's attribution).
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    left: NDArray[np.intp]
    value: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    roots: NDArray[np.intp]
    depth: int

    def log_odds(self, matrix: NDArray[np.float32]) -> Floats:
        """The sum of the trees for each row of an (n, f) matrix."""
        return self.explain(matrix, None)[0]

    def explain(
        self, matrix: NDArray[np.float32], groups: NDArray[np.int64] | None
    ) -> tuple[Floats, Floats]:
        """Log-odds, (n,), and what each group of columns added to them, (n, g).

        ``groups`` gives each column's group; None leaves the second empty.
        """
        n, f = matrix.shape
        if self.feature.max(initial=0) >= f:
            raise IndexError(f"the trees read more than the matrix's {f} columns")
        key = b"" if groups is None else groups.tobytes()
        if acceleration.native and matrix.dtype == np.float32 and (packed := _packed(self, key)):
            *forest, leaves, width = packed
            sums = np.empty((n, leaves.shape[1]))
            acceleration.native.explain(np.asfortranarray(matrix).T, f, *forest, leaves, sums)
            return sums[:, 0], sums[:, 1:width]
        paths = _path_sums(self, key)
        log_odds, added = np.empty(n), np.empty((n, paths.shape[1]))
        step = max(1, _PAIRS // max(1, len(self.roots)))
        for rows in (slice(i, i + step) for i in range(0, n, step)):
            leaves = self._leaves(matrix[rows])
            log_odds[rows] = _sums_in_order(self.value.take(leaves))
            for group in range(paths.shape[1]):
                added[rows, group] = _sums_in_order(paths[:, group].take(leaves))
        return log_odds, added

    def _leaves(self, matrix: NDArray[np.float32]) -> NDArray[np.intp]:
        """The leaf that each row of an (n, f) matrix reaches in each tree, (n, t)."""
        n, f = matrix.shape
        # Missing values are infinite: minus infinity in one copy, plus infinity in the other.
        nothing = np.isnan(matrix)
        low, high = matrix.copy(), matrix.copy()
        low[nothing], high[nothing] = -np.inf, np.inf
        values = np.hstack([low, high]).ravel()
        column = self.feature + np.where(self.missing_left, 0, f)
        inner = self.left != np.arange(len(self.left))
        node = np.tile(self.roots, n)
        row = np.repeat(np.arange(n) * (2 * f), len(self.roots))
        reached, walking = node.copy(), np.arange(len(node))
        for level in range(self.depth):
            if level >= _FULL_LEVELS:
                unfinished = inner.take(node)
                if np.count_nonzero(unfinished) < _STILL_WALKING * len(node):
                    reached[walking] = node
                    node, row = node[unfinished], row[unfinished]
                    walking = walking[unfinished]
            goes_right = values.take(row + column.take(node)) > self.threshold.take(node)
            node = self.left.take(node) + goes_right
        reached[walking] = node
        return reached.reshape(n, -1)


def _sums_in_order(values: NDArray[Any]) -> Floats:
    """The sum of each row of an (n, t) array, from left to right as the compiled part adds."""
    if not values.shape[1]:
        return np.zeros(len(values))
    sums: Floats = np.add.accumulate(values, axis=1, dtype=np.float64)[:, -1]
    return sums


@lru_cache(maxsize=8)
def _path_sums(trees: Trees, groups: bytes) -> NDArray[np.float32]:
    """What each group of columns has added on the way to each node, (k, g)."""
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


_NODE: Final = np.dtype([(name, "=i4") for name in ("source", "threshold", "left", "right")])
_ROUND: Final = 4  # numbers that the compiled part adds side by side
_MOST_THRESHOLDS: Final = 255  # of a column, that it can count in a byte; training makes 254
_MOST_LEAVES: Final = 256  # of a tree
Forest = tuple[
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.float32],
    NDArray[np.void],
    NDArray[np.int32],
    NDArray[np.int32],
    int,
    NDArray[np.float32],
    int,
]


@lru_cache(maxsize=8)
def _packed(trees: Trees, groups: bytes) -> Forest | None:
    """The trees as the compiled part reads them (see its ``explain``), and a leaf's numbers.

    What is read are columns, each once with missing values as the smallest and once as the
    largest, as far as nodes ask for them, with all thresholds that they ask for; nodes that are
    no leaves, in each tree those furthest down first; and leaves, with the log-odds of each and
    what the groups of columns added. None where thresholds or leaves are more than a byte counts.
    """
    at = np.arange(len(trees.left))
    leaf = trees.left == at
    tree_of = np.searchsorted(trees.roots, at, "right") - 1
    sizes = np.bincount(tree_of, ~leaf, len(trees.roots)).astype(np.int32)
    leaf_sizes = np.bincount(tree_of, leaf, len(trees.roots)).astype(np.int32)
    begins, leaf_begins = _begins(sizes), _begins(leaf_sizes)
    most = int(leaf_sizes.max(initial=1))
    inner = np.flatnonzero(~leaf)
    inner = inner[np.lexsort([-inner, tree_of[inner]])]
    slot = np.empty(len(at), np.int64)  # where a node's leaf is found
    slot[inner] = most + np.arange(len(inner)) - begins[tree_of[inner]]
    slot[leaf] = np.arange(leaf.sum()) - leaf_begins[tree_of[leaf]]
    asked = 2 * trees.feature[inner] + ~trees.missing_left[inner]
    sources, source = np.unique(asked, return_inverse=True)
    thresholds, place, counts = _ranked(trees.threshold[inner], source, len(sources))
    if most > _MOST_LEAVES or counts.max(initial=0) > _MOST_THRESHOLDS:
        return None
    nodes = np.empty(len(inner), _NODE)
    nodes["source"] = source
    nodes["threshold"] = place
    nodes["left"] = slot[trees.left[inner]]
    nodes["right"] = slot[trees.left[inner] + 1]
    paths = _path_sums(trees, groups)
    width = 1 + paths.shape[1]
    room = width if width == 1 else -(-width // _ROUND) * _ROUND
    leaves = np.zeros((int(leaf.sum()), room), np.float32)
    leaves[:, 0], leaves[:, 1:width] = trees.value[leaf], paths[leaf]
    cuts = _begins(counts)
    return (
        sources.astype(np.int32), cuts, thresholds, nodes, begins, leaf_begins, most, leaves, width
    )  # fmt: skip


def _begins(sizes: NDArray[Any]) -> NDArray[np.int32]:
    """Where each of consecutive runs of these sizes begins, and the end of the last."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _ranked(
    thresholds: NDArray[np.float32], source: NDArray[np.intp], sources: int
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """The thresholds of each source, sorted and once each; each given one's place; their counts."""
    order = np.lexsort((thresholds, source))
    by_source, sorted_ = source[order], thresholds[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (by_source[1:] != by_source[:-1]) | (sorted_[1:] != sorted_[:-1])
    counts = np.bincount(by_source[new], minlength=sources)
    place = np.empty(len(order), np.intp)
    place[order] = np.cumsum(new) - 1 - _begins(counts)[by_source]
    return sorted_[new], place, counts


def is_number(value: object) -> bool:
    """Whether a value from JSON is a number that a weight can have.

    >>> [is_number(value) for value in (1, -0.5, True, "1", None, 1e30, float("nan"), 10**400)]
    [True, True, False, False, False, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _LARGEST


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
        or any(len(arrays[key]) != k for key in _NODE_ARRAYS)
    ):
        raise ModelError("trees: the arrays' lengths disagree")
    roots = (np.cumsum(sizes) - sizes).astype(np.intp)
    tree_of = np.repeat(np.arange(len(sizes)), sizes)
    at = np.arange(k)
    feature = arrays["feature"].astype(np.intp)
    inner = np.flatnonzero(feature >= 0)
    if (feature >= columns).any() or (feature < -1).any():
        raise ModelError(f"trees: a node asks for a feature beyond the {columns} that there are")
    left = at.copy()
    left[inner] = arrays["left"][inner].astype(np.int64) + roots[tree_of[inner]]
    children = np.concatenate([left[inner], left[inner] + 1])
    parents = np.concatenate([inner, inner])
    if (
        not np.array_equal(np.sort(children), np.setdiff1d(at, roots))
        or (children <= parents).any()
        or (tree_of[children] != tree_of[parents]).any()
    ):
        raise ModelError("trees: a node is not the child of one earlier node in its tree")
    if not (np.abs(arrays["value"]) <= _LARGEST).all():
        raise ModelError(f"trees: a value is beyond {_LARGEST:.0f}")
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


def _stored(trees: Trees) -> dict[str, NDArray[Any]]:
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
        **{key: array.astype(_NODE_ARRAYS[key]) for key, array in nodes.items()},
        "sizes": sizes.astype(_SIZES),
    }
