"""How much of a page is read, so that the cost stays in proportion to its size.

Pages that people write are far below the limits. What stands behind them is not read, and
``Page.unread`` is how many characters that is. Two kinds of markup make an element tree far
larger than the markup itself; they are rewritten before parsing. See docs/hostile.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from boilerplate import kernels
from boilerplate.kernels.plain_html import MAX_LINES
from boilerplate.kernels.plain_tag_counts import (
    FORMATTING_TAG,
    FORMATTING_TAGS,
    ROOT_WITH_ATTRIBUTES,
    tag_pattern,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one page. Counts of tags are counts of ``<``."""

    max_markup: int = 16_000_000  # characters of HTML; search engines read as many, or fewer
    max_tags: int = 1_500_000  # the HTML standard in one file has some 300,000
    max_lines: int = MAX_LINES  # of bare text, and one more for each ...
    chars_per_extra_line: int = 100
    # A page with no more tags than this is left as it is: whatever they do, it stays cheap.
    small_page_tags: int = 1_500
    # A paragraph reopens the formatting elements that were left open before it, of equal ones
    # three at most; so each tag can add as many elements as are open.
    max_equal_reopened: int = 3
    max_reopened: int = 500_000  # elements; with more, formatting tags are read as <span>
    # Each later <html> or <body> adds its attributes to those of the first, and each addition
    # searches all of them. Pages saved and put together in one file have a few.
    max_roots: int = 100
    max_unpacked: int = 64 << 20  # bytes of a page that is stored as gzip or zstd
    max_json_ld: int = 2_000_000  # characters of one script, far above what articles need
    max_json_ld_list: int = 100  # objects that are read of a list in JSON-LD


LIMITS: Final = Limits()

_FORMATTING_WITH_ATTRIBUTES: Final = tag_pattern("<", FORMATTING_TAGS, "[{space}/>][^<>]{0,200}")
# Embedded files: nobody reads them, and they are most of what the largest pages contain.
_LONG_DATA: Final = re.compile(r"\bdata:[\w/+.;=-]{0,200},[^\"'<>\s]{1000,}", re.IGNORECASE)


def readable(markup: str) -> tuple[str, int]:
    """The markup that is parsed, and how many characters at its end are left unread.

    >>> readable("<p>a")
    ('<p>a', 0)
    """
    unread = 0
    if len(markup) > LIMITS.max_markup:
        markup = _LONG_DATA.sub("data:,", markup)
        unread = max(len(markup) - LIMITS.max_markup, 0)
        markup = markup[: LIMITS.max_markup]
    tags = markup.count("<")
    if tags <= LIMITS.small_page_tags:
        return markup, unread
    if tags > LIMITS.max_tags:
        end = _nth_index(markup, "<", LIMITS.max_tags + 1)
        unread += len(markup) - end
        markup = markup[:end]
    roots, most_open = kernels.tag_counts(markup)
    if roots > LIMITS.max_roots:
        markup = _without_later_roots(markup)
    reopened = most_open * tags
    if reopened > LIMITS.max_reopened:  # counting different tags takes longer, so it comes second
        reopened = _most_different_open(markup, most_open) * tags
    if reopened > LIMITS.max_reopened:
        markup = FORMATTING_TAG.sub(r"\1span", markup)
    return markup, unread


def has_few_lines(text: str) -> bool:
    """Whether a text is so short that none of its lines is left unread."""
    return len(text) <= LIMITS.max_lines


def readable_lines(text: str) -> tuple[str, int]:
    r"""The text that is cut into lines at ``\n``, and how many characters are left unread.

    >>> readable_lines("a\nb")
    ('a\nb', 0)
    """
    most = LIMITS.max_lines + len(text) // LIMITS.chars_per_extra_line
    if len(text) <= most or text.count("\n") < most:
        return text, 0
    end = _nth_index(text, "\n", most) + 1
    return text[:end], len(text) - end


def _without_later_roots(markup: str) -> str:
    """The markup with all ``<html>`` and ``<body>`` after the limit renamed.

    They become end tags of an unknown element, which a parser ignores with their attributes.
    """
    roots = [tag.start() for tag in ROOT_WITH_ATTRIBUTES.finditer(markup)]
    end = roots[LIMITS.max_roots]
    return markup[:end] + ROOT_WITH_ATTRIBUTES.sub("</x-", markup[end:])


def _most_different_open(markup: str, most_open: int) -> int:
    """How many formatting elements can be reopened at once, of equal ones no more than three.

    ``most_open`` is how many are open at once.

    >>> _most_different_open("<b><i></i><i><p>", 2), _most_different_open("<b><b><b><b><b><p>", 5)
    (2, 3)
    """
    if most_open <= LIMITS.max_equal_reopened:
        return most_open
    different = len(set(_FORMATTING_WITH_ATTRIBUTES.findall(markup)))
    return min(most_open, LIMITS.max_equal_reopened * different)


def _nth_index(text: str, char: str, n: int) -> int:
    """The index of the ``n``-th occurrence of a character, which the text has."""
    index = -1
    for _ in range(n):
        index = text.index(char, index + 1)
    return index
