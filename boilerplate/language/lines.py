"""Which lines of a page are in one language: what the features are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.kernels.arrays import PageText
from boilerplate.language.detector import PageDetector
from boilerplate.language.names import ONE_LANGUAGE, language_script
from boilerplate.numeric import Floats
from boilerplate.unicode import SCRIPTS

_ONE_LANGUAGE: Final = np.isin(np.arange(SCRIPTS), list(ONE_LANGUAGE))


@dataclass(frozen=True, slots=True)
class LineLanguages:
    """The languages of the n lines of a page.

    ``share`` (n, l) is each line's probability of each of ``languages``, nan for a line that has
    no letters or a script of none of them; ``detected`` (n, l) is the same by detector or script
    for the line alone, nan where it was too short to detect; ``letters`` (n,) are its letters.
    ``main`` is the place in ``languages`` of the language of the page's longest lines, or -1.
    """

    languages: tuple[str, ...]
    share: Floats
    detected: Floats
    letters: Floats
    main: int

    @property
    def main_language(self) -> str | None:
        """The language of the page's longest lines."""
        return self.languages[self.main] if self.main >= 0 else None

    def likeliest(self) -> list[tuple[str | None, float]]:
        """Each line's likeliest language with its probability, or None and 0."""
        return kernels.likeliest_languages(self.share, self.languages)


def line_languages(text: PageText, scripts: Floats | None = None) -> LineLanguages:
    """The languages of the lines of a page.

    ``scripts`` (n, 29) are the letters of each script in each line, where they are known already.
    """
    if scripts is None:
        scripts = kernels.char_counts(text.texts)[1]
    detector = PageDetector(text.texts)
    letters, script, detection = kernels.assign_languages(text, scripts, _ONE_LANGUAGE, detector)
    found = detector.distributions
    languages = tuple(sorted({language for each in found for language, _ in each}))
    place = {language: i for i, language in enumerate(languages)}
    distributions = np.zeros((len(found), len(languages)))
    for row, each in zip(distributions, found, strict=True):
        for language, probability in each:
            row[place[language]] = probability
    share, detected, main = kernels.language_shares(
        detection, script, letters, distributions, _scripts_of(languages), _ONE_LANGUAGE
    )
    return LineLanguages(languages, share, detected, letters, main)


@lru_cache(maxsize=256)
def _scripts_of(languages: tuple[str, ...]) -> NDArray[np.uint8]:
    """The script of each language, (l,)."""
    return np.array([language_script(language) for language in languages], np.uint8)
