"""The report on a site model in HTML: lines that recur, places of articles, pages that don't fit.

The model holds hashes, no text. So the report shows lines and places of given pages, and
counts what else the model knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.display import visible
from boilerplate.explain.html_parts import counted, data_file, definition_list
from boilerplate.kernels.site_arrays import Hash, find
from boilerplate.numeric import Ints
from boilerplate.page import Element, Page, is_blank
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.places import named_elements, place_hash
from boilerplate.site_models.site_model import SiteModel, standings

Named = Sequence[tuple[str, Page]]


@dataclass(frozen=True, slots=True)
class SiteReportLimits:
    """How much of a site model is shown."""

    max_open_rows: int = 40  # of a list; the others are folded
    max_rows: int = 400
    max_chars: int = 160  # of a line
    max_levels: int = 4  # elements in the path of a place


LIMITS: Final = SiteReportLimits()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: a share, 0 to 1, drawn as a bar; a number; and a text as HTML."""

    share: float
    number: str
    text: str


def site_report(model: SiteModel, pages: Named) -> str:
    """One self-contained HTML file about a site model, with lines and places of ``pages``.

    ``pages`` are names and pages. The file has no script and loads nothing.
    """
    evidence = model.evidence
    only_pages = [page for _, page in pages]
    by_standing: dict[str | None, list[str]] = {}
    for (name, _), standing in zip(pages, standings(model, only_pages), strict=True):
        by_standing.setdefault(standing, []).append(name)
    sections = [
        _rows_section(
            "Lines that recur",
            "On how many of the site's pages a line stands, numbers, dates and copies of one "
            "article aside. What recurs is chrome, unless the model is sure of it.",
            recurring(evidence, only_pages),
        ),
        _rows_section(
            "Places",
            "What share of a place's characters is article, where nothing recurs.",
            places(evidence, only_pages),
        ),
        _names_section(
            "Pages unlike the others, not learned from", sorted(by_standing.get("outlier", []))
        ),
        _names_section(
            "Pages that hold an article another page holds", sorted(by_standing.get("copy", []))
        ),
    ]
    counts = {
        "pages": str(evidence.n_pages),
        "lines that recur": str(_count_recurring(evidence)),
        "places": str(len(evidence.places.keys)),
    }
    return Template(data_file("site.html")).substitute(
        title=escape(visible(model.site or "a site")),
        style=data_file("report.css") + data_file("site.css"),
        counts=definition_list(counts),
        sections="\n".join(filter(None, sections)),
    )


def recurring(evidence: SiteEvidence, pages: Iterable[Page]) -> list[Row]:
    """The lines of the pages that stand on two or more of the site's, the most frequent first."""
    texts: dict[int, str] = {}
    for page in pages:
        lines = [line.text for line in page.lines if not is_blank(line)]
        for key, text in zip(
            kernels.line_fingerprints(lines)[:, Hash.STRICT].tolist(), lines, strict=True
        ):
            texts.setdefault(key, text)
    keys, counts = evidence.arrays.strict.keys, evidence.arrays.strict.counts
    at = find(keys, np.array(list(texts), np.int64))
    rows = [
        (int(counts[i]), text)
        for i, text in zip(at.tolist(), texts.values(), strict=True)
        if i >= 0 and counts[i] > 1
    ]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [
        Row(
            n / evidence.n_pages,
            f"{n} of {evidence.n_pages}",
            f'<span dir="auto">{_short(text)}</span>',
        )
        for n, text in rows
    ]


def places(evidence: SiteEvidence, pages: Iterable[Page]) -> list[Row]:
    """The places in the markup of the pages where lines stand, those with most text first."""
    names: dict[int, str] = {}
    for page in pages:
        for at in named_elements(page.lines, page.elements):
            if at >= 0:
                key = place_hash(page.elements[at].tag, page.elements[at].names)
                names.setdefault(key, path_name(page.elements, at))
    counts = evidence.places
    found: Ints = find(counts.keys, np.array(list(names), np.int64))
    rows = [
        (float(counts.chars[i]), float(counts.content[i]), int(counts.pages[i]), name)
        for i, name in zip(found.tolist(), names.values(), strict=True)
        if i >= 0
    ]
    rows.sort(key=lambda row: (-row[0], row[3]))
    return [
        Row(content / max(chars, 1.0), counted(on, "page"), f"<code>{escape(visible(name))}</code>")
        for chars, content, on, name in rows
    ]


def path_name(elements: Sequence[Element], index: int) -> str:
    """An element and those above it, as a style sheet would select them.

    >>> path_name([Element("main", (), -1), Element("p", ("lead",), 0)], 1)
    'main > p.lead'
    """
    names: list[str] = []
    while index >= 0 and len(names) < LIMITS.max_levels:
        element = elements[index]
        names.append(".".join([element.tag, *element.names[:2]]))
        index = element.parent
    return " > ".join(reversed(names))


def _count_recurring(evidence: SiteEvidence) -> int:
    counts = evidence.arrays.strict.counts
    return int((counts > 1).sum())


def _rows_section(title: str, about: str, rows: Sequence[Row]) -> str:
    """A section with a list of rows, of which the later ones are folded; "" without rows."""
    if not rows:
        return ""
    items = [
        f'<li><span class="share"><i style="width:{row.share:.1%}"></i></span>'
        f'<small>{row.number}</small><span class="what">{row.text}</span></li>'
        for row in rows[: LIMITS.max_rows]
    ]
    shown = _list(items[: LIMITS.max_open_rows])
    if folded := items[LIMITS.max_open_rows :]:
        more = len(rows) - LIMITS.max_open_rows
        shown += f"<details><summary>{more} more</summary>{_list(folded)}</details>"
    return f'<section class="learned"><h1>{title}</h1><p>{about}</p>\n{shown}\n</section>'


def _names_section(title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    items = [f'<li class="name">{escape(visible(name))}</li>' for name in names]
    return f'<section class="learned"><h1>{title}</h1>{_list(items)}\n</section>'


def _list(items: Sequence[str]) -> str:
    return "\n".join(["<ol>", *items, "</ol>"])


def _short(text: str) -> str:
    text = visible(" ".join(text.split()))
    most = LIMITS.max_chars
    return escape(text if len(text) <= most else text[:most].rstrip() + "…")
