"""The accuracy gate: no corpus, page type, language or edge may fall below its floor.

The floors are in training/baseline.json, for each split, mode, group and measure: the score when
they were written, less a margin. An edge (``training.edges``) has one measure, a share. Writing
them again only raises them, unless a reason is given, which is stored in the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.documents.results import DIGITS, as_json
from training.score import MEASURES

BASELINE: Final = Path(__file__).with_name("baseline.json")
MARGIN: Final = 0.01  # so that noise between builds passes
LEAST_PAGES: Final = 5  # in a smaller group one page would decide

SHARE: Final = ("share",)  # the measure of groups that have one

Scores = Mapping[str, Mapping[str, tuple[float, ...]]]  # mode, group: pages, then MEASURES or SHARE
Floors = dict[str, dict[str, dict[str, float]]]  # mode, group, "pages" and measures


@dataclass(frozen=True, slots=True)
class Fall:
    """A group below its floor, or of other pages than the floor was measured on."""

    mode: str
    group: str
    measure: str
    floor: float
    value: float | None

    def __str__(self) -> str:
        where = f"{self.mode} {self.group}"
        if self.measure == "pages":
            return (
                f"{where}: {self.value or 0:.0f} pages, but the floors were measured on "
                f"{self.floor:.0f}; run the gate with --write"
            )
        measure = self.measure if self.measure in SHARE else f"{self.measure} F1"
        return f"{where}: {measure} {self.value:.4f} is below its floor {self.floor:.4f}"


def falls(floors: Floors, scores: Scores) -> list[Fall]:
    """The groups below their floors, and those of other pages than the floors."""
    found = []
    for mode, groups in floors.items():
        for group, floor in groups.items():
            pages, *values = scores.get(mode, {}).get(group, (0,))
            if pages != floor["pages"]:
                found.append(Fall(mode, group, "pages", floor["pages"], pages))
                continue
            found += [
                Fall(mode, group, name, floor[name], value)
                for name, value in zip(_measures(values), values, strict=True)
                if value < floor[name]
            ]
    return found


def _measures(values: Sequence[float]) -> tuple[str, ...]:
    return MEASURES if len(values) == len(MEASURES) else SHARE


def floors_of(scores: Scores) -> Floors:
    """The floors for some scores: each less the margin, for groups of five pages or more.

    >>> floors_of({"html": {"a": (9, 0.9, 0.8, 0.7), "a/th": (1, 1.0, 1.0, 1.0)}})
    {'html': {'a': {'pages': 9, 'line': 0.89, 'char': 0.79, 'word': 0.69}}}
    """
    return {
        mode: {
            group: {
                "pages": pages,
                **{
                    name: max(0.0, _rounded_down(value - MARGIN))
                    for name, value in zip(_measures(values), values, strict=True)
                },
            }
            for group, (pages, *values) in sorted(groups.items())
            if pages >= LEAST_PAGES
        }
        for mode, groups in scores.items()
    }


def _rounded_down(value: float) -> float:
    # Floating point: 0.9 - 0.01 must not become 0.8899.
    return math.floor(value * 10**DIGITS + 1e-6) / 10**DIGITS


def raised(old: Floors, new: Floors) -> tuple[Floors, list[Fall]]:
    """The higher of the old and the new floors, and where the old ones were higher.

    A group of other pages than before counts as new. A group that is missing keeps its floor.
    """
    merged: Floors = {mode: dict(groups) for mode, groups in new.items()}
    kept = []
    for mode, groups in old.items():
        for group, floor in groups.items():
            now = new.get(mode, {}).get(group)
            if now is None:
                kept.append(Fall(mode, group, "pages", floor["pages"], 0))
                merged.setdefault(mode, {})[group] = floor
            elif now["pages"] == floor["pages"]:
                kept += [
                    Fall(mode, group, name, floor[name], now[name])
                    for name in floor
                    if now[name] < floor[name]
                ]
                merged[mode][group] = {name: max(now[name], floor[name]) for name in floor}
    return merged, kept


def read() -> dict[str, Any]:
    """The floors by split, and why any were lowered."""
    if not BASELINE.is_file():
        return {"splits": {}, "lowered": []}
    baseline: dict[str, Any] = json.loads(BASELINE.read_text("utf-8"))
    return baseline


def write(split: str, scores: Scores, reason: str | None) -> list[Fall]:
    """Write a split's floors; the higher ones that are kept, or with a reason the lowered ones.

    With a reason, the floors that do not hold are lowered, and no others.
    """
    baseline = read()
    old = baseline["splits"].get(split, {})
    new = floors_of(scores)
    merged, higher = raised(old, new)
    fallen = falls(old, scores) if reason else []
    for fall in fallen:
        _lower(merged[fall.mode], new.get(fall.mode, {}), fall)
    if fallen:
        baseline["lowered"].append(
            {
                "split": split,
                "reason": reason,
                "floors": [
                    {"mode": f.mode, "group": f.group, "measure": f.measure, "was": f.floor}
                    for f in fallen
                ],
            }
        )
    baseline["splits"][split] = merged
    BASELINE.write_text(as_json(baseline), "utf-8")
    return fallen if reason else higher


def _lower(
    merged: dict[str, dict[str, float]], new: Mapping[str, dict[str, float]], fall: Fall
) -> None:
    if fall.group not in new:
        merged.pop(fall.group, None)  # it has no pages any more, or too few
    elif fall.measure != "pages":
        merged[fall.group][fall.measure] = new[fall.group][fall.measure]
