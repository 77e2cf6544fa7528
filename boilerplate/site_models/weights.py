"""The weights of the features of a site: a small linear model for each kind of page."""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate.kernels.site_arrays import SiteFeature
from boilerplate.numeric import Floats
from boilerplate.page import Kind

FEATURES: Final = tuple(feature.name.lower() for feature in SiteFeature)
_FIRST_LABELLED: Final = SiteFeature.LABELLED_AFTER
DISTRUST: Final = 2.0  # the power of the probability that a page is an article

# Near what training.site_weights fits to the gain in line F1 on sites with 2 to 20 pages to learn
# from, with labels and without, and against what any site loses; it prints what these gain too.
WEIGHTS: Final[dict[Kind, dict[str, float]]] = {
    "text": {
        "on_one_page": -1.7, "on_few_pages": -1.56, "on_many_pages": -1.95,
        "recurring_log_odds": 0.59, "loose_match": -1.02, "after_article": -1.18,
        "between_template_lines": 1.1, "after_template_line": 0.22, "before_template_line": 0.23,
        "labelled_after": 0.3, "labelled_before": 0.2, "labelled_site": 0.3,
        "labelled_line": 1.4, "labelled_loose": 0.7,
    },
    "html": {
        "on_one_page": -1.4, "on_few_pages": -1.5, "on_many_pages": -2.0, "loose_match": -0.5,
        "after_article": -1.35, "place": 1.2,
        "labelled_after": 0.3, "labelled_place": 0.75, "labelled_line": 0.8,
        "labelled_loose": 0.75, "labelled_path": 0.85,
    },
}  # fmt: skip

_WEIGHTS: Final = {
    kind: np.array([weights.get(name, 0.0) for name in FEATURES])
    for kind, weights in WEIGHTS.items()
}


def contributions(features: Floats, kind: Kind, article: float, n_labelled: int) -> Floats:
    """What each feature adds to each line's log-odds, (n, f), from the features (n, f)."""
    added: Floats = features * (_WEIGHTS[kind] * trust(article, n_labelled))
    return added


def trust(article: float, n_labelled: int) -> Floats:
    """How far each feature counts on a page, 0..1, (f,).

    Where the page is likely no ``article``, 0..1, what recurs may well be content; but the more
    pages have labels, ``n_labelled``, the more is known of such pages too.
    """
    trusted = np.full(len(FEATURES), article**DISTRUST)
    if n_labelled:
        trusted[_FIRST_LABELLED:] = article ** (DISTRUST / n_labelled)
    return trusted
