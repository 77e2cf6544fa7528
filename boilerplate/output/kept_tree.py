"""The kept part of a page as a tree of clean, safe markup, of which HTML and Markdown are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from turbohtml import Element, Text
from turbohtml.clean import OnDisallowed, Policy, Sanitizer

from boilerplate.kernels.plain_html import INLINE_TAGS, ROW_TAG
from boilerplate.output.alignment import Alignment, align, has_tree
from boilerplate.output.bare_text import tree_of_roles
from boilerplate.output.blocks import shape
from boilerplate.output.images import choose_images
from boilerplate.page import Page, tags_of, texts_of
from boilerplate.reading.document import parsed
from boilerplate.reading.nodes import NodeSet, children
from boilerplate.reading.rows import CELL, EMPTY
from boilerplate.reading.tidy import mended_text

TAGS: Final = frozenset(
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr th td blockquote pre "
    "figure figcaption br a img em strong b i u s del ins mark small sub sup q cite abbr dfn code "
    "kbd samp var bdi bdo ruby rt rp".split()
)
_ATTRIBUTES: Final = {
    "*": frozenset({"lang", "dir"}),
    "a": frozenset({"href", "title"}),
    "img": frozenset({"src", "alt", "title"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "code": frozenset({"class"}),  # language-NAME, which ``blocks`` has written
}
SANITIZER: Final = Sanitizer(
    Policy(
        tags=TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=frozenset({"http", "https", "mailto"}),
        on_disallowed_tag=OnDisallowed.STRIP,
        remove_with_content=frozenset({"script", "style", "template", "svg", "math", "iframe"}),
        allow_svg=False,
        allow_mathml=False,
    )
)
_STRIPPED: Final = ", ".join(sorted(INLINE_TAGS - TAGS - SANITIZER.policy.remove_with_content))
_CELL_TAGS: Final = frozenset({"td", "th"})
_ROW_TAGS: Final = frozenset({"tr", ROW_TAG})


def kept_tree(
    page: Page, kept: Sequence[bool], roles: Sequence[str | None], *, images: bool = False
) -> Any:
    """A ``body`` element with the kept lines of a page, in markup that is safe to show.

    ``kept`` and ``roles`` have a value for each line. It has no tags but TAGS, no scripts, styles,
    classes or event handlers, and links to ``http``, ``https`` and ``mailto`` only, absolute where
    the page's URL or its ``<base>`` says to what. Images are in it only with ``images``. Of bare
    text, and of a page with more tags than MAX_TAGS, the roles decide what is a heading, a list, a
    quotation or code.
    """
    if not has_tree(page):
        return tree_of_roles(texts_of(page.lines), kept, roles)
    document = parsed(page.html)
    base = document.base_url(page.url or "")
    root = _kept_nodes(document, page, kept, images)
    headline = next(
        (text for text, keep, role in zip(texts_of(page.lines), kept, roles, strict=True)
         if keep and role == "headline"), None,
    )  # fmt: skip
    shape(root, headline)
    if base.startswith(("http://", "https://")):
        root.resolve_links(base)
    return _sanitized(root)


def _kept_nodes(document: Any, page: Page, kept: Sequence[bool], images: bool) -> Any:
    """The ``body`` of a document, without all nodes that have nothing of the kept lines."""
    alignment = align(document, page)
    root = document.find("body") or document.root
    texts = _mark(alignment, page, kept)
    _prune(root, texts, choose_images(document, texts) if images else [])
    lines = texts_of(page.lines)
    _add_stored(root, [lines[i] for i in alignment.stored if kept[i]])
    return root


def _sanitized(root: Any) -> Any:
    # The sanitizer would begin with the innermost, and move what is in it again and again.
    root.strip_tags(_STRIPPED)
    clean = SANITIZER.sanitize_node(root)
    for link in clean.select("a[href]"):
        if (href := link.attr("href") or "") != (bare := href.strip(" \t\r\n\f")):
            link.attrs["href"] = bare
    clean.strip_tags('a:not([href]), a[href=""], a[href^="#"]')
    clean.remove("img:not([src])")
    return clean


def _mark(alignment: Alignment, page: Page, kept: Sequence[bool]) -> list[Any]:
    """The texts of kept lines, changed to what the lines say."""
    keeps = [any(kept[i] for i in lines) for lines in alignment.lines_of]
    # Compared once, as a line may be made of very many texts.
    texts = texts_of(page.lines)
    is_mended = [
        bool(lines) and texts[lines[0]] != piece
        for lines, piece in zip(alignment.lines_of, texts_of(alignment.pieces), strict=True)
    ]
    found = []
    tags = tags_of(page.elements)
    for text in alignment.texts:
        if not any(keeps[text.first : text.last + 1]):
            continue
        found.append(text.node)
        data = text.node.data
        if text.first < text.last and not all(keeps[text.first : text.last + 1]):
            data = _kept_of(data, text.first, alignment, keeps)
        if CELL in data or EMPTY in data:
            data = data.replace(CELL, "").replace(EMPTY, "")
        if is_mended[text.first]:
            data = mended_text(data, tags)
        if text.is_apart:
            data = f" {data}"
        if data != text.node.data:
            text.node.data = data
    return found


def _kept_of(data: str, first: int, alignment: Alignment, keeps: Sequence[bool]) -> str:
    """Of a text in ``<pre>``, the lines that are kept."""
    found = []
    at = first - 1
    for part in data.split("\n"):
        if part and not part.isspace():
            at += 1
        if at < first or keeps[min(at, len(keeps) - 1)]:
            found.append(part)
    return "\n".join(found)


def _prune(root: Any, texts: Iterable[Any], images: Iterable[Any]) -> None:
    """Remove all but some texts and images, and what is around them."""
    leaves = [*texts, *images]
    kept = NodeSet(leaves)
    for leaf in leaves:
        for above in leaf.ancestors:
            if above in kept:
                break
            kept.add(above)
    stack = [root]
    while stack:
        element = stack.pop()
        in_row = element.tag in _ROW_TAGS
        in_line = is_parted = False  # within a line; after one, and after a block that went
        for child in children(element):
            is_kept = child in kept
            is_inline = not isinstance(child, Element) or child.tag in INLINE_TAGS
            if is_kept:
                if isinstance(child, Element):
                    stack.append(child)
                if is_parted and is_inline:
                    child.insert_before(Element("br"), Element("br"))
                in_line, is_parted = is_inline, False
            elif isinstance(child, Text):
                if not child.data.isspace():
                    child.decompose()
            elif not isinstance(child, Element):
                child.decompose()
            elif in_row and child.tag in _CELL_TAGS:
                child.clear()  # a row has as many cells as before
            elif child.tag != "br":
                is_parted = is_parted or (in_line and not is_inline)
                _remove(child)


def _remove(element: Any) -> None:
    """Remove an element; of an inline one that has no words, the blanks or the break stay."""
    text = element.text if element.tag in INLINE_TAGS else "x"
    if text.strip():
        element.decompose()
    elif element.find("br") is not None:
        element.replace_with(Element("br"))
    elif text:
        element.replace_with(Text(text))
    else:
        element.decompose()


def _add_stored(root: Any, texts: Sequence[str]) -> None:
    """Add the kept lines that only a script of the page has, after the headline."""
    if not texts:
        return
    box = Element("div", None, [Element("p", None, [Text(text)]) for text in texts])
    if (headline := root.find("h1")) is not None:
        headline.insert_after(box)
    else:
        root.insert(0, box)
