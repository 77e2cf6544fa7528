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
from turbohtml import Element, Text

from boilerplate.kernels.plain_html import INLINE_TAGS, SKIPPED_TAGS, is_hidden_style
from boilerplate.reading.repairs import repaired
from boilerplate.reading.rows import mark_definitions, mark_ingredients, mark_tables

MAX_REWRITTEN: Final = 20_000  # elements of one kind on a page; the others stay as they are
MAX_STEPS: Final = 100_000  # from node to node, to find the ends of lines
_IN_LINES: Final = INLINE_TAGS | SKIPPED_TAGS


def parsed(markup: str) -> Any:
    """The parsed document of a page; markup that would swallow text is repaired first."""
    document = _parsed(markup)
    better = repaired(markup, document)
    return document if better is None else _parsed(better)


def _parsed(markup: str) -> Any:
    return turbohtml.parse(markup, positions=False, allow_declarative_shadow_roots=False)


def rewrite(document: Any) -> None:
    """Rewrite the tree of a document, in place."""
    # All are found before any is changed: the tree is indexed by tags until then.
    found = [
        (each, nodes)
        for each, selectors in _REWRITES
        for selector in selectors
        if (nodes := document.select(selector))
    ]
    # Nothing of these is shown. They are most of many pages, and would be read once more.
    for tag in ("script", "style"):
        if document.select(tag):
            document.remove(tag)
    for each, nodes in found:
        each([node for node in nodes[:MAX_REWRITTEN] if node.parent is not None])
    if found:
        document.root.normalize()


def _is_text(node: Any) -> bool:
    """Whether a node is a text with anything to show."""
    return isinstance(node, Text) and not node.data.isspace()


def _is_attached(node: Any) -> bool:
    return node.parent is not None


def _tag(node: Any) -> str:
    """The tag of an element; nothing for other nodes."""
    return node.tag if isinstance(node, Element) else ""


def _tags_above(node: Any) -> list[str]:
    """The tags of the elements around a node, the innermost first."""
    return [above.tag for above in node.ancestors if isinstance(above, Element)]


# --------------------------------------------------------------------------------- inline text


def _unwrap_anchors(anchors: Iterable[Any]) -> None:
    """``<a name>`` is no link; left open, it would make links of all that follows."""
    for anchor in anchors:
        anchor.unwrap()


def _unwrap_in_sentences(nodes: Iterable[Any]) -> None:
    """A button or box in the middle of a sentence, as manuals have them, is part of it."""
    for node in nodes:
        if _is_text(node.previous_sibling) and _is_text(node.next_sibling):
            node.unwrap()


def _unwrap_inline_boxes(boxes: Iterable[Any]) -> None:
    """A ``div`` that a style makes inline, beside text."""
    for box in boxes:
        if _INLINE_STYLE.search(box.attr("style") or "") and (
            _is_text(box.previous_sibling) or _is_text(box.next_sibling)
        ):
            box.unwrap()


def _write_formulas(formulas: Iterable[Any]) -> None:
    """MathML as text, in the line or in a line of its own."""
    for formula in formulas:
        if not _is_attached(formula):
            continue
        formula.remove("annotation, annotation-xml, script, style")
        for row in formula.select("mtr + mtr"):
            row.insert_before(Text("; "))
        for root in formula.select("msqrt"):
            is_sum = root.select_one("mo") is not None
            root.insert(0, Text("√(" if is_sum else "√"))
            root.append(Text(")" if is_sum else ""))
        for fraction in formula.select("mfrac"):
            parts = [part for part in fraction.children if isinstance(part, Element)]
            if len(parts) == 2:
                for part in parts:
                    if part.tag == "mrow" and part.select_one("mo") is not None:
                        part.insert(0, Text("("))
                        part.append(Text(")"))
                parts[1].insert_before(Text("/"))
        text = Text(" ".join("".join(map(_formula_part, formula.descendants)).split()))
        if formula.attr("display") == "block":
            formula.replace_with(Element("div", None, [text]))
        else:
            formula.replace_with(text)


def _formula_part(node: Any) -> str:
    """The text of a node of a formula. Blanks between its elements mean nothing."""
    if not isinstance(node, Text) or "template" in _tags_above(node):
        return ""
    text: str = node.data if _tag(node.parent) in ("mtext", "mtable") else node.data.strip()
    sign: Any = node.parent
    if text in _SIGNS and any(isinstance(each, Element) for each in sign.previous_siblings):
        return f" {text} "
    return text


