"""The Python twin of the HTML splitter.

It decides much of the accuracy: no classifier can separate what it puts on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, NamedTuple

import turbohtml

from boilerplate.kernels.plain_gaps import LONG, Gap, gap_after, is_apart
from boilerplate.page import Element, Line, Markup, Selector

MAX_LINES: Final = 200_000  # of a page; the text behind them is counted, not read

# Browsers render these inline: they never end a line. All others are blocks, but for custom
# elements in a sentence.
INLINE_TAGS: Final = frozenset(
    "a abbr acronym b bdi bdo big blink cite code data del dfn em font i img input ins kbd label "
    "map mark math meter nobr output picture progress q rb rp rt rtc ruby s samp slot small source "
    "spacer span strike strong sub sup time track tt u var wbr".split()
)
# Their text is never shown, or only in browsers that cannot show the element itself; or
# ``reading.document`` has put the text that they show into other elements.
SKIPPED_TAGS: Final = frozenset(
    "annotation annotation-xml audio base canvas datalist embed frame frameset iframe link meta "
    "noembed noframes object param script select style svg template textarea title video".split()
)
EMPHASIS_TAGS: Final = frozenset("b strong em i u mark big".split())
# Style sheets put space between two neighbours of these, though the markup has none.
SPACED_TAGS: Final = frozenset("a label time img input".split())
# In these a custom element is part of the text.
PARAGRAPH_TAGS: Final = frozenset("p h1 h2 h3 h4 h5 h6".split())
# What ``reading.document`` puts around cells and the like that are one line.
ROW_TAG: Final = "data-row"
# The attributes, besides ``class``, that become tokens of an element.
NAME_ATTRIBUTES: Final = ("id", "role", "itemprop", "rel", "property", "data-testid")
MAX_NAMES: Final = 16  # class tokens of an element: a megabyte of them adds nothing
MAX_NAME_LENGTH: Final = 64
SQUEEZE_LENGTH: Final = 1_000_000  # characters

_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_STYLE: Final = 500  # characters in which it is looked for
_NOT_BLANK_OR_TAB: Final = re.compile(r"[^\S \t]")


class HtmlParts(NamedTuple):
    """What the splitter makes of a page.

    ``unread`` is the number of characters behind the last line that is read.
    """

    lines: Sequence[Line]
    elements: Sequence[Element]
    unread: int


def split_html(document: Any) -> HtmlParts:
    """The lines and elements of a parsed HTML page; see ``HtmlSplitter`` for the rules."""
    splitter = HtmlSplitter()
    splitter.walk(document.children)
    return splitter.parts()


def split_and_select(
    document: Any, chosen: Mapping[Selector, Iterable[Any]]
) -> tuple[HtmlParts, dict[Selector, frozenset[int]]]:
    """The same, and for each selector the indices of the elements that it chose.

    ``chosen`` are the nodes of the document that each selector chose. Only elements that hold text
    are in ``HtmlParts.elements``, so only those can be chosen.
    """
    splitter = HtmlSplitter(selected={selector: [] for selector in chosen})
    for selector, nodes in chosen.items():
        for node in nodes:
            splitter.selectors_of.setdefault(node, []).append(selector)
    splitter.walk(document.children)
    selected = {selector: frozenset(indices) for selector, indices in splitter.selected.items()}
    return splitter.parts(), selected


@dataclass(slots=True)
class OpenElement:
    """An element on the splitter's stack: its start has been read, its end has not."""

    children: Iterator[Any]
    node: Any = None
    tag: str = ""
    index: int = -1  # in the elements, once it has held text
    is_inline: bool = False
    is_doubtful: bool = False  # a custom element that seems to be a block
    in_link: bool = False
    in_emphasis: bool = False
    preformatted: bool = False
    in_row: bool = False
    # Where it began: after how many lines of the page, and pieces of the line.
    line: int = 0
    piece: int = 0


