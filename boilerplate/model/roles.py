"""A stand-in for the model of roles, made of the model of chrome kinds and of guesses."""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate.model.chrome_kinds import KINDS, shipped_kinds
from boilerplate.model.stack import Scores
from boilerplate.numeric import Floats
from boilerplate.page import Page
from boilerplate.roles import CONTENT_ROLES, ROLES

UNLIKELY: Final = 1e-4


def role_log_probabilities(page: Page, scores: Scores) -> Floats:
    """The logarithm of each role's probability for each line, (n, 24); no line may be blank."""
    n = len(page.lines)
    content = np.clip(scores.probability, UNLIKELY, 1 - UNLIKELY)
    probability = np.full((n, len(ROLES)), UNLIKELY)
    if n:
        kinds = np.exp(shipped_kinds().log_probabilities(page, page.lines, scores.tree))
        probability[:, [ROLES.index(kind) for kind in KINDS]] += (1 - content)[:, None] * kinds
    titles = {page.metadata.title.strip(), page.metadata.headline.strip()} - {""}
    for i, line in enumerate(page.lines):
        likely = "headline" if line.text.strip() in titles else "body"
        probability[i, : len(CONTENT_ROLES)] += 0.05 * content[i] / len(CONTENT_ROLES)
        probability[i, ROLES.index(likely)] += 0.95 * content[i]
    logarithms: Floats = np.log(probability / probability.sum(1, keepdims=True))
    return logarithms
