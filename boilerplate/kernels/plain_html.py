"""The Python twin of the HTML splitter: parsed HTML to lines and elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import turbohtml

from boilerplate.page import Element, Line, Markup, Selector

# Rendered inline by browsers: they never end a line. Everything else, custom elements
# included, is a block, because containers are far commoner than inline inventions.
MAX_LINES: Final = 200_000  # of a page; what stands behind them is counted, not read
INLINE_TAGS: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark "
    "math nobr picture q rb rp rt ruby s samp small source span strike strong sub sup time "
    "track tt u var wbr".split()
)
# Their text is never shown, or shown only where the element itself cannot be.
SKIPPED_TAGS: Final = frozenset(
    "annotation annotation-xml audio base canvas datalist embed frame frameset iframe link "
    "noembed noframes object param script select style svg template textarea title video".split()
)
EMPHASIS_TAGS: Final = frozenset("b strong em i u mark big".split())
# Two of them side by side are set apart by style sheets, though no blank stands between.
SPACED_TAGS: Final = frozenset("a label time img input".split())
NAME_ATTRIBUTES: Final = ("id", "role", "itemprop", "rel", "property", "data-testid")
MAX_NAMES = 16  # a megabyte of class names says no more than the first few
MAX_NAME_LENGTH = 64
SQUEEZE_LENGTH = 1_000_000  # characters

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def squeezed(text: str) -> str:
    r"""The text with each run of whitespace as one space, and none at its ends.

    >>> squeezed("  a\n b\t")
    'a b'
    """
    if len(text) <= SQUEEZE_LENGTH:
        return " ".join(text.split())
    # A word at a time takes twenty times the room of the text; a stretch at a time does not.
    out: list[str] = []
    apart = False
    for start in range(0, len(text), SQUEEZE_LENGTH):
        stretch = text[start : start + SQUEEZE_LENGTH]
        if words := " ".join(stretch.split()):
            if out and (apart or stretch[0].isspace()):
                out.append(" ")
            out.append(words)
            apart = stretch[-1].isspace()
        else:
            apart = True
    return "".join(out)


def _is_hidden_style(style: str) -> bool:
    return _HIDDEN_STYLE.search(style[:500]) is not None


@dataclass(slots=True)
class _Frame:
    """An open element on the walk's stack."""

    children: Iterator[Any]
    node: Any = None
    tag: str = ""
    index: int = -1  # in Page.elements, once it has held text
    in_link: bool = False
    in_emphasis: bool = False
    preformatted: bool = False


