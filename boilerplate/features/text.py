"""Text features: what the characters and words of a line look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.arrays import PageText
from boilerplate.numeric import Floats
from boilerplate.page import Metadata
from boilerplate.unicode import Script

# Of a longer line only the first and last characters are read: they are enough, and a line
# of 50 MB must not cost 50 MB of n-grams.
MAX_LINE_HEAD: Final = 3000
MAX_LINE_TAIL: Final = 1000
MAX_LINE: Final = MAX_LINE_HEAD + MAX_LINE_TAIL
MAX_OTHER: Final = 5000  # characters of a title, headline or description, compared with lines
# Script length factor: the Latin letters that one character of these scripts stands for, as
# translations of one text are long. Han includes kana.
SCRIPT_LENGTHS: Final = {Script.HANGUL: 2.0, Script.ETHIOPIC: 1.5, Script.HAN: 2.5}


def clip(text: str) -> str:
    """A line without line ends, and no longer than its head and tail together."""
    if len(text) > MAX_LINE:
        text = text[:MAX_LINE_HEAD] + text[-MAX_LINE_TAIL:]
    return text.replace("\n", " ")


def line_text(texts: Sequence[str]) -> PageText:
    """The arrays of some lines, which are ``kernels.plain_texts``, clipped."""
    return kernels.page_text([clip(t) if len(t) > MAX_LINE or "\n" in t else t for t in texts])


def script_lengths(chars: Floats, counts: Floats, scripts: Floats) -> Floats:
    """Script-normalised lengths of lines, (n,): a Chinese sentence is no shorter than others.

    ``chars`` (n,) are the lines' lengths in characters; ``counts`` (n, 16) and ``scripts`` (n, 29)
    are the characters of what is read of them, by category and by script.
    """
    more = sum((factor - 1.0) * scripts[:, at] for at, factor in SCRIPT_LENGTHS.items())
    lengths: Floats = chars * (1.0 + more / np.maximum(counts.sum(1), 1.0))
    return lengths


def fill_text_features(
    metadata: Metadata,
    text: PageText,
    lengths: Floats,
    shapes: tuple[Floats, Floats, Floats],
    out: Floats,
) -> None:
    """Fill the block "text", a row of (n,) each, before its logarithms.

    ``lengths`` are the lines' ``script_lengths``, (n,); ``shapes`` what the kernel ``line_shapes``
    gives of them.
    """
    claimed = (metadata.title, metadata.headline, metadata.description)
    others = [*(each[:MAX_OTHER] for each in claimed), metadata.body]
    others = [each.replace("\n", " ") for each in others]
    kernels.text_features(text, others, lengths, *shapes, out)
