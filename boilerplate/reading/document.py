"""From markup to a parsed document whose elements say what a reader sees.

The splitter (``kernels.split_html``) knows tags, not style sheets. Here the few things that it
would get wrong are rewritten in the tree: formulas, labels for screen readers, rows of tables, and
the like. Each function does one of them, and says what pages have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import turbohtml
from turbohtml import Document, Element, Text

from boilerplate.kernels.plain_html import INLINE_TAGS, SKIPPED_TAGS, is_hidden_style
from boilerplate.reading.nodes import (
    Texts,
    classes_of,
    each_of,
    is_attached,
    is_text,
    is_within,
    tag_of,
)
from boilerplate.reading.repairs import repaired
from boilerplate.reading.rows import mark_definitions, mark_ingredients, mark_tables
from boilerplate.reading.signs import (
    drop_copies,
    drop_edit_links,
    drop_line_numbers,
    drop_permalinks,
    part_code_lines,
    write_formulas,
)

MAX_REWRITTEN: Final = 20_000  # elements of one kind on a page; the others stay as they are
MAX_STEPS: Final = 100_000  # from node to node, to find the ends of lines
_IN_LINES: Final = INLINE_TAGS | SKIPPED_TAGS


def parsed(markup: str) -> Any:
    """The parsed document of a page; markup that would swallow text is repaired first."""
    document = _parsed(markup)
    better = repaired(markup, document)
    return document if better is None else _parsed(better)


def parsed_with_positions(markup: str) -> Any:
    """The same document, with the place of each element in the markup, which takes longer."""
    return _parsed(repaired(markup, _parsed(markup)) or markup, positions=True)


def _parsed(markup: str, *, positions: bool = False) -> Any:
    return turbohtml.parse(markup, positions=positions, allow_declarative_shadow_roots=False)


def rewrite(document: Any) -> None:
    """Rewrite the tree of a document, in place."""
    # All are found before any is changed: the tree is indexed by tags until then.
    tags = {tag for tag in _FIRST_TAGS if document.find(tag) is not None}
    found = [
        (each, nodes)
        for each, tag, selector in _SELECTORS
        if tag in tags and (nodes := document.select(selector))
    ]
    # Nothing of these is shown. They are most of many pages, and would be read once more.
    for tag in ("script", "style"):
        if document.find(tag) is not None:
            document.remove(tag)
    for each, nodes in found:
        each([node for node in nodes[:MAX_REWRITTEN] if node.parent is not None])
    if found:
        document.root.normalize()


# --------------------------------------------------------------------------------- inline text


def _unwrap_anchors(anchors: Iterable[Any]) -> None:
    """``<a name>`` is no link; left open, it would make links of all that follows."""
    for anchor in anchors:
        anchor.unwrap()


def _unwrap_in_sentences(nodes: Iterable[Any]) -> None:
    """A button or box in the middle of a sentence, as manuals have them, is part of it."""
    for node in nodes:
        if is_text(node.previous_sibling) and is_text(node.next_sibling):
            node.unwrap()


def _unwrap_inline_boxes(boxes: Iterable[Any]) -> None:
    """A ``div`` that a style makes inline, beside text."""
    for box in boxes:
        if _INLINE_STYLE.search(box.attr("style") or "") and (
            is_text(box.previous_sibling) or is_text(box.next_sibling)
        ):
            box.unwrap()


_INLINE_STYLE: Final = re.compile(r"display\s*:\s*inline", re.IGNORECASE)
_BLOCK_STYLE: Final = re.compile(
    r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE
)
_LINES_STYLE: Final = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_LINES_CLASS: Final = re.compile(r"(?:^|\s)whitespace-pre(?:-line|-wrap)?(?:\s|$)")
# Text that style sheets show to screen readers only, or when the mouse is over a word.
_ASIDE_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-?text|-?only)?|a-offscreen|"
    r"tooltip-?(?:text|content|inner|box)|MathJax_Preview)(?:\s|$)"
)


def _set_apart(nodes: Iterable[Any]) -> None:
    """Hidden inline text is a hidden line after the line around it; shown blocks are blocks."""
    steps, texts = MAX_STEPS, Texts()
    for node in nodes:
        style, classes = node.attr("style") or "", classes_of(node)
        if not is_attached(node) or not (text := texts.of(node).strip()) or "mathml" in classes:
            continue  # hidden MathML stands for the picture of a formula
        if (
            node.attr("hidden") is not None
            or node.attr("popover") is not None
            or node.attr("role") == "tooltip"
            or is_hidden_style(style)
            or _ASIDE_CLASS.search(classes)
        ):
            if texts.of(node.parent).count(text) > 1:
                node.decompose()  # it says again what is shown beside it
            else:
                steps = _move_after_line(node, steps)
        elif _BLOCK_STYLE.search(style):
            node.wrap(Element("div"))


def _move_after_line(node: Any, steps: int) -> int:
    """Put an inline element into a hidden block after its line, and after others of that line.

    No more than ``steps`` nodes are passed to find the line's end; returns how many are left.
    """
    last = node
    while tag_of(last.parent) in INLINE_TAGS:
        last = last.parent
        steps -= 1
    while steps > 0 and last.parent is not None:
        following = last.next_sibling
        if following is None or (
            isinstance(following, Element)
            and following.tag not in _IN_LINES
            and not (following.tag == "div" and following.attr("role") == "tooltip")
        ):
            aside = Element("div", {"hidden": "", "role": "tooltip"})
            last.insert_after(aside)
            aside.append(node)
            break
        last = following
        steps -= 1
    return steps


def _break_lines(nodes: Iterable[Any]) -> None:
    """Line feeds that a style shows are ``<br>``."""
    done: set[Any] = set()
    for node in nodes:
        if not done.isdisjoint(node.ancestors):
            continue
        if _LINES_STYLE.search(node.attr("style") or "") or _LINES_CLASS.search(classes_of(node)):
            done.add(node)
            for text in [each for each in node.descendants if is_text(each)]:
                first, *rest = text.data.split("\n")
                if rest and not is_within(text, "pre"):
                    nodes_of_lines: list[Any] = [Text(first)]
                    for line in rest:
                        nodes_of_lines += (Element("br"), Text(line))
                    text.replace_with(*nodes_of_lines)


# ---------------------------------------------------------------------------------- other trees


def _drop(nodes: Iterable[Any]) -> None:
    """Names of icons, links to edit a section, and previews of formulas: no words of the page."""
    for node in nodes:
        if is_attached(node):
            node.decompose()


def _show_shadow_roots(templates: Iterable[Any]) -> None:
    """A declarative shadow root is what its element shows, and so are those within it."""
    for template in templates:
        if template.attr("shadowrootmode") is None and template.attr("shadowroot") is None:
            continue
        *_, root = template.ancestors
        if not isinstance(root, Document):  # it is in another one, and shown with that
            continue
        shown = Element("div")
        shown.set_inner_html(template.inner_html)
        template.replace_with(shown)
        if shown.select_one("template[shadowrootmode]") is not None:
            shown.strip_tags("template[shadowrootmode]")
            shown.set_inner_html(shown.inner_html)  # their content is in fragments


def _show_diagrams(pictures: Iterable[Any]) -> None:
    """The texts of an SVG picture are lines after it."""
    for picture in pictures:
        if not is_attached(picture) or is_within(picture, "svg"):
            continue
        picture.remove("defs, symbol")
        shown = Element("div")
        for text in picture.select("text, foreignObject"):
            if text.tag == "text":
                shown.append(Element("p", None, [Text(" ".join(text.stripped_strings))]))
            elif not is_within(text, "foreignObject"):
                inner = Element("div")
                inner.set_inner_html(text.inner_html)
                shown.append(inner)
        picture.replace_with(shown)


def _show_textareas(areas: Iterable[Any]) -> None:
    """A text field that can only be read is a text."""
    for area in areas:
        area.replace_with(Element("pre", None, [Text(area.text)]))


def _hide_dialogs(dialogs: Iterable[Any]) -> None:
    """Dialogs lie over the page or wait to be opened: no part of its text."""
    for dialog in dialogs:
        if dialog.tag != "dialog" or dialog.attr("open") is None:
            dialog.attrs["hidden"] = ""
            dialog.attrs["role"] = "dialog"


# Each selector names one tag: a document has an index of tags, and a selector with two of them
# takes as long as a walk through the tree.
_REWRITES: Final[tuple[tuple[Callable[[list[Any]], None], tuple[str, ...]], ...]] = (
    (_show_shadow_roots, ("template",)),
    (_show_diagrams, ("svg:has(text, foreignObject)",)),
    (_show_textareas, ("textarea:is([readonly], [disabled])",)),
    (_hide_dialogs, (
        "dialog",
        *each_of("div section", '[role="dialog"]', '[role="alertdialog"]',
               '[aria-modal="true"]', "[popover]"))),
    (_drop, (
        "i.material-icons",
        *each_of("span", ".mw-editsection", ".material-icons", ".material-symbols-outlined",
               ".MathJax_Preview"))),
    (drop_copies, ("span.katex-html", 'nobr[aria-hidden="true"]')),
    (write_formulas, ("math",)),
    (_unwrap_anchors, ("a:not([href])",)),
    (drop_permalinks, ('a[href*="#"]',)),
    (drop_edit_links, ("h2 > a", "h2 > span > a", "h3 > span > a", "h2 > small > a")),
    (drop_line_numbers, ("pre",)),
    (part_code_lines, ("span.line",)),
    (_unwrap_in_sentences, ("button",)),
    (_unwrap_inline_boxes, ('div[style*="inline"]',)),
    (_break_lines,
     each_of("div p span td", '[style*="white-space"]', '[class*="whitespace-pre"]')),
    (_set_apart, (
        *each_of("span", "[hidden]", "[popover]", '[role="tooltip"]', '[style*="display"]',
               '[style*="visibility"]', '[class*="sr-only"]', '[class*="hidden"]',
               '[class*="screen"]', '[class*="tooltip"]'),
        *each_of("a i small sup", "[hidden]", '[style*="display"]',
               '[class*="sr-only"]'))),
    (mark_tables, ("table",)),
    (mark_definitions, ("dt",)),
    (mark_ingredients, (
        *each_of("li", '[class*="ngredient"]', '[itemprop*="ngredient"]'),
        'ul[class*="ngredient"] > li', 'div[class*="ngredient"]')),
)  # fmt: skip
# With the first tag of each selector: a page without that is asked no more, which is far quicker.
_SELECTORS: Final = [
    (each, re.split(r"[^\w-]", selector, maxsplit=1)[0], selector)
    for each, selectors in _REWRITES
    for selector in selectors
]
_FIRST_TAGS: Final = sorted({tag for _, tag, _ in _SELECTORS})
