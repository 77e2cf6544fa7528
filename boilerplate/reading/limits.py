"""What of a page is read, so that none costs much more than its size: docs/hostile.md.

Nothing here touches a page that anyone would write. The limits are far above the largest real
pages; what stands behind them is not read, and ``Page.unread`` says how much that is. Two tricks
make a tree far larger than its markup, and are taken out of the markup before it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_html import MAX_LINES

MAX_MARKUP: Final = 16_000_000  # characters of HTML; search engines read as many, or fewer
MAX_TAGS: Final = 1_500_000  # the HTML standard in one file has some 300,000
CHARS_A_LINE: Final = 100  # of bare text: for so many, there may be one line more

# A page of no more tags than this is small, whatever is done with them.
FEW_TAGS: Final = 1_500
# What a paragraph opens again if it was left open: HTML's active formatting elements, but for
# those of which there is never more than one. Of equal ones, three are opened at most.
FORMATTING: Final = "b big code em font i s small strike strong tt u".split()
MAX_EQUAL: Final = 3
MAX_REOPENED: Final = 500_000  # elements; each tag may open all that is left open once more
# A second one adds its attributes to those of the first, which are searched one by one.
ROOTS: Final = ("html", "body")
MAX_ROOTS: Final = 100  # saved pages that were put together have some

_SPACE: Final = r" \t\n\f\r"  # of HTML, which knows no other


def _tags(start: str, names: Iterable[str], end: str) -> re.Pattern[str]:
    """Tags of some names, in either case: twice as fast as telling ``re`` to ignore it."""
    either = ("".join(f"[{c}{c.upper()}]" for c in name) for name in names)
    return re.compile(f"{start}(?:{'|'.join(either)}){end}")


_FORMATTING: Final = _tags("(</?)", FORMATTING, f"(?=[{_SPACE}/>])")
# Each by itself: to put a fixed text in their place is quicker than a template.
_FORMATTING_OPEN: Final = _tags("<", FORMATTING, f"(?=[{_SPACE}/>])")
_FORMATTING_CLOSED: Final = _tags("</", FORMATTING, f"(?=[{_SPACE}/>])")
_OPENING: Final = _tags("<", FORMATTING, f"[{_SPACE}/>][^<>]{{0,200}}")
_ROOT: Final = _tags("<(?=", ROOTS, f"[{_SPACE}/])")
# What no one reads, and what the largest pages are large with.
_LONG_DATA: Final = re.compile(r"\bdata:[\w/+.;=-]{0,200},[^\"'<>\s]{1000,}", re.IGNORECASE)


def readable(markup: str) -> tuple[str, int]:
    """The markup that is parsed, and how many characters of it are left unread.

    >>> readable("<p>a")
    ('<p>a', 0)
    """
    unread = 0
    if len(markup) > MAX_MARKUP:
        markup = _LONG_DATA.sub("data:,", markup)
        unread = max(len(markup) - MAX_MARKUP, 0)
        markup = markup[:MAX_MARKUP]
    tags = markup.count("<")
    if tags <= FEW_TAGS:
        return markup, unread
    if tags > MAX_TAGS:
        end = _place_of("<", markup, MAX_TAGS + 1)
        unread += len(markup) - end
        markup = markup[:end]
    n_roots, most_open = tag_counts(markup)
    if n_roots > MAX_ROOTS:
        # as end tags they are ignored, with all their attributes
        roots = [found.start() for found in _ROOT.finditer(markup)]
        first, rest = markup[: roots[MAX_ROOTS]], markup[roots[MAX_ROOTS] :]
        markup = first + _ROOT.sub("</x-", rest)
    if most_open * tags > MAX_REOPENED and reopened(markup, tags) > MAX_REOPENED:
        markup = _FORMATTING_OPEN.sub("<span", _FORMATTING_CLOSED.sub("</span", markup))
    return markup, unread


def readable_lines(text: str) -> tuple[str, int]:
    r"""The text that is cut into lines, which end with ``\n``, and how many characters are not.

    >>> readable_lines("a\nb")
    ('a\nb', 0)
    """
    most = MAX_LINES + len(text) // CHARS_A_LINE
    if len(text) <= most or text.count("\n") < most:
        return text, 0
    end = _place_of("\n", text, most) + 1
    return text[:end], len(text) - end


def tag_counts(markup: str) -> tuple[int, int]:
    """How many tags of ROOTS have attributes, and how many of FORMATTING are open at once at most.

    >>> tag_counts("<html lang=en><body><b><i></i><code>")
    (1, 2)
    """
    if (native := acceleration.native) and (counts := native.tag_counts(markup)):
        return counts
    here = most = 0
    for found in _FORMATTING.finditer(markup):
        here = max(here - 1, 0) if found[1] == "</" else here + 1
        most = max(most, here)
    return sum(1 for _ in _ROOT.finditer(markup)), most


def reopened(markup: str, tags: int) -> int:
    """The most elements that so many tags can make of those that were left open.

    >>> reopened("<b><i></i><i><p>", 6), reopened("<b><b><b><b><b><p>", 6)
    (12, 18)
    """
    most = tag_counts(markup)[1]
    if most > MAX_EQUAL:  # else it need not be asked
        most = min(most, MAX_EQUAL * len(set(_OPENING.findall(markup))))
    return most * tags


def _place_of(char: str, text: str, number: int) -> int:
    """Where a character stands for the so manieth time; it does."""
    at = -1
    for _ in range(number):
        at = text.index(char, at + 1)
    return at
