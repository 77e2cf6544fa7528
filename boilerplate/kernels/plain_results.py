"""Python twins of the kernels that put results together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import numpy as np

from boilerplate.numeric import Bools, Floats, Ints

P = TypeVar("P")

MAX_GROUPS: Final = 6  # that a reason looks at, for of some there is nothing to see
MIN_SHARE: Final = 0.1  # of the strongest group; what counted less is not worth a reader's time


def strongest_groups(groups: Floats, content: Bools) -> Ints:
    """The groups that counted most for each line's label, the strongest first; (n, 6).

    ``groups`` (n, g) is what each group of features added to the log-odds of content; ``content``
    (n,) says which lines are kept. g stands for groups that count nothing, or too little beside
    the first.
    """
    toward = np.where(content[:, None], groups, -groups)
    order = np.argsort(-toward, axis=1, kind="stable")[:, :MAX_GROUPS]
    best = np.take_along_axis(toward, order, 1)
    return np.where(best > np.maximum(MIN_SHARE * best[:, :1], 0.0), order, groups.shape[1])


def predictions(
    prediction: type[P],
    lines: Sequence[Any],
    labels: Sequence[Any],
    probabilities: Sequence[float],
    reasons: Sequence[str],
    kinds: Sequence[str | None],
    languages: Sequence[tuple[str | None, float]],
) -> tuple[P, ...]:
    """One ``prediction`` a line, from columns of its fields; a language brings its confidence."""
    columns = zip(lines, labels, probabilities, reasons, kinds, languages, strict=True)
    return tuple(prediction(*each, *language) for *each, language in columns)
