"""From an HTML page to a Page: its lines with their markup, its elements and its metadata."""

from __future__ import annotations

from boilerplate import kernels
from boilerplate.kernels.plain_html import Select, split_and_select
from boilerplate.page import Page, Selector
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
        parts = kernels.split_html(markup)
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
