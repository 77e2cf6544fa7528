"""Lines of a page that say something of its article: by their roles, or by their markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from boilerplate.metadata.people import is_label
from boilerplate.metadata.values import text_of
from boilerplate.page import Page, markup_column, names_of, parent_of, texts_of

MAX_ROLE_LINES: Final = 20  # lines of one role that are looked at
MAX_AUTHOR_CHARS: Final = 100  # of a line that is a name; a longer one is about the author
# Class names and other names of elements that hold an author's name.
_AUTHOR_NAME: Final = re.compile(
    r"(?:[a-z]+[-_]{1,2}){0,4}(?:author|byline|writer)s?(?:[-_]{1,2}(?:name|link|text|title))?"
    r"|(?:itemprop|rel)=author",
    re.IGNORECASE,
)


def lines_of_roles(
    page: Page, kept: Sequence[bool], roles: Sequence[str | None]
) -> Mapping[str, Sequence[str]]:
    """The lines of a page whose roles are headline, byline and date; of headlines the kept ones."""
    found: dict[str, list[str]] = {"headline": [], "byline": [], "date": []}
    texts = texts_of(page.lines)
    for place, role in enumerate(roles):
        lines = found.get(role or "")
        if lines is None or len(lines) == MAX_ROLE_LINES:
            continue
        if (role != "headline" or kept[place]) and (text := text_of(texts[place])):
            if role == "byline" and is_label(text):
                text = f"{text} {_after(texts[place + 1 : place + 4])}"
            lines.append(text)
    return found


def _after(texts: Sequence[str]) -> str:
    """The first of the lines after one that only says that a name follows."""
    text = next((text for text in texts if text and not text.isspace()), "")
    return text if len(text) <= MAX_AUTHOR_CHARS else ""


def author_lines(page: Page, kept: Sequence[bool]) -> list[str]:
    """Dropped lines whose element, or the one around it, is named after an author."""
    elements = page.elements
    if not elements:
        return []
    known: dict[tuple[str, ...], bool] = {}
    found: list[str] = []
    own = markup_column(page.lines, "element")
    for text, element, keep in zip(texts_of(page.lines), own, kept, strict=False):
        if keep or len(text) > MAX_AUTHOR_CHARS:
            continue
        parent = parent_of(elements, element)
        for each in (element, parent) if parent >= 0 else (element,):
            names = names_of(elements, each)
            is_named = known.get(names)
            if is_named is None:
                is_named = known[names] = any(map(_AUTHOR_NAME.fullmatch, names))
            if is_named:
                found.append(text)
                break
        if len(found) == MAX_ROLE_LINES:
            break
    return found
