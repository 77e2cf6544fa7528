"""Worker processes: a page that is too slow, too large or deadly costs that page only.

Each worker is a child of its own and speaks through pipes: it gets a few records and answers each
as soon as it is done, so that the number of its answers tells which page it is at. It ends itself
when a page takes too long, so nothing needs to watch it, and it ends when its parent is gone, so
nothing is left behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO, Final, Literal, Self, cast

from boilerplate.batch.cleaner_config import Recipe, differences
from boilerplate.batch.record import Record, opened
from boilerplate.batch.worker import PATIENCE, Answer, MiB, error_record

# How often a page is tried, each time in a fresh worker: one may die for what another page left
# in its memory, or because the machine was short of it. A page that is slow is slow again.
ATTEMPTS: Final = {"died": 3, "memory": 2, "time": 2}

# A worker is replaced now and then, so that no leak or cache of a library grows for ever.
PAGES_A_WORKER: Final = 5000
# Records that a worker gets at once: enough that it seldom waits for its parent, and few enough
# that the last ones of a file are shared among all workers.
BATCH_RECORDS: Final = 8
BATCH_BYTES: Final = 1 << 20
PIPE_BYTES: Final = 1 << 18  # a pipe holds an answer or two, where the system lets it
NEARLY: Final = 0.9  # of a page's patience: its beginning is only known by the answer before it
STARTS: Final = 5  # of a worker in a row, until none is believed to be possible

HELD_BYTES: Final = 64 * MiB  # of records that wait for their turn, for one file
# One core a worker: libraries that start threads of their own would only stand in their way.
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


class RunError(Exception):
    """A run cannot go on, with what to do about it."""


class StoppedError(Exception):
    """The workers were stopped before this page was done."""


class _Failed(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, why: Literal["died", "memory", "time"]) -> None:
        self.why = why


class Worker:
    """One child process, replaced when it ends."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()
        self.stopped = False
        self.pages = 0

    def clean(self, records: Sequence[Record]) -> list[Answer]:
        """The records' answers; an error record where each attempt at one failed."""
        answers: list[Answer] = []
        failures = dict.fromkeys(ATTEMPTS, 0)  # of the record that is next to be answered
        while len(answers) < len(records):
            process = self._started()
            rest = records[len(answers) :][: PAGES_A_WORKER - self.pages]
            try:
                for answer in self._asked(process, rest):
                    answers.append(answer)
                    self.pages += 1
                    failures = dict.fromkeys(ATTEMPTS, 0)
                if self.pages >= PAGES_A_WORKER:
                    self.end()
            except _Failed as failed:
                self.end()
                failures[failed.why] += 1
                if failures[failed.why] == ATTEMPTS[failed.why]:
                    record = self._named(records[len(answers)])
                    answers.append(error_record(record, self._told(failed.why)))
                    failures = dict.fromkeys(ATTEMPTS, 0)
        return answers

    def _told(self, why: str) -> str:
        budget = self.recipe.budget
        return {
            "time": f"took more than {budget.seconds:g} s",
            "memory": f"needed more than {budget.memory} MiB",
            "died": "ended its worker process",
        }[why]

    def _named(self, record: Record) -> Record:
        """The record with its id, if that can be had from one that killed its worker."""
        if record.form == "json":
            with contextlib.suppress(Exception):
                return replace(opened(record, self.recipe.fields), source=b"")
        return record

    def _asked(
        self, process: subprocess.Popen[bytes], records: Sequence[Record]
    ) -> Iterator[Answer]:
        """Each record's answer as it comes; _Failed where the next one does not."""
        sent = False
        for record in records:
            begun = time.monotonic()
            try:
                if not sent:
                    _send(process, list(records))
                    sent = True
                status, answer = _receive(process)
            except (OSError, EOFError, ValueError) as error:
                if self.stopped:
                    raise StoppedError from error
                raise _Failed("time" if self._was_late(process, begun) else "died") from error
            if status == b"M":
                raise _Failed("memory")
            if status == b"F":
                self.end()
                raise RunError(f"{record.id}: {answer.decode('utf-8', 'replace')}")
            yield Answer(answer, failed=status == b"E", in_part=status == b"P")

    def _was_late(self, process: subprocess.Popen[bytes], begun: float) -> bool:
        """Whether a process that broke off ended itself because a page took too long."""
        try:
            status = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return False
        if hasattr(signal, "SIGPROF") and status == -signal.SIGPROF:
            return True
        return time.monotonic() - begun >= self.recipe.budget.seconds * PATIENCE * NEARLY

    def _started(self) -> subprocess.Popen[bytes]:
        for _ in range(STARTS):
            with self.lock:
                if self.stopped:
                    raise StoppedError
                if self.process is None:
                    self.process = _child()
                    fresh = True
                else:
                    fresh = False
                process = self.process
            if not fresh:
                return process
            try:
                _send(process, self.recipe)
                status, answer = _receive(process)
            except (OSError, EOFError, ValueError):
                self.end()
                continue
            self._check(status, answer)
            return process
        raise RunError(f"a worker process ended {STARTS} times before it was ready")

    def _check(self, status: bytes, answer: bytes) -> None:
        if status == b"F":
            raise RunError(f"a worker cannot start: {answer.decode('utf-8', 'replace')}")
        known = json.loads(answer)
        if known != self.recipe.fingerprint:
            raise RunError(
                "a worker has loaded another model or other options than the run began with: "
                f"{differences(self.recipe.fingerprint, known)}"
            )

    def end(self) -> None:
        """End the process, whatever it does."""
        with self.lock:
            process, self.process = self.process, None
        self.pages = 0
        if process:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()

    def stop(self) -> None:
        """End the process for good; whoever waits for an answer gets StoppedError."""
        with self.lock:
            self.stopped = True
            if self.process:
                self.process.kill()


