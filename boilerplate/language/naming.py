"""Which languages a page and its lines are in, as a user is told.

The features of lines need to know whether two lines are in one language, and get that from
``lines``. Here that language gets its name, from a detector that knows more languages and says when
it knows none: for long lines each by itself, for short ones by the long lines that are in the same
language as they.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from boilerplate.language.detector import Distribution
from boilerplate.language.identify import CALIBRATION, identify, named
from boilerplate.language.names import LANGUAGES
from boilerplate.numeric import Floats, rounded
from boilerplate.page import LineLanguage


@dataclass(frozen=True, slots=True)
class NamingParams:
    """What is read of a page's lines, and what a declaration counts."""

    long_bytes: int = 80  # in UTF-8, of a line that is identified by itself: 30 Chinese characters
    line_chars: int = 500  # of a line: more say nothing new, and it may be a comment
    page_chars: int = 3000
    declared: float = 10.0  # times as likely is a language that the page declares
    like: float = 0.3  # how much the lines like a long one say about it, beside what it says itself


NAMING: Final = NamingParams()
_UNKNOWN: Final = (None, 0.0, ())  # a language, how likely it is, and others like it
_CODE: Final = r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?"
_URL: Final = re.compile(
    rf"https?://(?:(?P<label>{_CODE})\.(?=[^/?#]*\.))?[^/?#]*(?:/(?P<folder>{_CODE})(?=[/?#]|$))?"
)


def page_languages(texts: Sequence[str], weight: Floats, declared: Iterable[str]) -> Distribution:
    """The languages that a page's article may be in, likeliest first, with their probabilities.

    ``weight`` (n,) is that of each line, 0 for lines that say nothing about the article, such as
    comments; the heaviest are read, or the longest of all where these have no letters. ``declared``
    are the languages that the page claims to be in: they decide between those that its text may be
    in.
    """
    sample = _heaviest(texts, weight)
    if not any(map(str.isalpha, sample)):
        sample = _heaviest(texts, np.array([float(len(text)) for text in texts]))
    return _with_declared(identify(sample), declared)


def languages_in_url(url: str | None) -> tuple[str, ...]:
    """The languages that a page's address names: its first label, and the first of its path.

    >>> languages_in_url("https://tr.example.com/a"), languages_in_url("https://example.com/pt-br/")
    (('tr',), ('pt-br',))
    >>> languages_in_url("https://example.com/de/neu"), languages_in_url(None)
    (('de',), ())
    """
    found = _URL.match(url or "")
    parts = (found["label"], found["folder"]) if found else ()
    return tuple(each for each in parts if each and re.split("[-_]", each.lower())[0] in LANGUAGES)


def _heaviest(texts: Sequence[str], weight: Floats) -> str:
    """The lines of the largest weights above 0 together, as many as are read."""
    lines: list[str] = []
    room = NAMING.page_chars
    for i in np.argsort(-weight, kind="stable").tolist():
        if weight[i] <= 0 or room <= 0:
            break
        lines.append(texts[i][: min(NAMING.line_chars, room)])
        room -= len(lines[-1])
    return "\n".join(lines)


def _with_declared(found: Distribution, declared: Iterable[str]) -> Distribution:
    """The probabilities, those of declared languages raised.

    >>> _with_declared((("hr", 0.5), ("bs", 0.4)), ["bs-BA"])
    (('bs', 0.87), ('hr', 0.109))
    """
    claimed = {tag.lower().replace("_", "-").split("-")[0] for tag in declared}
    raised = [
        (code, p * (NAMING.declared if code.split("-")[0] in claimed else 1.0)) for code, p in found
    ]
    total = sum(p for _, p in raised) + 1.0 - sum(p for _, p in found)
    raised.sort(key=_falling)
    return tuple((code, round(p / total, CALIBRATION.decimals)) for code, p in raised)


def _falling(each: tuple[str, float]) -> float:
    """What languages are sorted by; those that are equally likely keep their order."""
    return -each[1]


@lru_cache(maxsize=1 << 13)
def identify_line(text: str) -> Distribution:
    """The languages of a line, see ``identify``; cached, for notices repeat on a site's pages."""
    return identify(text)


def line_names(texts: Sequence[str], same: Sequence[LineLanguage]) -> list[LineLanguage]:
    """The language of each line, or None, with its probability.

    ``same`` are the lines' languages as the features have them, with their probabilities.
    """
    long = [i for i, text in enumerate(texts) if _is_long(text)]
    alone = {i: identify_line(texts[i][: NAMING.line_chars]) for i in long}
    groups = _groups(texts, same, alone)
    known = {group: (*of[0], [p for _, p in of[1:]]) for group, of in groups.items() if of}
    names: list[LineLanguage] = []
    for group, alike in same:
        code, p, others = known.get(group, _UNKNOWN)
        sure = of_all = alike * p
        for other in others:
            of_all += alike * other
        names.append((code, sure) if of_all >= CALIBRATION.least else (None, 0.0))
    for i, own in alone.items():
        if own:
            group, alike = same[i]
            found = dict(own)
            rest = (1.0 - sum(found.values())) * alike * NAMING.like
            for code, p in groups.get(group, ()):
                found[code] = found.get(code, 0.0) + rest * p
            ranked = tuple(sorted(found.items(), key=_falling))
            names[i] = ranked[0] if named(ranked) else (None, 0.0)
    sure_of = rounded([min(p, CALIBRATION.most) for _, p in names], CALIBRATION.decimals)
    return list(zip([code for code, _ in names], sure_of, strict=True))


def _is_long(text: str) -> bool:
    size, least = len(text), NAMING.long_bytes
    if size >= least or 4 * size < least or text.isascii():  # a character has 1 to 4 bytes
        return size >= least
    return len(text.encode("utf-8", "replace")) >= least


def _groups(
    texts: Sequence[str], same: Sequence[LineLanguage], alone: Mapping[int, Distribution]
) -> dict[str | None, Distribution]:
    """What the lines that are in one language are in, as their long lines tell, or all together.

    ``alone`` are the languages of long lines, by their indices.
    """
    letters: dict[str | None, float] = defaultdict(float)
    found: dict[str | None, dict[str, float]] = {}
    for i, own in alone.items():
        group, chars = same[i][0], len(texts[i])
        letters[group] += chars
        for code, p in own:
            of_group = found.setdefault(group, {})
            of_group[code] = of_group.get(code, 0.0) + p * chars
    groups: dict[str | None, Distribution] = {
        group: tuple((code, p / letters[group]) for code, p in sorted(of.items(), key=_falling))
        for group, of in found.items()
    }
    groups[None] = ()
    short: dict[str | None, list[str]] = defaultdict(list)
    for i, (group, _) in enumerate(same):
        if group not in groups and i not in alone:
            short[group].append(texts[i])
    for group, lines in short.items():
        groups[group] = identify("\n".join(lines)[: NAMING.line_chars])
    return groups
