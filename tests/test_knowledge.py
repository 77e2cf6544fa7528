"""What is found between, beside and after the lines that a site's pages share."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.page import Page, text_page
from boilerplate.site_models.evidence import COLUMNS, Knowledge
from boilerplate.site_models.sketch import Sketch, sketch
from boilerplate.site_models.statistics import averages, beside, share_before
from tests import made_up_site as site

rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.floats(-6, 6)), min_size=1, max_size=30
)


@given(rows)
def test_an_average_is_over_pages_of_the_mean_on_each(rows: list[tuple[int, int, float]]) -> None:
    keys, page, values = (np.array(column) for column in zip(*rows, strict=True))
    found = averages(keys, page, values)
    for key in range(5):
        on = sorted(set(page[keys == key].tolist()))
        means = [values[(keys == key) & (page == p)].mean() for p in on]
        where = np.flatnonzero(found.keys == key)
        assert found.pages[where].tolist() == [len(on)] * bool(on)
        assert np.allclose(found.mean[where], np.mean(means) if on else 0.0)


def test_first_and_last_lines_stand_beside_anchors_and_at_the_ends_of_pages() -> None:
    page = np.array([0, 0, 0, 0, 1, 1])
    anchor = np.array([False, True, False, False, False, True])
    first, last = beside(anchor, page)
    assert np.flatnonzero(first).tolist() == [0, 2, 4]
    assert np.flatnonzero(last).tolist() == [0, 3, 4]


@given(st.lists(st.lists(st.floats(0.01, 9), min_size=1, max_size=6), max_size=4))
def test_a_page_is_passed_from_nothing_to_all_of_it(pages: list[list[float]]) -> None:
    mass = np.array([value for page in pages for value in page], float)
    page = np.repeat(np.arange(len(pages)), [len(each) for each in pages])
    share = share_before(mass, page, len(pages))
    for i, values in enumerate(pages):
        wanted = np.concatenate([[0], np.cumsum(values)[:-1]]) / np.sum(values)
        assert np.allclose(share[page == i], wanted)


def judged(page: Page, language: str, number: int, sure: float = 0.98) -> Sketch:
    """A page as a general model might see it: sure of the article, unsure of all else."""
    article = set(site.article(number, language))
    probability = [sure if line.text in article else 0.5 for line in page.lines]
    return sketch(page, range(len(page.lines)), np.array(probability))


def commented(number: int, language: str) -> Page:
    """A page with what readers wrote after the article: on no other page, and not its own."""
    voices = [f"{text} {number}" for text in site.article(1000 + number, language, 3)]
    lines = [line.text for line in site.text(number, language).lines]
    return text_page([*lines, *voices])


def test_what_stands_after_the_line_that_ends_other_articles_speaks_against_a_line() -> None:
    for language in site.LANGUAGES:
        pages = [judged(commented(i, language), language, i) for i in range(10)]
        seen = Knowledge(pages).see(judged(commented(50, language), language, 50))
        over = seen.columns[:, COLUMNS.index("over")]
        assert np.all(over[-3:] > 0.5)
        assert np.all(over[: len(site.MENU) + 4] == 0)


def test_an_article_is_not_over_where_little_of_it_has_passed_on_its_own_page() -> None:
    known = Knowledge([judged(site.text(i), "en", i) for i in range(10)])
    usual = [line.text for line in site.text(50).lines]
    article = site.article(50)
    moved = text_page([*(text for text in usual if text not in article), *article])
    over = known.see(judged(moved, "en", 50)).columns[:, COLUMNS.index("over")]
    begins = len(moved.lines) - len(article)
    assert over[begins] == 0
    assert 0 < over[begins + 1] < over[-1]


def test_what_stands_where_other_pages_have_their_article_is_likelier() -> None:
    pages = [judged(site.text(i), "en", i) for i in range(10)]
    seen = Knowledge(pages).see(judged(site.text(50), "en", 50, sure=0.5))
    between = seen.columns[:, COLUMNS.index("between")]
    first = len(site.MENU)
    assert np.all(between[first : first + 4] > 1)
    assert not between[:first].any()


def test_of_one_page_nothing_is_known_but_what_recurs() -> None:
    seen = Knowledge([judged(site.text(1), "en", 1)]).see(judged(site.text(2), "en", 2))
    anchored = [COLUMNS.index(name) for name in ("over", "between", "first", "last")]
    assert np.all(np.abs(seen.columns[:, anchored]) < 1)
    assert seen.columns[0, COLUMNS.index("on_one")] == 1
