"""Python twins of the context kernels: what stands around a line, and in its containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.plain_text import fill
from boilerplate.kernels.plain_tree import subtree_sums
from boilerplate.numeric import Floats, Ints
from boilerplate.numeric import total as total_of

NEIGHBOUR_OFFSETS: Final = (-3, -2, -1, 1, 2, 3)  # lines, from the line itself
WINDOWS: Final = (2, 5, 12, 30)  # lines before, and after
CONTAINER_LEVELS: Final = (0, 1, 2, 3, 4, 6)  # elements, above the line's own


@dataclass(frozen=True, slots=True)
class ContextParams:
    """What the context features are made with; the C twin has the same numbers.

    A line is an anchor, a landmark of the article, from ``anchor_length`` characters and
    ``anchor_probability`` on. A longer line than ``max_length`` counts as no longer, and no
    more than ``max_terminals`` of its sentence ends count. The main container is the deepest
    element with ``main_share`` of the page's likely content.
    """

    anchor_length: float = 80.0
    anchor_probability: float = 0.6
    max_length: float = 1000.0
    max_terminals: float = 5.0
    main_share: float = 0.7


PARAMS: Final = ContextParams()


def _window_means(values: Floats, weights: Floats) -> Floats:
    """Weighted means of the WINDOWS of lines before and after each, (n, 8); 0 where none is."""
    n = len(values)
    total = np.concatenate([[0.0], np.cumsum(values * weights)])
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    means = np.empty((n, 2 * len(WINDOWS)))
    at = np.arange(n)
    for i, window in enumerate(WINDOWS):
        before = np.maximum(at - window, 0), at
        after = np.minimum(at + 1, n), np.minimum(at + 1 + window, n)
        for side, (low, high) in enumerate((before, after)):
            weight = np.maximum(mass[high] - mass[low], 1e-9)
            means[:, 2 * i + side] = (total[high] - total[low]) / weight
    return means


def _shift(values: Floats, offset: int) -> Floats:
    """Each value's neighbour at ``offset``; nan beyond the page."""
    out = np.full(len(values), np.nan)
    if offset > 0:
        out[:-offset] = values[offset:]
    else:
        out[-offset:] = values[:offset]
    return out


def _since(flags: np.ndarray, ruler: Floats) -> Floats:
    """How far, on a ruler that grows, the last flag before each line is; nan where none is."""
    last = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))
    last = np.concatenate([[-1], last[:-1]])
    return np.where(last >= 0, ruler - ruler[np.maximum(last, 0)], np.nan)


def neighbour_features(
    p: Floats, lengths: Floats, log_lengths: Floats, terminals: Floats, out: Floats
) -> None:
    """Fill the features of the block "neighbours", a row of (n,) each, before their logarithms.

    ``p`` is the first stage's probability of content, ``lengths`` the lines' script-normalised
    lengths, ``terminals`` their counts of sentence ends; (n,) each.
    """
    n = len(p)
    capped = np.minimum(lengths, PARAMS.max_length)
    rows: list[Any] = [
        _shift(values, offset)
        for values in (p, log_lengths, np.minimum(terminals, PARAMS.max_terminals))
        for offset in NEIGHBOUR_OFFSETS
    ]
    plain, weighted = _window_means(p, np.ones(n)), _window_means(p, capped)
    for mean, mass_mean in zip(plain.T, weighted.T, strict=True):
        rows += [mean, mass_mean]
    mass = p * capped
    total_mass, total_length = max(total_of(mass), 1e-9), max(total_of(lengths), 1.0)
    anchor = (p > PARAMS.anchor_probability) & (lengths > PARAMS.anchor_length)
    at = np.arange(n, dtype=float)
    ends = np.cumsum(lengths)
    run, run_mass = best_run(p, capped)
    inside = np.zeros(n)
    inside[run] = 1.0
    rank = np.empty(n)
    rank[np.argsort(p, kind="stable")] = at
    rows += [
        at / max(n - 1, 1),
        (ends - lengths) / total_length,
        n,
        total_length,
        total_of(p) / max(n, 1),
        total_mass,
        (np.cumsum(mass) - mass) / total_mass,
        1.0 - np.cumsum(mass) / total_mass,
        _since(anchor, at),
        _since(anchor[::-1], at)[::-1],
        _since(anchor, ends),
        _since(anchor[::-1], np.cumsum(lengths[::-1]))[::-1],
        rank / max(n - 1, 1),
        float(anchor.sum()),
        inside,
        run_mass / total_mass,
        np.cumsum(anchor) - anchor,
        anchor.sum() - np.cumsum(anchor),
    ]
    fill(out, rows)


