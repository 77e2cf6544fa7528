"""The shard, the unit of work of a batch run: one input file, one output file, one report."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from boilerplate.batch.cleaner_config import Recipe
from boilerplate.batch.pool import RunError, StoppedError, Workers
from boilerplate.batch.readers import is_archive, read_archive, read_files
from boilerplate.batch.record import Record, RecordsError
from boilerplate.batch.writers import Format, Written, writing
from boilerplate.files import digest_of, write_atomically
from boilerplate.page import Kind
from boilerplate.serialize import SCHEMA

REPORTS: Final = ".reports"  # one a finished shard, until and after all stand in the manifest

SHARD_PAGES: Final = 1000  # of files that are one page each

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
            "schema": SCHEMA,
            "reasons": self.recipe.reasons,
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
    path = job.report(shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, _json({"run": job.fingerprint, **report.entry()}))
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
