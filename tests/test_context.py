"""That what is said of neighbours and containers is what counting them by hand says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.context import (
    CONTAINER_COLUMNS,
    NEIGHBOUR_COLUMNS,
    PAGE_COLUMNS,
    WINDOW_COLUMNS,
    container_features,
    neighbour_features,
)
from boilerplate.features.encode import encode
from boilerplate.kernels.plain_context import ANCHOR, LONG_LINE, OFFSETS, WINDOWS, best_run
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page

NAMES = (*NEIGHBOUR_COLUMNS, *WINDOW_COLUMNS, *PAGE_COLUMNS)
PAGES = st.lists(
    st.tuples(st.floats(0.01, 0.99), st.integers(1, 2000), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


def columns_of(lines: list[tuple[float, int, int]]) -> dict[str, np.ndarray]:
    p, chars, ends = (np.array(values, float) for values in zip(*lines, strict=True))
    return dict(zip(NAMES, neighbour_features(p, chars, ends), strict=True))


@given(PAGES)
def test_neighbours_are_the_lines_before_and_after(lines: list[tuple[float, int, int]]) -> None:
    columns = columns_of(lines)
    for offset in OFFSETS:
        for i in range(len(lines)):
            inside = 0 <= i + offset < len(lines)
            p, chars, ends = lines[i + offset] if inside else (np.nan, np.nan, np.nan)
            naive = (p, np.log1p(chars), np.minimum(ends, 5))
            for name, value in zip(("p", "length", "terminal"), naive, strict=True):
                np.testing.assert_equal(columns[f"{name}{offset:+d}"][i], value)


@given(PAGES)
def test_windows_are_means_over_the_lines_in_them(lines: list[tuple[float, int, int]]) -> None:
    columns = columns_of(lines)
    for window in WINDOWS:
        for i in range(len(lines)):
            before, after = lines[max(0, i - window) : i], lines[i + 1 : i + 1 + window]
            for side, around in (("before", before), ("after", after)):
                plain = sum(p for p, _, _ in around) / max(len(around), 1)
                mass = sum(min(chars, 1000) for _, chars, _ in around)
                weighed = sum(p * min(chars, 1000) for p, chars, _ in around) / max(mass, 1)
                assert columns[f"p_{side}{window}"][i] == pytest.approx(plain, abs=1e-9)
                assert columns[f"mass_{side}{window}"][i] == pytest.approx(weighed, abs=1e-9)


@given(PAGES)
def test_distances_to_anchors_are_those_to_the_nearest(lines: list[tuple[float, int, int]]) -> None:
    columns = columns_of(lines)
    anchors = [i for i, (p, chars, _) in enumerate(lines) if p > ANCHOR and chars > LONG_LINE]
    ends = np.cumsum([chars for _, chars, _ in lines])
    for i in range(len(lines)):
        before = max((a for a in anchors if a < i), default=None)
        after = min((a for a in anchors if a > i), default=None)
        lines_before = np.nan if before is None else np.log1p(i - before)
        lines_after = np.nan if after is None else np.log1p(after - i)
        chars_before = np.nan if before is None else np.log1p(ends[i] - ends[before])
        np.testing.assert_allclose(columns["lines_since_anchor"][i], lines_before)
        np.testing.assert_allclose(columns["lines_to_anchor"][i], lines_after)
        np.testing.assert_allclose(columns["chars_since_anchor"][i], chars_before)
        assert np.expm1(columns["anchors_before"][i]) == pytest.approx(sum(a < i for a in anchors))
        assert np.expm1(columns["anchors_after"][i]) == pytest.approx(
            sum(a > i for a in anchors), abs=1e-9
        )


@given(PAGES)
def test_content_before_a_line_its_own_and_what_comes_after_are_the_pages(
    lines: list[tuple[float, int, int]],
) -> None:
    columns = columns_of(lines)
    masses = [p * min(chars, 1000) for p, chars, _ in lines]
    for i, own in enumerate(masses):
        before, after = columns["mass_before"][i], columns["mass_after"][i]
        assert before == pytest.approx(sum(masses[:i]) / sum(masses), abs=1e-9)
        assert after == pytest.approx(1 - before - own / sum(masses), abs=1e-9)


@given(PAGES)
def test_the_best_run_gains_most_of_all_runs(lines: list[tuple[float, int, int]]) -> None:
    p, chars, _ = (np.array(values, float) for values in zip(*lines, strict=True))
    gain = (p - 0.5) * chars
    run, mass = best_run(p, chars)
    best = max(
        (gain[i:j].sum() for i in range(len(gain)) for j in range(i, len(gain) + 1)), default=0.0
    )
    assert gain[run].sum() == pytest.approx(best, abs=1e-6)
    assert mass == pytest.approx((p * chars)[run].sum())


@settings(max_examples=50)
@given(PAGES)
def test_only_what_has_no_neighbour_is_missing(lines: list[tuple[float, int, int]]) -> None:
    for name, column in columns_of(lines).items():
        missing = np.isnan(column)
        assert np.isfinite(column[~missing]).all(), name
        assert not missing.any() or name in NEIGHBOUR_COLUMNS or "anchor" in name


@pytest.mark.parametrize("language", SENTENCES)
def test_container_columns_are_as_many_as_their_names_and_finite_or_missing(language: str) -> None:
    page = html_page(news_page(language))
    encoded = encode(page)
    assert encoded.tree
    p = np.linspace(0.1, 0.9, encoded.n)
    rows = container_features(encoded.tree, p, encoded.chars, encoded.terminals, encoded.links)
    assert rows.shape == (len(CONTAINER_COLUMNS), encoded.n)
    assert not np.isinf(rows).any()


def test_the_main_container_holds_the_article_and_not_the_menu() -> None:
    page = html_page(news_page("tr"))
    encoded = encode(page)
    assert encoded.tree
    article = np.array([SENTENCES["tr"] in line.text for line in page.lines])
    p = np.where(article, 0.95, 0.05)
    rows = container_features(encoded.tree, p, encoded.chars, encoded.terminals, encoded.links)
    columns = dict(zip(CONTAINER_COLUMNS, rows, strict=True))
    assert columns["within_main"][article].all()
    assert not columns["within_main"][0]
    assert not columns["within_main"][-1]
    assert columns["signature_p"][article].min() > columns["signature_p"][~article][0] or np.isnan(
        columns["signature_p"][~article][0]
    )


def test_a_page_of_one_line_has_its_columns() -> None:
    page = html_page("<p>단 하나")
    encoded = encode(page)
    assert encoded.tree
    one = np.ones(1)
    assert container_features(encoded.tree, one, one, one, one).shape == (len(CONTAINER_COLUMNS), 1)
    assert neighbour_features(one, one, one).shape == (len(NAMES), 1)
