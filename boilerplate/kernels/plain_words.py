"""Python twin of the kernel that shares the weights of n-grams out to their characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import WORD_SALT, buckets, char_spans, span_hashes, word_spans
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_roles import PARAMS
from boilerplate.numeric import Floats, Hashes, Ints


def char_weights(
    text: PageText,
    weights: NDArray[np.float32],
    roles: NDArray[np.int8],
    scale: float,
    content: Ints,
    chrome: Ints,
) -> Floats:
    """What the characters before each one of a page, and all of them, add to chrome, (2, m + 1).

    First by ``weights`` (2**18,), the table of content, then by ``roles`` (2**17, 24), in units of
    ``scale``: what adds to the role ``chrome`` of a line rather than to its role ``content``, both
    (n,) and indices into ROLES. An n-gram counts as in the linear scores, and each of its
    characters has an equal share of it.
    """
    starts, ends, line, hashes, first_of_roles = _grams(text)
    added = -weights[buckets(hashes, NGRAMS.bits)].astype(np.float64)
    by_content = _changes(text, starts, ends, line, added)
    of_roles = slice(first_of_roles, None)
    ids, line = buckets(hashes[of_roles], PARAMS.text_bits), line[of_roles]
    added = roles[ids, chrome[line]].astype(np.float64)
    added -= roles[ids, content[line]]
    by_roles = _changes(text, starts[of_roles], ends[of_roles], line, added)
    return sums_up_to(np.array([by_content, by_roles]), scale)


def _changes(text: PageText, starts: Ints, ends: Ints, line: Ints, added: Floats) -> Floats:
    """By how much more a character adds than the one before it, (m + 1,).

    ``added`` is what each n-gram adds, before it is divided by the root of their number in a line.
    """
    counts = np.bincount(line, minlength=text.n)
    share = added * (1.0 / ((ends - starts) * np.sqrt(counts)[line]))
    m = len(text.folded)
    changes = np.bincount(starts, share, m + 1) - np.bincount(ends, share, m + 1)
    return changes.astype(np.float64, copy=False)


def sums_up_to(changes: Floats, scale: float) -> Floats:
    """What the characters before each one add, (2, m + 1), from ``_changes``, (2, m + 1).

    Those of the second row are in units of ``scale``.
    """
    sums = np.zeros(changes.shape)
    np.cumsum(np.cumsum(changes[:, :-1], axis=1), axis=1, out=sums[:, 1:])
    sums[1] *= scale
    return sums


def _grams(text: PageText) -> tuple[Ints, Ints, Ints, Hashes, int]:
    """The n-grams of all orders: where they begin and end, their lines, and their hashes.

    The last value is where those begin that roles read too: all but single characters.
    """
    of_chars = [(*char_spans(text, order), order) for order in NGRAMS.char_orders]
    spans = [(starts, starts + order, offsets, order) for starts, offsets, order in of_chars]
    spans += [(*word_spans(text, order), WORD_SALT + order) for order in NGRAMS.word_orders]
    return (
        np.concatenate([starts for starts, _, _, _ in spans]),
        np.concatenate([ends for _, ends, _, _ in spans]),
        np.concatenate([_lines(offsets) for _, _, offsets, _ in spans]),
        np.concatenate([span_hashes(text, starts, ends, salt) for starts, ends, _, salt in spans]),
        len(spans[0][0]),
    )


def _lines(offsets: Ints) -> Ints:
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
