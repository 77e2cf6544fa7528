"""Lines to numbers: what a line's characters, words and markup look like.

Everything is computed for a whole page at once on arrays of code points, in every script
alike: categories come from the Unicode database, words from letters, digits and marks, and
nothing assumes blanks, case or Western punctuation. HTML and bare text take the same path;
what only markup can tell is nan on bare text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.characters import (
    SCRIPTS,
    TABLE_SIZE,
    Char,
    char_counts,
    char_flags,
    char_table,
    code_points,
    plain_texts,
    script_table,
)
from boilerplate.characters import Floats as Floats
from boilerplate.language import Speech, same_language, speech
from boilerplate.page import Element, Page

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

SCHEMA: Final = 3  # raised whenever a feature changes its meaning; model files name it

# A line's first and last characters say what it is; a 50 MB line must not cost 50 MB of n-grams.
MAX_LINE_HEAD: Final = 3000
MAX_LINE_TAIL: Final = 1000
MAX_LINE: Final = MAX_LINE_HEAD + MAX_LINE_TAIL

HASH_BITS: Final = 18
CHAR_ORDERS: Final = (1, 2, 3, 4, 5)
WORD_ORDERS: Final = (1, 2)
_BASE: Final = np.uint64(0x9E3779B97F4A7C15 | 1)  # odd, so that it has an inverse modulo 2**64
_BASE_INVERSE: Final = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)


Words = tuple[Ints, Ints, Ints]  # starts, ends, and how many words stand before each line


@dataclass(slots=True)
class PageText:
    """A page's lines as one array of code points, and sums over it.

    ``starts`` are the offsets of the lines in ``folded`` (case-folded, digits all 0), which
    holds a newline before each line and after the last. ``words`` (2, w) are the starts and ends
    of words, ``words_before`` (n + 1,) how many stand before each line; ``words`` may have room
    for more. Shapes: n lines, m code points.
    """

    texts: Sequence[str]
    folded: NDArray[np.uint32]
    starts: Ints
    lengths: Ints
    prefix: Hashes
    powers: Hashes
    words: Ints
    words_before: Ints

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.texts)

    @property
    def compiled(self) -> tuple[Any, ...]:
        """The arrays that the compiled part reads n-grams from."""
        return self.prefix, self.powers, self.starts, self.lengths, self.words, self.words_before


def clip(text: str) -> str:
    """A line's head and tail, where it is longer than a line should be; without line ends."""
    if len(text) > MAX_LINE:
        text = text[:MAX_LINE_HEAD] + text[-MAX_LINE_TAIL:]
    return text.replace("\n", " ")


def page_text(texts: Sequence[str]) -> PageText:
    """The arrays that n-grams, words and repetition are read from."""
    folded = code_points("\n".join(["", *texts, ""]).casefold()).copy()
    n, table = len(texts), char_table()
    powers, inverse = _powers(len(folded) + 8)
    if native := acceleration.native:
        prefix, words = np.empty(len(folded) + 1, np.uint64), np.empty(n + 1, np.int64)
        lines, spans = np.empty((2, n), np.int64), np.empty((2, len(folded) // 2 + 1), np.int64)
        _no_newlines(texts, native.fold_text(folded, table, powers, prefix, lines, spans, words))
        return PageText(texts, folded, lines[0], lines[1], prefix, inverse, spans, words)
    kinds = table[np.minimum(folded, TABLE_SIZE - 1)]
    folded[kinds == Char.DIGIT] = ord("0")
    breaks = np.flatnonzero(folded == ord("\n"))
    _no_newlines(texts, len(breaks))
    prefix = np.zeros(len(folded) + 1, np.uint64)
    with np.errstate(over="ignore"):
        terms = (folded.astype(np.uint64) + np.uint64(1)) * powers[: len(folded)]
        np.cumsum(terms, out=prefix[1:])
    inside = ((kinds >= Char.LOWER) & (kinds <= Char.DIGIT)).astype(np.int8)
    edges = np.diff(inside, prepend=0, append=0)
    spans = np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)])
    starts, lengths = breaks[:-1] + 1, np.diff(breaks) - 1
    words = np.searchsorted(spans[0], breaks)
    return PageText(texts, folded, starts, lengths, prefix, inverse, spans, words)


