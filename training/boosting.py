"""A scikit-learn estimator: gradient-boosted trees, kept as plain arrays once fitted.

These are the second stage of the model, which sees a line's context.
"""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from boilerplate.model.trees import Trees, trees_from
from boilerplate.numeric import sigmoid


class BoostedLines(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Gradient-boosted trees for two classes, fitted by LightGBM.

    LightGBM is as accurate here as scikit-learn's histogram boosting, and several times as fast.
    Missing values (nan) are allowed: each split learns on which side they go.
    """

    def __init__(
        self,
        n_trees: int = 400,
        learning_rate: float = 0.05,
        max_leaves: int = 31,
        min_lines: int = 100,
        column_share: float = 0.3,
        random_state: int = 0,
    ) -> None:
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.max_leaves = max_leaves
        self.min_lines = min_lines
        self.column_share = column_share
        self.random_state = random_state

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
                "objective": "binary",
                "learning_rate": self.learning_rate,
                "num_leaves": self.max_leaves,
                "min_data_in_leaf": min(self.min_lines, max(1, len(matrix) // 20)),
                "feature_fraction": self.column_share,
                "lambda_l2": 3.0,
                "seed": self.random_state,
                "deterministic": True,
                "force_col_wise": True,
                "boost_from_average": True,
                "verbose": -1,
            },
            lightgbm.Dataset(matrix, codes, weight=weight, free_raw_data=False),
            self.n_trees,
        )
        self.trees_ = trees_of(booster)
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


def trees_of(booster: lightgbm.Booster) -> Trees:
    """A booster's trees as arrays, with children after their parents."""
    columns: dict[str, list[Any]] = {
        k: [] for k in ("feature", "threshold", "left", "value", "missing_left")
    }
    sizes = []
    for tree in booster.dump_model()["tree_info"]:
        queue = [tree["tree_structure"]]
        at = 0
        while at < len(queue):
            node = queue[at]
            at += 1
            split = "split_feature" in node
            columns["feature"].append(node["split_feature"] if split else -1)
            columns["threshold"].append(_floor32(node["threshold"]) if split else 0.0)
            columns["value"].append(node["internal_value"] if split else node["leaf_value"])
            columns["missing_left"].append(bool(split and _missing_goes_left(node)))
            columns["left"].append(len(queue) if split else 0)
            if split:
                if node["decision_type"] != "<=":
                    raise ValueError(f"expected a numerical split, got {node['decision_type']!r}")
                queue += [node["left_child"], node["right_child"]]
        sizes.append(len(queue))
    arrays = {key: np.array(values) for key, values in columns.items()}
    return trees_from({**arrays, "sizes": np.array(sizes)}, max(1, booster.num_feature()))


def _missing_goes_left(node: dict[str, Any]) -> bool:
    """Whether nan goes left; LightGBM takes it for 0 if the feature had no nan in training."""
    return bool(node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0)


def _floor32(threshold: float) -> np.float32:
    """The largest float32 not above a threshold: float32 features fall on the same side of both."""
    with np.errstate(over="ignore"):  # beyond float32 it is infinity, which the step below corrects
        low = np.float32(threshold)
    return np.nextafter(low, np.float32(-np.inf)) if float(low) > threshold else low
