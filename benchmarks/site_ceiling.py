"""What a site model could gain at most: ``python -m benchmarks.site_ceiling --split test``.

The general model's line F1 on sites with many gold pages, and what it would be if the gold were
known of some lines: of those that recur on ten other pages of the site (perfect knowledge of what
recurs), of those before the article's first line and after its last (perfect knowledge of where
articles begin and end), and of both. What is missing then is within articles, where pages of one
site share nothing. Means are over pages within a site, then over sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import numpy as np
from boilerplate.model.columns import MODES

from benchmarks.site_models import of_gold_pages, pages_by_site, parts
from boilerplate.cleaner import best_threshold
from boilerplate.metrics import score_counts
from boilerplate.model.model import Model, load_model
from boilerplate.numeric import Bools
from boilerplate.page import Kind
from boilerplate.site_models.evidence import Knowledge
from boilerplate.site_models.site_model import headlines
from boilerplate.site_models.sketch import Sketch, sketch
from training.__main__ import gold_pages
from training.card import markdown
from training.corpora import GoldPage
from training.dataset import sample

LEARNED: Final = 10  # pages
KNOWN: Final = ("nothing", "what recurs", "begin and end", "both")


def line_f1(kept: Bools, y: np.ndarray) -> float:
    """Line F1 of the lines whose gold is known."""
    told = y >= 0
    true = y == 1
    return score_counts((kept & true).sum(), (kept & told).sum(), true.sum()).f1


def outside(y: np.ndarray) -> Bools:
    """Which lines stand before the first line of the article or after its last."""
    content = np.flatnonzero(y == 1)
    found = np.ones(len(y), bool)
    if len(content):
        found[content[0] : content[-1] + 1] = False
    return found


def ceilings(golds: Sequence[GoldPage], kind: Kind, model: Model) -> np.ndarray:
    """Means of line F1 over a site's pages, for each of what might be KNOWN."""
    drawn: list[tuple[Sketch, Bools, Bools, np.ndarray]] = []
    for gold in golds:
        labelled = sample(gold, kind)
        if labelled is None or not labelled.page.spoken:
            continue
        page, spoken = replace(labelled.page, url=None), labelled.page.spoken
        scores = model.predict(page, spoken)
        each = sketch(page, spoken, scores.probability)
        least = best_threshold(scores.probability, scores.chars, scores.article)
        kept = scores.probability[: each.n] >= least
        drawn.append((each, headlines(page, spoken[: each.n]), kept, labelled.y[spoken[: each.n]]))
    rows = []
    for scored, others in parts(golds[0].site, len(drawn)):
        known = Knowledge([drawn[i][0] for i in others[:LEARNED]])
        for each, titles, kept, y in (drawn[i] for i in scored):
            recurs, out = known.see(each, titles).on > 0, outside(y)
            row = [
                np.where(told, y == 1, kept)
                for told in (np.zeros(len(y), bool), recurs, out, recurs | out)
            ]
            rows.append([line_f1(told, y) for told in row])
    means: np.ndarray = np.mean(rows, axis=0)
    return means


@click.command()
@of_gold_pages
def main(source: Path, cache: Path, model: str | None, split: tuple[str, ...]) -> None:
    """Tell what perfect knowledge of a site's lines would be worth."""
    sites = pages_by_site(gold_pages(source, cache, split, (), False))
    general = load_model(model)
    for kind in MODES:
        rows = {site: ceilings(golds, kind, general) for site, golds in sites.items()}
        rows["mean"] = np.mean(list(rows.values()), axis=0)
        body = [[site, *(f"{value:.3f}" for value in row)] for site, row in rows.items()]
        click.echo(markdown([kind, *KNOWN], body) + "\n")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_ceiling")
