"""Which language a page speaks. The only importer of langdetect.

langdetect is random unless its factory has a seed, and its module-level factory is global
state, so a private factory is seeded here. langdetect-rs gives the same results many times as
fast; where it is not installed, langdetect itself answers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from boilerplate.features import Floats
from boilerplate.page import Page

SEED: Final = 0
MAX_SAMPLE: Final = 3000  # characters; the answer does not change with more
SURE: Final = 0.5  # probability of content from which a line may speak for the page
# Scripts that only one language of the detector's 55 uses; it gets short lines of them wrong.
_ONE_LANGUAGE: Final = tuple(
    (re.compile(f"[{script}]"), language)
    for script, language in (
        ("\u0e00-\u0e7f", "th"), ("\u3040-\u30ff", "ja"), ("\uac00-\ud7a3", "ko"),
        ("\u0590-\u05ff", "he"), ("\u0370-\u03ff", "el"),
    )
)  # fmt: skip
MIN_SHARE: Final = 0.2  # of a sample's characters, for a script to decide


def detect_language(page: Page, probability: Floats) -> str | None:
    """The ISO 639-1 code (``zh-cn`` and ``zh-tw`` for Chinese) of a page's article, or None.

    The lines most likely to be content speak for the page, ``probability`` being (n,); all
    lines where none is likely.
    """
    texts = [line.text for line in page.lines]
    chosen = [t for t, p in zip(texts, probability.tolist(), strict=True) if p >= SURE] or texts
    return language_of(sample(chosen))


def sample(texts: list[str]) -> str:
    """The first 3,000 characters of the longest lines, in page order."""
    order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
    room, taken = MAX_SAMPLE, []
    for i in order:
        if room <= 0:
            break
        taken.append(i)
        room -= len(texts[i])
    return "\n".join(texts[i][:MAX_SAMPLE] for i in sorted(taken))[:MAX_SAMPLE]


def language_of(text: str) -> str | None:
    """The language of a text, None where it has no letters to tell by.

    >>> language_of("1234 !!"), language_of("สวัสดีชาวโลก")
    (None, 'th')
    """
    size = len("".join(text.split())) or 1
    for script, language in _ONE_LANGUAGE:
        if len(script.findall(text)) > MIN_SHARE * size:
            return language
    # Runs of capitals are skipped by the detector, and a shouted notice is one.
    lowered = text.lower().encode("utf-8", "replace").decode("utf-8")
    factory, error = _factory()
    detector = factory.create()
    detector.append(lowered)
    try:
        found: str = detector.detect()
    except error:
        return None
    if found == "ko":  # little Hangul, or it had been told by its script: Han alone
        return chinese_of(text)
    return None if found == "unknown" else found


def chinese_of(text: str) -> str:
    """``zh-cn`` or ``zh-tw``, by which character set of their time holds more of a text.

    >>> chinese_of("学校讨论"), chinese_of("學校討論")
    ('zh-cn', 'zh-tw')
    """
    simplified, traditional = (len(text.encode(c, "ignore")) for c in ("gb2312", "big5"))
    return "zh-tw" if traditional > simplified else "zh-cn"


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
