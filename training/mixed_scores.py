"""How well pages in two languages are cleaned, beside their twins in one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import line_score
from boilerplate.model.file import MODES
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from training.documents.markdown import markdown_table
from training.documents.results import DIGITS
from training.mixed_pages import MIXED_LAYOUTS, NOTICE_KINDS, MixedPage

QUOTATION_KINDS: Final = ("quotation",)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One cleaned page: its character-weighted F1, and whether each line was kept."""

    page: MixedPage
    f1: float
    kept: tuple[bool, ...]


def measure(
    model: str | None, pairs: Sequence[tuple[MixedPage, MixedPage]], jobs: int
) -> dict[str, Any]:
    """Scores of mixed pages and of their twins in both modes: all, by layout and by language."""
    cleaner = Cleaner(model, plugins=no_plugins())
    return {mode: measure_mode(cleaner, pairs, mode, jobs) for mode in MODES}


def measure_mode(
    cleaner: Cleaner, pairs: Sequence[tuple[MixedPage, MixedPage]], mode: Kind, jobs: int = 1
) -> dict[str, Any]:
    """Scores of mixed pages and of their twins in one mode."""
    pages = [page for pair in pairs for page in pair]
    found = Parallel(n_jobs=jobs, batch_size=16)(
        delayed(cleaned)(cleaner, page, mode) for page in pages
    )
    return summary(list(zip(found[::2], found[1::2], strict=True)), mode)


def cleaned(cleaner: Cleaner, mixed: MixedPage, mode: Kind) -> Cleaned:
    """Clean one page in one mode; ValueError if reading it gives other lines than it has."""
    page = mixed.page(mode)
    if len(page.lines) != len(mixed.lines):
        raise ValueError(f"the page has {len(mixed.lines)} lines, but {len(page.lines)} were read")
    labels = [p.label for p in cleaner.clean(page).predictions]
    chars = [len(line.text) for line in page.lines]
    f1 = line_score(labels, [line.label for line in mixed.lines], chars).f1
    return Cleaned(mixed, f1, tuple(label is Label.CONTENT for label in labels))


def summary(pairs: Sequence[tuple[Cleaned, Cleaned]], mode: Kind) -> dict[str, Any]:
    """The figures of one mode: of all pages, by layout, by language of the article and the line."""
    layouts = [
        (layout, [p for p in pairs if p[0].page.layout == layout]) for layout in MIXED_LAYOUTS
    ]
    if mode == "html":
        layouts += [
            (name, [p for p in pairs if p[0].page.named == named])
            for name, named in (("with names", True), ("without names", False))
        ]
    mixed = [page for page, _ in pairs]
    notices, quotations = _kept(mixed, NOTICE_KINDS), _kept(mixed, QUOTATION_KINDS)
    by_article: dict[str, list[tuple[Cleaned, Cleaned]]] = defaultdict(list)
    for pair in pairs:
        by_article[pair[0].page.language].append(pair)
    return {
        **_figures(pairs),
        "dropped_by_kind": {
            name: _share(_kept(mixed, (name,)).values(), dropped=True) for name in NOTICE_KINDS
        },
        "layouts": {name: _figures(found) for name, found in layouts},
        "languages": {
            language: {
                **_f1(by_article[language]),
                "notices_dropped": _share([notices.get(language, (0, 0))], dropped=True),
                "quotations_kept": _share([quotations.get(language, (0, 0))]),
            }
            for language in sorted({*by_article, *notices, *quotations})
        },
    }


def _figures(pairs: Sequence[tuple[Cleaned, Cleaned]]) -> dict[str, Any]:
    """The figures of some pages and their twins."""
    mixed = [page for page, _ in pairs]
    return {
        **_f1(pairs),
        "notices_dropped": _share(_kept(mixed, NOTICE_KINDS).values(), dropped=True),
        "quotations_kept": _share(_kept(mixed, QUOTATION_KINDS).values()),
    }


def _f1(pairs: Sequence[tuple[Cleaned, Cleaned]]) -> dict[str, Any]:
    """The number of pages, and the mean character-weighted F1 of them and of their twins."""
    if not pairs:
        return {"pages": 0, "mixed": None, "one_language": None}
    mixed, twins = (
        math.fsum(each.f1 for each in side) / len(pairs) for side in zip(*pairs, strict=True)
    )
    return {
        "pages": len(pairs),
        "mixed": round(mixed, DIGITS),
        "one_language": round(twins, DIGITS),
    }


def _kept(pages: Iterable[Cleaned], kinds: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By language: how many lines of some kinds were kept, and how many there are."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for page in pages:
        for line, kept in zip(page.page.lines, page.kept, strict=True):
            if line.kind in kinds:
                counts[line.language][0] += kept
                counts[line.language][1] += 1
    return {language: (kept, lines) for language, (kept, lines) in sorted(counts.items())}


def _share(counts: Iterable[tuple[int, int]], dropped: bool = False) -> float | None:
    """The share of lines that were kept, or dropped; None if there are no lines."""
    rows = list(counts)
    kept, lines = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if not lines:
        return None
    return round((lines - kept if dropped else kept) / lines, DIGITS)


def table(figures: Mapping[str, Any], mode: Kind) -> str:
    """One mode's figures as a Markdown table."""
    columns = {
        "char F1, two languages": "mixed",
        "char F1, one language": "one_language",
        "notices dropped": "notices_dropped",
        "quotations kept": "quotations_kept",
    }
    rows = [("all", figures), *figures["layouts"].items(), *figures["languages"].items()]
    body = [
        [name, str(row["pages"]), *(_cell(row.get(key)) for key in columns.values())]
        for name, row in rows
    ]
    return markdown_table([mode, "pages", *columns], body)


def _cell(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"
