"""Every feature of a line, in the order in which the trees read them.

A row has a feature's name, its group (reasons name the groups that counted), whether the trees
read its log1p, and the phrases of reasons about it, if any. Kernels compute most features,
a whole block of rows at once. To add a feature, add a row with a function that computes it at the
end of a block: nothing else has to change but the model, which has to be trained anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from boilerplate.kernels.plain_context import CONTAINER_LEVELS, NEIGHBOUR_OFFSETS, WINDOWS
from boilerplate.kernels.plain_text import MARKS
from boilerplate.kernels.plain_tree import TAGS
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Kind

if TYPE_CHECKING:
    from boilerplate.features.encoded_page import EncodedPage

SCHEMA: Final = 5  # raised whenever a feature changes its meaning; model files name it

# What the features of a line are about; explain/phrases.py has the phrases of each.
GROUPS: Final = (
    "wording", "names", "shape", "repetition", "language", "metadata", "links", "place in markup",
    "neighbours", "place on page", "container", "page type",
)  # fmt: skip

PAGE_TYPES: Final = (
    "article", "forum", "product", "collection", "listing", "documentation", "service"
)  # fmt: skip

# The tables of the linear model, as its file names them: n-grams of the line, first words of the
# lines beside it, tags and class or id tokens of the elements around it.
LINEAR_TABLES: Final = ("wording", "surroundings", "names")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are true of lines whose ``feature`` is above ``least`` and below ``most``.

    In the words, ``{n}`` stands for the value of the feature, ``{percent}`` for the same as a
    share; ``explain.details`` has what stands in other blanks.
    """

    words: str
    feature: str
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a line: a row of the table.

    ``compute`` gives its values, (n,), from the arrays of a page; None where a kernel fills its
    block. The trees read log1p of the values where ``log1p`` is set. ``dropped`` and ``kept``
    are phrases for lines so labelled, of which they are true and in which the group counted.
    """

    name: str
    group: str
    log1p: bool = False
    compute: Callable[[EncodedPage], Floats] | None = None
    dropped: Phrase | None = None
    kept: Phrase | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """Features that one kernel computes together, and behind them those with a ``compute``."""

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        by_kernel = [feature.compute is None for feature in self.features]
        if by_kernel != sorted(by_kernel, reverse=True):
            raise ValueError("features with a function stand behind those of the kernel")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features' names."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def of_kernel(self) -> int:
        """How many of the features the kernel computes."""
        return sum(feature.compute is None for feature in self.features)

    @cached_property
    def _log1p(self) -> Ints:
        return np.flatnonzero([feature.log1p for feature in self.features])

    def finish(self, rows: Floats, lines: EncodedPage) -> None:
        """Fill the rows behind the kernel's, (features, n), and take the logarithms."""
        for row, feature in enumerate(self.features[self.of_kernel :], self.of_kernel):
            if feature.compute is not None:
                rows[row] = feature.compute(lines)
        rows[self._log1p] = np.log1p(rows[self._log1p])

    def __len__(self) -> int:
        return len(self.features)


def _rows(group: str, names: Sequence[str], log1p: Sequence[str] = ()) -> Iterator[Feature]:
    """Rows of one group; of those named in ``log1p`` the trees read the logarithm."""
    unknown = set(log1p) - set(names)
    if unknown:
        raise ValueError(f"no features of this group: {', '.join(sorted(unknown))}")
    return (Feature(name, group, name in log1p) for name in names)


# The characters and words of a line.
_TEXT: Final = (
    *_rows(
        "shape",
        ["log_chars", "log_words", "word_length", "lower", "upper", "letter", "mark", "digit",
         "terminal", "comma", "bracket", "quote", "dash", "punctuation", "currency", "symbol",
         "space", "colon", "n_terminal", "n_comma", "ends_terminal", "ends_comma", "ends_colon",
         "ends_letter", "ends_ellipsis", "first_upper", "first_lower", "first_digit",
         "first_punctuation", "capital_words"],
        log1p=["log_chars", "log_words", "n_terminal", "n_comma"],
    ),
    *_rows("language", ["page_script", "familiar3", "familiar_word"]),
    *_rows(
        "repetition",
        ["same_line", "same_start", "same_end", "copies_before", "copies_after", "copied_share"],
        log1p=["same_line", "same_start", "same_end", "copies_before", "copies_after"],
    ),
    *_rows("shape", ["indent", *MARKS]),
    *_rows(
        "metadata",
        ["in_title", "title_in", "in_headline", "headline_in", "in_description",
         "description_in", "in_body", "body_in", "has_body"],
    ),
    *_rows(
        "repetition",
        ["echo3", "echo3_mass", "echo_word", "echo_word_mass"],
        log1p=["echo3_mass", "echo_word_mass"],
    ),
)  # fmt: skip

