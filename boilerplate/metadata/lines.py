"""Lines of a page that say something of its article: by their roles, or by their markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from boilerplate.metadata.people import is_label
from boilerplate.metadata.values import text_of
from boilerplate.page import Page, is_blank

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
    for place, role in enumerate(roles):
        lines = found.get(role or "")
        if lines is None or len(lines) == MAX_ROLE_LINES:
            continue
        if (role != "headline" or kept[place]) and (text := text_of(page.lines[place].text)):
            if role == "byline" and is_label(text):
                text = f"{text} {_after(page, place)}"
            lines.append(text)
    return found


def _after(page: Page, place: int) -> str:
    """The line after one that only says that a name follows."""
    following = (line.text for line in page.lines[place + 1 : place + 4] if not is_blank(line))
    text = next(following, "")
    return text if len(text) <= MAX_AUTHOR_CHARS else ""


def author_lines(page: Page, kept: Sequence[bool]) -> list[str]:
    """Dropped lines whose element, or the one around it, is named after an author."""
    elements = page.elements
    known: dict[tuple[str, ...], bool] = {}
    found: list[str] = []
    for line, keep in zip(page.lines, kept, strict=False):
        if keep or line.markup is None or len(line.text) > MAX_AUTHOR_CHARS:
            continue
        element = elements[line.markup.element]
        for each in (element, elements[element.parent]) if element.parent >= 0 else (element,):
            is_named = known.get(each.names)
            if is_named is None:
                is_named = any(map(_AUTHOR_NAME.fullmatch, each.names))
                known[each.names] = is_named
            if is_named:
                found.append(line.text)
                break
        if len(found) == MAX_ROLE_LINES:
            break
    return found
