"""Python twin of the kernel that assigns a language to each line, with few detector calls.

A detection is a distribution over languages that the detector, or a script, gives for a text.
Kernels refer to detections by number: 0 to 28 for the scripts in which one language is written,
``HanLanguage`` for lines in Han, and from 32 on as the detector numbers its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import MIX
from boilerplate.numeric import Bools, Floats, Ints, Points
from boilerplate.unicode import SCRIPTS, TABLE_SIZE, Char, Script, char_table, code_points

# The C twin has the same numbers as these parameters.


@dataclass(frozen=True, slots=True)
class LineParams:
    """Which script decides a line's language, and which lines the detector is called for."""

    min_script_share: float = 0.2  # of a line's letters: half of a Thai line may be English names
    han_chars: int = 100  # of a line in Han that are looked at
    min_letters: int = 20  # of a line: with fewer the detector guesses
    min_letters_other_script: int = 3  # in a script that is not the page's: fewer candidates


@dataclass(frozen=True, slots=True)
class ProfileParams:
    """The trigrams that are kept of a language."""

    line_chars: int = 1000  # of a line whose trigrams are compared
    bits: int = 16  # trigrams are hashed into 2**bits buckets
    max_trigrams: int = 8000  # in a profile: with many more, no trigram would be unseen
    max_profiles: int = 16  # of a page
    min_letters: float = 40.0  # of lines whose trigrams are added: fewer may be misdetected
    # A new profile begins with the common trigrams of its language. Good-Turing prior: they count
    # as 500 trigrams of which 25 were seen once, so that 5 % of the next ones should be unseen.
    prior_trigrams: int = 500
    prior_singletons: int = 25


@dataclass(frozen=True, slots=True)
class MatchParams:
    """How many of a line's trigrams may be unseen in a profile whose language it then takes.

    ``factor`` times what Good-Turing expects, and ``slack``, since a line has a name or two; at
    most ``max_unseen``, or ``max_unseen_long`` in a long line, which has so many by chance only
    in the same language. Up to ``similar`` it is likely to be in the same language.
    """

    factor: float = 1.5
    slack: float = 0.05
    max_unseen: float = 0.2
    max_unseen_long: float = 0.3
    similar: float = 0.3


@dataclass(frozen=True, slots=True)
class GroupParams:
    """Short lines that match no profile are detected together with those near them.

    A group is full with the letters below: a text of that length is detected reliably. Lines
    unlike all profiles make smaller groups, for they may be in different languages.
    """

    long_letters: int = 60  # of a line that is detected alone
    similar_letters: int = 100
    unlike_letters: int = 60
    max_gap: int = 20  # lines between two of a group


LINES: Final = LineParams()
PROFILES: Final = ProfileParams()
MATCH: Final = MatchParams()
GROUPS: Final = GroupParams()


class HanLanguage(IntEnum):
    """The numbers of the detections of lines in Han."""

    SIMPLIFIED = SCRIPTS
    TRADITIONAL = SCRIPTS + 1
    JAPANESE = SCRIPTS + 2


class Detection(NamedTuple):
    """The detector's result for some lines together.

    ``number`` is that of the detection, -1 for none. Where the detector is sure, ``similar`` is
    the detection for lines with similar trigrams, else -1, and ``common`` (2**16,) is 2 at the
    buckets of the language's common trigrams, else 0; it may be empty.
    """

    number: int
    similar: int
    common: bytes


Detect = Callable[[list[int]], Detection]  # of lines, by their numbers


def assign_languages(
    text: PageText, scripts: Floats, one_language: Bools, detect: Detect
) -> tuple[Floats, Ints, Ints]:
    """Assign a detection to each line, reusing detector results for similar trigrams.

    ``scripts`` (n, 29) are the letters of each script in each line, ``one_language`` (29,) marks
    the scripts in which one language is written. Returns the letters, the script and the number
    of the detection of each line, (n,) each: script 0 for a line without letters, detection -1
    for a line that is too short or whose language the detector cannot find.
    """
    letters: Floats = scripts.sum(1)
    script = line_scripts(scripts, letters, one_language)
    assigner = _Assigner(text, letters, script, detect)
    decided_by_script = one_language[script]
    assigner.detection[decided_by_script] = script[decided_by_script]
    for line in np.flatnonzero(script == Script.HAN).tolist():
        assigner.detection[line] = han_language(assigner.points(line, LINES.han_chars))

    letters_of_script = np.bincount(script, letters, minlength=SCRIPTS)
    letters_of_script[Script.NONE] = 0.0
    page_script = int(letters_of_script.argmax())
    in_page_script = script == page_script
    min_letters = np.where(in_page_script, LINES.min_letters, LINES.min_letters_other_script)
    to_detect = (assigner.detection < 0) & (letters >= min_letters)
    all_short = not (in_page_script & (to_detect | (assigner.detection >= 0))).any()
    if all_short and letters_of_script[page_script] >= LINES.min_letters_other_script:
        assigner.detect(np.flatnonzero(in_page_script).tolist())
    assigner.assign(np.flatnonzero(to_detect))
    return letters, script, assigner.detection


