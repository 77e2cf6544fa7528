"""What is known of the sites of many pages, within a limit of memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MAX_SITES: Final = 100_000  # at 210 bytes each; up to twice as many until they are cut


@dataclass(slots=True)
class SiteFigures:
    """The pages of a site: how many, how far they have drifted, how many kept nothing."""

    pages: int = 0
    with_drift: int = 0  # pages that were compared with a site model
    drift: float = 0.0  # the sum over these
    empty: int = 0
    missed: int = 0  # how many more pages it may have had before it was counted

    @property
    def mean_drift(self) -> float | None:
        """How much its pages lack of what its site model knows, 0 to 1; None without one."""
        return self.drift / self.with_drift if self.with_drift else None


@dataclass(slots=True)
class SiteTable:
    """The sites with most pages; all sites as long as there are at most ``most``.

    Now and then those with fewest pages are left out, also where they come again later. So a site
    that came often from the start has exact counts, and any other one says how many pages it may
    have ``missed``: a batched form of Space-Saving (Metwally et al. 2005). A site that has more
    pages than ``bound`` is in the table. What is in it depends on the order of the pages, and on
    nothing else.
    """

    most: int = MAX_SITES
    sites: dict[str, SiteFigures] = field(default_factory=dict)
    bound: int = 0
    _pages: int = 0
    _dropped: int = 0

    def add(self, site: str, *, empty: bool = False, drift: float | None = None) -> None:
        """Count a page of a site."""
        counts = self.sites.get(site)
        if counts is None:
            if len(self.sites) >= 2 * self.most:
                self._shrink()
            counts = self.sites[site] = SiteFigures(missed=self.bound)
        self._pages += 1
        counts.pages += 1
        counts.empty += empty
        if drift is not None:
            counts.with_drift += 1
            counts.drift += drift

    def _shrink(self) -> None:
        """Leave out all but the sites that may have most pages, of equal ones the first by name."""
        ranked = sorted(self.sites, key=lambda site: (-self._at_most(site), site))
        for site in ranked[self.most :]:
            self.bound = max(self.bound, self._at_most(site))
            del self.sites[site]
        self._dropped += len(ranked) - self.most

    def _at_most(self, site: str) -> int:
        counts = self.sites[site]
        return counts.pages + counts.missed

    @property
    def left_out(self) -> tuple[int, int]:
        """How many pages no site of the table counts, and of how many sites they are at most."""
        return self._pages - sum(each.pages for each in self.sites.values()), self._dropped

    def to_check(self) -> list[tuple[str, SiteFigures]]:
        """Sites, those that have drifted most first, then those with most pages."""
        return sorted(
            self.sites.items(),
            key=lambda item: (-(item[1].mean_drift or 0.0), -item[1].pages, item[0]),
        )
