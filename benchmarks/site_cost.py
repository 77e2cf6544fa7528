"""What a site model costs: ``python -m benchmarks.site_cost``.

The processor time of cleaning a page from its markup or text, of what a model of its site adds to
that, and of learning that model from other pages. Measured on the sites of a split with many gold
pages; the least of several rounds counts for each page. The cache of fingerprints in the Python
versions is cleared before each round.
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

from benchmarks.site_pages import pages_by_site
from boilerplate.cleaner import Cleaner
from boilerplate.model.file import MODES
from boilerplate.model.model import load_model
from boilerplate.page import Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.site_models.places import place_hash
from boilerplate.site_models.site_model import SiteModel
from training.corpora import GoldPage
from training.documents.markdown import markdown_table
from training.gold_pages import gold_pages
from training.options import gold_page_options
from training.samples import sample
from training.split import Split

ROUNDS: Final = 20
LEARNED: Final = 10  # pages of each site; as many others are cleaned
TABLE_HEAD: Final = ("mode", "cleaning, ms", "model, ms", "share", "learning")


def clear_caches() -> None:
    """Clear the cache of places."""
    place_hash.cache_clear()


def scraped(gold: GoldPage, page: Page) -> bytes | str:
    """What a user would clean of a gold page: its markup, or its lines."""
    return gold.html if page.kind == "html" else "\n".join(line.text for line in page.lines)


def least_ms(work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """The least milliseconds of processor time of a function, over some ROUNDS."""
    least = float("inf")
    for _ in range(ROUNDS):
        if before:
            before()
        start = time.process_time_ns()
        work()
        least = min(least, (time.process_time_ns() - start) / 1e6)
    return least


@click.command()
@gold_page_options
def main(source: Path, cache: Path, model: str | None, split: tuple[Split, ...]) -> None:
    """Measure pages with and without a model of their site."""
    general = load_model(model)
    plain = Cleaner(general, plugins=no_plugins())
    sites = pages_by_site(gold_pages(source, cache, split))
    rows = []
    for mode in MODES:
        times = []
        for site, golds in sites.items():
            made = (sample(gold, mode) for gold in golds[: 2 * LEARNED])
            pages = [
                (scraped(each.gold, each.page), replace(each.page, url=None))
                for each in made
                if each is not None
            ]
            learned, others = pages[:LEARNED], pages[LEARNED:]
            known = SiteModel(site, general).fit(page for _, page in learned)
            learning = sum(least_ms(partial(SiteModel(site, general).fit, [p])) for _, p in learned)
            learning /= sum(least_ms(partial(plain.clean, raw)) for raw, _ in learned)
            for raw, page in others:
                compact = page.without_blank_lines
                correct = partial(known.correct, compact, general.predict(compact))
                cleaning = least_ms(partial(plain.clean, raw))
                times.append([cleaning, least_ms(correct, clear_caches), learning])
        whole, added, learning = np.mean(times, axis=0).tolist()
        shown = f"{whole:.2f}", f"{added:.2f}", f"{added / whole:.0%}", f"{learning:.2f} cleanings"
        rows.append([mode, *shown])
    click.echo(markdown_table(TABLE_HEAD, rows))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.site_cost")
