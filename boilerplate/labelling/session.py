"""A labelling session: the pages of a site, their labels so far, and what the model predicts.

The prediction for a page comes from the general model and a site model of the *other* pages of
the site, with their labels if they are finished. So it is the prediction that a new page of the
site would get, also for a page that is labelled already. Every change is in the page's file of
labels before the next one: these files are all that is needed to resume.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from boilerplate.cleaner import PROBABILITY_DECIMALS, Cleaner, best_threshold
from boilerplate.explain.terminal import numbered_predictions, sign_of
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
from boilerplate.plugins import no_plugins
from boilerplate.result import CleanPage
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sketch, label_values, sample, sketch

Signs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """``lines`` of a page, beyond which nobody labels it by hand, and changes to ``undo``."""

    lines: int = 5000
    undo: int = 1000


@dataclass(frozen=True, slots=True)
class GainParameters:
    """How the gain of labels is estimated, and when there are enough labels.

    There are enough when at least ``min_finished`` pages are finished, and the labels of one part
    of them change at most ``max_changed`` of the lines of unfinished pages. ``max_unfinished`` of
    these pages are tried. The finished pages are split into at most ``max_parts`` parts, each
    judged with the labels of the others: this bounds how often a site model is trained.
    """

    min_finished: int = 3
    max_changed: float = 0.005
    max_unfinished: int = 30
    max_parts: int = 10


LIMITS: Final = SessionLimits()
GAIN: Final = GainParameters()


class LabellingError(ValueError):
    """An invalid request: there is no such page, line or sign."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to label: its name, the path of its labels, the sign of each non-blank line."""

    name: str
    page: Page
    path: Path
    signs: Signs

    @property
    def finished(self) -> bool:
        """Whether every line is labelled."""
        return OPEN not in self.signs

    @property
    def labels(self) -> tuple[Label | None, ...]:
        """The labels of all lines of the page."""
        labels: list[Label | None] = [None] * len(self.page.lines)
        for i, sign in zip(self.page.nonblank, self.signs, strict=True):
            labels[i] = SIGNS[sign]
        return tuple(labels)

    @property
    def gold(self) -> list[Label | None]:
        """The labels of the non-blank lines."""
        return [SIGNS[sign] for sign in self.signs]

    def save(self) -> None:
        """Write the page's file of labels. Raises OSError."""
        save_labels(labels_file(self.page, self.signs), self.path)


def sheet(name: str, page: Page, path: Path) -> Sheet:
    """A page with the labels in its file, if there is one.

    Raises LabelsError if the file is of another page, OSError and UnicodeDecodeError if it cannot
    be read, LabellingError if the page has no line to label, or too many.
    """
    n = len(page.nonblank)
    if not n:
        raise LabellingError("there is no text on this page")
    if n > LIMITS.lines:
        raise LabellingError(f"has {n} lines; at most {LIMITS.lines} can be labelled")
    if not path.exists():
        return Sheet(name, page, path, (OPEN,) * n)
    file = parse_labels(path.read_text(encoding="utf-8"), str(path))
    labels_of(page, file, str(path))
    return Sheet(name, page, path, file.signs)


@dataclass(frozen=True, slots=True)
class Gain:
    """What the labels of the finished ``pages``, with ``lines`` labelled lines, have gained.

    The finished pages are split into parts of up to ``part`` pages, and each part is judged by
    models that were trained without it. ``general``, ``unlabelled`` and ``labelled`` are the mean
    line F1 on the finished pages: of the general model, with a site model of the other pages, and
    with one that also has their labels. ``wrong`` is the share of labelled lines that the last one
    gets wrong.

    On unfinished pages, None if there are none: ``expected`` is the mean line F1 that follows from
    the predicted probabilities, and ``changed`` the largest share of lines whose label depends on
    the labels of one part.
    """

    pages: int
    lines: int
    general: float
    unlabelled: float
    labelled: float
    wrong: float
    expected: float | None = None
    changed: float | None = None
    part: int = 1

    @property
    def enough(self) -> bool:
        """Whether more labels would change next to nothing."""
        return self.changed is None or (
            self.pages >= GAIN.min_finished and self.changed <= GAIN.max_changed
        )