def line_scripts(scripts: Floats, letters: Floats, one_language: Bools) -> Ints:
    """The script that decides each line's language, (n,); 0 where a line has no letters.

    The script with the most letters, or a script of one language that has a fifth of them.
    """
    own = scripts * one_language
    decides = own.max(1, initial=0.0) > LINES.min_script_share * letters
    script = np.where(decides, own.argmax(1), scripts.argmax(1))
    return np.where(letters > 0, script, Script.NONE).astype(np.int64)


class HanFlag(IntFlag):
    """Properties of a character in Han: in a character set of China or of Taiwan, or kana."""

    SIMPLIFIED = 1
    TRADITIONAL = 2
    KANA = 4


_KANA: Final = (0x3041, 0x30FB), (0x30FD, 0x3100), (0xFF66, 0xFF9E)


@cache
def han_table() -> NDArray[np.uint8]:
    """The HanFlags of each code point below U+20000: the characters of GB 2312 and of Big5."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    lead = np.arange(0xA1, 0xFF)
    for flag, codec, trail in (
        (HanFlag.SIMPLIFIED, "gb2312", lead),
        (HanFlag.TRADITIONAL, "big5", np.concatenate([np.arange(0x40, 0x7F), lead])),
    ):
        pairs = np.stack(np.meshgrid(lead, trail, indexing="ij"), -1).astype(np.uint8)
        table[code_points(pairs.tobytes().decode(codec, "ignore"))] |= np.uint8(flag)
    table[:0x80] = 0  # the second bytes of unassigned pairs are decoded as ASCII
    for begin, end in _KANA:
        table[begin:end] |= np.uint8(HanFlag.KANA)
    return table


def han_language(points: NDArray[np.uint32]) -> HanLanguage:
    """Japanese where there are kana among the characters, else Chinese by its character sets.

    >>> han_language(code_points("学校讨论")).name, han_language(code_points("學校討論")).name
    ('SIMPLIFIED', 'TRADITIONAL')
    """
    flags = han_table()[np.minimum(points, TABLE_SIZE - 1)]
    kana, simplified, traditional = (
        np.count_nonzero(flags & flag)
        for flag in (HanFlag.KANA, HanFlag.SIMPLIFIED, HanFlag.TRADITIONAL)
    )
    if kana > LINES.min_script_share * len(points) / 2:
        return HanLanguage.JAPANESE
    return HanLanguage.TRADITIONAL if traditional > simplified else HanLanguage.SIMPLIFIED


# --------------------------------------------------------------------------------- trigrams


_CODE_POINT_BITS: Final = np.uint64(21)


def trigram_buckets(first: Points, middle: Points, last: Points) -> Ints:
    """The buckets, out of 2**16, of trigrams of code points; 0 stands for the bound of a word."""
    width = _CODE_POINT_BITS
    with np.errstate(over="ignore"):
        hashes = ((first << width << width) | (middle << width) | last) * MIX
    buckets: Ints = (hashes >> np.uint64(64 - PROFILES.bits)).astype(np.int64)
    return buckets


def word_trigrams(points: NDArray[np.uint32]) -> Ints:
    """The buckets of the trigrams of words and their bounds: of "ab", those of "-ab" and "ab-"."""
    char = char_table()[np.minimum(points, TABLE_SIZE - 1)]
    in_word = (char >= Char.LOWER) & (char <= Char.MARK)
    padded = np.concatenate([[0], np.where(in_word, points, 0), [0]]).astype(np.uint64)
    repeated_bound = (padded[1:] == 0) & (padded[:-1] == 0)
    padded = padded[np.concatenate([[True], ~repeated_bound])]
    of_words = padded[1:-1] > 0  # of bounds themselves there are none
    return trigram_buckets(padded[:-2][of_words], padded[1:-1][of_words], padded[2:][of_words])


@dataclass(slots=True)
class TrigramProfile:
    """The trigrams seen in one language and script: 0, 1, or 2 for more, for each bucket.

    ``common`` are those of the language itself, before any line of the page was seen.
    """

    detection: int
    script: int
    common: bytes
    trigrams: int = field(init=False)  # that were added
    seen: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.trigrams = PROFILES.prior_trigrams if self.common else 0
        self.seen = np.zeros(1 << PROFILES.bits, np.uint8)
        if self.common:
            self.seen[:] = np.frombuffer(self.common, np.uint8)

    def add(self, trigrams: Ints) -> None:
        """Add the trigrams of a line."""
        if self.trigrams < PROFILES.max_trigrams:
            buckets, times = np.unique(trigrams, return_counts=True)
            self.seen[buckets] = np.minimum(self.seen[buckets] + times, 2)
            self.trigrams += len(trigrams)

    def unseen_share(self, trigrams: Ints) -> float:
        """The share of a line's trigrams that are not in the profile."""
        return np.count_nonzero(self.seen[trigrams] == 0) / len(trigrams)

    def expected_unseen_share(self) -> float:
        """The share of unseen trigrams to expect in more text of the language (Good 1953)."""
        singletons = np.count_nonzero(self.seen == 1)
        return (singletons + (PROFILES.prior_singletons if self.common else 0)) / self.trigrams


