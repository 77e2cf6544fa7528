"""Hostile pages, made from a seed; all were written for this project.

``PAGES`` are kinds of pages of any size: each is a function of the bytes that are asked for, so
that the cost of a page can be compared with its size. ``fragments`` are small pieces: tag soup,
strings that have broken programs, every encoding declared as every other.
"""

from __future__ import annotations

import random
from typing import Final

from benchmarks.hostile_pages import character_pages, element_pages, syntax_pages, text_pages
from benchmarks.hostile_pages.builders import Make, Source, in_page
from benchmarks.hostile_pages.fragments import (
    NAUGHTY,
    SOUP_PIECES,
    cut_short,
    encodings,
    soup_in_contexts,
    tag_soup,
)

__all__ = [
    "NAUGHTY",
    "PAGES",
    "SOUP_PIECES",
    "Source",
    "cut_short",
    "encodings",
    "in_page",
    "sized",
    "soup_in_contexts",
    "tag_soup",
]

# Each kind's function by its name.
PAGES: Final[dict[str, Make]] = {
    **element_pages.PAGES,
    **syntax_pages.PAGES,
    **character_pages.PAGES,
    **text_pages.PAGES,
}


def sized(name: str, size: int, seed: int = 0) -> bytes:
    """A page of one kind, of about so many bytes; lone surrogates are encoded as they are."""
    made = PAGES[name](size, random.Random(f"{name} {seed}"))  # noqa: S311 - the same each time
    return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
