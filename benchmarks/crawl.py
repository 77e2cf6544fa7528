"""A large synthetic crawl, and what cleaning it costs: pages a second, memory, workers.

``python -m benchmarks.crawl make DIR --records 1000000`` writes WARC and Parquet shards whose
pages are those of the corpora, of train sites, each under many URLs and with its words changed a
little, so that no two are alike; ``--small`` takes none of more than 16,000 bytes. ``python -m
benchmarks.crawl run DIR --jobs 1 2`` cleans them with so many workers, counts every record of the
output, and prints a table; ``--first 50`` cleans the first 50 shards only. With ``--json FILE`` it
keeps what it measured, shards by shards: a run that was stopped goes on where it was, and output
is removed once it is counted, so that little of the disk is needed. ``python -m benchmarks.crawl
document FILE`` writes its figures into docs/many-pages.md, docs/results/crawl.json and
docs/pictures/crawl.png.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.kills import SENTENCES, made_up_page, warc_record
from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, shards_of
from boilerplate.cleaner import Cleaner
from training.card import write_section

RECORDS_A_SHARD = 1000
TICK = 0.5  # seconds between two looks at memory
MOMENTS = 400  # of a run that are kept: the largest of each of so many stretches
LARGEST = 2_000_000  # bytes of a page
SMALL = 16_000  # bytes of a page of a small crawl, of which many are cleaned in a night
SHARDS_AT_A_TIME = 20  # are cleaned, counted, and kept in the results
HERE = Path(__file__).parent.parent
BEGIN, END = "<!-- made by benchmarks.crawl -->", "<!-- end -->"
CRAWLED = 3_000_000_000  # pages of one month of Common Crawl
SEED = 1


Moment = tuple[float, float, float, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run cost.

    ``moments`` are seconds since its begin, MiB of the run itself, MiB of its largest worker, and
    records cleaned by then; ``lost`` is how many records the output lacks or has twice; ``shards``
    how many files were cleaned.
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


def shards_in(source: Path) -> list[Path]:
    """The files of a crawl."""
    return sorted(source.glob("part-*"))


def measure(shards: list[Path], jobs: int, model: str | None) -> Measured:
    """Clean files of a crawl once, into nowhere."""
    files = [(path, Path(path.name)) for path in shards]
    output = tempfile.mkdtemp()
    try:
        job = Job(CleanerConfig.of(Cleaner(model)), output, "jsonl.zst")
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
        sum(r.output_bytes for r in reports),
        len(files),
        thinned(moments),
    )


def joined(parts: list[Measured]) -> Measured:
    """What cleaning a crawl cost of which one part was cleaned after another."""
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


def measure_on(
    shards: list[Path], jobs: int, model: str | None, kept: Path | None,
    at_a_time: int = SHARDS_AT_A_TIME,
) -> Measured:  # fmt: skip
    """Clean a crawl some shards at a time; what ``kept`` tells of has been cleaned before."""
    parts = parts_in(kept)
    done = sum(part.shards for part in parts if part.jobs == jobs)
    for begin in range(done, len(shards), at_a_time):
        parts.append(measure(shards[begin : begin + at_a_time], jobs, model))
        if kept:
            beside = kept.with_suffix(".part")
            beside.write_text(json.dumps([asdict(part) for part in parts]) + "\n")
            beside.replace(kept)
    return joined([part for part in parts if part.jobs == jobs])


def parts_in(kept: Path | None) -> list[Measured]:
    """What was measured before, part by part."""
    values = json.loads(kept.read_bytes()) if kept and kept.exists() else []
    return [
        Measured(**{**value, "moments": tuple(tuple(m) for m in value["moments"])})
        for value in values
    ]


def runs_in(kept: Path) -> list[Measured]:
    """The runs whose parts are kept, by workers."""
    parts = parts_in(kept)
    return [
        joined([p for p in parts if p.jobs == jobs]) for jobs in sorted({p.jobs for p in parts})
    ]


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


def draw(runs: list[Measured], target: Path) -> None:
    """Memory and throughput over the longest run, and throughput by workers."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    memory, speed, scaling = figure.subplots(1, 3)
    moments = max(runs, key=lambda one: one.records).moments
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
    workers = [str(one.jobs) for one in runs]
    scaling.bar(workers, [one.records / one.seconds for one in runs], color="#0072B2")
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


