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

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cache, lru_cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.characters import (
    SCRIPTS,
    TABLE_SIZE,
    Char,
    Floats,
    char_counts,
    char_table,
    code_points,
)

Heard = tuple[tuple[str, float], ...]  # languages with their probabilities, likeliest first
Ints = NDArray[np.int64]
Points = NDArray[np.uint64]

SEED: Final = 0
TRIALS: Final = 2  # of the detector, whose mean it answers: if they differ, it is not sure
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
_ONE_LANGUAGE_SCRIPTS: Final = np.isin(np.arange(SCRIPTS), list(_ONE_LANGUAGE))
_KANA: Final = (0x3041, 0x30FB), (0x30FD, 0x3100), (0xFF66, 0xFF9E)

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
MOST_HEARD_CHARS: Final = 500  # of lines that are heard together
LEAST_LETTERS: Final = 20  # below it the detector is not asked: it would guess
LEAST_OTHER_LETTERS: Final = 3  # in another script than the page's there is less to confuse
DOUBT_LETTERS: Final = 12.0  # letters over which the doubt in the detector falls to a third
DOUBT_HAN: Final = 4.0  # characters, where each is a word or half of one
SURE_LETTERS: Final = 40.0  # of lines of which the detector is sure, to vouch for others
SURE_HEARD: Final = 0.99
GRAM_CHARS: Final = 1000  # of a line, whose threes of characters are compared
GRAM_BITS: Final = 16
MOST_GRAMS: Final = 8000  # of a language that are remembered: with many, nothing would be new
USUAL_GRAMS: Final = 1500  # of a language, its most frequent: nine in ten of those in its texts
USUAL_HEARD: Final = 500  # threes as which the usual ones count
USUAL_ONCE: Final = 25  # of them, as if heard once: a twentieth of what is to come will be new
RISE: Final = 1.5  # how many more threes may be new than are expected, where a name or two is
SLACK: Final = 0.05
MOST_NEW: Final = 0.2  # share of new threes, from which a line is not like what was heard
MOST_NEW_LONG: Final = 0.3  # the same, of a long line: it cannot have so many by chance
UNLIKE: Final = 0.3  # share of new threes, from which a line may well be in another language
LONG_LETTERS: Final = 60  # of a line that is asked alone
ALIKE_LETTERS: Final = 100  # of short lines near each other, that are asked together
UNLIKE_LETTERS: Final = 60  # the same, of those in which most is new
NEARBY: Final = 20  # lines between those that are asked together
MOST_SPEECHES: Final = 16  # languages of which is remembered how they sound
MOST_TOGETHER: Final = 64  # lines
_GRAM_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HAN_LANGUAGES: Final = {"zh-cn": SCRIPTS, "zh-tw": SCRIPTS + 1, "ja": SCRIPTS + 2}
# The answers that need no detector: those of scripts, by their numbers, then those of Han.
_TOLD_BY_SCRIPT: Final[tuple[Heard, ...]] = (
    *(((_ONE_LANGUAGE[s], 1.0),) if s in _ONE_LANGUAGE else () for s in range(SCRIPTS)),
    *(((code, 1.0),) for code in _HAN_LANGUAGES),
)
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
        best = self.share.argmax(1)
        sure = self.share[np.arange(len(best)), best]
        return [
            (self.languages[b], s) if k else (None, 0.0)
            for b, s, k in zip(best.tolist(), sure.tolist(), known.tolist(), strict=True)
        ]


Folded = tuple[NDArray[np.uint32], Ints, Ints]  # code points, and where lines begin, their lengths


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
        main = native.language_shares(*given, flags, doubts, share, heard)
    else:
        share, heard, main = _shares(*given)
    return Speech(languages, share, heard, letters, main)


@cache
def _doubts() -> Floats:
    """The doubt in what is heard of a line of so many letters, and of one in Han; (2, 8192)."""
    letters = np.arange(1 << 13, dtype=float)
    return np.exp(np.stack([-letters / DOUBT_LETTERS, -letters / DOUBT_HAN]))


