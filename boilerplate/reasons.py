"""Why a line was kept or dropped, in words: the evidence that weighed most.

The grounds are read from the model's own sum: what each group of features added to the
log-odds along the trees' paths (A. Saabas's attribution of tree ensembles).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.language import language_name, same_language
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
KIND_WORDS: Final = {  # how each kind of chrome is said; "other" says nothing
    "navigation": "navigation", "legal": "legal notice", "cookie": "cookie notice",
    "newsletter": "newsletter box", "share": "share buttons", "comments": "comments",
    "login": "login form", "related": "related links", "shop": "shop",
}  # fmt: skip
MAX_GROUNDS: Final = 3
LEAST: Final = 0.1  # of the strongest ground; what weighs less is not worth a reader's time
SHORT: Final = 25  # characters
SURE_OF_LANGUAGE: Final = 0.8  # probability from which a line's language is called by its name
_LANGUAGE: Final = GROUNDS.index("language")


def reasons(
    page: Page,
    spoken: Sequence[int],
    scores: Scores,
    content: NDArray[np.bool_],
    language: str | None = None,
) -> list[str]:
    """A reason for each spoken line, the strongest ground first; ``content`` are kept, (n,).

    ``language`` is the page's. A line that was dropped in another one is said to be, wherever
    that counted against it.
    """
    toward = np.where(content[:, None], scores.grounds, -scores.grounds)
    order = np.argsort(-toward, axis=1, kind="stable")[:, :MAX_GROUNDS].tolist()
    spoken_in = scores.languages or [(None, 0.0)] * len(order)
    out = []
    for i, (places, (code, sure)) in enumerate(zip(order, spoken_in, strict=True)):
        best = toward[i, places[0]]
        grounds = [g for g in places if toward[i, g] > max(LEAST * best, 0.0)]
        said = []
        if sure >= SURE_OF_LANGUAGE and is_foreign(code, language):
            grounds = [g for g in grounds if g != _LANGUAGE]
            if not content[i] and toward[i, _LANGUAGE] > 0:
                said.append(foreign(str(code), str(language)))
        said += [SPEAKS[GROUNDS[g]][0 if content[i] else 1] for g in grounds][
            : MAX_GROUNDS - len(said)
        ]
        if not content[i] and len(page.lines[spoken[i]].text) < SHORT:
            said.insert(0, "short")
        if scores.site_reasons and (of_site := scores.site_reasons[i][0 if content[i] else 1]):
            said.insert(0, of_site)
        out.append(", ".join(said) or "no strong evidence")
    return out


def is_foreign(language: str | None, of_page: str | None) -> bool:
    """Whether a line's language is known, and known not to be the page's."""
    return bool(language and of_page) and not same_language(language, of_page)


def foreign(language: str, of_page: str) -> str:
    """What gives a line in another language away, in words.

    >>> foreign("tr", "en"), foreign("en", "uk")
    ('Turkish line on an English page', 'English line on a Ukrainian page')
    """
    name = language_name(of_page)
    article = "an" if name[0] in "AEIOU" and not name.startswith("Uk") else "a"
    return f"{language_name(language)} line on {article} {name} page"


def naming(kind: str | None, reason: str) -> str:
    """A reason after the kind of chrome that the line is, where it is of a kind.

    >>> naming("cookie", "short, among chrome lines"), naming(None, "shaped like prose")
    ('cookie notice: short, among chrome lines', 'shaped like prose')
    """
    return f"{KIND_WORDS[kind]}: {reason}" if kind in KIND_WORDS else reason
