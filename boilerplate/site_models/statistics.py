"""Statistics of the lines of a site's pages: counts, means and errors by line and by place.

All are shrunk towards 0 where few pages or lines are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.kernels.site_arrays import Postings, Table
from boilerplate.numeric import Bools, Floats, Ints, logit
from boilerplate.site_models.places import N_PATHS
from boilerplate.site_models.sketch import Sketch


@dataclass(frozen=True, slots=True)
class PlaceParams:
    """How the share of content in a place of the markup becomes log-odds.

    They are shrunk by ``prior_chars`` characters with the site's own share of content, and by
    ``prior_pages`` pages of log-odds 0, because a place on one page may be that page's alone.
    """

    prior_chars: float = 600.0
    prior_pages: float = 4.0
    min_share: float = 1e-3  # from 0 and from 1, so that log-odds are finite
    max_log_odds: float = 2.0


@dataclass(frozen=True, slots=True)
class ErrorParams:
    """How errors of the general model become corrections.

    They are shrunk by ``prior_doubt``, which is added to the sum of p(1 - p) over the lines, at
    most 1/4 each. All but those of equal lines are also shrunk by ``prior_pages`` labelled pages
    without errors.
    """

    prior_doubt: float = 1.0
    prior_pages: float = 2.0
    max_log_odds: float = 4.0


PLACES: Final = PlaceParams()
ERRORS: Final = ErrorParams()
MAX_MEAN_LOG_ODDS: Final = 4.0  # of what stands, on average, between and beside template lines


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of several pages in one table: ``hashes`` (n, 3), ``paths`` (n, 5), the rest (n,).

    ``label`` is 1 for content, -1 for chrome, 0 for unknown; ``role`` an index into ROLES or -1.
    """

    hashes: Ints
    paths: Ints
    page: Ints
    chars: Floats
    log_odds: Floats
    label: Floats
    role: Ints


def lines_of(pages: Sequence[Sketch]) -> Lines:
    """The lines of sketches, one page after the other."""
    none = np.zeros(0)
    return Lines(
        np.concatenate([np.zeros((0, 3), np.int64), *(page.hashes for page in pages)]),
        np.concatenate([np.zeros((0, N_PATHS), np.int64), *(p.paths for p in pages)]),
        np.repeat(np.arange(len(pages)), [page.n for page in pages]),
        np.concatenate([none, *(page.chars for page in pages)]),
        np.concatenate([none, *(page.log_odds for page in pages)]),
        np.concatenate([none, *(page.label for page in pages)]),
        np.concatenate([none.astype(np.int64), *(page.role for page in pages)]),
    )


