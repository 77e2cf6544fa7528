"""The boosted trees behave as a scikit-learn classifier."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from boilerplate.kernels.arrays import TreeArrays
from boilerplate.kernels.plain_trees import leaves
from training.boosting import BoostedLines, trees_of

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


def settled_lines(seed: int, n: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """Lines of five features, and three columns of habits: to keep all, to drop all, and none."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8))
    X[:, 5:] = np.arange(3) == rng.choice([-1, 0, 1, 2], n, p=[0.4, 0.3, 0.1, 0.2])[:, None]
    X[rng.random(X.shape) < 0.1 * (np.arange(8) < 5)] = np.nan
    y = ((X[:, 0] + X[:, 1] > 0) | (X[:, 5] > 0)) & (X[:, 6] == 0)
    return X.astype(np.float32), y


class TestSettledColumns:
    ZEROS = (0.0, -0.0)

    def test_trees_are_those_of_the_booster_where_the_columns_are_zero(self) -> None:
        X, y = settled_lines(0)
        booster = lightgbm.train(
            {"objective": "binary", "verbose": -1, "num_threads": 1}, lightgbm.Dataset(X, y), 30
        )
        whole, _ = trees_of(booster, 8)
        kept, _ = trees_of(booster, 5)
        assert whole.feature.max() >= 5
        assert kept.feature.max() < 5
        assert len(kept.roots) == len(whole.roots)
        unseen, _ = settled_lines(1)
        for zero in self.ZEROS:
            unseen[:, 5:] = zero
            theirs = booster.predict(unseen, raw_score=True)
            np.testing.assert_allclose(kept.log_odds(unseen[:, :5]), theirs, atol=1e-5)
            assert kept.log_odds(unseen[:, :5]).tolist() == whole.log_odds(unseen).tolist()

    def test_fit_learns_from_them_and_does_without(self) -> None:
        X, y = settled_lines(0, 2000)
        estimator = clone(SMALL).set_params(n_trees=100, column_share=0.6)
        knowing = clone(estimator).set_params(settled=3).fit(X, y)
        ignoring = clone(estimator).fit(X[:, :5], y)
        assert knowing.trees_.feature.max() < 5
        unseen, _ = settled_lines(1)
        unseen = unseen[~np.isnan(unseen).any(1)]
        unseen[:, 5:] = 0
        by_habit_of_none = unseen[:, 0] + unseen[:, 1] > 0
        score = knowing.score(unseen, by_habit_of_none)
        assert score > 0.9
        assert score > ignoring.score(unseen[:, :5], by_habit_of_none) + 0.03

    def test_trees_may_become_a_single_leaf(self) -> None:
        X, y = settled_lines(0)
        X[:, :5] = 0
        fitted = clone(SMALL).set_params(settled=3).fit(X, y)
        assert len(fitted.trees_.left) == len(fitted.trees_.roots)
        assert len(set(fitted.decision_function(X).tolist())) == 1


def test_leaves_have_the_numbers_that_lightgbm_gives_them() -> None:
    X, y = settled_lines(0)
    booster = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1}, lightgbm.Dataset(X, y), 5
    )
    trees, numbers = trees_of(booster, 8)
    assert ((numbers >= 0) == (trees.left == np.arange(len(numbers)))).all()
    assert numbers[leaves(trees, X)].tolist() == booster.predict(X, pred_leaf=True).tolist()
