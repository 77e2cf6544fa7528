"""A bound on work that could take for ever; how fast it is, benchmarks/hostile.py measures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds of processor time. Each of these tests takes one or two, on a slow machine ten; what
# grows with the square of its input takes minutes.
MOST = 60.0


@contextmanager
def ends() -> Iterator[None]:
    """Fails if the block takes so long that it can't be a slow machine only."""
    start = time.process_time()
    yield
    assert time.process_time() - start < MOST
