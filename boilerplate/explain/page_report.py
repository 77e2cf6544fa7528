"""Pages for people: an explanation for the terminal, a report for the browser.

A page is a stranger's text. Whatever it holds is shown and never obeyed: escape sequences,
terminal markup and HTML come out as characters.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby
from typing import Final

from boilerplate.display import visible
from boilerplate.explain.terminal import _unread, spoken
from boilerplate.page import Label
from boilerplate.result import CleanPage, Prediction

# Long runs of dropped lines are menus and footers: folded, they don't stand before the article.
MAX_OPEN_RUN = 5
MAX_ROWS = 20  # of a table of counts
FOREIGN: Final = "dropped in another language"
MAX_KINDS = 3  # named for a run of dropped lines
DECIDERS: Final = ("model", "site_model", "threshold")  # what drops lines, beside plugins
MAX_TITLE_LENGTH = 120  # a first line longer than this is a paragraph
STRIP_WIDTH, STRIP_HEIGHT = 1000.0, 40.0
MIN_BAR_HEIGHT = 3.0  # so that a sure drop still shows as a bar


def _number(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _listed(facts: Mapping[str, str]) -> str:
    return "\n".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts.items() if v)


def _language(code: str) -> str:
    from boilerplate.language.names import language_name

    return language_name(code) if code else "unknown"


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts with their names, the largest first, in an order that is always the same."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _dropped_by(deciders: Mapping[str, int]) -> str:
    """How many lines were dropped by the model, the site model, the threshold and each plugin."""
    counts = {name.replace("_", " ", 1): deciders.get(name, 0) for name in DECIDERS}
    plugins = {name: count for name, count in deciders.items() if name not in DECIDERS}
    known = [(name, count) for name, count in counts.items() if count]
    return _tally("Dropped by", [*known, *_ranked(plugins)])


def _tally(title: str, counts: Sequence[tuple[str, int]], of: str = "lost") -> str:
    """Counts with their names as a table of bars, the longer lists cut; ``of`` colours them."""
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


@cache
def _data(name: str) -> str:
    from importlib.resources import files

    return (files("boilerplate") / "data" / name).read_text(encoding="utf-8")


def _section(number: int, name: str, page: CleanPage) -> str:
    lines = spoken(page)
    language = f' lang="{escape(page.language)}"' if page.language else ""
    first = next((i for i, p in lines if p.label is Label.CONTENT), 0)
    cleaned = "\n".join(
        _kept(p, _role(page, p, i == first)) for i, p in lines if p.label is Label.CONTENT
    )
    nothing = "There is no text on this page." if not lines else "Nothing of this page is kept."
    scraped = "\n".join(_run(number, run) for run in _runs(lines))
    title = visible(page.page.metadata.title) or name
    deciders, kinds = _why_dropped(page)
    return f"""<section id="p{number}">
<header>
<h1 dir="auto">{escape(title)}</h1>
<dl>
{_facts(name, page, len(lines))}
</dl>
{_strip(number, lines)}
<div class="tallies">
{_dropped_by(deciders)}{_tally("Dropped as", _ranked(kinds))}
</div>
</header>
<div class="beside">
<article{language}>
<h2 lang="en">As cleaned</h2>
{cleaned or f'<p class="nothing" lang="en">{nothing}</p>'}
</article>
<div class="scraped">
<h2>As scraped</h2>
{scraped}
</div>
</div>
</section>"""


def _why_dropped(page: CleanPage) -> tuple[Counter[str], Counter[str]]:
    """How many lines were dropped by whom, and as what."""
    dropped = [p for _, p in spoken(page) if p.label is Label.BOILERPLATE]
    return (
        Counter(p.decided_by for p in dropped),
        Counter(p.kind or "other" for p in dropped),
    )


def _facts(name: str, page: CleanPage, total: int) -> str:
    from boilerplate.explain.reasons import count_foreign

    foreign = count_foreign(page.predictions, page.language)
    facts = {
        "source": escape(name) if page.page.metadata.title else "",  # else it is the heading
        "site": _site_link(page),
        "language": escape(_language(page.language)) if page.language else "",
        "read as": "HTML" if page.page.kind == "html" else "plain text",
        "kept": f"<b>{len(page.kept)}</b> of {total}&nbsp;lines{_share_bar(_share(page))}",
        FOREIGN: _number(foreign, "line") if foreign else "",
        "in part": _unread(page),
    }
    return _listed(facts)


def _site_link(page: CleanPage) -> str:
    """The site's name, linked to the page where its URL is one that a browser may follow."""
    site, url = escape(visible(page.site or "")), page.url or ""
    if not site or not url.lower().startswith(("https://", "http://")):
        return site
    return f'<a href="{escape(visible(url))}" rel="noopener noreferrer">{site}</a>'


