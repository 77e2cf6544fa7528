"""From the bytes or the text of a page to a Page, whether it is HTML or bare text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from boilerplate.page import Kind, Page, text_page
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import Select, SelectFor, html_page
from boilerplate.reading.limits import has_few_lines, readable_lines
from boilerplate.reading.magic import NotAPageError, no_page, no_prose
from boilerplate.reading.source import source_of

# How HTML is told from bare text: one of these at the start, any tag at the start, or three tags.
_HTML_START = re.compile(r"[\s\ufeff]*<(?:!doctype\s+html|html|head|body|\?xml|!--)", re.I)
_HTML_TAG = re.compile(
    r"</?(?:a|article|b|body|br|div|em|figure|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|"
    r"input|li|link|main|meta|nav|ol|p|pre|script|section|span|strong|style|table|tbody|td|th|"
    r"title|tr|ul)(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
_MIN_TAGS: Final = 3
# What ends a line of bare text beside "\n" and "\r\n": where Unicode has a mandatory break
# (UAX #14, classes BK, CR and NL). Text taken out of PDFs has form feeds between pages.
_LINE_ENDS: Final = (
    "\r", "\v", "\f", "\x85", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}",
)  # fmt: skip
_NO_LINE_ENDS: Final = "\x1c\x1d\x1e"  # of text, though ``str.splitlines`` cuts there
KIND_SNIFF_LENGTH: Final = 100_000  # characters in which tags are looked for


def read(
    source: Any,
    url: Any = None,
    kind: Kind | None = None,
    charset: str | None = None,
    select: Select | None = None,
    select_for: SelectFor | None = None,
) -> Page:
    """A Page from HTML or bare text; with ``kind`` None they are told apart by content.

    ``source`` is str or bytes, or anything else that ``boilerplate.clean`` takes. ``url`` None is
    the URL that a response has, or else the one that the head of the page claims (canonical link,
    ``og:url``). ``charset`` is the encoding that the HTTP headers declare; it is used for bytes
    only. ``select`` chooses the elements that are noted in ``Page.selected``; ``select_for``
    gives one for the page's URL, once that is known.

    Raises TypeError and ValueError for arguments as ``source_of`` does, and NotAPageError, a
    ValueError, for bytes that are no page: an image, a PDF, an archive, a program; also JSON or
    a script, unless ``kind`` is given. Never for anything else that a page contains.

    >>> page = read("<link rel=canonical href=https://gazete.example/1><p>Vapur kalktı.")
    >>> page.url, [line.text for line in page.lines]
    ('https://gazete.example/1', ['Vapur kalktı.'])
    """
    given = source_of(source, url, kind, charset)
    data = given.data
    if isinstance(data, bytes) and (what := no_page(data)):
        raise NotAPageError(what)
    text = decode(data, given.charset) if isinstance(data, bytes) else data
    if (given.kind or kind_of(text)) == "html":
        return html_page(text, given.url, select, select_for, given.look)
    if isinstance(data, bytes) and not given.kind and (what := no_prose(text)):
        raise NotAPageError(what)
    return read_text(text, given.url)


def kind_of(text: str) -> Kind:
    """Whether a page is HTML, or text without tags, judged by its first 100,000 characters.

    >>> kind_of("<!DOCTYPE html><p>x"), kind_of("if a<b and c>d: print"), kind_of("")
    ('html', 'text', 'text')
    """
    head = text[:KIND_SNIFF_LENGTH]
    if _HTML_START.match(head):
        return "html"
    tags = [match.start() for match in islice(_HTML_TAG.finditer(head), _MIN_TAGS)]
    starts_with_tag = bool(tags) and not head[: tags[0]].strip("\ufeff \t\r\n")
    return "html" if starts_with_tag or len(tags) == _MIN_TAGS else "text"


def read_text(text: str, url: str | None = None) -> Page:
    r"""A Page of the lines as they are, blank ones included.

    >>> [line.text for line in read_text("a\r\n\n b\u2028c\n").lines]
    ['a', '', ' b', 'c']
    """
    if has_few_lines(text) and not any(sign in text for sign in _NO_LINE_ENDS):
        return text_page(text.splitlines(), url)  # the same, and quicker
    text = text.replace("\r\n", "\n")
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    text, unread = readable_lines(text)
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    page = text_page(lines, url)
    return replace(page, unread=unread) if unread else page
