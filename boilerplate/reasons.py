"""Why a line was kept or dropped, in words: the evidence that weighed most.

The grounds are read from the model's own sum: what each group of features added to the
log-odds along the trees' paths (A. Saabas's attribution of tree ensembles).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.features import Floats, Ints
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
    places = strongest_grounds(scores.grounds, content)
    lengths = np.array([len(page.lines[i].text) for i in spoken], np.int64)
    short = (~content & (lengths < SHORT)).tolist()
    kept = content.tolist()
    lines = list(zip(*places.T.tolist(), kept, short, strict=True))
    words = {line: _in_words(line[:MAX_GROUNDS], *line[MAX_GROUNDS:]) for line in set(lines)}
    out = [words[line] for line in lines]
    strange = {
        code for code in {code for code, _ in scores.languages} if is_foreign(code, language)
    }
    for i, (code, sure) in enumerate(scores.languages if strange else ()):
        if code in strange and sure >= SURE_OF_LANGUAGE:
            grounds = tuple(_NONE if g == _LANGUAGE else g for g in lines[i][:MAX_GROUNDS])
            counts = not kept[i] and scores.grounds[i, _LANGUAGE] < 0
            speaker = code if counts else None
            out[i] = _in_words(grounds, kept[i], short[i], speaker, language)
    if scores.site_reasons:
        of_site = [known[not keep] for known, keep in zip(scores.site_reasons, kept, strict=True)]
        out = [", ".join(filter(None, both)) for both in zip(of_site, out, strict=True)]
    return [said or "no strong evidence" for said in out]


def strongest_grounds(grounds: Floats, content: NDArray[np.bool_]) -> Ints:
    """The grounds, (n, g), that weighed most for each line's label, the strongest first; (n, 3).

    g stands for those that weigh nothing, or too little beside the first.
    """
    if native := acceleration.native:
        places = np.empty((len(content), MAX_GROUNDS), np.int64)
        native.strongest_grounds(np.ascontiguousarray(grounds), content, places)
        return places
    toward = np.where(content[:, None], grounds, -grounds)
    order = np.argsort(-toward, axis=1, kind="stable")[:, :MAX_GROUNDS]
    best = np.take_along_axis(toward, order, 1)
    return np.where(best > np.maximum(LEAST * best[:, :1], 0.0), order, grounds.shape[1])


_NONE: Final = len(GROUNDS)  # of the grounds, where fewer are strong


@lru_cache(maxsize=4096)
def _in_words(
    grounds: tuple[int, ...],
    content: bool,
    short: bool,
    speaker: str | None = None,
    language: str | None = None,
) -> str:
    """A reason; ``speaker`` is the language of a line that it counts against, or None."""
    said = [foreign(speaker, str(language))] if speaker else []
    words = [SPEAKS[GROUNDS[g]][0 if content else 1] for g in grounds if g != _NONE]
    said += words[: MAX_GROUNDS - len(said)]
    if short:
        said.insert(0, "short")
    return ", ".join(said)


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
