"""What the sketches of a site's pages tell about the lines of another page of it.

A line that stands on several pages is chrome, for an article is written once. What stands
between two lines that are everywhere, right after such a line or right before one, is what the
general model finds there on all pages, and so is what stands in one place of the markup; what
stands after a line by which the articles of other pages are over is chrome. Where the general
model finds no content, nothing is said: it may be wrong there on all pages alike. Where lines were
labelled, how wrong the general model was there is added to it, by place, by line, and over all.
Each of these is a column here, ``WEIGHTS`` make log-odds of them, and all shrink to nothing as
there is less to go by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.features import Floats, Ints, total
from boilerplate.model import logit, sigmoid
from boilerplate.page import Kind
from boilerplate.sketches import CHARS, LIKELY, Sketch

Bools = NDArray[np.bool_]

SAME_ARTICLE: Final = 0.5  # of a page's own text on another page, from which they are one
STRANGE: Final = 0.3  # of how familiar pages of the site are, below which a page is no page of it
LEAST_TO_COMPARE: Final = 4  # pages: among three, none is the odd one out
ANCHOR_SHARE: Final = 0.5  # of pages on which a line stands, for others to be placed by it
FULL_CHARS: Final = 400.0  # a longer line says no more about its place
HALVING: Final = 4.0  # log-odds that a line loses for each doubling of the pages it stands on
FEW: Final = 4  # pages with a line, from which more of them make no difference
NOWHERE: Final = (1, 2)  # the anchor before the first line of a page, and after the last
# Evidence on a place that must be outweighed: characters of the site's mean, doubtful lines,
# and pages, for what is found on one page is of that page.
PRIOR_CHARS: Final = 600.0
PRIOR_DOUBT: Final = 1.0
PRIOR_PAGES: Final = 4.0
PRIOR_BETWEEN: Final = 2.0  # pages: the same for what stands between two anchors
PRIOR_BESIDE: Final = 3.0  # and for what stands right beside one
PRIOR_LEARNED: Final = 3.0  # pages of a site, before what is known of its anchors counts by half
PRIOR_TOLD_PAGES: Final = 2.0
CLOSEST: Final = 1e-3  # to 0 or 1, for the share of a place that is content
CLOSEST_OF_PAGES: Final = 0.02  # the same, for a mean over some pages
MOST_OF_PLACE: Final = 2.0  # log-odds
MOST_OF_MEAN: Final = 4.0  # log-odds, of what is found on average beside and between anchors
MOST_OPINION: Final = 6.0  # log-odds: the general model is not believed any further
ONCE: Final = 1.2  # times that an anchor may stand on a page on average, to part it in two
SURE: Final = 4  # power of a probability, so that only what is nearly sure counts
_SURE: Final = LIKELY**SURE
HALF: Final = 0.5  # of what a page has of its article, after which it may be over
MOST_OF_ERROR: Final = 4.0  # log-odds
MOST: Final = 8.0  # log-odds, of all corrections together


def find(keys: Ints, wanted: Ints) -> Ints:
    """Where each of the wanted hashes is in sorted keys, -1 where it is not."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of several pages in one table: hashes (n, 3), the rest (n,)."""

    rows: Ints
    page: Ints
    chars: Floats
    log_odds: Floats
    label: Floats