def _share(page: CleanPage) -> float:
    """How much of the page's characters were kept."""
    chars = sum(len(line.text) for line in page.page.lines)
    return sum(len(line.text) for line in page.kept) / chars if chars else 0.0


def _share_bar(share: float) -> str:
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
        f'<a href="#p{number}-{i}" tabindex="-1"><rect class="{p.label.value}" x="{bar.x:.1f}" '
        f'y="{STRIP_HEIGHT - bar.height:.1f}" width="{bar.width:.1f}" height="{bar.height:.1f}">'
        f"<title>{escape(_hint(p))}</title></rect></a>"
        for bar, (i, p) in zip(_bars(lines), lines, strict=True)
    )
    return (
        f'<figure><svg viewBox="0 0 {STRIP_WIDTH:.0f} {STRIP_HEIGHT:.0f}" '
        f'preserveAspectRatio="none" role="group" '
        f'aria-label="Probability of content along the page">{bars}</svg>'
        f"<figcaption><span>top of the page</span><span>probability of content, line by line"
        f"</span><span>end</span></figcaption></figure>"
    )


def _hint(p: Prediction) -> str:
    """What a bar says when it is pointed at: the probability, why, and how the line begins."""
    why = f" · {visible(p.reason)}" if p.reason else ""
    return f"{p.probability:.2f}{why} · {_beginning(p)}"


def _beginning(prediction: Prediction, length: int = 60) -> str:
    text = visible(prediction.line.text)
    return text if len(text) <= length else text[:length].rstrip() + "…"


def _runs(lines: list[tuple[int, Prediction]]) -> Iterator[list[tuple[int, Prediction]]]:
    """Neighbouring lines of one label, together."""
    return (list(run) for _, run in groupby(lines, key=lambda numbered: numbered[1].label))


def _run(number: int, run: list[tuple[int, Prediction]]) -> str:
    """Neighbouring lines as scraped; many dropped ones are folded, that the article be seen."""
    kept = run[0][1].label is Label.CONTENT
    rows = "\n".join(_line(f"p{number}-{i}", p) for i, p in run)
    if kept:
        return f'<ol class="kept-run">\n{rows}\n</ol>'
    # What the lines are says more of a run than why each was dropped; each line says that itself.
    said = Counter(visible(p.kind or p.reason or "other") for _, p in run)
    what = ", ".join(words for words, _ in said.most_common(MAX_KINDS))
    lines = "1 line dropped" if len(run) == 1 else f"{len(run)} lines dropped"
    opened = " open" if len(run) <= MAX_OPEN_RUN else ""
    return (
        f'<details class="dropped"{opened}><summary>{lines}'
        f'<small dir="auto">{escape(what)}</small></summary>\n<ol>\n{rows}\n</ol></details>'
    )


def _line(anchor: str, p: Prediction) -> str:
    """A line as scraped; pointed at, touched or gone to it says why."""
    return (
        f'<li id="{anchor}" class="{p.label.value}" tabindex="-1"><b>{p.probability:.2f}</b>'
        f'<span dir="auto"{_lang(p)}>{escape(visible(p.line.text))}</span>{_why(p)}</li>'
    )


def _lang(p: Prediction) -> str:
    return f' lang="{escape(p.language)}"' if p.language else ""


def _why(p: Prediction) -> str:
    return f'<small class="why">{escape(visible(p.reason))}</small>' if p.reason else ""


def _kept(p: Prediction, role: str) -> str:
    why = _why(p).replace("<small ", '<small lang="en" ')
    return (
        f'<div class="kept {role}" tabindex="-1">'
        f'<p dir="auto">{escape(visible(p.line.text))}</p>{why}</div>'
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
