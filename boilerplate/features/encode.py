"""A page to numbers: everything that is computed of its lines before any model scores them.

All is computed for a whole page at once on arrays of code points, in every script alike:
categories come from the Unicode database, words from letters, digits and marks, and nothing
assumes blanks, case or Western punctuation. HTML and bare text take the same path; what only
markup can tell is missing in bare text.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.features.elements import element_tokens, tree
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.languages import fill_language_features
from boilerplate.features.markup import fill_markup_features
from boilerplate.features.table import BLOCKS
from boilerplate.features.text import fill_text_features, line_text, script_lengths
from boilerplate.kernels.arrays import PageText, Tree
from boilerplate.language.lines import line_languages
from boilerplate.numeric import Floats, Ints, total
from boilerplate.page import Page, texts_of


def encode(page: Page, part: slice | None = None) -> EncodedPage:
    """The lines of a page as arrays; none of them may be blank (``Page.without_blank_lines``).

    With ``part``, these lines are taken for a page of their own.
    """
    lines = page.lines if part is None else page.lines[part]
    full = kernels.plain_texts(texts_of(lines))
    chars = np.fromiter(map(len, full), float, len(full))
    text = line_text(full)
    shapes = kernels.line_shapes(text.texts)
    counts, scripts, _ = shapes
    languages = line_languages(text, scripts)
    elements = tree(page, lines, partly=part is not None)
    lengths = script_lengths(chars, counts, scripts)

    names = ("text", "languages") if elements is None else ("text", "languages", "markup")
    blocks = [BLOCKS[name] for name in names]
    ends = np.cumsum([len(block) for block in blocks]).tolist()
    rows = np.empty((ends[-1], len(lines)))
    parts = [rows[end - len(block) : end] for end, block in zip(ends, blocks, strict=True)]
    by_kernel = [r[: block.of_kernel] for r, block in zip(parts, blocks, strict=True)]
    fill_text_features(page.metadata, text, lengths, shapes, by_kernel[0])
    fill_language_features(languages, by_kernel[1])
    n_terminal = by_kernel[0][BLOCKS["text"].names.index("n_terminal")]
    terminals = np.expm1(np.log1p(n_terminal))  # to the last bit as in training
    links = np.zeros(len(lines))
    if elements is not None:
        fill_markup_features(elements, chars, by_kernel[2])
        links = elements.markups[:, 2] * (lengths / np.maximum(chars, 1.0))
    bag = page_bag(page, text, elements)
    encoded = EncodedPage(chars, lengths, terminals, links, text, elements, rows.T, bag, languages)
    for r, block in zip(parts, blocks, strict=True):
        block.finish(r, encoded)
    return encoded


BAG_BITS: Final = 14
BAG_LEVEL: Final = 9  # a salt: here it does not matter how far above a line a token stands


def page_bag(page: Page, text: PageText, elements: Tree | None) -> tuple[Ints, Floats]:
    """The bag of words and element tokens of a whole page: buckets and weights.

    Words fall into the first 2**14 buckets, tokens into the next; each half has length 1. The
    page's type is predicted from it: article, shop, forum ...
    """
    tokens = np.zeros(0, np.int64)
    if elements is not None:
        tokens = np.append(elements.tokens, element_tokens("", (f"type={page.metadata.type}",)))
    words, counts, names = kernels.bag_buckets(text, tokens, BAG_LEVEL, BAG_BITS)
    weights = np.log1p(counts)
    weights /= max(total(weights * weights) ** 0.5, 1e-9)
    if elements is None:
        return words, weights
    equal = np.full(len(names), len(names) ** -0.5)
    return np.concatenate([words, names + (1 << BAG_BITS)]), np.concatenate([weights, equal])
