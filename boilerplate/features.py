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
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from boilerplate.characters import TABLE_SIZE, Char, char_counts, char_table, code_points, plain
from boilerplate.characters import Floats as Floats
from boilerplate.language import Speech, same_language, speech
from boilerplate.page import Element, Page

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

SCHEMA: Final = 2  # raised whenever a feature changes its meaning; model files name it

# A line's first and last characters say what it is; a 50 MB line must not cost 50 MB of n-grams.
MAX_LINE_HEAD: Final = 3000
MAX_LINE_TAIL: Final = 1000

HASH_BITS: Final = 18
CHAR_ORDERS: Final = (1, 2, 3, 4, 5)
WORD_ORDERS: Final = (1, 2)
_BASE: Final = np.uint64(0x9E3779B97F4A7C15 | 1)  # odd, so that it has an inverse modulo 2**64
_BASE_INVERSE: Final = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)


@dataclass(slots=True)
class PageText:
    """A page's lines as one array of code points, and sums over it.

    ``starts`` are the offsets of the lines in ``folded`` (case-folded, digits all 0), which
    holds a newline before each line and after the last. Shapes: n lines, m code points.
    """

    texts: Sequence[str]
    folded: NDArray[np.uint32]
    starts: Ints
    lengths: Ints
    prefix: Hashes
    powers: Hashes

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.texts)


def clip(text: str) -> str:
    """A line's head and tail, where it is longer than a line should be; without line ends."""
    if len(text) > MAX_LINE_HEAD + MAX_LINE_TAIL:
        text = text[:MAX_LINE_HEAD] + text[-MAX_LINE_TAIL:]
    return text.replace("\n", " ")


def page_text(texts: Sequence[str]) -> PageText:
    """The arrays that n-grams, words and repetition are read from."""
    folded = code_points("\n".join(["", *texts, ""]).casefold()).copy()
    table = char_table()
    kinds = table[np.minimum(folded, TABLE_SIZE - 1)]
    folded[kinds == Char.DIGIT] = ord("0")
    breaks = np.flatnonzero(folded == ord("\n"))
    powers, inverse = _powers(len(folded) + 8)
    with np.errstate(over="ignore"):
        prefix = np.concatenate(
            [
                np.zeros(1, np.uint64),
                np.cumsum(
                    (folded.astype(np.uint64) + np.uint64(1)) * powers[: len(folded)],
                    dtype=np.uint64,
                ),
            ]
        )
    return PageText(texts, folded, breaks[:-1] + 1, np.diff(breaks) - 1, prefix, inverse)


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


def char_grams(page: PageText, order: int) -> Grams:
    """Character n-grams of each line, its bounds included as a character of their own."""
    first = page.starts - (order > 1)
    last = page.starts + page.lengths + (order > 1)
    counts = np.maximum(last - first - order + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    starts = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return Grams(span_hashes(page, starts, starts + order, order), offsets)


def word_spans(page: PageText) -> tuple[Ints, Ints, Ints]:
    """Start and end of each word, and the line it is in; a word is letters, marks and digits."""
    kinds = char_table()[np.minimum(page.folded, TABLE_SIZE - 1)]
    inside = ((kinds >= Char.LOWER) & (kinds <= Char.DIGIT)).astype(np.int8)
    edges = np.diff(inside, prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return starts, ends, np.searchsorted(page.starts, starts, "right") - 1


def word_grams(page: PageText, order: int) -> Grams:
    """Word n-grams of each line."""
    starts, ends, line = word_spans(page)
    if order > 1:
        whole = line[order - 1 :] == line[: len(line) - order + 1]
        starts, line = starts[: len(whole)][whole], line[: len(whole)][whole]
        ends = ends[order - 1 :][whole]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=page.n))])
    return Grams(span_hashes(page, starts, ends, 100 + order), offsets)


def text_grams(page: PageText) -> list[Grams]:
    """All n-grams that the text model weighs: characters 1 to 5, words 1 and 2."""
    return [char_grams(page, n) for n in CHAR_ORDERS] + [word_grams(page, n) for n in WORD_ORDERS]


