"""The trained model: linear scores of lines, then trees that also read the context.

A model file holds arrays and JSON and nothing that could run. Only numpy is needed to use it, so
that cleaning does not wait for scikit-learn and no upgrade of a library makes a file unreadable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from os import PathLike
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.features.encode import encode
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.features.table import (
    GROUPS,
    LINEAR_TABLES,
    PAGE_TYPES,
    feature_places,
)
from boilerplate.features.text import MAX_LINE
from boilerplate.model.archive import changed_and_size, file_bytes, packed, unpacked
from boilerplate.model.file import MODEL_FILE, MODES, stack_of, words_of
from boilerplate.model.roles import RoleWords, blended, column_groups, role_matrix, stored_roles
from boilerplate.model.stack import Evidence, Scores, Stack, TreeInput, WordWeights, tree_matrix
from boilerplate.model.trees import WEIGHT, stored
from boilerplate.numeric import Floats, sigmoid
from boilerplate.page import Kind, LazyTuple, Page, texts_of
from boilerplate.roles import ROLES

# A page longer than any article is scored in parts of this size: memory stays bounded, and the
# trees see no page larger than those they were trained on.
PART_LINES: Final = 20_000
PART_CHARS: Final = 2_000_000
_SHIPPED: Final = "the shipped model"  # what errors call it


@dataclass(frozen=True)
class Model:
    """Scores the lines of HTML and of bare text; ``about`` describes its training, as JSON."""

    stacks: Mapping[Kind, Stack]
    words: RoleWords
    about: Mapping[str, Any]
    path: str | None = None

    def predict(self, page: Page) -> Scores:
        """The probability of content of each line of a page, none of which may be blank."""
        of_page = list(parts(page))
        if len(of_page) == 1:
            return self._predict_part(page, of_page[0])
        # Without what only explains them: of all parts together, it is most of the memory.
        scores = [
            replace(self._predict_part(page, part), tree=None, matrices=()) for part in of_page
        ]
        return Scores(
            np.concatenate([np.zeros(0), *(each.probability for each in scores)]),
            float(np.mean([each.article for each in scores])) if scores else 1.0,
            tuple(language for each in scores for language in each.languages),
            np.concatenate([np.zeros(0), *(each.chars for each in scores)]),
            np.concatenate([np.zeros((0, len(ROLES))), *(each.log_roles for each in scores)]),
            hidden=np.concatenate([np.zeros(0, bool), *(each.hidden for each in scores)]),
            matrices=PartMatrices(self, page, of_page),
        )

    def features(
        self, page: Page, part: slice | None
    ) -> tuple[EncodedPage, Floats, NDArray[np.float32]]:
        """A part of a page, the logarithms of its types, and what the trees read of it, (n, f)."""
        encoded = encode(page, part)
        stack, languages = self.stacks[encoded.kind], encoded.line_languages
        linear = stack.linear.scores(encoded)
        types = stack.types.log_probabilities(encoded.bag)
        pages = stack.linear.log_language_pages(languages.main_language)
        matrix = tree_matrix(encoded, linear, stack.linear.bias, pages, types)
        lines = page.lines if part is None else page.lines[part]
        shares = self.words.shares(lines, encoded)
        return encoded, types, role_matrix(matrix, shares, encoded.tree)

    def _predict_part(self, page: Page, part: slice | None) -> Scores:
        encoded, types, matrix = self.features(page, part)
        kind, stack, languages = encoded.kind, self.stacks[encoded.kind], encoded.line_languages
        _, places = feature_places(kind, ("hidden",))  # which bare text does not have
        log_roles = stack.roles.log_probabilities(matrix)
        log_odds, reached = stack.trees.reached(matrix)
        return Scores(
            sigmoid(blended(log_odds, log_roles, stack.roles.weight)),
            float(np.exp(types[PAGE_TYPES.index("article")])),
            LazyTuple(encoded.n, lambda: tuple(languages.likeliest())),
            encoded.chars,
            log_roles,
            tree=encoded.tree,
            hidden=np.asarray((matrix[:, places] > 0).any(1)),
            matrices=((kind, matrix, reached),),
        )

    def evidence(self, scores: Scores, features: Sequence[str]) -> Evidence:
        """What the scores of ``predict`` rest on, and the values of some features by name."""
        groups = np.zeros((len(scores.probability), len(GROUPS)))
        values = np.full((len(features), len(groups)), np.nan, np.float32)  # a row for each
        first, weights = 0, None
        for kind, matrix, reached in scores.matrices:
            weights = weights or self._weights(kind)
            rows = slice(first, first := first + len(matrix))
            trees = self.stacks[kind].trees
            added = kernels.group_sums(trees, reached, column_groups(kind), len(matrix))
            groups[rows, : added.shape[1]] = added
            which, places = feature_places(kind, tuple(features))
            values[which, rows] = matrix.T[places]
        return Evidence(groups, values.T, weights)

    def _weights(self, kind: Kind) -> WordWeights:
        """The linear weights that pages of a kind are scored by."""
        ngrams, _, tokens = self.stacks[kind].linear.tables
        return WordWeights(ngrams, tokens, self.words)

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers load the file rather than receive megabytes of arrays.
        if self.path is not None:
            return (load_model, (self.path or None,))
        return (from_bytes, (to_bytes(self),))


class PartMatrices(Sequence[TreeInput]):
    """What the trees read of a page in parts, computed anew: of all parts it is a gigabyte."""

    def __init__(self, model: Model, page: Page, of_page: Sequence[slice | None]) -> None:
        self.model, self.page, self.of_page = model, page, of_page

    def __len__(self) -> int:
        return len(self.of_page)

    @overload
    def __getitem__(self, at: int) -> TreeInput: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[TreeInput]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return PartMatrices(self.model, self.page, self.of_page[at])
        encoded, _, matrix = self.model.features(self.page, self.of_page[at])
        trees = self.model.stacks[encoded.kind].trees
        return encoded.kind, matrix, trees.reached(matrix)[1]


def parts(page: Page) -> Iterator[slice | None]:
    """A page's lines in parts of about the same size; None is all of them."""
    n = len(page.lines)
    if not n:
        return
    if n < PART_LINES / 2 and sum(map(len, texts_of(page.lines))) < PART_CHARS / 2:
        yield None
        return
    chars = np.array([min(len(text), MAX_LINE) for text in texts_of(page.lines)])
    shares = np.maximum(chars / PART_CHARS, 1 / PART_LINES)
    total = float(shares.sum())
    if total <= 1:
        yield None
        return
    number = ((np.cumsum(shares) - shares / 2) / total * np.ceil(total)).astype(int)
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), n]
    for first, last in pairwise(cuts):
        yield slice(first, last)


