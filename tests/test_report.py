"""What a person who reads an explanation can count on."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate.display import visible
from boilerplate.explain.batch_report import html_report
from boilerplate.explain.page_report import MAX_OPEN_RUN
from boilerplate.explain.terminal import explain_text, summary
from boilerplate.page import Element, Label, Line, Markup, Metadata, Page
from boilerplate.result import CleanPage, Prediction

LINES = {
    "ar": "دقت ساعة الميدان القديم ظهر أمس للمرة الأولى.",
    "th": "ตลาดน้ำเล็ก ๆ กลับมาเปิดอีกครั้ง",
    "zh": "早市回到了灯塔下面。",
    "hi": "पुराने चौक की घड़ी फिर से बजने लगी।",
    "tr": "Çerezlere dair ayrıntılar için tıklayınız.",
}
ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates too
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></article><h1>out</h1>",
    "<!-- -->&lt;b&gt;",
    "$title ${style} $$ {0} %s",
]


def clean_page(
    *decided: tuple[str, float], url: str | None = None, language: str | None = None, **page: object
) -> CleanPage:
    """A page of lines with their probabilities, decided at one half."""
    predictions = tuple(
        Prediction(
            Line(text), Label.CONTENT if p >= 0.5 else Label.BOILERPLATE, p, "because " + str(p)
        )
        for text, p in decided
    )
    lines = tuple(p.line for p in predictions)
    return CleanPage(Page(lines, url=url, **page), predictions, language)


def parsed(report: str) -> LexborHTMLParser:
    return LexborHTMLParser(report)


@pytest.mark.parametrize("language", LINES)
def test_a_report_shows_kept_and_dropped_lines_of_every_script(language: str):
    text = LINES[language]
    page = clean_page((text, 0.97), ("chrome " + text, 0.04), language=language)
    tree = parsed(html_report([("page.html", page)]))
    assert tree.css_first(".kept p").text() == text
    assert [n.text() for n in tree.css(".scraped li span")] == [text, "chrome " + text]
    assert tree.css_first(".dropped li b").text() == "0.04"
    assert tree.css_first(".dropped li small").text() == "because 0.04"
    assert tree.css_first(".kept small").text() == "because 0.97"
    assert tree.css_first("article").attributes["lang"] == language


@pytest.mark.parametrize("language", LINES)
def test_every_line_finds_its_own_direction(language: str):
    page = clean_page((LINES[language], 0.9), (LINES[language], 0.1))
    tree = parsed(html_report([("p", page)]))
    assert tree.css_first(".kept p").attributes["dir"] == "auto"
    assert tree.css_first(".dropped li span").attributes["dir"] == "auto"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_page_becomes_markup(text: str):
    page = clean_page((text, 0.9), (text, 0.1), metadata=Metadata(title=text), language=text)
    predictions = tuple(Prediction(p.line, p.label, p.probability, text) for p in page.predictions)
    tree = parsed(html_report([(text, CleanPage(page.page, predictions, text))]))
    assert not tree.css("script, img")
    assert len(tree.css("h1")) == len(tree.css("title")) - len(tree.css("svg title")) == 1
    assert tree.css_first("h1").text() == text
    assert tree.css_first(".kept p").text() == text
    assert tree.css_first(".dropped li small").text() == text
    assert not parsed(html_report([(text, page), (text, page)])).css("script, img")


def test_a_report_loads_nothing_and_runs_nothing():
    page = clean_page(("words", 0.9), url="https://news.test/a")
    report = html_report([("p", page)])
    policy = parsed(report).css_first("meta[http-equiv=Content-Security-Policy]")
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"\bsrc=|@import|url\(|<link|<script|\bon\w+=", report)


@pytest.mark.parametrize("url", ["javascript:alert(1)//h.test/", "data://h.test/x", "file://h/x"])
def test_only_web_addresses_become_links(url: str):
    assert 'href="#' in html_report([("p", clean_page(("a", 0.9), url=url))])
    assert url not in html_report([("p", clean_page(("a", 0.9), url=url))])


def test_the_strip_has_one_linked_bar_a_line_within_its_box():
    page = clean_page(("a" * 400, 0.9), ("b", 0.0), ("", 0.0), ("c" * 9, 1.0))
    tree = parsed(html_report([("p", page)]))
    targets = [a.attributes["href"][1:] for a in tree.css("svg a")]
    assert targets == ["p1-1", "p1-2", "p1-4"]
    assert all(tree.css_first(f"#{target}") for target in targets)
    bars = [rect.attributes for rect in tree.css("rect")]
    assert float(bars[-1]["x"]) + float(bars[-1]["width"]) == pytest.approx(1000, abs=0.2)
    assert all(float(b["y"]) >= 0 and float(b["height"]) > 0 for b in bars)


def test_short_runs_of_dropped_lines_are_open_and_long_ones_folded():
    short = [("x", 0.1)] * MAX_OPEN_RUN
    long = [("y", 0.1)] * (MAX_OPEN_RUN + 1)
    tree = parsed(html_report([("p", clean_page(*short, ("kept", 0.9), *long))]))
    assert ["open" in run.attributes for run in tree.css("details")] == [True, False]


def test_kept_headings_and_list_items_look_like_what_they_were():
    elements = (
        Element("body", (), -1), Element("h1", (), 0), Element("ul", (), 0),
        Element("li", (), 2), Element("a", (), 3), Element("p", (), 0),
    )  # fmt: skip
    lines = tuple(Line(f"in {i}", Markup(i)) for i in (1, 4, 5))
    predictions = tuple(Prediction(line, Label.CONTENT, 0.9, "why") for line in lines)
    page = CleanPage(Page(lines, "html", elements=elements), predictions)
    roles = [n.attributes["class"] for n in parsed(html_report([("p", page)])).css(".kept")]
    assert roles == ["kept title", "kept item", "kept plain"]


def test_several_pages_have_a_summary_and_one_page_has_none():
    page = clean_page(("words", 0.9))
    assert not parsed(html_report([("a", page)])).css("#batch")
    tree = parsed(html_report([("a.html", page), ("b.html", page)]))
    assert [a.attributes["href"] for a in tree.css("nav a")] == ["#p1", "#p2"]
    assert [n.text() for n in tree.css("nav .name")] == ["a.html", "b.html"]
    identifiers = [n.attributes["id"] for n in tree.css("[id]")]
    assert len(identifiers) == len(set(identifiers))


def test_dropped_lines_are_counted_by_who_dropped_them_and_as_what():
    kinds = {
        "plugin:courier": "share",
        "site_model": "share",
        "threshold": "legal",
        "model": None,
    }
    lines = [
        Prediction(Line(f"line {i}"), Label.BOILERPLATE, 0.1, "why", kind, decided_by=decider)
        for i, (decider, kind) in enumerate(kinds.items())
    ]
    kept = Prediction(Line("words"), Label.CONTENT, 0.9, "why", decided_by="plugin:courier")
    predictions = (*lines, kept)
    page = CleanPage(Page(tuple(p.line for p in predictions)), predictions)
    for pages in ([("p", page)], [("p", page), ("q", page)]):
        tables = {
            table.css_first("caption").text(): [
                (row.css_first("th").text(), row.css("td")[1].text()) for row in table.css("tr")
            ]
            for table in parsed(html_report(pages)).css_first("section").css(".tallies table")
        }
        n = len(pages)
        who = ["model", "site model", "threshold", "plugin:courier"]
        assert tables["Dropped by"] == [(name, str(n)) for name in who]
        counts = {"share": 2, "legal": 1, "other": 1}
        assert dict(tables["Dropped as"]) == {k: str(n * v) for k, v in counts.items()}


def test_lines_dropped_in_another_language_are_counted():
    lines = [("tr", 0.9), ("tr", 0.5), ("en", 0.9), (None, 0.0)]
    predictions = tuple(
        Prediction(Line(f"line {i}"), Label.BOILERPLATE, 0.1, "why", None, language, sure)
        for i, (language, sure) in enumerate(lines)
    )
    page = CleanPage(Page(tuple(p.line for p in predictions)), predictions, "en")
    for pages in ([("p", page)], [("p", page), ("q", page)]):
        facts = {
            row.css_first("dt").text(): row.css_first("dd").text()
            for row in parsed(html_report(pages)).css_first("section").css("dl div")
        }
        n = len(pages)
        assert facts["dropped in another language"] == ("1 line" if n == 1 else "2 lines")


@pytest.mark.parametrize("lines", [(), (("", 0.0), (" ", 0.0))])
def test_a_page_without_text_says_so(lines: tuple[tuple[str, float], ...]):
    page = clean_page(*lines)
    assert parsed(html_report([("p", page)])).css_first(".nothing")
    assert explain_text(page) == "0 of 0 lines kept\n"


def test_no_pages_make_an_empty_report():
    assert "0 pages" in html_report([])


def test_the_summary_counts_only_lines_that_show_something():
    page = clean_page(("a", 0.9), ("", 0.0), ("b", 0.1), url="https://www.a.test/", language="hi")
    assert summary(page) == "a.test · hi · 1 of 2 lines kept"


@pytest.mark.parametrize("color", [False, True])
def test_an_explanation_shows_markup_of_terminals_as_text(color: bool):
    page = clean_page(("[red]a[/red] :smile: \x1b[31mb", 0.9), ("[/]", 0.1))
    shown = explain_text(page, 90, "p", color)
    assert "[red]a[/red] :smile: ␛[31mb" in shown
    assert "[/]" in shown


@pytest.mark.parametrize("width", [1, 20, 71, 72, 200])
def test_an_explanation_fits_terminals_of_any_width(width: int):
    page = clean_page((LINES["zh"] * 9, 0.9), (LINES["th"], 0.1))
    assert explain_text(page, width, "p", color=True)


def test_a_plain_explanation_has_a_line_for_each_line_however_long():
    page = clean_page(("long " * 200, 0.9), ("x\ty\u2028z", 0.1))
    _, first, second = explain_text(page, 40).splitlines()
    assert first.startswith("+ 0.90  long")
    assert second == "- 0.10  x y z  (because 0.1)"


@given(st.text(ANY_CHARACTER, max_size=80))
def test_visible_text_is_one_line_without_controls_that_every_encoding_can_hold(text: str):
    shown = visible(text)
    assert len(shown) == len(text)
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)


@given(st.lists(st.tuples(st.text(ANY_CHARACTER), st.floats(0, 1)), max_size=6))
def test_any_page_makes_a_well_formed_report(lines: list[tuple[str, float]]):
    report = html_report([("p", clean_page(*lines))])
    report.encode()
    balance = _Balance()
    balance.feed(report)
    assert not balance.open


class _Balance(HTMLParser):
    """Which tags are left open."""

    VOID = frozenset({"meta", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
