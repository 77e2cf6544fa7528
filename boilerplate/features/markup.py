"""Markup features: which elements a line stands in, and how it is linked and emphasised."""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate.features.elements import Tree
from boilerplate.features.text import _fill
from boilerplate.kernels import select as acceleration
from boilerplate.kernels.plain_tree import TAG_FLAGS, _markup_columns
from boilerplate.numeric import Floats

MARKUP_COLUMNS: Final = (
    "links", "link_share", "emphasis_share", "after_break", "depth", "hidden",
    *(f"own_{tag}" for tag in TAG_FLAGS), *(f"in_{tag}" for tag in TAG_FLAGS),
    "up_from_previous", "down_to_this", "up_from_this", "down_to_next", "same_parent_previous",
    "same_signature", "same_signature_chars", "same_path", "first_in_parent", "last_in_parent",
)  # fmt: skip
_FLAG_INDEX: Final = {tag: i for i, tag in enumerate(TAG_FLAGS)}

_LOGARITHMS_OF_MARKUP: Final = [
    MARKUP_COLUMNS.index(name)
    for name in ("links", "same_signature", "same_signature_chars", "same_path")
]


def markup_features(tree: Tree, chars: Floats, out: Floats) -> None:
    """What the markup around each line says, as MARKUP_COLUMNS, into rows of (n,)."""
    k = len(TAG_FLAGS)
    flags = np.array([_FLAG_INDEX.get(tag, k) for tag, _ in tree.kinds], np.int64)[tree.kind]
    if native := acceleration.native:
        native.markup_features(
            tree.parent, tree.depth, tree.hidden, flags, tree.line_element, tree.markups,
            tree.groups, chars, out,
        )  # fmt: skip
    else:
        _fill(out, _markup_columns(tree, flags, chars))
    out[_LOGARITHMS_OF_MARKUP] = np.log1p(out[_LOGARITHMS_OF_MARKUP])
