"""Language features: whether lines are in the page's language, and in their neighbours'."""

from __future__ import annotations

import numpy as np

from boilerplate import kernels
from boilerplate.language.lines import Speech
from boilerplate.language.names import same_language
from boilerplate.numeric import Floats, total


def fill_language_features(speech: Speech, out: Floats) -> None:
    """Fill the block "languages", a row of (n,) each, before its logarithms.

    A run of foreign lines within the article is a quotation; one behind all that is in the page's
    language is a notice. ``foreign_since`` and ``foreign_until`` are the shares of that language's
    letters before and after a foreign line; nan for lines that are not foreign. ``language_share``
    is the share of the page's letters in the line's language, ``language_longest`` the length of
    the longest other line in it. A line of few letters takes its neighbours' language, and all of
    its features are nan where there is none.
    """
    if not len(speech.letters) or speech.main < 0:
        out[:] = np.nan
        return
    letters = np.empty(len(speech.languages))
    share, detected = map(np.ascontiguousarray, (speech.share, speech.heard))
    kernels.language_features(
        share, detected, speech.letters, speech.main, _variant(speech), letters, out
    )
    out[-1] += _number_of_languages(letters)  # nan stays nan


def _variant(speech: Speech) -> int:
    """The place of the other Chinese on a page in Chinese, or -1."""
    main = speech.languages[speech.main]
    for i, code in enumerate(speech.languages):
        if code != main and same_language(code, main):
            return i
    return -1


def _number_of_languages(letters: Floats) -> float:
    """The number of languages of a page, those with few letters counting less: a perplexity."""
    spread = letters / max(total(letters), 1.0)
    logarithms = np.log(np.maximum(spread, 1e-9))
    return float(np.exp(-total(spread * logarithms)))