def postings_of(keys: Ints, page: Ints, n_pages: int) -> Postings:
    """The inverted index of hashes, (n,), and the page that each stands on, (n,)."""
    order = np.lexsort((page, keys))
    keys, page = keys[order], page[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (page[1:] != page[:-1])
    keys, page = keys[first], page[first]
    begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    bounds = np.append(begins, len(keys))
    return Postings(keys[begins], np.append(np.diff(bounds), 0), bounds, page, n_pages)


def count_pages(keys: Ints, page: Ints) -> Ints:
    """On how many pages each of the distinct keys stands, in their order, (k,)."""
    return postings_of(keys, page, 0).counts[:-1]


def table_of(keys: Ints, values: Floats) -> Table:
    """The table of sorted keys and values, (k,); keys of 0 are left out, as 0 is the default."""
    some = values != 0
    return Table(keys[some], np.append(values[some], 0.0))


def sums_by(group: Ints, values: Floats, k: int) -> Floats:
    """The sum of the values in each of k groups, (k,)."""
    return np.bincount(group, values, minlength=k).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceCounts:
    """What the general model finds in each place of the markup; sorted ``keys``, (k,) each.

    ``chars`` and ``content`` are sums over the place's lines: characters, and likely content.
    """

    keys: Ints
    pages: Ints
    chars: Floats
    content: Floats

    def log_odds(self, site_share: float) -> Floats:
        """Log-odds of content in each place over ``site_share``, the site's own, shrunk; (k,)."""
        prior = PLACES.prior_chars
        share = (self.content + prior * site_share) / (self.chars + prior)
        beyond = logit(share, PLACES.min_share) - logit(np.array(site_share), PLACES.min_share)
        trust = self.pages / (self.pages + PLACES.prior_pages)
        return np.clip(trust * beyond, -PLACES.max_log_odds, PLACES.max_log_odds)


def count_places(places: Ints, page: Ints, chars: Floats, content: Floats) -> PlaceCounts:
    """The counts by place of lines: their place, page, length and share of content, (n,) each."""
    keys, at = np.unique(places, return_inverse=True)
    k = len(keys)
    sums = sums_by(at, chars, k), sums_by(at, chars * content, k)
    return PlaceCounts(keys, count_pages(places, page), *sums)


@dataclass(frozen=True, slots=True, eq=False)
class PageMeans:
    """A mean over pages for each of some sorted ``keys``, each page counting as its own mean."""

    keys: Ints
    pages: Ints
    mean: Floats

    def content_table(self, log_odds: Floats, prior_pages: float) -> Table:
        """The log-odds, (k,), that are above 0, shrunk by ``prior_pages`` pages of log-odds 0."""
        trust = self.pages / (self.pages + prior_pages)
        return table_of(self.keys, np.clip(trust * log_odds, 0, MAX_MEAN_LOG_ODDS))


def page_means(keys: Ints, page: Ints, values: Floats) -> PageMeans:
    """The means by key of lines: their key, page and value, (n,) each."""
    order = np.lexsort((page, keys))
    keys, page, values = keys[order], page[order], values[order]
    if not len(keys):
        return PageMeans(keys, keys, values)
    first = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]) | (page[1:] != page[:-1])))
    means = np.add.reduceat(values, first) / np.diff(np.append(first, len(keys)))
    keys = keys[first]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    pages = np.diff(np.append(first, len(keys)))
    return PageMeans(keys[first], pages, np.add.reduceat(means, first) / pages)


def corrections(
    keys: Ints, page: Ints, p: Floats, truth: Floats, prior_pages: float = 0.0
) -> Table:
    """What to add to the general model's log-odds, by key: one Newton step, shrunk by priors.

    ``keys``, ``page``, probability ``p`` and ``truth``, 0 or 1, are of labelled lines, (n,) each.
    """
    distinct, at = np.unique(keys, return_inverse=True)
    k = len(distinct)
    step = sums_by(at, truth - p, k) / (sums_by(at, p * (1 - p), k) + ERRORS.prior_doubt)
    pages = count_pages(keys, page)
    trust = pages / (pages + prior_pages)
    return table_of(distinct, np.clip(trust * step, -ERRORS.max_log_odds, ERRORS.max_log_odds))


def beside_template_lines(is_template: Bools, page: Ints) -> tuple[Bools, Bools]:
    """Which lines stand right after a template line and which right before one, (n,) each.

    The ends of a page count as template lines.
    """
    n = len(page)
    edge = is_template[:-1] | (page[1:] != page[:-1])
    first = np.append(True, edge)[:n]
    edge = is_template[1:] | (page[1:] != page[:-1])
    last = np.append(edge, True)[:n]
    return first & ~is_template, last & ~is_template


def share_before(mass: Floats, page: Ints, n_pages: int) -> Floats:
    """What share of its page's mass stands before each line, (n,); pages follow one another."""
    passed = np.cumsum(mass) - mass
    first = np.searchsorted(page, np.arange(n_pages))
    whole = np.maximum(np.bincount(page, mass, minlength=n_pages), 1e-9)
    started = np.append(passed, 0.0)[first]
    share: Floats = (passed - started[page]) / whole[page]
    return share
