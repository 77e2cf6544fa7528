"""Python twins of the text kernels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.ngrams import (
    Grams,
    PageText,
    buckets,
    char_grams,
    page_text,
    span_hashes,
    word_grams,
)
from boilerplate.numeric import Floats, Hashes, Ints
from boilerplate.unicode import (
    SCRIPTS,
    TABLE_SIZE,
    Char,
    char_flags,
    char_table,
    code_points,
    plain,
    script_table,
)


def plain_texts(texts: list[str]) -> list[str]:
    """``plain`` of each text."""
    if native := acceleration.native:
        return native.plain_texts(texts, char_flags(), plain)
    return [plain(text) for text in texts]


def char_counts(texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Characters of each kind in each line, (n, 16), and letters of each script, (n, 29)."""
    if not texts:
        return np.zeros((0, len(Char))), np.zeros((0, SCRIPTS))
    points = code_points("\n".join(texts) + "\n")
    if native := acceleration.native:
        by_kind, by_script = np.empty((len(texts), len(Char))), np.empty((len(texts), SCRIPTS))
        native.char_counts(points, char_table(), script_table(), by_kind, by_script)
        return by_kind, by_script
    points = np.minimum(points, TABLE_SIZE - 1)
    kinds = char_table()[points].astype(np.int64)
    newline = points == ord("\n")
    line = np.cumsum(newline) - newline
    counts = np.bincount(line * 16 + kinds, minlength=len(texts) * 16).reshape(-1, 16)
    counts[:, Char.SPACE] -= 1  # the newline itself
    letters = (kinds >= Char.LOWER) & (kinds <= Char.LETTER)
    scripts = script_table()[points[letters]].astype(np.int64)
    found = np.bincount(line[letters] * SCRIPTS + scripts, minlength=len(texts) * SCRIPTS)
    return counts.astype(float), found.reshape(-1, SCRIPTS).astype(float)


_OTHER_ORDERS: Final = (3, 3, 3, 5)  # of n-grams shared with title, headline, description, body


def gram_table(grams: Grams, weights: Floats | None = None, bits: int = 16) -> Floats:
    """How often each bucket of n-grams occurs on a page, each line weighted."""
    each = None if weights is None else np.repeat(weights, grams.counts)
    return np.bincount(buckets(grams.hashes, bits), each, minlength=1 << bits).astype(float)


def gram_familiarity(grams: Grams, weights: Floats | None = None, bits: int = 16) -> Floats:
    """How much a line's n-grams recur in the rest of the page: mean log count, (n,).

    Low for a line in another language than the page's, without knowing any language. With
    ``weights`` (the probability of content) it is the article that a line is held against.
    """
    table = gram_table(grams, weights, bits)
    seen = table[buckets(grams.hashes, bits)]
    own = 1.0 if weights is None else np.repeat(weights, grams.counts)
    rest = np.log1p(np.maximum(seen - own, 0.0))
    return grams.sums(rest) / np.maximum(grams.counts, 1)


def gram_overlap(text: PageText, other: str, order: int) -> tuple[Floats, Floats]:
    """Share of a line's n-grams found in another text, and of that text's in the line; (n,) each.

    nan where the other text is empty.
    """
    if not other:
        blank = np.full(text.n, np.nan)
        return blank, blank
    theirs = char_grams(page_text([other]), order).hashes
    table = np.zeros(1 << 18, bool)
    table[buckets(theirs, 18)] = True
    grams = char_grams(text, order)
    hits, counts = grams.sums(table[buckets(grams.hashes, 18)].astype(float)), grams.counts
    return hits / np.maximum(counts, 1), np.minimum(hits / max(len(theirs), 1), 1.5)


def _copies(hashes: Hashes) -> tuple[Ints, Ints]:
    """How many equal hashes stand before each, and how many there are in all; (n,) each."""
    before = np.empty(len(hashes), np.int64)
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    firsts = np.cumsum(counts) - counts
    before[order] = np.arange(len(hashes)) - np.repeat(firsts, counts)
    return before, counts[inverse]


COPY_LENGTH: Final = 60.0  # of a line's size, from which it is a copy of the article if said twice


def copies(hashes: Hashes, sizes: Floats) -> tuple[Ints, Ints, Floats]:
    """How often each line stood before and will stand again, and the share of copies; (n,) each.

    Pages hold their article twice: for print, for narrow screens. Only the first counts.
    """
    before, total = _copies(hashes)
    after = total - 1 - before
    copied = sizes[(sizes > COPY_LENGTH) & (before > 0)].sum()
    share = np.full(len(hashes), copied / max(sizes.sum(), 1.0))
    return before, after, share


