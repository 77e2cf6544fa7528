"""Array types, and the few sums and scales that every part of the model shares."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Points = NDArray[np.uint64]


def total(values: Floats) -> float:
    """The sum, from the first to the last: the same bits wherever it is computed."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def log1p_table(n: int) -> Floats:
    """The logarithms of 1, 2, 3 ...: at least n of them."""
    return _log1p_table(max(12, (n - 1).bit_length()))


@lru_cache(maxsize=4)
def _log1p_table(bits: int) -> Floats:
    logarithms: Floats = np.log1p(np.arange(1 << bits, dtype=float))
    return logarithms


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds to probabilities."""
    return 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(log_odds, -30.0), 30.0)))


def logit(probability: Floats, closest: float) -> Floats:
    """Probabilities to log-odds, none nearer to 0 or 1 than ``closest``."""
    p = np.clip(probability, closest, 1 - closest)
    log_odds: Floats = np.log(p / (1 - p))
    return log_odds


def shifted(probability: Floats, log_odds: Floats, closest: float) -> Floats:
    """Probabilities with log-odds added to them; the same bits where there are none to add."""
    return np.where(log_odds == 0, probability, sigmoid(logit(probability, closest) + log_odds))


def rounded(values: Sequence[float], decimals: int) -> list[float]:
    """What ``round`` gives for each of some values between 0 and 1, in less time.

    >>> rounded([0.0625, 0.5714285], 3)
    [0.062, 0.571]
    """
    scale = 10.0**decimals
    scaled = np.array(values, float) * scale
    whole = np.rint(scaled)
    found: list[float] = (whole / scale).tolist()
    for i in np.flatnonzero(np.abs(scaled - whole) > 0.4999).tolist():  # may be a half, or not
        found[i] = round(values[i], decimals)
    return found
