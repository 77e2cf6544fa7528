"""The weights of the features of a site: a small linear model for each kind of page."""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate.kernels.site_arrays import SiteFeature
from boilerplate.numeric import Floats
from boilerplate.page import Kind

FEATURES: Final = tuple(feature.name.lower() for feature in SiteFeature)

# In bare text fitted as training.site_weights does, to what line F1 gains on sites with 2 to 20
# pages to learn from, and against what any site loses. In HTML chosen by coordinate search: what
# was fitted the same way gained with general models trained on few pages, and lost a little with
# the shipped one. Those of labels by logistic regression.
WEIGHTS: Final[dict[Kind, dict[str, float]]] = {
    "text": {
        "on_one_page": -1.7, "on_few_pages": -1.56, "on_many_pages": -1.95,
        "recurring_log_odds": 0.59, "loose_match": -1.02, "after_article": -1.18,
        "between_template_lines": 1.1, "after_template_line": 0.22, "before_template_line": 0.23,
        "labelled_after": 0.3, "labelled_before": 0.2, "labelled_site": 0.3,
        "labelled_line": 1.4, "labelled_loose": 0.7,
    },
    "html": {
        "on_one_page": -1.5, "on_few_pages": -1.5, "on_many_pages": -3.0, "place": 0.8,
        "labelled_after": 0.1, "labelled_place": 0.6, "labelled_line": 1.6,
        "labelled_loose": 0.3,
    },
}  # fmt: skip

_WEIGHTS: Final = {
    kind: np.array([weights.get(name, 0.0) for name in FEATURES])
    for kind, weights in WEIGHTS.items()
}


def contributions(features: Floats, kind: Kind) -> Floats:
    """What each feature adds to each line's log-odds, (n, f), from the features (n, f)."""
    added: Floats = features * _WEIGHTS[kind]
    return added