def load_model(path: str | PathLike[str] | None = None) -> Model:
    """The model in a file; the shipped one for None. Raises ModelError where it is none.

    Loading runs nothing from the file: it holds JSON and plain arrays.
    """
    if path is None:
        return _shipped_model()
    name = str(path)
    return _load(name, *changed_and_size(name, MODEL_FILE))


def model_bytes(path: str | PathLike[str] | None = None) -> bytes:
    """The bytes of a model file, not yet checked; those of the shipped one for None or "".

    Raises ModelError where there is no file, or one too large to be a model.
    """
    if not path:
        return files("boilerplate").joinpath("data/model.zip").read_bytes()
    return file_bytes(path, MODEL_FILE)


@cache
def _shipped_model() -> Model:
    with MODEL_FILE.errors_naming(_SHIPPED):
        about, arrays = unpacked(MODEL_FILE, model_bytes(), lambda key: key.startswith("roles-"))
        return Model(_ShippedStacks(), words_of(arrays, about), about, "")


class _ShippedStacks(Mapping[Kind, Stack]):
    """The stacks of the shipped model, each read when it is first used: most callers use one."""

    def __init__(self) -> None:
        self._read: dict[Kind, Stack] = {}

    def __getitem__(self, kind: Kind) -> Stack:
        if kind not in self._read:  # two threads may both read it: they come to the same
            with MODEL_FILE.errors_naming(_SHIPPED):
                of_kind = unpacked(MODEL_FILE, model_bytes(), lambda key: key.startswith(kind))
                self._read[kind] = stack_of(of_kind[1], of_kind[0], kind)
        return self._read[kind]

    def __iter__(self) -> Iterator[Kind]:
        return iter(MODES)

    def __len__(self) -> int:
        return len(MODES)


@lru_cache(maxsize=4)
def _load(path: str, changed: int, size: int) -> Model:
    # ``changed`` and ``size`` are part of the key: a model trained again is read again.
    return from_bytes(model_bytes(path), path, path)


def from_bytes(data: bytes, name: str = "model", path: str | None = None) -> Model:
    """The model in the bytes of its file; ``name`` is what errors call it.

    ``path`` is where workers find the file, "" for the shipped one.
    """
    with MODEL_FILE.errors_naming(name):
        about, arrays = unpacked(MODEL_FILE, data)
        stacks = {kind: stack_of(arrays, about, kind) for kind in MODES}
        return Model(stacks, words_of(arrays, about), about, path)


def to_bytes(model: Model) -> bytes:
    """A model as the bytes of its file, the same bytes for the same model."""
    arrays: dict[str, NDArray[Any]] = {}
    modes: dict[str, Any] = {}
    for kind, stack in model.stacks.items():
        for part, table in zip(LINEAR_TABLES, stack.linear.tables, strict=True):
            arrays[f"{kind}-{part}"] = table.astype(WEIGHT)
        arrays[f"{kind}-types"] = stack.types.weights.astype(WEIGHT).ravel()
        modes[kind] = {
            "bias": stack.linear.bias,
            "languages": dict(sorted(stack.linear.languages.items())),
            "type_bias": stack.types.bias.tolist(),
            "role_prior": stack.roles.prior.tolist(),
            "role_weight": stack.roles.weight,
        }
        for key, array in stored(stack.trees).items():
            arrays[f"{kind}-trees-{key}"] = array
        for key, array in stored_roles(stack.roles).items():
            arrays[f"{kind}-roles-{key}"] = array
    words = model.words
    arrays |= {"roles-text": words.text.ravel(), "roles-names": words.names.ravel()}
    roles = {"roles": ROLES, "bias": words.bias.tolist(), "scales": words.scales}
    return packed(MODEL_FILE, {**model.about, "modes": modes, "roles": roles}, arrays)