def _shares(
    answers: Ints, script: Ints, letters: Floats, said: Floats, home: NDArray[np.uint8]
) -> tuple[Floats, Floats, int]:
    """Each language's share of each line, what was heard of it, and which is the loudest.

    ``answers`` are the lines' rows of ``said`` (a, l), -1 for none; ``home`` the languages'
    scripts. Sums are taken one by one, as the compiled twin takes them.
    """
    asked = (answers >= 0)[:, None]
    heard = np.where(asked, said[answers], np.nan)
    each = np.where(asked, said[answers], 0.0)
    total = summed(each * letters[:, None], 0) + UNHEARD
    prior = total / max(float(summed(total, 0)), 1.0)
    near = _near(each * np.minimum(letters, VOTE_LETTERS)[:, None])
    mass = summed(near, 1)[:, None]
    # a line of one language's script has no doubt; one too short to ask is all doubt
    table = _doubts()[
        (script == _HAN).astype(np.int64), np.minimum(letters, (1 << 13) - 1).astype(np.int64)
    ]
    doubt = np.where(answers < 0, 1.0, table)
    doubt = np.where(_ONE_LANGUAGE_SCRIPTS[script], 0.0, doubt)
    fits = script[:, None] == home
    share = (each + doubt[:, None]) * ((HALF_VOTE * prior + near) / (HALF_VOTE + mass)) * fits
    norm = summed(share, 1)[:, None]
    share = np.where(norm > 0, share / np.where(norm > 0, norm, 1.0), np.nan).round(PLACES)
    loud = np.minimum(letters, LONG_LINE) ** 2
    weight = summed(np.nan_to_num(share) * loud[:, None], 0)
    return share, heard.round(PLACES), int(weight.argmax()) if weight.any() else -1


def summed(values: Floats, axis: int) -> Floats:
    """Sums taken from the first to the last."""
    sums: Floats = np.take(np.cumsum(values, axis), -1, axis) if values.size else values.sum(axis)
    return sums


def _folded(texts: Sequence[str]) -> Folded:
    points = code_points("\n".join(["", *texts, ""]).casefold())
    breaks = np.flatnonzero(points == ord("\n"))
    return points, breaks[:-1] + 1, np.diff(breaks) - 1


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
        native.assign_languages(*folded, *tables, scripts, letters, script, answers, ear.ask)
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


@dataclass(slots=True)
class _Sound:
    """What was heard of a language in one script: whether each three of characters was.

    2 for those that were heard often, or are usual in the language.
    """

    answer: int
    script: int
    seen: NDArray[np.uint8]
    grams: int = 0
    once: int = 0

    def add(self, grams: Ints) -> None:
        """Remembers the threes of a line."""
        if self.grams < MOST_GRAMS:
            places, times = np.unique(grams, return_counts=True)
            before = self.seen[places]
            self.seen[places] = np.minimum(before + times, 2)
            self.once += int(((before == 0) & (times == 1)).sum()) - int((before == 1).sum())
            self.grams += len(grams)


class _Listener:
    """Hears the lines of a page: the plain twin of native/language.c."""

    def __init__(self, ear: Ear, letters: Floats, script: Ints, folded: Folded) -> None:
        self.ear, self.letters, self.script = ear, letters, script
        self.points, self.starts, self.lengths = folded
        self.answers = np.full(len(letters), -1)
        self.sounds: list[_Sound] = []
        self.grams = lru_cache(maxsize=None)(self._grams)  # a line is compared twice or thrice

    def han(self, line: int) -> int:
        """The answer for a line in Han: Japanese where there is kana among the characters."""
        start = int(self.starts[line])
        points = self.points[start : start + min(int(self.lengths[line]), HEARD_CHARS)]
        return _HAN_LANGUAGES[_han_language(points)]

    def _grams(self, line: int) -> Ints:
        """The threes of characters within a line's first words and their bounds, hashed."""
        start = int(self.starts[line])
        points = self.points[start : start + min(int(self.lengths[line]), GRAM_CHARS)]
        kinds = char_table()[np.minimum(points, TABLE_SIZE - 1)]
        inside = (kinds >= Char.LOWER) & (kinds <= Char.MARK)
        key = np.concatenate([[0], np.where(inside, points, 0), [0]]).astype(np.uint64)
        key = key[np.concatenate([[True], (key[1:] > 0) | (key[:-1] > 0)])]
        grams: Ints = _hashed(key[:-2], key[1:-1], key[2:])[key[1:-1] > 0]
        return grams

    def compare(self, line: int) -> int:
        """How a line sounds: 0 like what was heard, and answered; 1 somewhat; 2 unlike."""
        grams = self.grams(line)
        most = MOST_NEW if self.letters[line] < LONG_LETTERS else MOST_NEW_LONG
        closest, least, share = None, 0.0, 1.0
        for sound in self.sounds if len(grams) else ():
            if sound.script == self.script[line]:
                new = int((sound.seen[grams] == 0).sum()) / len(grams)
                excess = new - min(RISE * (sound.once / sound.grams) + SLACK, most)
                if closest is None or new < share:
                    closest, least, share = sound, excess, new
        if closest is not None and least <= 0:
            self.answers[line] = closest.answer
            closest.add(grams)
            return 0
        return 1 if share < UNLIKE else 2

    def ask(self, lines: list[int]) -> None:
        """Asks for lines together."""
        self.answers[lines], known, usual = self.ear.ask(lines)
        grams = [self.grams(line) for line in lines]
        if known < 0 or self.letters[lines].sum() < SURE_LETTERS or not any(map(len, grams)):
            return
        script = int(self.script[lines[0]])
        of_it = [each for each in self.sounds if (each.answer, each.script) == (known, script)]
        if not of_it:
            if len(self.sounds) == MOST_SPEECHES:
                return
            of_it = [_Sound(known, script, np.zeros(1 << GRAM_BITS, np.uint8))]
            if usual:
                seen = np.frombuffer(bytearray(usual), np.uint8)
                of_it = [_Sound(known, script, seen, USUAL_HEARD, USUAL_ONCE)]
            self.sounds += of_it
        for each in grams:
            of_it[0].add(each)

    def listen(self, lines: Ints) -> None:
        """Hears lines, the longest first; then those that are short, in page order."""
        rest = []
        for line in lines[np.argsort(-self.letters[lines], kind="stable")].tolist():
            if likeness := self.compare(line):
                if likeness == 1 or self.letters[line] < LONG_LETTERS:
                    rest.append(line)
                else:
                    self.ask([line])
        groups: dict[tuple[int, int], list[int]] = {}
        for line in sorted(rest):
            if likeness := self.compare(line):
                key = likeness, int(self.script[line])
                if key in groups and line - groups[key][-1] > NEARBY:
                    self.ask(groups.pop(key))
                group = groups.setdefault(key, [])
                group.append(line)
                enough = ALIKE_LETTERS if likeness == 1 else UNLIKE_LETTERS
                if self.letters[group].sum() >= enough or len(group) == MOST_TOGETHER:
                    self.ask(groups.pop(key))
        for _, group in sorted(groups.items()):
            self.ask(group)


