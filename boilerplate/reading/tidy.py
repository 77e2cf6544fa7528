"""Mends the lines of an HTML page: what only shows once a page is cut into lines.

Characters that nobody sees, entities that were escaped twice, what page builders leave behind,
hard-wrapped mail, links around whole articles.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

from boilerplate.kernels.plain_html import INLINE_TAGS, ROW_TAG
from boilerplate.page import (
    Element,
    Line,
    Markup,
    markup_column,
    parent_of,
    tag_of,
    tags_of,
    texts_of,
)
from boilerplate.reading.repairs import CODE_TAGS
from boilerplate.reading.rows import with_tabs


@dataclass(frozen=True, slots=True)
class TidyParams:
    """Sizes are characters unless they say otherwise."""

    # A link that holds so much is around an article, and none of a list.
    linked_lines: int = 3
    linked_article: int = 500
    # Prose that is broken by hand, as in mail: how wide, how much of it letters and blanks, and
    # how often a line that seems to go on does so with a small letter.
    narrowest: int = 55
    widest: int = 100
    prose_share: float = 0.85
    small_share: float = 0.5


PARAMS: Final = TidyParams()


def tidied(lines: Sequence[Line], elements: Sequence[Element], text: str) -> Sequence[Line]:
    """The lines of a page, mended; those without any text left are left out.

    ``text`` is that of all lines.
    """
    tags = tags_of(elements)
    found: Sequence[Line] = lines
    if ROW_TAG in tags:
        found = with_tabs(found)
    if "a" in tags:
        found = _without_article_links(found, elements)
    if "pre" in tags:
        found = _unwrapped(found, elements)
    mend = [fix for sign, is_there, fix in _FIXES if sign in text and is_there.search(text)]
    if not text.isascii() and any(sign in text for sign in _INVISIBLE):
        mend.append(_without_invisible)
    if tags & CODE_TAGS:
        mend = [fix for fix in mend if fix is not _unescape]
    if not mend:
        return found
    return tuple(each for line in found for each in _mended(line, elements, mend))


# ---------------------------------------------------------------------------------- characters

_INVISIBLE: Final = "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\ufeff"
# Where words have blanks between them, no blank without width parts any. In Thai, Khmer, Burmese
# and their like it may.
_IN_WORDS: Final = re.compile(
    "[\N{SOFT HYPHEN}\N{WORD JOINER}\ufeff]"
    "|(?<=[\\0-\u0dff\u2000-\u2fff])\N{ZERO WIDTH SPACE}"
    "|\N{ZERO WIDTH SPACE}(?=[\\0-\u0dff])"
    "|^\N{ZERO WIDTH SPACE}|\N{ZERO WIDTH SPACE}$"
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d{0,2});")
# [vc_row css="..."], [/et_pb_text]: names with a low line, and attributes or an end. WordPress's
# own have no low line.
_SHORTCODE: Final = re.compile(
    r"\[/?(?:vc|et_pb|fusion|av|su|fl|mk|nectar|tatsu|wpb)_\w+(?:\s[^\[\]]*)?\]"
    r"|\[/[a-z]+_\w+\]|\[[a-z]+_\w+(?:\s+\w+=[^\[\]]*)?\](?=.*\[/)"
    r"|\[[a-z]+(?:[_-]\w+)+\s+\w+=[^\[\]]*\]"
    r"|\[/?(?:caption|gallery|embed|audio|video|playlist)(?:\s+\w+=[^\[\]]*)?\]",
    re.IGNORECASE,
)


def _without_invisible(text: str) -> str:
    return _IN_WORDS.sub("", text)


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)


def _without_shortcodes(text: str) -> str:
    return _SHORTCODE.sub("\n", text)


_FIXES: Final = (("&", _ENTITY, _unescape), ("[", _SHORTCODE, _without_shortcodes))


def mended_text(text: str, tags: Iterable[str]) -> str:
    """A part of the text of a line that ``tidied`` has mended, mended alike.

    ``tags`` are those of the page.
    """
    text = _without_shortcodes(_without_invisible(text))
    return text if CODE_TAGS.intersection(tags) else _unescape(text)


def _mended(line: Line, elements: Sequence[Element], mend: Iterable[object]) -> Iterator[Line]:
    text = line.text
    for fix in mend:
        if fix is not _without_shortcodes or not _is_code(line, elements):
            text = fix(text)  # type: ignore[operator]
    if text == line.text:
        yield line
        return
    for part in text.split("\n"):
        if part := part.rstrip() if _is_code(line, elements) else part.strip():
            yield _with_text(line, part)


def _is_code(line: Line, elements: Sequence[Element]) -> bool:
    return line.markup is not None and tag_of(elements, line.markup.element) in CODE_TAGS


def _with_text(line: Line, text: str) -> Line:
    """The line with another text, and no more characters of links than that has."""
    markup = line.markup or Markup(0)
    return Line(
        text,
        replace(
            markup,
            link_chars=min(markup.link_chars, len(text)),
            emphasis_chars=min(markup.emphasis_chars, len(text)),
        ),
    )


# --------------------------------------------------------------------------------------- links


def _without_article_links(lines: Sequence[Line], elements: Sequence[Element]) -> Sequence[Line]:
    """The lines, with no links where a single link is around paragraphs."""
    texts, own = texts_of(lines), markup_column(lines, "element")
    inside: dict[int, list[int]] = {}  # by the link around them
    for i, linked in enumerate(markup_column(lines, "link_chars")):
        at = own[i]
        if linked and linked >= len(texts[i]) and tag_of(elements, at) not in INLINE_TAGS:
            while at >= 0 and tag_of(elements, at) != "a":
                at = parent_of(elements, at)
            if at >= 0:
                inside.setdefault(at, []).append(i)
    articles = [
        i
        for indices in inside.values()
        if len(indices) >= PARAMS.linked_lines
        and sum(len(texts[i]) for i in indices) >= PARAMS.linked_article
        for i in indices
    ]
    if not articles:
        return lines
    found = list(lines)
    for i in articles:
        if markup := found[i].markup:
            found[i] = Line(texts[i], replace(markup, links=0, link_chars=0))
    return found


# ---------------------------------------------------------------------------- hard-wrapped prose

_GOES_ON: Final = re.compile(r"[^\W\d_]|[(\"'\d“„«‘]")
_PROSE: Final = re.compile(r"[^\W\d_]|\s|[.,:;!?'\"’()-]")


def _unwrapped(lines: Iterable[Line], elements: Sequence[Element]) -> list[Line]:
    """The lines, with prose in ``<pre>`` that was broken at a width as whole paragraphs."""
    found: list[Line] = []
    for element, group in groupby(lines, lambda line: line.markup and line.markup.element):
        block = list(group)
        if element is not None and tag_of(elements, element) == "pre" and len(block) > 1:
            block = _unwrapped_block(block)
        found += block
    return found


def _unwrapped_block(block: list[Line]) -> list[Line]:
    width = max(len(line.text) for line in block)
    if not PARAMS.narrowest <= width <= PARAMS.widest:
        return block
    text = " ".join(line.text for line in block)
    if len(_PROSE.findall(text)) < PARAMS.prose_share * len(text):
        return block
    goes_on = [False] + [_is_wrapped(a, b, width) for a, b in pairwise(block)]
    following = [line.text[0] for line, on in zip(block, goes_on, strict=True) if on]
    if sum(not char.isupper() for char in following) < PARAMS.small_share * len(following):
        return block
    found: list[Line] = []
    for line, on in zip(block, goes_on, strict=True):
        if on:
            found[-1] = Line(f"{found[-1].text} {line.text}", found[-1].markup)
        else:
            found.append(line)
    return found


def _is_wrapped(line: Line, following: Line, width: int) -> bool:
    """Whether the next line goes on with this one: its first word would not have fitted."""
    return (
        following.markup is not None
        and following.markup.after_break
        and _GOES_ON.match(line.text) is not None
        and _GOES_ON.match(following.text) is not None
        and len(line.text) + 1 + len(following.text.split(None, 1)[0]) > width
    )
