"""The HTML report: complete, safe, self-contained and well-formed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from boilerplate.explain.batch_report import html_report
from boilerplate.explain.page_report import LIMITS
from boilerplate.page import Element, Label, Line, Markup, Metadata, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage
from tests.explain.pages import ANY_CHARACTER, LINES, clean_page

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></article><h1>out</h1>",
    "<!-- -->&lt;b&gt;",
    "$title ${style} $$ {0} %s",
]


def parsed(report: str) -> LexborHTMLParser:
    return LexborHTMLParser(report)


@pytest.mark.parametrize("language", LINES)
def test_kept_and_dropped_lines_of_every_script_are_shown(language: str):
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
def test_each_line_has_automatic_direction(language: str):
    page = clean_page((LINES[language], 0.9), (LINES[language], 0.1))
    tree = parsed(html_report([("p", page)]))
    assert tree.css_first(".kept p").attributes["dir"] == "auto"
    assert tree.css_first(".dropped li span").attributes["dir"] == "auto"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_page_never_becomes_markup(text: str):
    page = clean_page((text, 0.9), (text, 0.1), metadata=Metadata(title=text), language=text)
    predictions = tuple(Prediction(p.line, p.label, p.probability, text) for p in page.predictions)
    tree = parsed(html_report([(text, CleanPage(page.page, predictions, text))]))
    assert not tree.css("script, img")
    assert len(tree.css("h1")) == len(tree.css("title")) - len(tree.css("svg title")) == 1
    assert tree.css_first("h1").text() == text
    assert tree.css_first(".kept p").text() == text
    assert tree.css_first(".dropped li small").text() == text
    assert not parsed(html_report([(text, page), (text, page)])).css("script, img")


def test_report_loads_nothing_and_has_no_script():
    page = clean_page(("words", 0.9), url="https://news.test/a")
    report = html_report([("p", page)])
    policy = parsed(report).css_first("meta[http-equiv=Content-Security-Policy]")
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"\bsrc=|@import|url\(|<link|<script|\bon\w+=", report)


@pytest.mark.parametrize("url", ["javascript:alert(1)//h.test/", "data://h.test/x", "file://h/x"])
def test_only_http_urls_become_links(url: str):
    assert 'href="#' in html_report([("p", clean_page(("a", 0.9), url=url))])
    assert url not in html_report([("p", clean_page(("a", 0.9), url=url))])


def test_strip_has_one_linked_bar_for_each_line():
    page = clean_page(("a" * 400, 0.9), ("b", 0.0), ("", 0.0), ("c" * 9, 1.0))
    tree = parsed(html_report([("p", page)]))
    targets = [a.attributes["href"][1:] for a in tree.css("svg a")]
    assert targets == ["p1-1", "p1-2", "p1-4"]
    assert all(tree.css_first(f"#{target}") for target in targets)
    bars = [rect.attributes for rect in tree.css("rect")]
    assert float(bars[-1]["x"]) + float(bars[-1]["width"]) == pytest.approx(1000, abs=0.2)
    assert all(float(b["y"]) >= 0 and float(b["height"]) > 0 for b in bars)


def widths(node: LexborNode) -> list[float]:
    """The widths of the bars in a part of a report, in percent."""
    bars = node.css(".share i, .strip i")
    return [float(bar.attributes["style"].removeprefix("width:").rstrip("%")) for bar in bars]


def test_bars_show_what_the_numbers_beside_them_count():
    page = clean_page(("한 줄" * 30, 0.9), ("메뉴", 0.1), ("광고", 0.2), ("구독", 0.3))
    tree = parsed(html_report([("p", page)]))
    facts = {row.css_first("dt").text(): row.css_first("dd") for row in tree.css("dl div")}
    assert facts["lines kept"].text() == "1 of 4"
    assert widths(facts["lines kept"]) == [25.0]
    assert facts["characters kept"].text() == "94%"
    assert widths(facts["characters kept"]) == [pytest.approx(94, abs=0.5)]
    listed = parsed(html_report([("p", page), ("q", page)])).css("nav li .count")
    assert [(item.text(), widths(item)) for item in listed] == [("1 of 4 lines kept", [25.0])] * 2
    for table in tree.css(".tallies table"):
        counts = [int(row.css("td")[1].text()) for row in table.css("tr")]
        assert widths(table) == [pytest.approx(100 * n / max(counts), abs=0.1) for n in counts]


def test_headings_of_many_pages_stand_below_the_one_of_the_report():
    page = clean_page((LINES["hi"], 0.9))
    for pages, expected in (([("p", page)], "1 2 2"), ([("p", page)] * 2, "1 2 2 3 3 2 3 3")):
        tree = parsed(html_report(pages))
        levels = [node.tag[1] for node in tree.css("h1, h2, h3, h4")]
        assert " ".join(levels) == expected


def test_long_runs_of_dropped_lines_are_folded():
    short = [("x", 0.1)] * LIMITS.max_open_run
    long = [("y", 0.1)] * (LIMITS.max_open_run + 1)
    tree = parsed(html_report([("p", clean_page(*short, ("kept", 0.9), *long))]))
    assert ["open" in run.attributes for run in tree.css("details")] == [True, False]


def test_kept_lines_are_styled_by_their_element():
    elements = (
        Element("body", (), -1), Element("h1", (), 0), Element("ul", (), 0),
        Element("li", (), 2), Element("a", (), 3), Element("p", (), 0),
    )  # fmt: skip
    lines = tuple(Line(f"in {i}", Markup(i)) for i in (1, 4, 5))
    predictions = tuple(Prediction(line, Label.CONTENT, 0.9, "why") for line in lines)
    page = CleanPage(Page(lines, "html", elements=elements), predictions)
    styles = [n.attributes["class"] for n in parsed(html_report([("p", page)])).css(".kept")]
    assert styles == ["kept title", "kept item", "kept plain"]


def test_only_several_pages_have_a_summary():
    page = clean_page(("words", 0.9))
    assert not parsed(html_report([("a", page)])).css("#batch")
    tree = parsed(html_report([("a.html", page), ("b.html", page)]))
    assert [a.attributes["href"] for a in tree.css("nav a")] == ["#p1", "#p2"]
    assert [n.text() for n in tree.css("nav .name")] == ["a.html", "b.html"]
    identifiers = [n.attributes["id"] for n in tree.css("[id]")]
    assert len(identifiers) == len(set(identifiers))


def test_dropped_lines_are_counted_by_decider_and_role():
    roles = {
        "plugin:courier": "share",
        "site_model": "share",
        "threshold": "legal",
        "roles": "caption",
        "model": None,
    }
    lines = [
        Prediction(Line(f"line {i}"), Label.BOILERPLATE, 0.1, "why", role, decided_by=decider)
        for i, (decider, role) in enumerate(roles.items())
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
        who = ["model", "site model", "threshold", "roles", "plugin:courier"]
        assert tables["Dropped by, in lines"] == [(name, str(n)) for name in who]
        counts = {"share": 2, "caption": 1, "legal": 1, "other": 1}
        assert dict(tables["Dropped as, in lines"]) == {k: str(n * v) for k, v in counts.items()}


def test_kept_lines_show_their_roles_and_are_counted():
    roles = ["headline", "body", None, "caption"]  # without a role, a kept line counts as body
    predictions = tuple(
        Prediction(Line(f"সারি {i}"), Label.CONTENT, 0.9, "why", role)
        for i, role in enumerate(roles)
    )
    page = CleanPage(Page(tuple(p.line for p in predictions)), predictions)
    for pages in ([("p", page)], [("p", page), ("q", page)]):
        tree = parsed(html_report(pages))
        [table] = tree.css_first("section").css(".tallies .found")
        assert table.css_first("caption").text() == "Kept as, in lines"
        counts = {row.css_first("th").text(): row.css("td")[1].text() for row in table.css("tr")}
        n = len(pages)
        assert counts == {"body": f"{2 * n}", "caption": f"{n}", "headline": f"{n}"}
        assert [label.text() for label in tree.css(".scraped .role")] == [*filter(None, roles)] * n
        assert [n.attributes["class"] for n in tree.css(".kept")][:2] == [
            "kept title",
            "kept plain",
        ]


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
def test_page_without_text_says_so(lines: tuple[tuple[str, float], ...]):
    page = clean_page(*lines)
    assert parsed(html_report([("p", page)])).css_first(".nothing")


def test_report_on_no_pages():
    assert "0 pages" in html_report([])


@given(st.lists(st.tuples(st.text(ANY_CHARACTER), st.floats(0, 1)), max_size=6))
def test_any_page_makes_a_well_formed_report(lines: list[tuple[str, float]]):
    report = html_report([("p", clean_page(*lines))])
    report.encode()
    balance = _Balance()
    balance.feed(report)
    assert not balance.open


class _Balance(HTMLParser):
    """Collects the tags that are left open."""

    VOID = frozenset({"meta", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
