"""A page as a labelling session predicts it: with the general model, and with site models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from boilerplate.cleaner import PROBABILITY_DECIMALS, best_threshold
from boilerplate.model.model import Model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Bools, Floats
from boilerplate.page import Label, Page
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sketch, label_values, role_values, sketch


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


@dataclass(frozen=True, slots=True)
class ScoredPage:
    """What is computed once for a page: the general model's scores, and its unlabelled sketch.

    ``page`` has no blank lines.
    """

    page: Page
    scores: Scores
    sketch: Sketch

    def labelled_sketch(self, gold: Sequence[Label | None], roles: Sequence[str | None]) -> Sketch:
        """The sketch with labels and roles of its lines."""
        n = self.sketch.n
        return replace(self.sketch, label=label_values(gold[:n]), role=role_values(roles[:n]))

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


def to_labels(kept: Bools) -> list[Label]:
    """Decisions to keep, (n,), as labels."""
    return [Label.CONTENT if keep else Label.BOILERPLATE for keep in kept.tolist()]
