"""A shard is the unit of work of a run: its input files, one output file, one report."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.inputs import (
    InputFile,
    as_json,
    check_unchanged,
    digest_of_inputs,
    input_files,
    size_and_digest,
    states_of,
)
from boilerplate.batch.pool import RunError, StoppedError, WorkerPool
from boilerplate.batch.readers import is_archive, read_archive, read_files
from boilerplate.batch.record import NO_PAGES, Record, RecordsError, Statuses
from boilerplate.batch.site_counts import SiteCounts
from boilerplate.batch.writers import ShardFormat, Written, writer_version, writing
from boilerplate.files import check_target, real_path, write_atomically
from boilerplate.page import Kind
from boilerplate.plugins.strikes import RunStrikes
from boilerplate.serialize import SCHEMA

REPORTS: Final = ".reports"  # the folder, in the output folder, with a report for each shard
# What a shard's report has and the manifest has not: its files, and its sites without a site model.
ONLY_OF_REPORTS: Final = ("inputs", "sites")
PAGES_PER_SHARD: Final = 1000  # of files of one page each

# Called after each page: the shard, the share of it that is read, whether the page failed.
Progress = Callable[["Shard", float, bool], None]


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of many pages, or many files of one page each.

    ``name`` is unique in a run, and is the path of its output below the output folder, without
    the suffix. ``names`` are what the files are called in the output.
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
        """The size of its files, as far as they exist."""
        return sum(max(_size(path), 0) for path in self.paths)

    def inputs(self, job: Job) -> tuple[InputFile, ...]:
        """Its files as they are now."""
        return input_files(self.paths, self.names, job.folder)

    def records(self, job: Job, counts: Counter[str] | None = None) -> Iterator[Record]:
        """Its pages, one by one; ``counts`` gets the number of records that hold no page."""
        if self.is_archive:
            path = Path(self.paths[0])
            return read_archive(path, self.name, job.config.fields, counts, job.statuses)
        return read_files([Path(path) for path in self.paths], self.names, job.kind)


@dataclass(frozen=True, slots=True)
class Job:
    """How shards are cleaned, and the output folder and format; small and picklable.

    ``kind`` None tells HTML from text by content, for files of one page each. ``statuses`` are the
    ranges of HTTP statuses that pages in WARC files may have; all without any.
    """

    config: CleanerConfig
    folder: str
    format: ShardFormat = "jsonl"
    kind: Kind | None = None
    statuses: Statuses = ()

    def output(self, shard: Shard) -> Path:
        """A shard's output file."""
        return Path(self.folder, f"{shard.name}.{self.format}")

    def report(self, shard: Shard) -> Path:
        """The file of a shard's report, which is there when the shard is finished."""
        return Path(self.folder, REPORTS, f"{shard.name}.json")

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What decides the bytes of the output, as JSON."""
        return {
            **self.config.fingerprint,
            "format": self.format,
            "writer": writer_version(self.format),
            "as": self.kind,
            "statuses": [list(each) for each in self.statuses],
            "fields": asdict(self.config.fields),
            "budget": asdict(self.config.budget),
            "schema": SCHEMA,
            "reasons": self.config.reasons,
        }


@dataclass(frozen=True, slots=True)
class ShardReport:
    """The result of cleaning a shard.

    ``records`` is the number of its pages, which are all in the output; ``errors`` of those that
    failed, ``in_part`` of those that were not read to their end. ``no_pages`` is the number of the
    other records of a WARC file, such as images. ``input_sha256`` is taken of the input files'
    names and checksums. ``to_retry`` is the number of errors that may be the machine's: such a
    shard is not finished. ``plugin_failures`` has, by name, the plugins that failed: on how many
    pages, how on the first of them, and whether they were switched off for the pages after.
    ``problem`` says why nothing was written, or is empty.
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
    no_pages: int = 0
    to_retry: int = 0
    plugin_failures: dict[str, Any] = field(default_factory=dict, hash=False)
    problem: str = ""
    skipped: bool = field(default=False, compare=False)  # was finished before this run

    def entry(self) -> dict[str, Any]:
        """The report as an entry of the manifest."""
        values = asdict(self)
        del values["skipped"], values["problem"]
        return values


NO_REPORT: Final = ShardReport("")


