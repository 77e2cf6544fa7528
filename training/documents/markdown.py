"""Markdown tables, and sections of documents that are written by programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

Markers = tuple[str, str]  # the lines before and after a section that a program writes


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A Markdown table: the first ``words`` columns left-aligned, the others right-aligned.

    >>> print(markdown_table(["a", "b"], [["x", "1"]]))
    | a | b |
    |---|---:|
    | x | 1 |
    """
    rule = [*["---"] * words, *["---:"] * (len(head) - words)]
    cells = [[str(cell).replace("|", "\\|") for cell in line] for line in [head, *rows]]
    first, *rest = ["| " + " | ".join(line) + " |" for line in cells]
    return "\n".join([first, "|" + "|".join(rule) + "|", *rest])


def with_section(text: str, section: str, markers: Markers) -> str:
    """A document with the text between its markers replaced; ValueError if they are missing."""
    start, end = markers
    pattern = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the document lacks the lines {start!r} and {end!r}")
    return pattern.sub(lambda _: f"{start}\n{section}\n{end}", text, count=1)


def write_section(document: Path, section: str, markers: Markers) -> None:
    """Replace the text between a document's markers; ValueError if they are missing."""
    document.write_text(with_section(document.read_text("utf-8"), section, markers), "utf-8")
