"""The Python twins of the HTML kernels: the splitter and the counter of tags.

The splitter decides much of the accuracy: no classifier can separate what it puts on one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, NamedTuple

import turbohtml

from boilerplate.page import Element, Line, Markup, Selector

MAX_LINES: Final = 200_000  # of a page; the text behind them is counted, not read

# Browsers render these inline: they never end a line. All others are blocks, custom elements
# included, because those are containers far more often than inline elements.
INLINE_TAGS: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark "
    "math nobr picture q rb rp rt ruby s samp small source span strike strong sub sup time "
    "track tt u var wbr".split()
)
# Their text is never shown, or only in browsers that cannot show the element itself.
SKIPPED_TAGS: Final = frozenset(
    "annotation annotation-xml audio base canvas datalist embed frame frameset iframe link "
    "noembed noframes object param script select style svg template textarea title video".split()
)
EMPHASIS_TAGS: Final = frozenset("b strong em i u mark big".split())
# Style sheets put space between two neighbours of these, though the markup has none.
SPACED_TAGS: Final = frozenset("a label time img input".split())
# The attributes, besides ``class``, that become tokens of an element.
NAME_ATTRIBUTES: Final = ("id", "role", "itemprop", "rel", "property", "data-testid")
MAX_NAMES: Final = 16  # class tokens of an element: a megabyte of them adds nothing
MAX_NAME_LENGTH: Final = 64
SQUEEZE_LENGTH: Final = 1_000_000  # characters

_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_STYLE: Final = 500  # characters in which it is looked for

# HTML's "active formatting elements" but ``a`` and ``nobr``, of which only one is ever open: a
# paragraph reopens those that were left open before it.
FORMATTING_TAGS: Final = tuple("b big code em font i s small strike strong tt u".split())
ROOT_TAGS: Final = ("html", "body")
_SPACE: Final = r" \t\n\f\r"  # in HTML nothing else is


class HtmlParts(NamedTuple):
    """What the splitter makes of a page.

    ``head`` has the texts of the title and of JSON-LD scripts, and the contents of each ``meta``
    by its name; ``unread`` is the number of characters behind the last line that is read.
    """

    lines: tuple[Line, ...]
    elements: tuple[Element, ...]
    head: dict[str, list[str]]
    unread: int


# Gets the parsed document, returns the nodes that each selector chose.
Select = Callable[[Any], Mapping[Selector, Iterable[Any]]]


def split_html(markup: str) -> HtmlParts:
    """The lines, elements and head of an HTML page; see ``HtmlSplitter`` for the rules."""
    splitter = HtmlSplitter()
    splitter.walk(_parsed(markup).children)
    return splitter.parts()


def split_and_select(
    markup: str, select: Select
) -> tuple[HtmlParts, dict[Selector, frozenset[int]]]:
    """The same, and for each selector the indices of the elements that it chose.

    Only elements that hold text are in ``HtmlParts.elements``, so only those can be chosen.
    """
    document = _parsed(markup)
    chosen = select(document)
    splitter = HtmlSplitter(selected={selector: [] for selector in chosen})
    for selector, nodes in chosen.items():
        for node in nodes:
            splitter.selectors_of.setdefault(node, []).append(selector)
    splitter.walk(document.children)
    selected = {selector: frozenset(indices) for selector, indices in splitter.selected.items()}
    return splitter.parts(), selected


def _parsed(markup: str) -> Any:
    return turbohtml.parse(markup, positions=False)


@dataclass(slots=True)
class OpenElement:
    """An element on the splitter's stack: its start has been read, its end has not."""

    children: Iterator[Any]
    node: Any = None
    tag: str = ""
    index: int = -1  # in the elements, once it has held text
    in_link: bool = False
    in_emphasis: bool = False
    preformatted: bool = False


