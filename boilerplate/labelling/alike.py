"""Lines of other pages that are made by the same template as lines that were labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boilerplate.kernels.site_arrays import Hash
from boilerplate.labelling.labels import OPEN
from boilerplate.labelling.sheet import Marks
from boilerplate.numeric import Bools, Ints
from boilerplate.site_models.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Alike:
    """Lines of other pages that may be given the same mark.

    ``lines`` has the indices of the lines of each page, by its number. Of these, ``equal`` lines
    have the text of a labelled line, numbers apart; the others have only its place.
    """

    mark: str
    lines: dict[int, list[int]]
    equal: int

    @property
    def n(self) -> int:
        """The number of lines."""
        return sum(map(len, self.lines.values()))


def lines_alike(
    sketches: Sequence[Sketch], marks: Sequence[Marks], number: int, first: int, last: int
) -> Alike:
    """The unlabelled lines of other pages that are like the lines ``first`` to ``last`` of a page.

    A line is like another if it stands in the same place and has the same words. It is also like it
    by its place alone, if all lines in this place have the same mark on the labelled page: in a
    place that holds paragraphs and an appeal among them, the appeal says nothing of the paragraphs.
    """
    hashes = sketches[number].hashes
    own = slice(first, last + 1)
    mark = marks[number][first]
    others = np.array([each != mark for each in marks[number][: len(hashes)]], bool)
    places = np.setdiff1d(hashes[own, Hash.PLACE], hashes[others, Hash.PLACE])
    places = places[places != 0]
    lines: dict[int, list[int]] = {}
    equal = 0
    for i, (sketch, its_marks) in enumerate(zip(sketches, marks, strict=True)):
        if i == number or OPEN not in its_marks:
            continue
        open_lines = np.array([each == OPEN for each in its_marks[: sketch.n]], bool)
        same_text = _same_text(sketch.hashes, hashes[own]) & open_lines
        found = same_text | (np.isin(sketch.hashes[:, Hash.PLACE], places) & open_lines)
        if found.any():
            lines[i] = np.flatnonzero(found).tolist()
            equal += int(same_text.sum())
    return Alike(mark, lines, equal)


def _same_text(hashes: Ints, of: Ints) -> Bools:
    """Which lines have the strict hash and the place of one of some lines, (n,)."""
    found = np.zeros(len(hashes), bool)
    candidates = np.flatnonzero(np.isin(hashes[:, Hash.STRICT], of[:, Hash.STRICT]))
    known = {(strict, place) for strict, place in of[:, [Hash.STRICT, Hash.PLACE]].tolist()}
    for i in candidates.tolist():
        found[i] = (int(hashes[i, Hash.STRICT]), int(hashes[i, Hash.PLACE])) in known
    return found
