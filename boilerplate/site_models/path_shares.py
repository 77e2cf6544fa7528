"""Where a site has its content: the share of content on each path of the markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.kernels.site_arrays import find
from boilerplate.numeric import Bools, Floats, Ints, logit
from boilerplate.site_models.statistics import Lines, sums_by


@dataclass(frozen=True, slots=True)
class PathParams:
    """How the share of content on a path becomes log-odds.

    A page counts for at most ``max_lines`` lines of a path. The share on a path is shrunk by
    ``prior_lines`` lines with the share on the next shorter one, the shortest with the site's own.
    Only paths with nearly nothing but content, or chrome, say something: all but ``mixed_share``.
    """

    max_lines: float = 3.0
    prior_lines: float = 1.0
    mixed_share: float = 0.1
    min_share: float = 1e-3  # from 0 and from 1, so that log-odds are finite
    max_log_odds: float = 5.0


PATHS: Final = PathParams()


@dataclass(frozen=True, slots=True, eq=False)
class PathCounts:
    """The lines on each of k paths: sorted ``keys`` (k,); the rest (k + 1,), 0 for unknown paths.

    ``lines`` and the ``content`` among them count a page's lines as PATHS says.
    """

    keys: Ints
    lines: Floats
    content: Floats

    @classmethod
    def of(cls, keys: Ints, page: Ints, truth: Floats) -> PathCounts:
        """The counts of lines: their path, 0 for none, page and share of content, (n,) each."""
        some = keys != 0
        keys, page, truth = keys[some], page[some], truth[some]
        distinct, at = np.unique(keys, return_inverse=True)
        rows, row = np.unique(np.column_stack([at, page]), axis=0, return_inverse=True)
        row = row.reshape(-1)
        held = sums_by(row, np.ones(len(row)), len(rows))
        weight = np.minimum(held, PATHS.max_lines) / np.maximum(held, 1)
        of_row, k = rows[:, 0], len(distinct)
        sums = (
            sums_by(of_row, weight * each, k) for each in (held, sums_by(row, truth, len(rows)))
        )
        lines, content = (np.append(each, 0.0) for each in sums)
        return cls(distinct, lines, content)


@dataclass(frozen=True, slots=True, eq=False)
class PathShares:
    """The counts of each length of paths, the shortest first, and the site's share of content."""

    counts: Sequence[PathCounts]
    site_share: float

    @classmethod
    def learned(cls, lines: Lines, truth: Floats, some: Bools) -> PathShares:
        """From a site's lines: ``truth`` (n,) is how much they are content; ``some`` (n,) count."""
        content, n = float(truth[some].sum()), int(some.sum())
        counts = [
            PathCounts.of(path[some], lines.page[some], truth[some]) for path in lines.paths.T
        ]
        return cls(counts, (content + 1) / (n + 2))

    def log_odds(self, paths: Ints) -> Floats:
        """Log-odds of content on the paths of some lines, (n, 5), over the site's own, (n,).

        0 for lines on no path that is known, and on paths with both content and chrome.
        """
        share, is_known = np.full(len(paths), self.site_share), np.zeros(len(paths), bool)
        for keys, counts in zip(paths.T, self.counts, strict=True):
            at = find(counts.keys, keys)
            share = counts.content[at] + PATHS.prior_lines * share
            share /= counts.lines[at] + PATHS.prior_lines
            is_known |= at >= 0
        beyond = logit(share, PATHS.min_share) - logit(np.array(self.site_share), PATHS.min_share)
        is_pure = np.minimum(share, 1 - share) < PATHS.mixed_share
        limited = np.clip(beyond, -PATHS.max_log_odds, PATHS.max_log_odds)
        log_odds: Floats = limited * (is_known & is_pure)
        return log_odds
