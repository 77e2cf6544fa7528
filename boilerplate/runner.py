"""Many pages: from a folder to Common Crawl, nothing lost.

The shard is the unit of work: ``clean_shard`` reads one, writes one file beside it and renames
it, and says so in a report. It runs here, or anywhere that has the same files (Dask, Ray, a
Slurm array), any number of times: what is finished is not done again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from boilerplate.page import Kind
from boilerplate.recipe import Recipe, differences
from boilerplate.records import (
    Format,
    Record,
    RecordsError,
    Written,
    beside,
    digest_of,
    is_archive,
    read_archive,
    read_files,
    remove_left_behind,
    writing,
)
from boilerplate.workers import RunError, StoppedError, Workers

MANIFEST: Final = "manifest.json"
REPORTS: Final = ".reports"  # one a finished shard, until and after all stand in the manifest
MANIFEST_FORMAT: Final = "boilerplate-manifest"
MANIFEST_VERSION: Final = 1
SHARD_PAGES: Final = 1000  # of files that are one page each
SHARDS_AT_ONCE: Final = 4  # on one machine, so that its workers never wait for the end of one
SECONDS_TO_CONNECT: Final = 15  # to a cluster's scheduler
RESUBMISSIONS: Final = 5  # of a shard to a cluster whose workers die

Progress = Callable[["Shard", float, bool], None]  # a shard, its share read, whether in error


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of many pages, or many files of one page each.

    ``name`` is unique in a run and the path of its output, without suffix, below the run's
    folder; ``names`` are what its files are called in their records.
    """

    name: str
    paths: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def is_archive(self) -> bool:
        """Whether the shard is one file of many pages."""
        return len(self.paths) == 1 and is_archive(self.paths[0])

    @property
    def bytes(self) -> int:
        """The size of its files that are there."""
        return sum(max(_size(path), 0) for path in self.paths)

    def records(self, job: Job) -> Iterator[Record]:
        """Its pages."""
        if self.is_archive:
            return read_archive(Path(self.paths[0]), self.name, job.recipe.fields)
        return read_files([Path(path) for path in self.paths], self.names, job.kind)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with each shard, and where it goes: small and picklable."""

    recipe: Recipe
    folder: str
    form: Format = "jsonl"
    kind: Kind | None = None

    def output(self, shard: Shard) -> Path:
        """The file that a shard is cleaned to."""
        return Path(self.folder, f"{shard.name}.{self.form}")

    def report(self, shard: Shard) -> Path:
        """The file that says that a shard is finished."""
        return Path(self.folder, REPORTS, f"{shard.name}.json")

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What decides the bytes of the output, as JSON."""
        return {
            **self.recipe.fingerprint,
            "format": self.form,
            "as": self.kind,
            "fields": asdict(self.recipe.fields),
            "budget": asdict(self.recipe.budget),
        }


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What came of a shard: ``records`` is the number of its pages, and of its output's records.

    ``in_part`` is how many of these pages were not read to their end.
    ``input_sha256`` is of the digests of its files; ``problem`` says why nothing was written.
    """

    shard: str
    input_bytes: int = 0
    input_sha256: str = ""
    output: str = ""
    output_bytes: int = 0
    output_sha256: str = ""
    records: int = 0
    errors: int = 0
    in_part: int = 0
    problem: str = ""
    skipped: bool = field(default=False, compare=False)  # it was finished before

    def entry(self) -> dict[str, Any]:
        """The report as it stands in the manifest."""
        values = asdict(self)
        del values["skipped"], values["problem"]
        return values


def clean_shard(
    shard: Shard, job: Job, workers: Workers | None = None, progress: Progress | None = None
) -> ShardReport:
    """Clean a shard to its output file, unless that is done; the same bytes wherever it runs.

    ``workers`` None makes a worker process of this thread's own, kept for its next shards.
    Failures of pages are error records; of the machine, a report with a problem. Raises RunError
    where no shard can be cleaned, StoppedError when the workers were stopped.
    """
    if report := finished(shard, job):
        return report
    try:
        return _cleaned(shard, job, workers or _own_workers(job.recipe), progress)
    except (RunError, StoppedError):
        raise
    except (OSError, RecordsError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return ShardReport(shard.name, problem=text)
    except Exception as error:  # noqa: BLE001 - one shard's failure must not cost the others
        return ShardReport(shard.name, problem=f"{type(error).__name__}: {error}")


def _cleaned(shard: Shard, job: Job, workers: Workers, progress: Progress | None) -> ShardReport:
    size = shard.bytes
    digest = digest_of(map(Path, shard.paths))
    target = job.output(shard)
    count = errors = in_part = 0
    with writing(target, job.form) as (writer, file):
        for record, answer in workers.clean(shard.records(job)):
            writer.write(answer.json)
            count += 1
            errors += answer.failed
            in_part += answer.in_part
            if progress:
                progress(shard, record.position, answer.failed)
    written: Written = file.written
    report = ShardReport(
        shard.name, size, digest, target.relative_to(job.folder).as_posix(),
        written.bytes, written.sha256, count, errors, in_part,
    )  # fmt: skip
    with beside(job.report(shard)) as out:
        out.write(_json({"run": job.fingerprint, **report.entry()}))
    return report


_mine = threading.local()


def _own_workers(recipe: Recipe) -> Workers:
    """A worker process for this thread; it ends with the process, or when the recipe changes."""
    if getattr(_mine, "recipe", None) != recipe:
        if getattr(_mine, "workers", None):
            _mine.workers.__exit__()
        _mine.recipe, _mine.workers = recipe, Workers(recipe, 1)
    return _mine.workers  # type: ignore[no-any-return]


def finished(shard: Shard, job: Job) -> ShardReport | None:
    """The report of a shard that was cleaned by the same job and whose files are unchanged."""
    path = job.report(shard)
    try:
        values = json.loads(path.read_bytes())
        if values.pop("run") != json.loads(_json(job.fingerprint)):
            return None
        report = ShardReport(**values, skipped=True)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if _size(job.output(shard)) != report.output_bytes or shard.bytes != report.input_bytes:
        return None
    if any(_changed(file) >= _changed(path) for file in shard.paths) and (
        digest_of(map(Path, shard.paths)) != report.input_sha256
    ):
        return None
    return report


def _size(path: str | Path) -> int:
    """A file's size, -1 where there is none."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return -1


