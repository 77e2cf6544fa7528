"""Which language a page and each of its lines speak. The only importer of langdetect.

langdetect is random unless its factory has a seed, and its module-level factory is global
state, so a private factory is seeded here. langdetect-rs gives the same results many times as
fast; where it is not installed, langdetect itself answers.

A line of few letters tells a detector nothing, whatever it answers. So a line's language is
weighed: how much it sounds like longer lines of a language; what the detector hears, the more
the longer the line; the script, of which many have one language only; the lines around it; and
the rest of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_language import (
    _ARABIC,
    _CYRILLIC,
    _DEVANAGARI,
    _HAN,
    _LATIN,
    _ONE_LANGUAGE,
    _ONE_LANGUAGE_SCRIPTS,
    LONG_LINE,
    Folded,
    _doubts,
    _line_scripts,
    _Listener,
    _shares,
    han_table,
)
from boilerplate.kernels.plain_text import char_counts
from boilerplate.language.detector import Ear, Heard
from boilerplate.numeric import Floats, Ints
from boilerplate.unicode import SCRIPTS, char_table, code_points

SURE: Final = 0.5  # probability of content from which a line may speak for the page

_SCRIPT_OF: Final = {
    **{language: script for script, language in _ONE_LANGUAGE.items()},
    **dict.fromkeys(("bg", "mk", "ru", "uk"), _CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), _DEVANAGARI),
    **dict.fromkeys(("ja", "zh-cn", "zh-tw"), _HAN),
}

LEAST_LETTERS: Final = 20  # below it the detector is not asked: it would guess
LEAST_OTHER_LETTERS: Final = 3  # in another script than the page's there is less to confuse


@dataclass(frozen=True, slots=True)
class Speech:
    """What languages the n lines of a page speak, in codes of ISO 639-1 (Chinese zh-cn, zh-tw).

    ``share`` (n, l) is each line's probability of each of ``languages``, a row of nan where a
    line has no letters or a script that nothing is known of; ``heard`` (n, l) what detector or
    script say of the line alone, nan where it was too short to ask; ``letters`` (n,). ``main``
    is the place in ``languages`` of the language in which the page's longest lines are, or -1.
    """

    languages: tuple[str, ...]
    share: Floats
    heard: Floats
    letters: Floats
    main: int

    @property
    def language(self) -> str | None:
        """The language of the page's longest lines."""
        return self.languages[self.main] if self.main >= 0 else None

    def of_lines(self) -> list[tuple[str | None, float]]:
        """Each line's likeliest language with its probability, or None and 0."""
        if not self.languages:
            return [(None, 0.0)] * len(self.letters)
        if native := acceleration.native:
            return native.likeliest_languages(self.share, self.languages)
        known = ~np.isnan(self.share[:, 0])
        best = np.where(known, np.nan_to_num(self.share).argmax(1), 0)
        sure = np.where(known, self.share[np.arange(len(best)), best], 0.0)
        return [
            (self.languages[b], s) if k else (None, 0.0)
            for b, s, k in zip(best.tolist(), sure.tolist(), known.tolist(), strict=True)
        ]


def speech(
    texts: Sequence[str], scripts: Floats | None = None, folded: Folded | None = None
) -> Speech:
    """What languages the lines of a page speak; none of them may hold a newline.

    ``scripts`` are the letters of each script in each line, (n, 29), as ``char_counts`` has
    them, and ``folded`` the lines in folded case, where they are known already.
    """
    scripts = char_counts(texts)[1] if scripts is None else scripts
    letters, script, answers, found = _answers(texts, scripts, folded or _folded(texts))
    languages = tuple(sorted({code for each in found for code, _ in each}))
    n, k = len(texts), len(languages)
    place = {code: i for i, code in enumerate(languages)}
    said = np.zeros((len(found), k))
    for i, each in enumerate(found):
        for code, probability in each:
            said[i, place[code]] = probability
    home = np.array([_SCRIPT_OF.get(code, _LATIN) for code in languages], np.uint8)
    share, heard = np.empty((2, n, k))
    given = answers, script, letters, said, home
    if not k:
        main = -1
    elif native := acceleration.native:
        flags, doubts = _ONE_LANGUAGE_SCRIPTS, _doubts()
        main = native.speech_shares(*given, flags, doubts, share, heard)
    else:
        share, heard, main = _shares(*given)
    return Speech(languages, share, heard, letters, main)


def _folded(texts: Sequence[str]) -> Folded:
    points = code_points("\n".join(["", *texts, ""]).casefold())
    breaks = np.flatnonzero(points == ord("\n"))
    return points, breaks[:-1] + 1, np.diff(breaks) - 1


def _answers(
    texts: Sequence[str], scripts: Floats, folded: Folded
) -> tuple[Floats, Ints, Ints, list[Heard]]:
    """Each line's letters, script and answer, (n,), and what the answers say; -1 is none.

    A script of one language answers for its lines, the characters for those in Han. Of other
    lines the longest are asked first. What is sure of its language is remembered by its threes
    of characters, and a line in which few of them are new is like what was heard: as many as
    Good (1953) and Turing expect, from how many were heard once only, and some more. Other short
    lines are asked together with those near them. If no line of the page's script is long
    enough, all are heard together.
    """
    n, ear = len(texts), Ear(texts)
    if native := acceleration.native:
        letters, (script, answers) = np.empty(n), np.empty((2, n), np.int64)
        tables = char_table(), han_table(), _ONE_LANGUAGE_SCRIPTS
        native.hear_lines(*folded, *tables, scripts, letters, script, answers, ear.ask)
        return letters, script, answers, ear.found
    letters = scripts.sum(1)
    script = _line_scripts(scripts, letters)
    weight = np.bincount(script, letters, minlength=SCRIPTS)
    weight[0] = 0.0
    main = int(weight.argmax())
    listener = _Listener(ear, letters, script, folded)
    by_script = _ONE_LANGUAGE_SCRIPTS[script]
    listener.answers[by_script] = script[by_script]
    for i in np.flatnonzero((letters > 0) & (script == _HAN)).tolist():
        listener.answers[i] = listener.han(i)
    least = np.where(script == main, LEAST_LETTERS, LEAST_OTHER_LETTERS)
    asked = (letters >= least) & (listener.answers < 0)
    of_page = np.flatnonzero((script == main) & (letters > 0))
    heard = asked[of_page] | (listener.answers[of_page] >= 0)
    if not heard.any() and weight[main] >= LEAST_OTHER_LETTERS:
        listener.ask(np.flatnonzero(script == main).tolist())
    listener.listen(np.flatnonzero(asked))
    return letters, script, listener.answers, ear.found


def page_language(
    languages: Sequence[tuple[str | None, float]], probability: Floats, chars: Floats
) -> str | None:
    """The ISO 639-1 code (``zh-cn`` and ``zh-tw`` for Chinese) of a page's article, or None.

    The lines most likely to be content speak for the page, long ones the loudest: their
    ``languages`` with their probabilities, ``probability`` of content (n,) and lengths (n,).
    All lines do where none is likely.
    """
    loud = np.minimum(chars, LONG_LINE) ** 2
    likely = probability >= SURE
    for chosen in (np.flatnonzero(likely), np.flatnonzero(~likely)):
        weight: dict[str, float] = {}
        for i, each in zip(chosen.tolist(), loud[chosen].tolist(), strict=True):
            code, sure = languages[i]
            if code is not None:
                weight[code] = weight.get(code, 0.0) + sure * each
        if weight:
            return max(weight, key=weight.__getitem__)
    return None