def buckets(hashes: Hashes, bits: int = HASH_BITS) -> Ints:
    """The place of each hash in a table of 2**bits weights."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


_NAME_WORD = re.compile(r"[a-z]{2,}|[A-Z][a-z]+|[A-Z]{2,}")
MAX_NAME_WORDS: Final = 24


@lru_cache(maxsize=65536)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a class, id or role, whole and in pieces.

    >>> name_tokens("postBody-text2"), name_tokens("role=navigation")
    (('postbody-text', 'post', 'body', 'text'), ('role=navigation', 'role', 'navigation'))
    """
    whole = re.sub(r"\d+", "", name.lower())[:40]
    return (whole, *(word.lower() for word in _NAME_WORD.findall(name)[:8]))


@lru_cache(maxsize=65536)
def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes of what an element is called: its tag, its names, their words."""
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


@dataclass(slots=True)
class Tree:
    """The page's elements as arrays, and the innermost element of each line.

    ``chain`` has a row for each level: row 0 the line's own element, row 1 its parent, and so
    on; -1 above the root. Shapes: e elements, n lines, d levels.
    """

    elements: Sequence[Element]
    parent: Ints
    depth: Ints
    line_element: Ints
    chain: Ints


def tree(page: Page, spoken: Sequence[int]) -> Tree | None:
    """The Tree of a page's spoken lines; None for bare text."""
    if page.kind != "html" or not page.elements:
        return None
    parent = np.array([element.parent for element in page.elements], np.int64)
    depth = np.zeros(len(parent), np.int64)
    for i, up in enumerate(parent.tolist()):
        if up >= 0:
            depth[i] = depth[up] + 1
    own = np.array(
        [line.markup.element if (line := page.lines[i]).markup else 0 for i in spoken], np.int64
    )
    rows, current = [], own
    for _ in range(len(LEVELS)):
        rows.append(current)
        current = np.where(current >= 0, parent[current], -1)
        if (current < 0).all():
            break
    return Tree(page.elements, parent, depth, own, np.array(rows).reshape(len(rows), len(own)))


def levels(tree: Tree) -> list[Ints]:
    """The elements of each depth, the outermost first."""
    order = np.argsort(tree.depth, kind="stable")
    deepest = int(tree.depth.max(initial=0))
    bounds = np.searchsorted(tree.depth[order], np.arange(deepest + 2))
    return [order[a:b] for a, b in pairwise(bounds.tolist())]


def subtree_sums(tree: Tree, values: Floats) -> Floats:
    """Sums over each element's subtree of values given for the lines; (n, k) to (e, k)."""
    total = np.zeros((len(tree.parent), values.shape[1]))
    np.add.at(total, tree.line_element, values)
    for level in reversed(levels(tree)[1:]):
        np.add.at(total, tree.parent[level], total[level])
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


def gram_overlap(grams: Grams, other: str, order: int) -> tuple[Floats, Floats]:
    """Share of a line's n-grams found in another text, and of that text's in the line; (n,) each.

    nan where the other text is empty.
    """
    if not other:
        blank = np.full(len(grams.offsets) - 1, np.nan)
        return blank, blank
    theirs = char_grams(page_text([other.replace("\n", " ")]), order).hashes
    table = np.zeros(1 << 18, bool)
    table[buckets(theirs, 18)] = True
    hits = grams.sums(table[buckets(grams.hashes, 18)].astype(float))
    return hits / np.maximum(grams.counts, 1), np.minimum(hits / max(len(theirs), 1), 1.5)


def repeats(hashes: Hashes) -> Floats:
    """How many other lines share a line's hash, as a logarithm."""
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    others: Floats = np.log1p(counts[inverse] - 1.0)
    return others


COPY_LENGTH: Final = 60.0  # characters, from which a line said twice is a copy of the article


def copies(hashes: Hashes, chars: Floats) -> tuple[Floats, Floats, Floats]:
    """How often each line stood before and will stand again, (n,), and the share of copies.

    Pages hold their article twice: for print, for narrow screens. Only the first counts.
    """
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    firsts = np.cumsum(counts) - counts
    before = np.empty(len(hashes))
    before[order] = np.arange(len(hashes)) - np.repeat(firsts, counts)
    after = counts[inverse] - 1 - before
    copied = chars[(chars > COPY_LENGTH) & (before > 0)].sum()
    share = np.full(len(hashes), copied / max(chars.sum(), 1.0))
    return np.log1p(before), np.log1p(after), share


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


