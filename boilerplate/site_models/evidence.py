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

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from boilerplate.kernels import select as acceleration
from boilerplate.numeric import Bools, Floats, Ints, logit, sigmoid, total
from boilerplate.page import Kind
from boilerplate.site_models.sketch import CHARS, LIKELY, Sketch
from boilerplate.site_models.statistics import (
    LEAST_TO_COMPARE,
    PRIOR_CHARS,
    Lines,
    Postings,
    Table,
    anchors_around,
    averages,
    beside,
    errors,
    find,
    lines_of,
    pair,
    postings,
    same_article,
    share_before,
    tally,
)

STRANGE: Final = 0.3  # of how familiar pages of the site are, below which a page is no page of it

ANCHOR_SHARE: Final = 0.5  # of pages on which a line stands, for others to be placed by it
FULL_CHARS: Final = 400.0  # a longer line says no more about its place
HALVING: Final = 4.0  # log-odds that a line loses for each doubling of the pages it stands on
FEW: Final = 4  # pages with a line, from which more of them make no difference

PRIOR_BETWEEN: Final = 2.0  # pages: the same for what stands between two anchors
PRIOR_BESIDE: Final = 3.0  # and for what stands right beside one
PRIOR_LEARNED: Final = 3.0  # pages of a site, before what is known of its anchors counts by half
PRIOR_TOLD_PAGES: Final = 2.0

CLOSEST_OF_PAGES: Final = 0.02  # the same, for a mean over some pages

MOST_OPINION: Final = 6.0  # log-odds: the general model is not believed any further
ONCE: Final = 1.2  # times that an anchor may stand on a page on average, to part it in two
SURE: Final = 4  # power of a probability, so that only what is nearly sure counts
_SURE: Final = LIKELY**SURE
HALF: Final = 0.5  # of what a page has of its article, after which it may be over

MOST: Final = 8.0  # log-odds, of all corrections together

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
            of, familiar = native.see_page(*lines, *self._tables, on, columns)
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


def contributions(sight: Sight, kind: Kind) -> Floats:
    """What each of the COLUMNS adds to each line's log-odds, (n, f)."""
    added: Floats = sight.columns * _WEIGHTS[kind]
    return added
