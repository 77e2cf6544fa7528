"""How often the language of a page is right: ``python -m benchmarks.page_languages --write``.

The pages are those of the corpora of articles whose language is known. Of most pages in fundus and
magic-html it is known from what they declare themselves, which the cleaner reads as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.language_texts import folded
from boilerplate.cleaner import Cleaner
from training.corpora import load
from training.corpora.gold_page import GoldPage
from training.documents.markdown import markdown_table, write_section
from training.documents.results import as_json
from training.options import cache_option, docs_option, source_option

NAMES: Final = ("world", "daniel", "fundus", "magic-html")
MARKERS: Final = (
    "<!-- pages: made by `python -m benchmarks.page_languages --write` -->",
    "<!-- end of pages -->",
)


def measured(golds: Iterable[GoldPage], cleaner: Cleaner) -> dict[str, Any]:
    """Of the pages whose language is known: how many, and of how many it is right, or None.

    ``wrong`` counts the pairs of the right language and another that was named.
    """
    wrong: Counter[str] = Counter()
    pages = right = none = 0
    for gold in golds:
        if not gold.language:
            continue
        own, found = folded(gold.language), folded(cleaner.clean(gold.html, gold.url).language)
        pages += 1
        right += found == own
        none += found is None
        if found not in (own, None):
            wrong[f"{own} as {found}"] += 1
    return {"pages": pages, "right": right, "none": none, "wrong": dict(wrong.most_common())}


def section(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The table of the corpora."""
    rows = []
    for name, found in results.items():
        most = ", ".join(f"{pair} ({n})" for pair, n in list(found["wrong"].items())[:4])
        share = found["right"] / max(found["pages"], 1)
        rows.append([name, str(found["pages"]), f"{share:.3f}", str(found["none"]), most or "none"])
    return markdown_table(["corpus", "pages", "right", "None", "most often wrong"], rows)


@click.command()
@source_option
@cache_option
@click.option("--corpus", "names", multiple=True, default=NAMES, help="[default: four of them]")
@docs_option
@click.option("--write", is_flag=True, help="Write the table of docs/languages.md.")
def main(source: Path, cache: Path, names: Sequence[str], docs: Path, write: bool) -> None:
    """Print of how many pages the language is right, by corpus."""
    cleaner = Cleaner()
    results = {name: measured(load([name], source, cache), cleaner) for name in names}
    click.echo(json.dumps(results, indent=1))
    if write:
        (docs / "results" / "page_languages.json").write_text(as_json(results), encoding="utf-8")
        write_section(docs / "languages.md", section(results), MARKERS)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.page_languages")