def lines_of(pages: Sequence[Sketch]) -> Lines:
    """The lines of sketches, one page after the other."""
    none = np.zeros(0)
    return Lines(
        np.concatenate([np.zeros((0, 3), np.int64), *(page.rows for page in pages)]),
        np.repeat(np.arange(len(pages)), [page.n for page in pages]),
        np.concatenate([none, *(page.chars for page in pages)]),
        np.concatenate([none, *(page.log_odds for page in pages)]),
        np.concatenate([none, *(page.label for page in pages)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """On which of ``pages`` each hash stands: ``keys`` sorted (k,), their ``counts`` (k + 1,).

    ``page`` (m,) has the pages of one key after those of another, from the ``begins`` (k + 1,)
    on. The last of both is of a hash that stands nowhere, which ``find`` calls -1.
    """

    keys: Ints
    counts: Ints
    begins: Ints
    page: Ints
    pages: int

    def matches(self, at: Ints) -> tuple[Ints, Ints]:
        """Each of some places among the keys with each page there: indices into them, pages."""
        counts = self.counts[at]
        which = np.repeat(np.arange(len(at)), counts)
        shift = self.begins[at] + counts - np.cumsum(counts)
        return which, self.page[np.repeat(shift, counts) + np.arange(len(which))]


def postings(keys: Ints, page: Ints, pages: int) -> Postings:
    """The Postings of hashes and the pages they stand on."""
    order = np.lexsort((page, keys))
    keys, page = keys[order], page[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (page[1:] != page[:-1])
    keys, page = keys[first], page[first]
    begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    bounds = np.append(begins, len(keys))
    return Postings(keys[begins], np.append(np.diff(bounds), 0), bounds, page, pages)


def same_article(posted: Postings, at: Ints, mass: Floats, apart: int | None = None) -> Bools:
    """Which of the pages hold the article of a page whose lines are ``at`` their keys, (pages,).

    Chrome is what pages share, an article what they don't: a page that holds half of what stands
    on few pages, each line weighted by its ``mass`` of likely content, (n,), holds the same
    article. ``apart`` is the page itself, where it is among them.
    """
    pages, on = posted.pages, posted.counts[at]
    few = on <= max(2, pages // 2) if pages >= LEAST_TO_COMPARE else on > -1
    held = np.flatnonzero(few & (on > 0))
    which, page = posted.matches(at[held])
    shared = np.bincount(page, mass[held][which], minlength=pages)
    same: Bools = (shared >= SAME_ARTICLE * total(mass[few])) & (shared > 0)
    if apart is not None:
        same[apart] = False
    return same


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A value for each of some ``keys``, sorted: (k,); ``values`` end with that of any other."""

    keys: Ints
    values: Floats

    def of(self, wanted: Ints) -> Floats:
        """The value of each wanted key, 0 of those that are not there; (n,)."""
        return self.values[find(self.keys, wanted)]


def table(keys: Ints, values: Floats) -> Table:
    """The Table of keys and their values; a value of 0 says as much as a key that is not there."""
    some = values != 0
    return Table(keys[some], np.append(values[some], 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What the general model finds in each place: ``keys`` sorted, sums over its lines; (k,)."""

    keys: Ints
    pages: Ints
    chars: Floats
    content: Floats

    def log_odds(self, prior: float) -> Floats:
        """Log-odds of content in each place over the site's own, shrunk; (k,)."""
        share = (self.content + PRIOR_CHARS * prior) / (self.chars + PRIOR_CHARS)
        beyond = logit(share, CLOSEST) - logit(np.array(prior), CLOSEST)
        trust = self.pages / (self.pages + PRIOR_PAGES)
        return np.clip(trust * beyond, -MOST_OF_PLACE, MOST_OF_PLACE)


def tally(places: Ints, page: Ints, chars: Floats, content: Floats) -> Tally:
    """The Tally of lines by the hash of their place, of their length and share of content."""
    keys, at = np.unique(places, return_inverse=True)
    k = len(keys)
    return Tally(keys, pages_of(places, page), summed(at, chars, k), summed(at, chars * content, k))


def summed(at: Ints, values: Floats, k: int) -> Floats:
    """Sums of the values that belong to each of k places, (k,)."""
    return np.bincount(at, values, minlength=k).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """A mean over pages for each of some ``keys``, sorted; each page counts as its own mean."""

    keys: Ints
    pages: Ints
    mean: Floats

    def raising(self, log_odds: Floats, prior_pages: float) -> Table:
        """Log-odds of each key, shrunk by how few pages it is of; nothing where they are low."""
        trust = self.pages / (self.pages + prior_pages)
        return table(self.keys, np.clip(trust * log_odds, 0, MOST_OF_MEAN))


def averages(keys: Ints, page: Ints, values: Floats) -> Averages:
    """The Averages of lines by key, from the page and the value of each, (n,)."""
    order = np.lexsort((page, keys))
    keys, page, values = keys[order], page[order], values[order]
    if not len(keys):
        return Averages(keys, keys, values)
    first = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]) | (page[1:] != page[:-1])))
    means = np.add.reduceat(values, first) / np.diff(np.append(first, len(keys)))
    keys = keys[first]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    pages = np.diff(np.append(first, len(keys)))
    return Averages(keys[first], pages, np.add.reduceat(means, first) / pages)


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """How wrong the general model was in each place: ``keys`` sorted, sums over lines; (k,).

    ``error`` sums truth less probability, ``doubt`` p(1 - p).
    """

    keys: Ints
    pages: Ints
    error: Floats
    doubt: Floats

    def corrections(self, prior_pages: float = 0.0) -> Table:
        """What to add to the log-odds in each place: a step of Newton's, shrunk by the priors."""
        step = self.error / (self.doubt + PRIOR_DOUBT)
        trust = self.pages / (self.pages + prior_pages)
        return table(self.keys, np.clip(trust * step, -MOST_OF_ERROR, MOST_OF_ERROR))


def errors(places: Ints, page: Ints, p: Floats, truth: Floats) -> Errors:
    """The Errors of lines by the hash of their place, from probability and truth in 0..1."""
    keys, at = np.unique(places, return_inverse=True)
    k = len(keys)
    return Errors(
        keys, pages_of(places, page), summed(at, truth - p, k), summed(at, p * (1 - p), k)
    )


def pages_of(keys: Ints, page: Ints) -> Ints:
    """On how many pages each of the distinct keys stands, in their order, (k,)."""
    return postings(keys, page, 0).counts[:-1]


def anchors_around(keys: Ints, is_anchor: Bools, page: Ints | None = None) -> tuple[Ints, Ints]:
    """The nearest anchor before and after each line, NOWHERE where there is none, (n,) each.

    ``page`` (n,) are the pages that the lines are of, one after the other; None is of one page.
    """
    anchors = np.concatenate([NOWHERE[:1], keys[is_anchor], NOWHERE[1:]])
    passed: Ints = np.cumsum(is_anchor)
    after, before = passed - is_anchor, passed + 1
    if page is None:
        return anchors[after], anchors[before]
    of = np.concatenate([[-1], page[is_anchor], [-1]])
    return (
        np.where(of[after] == page, anchors[after], NOWHERE[0]),
        np.where(of[before] == page, anchors[before], NOWHERE[1]),
    )


_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def pair(one: Ints, other: Ints) -> Ints:
    """A hash of two hashes, their order counting, (n,)."""
    with np.errstate(over="ignore"):
        mixed: Ints = ((one.astype(np.uint64) * _MIX ^ other.astype(np.uint64)) * _MIX).astype(
            np.int64
        )
    return mixed


def beside(is_anchor: Bools, page: Ints) -> tuple[Bools, Bools]:
    """Which lines stand first and which last between anchors on their page, (n,) each."""
    n = len(page)
    edge = is_anchor[:-1] | (page[1:] != page[:-1])
    after = np.append(True, edge)[:n]
    edge = is_anchor[1:] | (page[1:] != page[:-1])
    before = np.append(edge, True)[:n]
    return after & ~is_anchor, before & ~is_anchor


def share_before(mass: Floats, page: Ints, pages: int) -> Floats:
    """What share of its page's mass stands before each line, (n,); pages follow one another."""
    passed = np.cumsum(mass) - mass
    first = np.searchsorted(page, np.arange(pages))
    whole = np.maximum(np.bincount(page, mass, minlength=pages), 1e-9)
    started = np.append(passed, 0.0)[first]
    share: Floats = (passed - started[page]) / whole[page]
    return share


COLUMNS: Final = (
    "on_one", "on_few", "on_many", "dull", "loose", "over", "between", "first", "last",
    "place",
    "told_after", "told_before", "told_place", "told_site", "told_line", "told_loose",
)  # fmt: skip
_ON_ONE, _ON_FEW, _ON_MANY, _DULL, _LOOSE, _OVER, _BETWEEN, _FIRST, _LAST, _PLACE = range(10)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A page seen with what is known of its site.

    ``on`` is on how many of ``of`` pages each line stands, (n,), without those of the same
    article; ``columns`` (n, f) are the COLUMNS; ``familiar`` is how much of the page's chrome
    was seen before, 0..1.
    """

    on: Ints
    of: int
    columns: Floats
    familiar: float


class Knowledge:
    """Everything that is worked out of a site's sketches, once, when it is asked for.

    ``copies`` and ``strangers`` (p,) are pages that hold an earlier one's article, and pages
    that have next to nothing in common with the others; neither is learned from.
    """

    def __init__(self, pages: Sequence[Sketch]) -> None:
        self.copies = _copies(pages)
        self.strangers = _strangers(pages, ~self.copies)
        learned = ~self.copies & ~self.strangers
        self._pages = [page for page, yes in zip(pages, learned.tolist(), strict=True) if yes]
        lines = lines_of(self._pages)
        n = len(self._pages)
        strict = lines.rows[:, 0]
        self.posted = postings(strict, lines.page, n)
        self.loosely = postings(lines.rows[:, 1], lines.page, n)
        counts = self.posted.counts
        self.is_anchor = (counts > 1) & (counts >= ANCHOR_SHARE * n)
        self._place(lines, find(self.posted.keys, strict))
        self.is_labelled = bool(lines.label.any())
        if self.is_labelled:
            self._hear(lines)

    def _place(self, lines: Lines, at: Ints) -> None:
        """What is found between and beside anchors and in places of the markup."""
        strict, page = lines.rows[:, 0], lines.page
        on, is_anchor = self.posted.counts[at], self.is_anchor[at]
        free = ~is_anchor
        opinion = lines.log_odds - HALVING * np.log2(np.maximum(on, 1))
        opinion = np.where(lines.label != 0, lines.label * MOST_OPINION, opinion)
        content = np.where(lines.label != 0, (lines.label + 1) / 2, sigmoid(opinion))
        opinion = np.clip(opinion, -MOST_OPINION, MOST_OPINION)
        chars = np.minimum(lines.chars, FULL_CHARS)
        after, before = anchors_around(strict, is_anchor, page)
        between = averages(pair(after, before)[free], page[free], content[free])
        self.between = between.raising(logit(between.mean, CLOSEST_OF_PAGES), PRIOR_BETWEEN)
        first, last = beside(is_anchor, page)
        begins = averages(after[first], page[first], opinion[first])
        ends = averages(before[last], page[last], opinion[last])
        self.first = begins.raising(begins.mean, PRIOR_BESIDE)
        self.last = ends.raising(ends.mean, PRIOR_BESIDE)
        k = len(self.posted.keys)
        times = np.append(np.bincount(at, minlength=k), 0)
        once = self.is_anchor & (times <= ONCE * self.posted.counts)
        # What the general model is surest of is hardly ever a teaser or a comment.
        passed = share_before(content**SURE * chars, page, self.n) > HALF
        over = averages(at[once[at]], page[once[at]], passed[once[at]].astype(float))
        self.over = np.zeros(k + 1)
        sure = (over.mean * over.pages + 0.5) / (over.pages + 1)
        self.over[over.keys] = np.maximum(logit(sure, CLOSEST_OF_PAGES), 0)
        alike = on > 1
        seen = np.clip(lines.log_odds[alike], -MOST_OPINION, MOST_OPINION)
        opinions = averages(at[alike], page[alike], seen)
        self.dull = np.zeros(k + 1)
        self.dull[opinions.keys] = np.minimum(opinions.mean, 0)
        whole = float(chars[free].sum()) + PRIOR_CHARS
        prior = (float((chars * content)[free].sum()) + PRIOR_CHARS / 2) / whole
        self.place = tally(lines.rows[free, 2], page[free], chars[free], content[free])
        self.of_place = np.append(self.place.log_odds(prior), 0.0)

    def _hear(self, lines: Lines) -> None:
        """How wrong the general model was where lines are labelled."""
        is_anchor = self.is_anchor[find(self.posted.keys, lines.rows[:, 0])]
        after, before = anchors_around(lines.rows[:, 0], is_anchor, lines.page)
        p, truth = sigmoid(lines.log_odds), (lines.label + 1) / 2

        def heard(keys: Ints, prior_pages: float = 0.0, free: bool = False) -> Table:
            which = (lines.label != 0) & ~(is_anchor & free)
            found = errors(keys[which], lines.page[which], p[which], truth[which])
            return found.corrections(prior_pages)

        self.told_after = heard(after, PRIOR_TOLD_PAGES, free=True)
        self.told_before = heard(before, PRIOR_TOLD_PAGES, free=True)
        self.told_place = heard(lines.rows[:, 2], PRIOR_TOLD_PAGES, free=True)
        self.told_site = heard(np.zeros(len(p), np.int64), PRIOR_TOLD_PAGES)
        self.told_line, self.told_loose = heard(lines.rows[:, 0]), heard(lines.rows[:, 1])

    @property
    def n(self) -> int:
        """How many pages are learned from."""
        return len(self._pages)

    def see(self, page: Sketch, headlines: Bools | None = None) -> Sight:
        """A page as its site's pages make it look.

        ``headlines`` (n,) are the lines that the page's head calls its article: other pages
        link to it by them, so that recurring on a few says nothing.
        """
        titles = np.zeros(page.n, bool) if headlines is None else headlines
        on = np.zeros(page.n, np.int64)
        columns = np.zeros((page.n, len(COLUMNS)))
        if native := acceleration.native:
            lines = page.rows, page.opinion, page.length, titles
            of, familiar = native.site_features(*lines, *self._tables, on, columns)
        else:
            of, familiar = self._see(page, titles, on, columns)
        if self.is_labelled:
            columns[:, _PLACE + 1 :] = self._told(page)
        return Sight(on, of, columns, familiar)

    @cached_property
    def _tables(self) -> tuple[Any, ...]:
        """What the compiled part is told of the site."""
        posted, loosely = (
            (each.keys, each.counts, each.begins, each.page) for each in (self.posted, self.loosely)
        )
        around = (self.between, self.first, self.last, Table(self.place.keys, self.of_place))
        return (
            LIKELY, _SURE, CHARS, *posted, self.n, self.is_anchor, self.dull, self.over, *loosely,
            *(array for each in around for array in (each.keys, each.values)),
        )  # fmt: skip

    def _see(self, page: Sketch, headlines: Bools, on: Ints, columns: Floats) -> tuple[int, float]:
        """Fill on how many pages each line stands and the columns that need no labels.

        Of how many pages that is, and how familiar the page is.
        """
        strict, place, p = page.rows[:, 0], page.rows[:, 2], page.probability
        at = find(self.posted.keys, strict)
        same = same_article(self.posted, at, p * page.chars)
        on[:] = _on(self.posted, at, same)
        on[headlines & (on < FEW)] = 0
        of = self.n - int(same.sum())
        recurs, is_anchor = on > 0, self.is_anchor[at]
        columns[:, _ON_ONE] = on == 1
        columns[:, _ON_FEW] = (on > 1) & (on < FEW)
        columns[:, _ON_MANY] = on >= FEW
        columns[:, _DULL] = np.where(on > 1, self.dull[at], 0)
        new = np.flatnonzero(~recurs)
        loosely = _on(self.loosely, find(self.loosely.keys, page.rows[new, 1]), same)
        columns[new, _LOOSE] = np.minimum(loosely, FEW) / FEW
        around = anchors_around(strict, is_anchor)
        # What is known of the site's anchors counts as far as there are pages to know it from.
        trust = of / (of + PRIOR_LEARNED)
        columns[:, _OVER] = trust * self._over(page, at, recurs)
        self._beside(new[~is_anchor[new]], around, is_anchor, trust, columns)
        where = find(self.place.keys, place)
        here = (where >= 0) & (place > 0)
        columns[:, _PLACE] = np.where(here & ~is_anchor, self.of_place[where], 0)
        chrome = 1 - p
        return of, total(chrome * (recurs | here)) / max(total(chrome), 1e-9)

    def _beside(
        self,
        new: Ints,
        around: tuple[Ints, Ints],
        is_anchor: Bools,
        trust: float,
        columns: Floats,
    ) -> None:
        """Content between two anchors and right beside one, for lines that no page has."""
        after, before = around
        columns[new, _BETWEEN] = trust * self.between.of(pair(after[new], before[new]))
        edges = np.concatenate([[True], is_anchor, [True]])
        first, last = new[edges[new]], new[edges[new + 2]]
        columns[first, _FIRST] = trust * self.first.of(after[first])
        columns[last, _LAST] = trust * self.last.of(before[last])

    def _told(self, page: Sketch) -> Floats:
        """How wrong the general model was where other pages are labelled, (n, 6)."""
        strict, loose, place = page.rows.T
        is_anchor = self.is_anchor[find(self.posted.keys, strict)]
        around, free = anchors_around(strict, is_anchor), ~is_anchor
        return np.column_stack([
            self.told_after.of(around[0]) * free,
            self.told_before.of(around[1]) * free,
            self.told_place.of(place) * free * (place > 0),
            self.told_site.of(np.zeros(page.n, np.int64)),
            self.told_line.of(strict),
            self.told_loose.of(loose),
        ])  # fmt: skip

    def _over(self, page: Sketch, at: Ints, recurs: Bools) -> Floats:
        """Log-odds that a page's article is over before each of its lines, 0 if it is not; (n,).

        An anchor that stands once on a page tells on how many of the other pages the better
        half of the article stands before it; the surest one before a line counts, as far as
        half of this page's own article has passed as well.
        """
        passed = np.maximum.accumulate(np.append(0.0, self.over[at])[:-1])
        mass = ~recurs * page.of_opinion(_SURE) * np.minimum(page.chars, FULL_CHARS)
        own = (np.cumsum(mass) - mass) / max(total(mass), 1e-9)
        return passed * np.minimum(own / HALF, 1)

    @cached_property
    def usual(self) -> float:
        """How familiar pages of the site are, as the median of those learned from; 0..1."""
        return float(np.median(_familiarity(self._pages))) if self.n > 1 else 0.0


def _on(posted: Postings, at: Ints, but: Bools) -> Ints:
    """On how many pages the line at each place stands, (n,), some pages left out."""
    counts: Ints = posted.counts[at]
    if but.any():
        which, page = posted.matches(at)
        counts -= np.bincount(which[but[page]], minlength=len(at))
    return counts


def _copies(pages: Sequence[Sketch]) -> Bools:
    """Which pages hold an article that an earlier page holds, (p,)."""
    lines = lines_of(pages)
    posted = postings(lines.rows[:, 0], lines.page, len(pages))
    mass = sigmoid(lines.log_odds) * lines.chars
    at = find(posted.keys, lines.rows[:, 0])
    starts = np.cumsum([0, *(page.n for page in pages)]).tolist()
    found = np.zeros(len(pages), bool)
    for i in range(len(pages)):
        mine = slice(starts[i], starts[i + 1])
        same = same_article(posted, at[mine], mass[mine], i)
        found[i] = bool((same & ~found)[:i].any())
    return found


def _familiarity(pages: Sequence[Sketch]) -> Floats:
    """How much of each page's chrome stands on the others, by its words or its places, (p,)."""
    lines = lines_of(pages)
    n = len(pages)
    seen = np.zeros(len(lines.page), bool)
    for column in (0, 2):
        key = lines.rows[:, column]
        posted = postings(key, lines.page, n)
        seen |= (posted.counts[find(posted.keys, key)] > 1) & ((key > 0) | (column == 0))
    chrome = sigmoid(-lines.log_odds)
    whole = np.maximum(np.bincount(lines.page, chrome, minlength=n), 1e-9)
    share: Floats = np.bincount(lines.page, chrome * seen, minlength=n) / whole
    return share


def _strangers(pages: Sequence[Sketch], among: Bools) -> Bools:
    """Which of the pages have next to nothing in common with the others, (p,)."""
    found = np.zeros(len(pages), bool)
    places = np.flatnonzero(among)
    if len(places) < LEAST_TO_COMPARE:
        return found
    familiar = _familiarity([pages[i] for i in places.tolist()])
    found[places] = familiar < STRANGE * float(np.median(familiar))
    return found


# In bare text fitted as training.site_weights does, to what line F1 gains on sites with 2 to 20
# pages to learn from, and against what any site loses. In HTML chosen by coordinate search: what
# was fitted the same way gained with general models trained on few pages, and lost a little with
# the shipped one. Those of labels by logistic regression.
WEIGHTS: Final[dict[Kind, dict[str, float]]] = {
    "text": {
        "on_one": -1.7, "on_few": -1.56, "on_many": -1.95, "dull": 0.59, "loose": -1.02,
        "over": -1.18, "between": 1.1, "first": 0.22, "last": 0.23,
        "told_after": 0.3, "told_before": 0.2, "told_site": 0.3, "told_line": 1.4,
        "told_loose": 0.7,
    },
    "html": {
        "on_one": -1.5, "on_few": -1.5, "on_many": -3.0, "place": 0.8,
        "told_after": 0.1, "told_place": 0.6, "told_line": 1.6, "told_loose": 0.3,
    },
}  # fmt: skip


_WEIGHTS: Final = {
    kind: np.array([weights.get(name, 0.0) for name in COLUMNS])
    for kind, weights in WEIGHTS.items()
}
RECURS: Final = ("on_one", "on_few", "on_many", "dull")  # columns of a line that recurs
# What a reason says where a column weighed most; for content, and for chrome.
HERE: Final = ("where this site has its articles", "where this site has its chrome")
TOLD: Final = ("as this site was labelled", "as this site was labelled")


def contributions(sight: Sight, kind: Kind) -> Floats:
    """What each of the COLUMNS adds to each line's log-odds, (n, f)."""
    added: Floats = sight.columns * _WEIGHTS[kind]
    return added


@dataclass(frozen=True, eq=False)
class Said(Sequence[tuple[str, str]]):
    """What speaks most for each line as content, and as chrome, in words.

    ``added`` (n, f) are the contributions to its log-odds; ``much`` (n,) are the lines of which
    there is something to say. The words are found when the first of them is asked for.
    """

    sight: Sight
    added: Floats
    much: Bools

    def __len__(self) -> int:
        return len(self.added)

    @overload
    def __getitem__(self, line: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, line: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, line: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        return self._said[line]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._said)

    @cached_property
    def _said(self) -> list[tuple[str, str]]:
        out = [("", "")] * len(self.added)
        lines = np.flatnonzero(self.much)
        added = self.added[lines]
        up, down = added.argmax(1), added.argmin(1)
        rises, falls = added.max(1, initial=0) > 0, added.min(1, initial=0) < 0
        every = (column.tolist() for column in (lines, up, down, rises, falls))
        for line, best, worst, rise, fall in zip(*every, strict=True):
            out[line] = (
                _words(self.sight, best, line)[0] if rise else "",
                _words(self.sight, worst, line)[1] if fall else "",
            )
        return out


def _words(sight: Sight, column: int, line: int) -> tuple[str, str]:
    name = COLUMNS[column]
    if name in RECURS:
        return "", f"stands on {sight.on[line]} of {sight.of} pages of this site"
    if name == "loose":
        return "", "but for a name or a number, stands on other pages of this site"
    return TOLD if name.startswith("told_") else HERE