def _no_newlines(texts: Sequence[str], breaks: int) -> None:
    if breaks != len(texts) + 1:
        raise ValueError(f"{len(texts)} lines with {breaks - len(texts) - 1} newlines in them")


_POWER_CACHE: list[tuple[Hashes, Hashes]] = []


def _powers(n: int) -> tuple[Hashes, Hashes]:
    """Powers of the hash base and of its inverse, at least n of each; grown by doubling."""
    if not _POWER_CACHE or len(_POWER_CACHE[0][0]) < n:
        size = 1 << max(16, (n - 1).bit_length())
        with np.errstate(over="ignore"):
            tables = []
            for base in (_BASE, _BASE_INVERSE):
                row = np.full(size, base, np.uint64)
                row[0] = 1
                tables.append(np.cumprod(row, dtype=np.uint64))
        _POWER_CACHE[:] = [(tables[0], tables[1])]
    forward, inverse = _POWER_CACHE[0]
    return forward, inverse


def span_hashes(page: PageText, starts: Ints, ends: Ints, salt: int) -> Hashes:
    """A 64-bit hash of the characters of each span; equal spans have equal hashes."""
    with np.errstate(over="ignore"):
        raw = (page.prefix[ends] - page.prefix[starts]) * page.powers[starts]
        raw = (raw + np.uint64(salt)) * _MIX
        raw ^= raw >> np.uint64(32)
        raw *= _MIX
    return raw


def _sums_between(values: Floats | NDArray[np.float32], offsets: Ints) -> Floats:
    """Sums of the values between each offset and the next."""
    total = np.zeros(len(values) + 1)
    np.cumsum(values, dtype=np.float64, out=total[1:])
    sums: Floats = total[offsets[1:]] - total[offsets[:-1]]
    return sums


@dataclass(slots=True)
class Grams:
    """Hashes of n-grams in page order, and where each line's begin (n + 1 offsets)."""

    hashes: Hashes
    offsets: Ints

    def sums(self, values: Floats | NDArray[np.float32]) -> Floats:
        """The sum of a value for each n-gram over each line."""
        return _sums_between(values, self.offsets)

    @property
    def counts(self) -> Ints:
        """How many n-grams each line has."""
        return np.diff(self.offsets)


WORD_SALT: Final = 100  # so that words and characters of one order differ


