"""Boosted trees: what is refused as none, and that they give what LightGBM gives."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from boilerplate.model.trees import MAX_DEPTH, ModelError, stored, trees_from
from tests.made_up import made_up_trees
from training.boosting import trees_of


def chain(depth: int) -> dict[str, np.ndarray]:
    """One tree as deep as it has splits."""
    k = 2 * depth + 1
    at = np.arange(k)
    inner = (at % 2 == 0) & (at < k - 1)
    return {
        "feature": np.where(inner, 0, -1),
        "threshold": np.zeros(k),
        "left": np.where(inner, at + 1, 0),
        "value": np.zeros(k),
        "missing_left": np.zeros(k, np.uint8),
        "sizes": np.array([k]),
    }


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("left", [0, 0, 0]),  # a cycle
        ("left", [3, 0, 0]),  # beyond the tree
        ("left", [2, 0, 0]),  # its sibling is
        ("left", [-1, 0, 0]),
        ("left", [2**62, 0, 0]),
        ("feature", [9, -1, -1]),
        ("feature", [-1, -1, -1]),  # nodes without a parent
        ("feature", [0, 0, -1]),
        ("sizes", [2]),
        ("sizes", [1, 2]),
        ("sizes", [-1, 4]),
        ("sizes", [0, 3]),
        ("sizes", []),
        ("value", [0.0]),
    ],
)
def test_arrays_that_are_no_trees_are_refused(key: str, values: list[float]) -> None:
    arrays = chain(1)
    assert trees_from(arrays, 2).depth == 1
    with pytest.raises(ModelError, match="trees"):
        trees_from(arrays | {key: np.array(values)}, 2)


def test_trees_that_are_too_deep_are_refused() -> None:
    assert trees_from(chain(MAX_DEPTH), 1).depth == MAX_DEPTH
    with pytest.raises(ModelError, match="deeper"):
        trees_from(chain(MAX_DEPTH + 1), 1)


@pytest.mark.parametrize("missing_in_training", [True, False])
def test_log_odds_are_those_of_lightgbm(missing_in_training: bool) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 6)).astype(np.float32)
    X[:, 3] = rng.integers(-2, 3, 2000)
    y = (X[:, 0] + X[:, 3] * X[:, 1] > 0.2).astype(int)
    unseen = X.copy()
    unseen[rng.random(X.shape) < 0.2] = np.nan
    booster = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1},
        lightgbm.Dataset(unseen if missing_in_training else X, y),
        20,
    )
    for matrix in (X, unseen):
        theirs = booster.predict(matrix, raw_score=True)
        np.testing.assert_allclose(trees_of(booster, 6)[0].log_odds(matrix), theirs, atol=1e-5)


def test_trees_that_never_split_are_read() -> None:
    X = np.ones((50, 2))
    booster = lightgbm.train(
        {"objective": "binary", "verbose": -1}, lightgbm.Dataset(X, [0, 1] * 25), 3
    )
    theirs = booster.predict(X[:2], raw_score=True)
    np.testing.assert_allclose(
        trees_of(booster, 2)[0].log_odds(X[:2].astype(np.float32)), theirs, atol=1e-6
    )


def test_stored_trees_are_the_same_trees_again() -> None:
    trees = made_up_trees(6, n_trees=5)
    again = trees_from(stored(trees), 6)
    matrix = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    assert again.log_odds(matrix).tolist() == trees.log_odds(matrix).tolist()


def test_matrix_of_too_few_features_is_refused() -> None:
    with pytest.raises(IndexError, match="more than the matrix's 1 features"):
        made_up_trees(5).log_odds(np.zeros((3, 1), np.float32))
