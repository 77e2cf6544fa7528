"""The language detector: the only importer of langdetect.

langdetect's answers are random unless its factory has a seed, and its module-level factory is
global state, so a private factory is seeded here. langdetect-rs gives the same results 48 times as
fast; where it is not installed, langdetect itself is used.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from boilerplate.kernels.plain_language import PROFILES, Detection, HanLanguage, trigram_buckets
from boilerplate.language.names import ONE_LANGUAGE
from boilerplate.unicode import SCRIPTS, code_points

Distribution = tuple[tuple[str, float], ...]  # languages with probabilities, the likeliest first


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """How the detector is called and when it is believed."""

    seed: int = 0
    trials: int = 2  # whose mean it gives: where they differ, it is not sure
    line_chars: int = 100  # of a line: more do not change the result
    max_chars: int = 500  # of lines that are detected together
    sure: float = 0.99  # probability from which lines start a trigram profile
    common_trigrams: int = 1500  # of a language: nine in ten of the trigrams in its texts


DETECTOR: Final = DetectorParams()

# The detections that need no detector, by their numbers: scripts, then the languages in Han.
_BY_SCRIPT: Final[dict[int, str]] = {
    **{int(script): language for script, language in ONE_LANGUAGE.items()},
    HanLanguage.SIMPLIFIED: "zh-cn",
    HanLanguage.TRADITIONAL: "zh-tw",
    HanLanguage.JAPANESE: "ja",
}
_SCRIPT_DISTRIBUTIONS: Final[tuple[Distribution, ...]] = tuple(
    ((_BY_SCRIPT[number], 1.0),) if number in _BY_SCRIPT else ()
    for number in range(SCRIPTS + len(HanLanguage))
)


class PageDetector:
    """Detects lines of a page, for ``kernels.assign_languages``.

    ``distributions`` are the detections of the page by their numbers.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.distributions = [*_SCRIPT_DISTRIBUTIONS]
        self._numbers: dict[Distribution, int] = {}

    def __call__(self, lines: Sequence[int]) -> Detection:
        """The detection of lines together."""
        joined = "\n".join([self.texts[i][: DETECTOR.line_chars] for i in lines])
        # The detector skips words in capitals, and some notices are written in them.
        found = detect(joined[: DETECTOR.max_chars].lower())
        if found is None:
            return Detection(-1, -1, b"")
        language, probability = found[0]
        if probability < DETECTOR.sure:
            return Detection(self._number(found), -1, b"")
        similar = self._number(((language, 1.0),))
        return Detection(self._number(found), similar, common_trigrams(language))

    def _number(self, found: Distribution) -> int:
        if found not in self._numbers:
            self._numbers[found] = len(self.distributions)
            self.distributions.append(found)
        return self._numbers[found]


@cache
def common_trigrams(language: str) -> bytes:
    """2 at the buckets of a language's most common trigrams, else 0; (2**16,).

    From the counts in langdetect's profiles; empty where it has none.
    """
    package = find_spec("langdetect")  # importing it would take longer than all the rest
    folders = package.submodule_search_locations if package else None
    if not folders or not (file := Path(folders[0], "profiles", language)).is_file():
        return b""
    counts: Counter[str] = Counter()
    for ngram, count in json.loads(file.read_text("utf-8"))["freq"].items():
        counts[ngram.casefold()] += count
    trigrams = sorted((-count, ngram) for ngram, count in counts.items() if len(ngram) == 3)
    common = "".join([ngram for _, ngram in trigrams[: DETECTOR.common_trigrams]])
    points = code_points(common.replace(" ", "\0")).astype(np.uint64)
    table = np.zeros(1 << PROFILES.bits, np.uint8)
    table[trigram_buckets(*points.reshape(-1, 3).T)] = 2
    return table.tobytes()


@lru_cache(maxsize=1 << 14)
def detect(text: str) -> Distribution | None:
    """The languages of a text in lower case by langdetect; None where it finds none.

    Cached, for menus and notices repeat on a page and on the pages of a site.
    """
    return _detector()(text.encode("utf-8", "replace").decode("utf-8"))


@cache
def _detector() -> Callable[[str], Distribution | None]:
    factory, _ = detector_factory()
    return _fast_detector(factory) or _slow_detector(factory)


def _slow_detector(factory: Any) -> Callable[[str], Distribution | None]:
    """Detects through langdetect's public interface."""
    _, error = detector_factory()

    def detector(text: str) -> Distribution | None:
        each = factory.create()
        each.n_trial = DETECTOR.trials
        each.append(text)
        try:
            found = each.get_probabilities()
        except error:
            return None
        return tuple((language.lang, language.prob) for language in found) or None

    return detector


def _fast_detector(factory: Any) -> Callable[[str], Distribution | None] | None:
    """Detects through the core of langdetect-rs; None if that is not as it is known here.

    Its Detector objects cut each text into n-grams twice and are made anew for each text, which
    takes a third of the time.
    """
    try:
        from langdetect_rs import Detector
        from langdetect_rs._core import clean, prepare
        from langdetect_rs._seed import seed_state

        detect_block, languages = factory._core.detect_block, factory.langlist
        state = seed_state(DETECTOR.seed)
        alpha, minimum = Detector.ALPHA_DEFAULT, Detector.PROB_THRESHOLD
        detect_block("", alpha, 1, None, state)
    except (ImportError, AttributeError, TypeError):
        return None

    def detector(text: str) -> Distribution | None:
        prepared = prepare(text, len(text))
        cleaned = clean(prepared)
        probabilities, error = detect_block(
            prepared if cleaned is None else cleaned, alpha, DETECTOR.trials, None, state
        )
        if error is not None:
            return None
        found = [
            (language, probability)
            for language, probability in zip(languages, probabilities, strict=True)
            if probability > minimum
        ]
        return tuple(sorted(found, key=itemgetter(1), reverse=True)) or None

    return detector


@cache
def detector_factory() -> tuple[Any, type[Exception]]:
    """A seeded detector factory with its profiles loaded, and the error it raises."""
    try:
        from langdetect_rs import PROFILES_DIRECTORY, DetectorFactory, LangDetectException
    except ImportError:
        from langdetect import PROFILES_DIRECTORY, DetectorFactory, LangDetectException
    factory = DetectorFactory()
    factory.seed = DETECTOR.seed
    factory.load_profile(PROFILES_DIRECTORY)
    return factory, LangDetectException
