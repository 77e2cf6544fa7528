"""The words of a line that told for its label, by the weights of their n-grams.

A line's linear scores are sums over its n-grams. The weight of each n-gram is shared out to its
characters, and a word weighs what its characters do. Only what a reader takes for a sign is named:
words with letters, as whole as the script shows them, that weigh something on their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import word_spans
from boilerplate.kernels.plain_roles import PARAMS
from boilerplate.model.stack import WordWeights
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.roles import CONTENT_ROLES
from boilerplate.unicode import SCRIPTS, Char, Script, char_table, script_table


@dataclass(frozen=True, slots=True)
class WordLimits:
    """Which words are named; chosen by reading the reasons of pages in some twenty languages.

    ``min_weight`` is in log-odds; a word below ``min_share`` of the heaviest is no sign beside it.
    """

    most: int = 3
    min_weight: float = 0.3
    min_share: float = 0.25
    max_chars: int = 18
    # Characters of a sign where no blanks stand between words: of Han, and of other scripts.
    han_chars: tuple[int, int] = (2, 4)
    other_chars: tuple[int, int] = (3, 10)
    weight_of_char: float = 0.05  # log-odds that a character more must add to such a sign


LIMITS: Final = WordLimits()
HEAD: Final = PARAMS.head  # characters of a line that are looked at: all that roles read of it
_HAN: Final = int(Script.HAN)
# Of which scripts, but for Han, no blanks stand between words.
_HAS_NO_BLANKS: Final = np.isin(
    np.arange(SCRIPTS),
    [Script.THAI, Script.LAO, Script.KHMER, Script.MYANMAR, Script.TIBETAN],
)
# Vowels that are written before their consonant end no word, others begin none.
_FIRST_VOWELS: Final = np.array([*map(ord, "เแโใไເແໂໃໄ")])
_LAST_VOWELS: Final = np.array([*map(ord, "ะาำๅๆฯະາຳໆຯ")])
# What a candidate is: a word as it stands, or characters of which a part may be a word.
_NONE, _WORD, _HAN_RUN, _UNSPACED = range(4)
_SIZES_OF_PARTS: Final = {_HAN_RUN: LIMITS.han_chars, _UNSPACED: LIMITS.other_chars}
_HIRAGANA: Final = range(0x3041, 0x30A0)
_KATAKANA: Final = range(0x30A0, 0x3100)


def telling_words(
    texts: Sequence[str], log_roles: Floats, weights: WordWeights
) -> list[tuple[str, ...]]:
    """For each dropped line the words that told most against it, in the order of the line.

    ``log_roles`` (n, 24) are the logarithms of the lines' probabilities of ROLES. A word tells by
    what it takes from content, and by what it adds to the line's likeliest role of chrome rather
    than to its likeliest role of content.
    """
    plain = [" ".join(text.split()) for text in kernels.plain_texts([t[: 2 * HEAD] for t in texts])]
    heads = [text[:HEAD] for text in plain]
    page = _Weighed(kernels.page_text(heads), log_roles, weights)
    signs = page.signs()
    lengths = page.text.lengths
    ends_in_word = np.array([len(text) > HEAD for text in plain], bool)[signs.line]
    signs = signs.of(~ends_in_word | (signs.end < lengths[signs.line])).heaviest()
    found: list[tuple[str, ...]] = [()] * len(texts)
    for line, spans in signs.by_line():
        head = heads[line]
        # Folding may have changed the number of characters; then the words stay folded.
        found[line] = _as_written(spans, head if len(head) == lengths[line] else page.folded(line))
    return found


@dataclass(frozen=True, slots=True)
class _Signs:
    """Words that may be named: their lines, where they begin and end in them, and their weights."""

    line: Ints
    start: Ints
    end: Ints
    weight: Floats

    def of(self, which: Ints | Bools) -> _Signs:
        """Some of the words."""
        return _Signs(self.line[which], self.start[which], self.end[which], self.weight[which])

    def heaviest(self) -> _Signs:
        """The words of each line that weigh most, in page order, but for light ones beside them."""
        ranked = self.of(np.lexsort([self.start, -self.weight, self.line]))
        first = np.searchsorted(ranked.line, ranked.line)
        rank = np.arange(len(first)) - first
        heavy = ranked.weight >= LIMITS.min_share * ranked.weight[first]
        chosen = ranked.of((rank < LIMITS.most) & heavy)
        return chosen.of(np.lexsort([chosen.start, chosen.line]))

    def by_line(self) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
        """Each line with its words: the line, and where they begin and end in it."""
        rows = zip(self.line.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        for line, words in groupby(rows, itemgetter(0)):
            yield line, list(words)


def _as_written(words: list[tuple[int, int, int]], text: str) -> tuple[str, ...]:
    """Words of a line in their order, neighbours as one, none of them twice; see ``by_line``.

    >>> _as_written([(0, 0, 4), (0, 5, 7), (0, 16, 22)], "Sign up for our letter")
    ('Sign up', 'letter')
    """
    if len(words) == 1:
        [(_, start, end)] = words
        return (text[start:end],)
    joined: list[tuple[int, int]] = []
    for _, start, end in words:
        if joined and text[joined[-1][1] : start] == " ":
            start = joined.pop()[0]
        joined.append((start, end))
    found = {text[start:end].casefold(): text[start:end] for start, end in reversed(joined)}
    return tuple(reversed(found.values()))


class _Weighed:
    """Lines, and what their characters add to chrome by the two linear models."""

    def __init__(self, text: PageText, log_roles: Floats, weights: WordWeights) -> None:
        self.text = text
        points = np.minimum(text.folded, len(char_table()) - 1)
        self._chars, self._scripts = char_table()[points], script_table()[points]
        first = len(CONTENT_ROLES)
        content, chrome = log_roles[:, :first].argmax(1), first + log_roles[:, first:].argmax(1)
        table, (scale, _) = weights.roles.text, weights.roles.scales
        self._before = kernels.char_weights(text, weights.ngrams, table, scale, content, chrome)

    def weights(self, starts: Ints, ends: Ints) -> Floats:
        """What some spans of characters add to chrome, in log-odds.

        Roles count only where they speak for it: most words belong to no role of chrome.
        """
        content, role = self._before[:, ends] - self._before[:, starts]
        weights: Floats = content + np.maximum(role, 0.0)
        return weights

    def folded(self, line: int) -> str:
        """A line as the model reads it."""
        start = int(self.text.starts[line])
        points = self.text.folded[start : start + int(self.text.lengths[line])]
        return "".join(map(chr, points.tolist()))

    def signs(self) -> _Signs:
        """The words that weigh enough to be named."""
        starts, ends, kinds = self._candidates()
        weights = self.weights(starts, ends)
        for i in self._with_parts(starts, ends, kinds).tolist():
            span = int(starts[i]), int(ends[i])
            part = self._heaviest_part(*span, _SIZES_OF_PARTS[int(kinds[i])])
            weights[i], starts[i], ends[i] = part or (0.0, *span)
        heavy = weights >= LIMITS.min_weight
        starts, ends, weights = starts[heavy], ends[heavy], weights[heavy]
        line = np.searchsorted(self.text.starts, starts, "right") - 1
        first = self.text.starts[line]
        return _Signs(line, starts - first, ends - first, weights)

    def _with_parts(self, starts: Ints, ends: Ints, kinds: Ints) -> Ints:
        """Which candidates are no words, but may have parts that weigh enough."""
        found = np.flatnonzero(kinds != _WORD)
        if not len(found):
            return found
        # No part of a candidate weighs more than its characters that speak for chrome.
        changes = np.maximum(np.diff(self._before, axis=1), 0.0).sum(0)
        most = np.append(0.0, np.cumsum(changes))
        likely: Bools = most[ends[found]] - most[starts[found]] >= LIMITS.min_weight
        return found[likely]

    def _candidates(self) -> tuple[Ints, Ints, Ints]:
        """Where words begin and end that may be named, and of what kind each is.

        Words of Chinese and Japanese are runs of Han or of Katakana.
        """
        chars = self._chars
        starts, ends, _ = word_spans(self.text, 1)
        spaced = chars[starts] != Char.DIGIT
        east_asian = self._scripts == _HAN
        if has_runs := bool(east_asian.any()):
            east_asian &= (chars >= Char.LOWER) & (chars <= Char.MARK)
            before = np.append(0, np.cumsum(east_asian))
            spaced &= before[ends] == before[starts]
        starts, ends = starts[spaced], ends[spaced]
        kinds = np.where(_HAS_NO_BLANKS[self._scripts[starts]], _UNSPACED, _WORD)
        if has_runs:
            of_words = starts, ends, kinds
            starts, ends, kinds = map(np.append, of_words, self._runs(east_asian))
        sizes = ends - starts
        fits = (sizes >= 2) & ((sizes <= LIMITS.max_chars) | (kinds != _WORD))
        return starts[fits], ends[fits], kinds[fits]

    def _runs(self, east_asian: Bools) -> tuple[Ints, Ints, Ints]:
        """Where runs of Han or of Katakana begin and end, and of what kind each is."""
        points = self.text.folded
        alphabet = np.where(east_asian, _HAN_RUN, _NONE)
        alphabet[east_asian & (points >= _KATAKANA.start) & (points < _KATAKANA.stop)] = _WORD
        alphabet[east_asian & (points >= _HIRAGANA.start) & (points < _HIRAGANA.stop)] = _NONE
        edges = np.flatnonzero(np.diff(alphabet, prepend=_NONE, append=_NONE))
        starts, ends = edges[:-1], edges[1:]
        in_runs = alphabet[starts] != _NONE
        return starts[in_runs], ends[in_runs], alphabet[starts[in_runs]]

    @cached_property
    def _cuts(self) -> Bools:
        """Before which characters, and after the last, a word may begin or end, (m + 1,)."""
        points, marks = self.text.folded, self._chars == Char.MARK
        begins = ~(marks | np.isin(points, _LAST_VOWELS))
        after_first = np.append(False, np.isin(points, _FIRST_VOWELS))
        cuts: Bools = np.append(begins, True) & ~after_first
        return cuts

    def _heaviest_part(
        self, start: int, end: int, sizes: tuple[int, int]
    ) -> tuple[float, int, int] | None:
        """The part of so many characters that weighs most, and is not cut within a syllable."""
        places = np.flatnonzero(self._cuts[start : end + 1]) + start
        least = np.searchsorted(places, places + sizes[0])
        counts = np.searchsorted(places, places + sizes[1], "right") - least
        if not (total := int(counts.sum())):
            return None
        starts = np.repeat(places, counts)
        ends = places[np.arange(total) + np.repeat(least - np.cumsum(counts) + counts, counts)]
        weights = self.weights(starts, ends)
        # Each character must pay for itself, or the longest part would be the heaviest.
        best = int((weights - LIMITS.weight_of_char * (ends - starts)).argmax())
        return float(weights[best]), int(starts[best]), int(ends[best])
