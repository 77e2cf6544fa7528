"""The structures of some HTML or Markdown: table rows, list items, code, links and headings.

They are compared by their letters, so that no tool is marked down for blanks, quotation marks or
signs before the items of a list; code by all characters that are no blanks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final
from urllib.parse import unquote, urljoin

import turbohtml
from markdown_it import MarkdownIt
from turbohtml import Element, Text

from boilerplate.kernels.plain_html import INLINE_TAGS

KINDS: Final = ("table rows", "list items", "code blocks", "links", "headings")
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS: Final = frozenset({"ul", "ol"})
_SCHEMES: Final = ("http://", "https://", "mailto:")
_DELIMITERS: Final = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_BAR: Final = re.compile(r"(?<!\\)\|")
_TABLE: Final = re.compile(r"<table\b", re.IGNORECASE)
_TAG_TYPES: Final = frozenset({"html_block", "html_inline"})
MARKDOWN: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])

Structures = dict[str, Counter[str]]  # for each kind, how often each key is there


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case.

    >>> letters("Größe: 25 cm"), letters("時刻表 (平日)")
    ('grösse25cm', '時刻表平日')
    """
    return "".join(filter(str.isalnum, text.casefold()))


def markdown_to_html(markdown: str) -> str:
    """What a reader of GitHub's Markdown sees."""
    return str(MARKDOWN.render(markdown))


@dataclass(frozen=True, slots=True)
class Found:
    """A structure in a tree: its kind, the key it is compared by, and the texts that it holds."""

    kind: str
    key: str
    texts: list[Any]


def found_in(root: Any, base: str | None = None, *, layout: bool = False) -> Iterator[Found]:
    """The structures below an element, in page order; links lead where they lead from ``base``.

    A link around several blocks is a link in each of them, since Markdown has no other. Tables that
    a page uses for its layout have rows only with ``layout``: a table of data holds no other table,
    and has two rows or more with two cells or more that hold text.
    """
    is_data = {table: layout or _is_data(table) for table in root.find_all("table")}
    for element in root.iter_elements():
        if element.tag == "tr":
            if is_data.get(element.closest("table")):
                yield _found("table rows", list(_texts(element)))
        elif element.tag == "li":
            yield _found("list items", list(_own_texts(element)))
        elif element.tag == "pre":
            yield _found("code blocks", list(_texts(element)))
        elif element.tag in HEADINGS:
            yield _found("headings", list(_texts(element)))
        elif element.tag == "a" and (target := _target(element, base)):
            blocks = partial(_block_of, link=element)
            for _, texts in groupby(_texts(element), blocks):
                yield _found("links", list(texts), target)


def _found(kind: str, texts: list[Any], target: str = "") -> Found:
    text = "".join([node.data for node in texts])
    key = "".join(text.split()) if kind == "code blocks" else letters(text)
    return Found(kind, f"{key} {target}" if key and target else key, texts)


def _is_data(table: Any) -> bool:
    if table.find("table") is not None:
        return False
    rows = [row.select("td, th") for row in table.find_all("tr")]
    return sum(sum(bool(cell.text.strip()) for cell in cells) > 1 for cells in rows) > 1


def _block_of(text: Any, link: Any) -> Any:
    """The innermost block around a text that is in a link; None if the link itself is in it."""
    for above in text.ancestors:
        if above == link:
            return None
        if above.tag not in INLINE_TAGS:
            return above
    return None


def _target(link: Any, base: str | None) -> str:
    """Where a link leads, if it is to another place: absolute, and written in one way."""
    href = link.attr("href")
    if not isinstance(href, str) or not href.strip() or href.strip().startswith("#"):
        return ""
    try:
        href = urljoin(base, href.strip()) if base else href.strip()
    except ValueError:
        return ""
    return unquote(href).rstrip("/?#") if href.lower().startswith(_SCHEMES) else ""


def _texts(element: Any) -> Iterator[Any]:
    return (node for node in element.descendants if isinstance(node, Text))


def _own_texts(item: Any) -> Iterator[Any]:
    """The texts of an item of a list, without those of the lists in it."""
    stack = list(reversed(list(item.children)))
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Element) and node.tag not in _LISTS:
            stack.extend(reversed(list(node.children)))


def structures(markup: str, base: str | None = None, *, layout: bool = False) -> Structures:
    """How often each structure is in some HTML, see ``found_in``.

    >>> found = structures("<ul><li>Eins<ul><li>Zwei</ul></ul><h2>Übersicht</h2>")
    >>> dict(found["list items"]), dict(found["headings"])
    ({'eins': 1, 'zwei': 1}, {'übersicht': 1})
    """
    found: Structures = {kind: Counter() for kind in KINDS}
    for each in found_in(turbohtml.parse(markup).root, base, layout=layout):
        if each.key:
            found[each.kind][each.key] += 1
    return found


# -------------------------------------------------------------------------------------- tables


def tables_of_html(markup: str) -> list[bool]:
    """Whether each table has equally many cells in all of its rows, spans counted."""
    return [
        len({width for width in _widths(table) if width}) == 1
        for table in turbohtml.parse(markup).find_all("table")
    ]


def _widths(table: Any) -> Iterator[int]:
    """How many columns each row of a table fills."""
    below: Counter[int] = Counter()  # rows that a cell above goes on in, by column
    for row in table.find_all("tr"):
        if row.closest("table") != table:
            continue
        column = 0
        under = Counter({at: rows - 1 for at, rows in below.items() if rows > 1})
        for cell in (each for each in row.children if isinstance(each, Element)):
            while below[column]:
                column += 1
            for at in range(column, column + _number(cell.attr("colspan"))):
                if (rows := _number(cell.attr("rowspan"))) > 1:
                    under[at] = rows - 1
            column += _number(cell.attr("colspan"))
        yield max([column, *(at + 1 for at, rows in below.items() if rows)])
        below = under


def _number(value: Any) -> int:
    return min(max(int(value), 1), 1000) if isinstance(value, str) and value.isdecimal() else 1


def tables_of_markdown(markdown: str) -> list[bool]:
    r"""Whether each table is one for a reader: a header, and equally many cells in all rows.

    What was written as a table, but is none, is in the list as False.

    >>> tables_of_markdown("| a | b |\n|---|---|\n| c |\n\n| not | one |\n")
    [False, False]
    """
    lines = markdown.split("\n")
    found = []
    for token in MARKDOWN.parse(markdown):
        rows = lines[token.map[0] : token.map[1]] if token.map else []
        if token.type == "table_open":
            widths = {len(_BAR.split(row.strip().removeprefix("|").removesuffix("|")))
                      for row in rows}  # fmt: skip
            found.append(len(widths) == 1)
        elif token.type == "paragraph_open" and _like_table(rows):
            found.append(False)
        tags = [token, *(token.children or ())]
        found += [
            False for tag in tags if tag.type in _TAG_TYPES for _ in _TABLE.findall(tag.content)
        ]
    return found


def _like_table(rows: list[str]) -> bool:
    return any("|" in row and _DELIMITERS.fullmatch(row) for row in rows) or all(
        row.strip().startswith("|") for row in rows
    )
