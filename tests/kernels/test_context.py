"""Features of neighbours and containers, compared with counting them by hand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.encode import encode
from boilerplate.features.table import BLOCKS
from boilerplate.kernels.plain_context import NEIGHBOUR_OFFSETS, PARAMS, WINDOWS, best_run
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page
from tests.strategies import MARKUP
from tests.twins import assert_same_bits, needs_compiled

# The first stage's probability of each line, its length, and its sentence ends.
LINE = tuple[float, int, int]
PAGES = st.lists(
    st.tuples(st.floats(0.01, 0.99), st.integers(1, 2000), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


def neighbours(twin: ModuleType, lines: list[LINE]) -> dict[str, np.ndarray]:
    """The features of the block "neighbours" by name, before their logarithms."""
    p, lengths, ends = (np.array(values, float) for values in zip(*lines, strict=True))
    block = BLOCKS["neighbours"]
    rows = np.full((block.of_kernel, len(lines)), np.inf)  # which is no value of a feature
    twin.neighbour_features(p, lengths, np.log1p(lengths), ends, rows)
    return dict(zip(block.names, rows, strict=False))


def containers(twin: ModuleType, markup: str, p: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The features of the block "containers" by name, of the lines of an HTML page."""
    encoded = encode(html_page(markup))
    block = BLOCKS["containers"]
    rows = np.full((block.of_kernel, encoded.n), np.inf)
    if encoded.tree is not None:
        p = np.linspace(0.05, 0.95, encoded.n) if p is None else p
        lines = encoded.lengths, encoded.terminals, encoded.links
        twin.container_features(encoded.tree, p, *lines, rows)
    return dict(zip(block.names, rows, strict=False))


@given(lines=PAGES)
def test_neighbours_are_the_lines_before_and_after(twin: ModuleType, lines: list[LINE]) -> None:
    columns = neighbours(twin, lines)
    for offset in NEIGHBOUR_OFFSETS:
        for i in range(len(lines)):
            inside = 0 <= i + offset < len(lines)
            p, chars, ends = lines[i + offset] if inside else (np.nan, np.nan, np.nan)
            naive = (p, np.log1p(chars), np.minimum(ends, 5))
            for name, value in zip(("p", "length", "terminal"), naive, strict=True):
                np.testing.assert_equal(columns[f"{name}{offset:+d}"][i], value)


@given(lines=PAGES)
def test_windows_are_means_over_the_lines_in_them(twin: ModuleType, lines: list[LINE]) -> None:
    columns = neighbours(twin, lines)
    for window in WINDOWS:
        for i in range(len(lines)):
            before, after = lines[max(0, i - window) : i], lines[i + 1 : i + 1 + window]
            for side, around in (("before", before), ("after", after)):
                plain = sum(p for p, _, _ in around) / max(len(around), 1)
                mass = sum(min(chars, 1000) for _, chars, _ in around)
                weighed = sum(p * min(chars, 1000) for p, chars, _ in around) / max(mass, 1)
                assert columns[f"p_{side}{window}"][i] == pytest.approx(plain, abs=1e-9)
                assert columns[f"mass_{side}{window}"][i] == pytest.approx(weighed, abs=1e-9)


@given(lines=PAGES)
def test_distance_to_an_anchor_is_that_to_the_nearest(twin: ModuleType, lines: list[LINE]) -> None:
    columns = neighbours(twin, lines)
    least_p, least_length = PARAMS.anchor_probability, PARAMS.anchor_length
    anchors = [i for i, (p, length, _) in enumerate(lines) if p > least_p and length > least_length]
    ends = np.cumsum([chars for _, chars, _ in lines])
    for i in range(len(lines)):
        before = max((a for a in anchors if a < i), default=None)
        after = min((a for a in anchors if a > i), default=None)
        lines_before = np.nan if before is None else i - before
        lines_after = np.nan if after is None else after - i
        chars_before = np.nan if before is None else ends[i] - ends[before]
        np.testing.assert_allclose(columns["lines_since_anchor"][i], lines_before)
        np.testing.assert_allclose(columns["lines_to_anchor"][i], lines_after)
        np.testing.assert_allclose(columns["chars_since_anchor"][i], chars_before)
        assert columns["anchors_before"][i] == sum(a < i for a in anchors)
        assert columns["anchors_after"][i] == sum(a > i for a in anchors)


@given(lines=PAGES)
def test_content_before_of_and_after_a_line_is_that_of_the_page(
    twin: ModuleType, lines: list[LINE]
) -> None:
    columns = neighbours(twin, lines)
    masses = [p * min(chars, 1000) for p, chars, _ in lines]
    for i, own in enumerate(masses):
        before, after = columns["mass_before"][i], columns["mass_after"][i]
        assert before == pytest.approx(sum(masses[:i]) / sum(masses), abs=1e-9)
        assert after == pytest.approx(1 - before - own / sum(masses), abs=1e-9)


@given(lines=PAGES)
def test_best_run_gains_most_of_all_runs(lines: list[LINE]) -> None:
    p, chars, _ = (np.array(values, float) for values in zip(*lines, strict=True))
    gain = (p - 0.5) * chars
    run, mass = best_run(p, chars)
    best = max(
        (gain[i:j].sum() for i in range(len(gain)) for j in range(i, len(gain) + 1)), default=0.0
    )
    assert gain[run].sum() == pytest.approx(best, abs=1e-6)
    assert mass == pytest.approx((p * chars)[run].sum())


@settings(max_examples=50)
@given(lines=PAGES)
def test_only_features_of_absent_neighbours_are_missing(
    twin: ModuleType, lines: list[LINE]
) -> None:
    for name, column in neighbours(twin, lines).items():
        missing = np.isnan(column)
        assert np.isfinite(column[~missing]).all(), name
        assert not missing.any() or name[-2] in "+-" or "anchor" in name


@pytest.mark.parametrize("language", SENTENCES)
def test_container_features_are_finite_or_missing(twin: ModuleType, language: str) -> None:
    for name, row in containers(twin, news_page(language)).items():
        assert not np.isinf(row).any(), name


def test_main_container_holds_the_article_and_not_the_menu(twin: ModuleType) -> None:
    page = html_page(news_page("tr"))
    article = np.array([SENTENCES["tr"] in line.text for line in page.lines])
    columns = containers(twin, news_page("tr"), np.where(article, 0.95, 0.05))
    assert columns["within_main"][article].all()
    assert not columns["within_main"][[0, -1]].any()
    assert (columns["signature_p"][article] > 0.9).all()


def test_page_of_one_line_has_its_features(twin: ModuleType) -> None:
    one = containers(twin, "<p>단 하나", np.ones(1))
    assert np.isnan(one["p@0"]).all()
    assert one["lines@0"].tolist() == [0]
    assert neighbours(twin, [(1.0, 4, 0)])["position"].tolist() == [0]


@needs_compiled
@settings(max_examples=200, deadline=None)
@given(PAGES)
def test_both_twins_give_the_same_neighbour_features(lines: list[LINE]) -> None:
    assert_same_bits(lambda twin: [*neighbours(twin, lines).values()])


@needs_compiled
@settings(max_examples=200, deadline=None)
@given(MARKUP)
def test_both_twins_give_the_same_container_features(markup: str) -> None:
    assert_same_bits(lambda twin: [*containers(twin, markup).values()])