# ------------------------------------------------------------------------------- assignment


class _Match(IntEnum):
    """How a line's trigrams compare to the profiles; a line that is ASSIGNED has a detection."""

    ASSIGNED = 0
    SIMILAR = 1
    UNLIKE = 2


class _Assigner:
    """Assigns detections to lines, and keeps a trigram profile of each language it is sure of."""

    def __init__(self, text: PageText, letters: Floats, script: Ints, detect: Detect) -> None:
        self.text, self.letters, self.script, self.detector = text, letters, script, detect
        self.detection = np.full(text.n, -1)
        self.profiles: list[TrigramProfile] = []

    def points(self, line: int, size: int) -> NDArray[np.uint32]:
        """The first code points of a line."""
        start = int(self.text.starts[line])
        return self.text.folded[start : start + min(int(self.text.lengths[line]), size)]

    def trigrams(self, line: int) -> Ints:
        """The buckets of a line's trigrams."""
        return word_trigrams(self.points(line, PROFILES.line_chars))

    def match(self, line: int) -> _Match:
        """Assign a line the detection of the closest profile, if that is close enough."""
        trigrams = self.trigrams(line)
        profiles = [each for each in self.profiles if each.script == self.script[line]]
        if not profiles or not len(trigrams):
            return _Match.UNLIKE
        closest = min(profiles, key=lambda each: each.unseen_share(trigrams))
        unseen = closest.unseen_share(trigrams)
        is_long = self.letters[line] >= GROUPS.long_letters
        allowed = MATCH.factor * closest.expected_unseen_share() + MATCH.slack
        if unseen <= min(allowed, MATCH.max_unseen_long if is_long else MATCH.max_unseen):
            self.detection[line] = closest.detection
            closest.add(trigrams)
            return _Match.ASSIGNED
        return _Match.SIMILAR if unseen < MATCH.similar else _Match.UNLIKE

    def detect(self, lines: list[int]) -> None:
        """Call the detector for lines together; where it is sure, add them to a profile."""
        found = self.detector(lines)
        self.detection[lines] = found.number
        trigrams = [self.trigrams(line) for line in lines]
        enough = self.letters[lines].sum() >= PROFILES.min_letters and any(map(len, trigrams))
        if found.similar < 0 or not enough:
            return
        script = int(self.script[lines[0]])
        of_language = [
            p for p in self.profiles if (p.detection, p.script) == (found.similar, script)
        ]
        if not of_language and len(self.profiles) < PROFILES.max_profiles:
            of_language = [TrigramProfile(found.similar, script, found.common)]
            self.profiles += of_language
        for profile in of_language:
            for each in trigrams:
                profile.add(each)

    def assign(self, lines: Ints) -> None:
        """Assign long lines first, which fill the profiles; then groups of short lines."""
        rest = []
        for line in lines[np.argsort(-self.letters[lines], kind="stable")].tolist():
            match = self.match(line)
            if match == _Match.UNLIKE and self.letters[line] >= GROUPS.long_letters:
                self.detect([line])
            elif match:
                rest.append(line)
        full = {_Match.SIMILAR: GROUPS.similar_letters, _Match.UNLIKE: GROUPS.unlike_letters}
        groups: dict[tuple[_Match, int], list[int]] = {}
        for line in sorted(rest):
            if match := self.match(line):
                key = match, int(self.script[line])
                if key in groups and line - groups[key][-1] > GROUPS.max_gap:
                    self.detect(groups.pop(key))
                group = groups.setdefault(key, [])
                group.append(line)
                if self.letters[group].sum() >= full[match]:
                    self.detect(groups.pop(key))
        for _, group in sorted(groups.items()):
            self.detect(group)
