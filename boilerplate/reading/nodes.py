"""What is asked of the nodes of a parsed document, again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from turbohtml import Element, Text

MAX_CHARS: Final = 2_000_000  # of texts that are compared, for each kind of rewrite


def is_text(node: Any) -> bool:
    """Whether a node is a text with anything to show."""
    return isinstance(node, Text) and not node.data.isspace()


def is_attached(node: Any) -> bool:
    """Whether a node is in a tree."""
    return node.parent is not None


class NodeMap:
    """Values of nodes. In a dict they would take long: the hashes of many nodes are equal.

    A node is one object as long as somebody holds it, which this does.
    """

    def __init__(self) -> None:
        self._items: dict[int, tuple[Any, Any]] = {}

    def __contains__(self, node: Any) -> bool:
        return id(node) in self._items

    def __setitem__(self, node: Any, value: Any) -> None:
        self._items[id(node)] = (node, value)

    def get(self, node: Any, default: Any = None) -> Any:
        """The value of a node."""
        return self._items.get(id(node), (None, default))[1]


class NodeSet:
    """Nodes, each once; see ``NodeMap``."""

    def __init__(self, nodes: Iterable[Any] = ()) -> None:
        self._nodes = {id(node): node for node in nodes}

    def __contains__(self, node: Any) -> bool:
        return id(node) in self._nodes

    def add(self, node: Any) -> None:
        """Add a node."""
        self._nodes[id(node)] = node


class Texts:
    """Texts of elements, up to a limit: nested ones would have the same text again and again."""

    def __init__(self) -> None:
        self.left = MAX_CHARS

    def of(self, node: Any) -> str:
        """The text of a node; nothing beyond the limit."""
        if self.left <= 0:
            return ""
        text: str = node.text
        self.left -= len(text)
        return text


def children(node: Any) -> Iterator[Any]:
    """The children of a node, one by one: of very many, a tuple of them would take much memory.

    What is given may be removed or moved, and others put beside it.
    """
    child = next(iter(node.descendants), None)
    while child is not None:
        following = child.next_sibling
        yield child
        child = following


def tag_of(node: Any) -> str:
    """The tag of an element; nothing for other nodes."""
    return node.tag if isinstance(node, Element) else ""


def is_within(node: Any, tag: str) -> bool:
    """Whether a node is in an element of this tag, at any depth."""
    around = node.parent
    return isinstance(around, Element) and around.closest(tag) is not None


def classes_of(node: Any) -> str:
    """The value of ``class``, which the parser gives as a list of words."""
    value = node.attr("class") or ""
    return value if isinstance(value, str) else " ".join(value)


def each_of(tags: str, *conditions: str) -> tuple[str, ...]:
    """A selector for each of some tags with any of some conditions.

    >>> each_of("td pre", ".a", ".b")
    ('td:is(.a, .b)', 'pre:is(.a, .b)')
    """
    return tuple(f"{tag}:is({', '.join(conditions)})" for tag in tags.split())
