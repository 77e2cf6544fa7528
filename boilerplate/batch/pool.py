"""Worker processes: a page that is too slow, too large or crashes costs that page only.

Each worker is a child process that talks through pipes. It gets a few records and sends each
result as soon as it has it, so the number of results says which page it is at. It ends itself when
a page takes too long, so no watchdog is needed, and when its parent is gone, so none is left
behind.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import IO, Final, Literal, Self, cast

from boilerplate.batch.child import MiB, child_process, end_process, receive_message
from boilerplate.batch.cleaner_config import CleanerConfig, differences
from boilerplate.batch.record import Record, unpack
from boilerplate.batch.worker import (
    START_SECONDS,
    WALL_CLOCK_FACTOR,
    CleanedRecord,
    Request,
    failed_page,
)
from boilerplate.plugins.strikes import RunStrikes

Failure = Literal["died", "killed", "memory", "time"]

# How often a page is tried, each time in a fresh worker. A worker may die because of what an
# earlier page left in its memory, or because the machine was short of memory. A slow page
# is slow again: it has a second try in case the machine was suspended. A worker that was killed
# from outside says nothing about the page, and the next run tries it again.
ATTEMPTS: Final[dict[Failure, int]] = {"died": 3, "killed": 3, "memory": 2, "time": 2}
_BY_THE_PAGE: Final[tuple[Failure, ...]] = ("died", "memory", "time")
# What the system, or a person, ends a process with; a page ends one with others.
KILLS: Final = tuple(
    getattr(signal, name) for name in ("SIGKILL", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How records are handed out to workers."""

    # A worker is replaced after this many pages, so that a leak in a library cannot grow for ever.
    pages_per_worker: int = 5000
    # Records that are sent together: enough that a worker seldom waits for its parent, and few
    # enough that the last ones of a file are shared among all workers.
    records_per_request: int = 8
    bytes_per_request: int = 1 << 20
    pipe_bytes: int = 1 << 18  # room for a result or two, where the system allows it
    # When a page was begun is only known from the result before it: a worker that ended after this
    # share of a page's time by the clock is taken to have run out of it.
    late_share: float = 0.9
    # Seconds before a page whose worker was killed is tried again, times the tries: what the
    # machine lacked, mostly memory, may be there again.
    pause: float = 1.0
    starts: int = 5  # of a worker, one after the other, before the run is given up
    held_bytes: int = 64 * MiB  # of the records of one file that are sent or wait for their turn


SETTINGS: Final = PoolSettings()
WORKER: Final = "boilerplate.batch.worker"


class RunError(Exception):
    """A run cannot go on; says what to do about it."""


class StoppedError(Exception):
    """The workers were stopped before this page was done."""


class _RecordFailed(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, why: Failure) -> None:
        self.why = why


