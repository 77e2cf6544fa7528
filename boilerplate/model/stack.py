"""Both stages together, and their scores of a page's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.context import container_features, neighbour_features
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.kernels.arrays import Reached, Tree
from boilerplate.model.linear import Linear, PageTypes
from boilerplate.model.roles import RoleTrees, RoleWords
from boilerplate.model.trees import Trees
from boilerplate.numeric import Floats, sigmoid
from boilerplate.page import Kind, LineLanguage
from boilerplate.roles import ROLES

# The kind of page, the features of its lines, (n, f), and the leaves of the trees of content that
# they reach.
TreeInput = tuple[Kind, NDArray[np.float32], Reached]


@dataclass(frozen=True, slots=True)
class Stack:
    """The model of HTML or of bare text: linear scores, the page's type, and trees on both.

    ``trees`` are those of content, ``roles`` those of what each line is.
    """

    linear: Linear
    types: PageTypes
    trees: Trees
    roles: RoleTrees


@dataclass(frozen=True, slots=True)
class Scores:
    """The model's scores of n lines: the probability of content of each, (n,).

    ``article`` is the probability that the page is an article rather than a shop, a forum or
    a list. ``languages`` are the lines' languages with their probabilities, ``chars`` (n,) their
    lengths when normalised (``unicode.plain``). ``log_roles`` (n, 24) are the logarithms of the
    probabilities of ROLES. ``tree`` are the elements around them; None where
    the page was scored in parts. ``site_reasons`` are a site model's reasons for each line, as
    content and as chrome; ``drift`` is how little the page resembles its site, None without
    such a model. ``hidden`` (n,) says which lines the page hides; it is empty where the scores are
    not a model's. ``matrices`` are what the trees read, for each part of the page;
    ``Model.evidence`` explains the scores by them.
    """

    probability: Floats
    article: float = 1.0
    languages: Sequence[LineLanguage] = ()
    chars: Floats = field(default_factory=lambda: np.zeros(0))
    log_roles: Floats = field(default_factory=lambda: np.zeros((0, len(ROLES))))
    site_reasons: Sequence[tuple[str, str]] = ()
    drift: float | None = None
    tree: Tree | None = None
    hidden: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    matrices: Sequence[TreeInput] = ()


@dataclass(frozen=True, slots=True, eq=False)
class WordWeights:
    """The weights that single words and names have in the linear models, to name those that tell.

    ``ngrams`` and ``tokens`` (2**18,) are the tables of content, ``roles`` those of roles.
    """

    ngrams: NDArray[np.float32]
    tokens: NDArray[np.float32]
    roles: RoleWords


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why n lines have their scores: what each of GROUPS added to their log-odds, (n, g).

    ``features`` (n, k) are the values of the features that were asked for, as the trees read
    them; nan where a line has none. Without ``weights`` no word is named.
    """

    groups: Floats
    features: NDArray[np.float32]
    weights: WordWeights | None = None


def tree_matrix(
    encoded: EncodedPage, linear: Floats, bias: float, language_pages: float, types: Floats
) -> NDArray[np.float32]:
    """The features of a page's lines, (n, f): of the line, its context, and the page's type.

    ``linear`` (n, 3) and ``bias`` are the linear model's scores, ``language_pages`` its
    ``log_language_pages`` of the page's language, ``types`` (7,) the page's.
    """
    p = sigmoid(linear.sum(1, dtype=np.float64) + bias)  # training keeps single precision
    context = [neighbour_features(p, encoded)]
    if encoded.tree is not None:
        context.append(container_features(p, encoded, encoded.tree))
    of_page = np.array([language_pages, *types])[:, None]
    first_stage = [linear.T, p[None], of_page]
    blocks = [encoded.features.T, *first_stage, *context]
    matrix = np.empty((sum(map(len, blocks)), encoded.n), np.float32)  # a row for each feature
    at = 0
    for block in blocks:
        matrix[at : at + len(block)] = block
        at += len(block)
    return matrix.T
