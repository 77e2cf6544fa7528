"""Hidden text, judged beside the text that a page shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from boilerplate import Label, clean
from boilerplate.page import Page
from boilerplate.reading.html import html_page
from boilerplate.visibility import BESIDE, HIDDEN, STORED, UNUSED, Visibility

STORY = (
    "The lighthouse at the end of the spit has been dark since the keeper left for the mainland.",
    "Fishermen steer by the chapel now, which somebody has painted white for them each spring.",
    "The council wants to sell the tower, and three people have already asked what it would cost.",
)
NOTICE = (
    "Please confirm that you are old enough to read on, because some of our stories tell of gin.",
)


def html(shown: tuple[str, ...], hidden: tuple[str, ...], start: str) -> str:
    first, second = ("".join(f"<p>{text}</p>" for text in texts) for texts in (shown, hidden))
    return f"<html><article><h1>Dark</h1>{first}</article>{start}{second}</html>"


@pytest.mark.parametrize("start", ["<dialog>", "<div role=dialog>", "<div hidden>"])
def test_hidden_prose_is_dropped_beside_the_article(start: str) -> None:
    page = clean(html(STORY, NOTICE, start))
    assert NOTICE[0] not in page.text
    assert all(text in page.text for text in STORY)


def test_article_that_a_script_would_show_stays() -> None:
    page = clean(html((), STORY, "<div style='display:none'><article>"))
    assert all(text in page.text for text in STORY)


def seen(markup: str, stored: list[int]) -> tuple[Page, Visibility]:
    page = html_page(markup)
    n = len(page.lines)
    hidden = np.array([i > 0 for i in range(n)])
    chars = np.array([float(len(line.text)) for line in page.lines])
    return page, Visibility(page, hidden, np.isin(np.arange(n), stored), chars)


def test_dialog_is_dropped_even_if_it_is_longer_than_the_article() -> None:
    kept = np.array([True, True])
    _, visibility = seen("<p>short</p><div role=dialog>a very long notice indeed</div>", [])
    assert visibility.verdicts(kept) == {1: HIDDEN}
    _, visibility = seen("<p>short</p><div hidden>a very long article indeed</div>", [])
    assert visibility.verdicts(kept) == {}


@pytest.mark.parametrize(
    ("attributes", "verdicts"),
    [
        ("class=note", {1: HIDDEN}),
        ("class=stable", {1: HIDDEN}),
        ("role=tabpanel", {}),
        ("class='faq-answer x'", {}),
        ("id=read-more", {}),
        ("class=acc-collapsed", {}),
    ],
)
def test_what_readers_open_is_left_to_the_model(
    attributes: str, verdicts: Mapping[int, object]
) -> None:
    _, visibility = seen(f"<p>a longer text</p><div hidden {attributes}>hidden</div>", [])
    assert visibility.verdicts(np.array([True, True])) == verdicts


def test_dialog_that_is_all_there_is_stays() -> None:
    _, visibility = seen("<p>x</p><div role=dialog>a notice</div>", [])
    assert visibility.verdicts(np.array([False, True])) == {}


def test_stored_lines_are_sure_to_be_kept_or_not() -> None:
    _, visibility = seen("<p>shown</p><p>stored and longer</p>", [1])
    low, high = np.array([0.1, 0.4]), np.array([0.9, 0.4])
    assert visibility.without_stored(low).tolist() == [0.1, 1.0]
    assert visibility.verdicts(np.array([False, True])) == {1: STORED}
    assert visibility.verdicts(np.array([True, True]))[0] == BESIDE
    visibility = Visibility(
        visibility.page, visibility.hidden, visibility.stored, np.array([9.0, 9.0])
    )
    assert visibility.without_stored(high).tolist() == [0.9, 0.0]
    assert visibility.verdicts(np.array([True, False])) == {1: UNUSED}
    assert UNUSED[0] is Label.BOILERPLATE
