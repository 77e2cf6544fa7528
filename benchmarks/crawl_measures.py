"""What cleaning a crawl costs: time, memory over time, and whether every record came out."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, shards_of
from boilerplate.cleaner import Cleaner

TICK: Final = 0.5  # seconds between two measurements of memory
MOMENTS: Final = 400  # of a run that are stored: the maxima of so many stretches of time
SHARDS_AT_A_TIME: Final = 20  # that are cleaned, counted and stored in the results
# Seconds since the start, MiB of the main process, MiB of the largest worker, cleaned records.
Moment = tuple[float, float, float, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run cost.

    ``lost`` is the number of records that are missing in the output or in it twice, ``shards`` the
    number of files that were cleaned, ``moments`` the memory over time.
    """

    jobs: int
    records: int
    errors: int
    lost: int
    input_bytes: int
    seconds: float
    own_cpu_seconds: float
    worker_cpu_seconds: float
    output_bytes: int
    shards: int
    moments: tuple[Moment, ...]

    @property
    def peak(self) -> tuple[float, float]:
        """Peak memory, in MiB, of the main process and of one worker."""
        return max(m[1] for m in self.moments), max(m[2] for m in self.moments)


def measure_on(
    shards: list[Path], jobs: int, model: str | None, stored: Path | None,
    at_a_time: int = SHARDS_AT_A_TIME,
) -> Measured:  # fmt: skip
    """Clean a crawl, some shards at a time; those in the file ``stored`` are not cleaned again."""
    parts = parts_in(stored)
    done = sum(part.shards for part in parts if part.jobs == jobs)
    for begin in range(done, len(shards), at_a_time):
        parts.append(measure(shards[begin : begin + at_a_time], jobs, model))
        if stored:
            beside = stored.with_suffix(".part")
            beside.write_text(json.dumps([asdict(part) for part in parts]) + "\n")
            beside.replace(stored)
    return joined([part for part in parts if part.jobs == jobs])


def measure(shards: list[Path], jobs: int, model: str | None) -> Measured:
    """Clean some files of a crawl into a temporary folder, and count the output."""
    files = [(path, Path(path.name)) for path in shards]
    output = tempfile.mkdtemp()
    try:
        job = Job(CleanerConfig.of(Cleaner(model)), output, "jsonl.zst")
        done = Counter[str]()
        with watched(done) as moments:
            start, before = time.monotonic(), os.times()
            reports = run(shards_of(files), job, jobs, lambda shard, *_: done.update([shard.name]))
            seconds, after = time.monotonic() - start, os.times()
        written = [records_in(Path(output, r.output)) for r in reports if r.output]
    finally:
        shutil.rmtree(output)
    return Measured(
        jobs,
        sum(r.records for r in reports),
        sum(r.errors for r in reports),
        sum(misplaced(found, r.records) for found, r in zip(written, reports, strict=True)),
        sum(path.stat().st_size for path, _ in files),
        seconds,
        after.user + after.system - before.user - before.system,
        after.children_user + after.children_system - before.children_user - before.children_system,
        sum(r.output_bytes for r in reports),
        len(files),
        thinned(moments),
    )


def joined(parts: list[Measured]) -> Measured:
    """The parts of a run as one run."""
    moments: list[Moment] = []
    records, seconds = 0, 0.0
    for part in parts:
        moments += [(seconds + m[0], m[1], m[2], records + m[3]) for m in part.moments]
        records, seconds = records + part.records, seconds + part.seconds
    sums = {
        name: sum(getattr(part, name) for part in parts)
        for name in Measured.__slots__
        if name not in ("jobs", "moments")
    }
    return Measured(jobs=parts[0].jobs, moments=thinned(moments), **sums)


def parts_in(stored: Path | None) -> list[Measured]:
    """The stored parts of all runs; none without a file."""
    values = json.loads(stored.read_bytes()) if stored and stored.exists() else []
    return [
        Measured(**{**value, "moments": tuple(tuple(m) for m in value["moments"])})
        for value in values
    ]


def runs_in(stored: Path) -> list[Measured]:
    """The stored runs, by the number of workers."""
    parts = parts_in(stored)
    return [
        joined([p for p in parts if p.jobs == jobs]) for jobs in sorted({p.jobs for p in parts})
    ]


def records_in(path: Path) -> Counter[int]:
    """How often each record number is in a file of the output."""
    import pyarrow

    with pyarrow.input_stream(str(path), compression="zstd") as file:
        return Counter(json.loads(line)["record"] for line in file.read().splitlines())


def misplaced(found: Counter[int], records: int) -> int:
    """How many record numbers are missing, repeated, or too high.

    >>> misplaced(Counter([0, 1, 1, 3]), 3)
    3
    """
    wanted = Counter(range(records))
    return ((found - wanted) + (wanted - found)).total()


# ----------------------------------------------------------------------------- memory over time


@contextmanager
def watched(done: Counter[str]) -> Iterator[list[Moment]]:
    """A list of moments, which a thread fills while the block runs."""
    seen: list[Moment] = []
    start = time.monotonic()
    over = threading.Event()

    def watch() -> None:
        while True:  # at least once, for a small crawl is over before the first tick
            own, *children = [resident(status) for status in statuses()]
            largest = max(children, default=0.0)
            seen.append((round(time.monotonic() - start, 1), own, largest, done.total()))
            if over.wait(TICK):
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def thinned(moments: list[Moment], most: int = MOMENTS) -> tuple[Moment, ...]:
    """The maximum of each stretch of moments, so that few remain."""
    step = -(-len(moments) // most)
    stretches = (moments[at : at + step] for at in range(0, len(moments), step))
    return tuple(
        (part[-1][0], max(m[1] for m in part), max(m[2] for m in part), part[-1][3])
        for part in stretches
    )


def statuses() -> list[Path]:
    """The files in /proc with the memory of this process and of its children."""
    pids = [
        pid for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]  # fmt: skip
    return [Path("/proc/self/statm"), *(Path("/proc", pid, "statm") for pid in pids)]


def resident(status: Path) -> float:
    """The memory of a process in MiB, 0 if it has ended."""
    try:
        return int(status.read_text().split()[1]) * 4096 / 2**20
    except OSError:
        return 0.0