def char_grams(page: PageText, order: int) -> Grams:
    """Character n-grams of each line, its bounds included as a character of their own."""
    first = page.starts - (order > 1)
    last = page.starts + page.lengths + (order > 1)
    counts = np.maximum(last - first - order + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    starts = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return Grams(span_hashes(page, starts, starts + order, order), offsets)


def word_spans(page: PageText) -> Words:
    """Start and end of each word, (w,), and how many stand before each line, (n + 1,).

    A word is letters, marks and digits.
    """
    starts, ends = page.words[:, : page.words_before[-1]]
    return starts, ends, page.words_before


def word_grams(page: PageText, order: int) -> Grams:
    """Word n-grams of each line."""
    starts, ends, offsets = word_spans(page)
    counts = np.diff(offsets)
    if order > 1:
        line = np.repeat(np.arange(page.n), counts)
        whole = line[order - 1 :] == line[: len(line) - order + 1]
        starts, ends = starts[: len(whole)][whole], ends[order - 1 :][whole]
        offsets = np.concatenate([[0], np.cumsum(np.maximum(counts - order + 1, 0))])
    return Grams(span_hashes(page, starts, ends, WORD_SALT + order), offsets)


def text_grams(page: PageText) -> list[Grams]:
    """All n-grams that the text model weighs: characters 1 to 5, words 1 and 2."""
    return [char_grams(page, n) for n in CHAR_ORDERS] + [word_grams(page, n) for n in WORD_ORDERS]


def buckets(hashes: Hashes, bits: int = HASH_BITS) -> Ints:
    """The place of each hash in a table of 2**bits weights."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


_NAME_WORD = re.compile(r"[a-z]{2,}|[A-Z][a-z]+|[A-Z]{2,}")
MAX_NAME_WORDS: Final = 24
KEPT_NAMES: Final = 1 << 14  # of elements, whose tokens are kept: those of some hundred sites


@lru_cache(maxsize=KEPT_NAMES)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a class, id or role, whole and in pieces.

    >>> name_tokens("postBody-text2"), name_tokens("role=navigation")
    (('postbody-text', 'post', 'body', 'text'), ('role=navigation', 'role', 'navigation'))
    """
    whole = re.sub(r"\d+", "", name.lower())[:40]
    return (whole, *(word.lower() for word in _NAME_WORD.findall(name)[:8]))


@lru_cache(maxsize=KEPT_NAMES)
def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes of what an element is called: its tag, its names, their words."""
    if native := acceleration.native:
        out = np.empty(MAX_NAME_WORDS + 1, np.int64)
        if (found := native.element_tokens(tag, names, out)) > 0:
            return out[:found]
    tokens = dict.fromkeys(token for name in names for token in name_tokens(name))
    return np.array(
        [
            crc32(f"<{tag}>".encode()),
            *(crc32(t.encode("utf-8", "replace")) for t in list(tokens)[:MAX_NAME_WORDS]),
        ],
        np.int64,
    )


# The line's own element, its parent and grandparent speak for themselves; then they blur.
LEVELS: Final = np.array([0, 1, 2, 3, 3, 4, 4, 4, *([5] * 40)])
N_LEVELS: Final = 6


def name_buckets(tokens: Ints, level: int, bits: int = HASH_BITS) -> Ints:
    """The places of an element's tokens, seen from ``level`` elements below it."""
    with np.errstate(over="ignore"):
        mixed = (tokens.astype(np.uint64) + np.uint64(1 + (level << 34))) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
    return buckets(mixed, bits)


_FIRST_NAMES: Final = 3  # by which elements are told apart, whatever else they are called
ElementKind = tuple[str, tuple[str, ...]]  # what elements alike share: tag and names


@dataclass(slots=True)
class Tree:
    """The page's elements as arrays, and the innermost element of each line.

    ``kinds`` are the tags and names that there are, ``kind`` (e,) which of them an element has,
    ``sign`` (e,) a number that elements of the same tag and first names share. ``markups`` (n, 5)
    are ``line_markups``, ``groups`` (2, n) ``line_groups``. ``tokens`` (t,) are the
    ``element_tokens`` of the kinds, one after the other, ``sizes`` how many each has. Shapes:
    e elements, n lines.
    """

    kinds: Sequence[ElementKind]
    tokens: Ints
    sizes: Ints
    kind: Ints
    parent: Ints
    depth: Ints
    hidden: NDArray[np.bool_]
    sign: Ints
    markups: Floats
    line_element: Ints
    groups: Ints

    @property
    def levels(self) -> int:
        """How far up the elements around lines are looked at."""
        return min(int(self.depth[self.line_element].max(initial=0)) + 1, len(LEVELS))

    @property
    def chain(self) -> Ints:
        """The elements around each line, the innermost first, -1 above the root; (levels, n)."""
        chain = np.empty((self.levels, len(self.line_element)), np.int64)
        current = self.line_element
        for row in chain:
            row[:] = current
            current = np.where(current >= 0, self.parent[current], -1)
        return chain


def tree(page: Page, spoken: Sequence[int], partly: bool = False) -> Tree | None:
    """The Tree of a page's spoken lines; None for bare text.

    ``partly`` leaves out the elements that are around none of these lines.
    """
    if page.kind != "html" or not page.elements:
        return None
    markups = line_markups(page, spoken)
    own = markups[:, 0].astype(np.int64)
    numbers = np.arange(len(page.elements))
    if partly:
        numbers = elements_above(page.elements, own)
        own = np.searchsorted(numbers, own)
    kinds, kind, parent, depth, hidden, sign = element_arrays(page.elements, numbers)
    groups = line_groups(parent, sign, own)
    each = [element_tokens(*found) for found in kinds]
    tokens, sizes = np.concatenate(each), np.array([len(some) for some in each], np.int64)
    return Tree(kinds, tokens, sizes, kind, parent, depth, hidden, sign, markups, own, groups)


def elements_above(elements: Sequence[Element], own: Ints) -> Ints:
    """The numbers of some elements and of all around them, in rising order."""
    found: set[int] = set()
    for number in dict.fromkeys(own.tolist()):
        while number >= 0 and number not in found:
            found.add(number)
            number = elements[number].parent
    return np.array(sorted(found), np.int64)


def line_groups(parent: Ints, sign: Ints, own: Ints) -> Ints:
    """The first line whose element has the same sign, and the first whose parent's has so too.

    ``own`` (n,) are the lines' elements; (2, n).
    """
    groups = np.empty((2, len(own)), np.int64)
    if native := acceleration.native:
        native.line_groups(parent, sign, own, groups)
        return groups
    around = sign[np.maximum(parent[own], 0)]
    pairs = sign[own] * (sign.max(initial=0) + 1) + around
    for row, keys in zip(groups, (sign[own], pairs), strict=True):
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        row[:] = first[inverse]
    return groups


def element_arrays(
    elements: Sequence[Element], numbers: Ints
) -> tuple[list[ElementKind], Ints, Ints, Ints, NDArray[np.bool_], Ints]:
    """The kinds of some elements, and of each its kind, parent, depth, if it is hidden, its sign.

    ``numbers`` (e,) rise, and have the number of each element's parent. A parent is told by its
    place among them; elements of one sign share the tag and the first names.
    """
    e = len(numbers)
    kind, parent, depth, sign = np.empty((4, e), np.int64)
    hidden = np.empty(e, bool)
    some = tuple(elements) if e == len(elements) else tuple(elements[i] for i in numbers.tolist())
    if native := acceleration.native:
        kinds = native.element_arrays(some, numbers, parent, depth, hidden, kind, sign)
        return kinds, kind, parent, depth, hidden, sign
    place = dict(zip(numbers.tolist(), range(e), strict=True)) | {-1: -1}
    seen: dict[ElementKind, int] = {}
    signs: dict[ElementKind, int] = {}
    for i, element in enumerate(some):
        kind[i] = seen.setdefault((element.tag, element.names), len(seen))
        sign[i] = signs.setdefault((element.tag, element.names[:_FIRST_NAMES]), len(signs))
        parent[i], hidden[i] = place[element.parent], element.hidden
        depth[i] = depth[parent[i]] + 1 if element.parent >= 0 else 0
    return list(seen), kind, parent, depth, hidden, sign


def line_markups(page: Page, spoken: Sequence[int]) -> Floats:
    """Element, links, characters in links and in emphasis, and whether after a break; (n, 5)."""
    markups = [page.lines[i].markup for i in spoken]
    values = [
        (m.element, m.links, m.link_chars, m.emphasis_chars, m.after_break) if m else (0,) * 5
        for m in markups
    ]
    return np.array(values, float).reshape(len(markups), 5)


def subtree_sums(tree: Tree, values: Floats) -> Floats:
    """Sums over each element's subtree of values given for the lines; (n, k) to (e, k)."""
    total = np.zeros((len(tree.parent), values.shape[1]))
    np.add.at(total, tree.line_element, values)
    for element in range(len(total) - 1, 0, -1):  # children stand after their parents
        if tree.parent[element] >= 0:
            total[tree.parent[element]] += total[element]
    return total


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


def _log1p_table(n: int) -> Floats:
    """The logarithms of 1, 2, 3 ... at least n of them; made for more than are asked for."""
    return _log1p_of(max(12, (n - 1).bit_length()))


@lru_cache(maxsize=4)
def _log1p_of(bits: int) -> Floats:
    logarithms: Floats = np.log1p(np.arange(1 << bits, dtype=float))
    return logarithms


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


# What ``line_shapes`` finds: the kinds of the first and of the last character, ...
_SHAPES: Final = ("first", "last", "ends_ellipsis", "starts_upper", "indent", *_MARKS)
_MARKED_CHARS: Final = 400  # of a line, in which marks are looked for
_WORDS_CHARS: Final = 300  # and words that begin in upper case
_CLOSING: Final = "\"'”’»)]』」 "


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
_OTHER_ORDERS: Final = (3, 3, 3, 5)  # of n-grams shared with title, headline, description, body
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


LANGUAGE_COLUMNS: Final = (
    "page_language", "page_language_heard", "language_sure", "language_share",
    "language_longest", "language_like_previous", "language_like_next",
    "foreign_run_lines", "foreign_run_letters", "foreign_since", "foreign_until",
    "foreign_share", "foreign_at_once", "page_languages",
)  # fmt: skip
FEW_LETTERS: Final = 3.0  # of a line, below which nothing is said of its language
FOREIGN: Final = 0.5  # probability of the page's language, below which a line is foreign


def language_columns(page: Page, spoken: Sequence[int]) -> Floats:
    """What the languages of a page's spoken lines tell, as LANGUAGE_COLUMNS."""
    out = np.empty((len(LANGUAGE_COLUMNS), len(spoken)))
    language_features(
        speech([clip(each) for each in plain_texts([page.lines[i].text for i in spoken])]), out
    )
    return out.T


_LOGARITHMS_OF_LANGUAGES: Final = [
    LANGUAGE_COLUMNS.index(name)
    for name in ("language_longest", "foreign_run_lines", "foreign_run_letters")
]


def language_features(speech: Speech, out: Floats) -> None:
    """Whether lines speak the page's language, and their neighbours'; rows of (n,).

    A run of foreign lines within the article is a quotation; one that follows on all that
    is said in the page's language is a notice. ``foreign_since`` and ``foreign_until`` are the
    shares of that language's letters that stand before and after a foreign line; nan for lines
    that are not foreign. ``language_share`` is the share of the page's letters that are in the
    line's language, ``language_longest`` the length of the longest other line in it. A line of
    few letters takes its neighbours' language, and has no columns where there is none.
    """
    if not len(speech.letters) or speech.main < 0:
        out[:] = np.nan
        return
    twin, letters = _twin(speech), np.empty(len(speech.languages))
    if native := acceleration.native:
        share, heard = map(np.ascontiguousarray, (speech.share, speech.heard))
        native.language_features(share, heard, speech.letters, speech.main, twin, letters, out)
    else:
        known = ~np.isnan(speech.share[:, 0]) & (speech.letters >= FEW_LETTERS)
        _fill(out, _columns_of_languages(speech, known, twin, letters))
        out[:, ~known] = np.nan
    spread = letters / max(total(letters), 1.0)
    logarithms = np.log(np.maximum(spread, 1e-9))
    out[-1] += np.exp(-total(spread * logarithms))  # nan stays nan
    out[_LOGARITHMS_OF_LANGUAGES] = np.log1p(out[_LOGARITHMS_OF_LANGUAGES])


def _columns_of_languages(
    speech: Speech, known: NDArray[np.bool_], twin: int, of_languages: Floats
) -> list[Any]:
    """LANGUAGE_COLUMNS but for logarithms; fills the letters ``of_languages``, (l,)."""
    share = np.where(known[:, None], speech.share, 0.0)
    own, heard = share[:, speech.main], speech.heard[:, speech.main]
    if twin >= 0:
        own, heard = own + share[:, twin], heard + speech.heard[:, twin]
    letters = np.where(known, speech.letters, 0.0)
    all_letters = max(total(letters), 1.0)
    of_languages[:] = np.cumsum(share * letters[:, None], axis=0)[-1]
    foreign = known & (own < FOREIGN)
    run_lines, run_letters = _runs(foreign, known, letters)
    since = np.cumsum(np.where(foreign, 0.0, letters * own))
    everything = max(float(since[-1]), 1.0)
    alike_before, alike_after = _alike(share, known)
    best = share.argmax(1)
    longest = np.array([_longest_other(letters * (best == b)) for b in range(share.shape[1])])
    return [
        own,
        heard,
        share.max(1),
        np.cumsum(share * (of_languages / all_letters), axis=1)[:, -1],
        longest[best, np.arange(len(best))],
        alike_before,
        alike_after,
        run_lines,
        run_letters,
        np.where(foreign, since / everything, np.nan),
        np.where(foreign, 1.0 - since / everything, np.nan),
        letters[foreign].sum() / all_letters,
        run_letters / max(float(letters[foreign].sum()), 1.0),
        0.0,
    ]


def _twin(speech: Speech) -> int:
    """The place of the other Chinese on a page in Chinese, or -1."""
    main = speech.languages[speech.main]
    for i, code in enumerate(speech.languages):
        if code != main and same_language(code, main):
            return i
    return -1


def _runs(
    foreign: NDArray[np.bool_], known: NDArray[np.bool_], letters: Floats
) -> tuple[Floats, Floats]:
    """Lines and letters of the run of foreign lines around each; 0 for those that are not.

    Lines of which nothing is known break no run.
    """
    at = np.flatnonzero(known)
    inside = foreign[at]
    run = np.cumsum(inside & ~np.concatenate([[False], inside[:-1]])) * inside
    lines, sums = np.zeros(len(known)), np.zeros(len(known))
    lines[at] = np.where(inside, np.bincount(run, inside)[run], 0.0)
    sums[at] = np.where(inside, np.bincount(run, letters[at])[run], 0.0)
    return lines, sums


def _alike(share: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The probability that the known line before, and after, speaks as a line does; (n,) each."""
    before, after = np.full(len(known), np.nan), np.full(len(known), np.nan)
    at = np.flatnonzero(known)
    both = np.cumsum(share[at[:-1]] * share[at[1:]], axis=1)[:, -1]
    before[at[1:]], after[at[:-1]] = both, both
    return before, after


def _longest_other(letters: Floats) -> Floats:
    """The longest of the other lines, for each; (n,)."""
    if len(letters) < 2:
        return np.zeros(len(letters))
    second, first = np.sort(letters)[-2:].tolist()
    return np.asarray(np.where(letters >= first, second, first))


TAG_FLAGS: Final = (
    "article main nav header footer aside form ul ol table figure blockquote section dl pre button "
    "h1 h2 h3 h4 h5 h6 p a li td th label figcaption dd dt span div strong b em i code summary "
    "details"
).split()
MARKUP_COLUMNS: Final = (
    "links", "link_share", "emphasis_share", "after_break", "depth", "hidden",
    *(f"own_{tag}" for tag in TAG_FLAGS), *(f"in_{tag}" for tag in TAG_FLAGS),
    "up_from_previous", "down_to_this", "up_from_this", "down_to_next", "same_parent_previous",
    "same_signature", "same_signature_chars", "same_path", "first_in_parent", "last_in_parent",
)  # fmt: skip
_FLAG_INDEX: Final = {tag: i for i, tag in enumerate(TAG_FLAGS)}


_LOGARITHMS_OF_MARKUP: Final = [
    MARKUP_COLUMNS.index(name)
    for name in ("links", "same_signature", "same_signature_chars", "same_path")
]


def common_depth(tree: Tree, at: Ints) -> Ints:
    """The depth of the innermost element around each element and the next, (n - 1,)."""
    a, b = at[:-1].copy(), at[1:].copy()
    while (apart := a != b).any():
        a_first = apart & (a > b)
        b_first = apart & ~a_first
        a[a_first] = tree.parent[a[a_first]]
        b[b_first] = tree.parent[b[b_first]]
    return tree.depth[a]


def markup_features(tree: Tree, chars: Floats, out: Floats) -> None:
    """What the markup around each line says, as MARKUP_COLUMNS, into rows of (n,)."""
    k = len(TAG_FLAGS)
    flags = np.array([_FLAG_INDEX.get(tag, k) for tag, _ in tree.kinds], np.int64)[tree.kind]
    if native := acceleration.native:
        native.markup_features(
            tree.parent, tree.depth, tree.hidden, flags, tree.line_element, tree.markups,
            tree.groups, chars, out,
        )  # fmt: skip
    else:
        _fill(out, _markup_columns(tree, flags, chars))
    out[_LOGARITHMS_OF_MARKUP] = np.log1p(out[_LOGARITHMS_OF_MARKUP])


def _fill(out: Floats, columns: Sequence[Any]) -> None:
    for row, column in zip(out, columns, strict=True):
        row[:] = column


def _markup_columns(tree: Tree, flags: Ints, chars: Floats) -> list[Any]:
    k = len(TAG_FLAGS)
    own = np.zeros((len(tree.kind), k + 1), bool)
    own[np.arange(len(flags)), flags] = True
    own[:, k] = tree.hidden
    inherited = own.copy()
    for element, up in enumerate(tree.parent.tolist()):
        if up >= 0:
            inherited[element] |= inherited[up]
    at = tree.line_element
    counts = tree.markups[:, 1:]
    depth = tree.depth[at]
    shared = common_depth(tree, at)
    before = np.concatenate([[0], shared])
    after = np.concatenate([shared, [0]])
    previous, following = np.concatenate([[0], depth[:-1]]), np.concatenate([depth[1:], [0]])
    parents = np.maximum(tree.parent[at], 0)
    same_parent = np.concatenate([[False], parents[1:] == parents[:-1]])
    alike, path = tree.groups
    return [
        counts[:, 0],
        counts[:, 1] / np.maximum(chars, 1),
        counts[:, 2] / np.maximum(chars, 1),
        counts[:, 3],
        depth,
        inherited[at, k],
        *own[at, :k].T,
        *inherited[at, :k].T,
        previous - before,
        depth - before,
        depth - after,
        following - after,
        same_parent,
        np.bincount(alike)[alike],
        np.bincount(alike, chars)[alike],
        np.bincount(path)[path],
        ~same_parent,
        ~np.concatenate([same_parent[1:], [False]]),
    ]


@dataclass(slots=True)
class Encoded:
    """A page's spoken lines as the models read them; (n,) arrays, ``columns`` (n, f).

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


def total(values: Floats) -> float:
    """The sum, from the first to the last: the same bits wherever it is computed."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


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


def encode(page: Page, spoken: Sequence[int], partly: bool = False) -> Encoded:
    """Everything that is known of a page's lines before any model has spoken.

    ``partly`` takes these lines for a page of their own.
    """
    full = plain_texts([page.lines[i].text for i in spoken])
    chars = np.fromiter(map(len, full), float, len(full))
    text = page_text([clip(t) if len(t) > MAX_LINE or "\n" in t else t for t in full])
    counts, scripts, shapes = line_shapes(text.texts)
    spoken_in = speech(text.texts, scripts, (text.folded, text.starts, text.lengths))
    skeleton = tree(page, spoken, partly)
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


def gram_rows(encoded: Encoded) -> tuple[Ints, Ints]:
    """Bucket ids of each line's n-grams, line after line, and the offsets of the lines."""
    return interleaved(encoded.grams)


def interleaved(kinds: Sequence[Grams], bits: int = HASH_BITS) -> tuple[Ints, Ints]:
    """Bucket ids of several kinds of n-grams, line after line, and the offsets of the lines."""
    counts = np.sum([grams.counts for grams in kinds], axis=0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    out = np.empty(offsets[-1], np.int64)
    at = offsets[:-1].copy()
    for grams in kinds:
        each = grams.counts
        place = np.repeat(at - grams.offsets[:-1], each) + np.arange(grams.offsets[-1])
        out[place] = buckets(grams.hashes, bits)
        at += each
    return out, offsets


NEIGHBOUR_WORDS: Final = 12  # a heading's, or the first of a paragraph's
_PREVIOUS: Final = np.uint64(0xA0761D6478BD642F)
_NEXT: Final = np.uint64(0xE7037ED1A0B428DB)


def around_rows(encoded: Encoded) -> tuple[Ints, Ints]:
    """Bucket ids of the first words of the lines before and after each, and the offsets.

    What stands under 'Related stories' is no article, however it is worded.
    """
    if not encoded.n or encoded.text is None:
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    words = word_grams(encoded.text, 1)
    place = np.arange(len(words.hashes)) - np.repeat(words.offsets[:-1], words.counts)
    first = words.hashes[place < NEIGHBOUR_WORDS]
    offsets = np.concatenate([[0], np.cumsum(np.minimum(words.counts, NEIGHBOUR_WORDS))])
    before = Grams(_mixed(first[: offsets[-2]], _PREVIOUS), np.concatenate([[0], offsets[:-1]]))
    rest = np.concatenate([offsets[1:], offsets[-1:]]) - offsets[1]
    return interleaved([before, Grams(_mixed(first[offsets[1] :], _NEXT), rest)])


def _mixed(hashes: Hashes, salt: np.uint64) -> Hashes:
    with np.errstate(over="ignore"):
        return (hashes ^ salt) * _MIX


def name_rows(skeleton: Tree) -> tuple[Ints, Ints]:
    """Bucket ids of the names around each line, line after line, and the offsets of the lines."""
    tokens, sizes = skeleton.tokens, skeleton.sizes
    begins = np.cumsum(sizes) - sizes
    sizes, begins = sizes[skeleton.kind], begins[skeleton.kind]
    chain = skeleton.chain.T  # a row for each line, its own element first
    present = chain >= 0
    element = chain[present]
    level = np.broadcast_to(LEVELS[: chain.shape[1]], chain.shape)[present]
    counts = sizes[element]
    place = np.repeat(begins[element] - (np.cumsum(counts) - counts), counts)
    place += np.arange(len(place))
    # What an element is called from a level is mixed once, not once for each line below it.
    mixed = np.concatenate([name_buckets(tokens, n) for n in range(N_LEVELS)])
    ids = mixed[place + np.repeat(level * len(tokens), counts)]
    per_line = np.zeros(chain.shape, np.int64)
    per_line[present] = counts
    return ids, np.concatenate([[0], np.cumsum(per_line.sum(1))])


def row_means(weights: NDArray[np.float32], ids: Ints, offsets: Ints) -> Floats:
    """Each row's sum of weights over the square root of its length: its linear score."""
    means: Floats = _sums_between(weights[ids], offsets)
    means /= np.sqrt(np.maximum(np.diff(offsets), 1))
    return means


def gram_scores(encoded: Encoded, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``gram_rows``, (n,), without making the rows.

    Sums of weights that are stored in 16 bits are exact in any order.
    """
    if (native := acceleration.native) and encoded.text is not None:
        sums, counts = np.zeros(encoded.n), np.empty(encoded.n, np.int64)
        orders = bytes(CHAR_ORDERS), bytes(WORD_ORDERS)
        native.ngram_sums(encoded.text.compiled, *orders, HASH_BITS, weights, sums, counts)
        return sums / np.sqrt(np.maximum(counts, 1))
    return row_means(weights, *gram_rows(encoded))


def around_scores(encoded: Encoded, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``around_rows``, (n,), without making the rows."""
    if (native := acceleration.native) and encoded.text is not None:
        scores = np.empty(encoded.n)
        text, salts = encoded.text.compiled, (int(_PREVIOUS), int(_NEXT))
        native.neighbour_word_scores(text, NEIGHBOUR_WORDS, *salts, weights, scores)
        return scores
    return row_means(weights, *around_rows(encoded))


def name_scores(skeleton: Tree, weights: NDArray[np.float32]) -> Floats:
    """``row_means`` of the weights of ``name_rows``, (n,): a kind of element is asked once."""
    if native := acceleration.native:
        scores = np.empty(len(skeleton.line_element))
        native.element_name_scores(
            skeleton.tokens, skeleton.sizes, skeleton.kind, skeleton.parent,
            skeleton.line_element, LEVELS[: skeleton.levels], weights, scores,
        )  # fmt: skip
        return scores
    return row_means(weights, *name_rows(skeleton))
