"""From an HTML page to a Page: its lines with their markup, its elements and its metadata."""

from __future__ import annotations

from functools import cache

import turbohtml

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_html import (
    EMPHASIS_TAGS,
    INLINE_TAGS,
    SKIPPED_TAGS,
    SPACED_TAGS,
    HtmlParts,
    Select,
    is_hidden_style,
    split_and_select,
    split_html,
)
from boilerplate.page import Element, Line, Markup, Page, Selector
from boilerplate.reading.limits import readable
from boilerplate.reading.metadata import metadata_of


def html_page(markup: str, url: str | None = None, select: Select | None = None) -> Page:
    """A Page from HTML, one Line for each run of inline content, with its markup.

    ``select`` chooses the elements that are noted in ``Page.selected``; an element without text
    is never among them.

    >>> page = html_page("<nav><a>Home</a></nav><p>One<br>two <b>three</b>")
    >>> [line.text for line in page.lines]
    ['Home', 'One', 'two three']
    """
    markup, unread = readable(markup)
    selected: dict[Selector, frozenset[int]] = {}
    if select is None:
        parts = compiled_split_html(markup) or split_html(markup)
    else:  # the compiled splitter has no document in which nodes can be chosen
        parts, selected = split_and_select(markup, select)
    return Page(
        parts.lines,
        "html",
        url,
        parts.elements,
        metadata_of(parts.head),
        selected,
        unread + parts.unread,
    )


def compiled_split_html(markup: str) -> HtmlParts | None:
    """``split_html`` in C; None without it, or for the rare page that it leaves to the twin.

    It reads what the parser writes of the parsed document, because that is well formed.
    """
    if acceleration.native is None:
        return None
    written = turbohtml.parse(markup, positions=False).html
    parts = acceleration.native.split(written, tag_flags(), Line, Markup, Element, is_hidden_style)
    return None if parts is None else HtmlParts(*parts)


@cache
def tag_flags() -> dict[str, int]:
    """For each tag, which sets it is in: one bit for each set, in the order that C expects."""
    sets = (INLINE_TAGS, SKIPPED_TAGS, EMPHASIS_TAGS, SPACED_TAGS)
    return {
        tag: sum(1 << bit for bit, tags in enumerate(sets) if tag in tags)
        for tag in frozenset().union(*sets)
    }