_MARKS: Final = {
    "has_url": re.compile(r"https?://|www\.|\w\.(?:com|org|net)\b"),
    "has_at": re.compile(r"@"),
    "has_copyright": re.compile(r"©|\(c\)|®|™", re.I),
    "has_separator": re.compile(r"[|»›«•·→▸▶/\\]"),
    "has_clock_or_date": re.compile(r"\d{1,4}[./:\-年月日時时]\s?\d{1,2}"),
    "has_year": re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)"),
    "starts_with_bullet": re.compile(r"^\s*(?:[•·▪◦*\-–—>»+]|\(?\d{1,3}[.)])\s"),
    "starts_with_quote": re.compile(r"^\s*[\"'“”„«»「『]"),
    "has_code": re.compile(r"[{}();=<>]{2,}|\w\(\)|^\s*[#$/]{1,2}\s?\w"),
}

# What ``line_shapes`` finds: the kinds of the first and of the last character, ...
_SHAPES: Final = ("first", "last", "ends_ellipsis", "starts_upper", "indent", *_MARKS)
_MARKED_CHARS: Final = 400  # of a line, in which marks are looked for
_WORDS_CHARS: Final = 300  # and words that begin in upper case
_CLOSING: Final = "\"'”’»)]』」 "


def _shapes(texts: Sequence[str]) -> Floats:
    table = char_table()
    stripped = [t.strip() for t in texts]
    firsts = np.array([ord(t[0]) if t else 32 for t in stripped], np.int64)
    lasts = np.array([ord(t.rstrip(_CLOSING)[-1:] or " ") for t in stripped], np.int64)
    heads = [t[:_MARKED_CHARS] for t in texts]
    columns: list[Any] = [
        table[np.minimum(firsts, TABLE_SIZE - 1)],
        table[np.minimum(lasts, TABLE_SIZE - 1)],
        [t.endswith(("…", "...")) for t in stripped],
        [sum(w[:1].isupper() for w in t[:_WORDS_CHARS].split()) for t in texts],
        [len(t) - len(t.lstrip()) for t in texts],
        *([bool(rule.search(t)) for t in heads] for rule in _MARKS.values()),
    ]
    return np.column_stack([np.asarray(column, float) for column in columns])


def _text_columns(
    text: PageText,
    others: Sequence[str],
    sizes: Floats,
    counts: Floats,
    scripts: Floats,
    shapes: Floats,
) -> list[Any]:
    n = text.n
    first, last, ellipsis, starts_upper, indent, *marks = shapes.T
    shares = counts / np.maximum(counts.sum(1), 1.0)[:, None]
    words = np.diff(text.words_before)
    n_words = np.maximum(words, 1)
    main_script = scripts.sum(0).argmax() if n else 0
    letters = scripts.sum(1)
    begin, end = text.starts, text.starts + text.lengths
    whole = span_hashes(text, begin, end, 1)
    head = span_hashes(text, begin, np.minimum(begin + 8, end), 2)
    tail = span_hashes(text, np.maximum(end - 8, begin), end, 3)
    return [
        sizes,
        words,
        (counts[:, 1:6].sum(1)) / n_words,
        *(shares[:, kind] for kind in range(1, 16)),
        counts[:, Char.TERMINAL],
        counts[:, Char.COMMA],
        last == Char.TERMINAL,
        last == Char.COMMA,
        last == Char.COLON,
        (last >= Char.LOWER) & (last <= Char.LETTER),
        ellipsis,
        first == Char.UPPER,
        first == Char.LOWER,
        first == Char.DIGIT,
        (first >= Char.TERMINAL) & (first != Char.SPACE),
        starts_upper / n_words,
        np.where(letters > 0, scripts[:, main_script] / np.maximum(letters, 1), np.nan),
        gram_familiarity(char_grams(text, 3)),
        gram_familiarity(word_grams(text, 1)),
        *(_copies(hashes)[1] - 1 for hashes in (whole, head, tail)),
        *copies(whole, sizes),
        indent,
        *marks,
        *(
            column
            for other, order in zip(others, _OTHER_ORDERS, strict=True)
            for column in gram_overlap(text, other, order)
        ),
        bool(others[-1]),
    ]
