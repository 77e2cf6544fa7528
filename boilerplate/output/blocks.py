"""From the boxes of a page to paragraphs: what is around the text, but says nothing of it, goes."""

from __future__ import annotations

import re
from typing import Any, Final

from turbohtml import Element, Text

from boilerplate.kernels.plain_html import INLINE_TAGS, PARAGRAPH_TAGS, ROW_TAG
from boilerplate.reading.nodes import NodeSet, classes_of, is_text

# Blocks that mean something. All other blocks are boxes.
BLOCK_TAGS: Final = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre figure figcaption".split()
)
TABLE_TAGS: Final = frozenset("table caption thead tbody tfoot tr th td".split())
_HEADINGS: Final = "h1, h2, h3, h4, h5, h6"
# In these, text that stands alone needs no paragraph.
_HOLDS_TEXT: Final = frozenset("li dt dd td th figcaption caption".split())
_LISTS: Final = frozenset({"ul", "ol"})
_LANGUAGE: Final = re.compile(
    r"(?:^|\s)(?:language-|lang-|highlight-(?:source-|text-)?|brush:\s*|sourceCode\s+)"
    r"([A-Za-z0-9+#.-]{1,20})"
)
# What highlight.js, Sphinx and others call elements beside the name of the language.
_HIGHLIGHTERS: Final = frozenset({"hljs", "highlight"})
_NO_LANGUAGES: Final = frozenset({"default", "none", "notranslate"})
# A carriage return, which parsers make a line end of, so that no page has one.
_LINE_END: Final = "\r"
_LINE_ENDS: Final = re.compile(r"\n?\r+\n?")
MAX_BREAKS: Final = 50  # and blanks in a row, behind which the end of a block is looked for
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+#.-]{0,19}")


def shape(root: Any, headline: str | None = None) -> None:
    """Make paragraphs of the boxes below ``root``, in place.

    Boxes are unwrapped; text that stands in them without a block of its own becomes a paragraph,
    and two ``<br>`` part two of them. Tables that are there for the layout are boxes. ``headline``
    becomes the ``<h1>`` if there is none and a block holds just that.
    """
    data_tables = NodeSet(
        row.parent.closest("table") for row in root.find_all(ROW_TAG) if row.parent.tag == "tr"
    )
    for element in list(root.iter_elements()):
        if element.tag == "pre":
            _shape_code(element)
    root.strip_tags(ROW_TAG)
    for element in list(root.iter_elements()):
        if "-" in element.tag and _is_in_sentence(element):
            element.unwrap()
    if headline and root.find("h1") is None:
        _promote(root, headline)
    boxes: list[Any] = []
    # The innermost first, so that what is in a box has been shaped when it is.
    for element in reversed(list(root.iter_elements())):
        tag = element.tag
        if element is root or element.closest("pre") is not None:
            continue
        if tag in INLINE_TAGS:
            if _has_blocks(element):
                boxes.append(_shape_inline(element))
        elif tag == "p" and _has_blocks(element):
            # Pages without a doctype may have a table in a paragraph.
            _shape_box(element, data_tables)
            boxes.append(element)
        elif tag in BLOCK_TAGS:
            if tag in _HOLDS_TEXT and any(
                _is_block(child) and child.tag not in _LISTS for child in element.children
            ):
                _wrap_runs(element)
        elif tag != "br" and not (tag in TABLE_TAGS and element.closest("table") in data_tables):
            _shape_box(element, data_tables)
            boxes.append(element)
    _wrap_runs(root)
    for box in reversed(boxes):  # the outermost first, so that nothing is moved again and again
        box.unwrap()
    _wrap_items(root)
    for br in root.find_all("br"):
        _drop_break_at_end(br)


def _drop_break_at_end(br: Any) -> None:
    """Drop a ``<br>`` that begins or ends a block, for it parts nothing."""
    around = br.parent
    if (
        around is not None
        and around.tag not in (*INLINE_TAGS, "pre")
        and (
            _is_end(br.previous_sibling, "previous_sibling")
            or _is_end(br.next_sibling, "next_sibling")
        )
    ):
        br.decompose()


def _is_end(node: Any, following: str) -> bool:
    """Whether nothing but blanks and breaks stands from a node on, before an end of its block."""
    steps = 0
    while node is not None and (
        (isinstance(node, Text) and node.data.isspace()) or getattr(node, "tag", "") == "br"
    ):
        node = getattr(node, following)
        steps += 1
        if steps > MAX_BREAKS:
            return False
    return node is None or _is_block(node)


def _is_in_sentence(element: Any) -> bool:
    """Whether a custom element is part of a line, as the splitter has it."""
    around = element.parent.tag
    return (
        around in INLINE_TAGS
        or around in PARAGRAPH_TAGS
        or is_text(element.previous_sibling)
        or is_text(element.next_sibling)
    )


