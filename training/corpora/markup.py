"""Text lines and URLs of parsed HTML."""

from __future__ import annotations

import re
from typing import Final

import turbohtml

from training.corpora.text import squeezed

_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd",
    "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre",
    "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul",
})  # fmt: skip
_BREAKS: Final = frozenset({"br", "hr"})
_INVISIBLE: Final = frozenset({
    "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script",
    "style", "svg", "template",
})  # fmt: skip


def block_lines(node: turbohtml.Node, leave_out: str = "") -> list[str]:
    """The visible text under a node: a line for each block, table cell and part between ``<br>``.

    Elements with an attribute named ``leave_out`` are skipped, but not the node itself.

    >>> block_lines(turbohtml.parse("<p>Ein <b>Satz</b><br>両端<script>x</script>"))
    ['Ein Satz', '両端']
    """
    lines: list[str] = []
    pieces: list[str] = []

    def end_line() -> None:
        if line := squeezed("".join(pieces)):
            lines.append(line)
        pieces.clear()

    stack: list[turbohtml.Node | None] = [node]
    while stack:
        here = stack.pop()
        if here is None:
            end_line()
        elif isinstance(here, turbohtml.Text):
            pieces.append(here.data)
        elif not isinstance(here, turbohtml.Element):
            stack.extend(reversed(list(here.children)))
        elif here.tag in _BREAKS:
            end_line()
        elif here.tag not in _INVISIBLE and (
            not leave_out or here is node or leave_out not in here.attrs
        ):
            if here.tag in _BLOCKS:
                end_line()
                stack.append(None)
            stack.extend(reversed(list(here.children)))
    end_line()
    return lines


def own_url(document: turbohtml.Document) -> str | None:
    """The absolute URL in a page's canonical link, else in ``og:url``; None if there is none."""
    for query, attribute in (
        ('link[rel~="canonical"]', "href"),
        ('meta[property="og:url"]', "content"),
    ):
        for element in document.select(query):
            url = str(element.attrs.get(attribute) or "").strip()
            if re.match(r"https?://[^/\s]+\.", url):
                return url
    return None
