"""What each corpus and each kind of evidence is worth: trained without it, scored on dev.

A model is trained on train's sites with everything, then again and again with one thing left
out: a corpus, a table of the linear model, a group of the trees' columns. What its score loses
is what the thing adds to all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from boilerplate.model.columns import GROUNDS, MODES, column_grounds
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.features.encode import encode
from boilerplate.model.linear import EVIDENCE, Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.stack import Scores, Stack
from boilerplate.numeric import sigmoid
from boilerplate.page import Kind, Page
from boilerplate.plugins.manager import no_plugins
from training.corpora import GoldPage
from training.dataset import Sample, sample
from training.lexicon import Lexicon
from training.mixed import MixedPage, measure_mode
from training.score import macro, score_sample
from training.train import (
    Lesson,
    fit_linear_by_fold,
    fit_trees,
    fit_types_by_fold,
    lessons_of,
)

DIGITS: Final = 4
MIXED_FIGURES: Final = ("mixed", "one_language", "notices_dropped", "quotations_kept")
Log = Callable[[str], None]


class FirstStage(Model):
    """The linear model alone, without page types, trees or context."""

    def _predict_part(self, page: Page, spoken: Sequence[int], partly: bool) -> Scores:
        encoded = encode(page, spoken, partly)
        linear = self.stacks[page.kind].linear
        p = sigmoid(linear.scores(encoded).sum(1) + linear.bias)
        return Scores(p, languages=tuple(encoded.speech.of_lines()), chars=encoded.chars)


def stacks(lessons: Sequence[Lesson], kind: Kind) -> Iterator[tuple[str, Stack | Linear]]:
    """Each variant by name, the whole model first; a Linear stands for the first stage alone."""
    whole = copied(lessons)
    types, linear = fit_types_by_fold(whole), fit_linear_by_fold(whole)
    yield "everything", Stack(linear, types, fit_trees(whole, linear.bias))
    yield "no trees: the linear model alone", linear
    for corpus in sorted({each.corpus for each in lessons}):
        some = [each for each in copied(lessons) if each.corpus != corpus]
        if some:
            others, model = fit_types_by_fold(some), fit_linear_by_fold(some)
            yield f"corpus: {corpus}", Stack(model, others, fit_trees(some, model.bias))
    tables = EVIDENCE if kind == "html" else EVIDENCE[:2]
    for number, name in enumerate(tables):
        yield f"linear: {name}", without_table(whole, linear, types, number)
    yield "page types", without_types(whole, linear, types)
    grounds = column_grounds(kind)
    for number in sorted(set(grounds.tolist())):
        name = GROUNDS[number]
        if name not in ("wording", "names", "page type"):  # these are more than their columns
            trees = fit_trees(
                whole, linear.bias, ignored=np.flatnonzero(grounds == number).tolist()
            )
            yield f"columns: {name}", Stack(linear, types, trees)


def copied(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Lessons that can be learned from once more: fitting uses up their rows."""
    return [replace(each, evidence=None, types=None) for each in lessons]


def without_table(
    lessons: Sequence[Lesson], linear: Linear, types: PageTypes, number: int
) -> Stack:
    """The model whose linear part has no say from one of its tables."""
    blind = []
    for each in lessons:
        assert each.evidence is not None
        evidence = each.evidence.copy()
        evidence[:, number] = 0.0
        blind.append(replace(each, evidence=evidence))
    tables = list(linear.tables)
    tables[number] = np.zeros_like(tables[number])
    model = replace(linear, tables=tuple(tables))
    return Stack(model, types, fit_trees(blind, linear.bias))


def without_types(lessons: Sequence[Lesson], linear: Linear, types: PageTypes) -> Stack:
    """The model that takes every page for an article."""
    none = PageTypes(np.zeros_like(types.weights), np.zeros_like(types.bias))
    none.bias[0] = 20.0
    nothing = np.zeros(0, np.int64), np.zeros(0)
    told = none.log_probabilities(nothing)
    blind = [replace(each, types=told) for each in lessons]
    return Stack(linear, none, fit_trees(blind, linear.bias))


def measure(cleaner: Cleaner, samples: Sequence[Sample]) -> dict[str, Any]:
    """Line F1 and word F1 by corpus, and their means over corpora."""
    rows = (score_sample(cleaner, each) for each in samples)
    scores = {name: s for name, s in macro(rows).items() if "/" not in name}
    out: dict[str, Any] = {
        name: {"pages": s[0], "line_f1": round(s[1], DIGITS), "word_f1": round(s[3], DIGITS)}
        for name, s in scores.items()
    }
    for key, place in (("line_f1", 1), ("word_f1", 3)):
        mean = float(np.mean([s[place] for s in scores.values()]))
        out.setdefault("mean", {})[key] = round(mean, DIGITS)
    return out


def ablation(
    teach: Sequence[GoldPage],
    test: Sequence[GoldPage],
    phrases: Lexicon | None,
    jobs: int,
    log: Log,
    modes: Sequence[Kind] = MODES,
    pairs: Sequence[tuple[MixedPage, MixedPage]] = (),
) -> dict[str, Mapping[str, Any]]:
    """For each mode and each variant, the scores on ``test`` of what was learned without it.

    ``pairs`` are pages in two languages with their twins in one, to be scored as well.
    """
    out: dict[str, Mapping[str, Any]] = {}
    for kind in modes:
        lessons = lessons_of(teach, kind, phrases, jobs)
        found = Parallel(n_jobs=jobs, batch_size=8)(delayed(sample)(gold, kind) for gold in test)
        samples = [each for each in found if each is not None]
        log(f"{kind}: {len(lessons)} pages to learn from, {len(samples)} to score")
        out[kind] = {}
        for name, fitted in stacks(lessons, kind):
            model = (
                FirstStage({kind: Stack(fitted, None, None)}, {})  # type: ignore[arg-type]
                if isinstance(fitted, Linear)
                else Model({kind: fitted}, {})
            )
            cleaner = Cleaner(model, plugins=no_plugins())
            scores = measure(cleaner, samples)
            if pairs:
                figures = measure_mode(cleaner, pairs, kind)
                scores["mixed"] = {key: figures[key] for key in MIXED_FIGURES}
            out[kind] = {**out[kind], name: scores}
            log(f"{kind}: {name}: {out[kind][name]['mean']}")
    return out
