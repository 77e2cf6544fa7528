"""How many pages sites have, counted within a limit of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEAST_PAGES: Final = 20  # of a site, from which on a site model is worth its while
MAX_SITES: Final = 10_000  # that are counted of a shard
MAX_SITES_OF_RUN: Final = 100_000


@dataclass(slots=True)
class SiteCounts:
    """The pages of the sites that have most; exact as long as there are at most ``most`` sites.

    Beyond that each count is at most ``missed`` too low: the summary of Misra and Gries (1982),
    which can be merged (Agarwal et al. 2012). What is counted depends on the order of what is
    added, and on nothing else.
    """

    most: int = MAX_SITES
    counts: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    pages: int = 0  # of all sites, those included that are not counted by themselves

    def add(self, site: str, pages: int = 1) -> None:
        """Count pages of a site."""
        self.counts[site] = self.counts.get(site, 0) + pages
        self.pages += pages
        if len(self.counts) > 2 * self.most:
            self.shrink()

    def merge(self, other: SiteCounts) -> None:
        """Count what another has counted."""
        pages = self.pages + other.pages
        for site, count in other.counts.items():
            self.add(site, count)
        self.missed += other.missed
        self.pages = pages

    def shrink(self) -> None:
        """Keep no more sites than ``most``, with lower counts."""
        if len(self.counts) <= self.most:
            return
        by = sorted(self.counts.values(), reverse=True)[self.most]
        self.counts = {site: count - by for site, count in self.counts.items() if count > by}
        self.missed += by

    def largest(self, least: int = 1) -> list[tuple[str, int]]:
        """The sites with at least so many pages, those with most first, equal ones by name."""
        found = [(site, count) for site, count in self.counts.items() if count >= least]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        self.shrink()
        return {"counts": self.counts, "missed": self.missed, "pages": self.pages}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SiteCounts:
        """The counts from JSON values. Raises ValueError, KeyError and the like for others."""
        counts = {str(site): int(count) for site, count in values["counts"].items()}
        return cls(counts=counts, missed=int(values["missed"]), pages=int(values["pages"]))


def merged_counts(parts: Iterable[SiteCounts]) -> SiteCounts:
    """The counts of all parts, which depend on the order of the parts."""
    whole = SiteCounts(MAX_SITES_OF_RUN)
    for each in parts:
        whole.merge(each)
    whole.shrink()
    return whole
