"""What a site model gains: ``python -m benchmarks.site_models --split test``.

For each site with many gold pages, F1 against the number of pages learned from. No page is scored
with a site model that was learned from it: the pages are divided into four parts, and each part is
scored with a model learned from the first n of the other pages, in an order drawn from the site's
name. A site counts for n if the other three parts have n pages; each n is compared with the general
model on the same pages. Means are over pages within a site, then over sites.

The shipped model was trained on the sites of the train and dev splits, so figures on those are of
use only with a ``--model`` trained without them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from benchmarks.site_pages import pages_by_site, parts
from boilerplate.cleaner import Cleaner
from boilerplate.model.file import MODES
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.page import Kind, Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.site_models.site_model import SiteModel
from training.corpora import GoldPage
from training.documents.figures import new_figure, save_figure
from training.documents.markdown import write_section
from training.documents.results import DIGITS, provenance
from training.gold_pages import gold_pages
from training.options import gold_page_options, mode_option
from training.paths import DOCS, PICTURES, RESULTS
from training.samples import Sample, sample
from training.score import score_cleaned
from training.split import Split

PAGE_NUMBERS: Final = (1, 2, 5, 10, 20, 50)  # of pages learned from
MEASURES: Final = ("line", "word")
SCORED_LAYOUTS: Final = ("blocks", "strings")  # of bare text
MARKERS: Final = ("<!-- figures -->", "<!-- /figures -->")


@dataclass(frozen=True, slots=True)
class Setting:
    """A mode, a layout of bare text, and whether the pages learned from have labels."""

    mode: Kind
    layout: str
    labelled: bool

    @property
    def name(self) -> str:
        """The name of the setting in the results."""
        layout = f", {self.layout}" if self.mode == "text" else ""
        return f"{self.mode}{layout}, {'labelled' if self.labelled else 'unlabelled'}"


SETTINGS: Final = tuple(
    Setting(mode, layout, labelled)
    for mode in MODES
    for layout in (SCORED_LAYOUTS if mode == "text" else SCORED_LAYOUTS[:1])
    for labelled in (False, True)
)


def score(cleaner: Cleaner, labelled: Sample) -> tuple[float, float]:
    """Line F1 and word F1 of one page."""
    line, _, word = score_cleaned(cleaner.clean(labelled.page), labelled)
    return line, word


class CachingModel(Model):
    """A Model that caches its scores, for each page is learned from and cleaned many times."""

    def predict(self, page: Page) -> Scores:
        """The scores of the page, without what explains them; computed once."""
        cached: dict[int, tuple[Page, Scores]] = self.__dict__.setdefault("cached", {})
        # The page is stored with its scores, so that no other page can get its id.
        if id(page) not in cached:
            cached[id(page)] = (page, replace(super().predict(page), matrices=()))
        return cached[id(page)][1]


def measure_site(
    site: str, golds: Sequence[GoldPage], setting: Setting, model: Model
) -> dict[int, list[tuple[float, ...]]]:
    """By number of pages learned from: each page's line and word F1 with and without the model."""
    made = (sample(gold, setting.mode, setting.layout) for gold in golds)
    samples = [each for each in made if each is not None]
    # Pages without a URL may belong to any site.
    samples = [replace(each, page=replace(each.page, url=None)) for each in samples]
    model = CachingModel(model.stacks, model.words, model.about, model.path)
    plain = Cleaner(model, plugins=no_plugins())
    base = [score(plain, each) for each in samples]
    rows: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for scored, others in parts(site, len(samples)):
        known, learned = SiteModel(site, model), 0
        for n in (n for n in PAGE_NUMBERS if n <= len(others)):
            new = [samples[i] for i in others[learned:n]]
            labels = [each.target_labels if setting.labelled else None for each in new]
            known.partial_fit([each.page for each in new], labels)
            learned = n
            cleaner = Cleaner(model, plugins=no_plugins(), site_models=known)
            rows[n] += [(*score(cleaner, samples[i]), *base[i]) for i in scored]
    return rows


def summary(rows: Mapping[int, Sequence[tuple[float, ...]]]) -> dict[str, Any]:
    """The means of a site by number of pages learned from."""
    out: dict[str, Any] = {}
    for n, scores in rows.items():
        line, word, base_line, base_word = np.mean(scores, axis=0).round(DIGITS).tolist()
        out[str(n)] = {
            "pages": len(scores), "line": line, "word": word,
            "general_line": base_line, "general_word": base_word,
        }  # fmt: skip
    return out


def means(sites: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """By number of pages learned from: means over sites, and the site with the largest loss."""
    out: dict[str, Any] = {}
    for n in map(str, PAGE_NUMBERS):
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
    """The means of a setting as Markdown."""
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
    """Draw the gain of F1 over the number of pages learned from, one line for each setting."""
    figure = new_figure(8, 4)
    panels = figure.subplots(1, 2, sharey=True)
    for panel, measure in zip(panels, MEASURES, strict=True):
        for name, each in results["settings"].items():
            rows = each["means"]
            x = [0, *map(int, rows)]
            gain = [100 * (row[measure] - row[f"general_{measure}"]) for row in rows.values()]
            style = "--" if name.endswith(" labelled") else "-"
            panel.plot(np.sqrt(x), [0.0, *gain], style, marker="o", markersize=3, label=name)
        panel.set_xticks(np.sqrt([0, *PAGE_NUMBERS]), ["0", *map(str, PAGE_NUMBERS)])
        panel.axhline(0, color="0.7", linewidth=0.8)
        panel.set_xlabel("pages learned from")
        panel.set_title(f"{measure} F1, points over the general model", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False, fontsize=8)
    save_figure(figure, target)


def write_tables(document: Path, tables: Sequence[str]) -> None:
    """Write the tables between the document's markers."""
    section = "\n\n".join(tables)
    write_section(document, f"\n{section}\n", MARKERS)


@click.command()
@gold_page_options
@click.option("--site", "only", multiple=True, help="Only this site.")
@mode_option
@click.option("--write", is_flag=True, help="Write the results, the document and the picture.")
def main(
    source: Path, cache: Path, model: str | None, split: tuple[Split, ...], only: tuple[str, ...],
    mode: tuple[Kind, ...], write: bool,
) -> None:  # fmt: skip
    """Measure what site models gain, by the number of pages that they learn from."""
    sites = pages_by_site(gold_pages(source, cache, split))
    if only:
        sites = {site: pages for site, pages in sites.items() if site in only}
    general = load_model(model)
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.mode not in mode:
            continue
        found = {
            site: summary(measure_site(site, golds, setting, general))
            for site, golds in sites.items()
        }
        settings[setting.name] = {"means": means(found), "sites": found}
        click.echo(table(setting.name, settings[setting.name]["means"]) + "\n")
    if write:
        target = RESULTS / f"site-models-{'-'.join(split)}.json"
        write_results(target, settings, provenance(",".join(split), model))


def write_results(target: Path, measured: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write the results, the picture and the document.

    Modes that were not measured this time keep their results, with the commit of those.
    """
    before = json.loads(target.read_text("utf-8"))["settings"] if target.exists() else {}
    now = {name: {**each, "about": dict(about)} for name, each in measured.items()}
    settings = {
        each.name: (before | now)[each.name] for each in SETTINGS if each.name in before | now
    }
    results = {"settings": settings}
    target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    draw(results, PICTURES / "site-models.png")
    tables = [table(name, each["means"]) for name, each in settings.items()]
    write_tables(DOCS / "site-models.md", tables)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_models")
