"""Pages made from labelled pages: cropped, with boxes and quotations put in, with a new end.

Every change is drawn from the page's name, so that each run draws the same. A page in another
script is made by ``training.ciphers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

import numpy as np

from boilerplate.page import Element, Line, Markup, Metadata, text_page
from training.samples import SOME_CHROME, Sample


@dataclass(frozen=True, slots=True)
class CropParameters:
    """How an article is cut out of its page and given another end."""

    most_before: int = 4  # chrome lines kept before the article
    most_after: int = 2  # and after it
    exact_share: float = 0.4  # of the crops: nothing before the article, nor after it
    short_share: float = 0.3  # of the crops: of the article only the first ...
    short_lines: tuple[int, int] = (3, 8)  # ... so many lines, the upper bound excluded
    broken_share: float = 0.4  # of the added lines: broken as at inline links
    least_broken_words: int = 6  # in a line, to break it in three


@dataclass(frozen=True, slots=True)
class BoxParameters:
    """What the markup of an added box looks like: as various as on the pages of the web."""

    tags: tuple[str, ...] = ("div", "aside", "section", "form", "")  # of the box; "" is no box
    names: tuple[tuple[str, ...], ...] = (
        (), (), ("box",), ("inline-widget",), ("promo",), ("c-module", "module-dark"),
    )  # fmt: skip
    line_tags: tuple[str, ...] = ("p", "p", "div", "span", "h3", "button")
    linked_share: float = 0.3  # of the lines in a box
    nameless_share: float = 0.4  # of the pages: all class and id names are removed
    no_metadata_share: float = 0.3  # of the pages: title, headline and description are removed
    least_content: int = 4  # lines of an article, to put anything between them
    blockquote_share: float = 0.5  # of the quotations


CROP: Final = CropParameters()
BOX: Final = BoxParameters()


def cropped(labelled: Sample, tails: Sequence[Sequence[str]], number: int = 0) -> Sample | None:
    """An article with little before it and other pages' chrome after it, as bare text.

    That is how a reader's tool saves an article. ``tails`` are chrome lines of other sites, in
    this language or another; some are broken where links may have been. ``number`` draws another
    crop of the same page. None if the page has no content.
    """
    content = np.flatnonzero(labelled.target == 1)
    if not len(content):
        return None
    name = f"crop/{labelled.gold.corpus}/{labelled.gold.id}"
    rng = np.random.default_rng([number, crc32(name.encode())])
    exact = rng.random() < CROP.exact_share
    before, after = (
        0 if exact else int(rng.integers(0, most + 1))
        for most in (CROP.most_before, CROP.most_after)
    )
    if rng.random() < CROP.short_share:
        content, after = content[: int(rng.integers(*CROP.short_lines))], 0
    first = max(0, int(content[0]) - before)
    last = int(content[-1]) + 1 + after
    lines = [line.text for line in labelled.page.lines[first:last]]
    n = len(lines)
    for text in (text for tail in tails for text in tail):
        lines += broken(text, rng) if rng.random() < CROP.broken_share else [text]
    added = np.zeros(len(lines) - n, int)
    return Sample(
        labelled.gold,
        text_page(lines),
        np.concatenate([labelled.y[first : first + n], added]),
        np.concatenate([labelled.target[first : first + n], added]),
        None
        if labelled.roles is None
        else np.concatenate([labelled.roles[first : first + n], added + SOME_CHROME]),
    )


def broken(text: str, rng: np.random.Generator) -> list[str]:
    """A line broken in three at two random blanks, as scrapers break lines at inline links."""
    tokens = text.split(" ")
    if len(tokens) < CROP.least_broken_words:
        return [text]
    cuts = sorted(rng.choice(np.arange(1, len(tokens)), 2, replace=False).tolist())
    pieces = [tokens[: cuts[0]], tokens[cuts[0] : cuts[1]], tokens[cuts[1] :]]
    return [" ".join(piece) for piece in pieces if piece]


def boxed(labelled: Sample, boxes: Sequence[Sequence[str]]) -> Sample | None:
    """An HTML article with boxes put between its paragraphs.

    Few golds have a newsletter box in the middle of the article; many sites do. Some pages lose
    all class and id names, for names made by tools are no help, and some their metadata. None if
    the page has too little content to put anything between.
    """
    made = labelled
    rng = _rng("box", labelled)
    for box in boxes:
        tag = str(rng.choice(BOX.tags))
        names = BOX.names[int(rng.integers(len(BOX.names)))]
        tags = rng.choice(BOX.line_tags, len(box)).tolist()
        links = (rng.random(len(box)) < BOX.linked_share).tolist()
        inner = [(t, text, link) for t, text, link in zip(tags, box, links, strict=True)]
        changed = _inserted(made, rng, inner, 0, Element(tag, names, -1) if tag else None)
        if changed is None:
            return None
        made = changed
    page = made.page
    if rng.random() < BOX.nameless_share:
        bare = tuple(replace(element, names=()) for element in page.elements)
        page = replace(page, elements=bare)
    if rng.random() < BOX.no_metadata_share:
        page = replace(page, metadata=Metadata())
    return replace(made, page=page)


def interrupted(labelled: Sample, notice: Sequence[str], number: int) -> Sample:
    """Bare text with chrome between two paragraphs; unchanged if there is none, or no place."""
    if not notice:
        return labelled
    rng = _rng(f"notice {number}", labelled)
    return _inserted(labelled, rng, [("p", text, False) for text in notice], 0, None) or labelled


def quoted(labelled: Sample, quotation: str) -> Sample:
    """An article with a quotation between two paragraphs; unchanged if there is none."""
    rng = _rng("quoted", labelled)
    around = Element("blockquote", (), -1) if rng.random() < BOX.blockquote_share else None
    if not quotation:
        return labelled
    return _inserted(labelled, rng, [("p", quotation, False)], 1, around) or labelled


def _rng(salt: str, labelled: Sample) -> np.random.Generator:
    return np.random.default_rng(
        crc32(f"{salt}/{labelled.gold.corpus}/{labelled.gold.id}".encode())
    )


def _inserted(
    labelled: Sample,
    rng: np.random.Generator,
    inner: Sequence[tuple[str, str, bool]],
    label: int,
    around: Element | None,
) -> Sample | None:
    """The page with lines put before one of its content lines, all with one label.

    ``inner`` are tag, text, and whether the line is a link; ``around`` is the element that holds
    them. None if the page has too little content.
    """
    page = labelled.page
    content = np.flatnonzero(labelled.target == 1)
    if len(content) < BOX.least_content:
        return None
    at = int(content[int(rng.integers(1, len(content)))])
    lines, elements = [Line(text) for _, text, _ in inner], list(page.elements)
    if above := page.lines[at].markup:
        holder = elements[above.element].parent
        if around:
            elements.append(replace(around, parent=holder))
            holder = len(elements) - 1
        for i, (tag, text, link) in enumerate(inner):
            elements.append(Element(tag, (), holder))
            here = Markup(len(elements) - 1, links=link, link_chars=link * len(text))
            lines[i] = replace(lines[i], markup=here)
    return Sample(
        labelled.gold,
        replace(
            page,
            lines=(*page.lines[:at], *lines, *page.lines[at:]),
            elements=tuple(elements),
        ),
        np.insert(labelled.y, at, [label] * len(lines)),
        np.insert(labelled.target, at, [label] * len(lines)),
        None
        if labelled.roles is None
        else np.insert(labelled.roles, at, [-1 if label else SOME_CHROME] * len(lines)),
    )
