"""The trained model as one loadable thing: linear scores, then trees that see the context.

A model holds arrays and JSON and nothing that could run. It needs numpy only, so that cleaning
does not wait for scikit-learn, and no upgrade of a library can make its file unreadable.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.archive import Form, changed_and_size, file_bytes, packed, unpacked
from boilerplate.context import (
    CONTAINER_COLUMNS,
    NEIGHBOUR_COLUMNS,
    PAGE_COLUMNS,
    WINDOW_COLUMNS,
    container_features,
    neighbour_features,
)
from boilerplate.features import (
    BAG_BITS,
    HASH_BITS,
    LANGUAGE_COLUMNS,
    MARKUP_COLUMNS,
    MAX_LINE,
    SCHEMA,
    TEXT_COLUMNS,
    Encoded,
    Floats,
    Tree,
    around_rows,
    around_scores,
    encode,
    gram_rows,
    gram_scores,
    name_rows,
    name_scores,
)
from boilerplate.page import Kind, Page

FORMAT: Final = "boilerplate-model"
FORMAT_VERSION: Final = 1
MAX_FILE_BYTES: Final = 64_000_000  # of all arrays unpacked; the shipped model has a tenth
MAX_DEPTH: Final = 64
MAX_NODES: Final = 1 << 20  # of all trees of a mode; the shipped model has a fortieth
MODES: Final[tuple[Kind, ...]] = ("html", "text")
_WEIGHT: Final = np.dtype("<f2")
_NODE_ARRAYS: Final[dict[str, np.dtype[Any]]] = {
    "feature": np.dtype("<i2"), "threshold": np.dtype("<f4"), "left": np.dtype("<u2"),
    "value": np.dtype("<f4"), "missing_left": np.dtype("u1"),
}  # fmt: skip
_SIZES: Final = np.dtype("<i4")
_LARGEST: Final = float(np.finfo(_WEIGHT).max)  # far beyond what any weight means
# A page longer than any article is judged in parts of this size: memory stays bounded, and the
# trees see no page larger than they learned from.
PART_LINES: Final = 20_000
PART_CHARS: Final = 2_000_000
_PAIRS: Final = 1 << 15  # of a row and a tree, walked at a time: their arrays stay in the cache
_FULL_LEVELS: Final = 4  # few paths end above this depth, so that looking for them costs more
_STILL_WALKING: Final = 0.75  # share of pairs from which those at their leaves are not set aside


class ModelError(ValueError):
    """A model file that cannot be read, with what was found and what would be accepted."""


# What the linear model weighs, a table of weights each.
EVIDENCE: Final = ("wording", "surroundings", "names")

MODEL_FILE: Final = Form(
    what="model",
    name=FORMAT,
    version=FORMAT_VERSION,
    head="model.json",
    again="train it again",
    error=ModelError,
    max_bytes=MAX_FILE_BYTES,
    arrays=frozenset(
        f"{kind}-{part}"
        for kind in MODES
        for part in (*EVIDENCE, "types", *(f"trees-{key}" for key in (*_NODE_ARRAYS, "sizes")))
    ),
    marks={"feature_schema": SCHEMA},
)


@dataclass(frozen=True, slots=True)
class Linear:
    """First-stage weights: hashed n-grams of a line, words of its neighbours, names around it.

    ``tables`` are of shape (2**18,) each, in the order of EVIDENCE. ``languages`` tells how many
    pages in each language (ISO 639-1) it has learned from.
    """

    tables: tuple[NDArray[np.float32], ...]
    bias: float
    languages: Mapping[str, int] = field(default_factory=dict)

    def scores(self, encoded: Encoded) -> Floats:
        """Log-odds of content from each kind of evidence, (n, 3), without the bias."""
        wording, surroundings, names = self.tables
        scores = np.zeros((encoded.n, len(EVIDENCE)))
        scores[:, 0] = gram_scores(encoded, wording)
        scores[:, 1] = around_scores(encoded, surroundings)
        if encoded.tree is not None:
            scores[:, 2] = name_scores(encoded.tree, names)
        return scores

    def taught(self, language: str | None) -> float:
        """The logarithm of how many pages in a language it knows, and one.

        Words of a language that it never saw say nothing.

        >>> some = Linear((), 0.0, {"zh": 9})
        >>> some.taught("zh-tw") == some.taught("zh-cn") > some.taught("th") == some.taught(None)
        True
        """
        return math.log1p(self.languages.get(language.split("-")[0], 0)) if language else 0.0


def evidence_rows(encoded: Encoded) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Buckets and offsets of each kind of EVIDENCE; bare text has no names."""
    rows = [gram_rows(encoded), around_rows(encoded)]
    return rows if encoded.tree is None else [*rows, name_rows(encoded.tree)]


