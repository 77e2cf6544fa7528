"""A large synthetic crawl, and what cleaning it costs: pages a second, memory, workers.

``python -m benchmarks.crawl make DIR --records 1000000`` writes WARC and Parquet shards whose
pages are those of the corpora, of train sites, each under many URLs and with its words changed a
little, so that no two are alike; ``--largest 16000`` takes none of more bytes. ``python -m
benchmarks.crawl run DIR --jobs 1 2`` cleans them with so many workers, counts every record of the
output, and prints a table; ``--json FILE`` keeps memory and records over time, and ``python -m
benchmarks.crawl draw FILE PICTURE`` draws them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.kills import SENTENCES, made_up_page, warc_record
from boilerplate.cleaner import Cleaner
from boilerplate.recipe import Recipe
from boilerplate.runner import Job, run, shards_of

RECORDS_A_SHARD = 1000
TICK = 0.5  # seconds between two looks at memory
MOMENTS = 400  # of a run that are kept: the largest of each of so many stretches
LARGEST = 2_000_000  # bytes of a page
SEED = 1


Moment = tuple[float, float, float, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run cost.

    ``moments`` are seconds since its begin, MiB of the run itself, MiB of its largest worker, and
    records cleaned by then; ``lost`` is how many records the output lacks or has twice.
    """

    jobs: int
    records: int
    errors: int
    lost: int
    input_bytes: int
    seconds: float
    own_cpu_seconds: float
    worker_cpu_seconds: float
    moments: tuple[Moment, ...]

    @property
    def peak(self) -> tuple[float, float]:
        """The most memory that the run and one worker needed."""
        return max(m[1] for m in self.moments), max(m[2] for m in self.moments)


def make_crawl(
    folder: Path, records: int, pages: list[bytes], shard_records: int = RECORDS_A_SHARD
) -> None:
    """Write shards, WARC and Parquet in turns."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True)
    for number, first in enumerate(range(0, records, shard_records)):
        of = random.Random(f"{SEED} {number}")  # noqa: S311 - no secret
        count = min(shard_records, records - first)
        rows = [(f"{number:05}-{i:05}", varied(of.choice(pages), of)) for i in range(count)]
        if number % 2:
            table = {
                "id": [name for name, _ in rows],
                "url": [f"https://site{number}.example/{name}" for name, _ in rows],
                "html": pyarrow.array([html for _, html in rows], pyarrow.binary()),
            }
            path = folder / f"part-{number:05}.parquet"
            parquet.write_table(pyarrow.table(table), path, row_group_size=200)
        else:
            path = folder / f"part-{number:05}.warc.gz"
            with path.open("wb") as file:
                for name, html in rows:  # a gzip member a record, as everywhere
                    file.write(gzip.compress(warc_record(name, html), 3, mtime=0))


def varied(page: bytes, of: random.Random) -> bytes:
    """A page with a sentence or two more, somewhere between its elements."""
    for _ in range(of.randint(1, 2)):
        at = page.find(b"</p>", of.randrange(max(len(page), 1)))
        if at >= 0:
            said = f"{of.choice(SENTENCES)} {of.randrange(10**6)}"
            page = page[: at + 4] + f"<p>{said}</p>".encode() + page[at + 4 :]
    return page


def corpus_pages(source: Path, cache: Path, largest: int = LARGEST) -> list[bytes]:
    """The HTML of the corpora's pages of train sites; no test page is looked at."""
    from training.corpora import CORPORA, load
    from training.split import split_of

    pages = (page for page in load(CORPORA, source, cache) if split_of(page.site) == "train")
    return [page.html for page in pages if len(page.html) < largest]


def made_up_pages() -> list[bytes]:
    """Pages that need no corpora."""
    of = random.Random(SEED)  # noqa: S311 - no secret
    return [made_up_page(i, of).encode() for i in range(50)]


def measure(source: Path, jobs: int, model: str | None) -> Measured:
    """Clean a crawl once, into nowhere."""
    files = [(path, path.relative_to(source)) for path in sorted(source.glob("part-*"))]
    output = tempfile.mkdtemp()
    try:
        job = Job(Recipe.of(Cleaner(model)), output, "jsonl.zst")
        done = Counter[str]()
        with watched(done) as moments:
            begun, before = time.monotonic(), os.times()
            reports = run(shards_of(files), job, jobs, lambda shard, *_: done.update([shard.name]))
            seconds, after = time.monotonic() - begun, os.times()
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
        thinned(moments),
    )


def records_in(path: Path) -> Counter[int]:
    """How often each record's number stands in a file of the output."""
    import pyarrow

    with pyarrow.input_stream(str(path), compression="zstd") as file:
        return Counter(json.loads(line)["record"] for line in file.read().splitlines())


def misplaced(found: Counter[int], records: int) -> int:
    """How many of the numbers from 0 on are missing, there twice, or too high.

    >>> misplaced(Counter([0, 1, 1, 3]), 3)
    3
    """
    wanted = Counter(range(records))
    return ((found - wanted) + (wanted - found)).total()


