"""Statistics of the lines of several pages."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.kernels.site_arrays import find, template_lines_around
from boilerplate.site_models.statistics import (
    beside_template_lines,
    page_means,
    postings_of,
    share_before,
)

rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.floats(-6, 6)), min_size=1, max_size=30
)


@given(rows)
def test_a_page_mean_is_the_mean_over_pages_of_the_mean_on_each(
    rows: list[tuple[int, int, float]],
) -> None:
    keys, page, values = (np.array(column) for column in zip(*rows, strict=True))
    found = page_means(keys, page, values)
    for key in range(5):
        on = sorted(set(page[keys == key].tolist()))
        means = [values[(keys == key) & (page == p)].mean() for p in on]
        where = np.flatnonzero(found.keys == key)
        assert found.pages[where].tolist() == [len(on)] * bool(on)
        assert np.allclose(found.mean[where], np.mean(means) if on else 0.0)


@given(rows)
def test_postings_hold_each_page_of_a_key_once(rows: list[tuple[int, int, float]]) -> None:
    keys, page, _ = (np.array(column) for column in zip(*rows, strict=True))
    found = postings_of(keys, page, 4)
    at = find(found.keys, np.arange(6))
    which, pages = found.matches(at)
    for key in range(6):
        expected = sorted(set(page[keys == key].tolist()))
        assert found.counts[at[key]] == len(expected)
        assert pages[which == key].tolist() == expected
    left_out = np.array([True, False, False, False])
    assert found.count_pages(at, left_out).tolist() == [
        len(set(page[keys == key].tolist()) - {0}) for key in range(6)
    ]


def test_ends_of_pages_count_as_template_lines() -> None:
    page = np.array([0, 0, 0, 0, 1, 1])
    is_template = np.array([False, True, False, False, False, True])
    first, last = beside_template_lines(is_template, page)
    assert np.flatnonzero(first).tolist() == [0, 2, 4]
    assert np.flatnonzero(last).tolist() == [0, 3, 4]


def test_template_lines_of_other_pages_are_not_around_a_line() -> None:
    keys, page = np.array([10, 11, 12, 13, 14]), np.array([0, 0, 0, 1, 1])
    is_template = np.array([False, True, False, False, True])
    before, after = template_lines_around(keys, is_template, page)
    assert before.tolist() == [1, 1, 11, 1, 1]
    assert after.tolist() == [11, 2, 2, 14, 2]


@given(st.lists(st.lists(st.floats(0.01, 9), min_size=1, max_size=6), max_size=4))
def test_share_before_grows_from_0_on_each_page(pages: list[list[float]]) -> None:
    mass = np.array([value for page in pages for value in page], float)
    page = np.repeat(np.arange(len(pages)), [len(each) for each in pages])
    share = share_before(mass, page, len(pages))
    for i, values in enumerate(pages):
        expected = np.concatenate([[0], np.cumsum(values)[:-1]]) / np.sum(values)
        assert np.allclose(share[page == i], expected)