@dataclass(slots=True)
class HtmlSplitter:
    """Walks a parsed document and cuts its text into lines. Nothing recurses.

    A line is a run of inline content, by these rules:

    - **What ends a line and starts another**: the start and the end of each block, which is any
      element that is not in INLINE_TAGS; ``<br>``; in ``<pre>`` also a line feed. So loose text
      between the children of a container is a line of its own, and so is each table cell.
    - **What is skipped**: the elements in SKIPPED_TAGS with all that they contain, comments and
      processing instructions. Titles, JSON-LD scripts and ``meta`` are collected in ``head``.
      Hidden text and ``<noscript>`` are read, and their elements marked as hidden.
    - **Blanks**: the texts of a line are joined as they stand, so that ``un<b>believ</b>able``
      is one word; each run of whitespace becomes one space, and none is left at the ends. One
      space is added before an inline element if the last thing before it, with no text between,
      was the end of one of SPACED_TAGS or of a ``span`` with a class, as in
      ``<a>Home</a><a>Sport</a>``. A line without any text is left out.

    An element gets an index when it first holds text; elements without text have none.
    """

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    head: dict[str, list[str]] = field(default_factory=dict)
    selectors_of: dict[Any, list[Selector]] = field(default_factory=dict)  # by chosen node
    selected: dict[Selector, list[int]] = field(default_factory=dict)  # indices of elements
    unread: int = 0  # characters behind the last line that is read

    stack: list[OpenElement] = field(default_factory=list)
    after_spaced: bool = False  # an element has just ended that is set apart from the next

    # The line that is being read: its pieces of text, and the values of its Markup.
    pieces: list[str] = field(default_factory=list)
    depth: int = 0  # the height, in the stack, of the innermost element around all the pieces
    element: int = -1  # the index of that element
    links: int = 0
    link_chars: int = 0
    emphasis_chars: int = 0
    after_break: bool = False

    def parts(self) -> HtmlParts:
        """What has been read."""
        return HtmlParts(tuple(self.lines), tuple(self.elements), self.head, self.unread)

    def walk(self, children: Iterable[Any]) -> None:
        """Read the nodes of a document and all that they contain."""
        self.stack = [OpenElement(iter(children))]
        while self.stack:
            node = next(self.stack[-1].children, None)
            if node is None:
                self.end_element()
            elif isinstance(node, turbohtml.Text):
                self.read_text(node.data)
            elif isinstance(node, turbohtml.Element):
                self.start_element(node)
        self.end_line()

    def start_element(self, node: Any) -> None:
        """Read the start of an element, or the whole of one that holds no lines."""
        tag = node.tag
        if tag == "br":
            self.end_line()
            self.after_break = True
        elif tag in SKIPPED_TAGS:
            self.read_skipped(tag, node)
        elif tag == "meta":
            self.read_meta(node)
        else:
            if tag in INLINE_TAGS:
                self.start_inline(tag)
            else:
                self.end_line()
            self.after_spaced = False
            above = self.stack[-1]
            self.stack.append(
                OpenElement(
                    iter(node.children),
                    node,
                    tag,
                    in_link=above.in_link or tag == "a",
                    in_emphasis=above.in_emphasis or tag in EMPHASIS_TAGS,
                    preformatted=above.preformatted or tag == "pre",
                )
            )

    def start_inline(self, tag: str) -> None:
        """Set an inline element apart from the one before it, and count it if it is a link."""
        if self.after_spaced and self.pieces:
            self.pieces.append(" ")
        if tag == "a" and not self.stack[-1].in_link:
            self.links += 1

    def end_element(self) -> None:
        """Read the end of the innermost open element."""
        ended = self.stack.pop()
        self.depth = min(self.depth, len(self.stack))
        if ended.tag in INLINE_TAGS:
            self.after_spaced = ended.tag in SPACED_TAGS or (
                ended.tag == "span" and bool(ended.node.attr("class"))
            )
        else:
            self.end_line()

    def read_text(self, text: str) -> None:
        """Read a text, which in ``<pre>`` may be several lines."""
        if not text or text.isspace():
            if text and self.pieces:
                self.pieces.append(" ")
            return
        self.after_spaced = False
        first, *rest = text.split("\n") if self.stack[-1].preformatted else [text]
        self.add_piece(first)
        for line in rest:
            self.end_line()
            self.add_piece(line)

    def add_piece(self, text: str) -> None:
        """Add a piece of text, if there is any, to the line that is being read."""
        chars = len(text.strip())
        if not chars:
            return
        if len(self.lines) >= MAX_LINES:
            self.unread += len(text)
            return
        innermost = self.stack[-1]
        if innermost.index < 0:
            self.give_indices()
        if self.element < 0:
            self.depth = len(self.stack)
        self.element = self.stack[self.depth - 1].index
        self.pieces.append(text)
        if innermost.in_link:
            self.link_chars += chars
            self.links = max(self.links, 1)
        if innermost.in_emphasis:
            self.emphasis_chars += chars

    def give_indices(self) -> None:
        """Add the open elements to the page's elements, but those that are there already."""
        last = len(self.stack) - 1
        while last and self.stack[last].index < 0:
            last -= 1
        for above, opened in pairwise(self.stack[last:]):
            opened.index = len(self.elements)
            self.elements.append(element_of(opened.node, above.index))
            for selector in self.selectors_of.get(opened.node, ()):
                self.selected[selector].append(opened.index)

    def end_line(self) -> None:
        """Add the line that has been read, if it has text, and begin another."""
        if text := squeezed("".join(self.pieces)):
            markup = Markup(
                self.element,
                self.links,
                min(self.link_chars, len(text)),
                min(self.emphasis_chars, len(text)),
                self.after_break,
            )
            self.lines.append(Line(text, markup))
        self.pieces = []
        self.element = -1
        self.links = self.link_chars = self.emphasis_chars = 0
        self.after_break = False

    def read_skipped(self, tag: str, node: Any) -> None:
        """Collect a title or a JSON-LD script; nothing is kept of other skipped elements."""
        if tag == "title":
            self.head.setdefault("title", []).append(node.text)
        elif tag == "script" and "ld+json" in (node.attr("type") or ""):
            self.head.setdefault("ld+json", []).append(node.text)

    def read_meta(self, node: Any) -> None:
        """Collect the content of a ``meta`` by its name."""
        name = node.attr("property") or node.attr("name") or node.attr("itemprop")
        content = node.attr("content")
        if name and content:
            self.head.setdefault(name.lower(), []).append(content)


