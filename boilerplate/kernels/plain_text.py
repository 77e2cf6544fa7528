"""Python twins of the text kernels: characters, words and repetition of the lines of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import (
    Grams,
    buckets,
    char_grams,
    check_newlines,
    joined,
    powers,
    span_hashes,
    word_grams,
)
from boilerplate.numeric import Floats, Hashes, Ints
from boilerplate.unicode import (
    SCRIPTS,
    TABLE_SIZE,
    Char,
    char_table,
    code_points,
    plain,
    script_table,
)


@dataclass(frozen=True, slots=True)
class TextParams:
    """What the text features are made with; the C twin has the same numbers."""

    marked_chars: int = 400  # characters of a line in which MARKS are looked for
    upper_chars: int = 300  # characters of a line in which words in upper case are counted
    seen_bits: int = 16  # of the table of n-grams that a page has
    overlap_bits: int = 18  # of the table of n-grams of a title, headline, description or body
    overlap_orders: tuple[int, ...] = (3, 3, 3, 5)  # of the n-grams that lines share with these
    max_overlap: float = 1.5  # a short title may be held several times by one line
    start_chars: int = 8  # of lines that begin, or end, alike
    copy_length: float = 60.0  # script-normalised length from which a repeated line is a copy
    long_line: float = 100.0  # the same, from which a line's n-grams are looked for in others
    least_weight: float = 1e-9  # of a line's n-grams together, to divide by


PARAMS: Final = TextParams()


def plain_texts(texts: list[str]) -> list[str]:
    """Each text normalised (``unicode.plain``)."""
    return [plain(text) for text in texts]


def page_text(texts: Sequence[str]) -> PageText:
    """The arrays that n-grams, words and repetition are read from.

    Raises ValueError where a line holds a newline.
    """
    folded = joined(texts)
    forward, inverse = powers(len(folded) + 8)
    chars = char_table()[np.minimum(folded, TABLE_SIZE - 1)]
    folded[chars == Char.DIGIT] = ord("0")
    breaks = np.flatnonzero(folded == ord("\n"))
    check_newlines(texts, len(breaks))
    prefix = np.zeros(len(folded) + 1, np.uint64)
    with np.errstate(over="ignore"):
        terms = (folded.astype(np.uint64) + np.uint64(1)) * forward[: len(folded)]
        np.cumsum(terms, out=prefix[1:])
    inside = ((chars >= Char.LOWER) & (chars <= Char.DIGIT)).astype(np.int8)
    edges = np.diff(inside, prepend=0, append=0)
    words = np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)])
    starts, lengths = breaks[:-1] + 1, np.diff(breaks) - 1
    return PageText(
        texts, folded, starts, lengths, prefix, inverse, words, np.searchsorted(words[0], breaks)
    )


def char_counts(texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Characters of each category in each line, (n, 16), and letters of each script, (n, 29)."""
    if not texts:
        return np.zeros((0, len(Char))), np.zeros((0, SCRIPTS))
    points = np.minimum(code_points("\n".join(texts) + "\n"), TABLE_SIZE - 1)
    chars = char_table()[points].astype(np.int64)
    newline = points == ord("\n")
    line = np.cumsum(newline) - newline
    counts = np.bincount(line * len(Char) + chars, minlength=len(texts) * len(Char))
    counts = counts.reshape(-1, len(Char))
    counts[:, Char.SPACE] -= 1  # the newline itself
    letters = (chars >= Char.LOWER) & (chars <= Char.LETTER)
    scripts = script_table()[points[letters]].astype(np.int64)
    found = np.bincount(line[letters] * SCRIPTS + scripts, minlength=len(texts) * SCRIPTS)
    return counts.astype(float), found.reshape(-1, SCRIPTS).astype(float)


