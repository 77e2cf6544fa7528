"""What a dropped line is: navigation, a legal or a cookie notice, a newsletter box ...

A small model beside the large one, asked for dropped lines only. It weighs the n-grams of the
line and, in HTML, the names of the elements around it; and since chrome stands in runs, a line
that says little of itself ("Please" before a link to a privacy notice) is what its run is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.archive import packed, unpacked
from boilerplate.characters import char_flags, char_table, code_points
from boilerplate.features import (
    Floats,
    Ints,
    Tree,
    char_grams,
    element_tokens,
    interleaved,
    name_buckets,
    page_text,
    tree,
    word_grams,
)
from boilerplate.model import MODEL_FILE, ModelError, is_number
from boilerplate.page import Page

KINDS: Final = (
    "navigation", "legal", "cookie", "newsletter", "share", "comments", "login", "related", "shop",
    "other",
)  # fmt: skip

FORMAT: Final = "boilerplate-kinds"
FORMAT_VERSION: Final = 1
SCHEMA: Final = 2  # raised whenever words or names are hashed otherwise; files name it
HEAD: Final = 240  # characters of a line that are read: a notice says what it is at its start
CHAR_ORDERS: Final = (2, 3, 4, 5)  # pairs carry scripts without spaces, fives the stems of words
WORD_ORDERS: Final = (1, 2)
TEXT_BITS: Final = 17
NAME_BITS: Final = 13
FADING: Final = 0.7  # what the names of an element say, seen from one level further down
MAX_LEVELS: Final = 12  # further up, too little is left to be heard
KINDS_FILE: Final = replace(
    MODEL_FILE,
    name=FORMAT,
    version=FORMAT_VERSION,
    arrays=frozenset({"text", "names"}),
    marks={"feature_schema": SCHEMA},
)
_FADED: Final = FADING ** np.arange(MAX_LEVELS)
_WIDTH: Final = 16  # of a packed row
SWITCH: Final = 1.5  # log-odds that it costs a line to be of another kind than the line before
# Inline links break sentences of bare text: a line that begins in lower case goes on with one.
SWITCH_WITHIN: Final = 5.0
LEAST_LIKELY: Final = -4.0  # log-probability; no line is so sure of itself that it outvotes a run


@dataclass(frozen=True, slots=True, eq=False)
class KindModel:
    """A multinomial logistic regression over KINDS.

    ``text`` (2**17, 10) weighs hashed n-grams, ``names`` (2**13, 10) what elements are called,
    ``bias`` is (10,); ``about`` is where it came from, as JSON.
    """

    text: NDArray[np.float32]
    names: NDArray[np.float32]
    bias: NDArray[np.float32]
    about: Mapping[str, Any]

    def log_probabilities(
        self, page: Page, lines: Sequence[int], skeleton: Tree | None = None
    ) -> Floats:
        """The logarithm of each kind's probability for the lines of these indices, (n, 10).

        ``skeleton`` is the page's, for these lines, where it is known already.
        """
        scores = self._worded([page.lines[i].text for i in lines]) + self.bias
        skeleton = skeleton or tree(page, lines)
        if skeleton is not None:
            marked = [page.lines[i].markup is not None for i in lines]
            scores += self._named(skeleton, np.where(marked, skeleton.line_element, -1))
        scores -= scores.max(1, keepdims=True)
        logarithms: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return logarithms

    def _worded(self, texts: Sequence[str]) -> Floats:
        """What each text's n-grams say, over the root of their number, (n, 10)."""
        table, scale = _packed(self, "text")
        if native := acceleration.native:
            sums, counts = np.empty((len(texts), len(KINDS))), np.empty(len(texts))
            heads, tables = _raw_heads(texts), (char_table(), char_flags(), table)
            native.chrome_kind_text_scores(heads, *tables, sums, counts)
        else:
            ids, offsets = text_rows(texts)
            sums, counts = _row_sums(table, ids, offsets), np.diff(offsets).astype(float)
        worded: Floats = sums * (scale / np.sqrt(np.maximum(counts, 1.0)))[:, None]
        return worded

    def _named(self, skeleton: Tree, at: Ints) -> Floats:
        """What the elements at and around each place are called, the nearest loudest, (n, 10)."""
        table, scale = _packed(self, "names")
        fading = _FADED * scale
        heard = np.zeros((len(at), len(KINDS)))
        if native := acceleration.native:
            arrays = skeleton.tokens, skeleton.sizes, skeleton.kind, skeleton.parent, at
            native.chrome_kind_name_scores(*arrays, table, fading, heard)
            return heard
        offsets = np.concatenate([[0], np.cumsum(skeleton.sizes)])
        says = _row_sums(table, name_buckets(skeleton.tokens, 0, NAME_BITS), offsets)
        says /= np.sqrt(skeleton.sizes)[:, None]
        # A last row for what is above the root, or has no markup: it says nothing.
        says = np.vstack([says, np.zeros(len(KINDS))])
        kind, parent = np.append(skeleton.kind, len(says) - 1), np.append(skeleton.parent, -1)
        for faded in fading:
            heard += faded * says[kind[at]]
            at = parent[at]
        return heard


