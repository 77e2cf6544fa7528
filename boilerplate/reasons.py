"""Why a line was kept or dropped, in words: the evidence that weighed most.

The grounds are read from the model's own sum: what each group of features added to the
log-odds along the trees' paths (A. Saabas's attribution of tree ensembles).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.model import GROUNDS, Scores
from boilerplate.page import Page

SPEAKS: Final = {  # how each ground is said, for content and for chrome
    "wording": ("worded like an article", "worded like site chrome"),
    "names": ("class names of an article", "class names of site chrome"),
    "shape": ("shaped like prose", "shaped like chrome"),
    "repetition": ("said once", "repeated on the page"),
    "language": ("in the page's language", "unlike the page's language"),
    "metadata": ("matches the page's metadata", "repeats the page's title or metadata"),
    "links": ("few links", "mostly links"),
    "place in markup": ("marked up like an article", "marked up like chrome"),
    "neighbours": ("among article lines", "among chrome lines"),
    "place on page": ("where articles stand", "away from where articles stand"),
    "page type": ("kept on pages of this type", "dropped on pages of this type"),
    "container": ("in the article's container", "in a container of chrome"),
}
MAX_GROUNDS: Final = 3
LEAST: Final = 0.1  # of the strongest ground; what weighs less is not worth a reader's time
SHORT: Final = 25  # characters


def reasons(
    page: Page, spoken: Sequence[int], scores: Scores, content: NDArray[np.bool_]
) -> list[str]:
    """A reason for each spoken line, the strongest ground first; ``content`` are kept, (n,)."""
    toward = np.where(content[:, None], scores.grounds, -scores.grounds)
    order = np.argsort(-toward, axis=1, kind="stable")[:, :MAX_GROUNDS].tolist()
    out = []
    for i, places in enumerate(order):
        best = toward[i, places[0]]
        said = [
            SPEAKS[GROUNDS[g]][0 if content[i] else 1]
            for g in places
            if toward[i, g] > max(LEAST * best, 0.0)
        ]
        if not content[i] and len(page.lines[spoken[i]].text) < SHORT:
            said.insert(0, "short")
        if scores.site_reasons and (of_site := scores.site_reasons[i][0 if content[i] else 1]):
            said.insert(0, of_site)
        out.append(", ".join(said) or "no strong evidence")
    return out
