"""The features that the trees read, in order."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.context import (
    CONTAINER_COLUMNS,
    NEIGHBOUR_COLUMNS,
    PAGE_COLUMNS,
    WINDOW_COLUMNS,
)
from boilerplate.features.languages import LANGUAGE_COLUMNS
from boilerplate.features.markup import MARKUP_COLUMNS
from boilerplate.features.text import TEXT_COLUMNS
from boilerplate.model.linear import EVIDENCE, PAGE_TYPES
from boilerplate.page import Kind

MODES: Final[tuple[Kind, ...]] = ("html", "text")

# What the columns of the trees tell about, in the words of a reason.
GROUNDS: Final = (
    "wording", "names", "shape", "repetition", "language", "metadata", "links", "place in markup",
    "neighbours", "place on page", "container", "page type",
)  # fmt: skip
_SPECIAL_GROUNDS: Final = {
    **dict.fromkeys(
        ("familiar3", "familiar_word", "page_script", *LANGUAGE_COLUMNS, "taught"), "language"
    ),
    **dict.fromkeys(
        ("same_line", "same_start", "same_end", "said_before", "said_again", "copied_share"),
        "repetition",
    ),
    **dict.fromkeys(("links", "link_share"), "links"),
    **dict.fromkeys(
        ("in_title", "title_in", "in_headline", "headline_in", "in_description",
         "description_in", "in_body", "body_in", "has_body"), "metadata",
    ),
    **dict.fromkeys(("position", "position_chars", "lines", "page_chars"), "place on page"),
    **dict.fromkeys((f"is_{name}" for name in PAGE_TYPES), "page type"),
    **dict.fromkeys(("names",), "names"),
    **dict.fromkeys(("wording", "first_opinion"), "wording"),
    **dict.fromkeys(("surroundings",), "neighbours"),
}  # fmt: skip


def column_names(kind: Kind) -> tuple[str, ...]:
    """The names of the columns that the trees read, in order."""
    html = kind == "html"
    return (
        *TEXT_COLUMNS,
        *LANGUAGE_COLUMNS,
        *(MARKUP_COLUMNS if html else ()),
        *EVIDENCE, "first_opinion", "taught", *(f"is_{name}" for name in PAGE_TYPES),
        *NEIGHBOUR_COLUMNS, *WINDOW_COLUMNS, *PAGE_COLUMNS,
        *(CONTAINER_COLUMNS if html else ()),
    )  # fmt: skip


@cache
def column_grounds(kind: Kind) -> NDArray[np.int64]:
    """The ground of each of the trees' columns, as an index into GROUNDS."""

    def ground(name: str) -> str:
        if name in _SPECIAL_GROUNDS:
            return _SPECIAL_GROUNDS[name]
        if name in TEXT_COLUMNS:
            return "shape"
        if name in MARKUP_COLUMNS:
            return "place in markup"
        if name in CONTAINER_COLUMNS:
            return "container"
        return "neighbours"

    return np.array([GROUNDS.index(ground(name)) for name in column_names(kind)], np.int64)


# The columns that reasons tell about.
SEEN: Final = (
    "log_chars", "digit", "upper", "n_terminal", "ends_terminal", "ends_colon", "first_lower",
    "has_url", "has_at", "has_copyright", "has_separator", "has_clock_or_date",
    "familiar3", "familiar_word", "page_script", "page_language", "same_line", "same_start",
    "in_title", "in_headline", "in_description", "in_body", "has_body",
    "links", "link_share", "hidden", "same_path",
    "in_article", "in_main", "in_nav", "in_header", "in_footer", "in_aside", "in_form", "in_ul",
    "in_ol", "in_table", "in_blockquote", "in_p", "in_h1", "in_h2", "in_h3", "in_h4",
    "own_button", "own_label",
    *(f"is_{name}" for name in PAGE_TYPES),
    "lines_since_anchor", "lines_to_anchor", "best_run", "position",
    "p@1", "links@1", "within_main",
)  # fmt: skip


@cache
def _seen_columns(kind: Kind) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which columns of SEEN the trees read, and where."""
    names = column_names(kind)
    found = [(i, names.index(name)) for i, name in enumerate(SEEN) if name in names]
    return np.array([i for i, _ in found]), np.array([place for _, place in found])