@lru_cache(maxsize=8)
def _packed(model: KindModel, name: str) -> tuple[NDArray[np.int8], float]:
    """A table's weights in 8 bits, as its file has them, (2**b, 16), and what one of them is.

    They add up exactly, in any order, and sixteen of them lie in one line of memory.
    """
    table: NDArray[np.float32] = getattr(model, name)
    scale = _scale_of(table)
    packed = np.zeros((len(table), _WIDTH), np.int8)
    packed[:, : len(KINDS)] = np.round(table / scale)
    return packed, scale


def _scale_of(table: NDArray[np.float32]) -> float:
    return float(np.abs(table).max() / 127) or 1.0


def name_ids(tag: str, names: tuple[str, ...]) -> Ints:
    """The buckets of what an element is called, out of 2**13."""
    return name_buckets(element_tokens(tag, names), 0, NAME_BITS)


def text_rows(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The buckets of each text's n-grams, text after text, and where each text's begin.

    Shapes (k,) and (n + 1,); each n-gram weighs one over the root of its text's number.
    """
    text = page_text([" ".join(each[:HEAD].split()) for each in texts])
    grams = [char_grams(text, n) for n in CHAR_ORDERS] + [word_grams(text, n) for n in WORD_ORDERS]
    return interleaved(grams, TEXT_BITS)


def _raw_heads(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The same texts, blanks and all, in folded case, with a newline before each and at the end."""
    joined = "\n".join(["", *(each[:HEAD] for each in texts), ""])
    if joined.count("\n") != len(texts) + 1:
        joined = "\n".join(["", *(each[:HEAD].replace("\n", " ") for each in texts), ""])
    return code_points(joined.casefold())


def _row_sums(table: NDArray[np.int8], ids: Ints, offsets: Ints) -> Floats:
    """The sum of each row's entries of a table, (n, 10)."""
    sums = np.zeros((len(offsets) - 1, len(KINDS)))
    filled = np.diff(offsets) > 0  # reduceat knows no empty rows
    if filled.any():
        each = table[:, : len(KINDS)].take(ids, axis=0).astype(np.float64)
        sums[filled] = np.add.reduceat(each, offsets[:-1][filled], axis=0)
    return sums


def chrome_kinds(
    page: Page,
    spoken: Sequence[int],
    content: NDArray[np.bool_],
    model: KindModel | None = None,
    skeleton: Tree | None = None,
) -> list[str | None]:
    """The kind of each spoken line that was dropped, one of KINDS; None for those kept.

    ``spoken`` are the indices of the page's lines that are not blank, ``content`` which of them
    were kept, (n,); ``skeleton`` is the page's, where it is known. A run of dropped lines, which
    only kept lines interrupt, is named as a whole: the likeliest kinds where each change of kind
    has its cost (Viterbi 1967).
    """
    dropped = np.flatnonzero(~content)
    out: list[str | None] = [None] * len(spoken)
    if not len(dropped):
        return out
    model = model or shipped_kinds()
    lines = [spoken[i] for i in dropped.tolist()]
    if skeleton is not None:
        skeleton = replace(skeleton, line_element=skeleton.line_element[dropped])
    scores = np.maximum(model.log_probabilities(page, lines, skeleton), LEAST_LIKELY)
    costs = np.full(len(lines), SWITCH)
    if page.kind == "text":
        begins = (page.lines[i].text.lstrip()[:1] for i in lines)
        costs[[first.islower() for first in begins]] = SWITCH_WITHIN
    path = likeliest_paths(scores, costs, np.diff(dropped, prepend=-2) > 1)
    for i, kind in zip(dropped.tolist(), path.tolist(), strict=True):
        out[i] = KINDS[kind]
    return out


def likeliest_paths(scores: Floats, costs: Floats, begins: NDArray[np.bool_]) -> Ints:
    """The kinds of runs of lines, from the log-probabilities of each line's kinds, (n, 10).

    ``costs`` are what it costs each line, (n,), to be of another kind than the line before;
    ``begins`` says at which a run begins, (n,).
    """
    if native := acceleration.native:
        path = np.empty(len(scores), np.int64)
        native.viterbi_paths(np.ascontiguousarray(scores), costs, begins, path)
        return path
    bounds = [*np.flatnonzero(begins).tolist(), len(scores)]
    found = [likeliest_path(scores[a:b], costs[a:b].tolist()) for a, b in pairwise(bounds)]
    return np.array([kind for path in found for kind in path], np.int64)


def likeliest_path(scores: Floats, costs: Sequence[float]) -> list[int]:
    """The kinds of one run; any number of them.

    >>> likeliest_path(np.log([[0.8, 0.2], [0.4, 0.6], [0.8, 0.2], [0.001, 0.999]]), [1.5] * 4)
    [0, 0, 0, 1]
    """
    rows = scores.tolist()  # lists: ten numbers are too few for arrays to be fast
    best = [rows[0]]  # for each line and kind, the likeliest path that ends there
    for row, cost in zip(rows[1:], costs[1:], strict=True):
        change = max(best[-1]) - cost
        best.append([max(b, change) + r for b, r in zip(best[-1], row, strict=True)])
    kind = best[-1].index(max(best[-1]))
    path = [kind]
    for before, cost in zip(best[-2::-1], costs[:0:-1], strict=True):
        if before[kind] < max(before) - cost:
            kind = before.index(max(before))
        path.append(kind)
    return path[::-1]


@cache
def shipped_kinds() -> KindModel:
    """The model of the package; read when the first line is named."""
    return from_bytes(files("boilerplate").joinpath("data/kinds.zip").read_bytes())


def from_bytes(data: bytes, name: str = "kinds") -> KindModel:
    """The model in the bytes of its file; ModelError, with ``name``, for what is no such file."""
    with KINDS_FILE.errors_naming(name):
        about, arrays = unpacked(KINDS_FILE, data)
        tables = []
        for key, bits in (("text", TEXT_BITS), ("names", NAME_BITS)):
            if arrays[key].dtype != np.int8 or arrays[key].shape != (len(KINDS) << bits,):
                raise ModelError(f"{key} must have {len(KINDS) << bits} weights of 8 bits")
            scale = about["scales"][key]
            if not is_number(scale) or scale <= 0:
                raise ModelError(f"the scale of {key} is {scale!r:.60}")
            scaled = arrays[key].astype(np.float32) * np.float32(scale)
            tables.append(scaled.reshape(1 << bits, len(KINDS)))
        bias = about["bias"]
        if (
            about["kinds"] != list(KINDS)
            or not all(map(is_number, bias))
            or len(bias) != len(KINDS)
        ):
            raise ModelError(f"this version names {', '.join(KINDS)}")
        return KindModel(tables[0], tables[1], np.array(bias, np.float32), about)


def to_bytes(model: KindModel) -> bytes:
    """A model as the bytes of its file, the same bytes for the same model; weights in 8 bits."""
    arrays, scales = {}, {}
    for name, table in (("text", model.text), ("names", model.names)):
        scales[name] = _scale_of(table)
        arrays[name] = np.round(table / scales[name]).astype(np.int8).ravel()
    about = {**model.about, "kinds": KINDS, "bias": model.bias.tolist(), "scales": scales}
    return packed(KINDS_FILE, about, arrays)