# The languages of a line, of its neighbours and of the page.
_LANGUAGES: Final = tuple(
    _rows(
        "language",
        ["page_language", "page_language_detected", "language_confidence", "language_share",
         "language_longest", "same_language_before", "same_language_after", "foreign_run_lines",
         "foreign_run_letters", "foreign_since", "foreign_until", "foreign_share",
         "foreign_run_share", "page_languages"],
        log1p=["language_longest", "foreign_run_lines", "foreign_run_letters"],
    )
)  # fmt: skip

# The elements around a line.
_MARKUP: Final = (
    *_rows("links", ["links", "link_share"], log1p=["links"]),
    *_rows(
        "place in markup",
        ["emphasis_share", "after_break", "depth", "hidden",
         *(f"own_{tag}" for tag in TAGS), *(f"in_{tag}" for tag in TAGS),
         "up_from_previous", "down_to_this", "up_from_this", "down_to_next",
         "same_parent_previous", "same_signature", "same_signature_chars", "same_path",
         "first_in_parent", "last_in_parent"],
        log1p=["same_signature", "same_signature_chars", "same_path"],
    ),
)  # fmt: skip

# The linear model's scores of a line, its training pages in the page's language, and page types.
_FIRST_STAGE: Final = (
    Feature("line_ngrams", "wording"),
    Feature("neighbour_ngrams", "neighbours"),
    Feature("element_tokens", "names"),
    Feature("linear_probability", "wording"),
    Feature("log_language_pages", "language"),
    *_rows("page type", [f"is_{page_type}" for page_type in PAGE_TYPES]),
)

# The linear model's probabilities of the lines around a line.
_NEIGHBOURS: Final = (
    *_rows(
        "neighbours",
        [f"{what}{offset:+d}" for what in ("p", "length", "terminal")
         for offset in NEIGHBOUR_OFFSETS],
    ),
    *_rows(
        "neighbours",
        [f"{what}_{side}{window}" for window in WINDOWS for side in ("before", "after")
         for what in ("p", "mass")],
    ),
    *_rows(
        "place on page",
        ["position", "position_chars", "lines", "page_chars"],
        log1p=["lines", "page_chars"],
    ),
    *_rows(
        "neighbours",
        ["page_p", "page_mass", "mass_before", "mass_after",
         "lines_since_anchor", "lines_to_anchor", "chars_since_anchor", "chars_to_anchor",
         "p_rank", "anchors", "best_run", "run_share", "anchors_before", "anchors_after"],
        log1p=["page_mass", "lines_since_anchor", "lines_to_anchor",
               "chars_since_anchor", "chars_to_anchor", "anchors", "anchors_before",
               "anchors_after"],
    ),
)  # fmt: skip

# The linear model's probabilities of the lines in the same containers.
_CONTAINERS: Final = (
    *(
        feature
        for level in CONTAINER_LEVELS
        for feature in _rows(
            "container",
            [f"{what}@{level}" for what in
             ("p", "p_max_share", "chars", "lines", "links", "share", "terminals")],
            log1p=[f"chars@{level}", f"lines@{level}"],
        )
    ),
    *_rows(
        "container",
        ["main_depth", "main_above", "within_main", "main_share", "main_child_share",
         "main_child_p", "signature_p", "parent_signature_p"],
    ),
)  # fmt: skip

BLOCKS: Final = {
    "text": Block(_TEXT),
    "languages": Block(_LANGUAGES),
    "markup": Block(_MARKUP),
    "first stage": Block(_FIRST_STAGE),
    "neighbours": Block(_NEIGHBOURS),
    "containers": Block(_CONTAINERS),
}
_OF_HTML_ALONE: Final = ("markup", "containers")


def _blocks_of(kind: Kind) -> tuple[Block, ...]:
    """The blocks of a line of HTML or of bare text."""
    return tuple(b for name, b in BLOCKS.items() if kind == "html" or name not in _OF_HTML_ALONE)


def features_of(kind: Kind) -> tuple[Feature, ...]:
    """All features of a line of HTML or of bare text, in the order in which the trees read them."""
    return tuple(feature for block in _blocks_of(kind) for feature in block.features)


def feature_names(kind: Kind) -> tuple[str, ...]:
    """The names of the features that the trees read, in order."""
    return tuple(feature.name for feature in features_of(kind))


def feature_groups(kind: Kind) -> Ints:
    """The group of each feature that the trees read, as an index into GROUPS."""
    return _groups(_blocks_of(kind))


@lru_cache(maxsize=8)
def _groups(blocks: tuple[Block, ...]) -> Ints:
    features = (feature for block in blocks for feature in block.features)
    return np.array([GROUPS.index(feature.group) for feature in features], np.int64)


def feature_places(kind: Kind, names: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Which of some names are features of this kind of page, and where the trees read them."""
    return _places(_blocks_of(kind), names)


@lru_cache(maxsize=8)
def _places(blocks: tuple[Block, ...], names: tuple[str, ...]) -> tuple[Ints, Ints]:
    known = [feature.name for block in blocks for feature in block.features]
    found = [(i, known.index(name)) for i, name in enumerate(names) if name in known]
    which, places = np.array(found, np.int64).reshape(-1, 2).T
    return which, places