def best_run(p: Floats, lengths: Floats) -> tuple[slice, float]:
    """The run of lines with most content minus chrome, and its content: maximum subarray."""
    gain = (p - 0.5) * lengths
    total = np.concatenate([[0.0], np.cumsum(gain)])
    low = np.minimum.accumulate(total)
    end = int(np.argmax(total - low))
    begin = int(np.argmin(total[: end + 1]))
    return slice(begin, end), total_of((p * lengths)[begin:end])


def container_features(
    tree: Tree, p: Floats, lengths: Floats, terminals: Floats, links: Floats, out: Floats
) -> None:
    """Fill the features of the block "containers", a row of (n,) each, before their logarithms.

    ``links`` (n,) is how much of each line's length is in links; the rest as in
    ``neighbour_features``.
    """
    n = len(p)
    capped = np.minimum(lengths, PARAMS.max_length)
    own = np.column_stack(
        [p * capped, capped, np.ones(n), links, terminals, (p > PARAMS.anchor_probability) * capped]
    )
    sums = subtree_sums(tree, own)
    total = np.maximum(own.sum(0), 1e-9)
    rows: list[Any] = []
    chain = tree.chain
    for level in CONTAINER_LEVELS:
        row = chain[min(level, len(chain) - 1)]
        inside = np.where((row >= 0)[:, None], sums[np.maximum(row, 0)], total)
        rest = np.maximum(inside - own, 0.0)
        alone = rest[:, 2] < 0.5
        rows += [
            np.where(alone, np.nan, rest[:, 0] / np.maximum(rest[:, 1], 1e-9)),
            inside[:, 5] / total[5],
            rest[:, 1],
            rest[:, 2],
            np.where(alone, np.nan, rest[:, 3] / np.maximum(rest[:, 1], 1e-9)),
            inside[:, 0] / total[0],
            rest[:, 4] / np.maximum(rest[:, 1], 1.0) * 100,
        ]
    rows += _main_container(tree, sums, total)
    for group in tree.groups:
        group_mass = np.bincount(group, own[:, 0])[group] - own[:, 0]
        group_length = np.bincount(group, own[:, 1])[group] - own[:, 1]
        rows.append(
            np.where(group_length > 0.5, group_mass / np.maximum(group_length, 1e-9), np.nan)
        )
    fill(out, rows)


def _main_container(tree: Tree, sums: Floats, total: Floats) -> list[Floats]:
    """Where each line stands from the deepest element that holds most of the content."""
    heavy = np.flatnonzero(sums[:, 0] >= PARAMS.main_share * total[0])
    main = int(heavy[np.argmax(tree.depth[heavy])]) if len(heavy) else 0
    branch, meets = branches(tree, main)
    at = tree.line_element
    here = branch[at]
    n = len(at)
    within = (here >= 0) | (at == main)
    child = np.maximum(here, 0)
    return [
        np.full(n, float(tree.depth[main])),
        tree.depth[main] - meets[at],
        within.astype(float),
        np.full(n, sums[main, 0] / total[0]),
        np.where(here >= 0, sums[child, 0] / total[0], np.nan),
        np.where(here >= 0, sums[child, 0] / np.maximum(sums[child, 1], 1e-9), np.nan),
    ]


def branches(tree: Tree, main: int) -> tuple[Ints, Ints]:
    """Which child of an element each element is in, or -1, and where it leaves the path there.

    Shapes (e,); the second is the depth of the last element around both.
    """
    branch, meets = np.full((2, len(tree.parent)), -1, np.int64)
    path = set()
    current = main
    while current >= 0:
        path.add(current)
        current = int(tree.parent[current])
    for i, up in enumerate(tree.parent.tolist()):
        if i in path:
            meets[i] = tree.depth[i]
            continue
        meets[i] = meets[up] if up >= 0 else 0
        branch[i] = i if up == main else branch[up] if up >= 0 else -1
    return branch, meets
