"""Gradient-boosted trees, kept as plain arrays once fitted: of content, and of roles.

These are the second stage of the model, which sees a line's context.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from boilerplate.model.roles import LEAF_VALUE, RoleTrees, softmax
from boilerplate.model.trees import NODE_ARRAYS, Trees, trees_from
from boilerplate.numeric import sigmoid
from boilerplate.roles import ROLES

RIDGE: Final = 3.0  # added to the curvature of each leaf


class BoostedLines(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Gradient-boosted trees for two classes, fitted by LightGBM.

    LightGBM is as accurate here as scikit-learn's histogram boosting, and several times as fast.
    Missing values (nan) are allowed: each split learns on which side they go.

    The last ``settled`` columns say how a line came to its label, such as whose convention it
    follows. They are 0 for all lines that are predicted later, so the trees that are kept do not
    have them.
    """

    def __init__(
        self,
        n_trees: int = 400,
        learning_rate: float = 0.05,
        max_leaves: int = 31,
        min_lines: int = 100,
        column_share: float = 0.3,
        random_state: int = 0,
        settled: int = 0,
    ) -> None:
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.max_leaves = max_leaves
        self.min_lines = min_lines
        self.column_share = column_share
        self.random_state = random_state
        self.settled = settled

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> BoostedLines:
        """Fit on a matrix (lines, features) and two classes; ValueError for other than two."""
        matrix, y = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(
                f"Only binary classification is supported, got {len(self.classes_)} class(es)"
            )
        weight = _check_sample_weight(sample_weight, matrix)
        booster = lightgbm.train(
            {
                **_options(self, len(matrix)),
                "objective": "binary",
                "learning_rate": self.learning_rate,
                "boost_from_average": True,
            },
            lightgbm.Dataset(matrix, codes, weight=weight, free_raw_data=False),
            self.n_trees,
        )
        self.trees_ = trees_of(booster, matrix.shape[1] - self.settled)[0]
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Log-odds of the second class, (lines,)."""
        check_is_fitted(self)
        matrix = validate_data(
            self, X, dtype=np.float32, reset=False, ensure_all_finite="allow-nan"
        )
        return self.trees_.log_odds(matrix)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities of the two classes, (lines, 2)."""
        p = sigmoid(self.decision_function(X))
        return np.column_stack([1.0 - p, p])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more probable class of each line."""
        codes = (self.decision_function(X) > 0).astype(int)
        classes: NDArray[Any] = self.classes_[codes]
        return classes


def _options(params: BoostedLines | RoleBoosting, lines: int) -> dict[str, Any]:
    """What both kinds of trees tell LightGBM; ``lines`` is how many there are to learn from."""
    return {
        "num_leaves": params.max_leaves,
        "min_data_in_leaf": min(params.min_lines, max(1, lines // 20)),
        "feature_fraction": params.column_share,
        "lambda_l2": RIDGE,
        "seed": params.random_state,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }


@dataclass(frozen=True, slots=True)
class RoleBoosting:
    """Of the trees of roles."""

    n_trees: int = 250
    learning_rate: float = 0.15
    max_leaves: int = 31
    min_lines: int = 40
    column_share: float = 0.3
    max_step: float = 4.0  # of a leaf's score for a role, before the learning rate
    random_state: int = 0


ROLES_BOOSTED: Final = RoleBoosting()


def boosted_roles(
    X: NDArray[np.float32], y: NDArray[np.intp], w: NDArray[np.float64], weight: float
) -> RoleTrees:
    """Gradient-boosted trees for all roles at once, (lines, features) and a role for each line.

    A tree for each role would be 24 times as many. Here each tree is fitted to what is left of all
    roles along one random direction (Iosipoi and Vakhrushev 2022, SketchBoost with one
    projection), and its leaves then get a Newton step for every role. ``w`` are the weights of the
    lines, ``weight`` is that of ``RoleTrees``.
    """
    params = ROLES_BOOSTED
    rng = np.random.default_rng(params.random_state)
    n, k = len(X), len(ROLES)
    targets = np.eye(k, dtype=np.float32)[y]
    prior = np.log(np.bincount(y, w, k) / w.sum() + 1e-6)
    scores = np.tile(prior.astype(np.float32), (n, 1))
    booster = lightgbm.Booster(
        {
            **_options(params, n),
            "objective": "none",
            "learning_rate": 1.0,  # of the steps of single roles, which are made below
            "boost_from_average": False,
        },
        lightgbm.Dataset(X, np.zeros(n), free_raw_data=False),
    )
    steps = []
    for number in range(params.n_trees):
        p = softmax(scores)
        left = targets - p
        spread = np.sqrt((w[:, None] * left**2).sum(0)) + 1e-3
        toward = left @ (rng.standard_normal(k) / spread)
        toward /= np.sqrt((w * toward**2).sum() / w.sum()) + 1e-9
        if booster.update(fobj=lambda *_, g=toward: (-w * g, w)):
            break  # no feature tells the lines apart any more
        leaf = booster.predict(X, pred_leaf=True, start_iteration=number, num_iteration=1)
        leaf = np.asarray(leaf, np.intp).ravel()
        curved = p * (1 - p)
        step = np.empty((leaf.max() + 1, k), np.float32)
        for role in range(k):
            slope = np.bincount(leaf, left[:, role] * w, len(step))
            newton = slope / (np.bincount(leaf, curved[:, role] * w, len(step)) + RIDGE)
            step[:, role] = params.learning_rate * np.clip(
                newton, -params.max_step, params.max_step
            )
        step = step.astype(LEAF_VALUE).astype(np.float32)  # as the file has it
        scores += step[leaf]
        steps.append(step)
    trees, leaves = trees_of(booster, X.shape[1])
    tree_of = np.searchsorted(trees.roots, np.arange(len(leaves)), "right") - 1
    values = np.zeros((len(leaves), k), np.float32)
    for number, step in enumerate(steps):
        here = (tree_of == number) & (leaves >= 0)
        values[here] = step[leaves[here]]
    return _with_values(trees, values, prior, weight)


def no_role_trees() -> RoleTrees:
    """No trees of roles, for training without pages that have roles; they count for nothing."""
    nodes = {key: np.zeros(0, dtype) for key, dtype in NODE_ARRAYS.items()}
    trees = trees_from({**nodes, "sizes": np.zeros(0, np.int32)}, 1)
    return _with_values(trees, np.zeros((0, len(ROLES)), np.float32), np.zeros(len(ROLES)), 0.0)


def _with_values(
    trees: Trees, values: NDArray[np.float32], prior: NDArray[np.float64], weight: float
) -> RoleTrees:
    return RoleTrees(
        trees.feature, trees.threshold, trees.left, np.zeros_like(trees.value),
        trees.missing_left, trees.roots, trees.depth, values, prior, weight,
    )  # fmt: skip


def trees_of(booster: lightgbm.Booster, columns: int) -> tuple[Trees, NDArray[np.intp]]:
    """A booster's trees as arrays, with children after their parents.

    Features from ``columns`` on are taken to be 0. With them the number of each node among
    LightGBM's leaves of its tree, (k,); -1 for other nodes.
    """
    found: dict[str, list[Any]] = {
        k: [] for k in ("feature", "threshold", "left", "value", "missing_left", "leaf")
    }
    sizes = []
    for tree in booster.dump_model()["tree_info"]:
        queue = [_settled(tree["tree_structure"], columns)]
        at = 0
        while at < len(queue):
            node = queue[at]
            at += 1
            split = "split_feature" in node
            found["feature"].append(node["split_feature"] if split else -1)
            found["threshold"].append(_floor32(node["threshold"]) if split else 0.0)
            found["value"].append(node["internal_value"] if split else node["leaf_value"])
            found["missing_left"].append(bool(split and _missing_goes_left(node)))
            found["left"].append(len(queue) if split else 0)
            # A tree of one leaf has no number for it.
            found["leaf"].append(-1 if split else node.get("leaf_index", 0))
            if split:
                if node["decision_type"] != "<=":
                    raise ValueError(f"expected a numerical split, got {node['decision_type']!r}")
                queue += [_settled(node[f"{side}_child"], columns) for side in ("left", "right")]
        sizes.append(len(queue))
    leaf = np.array(found.pop("leaf"), np.intp)
    arrays = {key: np.array(values) for key, values in found.items()}
    return trees_from({**arrays, "sizes": np.array(sizes)}, max(1, columns)), leaf


def _settled(node: dict[str, Any], columns: int) -> dict[str, Any]:
    """The node that a line with zeros from ``columns`` on comes to, from this one."""
    while node.get("split_feature", -1) >= columns:
        node = node["left_child" if node["threshold"] >= 0 else "right_child"]
    return node


def _missing_goes_left(node: dict[str, Any]) -> bool:
    """Whether nan goes left; LightGBM takes it for 0 if the feature had no nan in training."""
    return bool(node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0)


def _floor32(threshold: float) -> np.float32:
    """The largest float32 not above a threshold: float32 features fall on the same side of both."""
    with np.errstate(over="ignore"):  # beyond float32 it is infinity, which the step below corrects
        low = np.float32(threshold)
    return np.nextafter(low, np.float32(-np.inf)) if float(low) > threshold else low
