"""``boilerplate clean``: parse, call, print.

Heavy modules are imported inside the functions that need them: ``--help`` and shell completion
answer without loading the model's libraries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import click

from boilerplate.batch.readers import ARCHIVE_SUFFIXES
from boilerplate.cli.batch import (
    SHARD_FORMATS,
    Many,
    clean_many,
    is_many,
    many_options,
    write_report,
)
from boilerplate.cli.output import Format, Outcome, _common_folder, _Folder, _paths, _printer
from boilerplate.cli.plugins import load_for_commands, plugin_options
from boilerplate.cli.sources import PAGE_SUFFIXES, STDIN, Input, absolute, find_inputs
from boilerplate.cli.terminal import INTERRUPTED_STATUS, warn
from boilerplate.page import Kind, site_of
from boilerplate.plugins.paths import site_models_folder

if TYPE_CHECKING:
    from boilerplate.cleaner import Cleaner
    from boilerplate.plugins.manager import Plugins

# A shell gives a process that a signal ended 128 and the signal's number.
BROKEN_PIPE_STATUS: Final = 128 + 13


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--as", "kind", type=click.Choice(["html", "text"]),
    help="Read the input as this. Default: told by its content.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="Where the pages come from; tells their site.")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl", *SHARD_FORMATS]), default="text",
    show_default=True,
    help="The kept lines as text, or every line of a page as one JSON object; the last three "
    "are of shards.",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0, 1), metavar="P",
    help="Keep lines from this probability of content on, 0 to 1. Default: what suits each page.",
)  # fmt: skip
@click.option(
    "--site-models", type=click.Path(exists=True, path_type=Path), metavar="DIR",
    envvar="BOILERPLATE_SITE_MODELS",
    help="Models of sites, made by 'boilerplate train site', that are found by --url. "
    "Default: the folder of your configuration, where it is there.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Show every line, kept and dropped, and why.")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
    help="Also write an explanation as one HTML file for a browser; of many pages, a summary and "
    "the strangest.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write one file a page into DIR, NAME.txt or NAME.jsonl, instead of printing.",
)  # fmt: skip
@many_options
@plugin_options
def clean(
    sources: tuple[str, ...],
    kind: Kind | None,
    url: str | None,
    form: Format,
    threshold: float | None,
    site_models: Path | None,
    explain: bool,
    report: Path | None,
    output: Path | None,
    many: Many,
    plugins_dir: tuple[str, ...],
    no_plugin: tuple[str, ...],
    strict_plugins: bool,
) -> None:
    """Print what of each page is article.

    SOURCES are files, folders (searched for .html, .htm, .xhtml, .txt and .text, and for files
    of many pages), glob patterns, or - for standard input, which is also read when none is
    given. A page named twice is cleaned once. Output is UTF-8.

    \b
    Examples:
      boilerplate clean page.html
      boilerplate clean --explain page.html | less
      boilerplate clean --report report.html 'pages/**/*.html'
      boilerplate clean pages --output cleaned
      boilerplate clean pages --format jsonl > pages.jsonl
      boilerplate clean crawl/*.warc.gz --output cleaned --format parquet

    As text, pages are set apart by an empty line, and a page without content prints nothing.

    \b
    As jsonl, a page is one object on one line, with every line of the page:
      {"schema": 1, "source": "page.html", "url": null, "language": "tr", "text": "...", ...
       "lines": [{"text": "...", "label": "content" or "boilerplate", "probability": 0.98,
                  "reason": "...", "kind": null or "cookie" ..., "decided_by": "model", ...},
                 ...], "error": null}
    An input that could not be read or cleaned has the same keys, no lines, and its "error".
    The reference "The JSON of a cleaned page" describes each key.

    With --output the folders below DIR are those below the inputs' common folder, and nothing
    is ever written outside DIR or over an input.

    Files of many pages are .jsonl, .parquet, .warc and .wet, also as .gz or .zst. Each becomes
    one file below DIR, in jsonl, jsonl.gz, jsonl.zst or parquet, with the same object, or row, for
    each of its pages; reasons are null there unless --reasons asks for them. A manifest has counts
    and checksums. The same command again does what is missing; with another model or other options
    it refuses.

    Plugins that know a page's site correct the model; the site is told by --url. One that fails
    is named on standard error, and in jsonl under "plugin_errors"; the page still comes out.

    Exit status: 0 all went well, 1 some input failed (the others are still done, and standard
    error says which), 2 the command was wrong, 130 ^C was pressed, 141 the reader of the output
    left early.
    """
    from boilerplate.explain.summary import Batch

    _refuse_bad_options(sources, url, form, explain, report, output)
    skip = absolute(output) if output else None
    inputs = tuple(find_inputs(sources or _piped(), skip, (*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES)))
    if report and absolute(report) in _paths(inputs):
        raise click.BadParameter(f"{report} is an input", param_hint="--report")
    if is_many(inputs, form, many):
        if url or explain:
            raise click.UsageError("--url and --explain are for single pages")
        loaded = load_for_commands(plugins_dir, no_plugin, strict_plugins)
        cleaner = _cleaner(threshold, loaded, site_models)
        common = _common_folder(inputs)
        sys.exit(clean_many(inputs, common, output, form, kind, cleaner, many, report))
    folder = _Folder.below(output, inputs, form) if output else None
    loaded = load_for_commands(plugins_dir, no_plugin, strict_plugins)
    cleaner = _cleaner(threshold, loaded, site_models)
    failed = False
    reported = Batch()
    with _unix_manners() as out:
        printer = _printer(out, form, explain) if explain or not folder else None
        for found in inputs:
            outcome = _outcome(cleaner, found, url, kind)
            unsaved = _save(folder, outcome) if folder else ""
            if printer:
                printer.write(outcome)
            for problem in filter(None, (outcome.error, unsaved)):
                warn(found.name, problem)
                failed = True
            _warn_of_what_is_odd(outcome)
            if report and outcome.page:
                reported.add(found.name, outcome.page)
            reported.errors += bool(outcome.error)
        if report:
            failed |= not write_report(reported, report)
    sys.exit(1 if failed else 0)


def _piped() -> tuple[str, ...]:
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("name a file, a folder, a glob pattern, or - for standard input")
    return (STDIN,)


def _refuse_bad_options(
    sources: Sequence[str],
    url: str | None,
    form: Format,
    explain: bool,
    report: Path | None,
    output: Path | None,
) -> None:
    """Say what is wrong before an hour of cleaning, not after it."""
    if url is not None and not site_of(url):
        raise click.BadParameter(
            f"{url!r} names no host; write it as in https://news.example.com/", param_hint="--url"
        )
    if explain and form == "jsonl" and not output:
        raise click.UsageError("--explain and --format jsonl both print; leave one out")
    if report and not report.parent.is_dir():
        raise click.BadParameter(f"there is no folder {report.parent}", param_hint="--report")
    if output and any(absolute(output) == absolute(name) for name in sources):
        raise click.BadParameter(f"{output} is an input", param_hint="--output")


def _cleaner(threshold: float | None, plugins: Plugins, site_models: Path | None) -> Cleaner:
    from boilerplate.cleaner import Cleaner

    if site_models is None and site_models_folder().is_dir():
        site_models = site_models_folder()
    try:
        return Cleaner(
            threshold=threshold, plugins=plugins, site_models=site_models and absolute(site_models)
        )
    except ValueError as error:  # "nan" passes for a number between 0 and 1
        raise click.BadParameter(str(error), param_hint="--threshold") from error


def _outcome(cleaner: Cleaner, found: Input, url: str | None, kind: Kind | None) -> Outcome:
    from boilerplate.plugins.plugin import PluginError

    try:
        return Outcome(found, cleaner.clean(found.read(), url, kind))
    except OSError as error:
        return Outcome(found, error=_reason_of(error), url=url)
    except PluginError as error:  # --strict-plugins
        raise click.ClickException(str(error)) from error
    except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
        return Outcome(found, error=f"{type(error).__name__}: {error}", url=url)


def _save(folder: _Folder, outcome: Outcome) -> str:
    """Write an outcome's file; why that failed, or nothing."""
    try:
        folder.write(outcome)
    except OSError as error:
        return _reason_of(error)
    return ""


def _warn_of_what_is_odd(outcome: Outcome) -> None:
    """Say of a page that came out that it came out in part, or is unlike its site."""
    from boilerplate.site_models.site_model import DRIFTED

    if not outcome.page:
        return
    if unread := outcome.page.page.unread:
        warn(outcome.input.name, f"larger than we read; its last {unread:,} characters were not")
    if outcome.page.drift is not None and outcome.page.drift >= DRIFTED:
        warn(
            outcome.input.name,
            f"does not look like {outcome.page.site or 'its site'} did when "
            "its model was learned; see 'boilerplate train site --check'",
        )


def _reason_of(error: OSError) -> str:
    return error.strerror or str(error)


@contextmanager
def _unix_manners() -> Iterator[IO[bytes]]:
    """Standard output as bytes; the status a shell expects when it breaks off, or ^C is pressed.

    OSError from within can only be that output's.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _forget_output()
        sys.exit(BROKEN_PIPE_STATUS)
    except OSError as error:
        _forget_output()
        warn("standard output", _reason_of(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_STATUS)


def _forget_output() -> None:
    """Let what is buffered go nowhere: at exit Python would try to write it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
