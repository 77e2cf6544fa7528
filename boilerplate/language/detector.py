"""The language detector: the only importer of langdetect."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from boilerplate.kernels.plain_language import (
    _HAN_LANGUAGES,
    _ONE_LANGUAGE,
    GRAM_BITS,
    HEARD_CHARS,
    SURE_LETTERS,
    _hashed,
)
from boilerplate.unicode import SCRIPTS, code_points

Heard = tuple[tuple[str, float], ...]  # languages with their probabilities, likeliest first

SEED: Final = 0
TRIALS: Final = 2  # of the detector, whose mean it answers: if they differ, it is not sure

MOST_HEARD_CHARS: Final = 500  # of lines that are heard together

SURE_HEARD: Final = 0.99

USUAL_GRAMS: Final = 1500  # of a language, its most frequent: nine in ten of those in its texts

# The answers that need no detector: those of scripts, by their numbers, then those of Han.
_TOLD_BY_SCRIPT: Final[tuple[Heard, ...]] = (
    *(((_ONE_LANGUAGE[s], 1.0),) if s in _ONE_LANGUAGE else () for s in range(SCRIPTS)),
    *(((code, 1.0),) for code in _HAN_LANGUAGES),
)


class Ear:
    """What the detector says of a page's lines, a number for each of its answers, in ``found``.

    The first answers are those that a script gives.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.found: list[Heard] = [*_TOLD_BY_SCRIPT]
        self.numbers: dict[Heard, int] = {}

    def number(self, answer: Heard) -> int:
        """The number of an answer, a new one where it is."""
        if answer not in self.numbers:
            self.numbers[answer] = len(self.found)
            self.found.append(answer)
        return self.numbers[answer]

    def ask(self, lines: Sequence[int]) -> tuple[int, int, bytes]:
        """The answers for these lines, and for others that sound alike; -1 for none.

        With the second, which threes of characters are usual in its language.
        """
        joined = "\n".join([self.texts[i][:HEARD_CHARS] for i in lines])[:MOST_HEARD_CHARS]
        # Runs of capitals are skipped by the detector, and a shouted notice is one.
        found = _probabilities(joined.lower())
        if found is None:
            return -1, -1, b""
        code, probability = found[0]
        if probability < SURE_HEARD:
            return self.number(found), -1, b""
        usual = _usual(code) if len(joined) >= SURE_LETTERS else b""  # fewer vouch for none
        return self.number(found), self.number(((code, 1.0),)), usual


@cache
def _usual(code: str) -> bytes:
    """2 at the places of the threes of characters that are usual in a language, else 0; (2**16,).

    As langdetect counted them for its profiles; nothing where it has none.
    """
    package = find_spec("langdetect")  # importing it would take longer than all the rest
    places = package.submodule_search_locations if package else None
    if not places or not (file := Path(places[0], "profiles", code)).is_file():
        return b""
    times: Counter[str] = Counter()
    for gram, count in json.loads(file.read_text("utf-8"))["freq"].items():
        times[gram.casefold()] += count
    threes = sorted((-count, gram) for gram, count in times.items() if len(gram) == 3)
    usual = "".join([gram for _, gram in threes[:USUAL_GRAMS]]).replace(" ", "\0")
    table = np.zeros(1 << GRAM_BITS, np.uint8)
    table[_hashed(*code_points(usual).astype(np.uint64).reshape(-1, 3).T)] = 2
    return table.tobytes()


@lru_cache(maxsize=1 << 14)
def _probabilities(lowered: str) -> Heard | None:
    """What langdetect says of a text in lower case, likeliest first; None where it can't tell.

    Chrome repeats, on a page and on a site's pages, and is heard once.
    """
    return _detector()(lowered.encode("utf-8", "replace").decode("utf-8"))


Hearing = Callable[[str], Heard | None]


@cache
def _detector() -> Hearing:
    """What answers for a text, the fastest there is."""
    factory, _ = _factory()
    return _quick_detector(factory) or _slow_detector(factory)


def _slow_detector(factory: Any) -> Hearing:
    """The answers as langdetect's interface has them."""
    _, error = _factory()

    def detector(text: str) -> Heard | None:
        asked = factory.create()
        asked.n_trial = TRIALS
        asked.append(text)
        try:
            found = asked.get_probabilities()
        except error:
            return None
        return tuple((each.lang, each.prob) for each in found) or None

    return detector


def _quick_detector(factory: Any) -> Hearing | None:
    """The same from the core of langdetect-rs, or None where it is not as it is known here.

    Its Detector cuts each text into n-grams twice, first only to see whether there are any, and
    is itself made anew for each: together a third of the time.
    """
    try:
        from langdetect_rs import Detector
        from langdetect_rs._core import clean, prepare
        from langdetect_rs._seed import seed_state

        detect_block, languages = factory._core.detect_block, factory.langlist
        state = seed_state(SEED)
        alpha, least = Detector.ALPHA_DEFAULT, Detector.PROB_THRESHOLD
        detect_block("", alpha, 1, None, state)
    except (ImportError, AttributeError, TypeError):
        return None

    def detector(text: str) -> Heard | None:
        prepared = prepare(text, len(text))
        cleaned = clean(prepared)
        shares, error = detect_block(
            prepared if cleaned is None else cleaned, alpha, TRIALS, None, state
        )
        if error is not None:
            return None
        found = [(code, each) for code, each in zip(languages, shares, strict=True) if each > least]
        return tuple(sorted(found, key=itemgetter(1), reverse=True)) or None

    return detector


@cache
def _factory() -> tuple[Any, type[Exception]]:
    """A seeded detector factory with its profiles loaded, and the error it raises."""
    try:
        from langdetect_rs import PROFILES_DIRECTORY, DetectorFactory, LangDetectException
    except ImportError:
        from langdetect import PROFILES_DIRECTORY, DetectorFactory, LangDetectException
    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_profile(PROFILES_DIRECTORY)
    return factory, LangDetectException
