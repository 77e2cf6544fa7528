"""Which language a page and each of its lines speak. The only importer of langdetect.

langdetect is random unless its factory has a seed, and its module-level factory is global
state, so a private factory is seeded here. langdetect-rs gives the same results many times as
fast; where it is not installed, langdetect itself answers.

A line of few letters tells a detector nothing, whatever it answers. So a line's language is
weighed: the words it shares with long lines of a language; what the detector hears, the more
the longer the line; the script, of which many have one language only; the lines around it; and
the rest of the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.characters import Floats, char_counts

Heard = tuple[tuple[str, float], ...]  # languages with their probabilities, likeliest first

SEED: Final = 0
TRIALS: Final = 3  # of the detector, whose mean it answers; its own seven cost twice as much
MAX_SAMPLE: Final = 3000  # characters; the answer does not change with more
SURE: Final = 0.5  # probability of content from which a line may speak for the page
MIN_SHARE: Final = 0.2  # of a text's letters, for a script of one language to decide

# The scripts that ``char_counts`` tells apart, and what is written in them. langdetect has no
# profile for some of these languages, and gets short lines of the others wrong.
_LATIN, _CYRILLIC, _ARABIC, _DEVANAGARI, _HAN = 1, 3, 6, 8, 28
_ONE_LANGUAGE: Final = {
    2: "el", 4: "hy", 5: "he", 7: "dv", 9: "bn", 10: "pa", 11: "gu", 12: "or", 13: "ta", 14: "te",
    15: "kn", 16: "ml", 17: "si", 18: "th", 19: "lo", 20: "bo", 21: "my", 22: "ka", 23: "ko",
    24: "am", 25: "km", 26: "mn",
}  # fmt: skip
_SCRIPT_OF: Final = {
    **{language: script for script, language in _ONE_LANGUAGE.items()},
    **dict.fromkeys(("bg", "mk", "ru", "uk"), _CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), _DEVANAGARI),
    **dict.fromkeys(("ja", "zh-cn", "zh-tw"), _HAN),
}
_KANA: Final = re.compile("[\u3041-\u30fa\u30fd-\u30ff\uff66-\uff9d]")

LANGUAGES: Final = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali",
    "bo": "Tibetan", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "dv": "Dhivehi", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ka": "Georgian", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "my": "Burmese", "ne": "Nepali",
    "nl": "Dutch", "no": "Norwegian", "or": "Odia", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak",
    "sl": "Slovenian", "so": "Somali", "sq": "Albanian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh-cn": "Chinese", "zh-tw": "Chinese",
}  # fmt: skip

HEARD_CHARS: Final = 100  # of a line; more does not change what is heard
LEAST_LETTERS: Final = 20  # below it the detector is not asked: it would guess
LEAST_OTHER_LETTERS: Final = 3  # in another script than the page's there is less to confuse
DOUBT_LETTERS: Final = 12.0  # letters over which the doubt in the detector falls to a third
DOUBT_HAN: Final = 4.0  # characters, where each is a word or half of one
SURE_LETTERS: Final = 40.0  # of a line of which the detector is sure, to vouch for its words
SURE_HEARD: Final = 0.99
FAMILIAR: Final = 0.5  # of a line in such words, for it to be in their language
NEAR: Final = 3  # lines before and after that have a vote
VOTE_LETTERS: Final = 200.0  # of a line, that count as votes
HALF_VOTE: Final = 40.0  # letters near a line that weigh as much as all the page
UNHEARD: Final = 30.0  # letters that each language on a page is given for nothing
LONG_LINE: Final = 1000.0  # letters of a line, of which more do not make it speak louder
PLACES: Final = 4  # of a probability: the last bits depend on the machine


def language_name(code: str) -> str:
    """The English name of a language, or its code where there is none.

    >>> language_name("tr"), language_name("zh-tw"), language_name("xx")
    ('Turkish', 'Chinese', 'xx')
    """
    return LANGUAGES.get(code, code)


def same_language(one: str | None, other: str | None) -> bool:
    """Whether two codes name one language; Chinese has two, by its character sets.

    >>> same_language("zh-cn", "zh-tw"), same_language("pt", "es"), same_language(None, None)
    (True, False, False)
    """
    return one is not None and other is not None and one.split("-")[0] == other.split("-")[0]


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
        known = ~np.isnan(self.share[:, 0])
        best = np.where(known, np.nan_to_num(self.share).argmax(1), 0)
        sure = np.where(known, self.share[np.arange(len(best)), best], 0.0)
        return [
            (self.languages[b], s) if k else (None, 0.0)
            for b, s, k in zip(best.tolist(), sure.tolist(), known.tolist(), strict=True)
        ]


def speech(texts: Sequence[str], scripts: Floats | None = None) -> Speech:
    """What languages the lines of a page speak; none of them may hold a newline.

    ``scripts`` are the letters of each script in each line, (n, 29), as ``char_counts`` has
    them, where they are known already.
    """
    scripts = char_counts(texts)[1] if scripts is None else scripts
    letters = scripts.sum(1)
    script = _line_scripts(scripts, letters)
    found = _heard(texts, letters, script)
    languages = tuple(sorted({code for each in found for code, _ in each or ()}))
    n, k = len(texts), len(languages)
    place = {code: i for i, code in enumerate(languages)}
    heard = np.full((n, k), np.nan)
    for i, each in enumerate(found):
        if each is not None:
            heard[i] = 0.0
            for code, probability in each:
                heard[i, place[code]] = probability
    said = np.nan_to_num(heard)
    home = np.array([_SCRIPT_OF.get(code, _LATIN) for code in languages], np.int64)
    fits = script[:, None] == home
    # a line of one language's script has no doubt; one too short to ask is all doubt
    sure = np.isin(script, list(_ONE_LANGUAGE))
    doubt = np.exp(-letters / np.where(script == _HAN, DOUBT_HAN, DOUBT_LETTERS))
    doubt = np.where(sure, 0.0, np.where(np.isnan(heard).all(1), 1.0, doubt))
    votes = said * np.minimum(letters, VOTE_LETTERS)[:, None]
    total = (said * letters[:, None]).sum(0) + UNHEARD
    prior = np.broadcast_to(total / max(total.sum(), 1.0), (n, k))
    near = _near(votes)
    mass = near.sum(1, keepdims=True)
    prior = (HALF_VOTE * prior + near) / (HALF_VOTE + mass) * fits
    share = (said + doubt[:, None]) * prior
    norm = share.sum(1, keepdims=True)
    share = np.where(norm > 0, share / np.where(norm > 0, norm, 1.0), np.nan).round(PLACES)
    loud = np.minimum(letters, LONG_LINE) ** 2
    weight = (np.nan_to_num(share) * loud[:, None]).sum(0)
    main = int(weight.argmax()) if k and weight.max() > 0 else -1
    return Speech(languages, share, heard.round(PLACES), letters, main)


def _line_scripts(scripts: Floats, letters: Floats) -> NDArray[np.int64]:
    """The script that tells each line's language, (n,); 0 where a line has no letters.

    A script of one language decides from a fifth of the letters on: a Thai line may have more
    English words in it.
    """
    own = np.zeros_like(scripts)
    for script in _ONE_LANGUAGE:
        own[:, script] = scripts[:, script]
    telling = own.max(1) > MIN_SHARE * letters
    script = np.where(telling, own.argmax(1), scripts.argmax(1))
    return np.where(letters > 0, script, 0).astype(np.int64)


def _heard(texts: Sequence[str], letters: Floats, script: NDArray[np.int64]) -> list[Heard | None]:
    """What each line says of its language; None where it is too short to be asked.

    If no line is long enough, those of the page's script are heard together.
    """
    weight = np.bincount(script, letters, minlength=_HAN + 1)
    weight[0] = 0.0
    main = int(weight.argmax())
    least = np.where(script == main, LEAST_LETTERS, LEAST_OTHER_LETTERS)
    one_language = np.array([s in _ONE_LANGUAGE for s in range(_HAN + 1)])
    asked = (letters > 0) & (one_language[script] | (script == _HAN) | (letters >= least))
    together: Heard | None = None
    if not asked[script == main].any() and weight[main] >= LEAST_OTHER_LETTERS:
        joined = "\n".join(texts[i] for i in np.flatnonzero(script == main).tolist())
        together = _probabilities(joined[:MAX_SAMPLE].lower())
    out: list[Heard | None] = [together if s == main else None for s in script.tolist()]
    familiar: dict[str, set[str]] = {}
    # the longest first: what they say in a language they are sure of tells the shorter ones'
    for i in np.argsort(-letters, kind="stable").tolist():
        if asked[i]:
            out[i] = _heard_line(texts[i][:HEARD_CHARS], int(script[i]), letters[i], familiar)
    return out


def _heard_line(
    text: str, script: int, letters: float, familiar: dict[str, set[str]]
) -> Heard | None:
    """What one line says of its language; ``familiar`` words are looked up, and added to."""
    if script in _ONE_LANGUAGE:
        return ((_ONE_LANGUAGE[script], 1.0),)
    if script == _HAN:
        return ((_han_language(text), 1.0),)
    # Runs of capitals are skipped by the detector, and a shouted notice is one.
    lowered = text.lower()
    words = lowered.split()
    enough = FAMILIAR * sum(map(len, words))
    for code, known in familiar.items():
        if sum(len(word) for word in words if word in known) >= enough:
            return ((code, 1.0),)
    found = _probabilities(lowered)
    if found and letters >= SURE_LETTERS and found[0][1] >= SURE_HEARD:
        familiar.setdefault(found[0][0], set()).update(words)
    return found


def _near(votes: Floats) -> Floats:
    """The sum of the votes of the lines within NEAR of each, without its own; (n, l)."""
    n = len(votes)
    total = np.concatenate([np.zeros((1, votes.shape[1])), np.cumsum(votes, axis=0)])
    at = np.arange(n)
    around = total[np.minimum(at + NEAR + 1, n)] - total[np.maximum(at - NEAR, 0)] - votes
    return np.asarray(np.maximum(around, 0.0))


def detect_language(texts: Sequence[str], probability: Floats) -> str | None:
    """The ISO 639-1 code (``zh-cn`` and ``zh-tw`` for Chinese) of a page's article, or None.

    The lines most likely to be content speak for the page, ``probability`` being (n,); all
    lines where none is likely.
    """
    chosen = [t for t, p in zip(texts, probability.tolist(), strict=True) if p >= SURE] or list(
        texts
    )
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
    scripts = char_counts([text.replace("\n", " ")])[1]
    letters = scripts.sum(1)
    script = int(_line_scripts(scripts, letters)[0])
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    if script == _HAN:
        return _han_language(text)
    found = _probabilities(text[:MAX_SAMPLE].lower()) if letters[0] else None
    return found[0][0] if found else None


def _han_language(text: str) -> str:
    """Japanese where there is kana among the characters, else Chinese."""
    kana = len(_KANA.findall(text))
    return "ja" if kana > MIN_SHARE * len(text) / 2 else chinese_of(text)


def chinese_of(text: str) -> str:
    """``zh-cn`` or ``zh-tw``, by which character set of their time holds more of a text.

    >>> chinese_of("学校讨论"), chinese_of("學校討論")
    ('zh-cn', 'zh-tw')
    """
    simplified, traditional = (len(text.encode(c, "ignore")) for c in ("gb2312", "big5"))
    return "zh-tw" if traditional > simplified else "zh-cn"


@lru_cache(maxsize=1 << 14)
def _probabilities(lowered: str) -> Heard | None:
    """What langdetect says of a text in lower case, likeliest first; None where it can't tell.

    Chrome repeats, on a page and on a site's pages, and is heard once.
    """
    factory, error = _factory()
    detector = factory.create()
    detector.n_trial = TRIALS
    detector.append(lowered.encode("utf-8", "replace").decode("utf-8"))
    try:
        found = detector.get_probabilities()
    except error:
        return None
    return tuple((each.lang, each.prob) for each in found) or None


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
