"""Language features: whether lines are in the page's language and their neighbours'."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.text import _fill
from boilerplate.kernels import select as acceleration
from boilerplate.language.lines import Speech
from boilerplate.language.names import same_language
from boilerplate.numeric import Floats, total

LANGUAGE_COLUMNS: Final = (
    "page_language", "page_language_heard", "language_sure", "language_share",
    "language_longest", "language_like_previous", "language_like_next",
    "foreign_run_lines", "foreign_run_letters", "foreign_since", "foreign_until",
    "foreign_share", "foreign_at_once", "page_languages",
)  # fmt: skip
FEW_LETTERS: Final = 3.0  # of a line, below which nothing is said of its language
FOREIGN: Final = 0.5  # probability of the page's language, below which a line is foreign


_LOGARITHMS_OF_LANGUAGES: Final = [
    LANGUAGE_COLUMNS.index(name)
    for name in ("language_longest", "foreign_run_lines", "foreign_run_letters")
]


def language_features(speech: Speech, out: Floats) -> None:
    """Whether lines speak the page's language, and their neighbours'; rows of (n,).

    A run of foreign lines within the article is a quotation; one that follows on all that
    is said in the page's language is a notice. ``foreign_since`` and ``foreign_until`` are the
    shares of that language's letters that stand before and after a foreign line; nan for lines
    that are not foreign. ``language_share`` is the share of the page's letters that are in the
    line's language, ``language_longest`` the length of the longest other line in it. A line of
    few letters takes its neighbours' language, and has no columns where there is none.
    """
    if not len(speech.letters) or speech.main < 0:
        out[:] = np.nan
        return
    twin, letters = _twin(speech), np.empty(len(speech.languages))
    if native := acceleration.native:
        share, heard = map(np.ascontiguousarray, (speech.share, speech.heard))
        native.language_features(share, heard, speech.letters, speech.main, twin, letters, out)
    else:
        known = ~np.isnan(speech.share[:, 0]) & (speech.letters >= FEW_LETTERS)
        _fill(out, _columns_of_languages(speech, known, twin, letters))
        out[:, ~known] = np.nan
    spread = letters / max(total(letters), 1.0)
    logarithms = np.log(np.maximum(spread, 1e-9))
    out[-1] += np.exp(-total(spread * logarithms))  # nan stays nan
    out[_LOGARITHMS_OF_LANGUAGES] = np.log1p(out[_LOGARITHMS_OF_LANGUAGES])


def _columns_of_languages(
    speech: Speech, known: NDArray[np.bool_], twin: int, of_languages: Floats
) -> list[Any]:
    """LANGUAGE_COLUMNS but for logarithms; fills the letters ``of_languages``, (l,)."""
    share = np.where(known[:, None], speech.share, 0.0)
    own, heard = share[:, speech.main], speech.heard[:, speech.main]
    if twin >= 0:
        own, heard = own + share[:, twin], heard + speech.heard[:, twin]
    letters = np.where(known, speech.letters, 0.0)
    all_letters = max(total(letters), 1.0)
    of_languages[:] = np.cumsum(share * letters[:, None], axis=0)[-1]
    foreign = known & (own < FOREIGN)
    run_lines, run_letters = _runs(foreign, known, letters)
    since = np.cumsum(np.where(foreign, 0.0, letters * own))
    everything = max(float(since[-1]), 1.0)
    alike_before, alike_after = _alike(share, known)
    best = share.argmax(1)
    longest = np.array([_longest_other(letters * (best == b)) for b in range(share.shape[1])])
    return [
        own,
        heard,
        share.max(1),
        np.cumsum(share * (of_languages / all_letters), axis=1)[:, -1],
        longest[best, np.arange(len(best))],
        alike_before,
        alike_after,
        run_lines,
        run_letters,
        np.where(foreign, since / everything, np.nan),
        np.where(foreign, 1.0 - since / everything, np.nan),
        letters[foreign].sum() / all_letters,
        run_letters / max(float(letters[foreign].sum()), 1.0),
        0.0,
    ]


def _twin(speech: Speech) -> int:
    """The place of the other Chinese on a page in Chinese, or -1."""
    main = speech.languages[speech.main]
    for i, code in enumerate(speech.languages):
        if code != main and same_language(code, main):
            return i
    return -1


def _runs(
    foreign: NDArray[np.bool_], known: NDArray[np.bool_], letters: Floats
) -> tuple[Floats, Floats]:
    """Lines and letters of the run of foreign lines around each; 0 for those that are not.

    Lines of which nothing is known break no run.
    """
    at = np.flatnonzero(known)
    inside = foreign[at]
    run = np.cumsum(inside & ~np.concatenate([[False], inside[:-1]])) * inside
    lines, sums = np.zeros(len(known)), np.zeros(len(known))
    lines[at] = np.where(inside, np.bincount(run, inside)[run], 0.0)
    sums[at] = np.where(inside, np.bincount(run, letters[at])[run], 0.0)
    return lines, sums


def _alike(share: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The probability that the known line before, and after, speaks as a line does; (n,) each."""
    before, after = np.full(len(known), np.nan), np.full(len(known), np.nan)
    at = np.flatnonzero(known)
    both = np.cumsum(share[at[:-1]] * share[at[1:]], axis=1)[:, -1]
    before[at[1:]], after[at[:-1]] = both, both
    return before, after


def _longest_other(letters: Floats) -> Floats:
    """The longest of the other lines, for each; (n,)."""
    if len(letters) < 2:
        return np.zeros(len(letters))
    second, first = np.sort(letters)[-2:].tolist()
    return np.asarray(np.where(letters >= first, second, first))
