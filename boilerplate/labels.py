"""Labels a person writes: a text file, a page's lines one under the other, with a sign each.

``+ text`` is content, ``- text`` chrome, ``? text`` not known; the lines of the page in order,
those that are blank left out. Such a file can be written by hand, read in a diff and merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from boilerplate.page import CleanPage, Label, Page, is_blank

SIGNS: Final[dict[str, Label | None]] = {
    "+": Label.CONTENT,
    "-": Label.BOILERPLATE,
    "?": None,
}


class LabelsError(ValueError):
    """Labels that don't belong to their page, with the line where that shows."""


def read_labels(text: str, page: Page, name: str = "labels") -> tuple[Label | None, ...]:
    r"""The labels of all lines of a page, None where nothing is known; see the module.

    Blanks don't count when texts are compared. Raises LabelsError, with ``name`` and a line's
    number, where a line has no sign, or is not the page's next one.

    >>> from boilerplate.page import text_page
    >>> read_labels("- Menü\n? von Anna\n", text_page(["Menü", "", "von Anna"]))
    (<Label.BOILERPLATE: 'boilerplate'>, None, None)
    """
    spoken = page.spoken
    labels: list[Label | None] = [None] * len(page.lines)
    written = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    for (n, line), i in zip(written, spoken, strict=False):
        sign, _, words = line.partition(" ")
        if sign not in SIGNS:
            raise LabelsError(f"{name}: line {n} begins with {sign[:10]!r}, not with +, - or ?")
        if words.split() != page.lines[i].text.split():
            raise LabelsError(
                f"{name}: line {n} is {words[:60]!r}, where the page has "
                f"{page.lines[i].text[:60]!r}"
            )
        labels[i] = SIGNS[sign]
    if len(written) != len(spoken):
        raise LabelsError(f"{name}: has {len(written)} lines, the page {len(spoken)}")
    return tuple(labels)


def write_labels(page: CleanPage) -> str:
    """A page's lines with the labels that were predicted: a draft for a person to correct."""
    return "".join(
        f"{'+' if p.label is Label.CONTENT else '-'} {_on_one_line(p.line.text.split())}\n"
        for p in page.predictions
        if not is_blank(p.line)
    )


def _on_one_line(words: Iterable[str]) -> str:
    return " ".join(words)
