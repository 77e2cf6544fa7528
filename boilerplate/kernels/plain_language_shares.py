"""Python twins of the kernels that compute each line's probability of each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import Script


@dataclass(frozen=True, slots=True)
class VoteParams:
    """How detection, neighbours and page are combined; the C twin has the same numbers."""

    doubt_letters: float = 12.0  # letters over which doubt in the detector falls to 1/e
    doubt_han: float = 4.0  # the same in Han, where a character is a word or half of one
    window: int = 3  # lines before and after that vote
    max_votes: float = 200.0  # letters of a line that count as votes
    page_votes: float = 40.0  # votes of neighbours that count as much as the whole page
    pseudo_letters: float = 30.0  # additive smoothing: letters added to each language of the page
    max_line_letters: float = 1000.0  # of a line when the page's language is chosen
    places: int = 4  # that shares are rounded to: the last bits depend on the machine


VOTES: Final = VoteParams()


@cache
def doubt_table() -> Floats:
    """Doubt in the detection of a line by its letters, and of one in Han; (2, 8192).

    A table, so that both twins have the same bits.
    """
    letters = np.arange(1 << 13, dtype=float)
    return np.exp(np.stack([-letters / VOTES.doubt_letters, -letters / VOTES.doubt_han]))


def language_shares(
    alone: Floats,
    known: Bools,
    script: Ints,
    letters: Floats,
    script_of: NDArray[np.uint8],
    one_language: Bools,
) -> tuple[Floats, int]:
    """Each line's probability of each language, and the place of the page's language.

    ``alone`` (n, l), l > 0, is the probability of each language in each line for the line by
    itself, ``known`` (n,) says for which lines it is known; ``script`` and ``letters`` (n,) are the
    lines', ``script_of`` (l,) is the script of each language, ``one_language`` (29,) marks the
    scripts in which one language is written. The first result is (n, l), nan where the language is
    unknown; the second is the place of the language of the longest lines, or -1.

    A probability is (that of the line alone + doubt) times a prior from neighbours and page. Sums
    are added in order, as the C twin adds them.
    """
    own = np.where(known[:, None], alone, 0.0)
    # A line in a script of one language leaves no doubt; one that is not known, nothing else.
    is_han, column = (script == Script.HAN).astype(np.int64), letters.astype(np.int64)
    doubt = doubt_table()[is_han, np.minimum(column, doubt_table().shape[1] - 1)]
    doubt = np.where(known, doubt, 1.0)
    doubt = np.where(one_language[script], 0.0, doubt)

    page = _sums(own * letters[:, None], 0) + VOTES.pseudo_letters
    page /= max(float(_sums(page, 0)), 1.0)
    neighbours = _neighbour_votes(own * np.minimum(letters, VOTES.max_votes)[:, None])
    votes = _sums(neighbours, 1)[:, None]
    prior = (VOTES.page_votes * page + neighbours) / (VOTES.page_votes + votes)
    share = (own + doubt[:, None]) * prior * (script[:, None] == script_of)
    norm = _sums(share, 1)[:, None]
    share = np.where(norm > 0, share / np.where(norm > 0, norm, 1.0), np.nan).round(VOTES.places)

    line_weight = np.minimum(letters, VOTES.max_line_letters) ** 2
    weight = _sums(np.nan_to_num(share) * line_weight[:, None], 0)
    main = int(weight.argmax()) if weight.any() else -1
    return share, main


def _sums(values: Floats, axis: int) -> Floats:
    """Sums along an axis, added from the first to the last."""
    sums: Floats = np.take(np.cumsum(values, axis), -1, axis) if values.size else values.sum(axis)
    return sums


def _neighbour_votes(votes: Floats) -> Floats:
    """The sum of the votes of the lines around each, without its own; (n, l)."""
    n, at = len(votes), np.arange(len(votes))
    before = np.concatenate([np.zeros((1, votes.shape[1])), np.cumsum(votes, axis=0)])
    last, first = np.minimum(at + VOTES.window + 1, n), np.maximum(at - VOTES.window, 0)
    return np.asarray(np.maximum(before[last] - before[first] - votes, 0.0))


def likeliest_languages(share: Floats, languages: Sequence[str]) -> list[tuple[str | None, float]]:
    """Each line's likeliest language with its share, or None and 0 where its shares are nan.

    >>> likeliest_languages(np.array([[0.2, 0.8], [np.nan, np.nan]]), ("de", "tr"))
    [('tr', 0.8), (None, 0.0)]
    """
    likeliest = share.argmax(1)
    probability = share[np.arange(len(share)), likeliest]
    known = ~np.isnan(probability)
    names = map((*languages, None).__getitem__, np.where(known, likeliest, len(languages)).tolist())
    return list(zip(names, np.where(known, probability, 0.0).tolist(), strict=True))
