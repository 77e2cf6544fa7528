"""Many pages: from a folder to Common Crawl, nothing lost.

The shard is the unit of work: ``clean_shard`` reads one, writes one file beside it and renames
it, and says so in a report. It runs here, or anywhere that has the same files (Dask, Ray, a
Slurm array), any number of times: what is finished is not done again.
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

from boilerplate.batch.dask import _on_dask
from boilerplate.batch.manifest import begin, write_manifest
from boilerplate.batch.pool import Workers
from boilerplate.batch.shard import Job, Progress, Shard, ShardReport, clean_shard
from boilerplate.files import remove_leftovers

SHARDS_AT_ONCE: Final = 4  # on one machine, so that its workers never wait for the end of one


def run(
    shards: Sequence[Shard],
    job: Job,
    n_jobs: int = 0,
    progress: Progress | None = None,
    told: Callable[[str], None] = lambda _: None,
    dask: str | None = None,
) -> list[ShardReport]:
    """Clean all shards that are not finished, and write the manifest; a report for each begun.

    ``n_jobs`` is the number of worker processes, 0 for one a core; ``dask`` the address of a
    scheduler to use instead. The first ^C finishes the shards under way, the second gives them
    up; ``told`` gets a sentence for the person who pressed it. Fewer reports than shards come
    back then. Raises RunError where no shard can be cleaned.
    """
    reports: list[ShardReport] = []
    stop = threading.Event()
    engine = (
        _on_dask(shards, job, dask, stop)
        if dask
        else _here(shards, job, n_jobs or cores(), progress, stop)
    )
    with _interruptible(stop, told):
        begin(job)
        try:
            with contextlib.closing(engine):
                reports.extend(engine)
        finally:
            remove_leftovers(Path(job.folder))
            complete = len(reports) == len(shards) and not any(r.problem for r in reports)
            write_manifest(job, complete)
    return reports


def _here(
    shards: Sequence[Shard], job: Job, n_jobs: int, progress: Progress | None, stop: threading.Event
) -> Generator[ShardReport, None, None]:
    at_once = min(SHARDS_AT_ONCE, n_jobs, len(shards)) or 1
    with Workers(job.recipe, n_jobs) as workers, ThreadPoolExecutor(at_once) as threads:
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
def _interruptible(stop: threading.Event, told: Callable[[str], None]) -> Iterator[None]:
    """Let the first ^C set ``stop``, and the next be a KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        told("finishing the files under way; press ^C again to give them up")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
