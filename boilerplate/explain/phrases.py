"""Phrases for what can be seen of a line, such as "all links" or "in the footer".

A feature group ("links") is what added to the model's log-odds; a phrase is what a reader can
check on the page. Each phrase is one comparison of one feature, so it is true of the line.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.table import (
    GROUPS,
    PAGE_TYPES,
    Feature,
    Phrase,
    feature_names,
    features_of,
)
from boilerplate.numeric import Floats

# Features that are known once lines are labelled: whether the line stands at or below the first
# kept line, and at or above the last; how many of the two lines beside it are kept; how many
# lines the run of dropped lines around it has.
LABEL_FEATURES: Final = ("after_start", "before_end", "kept_beside", "dropped_run")
OUTSIDE: Final = 2  # how many of these, the first ones, say that a line is outside of the article
# Numbers of lines, from features that the trees read as logarithms, with what is subtracted: lines
# with the same text, with the same beginning, in the same place in the markup.
COUNTS: Final = {
    "copies": ("same_line", 0.0), "starts": ("same_start", 0.0), "places": ("same_path", 1.0)
}  # fmt: skip
ALWAYS: Final = "always"  # a feature that is 1 for every line
# Blanks in phrases, see ``details``: a phrase is left out without a value for one of the first;
# without one for the others it says less.
NEEDED: Final = ("n", "percent", "name", "lines", "roles")
OPTIONAL: Final = ("words", "box", "beside")

_PAGE_TYPE_NAMES: Final = dict(
    zip(
        PAGE_TYPES,
        ("article", "forum", "product", "catalogue", "list", "documentation", "service"),
        strict=True,
    )
)
# The features are log-probabilities: a page is of a type if that has more than half.
_LIKELIEST: Final = math.log(0.5)
_LONG: Final = math.log(200.0)  # characters
# HTML elements whose names say what stands in them.
_LANDMARKS: Final = (
    Phrase("in the footer", "in_footer", 0.5),
    Phrase("in the navigation", "in_nav", 0.5),
    Phrase("in a side box", "in_aside", 0.5),
    Phrase("in a form", "in_form", 0.5),
    Phrase("in a header", "in_header", 0.5),
)

# For each feature group the phrases for dropped lines. The first that is true is used, so the most
# specific come first.
DROPPED: Final[dict[str, tuple[Phrase, ...]]] = {
    "wording": (Phrase("worded like site chrome{words}", ALWAYS),),
    "names": (Phrase("in an element named {name}", ALWAYS),),
    "shape": (
        Phrase("with a © sign", "has_copyright", 0.5),
        Phrase("a date or time", "has_clock_or_date", 0.5),
        Phrase("mostly digits", "digit", 0.4),
        Phrase("an address", "has_url", 0.5),
        Phrase("with an @ sign", "has_at", 0.5),
        Phrase("in capitals", "upper", 0.6),
        Phrase("cut up by signs", "has_separator", 0.5),
        Phrase("ends in a colon", "ends_colon", 0.5),
        Phrase("begins in lower case", "first_lower", 0.5),
        Phrase("no sentence", "n_terminal", most=0.1),
    ),
    "repetition": (
        Phrase("stands {n} times on the page", "copies", 1.5),
        Phrase("{n} lines of the page begin so", "starts", 2.5),
    ),
    "language": (
        Phrase("in another script than the page", "page_script", most=0.5),
        Phrase("in another language than the page", "page_language", most=0.4),
        Phrase("words that the page has nowhere else", "familiar_word", most=0.01),
        Phrase("unlike the words of the page", "familiar3", most=0.6),
    ),
    "metadata": (
        Phrase("repeats the page's title", "in_title", 0.7),
        Phrase("repeats the page's headline", "in_headline", 0.7),
        Phrase("repeats the page's description", "in_description", 0.7),
        Phrase("not in the article as the page's head has it", "in_body", most=0.3),
    ),
    "links": (
        Phrase("all of its text is linked", "link_share", 0.995),
        Phrase("{percent} of its text is linked", "link_share", 0.01),
    ),
    "place in markup": (
        Phrase("hidden", "hidden", 0.5),
        Phrase("a button", "own_button", 0.5),
        Phrase("a form's label", "own_label", 0.5),
        *_LANDMARKS,
        Phrase("in a table", "in_table", 0.5),
        Phrase("in a list", "in_ul", 0.5),
        Phrase("in a list", "in_ol", 0.5),
        Phrase("one of {n} lines of the same markup", "places", 2.5),
    ),
    "neighbours": (
        Phrase("below the article", "before_end", most=0.5),
        Phrase("above the article", "after_start", most=0.5),
        Phrase("among {n} dropped lines{beside}", "dropped_run", 2.5),
        Phrase("beside the dropped {lines}", "kept_beside", most=1.5),
    ),
    "place on page": (
        Phrase("at the end of the page", "position", 0.9),
        Phrase("at the top of the page", "position", most=0.1),
        Phrase("below the article", "before_end", most=0.5),
        Phrase("above the article", "after_start", most=0.5),
    ),
    "container": (
        *_LANDMARKS,
        Phrase("the rest of its box{box} is {percent} links", "links@1", 0.6),
        Phrase("outside the article's box", "within_main", most=0.5),
        Phrase("the rest of its box{box} reads like chrome", "p@1", most=0.3),
    ),
    "page type": tuple(
        Phrase(f"{{roles}} are dropped on {name} pages", f"is_{page_type}", _LIKELIEST)
        for page_type, name in _PAGE_TYPE_NAMES.items()
    ),
}  # fmt: skip

# The same for kept lines.
KEPT: Final[dict[str, tuple[Phrase, ...]]] = {
    "wording": (Phrase("worded like an article", ALWAYS),),
    "names": (Phrase("in an element named {name}", ALWAYS),),
    "shape": (
        Phrase("several sentences", "n_terminal", math.log(2.5)),
        Phrase("a full sentence", "ends_terminal", 0.5),
        Phrase("long", "log_chars", _LONG),
    ),
    "repetition": (Phrase("said once", "copies", most=1.5),),
    "language": (Phrase("in the page's language", "page_language", 0.5),),
    "metadata": (
        Phrase("in the page's headline", "in_headline", 0.7),
        Phrase("in the page's title", "in_title", 0.7),
        Phrase("in the page's description", "in_description", 0.7),
        Phrase("in the article as the page's head has it", "in_body", 0.7),
    ),
    "links": (
        Phrase("no links", "links", most=0.5),
        Phrase("only {percent} of its text is linked", "link_share", 0.01, 0.25),
    ),
    "place in markup": (
        Phrase("a heading", "in_h1", 0.5),
        Phrase("a heading", "in_h2", 0.5),
        Phrase("a heading", "in_h3", 0.5),
        Phrase("a heading", "in_h4", 0.5),
        Phrase("a quotation", "in_blockquote", 0.5),
        Phrase("a paragraph", "in_p", 0.5),
        Phrase("one of {n} lines of the same markup", "places", 2.5),
    ),
    "neighbours": (
        Phrase("between kept lines", "kept_beside", 1.5),
        Phrase("next to a long paragraph", "lines_since_anchor", most=math.log(2.5)),
        Phrase("next to a long paragraph", "lines_to_anchor", most=math.log(2.5)),
        Phrase("in the page's longest run of text", "best_run", 0.5),
        Phrase("next to a kept line", "kept_beside", 0.5),
    ),
    "place on page": (
        Phrase("near the top of the page", "position", most=0.2),
        Phrase("in the middle of the page", "position", most=0.8),
    ),
    "container": (
        Phrase("in the article element", "in_article", 0.5),
        Phrase("in the main element", "in_main", 0.5),
        Phrase("in the article's box", "within_main", 0.5),
        Phrase("the rest of its box{box} reads like an article", "p@1", 0.5),
    ),
    "page type": tuple(
        Phrase(f"{{roles}} are kept on {name} pages", f"is_{page_type}", _LIKELIEST)
        for page_type, name in _PAGE_TYPE_NAMES.items()
    ),
}  # fmt: skip


# The features of the model that some phrase is about, in the order in which the trees read them.
_MENTIONED: Final = {
    *(phrase.feature for side in (DROPPED, KEPT) for each in side.values() for phrase in each),
    *(feature.name for feature in features_of("html") if feature.dropped or feature.kept),
    *(name for name, _ in COUNTS.values()),
}
MODEL_FEATURES: Final = tuple(name for name in feature_names("html") if name in _MENTIONED)
FEATURES: Final = (*MODEL_FEATURES, *LABEL_FEATURES, *COUNTS, ALWAYS)


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """The phrases for dropped or for kept lines as arrays, group after group."""

    phrases: tuple[Phrase, ...]
    features: NDArray[np.int64]  # which of FEATURES each phrase is about
    least: Floats  # (p, 1), as ``most``
    most: Floats
    numbers: NDArray[np.uint8]  # of the phrases, (p, 1)
    room: int  # for the phrases of each group
    places: NDArray[np.int64]  # of the phrases, where each group has that room
    blanks: dict[int, tuple[str, ...]]  # phrases with blanks in their words, and their names


NO_PHRASE: Final = -1
# Numbers of phrases are compared as bytes: this is above all of them, and -1 as a signed byte.
_NO_PHRASE_BYTE: Final = np.uint8(255)


def _phrase_table(
    by_group: dict[str, tuple[Phrase, ...]], phrase_of: Callable[[Feature], Phrase | None]
) -> PhraseTable:
    """The phrases of each group, those that stand in the feature table behind the others."""
    rows = [(feature.group, phrase_of(feature)) for feature in features_of("html")]
    of_groups = [
        (*by_group[group], *(phrase for of, phrase in rows if of == group and phrase))
        for group in GROUPS
    ]
    phrases = tuple(phrase for each in of_groups for phrase in each)
    room = max(map(len, of_groups))
    blanks = {
        number: tuple(name for name in (*NEEDED, *OPTIONAL) if f"{{{name}}}" in phrase.words)
        for number, phrase in enumerate(phrases)
        if "{" in phrase.words
    }
    return PhraseTable(
        phrases,
        np.array([FEATURES.index(phrase.feature) for phrase in phrases]),
        np.array([[phrase.least] for phrase in phrases]),
        np.array([[phrase.most] for phrase in phrases]),
        np.arange(len(phrases), dtype=np.uint8)[:, None],
        room,
        np.array([g * room + i for g, each in enumerate(of_groups) for i in range(len(each))]),
        blanks,
    )


# For dropped and for kept lines, so that whether a line is kept is the index.
TABLES: Final = (
    _phrase_table(DROPPED, lambda feature: feature.dropped),
    _phrase_table(KEPT, lambda feature: feature.kept),
)
# Whether each phrase of each table has a blank, (2, 256); the last column is that of NO_PHRASE.
HAS_BLANK: Final = np.array([[number in table.blanks for number in range(256)] for table in TABLES])


def phrase_features(of_model: NDArray[np.float32], of_labels: Floats) -> Floats:
    """The FEATURES of n lines, (n, f), from the model's and from ``label_features``."""
    features = np.empty((len(FEATURES), len(of_model)))  # a row for each feature
    first_count = len(MODEL_FEATURES) + len(LABEL_FEATURES)
    features[: len(MODEL_FEATURES)] = of_model.T
    features[len(MODEL_FEATURES) : first_count] = of_labels.T
    for i, (name, subtracted) in enumerate(COUNTS.values(), first_count):
        features[i] = np.exp(features[MODEL_FEATURES.index(name)]) - subtracted
    features[FEATURES.index(ALWAYS)] = 1.0
    return features.T