class WorkerProcess:
    """One child process, which is replaced when it ends."""

    def __init__(self, config: CleanerConfig) -> None:
        self.config = config
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()
        self.stopped = False
        self.pages = 0

    def clean(
        self, records: Sequence[Record], off: frozenset[str] = frozenset()
    ) -> list[CleanedRecord]:
        """One result a record; an error for a record that failed as often as it may be tried.

        ``off`` are the plugins that are switched off. When a page that ended its worker is tried
        for the last time, plugins are called with care: it may have been one of them.
        """
        results: list[CleanedRecord] = []
        failures = dict.fromkeys(ATTEMPTS, 0)  # of the record whose result is next
        while len(results) < len(records):
            process = self._started()
            careful = any(failures[why] == ATTEMPTS[why] - 1 for why in _BY_THE_PAGE)
            most = 1 if careful else SETTINGS.pages_per_worker - self.pages
            rest = records[len(results) :][:most]
            try:
                for result in self._request(process, Request(rest, off, careful)):
                    results.append(result)
                    self.pages += 1
                    failures = dict.fromkeys(ATTEMPTS, 0)
                if self.pages >= SETTINGS.pages_per_worker:
                    self.end()
            except _RecordFailed as failed:
                self.end()
                failures[failed.why] += 1
                if failures[failed.why] == ATTEMPTS[failed.why]:
                    record = self._with_id(records[len(results)])
                    page = failed_page(record, self._message(failed.why))
                    results.append(replace(page, to_retry=failed.why == "killed"))
                    failures = dict.fromkeys(ATTEMPTS, 0)
                elif failed.why == "killed":
                    time.sleep(SETTINGS.pause * failures["killed"])
        return results

    def _message(self, why: Failure) -> str:
        budget = self.config.budget
        return {
            "time": f"took more than {budget.seconds:g} s",
            "memory": f"needed more than {budget.memory} MiB",
            "died": "ended its worker process",
            "killed": "its worker process was killed; the same command tries it again",
        }[why]

    def _with_id(self, record: Record) -> Record:
        """The record with its own id, if that can be read from one that ended its worker."""
        if record.source_format == "json":
            with contextlib.suppress(Exception):
                return replace(unpack(record, self.config.fields), source=b"")
        return record

    def _request(
        self, process: subprocess.Popen[bytes], request: Request
    ) -> Iterator[CleanedRecord]:
        """Each record's result as it comes; raises _RecordFailed for the first that has none."""
        sent = False
        for record in request.records:
            begun = time.monotonic()
            try:
                if not sent:
                    _send(process, request)
                    sent = True
                results = cast("IO[bytes]", process.stdout)
                message_type, data = receive_message(results)
                site, plugins = "", None
                if message_type == b"S":
                    site = data.decode()
                    message_type, data = receive_message(results)
                if message_type == b"O":
                    plugins = pickle.loads(data)  # noqa: S301 - from a worker
                    message_type, data = receive_message(results)
            except (OSError, EOFError, ValueError) as error:
                if self.stopped:
                    raise StoppedError from error
                seconds = self.config.budget.seconds
                raise _RecordFailed(self._why_it_ended(process, begun, seconds)) from error
            if message_type == b"M":
                raise _RecordFailed("memory")
            if message_type == b"F":
                self.end()
                raise RunError(f"{record.id}: {data.decode('utf-8', 'replace')}")
            failed, in_part = message_type == b"E", message_type == b"P"
            yield CleanedRecord(data, failed, in_part, site=site, plugins=plugins)

    def _why_it_ended(
        self, process: subprocess.Popen[bytes], begun: float, seconds: float
    ) -> Failure:
        """Why a process has ended that had ``seconds`` since ``begun``, by its status and time."""
        try:
            status = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "died"
        if hasattr(signal, "SIGPROF") and status == -signal.SIGPROF:
            return "time"
        if time.monotonic() - begun >= seconds * WALL_CLOCK_FACTOR * SETTINGS.late_share:
            return "time"
        return "killed" if -status in KILLS else "died"

    def _started(self) -> subprocess.Popen[bytes]:
        for _ in range(SETTINGS.starts):
            with self.lock:
                if self.stopped:
                    raise StoppedError
                if self.process is None:
                    self.process = child_process(WORKER, SETTINGS.pipe_bytes)
                    fresh = True
                else:
                    fresh = False
                process = self.process
            if not fresh:
                return process
            begun = time.monotonic()
            try:
                _send(process, self.config)
                message_type, data = receive_message(cast("IO[bytes]", process.stdout))
            except (OSError, EOFError, ValueError) as error:
                why = self._why_it_ended(process, begun, START_SECONDS)
                self.end()
                if why == "time":
                    problem = f"a worker process took more than {START_SECONDS:g} s to start"
                    raise RunError(problem) from error
                continue
            self._check(message_type, data)
            return process
        raise RunError(f"a worker process ended {SETTINGS.starts} times before it was ready")

    def _check(self, message_type: bytes, data: bytes) -> None:
        """Raise RunError unless the worker is ready and has loaded what the run began with."""
        if message_type == b"F":
            raise RunError(f"a worker cannot start: {data.decode('utf-8', 'replace')}")
        loaded = json.loads(data)
        if loaded != self.config.fingerprint:
            raise RunError(
                "a worker has loaded another model or other options than the run began with: "
                f"{differences(self.config.fingerprint, loaded)}"
            )

    def end(self) -> None:
        """Kill the process and wait for its end."""
        with self.lock:
            process, self.process = self.process, None
        self.pages = 0
        if process:
            end_process(process)

    def stop(self) -> None:
        """Kill the process for good; a thread that waits for a result gets StoppedError."""
        with self.lock:
            self.stopped = True
            if self.process:
                self.process.kill()


