"""Why a line was kept or dropped, in words: the evidence that weighed most.

The model's log-odds are a sum along the paths of its trees, so what each feature group added to
it is known (A. Saabas's attribution for tree ensembles). For the groups that added most, a reason
has a phrase that is true of the line and can be checked on the page (``phrases``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.explain.details import PLURALS, Surroundings, told_by
from boilerplate.explain.phrases import (
    HAS_BLANK,
    NEEDED,
    NO_PHRASE,
    OUTSIDE,
    TABLES,
    PhraseTable,
    label_features,
    phrase_features,
    true_phrases,
)
from boilerplate.explain.words import telling_words
from boilerplate.features.table import GROUPS
from boilerplate.language.names import language_name, same_language
from boilerplate.model.stack import Evidence, Scores
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Label, Page, texts_of
from boilerplate.predictions import Prediction
from boilerplate.roles import ROLES


@dataclass(frozen=True, slots=True)
class ReasonLimits:
    """How much a reason says, and of which lines."""

    max_phrases: int = 3
    # Characters. With the role before it, a reason stays below 120.
    max_length: int = 102
    short_line: int = 25  # characters: a dropped line with fewer is called short
    # From this probability on, a line's language is sure enough to be named.
    min_language_probability: float = 0.8
    # A role that is less likely than this is a guess, which no reason names.
    min_role_probability: float = 0.1
    # From this probability of content on, a dropped line is not said to be outside of the article.
    may_be_content: float = 0.2
    lines_at_once: int = 8192  # these take some 10 MB of arrays; a page may have 200,000 lines


LIMITS: Final = ReasonLimits()
NO_SIGN: Final = "no single strong sign"
_LANGUAGE, _WORDING, _PAGE_TYPE = map(GROUPS.index, ("language", "wording", "page type"))
ROLE_WORDS: Final = {  # what each role is called in a reason; "body" and "other" are not named
    "headline": "headline", "standfirst": "standfirst", "subheading": "subheading",
    "list": "list", "table": "table", "quote": "quotation", "code": "code", "caption": "caption",
    "note": "note", "byline": "byline", "date": "date", "tags": "tags",
    "navigation": "navigation", "legal": "legal notice", "cookie": "cookie notice",
    "newsletter": "newsletter box", "share": "share buttons", "comments": "comments",
    "login": "login form", "related": "related links", "shop": "shop", "about": "about the site",
}  # fmt: skip
_ROLE_INDEX: Final[Mapping[str | None, int]] = {role: i for i, role in enumerate(ROLES)}


def reasons(
    page: Page,
    scores: Scores,
    evidence: Evidence,
    content: NDArray[np.bool_],
    language: str | None = None,
    roles: Ints | None = None,
) -> list[str]:
    """A reason for each line, the strongest feature group first; no line is blank.

    ``content`` are kept lines, (n,); ``language`` is the page's; ``roles`` (n,) are the lines', as
    indices into ROLES, None where they are unknown. A dropped line in another
    language is said to be in that language if this counted against it. One that may well be content
    is not said to be above or below the article.
    """
    of_labels = label_features(content)
    of_labels[scores.probability >= LIMITS.may_be_content, :OUTSIDE] = np.nan
    around = Surroundings(page, content, evidence.weights)
    if roles is not None:
        roles = _sure_roles(scores.log_roles, roles)
    texts = texts_of(page.lines)
    found: list[str] = []
    for first in range(0, len(content), LIMITS.lines_at_once):
        part = slice(first, first + LIMITS.lines_at_once)
        found += _reasons(
            _Lines(
                around,
                first,
                texts[part],
                content[part],
                evidence.groups[part],
                phrase_features(evidence.features[part], of_labels[part]),
                scores.languages[part],
                scores.site_reasons[part],
                None if roles is None else roles[part],
                scores.log_roles[part],
                language,
            )
        )
    return found


def _sure_roles(log_roles: Floats, roles: Ints) -> Ints:
    """The role of each line, (n,), as an index into ROLES: "other" where it would be a guess."""
    likely = log_roles[np.arange(len(roles)), roles]
    return np.where(likely >= math.log(LIMITS.min_role_probability), roles, ROLES.index("other"))


@dataclass(frozen=True)
class _Lines:
    """Some of a page's lines, and what their reasons are made of."""

    around: Surroundings
    first: int  # the number of the first of them on the page
    texts: Sequence[str]
    content: NDArray[np.bool_]  # which lines are kept, (n,)
    contributions: Floats  # of each feature group to the log-odds of content, (n, g)
    features: Floats  # what phrases are about, (n, f)
    languages: Sequence[tuple[str | None, float]]  # with their probabilities; empty if unknown
    site_reasons: Sequence[tuple[str, str]]  # for and against content; empty without site model
    roles: Ints | None  # what each line is, (n,), as an index into ROLES; None if unknown
    log_roles: Floats  # the logarithms of the roles' probabilities, (n, 24); (0, 24) if unknown
    page_language: str | None

    def foreign(self) -> NDArray[np.bool_]:
        """Which lines are surely in another language than the page, (n,)."""
        foreign = np.zeros(len(self.texts), bool)
        codes = {code for code, _ in self.languages}
        if others := {code for code in codes if is_foreign(code, self.page_language)}:
            least = LIMITS.min_language_probability
            foreign[:] = [code in others and sure >= least for code, sure in self.languages]
        return foreign


