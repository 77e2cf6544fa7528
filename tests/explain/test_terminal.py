"""The explanation in a terminal."""

from __future__ import annotations

import pytest

from boilerplate.explain.terminal import explain_text, summary_line
from tests.explain.pages import LINES, clean_page


@pytest.mark.parametrize("lines", [(), (("", 0.0), (" ", 0.0))])
def test_page_without_text_has_only_a_summary(lines: tuple[tuple[str, float], ...]):
    assert explain_text(clean_page(*lines)) == "0 of 0 lines kept\n"


def test_summary_counts_only_lines_that_are_not_blank():
    page = clean_page(("a", 0.9), ("", 0.0), ("b", 0.1), url="https://www.a.test/", language="hi")
    assert summary_line(page) == "a.test · hi · 1 of 2 lines kept"


@pytest.mark.parametrize("color", [False, True])
def test_terminal_markup_is_shown_as_text(color: bool):
    page = clean_page(("[red]a[/red] :smile: \x1b[31mb", 0.9), ("[/]", 0.1))
    shown = explain_text(page, 90, "p", color)
    assert "[red]a[/red] :smile: ␛[31mb" in shown
    assert "[/]" in shown


@pytest.mark.parametrize("width", [1, 20, 71, 72, 200])
def test_any_width_is_accepted(width: int):
    page = clean_page((LINES["zh"] * 9, 0.9), (LINES["th"], 0.1))
    assert explain_text(page, width, "p", color=True)


def test_without_color_each_line_is_one_line_of_output():
    page = clean_page(("long " * 200, 0.9), ("x\ty\u2028z", 0.1))
    _, first, second = explain_text(page, 40).splitlines()
    assert first.startswith("+ 0.90  long")
    assert second == "- 0.10  x y z  (because 0.1)"


def test_colour_says_what_is_kept():
    shown = explain_text(clean_page((LINES["hi"], 0.9), (LINES["ar"], 0.1)), 90, "p", color=True)
    kept, dropped = shown.splitlines()[1:]
    green, red = "\x1b[32m", "\x1b[31m"
    assert (green in kept, red in kept) == (True, False)
    assert (green in dropped, red in dropped) == (False, True)
