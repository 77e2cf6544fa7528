"""The report on a site model in HTML: lines that recur, places of articles, pages that don't fit.

The model holds hashes, no text. So the report shows lines and places of given pages, and
counts what else the model knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from string import Template
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.display import visible
from boilerplate.explain.html_parts import counted, data_file, definition_list, share_bar
from boilerplate.kernels.site_arrays import Hash, find
from boilerplate.model.model import load_model
from boilerplate.numeric import Ints
from boilerplate.page import Element, Page
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.places import named_elements, place_hash
from boilerplate.site_models.site_model import SiteModel, standings

Named = Sequence[tuple[str, Page]]


@dataclass(frozen=True, slots=True)
class SiteReportLimits:
    """How much of a site model is shown."""

    max_open_rows: int = 40  # of a list; the others are folded
    max_open_groups: int = 12  # of lines in one place; the others are folded
    max_rows: int = 400
    max_chars: int = 160  # of a line
    max_levels: int = 4  # elements in the path of a place
    content: float = 0.5  # probability from which a line is kept on an article


LIMITS: Final = SiteReportLimits()


@dataclass(frozen=True, slots=True)
class RecurringLine:
    """A line that stands on ``pages`` of a site's pages, in a ``place`` of their markup.

    ``kept`` is whether it is content on most of the pages that the report was given.
    """

    text: str
    place: str
    pages: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the markup: how many pages have it, its characters, and those that are content."""

    name: str
    pages: int
    chars: float
    content: float


def site_report(model: SiteModel, pages: Named) -> str:
    """One self-contained HTML file about a site model, with lines and places of ``pages``.

    ``pages`` are names and pages. The file has no script and loads nothing.
    """
    evidence = model.evidence
    only_pages = [page for _, page in pages]
    by_standing: dict[str | None, list[str]] = {}
    for (name, _), standing in zip(pages, standings(model, only_pages), strict=True):
        by_standing.setdefault(standing, []).append(name)
    lines = recurring(model, only_pages)
    sections = [
        _section(
            "Lines that recur",
            "On how many of the site's pages a line stands, numbers, dates and copies of one "
            "article aside, by its place in the markup. What recurs is dropped as chrome, unless "
            "the model is sure that it is content.",
            _recurring_groups(lines, evidence.n_pages),
        ),
        _section(
            "Places",
            "What share of a place's characters is content, where nothing recurs. The bar is that "
            "share.",
            _folded([_place_row(place) for place in places(evidence, only_pages)]),
        ),
        _names_section(
            "Pages unlike the others, not learned from", sorted(by_standing.get("outlier", []))
        ),
        _names_section(
            "Pages that hold an article another page holds", sorted(by_standing.get("copy", []))
        ),
    ]
    counts = {
        "pages": f"{evidence.n_pages:,}",
        "lines that recur": f"{_count_recurring(evidence):,}",
        "places": f"{len(evidence.places.keys):,}",
    }
    return Template(data_file("site.html")).substitute(
        title=escape(visible(model.site or "a site")),
        style=data_file("report.css") + data_file("site.css"),
        counts=definition_list(counts),
        sections="\n".join(filter(None, sections)),
    )


def recurring(model: SiteModel, pages: Iterable[Page]) -> list[RecurringLine]:
    """The lines of the pages that stand on two or more of the site's, place by place.

    The place with a line on most pages comes first, and in each place the line on most pages;
    equal ones in the order of the pages.
    """
    known = model.evidence.arrays.strict
    general = model.model or load_model()
    found: dict[int, tuple[str, str]] = {}  # the text and the place of a line where it first stands
    votes: dict[int, float] = {}  # on more pages kept than dropped, or fewer
    for page in pages:
        page = page.without_blank_lines
        hashes = kernels.line_fingerprints([line.text for line in page.lines])[:, Hash.STRICT]
        at = find(known.keys, hashes)
        recurs = np.flatnonzero((at >= 0) & (known.counts[at] > 1)).tolist()
        if not recurs:
            continue
        probability = model.correct(page, general.predict(page)).probability
        elements = named_elements(page.lines, page.elements)
        for i in recurs:
            key = int(at[i])
            if key not in found:
                place = path_name(page.elements, elements[i]) if elements[i] >= 0 else ""
                found[key] = page.lines[i].text, place
            votes[key] = votes.get(key, 0.0) + (1 if probability[i] >= LIMITS.content else -1)
    lines = [
        RecurringLine(text, place, int(known.counts[key]), votes[key] > 0)
        for key, (text, place) in found.items()
    ]
    most: dict[str, int] = {}
    for line in lines:
        most[line.place] = max(most.get(line.place, 0), line.pages)
    order = {place: i for i, place in enumerate(most)}
    return sorted(lines, key=lambda line: (-most[line.place], order[line.place], -line.pages))


