"""What a site model costs: ``python -m benchmarks.site_cost``.

Processor time of cleaning pages, from their markup or text on, of what a model of their site adds
to it, and of learning that model from other pages, on the sites of a split that have many gold
pages; the least of several rounds of each page counts. Compiled, no line is known from the round
before; the plain twins keep fingerprints, and are asked to forget them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import click
import numpy as np
from boilerplate.model.columns import MODES

from benchmarks.site_models import of_gold_pages, pages_by_site
from boilerplate.cleaner import Cleaner
from boilerplate.model.model import load_model
from boilerplate.page import Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.site_models import fingerprints
from boilerplate.site_models.site_model import SiteModel
from training.__main__ import gold_pages
from training.card import markdown
from training.corpora import GoldPage
from training.dataset import sample

ROUNDS: Final = 20
LEARNED: Final = 10  # pages of each site; as many others are cleaned
COLUMNS: Final = ("mode", "cleaning, ms", "model, ms", "share", "learning")


def forget() -> None:
    """Forget the fingerprints of lines and places."""
    fingerprints.fingerprints_of.cache_clear()
    fingerprints.named_place.cache_clear()


def scraped(gold: GoldPage, page: Page) -> bytes | str:
    """What a user has of a gold page: its markup, or its lines."""
    return gold.html if page.kind == "html" else "\n".join(line.text for line in page.lines)


def spent(work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """Milliseconds of processor time that a piece of work takes, the least of some ROUNDS."""
    least = float("inf")
    for _ in range(ROUNDS):
        if before:
            before()
        start = time.process_time_ns()
        work()
        least = min(least, (time.process_time_ns() - start) / 1e6)
    return least


@click.command()
@of_gold_pages
def main(source: Path, cache: Path, model: str | None, split: tuple[str, ...]) -> None:
    """Time pages with and without a model of their site."""
    general = load_model(model)
    plain = Cleaner(general, plugins=no_plugins())
    sites = pages_by_site(gold_pages(source, cache, split, (), False))
    rows = []
    for kind in MODES:
        times = []
        for site, golds in sites.items():
            made = (sample(gold, kind) for gold in golds[: 2 * LEARNED])
            pages = [
                (scraped(each.gold, each.page), replace(each.page, url=None))
                for each in made
                if each is not None
            ]
            learned, others = pages[:LEARNED], pages[LEARNED:]
            known = SiteModel(site, general).fit(page for _, page in learned)
            learning = sum(spent(partial(SiteModel(site, general).fit, [p])) for _, p in learned)
            learning /= sum(spent(partial(plain.clean, raw)) for raw, _ in learned)
            for raw, page in others:
                spoken = page.spoken
                correct = partial(known.correct, page, spoken, general.predict(page, spoken))
                cleaning = spent(partial(plain.clean, raw))
                times.append([cleaning, spent(correct, forget), learning])
        whole, added, learning = np.mean(times, axis=0).tolist()
        shown = f"{whole:.2f}", f"{added:.2f}", f"{added / whole:.0%}", f"{learning:.2f} cleanings"
        rows.append([kind, *shown])
    click.echo(markdown(COLUMNS, rows))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_cost")