def decide(scores: Scores) -> tuple[Floats, Bools]:
    """Probability of content and decision to keep for each line, (n,), as a Cleaner decides."""
    probability = scores.probability.round(PROBABILITY_DECIMALS)
    return probability, probability >= best_threshold(probability, scores.chars, scores.article)


def error_probability(probability: Floats, kept: Bools) -> Floats:
    """The probability that a decision is wrong, (n,).

    >>> error_probability(np.array([0.9, 0.3]), np.array([True, False])).round(1).tolist()
    [0.1, 0.3]
    """
    return np.where(kept, 1 - probability, probability)


def expected_f1(probability: Floats, kept: Bools) -> float:
    """The expected line F1 of decisions, from the probabilities of content.

    >>> expected_f1(np.array([1.0, 0.5, 0.0]), np.array([True, True, False]))
    0.8571428571428571
    """
    total = float(kept.sum() + probability.sum())
    return 2 * float(probability[kept].sum()) / total if total else 1.0


@dataclass(frozen=True, slots=True)
class ScoredPage:
    """What is computed once for a page: the general model's scores, and its unlabelled sketch.

    ``page`` has no blank lines.
    """

    page: Page
    scores: Scores
    sketch: Sketch

    def labelled_sketch(self, gold: Sequence[Label | None]) -> Sketch:
        """The sketch with the labels of its lines."""
        return replace(self.sketch, label=label_values(gold[: self.sketch.n]))

    def decide(self, site_model: SiteModel | None) -> tuple[Floats, Bools]:
        """Probability and decision for each line, (n,), with or without a site model."""
        scores = self.scores
        if site_model:
            scores = site_model.correct(self.page, scores, self.sketch)
        return decide(scores)


def score_page(page: Page, model: Model) -> ScoredPage:
    """Predict a page with a general model."""
    compact = page.without_blank_lines
    scores = model.predict(compact)
    return ScoredPage(compact, scores, sketch(compact, scores.probability))