def _is_block(node: Any) -> bool:
    return isinstance(node, Element) and node.tag not in INLINE_TAGS and node.tag != "br"


def _has_blocks(element: Any) -> bool:
    return any(_is_block(child) for child in element.children)


def _shape_box(box: Any, data_tables: NodeSet) -> None:
    """Make paragraphs of what is loose in a box that will be unwrapped.

    What is alone in an item or a cell needs none, but the cells of a layout are boxes themselves.
    """
    parent = box.parent
    is_item = parent.tag in _HOLDS_TEXT and (
        parent.tag not in TABLE_TAGS or parent.closest("table") in data_tables
    )
    alone = is_item and not any(
        child is not box and (isinstance(child, Element) or not child.data.isspace())
        for child in parent.children
        if isinstance(child, Element | Text)
    )
    if not alone or _has_blocks(box):
        _wrap_runs(box)


def _shape_inline(element: Any) -> Any:
    """A box in place of an inline element around blocks; a link goes into each of the blocks."""
    if element.tag == "a" and (href := element.attr("href")):
        for block in element.select("p, h1, h2, h3, h4, h5, h6, li, dt, dd, figcaption"):
            if not _has_blocks(block):
                block.wrap_children(Element("a", {"href": href}))
    _wrap_runs(element)
    box = element.wrap(Element("div"))
    element.unwrap()
    return box


def _wrap_runs(box: Any) -> None:
    """Make paragraphs of the text and the inline elements in a box."""
    run: list[Any] = []
    breaks: list[Any] = []
    for child in (*box.children, None):
        if isinstance(child, Element) and child.tag == "br":
            breaks.append(child)
            continue
        if child is None or _is_block(child):
            _paragraph(run, breaks)
            run, breaks = [], []
            continue
        if isinstance(child, Text) and child.data.isspace():
            if run:
                run.append(child)
            continue
        if len(breaks) > 1 or (breaks and not run):
            _paragraph(run, breaks)
            run, breaks = [], []
        run += (*breaks, child)
        breaks = []


def _wrap_items(root: Any) -> None:
    """Items that stand in no list, or in a ``<menu>``, are one with those beside them."""
    for item in root.find_all("li"):
        if item.parent.tag in _LISTS:
            continue
        last = item
        for node in item.next_siblings:
            if isinstance(node, Element):
                if node.tag != "li":
                    break
                last = node
            elif not isinstance(node, Text) or not node.data.isspace():
                break
        item.wrap_siblings(Element("ul"), until=last)


def _paragraph(run: list[Any], breaks: list[Any]) -> None:
    for each in breaks:
        each.decompose()
    if run:
        run[0].wrap_siblings(Element("p"), until=run[-1])


def _promote(root: Any, headline: str) -> None:
    """Make the block that holds just the headline the ``<h1>``."""
    words = headline.split()
    for element in root.iter_elements():
        if element.tag in ("pre", "table", *INLINE_TAGS) or _has_blocks(element):
            continue
        if element.text.split() == words and element.closest("table, li") is None:
            element.wrap_children(Element("h1"))
            if element.tag in BLOCK_TAGS:
                element.unwrap()
            return


def _shape_code(pre: Any) -> None:
    """Code is a ``<code>`` in a ``<pre>``, with its language as the class ``language-NAME``."""
    language = ""
    for element in (pre, *pre.find_all("code")[:1], *list(pre.ancestors)[:2]):
        if isinstance(element, Element) and not language:
            language = _language_of(element)
    for br in pre.find_all("br"):
        br.replace_with(Text("\n"))
    blocks = [each for each in pre.iter_elements() if each is not pre and _is_block(each)]
    for block in blocks:  # each line may have its own
        block.insert_before(Text(_LINE_END))
        block.insert_after(Text(_LINE_END))
    text = pre.text
    if blocks:
        text = _LINE_ENDS.sub("\n", text).strip("\n")
    code = Element("code", {"class": f"language-{language}"} if language else None)
    code.append(Text(text))
    pre.clear()
    pre.append(code)


def _language_of(element: Any) -> str:
    classes = classes_of(element)
    if (found := _LANGUAGE.search(classes)) and found[1] not in _NO_LANGUAGES:
        return found[1].rstrip(".-")
    names = set(classes.split())
    if names & _HIGHLIGHTERS and len(others := names - _HIGHLIGHTERS - _NO_LANGUAGES) == 1:
        (name,) = others
        return name if _NAME.fullmatch(name) else ""
    named = element.attr("data-lang") or element.attr("data-language") or ""
    return named if isinstance(named, str) and _NAME.fullmatch(named) else ""
