"""Where labelled pages have their content, and what it says of other pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.numeric import Floats, Ints
from boilerplate.page import Label, Page
from boilerplate.reading.html import html_page
from boilerplate.site_models.path_shares import PATHS, PathShares
from boilerplate.site_models.places import N_PATHS, line_paths
from boilerplate.site_models.sketch import sketch
from boilerplate.site_models.statistics import Lines, lines_of
from tests import made_up_site as site


def recipe(number: int, more: str = "") -> Page:
    steps = "".join(f"<li>{text}</li>" for text in site.article(number, "tr", 3))
    return html_page(
        f"<div class=side><div class=card><p>{site.article(number, 'tr')[3]}</p></div></div>"
        f"<div class=recipe><div class=card><ol>{steps}</ol></div></div>{more}"
    )


def shares(pages: Sequence[Page]) -> PathShares:
    """What is learned where the first line of each page is chrome, and the others are content."""
    sketches = [
        sketch(
            page,
            np.full(len(page.lines), 0.5),
            [Label.BOILERPLATE] + [Label.CONTENT] * (len(page.lines) - 1),
        )
        for page in pages
    ]
    lines = lines_of(sketches)
    return PathShares.learned(lines, (lines.label + 1) / 2, lines.label != 0)


def log_odds(pages: Sequence[Page], page: Page) -> Floats:
    return shares(pages).log_odds(line_paths(page.lines, page.elements))


def test_equal_places_are_told_apart_by_what_is_around_them() -> None:
    side, *steps = log_odds([recipe(1), recipe(2)], recipe(9))
    assert side < -1
    assert min(steps) > 1


def test_a_new_element_has_the_share_of_the_known_ones_around_it() -> None:
    more = "<div class=side><div class=card><ul class=new><li>neu</li></ul></div></div>"
    assert log_odds([recipe(1), recipe(2)], recipe(9, more))[-1] == 0  # a place that nobody saw
    known = log_odds([recipe(1), recipe(2)], recipe(9, more.replace(" class=new", "")))[-1]
    assert known < -1  # a card at the side, though never seen with a list in it


def test_paths_with_content_and_chrome_say_nothing() -> None:
    page = html_page("<div class=box><p>один</p><p>два</p></div>")
    assert not log_odds([page, page], page).any()


def test_bare_text_has_no_paths() -> None:
    found = shares([site.text(1), site.text(2)])
    assert not found.log_odds(np.zeros((3, N_PATHS), np.int64)).any()


def test_many_lines_of_one_page_weigh_no_more_than_a_few() -> None:
    long = html_page("<div class=a><p>x</p></div>" + "<div class=b><p>y</p></div>" * 40)
    found = shares([long])
    assert found.counts[0].lines.max() == PATHS.max_lines


PATH_ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=30
)


@given(PATH_ROWS, st.randoms(use_true_random=False))
def test_the_order_of_lines_makes_no_difference(
    rows: list[tuple[int, int, bool]], random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    paths: Ints = np.array([[row[1]] * N_PATHS for row in rows], np.int64)
    one, other = (_learned(each).log_odds(paths) for each in (rows, shuffled))
    assert np.allclose(one, other, rtol=0, atol=1e-12)
    assert (np.abs(one) <= PATHS.max_log_odds).all()


def _learned(rows: Sequence[tuple[int, int, bool]]) -> PathShares:
    page, path, truth = (np.array(column) for column in zip(*rows, strict=True))
    none = np.zeros(len(rows))
    paths = np.repeat(path[:, None], N_PATHS, axis=1)
    lines = Lines(np.zeros((len(rows), 3), np.int64), paths, page, none, none, none, page)
    return PathShares.learned(lines, truth.astype(float), np.ones(len(rows), bool))
