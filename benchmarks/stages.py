"""Where the time of a page goes: ``python -m benchmarks.stages``.

Pages are drawn as ``benchmarks.speed`` draws them and cleaned once by each path, compiled and
plain; each step's processor time is counted around its function, the median page counts. Writes
docs/results/stages.json, of which ``python -m benchmarks.speed --render`` makes a table.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.speed import draw, rounded
from boilerplate import cleaner
from boilerplate.cleaner import Cleaner
from boilerplate.features import encode as features
from boilerplate.kernels import select as acceleration
from boilerplate.language import lines as language
from boilerplate.model import model
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.trees import Trees
from boilerplate.page import Kind
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training import corpora
from training.__main__ import HERE, cache_option, source_option
from training.corpora import CORPORA

PAGES: Final = 150
WITHIN: Final = "of that: "
# In the order of a page's way; a step within another is part of it.
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "parse and split into lines": (cleaner, "read"),
    "encode: all that is known of the lines": (model, "encode"),
    WITHIN + "languages of lines": (features, "speech"),
    WITHIN + "characters and repetition": (features, "text_features"),
    WITHIN + "markup": (features, "markup_features"),
    "linear scores: n-grams and names": (Linear, "scores"),
    "page type": (PageTypes, "log_probabilities"),
    "context of lines": (model, "tree_matrix"),
    "trees": (Trees, "log_odds"),
    "language of the page": (cleaner, "page_language"),
}
REST: Final = "all that is named nowhere above"
WHOLE: Final = "the whole page"
# What is worked out where a reader asks for it, besides.
ASKED: Final = "kinds and reasons, where they are asked for"
ASKED_STEPS: Final[dict[str, tuple[Any, str]]] = {
    WITHIN + "kinds of chrome": (cleaner, "chrome_kinds"),
    WITHIN + "what each group of columns added": (Model, "evidence"),
    WITHIN + "reasons": (cleaner, "reasons"),
}
_spent: Counter[str] = Counter()


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose processor time is added to its step's."""

    @wraps(function)
    def run(*args: Any, **keywords: Any) -> Any:
        start = time.process_time_ns()
        try:
            return function(*args, **keywords)
        finally:
            _spent[name] += time.process_time_ns() - start

    return run


@click.command()
@source_option
@cache_option
@click.option("--pages", default=PAGES, show_default=True)
@click.option("--model", "path", help="A model file; the shipped one by default.")
@click.option("--docs", type=click.Path(path_type=Path), default=HERE / "docs")
def main(source: Path, cache: Path, pages: int, path: str | None, docs: Path) -> None:
    """Time each step of a page."""
    golds = draw(corpora.load(CORPORA, source, cache), pages)
    whole = Cleaner(path)
    for name, (owner, attribute) in (STEPS | ASKED_STEPS).items():
        setattr(owner, attribute, timed(name, getattr(owner, attribute)))
    native = acceleration.native
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind in ("html", "text"):
        for way, part in (("compiled", native), ("plain", None)):
            acceleration.native = part
            for cached in (language._probabilities, features.element_tokens, features.name_tokens):
                cached.cache_clear()  # no path may live on what the other has found out
            found.setdefault(kind, {})[way] = medians(whole, golds, kind)
    target = docs / "results" / "stages.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rounded({"pages": len(golds), "ms": found}), indent=1) + "\n")
    click.echo(target.read_text())


def medians(whole: Cleaner, golds: list[Any], kind: Kind) -> dict[str, float]:
    """Milliseconds of each step on the median page."""
    rows: dict[str, list[float]] = {name: [] for name in (*STEPS, REST, WHOLE, ASKED, *ASKED_STEPS)}
    for gold in golds:
        markup = decode(gold.html)
        if kind == "text":
            markup = "\n".join(line.text for line in html_page(markup).lines)
        _spent.clear()
        start = time.process_time_ns()
        page = whole.clean(markup, gold.url, kind)
        page.text  # noqa: B018 - what most ask for
        _spent[WHOLE] = time.process_time_ns() - start
        parts = sum(_spent[name] for name in STEPS if not name.startswith(WITHIN))
        _spent[REST] = _spent[WHOLE] - parts
        start = time.process_time_ns()
        page.predictions[:1]
        _spent[ASKED] = time.process_time_ns() - start
        for name, values in rows.items():
            values.append(_spent[name] / 1e6)
    return {name: statistics.median(values) for name, values in rows.items()}


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.stages")
