"""The report of one page in HTML: what was kept, what was dropped, and why.

Text of a page may contain anything: it is shown and never interpreted as markup.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

from boilerplate.display import visible
from boilerplate.explain.html_parts import (
    counted,
    counts_table,
    definition_list,
    largest_first,
    name_of_language,
    share_bar,
)
from boilerplate.explain.terminal import numbered_predictions, unread_note
from boilerplate.page import Label
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage

FOREIGN: Final = "dropped in another language"  # of a page or of many, in their lists of facts
DECIDERS: Final = ("model", "site_model", "threshold", "roles")  # what drops lines, besides plugins
Numbered = tuple[int, Prediction]  # a line's number on the page, from 1


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """How much of a page is shown at once."""

    # Dropped lines in a row. Longer runs are menus and footers: folded, they leave the article in
    # view.
    max_open_run: int = 5
    max_roles: int = 3  # roles that are named for a run of dropped lines
    max_title: int = 120  # characters: a longer first line is a paragraph
    max_hint: int = 60  # characters of a line in the hint of its bar
    # Steps from a line's element up to the block around <a>, <b> and <span>.
    max_inline_parents: int = 4


LIMITS: Final = ReportLimits()
# The strip of bars, in the units of its viewBox; the lowest bar is high enough to be seen.
STRIP_WIDTH, STRIP_HEIGHT, MIN_BAR_HEIGHT = 1000.0, 40.0, 3.0


def dropped_by(deciders: Mapping[str, int]) -> str:
    """How many lines the model, the site model, the threshold, a choice and each plugin dropped."""
    counts = {name.replace("_", " "): deciders.get(name, 0) for name in DECIDERS}
    plugins = {name: count for name, count in deciders.items() if name not in DECIDERS}
    return counts_table(
        "Dropped by, in lines",
        [*((name, count) for name, count in counts.items() if count), *largest_first(plugins)],
    )


def page_section(number: int, name: str, page: CleanPage, level: int = 1) -> str:
    """The section of a page in a report: head, strip, counts, cleaned and scraped text.

    ``number`` tells the pages of a report apart; ``name`` is the page's, ``level`` that of its
    heading.
    """
    lines = numbered_predictions(page)
    language = f' lang="{escape(page.language)}"' if page.language else ""
    title = visible(page.page.metadata.title) or name
    deciders, dropped, kept = _counts(page)
    return f"""<section id="p{number}">
<header>
<h{level} class="page" dir="auto">{escape(title)}</h{level}>
<dl>
{_about(name, page, len(lines))}
</dl>
{_strip(number, lines)}
<div class="tallies">
{dropped_by(deciders)}{counts_table("Dropped as, in lines", largest_first(dropped))}
{counts_table("Kept as, in lines", largest_first(kept), "found")}
</div>
</header>
<div class="beside">
<article{language}>
<h{level + 1} lang="en">As cleaned</h{level + 1}>
{_cleaned(page, lines)}
</article>
<div class="scraped">
<h{level + 1}>As scraped</h{level + 1}>
{_scraped(number, lines)}
</div>
</div>
</section>"""


def _counts(page: CleanPage) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """How many lines each decider dropped, and how many of each role were dropped, and kept."""
    lines = [p for _, p in numbered_predictions(page)]
    dropped = [p for p in lines if p.label is Label.BOILERPLATE]
    return (
        Counter(p.decided_by for p in dropped),
        Counter(p.role or "other" for p in dropped),
        Counter(p.role or "body" for p in lines if p.label is Label.CONTENT),
    )


def _about(name: str, page: CleanPage, total: int) -> str:
    """Source, site, language, kind and how much was kept; ``total`` is the number of lines."""
    from boilerplate.explain.reasons import count_foreign

    foreign = count_foreign(page.predictions, page.language)
    return definition_list(
        {
            "source": escape(name) if page.page.metadata.title else "",  # else it is the heading
            "site": _site_link(page),
            "language": escape(name_of_language(page.language)) if page.language else "",
            "read as": "HTML" if page.page.kind == "html" else "plain text",
            "lines kept": f"<b>{len(page.kept)}</b> of {total:,}{share_bar(len(page.kept), total)}",
            "characters kept": _kept_characters(page),
            FOREIGN: counted(foreign, "line") if foreign else "",
            "in part": unread_note(page),
        }
    )


def _site_link(page: CleanPage) -> str:
    """The site's name, linked to the page if a browser may follow its URL."""
    site, url = escape(visible(page.site or "")), page.url or ""
    if not site or not url.lower().startswith(("https://", "http://")):
        return site
    return f'<a href="{escape(visible(url))}" rel="noopener noreferrer">{site}</a>'


def _kept_characters(page: CleanPage) -> str:
    """The share of the page's characters that were kept, as a number and a bar."""
    chars = sum(len(line.text) for line in page.page.lines)
    kept = sum(len(line.text) for line in page.kept)
    return f"{kept / chars:.0%}{share_bar(kept, chars)}" if chars else ""


@dataclass(frozen=True, slots=True)
class _Bar:
    """The bar of one line, in the units of the strip."""

    x: float
    width: float
    height: float


def _bars(lines: Sequence[Numbered]) -> Iterator[_Bar]:
    """A bar for each line, as high as its probability of content."""
    # The width is the root of the length: paragraphs stand out, and menus can still be seen.
    widths = [math.sqrt(len(p.line.text)) for _, p in lines]
    scale = STRIP_WIDTH / (sum(widths) or 1.0)
    x = 0.0
    for width, (_, p) in zip(widths, lines, strict=True):
        yield _Bar(x, width * scale, max(MIN_BAR_HEIGHT, p.probability * STRIP_HEIGHT))
        x += width * scale


