"""What third-party rules gain: ``python -m benchmarks.plugins --rules ../shared/rules``.

Cleans the pages of train and dev with and without each bundled reader of rules, and writes the
table in docs/plugins.md. The shipped model was trained on these pages, so its own scores are too
good, and the gain of the rules is too small.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np

from boilerplate.cleaner import Cleaner
from boilerplate.plugins.manager import Plugins, load_plugins, no_plugins
from boilerplate.plugins.opinions import Opinions
from boilerplate.plugins.plugin import Settings
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.result import CleanPage
from boilerplate_plugins import adblock_lists, ftr_site_config
from training.corpora import GoldPage
from training.documents.markdown import write_section
from training.documents.results import commit, fingerprint
from training.gold_pages import gold_pages
from training.options import FOLDER, cache_option, source_option
from training.paths import DOCS
from training.samples import Sample, sample
from training.score import score_cleaned

MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.plugins` -->",
    "<!-- end of figures -->",
)
# By plugin: its environment variable, and the folder or archive of its rules.
RULE_SETS: Final[Mapping[str, tuple[str, str]]] = {
    "ftr-site-config": (ftr_site_config.VARIABLE, "ftr-site-config"),
    "adblock-lists": (adblock_lists.VARIABLE, "easylist"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One page with and without a plugin: lines that it decided, and line and word F1 of both."""

    touched: bool
    lines: int
    without: tuple[float, float]
    with_it: tuple[float, float]


def compare(plugins: Mapping[str, Plugins], golds: list[GoldPage]) -> dict[str, list[Pair]]:
    """A pair for each page and plugin; pages without opinions of a plugin are cleaned once."""
    alone = Cleaner(plugins=no_plugins())
    helped = {name: Cleaner(plugins=each) for name, each in plugins.items()}
    pairs: dict[str, list[Pair]] = {name: [] for name in plugins}
    for gold in golds:
        labelled = sample(gold, "html")
        if labelled is None or gold.gold is None:
            continue
        markup, url = decode(gold.html), gold.url or f"https://{gold.site}/"
        before = alone.clean(markup, url, "html")
        without = _scores(before, labelled)
        for name, each in plugins.items():
            lines = len(_opinions(each, markup, url, before).votes)
            with_it = without
            if lines:
                with_it = _scores(helped[name].clean(markup, url, "html"), labelled)
            pairs[name].append(Pair(lines > 0, lines, without, with_it))
    return pairs


def _opinions(plugins: Plugins, markup: str, url: str, before: CleanPage) -> Opinions:
    known = plugins.on(url)
    page = html_page(markup, url, known.select)
    scores = np.array([p.probability for p in before.predictions])
    return known.opinions(page, range(len(scores)), scores)


def _scores(page: CleanPage, labelled: Sample) -> tuple[float, float]:
    line, _, word = score_cleaned(page, labelled)
    return line, word


def row(name: str, hosts: int, pairs: list[Pair]) -> str:
    """A row of the table: counts, then F1 without and with, on touched pages and on all."""
    touched = [pair for pair in pairs if pair.touched]
    better = sum(pair.with_it[0] > pair.without[0] for pair in touched)
    worse = sum(pair.with_it[0] < pair.without[0] for pair in touched)

    def means(some: list[Pair]) -> str:
        if not some:
            return "– | –"
        without, with_it = (
            np.mean([getattr(pair, each) for pair in some], axis=0) for each in Pair.__slots__[2:]
        )
        return " | ".join(f"{b:.4f} → {a:.4f}" for b, a in zip(without, with_it, strict=True))

    return (
        f"| {name} | {hosts:,} | {len(touched):,} of {len(pairs):,} | "
        f"{sum(pair.lines for pair in pairs):,} | {better} / {worse} | {means(touched)} | "
        f"{means(pairs)} |"
    )


TABLE_HEAD: Final = (
    "| plugin | hosts | pages touched | lines | pages better / worse | "
    "line F1, touched | word F1, touched | line F1, all | word F1, all |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


@click.command()
@source_option
@cache_option
@click.option(
    "--rules", type=click.Path(path_type=Path, exists=True), required=True,
    help="Folder with ftr-site-config and easylist, each a folder or a .tar.xz.",
)  # fmt: skip
@click.option("--every", default=1, show_default=True, help="Take one page in so many.")
@click.option(
    "--docs", "document", type=FOLDER, default=DOCS / "plugins.md",
    help="The document in which the table is replaced.",
)  # fmt: skip
def main(source: Path, cache: Path, rules: Path, every: int, document: Path) -> None:
    """Measure the bundled readers of third-party rules on the train and dev splits."""
    golds = gold_pages(source, cache, ("train", "dev"))[::every]
    plugins = {}
    for name, (variable, file) in RULE_SETS.items():
        os.environ[variable] = str(_rules(rules, file))
        plugins[name] = load_plugins(Settings(only=frozenset({name})))
    rows = [
        row(name, len(plugins[name].active[0].hosts), pairs)
        for name, pairs in compare(plugins, golds).items()
    ]
    measured = f"At {commit()['commit'][:12]}, with the model {fingerprint()['sha256']}."
    table = "\n".join([TABLE_HEAD, *rows, "", measured])
    click.echo(table)
    if every == 1:
        write_section(document, table, MARKERS)


def _rules(folder: Path, name: str) -> Path:
    """The clone or the archive of a set of rules; BadParameter if there is neither."""
    paths = (folder / name, folder / f"{name}.tar.xz")
    for path in paths:
        if path.exists():
            return path
    raise click.BadParameter(f"expected {paths[0]} or {paths[1]}")


if __name__ == "__main__":
    main()
