"""Where the lines of a page stand in what it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from turbohtml import Element

from boilerplate.output.alignment import align
from boilerplate.page import Page
from boilerplate.reading.document import parsed, parsed_with_positions
from boilerplate.reading.nodes import NodeMap, NodeSet


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands, to mark it, to take a picture of it, or to cite it.

    ``path`` is a CSS selector of the innermost element that holds the whole line; in a browser,
    ``document.querySelector(path)`` finds it on a page whose scripts have changed nothing. It is
    None in bare text. ``source_line`` is the line of the source, counted from 1, in which that
    element begins; in bare text, the number of the line.
    """

    path: str | None
    source_line: int | None


def places(page: Page) -> list[Place | None]:
    """A Place for each line of a page; None where it stands in no element, but in a script.

    It is None as well for lines of a page that was read back from JSON, which has no markup.
    """
    if page.kind == "text":
        return [Place(None, i) for i in range(1, len(page.lines) + 1)]
    if not page.html:
        return [None] * len(page.lines)
    document = parsed(page.html)
    # Elements are known by their order, as the tree with positions is another one.
    number = NodeMap()
    for i, element in enumerate(document.iter_elements()):
        number[element] = i
    alignment = align(document, page)
    nodes: dict[int, list[Any]] = {}
    for text in alignment.texts:
        for piece in range(text.first, text.last + 1):
            for line in alignment.lines_of[piece]:
                nodes.setdefault(line, []).append(text.node)
    original = list(parsed_with_positions(page.html).iter_elements())
    made: dict[int, Place] = {}
    found: list[Place | None] = []
    for i in range(len(page.lines)):
        at = _innermost(nodes.get(i, ()), number)
        if at is not None and at not in made:
            made[at] = Place(original[at].css_path(), original[at].source_line)
        found.append(None if at is None else made[at])
    return found


def _innermost(texts: Sequence[Any], number: NodeMap) -> int | None:
    """The number of the innermost element around all texts that the page itself has."""
    if not texts:
        return None
    around = [each for each in texts[0].ancestors if isinstance(each, Element)]
    for text in texts[1:]:
        above = NodeSet(text.ancestors)
        around = [each for each in around if each in above]
    return next((number[each] for each in around if each in number), None)
