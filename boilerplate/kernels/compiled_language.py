"""The language kernels in C; their contracts stand with the Python twins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.loaded import native
from boilerplate.kernels.plain_language_shares import doubt_table
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import char_table


def language_penalties(
    text: PageText,
    letters: Floats,
    script: Ints,
    script_of: NDArray[np.uint8],
    penalties: NDArray[np.uint8],
) -> Floats:
    out = np.empty((text.n, len(script_of)))
    native.language_penalties(
        text.folded, text.starts, text.lengths, char_table(), letters, script, script_of, penalties,
        out,
    )  # fmt: skip
    return out


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
