"""Which lines of a page are its gold article: alignment of two sequences of words.

Order counts, so that a line repeated on the page is content only where the gold has it, and
a menu that happens to share words with the article is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from rapidfuzz.distance import LCSseq

from boilerplate.metrics import words

CONTENT_SHARE: Final = 0.5  # of a line's words found in the gold, from which it is content
UNSURE: Final = (0.3, 0.7)  # between these a line is kept out of training
MAX_CELLS: Final = 4_000_000_000  # bits of the alignment's table, 500 MB; longer pages are cut


def matched_words(lines: Sequence[Sequence[str]], gold: Sequence[str]) -> list[np.ndarray]:
    """For each line's words, a mask of those that the longest common subsequence uses."""
    codes: dict[str, int] = {}
    flat = [codes.setdefault(word, len(codes)) for line in lines for word in line]
    want = [codes.setdefault(word, len(codes)) for word in gold]
    if len(flat) * len(want) > MAX_CELLS:
        want = want[: max(1, MAX_CELLS // len(flat))]
    mask = np.zeros(len(flat), bool)
    for block in LCSseq.opcodes(flat, want):
        if block.tag == "equal":
            mask[block.src_start : block.src_end] = True
    bounds = np.cumsum([0, *(len(line) for line in lines)])
    return [mask[a:b] for a, b in pairwise(bounds)]


def content_shares(texts: Sequence[str], gold: str) -> np.ndarray:
    """The share of each line's words that stand in the gold, aligned in order; nan without words.

    >>> content_shares(["Home", "A cat sat", "A dog ran"], "A cat sat.").tolist()
    [0.0, 1.0, 0.0]
    """
    lines = [words(text) for text in texts]
    masks = matched_words(lines, words(gold))
    return np.array([mask.mean() if len(mask) else np.nan for mask in masks])