def _changed(path: str | Path) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


# ------------------------------------------------------------------------------ the manifest


def begin(job: Job) -> None:
    """Make the run's folder, or raise RunError if it holds a run of another kind."""
    folder = Path(job.folder)
    path = folder / MANIFEST
    folder.mkdir(parents=True, exist_ok=True)
    try:
        manifest = json.loads(path.read_bytes())
        if manifest.get("format") != MANIFEST_FORMAT:
            raise ValueError("it is another kind of file")
        if manifest.get("version") != MANIFEST_VERSION:
            raise ValueError(f"it is of version {manifest.get('version')!r}")
        run = dict(manifest["run"])
    except FileNotFoundError:
        write_manifest(job, complete=False)
        return
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(
            f"{path} cannot be read ({error}); choose another folder for --output"
        ) from error
    now = json.loads(_json(job.fingerprint))
    if run != now:
        raise RunError(
            f"{folder} was begun otherwise, and half of each would be no result: "
            f"{differences(run, now)}. Go on as it was begun, or choose another folder for --output"
        )
    remove_left_behind(folder)


def write_manifest(job: Job, complete: bool) -> None:
    """Write what the run's folder holds: counts and checksums, in the order of names.

    All finished shards stand there, whoever finished them: several runs may share a folder.
    """
    run = json.loads(_json(job.fingerprint))
    entries = []
    for path in Path(job.folder, REPORTS).rglob("*.json"):
        entry = json.loads(path.read_bytes())
        if entry.pop("run") == run:
            entries.append(entry)
    counted = ("records", "errors", "in_part")
    totals = {key: sum(entry.get(key, 0) for entry in entries) for key in counted}
    manifest = {
        "format": MANIFEST_FORMAT,
        "version": MANIFEST_VERSION,
        "complete": complete,
        "run": run,
        "totals": totals,
        "shards": sorted(entries, key=lambda entry: str(entry["shard"])),
    }
    with beside(Path(job.folder, MANIFEST)) as file:
        file.write(_json(manifest))


# ---------------------------------------------------------------------------------- one run


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
            remove_left_behind(Path(job.folder))
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


def _on_dask(
    shards: Sequence[Shard], job: Job, address: str, stop: threading.Event
) -> Generator[ShardReport, None, None]:
    """Futures, one a shard; one whose worker dies is submitted again."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise RunError("Dask is missing: pip install 'boilerplate-lines[dask]'") from error
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
            except Exception as error:  # noqa: BLE001 - whatever a cluster's failures are called
                if attempt < RESUBMISSIONS:
                    todo.append((shard, attempt + 1))
                else:
                    yield ShardReport(shard.name, problem=f"{type(error).__name__}: {error}")


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


# ------------------------------------------------------------------------------- the shards


def shards_of(files: Iterable[tuple[Path, Path]], pages: int = SHARD_PAGES) -> list[Shard]:
    """The shards of files, each given with its path below the folder that they share.

    A file of many pages is a shard of its own; of the others so many are one, in their order.
    """
    shards = []
    loose = []
    for path, relative in files:
        name = relative.as_posix()
        if is_archive(path):
            shards.append(Shard(name, (str(path),), (name,)))
        else:
            loose.append((str(path), name))
    for number, start in enumerate(range(0, len(loose), pages)):
        paths, names = zip(*loose[start : start + pages], strict=True)
        shards.append(Shard(f"pages-{number:05}", paths, names))
    return shards
