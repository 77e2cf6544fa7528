"""What belongs on one line although its markup is blocks: rows of data tables, and the like.

Rows are marked in the document with an element that ``kernels.split_html`` knows (ROW_TAG) and
signs between their cells; ``with_tabs`` makes tabs of the signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from turbohtml import Element, Text

from boilerplate.kernels.plain_html import MAX_LINES, ROW_TAG
from boilerplate.page import Line

# Unicode has these for internal use: no page has them.
CELL: Final = "\ufdd0"  # before each cell but the first
EMPTY: Final = "\ufdd1"  # in a first cell without text
_NUMBERS: Final = re.compile(r"[\d¼-¾⅐-⅞]+(?:[.,/ -][\d¼-¾⅐-⅞]+)*")
_CELLS: Final = re.compile(rf"\s*{CELL}\s*")


@dataclass(frozen=True, slots=True)
class RowParams:
    """Which tables are data, and which are there for their layout only.

    The cells of a layout are blocks of text. Lengths are characters; those of tables without
    any ``th`` are for cells that may be columns of a page.
    """

    rows: int = 2  # with two cells or more that hold text
    longest_cell: int = 200
    longest_cell_with_headers: int = 600
    blocks_in_cell: int = 4
    longest_term: int = 80
    longest_definition: int = 200
    longest_ingredient: int = 200


PARAMS: Final = RowParams()
_NEVER_IN_DATA: Final = (
    "table, form, h1, h2, h3, h4, article, section, nav, pre, blockquote, iframe"
)
_BLOCKS: Final = "p, br, li, div"
_NEVER_IN_DEFINITION: Final = "p + p, div, ul, ol, dl, table, pre, blockquote, br, h2, h3, h4, form"
_NEVER_IN_INGREDIENT: Final = 'li, input, h2, h3, div[class*="ngredient"]'


def mark_tables(tables: Iterable[Any]) -> None:
    """Each row of a table of data is one line."""
    for table in tables:
        if table.select_one(_NEVER_IN_DATA) is not None:  # nested ones are found soon
            continue
        rows = table.select("tr")
        if _is_data(table, rows):
            for row in rows[:MAX_LINES]:  # no more lines are read
                _mark(row, _cells(row))


def mark_definitions(terms: Iterable[Any]) -> None:
    """A term of a list and its only definition are one line, if both are short."""
    for term in terms:
        definition = _next_element(term)
        if (
            definition is not None
            and definition.tag == "dd"
            and getattr(_next_element(definition), "tag", "dt") == "dt"
            and term.select_one(_NEVER_IN_DEFINITION) is None
            and definition.select_one(_NEVER_IN_DEFINITION) is None
            and 0 < len(term.text.strip()) <= PARAMS.longest_term
            and 0 < len(definition.text.strip()) <= PARAMS.longest_definition
        ):
            term.wrap_siblings(Element(ROW_TAG), until=definition)
            definition.insert(0, Text(CELL))


def mark_ingredients(items: Iterable[Any]) -> None:
    """The quantity, the unit and the name of an ingredient are one line."""
    for item in items:
        if item.select_one(_NEVER_IN_INGREDIENT) is not None:
            continue
        has_blocks = item.select_one("div, p") is not None
        text = item.text.strip()
        is_short = 0 < len(text) <= PARAMS.longest_ingredient
        # A ``div`` may be around all ingredients.
        is_one = item.tag == "li" or (text[:1].isnumeric() and len(_NUMBERS.findall(text)) == 1)
        if has_blocks and is_short and is_one:
            item.wrap_children(Element(ROW_TAG))


def with_tabs(lines: Iterable[Line]) -> list[Line]:
    """The lines, a tab between the cells of rows; rows without text are left out."""
    return [
        line if CELL not in line.text else replace(line, text=text)
        for line in lines
        if (text := _with_tabs(line.text)).strip()
    ]


def _with_tabs(text: str) -> str:
    return _CELLS.sub("\t", text).replace(EMPTY, "").rstrip() if CELL in text else text


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.children if isinstance(cell, Element) and cell.tag in ("td", "th")]


def _is_data(table: Any, rows: Iterable[Any]) -> bool:
    """Whether rows are data. One after the other: a table may have a million cells."""
    if table.attr("role") in ("presentation", "none"):
        return False
    full = longest = 0
    has_headers = False
    for row in rows:
        cells = _cells(row)
        sizes = [len(cell.text.strip()) for cell in cells]
        full += sum(map(bool, sizes)) > 1
        longest = max(longest, *sizes, 0)
        if longest > PARAMS.longest_cell_with_headers:
            return False
        has_headers = has_headers or any(cell.tag == "th" for cell in cells)
    most = PARAMS.longest_cell_with_headers if has_headers else PARAMS.longest_cell
    return (
        full >= PARAMS.rows
        and longest <= most
        and all(
            len(cell.select(_BLOCKS)) <= PARAMS.blocks_in_cell
            for row in rows
            for cell in _cells(row)
        )
    )


def _mark(row: Any, cells: Sequence[Any]) -> None:
    if not cells:
        return
    if not cells[0].text.strip():
        cells[0].append(Text(EMPTY))
    for cell in cells[1:]:
        cell.insert(0, Text(CELL))
    row.wrap_children(Element(ROW_TAG))


def _next_element(node: Any) -> Any:
    """The next sibling that is an element, None if there is text before it."""
    while (node := node.next_sibling) is not None:
        if isinstance(node, Element):
            return node
        if isinstance(node, Text) and node.data.strip():
            return None
    return None
