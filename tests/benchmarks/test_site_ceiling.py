"""What a site model could gain at most."""

from __future__ import annotations

import numpy as np

from benchmarks.site_ceiling import content_paths


def test_paths_with_more_content_than_chrome_are_kept() -> None:
    first = np.array([7, 7, 8, 9, 9]), np.array([1, 1, 0, 1, 0])
    second = np.array([7, 8, 9, 9]), np.array([0, 1, 1, -1])
    assert content_paths([first, second]).tolist() == [7, 9]