def _child() -> subprocess.Popen[bytes]:
    where = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "from boilerplate.batch.worker import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": where},
    )
    with contextlib.suppress(ImportError, AttributeError, OSError):  # on Linux, within its limits
        import fcntl

        for pipe in (process.stdin, process.stdout):
            fcntl.fcntl(cast("IO[bytes]", pipe), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return process


def _send(process: subprocess.Popen[bytes], what: object) -> None:
    to = cast("IO[bytes]", process.stdin)
    pickle.dump(what, to, 5)
    to.flush()


def _receive(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Wait for a worker's next status and answer."""
    back = cast("IO[bytes]", process.stdout)
    head = back.read(9)
    size = int.from_bytes(head[1:], "big")
    data = back.read(size)
    if len(head) < 9 or len(data) < size:
        raise EOFError
    return head[:1], data


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records in their order, a few at a time; one that is large is alone."""
    batch: list[Record] = []
    held = 0
    for record in records:
        size = len(record.source)
        if batch and (len(batch) == BATCH_RECORDS or held + size > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(record)
        held += size
    if batch:
        yield batch


def _size(records: Iterable[Record]) -> int:
    return sum(len(record.source) for record in records)


class Workers:
    """So many worker processes, each asked by a thread of its own; a context manager."""

    def __init__(self, recipe: Recipe, n_jobs: int = 1) -> None:
        self.recipe = recipe
        self.n_jobs = n_jobs
        self._threads = ThreadPoolExecutor(n_jobs, "boilerplate")
        self._idle = [Worker(recipe) for _ in range(n_jobs)]
        self._all = tuple(self._idle)

    def submit(self, records: Sequence[Record]) -> Future[list[Answer]]:
        """The future answers to a few records; raises RunError or StoppedError."""
        return self._threads.submit(self._clean, records)

    def _clean(self, records: Sequence[Record]) -> list[Answer]:
        worker = self._idle.pop()  # as many as there are threads: there is one, always
        try:
            found = iter(worker.clean([record for record in records if not record.error]))
        finally:
            self._idle.append(worker)
        return [error_record(r, r.error) if r.error else next(found) for r in records]

    def clean(self, records: Iterable[Record]) -> Iterator[tuple[Record, Answer]]:
        """Each record with its answer, in order; few of them are held at a time."""
        waiting: deque[tuple[list[Record], Future[list[Answer]]]] = deque()
        held = 0
        for batch in batches(records):
            size = _size(batch)
            while waiting and (len(waiting) >= 2 * self.n_jobs + 2 or held + size > HELD_BYTES):
                done, answers = waiting.popleft()
                yield from zip(done, answers.result(), strict=True)
                held -= _size(done)
            waiting.append((batch, self.submit(batch)))
            held += size
        while waiting:
            done, answers = waiting.popleft()
            yield from zip(done, answers.result(), strict=True)

    def pids(self) -> list[int]:
        """The processes that there are."""
        return [w.process.pid for w in self._all if w.process]

    def stop(self) -> None:
        """Give up what is under way."""
        for worker in self._all:
            worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.end()
