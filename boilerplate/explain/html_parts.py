"""Pieces of HTML that several reports have: counts, tables, bars and the files of a report.

Text of a page may contain anything. It is passed through ``visible`` and ``escape``, so that it
is shown and never interpreted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import Final

from boilerplate.display import visible

MAX_ROWS: Final = 20  # of a table of counts


def counted(n: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "page"), counted(1200, "line")
    ('1 page', '1,200 lines')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def definition_list(values: Mapping[str, str]) -> str:
    """The items of a ``<dl>``, without those that are empty; the values are HTML."""
    return "\n".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in values.items() if v)


def name_of_language(code: str | None) -> str:
    """The English name of a language, "unknown" without a code."""
    from boilerplate.language.names import language_name

    return language_name(code) if code else "unknown"


def largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts with their names, the largest first, equal ones by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def counts_table(title: str, counts: Sequence[tuple[str, int]], of: str = "lost") -> str:
    """Names and counts as a table with bars, cut after MAX_ROWS; "" without counts.

    ``of`` is the table's class, which chooses the colour of the bars.
    """
    if not counts:
        return ""
    most = max(count for _, count in counts)
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{escape(visible(name))}</th>'
        f'<td class="strip"><i style="width:{count / most:.1%}"></i></td><td>{count:,}</td></tr>'
        for name, count in counts[:MAX_ROWS]
    )
    if len(counts) > MAX_ROWS:
        rest = sum(count for _, count in counts[MAX_ROWS:])
        rows += f'<tr><th scope="row">others</th><td></td><td>{rest:,}</td></tr>'
    return f'<table class="{of}"><caption>{escape(title)}</caption><tbody>{rows}</tbody></table>'


def share_bar(part: float, whole: float) -> str:
    """A bar for a part of a whole: for what the number beside it counts, which it only repeats."""
    return (
        '<span class="share" aria-hidden="true">'
        f'<i style="width:{part / whole if whole else 0.0:.1%}"></i></span>'
    )


@cache
def data_file(name: str) -> str:
    """The text of a template or a style sheet that comes with the package."""
    from importlib.resources import files

    return (files("boilerplate") / "data" / name).read_text(encoding="utf-8")
