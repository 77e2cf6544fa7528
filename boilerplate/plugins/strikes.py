"""When a plugin that fails again and again is switched off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin's failure on a page; ``ended`` if it took too long, or ended its process."""

    plugin: str
    problem: str
    ended: bool = False


class Strikes:
    """Counts what plugins do, page by page; ``off`` are the names of those switched off.

    That is after ``limit`` failures in a row. A failure that took too long or ended its process
    has cost time, and is not made good by success: so many of these are enough, in a row or not.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.off: frozenset[str] = frozenset()
        self._in_a_row: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()

    def worked(self, plugin: str) -> None:
        """Count a page on which a plugin did what it should."""
        self._in_a_row.pop(plugin, None)

    def failed(self, failure: Failure) -> str:
        """Count a failure; what to say if the plugin is switched off for it, else ""."""
        name = failure.plugin
        self._in_a_row[name] += 1
        self._ended[name] += failure.ended
        if name in self.off:
            return ""
        if self._in_a_row[name] >= self.limit:
            self.off |= {name}
            return f"switched off: it failed {self.limit} times in a row"
        if self._ended[name] >= self.limit:
            self.off |= {name}
            return f"switched off: it took too long or ended its process {self.limit} times"
        return ""


class RunStrikes(Strikes):
    """The strikes of pages that other processes clean, counted in the order of the pages.

    ``pages`` are the numbers of pages on which plugins failed, ``first`` how they did on the first
    of these. ``told`` is called with each plugin that fails, or is switched off, and why.
    """

    def __init__(self, limit: int, told: Callable[[str, str], None] | None = None) -> None:
        super().__init__(limit)
        self.pages: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self._told = told or (lambda name, problem: None)

    def count(self, page: PageStrikes) -> None:
        """Count what plugins did on the next page."""
        for name in page.successes:
            self.worked(name)
        for failure in page.failures:
            self.pages[failure.plugin] += 1
            self.first.setdefault(failure.plugin, failure.problem)
            self._told(failure.plugin, failure.problem)
            if switched_off := self.failed(failure):
                self._told(failure.plugin, switched_off)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """The plugins that failed: on how many pages, how first, and whether they are off."""
        return {
            name: {"pages": pages, "first": self.first[name], "switched_off": name in self.off}
            for name, pages in sorted(self.pages.items())
        }


@dataclass(slots=True)
class PageStrikes:
    """What plugins did on one page, to be counted elsewhere; ``off`` are those switched off."""

    off: frozenset[str] = frozenset()
    successes: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        """The plugins that were called."""
        return frozenset(self.successes).union(each.plugin for each in self.failures)

    def worked(self, plugin: str) -> None:
        """Note that a plugin did what it should."""
        self.successes.append(plugin)

    def failed(self, failure: Failure) -> str:
        """Note a failure."""
        self.failures.append(failure)
        return ""
