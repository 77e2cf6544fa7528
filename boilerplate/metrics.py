"""Scores of a cleaned page: line F1, character-weighted F1, word F1 and shingle F1.

Line F1 is of the content class. Word F1 compares multisets of words, as
web-content-extraction-benchmark does; in scripts without spaces each character is a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from boilerplate.page import Label

# Thai, Lao, Tibetan, Myanmar, Khmer, kana, bopomofo, Han with its extensions, Yi.
UNSPACED_SCRIPTS: Final = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u2e80-\u2fdf\u3005-\u3007"
    "\u3021-\u3029\u3031-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
_INVISIBLE: Final = re.compile("[\N{SOFT HYPHEN}\N{WORD JOINER}\ufeff]")  # within words
_WORD = re.compile(rf"[{UNSPACED_SCRIPTS}]|[^\W_{UNSPACED_SCRIPTS}]+")


def words(text: str) -> list[str]:
    """The words of a text in lower case; in scripts without spaces each character is a word.

    >>> words("Don't panic"), words("你好 world")
    (['don', 't', 'panic'], ['你', '好', 'world'])
    """
    return _WORD.findall(_INVISIBLE.sub("", text.lower()))


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall of one page, each in 0..1; F1 is derived."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def score_counts(hit: float, predicted: float, true: float) -> Score:
    """A Score from counts; it is perfect if nothing is true and nothing is predicted.

    >>> score_counts(0, 0, 0).f1, score_counts(1, 2, 1).precision
    (1.0, 0.5)
    """
    if not predicted and not true:
        return Score(1.0, 1.0)
    return Score(hit / predicted if predicted else 0.0, hit / true if true else 0.0)


def word_score(text: str, gold: str) -> Score:
    """The overlap of the words of a text with those of its gold, as multisets.

    >>> round(word_score("a b b", "a b c").f1, 3)
    0.667
    """
    have, want = Counter(words(text)), Counter(words(gold))
    return score_counts((have & want).total(), have.total(), want.total())


SHINGLE_WORDS: Final = 4


def shingle_score(text: str, gold: str) -> Score:
    """The overlap of all runs of four words, as article-extraction-benchmark counts them.

    Unlike word F1 it depends on the order of words. A text of fewer words is one run.

    >>> shingle_score("a b c d e", "a b c d x").precision
    0.5
    """
    have, want = Counter(_shingles(words(text))), Counter(_shingles(words(gold)))
    return score_counts((have & want).total(), have.total(), want.total())


def _shingles(tokens: list[str]) -> list[tuple[str, ...]]:
    if not tokens:
        return []
    return list(zip(*(tokens[i:] for i in range(SHINGLE_WORDS)), strict=False)) or [tuple(tokens)]


def line_score(
    predicted: Sequence[Label], gold: Sequence[Label | None], weights: Iterable[float] | None = None
) -> Score:
    """The score of the CONTENT class over lines; lines whose gold is None are left out.

    Without ``weights`` its F1 is line F1; with the lines' lengths it is the character-weighted F1.

    >>> C, B = Label.CONTENT, Label.BOILERPLATE
    >>> line_score([C, C, B], [C, B, None]).precision
    0.5
    """
    hit = have = want = 0.0
    if weights is None:
        weights = [1.0] * len(gold)
    for p, g, w in zip(predicted, gold, weights, strict=True):
        if g is None:
            continue
        have += w * (p is Label.CONTENT)
        want += w * (g is Label.CONTENT)
        hit += w * (p is g is Label.CONTENT)
    return score_counts(hit, have, want)
