"""Whole pages come out the same with the kernels in C and with those in Python."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from boilerplate import Cleaner, CleanPage
from boilerplate.page import Kind
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, made_up_model, news_page
from tests.strategies import LINES, MARKUP
from tests.twins import needs_compiled, same_on_both

pytestmark = needs_compiled
CLEANER = Cleaner(made_up_model(), plugins=no_plugins())


def clean(source: str, kind: Kind) -> CleanPage:
    """The page with its reasons and roles, which are worked out when they are looked at."""
    page = CLEANER.clean(source, kind=kind)
    assert len(list(page.predictions)) == len(page.page.lines)
    return page


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("kind", ["html", "text"])
def test_pages_in_every_script_come_out_the_same(language: str, kind: Kind) -> None:
    source = news_page(language)
    if kind == "text":
        source = "\n".join(line.text for line in html_page(source).lines)
    same_on_both(lambda: clean(source, kind))


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_any_markup_comes_out_the_same(markup: str) -> None:
    same_on_both(lambda: clean(markup, "html"))


@settings(max_examples=100, deadline=None)
@given(LINES)
def test_any_text_comes_out_the_same(lines: list[str]) -> None:
    same_on_both(lambda: clean("\n".join(lines), "text"))
