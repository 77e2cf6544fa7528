"""The language kernels in C; their contracts stand with the Python twins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.loaded import native
from boilerplate.kernels.plain_language import TRIGRAMS, odds_table
from boilerplate.kernels.plain_language_shares import doubt_table
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import char_table


def language_odds(
    text: PageText,
    scripts: Floats,
    one_language: Bools,
    script_of: NDArray[np.uint8],
    penalties: NDArray[np.uint8],
) -> tuple[Floats, Ints, Floats]:
    letters, script = np.empty(text.n), np.empty(text.n, np.int64)
    odds = np.empty((text.n, TRIGRAMS.languages))
    native.language_odds(
        text.folded, text.starts, text.lengths, char_table(), scripts, one_language, script_of,
        penalties, odds_table(), letters, script, odds,
    )  # fmt: skip
    return letters, script, odds


def language_shares(
    alone: Floats,
    known: Bools,
    script: Ints,
    letters: Floats,
    script_of: NDArray[np.uint8],
    one_language: Bools,
) -> tuple[Floats, int]:
    share = np.empty(alone.shape)
    main = native.language_shares(
        alone, known, script, letters, script_of, one_language, doubt_table(), share
    )
    return share, main


def language_features(
    share: Floats,
    detected: Floats,
    letters: Floats,
    main: int,
    variant: int,
    totals: Floats,
    out: Floats,
) -> None:
    native.language_features(share, detected, letters, main, variant, totals, out)
