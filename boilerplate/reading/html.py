"""From an HTML page to a Page: its lines with their markup, its elements and its metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from boilerplate import kernels
from boilerplate.kernels.plain_html import split_and_select
from boilerplate.page import Page, Selector, tags_of, texts_of
from boilerplate.reading.document import parsed, rewrite
from boilerplate.reading.limits import readable
from boilerplate.reading.metadata import head_of, metadata_of
from boilerplate.reading.repairs import CODE_TAGS, shows_tags, with_shown_tags
from boilerplate.reading.stored import with_stored
from boilerplate.reading.tidy import tidied
from boilerplate.reading.urls import claimed_url, language_of_version

# Gets the parsed document, returns the nodes that each selector chose.
Select = Callable[[Any], Mapping[Selector, Iterable[Any]]]
# Gets the URL of a page, returns what selects in it; None if nothing does.
SelectFor = Callable[[str | None], Select | None]
# Gets the parsed document and the URL of a page, see ``Source``.
Look = Callable[[Any, str | None], object]


def html_page(
    markup: str,
    url: str | None = None,
    select: Select | None = None,
    select_for: SelectFor | None = None,
    look: Look | None = None,
) -> Page:
    """A Page from HTML, one Line for each run of inline content, with its markup.

    ``url`` None takes the one that the page's head claims. ``select`` chooses the elements that
    are noted in ``Page.selected``; an element without text is never among them. ``select_for``
    gives one for the page's URL, once that is known. ``look`` gives ``Page.claims``.

    >>> page = html_page("<nav><a>Home</a></nav><p>One<br>two <b>three</b>")
    >>> [line.text for line in page.lines]
    ['Home', 'One', 'two three']
    """
    markup, unread = readable(markup)
    choose = select_for or (lambda _: select)
    page, shows = _page(markup, unread, url, choose, look)
    if shows and not tags_of(page.elements) & CODE_TAGS:
        page, _ = _page(with_shown_tags(markup), unread, page.url, choose, look)
    return page


def _page(
    markup: str, unread: int, url: str | None, select_for: SelectFor, look: Look | None
) -> tuple[Page, bool]:
    """The page, and whether it shows tags as text."""
    document = parsed(markup)
    head = head_of(document)
    metadata, body = metadata_of(head)
    url = url or claimed_url(document, head)
    if version := language_of_version(document, url):
        metadata = replace(metadata, languages=(*metadata.languages, version))
    claims = look(document, url) if look else None
    select = select_for(url)
    # Selectors are about the page as its site wrote it.
    chosen = {key: list(nodes) for key, nodes in select(document).items()} if select else {}
    scripts = document.select("script:not([src])") if document.find("script") is not None else []
    rewrite(document)
    selected: dict[Selector, frozenset[int]] = {}
    if select is None:
        parts = kernels.split_html(document)
    else:  # the compiled splitter has no document in which nodes can be chosen
        parts, selected = split_and_select(document, chosen)
    text = "\n".join(texts_of(parts.lines))
    lines = tidied(parts.lines, parts.elements, text)
    lines, elements = with_stored(scripts, body, lines, parts.elements)
    unread += parts.unread
    page = Page(lines, "html", url, elements, metadata, selected, unread, markup, claims)
    return page, shows_tags(text)
