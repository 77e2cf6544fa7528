"""What the sketches of a site's pages tell about the lines of another page of it.

None of it needs a label. A line that stands on several pages is chrome, for what is written
once is read once. A place, in the markup or between two lines that stand everywhere, holds
what the general model finds there on all pages, and none of what recurs. Past the lines that
close every article there is no more of it. Each of these is a column here, ``WEIGHTS`` make
log-odds of them, and both shrink to nothing as there is less to go by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features import Floats, Ints
from boilerplate.model import sigmoid
from boilerplate.page import Kind
from boilerplate.sketches import Sketch

Bools = NDArray[np.bool_]

TOLD_WEIGHT: Final = 4.0  # a labelled line speaks for so many that the model judged
SAME_ARTICLE: Final = 0.5  # of a page's own text on another page, from which they are one
STRANGE: Final = 0.3  # of how familiar pages of the site are, below which a page is no page of it
ANCHOR_SHARE: Final = 0.5  # of pages on which a line stands, for others to be placed by it
PRIOR_CHARS: Final = 200.0  # of evidence on a place, that what is found there must outweigh
FULL_CHARS: Final = 400.0  # a longer line says no more about its place
HALVING: Final = 2.0  # log-odds that a line loses for each doubling of the pages it stands on
NOWHERE: Final = (1, 2)  # the anchor before the first line of a page, and after the last
LEFT_OVER: Final = 0.1  # of an article, that must follow a line for it not to be its end


def find(keys: Ints, wanted: Ints) -> Ints:
    """Where each of the wanted hashes is in sorted keys, -1 where it is not."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def taken(values: Floats, at: Ints, otherwise: float = 0.0) -> Floats:
    """The values at some places, and ``otherwise`` where a place is -1."""
    out: Floats = np.append(values, otherwise)[at]
    return out


def logit(p: Floats) -> Floats:
    """Log-odds of probabilities, none beyond one in a thousand."""
    p = np.clip(p, 1e-3, 1 - 1e-3)
    log_odds: Floats = np.log(p / (1 - p))
    return log_odds


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of several pages in one table: hashes (n, 4), the rest (n,)."""

    rows: Ints
    page: Ints
    chars: Floats
    log_odds: Floats
    weight: Floats


def lines_of(pages: Sequence[Sketch]) -> Lines:
    """The lines of sketches, one page after the other."""
    none = np.zeros(0)
    return Lines(
        np.concatenate([np.zeros((0, 4), np.int64), *(page.rows for page in pages)]),
        np.repeat(np.arange(len(pages)), [page.n for page in pages]),
        np.concatenate([none, *(page.chars for page in pages)]),
        np.concatenate([none, *(page.log_odds for page in pages)]),
        np.concatenate([none, *(np.where(page.told, TOLD_WEIGHT, 1.0) for page in pages)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """On which pages each hash stands: ``keys`` and ``page`` (m,) sorted, each pair once."""

    keys: Ints
    page: Ints
    pages: int

    def matches(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Each wanted hash with each page that has it: indices into ``wanted``, and pages."""
        first = np.searchsorted(self.keys, wanted, "left")
        counts = np.searchsorted(self.keys, wanted, "right") - first
        which = np.repeat(np.arange(len(wanted)), counts)
        place = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(len(which))
        return which, self.page[place]


