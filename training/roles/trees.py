"""The fit of the trees of roles, on the pages that were read line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.model.roles import RoleTrees
from boilerplate.roles import CHROME_ROLES, ROLES
from training.boosting import boosted_roles, no_role_trees
from training.content_trees import page_matrix
from training.lessons import Lesson
from training.roles.words import balanced
from training.samples import SOME_CHROME, line_weight


@dataclass(frozen=True, slots=True)
class TreeParameters:
    """Which pages the trees of roles learn from, and how much they count."""

    world: float = 1.0  # pages whose sites nobody tuned to
    reread: float = 0.7  # pages of the older corpora
    other_layout: float = 0.5  # bare text laid out otherwise, pages with other pages' chrome
    made_up: float = 0.15
    balance: float = 0.3  # 1 would give all roles the same weight, 0 leaves them as they are
    # How much the roles' odds of content count beside those of the trees of content.
    weight: float = 0.35


PARAMETERS: Final = TreeParameters()
FIRST_OF_CHROME: Final = ROLES.index(CHROME_ROLES[0])


def fit_role_trees(lessons: Sequence[Lesson], bias: float) -> RoleTrees:
    """Fit the trees of one mode on the lessons that have roles; sums of none if none has.

    ``role_shares`` of these lessons must be set.
    """
    rows, roles, weights = [], [], []
    for each in lessons:
        if each.roles is None or not each.readable:
            continue
        assert each.role_shares is not None
        shares = each.role_shares
        # Chrome that was put into a page has the role of chrome that its words are likeliest in.
        some_chrome = FIRST_OF_CHROME + shares[:, FIRST_OF_CHROME:].argmax(1)
        true = np.where(each.roles == SOME_CHROME, some_chrome, each.roles)
        known = np.flatnonzero(true >= 0)
        rows.append(page_matrix(each, bias)[known])
        roles.append(true[known])
        weight = line_weight(len(known))
        weight *= {"world": PARAMETERS.world, "lexicon": PARAMETERS.made_up}.get(
            each.corpus, PARAMETERS.reread
        )
        weight *= 1.0 if each.layout == "blocks" else PARAMETERS.other_layout
        weights.append(np.full(len(known), weight))
    if not rows:
        return no_role_trees()
    y = np.concatenate(roles)
    w = balanced(y, np.concatenate(weights), PARAMETERS.balance)
    return boosted_roles(np.concatenate(rows), y, w, PARAMETERS.weight)
