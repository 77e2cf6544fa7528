"""Why a line was kept or dropped, in words: the evidence that weighed most.

The grounds are read from the model's own sum: what each group of features added to the
log-odds along the trees' paths (A. Saabas's attribution of tree ensembles). What is then said
of a ground is a fact that holds for the line (``facts``), so that it can be seen on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.facts import HAS_BLANK, SIDES, columns_of, found, labels_around
from boilerplate.features import Floats, Ints
from boilerplate.language import language_name, same_language
from boilerplate.model import GROUNDS, Evidence, Scores
from boilerplate.page import Page

KIND_WORDS: Final = {  # how each kind of chrome is said; "other" says nothing
    "navigation": "navigation", "legal": "legal notice", "cookie": "cookie notice",
    "newsletter": "newsletter box", "share": "share buttons", "comments": "comments",
    "login": "login form", "related": "related links", "shop": "shop",
}  # fmt: skip
MAX_FACTS: Final = 3
MAX_GROUNDS: Final = 6  # looked at, for of some there is nothing to see
MAX_LENGTH: Final = 63  # characters: with the kind of chrome before it a reason stays below 80
MAX_NAME: Final = 20  # characters of what an element is called
LEAST: Final = 0.1  # of the strongest ground; what weighs less is not worth a reader's time
SHORT: Final = 25  # characters
SURE_OF_LANGUAGE: Final = 0.8  # probability from which a line's language is called by its name
_LANGUAGE: Final = GROUNDS.index("language")
LINES_AT_ONCE: Final = 8192  # which take some 10 MB; a page may have 200,000


def reasons(
    page: Page,
    spoken: Sequence[int],
    scores: Scores,
    evidence: Evidence,
    content: NDArray[np.bool_],
    language: str | None = None,
) -> list[str]:
    """A reason for each spoken line, the strongest ground first; ``content`` are kept, (n,).

    ``language`` is the page's. A line that was dropped in another one is said to be, wherever
    that counted against it.
    """
    around = labels_around(content)
    out: list[str] = []
    for first in range(0, len(content), LINES_AT_ONCE):
        part = slice(first, first + LINES_AT_ONCE)
        of_part = replace(
            scores, languages=scores.languages[part], site_reasons=scores.site_reasons[part]
        )
        columns = columns_of(evidence.seen[part], around[part])
        out += _reasons(
            page, spoken[part], of_part, evidence.grounds[part], columns, content[part], language
        )
    return out


def _reasons(
    page: Page,
    spoken: Sequence[int],
    scores: Scores,
    grounds: Floats,
    columns: Floats,
    content: NDArray[np.bool_],
    language: str | None,
) -> list[str]:
    """The same of some of a page's lines, whose ``grounds`` and ``columns`` are given."""
    strongest = strongest_grounds(grounds, content)
    facts = np.take_along_axis(found(columns, content), strongest, 1)
    spoken_in = scores.languages or [(None, 0.0)] * len(content)
    strange = {code for code in {code for code, _ in spoken_in} if is_foreign(code, language)}
    foreign_lines = np.zeros(len(content), bool)
    if strange:
        foreign_lines[:] = [c in strange and sure >= SURE_OF_LANGUAGE for c, sure in spoken_in]
    # Of a foreign line the language's name is said, or nothing of languages.
    facts[foreign_lines[:, None] & (strongest == _LANGUAGE)] = -1
    named = foreign_lines & ~content & (grounds[:, _LANGUAGE] < 0)
    lengths = np.array([len(page.lines[i].text) for i in spoken])
    short = (lengths < SHORT) & ~content
    # All that a reason says is one number, unless a fact has a blank to be filled.
    keys = (facts + 1) @ _DIGITS + _SHORT * short + _KEPT * content
    out = list(map(_words_of, keys.tolist()))
    more = named | np.where(content[:, None], HAS_BLANK[1][facts], HAS_BLANK[0][facts]).any(1)
    of_site = scores.site_reasons
    more |= [any(known) for known in of_site] if of_site else False
    for row in np.flatnonzero(more).tolist():
        keep = bool(content[row])
        numbers = tuple(facts[row].tolist())
        filled = _filled(page, spoken[row], columns[row], keep, numbers)
        speaker = foreign(str(spoken_in[row][0]), str(language)) if named[row] else ""
        known = of_site[row][0 if keep else 1] if of_site else ""
        out[row] = _in_words(numbers, filled, keep, bool(short[row]), speaker, known)
    return out


