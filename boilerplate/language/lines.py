"""Which lines of a page are in one language: what the features are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.plain_language import HanLanguage, han_languages, line_scripts
from boilerplate.language.names import ONE_LANGUAGE
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import SCRIPTS, Script

_ONE_LANGUAGE: Final = np.isin(np.arange(SCRIPTS), list(ONE_LANGUAGE))
_HAN_LANGUAGES: Final = {
    HanLanguage.SIMPLIFIED: "zh-cn",
    HanLanguage.TRADITIONAL: "zh-tw",
    HanLanguage.JAPANESE: "ja",
}


@dataclass(frozen=True, slots=True)
class AloneParams:
    """What a line by itself says about its language."""

    min_letters: float = 3.0  # of a line: with fewer, it says nothing
    # Penalties to log-odds. The trigrams of a line are not independent of each other, so that
    # their sum is surer than it should be.
    log_odds: float = 0.019
    least: float = 0.1  # a language that is less probable is not considered
    places: int = 4  # that probabilities are rounded to: the last bits depend on the machine


ALONE: Final = AloneParams()


@dataclass(frozen=True, slots=True)
class LineLanguages:
    """The languages of the n lines of a page.

    ``share`` (n, l) is each line's probability of each of ``languages``, nan for a line that has
    no letters or a script of none of them; ``alone`` (n, l) is the same for the line by itself,
    nan where it is too short; ``letters`` (n,) are its letters. ``main`` is the place in
    ``languages`` of the language of the page's longest lines, or -1.
    """

    languages: tuple[str, ...]
    share: Floats
    alone: Floats
    letters: Floats
    main: int

    @property
    def main_language(self) -> str | None:
        """The language of the page's longest lines."""
        return self.languages[self.main] if self.main >= 0 else None

    def likeliest(self) -> list[tuple[str | None, float]]:
        """Each line's likeliest language with its probability, or None and 0."""
        return kernels.likeliest_languages(self.share, self.languages)


@dataclass(frozen=True, eq=False)
class TrigramTable:
    """What is known of the languages that share a script with others.

    ``languages`` are their codes, ``scripts`` (64,) their scripts, 0 where there is no language,
    ``penalties`` (65536, 64) those of ``kernels.language_penalties``. Made by ``python -m
    training.language_table``.
    """

    languages: tuple[str, ...]
    scripts: NDArray[np.uint8]
    penalties: NDArray[np.uint8]

    @cached_property
    def is_script(self) -> Bools:
        """Which scripts the languages are written in, (29,)."""
        return np.isin(np.arange(SCRIPTS), self.scripts[: len(self.languages)])


@cache
def trigram_table() -> TrigramTable:
    """The table of the package."""
    with (files("boilerplate") / "data" / "trigrams.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        languages = tuple(arrays["languages"].tolist())
        return TrigramTable(languages, arrays["scripts"], arrays["penalties"])


def line_languages(text: PageText, scripts: Floats | None = None) -> LineLanguages:
    """The languages of the lines of a page.

    ``scripts`` (n, 29) are the letters of each script in each line, where they are known already.
    """
    if scripts is None:
        scripts = kernels.char_counts(text.texts)[1]
    letters: Floats = scripts.sum(1)
    script = line_scripts(scripts, letters, _ONE_LANGUAGE)
    by_trigrams = _by_trigrams(text, script, letters)
    by_script = _by_script(text, script)
    languages = by_trigrams[0] + by_script[0]
    script_of = np.concatenate([by_trigrams[1], by_script[1]])
    alone = np.concatenate([by_trigrams[2], by_script[2]], 1)
    known = by_trigrams[3] | by_script[3]
    share, main = kernels.language_shares(alone, known, script, letters, script_of, _ONE_LANGUAGE)
    alone = np.where(known[:, None], alone, np.nan)
    return LineLanguages(languages, share, alone, letters, main)


# Some languages, the script of each, (l,), the probability of each in each line by itself, (n, l),
# and of which lines that is known, (n,).
_Languages = tuple[tuple[str, ...], NDArray[np.uint8], Floats, Bools]


def _by_trigrams(text: PageText, script: Ints, letters: Floats) -> _Languages:
    """What the trigrams of lines say, of the languages that are probable in one of them."""
    table = trigram_table()
    k = len(table.languages)
    long = (letters >= ALONE.min_letters) & table.is_script[script]
    script_or_none = np.where(long, script, Script.NONE)
    odds = kernels.language_penalties(
        text, letters, script_or_none, table.scripts, table.penalties
    )[long, :k]
    odds -= odds.min(1, keepdims=True)
    odds *= -ALONE.log_odds
    np.exp(odds, out=odds)
    odds /= odds.sum(1, keepdims=True)
    used = np.flatnonzero(odds.max(0, initial=0.0) >= ALONE.least)
    if not len(used):
        used = np.arange(1)  # a page has a language to have a probability of
    odds = odds[:, used]
    odds[odds < ALONE.least] = 0.0
    alone = np.zeros((text.n, len(used)))
    alone[long] = odds.round(ALONE.places)
    return tuple(table.languages[i] for i in used.tolist()), table.scripts[used], alone, long


def _by_script(text: PageText, script: Ints) -> _Languages:
    """What the scripts and character sets of lines say, of the languages that are on the page."""
    present = np.flatnonzero(np.bincount(script, minlength=SCRIPTS) * _ONE_LANGUAGE).tolist()
    columns = [(ONE_LANGUAGE[Script(each)], each, script == each) for each in present]
    if len(lines := np.flatnonzero(script == Script.HAN)):
        found = np.full(text.n, -1)
        found[lines] = han_languages(text, lines)
        each_han = [(code, found == number) for number, code in _HAN_LANGUAGES.items()]
        columns += [(code, Script.HAN, are) for code, are in each_han if are.any()]
    if not columns:
        return (), np.zeros(0, np.uint8), np.zeros((text.n, 0)), np.zeros(text.n, bool)
    codes, scripts, are = zip(*columns, strict=True)
    alone = np.stack(are, 1).astype(float)
    return tuple(codes), np.array(scripts, np.uint8), alone, alone.sum(1) > 0
