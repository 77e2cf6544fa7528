"""What kernels take: the text and the elements of a page as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Floats, Hashes, Ints

MAX_LEVELS: Final = 48  # of elements around a line, its own included, that are looked at

Reached = NDArray[Any]  # leaves that lines reach in trees, as the twin that made it has them
ElementType = tuple[str, tuple[str, ...]]  # what elements alike share: tag, class and id tokens


@dataclass(slots=True)
class PageText:
    """The lines of a page as arrays: n lines, m code points.

    ``folded`` (m,) are the case-folded code points, all digits 0, with a newline before each line
    and after the last; lines begin at ``starts`` (n,) and have ``lengths`` (n,). ``prefix``
    (m + 1,) are sums of hashed code points, ``powers`` those of the inverse of the hash's base.
    ``words`` (2, at least w) are the starts and ends of words, runs of letters, marks and digits;
    ``words_before`` (n + 1,) is how many of them stand before each line.
    """

    texts: Sequence[str]
    folded: NDArray[np.uint32]
    starts: Ints
    lengths: Ints
    prefix: Hashes
    powers: Hashes
    words: Ints
    words_before: Ints

    @property
    def n(self) -> int:
        """The number of lines."""
        return len(self.texts)


@dataclass(slots=True)
class Tree:
    """The elements of a page as arrays, and the innermost element of each line: e, n.

    ``types`` are the distinct tags with their class and id tokens; ``type_of`` (e,) is each
    element's index in them. ``tokens`` (t,) are the hashed tokens of the types, one type after the
    other, ``sizes`` how many each has. ``parent`` (e,) is -1 at the root and else smaller than the
    element's own number; ``depth``, ``hidden`` (e,); ``sign`` (e,) is a number that elements of
    the same tag and first tokens share. ``line_element`` (n,) is each line's element, ``markups``
    (n, 5) and ``groups`` (2, n) are what the kernels ``line_markups`` and ``line_groups`` give.
    """

    types: Sequence[ElementType]
    tokens: Ints
    sizes: Ints
    type_of: Ints
    parent: Ints
    depth: Ints
    hidden: NDArray[np.bool_]
    sign: Ints
    markups: Floats
    line_element: Ints
    groups: Ints

    @property
    def levels(self) -> int:
        """The number of levels of elements around lines that are looked at."""
        return min(int(self.depth[self.line_element].max(initial=0)) + 1, MAX_LEVELS)

    @property
    def chain(self) -> Ints:
        """The elements around each line, the innermost first, -1 above the root; (levels, n)."""
        chain = np.empty((self.levels, len(self.line_element)), np.int64)
        current = self.line_element
        for row in chain:
            row[:] = current
            current = np.where(current >= 0, self.parent[current], -1)
        return chain

    def upwards(self, element: int) -> Iterator[int]:
        """An element and those around it, the innermost first."""
        while element >= 0:
            yield element
            element = int(self.parent[element])


@dataclass(frozen=True, slots=True, eq=False)
class TreeArrays:
    """Boosted trees as arrays: k nodes in t trees, one tree after the other.

    ``feature``, ``threshold``, ``left``, ``missing_left`` and ``value`` are (k,), ``roots`` (t,);
    ``depth`` is that of the deepest tree. A right child stands behind its left sibling; a leaf is
    its own left child, with a threshold that nothing exceeds. ``value`` is the mean log-odds below
    a node: its changes on the path to a leaf are what each feature on it has added.
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    left: NDArray[np.intp]
    value: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    roots: NDArray[np.intp]
    depth: int

    def check_columns(self, columns: int) -> None:
        """Raise IndexError where the trees read features beyond so many columns."""
        if self.feature.max(initial=0) >= columns:
            raise IndexError(f"the trees read more than the matrix's {columns} features")


@dataclass(frozen=True, slots=True, eq=False)
class VectorTreeArrays(TreeArrays):
    """Boosted trees whose leaves hold a number for each of w outputs: ``values`` are (k, w)."""

    values: NDArray[np.float32]
