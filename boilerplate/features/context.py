"""Context features: the first stage's scores of a line's neighbours, containers and page.

The idea is jusText's context-sensitive pass and dragnet's stacked blocks, trained instead of
written: the first stage's probabilities of the lines around a line are evidence about the line,
and so are those of all that stands in the same container. It was worth more than anything else
that was tried.
"""

from __future__ import annotations

import numpy as np

from boilerplate import kernels
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.table import BLOCKS
from boilerplate.kernels.arrays import Tree
from boilerplate.numeric import Floats


def neighbour_features(p: Floats, lines: EncodedPage) -> Floats:
    """The block "neighbours", a row of (n,) each; ``p`` (n,) is the first stage's probability."""
    block = BLOCKS["neighbours"]
    rows = np.empty((len(block), lines.n))
    log_lengths = np.log1p(lines.lengths)
    kernels.neighbour_features(
        p, lines.lengths, log_lengths, lines.terminals, rows[: block.of_kernel]
    )
    block.finish(rows, lines)
    return rows


def container_features(p: Floats, lines: EncodedPage, tree: Tree) -> Floats:
    """The block "containers", a row of (n,) each; ``tree`` is that of the lines."""
    block = BLOCKS["containers"]
    rows = np.empty((len(block), lines.n))
    kernels.container_features(
        tree, p, lines.lengths, lines.terminals, lines.links, rows[: block.of_kernel]
    )
    block.finish(rows, lines)
    return rows