@dataclass(slots=True)
class HtmlSplitter:
    """Walks a parsed document and cuts its text into lines. Nothing recurses.

    A line is a run of inline content, by these rules:

    - **What ends a line and starts another**: the start and the end of each block, which is any
      element that is not in INLINE_TAGS; ``<br>``; in ``<pre>`` also a line feed. So loose text
      between the children of a container is a line of its own, and so is each table cell.
    - **Custom elements** are inline in paragraphs, headings and inline elements, and where text
      stands right before or after them. Elsewhere they are blocks.
    - **Rows**: within ROW_TAG nothing ends a line; where a line would end is a blank.
    - **What is skipped**: the elements in SKIPPED_TAGS with all that they contain, comments and
      processing instructions. Hidden text and ``<noscript>`` are read, and their elements marked
      as hidden.
    - **Blanks**: the texts of a line are joined as they stand, so that ``un<b>believ</b>able``
      is one word; each run of whitespace becomes one space, and none is left at the ends. In
      ``<pre>``, spaces and tabs stay as they are but at the end. One space is added before an
      inline element if the last thing before it, with no text between, was the end of one of
      SPACED_TAGS, as in ``<a>Home</a><a>Sport</a>``, or of a ``span`` with a class (see
      ``gap_after``). A line without any text is left out.

    An element gets an index when it first holds text; elements without text have none.
    """

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    selectors_of: dict[Any, list[Selector]] = field(default_factory=dict)  # by chosen node
    selected: dict[Selector, list[int]] = field(default_factory=dict)  # indices of elements
    unread: int = 0  # characters behind the last line that is read

    stack: list[OpenElement] = field(default_factory=list)
    gap: Gap = Gap.NONE  # after the element that has just ended, if another starts here
    due: Gap = Gap.NONE  # before the next text
    after_text: bool = False  # a text has just been read
    may_end: bool = False  # a doubtful element has just ended: the line ends if no text follows
    ended: int = 0  # how often a line could have ended

    # The line that is being read: its pieces of text, and the values of its Markup.
    pieces: list[str] = field(default_factory=list)
    preformatted: bool = False
    depth: int = 0  # the height, in the stack, of the innermost element around all the pieces
    element: int = -1  # the index of that element, -1 until there is text
    links: int = 0
    link_chars: int = 0
    emphasis_chars: int = 0
    after_break: bool = False

    def parts(self) -> HtmlParts:
        """What has been read."""
        return HtmlParts(tuple(self.lines), tuple(self.elements), self.unread)

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
        if tag in SKIPPED_TAGS:
            return
        self.end_doubtful()
        above = self.stack[-1]
        if tag == "br" and not above.in_row:
            self.end_line()
            self.after_break = True
            return
        is_custom = "-" in tag
        is_inline = tag in INLINE_TAGS or (
            is_custom
            and tag != ROW_TAG
            and (above.is_inline or above.tag in PARAGRAPH_TAGS or self.after_text)
        )
        if is_inline:
            self.start_inline(tag)
        elif above.in_row:
            self.due = Gap.ALWAYS
        else:
            self.end_line()
        self.gap = Gap.NONE
        self.after_text = False
        self.stack.append(
            OpenElement(
                iter(node.children),
                node,
                tag,
                is_inline=is_inline,
                is_doubtful=is_custom and not is_inline and tag != ROW_TAG,
                in_link=above.in_link or tag == "a",
                in_emphasis=above.in_emphasis or tag in EMPHASIS_TAGS,
                preformatted=above.preformatted or tag == "pre",
                in_row=above.in_row or tag == ROW_TAG,
                line=self.ended,
                piece=len(self.pieces),
            )
        )

    def start_inline(self, tag: str) -> None:
        """Set an inline element apart from the one before it, and count it if it is a link."""
        if self.gap and not self.stack[-1].preformatted:
            self.due = max(self.due, self.gap)
        if tag == "a" and not self.stack[-1].in_link:
            self.links += 1

    def end_element(self) -> None:
        """Read the end of the innermost open element."""
        self.end_doubtful()
        ended = self.stack.pop()
        self.after_text = False
        self.depth = min(self.depth, len(self.stack))
        if ended.is_inline:
            if ended.tag in SPACED_TAGS:
                self.gap = Gap.APART
            elif ended.tag == "span" and ended.node.attr("class"):
                self.gap = max(self.gap, self.gap_after_span(ended))
        elif ended.in_row and ended.tag != ROW_TAG:
            self.due = Gap.ALWAYS
        elif ended.is_doubtful:
            self.may_end = True
        else:
            self.end_line()

    def gap_after_span(self, ended: OpenElement) -> Gap:
        """The gap after a ``span``, by its text on this line."""
        begin = ended.piece if ended.line == self.ended else 0
        length = 0
        for i in range(begin, len(self.pieces)):
            length += len(self.pieces[i])
            if length > LONG:
                return Gap.APART
        return gap_after("".join(self.pieces[begin:]))

    def end_doubtful(self) -> None:
        """End the line if it may end here: what follows is no text."""
        if self.may_end:
            self.end_line()

    def read_text(self, text: str) -> None:
        """Read a text, which in ``<pre>`` may be several lines."""
        innermost = self.stack[-1]
        if innermost.preformatted and not innermost.in_row:
            first, *rest = text.split("\n")
            self.read_run(first, keep_blanks=True)
            for run in rest:
                had_text = self.element >= 0
                self.end_line()
                self.after_break = had_text  # and after a line without text not
                self.read_run(run, keep_blanks=True)
        else:
            self.read_run(text)

    def read_run(self, text: str, *, keep_blanks: bool = False) -> None:
        """Read a text that does not end the line."""
        if text and not text.isspace():
            self.may_end = False
            self.add_piece(text)
            self.after_text = True
            self.gap = self.due = Gap.NONE
        elif text and keep_blanks:
            self.pieces.append(text)
        elif text and self.element >= 0:
            self.pieces.append(" ")

    def add_piece(self, text: str) -> None:
        """Add a piece of text to the line that is being read."""
        if len(self.lines) >= MAX_LINES:
            self.unread += len(text)
            return
        innermost = self.stack[-1]
        if innermost.index < 0:
            self.give_indices()
        if self.element < 0:
            self.depth = len(self.stack)
            self.preformatted = innermost.preformatted and not innermost.in_row
        elif self.due and is_apart(self.due, text):
            self.pieces.append(" ")
        self.element = self.stack[self.depth - 1].index
        self.pieces.append(text)
        chars = len(text.strip())
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
        if self.element >= 0:
            text = "".join(self.pieces)
            text = (
                _NOT_BLANK_OR_TAB.sub(" ", text.rstrip()) if self.preformatted else squeezed(text)
            )
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
        self.after_break = self.may_end = False
        self.due = Gap.NONE
        self.ended += 1


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