def thinned(moments: list[Moment], most: int = MOMENTS) -> tuple[Moment, ...]:
    """The largest of each stretch of moments."""
    step = -(-len(moments) // most)
    stretches = (moments[at : at + step] for at in range(0, len(moments), step))
    return tuple(
        (part[-1][0], max(m[1] for m in part), max(m[2] for m in part), part[-1][3])
        for part in stretches
    )


@contextmanager
def watched(done: Counter[str]) -> Iterator[list[Moment]]:
    """The moments of a run, filled while the block runs."""
    seen: list[Moment] = []
    begun = time.monotonic()
    over = threading.Event()

    def watch() -> None:
        while True:  # once at least: a small crawl is over before the first tick
            own, *children = [resident(status) for status in statuses()]
            largest = max(children, default=0.0)
            seen.append((round(time.monotonic() - begun, 1), own, largest, done.total()))
            if over.wait(TICK):
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def draw(runs: list[Mapping[str, Any]], target: Path) -> None:
    """Memory and throughput over the longest run, and throughput by workers."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    memory, speed, scaling = figure.subplots(1, 3)
    moments = max(runs, key=lambda one: one["records"])["moments"]
    minutes = [m[0] / 60 for m in moments]
    memory.plot(minutes, [m[1] for m in moments], color="#0072B2", label="main process")
    memory.plot(minutes, [m[2] for m in moments], color="#D55E00", label="largest worker")
    memory.set(xlabel="minutes", ylabel="MiB", ylim=(0, None))
    memory.legend(frameon=False)
    rates = [
        (now[3] - then[3]) / (now[0] - then[0])
        for then, now in pairwise(moments)
        if now[0] > then[0]
    ]
    speed.plot(minutes[1 : len(rates) + 1], rates, color="#D55E00")
    speed.set(xlabel="minutes", ylabel="pages a second", ylim=(0, None))
    compared = [one for one in runs if one["records"] == min(each["records"] for each in runs)]
    workers = [str(one["jobs"]) for one in compared]
    scaling.bar(workers, [one["records"] / one["seconds"] for one in compared], color="#0072B2")
    scaling.set(xlabel="workers", ylabel="pages a second")
    for panel in (memory, speed, scaling):
        panel.spines[["top", "right"]].set_visible(False)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=120, metadata={"Software": None})


def statuses() -> list[Path]:
    """Where Linux tells of this process and its children."""
    pids = [
        pid for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]  # fmt: skip
    return [Path("/proc/self/statm"), *(Path("/proc", pid, "statm") for pid in pids)]


def resident(status: Path) -> float:
    """A process's memory in MiB, 0 if it is gone."""
    try:
        return int(status.read_text().split()[1]) * 4096 / 2**20
    except OSError:
        return 0.0


def table_of(runs: list[Measured], tell: Callable[[str], None]) -> None:
    """Print runs as a table."""
    tell(
        "| workers | records | lost | errors | s | pages/s | worker's ms a page "
        "| main process's ms a page | MiB, main process | MiB, largest worker |"
    )
    tell("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in runs:
        own, worker = one.peak
        worked, read = (
            1000 * each / one.records for each in (one.worker_cpu_seconds, one.own_cpu_seconds)
        )
        tell(
            f"| {one.jobs} | {one.records} | {one.lost} | {one.errors} | {one.seconds:.0f} | "
            f"{one.records / one.seconds:.0f} | "
            f"{worked:.2f} | {read:.2f} | {own:.0f} | {worker:.0f} |"
        )


def main() -> None:
    """Make a crawl, or clean one."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make")
    make.add_argument("folder", type=Path)
    make.add_argument("--records", type=int, default=1_000_000)
    make.add_argument("--source", type=Path, help="the corpora; made-up pages without")
    make.add_argument("--largest", type=int, default=LARGEST, help="bytes of a page at most")
    make.add_argument("--cache", type=Path, help="where they are unpacked")
    clean = commands.add_parser("run")
    clean.add_argument("folder", type=Path)
    clean.add_argument("--jobs", type=int, nargs="+", default=[1])
    clean.add_argument("--model", help="a model's file; the shipped one without")
    clean.add_argument("--json", type=Path, help="keep all that was measured here")
    drawing = commands.add_parser("draw")
    drawing.add_argument("json", type=Path, nargs="+")
    drawing.add_argument("picture", type=Path)
    given = parser.parse_args()
    if given.command == "draw":
        draw([one for path in given.json for one in json.loads(path.read_bytes())], given.picture)
        return
    if given.command == "make":
        found = (
            corpus_pages(given.source, given.cache, given.largest)
            if given.source
            else made_up_pages()
        )
        make_crawl(given.folder, given.records, found)
        return
    runs = [measure(given.folder, jobs, given.model) for jobs in given.jobs]
    table_of(runs, print)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in runs]) + "\n")


if __name__ == "__main__":
    main()