def _send(process: subprocess.Popen[bytes], value: object) -> None:
    pipe = cast("IO[bytes]", process.stdin)
    pickle.dump(value, pipe, 5)
    pipe.flush()


def chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records in their order, a few at a time; a large one is alone."""
    chunk: list[Record] = []
    held = 0
    for record in records:
        size = len(record.source)
        full = len(chunk) == SETTINGS.records_per_request
        if chunk and (full or held + size > SETTINGS.bytes_per_request):
            yield chunk
            chunk, held = [], 0
        chunk.append(record)
        held += size
    if chunk:
        yield chunk


def _size(records: Iterable[Record]) -> int:
    return sum(len(record.source) for record in records)


class WorkerPool:
    """Worker processes, each with a thread that talks to it; a context manager."""

    def __init__(self, config: CleanerConfig, n_jobs: int = 1) -> None:
        self.config = config
        self.n_jobs = n_jobs
        self._threads = ThreadPoolExecutor(n_jobs, "boilerplate")
        self._idle = [WorkerProcess(config) for _ in range(n_jobs)]
        self._all = tuple(self._idle)

    def submit(self, records: Sequence[Record], strikes: RunStrikes) -> Future[list[CleanedRecord]]:
        """The future results of a few records, without the plugins that are off by then.

        It raises RunError or StoppedError.
        """
        return self._threads.submit(self._clean, records, strikes)

    def _clean(self, records: Sequence[Record], strikes: RunStrikes) -> list[CleanedRecord]:
        worker = self._idle.pop()  # there are as many workers as threads, so one is idle
        whole = [record for record in records if not record.error]
        try:
            results = iter(worker.clean(whole, strikes.off))
        finally:
            self._idle.append(worker)
        return [failed_page(r, r.error) if r.error else next(results) for r in records]

    def clean(
        self, records: Iterable[Record], strikes: RunStrikes | None = None
    ) -> Iterator[tuple[Record, CleanedRecord]]:
        """Each record with its result, in order; few records are held at a time.

        A plugin that is switched off, as the ``strikes`` of the records before say, is so for all
        records after. Those of them that were cleaned with it meanwhile are cleaned again.
        """
        strikes = strikes or RunStrikes(self.config.failures)
        waiting: deque[tuple[list[Record], Future[list[CleanedRecord]]]] = deque()
        held = 0
        most = 2 * self.n_jobs + 2
        for chunk in chunks(records):
            size = _size(chunk)
            while waiting and (len(waiting) >= most or held + size > SETTINGS.held_bytes):
                done, results = waiting.popleft()
                yield from self._results(done, results.result(), strikes)
                held -= _size(done)
            waiting.append((chunk, self.submit(chunk, strikes)))
            held += size
        while waiting:
            done, results = waiting.popleft()
            yield from self._results(done, results.result(), strikes)

    def _results(
        self, records: list[Record], results: list[CleanedRecord], strikes: RunStrikes
    ) -> Iterator[tuple[Record, CleanedRecord]]:
        """Each record with its result, without the plugins that were switched off before it."""
        for record, result in zip(records, results, strict=True):
            if result.may_be_due_to(strikes.off):
                [result] = self.submit([record], strikes).result()
            if result.plugins:
                strikes.count(result.plugins)
            yield record, result

    def pids(self) -> list[int]:
        """The ids of the processes that run now."""
        return [w.process.pid for w in self._all if w.process]

    def stop(self) -> None:
        """Kill the processes for good, whatever they are doing."""
        for worker in self._all:
            worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.end()
