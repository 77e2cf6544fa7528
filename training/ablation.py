"""What each corpus and each feature group is worth: models trained without it, scored on dev.

One model is trained on the sites of train with everything, others with one thing left out: a
corpus, a table of the linear model, a feature group of the trees. What the score loses is what
that thing adds to all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.features.encode import encode
from boilerplate.features.table import GROUPS, LINEAR_TABLES
from boilerplate.model.file import MODES
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.roles import column_groups
from boilerplate.model.stack import Scores, Stack
from boilerplate.model.trees import Trees
from boilerplate.numeric import sigmoid
from boilerplate.page import Kind, Page
from boilerplate.plugins.manager import no_plugins
from training.boosting import no_role_trees
from training.content_trees import fit_trees
from training.corpora import GoldPage
from training.documents.results import DIGITS
from training.fit import fit_linear_by_fold, fit_types_by_fold, set_role_shares
from training.lessons import Lesson
from training.lexicon import Lexicon
from training.mixed_pages import MixedPage
from training.mixed_scores import measure_mode
from training.progress import Log
from training.roles.words import no_words
from training.samples import Sample, sample
from training.score import macro, score_sample
from training.training_set import training_set

MIXED_FIGURES: Final = ("mixed", "one_language", "notices_dropped", "quotations_kept")


class FirstStage(Model):
    """The linear model alone, without page types, trees or context."""

    def _predict_part(self, page: Page, part: slice | None) -> Scores:
        encoded = encode(page, part)
        linear = self.stacks[page.kind].linear
        p = sigmoid(linear.scores(encoded).sum(1) + linear.bias)
        return Scores(p, languages=tuple(encoded.line_languages.likeliest()), chars=encoded.chars)


def variants(lessons: Sequence[Lesson], mode: Kind) -> Iterator[tuple[str, Stack | Linear]]:
    """The variants of the model by name, the whole one first; a Linear is the first stage alone."""
    set_role_shares(lessons, no_words())
    whole = copied(lessons)
    types, linear = fit_types_by_fold(whole), fit_linear_by_fold(whole)
    yield "everything", content_stack(linear, types, fit_trees(whole, linear.bias))
    yield "no trees: the linear model alone", linear
    for corpus in sorted({each.corpus for each in lessons}):
        some = [each for each in copied(lessons) if each.corpus != corpus]
        if some:
            others, model = fit_types_by_fold(some), fit_linear_by_fold(some)
            yield f"corpus: {corpus}", content_stack(model, others, fit_trees(some, model.bias))
    tables = LINEAR_TABLES if mode == "html" else LINEAR_TABLES[:2]
    for number, name in enumerate(tables):
        yield f"linear: {name}", without_table(whole, linear, types, number)
    yield "page types", without_types(whole, linear, types)
    groups = column_groups(mode)
    for number in sorted(set(groups.tolist())):
        name = GROUPS[number]
        if name not in ("wording", "names", "page type"):  # have other variants
            trees = fit_trees(whole, linear.bias, ignored=np.flatnonzero(groups == number).tolist())
            yield f"columns: {name}", content_stack(linear, types, trees)


def content_stack(linear: Linear, types: PageTypes, trees: Trees) -> Stack:
    """A model that knows content and chrome, and no roles."""
    return Stack(linear, types, trees, no_role_trees())


def copied(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Copies of lessons to fit another model on: a fit uses up their rows."""
    return [replace(each, linear_scores=None, page_types=None) for each in lessons]


def without_table(
    lessons: Sequence[Lesson], linear: Linear, types: PageTypes, number: int
) -> Stack:
    """The model with one table of its linear part set to 0."""
    blind = []
    for each in lessons:
        assert each.linear_scores is not None
        scores = each.linear_scores.copy()
        scores[:, number] = 0.0
        blind.append(replace(each, linear_scores=scores))
    tables = list(linear.tables)
    tables[number] = np.zeros_like(tables[number])
    model = replace(linear, tables=tuple(tables))
    return content_stack(model, types, fit_trees(blind, linear.bias))


def without_types(lessons: Sequence[Lesson], linear: Linear, types: PageTypes) -> Stack:
    """The model with a page type model that takes every page for an article."""
    none = PageTypes(np.zeros_like(types.weights), np.zeros_like(types.bias))
    none.bias[0] = 20.0  # article, with a probability of nearly 1
    empty_bag = np.zeros(0, np.int64), np.zeros(0)
    article = none.log_probabilities(empty_bag)
    blind = [replace(each, page_types=article) for each in lessons]
    return content_stack(linear, none, fit_trees(blind, linear.bias))


def measure(cleaner: Cleaner, samples: Sequence[Sample]) -> dict[str, Any]:
    """Line F1 and word F1 by corpus, and their means over the corpora."""
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
    train: Sequence[GoldPage],
    test: Sequence[GoldPage],
    phrases: Lexicon | None,
    jobs: int,
    log: Log,
    modes: Sequence[Kind] = MODES,
    pairs: Sequence[tuple[MixedPage, MixedPage]] = (),
) -> dict[str, Mapping[str, Any]]:
    """The scores of each variant on ``test``, by mode and by the variant's name.

    ``pairs`` are pages in two languages with their twins in one, to be scored as well.
    """
    out: dict[str, Mapping[str, Any]] = {}
    words = no_words().whole
    for mode in modes:
        lessons = training_set(train, mode, phrases, jobs)
        found = Parallel(n_jobs=jobs, batch_size=8)(delayed(sample)(gold, mode) for gold in test)
        samples = [each for each in found if each is not None]
        log(f"{mode}: {len(lessons)} pages to train on, {len(samples)} to score")
        out[mode] = {}
        for name, fitted in variants(lessons, mode):
            model = (
                FirstStage({mode: Stack(fitted, None, None, None)}, words, {})  # type: ignore[arg-type]
                if isinstance(fitted, Linear)
                else Model({mode: fitted}, words, {})
            )
            cleaner = Cleaner(model, plugins=no_plugins())
            scores = measure(cleaner, samples)
            if pairs:
                figures = measure_mode(cleaner, pairs, mode)
                scores["mixed"] = {key: figures[key] for key in MIXED_FIGURES}
            out[mode] = {**out[mode], name: scores}
            log(f"{mode}: {name}: {out[mode][name]['mean']}")
    return out
