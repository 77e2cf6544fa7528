"""Python twin of the kernel that compares a page with the pages of its site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.site_arrays import (
    CHARS,
    PROBABILITY,
    Postings,
    SiteArrays,
    SiteFeature,
    find,
    of_steps,
    pair,
    template_lines_around,
)
from boilerplate.numeric import Bools, Floats, Ints, total


@dataclass(frozen=True, slots=True)
class SiteFeatureParams:
    """How a page is compared with the pages of its site; the C twin has the same numbers.

    From ``few_pages`` on, more pages with a line make no difference. A page holds the same
    article as another where it has ``same_article`` of the other's likely content, lines that
    recur on the site left out if it has ``min_pages`` pages. A line counts at most ``max_chars``
    characters. The statistics of n pages have the weight n / (n + ``prior_pages``). Evidence that
    an article is over counts fully once ``passed_share`` of it has passed.
    """

    few_pages: int = 4
    same_article: float = 0.5
    min_pages: int = 4
    max_chars: float = 400.0
    prior_pages: float = 3.0
    passed_share: float = 0.5


PARAMS: Final = SiteFeatureParams()
CERTAINTY_POWER: Final = 4  # of a probability, so that only what is nearly certain counts
CERTAINTY: Final = PROBABILITY**CERTAINTY_POWER


def site_features(
    hashes: Ints,
    log_odds_steps: NDArray[np.int8],
    length_steps: NDArray[np.uint8],
    is_headline: Bools,
    site: SiteArrays,
) -> tuple[Floats, Ints, int, float]:
    """The features of a page's lines from the statistics of its site.

    ``hashes`` (n, 3), ``log_odds_steps`` and ``length_steps`` (n,) are the page's sketch.
    ``is_headline`` (n,) are the lines that the page's head calls its article: other pages link to
    it by them, so that standing on a few is no evidence.

    Gives the features (n, 17), of which those of labels are 0; on how many pages each line
    stands, (n,); of how many pages, those left out that hold this page's article; and how
    familiar the page is, the share of its likely chrome that was seen before, 0..1.
    """
    features = np.zeros((len(hashes), len(SiteFeature)))
    strict, loose, place = hashes.T
    p, chars = of_steps(PROBABILITY, log_odds_steps), CHARS[length_steps]
    at = find(site.strict.keys, strict)
    left_out = same_article(site.strict, at, p * chars)
    on = site.strict.count_pages(at, left_out)
    on[is_headline & (on < PARAMS.few_pages)] = 0
    n_pages = site.strict.n_pages - int(left_out.sum())
    recurs, is_template = on > 0, site.is_template[at]
    features[:, SiteFeature.ON_ONE_PAGE] = on == 1
    features[:, SiteFeature.ON_FEW_PAGES] = (on > 1) & (on < PARAMS.few_pages)
    features[:, SiteFeature.ON_MANY_PAGES] = on >= PARAMS.few_pages
    features[:, SiteFeature.RECURRING_LOG_ODDS] = np.where(on > 1, site.recurring_log_odds[at], 0)

    new = np.flatnonzero(~recurs)
    loosely_on = site.loose.count_pages(find(site.loose.keys, loose[new]), left_out)
    capped = np.minimum(loosely_on, PARAMS.few_pages)
    features[new, SiteFeature.LOOSE_MATCH] = capped / PARAMS.few_pages

    trust = n_pages / (n_pages + PARAMS.prior_pages)
    mass = ~recurs * of_steps(CERTAINTY, log_odds_steps) * np.minimum(chars, PARAMS.max_chars)
    features[:, SiteFeature.AFTER_ARTICLE] = trust * _after_article(site.after_article[at], mass)

    before, after = template_lines_around(strict, is_template)
    new = new[~is_template[new]]
    between = site.between.of(pair(before[new], after[new]))
    features[new, SiteFeature.BETWEEN_TEMPLATE_LINES] = trust * between
    edges = np.concatenate([[True], is_template, [True]])
    first, last = new[edges[new]], new[edges[new + 2]]
    features[first, SiteFeature.AFTER_TEMPLATE_LINE] = trust * site.after.of(before[first])
    features[last, SiteFeature.BEFORE_TEMPLATE_LINE] = trust * site.before.of(after[last])

    where = find(site.markup.keys, place)
    is_known_place = (where >= 0) & (place > 0)
    features[:, SiteFeature.PLACE] = np.where(
        is_known_place & ~is_template, site.markup.values[where], 0
    )
    chrome = 1 - p
    familiar = total(chrome * (recurs | is_known_place)) / max(total(chrome), 1e-9)
    return features, on, n_pages, familiar


def same_article(postings: Postings, at: Ints, mass: Floats, own: int | None = None) -> Bools:
    """Which of the pages hold the article of a page, (pages,); the lines' keys are ``at`` (n,).

    Pages share chrome, not articles. So a page holds the same article where it has half of what
    stands on few pages, each line weighted by its ``mass``, the likely content in it, (n,).
    ``own`` is the page's own number, where it is one of them.
    """
    n_pages, on = postings.n_pages, postings.counts[at]
    enough = n_pages >= PARAMS.min_pages
    is_rare = on <= max(2, n_pages // 2) if enough else np.ones(len(on), bool)
    held = np.flatnonzero(is_rare & (on > 0))
    which, page = postings.matches(at[held])
    shared = np.bincount(page, mass[held][which], minlength=n_pages)
    same: Bools = (shared >= PARAMS.same_article * total(mass[is_rare])) & (shared > 0)
    if own is not None:
        same[own] = False
    return same


def _after_article(log_odds: Floats, mass: Floats) -> Floats:
    """The log-odds that the article is over before each line, 0 where it is not; (n,).

    ``log_odds`` (n,) is each line's evidence for what follows it; the highest before a line counts,
    as far as half of the page's own article, ``mass`` (n,), has passed as well.
    """
    passed = np.maximum.accumulate(np.append(0.0, log_odds)[:-1])
    share = (np.cumsum(mass) - mass) / max(total(mass), 1e-9)
    return passed * np.minimum(share / PARAMS.passed_share, 1)
