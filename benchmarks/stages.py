"""Where the time of a page goes: ``python -m benchmarks.stages``.

The pages are those of ``benchmarks.speed``. Each is cleaned twice, with the compiled functions and
with their Python versions, and the processor time of each step's function is added up; the median
page counts. Writes docs/results/stages.json, from which ``python -m benchmarks.speed --render``
makes a table.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.modules import module_of, plain_functions
from benchmarks.page_samples import varied_pages
from benchmarks.timing import rounded
from boilerplate.cleaner import Cleaner
from boilerplate.features.elements import element_tokens
from boilerplate.features.encode import encode
from boilerplate.language.naming import identify_line
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.model import Model
from boilerplate.model.roles import RoleTrees, RoleWords
from boilerplate.model.trees import Trees
from boilerplate.page import Kind
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training.corpora import CORPORA, GoldPage, load
from training.options import cache_option, docs_option, model_option, source_option

DEFAULT_PAGES: Final = 150
WITHIN: Final = "of that: "
# The modules whose names are replaced by timed functions.
CLEANER, ENCODER, MODEL = map(module_of, (Cleaner, encode, Model))
# The steps in their order, each with the owner and the name of its function.
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "parse and split into lines": (CLEANER, "read"),
    "encode: features of lines, before any model": (MODEL, "encode"),
    WITHIN + "languages of lines": (ENCODER, "line_languages"),
    WITHIN + "characters and repetition": (ENCODER, "fill_text_features"),
    WITHIN + "markup": (ENCODER, "fill_markup_features"),
    "linear scores: n-grams and element tokens": (Linear, "scores"),
    "page type": (PageTypes, "log_probabilities"),
    "context of lines": (MODEL, "tree_matrix"),
    "trees of content": (Trees, "reached"),
    "roles: n-grams and element tokens": (RoleWords, "shares"),
    "roles: context of lines": (MODEL, "role_matrix"),
    "roles: trees": (RoleTrees, "log_probabilities"),
    "language of the page": (CLEANER, "page_languages"),
}
REST: Final = "everything else"
WHOLE: Final = "the whole page"
# Steps that run only if a caller asks for their results.
ASKED: Final = "reasons, if asked for"
ASKED_STEPS: Final[dict[str, tuple[Any, str]]] = {
    WITHIN + "contributions of feature groups": (Model, "evidence"),
    WITHIN + "names of the lines' languages": (CLEANER, "line_names"),
    WITHIN + "reasons": (CLEANER, "reasons"),
}
_spent: Counter[str] = Counter()


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that adds its processor time to its step."""

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
@click.option("--pages", default=DEFAULT_PAGES, show_default=True)
@model_option
@docs_option
def main(source: Path, cache: Path, pages: int, model: str | None, docs: Path) -> None:
    """Measure the processor time of each step of a page."""
    golds = varied_pages(load(CORPORA, source, cache), pages)
    cleaner = Cleaner(model)
    for name, (owner, attribute) in (STEPS | ASKED_STEPS).items():
        setattr(owner, attribute, timed(name, getattr(owner, attribute)))
    modes: tuple[Kind, ...] = ("html", "text")
    found: dict[str, dict[str, dict[str, float]]] = {mode: {} for mode in modes}
    for mode in modes:
        for name, block in (("compiled", nullcontext), ("plain", plain_functions)):
            with block():
                for cached in (identify_line, element_tokens):
                    cached.cache_clear()  # neither may use what the other has cached
                found[mode][name] = medians(cleaner, golds, mode)
    target = docs / "results" / "stages.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rounded({"pages": len(golds), "ms": found}), indent=1) + "\n")
    click.echo(target.read_text())


def medians(cleaner: Cleaner, golds: Sequence[GoldPage], mode: Kind) -> dict[str, float]:
    """Milliseconds of each step on the median page."""
    rows: dict[str, list[float]] = {name: [] for name in (*STEPS, REST, WHOLE, ASKED, *ASKED_STEPS)}
    for gold in golds:
        markup = decode(gold.html)
        if mode == "text":
            markup = "\n".join(line.text for line in html_page(markup).lines)
        _spent.clear()
        start = time.process_time_ns()
        page = cleaner.clean(markup, gold.url, mode)
        page.text  # noqa: B018 - what most callers need
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