def _reasons(some: _Lines) -> list[str]:
    """A reason for each of some lines."""
    content = some.content
    groups = kernels.strongest_groups(some.contributions, content)
    phrases = np.take_along_axis(true_phrases(some.features, content), groups, 1)
    foreign = some.foreign()
    # A line in another language has the name of its language as a phrase, and no other.
    phrases[foreign[:, None] & (groups == _LANGUAGE)] = NO_PHRASE
    in_language = foreign & ~content & (some.contributions[:, _LANGUAGE] < 0)
    short = np.array([len(text) < LIMITS.short_line for text in some.texts]) & ~content

    # Blanks are filled where there is room: behind fewer phrases than are said. A phrase about the
    # type of the page comes behind all others.
    of_page = groups == _PAGE_TYPE
    before = np.cumsum((phrases != NO_PHRASE) & ~of_page, 1)
    room = (before <= LIMITS.max_phrases) & ~(of_page & (before[:, -1:] >= LIMITS.max_phrases))
    blanks = HAS_BLANK[content[:, None].astype(int), phrases] & room
    own_words = in_language | blanks.any(1)
    if some.site_reasons:
        own_words |= [any(words) for words in some.site_reasons]
    told = _words_that_tell(some, (blanks & (groups == _WORDING)).any(1) & ~content)
    columns = zip(
        phrases.tolist(), *(each.tolist() for each in (content, own_words, short, in_language)),
        strict=True,
    )  # fmt: skip
    found = []
    for row, (numbers, kept, own, is_short, has_language) in enumerate(columns):
        reason = "short" if is_short else ""
        if has_language:
            language = language_phrase(str(some.languages[row][0]), str(some.page_language))
            reason = f"{reason}, {language}" if reason else language
        if some.site_reasons and (site := some.site_reasons[row][not kept]):
            reason = f"{site}, {reason}" if reason else site
        slots = [_SLOTS[kept][number] for number in numbers if number != NO_PHRASE]
        filled = _filled(some, row, slots, own, told.get(row, ""))
        found.append(_reason(reason, int(has_language), filled))
    return found


def _words_that_tell(some: _Lines, which: NDArray[np.bool_]) -> dict[int, str]:
    """The words that told against some dropped lines, by the line's number; ``which`` is (n,)."""
    weights, rows = some.around.weights, np.flatnonzero(which)
    if weights is None or not len(rows) or not len(some.log_roles):
        return {}
    texts = [some.texts[row] for row in rows.tolist()]
    found = telling_words(texts, some.log_roles[rows], weights)
    return {row: told_by(each) for row, each in zip(rows.tolist(), found, strict=True) if each}


@dataclass(frozen=True, slots=True)
class _Slot:
    """A phrase: its words, with numbers for its ``blanks``, and the feature it is about.

    Without a value in one of the first ``needed`` blanks it is left out.
    """

    words: str
    blanks: tuple[str, ...]
    needed: int
    feature: int
    of_role: bool


def _slot(table: PhraseTable, number: int) -> _Slot:
    blanks = table.blanks.get(number, ())
    places = {name: f"{{{place}}}" for place, name in enumerate(blanks)}
    words = table.phrases[number].words.format_map(places)
    needed = sum(name in NEEDED for name in blanks)
    return _Slot(words, blanks, needed, int(table.features[number]), "roles" in blanks)


