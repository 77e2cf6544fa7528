"""Which images belong to the kept part of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from boilerplate.reading.nodes import NodeSet, is_text, tag_of

MAX_IMAGES: Final = 2000
# Where pages keep the address of an image that is loaded late, the likeliest first.
_LATE: Final = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-hi-res-src")


def choose_images(document: Any, texts: Iterable[Any]) -> list[Any]:
    """The images that stand beside kept texts; an address that is loaded late becomes theirs.

    An image belongs to the innermost element around it that has any text. It is kept if the text
    before or after it in that element is.
    """
    if document.find("img") is None:
        return []
    kept = NodeSet(texts)
    found = []
    for image, before, after in _neighbours(document):
        source = _source_of(image)
        if source and _is_beside(image, before, after, kept):
            image.attrs["src"] = source
            found.append(image)
    return found


def _neighbours(document: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The images of a document, each with the texts before and after it; None for no text."""
    before = None
    waiting: list[tuple[Any, Any]] = []  # images after ``before``
    count = 0
    for node in document.descendants:
        if is_text(node):
            for each in waiting:
                yield (*each, node)
            before, waiting = node, []
        elif tag_of(node) == "img" and count < MAX_IMAGES:
            waiting.append((node, before))
            count += 1
    for each in waiting:
        yield (*each, None)


def _source_of(image: Any) -> str:
    """The address of an image; nothing if it is data."""
    attributes = image.attrs
    named = [attributes.get(key) or "" for key in ("src", *_LATE)]
    sets = [attributes.get(key) or "" for key in ("srcset", "data-srcset")]
    named += [each.split(",")[0].split()[0] for each in sets if each.split(",")[0].split()]
    return next((each for each in named if each and not each.startswith(("data:", "about:"))), "")


def _is_beside(image: Any, before: Any, after: Any, kept: NodeSet) -> bool:
    """Whether an image's neighbour in the innermost element that holds one is kept."""
    around = [(text, NodeSet(text.ancestors)) for text in (before, after) if text is not None]
    for above in image.ancestors:
        if beside := [text for text, holders in around if above in holders]:
            return any(text in kept for text in beside)
    return False
