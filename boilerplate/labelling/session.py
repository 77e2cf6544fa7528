"""A person labels pages of a site: what to look at first, what was said, what it has taught.

The model's opinion of a page comes from the general model and what the *other* pages of the site
teach, with their labels where they have some; so it is the opinion that a new page would get,
also of a page that has been labelled long since. Every word of a person is in the page's file of
labels before the next: the files are all there is to resume from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from boilerplate.cleaner import PLACES, Cleaner, best_threshold
from boilerplate.explain.terminal import numbered_predictions, sign
from boilerplate.labelling.labels import (
    OPEN,
    SIGNS,
    labels_file,
    labels_of,
    parse_labels,
    save_labels,
)
from boilerplate.metrics import line_score
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Bools, Floats
from boilerplate.page import Label, Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.result import CleanPage
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sketch, sample, sketch

MAX_LINES: Final = 5000  # of a page; whoever labels more has something else in mind
MAX_UNDO: Final = 1000
LEAST_FINISHED: Final = 3  # pages, before it may be said that more teach nothing
ENOUGH: Final = 0.005  # of the lines that are not labelled, changed by the labels of one page
MAX_ASKED: Final = 30  # of the pages that are not labelled, for what labels change there
MAX_PARTS: Final = 10  # of the finished pages, each judged by what all others teach

Signs = tuple[str, ...]


class LabellingError(ValueError):
    """A request that makes no sense: no such page or line, no such sign."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to label: its name, where its labels are kept, the sign of each spoken line."""

    name: str
    page: Page
    path: Path
    signs: Signs

    @property
    def finished(self) -> bool:
        """Whether something was said of every line."""
        return OPEN not in self.signs

    @property
    def labels(self) -> tuple[Label | None, ...]:
        """The labels of all lines of the page."""
        known: list[Label | None] = [None] * len(self.page.lines)
        for i, mark in zip(self.page.nonblank, self.signs, strict=True):
            known[i] = SIGNS[mark]
        return tuple(known)

    @property
    def gold(self) -> list[Label | None]:
        """The labels of the spoken lines."""
        return [SIGNS[mark] for mark in self.signs]

    def save(self) -> None:
        """Write the page's file of labels; OSError where it can't be."""
        save_labels(labels_file(self.page, self.signs), self.path)


def sheet(name: str, page: Page, path: Path) -> Sheet:
    """A page with what its file of labels says, where there is one.

    Raises LabelsError where that is of another page, OSError and UnicodeDecodeError where it
    can't be read, LabellingError for a page with no line to label, or with too many.
    """
    n = len(page.nonblank)
    if not n:
        raise LabellingError("there is no text on this page")
    if n > MAX_LINES:
        raise LabellingError(f"has {n} lines; {MAX_LINES} are the most")
    if not path.exists():
        return Sheet(name, page, path, (OPEN,) * n)
    known = parse_labels(path.read_text(encoding="utf-8"), str(path))
    labels_of(page, known, str(path))
    return Sheet(name, page, path, known.signs)


@dataclass(frozen=True, slots=True)
class Gain:
    """What the finished pages have taught, each judged by what the others teach.

    The finished pages are judged in parts, of one page each as long as they are few, by what all
    pages outside of their part teach. ``general``, ``unlabelled`` and ``taught`` are mean line F1
    over the finished pages: of the general model, of the site model of those other pages, and of
    that with their labels. ``corrected`` is the share of finished lines that the last one gets
    wrong. Of the pages not finished, None where there are none: ``expected`` is the mean line F1
    that the site model's own probabilities promise, ``moved`` the largest share of lines whose
    label depends on the labels of one part, which has up to ``part`` pages.
    """

    pages: int
    lines: int
    general: float
    unlabelled: float
    taught: float
    corrected: float
    expected: float | None = None
    moved: float | None = None
    part: int = 1

    @property
    def enough(self) -> bool:
        """Whether more labels would change next to nothing."""
        return self.moved is None or (self.pages >= LEAST_FINISHED and self.moved <= ENOUGH)


def decided(scores: Scores) -> tuple[Floats, Bools]:
    """The probability of content of each line and whether it is kept, (n,), as Cleaner does it."""
    probability = scores.probability.round(PLACES)
    return probability, probability >= best_threshold(probability, scores.chars, scores.article)


