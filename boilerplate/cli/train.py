"""``boilerplate train``: train, update, check and report on site models."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from boilerplate.cli.sources import PAGE_SUFFIXES, STDIN, Input, find_inputs
from boilerplate.cli.terminal import echo, warn
from boilerplate.cli.train_sites import sites
from boilerplate.files import write_atomically
from boilerplate.page import Kind, Label, Page
from boilerplate.plugins.paths import site_models_folder

if TYPE_CHECKING:
    from boilerplate.site_models.site_model import SiteModel

JSONL_SUFFIXES: Final = tuple(s + c for s in (".jsonl", ".ndjson") for c in ("", ".gz", ".zst"))
Labels = Sequence[Label | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A page to learn from, its name for messages, and its labels if it was labelled."""

    name: str
    page: Page
    labels: Labels | None = None


@click.group()
def train() -> None:
    """Train site models on pages of a site, or of all sites of a crawl."""


train.add_command(sites)


@train.command()
@click.argument("name")
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--site-models", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    envvar="BOILERPLATE_SITE_MODELS",
    help="The folder of site models. Default: one in your configuration folder.",
)  # fmt: skip
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
) -> None:
    """Train a model of site NAME on a few of its pages.

    SOURCES are files, folders or glob patterns, as for clean, and .jsonl files with an object
    on each line: {"url": ..., "html": ... or "text": ..., "labels": ... if there are any}. Five
    pages help, twenty are enough; labels are optional.

    \b
    Examples:
      boilerplate train site daily.example pages/*.html
      boilerplate train site daily.example monday.jsonl --update
      boilerplate train site daily.example pages --report learned.html
      boilerplate train site daily.example today/*.html --check
      boilerplate clean page.html --url https://daily.example/a-page

    The model is one file, NAME.site.zip, which contains no text of the pages; clean finds it by
    the page's URL. Pages of another site, by their URL, are named and left out, and so are pages
    that have next to nothing in common with the others.

    \b
    A labels file has a line for each line of its page, with a sign before its text:
      + a line of the article
      - a line of site chrome
      ? not known
    'boilerplate train labels page.html' writes one to correct.

    Exit status: 0 success, 1 some input failed or, with --check, the site has changed,
    2 the command was wrong.
    """
    from boilerplate.cli.sites import page_counts
    from boilerplate.site_models.folder import SUFFIX, is_site
    from boilerplate.site_models.site_model import SiteModel

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
    folder = folder or site_models_folder()
    path = folder / f"{name}{SUFFIX}"
    existing = _load(path) if update or check else SiteModel(name)
    failures: list[str] = []
    examples = list(_examples(sources, page_kind, labels, failures))
    if check:
        drifted = _check(existing, examples)
        sys.exit(1 if drifted or failures else 0)
    if not examples:
        raise click.ClickException("there is no page to learn from")
    if labels and all(example.labels is None for example in examples):
        raise click.ClickException(
            f"{labels} has labels of none of the pages; no model was written. Leave --labels out, "
            "or make some with 'boilerplate label'"
        )
    model = SiteModel(name).partial_fit(
        [example.page for example in examples], [example.labels for example in examples]
    )
    _warn_about_left_out(model, examples)
    if not model.n_pages:
        raise click.ClickException(f"none of the pages is of {name}; no model was written")
    model = existing.merge(model)
    if model.n_pages == 1 and not model.sample_.pages[0].label.any():
        warn(
            name,
            "one page teaches next to nothing, for no line of it recurs; add some with --update",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    echo(f"{path}: {page_counts(model)}, {path.stat().st_size / 1000:.0f} kB")
    if report:
        from boilerplate.explain.site_report import site_report

        html = site_report(model, [(e.name, e.page) for e in examples])
        write_atomically(report, html.encode("utf-8"))
    sys.exit(1 if failures else 0)


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


def _examples(
    sources: Sequence[str], page_kind: Kind | None, labels: Path | None, failures: list[str]
) -> Iterator[Example]:
    """Read the pages; what cannot be read is a warning, and added to ``failures``."""
    for found in find_inputs(sources, suffixes=(*PAGE_SUFFIXES, *JSONL_SUFFIXES)):
        try:
            data = found.read()
            if found.name.lower().endswith(JSONL_SUFFIXES):
                for number, line in enumerate(data.removeprefix(BOM_UTF8).splitlines(), 1):
                    if line.strip():
                        where = f"{found.name}, line {number}"
                        try:
                            yield _from_json(where, line, page_kind)
                        except ValueError as error:
                            _fail(where, str(error), failures)
            else:
                yield _from_file(found, data, page_kind, labels)
        except OSError as error:
            _fail(found.name, error.strerror or str(error), failures)
        except ValueError as error:
            _fail(found.name, str(error), failures)


def _from_file(found: Input, data: bytes, page_kind: Kind | None, labels: Path | None) -> Example:
    from boilerplate.labelling.labels import labels_path, read_labels
    from boilerplate.reading.encoding import decode
    from boilerplate.reading.read import read

    page = read(data, kind=page_kind)
    if labels is None or found.name == STDIN:
        return Example(found.name, page)
    path = labels_path(Path(found.name), labels)
    if not path.is_file():
        return Example(found.name, page)
    return Example(found.name, page, read_labels(decode(path.read_bytes()), page, str(path)))


def _from_json(where: str, line: bytes, page_kind: Kind | None) -> Example:
    from boilerplate.labelling.labels import read_labels
    from boilerplate.reading.read import read
    from boilerplate.reading.source import Source

    record: Any = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")
    url, labels = record.get("url"), record.get("labels")
    kinds: tuple[Kind, ...] = ("html", "text")
    for key in kinds:
        if isinstance(text := record.get(key), str):
            known_url = url if isinstance(url, str) and url else None
            page = read(Source(text, known_url, page_kind or key))
            known = read_labels(labels, page, "labels") if isinstance(labels, str) else None
            return Example(where, page, known)
    raise ValueError('has neither "html" nor "text"')


def _warn_about_left_out(model: SiteModel, examples: Sequence[Example]) -> None:
    from boilerplate.site_models.site_model import is_of, standings

    for example, standing in zip(
        examples, standings(model, [example.page for example in examples]), strict=True
    ):
        if not is_of(example.page.site, model.site):
            warn(example.name, f"is a page of {example.page.site}: left out")
        elif standing == "outlier":
            warn(example.name, "has next to nothing in common with the others: left out")


def _check(model: SiteModel, examples: Sequence[Example]) -> bool:
    """Print the drift of each page; return whether the median says that the site has changed."""
    from statistics import median

    from boilerplate.cleaner import Cleaner
    from boilerplate.site_models.site_model import DRIFTED

    cleaner = Cleaner(site_models=model)
    drifts = []
    for example in examples:
        drift = cleaner.clean(example.page).drift
        if drift is None:
            continue
        drifts.append(drift)
        echo(f"{drift:.2f}  {example.name}")
    if not drifts:
        raise click.ClickException("no page could be compared with the model")
    drifted = median(drifts) >= DRIFTED
    echo(
        f"{model.site}: "
        + ("no longer looks like its model; train it again" if drifted else "looks like its model")
    )
    return drifted


def _fail(name: str, problem: str, failures: list[str]) -> None:
    failures.append(name)
    warn(name, problem)
