"""Which lines of a page are in its gold article: alignment of two sequences of words.

The order counts. So a line that is on the page twice is content only where the gold has it, and a
menu that shares words with the article is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from rapidfuzz.distance import LCSseq

from boilerplate.metrics import words

CONTENT_SHARE: Final = 0.5  # a line is content if at least this share of its words is aligned
UNSURE: Final = (0.3, 0.7)  # lines with a share between these are left out of training
MAX_CELLS: Final = 4_000_000_000  # bits of the alignment's table (500 MB); longer golds are cut


def matched_words(lines: Sequence[Sequence[str]], gold: Sequence[str]) -> list[np.ndarray]:
    """For each line, a mask of the words that are in the longest common subsequence."""
    codes: dict[str, int] = {}
    flat = [codes.setdefault(word, len(codes)) for line in lines for word in line]
    wanted = [codes.setdefault(word, len(codes)) for word in gold]
    if len(flat) * len(wanted) > MAX_CELLS:
        wanted = wanted[: max(1, MAX_CELLS // len(flat))]
    mask = np.zeros(len(flat), bool)
    for block in LCSseq.opcodes(flat, wanted):
        if block.tag == "equal":
            mask[block.src_start : block.src_end] = True
    bounds = np.cumsum([0, *(len(line) for line in lines)])
    return [mask[a:b] for a, b in pairwise(bounds)]


def label_counts(
    texts: Sequence[str], lines: Sequence[str], labels: Sequence[int], count: int
) -> np.ndarray:
    """How many of each text's words have each label, by the labels of a page's other lines.

    ``lines`` are those of the same page, cut otherwise, with their ``labels`` from 0 to ``count``
    - 1, -1 for none. The last column is how many words have no label: they are in a line without
    one, or in no line in this order. Shape (texts, count + 1).

    >>> label_counts(["a b", "c d e", "f"], ["a b c", "d e", "f"], [1, 0, -1], 2).tolist()
    [[0, 2, 0], [2, 1, 0], [0, 0, 1]]
    """
    codes: dict[str, int] = {}
    split = [words(text) for text in texts]
    flat = [codes.setdefault(word, len(codes)) for line in split for word in line]
    given = [
        (word, label) for line, label in zip(lines, labels, strict=True) for word in words(line)
    ]
    wanted = [codes.setdefault(word, len(codes)) for word, _ in given]
    known = np.array([label for _, label in given], int)
    found = np.full(len(flat), -1)
    if len(flat) * len(wanted) <= MAX_CELLS:
        for block in LCSseq.opcodes(flat, wanted):
            if block.tag == "equal":
                found[block.src_start : block.src_end] = known[block.dest_start : block.dest_end]
    line_of = np.repeat(np.arange(len(texts)), [len(line) for line in split])
    counts = np.zeros((len(texts), count + 1), int)
    np.add.at(counts, (line_of, found), 1)  # a label of -1 is the last column
    return counts


def content_shares(texts: Sequence[str], gold: str) -> np.ndarray:
    """The share of each line's words that are aligned with the gold; nan for lines without words.

    >>> content_shares(["Home", "A cat sat", "A dog ran"], "A cat sat.").tolist()
    [0.0, 1.0, 0.0]
    """
    lines = [words(text) for text in texts]
    masks = matched_words(lines, words(gold))
    return np.array([mask.mean() if len(mask) else np.nan for mask in masks])
