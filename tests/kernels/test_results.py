"""The feature groups that a reason names, and values of columns."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Label, Line, Prediction
from boilerplate.kernels.plain_results import MAX_GROUPS, MIN_SHARE
from tests.twins import assert_same_bits, needs_compiled

NONE = 12  # as many as there are groups: stands for no group


def contributions(lines: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What 12 groups added to some lines, often nothing, often the same; and their labels."""
    rng = np.random.default_rng(seed)
    added = rng.normal(size=(lines, NONE)).round(1) * (rng.random((lines, NONE)) < 0.6)
    return added, rng.random(lines) < 0.5


class TestStrongestGroups:
    @given(lines=st.integers(0, 20), seed=st.integers(0, 2**32 - 1))
    def test_groups_that_spoke_for_the_label_come_strongest_first(
        self, twin: ModuleType, lines: int, seed: int
    ) -> None:
        added, content = contributions(lines, seed)
        found = twin.strongest_groups(added, content)
        assert found.shape == (lines, MAX_GROUPS)
        for row, kept, groups in zip(added, content, found.tolist(), strict=True):
            toward = row if kept else -row
            order = sorted(range(NONE), key=lambda group: -toward[group])
            least = max(MIN_SHARE * toward.max(), 0.0)
            naive = [group for group in order[:MAX_GROUPS] if toward[group] > least]
            assert groups == naive + [NONE] * (MAX_GROUPS - len(naive))

    @needs_compiled
    @given(lines=st.integers(0, 20), seed=st.integers(0, 2**32 - 1))
    def test_both_twins_find_the_same(self, lines: int, seed: int) -> None:
        added, content = contributions(lines, seed)
        assert_same_bits(lambda twin: twin.strongest_groups(added, content))
        assert_same_bits(lambda twin: twin.strongest_groups(np.asfortranarray(added), content))


COLUMNS = (
    [Line("مرحبا"), Line("Çerez")], [Label.CONTENT, Label.BOILERPLATE], [0.9, 0.1],
    ["worded like an article", "short"], [None, "cookie"], ["ar", None], [0.8, 0.0],
    ["model", "site_model"],
)  # fmt: skip


class TestValues:
    def test_columns_become_one_value_a_row(self, twin: ModuleType) -> None:
        assert twin.values(Prediction, *COLUMNS) == (
            Prediction(
                COLUMNS[0][0], Label.CONTENT, 0.9, "worded like an article", None, "ar", 0.8
            ),
            Prediction(
                COLUMNS[0][1], Label.BOILERPLATE, 0.1, "short", "cookie", None, 0.0, "site_model"
            ),
        )

    def test_columns_may_be_any_sequences(self, twin: ModuleType) -> None:
        expected = twin.values(Prediction, *COLUMNS)
        assert twin.values(Prediction, *map(tuple, COLUMNS)) == expected
        assert twin.values(Prediction, *([] for _ in COLUMNS)) == ()

    def test_columns_of_other_lengths_are_refused(self, twin: ModuleType) -> None:
        with pytest.raises((ValueError, IndexError)):
            twin.values(Prediction, *COLUMNS[:-1], [])
