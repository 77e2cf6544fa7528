"""Whether tables, lists, code, links and headings stay such: ``python -m benchmarks.formats``.

Our Markdown and HTML beside trafilatura's Markdown and readability's HTML, on the pages in
``examples/formats`` and on world pages, which were read line by line. Of the structures in the
content of a page, those that come out as what they are have been kept; of those in its chrome,
those that come out are chrome. ``--part`` measures one of:

- ``examples`` and ``world``: all tools;
- ``lines``: ours, of the structures in the lines that we keep, whether right or wrong;
- ``time``: what Markdown and HTML cost, text being 1;
- ``validity``: whether the text of both is that of the kept lines, and other parsers see the same.

With ``--write`` the results go to docs/results/formats.json and the tables into docs/output.md.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.format_document import write
from benchmarks.format_golds import (
    FormatGold,
    example_pages,
    structures_of_lines,
    world_pages,
)
from benchmarks.format_structures import (
    KINDS,
    Structures,
    markdown_to_html,
    structures,
    tables_of_html,
    tables_of_markdown,
)
from benchmarks.format_validity import check
from benchmarks.timing import least_seconds
from benchmarks.tools import quiet_and_offline
from boilerplate.cleaner import Cleaner
from boilerplate.page import Label
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.encoding import decode
from boilerplate.result import CleanPage
from training.corpora import GoldPage, world
from training.documents.results import DIGITS, provenance
from training.gold_pages import gold_pages
from training.options import cache_option, source_option, split_option
from training.split import Split

PARTS: Final = ("examples", "world", "lines", "time", "validity")
ROUNDS: Final = 2
SLOWEST_BYTES: Final = 3_000_000  # of a page that is timed


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the tables: a tool, from markup and URL to the format that it writes."""

    name: str
    run: Callable[[str, str | None], str]
    markdown: bool
    package: str = ""


def our_formats(cleaner: Cleaner) -> tuple[Format, Format]:
    """Our Markdown and our HTML."""
    return (
        Format("boilerplate, Markdown", lambda m, u: cleaner.clean(m, u).to_markdown(), True),
        Format("boilerplate, HTML", lambda m, u: cleaner.clean(m, u).to_html(), False),
    )


def trafilatura(markup: str, url: str | None) -> str:
    """Trafilatura's Markdown with all that it can keep; comments are left out, as in its text."""
    from trafilatura import extract

    found = extract(
        markup, url=url, output_format="markdown", include_links=True, include_tables=True,
        include_formatting=True, include_comments=False,
    )  # fmt: skip
    return found or ""


def readability(markup: str, url: str | None) -> str:
    """Readability-lxml's HTML; with the URL it makes links absolute."""
    from readability import Document

    return str(Document(markup, url=url).summary())


PEERS: Final = (
    Format("trafilatura, Markdown", trafilatura, True, "trafilatura"),
    Format("readability-lxml, HTML", readability, False, "readability-lxml"),
)


# ------------------------------------------------------------------------------------ counting


def counted(output: str, markdown: bool, content: Structures, chrome: Structures) -> Counter[str]:
    """How much of the content and of the chrome is in an output, and how much there is.

    ``content`` and ``chrome`` are what the page has. The keys are ``KIND/content``, ``KIND/kept``,
    ``KIND/chrome`` and ``KIND/chrome kept``, and ``tables`` and ``tables/valid``.
    """
    found = structures(markdown_to_html(output) if markdown else output, layout=True)
    counts: Counter[str] = Counter()
    for kind in KINDS:
        kept = found[kind] & content[kind]
        counts[f"{kind}/content"] += content[kind].total()
        counts[f"{kind}/kept"] += kept.total()
        counts[f"{kind}/chrome"] += chrome[kind].total()
        counts[f"{kind}/chrome kept"] += ((found[kind] - kept) & chrome[kind]).total()
    tables = tables_of_markdown(output) if markdown else tables_of_html(output)
    counts["tables"] += len(tables)
    counts["tables/valid"] += sum(tables)
    return counts


def measured(formats: Iterable[Format], pages: Sequence[FormatGold]) -> dict[str, dict[str, Any]]:
    """The counts of each tool over all pages."""
    found: dict[str, Counter[str]] = {}
    failures: Counter[str] = Counter()
    for each in formats:
        found[each.name] = Counter()
        for page in pages:
            try:
                output = each.run(page.markup, page.url)
            except Exception:  # noqa: BLE001 - whatever a tool raises counts against it
                output = ""
                failures[each.name] += 1
            found[each.name] += counted(output, each.markdown, page.content, page.chrome)
    return {name: row(counts) | {"failures": failures[name]} for name, counts in found.items()}


