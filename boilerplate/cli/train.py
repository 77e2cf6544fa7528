"""``boilerplate train``: train, update, check and report on site models."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boilerplate.batch.readers import ARCHIVE_SUFFIXES, check_packages, is_archive
from boilerplate.batch.record import Fields, Statuses
from boilerplate.cli.batch import FIELD_OPTION, JOBS_OPTION, STATUS_OPTION
from boilerplate.cli.hints import train_sites_line
from boilerplate.cli.site_pages import (
    Reading,
    SitePages,
    drifts,
    largest_sites,
    read_site_pages,
    say_left_out,
)
from boilerplate.cli.sources import PAGE_SUFFIXES, Input, find_inputs
from boilerplate.cli.terminal import echo, warn
from boilerplate.cli.train_sites import FOLDER_OPTION, LABELS_FIELD, sites
from boilerplate.files import write_atomically
from boilerplate.page import Kind
from boilerplate.plugins.paths import site_models_folder

if TYPE_CHECKING:
    from boilerplate.site_models.site_model import SiteModel


@click.group()
def train() -> None:
    """Train site models on pages of a site, or of all sites of a crawl."""


train.add_command(sites)


@train.command()
@click.argument("name")
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@FOLDER_OPTION
@click.option(
    "--labels", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
    help="A folder with a PAGE.labels file for each labelled page.",
)  # fmt: skip
@click.option(
    "--as", "page_kind", type=click.Choice(["html", "text"]),
    help="Read the pages as this. Default: detected from their content.",
)  # fmt: skip
@click.option("--update", is_flag=True, help="Add the pages to the existing model.")
@click.option("--force", is_flag=True, help="Take a NAME without a dot, such as that of a machine.")
@click.option(
    "--check", is_flag=True, help="Train nothing; say whether the site still looks like its model."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
    help="Also write what was learned as one HTML file for a browser.",
)  # fmt: skip
@JOBS_OPTION
@FIELD_OPTION
@STATUS_OPTION
def site(
    name: str,
    sources: tuple[str, ...],
    folder: Path | None,
    labels: Path | None,
    page_kind: Kind | None,
    update: bool,
    force: bool,
    check: bool,
    report: Path | None,
    jobs: int | None,
    fields: Fields,
    statuses: Statuses,
) -> None:
    """Train a model of site NAME on a few of its pages.

    SOURCES are pages, folders, glob patterns and files of many pages, as for clean: WARC, Parquet,
    JSON lines, packed or not. Of many pages those of the site are taken, by their URLs. The key or
    column "labels" may hold the text of a page's labels file. Five pages help, twenty are enough;
    labels are optional.

    \b
    Examples:
      boilerplate train site daily.example pages/*.html
      boilerplate train site daily.example crawl/*.warc.gz
      boilerplate train site daily.example monday.jsonl --update
      boilerplate train site daily.example pages --report learned.html
      boilerplate train site daily.example today/*.html --check
      boilerplate clean page.html --url https://daily.example/a-page

    The model is one file, NAME.site.zip, which contains no text of the pages; clean finds it by
    the page's URL. Pages of another site, by the URL that is given or claimed in their head, are
    left out, and so are pages that have next to nothing in common with the others. 'boilerplate
    train sites' learns all sites of a crawl.

    \b
    A labels file has a line for each line of its page, with a sign before its text:
      + a line of the article
      - a line of site chrome
      ? not known
    and, where you know it, its role: +caption, -cookie.
    'boilerplate train labels page.html' writes one to correct.

    Exit status: 0 success, 1 some input failed or, with --check, the site has changed,
    2 the command was wrong.
    """
    from boilerplate.batch.pool import RunError
    from boilerplate.cli.sites import page_counts
    from boilerplate.site_models.folder import SUFFIX, is_site
    from boilerplate.site_models.site_model import SiteModel
    from boilerplate.site_models.sketch import merged

    name = name.lower().removeprefix("www.")
    if not is_site(name):
        raise click.BadParameter(
            f"{name!r} is not a host name; write it as in daily.example", param_hint="NAME"
        )
    if "." not in name and not force:
        raise click.BadParameter(
            f"{name!r} has no dot, as hosts of the web have; --force takes it", param_hint="NAME"
        )
    if not sources:
        raise click.UsageError("name the pages to learn from: files, folders, glob patterns")
    inputs = tuple(find_inputs(sources, suffixes=(*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES)))
    if page_kind and any(is_archive(found.name) for found in inputs):
        raise click.UsageError("--as is for files of one page; name fields with --field")
    check_packages(found.name for found in inputs)
    path = (folder or site_models_folder()) / f"{name}{SUFFIX}"
    existing = _load(path) if update or check else SiteModel(name)
    fields = replace(fields, labels=LABELS_FIELD)
    reading = Reading(inputs, name, fields, statuses, page_kind, labels, jobs or 0)
    try:
        if check:
            sys.exit(1 if _drifts(existing, reading) else 0)
        found = read_site_pages(reading, with_report=report is not None)
    except RunError as error:
        raise click.ClickException(str(error)) from error
    _refuse_other_sites(found, name, sources)
    if labels and not found.labelled:
        raise click.ClickException(
            f"{labels} has labels of none of the pages; no model was written. Leave --labels out, "
            "or make some with 'boilerplate label'"
        )
    model = SiteModel(name)
    samples = (found.named, found.unnamed) if found.takes_unnamed else (found.named,)
    model.sample_ = merged(each.sample for each in samples)
    say_left_out(found, model)
    model = existing.merge(model)
    if model.n_pages == 1 and not model.sample_.n_labelled:
        warn(
            name,
            "one page teaches next to nothing, for no line of it recurs; add some with --update",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    echo(f"{path}: {page_counts(model)}, {path.stat().st_size / 1000:.0f} kB")
    if report:
        from boilerplate.explain.site_report import site_report

        write_atomically(report, site_report(model, found.reported).encode("utf-8"))
    sys.exit(1 if found.failures else 0)


@train.command()
@click.argument("source", type=click.Path(allow_dash=True))
@click.option(
    "--as", "page_kind", type=click.Choice(["html", "text"]), help="Read the page as this."
)
def labels(source: str, page_kind: Kind | None) -> None:
    """Print the lines of a page with the labels that the model predicts, to be corrected.

    \b
    Example:
      boilerplate train labels page.html > labels/page.html.labels
    """
    from boilerplate.cleaner import Cleaner
    from boilerplate.labelling.labels import write_labels
    from boilerplate.reading.magic import NotAPageError

    try:
        labels = write_labels(Cleaner().clean(Input(source, Path.cwd()).read(), kind=page_kind))
    except OSError as error:
        raise click.ClickException(f"{source}: {error.strerror or error}") from error
    except NotAPageError as error:
        raise click.ClickException(f"{source}: {error}") from error
    sys.stdout.buffer.write(labels.encode("utf-8", "replace"))


def _load(path: Path) -> SiteModel:
    from boilerplate.site_models.file import SiteModelError
    from boilerplate.site_models.site_model import SiteModel

    if not path.exists():
        raise click.ClickException(f"{path}: there is no model yet; leave out --update or --check")
    try:
        return SiteModel.load(path)
    except SiteModelError as error:
        raise click.ClickException(str(error)) from error


def _refuse_other_sites(found: SitePages, name: str, sources: Sequence[str]) -> None:
    """Refuse pages that are mostly of other sites, and those of which none is of the site."""
    if not found.of_site + found.others.pages:
        raise click.ClickException("there is no page to learn from")
    others = largest_sites(found.others)
    hint = f"no model was written. To learn a model of each site: {train_sites_line(sources)}"
    if not found.of_site:
        known = f"they are of {others}" if others else "none has a URL"
        raise click.ClickException(f"none of the pages is of {name}, {known}; {hint}")
    if found.mostly_others:
        counts = f"{found.of_site:,} of {found.of_site + found.others.pages:,} pages"
        raise click.UsageError(
            f"only {counts} are of {name}, and most are of other sites: {others}; {hint}"
        )


def _drifts(model: SiteModel, reading: Reading) -> bool:
    """Print the drift of each page; whether the site has changed, or something cannot be read."""
    from statistics import median

    from boilerplate.site_models.site_model import DRIFTED

    found = []
    failed = False
    for name, drift in drifts(reading, model):
        failed |= not name
        if drift is not None:
            found.append(drift)
            echo(f"{drift:.2f}  {name}")
    if not found:
        raise click.ClickException("no page could be compared with the model")
    drifted = median(found) >= DRIFTED
    echo(
        f"{model.site}: "
        + ("no longer looks like its model; train it again" if drifted else "looks like its model")
    )
    return drifted or failed