# Between two terms, with blanks around them.
_SIGNS: Final = frozenset("= + - − ± × ÷ < > ≤ ≥ ≠ ≈ ∼ ≡ ∈ ∉ ⊂ ⊆ ∪ ∩ → ← ↔ ⇒ ⇔ ∝ ∧ ∨".split())
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
    asides: set[Any] = set()
    steps = MAX_STEPS
    for node in nodes:
        style, classes = node.attr("style") or "", _classes(node)
        if not _is_attached(node) or not (text := node.text.strip()) or "mathml" in classes:
            continue  # hidden MathML stands for the picture of a formula
        if (
            node.attr("hidden") is not None
            or node.attr("popover") is not None
            or node.attr("role") == "tooltip"
            or is_hidden_style(style)
            or _ASIDE_CLASS.search(classes)
        ):
            if node.parent.text.count(text) > 1:
                node.decompose()  # it says again what is shown beside it
            else:
                steps = _move_after_line(node, asides, steps)
        elif _BLOCK_STYLE.search(style):
            node.wrap(Element("div"))


def _move_after_line(node: Any, asides: set[Any], steps: int) -> int:
    """Put an inline element into a hidden block after its line, and after others of that line.

    No more than ``steps`` nodes are passed to find the line's end; returns how many are left.
    """
    last = node
    while _tag(last.parent) in INLINE_TAGS:
        last = last.parent
        steps -= 1
    while steps > 0 and last.parent is not None:
        following = last.next_sibling
        if following is None or (
            isinstance(following, Element)
            and following.tag not in _IN_LINES
            and following not in asides
        ):
            aside = Element("div", {"hidden": "", "role": "tooltip"})
            last.insert_after(aside)
            aside.append(node)
            asides.add(aside)
            break
        last = following
        steps -= 1
    return steps


def _classes(node: Any) -> str:
    """The value of ``class``, which the parser gives as a list of words."""
    value = node.attr("class") or ""
    return value if isinstance(value, str) else " ".join(value)


def _break_lines(nodes: Iterable[Any]) -> None:
    """Line feeds that a style shows are ``<br>``."""
    for node in nodes:
        if _LINES_STYLE.search(node.attr("style") or "") or _LINES_CLASS.search(_classes(node)):
            for text in [each for each in node.descendants if _is_text(each)]:
                first, *rest = text.data.split("\n")
                if rest and "pre" not in _tags_above(text):
                    nodes_of_lines: list[Any] = [Text(first)]
                    for line in rest:
                        nodes_of_lines += (Element("br"), Text(line))
                    text.replace_with(*nodes_of_lines)


# ------------------------------------------------------------------------------ signs and numbers


_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6 dt".split())
_ANCHOR_CLASS: Final = re.compile(r"anchor|permalink|(?:header|heading|hash)-?link", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]")


def _drop_permalinks(links: Iterable[Any]) -> None:
    """Links without letters in headings, as many sites have after each: no words of the heading."""
    for link in links:
        parent = link.parent
        if _tag(parent) in _HEADINGS or _tag(parent and parent.parent) in _HEADINGS:
            text = link.text.strip()
            is_sign = not any(char.isalnum() for char in text)
            is_named = _ANCHOR_CLASS.search(_classes(link)) and parent.text.strip() != text
            if is_sign or is_named:
                link.decompose()


def _drop_edit_links(links: Iterable[Any]) -> None:
    """``[edit]`` and the like, in headings."""
    for link in links:
        box = link.parent
        if box is None:
            continue
        before, after = link.previous_sibling, link.next_sibling
        if box.tag in ("span", "small") and _BRACKETS.fullmatch(box.text.strip()):
            box.decompose()
        elif (
            isinstance(before, Text)
            and isinstance(after, Text)
            and before.data.rstrip().endswith("[")
            and after.data.lstrip().startswith("]")
        ):
            before.replace_with(Text(before.data.rstrip()[:-1]))
            after.replace_with(Text(after.data.lstrip()[1:]))
            link.decompose()


def _drop_copies(copies: Iterable[Any]) -> None:
    """What is shown of a formula, where MathML says it as well."""
    for copy in copies:
        if copy.parent is not None and copy.parent.select_one("math") is not None:
            copy.decompose()


