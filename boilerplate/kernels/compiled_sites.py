"""The kernels of site models in C; their contracts stand with the Python twins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels import plain_fingerprints
from boilerplate.kernels.loaded import native
from boilerplate.kernels.plain_site_features import CERTAINTY
from boilerplate.kernels.site_arrays import CHARS, PROBABILITY, SiteArrays, SiteFeature
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.unicode import CASED, TABLE_SIZE, char_flags

SEVERAL: Final = 0x1FFFFF  # no code point: stands for more than one
HAS_LOWER: Final = 1 << 31


@cache
def case_folds() -> NDArray[np.uint32]:
    """What each code point below U+20000 is case-folded to, SEVERAL for more than one code point.

    HAS_LOWER is added to those that have a lower case.
    """
    folds = np.arange(TABLE_SIZE, dtype=np.uint32)
    for point in (point for cased in CASED for point in cased):
        char = chr(point)
        folded = char.casefold()
        has_lower = HAS_LOWER if char.lower() != char else 0
        folds[point] = has_lower | (ord(folded) if len(folded) == 1 else SEVERAL)
    return folds


def line_fingerprints(texts: Sequence[str]) -> Ints:
    out = np.empty((len(texts), 2), np.int64)
    # Lines with rare characters, which the tables don't hold, are left to Python.
    for i in native.line_fingerprints(list(texts), char_flags(), case_folds(), out):
        out[i] = plain_fingerprints.fingerprints_of(texts[i])
    return out


def site_features(
    hashes: Ints,
    log_odds_steps: NDArray[np.int8],
    length_steps: NDArray[np.uint8],
    is_headline: Bools,
    site: SiteArrays,
) -> tuple[Floats, Ints, int, float]:
    n = len(hashes)
    features, on = np.zeros((n, len(SiteFeature))), np.zeros(n, np.int64)
    strict, loose = (
        (each.keys, each.counts, each.begins, each.page) for each in (site.strict, site.loose)
    )
    tables = site.between, site.after, site.before, site.markup
    n_pages, familiar = native.site_features(
        hashes, log_odds_steps, length_steps, is_headline, PROBABILITY, CERTAINTY, CHARS,
        *strict, site.strict.n_pages, site.is_template, site.recurring_log_odds,
        site.after_article, *loose,
        *(array for table in tables for array in (table.keys, table.values)),
        on, features,
    )  # fmt: skip
    return features, on, n_pages, familiar
