"""The explanation of a page in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boilerplate.display import visible
from boilerplate.page import Label, is_blank
from boilerplate.result import CleanPage, Prediction

if TYPE_CHECKING:
    from rich.table import Table

DEFAULT_WIDTH = 100
# Below this a column of reasons would leave the text too little room.
MIN_WIDTH_FOR_REASONS = 72
REASON_SHARE = 0.4  # of the terminal's width, at most


def spoken(page: CleanPage) -> list[tuple[int, Prediction]]:
    """The predictions of lines that are not blank, with their place on the page, from 1."""
    return [(i, p) for i, p in enumerate(page.predictions, 1) if not is_blank(p.line)]


def summary(page: CleanPage) -> str:
    """Site, language and how much was kept, in one line."""
    total = len(spoken(page))
    counts = f"{len(page.kept)} of {total} line{'' if total == 1 else 's'} kept"
    parts = (page.site, page.language, counts, _unread(page))
    return " · ".join(visible(part) for part in parts if part)


def _unread(page: CleanPage) -> str:
    """What is missing of a page that is too large; nothing of all others."""
    return f"the last {page.page.unread:,} characters were not read" if page.page.unread else ""


def explain_text(
    page: CleanPage, width: int | None = None, name: str = "", color: bool = False
) -> str:
    """Every line with its sign, probability of content and reason, kept and dropped alike.

    Plain, a line of the page is one line of output, however long, so that grep works; with
    ``color`` the lines are wrapped to ``width`` terminal cells and carry ANSI colours.

    >>> from boilerplate.page import Line, Page
    >>> line = Line("गुरुवार को बारिश होगी।")
    >>> prediction = Prediction(line, Label.CONTENT, 0.98, "long sentence")
    >>> print(explain_text(CleanPage(Page((line,)), (prediction,), "hi")))
    hi · 1 of 1 line kept
    + 0.98  गुरुवार को बारिश होगी।  (long sentence)
    <BLANKLINE>
    """
    title = f"{visible(name)} · {summary(page)}" if name else summary(page)
    if color:
        return _explain_in_color(page, title, width or DEFAULT_WIDTH)
    lines = [title]
    for _, p in spoken(page):
        reason = f"  ({visible(p.reason)})" if p.reason else ""
        lines.append(f"{sign(p)} {p.probability:.2f}  {visible(p.line.text)}{reason}")
    return "\n".join(lines) + "\n"


def sign(prediction: Prediction) -> str:
    """``+`` for a kept line, ``-`` for a dropped one."""
    return "+" if prediction.label is Label.CONTENT else "-"


def explain_table(page: CleanPage, width: int) -> Table:
    """The rows of an explanation as a rich Table, for terminals of ``width`` cells."""
    from rich.table import Table
    from rich.text import Text

    beside = width >= MIN_WIDTH_FOR_REASONS
    table = Table.grid(padding=(0, 2, 0, 0), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if beside:
        table.add_column(overflow="fold", max_width=int(width * REASON_SHARE))
    for _, p in spoken(page):
        kept = p.label is Label.CONTENT
        mark = Text(f"{sign(p)} {p.probability:.2f}", "green" if kept else "red")
        # Text never reads markup: "[red]" in a page stays "[red]".
        words = Text(visible(p.line.text), "" if kept else "dim")
        reason = Text(visible(p.reason), "green" if kept else "red")
        if not beside and p.reason:
            words = Text("\n").join([words, reason])
        table.add_row(mark, words, *([reason] if beside else []))
    return table


def _explain_in_color(page: CleanPage, title: str, width: int) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=True,
        color_system="standard",
        no_color=False,  # whoever asked for colour has read the environment
        legacy_windows=False,
        emoji=False,
    )
    with console.capture() as capture:
        console.print(Text(title, "bold"))
        console.print(explain_table(page, width))
    return capture.get()