def write_document(runs: list[Measured], docs: Path) -> None:
    """Put the figures of runs between the marks in many-pages.md, and draw them."""
    kept = docs / "results" / "crawl.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps([asdict(run) for run in runs]) + "\n", "utf-8")
    draw(runs, docs / "pictures" / "crawl.png")
    page = docs / "many-pages.md"
    told: list[str] = []
    table_of(runs, told.append)
    section = "\n".join(["", *told, "", *in_words(runs), ""])
    write_section(page, section, (BEGIN, END))


def in_words(runs: list[Measured]) -> list[str]:
    """What runs tell, and what they would tell of three billion pages."""
    longest = max(runs, key=lambda one: one.records)
    one, most = runs[0], runs[-1]
    size = longest.input_bytes / longest.records
    worked = longest.worker_cpu_seconds / longest.records
    own = longest.own_cpu_seconds / longest.records
    hours = CRAWLED * (worked + own) / 3600
    out = longest.output_bytes / longest.records
    faster = (most.records / most.seconds) / (one.records / one.seconds)
    peak = longest.peak
    return [
        f"A page has {size / 1000:.1f} KB as it lies in its file, and {out / 1000:.1f} KB in the "
        f"output. {most.jobs} workers are {faster:.2f} times as fast as {one.jobs}.",
        "",
        "![memory and pages a second over time, and by workers](pictures/crawl.png)",
        "",
        "### Three billion pages, on paper",
        "",
        "Common Crawl has about 90,000 WARC files a month, of some 33,000 pages and 1 GB each. If "
        "its pages were like these:",
        "",
        "| | |",
        "|---|---|",
        f"| a page | {worked + own:.4f} s of one core: {worked:.4f} in the worker, {own:.4f} to "
        "read, ship and write |",
        f"| a shard (one WARC file) | 33,000 pages: {33_000 * (worked + own) / 60:.0f} minutes on "
        "one core |",
        f"| all | {hours:,.0f} core-hours: {hours / 1000:.0f} hours on 1000 cores |",
        f"| memory | {peak[1]:.0f} MiB a worker, {peak[0]:.0f} a main process |",
        f"| output | {CRAWLED * out / 1e12:.1f} TB in `jsonl.zst` |",
        f"| a main process | feeds {worked / own:.0f} workers |",
        "| machines that are taken away | each costs half a shard for each core it had: at 5 % an "
        "hour, 1 % of the work or less |",
        "| poison pages | each costs its budget two or three times, and a worker's start: at one "
        f"in 100,000 pages and 30 s each, {CRAWLED / 1e5 * 60 / 3600:,.0f} core-hours |",
    ]


def main() -> None:
    """Make a crawl, clean one, or write what that cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make")
    make.add_argument("folder", type=Path)
    make.add_argument("--records", type=int, default=1_000_000)
    make.add_argument("--source", type=Path, help="the corpora; made-up pages without")
    make.add_argument("--small", action="store_true", help=f"pages of {SMALL:,} bytes at most")
    make.add_argument("--cache", type=Path, help="where they are unpacked")
    clean = commands.add_parser("run")
    clean.add_argument("folder", type=Path)
    clean.add_argument("--jobs", type=int, nargs="+", default=[1])
    clean.add_argument("--model", help="a model's file; the shipped one without")
    clean.add_argument("--first", type=int, help="so many shards only")
    clean.add_argument("--json", type=Path, help="keep what is measured here, and go on from it")
    writing = commands.add_parser("document")
    writing.add_argument("json", type=Path, nargs="?", default=HERE / "docs/results/crawl.json")
    given = parser.parse_args()
    if given.command == "document":
        write_document(runs_in(given.json), HERE / "docs")
        return
    if given.command == "make":
        found = (
            corpus_pages(given.source, given.cache, SMALL if given.small else LARGEST)
            if given.source
            else made_up_pages()
        )
        make_crawl(given.folder, given.records, found)
        return
    shards = shards_in(given.folder)[: given.first]
    table_of([measure_on(shards, jobs, given.model, given.json) for jobs in given.jobs], print)


if __name__ == "__main__":
    main()
