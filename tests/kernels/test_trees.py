"""The kernel that walks boosted trees, and the trees as C reads them."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.table import feature_groups
from boilerplate.kernels.arrays import TreeArrays, VectorTreeArrays
from boilerplate.model.trees import Trees, trees_from
from tests.made_up import made_up_trees
from tests.twins import assert_same_bits, needs_compiled


def walk(trees: Trees, row: np.ndarray) -> tuple[float, list[int]]:
    """The log-odds of one row, node by node, and all nodes on its paths."""
    total, path = 0.0, []
    for node in trees.roots.tolist():
        while True:
            path.append(node)
            if trees.left[node] == node:
                break
            value = row[trees.feature[node]]
            left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
            node = trees.left[node] + (0 if left else 1)
        total += float(trees.value[node])
    return total, path


def sums(twin: ModuleType, trees: TreeArrays, matrix: np.ndarray) -> np.ndarray:
    """The sums of the leaves that each row reaches."""
    return twin.leaf_sums(trees, matrix)[0]


def added_by(
    twin: ModuleType, trees: TreeArrays, matrix: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """What each group of features adds to each row."""
    return twin.group_sums(trees, twin.leaf_sums(trees, matrix)[1], groups, len(matrix))


def random_matrix(seed: int, rows: int, columns: int) -> np.ndarray:
    """Values that splits ask for, some of them missing or infinite."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, columns)).astype(np.float32)
    for value, share in ((np.nan, 0.2), (np.inf, 0.05), (-np.inf, 0.05)):
        matrix[rng.random(matrix.shape) < share] = value
    return matrix


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), n_trees=st.integers(1, 40), leaves=st.integers(2, 40))
def test_log_odds_are_those_of_a_walk_down_each_tree(
    twin: ModuleType, seed: int, n_trees: int, leaves: int
) -> None:
    trees = made_up_trees(5, seed, n_trees, leaves)
    matrix = random_matrix(seed, 7, 5)
    naive = [walk(trees, row)[0] for row in matrix]
    np.testing.assert_allclose(sums(twin, trees, matrix)[:, 0], naive, atol=1e-5)