def _strip(number: int, lines: Sequence[Numbered]) -> str:
    """The page from top to bottom as bars from left to right, each linked to its line."""
    if not lines:
        return ""
    bars = "".join(
        f'<a href="#p{number}-{i}" tabindex="-1"><rect class="{p.label.value}" x="{bar.x:.1f}" '
        f'y="{STRIP_HEIGHT - bar.height:.1f}" width="{bar.width:.1f}" height="{bar.height:.1f}">'
        f"<title>{escape(_hint(p))}</title></rect></a>"
        for bar, (i, p) in zip(_bars(lines), lines, strict=True)
    )
    return (
        f'<figure><svg viewBox="0 0 {STRIP_WIDTH:.0f} {STRIP_HEIGHT:.0f}" '
        f'preserveAspectRatio="none" role="group" '
        f'aria-label="Probability of content along the page">{bars}</svg>'
        f"<figcaption><span>top of the page</span><span>high: probable content · wide: "
        f"a long line</span><span>end</span></figcaption></figure>"
    )


def _hint(p: Prediction) -> str:
    """The hint of a bar: the probability, the reason, and the beginning of the line."""
    reason = f" · {visible(p.reason)}" if p.reason else ""
    text = visible(p.line.text)
    if len(text) > LIMITS.max_hint:
        text = text[: LIMITS.max_hint].rstrip() + "…"
    return f"{p.probability:.2f}{reason} · {text}"


def _cleaned(page: CleanPage, lines: Sequence[Numbered]) -> str:
    """The kept lines, styled as what they were on the page."""
    kept = [p for _, p in lines if p.label is Label.CONTENT]
    if not kept:
        nothing = "Nothing of this page is kept." if lines else "There is no text on this page."
        return f'<p class="nothing" lang="en">{nothing}</p>'
    styles = (_style(page, p, is_first=i == 0) for i, p in enumerate(kept))
    return "\n".join(map(_kept_line, kept, styles))


def _kept_line(p: Prediction, style: str) -> str:
    reason = _reason(p).replace("<small ", '<small lang="en" ')  # the article may be in another
    return (
        f'<div class="kept {style}" tabindex="-1">'
        f'<p dir="auto">{escape(visible(p.line.text))}</p>{reason}</div>'
    )


def _reason(p: Prediction) -> str:
    return f'<small class="why">{escape(visible(p.reason))}</small>' if p.reason else ""


# The style of a kept line by its role, or else by the block element around it.
_STYLES_OF_ROLES: Final = {
    "headline": "title", "subheading": "heading", "list": "item", "quote": "quote", "code": "code",
}  # fmt: skip
_STYLES_OF_TAGS: Final = {
    "h1": "title",
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("blockquote", "q"), "quote"),
    "pre": "code",
}


def _style(page: CleanPage, p: Prediction, is_first: bool) -> str:
    """The style of a kept line: by its role or markup; in bare text a title if a short first."""
    if p.role in _STYLES_OF_ROLES:
        return _STYLES_OF_ROLES[p.role]
    if p.line.markup is None:
        return "title" if is_first and _like_title(p.line.text) else "plain"
    index = p.line.markup.element
    for _ in range(LIMITS.max_inline_parents):
        if index < 0 or index >= len(page.page.elements):
            break
        element = page.page.elements[index]
        if element.tag in _STYLES_OF_TAGS:
            return _STYLES_OF_TAGS[element.tag]
        index = element.parent
    return "plain"


def _like_title(text: str) -> bool:
    """Whether a line is short and does not end as sentences do, in any script.

    >>> _like_title("Ferry returns"), _like_title("หวย"), _like_title("船が戻った。")
    (True, True, False)
    """
    end = text.rstrip()[-1:]
    ends_sentence = end not in ("", "?", "!", ")") and unicodedata.category(end) == "Po"
    return len(text) <= LIMITS.max_title and not ends_sentence


def _scraped(number: int, lines: Sequence[Numbered]) -> str:
    """All lines of a page, in runs of one label."""
    runs = groupby(lines, key=lambda numbered: numbered[1].label)
    return "\n".join(_run(number, list(run)) for _, run in runs)


def _run(number: int, run: Sequence[Numbered]) -> str:
    """Neighbouring lines of one label; a long run of dropped ones is folded."""
    rows = "\n".join(_scraped_line(f"p{number}-{i}", p) for i, p in run)
    if run[0][1].label is Label.CONTENT:
        return f'<ol class="kept-run">\n{rows}\n</ol>'
    # Roles describe a run better than reasons do; each line has its own reason.
    roles = Counter(visible(p.role or p.reason or "other") for _, p in run)
    described = ", ".join(role for role, _ in roles.most_common(LIMITS.max_roles))
    count = "1 line dropped" if len(run) == 1 else f"{len(run)} lines dropped"
    is_open = " open" if len(run) <= LIMITS.max_open_run else ""
    return (
        f'<details class="dropped"{is_open}><summary>{count}'
        f'<small dir="auto">{escape(described)}</small></summary>\n<ol>\n{rows}\n</ol></details>'
    )


def _scraped_line(anchor: str, p: Prediction) -> str:
    """A line with its probability, role, and its reason, which a style sheet shows on demand."""
    language = f' lang="{escape(p.language)}"' if p.language else ""
    role = f'<small class="role">{escape(visible(p.role))}</small>' if p.role else ""
    return (
        f'<li id="{anchor}" class="{p.label.value}" tabindex="-1"><b>{p.probability:.2f}</b>'
        f'<span dir="auto"{language}>{escape(visible(p.line.text))}</span>{role}{_reason(p)}</li>'
    )