def strongest_grounds(grounds: Floats, content: NDArray[np.bool_]) -> Ints:
    """The grounds, (n, g), that weighed most for each line's label, the strongest first; (n, 6).

    g stands for those that weigh nothing, or too little beside the first.
    """
    toward = np.where(content[:, None], grounds, -grounds)
    order = np.argsort(-toward, axis=1, kind="stable")[:, :MAX_GROUNDS]
    best = np.take_along_axis(toward, order, 1)
    return np.where(best > np.maximum(LEAST * best[:, :1], 0.0), order, grounds.shape[1])


_DIGITS: Final = 256 ** np.arange(MAX_GROUNDS)
_SHORT: Final = 1 << (8 * MAX_GROUNDS)
_KEPT: Final = _SHORT << 1


@lru_cache(maxsize=4096)
def _words_of(key: int) -> str:
    """The reason that a key stands for; facts with a blank are left out."""
    numbers = tuple((key >> (8 * place) & 255) - 1 for place in range(MAX_GROUNDS))
    return _in_words(numbers, ("",) * MAX_GROUNDS, bool(key & _KEPT), bool(key & _SHORT), "", "")


def _filled(
    page: Page, line: int, columns: Floats, keep: bool, numbers: Sequence[int]
) -> tuple[str, ...]:
    """What stands in the blank of each fact: a count, a name, or nothing."""
    side = SIDES[keep]
    filled = []
    for number in numbers:
        blank = side.blanks.get(number)
        count = f"{columns[side.columns[number]]:.0f}" if blank == "n" else ""
        filled.append(_called(page, line) if blank == "name" else count)
    return tuple(filled)


def _called(page: Page, line: int) -> str:
    """What the innermost named element around a line is called, in quotes; "" without one."""
    markup = page.lines[line].markup
    at = markup.element if markup else -1
    while 0 <= at < len(page.elements):
        if names := page.elements[at].names:
            return _quoted(names)
        at = page.elements[at].parent
    return ""


@lru_cache(maxsize=4096)
def _quoted(names: tuple[str, ...]) -> str:
    name = "".join(
        c for c in " ".join(names)[: 2 * MAX_NAME] if c.isprintable() and c != '"'
    ).strip()
    if not name:
        return ""
    return f'"{name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"}"'


@lru_cache(maxsize=4096)
def _in_words(
    numbers: tuple[int, ...],
    filled: tuple[str, ...],
    keep: bool,
    short: bool,
    speaker: str,
    of_site: str,
) -> str:
    """A reason: what is known of the site, then the facts that fit, the strongest first."""
    side = SIDES[keep]
    facts = []
    for place, number in enumerate(numbers):
        blank = side.blanks.get(number)
        if blank and filled[place]:
            facts.append(side.facts[number].words.format_map({blank: filled[place]}))
        elif number >= 0 and not blank:
            facts.append(side.facts[number].words)
    said = ", ".join(filter(None, (of_site, "short" if short else "", speaker)))
    count = 1 if speaker else 0
    for words in facts:
        longer = f"{said}, {words}" if said else words
        if count < MAX_FACTS and words not in said and (len(longer) <= MAX_LENGTH or not said):
            said, count = longer, count + 1
    return said or "no single strong sign"


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


DECIDERS: Final = ("model", "site model", "plugin", "language")
_QUOTED: Final = re.compile(r'"[^"]*"')
_OF_SITE: Final = re.compile(r"\bthis site\b")
_OF_LANGUAGE: Final = re.compile(r" line on an? [^,]+ page|in another (?:language|script) than")


def decider(reason: str) -> str:
    """Whose evidence comes first in a reason, one of DECIDERS.

    >>> decider("plugin:courier: drop"), decider("stands on 9 of 10 pages of this site, short")
    ('plugin', 'site model')
    >>> decider("Turkish line on an English page"), decider("short, all links")
    ('language', 'model')
    """
    if reason.startswith("plugin:"):
        return "plugin"
    said = _QUOTED.sub("", reason)  # what the page calls its elements says nothing
    if _OF_SITE.search(said):
        return "site model"
    return "language" if _OF_LANGUAGE.search(said) else "model"
