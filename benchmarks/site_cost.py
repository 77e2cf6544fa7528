"""What a site model costs: ``python -m benchmarks.site_cost``.

Processor time of cleaning pages without and with a model of their site, and of learning it from
other pages, on the sites of a split that have many gold pages; the least of several rounds of
each page counts. Once with the fingerprints of lines kept from the round before, as on a page
that comes again, and once with none of them known, as on the first page of a site.
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

from benchmarks.site_models import of_gold_pages, pages_by_site
from boilerplate import fingerprints
from boilerplate.cleaner import Cleaner
from boilerplate.model import MODES, load_model
from boilerplate.plugins import no_plugins
from boilerplate.sites import SiteModel
from training.__main__ import gold_pages
from training.card import markdown
from training.dataset import sample

ROUNDS: Final = 20
LEARNED: Final = 10  # pages of each site; as many others are cleaned
COLUMNS: Final = (
    "mode",
    "cleaning, ms",
    "model, ms",
    "share",
    "first page, ms",
    "share",
    "learning",
)


def forget() -> None:
    """Forget the fingerprints of lines and places."""
    fingerprints.fingerprints_of.cache_clear()
    fingerprints.named_place.cache_clear()


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
            pages = [replace(each.page, url=None) for each in made if each is not None]
            learned, others = pages[:LEARNED], pages[LEARNED:]
            known = SiteModel(site, general).fit(learned)
            fits = (partial(SiteModel(site, general).fit, [page]) for page in learned)
            learning = sum(map(spent, fits))
            learning /= sum(spent(partial(plain.clean, page)) for page in learned)
            for page in others:
                spoken = page.spoken
                correct = partial(known.correct, page, spoken, general.predict(page, spoken))
                whole = spent(partial(plain.clean, page))
                times.append([whole, spent(correct), spent(correct, forget), learning])
        whole, known_lines, new_lines, learning = np.mean(times, axis=0).tolist()
        rows.append([
            kind, f"{whole:.2f}", f"{known_lines:.2f}", f"{known_lines / whole:.0%}",
            f"{new_lines:.2f}", f"{new_lines / whole:.0%}", f"{learning:.2f} cleanings",
        ])  # fmt: skip
    click.echo(markdown(COLUMNS, rows))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_cost")
