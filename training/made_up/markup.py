"""Made-up pages as HTML: plain markup, with the tags that sites use and few or no names."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Final

import numpy as np

from boilerplate.roles import CHROME_ROLES
from training.made_up.forms import Text

# A line's tags from the outside in, one set drawn for each role of a page.
TAGS: Final = {
    "headline": ("h1", "h1", "h1", "h2", "div"),
    "standfirst": ("p", "div", "h2", "p strong"),
    "body": ("p", "p", "p", "p", "div"),
    "subheading": ("h2", "h3", "h4", "p strong"),
    "list": ("li",),
    "table": ("tr td",),
    "quote": ("blockquote p", "blockquote"),
    "caption": ("figure figcaption", "div", "p em"),
    "note": ("p", "p em", "div"),
    "byline": ("p", "div", "address"),
    "date": ("time", "div", "p"),
    "chrome": ("p", "div", "li a", "p a", "div a", "li"),
}
LISTS: Final = ("ul", "ul", "ol")
ARTICLES: Final = (
    "article", "main", "div", "section", 'div class="content"', 'div class="post"',
    'div id="main"', 'article class="entry"',
)  # fmt: skip
BOXES: Final = (
    "div", "aside", "section", "footer", "nav", "header", 'div class="box"', 'div class="widget"',
)  # fmt: skip
BARE: Final = 0.15  # of the pages: all stands in the body, without a box


def markup(lines: Text, rng: np.random.Generator) -> str:
    """A page as HTML; reading it gives the same lines."""
    chrome = [role in CHROME_ROLES or not role for _, role in lines]
    content = [i for i, is_chrome in enumerate(chrome) if not is_chrome]
    first, last = (content[0], content[-1] + 1) if content else (len(lines), len(lines))
    bare = rng.random() < BARE
    tags = {role: str(rng.choice(choices)) for role, choices in TAGS.items()}
    article = _boxed(_blocks(lines[first:last], tags, rng, bare), str(rng.choice(ARTICLES)), bare)
    before = _blocks(lines[:first], tags, rng, bare)
    after = _blocks(lines[last:], tags, rng, bare)
    title = next((text for text, role in lines if role == "headline"), "")
    head = f"<title>{escape(title)}</title>" if title and rng.random() < 0.5 else ""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{before}{article}{after}</body></html>"


def _boxed(inner: str, box: str, bare: bool) -> str:
    return inner if bare or not inner else f"<{box}>{inner}</{box.split()[0]}>"


def _blocks(lines: Text, tags: dict[str, str], rng: np.random.Generator, bare: bool) -> str:
    """Lines as elements: those of a list, a table, code or a box of chrome together."""
    out = []
    for kind, some in groupby(lines, lambda line: _kind(line[1])):
        texts = [escape(text) for text, _ in some]
        if kind == "code":
            out.append(f"<pre>{chr(10).join(texts)}</pre>")
            continue
        tag = str(rng.choice(TAGS["chrome"])) if kind == "chrome" else tags[kind]
        inner = "".join(_line(text, tag) for text in texts)
        if tag.startswith("li"):
            inner = _boxed(inner, str(rng.choice(LISTS)), bare=False)
        elif tag.startswith("tr"):
            inner = _boxed(inner, "table", bare=False)
        if kind == "chrome":
            inner = _boxed(inner, str(rng.choice(BOXES)), bare)
        out.append(inner)
    return "".join(out)


def _kind(role: str) -> str:
    return role if role in TAGS or role == "code" else "chrome"


def _line(text: str, tags: str) -> str:
    for tag in reversed(tags.split()):
        text = f"<a href='#'>{text}</a>" if tag == "a" else f"<{tag}>{text}</{tag}>"
    return text
