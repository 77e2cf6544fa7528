"""``boilerplate train sites``: a site model for each site of a crawl."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from boilerplate.batch.readers import ARCHIVE_SUFFIXES, check_packages
from boilerplate.batch.record import Fields, RecordsError, Statuses
from boilerplate.batch.site_counts import LEAST_PAGES
from boilerplate.cli.batch import FIELD_OPTION, JOBS_OPTION, STATUS_OPTION, STOPPED
from boilerplate.cli.progress import RunProgress
from boilerplate.cli.sources import PAGE_SUFFIXES, STDIN, find_inputs
from boilerplate.cli.terminal import INTERRUPTED_STATUS, echo, say, warn
from boilerplate.plugins.paths import site_models_folder

if TYPE_CHECKING:
    from boilerplate.batch.learning import Learned
    from boilerplate.batch.shard import ShardReport

LABELS_FIELD: Final = "labels"
# Model files that cannot be written, and sites that are left as they are, are named up to here.
MAX_WARNINGS: Final = 10

FOLDER_OPTION: Final = click.option(
    "--site-models", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    envvar="BOILERPLATE_SITE_MODELS",
    help="The folder of site models. Default: one in your configuration folder.",
)  # fmt: skip


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(allow_dash=True))
@FOLDER_OPTION
@click.option(
    "--least-pages", type=click.IntRange(min=1), default=LEAST_PAGES, show_default=True,
    metavar="N", help="Learn sites with at least so many different pages.",
)  # fmt: skip
@click.option(
    "--update", is_flag=True, help="Add the pages to the models that there are, however few."
)
@JOBS_OPTION
@FIELD_OPTION
@STATUS_OPTION
def sites(
    sources: tuple[str, ...],
    folder: Path | None,
    least_pages: int,
    update: bool,
    jobs: int | None,
    fields: Fields,
    statuses: Statuses,
) -> None:
    """Train a model of each site that has enough pages in a crawl.

    SOURCES are files of many pages, folders, glob patterns and single pages, as for clean; the
    key or column "labels" may hold the text of a page's labels file. The host of a page's URL is
    its site. Sites with few pages, and pages without a URL, are counted and left out.

    \b
    Examples:
      boilerplate train sites crawl/*.warc.gz
      boilerplate train sites pages.jsonl --least-pages 5 --site-models models
      boilerplate train sites tuesday.parquet --update

    The models are the same for any number of workers and any order of the files. A run that was
    stopped continues with the same command, and does not read again what it has finished. A file
    that is damaged is named, and its other pages are learned from. A model that has labels which
    the crawl lacks is not replaced.

    Exit status: 0 success, 1 some input failed or some model could not be written, 2 the command
    was wrong, 130 ^C was pressed.
    """
    from boilerplate.batch.cleaner_config import CleanerConfig, SketchOf
    from boilerplate.batch.learning import damage, forget, forget_others, learn, learning_job
    from boilerplate.batch.pool import RunError
    from boilerplate.batch.run import run
    from boilerplate.batch.shard import shards_of
    from boilerplate.cleaner import Cleaner
    from boilerplate.cli.output import common_folder
    from boilerplate.plugins import no_plugins

    if STDIN in sources:
        raise click.UsageError("standard input is no file of a crawl; name files or folders")
    folder = folder or site_models_folder()
    inputs = tuple(find_inputs(sources, suffixes=(*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES)))
    readable = [found for found in inputs if not found.problem]
    for found in inputs:
        if found.problem:
            warn(found.name, found.problem)
    if not readable:
        raise click.ClickException("there is no page to learn from")
    check_packages(found.name for found in readable)
    common = common_folder(readable)
    shards = shards_of((found.path, found.path.relative_to(common)) for found in readable)
    cleaner = Cleaner(plugins=no_plugins())
    config = CleanerConfig.of(cleaner, replace(fields, labels=LABELS_FIELD), form=SketchOf())
    job = learning_job(config, folder, statuses)
    forget_others(job)
    try:
        with RunProgress(shards) as progress:
            reports = run(shards, job, jobs or 0, progress.page, progress.notify)
            for each in reports:
                progress.finished(each)
        if len(reports) < len(shards):
            say(STOPPED)
            sys.exit(INTERRUPTED_STATUS)
        for name, problem in damage(job, reports):
            warn(name, problem)
        learned = learn(shards, job, folder, least_pages, update)
    except (RunError, RecordsError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say(STOPPED)
        sys.exit(INTERRUPTED_STATUS)
    failed = _print_problems(reports, learned)
    if all(each.problem for each in reports):
        forget(shards, job)
        raise click.ClickException("there is no page to learn from")
    _print_result(folder, learned, least_pages)
    if not failed:
        forget(shards, job)
    failed |= len(readable) < len(inputs) or any(each.errors for each in reports)
    sys.exit(1 if failed else 0)


def _print_problems(reports: Sequence[ShardReport], learned: Learned) -> bool:
    """Print which files and models failed; whether the same command should try again."""
    failed = [(each.shard, each.problem) for each in reports if each.problem]
    for name, problem in failed:
        warn(name, problem)
    if to_retry := sum(each.to_retry for each in reports):
        say(f"the workers of {to_retry} pages were killed; the same command tries them again")
    for name, problem in learned.failed[:MAX_WARNINGS]:
        warn(name, problem)
    if len(learned.failed) > MAX_WARNINGS:
        say(f"{len(learned.failed):,} models could not be read or written")
    for site in learned.kept[:MAX_WARNINGS]:
        warn(site, "its model has labels that these pages lack, and was left; add with --update")
    if len(learned.kept) > MAX_WARNINGS:
        say(f"{len(learned.kept):,} models with labels of their own were left as they are")
    return bool(failed or to_retry or learned.failed)


def _print_result(folder: Path, learned: Learned, least_pages: int) -> None:
    """Print the sites with most pages, and how many were learned and left out."""
    from boilerplate.explain.html_parts import counted

    for site, pages in learned.largest:
        echo(f"{site}  {counted(pages, 'page')}")
    if (more := learned.sites - len(learned.largest)) > 0:
        echo(f"and {counted(more, 'site')} more")
    labelled = f", {learned.labelled:,} of them labelled" if learned.labelled else ""
    echo(
        f"{folder}: {counted(learned.sites, 'site')} learned from "
        f"{counted(learned.pages, 'page')}{labelled}"
    )
    if learned.few:
        few = counted(learned.few, "site")
        echo(f"{few} with fewer than {least_pages} pages: {counted(learned.few_pages, 'page')}")
    if learned.no_site:
        echo(f"{counted(learned.no_site, 'page')} without a URL that names a site")
