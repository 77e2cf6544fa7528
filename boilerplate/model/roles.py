"""What each line is: the words of every role, and trees that see them in their context.

A linear model scores each line for each of ROLES, by its n-grams and, in HTML, by the tokens of the
elements around it. Boosted trees with a number for each role in their leaves read these scores,
those of the lines around, and all that the trees of content read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.table import GROUPS, feature_groups
from boilerplate.kernels.arrays import Tree, VectorTreeArrays
from boilerplate.kernels.plain_roles import WINDOWS
from boilerplate.model.trees import MAX_WEIGHT, NODE_ARRAYS, ModelError, stored, trees_from
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Kind, Line, Lines
from boilerplate.roles import BESIDE_ROLES, CONTENT_ROLES, ROLES

WORD_WEIGHT: Final = np.dtype("i1")
# The corpora disagree most about these, so lines that look like them are decided by roles alone.
DISPUTED: Final = [ROLES.index(role) for role in ("headline", *BESIDE_ROLES)]
ROLE_NODE_ARRAYS: Final = {key: NODE_ARRAYS[key] for key in NODE_ARRAYS if key != "value"}
LEAF_VALUE: Final = np.dtype("<f2")


@dataclass(frozen=True, slots=True, eq=False)
class RoleWords:
    """A linear model of roles: one score a role, of the words of a line and of names around it.

    ``text`` (2**17, 24) are the weights of hashed n-grams, ``names`` (2**13, 24) those of element
    tokens, in 8 bits, for integers add up to the same sum in any order; ``scales`` are the units
    that each table is in. ``bias`` is (24,).
    """

    text: NDArray[np.int8]
    names: NDArray[np.int8]
    scales: tuple[float, float]
    bias: Floats

    def shares(self, lines: Sequence[Line], encoded: EncodedPage) -> NDArray[np.float32]:
        """Each role's share of the scores of some lines, (n, 24), as they are encoded."""
        sums, counts = kernels.role_text_sums(encoded.kept_text, self.text)
        scores = sums * (self.scales[0] / np.sqrt(np.maximum(counts, 1.0)))[:, None] + self.bias
        if encoded.tree is not None:
            own = encoded.tree.line_element
            if not isinstance(lines, Lines):
                own = np.where([line.markup is not None for line in lines], own, -1)
            scores += kernels.role_token_sums(encoded.tree, own, self.names, self.scales[1])
        return softmax(scores).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RoleTrees(VectorTreeArrays):
    """Boosted trees with a score for each role in their leaves.

    ``prior`` (24,) are the scores before any tree. ``weight`` is how much the roles' odds of
    content count beside those of the trees of content, from 0 to 1; 0 where no page of training
    had roles.
    """

    prior: Floats
    weight: float

    def log_probabilities(self, matrix: NDArray[np.float32]) -> Floats:
        """The logarithm of each role's probability, (n, 24), from a ``role_matrix``."""
        # A row for each role: numpy is far slower along short rows.
        scores = np.repeat(self.prior[:, None], len(matrix), 1)
        if len(self.roots):
            scores += kernels.leaf_sums(self, matrix)[0].T
        scores -= scores.max(0)
        scores -= np.log(np.exp(scores).sum(0))
        return scores.T


def softmax(scores: Floats) -> Floats:
    """Scores to shares that add up to 1 in each row."""
    shares = scores.T.copy()  # see ``RoleTrees.log_probabilities``
    shares -= shares.max(0)
    np.exp(shares, shares)
    shares /= shares.sum(0)
    return shares.T


def blended(log_odds: Floats, log_roles: Floats, weight: float) -> Floats:
    """The log-odds of content of n lines, (n,): those of the trees of content and of the roles.

    ``log_odds`` (n,) are of the trees, ``log_roles`` (n, 24) the logarithms of the roles'
    probabilities, ``weight`` is that of ``RoleTrees``. The likelier a line is of one of the
    DISPUTED roles, the more the roles decide. Without weight they decide nothing.
    """
    if not weight:
        return log_odds
    roles = np.exp(log_roles)
    weights = weight + (1 - weight) * roles[:, DISPUTED].sum(1)
    mixed: Floats = (1 - weights) * log_odds + weights * content_log_odds(roles)
    return mixed


def content_log_odds(roles: Floats) -> Floats:
    """The log-odds that a line's role is one of content, (n,), of its roles' odds, (n, 24)."""
    first = len(CONTENT_ROLES)
    content, others = roles[:, :first].sum(1), roles[:, first:].sum(1)
    log_odds: Floats = np.log(np.maximum(content, 1e-9) / np.maximum(others, 1e-9))
    return log_odds


def role_columns(kind: Kind) -> int:
    """How many columns ``role_matrix`` puts behind the features of content."""
    return len(ROLES) * (3 + len(WINDOWS) + 2 * (kind == "html"))


def column_groups(kind: Kind) -> Ints:
    """The group of each column of ``role_matrix``, as an index into GROUPS."""
    beside = 2 + len(WINDOWS)
    groups = ["wording", *["neighbours"] * beside, *["container"] * (2 * (kind == "html"))]
    of_roles = np.repeat([GROUPS.index(group) for group in groups], len(ROLES))
    return np.concatenate([feature_groups(kind), of_roles])


def role_matrix(
    matrix: NDArray[np.float32], shares: NDArray[np.float32], tree: Tree | None
) -> NDArray[np.float32]:
    """What the trees read, (n, f): the features of content, and role shares of words around.

    ``shares`` (n, 24) are the lines' by RoleWords: of the line itself, of the lines before and
    after, means over WINDOWS and, in HTML, over the lines of the same markup.
    """
    n, features = matrix.shape
    kind: Kind = "text" if tree is None else "html"
    rows = np.empty((features + role_columns(kind), n), np.float32)  # a row for each column
    rows[:features] = matrix.T
    groups = np.zeros((0, n), np.int64) if tree is None else tree.groups
    kernels.role_context(shares, groups, rows[features:])
    return rows.T


def role_trees(
    arrays: Mapping[str, NDArray[Any]], prior: Floats, weight: float, columns: int
) -> RoleTrees:
    """Trees of roles from their stored arrays (see ``trees_from``); ModelError if unfit.

    ``values`` are the numbers of the leaves, leaf after leaf, in the order of the nodes.
    """
    nodes = len(arrays["feature"])
    trees = trees_from({**arrays, "value": np.zeros(nodes, np.float32)}, columns)
    leaf = trees.left == np.arange(nodes)
    stored_values = arrays["values"].astype(np.float32)
    if len(stored_values) != leaf.sum() * len(ROLES):
        raise ModelError(f"roles: {len(stored_values)} values for {leaf.sum()} leaves")
    if not (np.abs(stored_values) <= MAX_WEIGHT).all():
        raise ModelError(f"roles: a value is beyond {MAX_WEIGHT:.0f}")
    values = np.zeros((nodes, len(ROLES)), np.float32)
    values[leaf] = stored_values.reshape(-1, len(ROLES))
    return RoleTrees(
        trees.feature, trees.threshold, trees.left, trees.value, trees.missing_left, trees.roots,
        trees.depth, values, prior, weight,
    )  # fmt: skip


def stored_roles(trees: RoleTrees) -> dict[str, NDArray[Any]]:
    """The trees as the arrays of their file (see ``role_trees``)."""
    arrays = stored(trees)
    del arrays["value"]
    leaf = trees.left == np.arange(len(trees.left))
    return {**arrays, "values": trees.values[leaf].astype(LEAF_VALUE).ravel()}
