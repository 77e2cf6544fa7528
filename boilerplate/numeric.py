"""Array types and the few sums and scales that every part of the model shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def total(values: Floats) -> float:
    """The sum, from the first to the last: the same bits wherever it is computed."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


Bools = NDArray[np.bool_]

Points = NDArray[np.uint64]


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds to probabilities."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))


def logit(probability: Floats, closest: float) -> Floats:
    """Probabilities to log-odds, none nearer to 0 or 1 than ``closest``."""
    p = np.clip(probability, closest, 1 - closest)
    log_odds: Floats = np.log(p / (1 - p))
    return log_odds


def shifted(probability: Floats, log_odds: Floats, closest: float) -> Floats:
    """Probabilities with log-odds added to them; the same bits where there are none to add."""
    return np.where(log_odds == 0, probability, sigmoid(logit(probability, closest) + log_odds))
