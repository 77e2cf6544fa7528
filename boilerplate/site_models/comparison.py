"""The pages of a site compared with one another: copies of an article, outliers, familiarity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from boilerplate.kernels import plain_site_features
from boilerplate.kernels.plain_site_features import same_article
from boilerplate.kernels.site_arrays import Hash, find
from boilerplate.numeric import Bools, Floats, sigmoid
from boilerplate.site_models.sketch import Sketch
from boilerplate.site_models.statistics import lines_of, postings_of

OUTLIER_FAMILIARITY: Final = 0.3  # of the site's median, below which a page is left out


def copies(pages: Sequence[Sketch]) -> Bools:
    """Which pages hold an article that an earlier page holds, (p,)."""
    lines = lines_of(pages)
    strict = lines.hashes[:, Hash.STRICT]
    postings = postings_of(strict, lines.page, len(pages))
    mass = sigmoid(lines.log_odds) * lines.chars
    at = find(postings.keys, strict)
    starts = np.cumsum([0, *(page.n for page in pages)]).tolist()
    found = np.zeros(len(pages), bool)
    for i in range(len(pages)):
        own = slice(starts[i], starts[i + 1])
        same = same_article(postings, at[own], mass[own], i)
        found[i] = bool((same & ~found)[:i].any())
    return found


def outliers(pages: Sequence[Sketch], among: Bools) -> Bools:
    """Which pages have next to nothing in common with the others, (p,).

    They are of another template or of another site. Only pages ``among`` (p,) are compared;
    among fewer than ``min_pages`` none is an outlier.
    """
    found = np.zeros(len(pages), bool)
    compared = np.flatnonzero(among)
    if len(compared) < plain_site_features.PARAMS.min_pages:
        return found
    familiar = familiarity([pages[i] for i in compared.tolist()])
    found[compared] = familiar < OUTLIER_FAMILIARITY * float(np.median(familiar))
    return found


def familiarity(pages: Sequence[Sketch]) -> Floats:
    """What share of each page's chrome stands on the others, by its words or its place, (p,)."""
    lines = lines_of(pages)
    n = len(pages)
    seen = np.zeros(len(lines.page), bool)
    for column in (Hash.STRICT, Hash.PLACE):
        key = lines.hashes[:, column]
        postings = postings_of(key, lines.page, n)
        is_known = (key > 0) | (column == Hash.STRICT)
        seen |= (postings.counts[find(postings.keys, key)] > 1) & is_known
    chrome = sigmoid(-lines.log_odds)
    whole = np.maximum(np.bincount(lines.page, chrome, minlength=n), 1e-9)
    share: Floats = np.bincount(lines.page, chrome * seen, minlength=n) / whole
    return share
