"""Statistics of a site's pages: counts, means and errors by line and by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.numeric import Bools, Floats, Ints, logit, total
from boilerplate.site_models.sketch import Sketch

SAME_ARTICLE: Final = 0.5  # of a page's own text on another page, from which they are one

LEAST_TO_COMPARE: Final = 4  # pages: among three, none is the odd one out

NOWHERE: Final = (1, 2)  # the anchor before the first line of a page, and after the last
# Evidence on a place that must be outweighed: characters of the site's mean, doubtful lines,
# and pages, for what is found on one page is of that page.
PRIOR_CHARS: Final = 600.0
PRIOR_DOUBT: Final = 1.0
PRIOR_PAGES: Final = 4.0

CLOSEST: Final = 1e-3  # to 0 or 1, for the share of a place that is content

MOST_OF_PLACE: Final = 2.0  # log-odds
MOST_OF_MEAN: Final = 4.0  # log-odds, of what is found on average beside and between anchors

MOST_OF_ERROR: Final = 4.0  # log-odds


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