# Signs that are looked for in a line, in the order of its shapes.
MARKS: Final = {
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
# The columns of ``shapes``: the categories of a line's first and last character, ...
SHAPES: Final = ("first", "last", "ends_ellipsis", "starts_upper", "indent", *MARKS)
CLOSING: Final = "\"'”’»)]』」 "  # what may stand behind the end of a sentence


def line_shapes(texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Characters of each line by category and script, (n, 16) and (n, 29); SHAPES, (n, 14)."""
    return *char_counts(texts), shapes(texts)


def shapes(texts: Sequence[str]) -> Floats:
    """The SHAPES of each line, (n, 14)."""
    table = char_table()
    stripped = [text.strip() for text in texts]
    firsts = np.array([ord(text[0]) if text else 32 for text in stripped], np.int64)
    lasts = np.array([ord(text.rstrip(CLOSING)[-1:] or " ") for text in stripped], np.int64)
    heads = [text[: PARAMS.marked_chars] for text in texts]
    columns: list[Any] = [
        table[np.minimum(firsts, TABLE_SIZE - 1)],
        table[np.minimum(lasts, TABLE_SIZE - 1)],
        [text.endswith(("…", "...")) for text in stripped],
        [sum(word[:1].isupper() for word in text[: PARAMS.upper_chars].split()) for text in texts],
        [len(text) - len(text.lstrip()) for text in texts],
        *([bool(mark.search(head)) for head in heads] for mark in MARKS.values()),
    ]
    return np.column_stack([np.asarray(column, float) for column in columns])


def text_features(
    text: PageText,
    others: Sequence[str],
    lengths: Floats,
    counts: Floats,
    scripts: Floats,
    shapes: Floats,
    out: Floats,
) -> None:
    """Fill the features of the block "text", a row of (n,) each, before their logarithms.

    ``others`` are the page's title, headline, description and body as its head has them;
    ``lengths`` (n,) are script-normalised; the rest is what ``line_shapes`` gives.
    """
    n = text.n
    first, last, ellipsis, starts_upper, indent, *marks = shapes.T
    shares = counts / np.maximum(counts.sum(1), 1.0)[:, None]
    words = np.diff(text.words_before)
    n_words = np.maximum(words, 1)
    main_script = scripts.sum(0).argmax() if n else 0
    letters = scripts.sum(1)
    begin, end = text.starts, text.starts + text.lengths
    whole = span_hashes(text, begin, end, 1)
    head = span_hashes(text, begin, np.minimum(begin + PARAMS.start_chars, end), 2)
    tail = span_hashes(text, np.maximum(end - PARAMS.start_chars, begin), end, 3)
    trigrams, single_words = char_grams(text, 3), word_grams(text, 1)
    rows: list[Any] = [
        lengths,
        words,
        (counts[:, Char.LOWER : Char.TERMINAL].sum(1)) / n_words,
        *(shares[:, char] for char in range(Char.LOWER, len(Char))),
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
        *(gram_familiarity(grams) for grams in (trigrams, single_words)),
        *(_copies(hashes)[1] - 1 for hashes in (whole, head, tail)),
        *copies(whole, lengths),
        indent,
        *marks,
        *(
            row
            for other, order in zip(others, PARAMS.overlap_orders, strict=True)
            for row in gram_overlap(text, other, order)
        ),
        bool(others[-1]),
        *gram_echo(trigrams, lengths),
        *gram_echo(single_words, lengths),
    ]
    fill(out, rows)


def fill(out: Floats, rows: Sequence[Any]) -> None:
    """Write rows, arrays or numbers, into an array; ValueError where their number differs."""
    for to, row in zip(out, rows, strict=True):
        to[:] = row


def gram_familiarity(grams: Grams) -> Floats:
    """How much a line's n-grams recur in the rest of the page: mean log count, (n,).

    Low for a line in another language than the page's, without a language detector.
    """
    places = buckets(grams.hashes, PARAMS.seen_bits)
    table = np.bincount(places, minlength=1 << PARAMS.seen_bits).astype(float)
    elsewhere = np.log1p(np.maximum(table[places] - 1.0, 0.0))
    return grams.sums(elsewhere) / np.maximum(grams.counts, 1)


def gram_echo(grams: Grams, lengths: Floats) -> tuple[Floats, Floats]:
    """Which share of a line's n-grams long lines have elsewhere, and how much it is; (n,) each.

    A long line has them elsewhere if they stand twice in the page's long lines, be it in itself. An
    n-gram weighs less the more often the page has it. The words of a headline stand in the article
    again, those of a link to another article do not.
    """
    places = buckets(grams.hashes, PARAMS.seen_bits)
    is_long = np.repeat(lengths >= PARAMS.long_line, grams.counts)
    size = 1 << PARAMS.seen_bits
    on_page = np.bincount(places, minlength=size)
    in_long = np.bincount(places[is_long], minlength=size)
    weights = 1.0 / (1.0 + np.log1p(on_page[places] - 1.0))
    echoed = grams.sums(np.where(in_long[places] > is_long, weights, 0.0))
    return echoed / np.maximum(grams.sums(weights), PARAMS.least_weight), echoed


def gram_overlap(text: PageText, other: str, order: int) -> tuple[Floats, Floats]:
    """Share of a line's n-grams found in another text, and of that text's in the line; (n,) each.

    nan where the other text is empty.
    """
    if not other:
        nothing = np.full(text.n, np.nan)
        return nothing, nothing
    theirs = char_grams(page_text([other]), order).hashes
    table = np.zeros(1 << PARAMS.overlap_bits, bool)
    table[buckets(theirs, PARAMS.overlap_bits)] = True
    grams = char_grams(text, order)
    hits = grams.sums(table[buckets(grams.hashes, PARAMS.overlap_bits)].astype(float))
    of_other = np.minimum(hits / max(len(theirs), 1), PARAMS.max_overlap)
    return hits / np.maximum(grams.counts, 1), of_other


def _copies(hashes: Hashes) -> tuple[Ints, Ints]:
    """How many equal hashes stand before each, and how many there are in all; (n,) each."""
    before = np.empty(len(hashes), np.int64)
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    firsts = np.cumsum(counts) - counts
    before[order] = np.arange(len(hashes)) - np.repeat(firsts, counts)
    return before, counts[inverse]


def copies(hashes: Hashes, lengths: Floats) -> tuple[Ints, Ints, Floats]:
    """How often each line stood before and will stand again, and the share of copies; (n,) each.

    Pages hold their article twice: for print, for narrow screens. Only the first counts.
    """
    before, total = _copies(hashes)
    after = total - 1 - before
    copied = lengths[(lengths > PARAMS.copy_length) & (before > 0)].sum()
    share = np.full(len(hashes), copied / max(lengths.sum(), 1.0))
    return before, after, share
