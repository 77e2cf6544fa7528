"""What labelled lines of a site say about others: how wrong the model was, where content is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boilerplate.kernels.site_arrays import Table, template_lines_around
from boilerplate.numeric import Bools, Floats, Ints, sigmoid
from boilerplate.site_models.path_shares import PathShares
from boilerplate.site_models.sketch import Sketch
from boilerplate.site_models.statistics import ERRORS, Lines, corrections


@dataclass(frozen=True, slots=True, eq=False)
class LabelCorrections:
    """What to add to the general model's log-odds of a line, from the errors in labelled lines.

    From those after and before the same template lines (``after``, ``before``), in the same
    ``place`` of the markup, on the whole ``site``, and with the same ``strict`` or ``loose`` hash;
    and from what stands on the same ``paths``, where the model may have been right. ``n_pages``
    have labels.
    """

    after: Table
    before: Table
    place: Table
    site: Table
    strict: Table
    loose: Table
    paths: PathShares
    n_pages: int

    @classmethod
    def learned(cls, lines: Lines, is_template: Bools) -> LabelCorrections:
        """The corrections that the labelled lines of a site's pages ask for."""
        strict, loose, _ = lines.hashes.T
        previous, following = template_lines_around(strict, is_template, lines.page)
        p, truth = sigmoid(lines.log_odds), (lines.label + 1) / 2
        is_labelled = lines.label != 0

        def by(keys: Ints, some: Bools, prior_pages: float = 0.0) -> Table:
            return corrections(keys[some], lines.page[some], p[some], truth[some], prior_pages)

        free, prior_pages = is_labelled & ~is_template, ERRORS.prior_pages
        return cls(
            by(previous, free, prior_pages),
            by(following, free, prior_pages),
            by(lines.paths[:, -1], free, prior_pages),
            by(np.zeros(len(p), np.int64), is_labelled, prior_pages),
            by(strict, is_labelled),
            by(loose, is_labelled),
            PathShares.learned(lines, truth, is_labelled),
            len(np.unique(lines.page[is_labelled])),
        )

    def of(self, page: Sketch, is_template: Bools) -> Floats:
        """The corrections of a page's lines, (n, 7), in the order of the fields."""
        strict, loose, _ = page.hashes.T
        place = page.paths[:, -1]
        previous, following = template_lines_around(strict, is_template)
        free = ~is_template
        return np.column_stack([
            self.after.of(previous) * free,
            self.before.of(following) * free,
            self.place.of(place) * free * (place > 0),
            self.site.of(np.zeros(page.n, np.int64)),
            self.strict.of(strict),
            self.loose.of(loose),
            self.paths.log_odds(page.paths),
        ])  # fmt: skip
