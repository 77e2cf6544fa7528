"""Many pages at a glance: what was dropped and why, their languages, which sites and pages to see.

Pages are added one by one and forgotten but for the strangest, so that a million take no more
room than a hundred.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from boilerplate.page import Label, is_blank
from boilerplate.result import CleanPage

MAX_SHOWN: Final = 100  # pages, the strangest, that a report shows line by line
MAX_LISTED: Final = 1000  # and names
DOUBTFUL: Final = 0.1  # mean probability of a wrong decision, from which a page is strange
LEAST_LINES: Final = 10  # of a page that is strange for being kept as a whole


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told of a page among many; counts are of lines that are not blank."""

    name: str
    site: str | None
    language: str | None
    lines: int
    kept: int
    share: float  # of the characters, that were kept
    doubt: float  # mean probability that a decision is wrong, by characters
    drift: float | None
    plugin_errors: tuple[str, ...]
    unread: int = 0

    @property
    def strange(self) -> tuple[float, str]:
        """How much the page asks to be looked at, 0 to 1, and why, in words."""
        from boilerplate.site_models.site_model import DRIFTED

        found = [(min(1.0, 2 * self.doubt), f"{self.doubt:.0%} in doubt")]
        if not self.lines:
            found.append((0.9, "no text"))
        elif not self.kept:
            found.append((1.0, "nothing kept"))
        elif self.kept == self.lines >= LEAST_LINES:
            found.append((0.6, "everything kept"))
        if self.plugin_errors:
            found.append((0.95, "a plugin failed"))
        if self.unread:
            found.append((0.7, "not read to its end"))
        if self.drift is not None and self.drift >= DRIFTED:
            found.append((self.drift, "unlike its site"))
        found.sort(reverse=True)
        said = [words for score, words in found if score >= 2 * DOUBTFUL]
        return found[0][0], ", ".join(said)


def digest(name: str, page: CleanPage) -> Digest:
    """A page, summed up."""
    spoken = [p for p in page.predictions if not is_blank(p.line)]
    kept = [p for p in spoken if p.label is Label.CONTENT]
    chars = sum(len(p.line.text) for p in spoken)
    wrong = sum(
        len(p.line.text) * (1 - p.probability if p.label is Label.CONTENT else p.probability)
        for p in spoken
    )
    return Digest(
        name,
        page.site,
        page.language,
        len(spoken),
        len(kept),
        sum(len(p.line.text) for p in kept) / max(chars, 1),
        wrong / max(chars, 1),
        page.drift,
        page.plugin_errors,
        page.page.unread,
    )


@dataclass(slots=True)
class SiteTally:
    """What is told of a site: its pages, how far they have drifted, those that kept nothing."""

    pages: int = 0
    asked: int = 0  # of a site model
    drift: float = 0.0
    empty: int = 0

    @property
    def mean_drift(self) -> float | None:
        """How little its pages look like its site model; None without one."""
        return self.drift / self.asked if self.asked else None


@dataclass(slots=True)
class Batch:
    """Tallies of pages, and the strangest of them.

    ``shown`` and ``listed`` are how many pages are kept for a report, with their lines and by
    their digest alone.
    """

    shown: int = MAX_SHOWN
    listed: int = MAX_LISTED
    pages: int = 0
    lines: int = 0
    kept: int = 0
    errors: int = 0
    in_part: int = 0  # pages that were not read to their end
    foreign: int = 0  # lines that were dropped and are in another language than their page
    deciders: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    languages: dict[str, list[int]] = field(default_factory=dict)
    sites: dict[str, SiteTally] = field(default_factory=dict)
    _strangest: list[tuple[float, int, Digest, CleanPage]] = field(default_factory=list)
    _named: list[tuple[float, int, Digest]] = field(default_factory=list)

    def add(self, name: str, page: CleanPage) -> None:
        """Count a page, and keep it if it is among the strangest."""
        from boilerplate.explain.reasons import count_foreign

        one = digest(name, page)
        self.pages += 1
        self.lines += one.lines
        self.kept += one.kept
        self.in_part += one.unread > 0
        for p in page.predictions:
            if p.label is Label.BOILERPLATE and not is_blank(p.line):
                self.kinds[p.kind or "other"] += 1
                self.deciders[p.decided_by] += 1
        self.foreign += count_foreign(page.predictions, page.language)
        tally = self.languages.setdefault(one.language or "", [0, 0, 0])
        for i, count in enumerate((1, one.lines, one.kept)):
            tally[i] += count
        if one.site:
            site = self.sites.setdefault(one.site, SiteTally())
            site.pages += 1
            site.empty += not one.kept
            if one.drift is not None:
                site.asked += 1
                site.drift += one.drift
        score = one.strange[0]
        _push(self._strangest, (score, -self.pages, one, page), self.shown)
        _push(self._named, (score, -self.pages, one), self.listed)

    def strangest(self) -> list[tuple[Digest, CleanPage]]:
        """The pages to be shown line by line, the strangest first."""
        return [(one, page) for _, _, one, page in sorted(self._strangest, reverse=True, key=_rank)]

    def digests(self) -> list[Digest]:
        """The pages to be named, the strangest first."""
        return [one for _, _, one in sorted(self._named, reverse=True, key=_rank)]

    def strange_sites(self) -> list[tuple[str, SiteTally]]:
        """Sites, those that drift most first, then those with most pages."""
        return sorted(
            self.sites.items(),
            key=lambda item: (-(item[1].mean_drift or 0.0), -item[1].pages, item[0]),
        )


def _rank(item: tuple[Any, ...]) -> tuple[float, int]:
    score, order = item[:2]
    return score, order


def _push(heap: list[Any], item: tuple[Any, ...], most: int) -> None:
    """Keep the ``most`` highest; no two items have one order, so nothing else is compared."""
    if len(heap) < most:
        heapq.heappush(heap, item)
    elif heap and heap[0][:2] < item[:2]:
        heapq.heapreplace(heap, item)


def batch_of_records(records: Iterable[Mapping[str, Any]]) -> Batch:
    """A batch from the records of shards; those of pages that failed are counted.

    Raises ValueError for a record that is no cleaned page.
    """
    found = Batch()
    for record in records:
        if record.get("error"):
            found.errors += 1
        else:
            found.add(
                str(record.get("source") or record.get("url") or "?"), CleanPage.from_dict(record)
            )
    return found
