"""Sums and scales that every part of the model shares."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from boilerplate.numeric import rounded


@given(st.lists(st.floats(0.0, 1.0) | st.integers(0, 2000).map(lambda half: half / 2000)))
@example([0.0005, 0.0015, 0.5745, 0.9995, 1.0])
def test_rounded_values_are_those_of_round(values: list[float]) -> None:
    assert rounded(values, 3) == [round(value, 3) for value in values]
