"""The codes of pages that were read line by line, as roles (WORLD.md, beside the archives)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from boilerplate.roles import CONTENT_ROLES

# Capital letters are content or stand beside it, small ones are chrome.
ROLE_OF_CODE: Final = {
    "H": "headline", "S": "standfirst", "B": "body", "U": "subheading", "L": "list", "T": "table",
    "Q": "quote", "C": "code", "P": "caption", "F": "note", "Y": "byline", "D": "date",
    "K": "tags", "n": "navigation", "l": "legal", "c": "cookie", "w": "newsletter", "s": "share",
    "m": "comments", "g": "login", "r": "related", "p": "shop", "a": "about", "o": "other",
    "?": "",  # the reader could not tell
}  # fmt: skip


def roles_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The role of each line of a page, from its row in a file of codes.

    Raises ValueError, with the page's id, where lines and codes differ in number, and for codes
    that the guide does not have.
    """
    lines, codes = row["lines"], row["labels"]
    if len(lines) != len(codes):
        raise ValueError(f"{row['id']}: {len(lines)} lines have {len(codes)} labels")
    if unknown := set(codes) - ROLE_OF_CODE.keys():
        raise ValueError(f"{row['id']}: {min(unknown)!r} is no code of the guide")
    return tuple(ROLE_OF_CODE[code] for code in codes)


def content_of(lines: Sequence[str], roles: Sequence[str]) -> str:
    """The lines whose roles are content, one a line."""
    pairs = zip(lines, roles, strict=True)
    return "\n".join(line for line, role in pairs if role in CONTENT_ROLES)