def _part_code_lines(lines: Iterable[Any]) -> None:
    """Lines of code that only a style puts on lines of their own."""
    for line in lines:
        following = line.next_sibling
        if (
            isinstance(following, Element)
            and "line" in _classes(following).split()
            and "pre" in _tags_above(line)
        ):
            line.insert_after(Text("\n"))


def _drop(nodes: Iterable[Any]) -> None:
    for node in nodes:
        if _is_attached(node):
            node.decompose()


def _each(tags: str, *conditions: str) -> tuple[str, ...]:
    """A selector for each of some tags with any of some conditions.

    >>> _each("td pre", ".a", ".b")
    ('td:is(.a, .b)', 'pre:is(.a, .b)')
    """
    return tuple(f"{tag}:is({', '.join(conditions)})" for tag in tags.split())


_GUTTERS: Final = _each(
    "td pre span div", ".gutter", ".lineno", ".linenos", ".rouge-gutter", ".line-numbers",
    ".blob-num", ".hljs-ln-numbers", ".linenumber", ".line-number", ".linenumbers",
)  # fmt: skip


def _drop_line_numbers(code: Iterable[Any]) -> None:
    """The numbers beside the lines of code."""
    code = list(code)
    if not code:
        return
    *_, document = code[0].ancestors
    beside = [node for node in code if _tag(node.parent) == "td"]
    for node in [*beside, *(node for gutter in _GUTTERS for node in document.select(gutter))]:
        if not _is_attached(node):
            continue
        words = node.text.split()
        least = 2 if node.tag == "pre" else 1
        if len(words) >= least and words[0].isdecimal() and len(words[0]) < 7:
            first = int(words[0])
            if words == [str(first + i) for i in range(len(words))]:
                node.decompose()


# ---------------------------------------------------------------------------------- other trees


def _show_shadow_roots(templates: Iterable[Any]) -> None:
    """A declarative shadow root is what its element shows."""
    for template in templates:
        if template.attr("shadowrootmode") is None and template.attr("shadowroot") is None:
            continue
        shown = Element("div")
        shown.set_inner_html(template.inner_html)
        template.replace_with(shown)
        shown.strip_tags("template[shadowrootmode]")


def _show_diagrams(pictures: Iterable[Any]) -> None:
    """The texts of an SVG picture are lines after it."""
    for picture in pictures:
        if not _is_attached(picture) or "svg" in _tags_above(picture):
            continue
        picture.remove("defs, symbol")
        shown = Element("div")
        for text in picture.select("text, foreignObject"):
            if text.tag == "text":
                shown.append(Element("p", None, [Text(" ".join(text.stripped_strings))]))
            elif "foreignObject" not in _tags_above(text):
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
        *_each("div section", '[role="dialog"]', '[role="alertdialog"]',
               '[aria-modal="true"]', "[popover]"))),
    (_drop, (
        "i.material-icons",
        *_each("span", ".mw-editsection", ".material-icons", ".material-symbols-outlined",
               ".MathJax_Preview"))),
    (_drop_copies, ("span.katex-html", 'nobr[aria-hidden="true"]')),
    (_write_formulas, ("math",)),
    (_unwrap_anchors, ("a:not([href])",)),
    (_drop_permalinks, ('a[href*="#"]',)),
    (_drop_edit_links, ("h2 > a", "h2 > span > a", "h3 > span > a", "h2 > small > a")),
    (_drop_line_numbers, ("pre",)),
    (_part_code_lines, ("span.line",)),
    (_unwrap_in_sentences, ("button",)),
    (_unwrap_inline_boxes, ('div[style*="inline"]',)),
    (_break_lines,
     _each("div p span td", '[style*="white-space"]', '[class*="whitespace-pre"]')),
    (_set_apart, (
        *_each("span", "[hidden]", "[popover]", '[role="tooltip"]', '[style*="display"]',
               '[style*="visibility"]', '[class*="sr-only"]', '[class*="hidden"]',
               '[class*="screen"]', '[class*="tooltip"]'),
        *_each("a i small sup", "[hidden]", '[style*="display"]',
               '[class*="sr-only"]'))),
    (mark_tables, ("table",)),
    (mark_definitions, ("dt",)),
    (mark_ingredients, (
        *_each("li", '[class*="ngredient"]', '[itemprop*="ngredient"]'),
        'ul[class*="ngredient"] > li', 'div[class*="ngredient"]')),
)  # fmt: skip
