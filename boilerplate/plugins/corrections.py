"""Scores that the code of a plugin has corrected: untrusted, and checked before they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from boilerplate.model.stack import Scores
from boilerplate.numeric import Floats
from boilerplate.site_models.reasons import SiteReasons

# What the general model alone says of a page.
_NOT_CORRECTED: Final = ("article", "languages", "chars")
# By so much a logarithm of a probability may exceed 0, for what is lost by rounding.
_ROUNDING: Final = 1e-6


def checked_corrections(corrected: Any, scores: Scores) -> dict[str, Any]:
    """The fields of a page's ``scores`` that a plugin's site model may have ``corrected``.

    These are the probabilities of content (n,) and of roles (n, 24), the reasons and the drift.
    Raises TypeError and ValueError for what is no Scores, and for values that cannot be used.
    """
    probability = getattr(corrected, "probability", None)
    if getattr(probability, "shape", None) != scores.probability.shape:
        raise TypeError(f"correct returned {_type(corrected)} instead of the lines' Scores")
    probability = _numbers("probability", probability, scores.probability)
    log_roles = _numbers("log_roles", getattr(corrected, "log_roles", None), scores.log_roles)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("correct returned probabilities that are not between 0 and 1")
    if not (np.isfinite(log_roles) & (log_roles <= _ROUNDING)).all():
        raise ValueError("correct returned log_roles that are no logarithms of probabilities")
    for name in _NOT_CORRECTED:
        if not _are_equal(getattr(corrected, name, None), getattr(scores, name)):
            raise ValueError(f"correct changed {name!r}, which is not for a site model to correct")
    return {
        "probability": probability,
        "log_roles": log_roles,
        "site_reasons": _reasons(getattr(corrected, "site_reasons", ()), len(probability)),
        "drift": _drift(getattr(corrected, "drift", None)),
    }


def _type(value: object) -> str:
    return f"a value of type {type(value).__name__}"


def _numbers(name: str, values: Any, before: Floats) -> Floats:
    """Values as an array like ``before``, of its own memory."""
    if getattr(values, "shape", None) != before.shape:
        raise TypeError(f"correct returned {name} of another shape than it was given")
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"correct returned {name} of {array.dtype} instead of numbers")
    return array.astype(before.dtype, copy=True)


def _reasons(reasons: Any, lines: int) -> Sequence[tuple[str, str]]:
    """Pairs of reasons, one for each line, or none at all."""
    if type(reasons) is SiteReasons and len(reasons) == lines:
        return reasons
    if isinstance(reasons, str) or not isinstance(reasons, Sequence):
        raise TypeError(f"correct returned {_type(reasons)} for site_reasons")
    if len(reasons) not in (0, lines):
        raise ValueError(f"correct returned {len(reasons)} site_reasons for {lines} lines")
    checked = []
    for pair in reasons:
        if not (isinstance(pair, Sequence) and len(pair) == 2) or isinstance(pair, str):
            raise TypeError(f"correct returned {_type(pair)} for a pair of site_reasons")
        if not all(isinstance(reason, str) for reason in pair):
            raise TypeError("correct returned site_reasons that are no text")
        checked.append(("".join(pair[0]), "".join(pair[1])))
    return checked


def _drift(drift: Any) -> float | None:
    if drift is None:
        return None
    if not (isinstance(drift, int | float) and 0 <= drift <= 1):
        raise ValueError(f"correct returned a drift that is not between 0 and 1: {drift!r:.60}")
    return float(drift)


def _are_equal(a: Any, b: Any) -> bool:
    """Whether two values are equal, which numpy says of each element of an array."""
    try:
        return a is b or bool(np.array_equal(a, b)) if isinstance(b, np.ndarray) else bool(a == b)
    except Exception:  # noqa: BLE001 - what a plugin returns may fail when it is compared
        return False
