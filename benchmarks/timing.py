"""Processor time of functions on the same pages, and how tools compare."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

SIGNIFICANT_DIGITS: Final = 4
Run = Callable[[], object]


def seconds(run: Run) -> float:
    """The processor time of a call, also of one that raises."""
    start = time.process_time()
    with suppress(Exception):  # a tool that fails on a page has spent the time too
        run()
    return time.process_time() - start


def least_seconds(
    runs: Mapping[str, Sequence[Run]], rounds: int, once: Collection[str] = ()
) -> dict[str, list[float]]:
    """The least processor time of each tool on each page: {tool: [seconds of a page, ...]}.

    The tools take turns on each page, so that other work on the machine affects all of them
    alike. Those named in ``once`` run in the first round only.
    """
    pages = len(next(iter(runs.values())))
    least = {name: [float("inf")] * pages for name in runs}
    for turn in range(rounds):
        for page in range(pages):
            gc.collect(0)
            for name, calls in runs.items():
                if turn == 0 or name not in once:
                    least[name][page] = min(least[name][page], seconds(calls[page]))
    return least


def compared(least: Mapping[str, Sequence[float]], base: str) -> dict[str, dict[str, float]]:
    """For each tool: milliseconds of the median page, pages a second, median ratio to ``base``."""
    rows = {}
    for name, values in least.items():
        ratios = [value / other for value, other in zip(values, least[base], strict=True) if other]
        rows[name] = {
            "ms": 1000 * statistics.median(values),
            "pages_a_second": len(values) / sum(values),
            "ratio": statistics.median(ratios),
        }
    return rows


def rounded(value: Any) -> Any:
    """A JSON value with its numbers to four significant digits; the rest is noise."""
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value
