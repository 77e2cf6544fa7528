"""A summary of many pages: counts by decider, role and language, sites, and the pages to check.

Pages are added one by one. Only those that are most worth a look are kept, and the sites with most
pages, so that a billion pages take no more memory than some hundred thousand.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from boilerplate.explain.site_table import SiteTable
from boilerplate.page import Label, is_blank
from boilerplate.result import CleanPage

MAX_SHOWN: Final = 100  # pages that a report shows line by line
MAX_LISTED: Final = 1000  # pages that a report names


@dataclass(frozen=True, slots=True)
class Concerns:
    """What makes a page worth a look, as scores from 0 to 1: the page with the highest is first.

    Doubt is the mean probability, by characters, that a line's label is wrong. It counts twice,
    because it is 0.5 where every line is undecided. Drift is its own score.
    """

    nothing_kept: float = 1.0
    plugin_failed: float = 0.95
    no_text: float = 0.9
    read_in_part: float = 0.7
    everything_kept: float = 0.6
    # A page of fewer lines may well be an article and nothing else.
    min_lines_everything_kept: int = 10
    min_score: float = 0.2  # below this a concern is not named


CONCERNS: Final = Concerns()


@dataclass(frozen=True, slots=True)
class PageSummary:
    """The figures of one page; blank lines are not counted."""

    name: str
    site: str | None
    language: str | None
    lines: int
    kept: int
    doubt: float  # mean probability that a label is wrong, weighted by characters
    drift: float | None
    plugin_errors: tuple[str, ...]
    unread: int = 0

    @property
    def concern(self) -> tuple[float, str]:
        """How much the page should be looked at, 0 to 1, and why; "" if it need not be."""
        from boilerplate.site_models.site_model import DRIFTED

        found = [(min(1.0, 2 * self.doubt), f"{self.doubt:.0%} in doubt")]
        if not self.lines:
            found.append((CONCERNS.no_text, "no text"))
        elif not self.kept:
            found.append((CONCERNS.nothing_kept, "nothing kept"))
        elif self.kept == self.lines >= CONCERNS.min_lines_everything_kept:
            found.append((CONCERNS.everything_kept, "everything kept"))
        if self.plugin_errors:
            found.append((CONCERNS.plugin_failed, "a plugin failed"))
        if self.unread:
            found.append((CONCERNS.read_in_part, "not read to its end"))
        if self.drift is not None and self.drift >= DRIFTED:
            found.append((self.drift, "unlike its site"))
        found.sort(reverse=True)
        named = [words for score, words in found if score >= CONCERNS.min_score]
        return found[0][0], ", ".join(named)


def page_summary(name: str, page: CleanPage) -> PageSummary:
    """The figures of a page."""
    lines = [p for p in page.predictions if not is_blank(p.line)]
    kept = [p for p in lines if p.label is Label.CONTENT]
    chars = sum(len(p.line.text) for p in lines)
    wrong = sum(
        len(p.line.text) * (1 - p.probability if p.label is Label.CONTENT else p.probability)
        for p in lines
    )
    return PageSummary(
        name,
        page.site,
        page.language,
        len(lines),
        len(kept),
        wrong / max(chars, 1),
        page.drift,
        page.plugin_errors,
        page.page.unread,
    )


@dataclass(frozen=True, slots=True)
class ToLearn:
    """Sites with many pages that have neither a plugin nor a site model, most pages first.

    ``more`` is how many others there are; each count may be up to ``missed`` too low. ``commands``
    say what to do, each after its purpose.
    """

    sites: tuple[tuple[str, int], ...]
    more: int = 0
    missed: int = 0
    commands: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Summary:
    """Counts over many pages, and the pages that are most worth a look.

    ``shown`` and ``listed`` are how many pages are kept whole, and how many by their figures.
    """

    shown: int = MAX_SHOWN
    listed: int = MAX_LISTED
    pages: int = 0
    lines: int = 0
    kept: int = 0
    errors: int = 0  # pages that could not be cleaned; not in ``pages``
    in_part: int = 0  # pages that were not read to their end
    foreign: int = 0  # dropped lines in another language than their page
    deciders: Counter[str] = field(default_factory=Counter)
    dropped_roles: Counter[str] = field(default_factory=Counter)
    kept_roles: Counter[str] = field(default_factory=Counter)
    languages: dict[str, list[int]] = field(default_factory=dict)
    sites: SiteTable = field(default_factory=SiteTable)
    to_learn: ToLearn | None = None
    _shown: list[tuple[float, int, PageSummary, CleanPage]] = field(default_factory=list)
    _listed: list[tuple[float, int, PageSummary]] = field(default_factory=list)

    def add(self, name: str, page: CleanPage) -> None:
        """Count a page, and keep it if it is among those most worth a look."""
        from boilerplate.explain.reasons import count_foreign

        figures = page_summary(name, page)
        self.pages += 1
        self.lines += figures.lines
        self.kept += figures.kept
        self.in_part += figures.unread > 0
        for p in page.predictions:
            if p.label is Label.CONTENT:
                self.kept_roles[p.role or "body"] += 1
            elif not is_blank(p.line):
                self.dropped_roles[p.role or "other"] += 1
                self.deciders[p.decided_by] += 1
        self.foreign += count_foreign(page.predictions, page.language)
        counts = self.languages.setdefault(figures.language or "", [0, 0, 0])
        for i, count in enumerate((1, figures.lines, figures.kept)):
            counts[i] += count
        if figures.site:
            self.sites.add(figures.site, empty=not figures.kept, drift=figures.drift)
        score = figures.concern[0]
        _push(self._shown, (score, -self.pages, figures, page), self.shown)
        _push(self._listed, (score, -self.pages, figures), self.listed)

    def pages_to_check(self) -> list[tuple[PageSummary, CleanPage]]:
        """The pages that are kept whole, those most worth a look first."""
        return [
            (figures, page) for _, _, figures, page in sorted(self._shown, reverse=True, key=_rank)
        ]

    def page_summaries(self) -> list[PageSummary]:
        """The figures of the pages that are listed, those most worth a look first."""
        return [figures for _, _, figures in sorted(self._listed, reverse=True, key=_rank)]


def _rank(item: tuple[Any, ...]) -> tuple[float, int]:
    score, order = item[:2]
    return score, order


def _push(heap: list[Any], item: tuple[Any, ...], most: int) -> None:
    """Keep the ``most`` highest items; their first two values are never equal for two items."""
    if len(heap) < most:
        heapq.heappush(heap, item)
    elif heap and heap[0][:2] < item[:2]:
        heapq.heapreplace(heap, item)


def summary_of_records(records: Iterable[Mapping[str, Any]]) -> Summary:
    """The summary of the records of shards; pages that failed are counted as errors.

    Raises ValueError for a record that is not a cleaned page.
    """
    summary = Summary()
    for record in records:
        if record.get("error"):
            summary.errors += 1
        else:
            name = str(record.get("source") or record.get("url") or "?")
            summary.add(name, CleanPage.from_dict(record))
    return summary
