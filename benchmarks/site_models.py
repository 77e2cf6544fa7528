"""What a site model is worth: ``python -m benchmarks.site_models --split test``.

For each site with many gold pages, F1 against the number of pages learned from. The pages that
are scored are never learned from: they are parted in four, and each part is scored with what
was learned from the first n of the others, in an order drawn from the site's name. A site takes
part where the other three parts have n pages; each n is held against the general model on the
same pages. Means are over pages within a site, then over sites.

The shipped model knows the sites of the train and dev splits: figures on those are of use only
with ``--model`` trained without them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import click
import numpy as np
from boilerplate.model.columns import MODES

from boilerplate.cleaner import Cleaner
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.page import Kind, Label, Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.site_models.site_model import SiteModel
from training import card as cards
from training.__main__ import HERE, cache_option, gold_pages, model_option, source_option
from training.corpora import GoldPage
from training.dataset import Sample, sample
from training.score import score_cleaned

NUMBERS: Final = (1, 2, 5, 10, 20, 50)
PARTS: Final = 4
LEAST_PAGES: Final = 12  # of a site, so that nine are left to learn from
MEASURES: Final = ("line", "word")
LAYOUTS: Final = ("blocks", "strings")
DIGITS: Final = 4
MARKS: Final = ("<!-- figures -->", "<!-- /figures -->")


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to learn and to clean; the layout is of bare text."""

    kind: Kind
    layout: str
    labelled: bool

    @property
    def name(self) -> str:
        """How results call it."""
        layout = f", {self.layout}" if self.kind == "text" else ""
        return f"{self.kind}{layout}, {'labelled' if self.labelled else 'unlabelled'}"


SETTINGS: Final = tuple(
    Setting(kind, layout, labelled)
    for kind in MODES
    for layout in (LAYOUTS if kind == "text" else LAYOUTS[:1])
    for labelled in (False, True)
)


def pages_by_site(golds: Iterable[GoldPage]) -> dict[str, list[GoldPage]]:
    """The gold pages of each site that has many, by the site's name."""
    sites: dict[str, list[GoldPage]] = defaultdict(list)
    for gold in golds:
        sites[gold.site].append(gold)
    return {site: pages for site, pages in sorted(sites.items()) if len(pages) >= LEAST_PAGES}


def parts(site: str, n: int) -> Iterator[tuple[list[int], list[int]]]:
    """Which of n pages are scored, and which are learned from, in their order."""
    order = np.random.default_rng(crc32(site.encode())).permutation(n).tolist()
    for part in range(PARTS):
        scored = order[part::PARTS]
        yield scored, [i for i in order if i not in set(scored)]


def given_labels(labelled: Sample) -> list[Label | None]:
    """The labels that a person would have written."""
    return [None if v < 0 else Label.CONTENT if v else Label.BOILERPLATE for v in labelled.target]


def score(cleaner: Cleaner, labelled: Sample) -> tuple[float, float]:
    """Line F1 and word F1 of one page."""
    line, _, word = score_cleaned(cleaner.clean(labelled.page), labelled)
    return line, word


class Remembering(Model):
    """A Model that scores a page once, though the page is learned from and cleaned many times."""

    def predict(self, page: Page, spoken: Sequence[int]) -> Scores:
        """What the model said of the page when it was first asked, without what explains it."""
        known: dict[int, tuple[Page, Scores]] = self.__dict__.setdefault("known", {})
        # The page is kept beside its scores, so that no other one can take its id.
        if id(page) not in known:
            known[id(page)] = (page, replace(super().predict(page, spoken), matrices=()))
        return known[id(page)][1]


def measure_site(
    site: str, golds: Sequence[GoldPage], setting: Setting, model: Model
) -> dict[int, list[tuple[float, ...]]]:
    """For each number of pages learned: of each page, line and word F1 with and without."""
    made = (sample(gold, setting.kind, setting.layout) for gold in golds)
    samples = [each for each in made if each is not None]
    # Without a URL a page is one of any site.
    samples = [replace(each, page=replace(each.page, url=None)) for each in samples]
    model = Remembering(model.stacks, model.about, model.path)
    plain = Cleaner(model, plugins=no_plugins())
    base = [score(plain, each) for each in samples]
    rows: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for scored, others in parts(site, len(samples)):
        known, learned = SiteModel(site, model), 0
        for n in (n for n in NUMBERS if n <= len(others)):
            new = [samples[i] for i in others[learned:n]]
            labels = [given_labels(each) if setting.labelled else None for each in new]
            known.partial_fit([each.page for each in new], labels)
            learned = n
            cleaner = Cleaner(model, plugins=no_plugins(), site_models=known)
            rows[n] += [(*score(cleaner, samples[i]), *base[i]) for i in scored]
    return rows


