"""What the golds of the older corpora leave out: their conventions, as choices over roles.

A reader's text has headlines and captions; most golds do not. So each corpus is scored with the
roles dropped that its gold has in fewer than half of the cases. ``python -m training habits``
counts them, on pages of train that were read again (``training.corpora.reread``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from boilerplate.cleaner import Cleaner
from boilerplate.roles import CONTENT_ROLES, ROLES
from training.corpora import GoldPage
from training.samples import counts_by_role, sample

# Of every corpus the roles of content that its gold leaves out. readability was not read again: its
# golds are what Firefox shows below the title.
DROPPED: Final[Mapping[str, tuple[str, ...]]] = {
    "wcxb": ("headline", "caption", "note"),
    "daniel": ("list", "caption", "note"),
    "fundus": ("headline", "caption", "note"),
    "magic-html": ("headline", "standfirst", "quote", "caption", "note"),
    "mercury-parser": ("headline", "standfirst", "caption"),
    "readability": ("headline",),
}


def cleaner_for(corpus: str, cleaner: Cleaner) -> Cleaner:
    """A cleaner that also drops what the golds of a corpus leave out."""
    return Cleaner(cleaner.model, plugins=cleaner.plugins, drop=DROPPED.get(corpus, ()))


def habits(golds: Iterable[GoldPage], reread: Iterable[GoldPage]) -> dict[str, np.ndarray]:
    """For each corpus how many lines of each role its gold leaves out and has, (24, 2).

    ``golds`` are pages of the corpora, ``reread`` the same pages as they were read again.
    """
    by_id = {f"{gold.corpus}/{gold.id}": gold for gold in golds}
    counts: dict[str, np.ndarray] = {}
    for page in reread:
        original = by_id.get(page.id)
        theirs, ours = (sample(each, "html") if each else None for each in (original, page))
        if theirs is None or ours is None or ours.roles is None or theirs.gold.gold is None:
            continue
        table = counts_by_role(ours.roles, theirs.target)
        counts[page.genre] = counts.get(page.genre, 0) + table
    return counts


def left_out(counts: np.ndarray, least: int = 10) -> tuple[str, ...]:
    """The roles of content that a gold leaves out of more than half of ``least`` lines or more."""
    return tuple(
        role
        for role, (without, held) in zip(ROLES, counts.tolist(), strict=True)
        if role in CONTENT_ROLES and without + held >= least and held < without
    )
