"""Bytes and strings to a Page: encoding, kind, and the splitting of HTML into lines.

The line splitter decides much of the accuracy: what it merges no classifier can part again.
A line is a run of inline content between two block boundaries or ``<br>``; loose text between
the children of a container is a line of its own, and so is each table cell. Nothing recurses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import turbohtml

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_html import (
    EMPHASIS_TAGS,
    INLINE_TAGS,
    SKIPPED_TAGS,
    SPACED_TAGS,
    _is_hidden_style,
    _Splitter,
)
from boilerplate.page import Element, Line, Markup, Page, Selector
from boilerplate.reading.limits import readable
from boilerplate.reading.metadata import _metadata

# Asked with the parsed document, answers with the nodes that each selector chose.
Select = Callable[[Any], Mapping[Selector, Iterable[Any]]]


def html_page(markup: str, url: str | None = None, select: Select | None = None) -> Page:
    """A Page from HTML: one Line a block of inline content, with its markup.

    An element without text is not among the page's, and so never among its selected ones.

    >>> page = html_page("<nav><a>Home</a></nav><p>One<br>two <b>three</b>")
    >>> [line.text for line in page.lines]
    ['Home', 'One', 'two three']
    """
    markup, unread = readable(markup)
    # Who selects needs the parsed document.
    if select is None and (parts := _compiled_split(markup)):
        lines, elements, head, behind = parts
        unread += behind
        return Page(lines, "html", url, elements, _metadata(head), unread=unread)
    document = turbohtml.parse(markup, positions=False)
    chosen = select(document) if select else {}
    splitter = _Splitter(chosen=_by_node(chosen), selected={selector: [] for selector in chosen})
    splitter.walk(document.children)
    return Page(
        tuple(splitter.lines),
        "html",
        url,
        tuple(splitter.elements),
        _metadata(splitter.head),
        {selector: frozenset(indices) for selector, indices in splitter.selected.items()},
        unread + splitter.unread,
    )


# What the head claims is the third, how many characters are left unread the last.
_Parts = tuple[tuple[Line, ...], tuple[Element, ...], dict[str, list[str]], int]


def _compiled_split(markup: str) -> _Parts | None:
    """What ``_Splitter`` makes of a page, where the compiled part is there and can.

    It reads what the parser writes of the document that it has built, which is well formed.
    """
    if acceleration.native is None:
        return None
    written = turbohtml.parse(markup, positions=False).html
    return acceleration.native.split(written, _tag_kinds(), Line, Markup, Element, _is_hidden_style)


@cache
def _tag_kinds() -> dict[str, int]:
    """What each tag is, a bit for each set of tags; in the order that the compiled part knows."""
    kinds = (INLINE_TAGS, SKIPPED_TAGS, EMPHASIS_TAGS, SPACED_TAGS)
    return {
        tag: sum(1 << bit for bit, tags in enumerate(kinds) if tag in tags)
        for tag in frozenset().union(*kinds)
    }


def _by_node(chosen: Mapping[Selector, Iterable[Any]]) -> dict[Any, list[Selector]]:
    by_node: dict[Any, list[Selector]] = {}
    for selector, nodes in chosen.items():
        for node in nodes:
            by_node.setdefault(node, []).append(selector)
    return by_node
