"""Shards on a Dask cluster."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Sequence
from typing import Any, Final

from boilerplate.batch.pool import RunError
from boilerplate.batch.shard import Job, Shard, ShardReport, clean_shard

SECONDS_TO_CONNECT: Final = 15  # to the scheduler
MAX_SUBMISSIONS: Final = 5  # of a shard whose Dask worker dies


def clean_on_dask(
    shards: Sequence[Shard], job: Job, address: str, stop: threading.Event
) -> Generator[ShardReport, None, None]:
    """The reports of shards that a Dask cluster cleans, each as a future of its own.

    A shard whose worker dies is submitted again. Setting ``stop`` submits no more. Raises RunError
    if there is no scheduler at ``address``.
    """
    from distributed import Client, as_completed

    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise RunError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        todo = deque((shard, 1) for shard in shards)
        under_way: dict[Any, tuple[Shard, int]] = {}
        done = as_completed()
        while True:
            room = 2 * max(sum(client.nthreads().values()), 1) - len(under_way)
            while todo and room > 0 and not stop.is_set():
                shard, attempt = todo.popleft()
                future = client.submit(clean_shard, shard, job, pure=False)
                under_way[future] = (shard, attempt)
                done.add(future)
                room -= 1
            if not under_way:
                return
            future = next(done)
            shard, attempt = under_way.pop(future)
            try:
                yield future.result()
            except RunError:
                raise
            except Exception as error:  # noqa: BLE001 - a cluster may fail with any exception
                if attempt < MAX_SUBMISSIONS:
                    todo.append((shard, attempt + 1))
                else:
                    yield ShardReport(shard.name, problem=f"{type(error).__name__}: {error}")