def postings(keys: Ints, page: Ints, pages: int) -> Postings:
    """The Postings of hashes and the pages they stand on."""
    order = np.lexsort((page, keys))
    keys, page = keys[order], page[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (page[1:] != page[:-1])
    return Postings(keys[first], page[first], pages)


def same_article(posted: Postings, lines: Ints, mass: Floats, apart: int | None = None) -> Bools:
    """Which pages hold the article of a page with these lines, (pages,).

    Chrome is what pages share, an article what they don't: a page that holds half of what
    stands on few pages, each line weighted by its ``mass`` of likely content, (n,), holds the
    same article. ``apart`` is the page itself, where it is among them.
    """
    which, page = posted.matches(lines)
    on = np.bincount(which, minlength=len(lines))
    few = on <= max(2, posted.pages // 2) if posted.pages > 4 else on > -1
    own = float(mass[few].sum())
    keep = few[which]
    shared = np.bincount(page[keep], mass[which[keep]], minlength=posted.pages)
    same: Bools = (shared >= SAME_ARTICLE * own) & (shared > 0)
    if apart is not None:
        same[apart] = False
    return same


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What was found in each place: ``keys`` (k,) sorted, and sums over its lines, (k,) each.

    ``content`` and ``repeated`` are of ``chars``, the first by what the general model says of
    lines that don't recur; ``pages`` counts pages.
    """

    keys: Ints
    pages: Floats
    chars: Floats
    content: Floats
    repeated: Floats

    def log_odds(self, wanted: Ints, prior: float) -> Floats:
        """Log-odds of content in each place over the site's own, 0 where nothing is known."""
        at = find(self.keys, wanted)
        chars, pages = taken(self.chars, at), taken(self.pages, at)
        share = (taken(self.content, at) + PRIOR_CHARS * prior) / (chars + PRIOR_CHARS)
        return pages / (pages + 1) * (logit(share) - logit(np.array(prior)))

    def recurrence(self, wanted: Ints) -> Floats:
        """The share of what stands in each place that stands on other pages too."""
        at = find(self.keys, wanted)
        return taken(self.repeated, at) / (taken(self.chars, at) + PRIOR_CHARS)


def tally(keys: Ints, page: Ints, chars: Floats, content: Floats, repeated: Floats) -> Tally:
    """The Tally of lines by the hash of their place; ``content`` and ``repeated`` in 0..1."""
    unique, at = np.unique(keys, return_inverse=True)
    counted = postings(keys, page, 0)
    k = len(unique)
    return Tally(
        unique,
        np.bincount(find(unique, counted.keys), minlength=k).astype(float),
        *(
            np.bincount(at, chars * share, minlength=k).astype(float)
            for share in (1.0, content, repeated)
        ),
    )


def anchors_around(keys: Ints, page: Ints, is_anchor: Bools) -> tuple[Ints, Ints]:
    """The nearest anchor before and after each line on its page, NOWHERE where there is none."""
    n = len(keys)
    if not n:
        return keys, keys
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(is_anchor, at, -1))
    before = np.concatenate([[-1], last[:-1]])
    following = np.minimum.accumulate(np.where(is_anchor, at, n)[::-1])[::-1]
    after = np.concatenate([following[1:], [n]])
    padded = np.append(page, -1)
    return (
        np.where(padded[before] == page, keys[before], NOWHERE[0]),
        np.where(padded[after] == page, np.append(keys, 0)[after], NOWHERE[1]),
    )


COLUMNS: Final = (
    "on_one", "on_few", "on_many", "loose", "after", "before", "over", "not_yet",
    "recurrence_after", "recurrence_before", "place", "container", "recurrence_place",
    "recurrence_container",
)  # fmt: skip
FEW: Final = 4  # pages with a line, from which more of them make no difference


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
        keys, counts = np.unique(self.posted.keys, return_counts=True)
        on = counts[find(keys, strict)] if n else np.zeros(0, np.int64)
        self.anchors = keys[(counts > 1) & (counts >= ANCHOR_SHARE * n)]
        is_anchor = find(self.anchors, strict) >= 0
        around = anchors_around(strict, lines.page, is_anchor)
        self._place(lines, on, is_anchor, around)

    def _place(self, lines: Lines, on: Ints, is_anchor: Bools, around: tuple[Ints, Ints]) -> None:
        free = ~is_anchor
        chars = lines.weight * np.minimum(lines.chars, FULL_CHARS)
        repeated = (on > 1).astype(float)
        content = sigmoid(lines.log_odds - HALVING * np.log2(np.maximum(on, 1)))
        places = (*around, lines.rows[:, 2], lines.rows[:, 3])
        self.places = tuple(
            tally(key[free], lines.page[free], chars[free], content[free], repeated[free])
            for key in places
        )
        total = float(chars[free].sum())
        self.prior = (float((chars * content)[free].sum()) + PRIOR_CHARS / 2) / (
            total + PRIOR_CHARS
        )
        self._bound(lines, content * lines.chars, is_anchor)

    def _bound(self, lines: Lines, mass: Floats, is_anchor: Bools) -> None:
        # How often an article went on after each anchor, and had begun before it.
        n = len(self._pages)
        whole = np.maximum(np.bincount(lines.page, mass, minlength=n), 1e-9)[lines.page]
        sums = np.concatenate([[0.0], np.cumsum(mass)])
        starts = np.searchsorted(lines.page, np.arange(n))
        done = (sums[1:] - sums[starts][lines.page]) / whole if n else mass
        begun = done - mass / whole
        at = find(self.anchors, lines.rows[is_anchor, 0])
        k = len(self.anchors)
        times = np.bincount(at, minlength=k) + 1
        goes_on = np.bincount(at, (1 - done > LEFT_OVER)[is_anchor], minlength=k)
        had_begun = np.bincount(at, (begun > LEFT_OVER)[is_anchor], minlength=k)
        self.goes_on = np.minimum((goes_on + 0.5) / times, 0.5)
        self.had_begun = np.minimum((had_begun + 0.5) / times, 0.5)

    @property
    def n(self) -> int:
        """How many pages are learned from."""
        return len(self._pages)

    def see(self, page: Sketch) -> Sight:
        """A page as its site's pages make it look."""
        strict = page.rows[:, 0]
        p = sigmoid(page.log_odds)
        same = same_article(self.posted, strict, p * page.chars)
        on = _pages_with(self.posted, strict, same)
        loosely = _pages_with(self.loosely, page.rows[:, 1], same)
        anchor = find(self.anchors, strict)
        free = anchor < 0
        around = anchors_around(strict, np.zeros(len(strict), np.int64), ~free)
        places = (*around, page.rows[:, 2], page.rows[:, 3])
        over = np.minimum.accumulate(taken(self.goes_on, anchor, 0.5))
        not_yet = np.minimum.accumulate(taken(self.had_begun, anchor, 0.5)[::-1])[::-1]
        known = [
            np.clip(tally.log_odds(key, self.prior), -2, 2) * free
            for tally, key in zip(self.places, places, strict=True)
        ]
        recurs = [
            np.log1p(20 * tally.recurrence(key)) * free
            for tally, key in zip(self.places, places, strict=True)
        ]
        columns = np.column_stack(
            [
                on == 1,
                (on > 1) & (on < FEW),
                on >= FEW,
                (on == 0) * np.minimum(loosely, FEW) / FEW,
                *known[:2],
                np.log(2 * over) * free,
                np.log(2 * not_yet) * free,
                *recurs[:2],
                *known[2:],
                *recurs[2:],
            ]
        ).astype(float)
        seen = (on > 0) | (find(self.places[2].keys, page.rows[:, 2]) >= 0) & (page.rows[:, 2] > 0)
        chrome = 1 - p
        familiar = float((chrome * seen).sum() / max(chrome.sum(), 1e-9))
        return Sight(on, self.n - int(same.sum()), columns, familiar)

    @cached_property
    def usual(self) -> float:
        """How familiar pages of the site are, as the median of those learned from; 0..1."""
        return float(np.median(_familiarity(self._pages))) if self.n > 1 else 0.0


def _pages_with(posted: Postings, wanted: Ints, but: Bools) -> Ints:
    which, page = posted.matches(wanted)
    counts: Ints = np.bincount(which[~but[page]], minlength=len(wanted))
    return counts


def _copies(pages: Sequence[Sketch]) -> Bools:
    """Which pages hold an article that an earlier page holds, (p,)."""
    lines = lines_of(pages)
    posted = postings(lines.rows[:, 0], lines.page, len(pages))
    mass = sigmoid(lines.log_odds) * lines.chars
    found = np.zeros(len(pages), bool)
    for i in range(len(pages)):
        mine = lines.page == i
        same = same_article(posted, lines.rows[mine, 0], mass[mine], apart=i)
        found[i] = bool((same & ~found)[:i].any())
    return found


def _familiarity(pages: Sequence[Sketch]) -> Floats:
    """How much of each page's chrome stands on the others, by its words or its places, (p,)."""
    lines = lines_of(pages)
    n = len(pages)
    seen = np.zeros(len(lines.page), bool)
    for column in (0, 2):
        posted = postings(lines.rows[:, column], lines.page, n)
        keys, counts = np.unique(posted.keys, return_counts=True)
        if len(keys):
            key = lines.rows[:, column]
            seen |= (counts[find(keys, key)] > 1) & ((key > 0) | (column == 0))
    chrome = sigmoid(-lines.log_odds)
    total = np.maximum(np.bincount(lines.page, chrome, minlength=n), 1e-9)
    share: Floats = np.bincount(lines.page, chrome * seen, minlength=n) / total
    return share


def _strangers(pages: Sequence[Sketch], among: Bools) -> Bools:
    """Which of the pages have next to nothing in common with the others, (p,)."""
    found = np.zeros(len(pages), bool)
    places = np.flatnonzero(among)
    if len(places) < 4:  # of three pages, which is the stranger?
        return found
    familiar = _familiarity([pages[i] for i in places.tolist()])
    found[places] = familiar < STRANGE * float(np.median(familiar))
    return found


MOST: Final = 6.0  # log-odds, the largest correction
# Found by `python -m benchmarks.site_models tune` on sites of the train and dev splits.
WEIGHTS: Final[dict[Kind, dict[str, float]]] = {
    "text": {
        "on_one": -1.1, "on_few": -2.0, "on_many": -2.5, "loose": -0.4,
        "after": 0.2, "before": 0.25,
    },
    "html": {"on_one": -0.1, "on_few": -0.2, "on_many": -0.6},
}  # fmt: skip


def log_odds(sight: Sight, kind: Kind) -> Floats:
    """The correction of each line's log-odds that follows from what is seen, (n,)."""
    weights = np.array([WEIGHTS[kind].get(name, 0.0) for name in COLUMNS])
    added: Floats = np.clip(sight.columns @ weights, -MOST, MOST)
    return added