def clean_shard(
    shard: Shard, job: Job, workers: WorkerPool | None = None, progress: Progress | None = None
) -> ShardReport:
    """Clean a shard to its output file, unless that is done; the same bytes on any machine.

    ``workers`` None starts a worker process for this thread, which is kept for its next shards.
    Pages that fail become records with an error. If the machine fails (a full disk, a missing
    file), the report has a ``problem``. Raises RunError if no shard can be cleaned, StoppedError
    if the workers were stopped.
    """
    if report := finished(shard, job):
        return report
    try:
        return _cleaned(shard, job, workers or _thread_workers(job.config), progress)
    except (RunError, StoppedError):
        raise
    except (OSError, RecordsError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return ShardReport(shard.name, problem=text)
    except Exception as error:  # noqa: BLE001 - one shard's failure must not cost the others
        return ShardReport(shard.name, problem=f"{type(error).__name__}: {error}")


def check_targets(shard: Shard, job: Job, inputs: Collection[Path]) -> None:
    """Raise OSError if a shard's files would lie outside the output folder, or be an input.

    ``inputs`` are the real paths of files, see ``files.real_path``.
    """
    for target in (job.output(shard), job.report(shard)):
        check_target(target, Path(job.folder), inputs)


def _cleaned(shard: Shard, job: Job, workers: WorkerPool, progress: Progress | None) -> ShardReport:
    check_targets(shard, job, frozenset(map(real_path, shard.paths)))
    before = states_of(shard.paths)
    target = job.output(shard)
    count = errors = in_part = to_retry = 0
    skipped: Counter[str] = Counter()
    sites = SiteCounts()
    strikes = RunStrikes(job.config.failures)
    with writing(target, job.format) as (writer, file):
        for record, cleaned in workers.clean(shard.records(job, skipped), strikes):
            writer.write(cleaned.json)
            count += 1
            errors += cleaned.failed
            in_part += cleaned.in_part
            to_retry += cleaned.to_retry
            if cleaned.site:
                sites.add(cleaned.site)
            if progress:
                progress(shard, record.position, cleaned.failed)
        inputs = shard.inputs(job)  # what was read, if they are as they were
        check_unchanged(shard.names, before, states_of(shard.paths))
    written: Written = file.written
    size = sum(max(each.bytes, 0) for each in inputs)
    output = target.relative_to(job.folder).as_posix()
    report = ShardReport(
        shard.name, size, digest_of_inputs(inputs), output,
        written.bytes, written.sha256, count, errors, in_part,
        skipped[NO_PAGES], to_retry, strikes.to_json(),
    )  # fmt: skip
    path = job.report(shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {"run": job.fingerprint, **report.entry(), "inputs": as_json(inputs)}
    values["sites"] = sites.to_json()
    write_atomically(path, readable_json(values), follow_links=False)
    return report


_of_thread = threading.local()


def _thread_workers(config: CleanerConfig) -> WorkerPool:
    """A worker process of this thread. It ends with this process, or when the config changes."""
    if getattr(_of_thread, "config", None) != config:
        if getattr(_of_thread, "workers", None):
            _of_thread.workers.__exit__()
        _of_thread.config, _of_thread.workers = config, WorkerPool(config, 1)
    return _of_thread.workers  # type: ignore[no-any-return]


def finished(shard: Shard, job: Job) -> ShardReport | None:
    """The report of a shard that the same job has cleaned, if its files are unchanged; or None.

    Input and output are read for that, to their ends.
    """
    try:
        values = json.loads(job.report(shard).read_bytes())
        if values.pop("run") != json.loads(readable_json(job.fingerprint)):
            return None
        for key in ONLY_OF_REPORTS:
            del values[key]
        report = ShardReport(**values, skipped=True)
        if any(type(value) is not type(getattr(NO_REPORT, key)) for key, value in values.items()):
            return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if report.to_retry:
        return None
    if size_and_digest(job.output(shard)) != (report.output_bytes, report.output_sha256):
        return None
    if digest_of_inputs(shard.inputs(job)) != report.input_sha256:
        return None
    return report


def _size(path: str | Path) -> int:
    """A file's size, -1 if there is none."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return -1


def readable_json(value: Mapping[str, Any]) -> bytes:
    """A value as indented JSON with sorted keys: the same bytes for equal values."""
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def shards_of(files: Iterable[tuple[Path, Path]], pages: int = PAGES_PER_SHARD) -> list[Shard]:
    """The shards of some files, each given with its path relative to their common folder.

    A file of many pages is a shard of its own. Files of one page each are put together in their
    order, ``pages`` to a shard.
    """
    shards = []
    single = []
    for path, relative in files:
        name = relative.as_posix()
        if is_archive(path):
            shards.append(Shard(name, (str(path),), (name,)))
        else:
            single.append((str(path), name))
    for number, start in enumerate(range(0, len(single), pages)):
        paths, names = zip(*single[start : start + pages], strict=True)
        shards.append(Shard(f"pages-{number:05}", paths, names))
    return shards
