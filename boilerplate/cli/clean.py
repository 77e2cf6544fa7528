"""``boilerplate clean``: parse, call, print.

Heavy modules are imported inside the functions that need them, so that ``--help`` and shell
completion are fast.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from boilerplate.batch.readers import ARCHIVE_SUFFIXES, READERS, check_packages
from boilerplate.cli.batch import (
    ONLY_OF_SHARDS,
    BatchOptions,
    batch_options,
    clean_shards,
    wants_shards,
    without_own_output,
    write_report,
)
from boilerplate.cli.one_file import format_of, is_one_file, printing_to, was_chosen
from boilerplate.cli.output import (
    PAGE_FORMATS,
    Extras,
    Outcome,
    OutputFolder,
    PageFormat,
    common_folder,
    input_paths,
    printer,
)
from boilerplate.cli.plugins import load_for_commands, plugin_options
from boilerplate.cli.sources import (
    PAGE_SUFFIXES,
    STDIN,
    Input,
    absolute,
    find_inputs,
    passed_over_note,
)
from boilerplate.cli.terminal import BROKEN_PIPE_STATUS as BROKEN_PIPE_STATUS
from boilerplate.cli.terminal import reason_of, say, standard_output, warn
from boilerplate.cli.urls import Urls
from boilerplate.files import real_path
from boilerplate.page import Kind
from boilerplate.plugins.paths import chosen_site_models
from boilerplate.reading.urls import given_url
from boilerplate.roles import ROLES, no_such_role

if TYPE_CHECKING:
    from boilerplate.cleaner import Cleaner
    from boilerplate.plugins.manager import Plugins

# What is no page and may hold many: such files are told by their names.
MANY_PAGES: Final = ("JSON", "a WARC file", "a Parquet file")


def role_names(_: object, __: object, given: Sequence[str]) -> tuple[str, ...]:
    """The roles that an option names, with commas between them."""
    roles = tuple(filter(None, (role.strip() for each in given for role in each.split(","))))
    for role in roles:
        if role not in ROLES:
            raise click.BadParameter(no_such_role(role))
    return roles


def url_given(_: object, __: object, given: str | None) -> str | None:
    """The URL that an option gives, with a scheme."""
    try:
        return given_url(given)
    except ValueError as error:
        raise click.BadParameter(str(error).removeprefix("url=")) from error


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--as", "kind", type=click.Choice(["html", "text"]),
    help="Read the input as this. Default: detected from its content.",
)  # fmt: skip
@click.option(
    "--url", "-u", callback=url_given, metavar="URL",
    help="The URL of the pages; gives their site. Default: what each page claims in its head.",
)  # fmt: skip
@click.option(
    "--urls", "url_table", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A table of the URLs of pages: on each line a file, relative to the table, a tab, a URL.",
)  # fmt: skip
@click.option(
    "--format", "-f", "output_format", type=click.Choice([*PAGE_FORMATS, *ONLY_OF_SHARDS]),
    default="text", show_default=True,
    help="The kept lines as text, Markdown or HTML; or a JSON object for each page with all of its "
    "lines, indented or on one line; the last three are for shards.",
)  # fmt: skip
@click.option("--no-links", is_flag=True, help="Leave links out of Markdown and HTML.")
@click.option("--images", is_flag=True, help="Put images into Markdown and HTML.")
@click.option("--front-matter", is_flag=True, help="Put the metadata before Markdown, as YAML.")
@click.option(
    "--places", is_flag=True,
    help="Add to each line in JSON where it stands: the CSS path of its element, and the line of "
    "the source.",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0, 1), metavar="P",
    help="Keep lines from this probability of content on, 0 to 1. Default: what suits each page.",
)  # fmt: skip
@click.option(
    "--keep", multiple=True, callback=role_names, metavar="ROLE,...",
    help="Also keep lines of these roles, such as comments,date. May be given again.",
)  # fmt: skip
@click.option(
    "--drop", multiple=True, callback=role_names, metavar="ROLE,...",
    help="Also drop lines of these roles, such as caption. May be given again.",
)  # fmt: skip
@click.option(
    "--site-models", type=click.Path(exists=True, path_type=Path), metavar="DIR",
    envvar="BOILERPLATE_SITE_MODELS",
    help="A folder of site models, made by 'boilerplate train site'; a page's site chooses one. "
    "Default: the folder in your configuration, if there is one.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Show every line, kept and dropped, and why.")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
    help="Also write an explanation as one HTML file for a browser; of many pages, a summary and "
    "those most worth a look.",
)  # fmt: skip
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="DIR",
    help="Write a file for each page into DIR, NAME.txt, NAME.md ... by the format, instead of "
    "printing. A name that ends like these, such as out.txt, is one file with what would be "
    "printed.",
)  # fmt: skip
@batch_options
@plugin_options
def clean(
    sources: tuple[str, ...],
    kind: Kind | None,
    url: str | None,
    url_table: Path | None,
    output_format: PageFormat,
    no_links: bool,
    images: bool,
    front_matter: bool,
    places: bool,
    threshold: float | None,
    keep: tuple[str, ...],
    drop: tuple[str, ...],
    site_models: Path | None,
    explain: bool,
    report: Path | None,
    output: Path | None,
    batch: BatchOptions,
    plugins_dir: tuple[str, ...],
    no_plugin: tuple[str, ...],
    strict_plugins: bool,
) -> None:
    """Print the article of each page.

    SOURCES are files, folders (searched for .html, .htm, .xhtml, .txt and .text, and for files
    of many pages), glob patterns, or - for standard input, which is also read when none is
    given. A page named twice is cleaned once; one that is gzip or zstd (page.html.gz) is
    unpacked. Output is UTF-8.

    \b
    Examples:
      boilerplate clean page.html
      boilerplate clean --explain page.html | less
      boilerplate clean --report report.html 'pages/**/*.html'
      boilerplate clean pages -o cleaned
      boilerplate clean pages -o all.txt
      boilerplate clean -f markdown -u https://example.com/a page.html
      boilerplate clean pages --format jsonl > pages.jsonl
      boilerplate clean --keep byline,date,comments --drop caption page.html
      boilerplate clean crawl/*.warc.gz --output cleaned --format parquet

    As text and Markdown, there is an empty line between two pages, and nothing for a page without
    content. Markdown and HTML have the headings, lists, tables, code and links of the kept lines;
    of bare text, what the roles say. HTML is a fragment that is safe to show.

    \b
    As jsonl, a page is one object on one line, with every line of the page; as json, indented:
      {"schema": 2, "source": "page.html", "url": null, "language": "tr", "text": "...", ...
       "lines": [{"text": "...", "label": "content" or "boilerplate", "probability": 0.98,
                  "reason": "...", "role": "body" or "cookie" ..., "decided_by": "model", ...},
                 ...], "error": null}
    An input that could not be read or cleaned has the same keys, no lines, and its "error".
    The reference "The JSON of a cleaned page" describes each key.

    With --output the folders below DIR are those below the inputs' common folder, and nothing
    is ever written outside DIR or over an input.

    Files of many pages are .jsonl, .ndjson, .json (lines), .parquet, .warc and .wet, also as .gz
    or .zst; in folders .json alone is passed over. Each becomes
    one file below DIR, in jsonl, jsonl.gz, jsonl.zst or parquet, with the same object, or row, for
    each of its pages; reasons are null there unless --reasons asks for them. A manifest has counts
    and checksums. The same command again cleans what is missing; with another model or other
    options it refuses.

    Each line has a role. Content is kept, the others are dropped, unless --keep or --drop say
    otherwise. To drop a role of chrome also drops kept lines that look most like it.

    \b
    The roles:
      content     headline standfirst body subheading list table quote code caption note
      beside it   byline date tags
      chrome      navigation legal cookie newsletter share comments login related shop about
                  other

    Plugins for a page's site correct the model. --url or --urls give the site, or else the page's
    own head does (canonical link, og:url). A plugin that fails is named on standard error, and in
    jsonl under "plugin_errors"; the page still comes out.

    Exit status: 0 all went well, 1 some input failed (the others are still done; standard error,
    or the "error" of a record in a shard, says which), 2 the command was wrong, 130 ^C was
    pressed, 141 the output was closed early.
    """
    from boilerplate.explain.summary import Summary

    _refuse_bad_options(sources, url, output_format, explain, report, output, keep, drop)
    one_file = output if output and is_one_file(output) else None
    if one_file:
        output, output_format = None, format_of(one_file, output_format)
    if output and output.exists() and not output.is_dir():
        raise click.BadParameter(f"{output} is a file and no folder", param_hint="--output")
    extras = Extras(not no_links, images, front_matter, places)
    _refuse_bad_extras(output_format, extras)
    skip = absolute(output) if output else None
    passed_over: Counter[str] = Counter()
    suffixes = (*PAGE_SUFFIXES, *ARCHIVE_SUFFIXES)
    found_inputs = find_inputs(sources or _piped(), skip, suffixes, passed_over)
    inputs = without_own_output(found_inputs, output)
    if note := passed_over_note(passed_over):
        say(note)
    if report and real_path(report) in input_paths(inputs):
        raise click.BadParameter(f"{report} is an input", param_hint="--report")
    check_packages(found.name for found in inputs)
    if wants_shards(inputs, output_format, batch):
        if url or url_table or explain or places:
            raise click.UsageError("--url, --urls, --explain and --places are for single pages")
        if output_format not in ("jsonl", *ONLY_OF_SHARDS) and was_chosen("output_format"):
            raise click.UsageError(
                f"{output_format} is for single pages; of many, each is a record of --format jsonl"
            )
        if one_file:
            raise click.UsageError(f"many pages are written to a folder, and {one_file} is none")
        loaded = load_for_commands(plugins_dir, no_plugin, strict_plugins)
        cleaner = _cleaner(threshold, loaded, site_models, keep, drop)
        common = common_folder(inputs)
        sys.exit(clean_shards(inputs, common, output, output_format, kind, cleaner, batch, report))
    folder = OutputFolder.of(output, inputs, output_format, extras) if output else None
    loaded = load_for_commands(plugins_dir, no_plugin, strict_plugins)
    cleaner = _cleaner(threshold, loaded, site_models, keep, drop)
    failed = False
    summary = Summary()
    urls = Urls.read(url_table)
    urls.warn_about_unknown(inputs)
    to_file = printing_to(one_file, inputs, output_format, extras)
    with to_file as in_file, standard_output() as out:
        prints = explain or not (folder or in_file)
        printing = printer(out, output_format, explain, extras) if prints else None
        for found in inputs:
            outcome = _outcome(cleaner, found, urls.of(found, url), kind)
            unsaved = _save(folder, outcome) if folder else ""
            if in_file:
                in_file.write(outcome)
            if printing:
                printing.write(outcome)
            for problem in filter(None, (outcome.error, unsaved)):
                warn(found.name, problem)
                failed = True
            _warn_about(outcome)
            if report and outcome.page:
                summary.add(found.name, outcome.page)
            summary.errors += bool(outcome.error)
        if report:
            failed |= not write_report(summary, report)
    sys.exit(1 if failed else 0)


def _piped() -> tuple[str, ...]:
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("name a file, a folder, a glob pattern, or - for standard input")
    return (STDIN,)


def _refuse_bad_options(
    sources: Sequence[str],
    url: str | None,
    output_format: PageFormat,
    explain: bool,
    report: Path | None,
    output: Path | None,
    keep: Sequence[str],
    drop: Sequence[str],
) -> None:
    """Refuse options that do not fit together, before anything is cleaned."""
    if explain and output_format != "text" and not output:
        raise click.UsageError(f"--explain and --format {output_format} both print; leave one out")
    if report and not report.parent.is_dir():
        raise click.BadParameter(f"there is no folder {report.parent}", param_hint="--report")
    if both := sorted({*keep} & {*drop}):
        raise click.UsageError(f"--keep and --drop both name {', '.join(both)}; leave one out")
    if output and any(absolute(output) == absolute(name) for name in sources):
        raise click.BadParameter(f"{output} is an input", param_hint="--output")


def _refuse_bad_extras(output_format: PageFormat, extras: Extras) -> None:
    """Refuse options that the format does not have."""
    for given, name, formats in (
        (not extras.links, "--no-links", ("markdown", "html")),
        (extras.images, "--images", ("markdown", "html")),
        (extras.front_matter, "--front-matter", ("markdown",)),
        (extras.places, "--places", ("json", "jsonl")),
    ):
        if given and output_format not in formats:
            raise click.UsageError(f"{name} is for --format {' or '.join(formats)}")


def _cleaner(
    threshold: float | None,
    plugins: Plugins,
    site_models: Path | None,
    keep: Sequence[str],
    drop: Sequence[str],
) -> Cleaner:
    from boilerplate.cleaner import Cleaner
    from boilerplate.model.trees import ModelError

    if site_models is None:
        site_models = chosen_site_models()
    try:
        return Cleaner(
            threshold=threshold,
            plugins=plugins,
            site_models=site_models and absolute(site_models),
            keep=keep,
            drop=drop,
        )
    except ModelError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:  # "nan" passes for a number between 0 and 1
        raise click.BadParameter(str(error), param_hint="--threshold") from error


def _outcome(cleaner: Cleaner, found: Input, url: str | None, kind: Kind | None) -> Outcome:
    from boilerplate.plugins.plugin import PluginError
    from boilerplate.reading.magic import NotAPageError

    try:
        return Outcome(found, cleaner.clean(found.read(), url, kind))
    except OSError as error:
        return Outcome(found, error=reason_of(error), url=url)
    except NotAPageError as error:
        many = error.args[0] in MANY_PAGES
        hint = f"; name files of many pages {', '.join(READERS)}" if many else ""
        if many and found.name == STDIN:
            hint += ", as in: cat > crawl.jsonl && boilerplate clean crawl.jsonl -o cleaned"
        return Outcome(found, error=f"{error}{hint}", url=url)
    except PluginError as error:  # --strict-plugins
        raise click.ClickException(str(error)) from error
    except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
        return Outcome(found, error=f"{type(error).__name__}: {error}", url=url)


def _save(folder: OutputFolder, outcome: Outcome) -> str:
    """Write an outcome's file; why that failed, or an empty string."""
    try:
        folder.write(outcome)
    except OSError as error:
        return reason_of(error)
    return ""


def _warn_about(outcome: Outcome) -> None:
    """Warn if a page was read in part, or does not look like its site."""
    from boilerplate.site_models.site_model import DRIFTED

    if not outcome.page:
        return
    if unread := outcome.page.page.unread:
        warn(outcome.input.name, f"too large; its last {unread:,} characters were not read")
    if outcome.page.drift is not None and outcome.page.drift >= DRIFTED:
        warn(
            outcome.input.name,
            f"does not look like {outcome.page.site or 'its site'} did when "
            "its model was trained; see 'boilerplate train site --check'",
        )
