"""Other people's code on hostile pages: each page in a process of its own, that may be killed.

An alarm would not do: a loop inside a C extension never hears it, and a crash takes its process
along. A fork for each page costs some milliseconds and forgets whatever a tool cached.
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
# A job and the names of its steps, to a result for each step in order.
Steps = Callable[[Any, tuple[str, ...]], Iterator[Any]]


@dataclass(slots=True)
class _Run:
    """A job under way: the steps still to come, and what the others gave."""

    number: int
    job: Any
    todo: deque[str]
    results: dict[str, Any] = field(default_factory=dict)
    process: Any = None
    deadline: float = 0.0


def run_all(
    jobs: Iterable[Any], steps: tuple[str, ...], work: Steps, processes: int, seconds: float
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of each job and its steps' results, as jobs end.

    ``work(job, steps)`` runs in a fork and yields a result for each step, in order. A step that
    takes longer than ``seconds`` gives TIMED_OUT, one that takes its process along CRASHED; the
    steps after it are run in another fork.
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
    """Take what a job has to say; how its present step failed, None while it has not."""
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
