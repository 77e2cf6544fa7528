"""Python twins of the element-tree kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from boilerplate.numeric import Floats, Ints

if TYPE_CHECKING:
    from boilerplate.features.elements import Tree

TAG_FLAGS: Final = (
    "article main nav header footer aside form ul ol table figure blockquote section dl pre button "
    "h1 h2 h3 h4 h5 h6 p a li td th label figcaption dd dt span div strong b em i code summary "
    "details"
).split()


def subtree_sums(tree: Tree, values: Floats) -> Floats:
    """Sums over each element's subtree of values given for the lines; (n, k) to (e, k)."""
    total = np.zeros((len(tree.parent), values.shape[1]))
    np.add.at(total, tree.line_element, values)
    for element in range(len(total) - 1, 0, -1):  # children stand after their parents
        if tree.parent[element] >= 0:
            total[tree.parent[element]] += total[element]
    return total


def common_depth(tree: Tree, at: Ints) -> Ints:
    """The depth of the innermost element around each element and the next, (n - 1,)."""
    a, b = at[:-1].copy(), at[1:].copy()
    while (apart := a != b).any():
        a_first = apart & (a > b)
        b_first = apart & ~a_first
        a[a_first] = tree.parent[a[a_first]]
        b[b_first] = tree.parent[b[b_first]]
    return tree.depth[a]


def _markup_columns(tree: Tree, flags: Ints, chars: Floats) -> list[Any]:
    k = len(TAG_FLAGS)
    own = np.zeros((len(tree.kind), k + 1), bool)
    own[np.arange(len(flags)), flags] = True
    own[:, k] = tree.hidden
    inherited = own.copy()
    for element, up in enumerate(tree.parent.tolist()):
        if up >= 0:
            inherited[element] |= inherited[up]
    at = tree.line_element
    counts = tree.markups[:, 1:]
    depth = tree.depth[at]
    shared = common_depth(tree, at)
    before = np.concatenate([[0], shared])
    after = np.concatenate([shared, [0]])
    previous, following = np.concatenate([[0], depth[:-1]]), np.concatenate([depth[1:], [0]])
    parents = np.maximum(tree.parent[at], 0)
    same_parent = np.concatenate([[False], parents[1:] == parents[:-1]])
    alike, path = tree.groups
    return [
        counts[:, 0],
        counts[:, 1] / np.maximum(chars, 1),
        counts[:, 2] / np.maximum(chars, 1),
        counts[:, 3],
        depth,
        inherited[at, k],
        *own[at, :k].T,
        *inherited[at, :k].T,
        previous - before,
        depth - before,
        depth - after,
        following - after,
        same_parent,
        np.bincount(alike)[alike],
        np.bincount(alike, chars)[alike],
        np.bincount(path)[path],
        ~same_parent,
        ~np.concatenate([same_parent[1:], [False]]),
    ]
