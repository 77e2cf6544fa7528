"""langdetect, which names languages where there is no CLD2: its only importer.

langdetect's answers are random unless its factory has a seed, and its module-level factory is
global state, so a private factory is seeded here. langdetect-rs gives the same results 48 times as
fast; where it is not installed, langdetect itself is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

Distribution = tuple[tuple[str, float], ...]  # languages with probabilities, the likeliest first


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """How the detector is called."""

    seed: int = 0
    trials: int = 2  # whose mean it gives: where they differ, it is not sure


DETECTOR: Final = DetectorParams()


@lru_cache(maxsize=1 << 14)
def detect(text: str) -> Distribution | None:
    """The languages of a text in lower case by langdetect; None where it finds none.

    Cached, for menus and notices repeat on a page and on the pages of a site.
    """
    factory, error = detector_factory()
    detector = factory.create()
    detector.n_trial = DETECTOR.trials
    detector.append(text.encode("utf-8", "replace").decode("utf-8"))
    try:
        found = detector.get_probabilities()
    except error:
        return None
    return tuple((language.lang, language.prob) for language in found) or None


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
