"""Formulas, code, and the signs beside headings and lines, as a reader takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from turbohtml import Element, Text

from boilerplate.kernels.plain_html import SKIPPED_TAGS
from boilerplate.reading.nodes import Texts, classes_of, each_of, is_attached, is_within, tag_of

# Between two terms, with blanks around them.
_SIGNS: Final = frozenset("= + - − ± × ÷ < > ≤ ≥ ≠ ≈ ∼ ≡ ∈ ∉ ⊂ ⊆ ∪ ∩ → ← ↔ ⇒ ⇔ ∝ ∧ ∨".split())
_NOT_SHOWN: Final = ", ".join(sorted(SKIPPED_TAGS))


def write_formulas(formulas: Iterable[Any]) -> None:
    """MathML as text, in the line or in a line of its own."""
    for formula in formulas:
        if not is_attached(formula) or is_within(formula, "math"):
            continue  # the outermost says it all
        formula.remove(_NOT_SHOWN)
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
    if not isinstance(node, Text):
        return ""
    text: str = node.data if tag_of(node.parent) in ("mtext", "mtable") else node.data.strip()
    sign: Any = node.parent
    if text in _SIGNS and any(isinstance(each, Element) for each in sign.previous_siblings):
        return f" {text} "
    return text


_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6 dt".split())
_ANCHOR_CLASS: Final = re.compile(r"anchor|permalink|(?:header|heading|hash)-?link", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]")


def drop_permalinks(links: Iterable[Any]) -> None:
    """Links without letters in headings, as many sites have after each: no words of the heading."""
    texts = Texts()
    for link in links:
        parent = link.parent
        if tag_of(parent) in _HEADINGS or tag_of(parent and parent.parent) in _HEADINGS:
            text = texts.of(link).strip()
            is_sign = not any(char.isalnum() for char in text)
            is_named = _ANCHOR_CLASS.search(classes_of(link)) and texts.of(parent).strip() != text
            if (is_sign or is_named) and texts.left > 0:
                link.decompose()


def drop_edit_links(links: Iterable[Any]) -> None:
    """``[edit]`` and the like, in headings."""
    texts = Texts()
    for link in links:
        box = link.parent
        before, after = link.previous_sibling, link.next_sibling
        if box is None or not isinstance(before, Text) or not before.data.rstrip().endswith("["):
            continue
        if tag_of(box) in ("span", "small") and _BRACKETS.fullmatch(texts.of(box).strip()):
            box.decompose()
        elif isinstance(after, Text) and after.data.lstrip().startswith("]"):
            before.replace_with(Text(before.data.rstrip()[:-1]))
            after.replace_with(Text(after.data.lstrip()[1:]))
            link.decompose()


def drop_copies(copies: Iterable[Any]) -> None:
    """What is shown of a formula, where MathML says it as well."""
    for copy in copies:
        for other in (copy.previous_sibling, copy.next_sibling):
            if isinstance(other, Element) and (other.tag == "math" or other.select_one("math")):
                copy.decompose()
                break


def part_code_lines(lines: Iterable[Any]) -> None:
    """Lines of code that only a style puts on lines of their own."""
    for line in lines:
        following = line.next_sibling
        if (
            isinstance(following, Element)
            and "line" in classes_of(following).split()
            and is_within(line, "pre")
        ):
            line.insert_after(Text("\n"))


_GUTTERS: Final = each_of(
    "td pre span div", ".gutter", ".lineno", ".linenos", ".rouge-gutter", ".line-numbers",
    ".blob-num", ".hljs-ln-numbers", ".linenumber", ".line-number", ".linenumbers",
)  # fmt: skip


def drop_line_numbers(code: Sequence[Any]) -> None:
    """The numbers beside the lines of code."""
    if not code:
        return
    *_, document = code[0].ancestors
    texts = Texts()
    beside = [node for node in code if tag_of(node.parent) == "td"]
    for node in [*beside, *(node for gutter in _GUTTERS for node in document.select(gutter))]:
        if not is_attached(node):
            continue
        words = texts.of(node).split()
        least = 2 if node.tag == "pre" else 1
        if len(words) >= least and words[0].isdecimal() and len(words[0]) < 7:
            first = int(words[0])
            if words == [str(first + i) for i in range(len(words))]:
                node.decompose()
