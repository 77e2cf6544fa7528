"""Reasons from a site model, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, overload

import numpy as np

from boilerplate.kernels.site_arrays import SiteFeature
from boilerplate.numeric import Bools, Floats
from boilerplate.site_models.evidence import SiteFeatures

Reasons = tuple[str, str]  # why a line is content, and why it is not; "" for no reason

RECURRING: Final = frozenset(
    {
        SiteFeature.ON_ONE_PAGE,
        SiteFeature.ON_FEW_PAGES,
        SiteFeature.ON_MANY_PAGES,
        SiteFeature.RECURRING_LOG_ODDS,
    }
)
IN_PLACE: Final = ("where this site has its articles", "where this site has its chrome")
LABELLED: Final = ("as this site was labelled", "as this site was labelled")


@dataclass(frozen=True, eq=False)
class SiteReasons(Sequence[Reasons]):
    """For each line, the feature of its site that speaks most for content and most against.

    ``added`` (n, f) is what the features add to the lines' log-odds; only lines of which
    ``is_moved`` (n,) is true get reasons. They are put in words when the first is asked for.
    """

    features: SiteFeatures
    added: Floats
    is_moved: Bools

    def __len__(self) -> int:
        return len(self.added)

    @overload
    def __getitem__(self, line: int) -> Reasons: ...

    @overload
    def __getitem__(self, line: slice) -> list[Reasons]: ...

    def __getitem__(self, line: int | slice) -> Reasons | list[Reasons]:
        return self._reasons[line]

    def __iter__(self) -> Iterator[Reasons]:
        return iter(self._reasons)

    @cached_property
    def _reasons(self) -> list[Reasons]:
        reasons = [("", "")] * len(self.added)
        lines = np.flatnonzero(self.is_moved)
        added = self.added[lines]
        most, least = added.argmax(1).tolist(), added.argmin(1).tolist()
        rises, falls = added.max(1, initial=0) > 0, added.min(1, initial=0) < 0
        for i, line in enumerate(lines.tolist()):
            reasons[line] = (
                self._words(most[i], line)[0] if rises[i] else "",
                self._words(least[i], line)[1] if falls[i] else "",
            )
        return reasons

    def _words(self, feature: int, line: int) -> Reasons:
        if feature in RECURRING:
            on, n_pages = self.features.on[line], self.features.n_pages
            return "", f"stands on {on} of {n_pages} pages of this site"
        if feature == SiteFeature.LOOSE_MATCH:
            return "", "but for a name or a number, stands on other pages of this site"
        return LABELLED if feature >= SiteFeature.LABELLED_AFTER else IN_PLACE
