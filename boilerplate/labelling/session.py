"""A labelling session: the pages of a site, their labels so far, and what the model predicts.

The prediction for a page comes from the general model and a site model of the *other* pages of
the site, with their labels if they are finished. So it is the prediction that a new page of the
site would get, also for a page that is labelled already. Every change is in the page's file of
labels before the next one: these files are all that is needed to resume.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from boilerplate.cleaner import Cleaner
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.labelling.alike import Alike, lines_alike
from boilerplate.labelling.gain import Gain, estimate_gain, labelled_sketches
from boilerplate.labelling.labels import OPEN, mark_problem
from boilerplate.labelling.scored_page import ScoredPage, error_probability, score_page
from boilerplate.labelling.sheet import (
    ChangedOutsideError,
    LabellingError,
    Marks,
    Sheet,
    with_mark,
)
from boilerplate.model.model import Model, load_model
from boilerplate.plugins import no_plugins
from boilerplate.result import CleanPage
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sketch, sample

MAX_UNDO: Final = 1000  # changes that can be undone

# The marks that pages had before a change, with their numbers; first the page that was shown.
Change = tuple[tuple[int, Marks], ...]


@dataclass(slots=True)
class Session:
    """The pages of a site while they are labelled; not thread-safe, except for ``gain``.

    ``model`` is the general model. What ``set_mark``, ``mark_alike``, ``finish`` and ``undo``
    change is in the pages' files when they return. They change nothing and raise OSError if a file
    cannot be written, LabellingError if there is no such page, line or mark, and
    ChangedOutsideError if another program has changed a file since: then the session has its
    labels, and undo starts anew.
    """

    site: str
    sheets: list[Sheet]
    model: Model
    scored: tuple[ScoredPage, ...]
    history: deque[Change] = field(default_factory=lambda: deque(maxlen=MAX_UNDO))
    # The last prediction with the number of its page, as long as it is up to date.
    last_prediction: tuple[int, CleanPage] | None = None

    @classmethod
    def begin(cls, site: str, sheets: Iterable[Sheet], model: Model | None = None) -> Session:
        """Start a session: each page is predicted once. ``model`` None is the shipped one."""
        model = model or load_model()
        sheets = list(sheets)
        return cls(site, sheets, model, tuple(score_page(each.page, model) for each in sheets))

    # ------------------------------------------------------------------------- changing labels

    def set_mark(self, number: int, first: int, last: int, mark: str) -> None:
        """Give the non-blank lines ``first`` to ``last`` of a page the same mark."""
        marks = self._lines(number, first, last)
        if problem := mark_problem(mark):
            raise LabellingError(f"a mark {problem}")
        self._change({number: with_mark(marks, first, last, mark)})

    def alike(self, number: int, first: int, last: int) -> Alike | None:
        """The lines of other pages that may get the mark of these; None if there are none.

        These lines have one mark, which is a label, or else there are none.
        """
        mark, *others = set(self._lines(number, first, last)[first : last + 1])
        if others or mark == OPEN:
            return None
        sketches = [each.sketch for each in self.scored]
        found = lines_alike(sketches, [each.marks for each in self.sheets], number, first, last)
        return found if found.lines else None

    def mark_alike(self, number: int, first: int, last: int) -> Alike | None:
        """Give the mark of these lines to the lines of other pages that are alike."""
        found = self.alike(number, first, last)
        if found:
            changes = {number: self.sheets[number].marks}
            for i, lines in found.lines.items():
                marks = list(self.sheets[i].marks)
                for line in lines:
                    marks[line] = found.mark
                changes[i] = tuple(marks)
            self._change(changes)
        return found

    def finish(self, number: int) -> None:
        """Label the lines of a page that are not labelled yet as they are predicted."""
        marks = self.at(number).marks
        predicted = (sign_of(p) for _, p in numbered_predictions(self.prediction(number)))
        finished = tuple(p if m == OPEN else m for m, p in zip(marks, predicted, strict=True))
        self._change({number: finished})

    def undo(self) -> tuple[int, ...]:
        """Undo the last change; return the numbers of its pages, first the one that was shown.

        There are none if there is no change.
        """
        if not self.history:
            return ()
        before = dict(self.history[-1])
        self._write(before)
        self.history.pop()
        return tuple(before)

    def refresh(self, number: int) -> bool:
        """Take over what another program has written to a page's file; whether there is any.

        Raises OSError, and ChangedOutsideError if what it has written cannot be used.
        """
        now = self.at(number).reread()
        if now is self.sheets[number]:
            return False
        self._replace(number, now)
        self.history.clear()  # or an undo would bring back what was there before
        return True

    def _change(self, changes: Mapping[int, Marks]) -> None:
        """Write other marks of some pages, of which the first is shown, to be undone together."""
        before = tuple((number, self.sheets[number].marks) for number in changes)
        if any(changes[number] != marks for number, marks in before):
            self._write(changes)
            self.history.append(before)

    def _write(self, changes: Mapping[int, Marks]) -> None:
        """Write the marks of some pages: all of them, or none."""
        for number in changes:
            if self.refresh(number):
                raise ChangedOutsideError(
                    f"{self.sheets[number].path} was changed by another program. It is not "
                    "overwritten: its labels are shown now, without your last change"
                )
        saved: dict[int, Sheet] = {}
        try:
            for number, marks in changes.items():
                if marks != self.sheets[number].marks:
                    saved[number] = self.sheets[number].save(marks)
        except OSError:
            for number in saved:
                with contextlib.suppress(OSError):
                    self.sheets[number].put_back()
            raise
        for number, sheet in saved.items():
            self._replace(number, sheet)

    def _replace(self, number: int, sheet: Sheet) -> None:
        self.sheets[number] = sheet
        if self.last_prediction and self.last_prediction[0] != number:
            self.last_prediction = None  # a page's own labels do not change its prediction

    def at(self, number: int) -> Sheet:
        """The sheet with a number. Raises LabellingError if there is none."""
        if not 0 <= number < len(self.sheets):
            raise LabellingError(f"there is no page {number}")
        return self.sheets[number]

    def _lines(self, number: int, first: int, last: int) -> Marks:
        """The marks of a page that has lines ``first`` to ``last``."""
        marks = self.at(number).marks
        if not 0 <= first <= last < len(marks):
            raise LabellingError(f"there are no lines {first} to {last} on this page")
        return marks

    # ------------------------------------------------------------------- what the model predicts

    def prediction(self, number: int) -> CleanPage:
        """A page as it is cleaned with a site model of all other pages."""
        page = self.at(number).page
        if self.last_prediction is None or self.last_prediction[0] != number:
            site_model = self._train(self._sketches(), [number])
            cleaner = Cleaner(self.model, plugins=no_plugins(), site_models=site_model)
            self.last_prediction = (number, cleaner.clean(page))
        return self.last_prediction[1]

    def doubts(self) -> list[float]:
        """The expected number of wrong lines of each page, of those that are not labelled."""
        site_model = self._train(self._sketches())
        return [
            0.0
            if each.finished
            else float(error_probability(*scored.decide(site_model))[_open(each.marks)].sum())
            for scored, each in zip(self.scored, self.sheets, strict=True)
        ]

    def order(self, doubts: Sequence[float]) -> list[int]:
        """The numbers of the pages: unfinished ones first, and those with most doubts."""
        return sorted(
            range(len(self.sheets)), key=lambda i: (self.sheets[i].finished, -doubts[i], i)
        )

    def gain(self) -> Gain | None:
        """What the labels have gained; None before a page is finished.

        It uses the pages as they are when it starts, and may run in another thread.
        """
        return estimate_gain(tuple(self.sheets), self.scored, self._train)

    def _sketches(self) -> list[Sketch]:
        return labelled_sketches(self.scored, tuple(self.sheets))

    def _train(self, sketches: Sequence[Sketch], without: Sequence[int] = ()) -> SiteModel:
        """A site model of these pages, without those with some numbers."""
        site_model = SiteModel(self.site, self.model)
        left_out = set(without)
        site_model.sample_ = sample(each for i, each in enumerate(sketches) if i not in left_out)
        return site_model


def _open(marks: Marks) -> list[int]:
    """The indices of the lines that are not labelled."""
    return [i for i, mark in enumerate(marks) if mark == OPEN]
