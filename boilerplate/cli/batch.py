"""The part of ``boilerplate clean`` that cleans many pages to shards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from boilerplate.batch.extras import check_extra
from boilerplate.batch.readers import is_archive
from boilerplate.batch.record import FIELD_NAMES, Fields, RecordsError, Statuses
from boilerplate.batch.writers import SHARD_FORMATS, ShardFormat, check_format
from boilerplate.cli.progress import RunProgress
from boilerplate.cli.sources import STDIN, Input
from boilerplate.cli.terminal import INTERRUPTED_STATUS, say, warn
from boilerplate.cli.to_learn import print_to_learn, sites_to_learn
from boilerplate.display import visible
from boilerplate.files import write_atomically
from boilerplate.page import Kind

if TYPE_CHECKING:
    from boilerplate.batch.shard import Job, Shard, ShardReport
    from boilerplate.cleaner import Cleaner
    from boilerplate.explain.summary import Summary, ToLearn

ONLY_OF_SHARDS: Final = SHARD_FORMATS[1:]  # formats that a single page is not written in
MAX_STALE: Final = 5  # names of shards that are listed
STOPPED: Final = "stopped; the same command continues where this one stopped"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """The options that only concern shards; 0 is for those not given."""

    jobs: int = 0
    fields: Fields = field(default_factory=Fields)
    shard_pages: int = 0
    page_seconds: float = 30.0
    page_memory: int = 1024
    dask: str | None = None
    reasons: bool = False
    statuses: Statuses = ()


def _statuses(_: object, __: object, given: Sequence[str]) -> Statuses:
    found = []
    for each in given:
        first, _dash, last = each.partition("-")
        last = last or first
        if not (first.isdecimal() and last.isdecimal() and 100 <= int(first) <= int(last) <= 999):
            raise click.BadParameter(f"{each!r} is no HTTP status, such as 200, or range, 200-299")
        found.append((int(first), int(last)))
    return tuple(found)


def _fields(_: object, __: object, given: Sequence[str]) -> Fields:
    names = {}
    for each in given:
        field_name, equals, name = each.partition("=")
        if field_name not in FIELD_NAMES or not equals or not name:
            raise click.BadParameter(
                f"{each!r} is not FIELD=NAME, where FIELD is one of {', '.join(FIELD_NAMES)}"
            )
        names[field_name] = name
    return replace(Fields(), **names)


JOBS_OPTION: Final = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), metavar="N",
    help="Worker processes for many pages. Default: one per core.",
)  # fmt: skip
FIELD_OPTION: Final = click.option(
    "--field", "fields", multiple=True, callback=_fields, metavar="FIELD=NAME",
    help="The name in JSON lines and Parquet of a page's id, url, html, text or charset; "
    "metadata.url is url in the object metadata. Default: these names.",
)  # fmt: skip
STATUS_OPTION: Final = click.option(
    "--status", "statuses", multiple=True, callback=_statuses, metavar="STATUS",
    help="Take only pages of this HTTP status in WARC files, or range: 200-299. May be "
    "given again. Default: all.",
)  # fmt: skip


def batch_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options for shards to a command, which gets them as one argument ``batch``."""
    options = (
        JOBS_OPTION,
        FIELD_OPTION,
        STATUS_OPTION,
        click.option(
            "--shard-pages", type=click.IntRange(min=1), metavar="N",
            help="Clean files of one page each to shards of this many pages. Default: 1000, if "
            "the format asks for shards.",
        ),
        click.option(
            "--page-seconds", type=click.FloatRange(0.1, 86400), default=30.0, show_default=True,
            help="The time a page may take, in shards; one that takes longer becomes an error.",
        ),
        click.option(
            "--page-memory", type=click.IntRange(64), default=1024, show_default=True,
            metavar="MIB", help="The memory a page may need, in shards (on Linux).",
        ),
        click.option("--dask", metavar="ADDRESS", help="Clean shards on this Dask scheduler."),
        click.option(
            "--reasons", is_flag=True,
            help="Write into shards why each line was kept or dropped; takes about half "
            "as much time again.",
        ),
    )  # fmt: skip

    def gathered(**given: Any) -> None:
        options = {each.name: given.pop(each.name) for each in dataclasses.fields(BatchOptions)}
        given_options = {k: v for k, v in options.items() if v is not None}
        command(**given, batch=BatchOptions(**given_options))

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(options):
        gathered = option(gathered)
    return gathered


def wants_shards(inputs: Sequence[Input], output_format: str, batch: BatchOptions) -> bool:
    """Whether the inputs, the format or the options ask for shards."""
    return (
        output_format in ONLY_OF_SHARDS
        or bool(batch.shard_pages or batch.dask)
        or any(is_archive(found.name) for found in inputs if not found.problem)
    )


def without_own_output(inputs: Iterable[Input], output: Path | None) -> tuple[Input, ...]:
    """The inputs without the files that an earlier run wrote to ``output``."""
    from boilerplate.batch.targets import is_of_a_run

    found = tuple(inputs)
    if output is None:
        return found
    kept = tuple(each for each in found if not is_of_a_run(each.path, output))
    if left_out := len(found) - len(kept):
        say(f"left out {left_out} files that an earlier run wrote to {visible(str(output))}")
    return kept


