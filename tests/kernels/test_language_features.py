"""Whether lines are in the page's language, and where the foreign ones stand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.table import BLOCKS
from tests.twins import assert_same_bits, needs_compiled

PAGE, OTHER = 0, 1  # the languages of these tests by number; the page's, and another


def language_features(
    twin: ModuleType, share: np.ndarray, letters: np.ndarray, variant: int = -1
) -> tuple[np.ndarray, np.ndarray]:
    """The features (features, n), and the letters in each language."""
    block = BLOCKS["languages"]
    totals, out = np.empty(share.shape[1]), np.full((block.of_kernel, len(share)), np.inf)
    detected = np.where(letters[:, None] > 20, share, np.nan)
    twin.language_features(share, detected, letters, PAGE, variant, totals, out)
    return out, totals


def by_name(twin: ModuleType, languages: list[int], **arguments: int) -> dict[str, list[float]]:
    """The features of lines of 30 letters each that are in these languages."""
    share = np.eye(3)[languages]
    out, _ = language_features(twin, share, np.full(len(languages), 30.0), **arguments)
    return dict(zip(BLOCKS["languages"].names, out.tolist(), strict=False))


def test_foreign_run_is_measured_and_placed(twin: ModuleType) -> None:
    columns = by_name(twin, [PAGE, PAGE, OTHER, OTHER, PAGE])
    assert columns["page_language"] == [1, 1, 0, 0, 1]
    assert columns["foreign_run_lines"] == [0, 0, 2, 2, 0]
    assert columns["foreign_run_letters"] == [0, 0, 60, 60, 0]
    np.testing.assert_allclose(columns["foreign_since"], [np.nan, np.nan, 2 / 3, 2 / 3, np.nan])
    np.testing.assert_allclose(columns["foreign_until"], [np.nan, np.nan, 1 / 3, 1 / 3, np.nan])
    assert columns["foreign_share"] == [0.4] * 5


def test_neighbours_in_the_same_language_are_known(twin: ModuleType) -> None:
    columns = by_name(twin, [PAGE, PAGE, OTHER])
    np.testing.assert_equal(columns["same_language_before"], [np.nan, 1, 0])
    np.testing.assert_equal(columns["same_language_after"], [1, 0, np.nan])


def test_variant_of_the_language_of_the_page_is_not_foreign(twin: ModuleType) -> None:
    assert by_name(twin, [PAGE, OTHER], variant=OTHER)["page_language"] == [1, 1]
    assert by_name(twin, [PAGE, OTHER], variant=OTHER)["foreign_run_lines"] == [0, 0]


def test_line_of_few_letters_has_no_features_and_breaks_no_run(twin: ModuleType) -> None:
    share, letters = np.eye(2)[[PAGE, OTHER, OTHER, OTHER]], np.array([30.0, 30.0, 2.0, 30.0])
    out, totals = language_features(twin, share, letters)
    assert np.isnan(out[:, 2]).all()
    lines = out[BLOCKS["languages"].names.index("foreign_run_lines")]
    np.testing.assert_equal(lines, [0, 2, np.nan, 2])
    assert totals.tolist() == [30, 60]


@needs_compiled
@settings(max_examples=200, deadline=None)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
def test_both_twins_give_the_same_bits(n: int, k: int, seed: int, has_variant: bool) -> None:
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(k, 0.3), n)
    share[rng.random(n) < 0.2] = np.nan
    letters = rng.choice([0.0, 2.0, 3.0, 21.0, 400.0], n)
    variant = k - 1 if has_variant and k > 1 else -1
    assert_same_bits(lambda twin: language_features(twin, share, letters, variant))
