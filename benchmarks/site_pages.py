"""Sites with many gold pages, and which of their pages are learned from and scored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

import numpy as np

from training.corpora import GoldPage
from training.gold_pages import sites_of

PARTS: Final = 4  # of a site's pages; each is scored, and the other three are learned from
LEAST_PAGES: Final = 12  # of a site, so that nine are left to learn from


def pages_by_site(golds: Iterable[GoldPage]) -> dict[str, list[GoldPage]]:
    """The gold pages of each site that has at least twelve, by the site's name."""
    return {site: pages for site, pages in sites_of(golds).items() if len(pages) >= LEAST_PAGES}


def parts(site: str, n: int) -> Iterator[tuple[list[int], list[int]]]:
    """For each part: the indices of n pages that are scored, and of those that are learned from."""
    order = np.random.default_rng(crc32(site.encode())).permutation(n).tolist()
    for part in range(PARTS):
        scored = order[part::PARTS]
        yield scored, [i for i in order if i not in set(scored)]
