"""Pages for people: an explanation for the terminal, a report for the browser.

A page is a stranger's text. Whatever it holds is shown and never obeyed: escape sequences,
terminal markup and HTML come out as characters.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING, Final

from boilerplate.page import CleanPage, Label, Prediction, is_blank

if TYPE_CHECKING:
    from rich.table import Table

DEFAULT_WIDTH = 100
# Below this a column of reasons would leave the text too little room.
MIN_WIDTH_FOR_REASONS = 72
REASON_SHARE = 0.3  # of the terminal's width, at most
# Long runs of dropped lines are menus and footers: folded, they don't stand before the article.
MAX_OPEN_RUN = 5
MAX_KINDS = 3  # named for a run of dropped lines
MAX_TITLE_LENGTH = 120  # a first line longer than this is a paragraph
STRIP_WIDTH, STRIP_HEIGHT = 1000.0, 40.0
MIN_BAR_HEIGHT = 3.0  # so that a sure drop still shows as a bar

# Control characters drive terminals, and unclosed bidirectional overrides reorder what follows
# them. The marks that Arabic and Hebrew need (U+200E, U+200F, U+061C) pass.
_CONTROL_PICTURES: Final = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_REPLACED: Final = dict.fromkeys(
    [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)],
    "\N{REPLACEMENT CHARACTER}",
)
_BLANKS: Final = dict.fromkeys(map(ord, "\t\n\r\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"), " ")
_VISIBLE: Final = _CONTROL_PICTURES | _REPLACED | _BLANKS


def visible(text: str) -> str:
    r"""Text on one line that no terminal acts upon and every encoding can hold.

    >>> visible("a\x1b[31mb\tc\ud800"), visible("ไทย\u200fعربي") == "ไทย\u200fعربي"
    ('a␛[31mb c�', True)
    """
    return text.translate(_VISIBLE)


def spoken(page: CleanPage) -> list[tuple[int, Prediction]]:
    """The predictions of lines that are not blank, with their place on the page, from 1."""
    return [(i, p) for i, p in enumerate(page.predictions, 1) if not is_blank(p.line)]


def summary(page: CleanPage) -> str:
    """Site, language and how much was kept, in one line."""
    total = len(spoken(page))
    counts = f"{len(page.kept)} of {total} line{'' if total == 1 else 's'} kept"
    return " · ".join(visible(part) for part in (page.site, page.language, counts) if part)


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
        reason = Text(visible(p.reason), "green dim" if kept else "red dim")
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


def html_report(pages: Iterable[tuple[str, CleanPage]]) -> str:
    """One self-contained HTML file about pages and the names of their sources.

    It runs no script, loads nothing, and says so in its content security policy.
    """
    named = [(visible(name), page) for name, page in pages]
    heading = named[0][0] if len(named) == 1 else f"{len(named)} pages"
    return Template(_data("report.html")).substitute(
        title=escape(heading),
        style=_data("report.css"),
        contents=_contents(named) if len(named) > 1 else "",
        pages="\n".join(_section(n, name, page) for n, (name, page) in enumerate(named, 1)),
    )


@cache
def _data(name: str) -> str:
    from importlib.resources import files

    return (files("boilerplate") / "data" / name).read_text(encoding="utf-8")


def _contents(named: Sequence[tuple[str, CleanPage]]) -> str:
    rows = "\n".join(
        f'<li><a href="#p{n}"><span class="name">{escape(name)}</span>'
        f"<small>{escape(summary(page))}</small>{_share_bar(page)}</a></li>"
        for n, (name, page) in enumerate(named, 1)
    )
    return f'<nav aria-label="Pages"><ol>\n{rows}\n</ol></nav>'


def _section(number: int, name: str, page: CleanPage) -> str:
    lines = spoken(page)
    language = f' lang="{escape(page.language)}"' if page.language else ""
    first = next((i for i, p in lines if p.label is Label.CONTENT), 0)
    body = "\n".join(_run(number, page, run, first) for run in _runs(lines))
    title = visible(page.page.metadata.title) or name
    return f"""<section id="p{number}">
<header>
<h1 dir="auto">{escape(title)}</h1>
<dl>
{_facts(name, page, len(lines))}
</dl>
{_strip(number, lines)}
</header>
<article{language}>
{body or '<p class="nothing">There is no text on this page.</p>'}
</article>
</section>"""


def _facts(name: str, page: CleanPage, total: int) -> str:
    facts = {
        "source": escape(name) if page.page.metadata.title else "",  # else it is the heading
        "site": _site_link(page),
        "language": escape(page.language or ""),
        "read as": "HTML" if page.page.kind == "html" else "plain text",
        "kept": f"<b>{len(page.kept)}</b> of {total}&nbsp;lines{_share_bar(page)}",
    }
    return "\n".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts.items() if v)


def _site_link(page: CleanPage) -> str:
    """The site's name, linked to the page where its URL is one that a browser may follow."""
    site, url = escape(visible(page.site or "")), page.url or ""
    if not site or not url.lower().startswith(("https://", "http://")):
        return site
    return f'<a href="{escape(visible(url))}" rel="noopener noreferrer">{site}</a>'