_TOLD: Final = ("words",)  # the blanks of a phrase that names the words that told
# Of dropped and of kept lines.
_SLOTS: Final = [[_slot(table, i) for i in range(len(table.phrases))] for table in TABLES]


def _value(some: _Lines, row: int, blank: str, feature: int) -> str:
    """What stands in a blank of a phrase of a line, "" for nothing."""
    if blank == "n":
        return f"{some.features.item(row, feature):.0f}"
    if blank == "percent":
        return f"{some.features.item(row, feature):.0%}"
    if blank == "roles":
        return "" if some.roles is None else PLURALS.get(ROLES[some.roles[row]], "")
    text: str = getattr(some.around, blank)(some.first + row)
    return text


def _reason(reason: str, count: int, phrases: Iterable[str]) -> str:
    """The beginning of a line's reason, with ``count`` phrases, and those phrases that fit."""
    for phrase in phrases:
        if not reason:
            reason, count = phrase, count + 1
        elif phrase not in reason and len(reason) + len(phrase) + 2 <= LIMITS.max_length:
            reason, count = f"{reason}, {phrase}", count + 1
        if count == LIMITS.max_phrases:
            break
    return reason or NO_SIGN


def _filled(some: _Lines, row: int, slots: Sequence[_Slot], own: bool, words: str) -> Iterator[str]:
    """The phrases of a line with values in their blanks, without those that lack a needed one.

    What holds for all lines of a role on a page comes behind what is the line's ``own``; False
    leaves all phrases with blanks out. "Worded like site chrome" says little without a word, so it
    comes where nothing else does. ``words`` are those that told against the line.
    """
    of_role = saying_little = ""
    said = False
    for slot in slots:
        if not slot.blanks:
            said = True
            yield slot.words
        elif not own:
            continue
        elif slot.blanks == _TOLD:
            if words:
                said = True
                yield slot.words.format(words)
            else:
                saying_little = slot.words.format("")
        else:
            values = [_value(some, row, blank, slot.feature) for blank in slot.blanks]
            if not all(values[: slot.needed]):
                continue
            filled = slot.words.format(*values)
            if slot.of_role:
                of_role = filled
            else:
                said = True
                yield filled
    if of_role:
        yield of_role
    elif saying_little and not said:
        yield saying_little


def is_foreign(language: str | None, page_language: str | None) -> bool:
    """Whether the languages of a line and of its page are known, and differ."""
    return bool(language and page_language) and not same_language(language, page_language)


def count_foreign(predictions: Iterable[Prediction], page_language: str | None) -> int:
    """How many lines were dropped that are, surely enough, in another language than the page."""
    return sum(
        each.label is Label.BOILERPLATE
        and each.language_confidence >= LIMITS.min_language_probability
        and is_foreign(each.language, page_language)
        for each in predictions
    )


def language_phrase(language: str, page_language: str) -> str:
    """The phrase for a line in another language than its page.

    >>> language_phrase("tr", "en"), language_phrase("en", "uk")
    ('Turkish line on an English page', 'English line on a Ukrainian page')
    """
    name = language_name(page_language)
    article = "an" if name[0] in "AEIOU" and not name.startswith("Uk") else "a"
    return f"{language_name(language)} line on {article} {name} page"


def naming(roles: Sequence[str | None], log_roles: Floats, why: Sequence[str]) -> list[str]:
    """Reasons with the lines' roles before them, where a role has a name and is no mere guess.

    ``log_roles`` (n, 24) are the logarithms of the roles' probabilities.

    >>> likely = np.log(np.full((2, len(ROLES)), [[0.9], [0.04]]))
    >>> naming(["cookie", "cookie"], likely, ["short", "as this site was labelled"])
    ['cookie notice: short', 'as this site was labelled']
    """
    least = math.log(LIMITS.min_role_probability)
    indices = [_ROLE_INDEX.get(role, 0) for role in roles]
    likely = log_roles[np.arange(len(indices)), indices] >= least
    return [
        f"{ROLE_WORDS[role]}: {reason}" if is_likely and role in ROLE_WORDS else reason
        for role, reason, is_likely in zip(roles, why, likely.tolist(), strict=True)
    ]