@dataclass(slots=True)
class Session:
    """The pages of a site while they are labelled; not thread-safe, except for ``gain``.

    ``model`` is the general model. What ``set_sign``, ``finish`` and ``undo`` change is in the
    page's file when they return. They raise OSError, and change nothing, if it cannot be written,
    and LabellingError if there is no such page or line.
    """

    site: str
    sheets: list[Sheet]
    model: Model
    scored: tuple[ScoredPage, ...]
    history: deque[tuple[int, Signs]] = field(default_factory=lambda: deque(maxlen=LIMITS.undo))
    # The last prediction with the number of its page, as long as it is up to date.
    last_prediction: tuple[int, CleanPage] | None = None

    @classmethod
    def begin(cls, site: str, sheets: Iterable[Sheet], model: Model | None = None) -> Session:
        """Start a session: each page is predicted once. ``model`` None is the shipped one."""
        model = model or load_model()
        sheets = list(sheets)
        return cls(site, sheets, model, tuple(score_page(each.page, model) for each in sheets))

    # ------------------------------------------------------------------------- changing labels

    def set_sign(self, number: int, first: int, last: int, sign: str) -> None:
        """Give the non-blank lines ``first`` to ``last`` of a page the same sign."""
        signs = self.at(number).signs
        if not 0 <= first <= last < len(signs):
            raise LabellingError(f"there are no lines {first} to {last} on this page")
        if sign not in SIGNS:
            raise LabellingError(f"a sign is one of {' '.join(SIGNS)}")
        self._change(number, (*signs[:first], *(sign,) * (last - first + 1), *signs[last + 1 :]))

    def finish(self, number: int) -> None:
        """Label the lines of a page that are not labelled yet as they are predicted."""
        signs = self.at(number).signs
        predicted = (sign_of(p) for _, p in numbered_predictions(self.prediction(number)))
        finished = tuple(p if s == OPEN else s for s, p in zip(signs, predicted, strict=True))
        self._change(number, finished)

    def undo(self) -> int | None:
        """Undo the last change; return the number of its page, None if there is no change."""
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
        if self.last_prediction and self.last_prediction[0] != number:
            self.last_prediction = None  # a page's own labels do not change its prediction

    def at(self, number: int) -> Sheet:
        """The sheet with a number. Raises LabellingError if there is none."""
        if not 0 <= number < len(self.sheets):
            raise LabellingError(f"there is no page {number}")
        return self.sheets[number]

    # ------------------------------------------------------------------- what the model predicts

    def prediction(self, number: int) -> CleanPage:
        """A page as it is cleaned with a site model of all other pages."""
        page = self.at(number).page
        if self.last_prediction is None or self.last_prediction[0] != number:
            site_model = self._train(self._sketches(), without=[number])
            cleaner = Cleaner(self.model, plugins=no_plugins(), site_models=site_model)
            self.last_prediction = (number, cleaner.clean(page))
        return self.last_prediction[1]

    def doubts(self) -> list[float]:
        """The expected number of wrong lines of each page; 0 for finished pages."""
        site_model = self._train(self._sketches())
        return [
            0.0 if each.finished else float(error_probability(*scored.decide(site_model)).sum())
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
        sheets = tuple(self.sheets)
        finished = [i for i, each in enumerate(sheets) if each.finished]
        if not finished:
            return None
        n_parts = min(GAIN.max_parts, len(finished))
        parts = [finished[k :: GAIN.max_parts] for k in range(n_parts)]
        labelled = self._sketches()
        unlabelled = [scored.sketch for scored in self.scored]
        f1, wrong, lines = [], 0, 0
        for part in parts:
            models = (None, self._train(unlabelled, part), self._train(labelled, part))
            for i in part:
                gold, scored = sheets[i].gold, self.scored[i]
                predicted = [to_labels(scored.decide(model)[1]) for model in models]
                f1.append([line_score(labels, gold).f1 for labels in predicted])
                wrong += sum(g not in (None, p) for g, p in zip(gold, predicted[-1], strict=True))
                lines += sum(label is not None for label in gold)
        means: tuple[float, float, float] = tuple(np.mean(f1, axis=0).tolist())
        gain = Gain(len(finished), lines, *means, wrong / max(lines, 1))
        unfinished = [scored for i, scored in enumerate(self.scored) if not sheets[i].finished]
        if not unfinished:
            return gain
        tried = unfinished[:: -(-len(unfinished) // GAIN.max_unfinished)]
        site_model = self._train(labelled)
        decisions = [scored.decide(site_model) for scored in tried]
        expected = float(np.mean([expected_f1(*each) for each in decisions]))
        changed = max(self._changed(tried, decisions, labelled, part) for part in parts)
        return replace(gain, expected=expected, changed=changed, part=len(parts[0]))

    def _changed(
        self,
        pages: Sequence[ScoredPage],
        decisions: Sequence[tuple[Floats, Bools]],
        sketches: Sequence[Sketch],
        part: Sequence[int],
    ) -> float:
        """The share of the pages' lines that are decided otherwise without a part's labels."""
        without_labels = list(sketches)
        for i in part:
            without_labels[i] = self.scored[i].sketch
        site_model = self._train(without_labels)
        changed = [
            scored.decide(site_model)[1] != kept
            for scored, (_, kept) in zip(pages, decisions, strict=True)
        ]
        return float(np.mean(np.concatenate(changed)))

    def _sketches(self) -> list[Sketch]:
        """The sketches of all pages, with labels for the finished ones."""
        return [
            scored.labelled_sketch(each.gold) if each.finished else scored.sketch
            for scored, each in zip(self.scored, tuple(self.sheets), strict=True)
        ]

    def _train(self, sketches: Sequence[Sketch], without: Sequence[int] = ()) -> SiteModel:
        """A site model of these pages, without those with some numbers."""
        site_model = SiteModel(self.site, self.model)
        left_out = set(without)
        site_model.sample_ = sample(each for i, each in enumerate(sketches) if i not in left_out)
        return site_model


def to_labels(kept: Bools) -> list[Label]:
    """Decisions to keep, (n,), as labels."""
    return [Label.CONTENT if keep else Label.BOILERPLATE for keep in kept.tolist()]
