"""Which texts of a parsed page each of its lines was made of.

A ``Page`` keeps lines, not the tree that they were cut from. Here the tree is made once more, and
its texts are matched with the lines by counting characters, which is quick, since the splitter
never changes the order of the characters that are no blanks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final

from turbohtml import Text

from boilerplate import kernels
from boilerplate.kernels.plain_html import SKIPPED_TAGS
from boilerplate.page import Line, Markup, Page, markup_column, tag_of, tags_of, texts_of
from boilerplate.reading.document import rewrite
from boilerplate.reading.stored import STORED_TAG
from boilerplate.reading.tidy import tidied
from boilerplate.unicode import squeezed

# Of ``<`` in a page: ten times as many as in the largest page of our corpora. The tree of a page
# with more is not made once more, since its nodes and lines would need too much memory.
MAX_TAGS: Final = 250_000
# Nothing of these is a line. The others have no text, and images may need them.
_NOT_SHOWN: Final = ", ".join(sorted(SKIPPED_TAGS - {"base", "link", "meta", "source"}))


@dataclass(frozen=True, slots=True)
class TextLines:
    """A text of the tree, and the first and the last of the ``pieces`` that it is part of.

    It ``is_apart`` if a blank stands before it in its line, but none in the tree.
    """

    node: Any
    first: int
    last: int
    is_apart: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the lines of a page were made of the texts of its tree.

    ``pieces`` are the lines as they were cut, before they were tidied. ``lines_of`` has for each
    piece the indices of the page's lines that were made of it: mostly one, none if nothing was left
    of it. ``stored`` are the indices of lines that stand in no text, because a script has them.
    """

    texts: list[TextLines]
    pieces: Sequence[Line]
    lines_of: list[list[int]]
    stored: list[int]


def has_tree(page: Page) -> bool:
    """Whether the lines of a page can be aligned with a tree: it has markup, and not too much."""
    return bool(page.html) and page.html.count("<") <= MAX_TAGS


def align(document: Any, page: Page) -> Alignment:
    """Rewrite the parsed document of a page as it was rewritten to be read, and align its texts.

    ``document`` must come from ``reading.document.parsed(page.html)``.
    """
    rewrite(document)
    document.remove(_NOT_SHOWN)
    parts = kernels.split_html(document)
    stored = _stored(page)
    lines_of = _lines_of(parts.lines, parts.elements, page, frozenset(stored))
    return Alignment(list(_texts(document, parts.lines)), parts.lines, lines_of, stored)


def _stored(page: Page) -> list[int]:
    """The indices of the lines that only a script has."""
    if STORED_TAG not in tags_of(page.elements):
        return []
    of_lines = markup_column(page.lines, "element")
    return [i for i, at in enumerate(of_lines) if tag_of(page.elements, at) == STORED_TAG]


def _size(text: str) -> int:
    """How many characters are no blanks."""
    return len(squeezed(text).replace(" ", ""))


def _texts(document: Any, pieces: Sequence[Line]) -> Iterator[TextLines]:
    """The texts of a document that have anything to show, with their pieces."""
    texts = texts_of(pieces)
    sizes = list(map(_size, texts))
    at, left = 0, sizes[0] if sizes else 0
    after_blank = True
    word_ends: dict[int, set[int]] = {}  # of the piece that was last asked for
    for node in document.descendants:
        if not isinstance(node, Text):
            continue
        data = node.data
        if not (size := _size(data)):
            after_blank = after_blank or bool(data)
            continue
        if at == len(sizes):
            return  # the rest of the page was not read
        first, used = at, sizes[at] - left
        while size > left and at + 1 < len(sizes):
            size -= left
            at += 1
            left = sizes[at]
        if size > left:
            return
        is_apart = used > 0 and not (after_blank or data[0].isspace())
        if is_apart and first not in word_ends:
            word_ends = {first: _word_ends(texts[first])}
        yield TextLines(node, first, at, is_apart and used in word_ends[first])
        after_blank = data[-1].isspace()
        left -= size
        if not left:
            at += 1
            left = sizes[at] if at < len(sizes) else 0


def _word_ends(text: str) -> set[int]:
    """Where words end, as counts of characters that are no blanks."""
    return set(accumulate(map(len, text.split())))


@dataclass(frozen=True, slots=True)
class _NumberedMarkup(Markup):
    """A Markup that says of which piece its line was made."""

    piece: int = -1


def _lines_of(
    pieces: Sequence[Line], elements: Sequence[Any], page: Page, stored: frozenset[int]
) -> list[list[int]]:
    """For each piece, the indices of the page's lines that were made of it."""
    texts = texts_of(page.lines)
    own = [i for i in range(len(texts)) if i not in stored]
    if texts_of(pieces) == [texts[i] for i in own]:
        return [[i] for i in own]
    numbered = [
        replace(piece, markup=_numbered(piece.markup, at)) for at, piece in enumerate(pieces)
    ]
    made = tidied(numbered, elements, "\n".join([piece.text for piece in pieces]))
    found: list[list[int]] = [[] for _ in pieces]
    for i, line in zip(own, made, strict=False):
        if isinstance(line.markup, _NumberedMarkup):
            found[line.markup.piece].append(i)
    # What has no line of its own went into the line before it, if that was wrapped by hand.
    for at in range(1, len(pieces)):
        if not found[at] and found[at - 1] and _is_wrapped(pieces[at], pieces[at - 1], elements):
            found[at] = found[at - 1][-1:]
    return found


def _numbered(markup: Markup | None, piece: int) -> _NumberedMarkup:
    m = markup or Markup(0)
    return _NumberedMarkup(m.element, m.links, m.link_chars, m.emphasis_chars, m.after_break, piece)


def _is_wrapped(piece: Line, before: Line, elements: Sequence[Any]) -> bool:
    element = piece.markup.element if piece.markup else -1
    return (
        before.markup is not None
        and before.markup.element == element
        and elements[element].tag == "pre"
    )
