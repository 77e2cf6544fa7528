"""Where the lines of a page stand in what it was read from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from boilerplate.output.alignment import align, has_tree
from boilerplate.page import Page
from boilerplate.reading.document import parsed, parsed_with_positions
from boilerplate.reading.nodes import NodeMap, NodeSet

MAX_PATH_CHARS: Final = 20_000_000  # of the paths of all lines of a page
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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

    It is None as well for lines of a page that was read back from JSON, which has no markup, or
    that has more tags than ``alignment.MAX_TAGS``.
    """
    if page.kind == "text":
        return [Place(None, i) for i in range(1, len(page.lines) + 1)]
    if not has_tree(page):
        return [None] * len(page.lines)
    document = parsed(page.html)
    # Elements are known by their order, as the tree with positions is another one.
    number = NodeMap()
    for i, element in enumerate(document.iter_elements()):
        number[element] = i
    alignment = align(document, page)
    ends: dict[int, tuple[Any, Any]] = {}  # the first and the last text of each line
    for text in alignment.texts:
        for piece in range(text.first, text.last + 1):
            for line in alignment.lines_of[piece]:
                ends[line] = (ends[line][0] if line in ends else text.node, text.node)
    original = list(parsed_with_positions(page.html).iter_elements())
    paths = _Paths(original)
    found: list[Place | None] = []
    for i in range(len(page.lines)):
        at = _innermost(*ends[i], number) if i in ends else None
        found.append(None if at is None else Place(paths.of(at), original[at].source_line))
    return found


class _Paths:
    """CSS paths of the elements of a document, in time and memory that grow with its size.

    turbohtml's ``css_path`` counts the siblings of each element anew. Paths that are asked for
    again count again: each is written out once more.
    """

    def __init__(self, elements: Sequence[Any]) -> None:
        number = NodeMap()
        self._parents: list[int] = []  # -1 above the root
        self._tags = [element.tag for element in elements]
        self._nth: list[tuple[int, int]] = []  # among siblings of its tag, and among all
        self._seen: Counter[tuple[int, str]] = Counter()
        ids = [_id_of(element) for element in elements]
        times = Counter(ids)
        self._ids = [each if times[each] == 1 else "" for each in ids]
        self._left = MAX_PATH_CHARS
        self._made: dict[int, str] = {}
        for i, element in enumerate(elements):
            parent = number.get(element.parent, -1)
            number[element] = i
            self._seen.update(((parent, self._tags[i]), (parent, "")))
            nth = self._seen[parent, self._tags[i]], self._seen[parent, ""]
            self._parents.append(parent)
            self._nth.append(nth)

    def of(self, at: int) -> str | None:
        """The path of an element; None where all paths so far would be too long together."""
        climbed: list[int] = []
        while at >= 0 and at not in self._made:
            climbed.append(at)
            if self._ids[at]:
                break
            at = self._parents[at]
        if not climbed:
            self._left -= len(self._made[at])
            return self._made[at] if self._left >= 0 else None
        path = "" if at < 0 or self._ids[climbed[-1]] else self._made[at]
        for each in reversed(climbed):
            step = f"#{self._ids[each]}" if self._ids[each] else self._step(each)
            path = f"{path} > {step}" if path else step
            self._left -= len(path)
            if self._left < 0:
                return None
            self._made[each] = path
        return path

    def _step(self, at: int) -> str:
        of_tag, of_all = self._nth[at]
        tag = self._tags[at]
        if not _NAME.fullmatch(tag):
            return f":nth-child({of_all})"
        is_only = self._seen[self._parents[at], tag] == 1
        return tag if is_only else f"{tag}:nth-of-type({of_tag})"


def _id_of(element: Any) -> str:
    found = element.attrs.get("id") or ""
    return found if isinstance(found, str) and _NAME.fullmatch(found) else ""


def _innermost(first: Any, last: Any, number: NodeMap) -> int | None:
    """The number of the innermost element of the page itself around two texts.

    It is around all texts between them as well.
    """
    around = NodeSet(last.ancestors) if last is not first else None
    for each in first.ancestors:
        if each in number and (around is None or each in around):
            found: int = number.get(each)
            return found
    return None
