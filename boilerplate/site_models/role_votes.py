"""What labelled lines of a site say about the roles of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.kernels.site_arrays import Hash, find
from boilerplate.numeric import Floats, Ints
from boilerplate.roles import ROLES
from boilerplate.site_models.sketch import Sketch
from boilerplate.site_models.statistics import Lines


@dataclass(frozen=True, slots=True)
class RoleParams:
    """How many votes a page has for the role of a line; the general model has one.

    ``line`` where the same line stands on it with that role, ``path`` where another line does on
    the same longest path of the markup.
    """

    line: float = 20.0
    path: float = 4.0


VOTES: Final = RoleParams()


@dataclass(frozen=True, slots=True, eq=False)
class PagesByRole:
    """On how many pages each of k keys stands in each role: sorted ``keys`` (k,), (k + 1, 24)."""

    keys: Ints
    pages: Floats

    @classmethod
    def of(cls, keys: Ints, page: Ints, role: Ints) -> PagesByRole:
        """The pages of lines: their key, 0 for none, page and role, (n,) each."""
        some = keys != 0
        rows = np.unique(np.column_stack([keys, role, page])[some], axis=0)
        distinct, at = np.unique(rows[:, 0], return_inverse=True)
        pages = np.zeros((len(distinct) + 1, len(ROLES)))
        np.add.at(pages, (at, rows[:, 1]), 1.0)
        return cls(distinct, pages)

    def on(self, keys: Ints) -> Floats:
        """On how many pages each key stands in each role, (n, 24)."""
        found: Floats = self.pages[find(self.keys, keys)]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class RoleVotes:
    """The roles of labelled lines, by their strict hash and by their longest path."""

    by_line: PagesByRole
    by_path: PagesByRole

    @classmethod
    def learned(cls, lines: Lines) -> RoleVotes:
        """From the lines of a site's pages."""
        some = lines.role >= 0
        page, role = lines.page[some], lines.role[some]
        return cls(
            PagesByRole.of(lines.hashes[some, Hash.STRICT], page, role),
            PagesByRole.of(lines.paths[some, -1], page, role),
        )

    def corrected(self, log_roles: Floats, page: Sketch) -> Floats:
        """The logarithms of a page's probabilities of ROLES, (n, 24), with these votes."""
        votes = VOTES.line * self.by_line.on(page.hashes[:, Hash.STRICT])
        votes += VOTES.path * self.by_path.on(page.paths[:, -1])
        n_votes = votes.sum(1)
        voted = n_votes > 0
        out = log_roles.copy()
        shares = (np.exp(log_roles[: page.n]) + votes) / (1 + n_votes)[:, None]
        out[: page.n][voted] = np.log(np.maximum(shares[voted], np.finfo(float).tiny))
        return out
