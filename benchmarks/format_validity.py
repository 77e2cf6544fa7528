"""Whether Markdown and HTML are what they promise, as other parsers see them.

The text of both is that of the kept lines. html5lib, which builds trees as browsers do, finds the
elements that were written, and nh3, a sanitizer in Rust, changes none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any, Final

import html5lib
import nh3
import turbohtml

from benchmarks.format_structures import (
    MARKDOWN,
    markdown_to_html,
    tables_of_html,
    tables_of_markdown,
)
from boilerplate.cleaner import Cleaner
from boilerplate.output.kept_tree import TAGS
from boilerplate.reading.encoding import decode
from boilerplate.result import CleanPage
from training.corpora import GoldPage

_VOID: Final = frozenset({"br", "img"})
_ADDRESSES: Final = frozenset({"href", "src"})
_SCHEMES: Final = ("http:", "https:", "mailto:")
_ATTRIBUTES: Final = frozenset(
    "lang dir href title src alt start colspan rowspan scope class".split()
)
_QUOTES: Final = str.maketrans("", "", "\"'“”„«»‘’‹›「」『』")
Event = tuple[str, ...]  # a start tag with its attributes, an end tag, or a text


def check(cleaner: Cleaner, golds: Sequence[GoldPage]) -> dict[str, Any]:
    """How many pages break each of the promises; ``examples`` names some of them."""
    faults: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    tables: Counter[str] = Counter()
    for gold in golds:
        page = cleaner.clean(decode(gold.html), gold.url)
        markdown, html = page.to_markdown(), page.to_html()
        for fault in faults_of(page, markdown, html):
            faults[fault] += 1
            examples.setdefault(fault, []).append(f"{gold.corpus}/{gold.id}")
        for name, found in (
            ("markdown", tables_of_markdown(markdown)),
            ("html", tables_of_html(html)),
        ):
            tables[f"{name}_tables"] += len(found)
            tables[f"valid_{name}_tables"] += sum(found)
    return {
        "pages": len(golds),
        "faults": {name: faults[name] for name in FAULTS},
        "examples": {name: some[:5] for name, some in examples.items()},
        **tables,
    }


FAULTS: Final = (
    "text of Markdown", "text of HTML", "tags in Markdown", "html5lib sees another tree",
    "nh3 changes it", "active content",
)  # fmt: skip


def faults_of(page: CleanPage, markdown: str, html: str) -> Iterator[str]:
    """The promises that the formats of a page break, of FAULTS."""
    wanted = squeezed("".join(line.text for line in page.kept))
    rendered = squeezed(turbohtml.parse(markdown_to_html(markdown)).text)
    if rendered != wanted and not ("<q>" in html and _unquoted(rendered) == _unquoted(wanted)):
        yield "text of Markdown"
    written = events_of(html)
    if any(
        token.type == "html_block"
        or any(inner.type == "html_inline" for inner in token.children or ())
        for token in MARKDOWN.parse(markdown)
    ):
        yield "tags in Markdown"
    if squeezed("".join(event[1] for event in written if event[0] == "text")) != wanted:
        yield "text of HTML"
    if written != list(events_of_tree(html)):
        yield "html5lib sees another tree"
    cleaned = nh3.clean(
        html, tags=set(TAGS), attributes={tag: set(_ATTRIBUTES) for tag in TAGS}, link_rel=None
    )
    if [event[:2] for event in events_of(cleaned)] != [event[:2] for event in written]:
        yield "nh3 changes it"
    rendered_events = events_of(markdown_to_html(markdown))
    if any(map(is_active, written)) or any(
        map(is_active, (event for event in rendered_events if event[1] != "hr"))
    ):
        yield "active content"


def squeezed(text: str) -> str:
    """A text without blanks."""
    return "".join(text.split())


def _unquoted(text: str) -> str:
    return text.translate(_QUOTES)


class _Events(HTMLParser):
    """What is written, tag by tag: no tree is built, so nothing is mended."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(
            ("start", tag, *(f"{key}={value or ''}" for key, value in sorted(attrs)))
        )
        if tag in _VOID:
            self.events.append(("end", tag))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.events.append(("end", tag))

    def handle_data(self, data: str) -> None:
        if text := squeezed(data):
            self.events.append(("text", text))


def events_of(html: str) -> list[Event]:
    """The tags and texts of some HTML as they are written.

    >>> events_of("<p lang=hi>एक<br>दो")[:3]
    [('start', 'p', 'lang=hi'), ('text', 'एक'), ('start', 'br')]
    """
    parser = _Events()
    parser.feed(html)
    parser.close()
    return parser.events


def events_of_tree(html: str) -> Iterator[Event]:
    """The tags and texts of the tree that html5lib makes of some HTML."""
    stack: list[Any] = [html5lib.parseFragment(html, namespaceHTMLElements=False)]
    first = True
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            if node[1]:
                yield node
            continue
        if not first:
            attributes = sorted(node.attrib.items())
            yield ("start", node.tag, *(f"{key}={value}" for key, value in attributes))
        todo: list[Any] = [("text", squeezed(node.text or ""))]
        for child in node:
            todo += [child, ("text", squeezed(child.tail or ""))]
        if not first:
            todo.append(("end", node.tag))
        stack.extend(reversed(todo))
        first = False


def is_active(event: Event) -> bool:
    """Whether a start tag is one that runs, loads or styles something, or may not be there."""
    if event[0] != "start":
        return False
    named = dict(each.split("=", 1) for each in event[2:])
    return (
        event[1] not in TAGS
        or not _ATTRIBUTES.issuperset(named)
        or any(
            ":" in value.split("/")[0] and not value.lower().startswith(_SCHEMES)
            for key, value in named.items()
            if key in _ADDRESSES
        )
    )
