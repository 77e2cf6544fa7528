"""Reasons of a site model, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, overload

import numpy as np

from boilerplate.numeric import Bools, Floats
from boilerplate.site_models.evidence import COLUMNS, Sight

RECURS: Final = ("on_one", "on_few", "on_many", "dull")  # columns of a line that recurs
# What a reason says where a column weighed most; for content, and for chrome.
HERE: Final = ("where this site has its articles", "where this site has its chrome")
TOLD: Final = ("as this site was labelled", "as this site was labelled")


@dataclass(frozen=True, eq=False)
class Said(Sequence[tuple[str, str]]):
    """What speaks most for each line as content, and as chrome, in words.

    ``added`` (n, f) are the contributions to its log-odds; ``much`` (n,) are the lines of which
    there is something to say. The words are found when the first of them is asked for.
    """

    sight: Sight
    added: Floats
    much: Bools

    def __len__(self) -> int:
        return len(self.added)

    @overload
    def __getitem__(self, line: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, line: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, line: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        return self._said[line]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._said)

    @cached_property
    def _said(self) -> list[tuple[str, str]]:
        out = [("", "")] * len(self.added)
        lines = np.flatnonzero(self.much)
        added = self.added[lines]
        up, down = added.argmax(1), added.argmin(1)
        rises, falls = added.max(1, initial=0) > 0, added.min(1, initial=0) < 0
        every = (column.tolist() for column in (lines, up, down, rises, falls))
        for line, best, worst, rise, fall in zip(*every, strict=True):
            out[line] = (
                _words(self.sight, best, line)[0] if rise else "",
                _words(self.sight, worst, line)[1] if fall else "",
            )
        return out


def _words(sight: Sight, column: int, line: int) -> tuple[str, str]:
    name = COLUMNS[column]
    if name in RECURS:
        return "", f"stands on {sight.on[line]} of {sight.of} pages of this site"
    if name == "loose":
        return "", "but for a name or a number, stands on other pages of this site"
    return TOLD if name.startswith("told_") else HERE
