"""What can be seen of a line, in words: the concrete side of each ground of a reason.

A ground ("links") says what weighed in the model's sum; a fact ("all links") says what there is
to see. Each fact is one comparison of one column, so that what is said of a line holds for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.model.columns import GROUNDS, SEEN
from boilerplate.model.linear import PAGE_TYPES
from boilerplate.numeric import Floats

# Seen once it is known which lines are kept: is the article above, or below; how many of the two
# lines beside a line are kept, and how many lines around it, with it, are not.
AROUND: Final = ("after_start", "before_end", "kept_beside", "dropped_run")
# Counts that the trees read as logarithms: lines with the same words, the same beginning, the
# same place in the markup.
COUNTED: Final = {
    "copies": ("same_line", 0.0), "starts": ("same_start", 0.0), "places": ("same_path", 1.0)
}  # fmt: skip

COLUMNS: Final = (*SEEN, *AROUND, *COUNTED, "always")


@dataclass(frozen=True, slots=True)
class Fact:
    """Words for lines whose ``column`` is above ``least`` and below ``most``.

    In the words, ``{n}`` stands for the column's value and ``{name}`` for what the innermost
    named element around the line is called.
    """

    words: str
    column: str
    least: float = -math.inf
    most: float = math.inf


_PAGES: Final = dict(
    zip(
        PAGE_TYPES,
        ("article", "forum", "product", "catalogue", "list", "documentation", "service"),
        strict=True,
    )
)
_LIKELIEST: Final = math.log(0.5)  # a page's type is the one with more than half the probability
_LONG: Final = math.log(200.0)  # characters
# Where HTML says itself what stands somewhere.
_LANDMARKS: Final = (
    Fact("in the footer", "in_footer", 0.5),
    Fact("in the navigation", "in_nav", 0.5),
    Fact("in a side box", "in_aside", 0.5),
    Fact("in a form", "in_form", 0.5),
    Fact("in a header", "in_header", 0.5),
)

# For each ground what may be seen of a dropped line, the most telling first ...
DROPPED: Final[dict[str, tuple[Fact, ...]]] = {
    "wording": (Fact("worded like site chrome", "always"),),
    "names": (Fact("named {name}", "always"),),
    "shape": (
        Fact("with a © sign", "has_copyright", 0.5),
        Fact("a date or time", "has_clock_or_date", 0.5),
        Fact("mostly digits", "digit", 0.4),
        Fact("an address", "has_url", 0.5),
        Fact("with an @ sign", "has_at", 0.5),
        Fact("in capitals", "upper", 0.6),
        Fact("cut up by signs", "has_separator", 0.5),
        Fact("ends in a colon", "ends_colon", 0.5),
        Fact("begins in lower case", "first_lower", 0.5),
        Fact("no sentence", "n_terminal", most=0.1),
    ),
    "repetition": (
        Fact("stands {n} times on the page", "copies", 1.5),
        Fact("{n} lines of the page begin so", "starts", 2.5),
    ),
    "language": (
        Fact("in another script than the page", "page_script", most=0.5),
        Fact("in another language than the page", "page_language", most=0.4),
        Fact("words that the page has nowhere else", "familiar_word", most=0.01),
        Fact("unlike the words of the page", "familiar3", most=0.6),
    ),
    "metadata": (
        Fact("repeats the page's title", "in_title", 0.7),
        Fact("repeats the page's headline", "in_headline", 0.7),
        Fact("repeats the page's description", "in_description", 0.7),
        Fact("not in the article as the page's head has it", "in_body", most=0.3),
    ),
    "links": (
        Fact("all links", "link_share", 0.95),
        Fact("mostly links", "link_share", 0.5),
        Fact("has links", "links", 0.5),
    ),
    "place in markup": (
        Fact("hidden", "hidden", 0.5),
        Fact("a button", "own_button", 0.5),
        Fact("a form's label", "own_label", 0.5),
        *_LANDMARKS,
        Fact("in a table", "in_table", 0.5),
        Fact("in a list", "in_ul", 0.5),
        Fact("in a list", "in_ol", 0.5),
        Fact("one of {n} lines of the same markup", "places", 2.5),
    ),
    "neighbours": (
        Fact("below the article", "before_end", most=0.5),
        Fact("above the article", "after_start", most=0.5),
        Fact("among {n} dropped lines", "dropped_run", 2.5),
        Fact("beside a dropped line", "kept_beside", most=1.5),
    ),
    "place on page": (
        Fact("at the end of the page", "position", 0.9),
        Fact("at the top of the page", "position", most=0.1),
        Fact("below the article", "before_end", most=0.5),
        Fact("above the article", "after_start", most=0.5),
    ),
    "container": (
        *_LANDMARKS,
        Fact("in a box of links", "links@1", 0.6),
        Fact("outside the article's box", "within_main", most=0.5),
        Fact("in a box that reads like chrome", "p@1", most=0.3),
    ),
    "page type": tuple(
        Fact(f"dropped on {name} pages", f"is_{kind}", _LIKELIEST) for kind, name in _PAGES.items()
    ),
}  # fmt: skip

# ... and of a kept one.
KEPT: Final[dict[str, tuple[Fact, ...]]] = {
    "wording": (Fact("worded like an article", "always"),),
    "names": (Fact("named {name}", "always"),),
    "shape": (
        Fact("several sentences", "n_terminal", math.log(2.5)),
        Fact("a full sentence", "ends_terminal", 0.5),
        Fact("long", "log_chars", _LONG),
    ),
    "repetition": (Fact("said once", "copies", most=1.5),),
    "language": (Fact("in the page's language", "page_language", 0.5),),
    "metadata": (
        Fact("in the page's headline", "in_headline", 0.7),
        Fact("in the page's title", "in_title", 0.7),
        Fact("in the page's description", "in_description", 0.7),
        Fact("in the article as the page's head has it", "in_body", 0.7),
    ),
    "links": (
        Fact("no links", "links", most=0.5),
        Fact("few links", "link_share", most=0.25),
    ),
    "place in markup": (
        Fact("a heading", "in_h1", 0.5),
        Fact("a heading", "in_h2", 0.5),
        Fact("a heading", "in_h3", 0.5),
        Fact("a heading", "in_h4", 0.5),
        Fact("a quotation", "in_blockquote", 0.5),
        Fact("a paragraph", "in_p", 0.5),
        Fact("one of {n} lines of the same markup", "places", 2.5),
    ),
    "neighbours": (
        Fact("between kept lines", "kept_beside", 1.5),
        Fact("next to a long paragraph", "lines_since_anchor", most=math.log(2.5)),
        Fact("next to a long paragraph", "lines_to_anchor", most=math.log(2.5)),
        Fact("in the page's longest run of text", "best_run", 0.5),
        Fact("next to a kept line", "kept_beside", 0.5),
    ),
    "place on page": (
        Fact("near the top of the page", "position", most=0.2),
        Fact("in the middle of the page", "position", most=0.8),
    ),
    "container": (
        Fact("in the article element", "in_article", 0.5),
        Fact("in the main element", "in_main", 0.5),
        Fact("in the article's box", "within_main", 0.5),
        Fact("in a box that reads like an article", "p@1", 0.5),
    ),
    "page type": tuple(
        Fact(f"kept on {name} pages", f"is_{kind}", _LIKELIEST) for kind, name in _PAGES.items()
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """The facts of one side as arrays, ground after ground."""

    facts: tuple[Fact, ...]
    columns: NDArray[np.int64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    starts: NDArray[np.int64]  # of each ground's facts
    numbers: NDArray[np.uint8]  # of the facts, in order
    blanks: dict[int, str]  # which facts have a blank in their words, and for what


def _side(known: dict[str, tuple[Fact, ...]]) -> Side:
    facts = tuple(fact for ground in GROUNDS for fact in known[ground])
    sizes = np.array([len(known[ground]) for ground in GROUNDS])
    return Side(
        facts,
        np.array([COLUMNS.index(fact.column) for fact in facts]),
        np.array([fact.least for fact in facts]),
        np.array([fact.most for fact in facts]),
        np.cumsum(sizes) - sizes,
        np.arange(len(facts), dtype=np.uint8),
        {
            number: what
            for number, fact in enumerate(facts)
            for what in ("n", "name")
            if f"{{{what}}}" in fact.words
        },
    )


SIDES: Final = (_side(DROPPED), _side(KEPT))
# Of each side, whether a fact has a blank; -1, which is no fact, has none.
HAS_BLANK: Final = tuple(
    np.array([number in side.blanks for number in range(256)]) for side in SIDES
)


def columns_of(seen: NDArray[np.float32], around: Floats) -> Floats:
    """All COLUMNS of n lines, (n, c): what was ``seen``, and what the labels ``around`` tell."""
    columns = np.empty((len(seen), len(COLUMNS)))
    columns[:, : len(SEEN)] = seen
    columns[:, len(SEEN) : len(SEEN) + len(AROUND)] = around
    for i, (name, less) in enumerate(COUNTED.values(), len(SEEN) + len(AROUND)):
        columns[:, i] = np.exp(columns[:, SEEN.index(name)]) - less
    columns[:, -1] = 1.0
    return columns


def labels_around(content: NDArray[np.bool_]) -> Floats:
    """What the labels of all lines of a page tell of each, (n, len(AROUND))."""
    n = len(content)
    around = np.full((n, len(AROUND)), np.nan)
    kept = np.flatnonzero(content)
    if len(kept):
        at = np.arange(n)
        around[:, 0], around[:, 1] = at >= kept[0], at <= kept[-1]
    beside = np.zeros(n)
    beside[1:] += content[:-1]
    beside[:-1] += content[1:]
    around[:, 2] = beside
    run = np.cumsum(content)  # lines of a run of dropped ones have the same
    around[:, 3] = np.where(content, 0, np.bincount(run[~content], minlength=n + 1)[run])
    return around


def found(columns: Floats, content: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each line and ground the first fact that holds, as a number in its side, (n, g + 1).

    -1 where none does, and for no ground, the last; ``content`` (n,) are kept lines.
    """
    out = np.full((len(content), len(GROUNDS) + 1), -1)
    for side, which in zip(SIDES, (~content, content), strict=True):
        values = columns[which][:, side.columns]
        holds = (values > side.least) & (values < side.most)
        # The first that holds is the least of the numbers that do; -1, read as unsigned, is more.
        numbers = np.where(holds, side.numbers, np.uint8(255))
        out[which, :-1] = np.minimum.reduceat(numbers, side.starts, axis=1).astype(np.int8)
    return out