def text_features(
    page: Page, text: PageText, chars: Floats, counts: Floats, scripts: Floats
) -> Floats:
    """What the characters of each line say, as TEXT_COLUMNS; (n, len(TEXT_COLUMNS)).

    ``chars`` are the lines' true lengths, (n,), which ``text`` may have clipped; ``counts``
    and ``scripts`` its characters by kind and script, as ``char_counts`` has them.
    """
    texts = text.texts
    n = len(texts)
    table = char_table()
    shares = counts / np.maximum(counts.sum(1), 1.0)[:, None]
    stripped = [t.strip() for t in texts]
    firsts = np.array([ord(t[0]) if t else 32 for t in stripped], np.int64)
    lasts = np.array([ord(t.rstrip("\"'”’»)]』」 ")[-1:] or " ") for t in stripped], np.int64)
    first = table[np.minimum(firsts, TABLE_SIZE - 1)]
    last = table[np.minimum(lasts, TABLE_SIZE - 1)]
    words = word_grams(text, 1)
    n_words = np.maximum(words.counts, 1)
    main_script = scripts.sum(0).argmax() if n else 0
    letters = scripts.sum(1)
    grams3, grams5 = char_grams(text, 3), char_grams(text, 5)
    begin, end = text.starts, text.starts + text.lengths
    whole = span_hashes(text, begin, end, 1)
    head = span_hashes(text, begin, np.minimum(begin + 8, end), 2)
    tail = span_hashes(text, np.maximum(end - 8, begin), end, 3)
    marks = [
        np.array([bool(rule.search(t[:400])) for t in texts], float) for rule in _MARKS.values()
    ]
    meta = page.metadata
    overlaps = [
        column
        for other in (meta.title, meta.headline, meta.description)
        for column in gram_overlap(grams3, other[:5000], 3)
    ]
    overlaps += gram_overlap(grams5, meta.body, 5)
    starts_upper = [sum(w[:1].isupper() for w in t[:300].split()) for t in texts]
    columns = [
        np.log1p(chars),
        np.log1p(words.counts),
        (counts[:, 1:6].sum(1)) / n_words,
        *(shares[:, kind] for kind in range(1, 16)),
        np.log1p(counts[:, Char.TERMINAL]),
        np.log1p(counts[:, Char.COMMA]),
        last == Char.TERMINAL,
        last == Char.COMMA,
        last == Char.COLON,
        (last >= Char.LOWER) & (last <= Char.LETTER),
        np.array([t.endswith(("…", "...")) for t in stripped]),
        first == Char.UPPER,
        first == Char.LOWER,
        first == Char.DIGIT,
        (first >= Char.TERMINAL) & (first != Char.SPACE),
        np.array(starts_upper) / n_words,
        np.where(letters > 0, scripts[:, main_script] / np.maximum(letters, 1), np.nan),
        gram_familiarity(grams3),
        gram_familiarity(words),
        repeats(whole),
        repeats(head),
        repeats(tail),
        *copies(whole, chars),
        np.array([len(t) - len(t.lstrip()) for t in texts], float),
        *marks,
        *overlaps,
        np.full(n, float(bool(meta.body))),
    ]
    return np.column_stack([np.asarray(c, float) for c in columns])


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
    return language_features(speech([clip(plain(page.lines[i].text)) for i in spoken]))