def test_contributions_and_the_mean_of_the_trees_sum_to_the_log_odds(twin: ModuleType) -> None:
    trees = made_up_trees(9, n_trees=30)
    matrix = np.random.default_rng(0).normal(size=(50, 9)).astype(np.float32)
    log_odds = sums(twin, trees, matrix)[:, 0]
    added = added_by(twin, trees, matrix, np.arange(9) // 3)
    assert added.shape == (50, 3)
    start = trees.value[trees.roots].sum(dtype=float)
    np.testing.assert_allclose(added.sum(1) + start, log_odds, atol=1e-5)


def test_contribution_is_what_each_split_on_the_path_has_added(twin: ModuleType) -> None:
    trees = made_up_trees(4, n_trees=3)
    row = np.random.default_rng(1).normal(size=(1, 4)).astype(np.float32)
    naive = np.zeros(4)
    _, path = walk(trees, row[0])
    for node, child in pairwise(path):
        if trees.left[node] != node:
            naive[trees.feature[node]] += float(trees.value[child]) - float(trees.value[node])
    np.testing.assert_allclose(added_by(twin, trees, row, np.arange(4))[0], naive, atol=1e-6)


def test_row_does_not_depend_on_how_many_there_are(twin: ModuleType) -> None:
    trees = made_up_trees(6, n_trees=50)
    matrix = np.random.default_rng(0).normal(size=(3000, 6)).astype(np.float32)
    one_group = np.zeros(6, np.int64)
    whole, added = sums(twin, trees, matrix), added_by(twin, trees, matrix, one_group)
    for i in (0, 1, 1500, 2999):
        row = matrix[i : i + 1]
        assert sums(twin, trees, row)[0] == whole[i]
        assert added_by(twin, trees, row, one_group)[0] == added[i]


def test_no_rows_have_no_log_odds(twin: ModuleType) -> None:
    nothing = np.zeros((0, 3), np.float32)
    assert sums(twin, made_up_trees(3), nothing).shape == (0, 1)
    assert added_by(twin, made_up_trees(3), nothing, np.arange(3)).shape == (0, 3)


def test_no_trees_add_nothing(twin: ModuleType) -> None:
    trees, matrix = made_up_trees(3, n_trees=0), random_matrix(0, 2, 3)
    assert sums(twin, trees, matrix).tolist() == [[0.0]] * 2
    assert added_by(twin, trees, matrix, np.arange(3)).tolist() == [[0.0] * 3] * 2


@needs_compiled
@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_both_twins_give_the_same_bits(rows: int, seed: int, with_groups: bool) -> None:
    groups = feature_groups("html")
    matrix = random_matrix(seed, rows, len(groups))
    trees = made_up_trees(len(groups), seed)
    if with_groups:
        assert_same_bits(lambda twin: added_by(twin, trees, matrix, groups))
    assert_same_bits(lambda twin: sums(twin, trees, matrix))


@needs_compiled
@pytest.mark.parametrize(("leaves", "packed"), [(256, True), (257, False)])
def test_tree_with_more_leaves_than_a_byte_counts_is_walked_in_python(
    leaves: int, packed: bool
) -> None:
    from boilerplate.kernels.compiled_trees import packed_trees

    at = np.arange(2 * leaves - 1)  # a complete tree: a node's children are 2i + 1 and 2i + 2
    inner, level = at < leaves - 1, np.floor(np.log2(at + 1))
    arrays = {
        "feature": np.where(inner, 0, -1).astype(np.int16),
        "threshold": (leaves * ((at + 1.5) / 2**level - 1)).astype(np.float32),
        "left": np.where(inner, 2 * at + 1, 0).astype(np.uint16),
        "value": at.astype(np.float32),
        "missing_left": (at % 2).astype(np.uint8),
    }
    trees = trees_from({**arrays, "sizes": np.array([len(at)], np.int32)}, 1)
    assert (packed_trees(trees, 1) is not None) == packed
    matrix = np.array([*range(-1, leaves + 1), np.nan, np.inf], np.float32)[:, None]
    assert_same_bits(lambda twin: added_by(twin, trees, matrix, np.zeros(1, np.int64)))
    found = trees.log_odds(matrix)
    assert len(set(found.tolist())) > leaves / 2
    assert_same_bits(lambda twin: sums(twin, trees, matrix))


# ------------------------------------------------------------------ trees with many outputs


def vector_trees(trees: Trees, width: int, seed: int = 0) -> VectorTreeArrays:
    """The trees with random numbers for each output in their nodes."""
    values = np.random.default_rng(seed).normal(size=(len(trees.left), width)).astype(np.float32)
    return VectorTreeArrays(
        trees.feature, trees.threshold, trees.left, trees.value, trees.missing_left, trees.roots,
        trees.depth, values,
    )  # fmt: skip


def naive_sums(trees: VectorTreeArrays, row: np.ndarray) -> list[float]:
    """The sums of one row, each added up in the order of the trees in single precision."""
    sums = np.zeros(trees.values.shape[1], np.float32)
    for node in trees.roots.tolist():
        while trees.left[node] != node:
            value = row[trees.feature[node]]
            left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
            node = trees.left[node] + (0 if left else 1)
        sums += trees.values[node]
    return sums.astype(float).tolist()


class TestLeafSums:
    @settings(max_examples=60, deadline=None)
    @given(
        seed=st.integers(0, 2**32 - 1), n_trees=st.integers(1, 40), leaves=st.integers(1, 40),
        width=st.integers(1, 25), rows=st.integers(0, 9),
    )  # fmt: skip
    def test_each_output_is_a_plain_sum_over_the_trees(
        self, twin: ModuleType, seed: int, n_trees: int, leaves: int, width: int, rows: int
    ) -> None:
        trees = vector_trees(made_up_trees(5, seed, n_trees, leaves), width, seed)
        matrix = random_matrix(seed, rows, 5)
        found = sums(twin, trees, matrix)
        assert found.shape == (rows, width)
        assert found.tolist() == [naive_sums(trees, row) for row in matrix]

    def test_row_does_not_depend_on_how_many_there_are(self, twin: ModuleType) -> None:
        trees = vector_trees(made_up_trees(6, n_trees=50), 24)
        matrix = random_matrix(0, 1000, 6)
        whole = sums(twin, trees, matrix)
        for i in (0, 255, 256, 999):
            assert sums(twin, trees, matrix[i : i + 1]).tolist() == [whole[i].tolist()]

    def test_order_of_the_matrix_in_memory_does_not_count(self, twin: ModuleType) -> None:
        trees = vector_trees(made_up_trees(6), 24)
        matrix = random_matrix(3, 50, 6)
        assert (
            sums(twin, trees, np.asfortranarray(matrix)).tolist()
            == sums(twin, trees, np.ascontiguousarray(matrix)).tolist()
        )

    def test_one_output_is_what_trees_of_one_give(self, twin: ModuleType) -> None:
        trees = made_up_trees(7, n_trees=30)
        matrix = random_matrix(1, 40, 7)
        one = vector_trees(trees, 1)
        one.values[:, 0] = trees.value
        found = sums(twin, one, matrix)
        assert found[:, 0].tolist() == sums(twin, trees, matrix)[:, 0].tolist()

    @needs_compiled
    @settings(deadline=None)
    @given(st.integers(0, 300), st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 8, 24]))
    def test_both_twins_give_the_same_bits(self, rows: int, seed: int, width: int) -> None:
        trees = vector_trees(made_up_trees(9, seed), width, seed)
        matrix = random_matrix(seed, rows, 9)
        assert_same_bits(lambda twin: sums(twin, trees, matrix))

    @needs_compiled
    @pytest.mark.parametrize("leaves", [256, 257])
    def test_trees_that_cannot_be_packed_are_walked_in_python(self, leaves: int) -> None:
        from boilerplate.kernels.compiled_trees import packed_trees

        trees = vector_trees(made_up_trees(3, n_trees=2, leaves=leaves), 24)
        assert (packed_trees(trees, 3) is None) == (leaves > 256)
        matrix = random_matrix(leaves, 300, 3)
        assert_same_bits(lambda twin: sums(twin, trees, matrix))

    @needs_compiled
    def test_matrix_in_double_precision_is_walked_in_python(self) -> None:
        trees = vector_trees(made_up_trees(3), 24)
        matrix = random_matrix(5, 40, 3).astype(float)
        assert_same_bits(lambda twin: sums(twin, trees, matrix))
