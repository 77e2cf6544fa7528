"""What labels have gained: estimated on the finished pages of a session, and said in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from boilerplate.explain.html_parts import counted
from boilerplate.labelling.scored_page import ScoredPage, error_probability, to_labels
from boilerplate.labelling.sheet import Sheet
from boilerplate.metrics import line_score
from boilerplate.numeric import Bools, Floats
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sketch

# Trains a site model of the pages of some sketches, without those with some numbers.
Train = Callable[[Sequence[Sketch], Sequence[int]], SiteModel]


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


GAIN: Final = GainParameters()


@dataclass(frozen=True, slots=True)
class Gain:
    """What the labels of the finished ``pages``, with ``lines`` labelled lines, have gained.

    The finished pages are split into parts of up to ``part`` pages, and each part is judged by
    models that were trained without it. ``general``, ``unlabelled`` and ``labelled`` are the mean
    line F1 on the finished pages: of the general model, with a site model of the other pages, and
    with one that also has their labels. ``wrong`` are the labelled lines that each of the three
    gets wrong.

    On unfinished pages, None if there are none: ``expected`` is the share of lines that are wrong
    according to the predicted probabilities, and ``changed`` the largest share of lines whose label
    depends on the labels of one part.
    """

    pages: int
    lines: int
    general: float
    unlabelled: float
    labelled: float
    wrong: tuple[int, int, int]
    expected: float | None = None
    changed: float | None = None
    part: int = 1

    @property
    def enough(self) -> bool:
        """Whether more labels would change next to nothing."""
        return self.changed is None or (
            self.pages >= GAIN.min_finished and self.changed <= GAIN.max_changed
        )


def labelled_sketches(scored: Sequence[ScoredPage], sheets: Sequence[Sheet]) -> list[Sketch]:
    """The sketches of all pages, with labels and roles for the finished ones."""
    return [
        each.labelled_sketch(its.gold, its.roles) if its.finished else each.sketch
        for each, its in zip(scored, sheets, strict=True)
    ]


def estimate_gain(
    sheets: Sequence[Sheet], scored: Sequence[ScoredPage], train: Train
) -> Gain | None:
    """What the labels of the finished pages have gained; None if no page is finished."""
    finished = [i for i, each in enumerate(sheets) if each.finished]
    if not finished:
        return None
    n_parts = min(GAIN.max_parts, len(finished))
    parts = [finished[k :: GAIN.max_parts] for k in range(n_parts)]
    labelled = labelled_sketches(scored, sheets)
    unlabelled = [each.sketch for each in scored]
    f1, wrong, lines = [], np.zeros(3, int), 0
    for part in parts:
        models = (None, train(unlabelled, part), train(labelled, part))
        for i in part:
            gold = sheets[i].gold
            predicted = [to_labels(scored[i].decide(model)[1]) for model in models]
            f1.append([line_score(labels, gold).f1 for labels in predicted])
            for k, labels in enumerate(predicted):
                wrong[k] += sum(g not in (None, p) for g, p in zip(gold, labels, strict=True))
            lines += sum(label is not None for label in gold)
    means: tuple[float, float, float] = tuple(np.mean(f1, axis=0).tolist())
    wrong_lines: tuple[int, int, int] = tuple(wrong.tolist())
    gain = Gain(len(finished), lines, *means, wrong_lines)
    unfinished = [each for i, each in enumerate(scored) if not sheets[i].finished]
    if not unfinished:
        return gain
    tried = unfinished[:: -(-len(unfinished) // GAIN.max_unfinished)]
    site_model = train(labelled, ())
    decisions = [each.decide(site_model) for each in tried]
    errors = np.concatenate([error_probability(*each) for each in decisions])

    def changed(part: Sequence[int]) -> float:
        without = [unlabelled[i] if i in part else each for i, each in enumerate(labelled)]
        return _share_changed(tried, decisions, train(without, ()))

    return replace(
        gain, expected=float(errors.mean()), changed=max(map(changed, parts)), part=len(parts[0])
    )


def _share_changed(
    pages: Sequence[ScoredPage], decisions: Sequence[tuple[Floats, Bools]], site_model: SiteModel
) -> float:
    """The share of the pages' lines that another site model decides otherwise."""
    changed = [
        page.decide(site_model)[1] != kept for page, (_, kept) in zip(pages, decisions, strict=True)
    ]
    return float(np.mean(np.concatenate(changed)))


def gain_in_words(gain: Gain | None) -> tuple[str, ...]:
    """The gain in sentences, the most important one first.

    >>> gain_in_words(Gain(3, 60, 0.8, 0.85, 0.95, (9, 7, 2), 0.031, 0.02))[0]
    'Your labels mend 5 of 7 wrong lines on the 3 finished pages.'
    """
    if gain is None:
        return ("No page is finished yet, so your labels teach nothing so far.",)
    return (*filter(None, (_mended(gain), _elsewhere(gain))),)


def _mended(gain: Gain) -> str:
    """What the labels have gained on the finished pages."""
    _, before, after = gain.wrong
    if gain.pages == 1:
        return "One page is finished. What its labels teach shows from the second page on."
    pages = f"the {gain.pages} finished pages"
    if before > after:
        return f"Your labels mend {before - after} of {counted(before, 'wrong line')} on {pages}."
    if not before and not after:
        return f"Nothing is left to mend on {pages}, with your labels or without."
    if before == after:
        lines = f"{counted(after, 'line')} {'is' if after == 1 else 'are'} wrong"
        return f"So far your labels change nothing on {pages}: {lines}, with them and without."
    return (
        f"So far your labels do not help: {counted(after, 'line')} of {pages} "
        f"{'is' if after == 1 else 'are'} wrong with them, {before} without."
    )


def _elsewhere(gain: Gain) -> str:
    """What is to be expected on the pages that are not finished."""
    if gain.changed is None or gain.expected is None:
        return "Enough: all pages are finished."
    if gain.enough:
        return "Enough: more labels would change next to nothing."
    of = "one finished page" if gain.part == 1 else f"{gain.part} finished pages"
    return (
        f"About {100 * gain.expected:.1f} % of the lines of the other pages are expected to be "
        f"wrong; up to {100 * gain.changed:.1f} % depend on the labels of {of}."
    )
