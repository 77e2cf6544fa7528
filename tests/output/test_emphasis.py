"""Emphasis in Markdown, whatever the script."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from boilerplate.output.kept_tree import kept_tree
from boilerplate.output.render import markdown_of
from boilerplate.reading.html import html_page

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = st.lists(
    st.sampled_from(
        ["<b>", "</b>", "<i>", "</i>", "<em>", "</em>", "<s>", "</s>", "<a href=/x>", "</a>", "<p>",
         "<br>", "<code>", "</code>", " ", " ", "語", "「", "」", "é", "a", "!", "।", "*", "_", "~",
         "`", "[", "1.", "#", "-", "|", "€", "\u00a0", "\\", "&lt;", "\ufdd2", "\ufdd5"]
    ),
    max_size=16,
)  # fmt: skip


def markdown(markup: str) -> str:
    page = html_page(markup)
    return markdown_of(kept_tree(page, [True] * len(page.lines), ["body"] * len(page.lines)))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<b>Ocakbaşı:</b> tek", "**Ocakbaşı:** tek"),
        ("डालें: <em>अगर।</em> फिर", "डालें: *अगर।* फिर"),
        ("日本<b>語</b>です", "日本**語**です"),
        ("a <strong>«б»</strong>, c", "a **«б»**, c"),
        ("<del>é a</del> x", "~~é a~~ x"),
        ("x<b> é </b>y", "x **é** y"),
        ("<b>é</b><strong>ü</strong>", "**éü**"),
        ("<b>x<b>é</b></b>", "**xé**"),
        ("<b><i>é</i></b> x", "***é*** x"),
        ("<b>é <i>ü</i> x</b>", "**é *ü* x**"),
        ("<a href=/x><b>é</b></a>", "[**é**](/x)"),
        ("<code>a <b>é</b></code>", "`a é`"),
    ],
)
def test_emphasis_has_signs_in_all_scripts(markup: str, expected: str) -> None:
    assert markdown(f"<p>{markup}") == f"{expected}\n"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("日本<b>「語」</b>です", "日本<strong>「語」</strong>です"),
        ("<b>é.</b>a", "<strong>é.</strong>a"),
        ("<b>é</b><i>ü</i>", "<strong>é</strong><em>ü</em>"),
        ("é<b><i>é</i></b>", "é<strong><em>é</em></strong>"),
    ],
)
def test_where_signs_would_not_be_read_as_emphasis_are_tags(markup: str, expected: str) -> None:
    assert markdown(f"<p>{markup}") == f"{expected}\n"


@given(PIECES)
def test_emphasis_never_changes_the_text(pieces: list[str]) -> None:
    page = html_page("<p>" + "".join(pieces))
    wanted = "".join("".join(line.text for line in page.lines).split())
    shown = turbohtml.parse(MARKDOWN.render(markdown("<p>" + "".join(pieces)))).text
    assert "".join(shown.split()) == wanted
