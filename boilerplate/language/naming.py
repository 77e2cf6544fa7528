"""Which languages a page and its lines are in, as a user is told.

The features of lines need to know whether two lines are in one language, and get that from
``lines``. Here that language gets its name, from a detector that knows more languages and says when
it knows none: for long lines each by itself, for short ones by the long lines that are in the same
language as they.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from boilerplate.language.detector import Distribution
from boilerplate.language.identify import CALIBRATION, identify, named
from boilerplate.language.names import LANGUAGES
from boilerplate.numeric import Floats
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
    alone = [identify_line(text[: NAMING.line_chars]) if _is_long(text) else None for text in texts]
    groups = _groups(texts, same, alone)
    short: dict[LineLanguage, LineLanguage] = {}  # of short lines, of which many are alike
    names: list[LineLanguage] = []
    for language, own in zip(same, alone, strict=True):
        group, alike = language
        if own:
            found = dict(own)
            rest = (1.0 - sum(found.values())) * alike * NAMING.like
            for code, p in groups.get(group, ()):
                found[code] = found.get(code, 0.0) + rest * p
            names.append(_likeliest(tuple(sorted(found.items(), key=_falling))))
            continue
        if language not in short:
            shares = [(code, alike * p) for code, p in groups.get(group, ())]
            short[language] = _likeliest(tuple(shares))
        names.append(short[language])
    return names


def _likeliest(ranked: Distribution) -> LineLanguage:
    """The first of some languages with its probability, or None where none is likely."""
    name = named(ranked)
    sure = min(ranked[0][1], CALIBRATION.most) if name else 0.0
    return name, round(sure, CALIBRATION.decimals)


def _is_long(text: str) -> bool:
    most, least = 4 * len(text), NAMING.long_bytes  # bytes
    return most >= least and len(text.encode("utf-8", "replace")) >= least


def _groups(
    texts: Sequence[str], same: Sequence[LineLanguage], alone: Sequence[Distribution | None]
) -> dict[str | None, Distribution]:
    """What the lines that are in one language are in, as their long lines tell, or all together."""
    letters: dict[str, float] = defaultdict(float)
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    short: dict[str, list[str]] = defaultdict(list)
    for text, (group, _), own in zip(texts, same, alone, strict=True):
        if group is None:
            continue
        if own is None:
            short[group].append(text)
            continue
        letters[group] += len(text)
        for code, p in own:
            found[group][code] += p * len(text)
    groups: dict[str | None, Distribution] = {
        group: tuple((code, p / letters[group]) for code, p in sorted(of.items(), key=_falling))
        for group, of in found.items()
    }
    for group in short.keys() - groups.keys():
        groups[group] = identify("\n".join(short[group])[: NAMING.line_chars])
    return groups