def _share_bar(page: CleanPage) -> str:
    """How much of the page's characters were kept, as a small bar."""
    chars = sum(len(line.text) for line in page.page.lines)
    share = sum(len(line.text) for line in page.kept) / chars if chars else 0.0
    return (
        f'<span class="share" title="{share:.0%} of the characters kept">'
        f'<i style="width:{share:.1%}"></i></span>'
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """One line in the strip: where it stands, how wide and how high, out of 1000 by 40."""

    x: float
    width: float
    height: float


def _bars(lines: Sequence[tuple[int, Prediction]]) -> Iterator[_Bar]:
    # By the root of their length: paragraphs stand out and menus can still be seen.
    weights = [math.sqrt(len(p.line.text)) for _, p in lines]
    scale = STRIP_WIDTH / (sum(weights) or 1.0)
    x = 0.0
    for weight, (_, p) in zip(weights, lines, strict=True):
        yield _Bar(x, weight * scale, max(MIN_BAR_HEIGHT, p.probability * STRIP_HEIGHT))
        x += weight * scale


def _strip(number: int, lines: Sequence[tuple[int, Prediction]]) -> str:
    """The page from top to bottom, drawn left to right: high bars are likely content."""
    if not lines:
        return ""
    bars = "".join(
        f'<a href="#p{number}-{i}"><rect class="{p.label.value}" x="{bar.x:.1f}" '
        f'y="{STRIP_HEIGHT - bar.height:.1f}" width="{bar.width:.1f}" height="{bar.height:.1f}">'
        f"<title>{p.probability:.2f} {escape(_beginning(p))}</title></rect></a>"
        for bar, (i, p) in zip(_bars(lines), lines, strict=True)
    )
    return (
        f'<figure><svg viewBox="0 0 {STRIP_WIDTH:.0f} {STRIP_HEIGHT:.0f}" '
        f'preserveAspectRatio="none" role="img" '
        f'aria-label="Probability of content along the page">{bars}</svg>'
        f"<figcaption><span>top of the page</span><span>probability of content, line by line"
        f"</span><span>end</span></figcaption></figure>"
    )


def _beginning(prediction: Prediction, length: int = 60) -> str:
    text = visible(prediction.line.text)
    return text if len(text) <= length else text[:length].rstrip() + "…"


def _runs(lines: list[tuple[int, Prediction]]) -> Iterator[list[tuple[int, Prediction]]]:
    """Neighbouring lines of one label, together."""
    return (list(run) for _, run in groupby(lines, key=lambda numbered: numbered[1].label))


def _run(number: int, page: CleanPage, run: list[tuple[int, Prediction]], first: int) -> str:
    if run[0][1].label is Label.CONTENT:
        return "\n".join(_kept(f"p{number}-{i}", p, _role(page, p, i == first)) for i, p in run)
    rows = "\n".join(_dropped(f"p{number}-{i}", p) for i, p in run)
    # What the lines are says more of a run than why each was dropped; each line says that itself.
    said = Counter(visible(p.kind or p.reason) for _, p in run)
    what = ", ".join(words for words, _ in said.most_common(MAX_KINDS))
    lines = "1 line dropped" if len(run) == 1 else f"{len(run)} lines dropped"
    opened = " open" if len(run) <= MAX_OPEN_RUN else ""
    return (
        f'<details class="dropped"{opened}><summary>{lines}'
        f'<small dir="auto">{escape(what)}</small></summary>\n<ol>\n{rows}\n</ol></details>'
    )


def _kept(anchor: str, p: Prediction, role: str) -> str:
    why = f"{p.probability:.2f} {escape(visible(p.reason))}"
    return (
        f'<div class="kept {role}" id="{anchor}">'
        f'<p dir="auto">{escape(visible(p.line.text))}</p>'
        f'<small class="why" lang="en">{why}</small></div>'
    )


def _dropped(anchor: str, p: Prediction) -> str:
    return (
        f'<li id="{anchor}"><b>{p.probability:.2f}</b>'
        f'<span dir="auto">{escape(visible(p.line.text))}</span>'
        f'<small lang="en">{escape(visible(p.reason))}</small></li>'
    )


# How a kept line is set, by the block element it stood in.
_ROLES: Final = {
    "h1": "title",
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("blockquote", "q"), "quote"),
    "pre": "code",
}
_INLINE_PARENTS = 4  # how far up the block of a line inside <a>, <b>, <span> is looked for


def _role(page: CleanPage, p: Prediction, first: bool) -> str:
    """How a kept line looks: by its markup, or as a title when it is the short first one."""
    if p.line.markup is None:
        return "title" if first and _like_title(p.line.text) else "plain"
    index = p.line.markup.element
    for _ in range(_INLINE_PARENTS):
        if index < 0 or index >= len(page.page.elements):
            break
        element = page.page.elements[index]
        if element.tag in _ROLES:
            return _ROLES[element.tag]
        index = element.parent
    return "plain"


def _like_title(text: str) -> bool:
    """Whether a line is short and does not end as sentences do, in any script.

    >>> _like_title("Ferry returns"), _like_title("หวย"), _like_title("船が戻った。")
    (True, True, False)
    """
    end = text.rstrip()[-1:]
    stops = end not in ("", "?", "!", ")") and unicodedata.category(end) == "Po"
    return len(text) <= MAX_TITLE_LENGTH and not stops
