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
from boilerplate.kernels.plain_language import TRIGRAMS, HanLanguage, han_languages
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
    ``penalties`` (65536, 64) those of ``kernels.language_odds``. Made by ``python -m
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
    table = trigram_table()
    letters, script, odds = kernels.language_odds(
        text, scripts, _ONE_LANGUAGE, table.scripts, table.penalties
    )
    languages, script_of, alone, known = _by_script(text, script)
    used = np.flatnonzero(odds.max(0, initial=0.0))
    if not len(used):
        used = np.arange(1)  # a page has a language to have a probability of
    languages = tuple(table.languages[i] for i in used.tolist()) + languages
    script_of = np.concatenate([table.scripts[used], script_of])
    alone = np.concatenate([odds.take(used, 1), alone], 1)
    known |= table.is_script[script] & (letters >= TRIGRAMS.min_letters)
    share, main = kernels.language_shares(alone, known, script, letters, script_of, _ONE_LANGUAGE)
    alone[~known] = np.nan
    return LineLanguages(languages, share, alone, letters, main)


def _by_script(
    text: PageText, script: Ints
) -> tuple[tuple[str, ...], NDArray[np.uint8], Floats, Bools]:
    """What the scripts and character sets of lines say, of the languages that are on the page.

    Those languages, the script of each, (l,), the probability of each in each line, (n, l), and of
    which lines that is known, (n,).
    """
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
