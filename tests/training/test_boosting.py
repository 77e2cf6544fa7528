"""The boosted trees behave as a scikit-learn classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from boilerplate.kernels.arrays import TreeArrays
from training.boosting import BoostedLines

# scikit-learn's histogram boosting fails this too: features are binned before weights are used,
# so a row of weight two is not quite the same as that row twice.
BINNING = "weights act after binning, so they differ from repeated rows"
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": BINNING,
}
SMALL = BoostedLines(n_trees=40, learning_rate=0.2, max_leaves=7)


@parametrize_with_checks([SMALL], expected_failed_checks=lambda _: EXPECTED_FAILURES)
def test_passes_the_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def lines(n: int = 600, missing: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 5))
    y = np.where(X[:, 0] * X[:, 1] > 0, "content", "boilerplate")
    X[rng.random(X.shape) < missing] = np.nan
    return X, y


def test_learns_an_interaction_of_two_features() -> None:
    X, y = lines()
    assert clone(SMALL).fit(X[:400], y[:400]).score(X[400:], y[400:]) > 0.85


def test_missing_values_are_allowed_and_informative() -> None:
    X, y = lines(missing=0.1)
    fitted = clone(SMALL).fit(X, y)
    assert np.isfinite(fitted.predict_proba(X)).all()
    X[:] = np.nan
    assert len(np.unique(fitted.predict_proba(X))) == 2


def test_fit_is_deterministic() -> None:
    X, y = lines()
    one, other = (clone(SMALL).fit(X, y).trees_ for _ in range(2))
    for name in TreeArrays.__slots__:
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_weight_zero_removes_a_row() -> None:
    X, y = lines()
    wrong = np.where(y == "content", "boilerplate", "content")
    weight = np.repeat([1.0, 0.0], len(y))
    fitted = clone(SMALL).fit(np.vstack([X, X]), np.concatenate([y, wrong]), weight)
    assert fitted.score(X, y) > 0.85


@pytest.mark.parametrize("y", [["a"] * 30, ["a", "b", "c"] * 10])
def test_refuses_other_than_two_classes(y: list[str]) -> None:
    with pytest.raises(ValueError, match="Only binary classification"):
        clone(SMALL).fit(np.random.default_rng(0).normal(size=(30, 2)), y)