@dataclass(slots=True)
class _Splitter:
    """The walk's state: finished lines, and the pieces of the one under way."""

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    head: dict[str, list[str]] = field(default_factory=dict)
    chosen: Mapping[Any, list[Selector]] = field(default_factory=dict)
    selected: dict[Selector, list[int]] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    element: int = -1
    held: int = 0  # the height, in the stack, of the innermost element around all the pieces
    links: int = 0
    link_chars: int = 0
    emphasis_chars: int = 0
    after_break: bool = False
    unread: int = 0  # characters behind the last line that there may be

    def walk(self, children: Iterable[Any]) -> None:
        stack = [_Frame(iter(children))]
        gap = False  # the last thing closed is set apart from what opens next
        while stack:
            frame = stack[-1]
            node = next(frame.children, None)
            if node is None:
                stack.pop()
                self.held = min(self.held, len(stack))
                if frame.tag in INLINE_TAGS:
                    gap = frame.tag in SPACED_TAGS or (
                        frame.tag == "span" and bool(frame.node.attr("class"))
                    )
                else:
                    self.end_line()
                continue
            if isinstance(node, turbohtml.Text):
                data = node.data
                if data and not data.isspace():
                    self.add_text(data, stack)
                    gap = False
                elif data and self.pieces:
                    self.pieces.append(" ")
                continue
            if not isinstance(node, turbohtml.Element):
                continue
            tag = node.tag
            if tag == "br":
                self.end_line()
                self.after_break = True
                continue
            if tag in SKIPPED_TAGS:
                self.note_head(tag, node)
                continue
            if tag == "meta":
                self.note_meta(node)
                continue
            if tag in INLINE_TAGS:
                if gap and self.pieces:
                    self.pieces.append(" ")
                gap = False
                if tag == "a" and not frame.in_link:
                    self.links += 1
            else:
                self.end_line()
                gap = False
            stack.append(
                _Frame(
                    iter(node.children),
                    node,
                    tag,
                    -1,
                    frame.in_link or tag == "a",
                    frame.in_emphasis or tag in EMPHASIS_TAGS,
                    frame.preformatted or tag == "pre",
                )
            )
        self.end_line()

    def add_text(self, data: str, stack: list[_Frame]) -> None:
        frame = stack[-1]
        if frame.preformatted and "\n" in data:
            first, *rest = data.split("\n")
            if first.strip():
                self.add_piece(first, stack)
            for line in rest:
                self.end_line()
                if line.strip():
                    self.add_piece(line, stack)
            return
        self.add_piece(data, stack)

    def add_piece(self, data: str, stack: list[_Frame]) -> None:
        if len(self.lines) >= MAX_LINES:
            self.unread += len(data)
            return
        frame = stack[-1]
        if frame.index < 0:
            self.register(stack)
        if self.element < 0:
            self.held = len(stack)
        self.element = stack[self.held - 1].index
        self.pieces.append(data)
        chars = len(data.strip())
        if frame.in_link:
            self.link_chars += chars
            self.links = max(self.links, 1)
        if frame.in_emphasis:
            self.emphasis_chars += chars

    def register(self, stack: list[_Frame]) -> None:
        known = len(stack) - 1
        while known and stack[known].index < 0:
            known -= 1
        for above, frame in pairwise(stack[known:]):
            frame.index = len(self.elements)
            self.elements.append(_element(frame.node, frame.tag, above.index))
            if self.chosen:
                for selector in self.chosen.get(frame.node, ()):
                    self.selected[selector].append(frame.index)

    def end_line(self) -> None:
        if self.pieces:
            text = squeezed("".join(self.pieces))
            if text:
                self.lines.append(
                    Line(
                        text,
                        Markup(
                            self.element,
                            self.links,
                            min(self.link_chars, len(text)),
                            min(self.emphasis_chars, len(text)),
                            self.after_break,
                        ),
                    )
                )
            self.pieces = []
            self.element = -1
            self.link_chars = self.emphasis_chars = 0
        self.links = 0
        self.after_break = False

    def note_head(self, tag: str, node: Any) -> None:
        if tag == "title":
            self.head.setdefault("title", []).append(node.text)
        elif tag == "script" and "ld+json" in (node.attr("type") or ""):
            self.head.setdefault("ld+json", []).append(node.text)

    def note_meta(self, node: Any) -> None:
        name = node.attr("property") or node.attr("name") or node.attr("itemprop")
        content = node.attr("content")
        if name and content:
            self.head.setdefault(name.lower(), []).append(content)


def _element(node: Any, tag: str, parent: int) -> Element:
    attrs = node.attrs  # never as a whole: it may have names that are no Unicode
    hidden = tag == "noscript"
    if not len(attrs):
        return Element(tag, (), parent, hidden)
    classes = attrs.get("class") or ()
    if isinstance(classes, str):
        classes = classes.split()
    names = list(classes[:MAX_NAMES])
    for key in NAME_ATTRIBUTES:
        value = attrs.get(key)
        if value:
            names.append(f"{key}={value if isinstance(value, str) else ' '.join(value)}")
    hidden = (
        hidden
        or "hidden" in attrs
        or attrs.get("aria-hidden") == "true"
        or _is_hidden_style(attrs.get("style") or "")
    )
    return Element(tag, tuple(name[:MAX_NAME_LENGTH] for name in names), parent, hidden)