def places(evidence: SiteEvidence, pages: Iterable[Page]) -> list[Place]:
    """The places in the markup of the pages where lines stand, those with most text first."""
    names: dict[int, str] = {}
    for page in pages:
        for at in named_elements(page.lines, page.elements):
            if at >= 0:
                key = place_hash(page.elements[at].tag, page.elements[at].names)
                names.setdefault(key, path_name(page.elements, at))
    counts = evidence.places
    at_keys: Ints = find(counts.keys, np.array(list(names), np.int64))
    found = [
        Place(name, int(counts.pages[i]), float(counts.chars[i]), float(counts.content[i]))
        for i, name in zip(at_keys.tolist(), names.values(), strict=True)
        if i >= 0
    ]
    return sorted(found, key=lambda place: (-place.chars, place.name))


def path_name(elements: Sequence[Element], index: int) -> str:
    """An element and those above it, as a style sheet would select them.

    >>> path_name([Element("main", ("id=top",), -1), Element("p", ("lead",), 0)], 1)
    'main#top > p.lead'
    """
    names: list[str] = []
    while index >= 0 and len(names) < LIMITS.max_levels:
        element = elements[index]
        names.append(element.tag + "".join(map(_selector, element.names[:2])))
        index = element.parent
    return " > ".join(reversed(names))


def _selector(name: str) -> str:
    """A class, id or role of an element as a style sheet selects it."""
    kind, equals, value = name.partition("=")
    if not equals or kind not in ("id", "role"):
        return f".{name}"
    return f"#{value}" if kind == "id" else f"[role={value}]"


def _count_recurring(evidence: SiteEvidence) -> int:
    counts = evidence.arrays.strict.counts
    return int((counts > 1).sum())


def _recurring_groups(lines: Sequence[RecurringLine], n_pages: int) -> str:
    """The lines place by place, each place under its own heading; "" without lines."""
    groups = [
        _recurring_group(place, list(group), n_pages)
        for place, group in groupby(lines[: LIMITS.max_rows], lambda line: line.place)
    ]
    shown = "\n".join(groups[: LIMITS.max_open_groups])
    if folded := groups[LIMITS.max_open_groups :]:
        more, rest = counted(len(folded), "place"), "\n".join(folded)
        shown += f"<details><summary>{more} more</summary>{rest}</details>"
    return shown


def _recurring_group(place: str, lines: Sequence[RecurringLine], n_pages: int) -> str:
    """The lines of one place: what becomes of each, on how many pages it stands, its text."""
    name = f"<code>{escape(visible(place))}</code>" if place else "in no element with a name"
    rows = [
        _row(
            "content" if line.kept else "boilerplate",
            f"<b>{'kept' if line.kept else 'dropped'}</b>",
            share_bar(line.pages, n_pages),
            f"on {line.pages:,} of {counted(n_pages, 'page')}",
            f'<span class="what" dir="auto">{_short(line.text)}</span>',
        )
        for line in lines
    ]
    return f"<h3>{name}</h3>\n{_folded(rows)}"


def _place_row(place: Place) -> str:
    share = place.content / max(place.chars, 1.0)
    return _row(
        "content" if share >= LIMITS.content else "boilerplate",
        f"<b>{share:.0%} content</b>",
        share_bar(place.content, max(place.chars, 1.0)),
        f"on {counted(place.pages, 'page')}",
        f'<code class="what">{escape(visible(place.name))}</code>',
    )


def _row(label: str, *cells: str) -> str:
    """A row of a list: a word, a bar and a number, and a text; ``label`` gives its colour."""
    word, bar, number, text = cells
    return f'<li class="{label}">{word}<small>{number}</small>{bar}{text}</li>'


def _section(title: str, about: str, rows: str) -> str:
    """A section of the report; "" without rows."""
    if not rows:
        return ""
    return f'<section class="learned"><h2>{title}</h2><p>{about}</p>\n{rows}\n</section>'


def _names_section(title: str, names: Sequence[str]) -> str:
    items = [f'<li class="name">{escape(visible(name))}</li>' for name in names]
    return f'<section class="learned"><h2>{title}</h2>{_folded(items)}\n</section>' if names else ""


def _folded(items: Sequence[str]) -> str:
    """A list of rows, of which the later ones are folded; "" without rows."""
    if not items:
        return ""
    items = items[: LIMITS.max_rows]
    shown = _list(items[: LIMITS.max_open_rows])
    if folded := items[LIMITS.max_open_rows :]:
        shown += f"<details><summary>{len(folded)} more</summary>{_list(folded)}</details>"
    return shown


def _list(items: Sequence[str]) -> str:
    return "\n".join(["<ol>", *items, "</ol>"])


def _short(text: str) -> str:
    text = visible(" ".join(text.split()))
    most = LIMITS.max_chars
    return escape(text if len(text) <= most else text[:most].rstrip() + "…")