def element_of(node: Any, parent: int) -> Element:
    """The Element of a parsed one: its class and id tokens, and whether it is hidden."""
    attributes = node.attrs  # read one by one: the name of another may not be valid Unicode
    classes = attributes.get("class") or ()
    tokens = list((classes.split() if isinstance(classes, str) else classes)[:MAX_NAMES])
    for key in NAME_ATTRIBUTES:
        if value := attributes.get(key):
            tokens.append(f"{key}={value if isinstance(value, str) else ' '.join(value)}")
    hidden = (
        node.tag == "noscript"
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or is_hidden_style(attributes.get("style") or "")
    )
    return Element(node.tag, tuple(token[:MAX_NAME_LENGTH] for token in tokens), parent, hidden)


def is_hidden_style(style: str) -> bool:
    """Whether the value of a ``style`` attribute hides its element."""
    return _HIDDEN_STYLE.search(style[:_MAX_STYLE]) is not None


def squeezed(text: str) -> str:
    r"""The text with each run of whitespace as one space, and none at its ends.

    >>> squeezed("  a\n b\t")
    'a b'
    """
    if len(text) <= SQUEEZE_LENGTH:
        return " ".join(text.split())
    # Split at once, a long text takes twenty times its size in memory: so stretch by stretch.
    squeezed_stretches: list[str] = []
    blank_before = False
    for start in range(0, len(text), SQUEEZE_LENGTH):
        stretch = text[start : start + SQUEEZE_LENGTH]
        if words := " ".join(stretch.split()):
            if squeezed_stretches and (blank_before or stretch[0].isspace()):
                squeezed_stretches.append(" ")
            squeezed_stretches.append(words)
            blank_before = stretch[-1].isspace()
        else:
            blank_before = True
    return "".join(squeezed_stretches)


def tag_pattern(before: str, tags: Collection[str], after: str) -> re.Pattern[str]:
    """A pattern that finds any of some tags, in either case; ``{space}`` is HTML's whitespace."""
    after = after.replace("{space}", _SPACE)
    return re.compile(f"{before}(?:{'|'.join(tags)}){after}", re.IGNORECASE | re.ASCII)


FORMATTING_TAG: Final = tag_pattern("(</?)", FORMATTING_TAGS, "(?=[{space}/>])")
ROOT_WITH_ATTRIBUTES: Final = tag_pattern("<(?=", ROOT_TAGS, "[{space}/])")


def tag_counts(markup: str) -> tuple[int, int]:
    """How many root tags have attributes, and the most formatting elements open at once.

    Tags are counted where they stand in the markup, without parsing it.

    >>> tag_counts("<html lang=en><body><b><i></i><code>")
    (1, 2)
    """
    opened = most = 0
    for tag in FORMATTING_TAG.finditer(markup):
        opened = max(opened - 1, 0) if tag[1] == "</" else opened + 1
        most = max(most, opened)
    return sum(1 for _ in ROOT_WITH_ATTRIBUTES.finditer(markup)), most
