"""The language of a text out of some 150, with a probability that can be believed, or none.

CLD2 (Sites 2013) scores the sequences of four letters and the words of a text. Its score grows with
how much the text is like the language; a text in a language that it does not know, in a language
written in letters of another, or in none, has a low one. How often it is right follows from that
score and the length of the text, see ``CalibrationParams``.

Where there is no CLD2, langdetect and its 55 languages take its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from boilerplate import kernels
from boilerplate.language.detector import Distribution
from boilerplate.language.lines import line_languages
from boilerplate.language.yat import shares_by_words


@dataclass(frozen=True, slots=True)
class CalibrationParams:
    """The log-odds that CLD2 is right: of its score, of the characters that it read, and none.

    Fitted by ``python -m benchmarks.language_texts --fit``.
    """

    log_score: float = 3.68
    log_chars: float = 0.74
    bias: float = -24.7
    decimals: int = 3
    most: float = 0.99  # of long texts on pages, as many are right
    # A language that is less likely is not named.
    least: float = 0.5
    # Of langdetect, which is as sure of a language that it does not know.
    langdetect: float = 0.8


CALIBRATION: Final = CalibrationParams()

# Codes of CLD2 that are not, or no longer, those of ISO 639.
_CODES: Final = {"iw": "he", "jw": "jv", "bh": "bho", "zh": "zh-Hans", "zh-cn": "zh-Hans",
                 "zh-tw": "zh-Hant"}  # fmt: skip
# Languages that CLD2 has learned from less text: how much lower the scores of their texts are than
# those of others, by the median. Each has few others in its script.
_LOW_SCORES: Final = {"am": 2.0, "ti": 2.7, "bn": 1.8, "sa": 1.8, "dz": 1.6, "bo": 1.5, "ne": 1.5,
                      "mr": 1.5, "ku": 2.0}  # fmt: skip
_NO_LANGUAGE: Final = frozenset({"un", "tlh", "zzp"})
# The scripts of languages that are written in several; "" where none is the usual one. A tag
# (BCP 47) has the script where it is not the usual one.
_USUAL_SCRIPT: Final = {
    "sr": "", "az": "Latn", "bs": "Latn", "ku": "Latn", "tk": "Latn", "uz": "Latn",
    "kk": "Cyrl", "ky": "Cyrl", "mn": "Cyrl", "tg": "Cyrl", "tt": "Cyrl", "ug": "Arab",
}  # fmt: skip
_SCRIPT_LETTERS: Final = {
    "Latn": re.compile("[A-Za-z\u00c0-\u024f]"),
    "Cyrl": re.compile("[\u0400-\u052f]"),
    "Arab": re.compile("[\u0600-\u06ff]"),
    "Mong": re.compile("[\u1800-\u18af]"),
}

# Languages that are easily taken for one another: for the one that CLD2 names, how often it is
# which. Counted on news in Serbian, Croatian, Norwegian, Danish and Indonesian, and on the
# declarations of human rights; ``python -m benchmarks.language_texts --fit`` prints the counts.
CLOSE: Final[Mapping[str, Mapping[str, float]]] = {
    "bs": {"bs": 0.36, "hr": 0.33, "sr-Latn": 0.31},
    "hr": {"hr": 0.78, "bs": 0.12, "sr-Latn": 0.10},
    "sr-Latn": {"sr-Latn": 0.75, "hr": 0.15, "bs": 0.10},
    "sr-Cyrl": {"sr-Cyrl": 0.93, "mk": 0.07},
    "mk": {"mk": 0.95, "sr-Cyrl": 0.05},
    "st": {"st": 0.9, "nso": 0.1},
    "tn": {"tn": 0.93, "nso": 0.07},
    "ceb": {"ceb": 0.9, "war": 0.1},
    "id": {"id": 0.88, "ms": 0.12},
    "ms": {"ms": 0.6, "id": 0.4},
    "da": {"da": 0.93, "no": 0.07},
    "no": {"no": 0.93, "da": 0.07},
    "nn": {"nn": 0.85, "no": 0.15},
    "cs": {"cs": 0.97, "sk": 0.03},
    "sk": {"sk": 0.97, "cs": 0.03},
    "gl": {"gl": 0.93, "pt": 0.05, "es": 0.02},
    "hi": {"hi": 0.95, "bho": 0.05},
    "rw": {"rw": 0.7, "rn": 0.3},
    "rn": {"rn": 0.7, "rw": 0.3},
    "zu": {"zu": 0.75, "nr": 0.15, "xh": 0.1},
    "xh": {"xh": 0.85, "zu": 0.15},
}


def identify(text: str) -> Distribution:
    """The languages that a text may be in, likeliest first, each with its probability.

    Tags are those of BCP 47: a code of ISO 639, with the script where the language is written in
    several (``sr-Latn``, ``zh-Hant``). What the probabilities lack to 1 is that the text is in none
    of them. Empty where nothing can be said.
    """
    return _by_cld2(text) if _cld2() else _by_langdetect(text)


def named(found: Distribution) -> str | None:
    """The likeliest language, or None where even it and its like are less likely than none."""
    return found[0][0] if found and sum(p for _, p in found) >= CALIBRATION.least else None


def cld2_answer(text: str) -> tuple[str, float, float] | None:
    """The tag of the language that CLD2 names; the logarithms of its score and of what it read.

    None where it names none, or is not installed.
    """
    if (cld2 := _cld2()) is None:
        return None
    detector, error = cld2
    try:
        _, size, details = detector(text, isPlainText=True, bestEffort=True)
    except (error, UnicodeEncodeError):  # control characters, lone surrogates
        readable = "".join([char if char.isprintable() else " " for char in text])
        try:
            _, size, details = detector(readable, isPlainText=True, bestEffort=True)
        except error:  # noncharacters
            return None
    _, code, percent, score = details[0]
    if code in _NO_LANGUAGE or code.startswith("xx") or score <= 0:
        return None
    chars = max(1.0, min(len(text), size) * percent / 100)
    return _tag(code, text), math.log(score * _LOW_SCORES.get(code, 1.0)), math.log(chars)


def _by_cld2(text: str) -> Distribution:
    if (answer := cld2_answer(text)) is None:
        return ()
    tag, log_score, log_chars = answer
    given = CALIBRATION
    odds = math.exp(given.log_score * log_score + given.log_chars * log_chars + given.bias)
    return _shared(tag, text, min(odds / (1 + odds), CALIBRATION.most))


def _shared(tag: str, text: str, probability: float) -> Distribution:
    """A probability shared by a language and those that are taken for it, likeliest first."""
    shares = shares_by_words(tag, text) or CLOSE.get(tag, {tag: 1.0})
    return tuple((code, round(probability * p, CALIBRATION.decimals)) for code, p in shares.items())


def _tag(code: str, text: str) -> str:
    """The tag of a language as it is written in a text.

    >>> _tag("sr", "Traktor"), _tag("uz", "Trator"), _tag("uz", "Паром"), _tag("iw", "אבג")
    ('sr-Latn', 'uz', 'uz-Cyrl', 'he')
    """
    code = _CODES.get(code, code)
    usual = _USUAL_SCRIPT.get(code)
    if usual is None:
        return code
    letters = {script: len(of.findall(text)) for script, of in _SCRIPT_LETTERS.items()}
    script = max(letters, key=letters.__getitem__)
    return code if script == usual else f"{code}-{script}"


def _by_langdetect(text: str) -> Distribution:
    language = line_languages(kernels.page_text(text.split("\n"))).main_language
    return ((_tag(language, text), CALIBRATION.langdetect),) if language else ()


@cache
def _cld2() -> tuple[Callable[..., Any], type[Exception]] | None:
    """CLD2's function and its error; None where it is not installed."""
    try:
        import pycld2
    except ImportError:
        return None
    return pycld2.detect, pycld2.error
