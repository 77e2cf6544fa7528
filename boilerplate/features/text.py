"""Text features: what the characters and words of a line look like."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.ngrams import PageText, page_text
from boilerplate.kernels.plain_text import _MARKS, _SHAPES, _shapes, _text_columns, char_counts
from boilerplate.numeric import Floats
from boilerplate.page import Page
from boilerplate.unicode import SCRIPTS, Char, char_flags, char_table, code_points, script_table


def _log1p_table(n: int) -> Floats:
    """The logarithms of 1, 2, 3 ... at least n of them; made for more than are asked for."""
    return _log1p_of(max(12, (n - 1).bit_length()))


@lru_cache(maxsize=4)
def _log1p_of(bits: int) -> Floats:
    logarithms: Floats = np.log1p(np.arange(1 << bits, dtype=float))
    return logarithms


TEXT_COLUMNS: Final = (
    "log_chars", "log_words", "word_length", "lower", "upper", "letter", "mark", "digit",
    "terminal", "comma", "bracket", "quote", "dash", "punctuation", "currency", "symbol",
    "space", "colon",
    "n_terminal", "n_comma", "ends_terminal", "ends_comma", "ends_colon", "ends_letter",
    "ends_ellipsis", "first_upper", "first_lower", "first_digit", "first_punctuation",
    "capital_words", "page_script", "familiar3", "familiar_word",
    "same_line", "same_start", "same_end", "said_before", "said_again", "copied_share",
    "indent", *_MARKS,
    "in_title", "title_in", "in_headline", "headline_in", "in_description", "description_in",
    "in_body", "body_in", "has_body",
)  # fmt: skip


def line_shapes(texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """What the characters of each line are: by kind, by script, and _SHAPES.

    Shapes (n, 16) and (n, 29), as ``char_counts`` has them, and (n, 14).
    """
    native = acceleration.native
    if native is None or not texts:
        return *char_counts(texts), _shapes(texts)
    n = len(texts)
    counts, scripts = np.empty((n, len(Char))), np.empty((n, SCRIPTS))
    shapes, odd = np.empty((n, len(_SHAPES))), np.empty(n, bool)
    points = code_points("\n".join(texts) + "\n")
    tables = char_table(), char_flags(), script_table()
    native.line_shapes(points, *tables, counts, scripts, shapes, odd)
    for i in np.flatnonzero(odd).tolist():  # rare characters, that the tables don't hold
        shapes[i] = _shapes(texts[i : i + 1])
    return counts, scripts, shapes


_LOGARITHMS_OF_TEXT: Final = [
    TEXT_COLUMNS.index(name)
    for name in (
        "log_chars", "log_words", "n_terminal", "n_comma", "same_line", "same_start", "same_end",
        "said_before", "said_again",
    )
]  # fmt: skip
# How many letters of an alphabet say what one letter of these scripts says: by their place among
# scripts, Hangul, Ethiopic, and Han with kana, as translations of a text are long.
_LETTERS_IN_ONE: Final = {23: 2.0, 24: 1.5, 28: 2.5}
_OTHER_CHARS: Final = 5000  # of a title, headline or description, in which lines are looked for


def sizes_of(chars: Floats, counts: Floats, scripts: Floats) -> Floats:
    """How long lines would be in an alphabet: a Chinese sentence is no shorter than others; (n,).

    ``chars`` (n,) are their lengths, ``counts`` (n, 16) and ``scripts`` (n, 29) the characters of
    what is read of them.
    """
    more = sum((letters - 1.0) * scripts[:, at] for at, letters in _LETTERS_IN_ONE.items())
    sizes: Floats = chars * (1.0 + more / np.maximum(counts.sum(1), 1.0))
    return sizes


def text_features(
    page: Page,
    text: PageText,
    sizes: Floats,
    counts: Floats,
    scripts: Floats,
    shapes: Floats,
    out: Floats,
) -> None:
    """What the characters of each line say, as TEXT_COLUMNS, into rows of (n,).

    ``sizes`` are the lines' ``sizes_of``, (n,); ``counts``, ``scripts`` and ``shapes`` their
    characters, as ``line_shapes`` has them, of which ``text`` may have clipped some.
    """
    meta = page.metadata
    others = [each[:_OTHER_CHARS] for each in (meta.title, meta.headline, meta.description)]
    others = [each.replace("\n", " ") for each in (*others, meta.body)]
    if native := acceleration.native:
        logarithms = _log1p_table(len(text.folded))
        theirs = page_text(others).compiled
        native.text_features(text.compiled, theirs, counts, scripts, shapes, sizes, logarithms, out)
    else:
        _fill(out, _text_columns(text, others, sizes, counts, scripts, shapes))
    out[_LOGARITHMS_OF_TEXT] = np.log1p(out[_LOGARITHMS_OF_TEXT])


def _fill(out: Floats, columns: Sequence[Any]) -> None:
    for row, column in zip(out, columns, strict=True):
        row[:] = column
