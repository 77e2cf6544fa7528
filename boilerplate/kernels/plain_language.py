"""Python twins of the language kernels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Floats, Ints, Points
from boilerplate.unicode import SCRIPTS, TABLE_SIZE, Char, char_table, code_points

if TYPE_CHECKING:
    from boilerplate.language.detector import Ear

MIN_SHARE: Final = 0.2  # of a text's letters, for a script of one language to decide

# The scripts that ``char_counts`` tells apart, and what is written in them. langdetect has no
# profile for some of these languages, and gets short lines of the others wrong.
_LATIN, _CYRILLIC, _ARABIC, _DEVANAGARI, _HAN = 1, 3, 6, 8, 28
_ONE_LANGUAGE: Final = {
    2: "el", 4: "hy", 5: "he", 7: "dv", 9: "bn", 10: "pa", 11: "gu", 12: "or", 13: "ta", 14: "te",
    15: "kn", 16: "ml", 17: "si", 18: "th", 19: "lo", 20: "bo", 21: "my", 22: "ka", 23: "ko",
    24: "am", 25: "km", 26: "mn",
}  # fmt: skip

_ONE_LANGUAGE_SCRIPTS: Final = np.isin(np.arange(SCRIPTS), list(_ONE_LANGUAGE))
_KANA: Final = (0x3041, 0x30FB), (0x30FD, 0x3100), (0xFF66, 0xFF9E)

HEARD_CHARS: Final = 100  # of a line; more does not change what is heard

DOUBT_LETTERS: Final = 12.0  # letters over which the doubt in the detector falls to a third
DOUBT_HAN: Final = 4.0  # characters, where each is a word or half of one
SURE_LETTERS: Final = 40.0  # of lines of which the detector is sure, to vouch for others

GRAM_CHARS: Final = 1000  # of a line, whose threes of characters are compared
GRAM_BITS: Final = 16
MOST_GRAMS: Final = 8000  # of a language that are remembered: with many, nothing would be new

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

NEAR: Final = 3  # lines before and after that have a vote
VOTE_LETTERS: Final = 200.0  # of a line, that count as votes
HALF_VOTE: Final = 40.0  # letters near a line that weigh as much as all the page
UNHEARD: Final = 30.0  # letters that each language on a page is given for nothing
LONG_LINE: Final = 1000.0  # letters of a line, of which more do not make it speak louder
PLACES: Final = 4  # of a probability: the last bits depend on the machine

Folded = tuple[NDArray[np.uint32], Ints, Ints]  # code points, and where lines begin, their lengths


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
    """Hears the lines of a page: the plain twin of native/speech.c."""

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