def row(counts: Mapping[str, int]) -> dict[str, Any]:
    """The figures of a tool: shares of what there is."""
    out: dict[str, Any] = {}
    for kind in KINDS:
        there, kept = counts[f"{kind}/content"], counts[f"{kind}/kept"]
        out[kind] = {
            "content": there,
            "kept": round(kept / there, DIGITS) if there else None,
            "chrome": counts[f"{kind}/chrome"],
            "chrome_kept": counts[f"{kind}/chrome kept"],
        }
    return out | {"tables": counts["tables"], "valid_tables": counts["tables/valid"]}


def of_kept_lines(cleaner: Cleaner, golds: Sequence[GoldPage]) -> dict[str, dict[str, Any]]:
    """The counts of our formats, against what stands in the lines that we keep."""
    found = {each.name: Counter[str]() for each in our_formats(cleaner)}
    for gold in golds:
        markup = decode(gold.html)
        cleaned = cleaner.clean(markup, gold.url)
        lines = [line.text for line in cleaned.page.lines]
        kept = [label is Label.CONTENT for label in cleaned.predictions.labels]
        wanted = structures_of_lines(markup, gold.url, lines, kept)
        nothing: Structures = {kind: Counter() for kind in KINDS}
        for each, output in zip(found, (cleaned.to_markdown(), cleaned.to_html()), strict=True):
            found[each] += counted(output, each.endswith("Markdown"), wanted, nothing)
    return {name: row(counts) for name, counts in found.items()}


def times(cleaner: Cleaner, golds: Sequence[GoldPage]) -> dict[str, Any]:
    """Processor time of Markdown and of HTML from markup on, that of the text being 1."""
    pages = [(decode(gold.html), gold.url) for gold in golds if len(gold.html) <= SLOWEST_BYTES]
    makers: dict[str, Callable[[CleanPage], str]] = {
        "text": lambda page: page.text,
        "markdown": lambda page: page.to_markdown(),
        "html": lambda page: page.to_html(),
    }
    runs = {
        name: [lambda m=m, u=u, make=make: make(cleaner.clean(m, u)) for m, u in pages]
        for name, make in makers.items()
    }
    least = least_seconds(runs, ROUNDS)
    out: dict[str, Any] = {"pages": len(pages)}
    for name, values in least.items():
        ratios = [value / text for value, text in zip(values, least["text"], strict=True)]
        out[name] = {
            "ms": round(1000 * statistics.median(values), 2),
            "median_ratio": round(statistics.median(ratios), 3),
            "total_ratio": round(sum(values) / sum(least["text"]), 3),
        }
    return out


def versions_of(formats: Iterable[Format]) -> dict[str, str]:
    """The versions of the packages that are installed."""
    found = {}
    for each in formats:
        with suppress(PackageNotFoundError):
            found[each.package] = version(each.package)
    return found


@click.command()
@source_option
@cache_option
@split_option
@click.option("--part", multiple=True, type=click.Choice(PARTS), default=PARTS)
@click.option("--sample", "stride", default=1, help="Take one page in so many.")
@click.option("--write", "do_write", is_flag=True, help="Write docs/output.md and the results.")
def main(
    source: Path, cache: Path, split: Split, part: tuple[str, ...], stride: int, do_write: bool
) -> None:
    """Measure what our formats keep, beside those of other tools."""
    cleaner = Cleaner(plugins=no_plugins())
    versions = versions_of(PEERS)
    for peer in PEERS:
        if peer.package not in versions:
            click.echo(f"{peer.package} is not installed, so its row is left out", err=True)
    formats = [*our_formats(cleaner), *(peer for peer in PEERS if peer.package in versions)]
    quiet_and_offline()
    golds = gold_pages(source, cache, (split,))[::stride] if set(part) - {"examples"} else []
    read = [gold for gold in golds if gold.corpus == world.NAME]
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "examples": lambda: over(list(example_pages()), formats),
        "world": lambda: over(list(world_pages(read)), formats),
        "lines": lambda: {"pages": len(golds), "tools": of_kept_lines(cleaner, golds)},
        "time": lambda: times(cleaner, golds),
        "validity": lambda: check(cleaner, golds),
    }
    for name in part:
        found = {**measures[name](), "about": provenance("" if name == "examples" else split)}
        if name in ("examples", "world"):
            found["versions"] = versions
        click.echo(f"{name}: {found}")
        if do_write:
            write(name if name == "examples" else f"{name}-{split}", found)


def over(pages: Sequence[FormatGold], formats: Sequence[Format]) -> dict[str, Any]:
    return {"pages": len(pages), "tools": measured(formats, pages)}


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.formats")