def doubt(probability: Floats, kept: Bools) -> Floats:
    """The probability that a decision is wrong, (n,).

    >>> doubt(np.array([0.9, 0.3]), np.array([True, False])).round(1).tolist()
    [0.1, 0.3]
    """
    return np.where(kept, 1 - probability, probability)


def expected_f1(probability: Floats, kept: Bools) -> float:
    """The line F1 to be expected of decisions, by the probabilities of content themselves.

    >>> expected_f1(np.array([1.0, 0.5, 0.0]), np.array([True, True, False]))
    0.8571428571428571
    """
    total = float(kept.sum() + probability.sum())
    return 2 * float(probability[kept].sum()) / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is worked out of a page once: the general model's scores, and its unlabelled sketch.

    ``page`` has no blank lines.
    """

    page: Page
    scores: Scores
    drawn: Sketch

    def labelled(self, gold: Sequence[Label | None]) -> Sketch:
        """The sketch with the labels of its lines."""
        signs = {Label.CONTENT: 1, Label.BOILERPLATE: -1, None: 0}
        return replace(
            self.drawn, label=np.array([signs[k] for k in gold[: self.drawn.n]], np.int8)
        )

    def decided(self, site_model: SiteModel | None) -> tuple[Floats, Bools]:
        """Probability and decision of each line, (n,), with what the site adds to it."""
        scores = self.scores
        if site_model:
            scores = site_model.correct(self.page, scores, self.drawn)
        return decided(scores)


def known_of(page: Page, model: Model) -> Known:
    """Ask a model about a page."""
    compact = page.without_blank_lines
    scores = model.predict(compact)
    return Known(compact, scores, sketch(compact, scores.probability))


@dataclass(slots=True)
class Session:
    """The pages of a site on a desk; not safe to be used from two threads at once.

    ``model`` is the general model, None for the shipped one. What ``say``, ``finish`` and
    ``undo`` change is in the page's file when they return; they raise OSError, and change
    nothing, where it can't be written, and LabellingError where there is no such line.
    """

    site: str
    sheets: list[Sheet]
    model: Model
    known: tuple[Known, ...]
    history: deque[tuple[int, Signs]] = field(default_factory=lambda: deque(maxlen=MAX_UNDO))
    asked: tuple[int, CleanPage] | None = None  # the last opinion, while it is the model's

    @classmethod
    def begin(cls, site: str, sheets: Iterable[Sheet], model: Model | None = None) -> Session:
        """A session with pages, each asked once what the general model thinks of it."""
        model = model or load_model()
        sheets = list(sheets)
        return cls(site, sheets, model, tuple(known_of(each.page, model) for each in sheets))

    # ------------------------------------------------------------------- what a person says

    def say(self, number: int, first: int, last: int, mark: str) -> None:
        """Give one sign to the spoken lines from ``first`` to ``last`` of a page."""
        signs = self.at(number).signs
        if not 0 <= first <= last < len(signs):
            raise LabellingError(f"there are no lines {first} to {last} on this page")
        if mark not in SIGNS:
            raise LabellingError(f"a sign is one of {' '.join(SIGNS)}")
        self._change(number, (*signs[:first], *(mark,) * (last - first + 1), *signs[last + 1 :]))

    def finish(self, number: int) -> None:
        """Say of all lines that nothing was said of: they are as the model has them."""
        signs = self.at(number).signs
        said = (sign(p) for _, p in numbered_predictions(self.opinion(number)))
        self._change(number, tuple(s if m == OPEN else m for m, s in zip(signs, said, strict=True)))

    def undo(self) -> int | None:
        """Take back what was said last; the number of its page, None where nothing was said."""
        if not self.history:
            return None
        number, signs = self.history[-1]
        self._write(number, signs)
        self.history.pop()
        return number

    def _change(self, number: int, signs: Signs) -> None:
        before = self.sheets[number].signs
        if signs != before:
            self._write(number, signs)
            self.history.append((number, before))

    def _write(self, number: int, signs: Signs) -> None:
        changed = replace(self.sheets[number], signs=signs)
        changed.save()
        self.sheets[number] = changed
        if self.asked and self.asked[0] != number:
            self.asked = None  # a page's own labels make no difference to what is thought of it

    def at(self, number: int) -> Sheet:
        """The sheet with a number; LabellingError where there is none."""
        if not 0 <= number < len(self.sheets):
            raise LabellingError(f"there is no page {number}")
        return self.sheets[number]

    # -------------------------------------------------------------------- what the model says

    def opinion(self, number: int) -> CleanPage:
        """A page as the model sees it that knows all others."""
        page = self.at(number).page
        if self.asked is None or self.asked[0] != number:
            site_model = self._taught(self._sketches(), but=[number])
            cleaner = Cleaner(self.model, plugins=no_plugins(), site_models=site_model)
            self.asked = (number, cleaner.clean(page))
        return self.asked[1]

    def doubts(self) -> list[float]:
        """How many lines of each page the model expects to have wrong; none of finished ones."""
        site_model = self._taught(self._sketches())
        return [
            0.0 if each.finished else float(doubt(*known.decided(site_model)).sum())
            for known, each in zip(self.known, self.sheets, strict=True)
        ]

    def order(self, doubts: Sequence[float]) -> list[int]:
        """The pages: those to be labelled first, with most in doubt, then those that are."""
        return sorted(
            range(len(self.sheets)), key=lambda i: (self.sheets[i].finished, -doubts[i], i)
        )

    def gain(self) -> Gain | None:
        """What the labels have taught, None before a page is finished.

        It works on the pages as they are when it begins, and may be asked in a thread. However
        many pages are finished, it learns the site no more often than MAX_PARTS asks for.
        """
        sheets = tuple(self.sheets)
        finished = [i for i, each in enumerate(sheets) if each.finished]
        if not finished:
            return None
        parts = [finished[k::MAX_PARTS] for k in range(min(MAX_PARTS, len(finished)))]
        heard = self._sketches()
        deaf = [known.drawn for known in self.known]
        scores, wrong, lines = [], 0, 0
        for part in parts:
            models = (None, self._taught(deaf, part), self._taught(heard, part))
            for i in part:
                gold, known = sheets[i].gold, self.known[i]
                said = [labels_said(known.decided(model)[1]) for model in models]
                scores.append([line_score(each, gold).f1 for each in said])
                wrong += sum(g not in (None, s) for g, s in zip(gold, said[-1], strict=True))
                lines += sum(g is not None for g in gold)
        general, unlabelled, taught = np.mean(scores, axis=0).tolist()
        gain = Gain(len(finished), lines, general, unlabelled, taught, wrong / max(lines, 1))
        others = [known for i, known in enumerate(self.known) if not sheets[i].finished]
        if not others:
            return gain
        some = others[:: -(-len(others) // MAX_ASKED)]
        site_model = self._taught(heard)
        decisions = [known.decided(site_model) for known in some]
        expected = float(np.mean([expected_f1(*each) for each in decisions]))
        moved = max(self._moved(some, decisions, heard, part) for part in parts)
        return replace(gain, expected=expected, moved=moved, part=len(parts[0]))

    def _moved(
        self,
        pages: Sequence[Known],
        decisions: Sequence[tuple[Floats, Bools]],
        heard: Sequence[Sketch],
        part: Sequence[int],
    ) -> float:
        """The share of the pages' lines that were decided otherwise without a part's labels."""
        silent = list(heard)
        for i in part:
            silent[i] = self.known[i].drawn
        unheard = self._taught(silent)
        changed = [
            known.decided(unheard)[1] != kept
            for known, (_, kept) in zip(pages, decisions, strict=True)
        ]
        return float(np.mean(np.concatenate(changed)))

    def _sketches(self) -> list[Sketch]:
        """The pages as the site's model is taught them: with labels where they are finished."""
        return [
            known.labelled(each.gold) if each.finished else known.drawn
            for known, each in zip(self.known, tuple(self.sheets), strict=True)
        ]

    def _taught(self, sketches: Sequence[Sketch], but: Sequence[int] = ()) -> SiteModel:
        site_model = SiteModel(self.site, self.model)
        left_out = set(but)
        site_model.sample_ = sample(each for i, each in enumerate(sketches) if i not in left_out)
        return site_model


def labels_said(kept: Bools) -> list[Label]:
    """Decisions as labels."""
    return [Label.CONTENT if keep else Label.BOILERPLATE for keep in kept.tolist()]
