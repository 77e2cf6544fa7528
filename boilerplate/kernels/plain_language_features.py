"""Python twin of the kernel that computes the features of the block "languages"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.plain_text import fill
from boilerplate.numeric import Floats, total


@dataclass(frozen=True, slots=True)
class LanguageFeatureParams:
    """When a line counts as foreign; the C twin has the same numbers.

    A line of fewer than ``min_letters`` letters has no language; one whose probability of the
    page's language is below ``foreign_below`` is foreign.
    """

    min_letters: float = 3.0
    foreign_below: float = 0.5


PARAMS: Final = LanguageFeatureParams()


def language_features(
    share: Floats,
    detected: Floats,
    letters: Floats,
    main: int,
    variant: int,
    totals: Floats,
    out: Floats,
) -> None:
    """Fill the features of the block "languages", a row of (n,) each, before their logarithms.

    ``share`` (n, l) is each line's probability of each language, ``detected`` (n, l) the same by
    detector or script for the line alone, ``letters`` (n,) the lines' letters; ``main`` is the
    page's language, ``variant`` another code of the same language, or -1. ``totals`` (l,) is filled
    with the letters in each language. The last row is left 0, for the number of languages. A line
    of few letters, or of unknown language, has nan throughout.
    """
    known = ~np.isnan(share[:, 0]) & (letters >= PARAMS.min_letters)
    share = np.where(known[:, None], share, 0.0)
    own, own_detected = share[:, main], detected[:, main]
    if variant >= 0:
        own, own_detected = own + share[:, variant], own_detected + detected[:, variant]
    letters = np.where(known, letters, 0.0)
    all_letters = max(total(letters), 1.0)
    totals[:] = np.cumsum(share * letters[:, None], axis=0)[-1]
    foreign = known & (own < PARAMS.foreign_below)
    run_lines, run_letters = _runs(foreign, known, letters)
    since = np.cumsum(np.where(foreign, 0.0, letters * own))
    everything = max(float(since[-1]), 1.0)
    alike_before, alike_after = _alike(share, known)
    best = share.argmax(1)
    longest = np.array([_longest_other(letters * (best == b)) for b in range(share.shape[1])])
    rows: list[Any] = [
        own,
        own_detected,
        share.max(1),
        np.cumsum(share * (totals / all_letters), axis=1)[:, -1],
        longest[best, np.arange(len(best))],
        alike_before,
        alike_after,
        run_lines,
        run_letters,
        np.where(foreign, since / everything, np.nan),
        np.where(foreign, 1.0 - since / everything, np.nan),
        letters[foreign].sum() / all_letters,
        run_letters / max(float(letters[foreign].sum()), 1.0),
        0.0,
    ]
    fill(out, rows)
    out[:, ~known] = np.nan


def _runs(
    foreign: NDArray[np.bool_], known: NDArray[np.bool_], letters: Floats
) -> tuple[Floats, Floats]:
    """Lines and letters of the run of foreign lines around each; 0 for those that are not.

    Lines of unknown language break no run.
    """
    at = np.flatnonzero(known)
    inside = foreign[at]
    run = np.cumsum(inside & ~np.concatenate([[False], inside[:-1]])) * inside
    lines, sums = np.zeros(len(known)), np.zeros(len(known))
    lines[at] = np.where(inside, np.bincount(run, inside)[run], 0.0)
    sums[at] = np.where(inside, np.bincount(run, letters[at])[run], 0.0)
    return lines, sums


def _alike(share: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The probability that the known line before, and after, is in a line's language; (n,) each."""
    before, after = np.full(len(known), np.nan), np.full(len(known), np.nan)
    at = np.flatnonzero(known)
    both = np.cumsum(share[at[:-1]] * share[at[1:]], axis=1)[:, -1]
    before[at[1:]], after[at[:-1]] = both, both
    return before, after


def _longest_other(letters: Floats) -> Floats:
    """The longest of the other lines, for each; (n,)."""
    if len(letters) < 2:
        return np.zeros(len(letters))
    second, first = np.sort(letters)[-2:].tolist()
    return np.asarray(np.where(letters >= first, second, first))
