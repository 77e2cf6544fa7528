"""Python twins of the kernels that choose the evidence for reasons, and make values of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import numpy as np

from boilerplate.numeric import Bools, Floats, Ints

T = TypeVar("T")

MAX_GROUPS: Final = 6  # considered for one line, because some have no phrase that is true of it
MIN_SHARE: Final = 0.1  # of the strongest group's contribution; what adds less explains little


def strongest_groups(contributions: Floats, content: Bools) -> Ints:
    """The feature groups that added most to each line's label, the strongest first, (n, 6).

    ``contributions`` are what each of g groups added to the log-odds of content, (n, g);
    ``content`` are kept lines, (n,). The number g stands for groups that moved the line
    toward the other label, or added too little beside the strongest.
    """
    toward_label = np.where(content[:, None], contributions, -contributions)
    order = np.argsort(-toward_label, axis=1, kind="stable")[:, :MAX_GROUPS]
    added = np.take_along_axis(toward_label, order, 1)
    enough = added > np.maximum(MIN_SHARE * added[:, :1], 0.0)
    return np.where(enough, order, contributions.shape[1])


def values(kind: type[T], *columns: Sequence[Any]) -> tuple[T, ...]:
    """Values of a frozen dataclass with slots, from columns of its fields, in their order."""
    return tuple(kind(*row) for row in zip(*columns, strict=True))
