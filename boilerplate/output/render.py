"""A cleaned page as HTML and as Markdown."""

from __future__ import annotations

from typing import Any, Final

from turbohtml import Element, Html, Indent, Markdown, Text

from boilerplate.output.emphasis import mark_emphasis, with_emphasis

_HTML: Final = Html(layout=Indent(0))
MAX_CELLS: Final = 100_000  # of a table that is squared
MAX_SPAN: Final = 100


def html_of(body: Any, *, links: bool = True) -> str:
    """The content of a ``kept_tree`` as HTML, a block on a line."""
    if not links:
        body.strip_tags("a")
    blocks = [child.serialize(_HTML) for child in body.children if isinstance(child, Element)]
    return "".join(f"{block.strip()}\n" for block in blocks)


def markdown_of(body: Any, *, links: bool = True) -> str:
    """The content of a ``kept_tree`` as GitHub's Markdown, with a line end if there is any."""
    if not links:
        body.strip_tags("a")
    for table in body.find_all("table"):
        _square(table)
        _flatten_lists(table)
    marked = mark_emphasis(body)
    text = body.to_markdown(_MARKDOWN)
    if marked:
        text = with_emphasis(text)
    return f"{text}\n" if text else ""


_MARKDOWN: Final = Markdown(
    links=Markdown.Links(autolink=False), tables=Markdown.Tables(cell_blocks="text")
)


def _square(table: Any) -> None:
    """Give all rows equally many cells: Markdown has none that span rows or columns."""
    rows = table.find_all("tr")
    widths = {sum(isinstance(child, Element) for child in row.children) for row in rows}
    if len(widths) < 2 and table.select_one("[colspan], [rowspan]") is None:
        return
    grid: list[dict[int, Any]] = [{} for _ in rows]  # by column; None is under or beside a cell
    for at, row in enumerate(rows):
        column = 0
        for cell in [child for child in row.children if isinstance(child, Element)]:
            while column in grid[at]:
                column += 1
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for below in grid[at : at + down]:
                for i in range(column, column + across):
                    below.setdefault(i, None)
            grid[at][column] = cell
            for key in ("colspan", "rowspan"):
                cell.attrs.pop(key, None)
            column += across
    width = max((max(cells, default=-1) + 1 for cells in grid), default=0)
    if width * len(rows) > MAX_CELLS:
        return
    for row, cells in zip(rows, grid, strict=True):
        for column in range(width):
            found = cells.get(column)
            row.append(Element("td") if found is None else found)


def _flatten_lists(table: Any) -> None:
    """Cells have no room for the items of lists: these become text, a blank between them."""
    for item in table.find_all("li"):
        item.insert_after(Text(" "))
        item.insert_before(Text(" "))
        item.unwrap()
    for inner in table.select("ul, ol"):
        inner.unwrap()


def _span(cell: Any, key: str) -> int:
    """How many rows or columns a cell spans."""
    value = cell.attr(key)
    if isinstance(value, str) and value.isdecimal():
        return min(max(int(value), 1), MAX_SPAN)
    return 1
