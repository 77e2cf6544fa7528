"""Markup features: which elements a line stands in, and how it is linked and emphasised."""

from __future__ import annotations

from typing import Final

import numpy as np

from boilerplate import kernels
from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.plain_tree import TAGS
from boilerplate.numeric import Floats

_TAG_PLACES: Final = {tag: i for i, tag in enumerate(TAGS)}


def fill_markup_features(tree: Tree, chars: Floats, out: Floats) -> None:
    """Fill the block "markup", a row of (n,) each, before its logarithms.

    ``chars`` (n,) are the lengths of the lines in characters.
    """
    places = [_TAG_PLACES.get(tag, len(TAGS)) for tag, _ in tree.types]
    kernels.markup_features(tree, np.array(places, np.int64)[tree.type_of], chars, out)
