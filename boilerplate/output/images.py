"""Which images belong to the kept part of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from turbohtml import Text

from boilerplate.output.alignment import TextLines
from boilerplate.reading.nodes import NodeSet

MAX_IMAGES: Final = 2000
# Where pages keep the address of an image that is loaded late, the likeliest first.
_LATE: Final = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-hi-res-src")


def choose_images(document: Any, texts: Iterable[TextLines]) -> list[Any]:
    """The images that stand beside kept text; an address that is loaded late becomes theirs.

    An image belongs to the innermost element around it that has any text. It is kept if the text
    before or after it in that element is.
    """
    kept = NodeSet(text.node for text in texts)
    found = []
    for image in document.find_all("img")[:MAX_IMAGES]:
        source = _source_of(image)
        if source and _is_beside(image, kept):
            image.attrs["src"] = source
            found.append(image)
    return found


def _source_of(image: Any) -> str:
    """The address of an image; nothing if it is data."""
    attributes = image.attrs
    named = [attributes.get(key) or "" for key in ("src", *_LATE)]
    sets = [attributes.get(key) or "" for key in ("srcset", "data-srcset")]
    named += [each.split(",")[0].split()[0] for each in sets if each.split(",")[0].split()]
    return next((each for each in named if each and not each.startswith(("data:", "about:"))), "")


def _is_beside(image: Any, kept: NodeSet) -> bool:
    around = next((above for above in image.ancestors if above.text.strip()), None)
    if around is None:
        return False
    before, passed = None, False
    for node in around.descendants:
        if node is image or node == image:
            passed = True
        elif isinstance(node, Text) and not node.data.isspace():
            if passed:
                return node in kept or (before is not None and before in kept)
            before = node
    return before is not None and before in kept