def language_features(speech: Speech) -> Floats:
    """Whether lines speak the page's language, and their neighbours'; LANGUAGE_COLUMNS, (n, 14).

    A run of foreign lines within the article is a quotation; one that follows on all that
    is said in the page's language is a notice. ``foreign_since`` and ``foreign_until`` are the
    shares of that language's letters that stand before and after a foreign line; nan for lines
    that are not foreign. ``language_share`` is the share of the page's letters that are in the
    line's language, ``language_longest`` the length of the longest other line in it. A line of
    few letters takes its neighbours' language, and has no columns where there is none.
    """
    n = len(speech.letters)
    if not n or speech.main < 0:
        return np.full((n, len(LANGUAGE_COLUMNS)), np.nan)
    known = ~np.isnan(speech.share[:, 0]) & (speech.letters >= FEW_LETTERS)
    share = np.where(known[:, None], speech.share, 0.0)
    own = share[:, speech.main] + _twin(speech, share)
    heard = speech.heard[:, speech.main] + _twin(speech, speech.heard)
    letters = np.where(known, speech.letters, 0.0)
    all_letters = max(letters.sum(), 1.0)
    masses = share * letters[:, None]
    total = masses.sum(0)
    foreign = known & (own < FOREIGN)
    run_lines, run_letters = _runs(foreign, known, letters)
    native = np.where(foreign, 0.0, letters * own)
    since = np.cumsum(native)
    everything = max(float(since[-1]), 1.0)
    spread = total / max(total.sum(), 1.0)
    alike_before, alike_after = _alike(share, known)
    best = share.argmax(1)
    longest = np.array([_longest_other(letters * (best == b)) for b in range(share.shape[1])])
    columns = [
        own,
        heard,
        share.max(1),
        (share * (total / all_letters)).sum(1),
        np.log1p(longest[best, np.arange(n)]),
        alike_before,
        alike_after,
        np.log1p(run_lines),
        np.log1p(run_letters),
        np.where(foreign, since / everything, np.nan),
        np.where(foreign, 1.0 - since / everything, np.nan),
        np.full(n, letters[foreign].sum() / all_letters),
        run_letters / max(float(letters[foreign].sum()), 1.0),
        np.full(n, np.exp(-(spread * np.log(np.maximum(spread, 1e-9))).sum())),
    ]
    out = np.column_stack(columns)
    out[~known] = np.nan
    return out


def _twin(speech: Speech, values: Floats) -> Floats:
    """The column of the other Chinese on a page in Chinese, or nothing."""
    main = speech.languages[speech.main]
    for i, code in enumerate(speech.languages):
        if code != main and same_language(code, main):
            return values[:, i]
    return np.zeros(len(values))


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
    both = (share[at[:-1]] * share[at[1:]]).sum(1)
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


def signatures(tree: Tree) -> Ints:
    """A number for each element that those of the same tag and names share; (e,)."""
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    return np.array(
        [seen.setdefault((e.tag, e.names[:3]), len(seen)) for e in tree.elements], np.int64
    )


def common_depth(tree: Tree, a: Ints, b: Ints) -> Ints:
    """The depth of the innermost common ancestor of pairs of elements."""
    a, b = a.copy(), b.copy()
    while (apart := a != b).any():
        a_first = apart & (a > b)
        b_first = apart & ~a_first
        a[a_first] = tree.parent[a[a_first]]
        b[b_first] = tree.parent[b[b_first]]
    return tree.depth[a]


def markup_features(page: Page, spoken: Sequence[int], tree: Tree, chars: Floats) -> Floats:
    """What the markup around each line says, as MARKUP_COLUMNS; (n, len(MARKUP_COLUMNS))."""
    n, k = len(spoken), len(TAG_FLAGS)
    flags = np.array([_FLAG_INDEX.get(element.tag, k) for element in tree.elements])
    own = np.zeros((len(tree.elements), k + 1), bool)
    own[np.arange(len(flags)), flags] = True
    own[:, k] = [element.hidden for element in tree.elements]
    inherited = own.copy()
    for level in levels(tree)[1:]:
        inherited[level] |= inherited[tree.parent[level]]
    at = tree.line_element
    markups = [page.lines[i].markup for i in spoken]
    counts = np.array(
        [
            (m.links, m.link_chars, m.emphasis_chars, m.after_break) if m else (0, 0, 0, 0)
            for m in markups
        ],
        float,
    ).reshape(n, 4)
    depth = tree.depth[at]
    shared = common_depth(tree, at[:-1], at[1:])
    before = np.concatenate([[0], shared])
    after = np.concatenate([shared, [0]])
    previous, following = np.concatenate([[0], depth[:-1]]), np.concatenate([depth[1:], [0]])
    signs = signatures(tree)
    sign = signs[at]
    parents = np.where(tree.parent[at] >= 0, tree.parent[at], 0)
    same_sign = np.bincount(sign, minlength=1)[sign]
    sign_chars = np.bincount(sign, chars, minlength=1)[sign]
    pair = sign * (sign.max(initial=0) + 1) + signs[parents]
    _, inverse, pair_counts = np.unique(pair, return_inverse=True, return_counts=True)
    same_parent = np.concatenate([[False], parents[1:] == parents[:-1]])
    return np.column_stack(
        [
            np.log1p(counts[:, 0]),
            counts[:, 1] / np.maximum(chars, 1),
            counts[:, 2] / np.maximum(chars, 1),
            counts[:, 3],
            depth,
            inherited[at, k],
            own[at, :k],
            inherited[at, :k],
            previous - before,
            depth - before,
            depth - after,
            following - after,
            same_parent,
            np.log1p(same_sign),
            np.log1p(sign_chars),
            np.log1p(pair_counts[inverse]),
            ~same_parent,
            ~np.concatenate([same_parent[1:], [False]]),
        ]
    ).astype(float)


