"""Made-up pages: a text in one of the forms, with chrome before, in and after it, or none.

They teach what the corpora hardly have: pages that end where the article ends, notices between
paragraphs that only their words tell from the text, headlines above bylines, lists, tables and
verse, in forty languages. Their chrome has no sentences of prose: as comments or teasers, these
would teach that prose after chrome is chrome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.page import Kind
from training.made_up.forms import FORMS, Text
from training.made_up.material import Materials, Writer

NOTICES: Final = ("cookie", "newsletter", "legal", "login", "comments", "share", "other")
MENUS: Final = ("navigation", "navigation", "related", "shop", "login", "share", "")
SENTENCE_CHARS: Final = (25, 400)  # of a notice between paragraphs
BUTTON_CHARS: Final = (2, 60)


@dataclass(frozen=True, slots=True)
class PageParameters:
    """How many pages there are, and in how many cases each part stands on one."""

    pages: int = 16  # of each language and fold
    html_stride: int = 2  # every so many of them is learned as HTML too
    foreign: float = 0.2  # of the notices between paragraphs: in another language
    quotation: float = 0.15  # pages with a quotation in another language
    inside: float = 0.45  # pages with chrome between their paragraphs
    short_menu: float = 0.3  # one to four lines before the text
    long_menu: float = 0.2  # five to twenty lines
    short_end: float = 0.3  # one or two lines after the text
    long_end: float = 0.3  # headlines of other articles, notices, menus


PAGE: Final = PageParameters()


@dataclass(frozen=True, slots=True)
class MadeUpPage:
    """The lines of a page with their roles; "" is chrome of unknown role.

    ``other`` is the language of its quotation and of some of its notices.
    """

    id: str
    language: str
    other: str
    site: str
    lines: Text


def made_up_pages(materials: Materials, mode: Kind) -> Iterator[MadeUpPage]:
    """All made-up pages of some materials; the same ones each time."""
    for material in materials.all:
        rng = np.random.default_rng([17, material.fold, *material.language.encode()])
        writer = Writer(material, rng)
        for number in range(PAGE.pages):
            other = materials.drawn(material.fold, rng) or material
            page = made_up(writer, Writer(other, rng), number)
            if mode == "text" or number % PAGE.html_stride == 0:
                yield page


def made_up(w: Writer, other: Writer, number: int) -> MadeUpPage:
    """One page; ``other`` writes in another language: its quotation, and some of its notices."""
    form = drawn_form(w)
    text = FORMS[form][0](w)
    if w.chance(PAGE.quotation):
        at = w.number(2, len(text) - 1) if len(text) > 3 else len(text)
        text.insert(at, (other.paragraph(1, 3), "quote"))
    if w.chance(PAGE.inside) and form not in {"verse", "lyrics", "subtitles"}:
        for _ in range(w.number(1, 2)):
            at = w.number(2, len(text)) if len(text) > 2 else len(text)
            text[at:at] = box(other if w.chance(PAGE.foreign) else w)
    drawn = w.rng.random()
    before: Text = []
    if drawn < PAGE.short_menu:
        before = buttons(w, 1, 4)
    elif drawn < PAGE.short_menu + PAGE.long_menu:
        before = buttons(w, 5, 20)
    drawn = w.rng.random()
    after: Text = []
    if drawn < PAGE.short_end:
        after = [ending(w)] if w.chance(0.5) else [*buttons(w, 1, 1), ending(w)]
    elif drawn < PAGE.short_end + PAGE.long_end:
        parts = [related, box, lambda w: buttons(w, 3, 15)]
        for i in w.rng.permutation(len(parts))[: w.number(1, 3)].tolist():
            after += parts[i](w)
        after.append(ending(w))
    lines = [
        (" ".join(line.split()) if role != "code" else line, role)
        for line, role in [*before, *text, *after]
    ]
    lines = [row for row in lines if row[0].strip()]
    name = f"{w.material.language}-{w.material.fold}-{number}"
    return MadeUpPage(name, w.material.language, other.material.language, w.material.site, lines)


def drawn_form(w: Writer) -> str:
    """One of the forms, by their weights."""
    weights = np.array([weight for _, weight in FORMS.values()])
    return list(FORMS)[int(w.rng.choice(len(FORMS), p=weights / weights.sum()))]


def box(w: Writer) -> Text:
    """What sites put between paragraphs: a notice, or a hint at another article."""
    if w.chance(0.3):
        hint = w.label("also", w.headline()).strip()
        return [(hint, "related")]
    if w.chance(0.1):
        return related(w)
    found = [w.phrase([w.one(NOTICES)], *SENTENCE_CHARS) for _ in range(w.number(1, 2))]
    found = found if any(found) else [w.phrase(NOTICES, *SENTENCE_CHARS)]
    lines = list(dict.fromkeys(each for each in found if each))
    if lines and w.chance(0.2):
        lines.append(w.phrase([lines[0][1]], *BUTTON_CHARS) or lines[0])
    return list(dict.fromkeys(lines))


def related(w: Writer) -> Text:
    """A list of other articles, with a heading and sometimes their dates."""
    label = w.phrase(["related"], *BUTTON_CHARS)
    lines: Text = [label] if label else [(w.label("also", "").strip(" :："), "related")]
    dated = w.chance(0.3)
    for _ in range(w.number(2, 5)):
        lines.append((w.headline(), "related"))
        if dated:
            lines.append((w.date(), "related"))
    return lines


def buttons(w: Writer, least: int, most: int) -> Text:
    """Items of menus, and buttons."""
    found = (w.phrase([w.one(MENUS)], *BUTTON_CHARS) for _ in range(w.number(least, most)))
    return list(dict.fromkeys(each for each in found if each))


def ending(w: Writer) -> tuple[str, str]:
    """The last line of a page: its rights, or a notice."""
    found = w.phrase(["legal", "cookie", "newsletter"], 8, 300)
    if found is None or w.chance(0.5):
        return f"© {w.number(2001, 2026)} {w.name()}", "legal"
    return found
