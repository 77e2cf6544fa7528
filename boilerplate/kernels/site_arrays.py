"""What the kernel ``site_features`` takes and gives: the statistics of a site as arrays.

Also what its twins share with ``site_models``: finding hashes, and the template lines of a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Bools, Floats, Ints, sigmoid


class SiteFeature(IntEnum):
    """The features of a line from the statistics of its site: columns of a matrix, in this order.

    A template line is one on at least half of the site's pages. The last seven are of labelled
    lines, in log-odds: the general model's errors there, and what stands on their paths.
    """

    ON_ONE_PAGE = 0  # 1 where the line stands on one page of the site
    ON_FEW_PAGES = 1  # 1 where it stands on two or three
    ON_MANY_PAGES = 2  # 1 where it stands on more
    RECURRING_LOG_ODDS = 3  # the mean log-odds of a line on several pages, where below 0
    LOOSE_MATCH = 4  # of a line on no page: pages with its loose hash, at most 4, over 4
    AFTER_ARTICLE = 5  # log-odds that the article is over
    BETWEEN_TEMPLATE_LINES = 6  # log-odds of content between these two template lines
    AFTER_TEMPLATE_LINE = 7  # log-odds of content right after this template line
    BEFORE_TEMPLATE_LINE = 8  # and right before this one
    PLACE = 9  # log-odds of content in this place of the markup, over the site's own
    LABELLED_AFTER = 10  # errors after this template line
    LABELLED_BEFORE = 11  # before this one
    LABELLED_PLACE = 12  # on this longest path of the markup
    LABELLED_SITE = 13  # on all pages of the site
    LABELLED_LINE = 14  # on equal lines
    LABELLED_LOOSE = 15  # on lines of the same loose hash
    LABELLED_PATH = 16  # content, or chrome, that stands alone on one of these paths


class Hash(IntEnum):
    """The hashes of a line: columns of a sketch, in this order."""

    STRICT = 0  # of its words, numbers and dates masked
    LOOSE = 1  # names and values masked too
    PLACE = 2  # of the nearest named element; 0 for none


@dataclass(frozen=True, slots=True)
class SketchScale:
    """How coarsely the numbers of a line are kept; the C twin has ``max_steps`` too.

    The general model's log-odds are kept in steps of ``log_odds_step``, finer than what two
    versions of a model agree on, and at most ``max_steps`` either way: what is surer makes no
    difference. A length in characters is kept as its logarithm, ``steps_per_doubling`` to each
    doubling, at most ``max_length_steps``.
    """

    log_odds_step: float = 0.1
    max_steps: int = 60
    steps_per_doubling: int = 8
    max_length_steps: int = 255


SCALE: Final = SketchScale()

# What the steps stand for: log-odds and probabilities from the lowest step on, characters.
LOG_ODDS: Final = (
    np.arange(-SCALE.max_steps, SCALE.max_steps + 1, dtype=float) * SCALE.log_odds_step
)
PROBABILITY: Final = sigmoid(LOG_ODDS)
CHARS: Final = np.exp2(np.arange(SCALE.max_length_steps + 1) / SCALE.steps_per_doubling) - 1


def of_steps(scale: Floats, log_odds_steps: NDArray[np.int8]) -> Floats:
    """The values of a scale, LOG_ODDS or PROBABILITY, that steps of log-odds stand for, (n,)."""
    return scale[log_odds_steps.astype(np.int64) + SCALE.max_steps]


def find(keys: Ints, wanted: Ints) -> Ints:
    """The index of each wanted hash in sorted keys, -1 where it is not among them."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """An inverted index: on which of ``n_pages`` pages each of k hashes stands.

    ``keys`` (k,) are the hashes, sorted. ``page`` (m,) holds the pages of the first key, then
    those of the next: key i has ``counts[i]`` of them from ``begins[i]`` on. Both are (k + 1,):
    the last count is 0, so that the -1 which ``find`` gives for an unknown hash has no pages.
    """

    keys: Ints
    counts: Ints
    begins: Ints
    page: Ints
    n_pages: int

    def matches(self, at: Ints) -> tuple[Ints, Ints]:
        """Every pair of an index into ``at``, which are indices of keys, and a page of that key."""
        counts = self.counts[at]
        which = np.repeat(np.arange(len(at)), counts)
        shift = self.begins[at] + counts - np.cumsum(counts)
        return which, self.page[np.repeat(shift, counts) + np.arange(len(which))]

    def count_pages(self, at: Ints, left_out: Bools) -> Ints:
        """How many pages each of some keys stands on, (n,), without those ``left_out`` (pages,)."""
        counts: Ints = self.counts[at]
        if left_out.any():
            which, page = self.matches(at)
            counts -= np.bincount(which[left_out[page]], minlength=len(at))
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A value for each of some sorted ``keys`` (k,); the last of ``values`` (k + 1,) is 0."""

    keys: Ints
    values: Floats

    def of(self, wanted: Ints) -> Floats:
        """The value of each wanted key, 0 for those that are not there; (n,)."""
        return self.values[find(self.keys, wanted)]


@dataclass(frozen=True, slots=True, eq=False)
class SiteArrays:
    """The statistics of a site, labels aside: k different lines on p pages.

    ``strict`` and ``loose`` are the pages that each line stands on, by its strict and its loose
    hash. For each strict key, and one more for unknown lines, (k + 1,): ``is_template``, whether
    it is a template line; ``recurring_log_odds`` and ``after_article``, what it adds to these
    features. The tables hold log-odds of content by place: ``between`` two template lines,
    ``after`` one, ``before`` one, and by place of the ``markup``.
    """

    strict: Postings
    loose: Postings
    is_template: Bools
    recurring_log_odds: Floats
    after_article: Floats
    between: Table
    after: Table
    before: Table
    markup: Table


NO_TEMPLATE_LINE: Final = (1, 2)  # the hash "before" the first line of a page, and "after" the last


def template_lines_around(
    keys: Ints, is_template: Bools, page: Ints | None = None
) -> tuple[Ints, Ints]:
    """The hash of the nearest template line before and after each line, (n,) each.

    NO_TEMPLATE_LINE where there is none. ``page`` (n,) is the page of each line, the lines of one
    page following those of another; None for lines of one page.
    """
    hashes = np.concatenate([NO_TEMPLATE_LINE[:1], keys[is_template], NO_TEMPLATE_LINE[1:]])
    passed: Ints = np.cumsum(is_template)
    before, after = passed - is_template, passed + 1
    if page is None:
        return hashes[before], hashes[after]
    of = np.concatenate([[-1], page[is_template], [-1]])
    return (
        np.where(of[before] == page, hashes[before], NO_TEMPLATE_LINE[0]),
        np.where(of[after] == page, hashes[after], NO_TEMPLATE_LINE[1]),
    )


_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


def pair(one: Ints, other: Ints) -> Ints:
    """A hash of two hashes in this order, (n,)."""
    with np.errstate(over="ignore"):
        mixed = (one.astype(np.uint64) * _MULTIPLIER ^ other.astype(np.uint64)) * _MULTIPLIER
    hashes: Ints = mixed.astype(np.int64)
    return hashes
