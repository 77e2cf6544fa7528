"""What the pages of a site say about the lines of another page."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Label
from boilerplate.kernels import plain_site_features
from boilerplate.kernels.site_arrays import SCALE, SiteFeature
from boilerplate.page import Page, text_page
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.places import N_PATHS
from boilerplate.site_models.sketch import Sketch, sketch
from boilerplate.site_models.weights import FEATURES, WEIGHTS
from tests import made_up_site as site

both_twins = pytest.mark.usefixtures("twin")


def judged(page: Page, language: str, number: int, sure: float = 0.98) -> Sketch:
    """A page as a general model might see it: sure of the article, unsure of all else."""
    article = set(site.article(number, language))
    probability = [sure if line.text in article else 0.5 for line in page.lines]
    return sketch(page, np.array(probability))


def commented(number: int, language: str) -> Page:
    """A page with readers' comments after the article."""
    comments = [f"{text} {number}" for text in site.article(1000 + number, language, 3)]
    lines = [line.text for line in site.text(number, language).lines]
    return text_page([*lines, *comments])


def features(pages: list[Sketch], page: Page) -> dict[str, np.ndarray]:
    """The features, by name, of the lines of a page of which the general model is unsure."""
    unsure = sketch(page, np.full(len(page.lines), 0.5))
    return dict(zip(FEATURES, SiteEvidence(pages).features(unsure).values.T, strict=True))


def test_every_weight_is_of_a_feature() -> None:
    assert {name for weights in WEIGHTS.values() for name in weights} <= set(FEATURES)


@both_twins
@pytest.mark.parametrize("language", site.LANGUAGES)
def test_lines_after_the_line_that_ends_other_articles_are_after_the_article(language: str) -> None:
    pages = [judged(commented(i, language), language, i) for i in range(10)]
    found = SiteEvidence(pages).features(judged(commented(50, language), language, 50))
    after = found.values[:, SiteFeature.AFTER_ARTICLE]
    assert np.all(after[-3:] > 0.5)
    assert np.all(after[: len(site.MENU) + 4] == 0)


@both_twins
def test_an_article_is_not_over_before_half_of_it_has_passed_on_its_own_page() -> None:
    evidence = SiteEvidence([judged(site.text(i), "en", i) for i in range(10)])
    usual = [line.text for line in site.text(50).lines]
    article = site.article(50)
    moved = text_page([*(text for text in usual if text not in article), *article])
    found = evidence.features(judged(moved, "en", 50))
    after = found.values[:, SiteFeature.AFTER_ARTICLE]
    begins = len(moved.lines) - len(article)
    assert after[begins] == 0
    assert 0 < after[begins + 1] < after[-1]


@both_twins
def test_lines_between_the_template_lines_around_other_articles_are_likelier() -> None:
    pages = [judged(site.text(i), "en", i) for i in range(10)]
    found = SiteEvidence(pages).features(judged(site.text(50), "en", 50, sure=0.5))
    between = found.values[:, SiteFeature.BETWEEN_TEMPLATE_LINES]
    first = len(site.MENU)
    assert np.all(between[first : first + 4] > 1)
    assert not between[:first].any()


@both_twins
def test_repeated_teasers_between_template_lines_do_not_count_as_content() -> None:
    def between(teasers: list[str]) -> float:
        pages = [
            text_page([*site.MENU, teaser, *site.BOX, *site.article(i, "ru")])
            for i, teaser in enumerate(teasers)
        ]
        sketches = [sketch(page, np.full(len(page.lines), 0.8)) for page in pages]
        new = text_page([*site.MENU, "Сегодня в гавани", *site.BOX, *site.article(20, "ru")])
        return float(features(sketches, new)["between_template_lines"][len(site.MENU)])

    assert between([f"Новость {word}" for word in "аб вг де жз ик лм но пр ст".split()]) > 0
    assert between([f"Новость {word}" for word in "аб аб аб вг вг вг де де де".split()]) == 0


@both_twins
def test_one_page_says_only_which_lines_recur() -> None:
    found = SiteEvidence([judged(site.text(1), "en", 1)]).features(judged(site.text(2), "en", 2))
    by_template = [
        SiteFeature.AFTER_ARTICLE, SiteFeature.BETWEEN_TEMPLATE_LINES,
        SiteFeature.AFTER_TEMPLATE_LINE, SiteFeature.BEFORE_TEMPLATE_LINE,
    ]  # fmt: skip
    assert np.all(np.abs(found.values[:, by_template]) < 1)
    assert found.values[0, SiteFeature.ON_ONE_PAGE] == 1


# Labels


@both_twins
def test_labels_correct_the_model_at_the_same_place_of_other_pages() -> None:
    pages = [site.text(i, "tr") for i in range(4)]
    wrong = [sketch(page, np.full(len(page.lines), 0.2), site.labels(page)) for page in pages]
    found = features(wrong, site.text(9, "tr"))
    first, last = len(site.MENU), -len(site.BOX) - 1
    assert (found["labelled_after"][first:last] > 0).all(), "articles are between menu and box"
    assert (found["labelled_before"][first:last] > 0).all()
    assert not found["labelled_after"][:first].any(), "lines that recur have labels of their own"
    assert (found["labelled_line"][:first] < 0).all()
    assert not found["labelled_line"][first:last].any()
    assert (found["labelled_site"] > 0).all()


@both_twins
def test_labels_of_template_lines_say_nothing_about_lines_beside_them() -> None:
    pages = [site.text(i, "hi") for i in range(4)]
    chrome = [
        sketch(
            page, np.full(len(page.lines), 0.8),
            [label if label is Label.BOILERPLATE else None for label in site.labels(page)],
        )
        for page in pages
    ]  # fmt: skip
    found = features(chrome, site.text(9, "hi"))
    assert (found["labelled_line"][: len(site.MENU)] < 0).all()
    assert not found["labelled_after"].any()
    assert not found["labelled_before"].any()


# Both twins, on anything

LINE = st.tuples(
    st.integers(1, 12),
    st.integers(1, 9),
    st.integers(0, 4),
    st.integers(0, 255),
    st.integers(-SCALE.max_steps, SCALE.max_steps),
    st.booleans(),
)
PAGES = st.lists(st.lists(LINE, min_size=1, max_size=14), min_size=1, max_size=9)


@given(PAGES)
@settings(max_examples=500)
def test_both_twins_give_any_page_the_same_features(
    compiled: ModuleType, pages: list[list[Any]]
) -> None:
    sketches = [
        Sketch(
            np.array([row[:3] for row in page], np.int64),
            np.array([[row[2]] * N_PATHS for row in page], np.int64),
            np.array([row[3] for row in page], np.uint8),
            np.array([row[4] for row in page], np.int8),
            np.zeros(len(page), np.int8),
            np.full(len(page), -1, np.int8),
        )
        for page in pages
    ]
    page, others = sketches[0], SiteEvidence(sketches[1:]).arrays
    is_headline = np.array([row[5] for row in pages[0]])
    lines = page.hashes, page.log_odds_steps, page.length_steps, is_headline
    *arrays, n_pages, familiar = compiled.site_features(*lines, others)
    *other_arrays, other_n_pages, other_familiar = plain_site_features.site_features(*lines, others)
    assert all(map(np.array_equal, arrays, other_arrays))
    assert (n_pages, familiar) == (other_n_pages, other_familiar)
