"""Markup that hides its own text: what a parser would read as one script, frame or select.

HTML's parser, as browsers have it, ends a ``script``, ``iframe`` or ``title`` at its end tag only,
and takes ``<script/>`` for a start tag. Pages written as XHTML, and pages with a mistake, would so
lose all that follows. Their authors saw them whole, in other parsers or in older browsers.
"""

from __future__ import annotations

import html
import re
from typing import Any, Final

_RAW_TAGS: Final = "script style iframe textarea title noembed select".split()
_RAW_START: Final = re.compile(rf"<({'|'.join(_RAW_TAGS)})\b[^<>]*>", re.IGNORECASE)
_RAW_END: Final = {tag: re.compile(rf"</{tag}\b", re.IGNORECASE) for tag in _RAW_TAGS}
# What never stands in a title, a frame or a list of options, and not at the start of a line of
# a script or a style sheet.
_BLOCK_TAG: Final = (
    r"</?(?:address|article|aside|blockquote|body|center|dd|div|dl|dt|fieldset|figure|footer|form|"
    r"h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|table|tbody|td|th|tr|ul)\b"
)
_BLOCK: Final = re.compile(_BLOCK_TAG, re.IGNORECASE)
_BLOCK_ON_LINE: Final = re.compile(rf"(?m)^[ \t]*(?={_BLOCK_TAG}|</head\b)", re.IGNORECASE)
_SWALLOWING: Final = (
    ("iframe", "iframe", "<"), ("script", "script[src]", "<"), ("title", "title", "</"),
    ("textarea", "textarea", "</"),
)  # fmt: skip
_NO_OPTION: Final = "address, article, center, div, form, h1, h2, h3, h4, p, table, ul"
_FRAMES: Final = re.compile(r"</?(?:frameset|frame|noframes)\b[^<>]*>", re.IGNORECASE)
# CDATA, and what it means something else in: scripts, styles and comments.
_CDATA_OR_RAW: Final = re.compile(r"<(?:(script|style)\b|!--|!\[CDATA\[)", re.IGNORECASE)
_XHTML: Final = ("<?xml", "XHTML", "xmlns")
_PROLOGUE: Final = 1000  # characters in which it stands


def repaired(markup: str, document: Any) -> str | None:
    """The markup with its text uncovered; None for a document that has swallowed nothing.

    ``document`` is what the parser made of the markup.
    """
    found = None
    if _is_swallowed(document):
        found = _with_ends(markup)
    if document.find("frameset") is not None and document.find("noframes") is not None:
        found = _FRAMES.sub("", found or markup)
    prologue = markup[:_PROLOGUE]
    if any(sign in prologue for sign in _XHTML) and "<![CDATA[" in markup:
        found = _with_cdata_text(found or markup)
    return found


def _is_swallowed(document: Any) -> bool:
    """Whether markup stands where none should."""
    select, find = document.select, document.find
    select("title")  # makes an index of tags, without which each find would walk through the tree
    for tag, selector, sign in _SWALLOWING:
        if find(tag) is not None:
            for node in select(selector):
                if sign in node.text:
                    return True
    if find("select") is not None:
        for node in select("select"):
            if node.select_one(_NO_OPTION):
                return True
    # An element that never ends is the last one.
    scripts = select("script")[-1:] if find("script") is not None else ()
    styles = select("style")[-1:] if find("style") is not None else ()
    return bool((scripts and "</body" in scripts[0].text) or (styles and "</" in styles[0].text))


def _with_ends(markup: str) -> str:
    """The markup with an end tag for each element that has none where it should."""
    pieces: list[str] = []
    at = inside = 0  # what has been copied; the end of the element that has been passed
    ends: dict[str, int] = {}  # where the next end tag of each stands, or after the markup
    for start in _RAW_START.finditer(markup):
        if start.start() < inside:
            continue
        tag, begin = start[1].lower(), start.end()
        if ends.get(tag, 0) < begin:
            end = _RAW_END[tag].search(markup, begin)
            ends[tag] = end.start() if end else len(markup)
        missing = _missing_end(tag, start[0].endswith("/>"), markup, begin, ends[tag])
        if missing is None:
            inside = ends[tag]
        else:
            inside = missing
            pieces += (markup[at:missing], f"</{tag}>")
            at = missing
    return "".join((*pieces, markup[at:]))


def _missing_end(tag: str, self_closed: bool, markup: str, begin: int, end: int) -> int | None:
    """Where the end tag should be of an element that begins here; None if it is right."""
    following = markup.find("<", begin)
    if self_closed:
        return None if following in (-1, end) else begin
    if tag == "select":
        block = _BLOCK.search(markup, begin, end)
        return block.start() if block else None
    if end < len(markup):
        return None
    block = (_BLOCK_ON_LINE if tag in ("script", "style") else _BLOCK).search(markup, begin)
    return block.start() if block else None


def _with_cdata_text(markup: str) -> str:
    """The markup with CDATA as text, but for that in scripts, styles and comments."""
    pieces: list[str] = []
    copied = at = 0
    endless: set[str] = set()  # what has begun and has no end any more
    while start := _CDATA_OR_RAW.search(markup, at):
        at = start.end()
        kind = (start[1] or start[0]).lower()
        if kind in endless:
            continue
        if start[1]:
            found = _RAW_END[kind].search(markup, at)
            end = found.start() if found else -1
        else:
            end = markup.find("-->" if kind == "<!--" else "]]>", at)
        if end < 0:
            endless.add(kind)
        elif kind == "<![cdata[":
            pieces += (markup[copied : start.start()], html.escape(markup[at:end], quote=False))
            copied = at = end + 3
        else:
            at = end
    return "".join((*pieces, markup[copied:]))


# Tags that were escaped once too often, as text of a page that has no code to show.
_ESCAPED_TAG: Final = re.compile(
    r"&lt;(/?)(p|br|div|ul|ol|li|h[1-6]|blockquote|b|i|em|strong|span|a)"
    r"(?:\s(?:(?!&[lg]t;)[^<>])*?)?\s*/?&gt;",
    re.IGNORECASE,
)
_SHOWN_TAG: Final = re.compile(
    r"</(?:p|div|li|h[1-6]|blockquote|b|i|em|strong|span|a)>|<br\s*/?>", re.IGNORECASE
)
CODE_TAGS: Final = frozenset("code pre kbd samp tt xmp textarea".split())


def shows_tags(text: str) -> bool:
    """Whether a text has tags, ended ones or breaks.

    >>> shows_tags("<p>Ein Satz.</p>"), shows_tags("a < b")
    (True, False)
    """
    return "<" in text and _SHOWN_TAG.search(text) is not None


def with_shown_tags(markup: str) -> str:
    """The markup in which escaped tags are tags, without attributes.

    >>> with_shown_tags("<div>&lt;p class=x&gt;a&lt;/p&gt; 1 &lt; 2</div>")
    '<div><p>a</p> 1 &lt; 2</div>'
    """
    return _ESCAPED_TAG.sub(r"<\1\2>", markup)
