"""Text of a page never changes the markup of a report, in whichever field it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boilerplate import SiteModel
from boilerplate.explain.batch_report import html_report
from boilerplate.explain.site_report import site_report
from boilerplate.model.model import Model
from boilerplate.page import Element, Label, Line, Markup, Metadata, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage
from tests import made_up_site as site

TEMPLATES = ("report.html", "site.html", "label.html")
STYLES = ("report.css", "site.css", "label.css")
HARMLESS = "words"
ATTACKS = (
    "<script>alert(1)</script>",
    "</script><svg onload=alert(1)>",
    "'\"><img src=x onerror=alert(1)>",
    "x' onmouseover='alert(1)",
    '" style="background:url(//evil.example)" autofocus onfocus="alert(1)',
    "</title></style></textarea></noscript><iframe srcdoc=x>",
    "--><!--><link rel=stylesheet href=//evil.example>",
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "<base href=//evil.example>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt; &#60;script&#62; &quot;",
    "$style ${title} $$ %s {0}",
    "<\0script>",
    "\u202e<script>\u2066",
    "＜script＞ <ſcript> ‹script›",
)
hostile = st.sampled_from(ATTACKS) | st.text(st.characters(exclude_categories=()), min_size=1)


class Structure(HTMLParser):
    """The tags and attributes of a report, and the values of those that load or link."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[tuple[str, str, str]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, tuple(name for name, _ in attrs)))
        self.links += [
            (tag, name, value or "") for name, value in attrs if name in ("href", "src", "style")
        ]

    def handle_comment(self, data: str) -> None:
        self.parts.append(("a comment", ()))

    def handle_decl(self, decl: str) -> None:
        self.parts.append(("a declaration", ()))


def report_of(text: str, url: str | None = None) -> str:
    """The report of a page that has the same text in every field."""
    elements = (Element(text, (text,), -1), Element("a", (text, text), 0))
    lines = (Line(text, Markup(0)), Line(text, Markup(1)), Line(f"{text} again", None))
    labels = (Label.CONTENT, Label.BOILERPLATE, Label.BOILERPLATE)
    predictions = tuple(
        Prediction(line, label, 0.4, reason=text, role=text, language=text)
        for line, label in zip(lines, labels, strict=True)
    )
    page = Page(
        lines, "html", url=url, elements=elements, metadata=Metadata(title=text, headline=text)
    )
    cleaned = CleanPage(page, predictions, language=text)
    return html_report([(text, cleaned), (text, cleaned)])


@given(hostile)
@example("</article></section>")
def test_page_text_adds_no_tags_to_a_report(text: str) -> None:
    expected, found = Structure(report_of(HARMLESS)), Structure(report_of(f"{HARMLESS} {text}"))
    assert found.parts == expected.parts
    assert [(tag, name) for tag, name, _ in found.links] == [
        (tag, name) for tag, name, _ in expected.links
    ]
    assert all(stays_on_page(*each) for each in found.links)


def stays_on_page(tag: str, name: str, value: str) -> bool:
    """Whether an attribute is a link within the page, or the width of a bar."""
    if name == "href":
        return tag == "a" and re.fullmatch(r"#[\w-]+", value) is not None
    return name == "style" and re.fullmatch(r"width:[\d.]+%", value) is not None


@given(hostile)
def test_only_http_urls_become_links(text: str) -> None:
    for url in (f"https://a.example/{text}", text):
        links = Structure(report_of(HARMLESS, url)).links
        away = [value for _, name, value in links if name == "href" and value[:1] != "#"]
        assert all(value.lower().startswith(("https://", "http://")) for value in away)
        assert not any(name == "src" for _, name, _ in links)


@pytest.mark.parametrize("text", ATTACKS)
def test_page_text_adds_no_tags_to_a_site_report(text: str, model: Model) -> None:
    def parts(word: str) -> list[tuple[str, tuple[str, ...]]]:
        pages = [site.text(i, more=[f"{word} on every page"]) for i in range(4)]
        known = SiteModel(None, model).fit(pages)
        known.site = word
        found = Structure(
            site_report(known, [(f"{word} {i}", page) for i, page in enumerate(pages)])
        )
        assert all(stays_on_page(*each) for each in found.links)
        return found.parts

    assert parts(text) == parts(HARMLESS)


@pytest.mark.parametrize("made", [lambda: report_of(HARMLESS), lambda: html_report([])])
def test_content_security_policy_comes_first_and_allows_only_styles(
    made: Callable[[], str],
) -> None:
    report = made()
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', report)
    assert policy
    assert policy[1].split("; ") == [
        "default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    before = report[: policy.start()]
    assert set(re.findall(r"<(\w+)", before)) == {"html", "head", "meta"}


@pytest.mark.parametrize("name", [*TEMPLATES, *STYLES])
def test_shipped_templates_and_styles_load_nothing(name: str) -> None:
    text = (files("boilerplate") / "data" / name).read_text("utf-8")
    assert "//" not in text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"@import|url\(|@font-face", text)
    assert not re.search(r"\son\w+\s*=|<script(?![^>]*\ssrc=)", text)
