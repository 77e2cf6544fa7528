"""The part of ``boilerplate clean`` that takes many pages to shards."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from boilerplate.batch.readers import is_archive
from boilerplate.batch.record import ROLES, Fields, RecordsError
from boilerplate.batch.writers import FORMATS, Format, check_format
from boilerplate.cli.sources import STDIN, Input
from boilerplate.cli.terminal import INTERRUPTED_STATUS, say, warn
from boilerplate.display import visible
from boilerplate.files import write_atomically
from boilerplate.page import Kind

if TYPE_CHECKING:
    from boilerplate.batch.shard import Job, Shard, ShardReport
    from boilerplate.cleaner import Cleaner
    from boilerplate.explain.summary import Batch

SHARD_FORMATS: Final = FORMATS[1:]  # that are of no single page


@dataclass(frozen=True, slots=True)
class Many:
    """The options for many pages, as given."""

    jobs: int = 0
    fields: Fields = field(default_factory=Fields)
    shard_pages: int = 0
    page_seconds: float = 30.0
    page_memory: int = 1024
    dask: str | None = None
    reasons: bool = False


def _fields(_: object, __: object, given: Sequence[str]) -> Fields:
    named = {}
    for each in given:
        role, equals, name = each.partition("=")
        if role not in ROLES or not equals or not name:
            raise click.BadParameter(
                f"{each!r} is not ROLE=NAME, where ROLE is one of {', '.join(ROLES)}"
            )
        named[role] = name
    return replace(Fields(), **named)


def many_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options for many pages to a command, which gets them as one argument ``many``."""
    options = (
        click.option(
            "--jobs", type=click.IntRange(min=1), metavar="N",
            help="Worker processes for many pages. Default: one a core.",
        ),
        click.option(
            "--field", "fields", multiple=True, callback=_fields, metavar="ROLE=NAME",
            help="What JSON lines and Parquet call a page's id, url, html, text or charset. "
            "Default: these names.",
        ),
        click.option(
            "--shard-pages", type=click.IntRange(min=1), metavar="N",
            help="Take files of one page each to shards of so many. Default: 1000, where the "
            "format asks for shards.",
        ),
        click.option(
            "--page-seconds", type=click.FloatRange(0.1, 86400), default=30.0, show_default=True,
            help="What a page may take, in shards; one that takes longer is an error record.",
        ),
        click.option(
            "--page-memory", type=click.IntRange(64), default=1024, show_default=True,
            metavar="MIB", help="What a page may need, in shards (on Linux).",
        ),
        click.option("--dask", metavar="ADDRESS", help="Clean shards on this Dask scheduler."),
        click.option(
            "--reasons", is_flag=True,
            help="Write into shards why each line was kept or dropped; takes twice as long.",
        ),
    )  # fmt: skip

    def gathered(**given: Any) -> None:
        mine = {each.name: given.pop(each.name) for each in fields(Many)}
        command(**given, many=Many(**{k: v for k, v in mine.items() if v is not None}))

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(options):
        gathered = option(gathered)
    return gathered


def is_many(inputs: Sequence[Input], form: str, many: Many) -> bool:
    """Whether what was asked for is shards: by the inputs, the format or the options."""
    return (
        form in SHARD_FORMATS
        or bool(many.shard_pages or many.dask)
        or any(is_archive(found.name) for found in inputs if not found.problem)
    )


