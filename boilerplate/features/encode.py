"""Lines to numbers: what a line's characters, words and markup look like.

Everything is computed for a whole page at once on arrays of code points, in every script
alike: categories come from the Unicode database, words from letters, digits and marks, and
nothing assumes blanks, case or Western punctuation. HTML and bare text take the same path;
what only markup can tell is nan on bare text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.features.elements import Tree, element_tokens, name_buckets, tree
from boilerplate.features.languages import LANGUAGE_COLUMNS, language_features
from boilerplate.features.markup import MARKUP_COLUMNS, markup_features
from boilerplate.features.text import TEXT_COLUMNS, line_shapes, sizes_of, text_features
from boilerplate.kernels import select as acceleration
from boilerplate.kernels.ngrams import (
    MAX_LINE,
    Grams,
    PageText,
    buckets,
    clip,
    page_text,
    text_grams,
    word_grams,
)
from boilerplate.kernels.plain_text import plain_texts
from boilerplate.language.lines import Speech, speech
from boilerplate.numeric import Floats, Ints, total
from boilerplate.page import Page

SCHEMA: Final = 3  # raised whenever a feature changes its meaning; model files name it


@dataclass(slots=True)
class Encoded:
    """A page's lines as the models read them; (n,) arrays, ``columns`` (n, f).

    ``chars`` are the lengths of the lines, ``sizes`` their ``sizes_of``, ``links`` the part of
    these that is in links. ``text`` is where n-grams are read from; None once they have been.
    """

    chars: Floats
    sizes: Floats
    terminals: Floats
    links: Floats
    text: PageText | None
    tree: Tree | None
    columns: Floats
    bag: tuple[Ints, Floats]
    speech: Speech

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.chars)

    @property
    def grams(self) -> list[Grams]:
        """All n-grams of the lines, made when asked for."""
        return text_grams(self.text) if self.text else []


BAG_BITS: Final = 14
_BAG_LEVEL: Final = 9  # a salt of its own: here it does not matter how far up a name stands


def page_bag(page: Page, text: PageText, skeleton: Tree | None) -> tuple[Ints, Floats]:
    """What the whole page says: its words, and the names in its markup; buckets and weights.

    Words fall into the first 2**14 buckets, names into the next; each half has length 1. It
    tells a shop from a forum from an article before any line is looked at.
    """
    tokens = np.zeros(0, np.int64)
    if skeleton is not None:
        tokens = np.append(skeleton.tokens, element_tokens("", (f"type={page.metadata.type}",)))
    words, counts, names = _bag_buckets(text, tokens)
    weights = np.log1p(counts)
    weights /= max(total(weights * weights) ** 0.5, 1e-9)
    if skeleton is None:
        return words, weights
    equal = np.full(len(names), len(names) ** -0.5)
    return np.concatenate([words, names + (1 << BAG_BITS)]), np.concatenate([weights, equal])


def _bag_buckets(text: PageText, tokens: Ints) -> tuple[Ints, Ints, Ints]:
    """The buckets of a page's words, how many fall into each, and the buckets of its names."""
    if native := acceleration.native:
        words, counts, names = np.empty((3, 1 << BAG_BITS), np.int64)
        n_words, n_names = native.bag_buckets(
            text.compiled, tokens, _BAG_LEVEL, BAG_BITS, words, counts, names
        )
        return words[:n_words], counts[:n_words], names[:n_names]
    found = np.bincount(buckets(word_grams(text, 1).hashes, BAG_BITS))
    words = np.flatnonzero(found)
    return words, found[words], np.unique(name_buckets(tokens, _BAG_LEVEL, BAG_BITS))


def encode(page: Page, part: slice | None = None) -> Encoded:
    """Everything that is known of a page's lines before any model has scored them.

    None of the lines may be blank (``Page.without_blank_lines``). With ``part``, these lines are
    taken for a page of their own.
    """
    lines = page.lines if part is None else page.lines[part]
    full = plain_texts([line.text for line in lines])
    chars = np.fromiter(map(len, full), float, len(full))
    text = page_text([clip(t) if len(t) > MAX_LINE or "\n" in t else t for t in full])
    counts, scripts, shapes = line_shapes(text.texts)
    spoken_in = speech(text.texts, scripts, (text.folded, text.starts, text.lengths))
    skeleton = tree(page, lines, partly=part is not None)
    ends = np.cumsum([len(TEXT_COLUMNS), len(LANGUAGE_COLUMNS), len(MARKUP_COLUMNS)]).tolist()
    rows = np.empty((ends[1] if skeleton is None else ends[2], len(full)))
    sizes = sizes_of(chars, counts, scripts)
    text_features(page, text, sizes, counts, scripts, shapes, rows[: ends[0]])
    language_features(spoken_in, rows[ends[0] : ends[1]])
    terminals = np.expm1(rows[TEXT_COLUMNS.index("n_terminal")])
    links = np.zeros(len(full))
    if skeleton is not None:
        markup_features(skeleton, chars, rows[ends[1] :])
        links = skeleton.markups[:, 2] * (sizes / np.maximum(chars, 1.0))
    bag = page_bag(page, text, skeleton)
    return Encoded(chars, sizes, terminals, links, text, skeleton, rows.T, bag, spoken_in)