def summary(rows: Mapping[int, Sequence[tuple[float, ...]]]) -> dict[str, Any]:
    """The means of a site for each number of pages."""
    out: dict[str, Any] = {}
    for n, scores in rows.items():
        line, word, base_line, base_word = np.mean(scores, axis=0).round(DIGITS).tolist()
        out[str(n)] = {
            "pages": len(scores), "line": line, "word": word,
            "general_line": base_line, "general_word": base_word,
        }  # fmt: skip
    return out


def means(sites: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Over sites, for each number of pages: with, without, and the site that lost most."""
    out: dict[str, Any] = {}
    for n in map(str, NUMBERS):
        rows = {site: each[n] for site, each in sites.items() if n in each}
        if not rows:
            continue
        row: dict[str, Any] = {"sites": len(rows)}
        for measure in MEASURES:
            gains = {s: each[measure] - each[f"general_{measure}"] for s, each in rows.items()}
            row[measure] = round(float(np.mean([e[measure] for e in rows.values()])), DIGITS)
            row[f"general_{measure}"] = round(
                float(np.mean([e[f"general_{measure}"] for e in rows.values()])), DIGITS
            )
            worst = min(gains, key=gains.__getitem__)
            row[f"worst_{measure}"] = [worst, round(gains[worst], DIGITS)]
        out[n] = row
    return out


def table(name: str, rows: Mapping[str, Any]) -> str:
    """The means of a setting as a Markdown table."""
    out = [
        f"**{name}**\n",
        "| pages learned | sites | line F1 | without | word F1 | without | worst site, line F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for n, row in rows.items():
        site, change = row["worst_line"]
        out.append(
            f"| {n} | {row['sites']} | {row['line']:.3f} | {row['general_line']:.3f} "
            f"| {row['word']:.3f} | {row['general_word']:.3f} | {site} {100 * change:+.1f} |"
        )
    return "\n".join(out)


def draw(results: Mapping[str, Any], target: Path) -> None:
    """Gain of line F1 against the number of pages learned, a line a setting."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, 2, sharey=True)
    for panel, measure in zip(panels, MEASURES, strict=True):
        for name, each in results["settings"].items():
            rows = each["means"]
            x = [0, *map(int, rows)]
            gain = [100 * (row[measure] - row[f"general_{measure}"]) for row in rows.values()]
            style = "--" if name.endswith(" labelled") else "-"
            panel.plot(np.sqrt(x), [0.0, *gain], style, marker="o", markersize=3, label=name)
        panel.set_xticks(np.sqrt([0, *NUMBERS]), ["0", *map(str, NUMBERS)])
        panel.axhline(0, color="0.7", linewidth=0.8)
        panel.set_xlabel("pages learned from")
        panel.set_title(f"{measure} F1, points over the general model", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False, fontsize=8)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=120, metadata={"Software": None})


splits_option = click.option(
    "--split", type=click.Choice(["train", "dev", "test"]), multiple=True, default=["dev"]
)


def of_gold_pages(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that asks a model about gold pages of some splits."""
    for option in (splits_option, model_option, cache_option, source_option):
        command = option(command)
    return command


def write_tables(document: Path, tables: Sequence[str]) -> None:
    """Put the tables between the document's marks."""
    section = "\n\n".join(tables)
    cards.write_section(document, f"\n{section}\n", MARKS)


@click.command()
@of_gold_pages
@click.option("--site", "only", multiple=True, help="Only these sites.")
@click.option("--mode", type=click.Choice(MODES), multiple=True, default=MODES)
@click.option("--write", is_flag=True, help="Write docs/results and the picture.")
def main(
    source: Path, cache: Path, model: str | None, split: tuple[str, ...], only: tuple[str, ...],
    mode: tuple[str, ...], write: bool,
) -> None:  # fmt: skip
    """Measure what site models add, against the number of pages they learn from."""
    sites = pages_by_site(gold_pages(source, cache, split, (), False))
    if only:
        sites = {site: pages for site, pages in sites.items() if site in only}
    general = load_model(model)
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.kind not in mode:
            continue
        found = {
            site: summary(measure_site(site, golds, setting, general))
            for site, golds in sites.items()
        }
        settings[setting.name] = {"means": means(found), "sites": found}
        click.echo(table(setting.name, settings[setting.name]["means"]) + "\n")
    if write:
        target = HERE / "docs/results" / f"site-models-{'-'.join(split)}.json"
        write_results(target, settings, cards.provenance(",".join(split), model))


def write_results(target: Path, measured: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write what was measured to the results, the picture and the document.

    Modes that were not measured this time stay as they were, with the commit of their time.
    """
    before = json.loads(target.read_text("utf-8"))["settings"] if target.exists() else {}
    now = {name: {**each, "about": dict(about)} for name, each in measured.items()}
    settings = {
        each.name: (before | now)[each.name] for each in SETTINGS if each.name in before | now
    }
    results = {"settings": settings}
    target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    draw(results, HERE / "docs/pictures/site-models.png")
    tables = [table(name, each["means"]) for name, each in settings.items()]
    write_tables(HERE / "docs/site-models.md", tables)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_models")
