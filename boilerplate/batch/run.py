"""A run: many shards, from a folder to Common Crawl, on this machine or on a Dask cluster.

The shard is the unit of work. ``clean_shard`` reads one, writes its output file, and then its
report. It can run on any machine that has the same files (Dask, Ray, a Slurm array), any number of
times: shards that are finished are not cleaned again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Final

from boilerplate.batch.dask import clean_on_dask
from boilerplate.batch.manifest import begin_run, write_manifest
from boilerplate.batch.pool import WorkerPool
from boilerplate.batch.shard import Job, Progress, Shard, ShardReport, clean_shard
from boilerplate.batch.targets import refusals
from boilerplate.files import remove_leftovers

# Shards under way on one machine: while the last records of one are cleaned, the other workers have
# records of the next ones.
SHARDS_AT_ONCE: Final = 4


def run(
    shards: Sequence[Shard],
    job: Job,
    n_jobs: int = 0,
    progress: Progress | None = None,
    notify: Callable[[str], None] = lambda _: None,
    dask: str | None = None,
) -> list[ShardReport]:
    """Clean all shards that are not finished, and write the manifest; gives their reports.

    ``n_jobs`` is the number of worker processes, 0 for one per core; ``dask`` is the address of a
    scheduler to use instead. The first ^C finishes the shards under way, the second gives them up;
    then there are fewer reports than shards. ``notify`` is called with a sentence for the person
    who pressed ^C. Raises RunError if no shard can be cleaned, OSError if the
    manifest cannot be written or is an input.
    """
    refused = refusals(shards, job)
    reports = [ShardReport(name, problem=why) for name, why in refused.items()]
    todo = [shard for shard in shards if shard.name not in refused]
    stop = threading.Event()
    engine = (
        clean_on_dask(todo, job, dask, stop)
        if dask
        else _clean_here(todo, job, n_jobs or cores(), progress, stop)
    )
    with _interruptible(stop, notify):
        begin_run(job)
        try:
            with contextlib.closing(engine):
                reports.extend(engine)
        finally:
            remove_leftovers(Path(job.folder))
            complete = len(reports) == len(shards) and not any(
                r.problem or r.to_retry for r in reports
            )
            write_manifest(job, complete)
    return reports


def _clean_here(
    shards: Sequence[Shard], job: Job, n_jobs: int, progress: Progress | None, stop: threading.Event
) -> Generator[ShardReport, None, None]:
    at_once = min(SHARDS_AT_ONCE, n_jobs, len(shards)) or 1
    with WorkerPool(job.config, n_jobs) as workers, ThreadPoolExecutor(at_once) as threads:
        todo = iter(shards)
        running: set[Future[ShardReport]] = set()
        try:
            while True:
                while len(running) < at_once and not stop.is_set():
                    if (shard := next(todo, None)) is None:
                        break
                    running.add(threads.submit(clean_shard, shard, job, workers, progress))
                if not running:
                    return
                done, running = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BaseException:
            workers.stop()
            raise


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS, not on Windows
        return os.cpu_count() or 1


@contextlib.contextmanager
def _interruptible(stop: threading.Event, notify: Callable[[str], None]) -> Iterator[None]:
    """Let the first ^C set ``stop``, and the next raise KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        notify("finishing the files under way; press ^C again to give them up")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
