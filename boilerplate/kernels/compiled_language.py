"""The language kernels in C; their contracts stand with the Python twins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.loaded import native
from boilerplate.kernels.plain_language import Detect, han_table
from boilerplate.kernels.plain_language_shares import doubt_table
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import char_table


def assign_languages(
    text: PageText, scripts: Floats, one_language: Bools, detect: Detect
) -> tuple[Floats, Ints, Ints]:
    letters, (script, detection) = np.empty(text.n), np.empty((2, text.n), np.int64)
    native.assign_languages(
        text.folded, text.starts, text.lengths, char_table(), han_table(), one_language, scripts,
        letters, script, detection, detect,
    )  # fmt: skip
    return letters, script, detection


def language_shares(
    detection: Ints,
    script: Ints,
    letters: Floats,
    distributions: Floats,
    language_script: NDArray[np.uint8],
    one_language: Bools,
) -> tuple[Floats, Floats, int]:
    share, detected = np.empty((2, len(detection), len(language_script)))
    main = native.language_shares(
        detection, script, letters, distributions, language_script, one_language, doubt_table(),
        share, detected,
    )  # fmt: skip
    return share, detected, main


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
