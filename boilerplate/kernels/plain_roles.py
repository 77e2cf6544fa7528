"""Python twins of the kernels that score lines for each role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText, Tree
from boilerplate.kernels.ngrams import all_grams, interleaved
from boilerplate.kernels.plain_text import page_text
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.numeric import Floats, Ints


@dataclass(frozen=True, slots=True)
class RoleParams:
    """What the linear model of roles reads; the C twin has the same numbers.

    Only the first ``head`` characters of a line are read: a line can be recognised by its start.
    Two characters are a word in scripts without spaces, five the stem of a word. Tables have
    2**``text_bits`` and 2**``token_bits`` rows. The weight of an element's tokens falls to
    ``fading`` with each level above the line, and is 0 from ``levels`` levels on.
    """

    head: int = 100
    char_orders: tuple[int, ...] = (2, 3, 4, 5)
    word_orders: tuple[int, ...] = (1, 2)
    text_bits: int = 17
    token_bits: int = 13
    fading: float = 0.7
    levels: int = 12


PARAMS: Final = RoleParams()
WINDOWS: Final = (3, 8, 25)  # lines before and after, over which role shares are averaged


def text_rows(text: PageText) -> tuple[Ints, Ints]:
    """The buckets of the n-grams in each line's first characters, and the offsets of the lines."""
    heads = []
    for start, length in zip(text.starts.tolist(), text.lengths.tolist(), strict=True):
        head = "".join(map(chr, text.folded[start : start + min(length, PARAMS.head)].tolist()))
        heads.append(head.removesuffix(" ") if length > PARAMS.head else head)
    grams = all_grams(page_text(heads), PARAMS.char_orders, PARAMS.word_orders)
    return interleaved(grams, PARAMS.text_bits)


def role_text_sums(text: PageText, table: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """The sums over the n-grams of each line's head in a table, (n, 24), and their number, (n,).

    ``table`` (2**17, 24) has a column for each role.
    """
    ids, offsets = text_rows(text)
    return _row_sums(table, ids, offsets), np.diff(offsets).astype(float)


def role_token_sums(tree: Tree, own: Ints, table: NDArray[np.int8], scale: float) -> Floats:
    """The weights of the tokens of the elements around lines, (n, 24), the nearest heaviest.

    ``own`` (n,) are the lines' elements, -1 for a line without markup; ``table`` (2**13, 24) has
    a column for each role, in units of ``scale``.
    """
    offsets = np.concatenate([[0], np.cumsum(tree.sizes)])
    ids = token_buckets(tree.tokens, 0, PARAMS.token_bits)
    of_type = _row_sums(table, ids, offsets) / np.sqrt(tree.sizes)[:, None]
    # A last row for what is above the root, or has no markup: zeros.
    of_type = np.vstack([of_type, np.zeros(table.shape[1])])
    type_of, parent = np.append(tree.type_of, len(of_type) - 1), np.append(tree.parent, -1)
    sums = np.zeros((len(own), table.shape[1]))
    for weight in scale * PARAMS.fading ** np.arange(PARAMS.levels):
        sums += weight * of_type[type_of[own]]
        own = parent[own]
    return sums


def role_context(shares: NDArray[np.float32], groups: Ints, out: NDArray[np.float32]) -> None:
    """Fill the role shares of the words around lines, a row for each column.

    ``shares`` (n, 24) are the lines'; ``groups`` (g, n), g from 0, are groups of lines, each named
    by the first of its lines. ``out`` (blocks * 24, n) has blocks of the shares of the line, of
    the lines before and after it, 0 beyond the page, of means over WINDOWS, and over each of the g
    groups that a line is in.
    """
    n, roles = shares.shape
    blocks = out.reshape(len(out) // roles, roles, n)
    blocks[0] = shares.T
    blocks[1, :, :1], blocks[1, :, 1:] = 0.0, shares[:-1].T
    blocks[2, :, -1:], blocks[2, :, :-1] = 0.0, shares[1:].T
    sums = np.zeros((n + 1, roles))
    np.cumsum(shares, 0, np.float64, sums[1:])
    at = np.arange(n)
    for block, window in zip(blocks[3:], WINDOWS, strict=False):
        low, high = np.maximum(at - window, 0), np.minimum(at + window + 1, n)
        block[:] = ((sums[high] - sums[low]) / (high - low)[:, None]).T
    for block, group in zip(blocks[3 + len(WINDOWS) :], groups, strict=True):
        block[:] = group_means(shares, group).T


def group_means(shares: NDArray[np.float32], group: Ints) -> Floats:
    """The means of the shares over the lines of each line's group, (n, 24)."""
    sums = np.zeros(shares.shape)
    np.add.at(sums, group, shares.astype(np.float64))  # one after the other, as C does
    means: Floats = sums[group] / np.bincount(group, minlength=1)[group][:, None]
    return means


def _row_sums(table: NDArray[np.int8], ids: Ints, offsets: Ints) -> Floats:
    """The sum of the rows of a table whose ids stand between each two offsets, (n, k)."""
    sums = np.zeros((len(offsets) - 1, table.shape[1]))
    filled = np.diff(offsets) > 0  # reduceat cannot sum no rows
    if filled.any():
        each = table.take(ids, axis=0).astype(np.float64)
        sums[filled] = np.add.reduceat(each, offsets[:-1][filled], axis=0)
    return sums
