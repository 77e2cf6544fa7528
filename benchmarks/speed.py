"""How fast we are beside other tools: ``python -m benchmarks.speed``.

500 pages of the corpora's ``dev`` and ``test`` sites, in all languages and sizes, on one core. The
tools take turns on each page, so that other work on the machine affects all of them alike. What
counts is processor time: the least of some rounds for each page, then the median page. Speed needs
no labels, and nobody looks at the pages.

A whole run writes docs/results/speed.json, docs/speed.md and docs/pictures/speed.png.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from benchmarks.page_samples import varied_pages
from benchmarks.speed_document import document, draw, targets
from benchmarks.speed_measures import ROUNDS, TIMED_SPLITS, measure, measure_batches, measure_start
from benchmarks.timing import rounded
from training.corpora import CORPORA, load
from training.options import cache_option, docs_option, model_option, source_option

DEFAULT_PAGES = 500


@click.command()
@source_option
@cache_option
@click.option("--pages", default=DEFAULT_PAGES, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True)
@model_option
@click.option(
    "--memory/--no-memory", default=True, help="Clean 10,000 pages to measure peak memory."
)
@click.option("--render", is_flag=True, help="Only write the documents again from the results.")
@click.option(
    "--again", is_flag=True,
    help="Measure only start and batches, which other work on the machine affects most.",
)  # fmt: skip
@docs_option
def main(
    source: Path, cache: Path, pages: int, rounds: int, model: str | None, memory: bool,
    render: bool, again: bool, docs: Path,
) -> None:  # fmt: skip
    """Time us and the other tools on the same pages."""
    stored = docs / "results" / "speed.json"
    if not render:
        golds = varied_pages(load(CORPORA, source, cache), pages, TIMED_SPLITS)
        if not golds:
            raise click.ClickException(f"{source} has no page of split {' or '.join(TIMED_SPLITS)}")
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        if again:
            known = json.loads(stored.read_text("utf-8"))
            parts = {"start": measure_start(model), "batch": measure_batches(golds, model)}
            results = {**known, **rounded(parts)}
        else:
            results = rounded(measure(golds, model, rounds, memory))
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    results = json.loads(stored.read_text("utf-8"))
    steps = docs / "results" / "stages.json"
    stages = json.loads(steps.read_text("utf-8")) if steps.exists() else None
    (docs / "speed.md").write_text(document(results, stages), "utf-8")
    draw(results, docs / "pictures" / "speed.png")
    for goal, measured, reached in targets(results):
        click.echo(f"{'yes' if reached else 'NO ':3}  {goal}: {measured}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed")
