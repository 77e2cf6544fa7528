"""Runs untrusted code on hostile pages: each page in its own process, which may be killed.

An alarm signal is not enough: Python handles none within a C extension's loop, and a crash ends
the process. A fork for each page costs some milliseconds, and loses what a tool has cached.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Final

TIMED_OUT: Final = "timeout"
CRASHED: Final = "crash"
# A function from a job and the names of its steps to a result for each step, in order.
Steps = Callable[[Any, tuple[str, ...]], Iterator[Any]]


@dataclass(slots=True)
class _Run:
    """A job with the steps that are left, and the results of those that are done."""

    number: int
    job: Any
    todo: deque[str]
    results: dict[str, Any] = field(default_factory=dict)
    process: Any = None
    deadline: float = 0.0


def run_all(
    jobs: Iterable[Any], steps: tuple[str, ...], work: Steps, processes: int, seconds: float
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each job and its results by step, as the jobs end.

    ``work(job, steps)`` runs in a fork and yields a result for each step, in order. A step that
    takes longer than ``seconds`` has the result TIMED_OUT, one that ends its process CRASHED; the
    steps after it run in another fork.
    """
    context = multiprocessing.get_context("fork")
    waiting = deque(_Run(i, job, deque(steps)) for i, job in enumerate(jobs))
    active: dict[Connection, _Run] = {}
    try:
        while waiting or active:
            while waiting and len(active) < processes:
                run = waiting.popleft()
                ours, theirs = context.Pipe(duplex=False)
                run.process = context.Process(
                    target=_child, args=(theirs, work, run.job, tuple(run.todo)), daemon=True
                )
                run.process.start()
                theirs.close()
                run.deadline = time.monotonic() + seconds
                active[ours] = run
            nearest = min(run.deadline for run in active.values()) - time.monotonic()
            ready = set(wait(list(active), max(0.0, nearest)))
            for pipe, run in list(active.items()):
                failure = _advance(pipe, run, pipe in ready, seconds)
                if failure is None and run.todo:
                    continue
                del active[pipe]
                pipe.close()
                if failure is not None:
                    run.results[run.todo.popleft()] = failure
                run.process.kill()
                run.process.join()
                if run.todo:
                    waiting.appendleft(run)
                else:
                    yield run.number, run.results
    finally:
        for run in active.values():
            run.process.kill()


def _advance(pipe: Connection, run: _Run, ready: bool, seconds: float) -> str | None:
    """Receive a result if there is one; how the current step failed, None if it did not."""
    if ready:
        try:
            result = pipe.recv()
        except EOFError:
            return CRASHED
        run.results[run.todo.popleft()] = result
        run.deadline = time.monotonic() + seconds
        return None
    return TIMED_OUT if time.monotonic() >= run.deadline else None


def _child(pipe: Connection, work: Steps, job: Any, steps: tuple[str, ...]) -> None:
    for result in work(job, steps):
        pipe.send(result)
    pipe.close()
