"""What a site model could gain at most: ``python -m benchmarks.site_ceiling --split test``.

The general model's line F1 on sites with many gold pages, and what it would be with the true labels
of some lines: of those that recur on ten other pages of the site (perfect knowledge of what
recurs), of those before the article's first line and after its last (perfect knowledge of where
articles begin and end), and of both. The rest is lost within articles, where the pages of a site
have nothing in common. In HTML also, what a perfect wrapper would have: each path of the markup is
kept or dropped on all pages as most of its lines are in the gold, the scored page's own among them.
Means are over pages within a site, then over sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import numpy as np

from benchmarks.site_pages import pages_by_site, parts
from boilerplate.cleaner import best_threshold
from boilerplate.metrics import score_counts
from boilerplate.model.file import MODES
from boilerplate.model.model import Model, load_model
from boilerplate.numeric import Bools, Ints
from boilerplate.page import Kind
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.site_model import headlines
from boilerplate.site_models.sketch import Sketch, sketch
from training.corpora import GoldPage
from training.documents.markdown import markdown_table
from training.gold_pages import gold_pages
from training.options import gold_page_options
from training.samples import sample
from training.split import Split

LEARNED: Final = 10  # pages that the site model learns from
KNOWLEDGE: Final = ("nothing", "what recurs", "begin and end", "both", "a wrapper")


def line_f1(kept: Bools, y: np.ndarray) -> float:
    """Line F1 over the lines that have a label."""
    labelled = y >= 0
    true = y == 1
    return score_counts((kept & true).sum(), (kept & labelled).sum(), true.sum()).f1


def outside(y: np.ndarray) -> Bools:
    """Which lines are before the first line of the article or after its last."""
    content = np.flatnonzero(y == 1)
    found = np.ones(len(y), bool)
    if len(content):
        found[content[0] : content[-1] + 1] = False
    return found


def content_paths(pages: Sequence[tuple[Ints, np.ndarray]]) -> Ints:
    """The paths most of whose lines are content: of pages' lines their paths and gold, (n,)."""
    paths, y = (np.concatenate(column) for column in zip(*pages, strict=True))
    distinct, at = np.unique(paths[y >= 0], return_inverse=True)
    content = np.bincount(at, y[y >= 0] * 2.0 - 1.0, minlength=len(distinct))
    found: Ints = distinct[content > 0]
    return found


def ceilings(golds: Sequence[GoldPage], mode: Kind, model: Model) -> np.ndarray:
    """Mean line F1 over a site's pages, for each kind of knowledge in KNOWLEDGE."""
    drawn: list[tuple[Sketch, Bools, Bools, np.ndarray]] = []
    for gold in golds:
        labelled = sample(gold, mode)
        if labelled is None or not labelled.page.nonblank:
            continue
        page = replace(labelled.page, url=None).without_blank_lines
        scores = model.predict(page)
        each = sketch(page, scores.probability)
        least = best_threshold(scores.probability, scores.chars, scores.article)
        kept = scores.probability[: each.n] >= least
        y = labelled.y[labelled.page.nonblank[: each.n]]
        drawn.append((each, headlines(page)[: each.n], kept, y))
    by_path = content_paths([(each.paths[:, -1], y) for each, _, _, y in drawn])
    rows = []
    for scored, others in parts(golds[0].site, len(drawn)):
        known = SiteEvidence([drawn[i][0] for i in others[:LEARNED]])
        for each, titles, kept, y in (drawn[i] for i in scored):
            recurs, out = known.features(each, titles).on > 0, outside(y)
            row = [
                np.where(known_lines, y == 1, kept)
                for known_lines in (np.zeros(len(y), bool), recurs, out, recurs | out)
            ]
            row.append(np.isin(each.paths[:, -1], by_path))
            rows.append([line_f1(labels, y) for labels in row])
    means: np.ndarray = np.mean(rows, axis=0)
    return means


@click.command()
@gold_page_options
def main(source: Path, cache: Path, model: str | None, split: tuple[Split, ...]) -> None:
    """Print what perfect knowledge of a site's lines would gain."""
    sites = pages_by_site(gold_pages(source, cache, split))
    general = load_model(model)
    for mode in MODES:
        rows = {site: ceilings(golds, mode, general) for site, golds in sites.items()}
        rows["mean"] = np.mean(list(rows.values()), axis=0)
        columns = KNOWLEDGE[: len(KNOWLEDGE) - (mode == "text")]  # text has no paths
        body = [
            [site, *(f"{value:.3f}" for value in row[: len(columns)])] for site, row in rows.items()
        ]
        click.echo(markdown_table([mode, *columns], body) + "\n")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_ceiling")
