"""How long labelling takes a person, and a machine: ``python -m benchmarks.labelling``.

The pages of a real site are labelled in a real browser by a simulated person: the times are those
of the keystroke-level model of Card, Moran and Newell (1980), and the person knows the corpus's
labels. The labelling page chooses the pages. The person

- looks over each page;
- goes through the doubtful lines with ``d``, and takes one decision for each stretch of them, with
  a glance at each further line (``strictly`` counts a whole decision for every doubtful line);
- corrects wrong lines with the keys, and wrong lines that are not doubtful with the mouse;
- presses Enter.

Real people are less sure, and none was timed. The waits from Enter until the next page is shown are
measured by the clock of a machine that may be busy; ``worked`` is the processor time of the server
in them. ``--many N`` measures a folder of N made-up pages instead: the time until the first page is
shown, memory, and the time of each step as more pages are finished.

The shipped model was trained on the sites of the train and dev splits, so fewer of their lines are
doubtful than elsewhere; ``--model`` takes another model.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.labelling_document import many_table, person_table, write, write_sites
from benchmarks.labelling_measures import many, serve, ten_pages
from docs import browser as browsers
from training.corpora import GoldPage
from training.documents.results import provenance
from training.gold_pages import gold_pages
from training.options import FOLDER, gold_page_options
from training.split import Split, split_of

LEAST_PAGES: Final = 12  # of a site, so that there are some to choose from
NEWS_CORPORA: Final = (
    "daniel",
    "fundus",
    "mercury-parser",
)  # of articles; wcxb has few pages a site


@click.command()
@gold_page_options
@click.option("--site", "only", multiple=True, help="Only this site.")
@click.option("--many", "number", type=int, help="Measure a folder of so many pages instead.")
@click.option("--write", "do_write", is_flag=True, help="Write docs/labelling.md and the results.")
@click.option("--serve", "folder", type=FOLDER, hidden=True)
@click.option("--as-site", hidden=True)
def main(
    source: Path, cache: Path, model: str | None, split: tuple[Split, ...], only: tuple[str, ...],
    number: int | None, do_write: bool, folder: Path | None, as_site: str,
) -> None:  # fmt: skip
    """Measure what labelling costs a person, or a machine."""
    if folder:
        serve(folder, as_site, model)
        return
    if number:
        found = {**many(number), "about": provenance("made up", model)}
        click.echo(many_table(found))
        if do_write:
            write("many", found, many_table(found))
        return
    by_site: dict[str, list[GoldPage]] = defaultdict(list)
    for gold in gold_pages(source, cache, split):
        if gold.corpus in NEWS_CORPORA:
            by_site[gold.site].append(gold)
    sites: dict[str, dict[str, Any]] = {}
    with browsers.open_browser() as browser:
        for site, golds in sorted(by_site.items()):
            if len(golds) < LEAST_PAGES or (only and site not in only):
                continue
            if row := ten_pages(browser, site, golds, model):
                sites[site] = {"split": split_of(site), **row}
                click.echo(f"{site}: {row}", err=True)
                if do_write:
                    write_sites({site: sites[site]}, provenance(split_of(site), model))
    click.echo(person_table({"sites": sites}))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.labelling")