PAGE_TYPES: Final = (
    "article", "forum", "product", "collection", "listing", "documentation", "service"
)  # fmt: skip
_TYPE_BUCKETS: Final = 2 << BAG_BITS
_LEAST_LIKELY: Final = 1e-4  # so that a logarithm never runs away


@dataclass(frozen=True, slots=True)
class PageTypes:
    """What kind of page it is, from its words and names: shops keep what articles drop.

    A multinomial logistic regression; ``weights`` (7, 2**15) for the buckets of ``page_bag``,
    ``bias`` (7,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_probabilities(self, bag: tuple[NDArray[np.int64], Floats]) -> Floats:
        """The logarithm of each page type's probability, in the order of PAGE_TYPES, (7,)."""
        buckets, values = bag
        scores = np.zeros(len(PAGE_TYPES))
        if native := acceleration.native:
            by_bucket = np.ascontiguousarray(self.weights.T)  # a copy only where not loaded so
            native.bag_scores(by_bucket, buckets, values, scores)
        elif len(buckets):
            scores = np.cumsum(self.weights[:, buckets] * values, axis=1)[:, -1]
        scores = scores + self.bias
        odds = np.exp(scores - scores.max())
        logarithms: Floats = np.log(odds / odds.sum() + _LEAST_LIKELY)
        return logarithms


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosted trees as arrays; k nodes in t trees, and a column of features for each node.

    A right child stands after its left sibling; a leaf is its own left child, with a threshold
    that nothing exceeds. ``value`` is the mean log-odds below a node, so that the path to a leaf
    tells what each feature on it has added (Saabas's attribution).
    """

    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    left: NDArray[np.intp]
    value: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    roots: NDArray[np.intp]
    depth: int

    def log_odds(self, matrix: NDArray[np.float32]) -> Floats:
        """The sum of the trees for each row of an (n, f) matrix."""
        return self.explain(matrix, None)[0]

    def explain(
        self, matrix: NDArray[np.float32], groups: NDArray[np.int64] | None
    ) -> tuple[Floats, Floats]:
        """Log-odds, (n,), and what each group of columns added to them, (n, g).

        ``groups`` gives each column's group; None leaves the second empty.
        """
        n, f = matrix.shape
        if self.feature.max(initial=0) >= f:
            raise IndexError(f"the trees read more than the matrix's {f} columns")
        key = b"" if groups is None else groups.tobytes()
        if acceleration.native and matrix.dtype == np.float32 and (packed := _packed(self, key)):
            *forest, leaves, width = packed
            sums = np.empty((n, leaves.shape[1]))
            acceleration.native.tree_sums(np.asfortranarray(matrix).T, f, *forest, leaves, sums)
            return sums[:, 0], sums[:, 1:width]
        paths = _path_sums(self, key)
        log_odds, added = np.empty(n), np.empty((n, paths.shape[1]))
        step = max(1, _PAIRS // max(1, len(self.roots)))
        for rows in (slice(i, i + step) for i in range(0, n, step)):
            leaves = self._leaves(matrix[rows])
            log_odds[rows] = _sums_in_order(self.value.take(leaves))
            for group in range(paths.shape[1]):
                added[rows, group] = _sums_in_order(paths[:, group].take(leaves))
        return log_odds, added

    def _leaves(self, matrix: NDArray[np.float32]) -> NDArray[np.intp]:
        """The leaf that each row of an (n, f) matrix reaches in each tree, (n, t)."""
        n, f = matrix.shape
        # Missing values are infinite: minus infinity in one copy, plus infinity in the other.
        nothing = np.isnan(matrix)
        low, high = matrix.copy(), matrix.copy()
        low[nothing], high[nothing] = -np.inf, np.inf
        values = np.hstack([low, high]).ravel()
        column = self.feature + np.where(self.missing_left, 0, f)
        inner = self.left != np.arange(len(self.left))
        node = np.tile(self.roots, n)
        row = np.repeat(np.arange(n) * (2 * f), len(self.roots))
        reached, walking = node.copy(), np.arange(len(node))
        for level in range(self.depth):
            if level >= _FULL_LEVELS:
                unfinished = inner.take(node)
                if np.count_nonzero(unfinished) < _STILL_WALKING * len(node):
                    reached[walking] = node
                    node, row = node[unfinished], row[unfinished]
                    walking = walking[unfinished]
            goes_right = values.take(row + column.take(node)) > self.threshold.take(node)
            node = self.left.take(node) + goes_right
        reached[walking] = node
        return reached.reshape(n, -1)


def _sums_in_order(values: NDArray[Any]) -> Floats:
    """The sum of each row of an (n, t) array, from left to right as the compiled part adds."""
    if not values.shape[1]:
        return np.zeros(len(values))
    sums: Floats = np.add.accumulate(values, axis=1, dtype=np.float64)[:, -1]
    return sums


@lru_cache(maxsize=8)
def _path_sums(trees: Trees, groups: bytes) -> NDArray[np.float32]:
    """What each group of columns has added on the way to each node, (k, g)."""
    group = np.frombuffer(groups, np.int64)
    sums = np.zeros((len(trees.left), int(group.max(initial=-1)) + 1))
    value = trees.value.astype(np.float64)
    node = trees.roots
    while len(group) and len(node):
        node = node[trees.left[node] != node]
        for child in (trees.left[node], trees.left[node] + 1):
            sums[child] = sums[node]
            sums[child, group[trees.feature[node]]] += value[child] - value[node]
        node = np.concatenate([trees.left[node], trees.left[node] + 1])
    return sums.astype(np.float32)


_NODE: Final = np.dtype([(name, "=i4") for name in ("source", "threshold", "left", "right")])
_ROUND: Final = 4  # numbers that the compiled part adds side by side
_MOST_THRESHOLDS: Final = 255  # of a column, that it can count in a byte; training makes 254
_MOST_LEAVES: Final = 256  # of a tree
Forest = tuple[
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.float32],
    NDArray[np.void],
    NDArray[np.int32],
    NDArray[np.int32],
    int,
    NDArray[np.float32],
    int,
]


@lru_cache(maxsize=8)
def _packed(trees: Trees, groups: bytes) -> Forest | None:
    """The trees as the compiled part reads them (see its ``explain``), and a leaf's numbers.

    What is read are columns, each once with missing values as the smallest and once as the
    largest, as far as nodes ask for them, with all thresholds that they ask for; nodes that are
    no leaves, in each tree those furthest down first; and leaves, with the log-odds of each and
    what the groups of columns added. None where thresholds or leaves are more than a byte counts.
    """
    at = np.arange(len(trees.left))
    leaf = trees.left == at
    tree_of = np.searchsorted(trees.roots, at, "right") - 1
    sizes = np.bincount(tree_of, ~leaf, len(trees.roots)).astype(np.int32)
    leaf_sizes = np.bincount(tree_of, leaf, len(trees.roots)).astype(np.int32)
    begins, leaf_begins = _begins(sizes), _begins(leaf_sizes)
    most = int(leaf_sizes.max(initial=1))
    inner = np.flatnonzero(~leaf)
    inner = inner[np.lexsort([-inner, tree_of[inner]])]
    slot = np.empty(len(at), np.int64)  # where a node's leaf is found
    slot[inner] = most + np.arange(len(inner)) - begins[tree_of[inner]]
    slot[leaf] = np.arange(leaf.sum()) - leaf_begins[tree_of[leaf]]
    asked = 2 * trees.feature[inner] + ~trees.missing_left[inner]
    sources, source = np.unique(asked, return_inverse=True)
    thresholds, place, counts = _ranked(trees.threshold[inner], source, len(sources))
    if most > _MOST_LEAVES or counts.max(initial=0) > _MOST_THRESHOLDS:
        return None
    nodes = np.empty(len(inner), _NODE)
    nodes["source"] = source
    nodes["threshold"] = place
    nodes["left"] = slot[trees.left[inner]]
    nodes["right"] = slot[trees.left[inner] + 1]
    paths = _path_sums(trees, groups)
    width = 1 + paths.shape[1]
    room = width if width == 1 else -(-width // _ROUND) * _ROUND
    leaves = np.zeros((int(leaf.sum()), room), np.float32)
    leaves[:, 0], leaves[:, 1:width] = trees.value[leaf], paths[leaf]
    cuts = _begins(counts)
    return (
        sources.astype(np.int32), cuts, thresholds, nodes, begins, leaf_begins, most, leaves, width
    )  # fmt: skip


def _begins(sizes: NDArray[Any]) -> NDArray[np.int32]:
    """Where each of consecutive runs of these sizes begins, and the end of the last."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _ranked(
    thresholds: NDArray[np.float32], source: NDArray[np.intp], sources: int
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """The thresholds of each source, sorted and once each; each given one's place; their counts."""
    order = np.lexsort((thresholds, source))
    by_source, sorted_ = source[order], thresholds[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (by_source[1:] != by_source[:-1]) | (sorted_[1:] != sorted_[:-1])
    counts = np.bincount(by_source[new], minlength=sources)
    place = np.empty(len(order), np.intp)
    place[order] = np.cumsum(new) - 1 - _begins(counts)[by_source]
    return sorted_[new], place, counts


@dataclass(frozen=True, slots=True)
class Stack:
    """The model of one mode: linear scores of lines, the page's type, and trees on both."""

    linear: Linear
    types: PageTypes
    trees: Trees


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of n lines: the probability of content of each, (n,).

    ``article`` is the probability that the page is an article rather than a shop, a forum or
    a list; ``languages`` are the lines' languages with their probabilities, ``chars`` (n,) the
    lengths of their texts as they look (``characters.plain``), ``skeleton`` the elements around
    them, where the page was looked at in one part. ``site_reasons``
    are what a site model says of each line, if it is content and if it is chrome; ``drift`` how
    little the page looks like its site, None without such a model. ``matrices`` are what the
    trees read of the page's parts, by which they explain themselves (``Model.evidence``).
    """

    probability: Floats
    article: float = 1.0
    languages: tuple[tuple[str | None, float], ...] = ()
    chars: Floats = field(default_factory=lambda: np.zeros(0))
    site_reasons: Sequence[tuple[str, str]] = ()
    drift: float | None = None
    skeleton: Tree | None = None
    matrices: tuple[tuple[Kind, NDArray[np.float32]], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why n lines have their scores: what each of GROUNDS added to their log-odds, (n, g).

    ``seen`` holds what a reason tells of the lines, (n, len(SEEN)), nan where that is not known.
    """

    grounds: Floats
    seen: NDArray[np.float32]


# What the columns of the trees tell about, in the words of a reason.
GROUNDS: Final = (
    "wording", "names", "shape", "repetition", "language", "metadata", "links", "place in markup",
    "neighbours", "place on page", "container", "page type",
)  # fmt: skip
_SPECIAL_GROUNDS: Final = {
    **dict.fromkeys(
        ("familiar3", "familiar_word", "page_script", *LANGUAGE_COLUMNS, "taught"), "language"
    ),
    **dict.fromkeys(
        ("same_line", "same_start", "same_end", "said_before", "said_again", "copied_share"),
        "repetition",
    ),
    **dict.fromkeys(("links", "link_share"), "links"),
    **dict.fromkeys(
        ("in_title", "title_in", "in_headline", "headline_in", "in_description",
         "description_in", "in_body", "body_in", "has_body"), "metadata",
    ),
    **dict.fromkeys(("position", "position_chars", "lines", "page_chars"), "place on page"),
    **dict.fromkeys((f"is_{name}" for name in PAGE_TYPES), "page type"),
    **dict.fromkeys(("names",), "names"),
    **dict.fromkeys(("wording", "first_opinion"), "wording"),
    **dict.fromkeys(("surroundings",), "neighbours"),
}  # fmt: skip


def column_names(kind: Kind) -> tuple[str, ...]:
    """The names of the columns that the trees read, in order."""
    html = kind == "html"
    return (
        *TEXT_COLUMNS,
        *LANGUAGE_COLUMNS,
        *(MARKUP_COLUMNS if html else ()),
        *EVIDENCE, "first_opinion", "taught", *(f"is_{name}" for name in PAGE_TYPES),
        *NEIGHBOUR_COLUMNS, *WINDOW_COLUMNS, *PAGE_COLUMNS,
        *(CONTAINER_COLUMNS if html else ()),
    )  # fmt: skip


@cache
def column_grounds(kind: Kind) -> NDArray[np.int64]:
    """The ground of each of the trees' columns, as an index into GROUNDS."""

    def ground(name: str) -> str:
        if name in _SPECIAL_GROUNDS:
            return _SPECIAL_GROUNDS[name]
        if name in TEXT_COLUMNS:
            return "shape"
        if name in MARKUP_COLUMNS:
            return "place in markup"
        if name in CONTAINER_COLUMNS:
            return "container"
        return "neighbours"

    return np.array([GROUNDS.index(ground(name)) for name in column_names(kind)], np.int64)


# The columns that reasons tell about.
SEEN: Final = (
    "log_chars", "digit", "upper", "n_terminal", "ends_terminal", "ends_colon", "first_lower",
    "has_url", "has_at", "has_copyright", "has_separator", "has_clock_or_date",
    "familiar3", "familiar_word", "page_script", "page_language", "same_line", "same_start",
    "in_title", "in_headline", "in_description", "in_body", "has_body",
    "links", "link_share", "hidden", "same_path",
    "in_article", "in_main", "in_nav", "in_header", "in_footer", "in_aside", "in_form", "in_ul",
    "in_ol", "in_table", "in_blockquote", "in_p", "in_h1", "in_h2", "in_h3", "in_h4",
    "own_button", "own_label",
    *(f"is_{name}" for name in PAGE_TYPES),
    "lines_since_anchor", "lines_to_anchor", "best_run", "position",
    "p@1", "links@1", "within_main",
)  # fmt: skip


@cache
def _seen_columns(kind: Kind) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which columns of SEEN the trees read, and where."""
    names = column_names(kind)
    found = [(i, names.index(name)) for i, name in enumerate(SEEN) if name in names]
    return np.array([i for i, _ in found]), np.array([place for _, place in found])


def tree_matrix(
    encoded: Encoded, evidence: Floats, bias: float, known: float, types: Floats
) -> NDArray[np.float32]:
    """The columns that the trees read, (n, f): the line, its context, and the page's type.

    ``evidence`` (n, 3), ``bias`` and ``known``, how much it has been ``taught`` of the page's
    language, are the linear model's, ``types`` (7,) the page's.
    """
    p = sigmoid(evidence.sum(1, dtype=np.float64) + bias)  # training keeps single precision
    context = [neighbour_features(p, encoded.sizes, encoded.terminals)]
    if encoded.tree is not None:
        context.append(
            container_features(encoded.tree, p, encoded.sizes, encoded.terminals, encoded.links)
        )
    of_page = np.array([known, *types])[:, None]
    blocks = [encoded.columns.T, evidence.T, p[None], of_page, *context]
    matrix = np.empty((sum(map(len, blocks)), encoded.n), np.float32)  # a row for each column
    at = 0
    for block in blocks:
        matrix[at : at + len(block)] = block
        at += len(block)
    return matrix.T


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds to probabilities."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))


def logit(probability: Floats, closest: float) -> Floats:
    """Probabilities to log-odds, none nearer to 0 or 1 than ``closest``."""
    p = np.clip(probability, closest, 1 - closest)
    log_odds: Floats = np.log(p / (1 - p))
    return log_odds


def shifted(probability: Floats, log_odds: Floats, closest: float) -> Floats:
    """Probabilities with log-odds added to them; the same bits where there are none to add."""
    return np.where(log_odds == 0, probability, sigmoid(logit(probability, closest) + log_odds))


@dataclass(frozen=True)
class Model:
    """Line scores for pages in both modes; ``about`` is where it came from, as JSON."""

    stacks: Mapping[Kind, Stack]
    about: Mapping[str, Any]
    path: str | None = None

    def predict(self, page: Page, spoken: Sequence[int]) -> Scores:
        """Probabilities of content for the lines of a page whose indices are given."""
        scores = [
            self._predict_part(page, part, partly=len(part) < len(spoken))
            for part in parts(page, spoken)
        ]
        if len(scores) == 1:
            return scores[0]
        return Scores(
            np.concatenate([np.zeros(0), *(each.probability for each in scores)]),
            float(np.mean([each.article for each in scores])) if scores else 1.0,
            tuple(language for each in scores for language in each.languages),
            np.concatenate([np.zeros(0), *(each.chars for each in scores)]),
            matrices=tuple(matrix for each in scores for matrix in each.matrices),
        )

    def _predict_part(self, page: Page, spoken: Sequence[int], partly: bool) -> Scores:
        encoded = encode(page, spoken, partly)
        kind: Kind = "text" if encoded.tree is None else "html"
        stack = self.stacks[kind]
        evidence = stack.linear.scores(encoded)
        types = stack.types.log_probabilities(encoded.bag)
        known = stack.linear.taught(encoded.speech.language)
        matrix = tree_matrix(encoded, evidence, stack.linear.bias, known, types)
        return Scores(
            sigmoid(stack.trees.log_odds(matrix)),
            float(np.exp(types[PAGE_TYPES.index("article")])),
            tuple(encoded.speech.of_lines()),
            encoded.chars,
            skeleton=encoded.tree,
            matrices=((kind, matrix),),
        )

    def evidence(self, scores: Scores) -> Evidence:
        """What the scores of ``predict`` rest on."""
        grounds = np.zeros((len(scores.probability), len(GROUNDS)))
        seen = np.full((len(grounds), len(SEEN)), np.nan, np.float32)
        first = 0
        for kind, matrix in scores.matrices:
            rows = slice(first, first := first + len(matrix))
            added = self.stacks[kind].trees.explain(matrix, column_grounds(kind))[1]
            grounds[rows, : added.shape[1]] = added
            places, columns = _seen_columns(kind)
            seen[rows, places] = matrix[:, columns]
        return Evidence(grounds, seen)

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers load the file rather than receive megabytes of arrays.
        if self.path is not None:
            return (load_model, (self.path or None,))
        return (from_bytes, (to_bytes(self),))


def parts(page: Page, spoken: Sequence[int]) -> Iterator[Sequence[int]]:
    """A page's spoken lines, all of them or cut into parts of about the same size."""
    if not spoken:
        return
    chars = np.array([min(len(page.lines[i].text), MAX_LINE) for i in spoken])
    shares = np.maximum(chars / PART_CHARS, 1 / PART_LINES)
    total = float(shares.sum())
    if total <= 1:
        yield spoken
        return
    number = ((np.cumsum(shares) - shares / 2) / total * np.ceil(total)).astype(int)
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(spoken)]
    for first, last in pairwise(cuts):
        yield spoken[first:last]


def load_model(path: str | PathLike[str] | None = None) -> Model:
    """The model in a file; the shipped one for None. Raises ModelError for what is no model.

    Loading runs nothing from the file: it holds JSON and plain arrays.
    """
    if path is None:
        return _shipped_model()
    name = str(path)
    return _load(name, *changed_and_size(name, MODEL_FILE))


def model_bytes(path: str | PathLike[str] | None = None) -> bytes:
    """The bytes of a model file, not yet checked; those of the shipped one for None or "".

    Raises ModelError for what is no file, or too large to be a model's.
    """
    if not path:
        return files("boilerplate").joinpath("data/model.zip").read_bytes()
    return file_bytes(path, MODEL_FILE)


@cache
def _shipped_model() -> Model:
    return from_bytes(model_bytes(), "the shipped model", "")


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
        return Model({kind: _stack(arrays, about, kind) for kind in MODES}, about, path)


def _stack(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], kind: Kind) -> Stack:
    def array(key: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        found = arrays[f"{kind}-{key}"]
        if found.ndim != 1 or found.dtype != dtype:
            raise ModelError(
                f"array {kind}-{key} has {found.dtype} of {found.ndim} dimensions, not {dtype} of 1"
            )
        return found

    mode = about["modes"][kind]
    weights = tuple(array(part, _WEIGHT).astype(np.float32) for part in EVIDENCE)
    if any(len(w) != 1 << HASH_BITS for w in weights):
        raise ModelError(f"{kind}: linear weights must have {1 << HASH_BITS} entries")
    bias = mode["bias"]
    if not is_number(bias):
        raise ModelError(f"{kind}: the bias is {bias!r:.60}")
    types = array("types", _WEIGHT).astype(np.float32)
    if len(types) != len(PAGE_TYPES) * _TYPE_BUCKETS:
        raise ModelError(f"{kind}: page types must have {len(PAGE_TYPES) * _TYPE_BUCKETS} weights")
    languages = mode["languages"]
    if not isinstance(languages, dict) or not all(map(_is_count, languages.values())):
        raise ModelError(f"{kind}: how many pages in each language are no counts")
    biases = mode["type_bias"]
    if not isinstance(biases, list) or not all(map(is_number, biases)):
        raise ModelError(f"{kind}: the page types' biases are not numbers")
    type_bias = np.array(biases, np.float32)
    if type_bias.shape != (len(PAGE_TYPES),):
        raise ModelError(f"{kind}: page types must have {len(PAGE_TYPES)} biases")
    nodes = {key: array(f"trees-{key}", dtype) for key, dtype in _NODE_ARRAYS.items()}
    sizes = array("trees-sizes", _SIZES)
    trees = trees_from({**nodes, "sizes": sizes}, len(column_names(kind)))
    by_type = np.asfortranarray(types.reshape(len(PAGE_TYPES), _TYPE_BUCKETS))
    page_types = PageTypes(by_type, type_bias)
    return Stack(Linear(weights, float(bias), languages), page_types, trees)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and is_number(value) and value >= 0


def is_number(value: object) -> bool:
    """Whether a value from JSON is a number that a weight can have.

    >>> [is_number(value) for value in (1, -0.5, True, "1", None, 1e30, float("nan"), 10**400)]
    [True, True, False, False, False, False, False, False]
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _LARGEST


def trees_from(arrays: Mapping[str, NDArray[Any]], columns: int) -> Trees:
    """Trees from their stored arrays, whose nodes are counted within each tree.

    ``left`` is a node's left child, which its sibling follows; a leaf has feature -1. Raises
    ModelError where a feature does not exist, where a node has not exactly one parent in its
    tree, or stands before it, so that every walk ends.
    """
    k = len(arrays["feature"])
    if k > MAX_NODES or len(arrays["sizes"]) > k:
        raise ModelError(f"trees: {k} nodes in {len(arrays['sizes'])} trees")
    sizes = arrays["sizes"].astype(np.int64)
    if (
        (sizes < 1).any()
        or (sizes > k).any()
        or int(sizes.sum()) != k
        or any(len(arrays[key]) != k for key in _NODE_ARRAYS)
    ):
        raise ModelError("trees: the arrays' lengths disagree")
    roots = (np.cumsum(sizes) - sizes).astype(np.intp)
    tree_of = np.repeat(np.arange(len(sizes)), sizes)
    at = np.arange(k)
    feature = arrays["feature"].astype(np.intp)
    inner = np.flatnonzero(feature >= 0)
    if (feature >= columns).any() or (feature < -1).any():
        raise ModelError(f"trees: a node asks for a feature beyond the {columns} that there are")
    left = at.copy()
    left[inner] = arrays["left"][inner].astype(np.int64) + roots[tree_of[inner]]
    children = np.concatenate([left[inner], left[inner] + 1])
    parents = np.concatenate([inner, inner])
    if (
        not np.array_equal(np.sort(children), np.setdiff1d(at, roots))
        or (children <= parents).any()
        or (tree_of[children] != tree_of[parents]).any()
    ):
        raise ModelError("trees: a node is not the child of one earlier node in its tree")
    if not (np.abs(arrays["value"]) <= _LARGEST).all():
        raise ModelError(f"trees: a value is beyond {_LARGEST:.0f}")
    level, depth = roots, 0
    while len(level := level[left[level] != level]):
        level = np.concatenate([left[level], left[level] + 1])
        depth += 1
        if depth > MAX_DEPTH:
            raise ModelError(f"trees: deeper than {MAX_DEPTH}")
    leaf = feature < 0
    return Trees(
        np.where(leaf, 0, feature),
        np.where(leaf, np.inf, arrays["threshold"]).astype(np.float32),
        left,
        arrays["value"].astype(np.float32),
        arrays["missing_left"].astype(bool),
        roots,
        depth,
    )


def to_bytes(model: Model) -> bytes:
    """A model as the bytes of its file, the same bytes for the same model."""
    arrays: dict[str, NDArray[Any]] = {}
    modes: dict[str, Any] = {}
    for kind, stack in model.stacks.items():
        for part, table in zip(EVIDENCE, stack.linear.tables, strict=True):
            arrays[f"{kind}-{part}"] = table.astype(_WEIGHT)
        arrays[f"{kind}-types"] = stack.types.weights.astype(_WEIGHT).ravel()
        modes[kind] = {
            "bias": stack.linear.bias,
            "languages": dict(sorted(stack.linear.languages.items())),
            "type_bias": stack.types.bias.tolist(),
        }
        for key, array in _stored(stack.trees).items():
            arrays[f"{kind}-trees-{key}"] = array
    return packed(MODEL_FILE, {**model.about, "modes": modes}, arrays)


def _stored(trees: Trees) -> dict[str, NDArray[Any]]:
    sizes = np.diff(np.concatenate([trees.roots, [len(trees.feature)]]))
    base = np.repeat(trees.roots, sizes)
    leaf = trees.left == np.arange(len(trees.left))
    nodes: dict[str, NDArray[Any]] = {
        "feature": np.where(leaf, -1, trees.feature),
        "threshold": np.where(leaf, 0, trees.threshold),
        "left": np.where(leaf, 0, trees.left - base),
        "value": trees.value,
        "missing_left": trees.missing_left,
    }
    return {
        **{key: array.astype(_NODE_ARRAYS[key]) for key, array in nodes.items()},
        "sizes": sizes.astype(_SIZES),
    }
