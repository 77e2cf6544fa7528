"""Bare text as a tree: its lines say by their roles what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from turbohtml import Element, Text

from boilerplate.unicode import squeezed

# What stands before the items of lists in text.
_BULLET: Final = re.compile(r"\s*(?:[-*+•‣◦▪▸►●○■□·–—]|\N{WHITE BULLET})\s+")
_NUMBER: Final = re.compile(r"\s*(\d{1,4})[.)、．]\s*")
_CELLS: Final = re.compile(r"\t|\s*\|\s*")


def tree_of_roles(texts: Sequence[str], kept: Sequence[bool], roles: Sequence[str | None]) -> Any:
    """A ``body`` element with the kept lines of a page of bare text, made of their roles."""
    lines = [
        (text, role or "body") for text, keep, role in zip(texts, kept, roles, strict=True) if keep
    ]
    body = Element("body")
    for role, group in groupby(lines, lambda line: line[1]):
        for block in _blocks(role, [text for text, _ in group]):
            body.append(block)
    return body


def _blocks(role: str, texts: list[str]) -> Iterator[Any]:
    if role == "headline":
        yield from (_block("h1", text) for text in texts)
    elif role == "subheading":
        yield from (_block("h2", text) for text in texts)
    elif role == "list":
        yield from _lists(texts)
    elif role == "quote":
        yield Element("blockquote", None, [_block("p", text) for text in texts])
    elif role == "code":
        yield Element("pre", None, [_block("code", "\n".join(texts), squeeze=False)])
    elif role == "table":
        yield from _tables(texts)
    else:
        yield from (_block("p", text) for text in texts)


def _block(tag: str, text: str, *, squeeze: bool = True) -> Any:
    return Element(tag, None, [Text(squeezed(text) if squeeze else text)])


def _lists(texts: Sequence[str]) -> Iterator[Any]:
    """Lists with numbers and others, without the signs before their items."""
    numbers = [_NUMBER.match(text) for text in texts]
    first = int(numbers[0][1]) if numbers and numbers[0] else 0
    if all(found and int(found[1]) == first + i for i, found in enumerate(numbers)):
        items = [text[found.end() :] for text, found in zip(texts, numbers, strict=True) if found]
        yield Element(
            "ol",
            {"start": str(first)} if first != 1 else None,
            [_block("li", item) for item in items],
        )
    else:
        items = [_BULLET.sub("", text, count=1) for text in texts]
        yield Element("ul", None, [_block("li", item) for item in items])


def _tables(texts: Sequence[str]) -> Iterator[Any]:
    """Rows with equally many cells are a table; others are paragraphs."""
    for width, group in groupby(texts, lambda text: len(_cells(text))):
        rows = list(group)
        if width < 2 or len(rows) < 2:
            yield from (_block("p", text) for text in rows)
            continue
        made = [
            Element("tr", None, [_block("td" if i else "th", cell) for cell in _cells(text)])
            for i, text in enumerate(rows)
        ]
        yield Element("table", None, [Element("tbody", None, made)])


def _cells(text: str) -> list[str]:
    text = text.strip().strip("|")
    return _CELLS.split(text) if "\t" in text or "|" in text else [text]
