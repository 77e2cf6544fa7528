"""The report on a site model: what recurs, place by place, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from boilerplate import SiteModel, read
from boilerplate.explain import site_report as site_report_module
from boilerplate.explain.site_report import LIMITS, path_name, places, recurring, site_report
from boilerplate.page import Element, Page
from tests import made_up_site as site

LANGUAGES = ("ar", "en", "hi", "ja")


def known(language: str, n: int = 6) -> tuple[SiteModel, list[Page]]:
    """A site model with the pages that it was trained on; the last two have a line of their own."""
    pages = [
        read(site.html(i, language, ["한 줄만 두 쪽에 있다."] if i >= n - 2 else []))
        for i in range(n)
    ]
    return SiteModel("harbour.example").fit(pages), pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_recurring_lines_are_grouped_by_place_and_most_pages_come_first(language: str) -> None:
    model, pages = known(language)
    lines = recurring(model, pages)
    groups = [place for place, _ in groupby(lines, lambda line: line.place)]
    assert len(groups) == len(set(groups))
    assert groups[0].endswith("ul.menu")
    assert groups[-1].endswith("div.story")
    assert [line.pages for line in lines] == sorted((line.pages for line in lines), reverse=True)
    menu = [line.text for line in lines if line.place.endswith("ul.menu")]
    assert menu == list(site.MENU)  # in the order of the page, not of the alphabet
    assert [(line.text, line.pages) for line in lines][-1] == ("한 줄만 두 쪽에 있다.", 2)


def test_page_of_nothing_that_recurs_leaves_the_others() -> None:
    model, pages = known("ar")
    apart = read("<p>أعلن المتحف مواعيده الجديدة.")
    assert recurring(model, [apart, *pages]) == recurring(model, pages)


def test_rows_say_in_words_what_their_colour_says() -> None:
    model, pages = known("en")
    tree = LexborHTMLParser(site_report(model, [(f"{i}.html", p) for i, p in enumerate(pages)]))
    rows = tree.css(".learned li:not(.name)")
    assert rows
    for row in rows:
        word, label = row.css_first("b").text(), row.attributes["class"]
        if "content" in word:
            assert label == ("content" if int(word.split("%")[0]) >= 50 else "boilerplate")
        else:
            assert label == {"kept": "content", "dropped": "boilerplate"}[word]
    lines = [row for row in rows if row.css_first("b").text() in ("kept", "dropped")]
    by_text = {row.css_first(".what").text(): row for row in lines}
    assert by_text["Home"].attributes["class"] == "boilerplate"
    assert by_text["Home"].css_first("small").text() == "on 6 of 6 pages"
    assert by_text["Home"].css_first("i").attributes["style"] == "width:100.0%"


def test_bar_of_a_place_is_its_share_of_content() -> None:
    model, pages = known("hi")
    tree = LexborHTMLParser(site_report(model, [(f"{i}.html", p) for i, p in enumerate(pages)]))
    of_places = {place.name: place for place in places(model.evidence, pages)}
    rows = [row for row in tree.css(".learned li") if row.css("code.what")]
    assert len(rows) == len(of_places) > 0
    for row in rows:
        place = of_places[row.css_first("code").text()]
        share = place.content / place.chars
        assert row.css_first("b").text() == f"{share:.0%} content"
        assert row.css_first("i").attributes["style"] == f"width:{share:.1%}"


def test_sections_stand_below_the_heading_of_the_report() -> None:
    model, pages = known("ja")
    tree = LexborHTMLParser(site_report(model, [(f"{i}.html", p) for i, p in enumerate(pages)]))
    levels = [int(node.tag[1]) for node in tree.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels)) <= 1


def test_later_places_and_lines_are_folded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(LIMITS, max_open_rows=2, max_open_groups=1)
    monkeypatch.setattr(site_report_module, "LIMITS", few)
    model, pages = known("ar")
    tree = LexborHTMLParser(site_report(model, [(f"{i}.html", p) for i, p in enumerate(pages)]))
    summaries = [node.text() for node in tree.css(".learned summary")]
    assert summaries[0] == "1 more"  # of three items of the menu
    assert "places more" in summaries[1]
    assert "한 줄만 두 쪽에 있다." in [node.text() for node in tree.css("details .what")]


def test_bare_text_has_one_group_without_a_place() -> None:
    pages = [site.text(i, "th") for i in range(5)]
    model = SiteModel("harbour.example").fit(pages)
    assert {line.place for line in recurring(model, pages)} == {""}
    tree = LexborHTMLParser(site_report(model, [(f"{i}.txt", p) for i, p in enumerate(pages)]))
    assert [node.text() for node in tree.css("h3")] == ["in no element with a name"]


def test_place_is_named_as_style_sheets_do() -> None:
    elements = [Element("main", ("id=top",), -1), Element("ul", ("role=list", "menu"), 0)]
    assert path_name(elements, 1) == "main#top > ul[role=list].menu"