def clean_shards(
    inputs: Sequence[Input],
    common: Path,
    output: Path | None,
    output_format: str,
    kind: Kind | None,
    cleaner: Cleaner,
    batch: BatchOptions,
    report: Path | None = None,
) -> int:
    """Clean inputs to shards in the folder ``output``, and write a ``report``; the exit status.

    ``common`` is the folder that all inputs are in.
    """
    from boilerplate.batch.cleaner_config import Budget, CleanerConfig
    from boilerplate.batch.pool import RunError
    from boilerplate.batch.run import run
    from boilerplate.batch.shard import PAGES_PER_SHARD, REPORTS, Job, shards_of
    from boilerplate.batch.verify import left_over

    if output is None:
        raise click.UsageError("many pages are written to a folder; name it with --output")
    if any(found.name == STDIN for found in inputs):
        raise click.UsageError("standard input cannot be cleaned to shards; name a file")
    if kind and any(is_archive(found.name) for found in inputs):
        raise click.UsageError("--as is for files of one page; name fields with --field")
    shard_format: ShardFormat = "jsonl" if output_format == "text" else output_format  # type: ignore[assignment]
    for found in inputs:
        if found.problem:
            warn(found.name, found.problem)
    shards = shards_of(
        ((found.path, found.path.relative_to(common)) for found in inputs if not found.problem),
        batch.shard_pages or PAGES_PER_SHARD,
    )
    budget = Budget(batch.page_seconds, batch.page_memory)
    config = CleanerConfig.of(cleaner, batch.fields, budget, batch.reasons)
    job = Job(config, str(output.absolute()), shard_format, kind, batch.statuses)
    check_format(shard_format)
    if batch.dask:
        check_extra("dask")
    try:
        with RunProgress(shards) as progress:
            reports = run(shards, job, batch.jobs, progress.page, progress.notify, batch.dask)
            for each in reports:
                progress.finished(each)
    except (RunError, RecordsError, OSError) as error:  # OSError: from the manifest or the folder
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say(STOPPED)
        return INTERRUPTED_STATUS
    status = _print_result(shards, reports, output, any(found.problem for found in inputs))
    if stale := left_over(shards, job):
        more = f" and {len(stale) - MAX_STALE} more" if len(stale) > MAX_STALE else ""
        say(
            f"left over in {visible(str(output))} from input that is gone, or in other shards "
            f"now: {visible(', '.join(stale[:MAX_STALE]))}{more}. Remove these shards and their "
            f"reports in {REPORTS}, or clean to an empty folder"
        )
    to_learn = sites_to_learn(shards, job)
    if to_learn:
        print_to_learn(to_learn)
    if report and not _write_report_on(job, shards, reports, report, to_learn):
        return status or 1
    return status


def _write_report_on(
    job: Job,
    shards: Sequence[Shard],
    reports: Sequence[ShardReport],
    target: Path,
    to_learn: ToLearn | None,
) -> bool:
    """Write the report on the finished shards, which are read again; whether that was possible."""
    from boilerplate.batch.record import RecordsError
    from boilerplate.batch.writers import read_cleaned
    from boilerplate.explain.summary import summary_of_records

    done = {each.shard for each in reports if not each.problem}
    # By name: what is counted within limits depends on the order.
    by_name = sorted(shards, key=lambda shard: shard.name)
    paths = [job.output(shard) for shard in by_name if shard.name in done]
    try:
        summary = summary_of_records(
            record for path in paths for record in read_cleaned(path, job.format)
        )
    except (RecordsError, OSError, ValueError) as error:
        warn(str(target), f"no report: {error}")
        return False
    summary.to_learn = to_learn
    return write_report(summary, target)


def write_report(summary: Summary, target: Path) -> bool:
    """Write the report on many pages; if that fails, print why and give False."""
    from boilerplate.explain.batch_report import summary_report

    try:
        write_atomically(target, summary_report(summary).encode())
    except OSError as error:
        warn(str(target), error.strerror or str(error))
        return False
    return True


def _print_result(
    shards: Sequence[Shard], reports: Sequence[ShardReport], output: Path, failed: bool
) -> int:
    """Print how many shards and pages were cleaned, and what failed; the exit status."""
    for report in reports:
        if report.problem:
            warn(report.shard, report.problem)
    done = [report for report in reports if not report.problem]
    records, errors, in_part, no_pages = (
        sum(getattr(r, count) for r in done)
        for count in ("records", "errors", "in_part", "no_pages")
    )
    before = sum(report.skipped for report in done)
    say(
        f"{len(done)} of {len(shards)} shards in {visible(str(output))}, {records} records, "
        f"{errors} of them errors" + (f"; finished before: {before} shards" if before else "")
    )
    _print_plugin_failures(done)
    if errors:
        say('each of these records says why in its "error"')
    if to_retry := sum(report.to_retry for report in done):
        say(f"the workers of {to_retry} pages were killed; the same command tries them again")
    if in_part:
        say(f"{in_part} of the pages are too large or cut off, and were read in part: see 'unread'")
    if no_pages:
        say(f"{no_pages} other records hold no page that is wanted (images, revisits, robots.txt)")
    if len(reports) < len(shards):
        say(STOPPED)
        return INTERRUPTED_STATUS
    return 1 if failed or errors or len(done) < len(shards) else 0


def _print_plugin_failures(reports: Iterable[ShardReport]) -> None:
    """Print a line for each plugin that failed: how, how often, and where it was switched off."""
    by_plugin: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for report in sorted(reports, key=lambda report: report.shard):
        for name, failures in report.plugin_failures.items():
            by_plugin.setdefault(name, []).append((report.shard, failures))
    for name, found in sorted(by_plugin.items()):
        pages = sum(failures["pages"] for _, failures in found)
        off = [shard for shard, failures in found if failures["switched_off"]]
        text = f"{found[0][1]['first']}; it failed on {pages} {'page' if pages == 1 else 'pages'}"
        if off:
            shards = off[0] if len(off) == 1 else f"{off[0]} and {len(off) - 1} other shards"
            text += f", and was switched off for the rest of {shards}"
        warn(f"plugin {name}", text)