def label_features(content: NDArray[np.bool_]) -> Floats:
    """The LABEL_FEATURES of all n lines of a page, (n, 4); ``content`` are kept lines, (n,)."""
    n = len(content)
    features = np.full((len(LABEL_FEATURES), n), np.nan)  # a row for each feature
    kept = np.flatnonzero(content)
    if len(kept):
        features[:2] = 0.0
        features[0, kept[0] :] = features[1, : kept[-1] + 1] = 1.0
    beside = np.zeros(n + 2)
    beside[1:-1] = content
    features[2] = beside[:-2] + beside[2:]
    run = np.cumsum(content)  # the same number for all lines of a run of dropped ones
    features[3] = np.where(content, 0, np.bincount(run[~content], minlength=n + 1)[run])
    return features.T


def true_phrases(features: Floats, content: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each line and feature group the first phrase that is true, (n, g + 1).

    Phrases are numbers in the TABLES; NO_PHRASE where none is true, and in the last column, which
    stands for no group. ``content`` are kept lines, (n,).
    """
    numbers = np.full((len(GROUPS) + 1, len(content)), NO_PHRASE)  # a row for each group
    for table, rows in zip(TABLES, (~content, content), strict=True):
        values = features.T.take(table.features, 0)[:, rows]
        true = (values > table.least) & (values < table.most)
        shape = (len(GROUPS), table.room, values.shape[1])
        found = np.full((shape[0] * shape[1], shape[2]), _NO_PHRASE_BYTE)
        # Zero less one is the byte of all ones: that of no phrase.
        found[table.places] = (true.view(np.uint8) - np.uint8(1)) | table.numbers
        numbers[:-1, rows] = found.reshape(shape).min(1).view(np.int8)
    return numbers.T
