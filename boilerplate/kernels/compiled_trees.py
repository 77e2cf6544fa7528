"""The C kernel that walks boosted trees, and the trees packed as it reads them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import plain_trees
from boilerplate.kernels.arrays import Reached, TreeArrays
from boilerplate.kernels.loaded import native
from boilerplate.kernels.plain_trees import outputs, path_sums
from boilerplate.numeric import Floats, Ints

_NODE: Final = np.dtype([(name, "=u2") for name in ("source", "threshold", "left", "right")])
_ROWS: Final = 32  # lines that it evaluates at once
_ROUND: Final = 8  # numbers that the C kernel adds side by side
_MOST_THRESHOLDS: Final = 255  # of a source, that it can count in a byte; training makes 254
_MOST_LEAVES: Final = 256  # of a tree
Forest = tuple[Any, int, int]  # the packed trees; how many numbers a leaf has, padded, and without


@lru_cache(maxsize=8)
def packed_trees(trees: TreeArrays, columns: int) -> Forest | None:
    """The trees, whose leaves have their outputs."""
    return _packed(trees, columns, outputs(trees))


@lru_cache(maxsize=8)
def packed_groups(trees: TreeArrays, groups: bytes) -> Forest | None:
    """The same trees, whose leaves have what the groups of features added."""
    columns = len(groups) // np.dtype(np.int64).itemsize
    return _packed(trees, columns, path_sums(trees, groups))


def _packed(trees: TreeArrays, columns: int, values: NDArray[np.float32]) -> Forest | None:
    """The trees as the C kernel reads them (native/trees.c), for matrices of so many columns.

    These are sources, features with missing values as the smallest or as the largest value,
    whichever nodes need, with all thresholds that nodes compare them with; inner nodes, in each
    tree the deepest first; and leaves, each with its row of ``values`` (k, w). None where a source
    has more thresholds, or a tree more leaves, than fit in a byte.
    """
    trees.check_columns(columns)
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
    tested = 2 * trees.feature[inner] + ~trees.missing_left[inner]
    sources, source = np.unique(tested, return_inverse=True)
    thresholds, place, counts = _ranked(trees.threshold[inner], source, len(sources))
    if most > _MOST_LEAVES or counts.max(initial=0) > _MOST_THRESHOLDS:
        return None
    nodes = np.empty(len(inner), _NODE)
    nodes["source"] = source
    nodes["threshold"] = place
    nodes["left"] = slot[trees.left[inner]]
    nodes["right"] = slot[trees.left[inner] + 1]
    width = values.shape[1]
    padded = width if width == 1 else -(-width // _ROUND) * _ROUND
    leaves = np.zeros((int(leaf.sum()), padded), np.float32)
    leaves[:, :width] = values[leaf]
    cuts = _begins(counts)
    packed = native.pack_trees(
        columns, sources.astype(np.int32), cuts, thresholds, nodes, begins, leaf_begins, most,
        leaves,
    )  # fmt: skip
    return packed, padded, width


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


def leaf_sums(trees: TreeArrays, matrix: NDArray[np.float32]) -> tuple[Floats, Reached]:
    """The twin of ``plain_trees.leaf_sums``, which takes over where trees cannot be packed.

    Leaves have bytes, their numbers in their trees.
    """
    packed = packed_trees(trees, matrix.shape[1])
    if packed is None or matrix.dtype != np.float32:
        return plain_trees.leaf_sums(trees, matrix)
    forest, padded, width = packed
    reached = np.empty((-(-len(matrix) // _ROWS), len(trees.roots), _ROWS), np.uint8)
    sums = np.empty((len(matrix), padded), np.float32)
    native.tree_sums(forest, np.asfortranarray(matrix).T, reached, sums)
    return sums[:, :width].astype(float), reached


def group_sums(trees: TreeArrays, reached: Reached, groups: Ints, n: int) -> Floats:
    packed = packed_groups(trees, groups.tobytes())
    if packed is None or reached.dtype != np.uint8:
        return plain_trees.group_sums(trees, reached, groups, n)
    forest, padded, width = packed
    sums = np.empty((n, padded), np.float32)
    native.reached_sums(forest, reached, sums)
    return sums[:, :width].astype(float)
