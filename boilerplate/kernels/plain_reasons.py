"""The Python twin of the kernel that chooses the feature groups of a reason."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Floats, Ints

MAX_GROUPS: Final = 6  # considered for one line, because for some there is nothing to say
MIN_SHARE: Final = 0.1  # of the strongest group's contribution; what adds less explains little


def strongest_groups(contributions: Floats, content: NDArray[np.bool_]) -> Ints:
    """The feature groups that added most to each line's label, the strongest first, (n, 6).

    ``contributions`` are what each of g groups added to the log-odds of content, (n, g);
    ``content`` are kept lines, (n,). The number g stands for groups that spoke for the other
    label, or added too little beside the strongest.
    """
    toward_label = np.where(content[:, None], contributions, -contributions)
    order = np.argsort(-toward_label, axis=1, kind="stable")[:, :MAX_GROUPS]
    added = np.take_along_axis(toward_label, order, 1)
    enough = added > np.maximum(MIN_SHARE * added[:, :1], 0.0)
    return np.where(enough, order, contributions.shape[1])
