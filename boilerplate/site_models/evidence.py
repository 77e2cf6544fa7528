"""What the sketches of a site's pages say about the lines of another page of it.

A line on several pages is chrome, because an article is written once. A line between two lines of
the site's template, right beside one, or in some place of the markup is likely what the general
model mostly finds there on the other pages. A line after one that follows the article on other
pages is chrome. Where the general model finds no content the features are 0, because it may be
wrong there on all pages alike. Where lines were labelled, the general model's errors are
corrected: by place, by line, and over the whole site.

Each of these is a feature, and ``weights`` adds them up. All shrink to 0 where few pages or lines
are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.plain_site_features import CERTAINTY_POWER
from boilerplate.kernels.plain_site_features import PARAMS as PAGE_PARAMS
from boilerplate.kernels.site_arrays import (
    Hash,
    SiteArrays,
    SiteFeature,
    Table,
    find,
    pair,
    template_lines_around,
)
from boilerplate.numeric import Bools, Floats, Ints, logit, sigmoid
from boilerplate.site_models.comparison import copies, familiarity, outliers
from boilerplate.site_models.label_corrections import LabelCorrections
from boilerplate.site_models.role_votes import RoleVotes
from boilerplate.site_models.sketch import Sketch
from boilerplate.site_models.statistics import (
    PLACES,
    Lines,
    PlaceCounts,
    beside_template_lines,
    count_places,
    lines_of,
    page_means,
    postings_of,
    share_before,
)


@dataclass(frozen=True, slots=True)
class EvidenceParams:
    """How evidence is taken from the pages of a site; chosen on sites of the train and dev splits.

    A template line stands on at least ``template_share`` of the pages, and on two. A line's
    log-odds fall by ``halving`` for each doubling of the pages it stands on, before it counts as
    content of its place; the general model's log-odds are clipped to ``max_log_odds``. Means
    between two template lines are shrunk by ``prior_between`` pages of log-odds 0, those beside
    one by ``prior_beside``. Mean shares are kept ``min_share`` from 0 and 1. A template line that
    stands on its pages more than ``max_times`` on average is no sign that the article is over.
    """

    template_share: float = 0.5
    halving: float = 4.0
    max_log_odds: float = 6.0
    prior_between: float = 2.0
    prior_beside: float = 3.0
    min_share: float = 0.02
    max_times: float = 1.2


PARAMS: Final = EvidenceParams()


@dataclass(frozen=True, slots=True, eq=False)
class SiteFeatures:
    """The features of a page's n lines from what is known of its site.

    ``values`` (n, f) has a column for each ``SiteFeature``. Each line stands ``on`` (n,) of
    ``n_pages`` pages, those that hold the same article left out. ``familiar`` is the share of the
    page's chrome that stands on other pages too, 0..1.
    """

    values: Floats
    on: Ints
    n_pages: int
    familiar: float


class SiteEvidence:
    """What a site's sketches say, worked out once.

    ``copies`` and ``outliers`` (p,) are pages that hold an earlier one's article, and pages with
    next to nothing in common with the others; nothing is learned from either. ``arrays`` is all
    that is known but for labels, ``places`` the counts by place of the markup, ``corrections``
    what labels say, ``role_votes`` what roles of labelled lines say, None without any.
    """

    def __init__(self, pages: Sequence[Sketch]) -> None:
        self.copies = copies(pages)
        self.outliers = outliers(pages, ~self.copies)
        is_used = ~self.copies & ~self.outliers
        self._pages = [page for page, used in zip(pages, is_used.tolist(), strict=True) if used]
        lines = lines_of(self._pages)
        strict = postings_of(lines.hashes[:, Hash.STRICT], lines.page, self.n_pages)
        is_template = (strict.counts > 1) & (strict.counts >= PARAMS.template_share * self.n_pages)
        at = find(strict.keys, lines.hashes[:, Hash.STRICT])
        table = _LineTable(lines, at, strict.counts, is_template, self.n_pages)
        self.places, markup = table.places()
        self.arrays = SiteArrays(
            strict,
            postings_of(lines.hashes[:, Hash.LOOSE], lines.page, self.n_pages),
            is_template,
            table.recurring_log_odds(),
            table.after_article(),
            table.between(),
            *table.beside(),
            markup,
        )
        self.corrections = (
            LabelCorrections.learned(lines, table.is_template) if lines.label.any() else None
        )
        self.role_votes = RoleVotes.learned(lines) if (lines.role >= 0).any() else None

    @property
    def n_pages(self) -> int:
        """How many pages are learned from."""
        return len(self._pages)

    @property
    def n_labelled(self) -> int:
        """How many of them have labels."""
        return self.corrections.n_pages if self.corrections else 0

    @cached_property
    def usual_familiarity(self) -> float:
        """The median of how familiar the pages learned from are with one another, 0..1."""
        return float(np.median(familiarity(self._pages))) if self.n_pages > 1 else 0.0

    def features(self, page: Sketch, is_headline: Bools | None = None) -> SiteFeatures:
        """The features of a page's lines.

        ``is_headline`` (n,) are the lines that the page's head calls its article: other pages
        link to it by them, so standing on a few pages is no sign of chrome.
        """
        if is_headline is None:
            is_headline = np.zeros(page.n, bool)
        lines = page.hashes, page.log_odds_steps, page.length_steps, is_headline
        values, on, n_pages, familiar = kernels.site_features(*lines, self.arrays)
        if self.corrections:
            is_template = self.arrays.is_template[
                find(self.arrays.strict.keys, page.hashes[:, Hash.STRICT])
            ]
            values[:, SiteFeature.LABELLED_AFTER :] = self.corrections.of(page, is_template)
        return SiteFeatures(values, on, n_pages, familiar)


class _LineTable:
    """The lines of all pages of a site, (n,) each, and the tables worked out from them.

    ``at`` are the indices of their strict hashes among the site's, which stand on ``counts``
    (k + 1,) pages and are template lines where ``is_key_template`` (k + 1,).
    """

    def __init__(
        self, lines: Lines, at: Ints, counts: Ints, is_key_template: Bools, n_pages: int
    ) -> None:
        self.lines, self.at, self.counts, self.n_pages = lines, at, counts, n_pages
        self.is_key_template = is_key_template
        self.on, self.is_template = counts[at], is_key_template[at]
        log_odds = lines.log_odds - PARAMS.halving * np.log2(np.maximum(self.on, 1))
        is_labelled = lines.label != 0
        log_odds = np.where(is_labelled, lines.label * PARAMS.max_log_odds, log_odds)
        self.content = np.where(is_labelled, (lines.label + 1) / 2, sigmoid(log_odds))
        self.log_odds = np.clip(log_odds, -PARAMS.max_log_odds, PARAMS.max_log_odds)
        self.chars = np.minimum(lines.chars, PAGE_PARAMS.max_chars)
        strict = lines.hashes[:, Hash.STRICT]
        self.before, self.after = template_lines_around(strict, self.is_template, lines.page)

    def between(self) -> Table:
        """Log-odds of content between two template lines."""
        free = ~self.is_template
        keys = pair(self.before, self.after)[free]
        means = page_means(keys, self.lines.page[free], self.content[free])
        return means.content_table(logit(means.mean, PARAMS.min_share), PARAMS.prior_between)

    def beside(self) -> tuple[Table, Table]:
        """Log-odds of content right after, and right before a template line."""
        first, last = beside_template_lines(self.is_template, self.lines.page)
        means = (
            page_means(keys[some], self.lines.page[some], self.log_odds[some])
            for keys, some in ((self.before, first), (self.after, last))
        )
        after, before = (each.content_table(each.mean, PARAMS.prior_beside) for each in means)
        return after, before

    def after_article(self) -> Floats:
        """Log-odds that the article is over after each line of the site, (k + 1,).

        For template lines that come once a page, from the share of pages on which more than
        ``passed_share`` of the article stands before them.
        """
        k = len(self.counts) - 1
        times = np.append(np.bincount(self.at, minlength=k), 0)
        is_once = self.is_key_template & (times <= PARAMS.max_times * self.counts)
        # A power of the probability: what is nearly certain is hardly ever a teaser or a comment.
        mass = self.content**CERTAINTY_POWER * self.chars
        is_over = share_before(mass, self.lines.page, self.n_pages) > PAGE_PARAMS.passed_share
        some = is_once[self.at]
        over = page_means(self.at[some], self.lines.page[some], is_over[some].astype(float))
        share = (over.mean * over.pages + 0.5) / (over.pages + 1)
        out = np.zeros(k + 1)
        out[over.keys] = np.maximum(logit(share, PARAMS.min_share), 0)
        return out

    def recurring_log_odds(self) -> Floats:
        """The general model's mean log-odds of lines on several pages, where below 0, (k + 1,)."""
        some = self.on > 1
        seen = np.clip(self.lines.log_odds[some], -PARAMS.max_log_odds, PARAMS.max_log_odds)
        means = page_means(self.at[some], self.lines.page[some], seen)
        out = np.zeros(len(self.counts))
        out[means.keys] = np.minimum(means.mean, 0)
        return out

    def places(self) -> tuple[PlaceCounts, Table]:
        """The counts by place of the markup, and the log-odds of content there."""
        free = ~self.is_template
        chars, content = self.chars[free], self.content[free]
        prior = PLACES.prior_chars
        site_share = (float((chars * content).sum()) + prior / 2) / (float(chars.sum()) + prior)
        place = self.lines.hashes[free, Hash.PLACE]
        counts = count_places(place, self.lines.page[free], chars, content)
        return counts, Table(counts.keys, np.append(counts.log_odds(site_share), 0.0))