def _hashed(first: Points, middle: Points, last: Points) -> Ints:
    """The places, out of 2**16, of threes of characters; 0 is the bound of a word."""
    wide = np.uint64(21)
    with np.errstate(over="ignore"):
        mixed = ((first << wide << wide) | (middle << wide) | last) * _GRAM_MIX
    places: Ints = (mixed >> np.uint64(64 - GRAM_BITS)).astype(np.int64)
    return places


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


def _line_scripts(scripts: Floats, letters: Floats) -> Ints:
    """The script that tells each line's language, (n,); 0 where a line has no letters.

    A script of one language decides from a fifth of the letters on: a Thai line may have more
    English words in it.
    """
    own = scripts * _ONE_LANGUAGE_SCRIPTS
    telling = own.max(1, initial=0.0) > MIN_SHARE * letters
    script = np.where(telling, own.argmax(1), scripts.argmax(1))
    return np.where(letters > 0, script, 0).astype(np.int64)


def _near(votes: Floats) -> Floats:
    """The sum of the votes of the lines within NEAR of each, without its own; (n, l)."""
    n = len(votes)
    total = np.concatenate([np.zeros((1, votes.shape[1])), np.cumsum(votes, axis=0)])
    at = np.arange(n)
    around = total[np.minimum(at + NEAR + 1, n)] - total[np.maximum(at - NEAR, 0)] - votes
    return np.asarray(np.maximum(around, 0.0))


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


class Han(IntFlag):
    """What a character of Chinese or Japanese tells: its set of their time, or that it is kana."""

    SIMPLIFIED = 1
    TRADITIONAL = 2
    KANA = 4


@cache
def han_table() -> NDArray[np.uint8]:
    """The Han flags of each code point below U+20000."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    lead = np.arange(0xA1, 0xFF)
    for flag, codec, trail in (
        (Han.SIMPLIFIED, "gb2312", lead),
        (Han.TRADITIONAL, "big5", np.concatenate([np.arange(0x40, 0x7F), lead])),
    ):
        pairs = np.stack(np.meshgrid(lead, trail, indexing="ij"), -1).astype(np.uint8)
        table[code_points(pairs.tobytes().decode(codec, "ignore"))] |= np.uint8(flag)
    table[:0x80] = 0  # what an unknown pair leaves behind
    for begin, end in _KANA:
        table[begin:end] |= np.uint8(Han.KANA)
    return table


def _han_language(points: NDArray[np.uint32]) -> str:
    """Japanese where there is kana among the characters, else Chinese by its sets.

    >>> _han_language(code_points("学校讨论")), _han_language(code_points("學校討論"))
    ('zh-cn', 'zh-tw')
    """
    flags = han_table()[np.minimum(points, TABLE_SIZE - 1)]
    kana, simplified, traditional = (
        int(((flags & flag) > 0).sum()) for flag in (Han.KANA, Han.SIMPLIFIED, Han.TRADITIONAL)
    )
    if kana > MIN_SHARE * len(points) / 2:
        return "ja"
    return "zh-tw" if traditional > simplified else "zh-cn"


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