@dataclass(slots=True)
class Encoded:
    """A page's spoken lines as the models read them; (n,) arrays, ``columns`` (n, f)."""

    chars: Floats
    terminals: Floats
    links: Floats
    grams: list[Grams]
    tree: Tree | None
    columns: Floats
    bag: tuple[Ints, Floats]
    speech: Speech

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.chars)


BAG_BITS: Final = 14
_BAG_LEVEL: Final = 9  # a salt of its own: here it does not matter how far up a name stands
_FIRST_WORDS: Final = len(CHAR_ORDERS)  # where single words stand among the n-grams


def page_bag(page: Page, grams: Sequence[Grams]) -> tuple[Ints, Floats]:
    """What the whole page says: its words, and the names in its markup; buckets and weights.

    Words fall into the first 2**14 buckets, names into the next; each half has length 1. It
    tells a shop from a forum from an article before any line is looked at.
    """
    counts = np.bincount(buckets(grams[_FIRST_WORDS].hashes, BAG_BITS))
    words = np.flatnonzero(counts)
    weights = np.log1p(counts[words])
    weights /= max(float(np.linalg.norm(weights)), 1e-9)
    if page.kind != "html" or not page.elements:
        return words, weights
    kind = element_tokens("", (f"type={page.metadata.type}",))
    tokens = [kind, *(element_tokens(e.tag, e.names) for e in page.elements)]
    names = np.unique(name_buckets(np.unique(np.concatenate(tokens)), _BAG_LEVEL, BAG_BITS))
    equal = np.full(len(names), len(names) ** -0.5)
    return np.concatenate([words, names + (1 << BAG_BITS)]), np.concatenate([weights, equal])


def encode(page: Page, spoken: Sequence[int]) -> Encoded:
    """Everything that is known of a page's lines before any model has spoken."""
    full = [plain(page.lines[i].text) for i in spoken]
    chars = np.array([len(text) for text in full], float)
    text = page_text([clip(line) for line in full])
    counts, scripts = char_counts(text.texts)
    spoken_in = speech(text.texts, scripts)
    columns = text_features(page, text, chars, counts, scripts)
    terminals = np.expm1(columns[:, TEXT_COLUMNS.index("n_terminal")])
    columns = np.hstack([columns, language_features(spoken_in)])
    skeleton = tree(page, spoken)
    links = np.zeros(len(full))
    if skeleton is not None:
        columns = np.hstack([columns, markup_features(page, spoken, skeleton, chars)])
        links = np.array(
            [m.link_chars if (m := page.lines[i].markup) else 0 for i in spoken], float
        )
    grams = text_grams(text)
    bag = page_bag(page, grams)
    return Encoded(chars, terminals, links, grams, skeleton, columns, bag, spoken_in)


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
    if not encoded.n:
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    words = encoded.grams[_FIRST_WORDS]
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
    each = [element_tokens(e.tag, e.names) for e in skeleton.elements]
    sizes = np.array([len(tokens) for tokens in each], np.int64)
    tokens, begins = np.concatenate(each), np.cumsum(sizes) - sizes
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
