"""Python twins of the kernels on elements: their tokens, their tree, the markup of lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np

from boilerplate.kernels.arrays import ElementType, Tree
from boilerplate.kernels.ngrams import MIX, buckets
from boilerplate.kernels.plain_text import fill
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Line, Lines

# The tags that have a feature each: is it the line's own, does it stand around the line.
TAGS: Final = (
    "article main nav header footer aside form ul ol table figure blockquote section dl pre button "
    "h1 h2 h3 h4 h5 h6 p a li td th label figcaption dd dt span div strong b em i code summary "
    "details"
).split()
_PIECE = re.compile(r"[a-z]{2,}|[A-Z][a-z]+|[A-Z]{2,}")


@dataclass(frozen=True, slots=True)
class TokenParams:
    """What is read of the class and id names of an element; the C twin has the same numbers."""

    max_tokens: int = 24  # of an element, beside its tag
    max_name_chars: int = 40  # of a class or id as a whole
    max_pieces: int = 8  # of a class or id


TOKENS: Final = TokenParams()


def name_tokens(name: str) -> tuple[str, ...]:
    """A class, id or role as a whole and in pieces, without digits, in lower case.

    >>> name_tokens("postBody-text2"), name_tokens("role=navigation")
    (('postbody-text', 'post', 'body', 'text'), ('role=navigation', 'role', 'navigation'))
    """
    whole = re.sub(r"\d+", "", name.lower())[: TOKENS.max_name_chars]
    return (whole, *(piece.lower() for piece in _PIECE.findall(name)[: TOKENS.max_pieces]))


def element_tokens(tag: str, names: tuple[str, ...]) -> Ints:
    """Hashes (CRC-32) of an element's tag, and of the tokens of its class, id and role names."""
    tokens = dict.fromkeys(token for name in names for token in name_tokens(name))
    texts = [f"<{tag}>", *list(tokens)[: TOKENS.max_tokens]]
    return np.array([crc32(text.encode("utf-8", "replace")) for text in texts], np.int64)


def token_buckets(tokens: Ints, level: int, bits: int) -> Ints:
    """The rows of an element's tokens in a table of 2**bits, seen from ``level`` elements below."""
    with np.errstate(over="ignore"):
        mixed = (tokens.astype(np.uint64) + np.uint64(1 + (level << 34))) * MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= MIX
    return buckets(mixed, bits)


def type_tokens(types: Sequence[ElementType]) -> tuple[Ints, Ints]:
    """The tokens of types of elements, one type after the other, and how many each has, (k,)."""
    each = [element_tokens(*found) for found in types]
    tokens = np.concatenate([np.zeros(0, np.int64), *each])
    return tokens, np.array([len(some) for some in each], np.int64)


def line_markups(lines: Sequence[Line]) -> Floats:
    """Element, links, characters in links and in emphasis, and whether after a break; (n, 5)."""
    if isinstance(lines, Lines) and lines.markups is not None:
        return lines.markups.astype(float)
    values = [
        (m.element, m.links, m.link_chars, m.emphasis_chars, m.after_break) if m else (0,) * 5
        for m in (line.markup for line in lines)
    ]
    return np.array(values, float).reshape(len(lines), 5)


def line_groups(parent: Ints, sign: Ints, own: Ints) -> Ints:
    """The first line whose element has the same sign, and the first whose parent's has so too.

    ``own`` (n,) are the lines' elements; (2, n).
    """
    groups = np.empty((2, len(own)), np.int64)
    around = sign[np.maximum(parent[own], 0)]
    pairs = sign[own] * (sign.max(initial=0) + 1) + around
    for row, keys in zip(groups, (sign[own], pairs), strict=True):
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        row[:] = first[inverse]
    return groups


def markup_features(tree: Tree, tags: Ints, chars: Floats, out: Floats) -> None:
    """Fill the features of the block "markup", a row of (n,) each, before their logarithms.

    ``tags`` (e,) are the elements' places among TAGS, the number of TAGS for all others;
    ``chars`` (n,) are the lengths of the lines.
    """
    parent, own = tree.parent, tree.line_element
    k = len(TAGS)
    flags = np.zeros((len(tags), k + 1), bool)
    flags[np.arange(len(tags)), tags] = True
    flags[:, k] = tree.hidden
    inherited = flags.copy()
    for element, up in enumerate(parent.tolist()):
        if up >= 0:
            inherited[element] |= inherited[up]
    links, link_chars, emphasis_chars, after_break = tree.markups[:, 1:].T
    shared = common_depth(tree)
    before, after = np.concatenate([[0], shared]), np.concatenate([shared, [0]])
    own_depth = tree.depth[own]
    previous = np.concatenate([[0], own_depth[:-1]])
    following = np.concatenate([own_depth[1:], [0]])
    parents = np.maximum(parent[own], 0)
    same_parent = np.concatenate([[False], parents[1:] == parents[:-1]])
    alike, path = tree.groups
    rows: list[Any] = [
        links,
        link_chars / np.maximum(chars, 1),
        emphasis_chars / np.maximum(chars, 1),
        after_break,
        own_depth,
        inherited[own, k],
        *flags[own, :k].T,
        *inherited[own, :k].T,
        previous - before,
        own_depth - before,
        own_depth - after,
        following - after,
        same_parent,
        np.bincount(alike)[alike],
        np.bincount(alike, chars)[alike],
        np.bincount(path)[path],
        ~same_parent,
        ~np.concatenate([same_parent[1:], [False]]),
    ]
    fill(out, rows)


def common_depth(tree: Tree) -> Ints:
    """The depth of the innermost element around both of each two neighbouring lines, (n - 1,)."""
    a, b = tree.line_element[:-1].copy(), tree.line_element[1:].copy()
    while (apart := a != b).any():
        a_first = apart & (a > b)  # the later of the two cannot be around the other
        b_first = apart & ~a_first
        a[a_first] = tree.parent[a[a_first]]
        b[b_first] = tree.parent[b[b_first]]
    return tree.depth[a]


def subtree_sums(tree: Tree, values: Floats) -> Floats:
    """Sums over each element's subtree of values given for the lines; (n, k) to (e, k)."""
    total = np.zeros((len(tree.parent), values.shape[1]))
    np.add.at(total, tree.line_element, values)
    for element in range(len(total) - 1, 0, -1):  # children stand behind their parents
        if tree.parent[element] >= 0:
            total[tree.parent[element]] += total[element]
    return total