def clean_many(
    inputs: Sequence[Input],
    common: Path,
    output: Path | None,
    form: str,
    kind: Kind | None,
    cleaner: Cleaner,
    many: Many,
    target: Path | None = None,
) -> int:
    """Clean inputs to shards in a folder, with a report in a file ``target``; the exit status."""
    from boilerplate.batch.cleaner_config import Budget, Recipe
    from boilerplate.batch.pool import RunError
    from boilerplate.batch.run import run
    from boilerplate.batch.shard import SHARD_PAGES, Job, shards_of

    if output is None:
        raise click.UsageError("many pages go into a folder; name it with --output")
    if any(found.name == STDIN for found in inputs):
        raise click.UsageError("standard input cannot be taken to shards; name a file")
    if kind and any(is_archive(found.name) for found in inputs):
        raise click.UsageError("--as is for files of one page; name fields with --field")
    shape: Format = "jsonl" if form == "text" else form  # type: ignore[assignment]
    for found in inputs:
        if found.problem:
            warn(found.name, found.problem)
    shards = shards_of(
        ((found.path, found.path.relative_to(common)) for found in inputs if not found.problem),
        many.shard_pages or SHARD_PAGES,
    )
    recipe = Recipe.of(
        cleaner, many.fields, Budget(many.page_seconds, many.page_memory), many.reasons
    )
    job = Job(recipe, str(output.absolute()), shape, kind)
    try:
        check_format(shape)
        with _progress(shards) as progress:
            reports = run(shards, job, many.jobs, progress.page, progress.told, many.dask)
            for report in reports:
                progress.finished(report)
    except (RunError, RecordsError, OSError) as error:  # OSError: of the manifest, of --output
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say("stopped; the same command goes on where this one stopped")
        return INTERRUPTED_STATUS
    status = _summed_up(shards, reports, output, any(found.problem for found in inputs))
    if target and not _report_on(job, shards, reports, target):
        return status or 1
    return status


def _report_on(
    job: Job, shards: Sequence[Shard], reports: Sequence[ShardReport], target: Path
) -> bool:
    """Write the report on the shards that are finished, read from their files one by one."""
    from boilerplate.batch.record import RecordsError
    from boilerplate.batch.writers import read_cleaned
    from boilerplate.explain.summary import batch_of_records

    done = {each.shard for each in reports if not each.problem}
    paths = [job.output(shard) for shard in shards if shard.name in done]
    try:
        batch = batch_of_records(each for path in paths for each in read_cleaned(path, job.form))
    except (RecordsError, OSError, ValueError) as error:
        warn(str(target), f"no report: {error}")
        return False
    return write_report(batch, target)


def write_report(batch: Batch, target: Path) -> bool:
    """Write the report on a batch of pages; False, and said, where that cannot be."""
    from boilerplate.explain.batch_report import batch_report

    try:
        write_atomically(target, batch_report(batch).encode())
    except OSError as error:
        warn(str(target), error.strerror or str(error))
        return False
    return True


def _summed_up(
    shards: Sequence[Shard], reports: Sequence[ShardReport], output: Path, failed: bool
) -> int:
    for report in reports:
        if report.problem:
            warn(report.shard, report.problem)
    done = [report for report in reports if not report.problem]
    records, errors, in_part = (
        sum(getattr(r, what) for r in done) for what in ("records", "errors", "in_part")
    )
    before = sum(report.skipped for report in done)
    say(
        f"{len(done)} of {len(shards)} shards in {visible(str(output))}, {records} records, "
        f"{errors} of them errors" + (f"; {before} shards were finished before" if before else "")
    )
    if in_part:
        say(f"{in_part} of the pages are larger than we read, and came out in part: see 'unread'")
    if len(reports) < len(shards):
        say("stopped; the same command goes on where this one stopped")
        return INTERRUPTED_STATUS
    return 1 if failed or errors or len(done) < len(shards) else 0


class _Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.sizes: Mapping[str, int] = {shard.name: shard.bytes for shard in shards}
        self.read: dict[str, float] = {}
        self.pages = self.errors = 0
        self.begun = self.shown = time.monotonic()
        console = Console(stderr=True)
        self.bar = Progress(
            BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[pages]} pages, {task.fields[rate]:.0f}/s, "
                       "{task.fields[errors]} errors"),
            TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self.task = self.bar.add_task(
            "", total=max(sum(self.sizes.values()), 1), pages=0, errors=0, rate=0.0
        )

    def __enter__(self) -> _Progress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def page(self, shard: Shard, position: float, failed: bool) -> None:
        self.pages += 1
        self.errors += failed
        self.read[shard.name] = position * self.sizes[shard.name]
        if (now := time.monotonic()) - self.shown > 0.2:
            self.shown = now
            self._show()

    def finished(self, report: ShardReport) -> None:
        self.read[report.shard] = self.sizes[report.shard]
        self._show()

    def _show(self) -> None:
        self.bar.update(
            self.task, completed=sum(self.read.copy().values()), pages=self.pages,
            errors=self.errors, rate=self.pages / max(time.monotonic() - self.begun, 1e-3),
        )  # fmt: skip

    def told(self, what: str) -> None:
        self.bar.console.print(f"boilerplate: {what}", highlight=False)


_progress = _Progress
