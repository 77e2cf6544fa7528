"""The explanation of a page in a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from boilerplate.display import visible
from boilerplate.page import Label, is_blank
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class TerminalLayout:
    """How an explanation is laid out, in terminal cells.

    ``default_width`` is used where the terminal's is unknown. Reasons have a column of at most
    ``reason_share`` of the width; in terminals narrower than ``min_width_for_reasons`` they stand
    below their lines, because a column would leave too little room for the text.
    """

    default_width: int = 100
    min_width_for_reasons: int = 72
    reason_share: float = 0.4


LAYOUT: Final = TerminalLayout()


def numbered_predictions(page: CleanPage) -> list[tuple[int, Prediction]]:
    """The predictions of the lines that are not blank, each with its line number, from 1."""
    return [(i, p) for i, p in enumerate(page.predictions, 1) if not is_blank(p.line)]


def summary_line(page: CleanPage) -> str:
    """Site, language and how much was kept, in one line."""
    total = len(numbered_predictions(page))
    counts = f"{len(page.kept)} of {total} line{'' if total == 1 else 's'} kept"
    parts = (page.site, page.language, counts, unread_note(page))
    return " · ".join(visible(part) for part in parts if part)


def unread_note(page: CleanPage) -> str:
    """How much of a page that is too large was not read; "" for all others."""
    return f"the last {page.page.unread:,} characters were not read" if page.page.unread else ""


def explain_text(
    page: CleanPage, width: int | None = None, name: str = "", color: bool = False
) -> str:
    """Every line with its sign, its probability of content and its reason.

    Without ``color`` each line of the page is one line of output, however long, so that grep can
    be used. With ``color`` the lines are wrapped to ``width`` terminal cells and carry ANSI
    colours. ``name`` is the page's, for the title.

    >>> from boilerplate.page import Line, Page
    >>> line = Line("गुरुवार को बारिश होगी।")
    >>> prediction = Prediction(line, Label.CONTENT, 0.98, "long sentence")
    >>> print(explain_text(CleanPage(Page((line,)), (prediction,), "hi")))
    hi · 1 of 1 line kept
    + 0.98  गुरुवार को बारिश होगी।  (long sentence)
    <BLANKLINE>
    """
    title = f"{visible(name)} · {summary_line(page)}" if name else summary_line(page)
    if color:
        return _explain_in_color(page, title, width or LAYOUT.default_width)
    lines = [title]
    for _, p in numbered_predictions(page):
        reason = f"  ({visible(p.reason)})" if p.reason else ""
        lines.append(f"{sign_of(p)} {p.probability:.2f}  {visible(p.line.text)}{reason}")
    return "\n".join(lines) + "\n"


def sign_of(prediction: Prediction) -> str:
    """``+`` for a kept line, ``-`` for a dropped one."""
    return "+" if prediction.label is Label.CONTENT else "-"


def explain_table(page: CleanPage, width: int) -> Table:
    """The lines of an explanation as a rich Table, for a terminal of ``width`` cells."""
    from rich.table import Table
    from rich.text import Text

    reasons_beside = width >= LAYOUT.min_width_for_reasons
    table = Table.grid(padding=(0, 2, 0, 0), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if reasons_beside:
        table.add_column(overflow="fold", max_width=int(width * LAYOUT.reason_share))
    for _, p in numbered_predictions(page):
        kept = p.label is Label.CONTENT
        color = "green" if kept else "red"
        # Text does not interpret rich's markup: "[red]" in a page stays "[red]".
        sign_and_probability = Text(f"{sign_of(p)} {p.probability:.2f}", color)
        text = Text(visible(p.line.text), "" if kept else "dim")
        reason = Text(visible(p.reason), color)
        if not reasons_beside and p.reason:
            text = Text("\n").join([text, reason])
        table.add_row(sign_and_probability, text, *([reason] if reasons_beside else []))
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
        no_color=False,  # the caller has already taken NO_COLOR and the like into account
        legacy_windows=False,
        emoji=False,
    )
    with console.capture() as capture:
        console.print(Text(title, "bold"))
        console.print(explain_table(page, width))
    return capture.get()
