"""Language features: whether lines are in the page's language, and in their neighbours'."""

from __future__ import annotations

import numpy as np

from boilerplate import kernels
from boilerplate.language.lines import LineLanguages
from boilerplate.language.names import same_language
from boilerplate.numeric import Floats, total


def fill_language_features(languages: LineLanguages, out: Floats) -> None:
    """Fill the block "languages", a row of (n,) each, before its logarithms.

    A run of foreign lines within the article is a quotation; one after all lines in the page's
    language is a notice. ``foreign_since`` and ``foreign_until`` are the shares of the letters in
    the page's language before and after a foreign line, nan for other lines. ``language_share`` is
    the share of the page's letters in the line's language, ``language_longest`` the length of the
    longest other line in it. All features are nan for a line of few letters or without a language.
    """
    if languages.main < 0:
        out[:] = np.nan
        return
    letters = np.empty(len(languages.languages))
    kernels.language_features(
        languages.share, languages.alone, languages.letters, languages.main,
        _variant(languages), letters, out,
    )  # fmt: skip
    out[-1] += _number_of_languages(letters)  # nan stays nan


def _variant(languages: LineLanguages) -> int:
    """The place of the other code for Chinese on a page in Chinese, or -1."""
    main = languages.main_language
    for i, code in enumerate(languages.languages):
        if code != main and same_language(code, main):
            return i
    return -1


def _number_of_languages(letters: Floats) -> float:
    """The perplexity of a page's languages: their number, each weighted by its letters, (l,)."""
    share = letters / max(total(letters), 1.0)
    logarithms = np.log(np.maximum(share, 1e-9))
    return float(np.exp(-total(share * logarithms)))
