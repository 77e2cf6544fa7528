"""What a dropped line is: navigation, a legal or a cookie notice, a newsletter box ...

A small model beside the large one, asked for dropped lines only. It weighs the n-grams of the
line and, in HTML, the names of the elements around it; and since chrome stands in runs, a line
that says little of itself ("Please" before a link to a privacy notice) is what its run is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import acceleration
from boilerplate.archive import packed, unpacked
from boilerplate.features import (
    ElementKind,
    Floats,
    Ints,
    PageText,
    char_grams,
    element_arrays,
    element_tokens,
    interleaved,
    line_markups,
    name_buckets,
    page_text,
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
HEAD: Final = 240  # characters of a line that are read: a notice says what it is at its start
CHAR_ORDERS: Final = (2, 3, 4, 5)  # pairs carry scripts without spaces, fives the stems of words
WORD_ORDERS: Final = (1, 2)
TEXT_BITS: Final = 17
NAME_BITS: Final = 13
FADING: Final = 0.7  # what the names of an element say, seen from one level further down
MAX_LEVELS: Final = 12  # further up, too little is left to be heard
KINDS_FILE: Final = replace(
    MODEL_FILE, name=FORMAT, version=FORMAT_VERSION, arrays=frozenset({"text", "names"})
)
_FADED: Final = (FADING ** np.arange(MAX_LEVELS)).astype(np.float32)
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

    def log_probabilities(self, page: Page, lines: Sequence[int]) -> Floats:
        """The logarithm of each kind's probability for the lines of these indices, (n, 10)."""
        scores = self._worded([page.lines[i].text for i in lines]) + self.bias
        if page.kind == "html" and page.elements:
            scores += self._named(page, lines)
        scores -= scores.max(1, keepdims=True)
        logarithms: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return logarithms

    def _worded(self, texts: Sequence[str]) -> Floats:
        """What each text's n-grams say, over the root of their number, (n, 10)."""
        text = _heads(texts)
        if not (native := acceleration.native):
            return _row_sums(self.text, *_rows(text))
        sums, counts = np.zeros((len(texts), len(KINDS))), np.empty(len(texts), np.int64)
        orders = bytes(CHAR_ORDERS), bytes(WORD_ORDERS)
        native.gram_sums(text.compiled, *orders, TEXT_BITS, self.text, len(KINDS), sums, counts)
        return sums / np.sqrt(np.maximum(counts, 1))[:, None]

    def _named(self, page: Page, lines: Sequence[int]) -> NDArray[np.float32]:
        """What the elements around each line are called, the nearest loudest, (n, 10)."""
        kinds, kind, parent, _, _ = element_arrays(page.elements)
        # A last row for what is above the root, or has no markup: it says nothing.
        silence = np.zeros(len(KINDS), np.float32)
        says = np.vstack([_says(self, kinds), silence])
        marked = np.array([page.lines[i].markup is not None for i in lines])
        element = np.where(marked, line_markups(page, lines)[:, 0].astype(np.int64), -1)
        heard = np.zeros((len(lines), len(KINDS)), np.float32)
        if native := acceleration.native:
            native.chain_sums(parent, kind, says, _FADED, element, heard)
            return heard
        kind, parent = np.append(kind, len(kinds)), np.append(parent, -1)
        for faded in _FADED:
            heard += faded * says[kind[element]]
            element = parent[element]
        return heard


def _says(model: KindModel, kinds: Sequence[ElementKind]) -> NDArray[np.float32]:
    """What elements of each kind of tag and names say of the lines in them, (k, 10)."""
    each = [element_tokens(*kind) for kind in kinds]
    sizes = np.array([len(tokens) for tokens in each])
    ids = name_buckets(np.concatenate(each), 0, NAME_BITS)
    said = model.names[ids].astype(np.float64)  # weights of 8 bits: they add up exactly
    sums = np.add.reduceat(said, np.cumsum(sizes) - sizes, axis=0)
    mean: NDArray[np.float32] = (sums / np.sqrt(sizes)[:, None]).astype(np.float32)
    return mean


def name_ids(tag: str, names: tuple[str, ...]) -> Ints:
    """The buckets of what an element is called, out of 2**13."""
    return name_buckets(element_tokens(tag, names), 0, NAME_BITS)


def text_rows(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The buckets of each text's n-grams, text after text, and where each text's begin.

    Shapes (k,) and (n + 1,); each n-gram weighs one over the root of its text's number.
    """
    return _rows(_heads(texts))


def _heads(texts: Sequence[str]) -> PageText:
    return page_text([" ".join(each[:HEAD].split()) for each in texts])


def _rows(text: PageText) -> tuple[Ints, Ints]:
    grams = [char_grams(text, n) for n in CHAR_ORDERS] + [word_grams(text, n) for n in WORD_ORDERS]
    return interleaved(grams, TEXT_BITS)


def _row_sums(table: NDArray[np.float32], ids: Ints, offsets: Ints) -> Floats:
    """The sum of each row's entries of a table over the root of their number, (n, 10).

    Weights of 8 bits add up exactly, in any order.
    """
    counts = np.diff(offsets)
    sums = np.zeros((len(counts), table.shape[1]))
    filled = counts > 0  # reduceat knows no empty rows
    if filled.any():
        each = table.take(ids, axis=0).astype(np.float64)
        sums[filled] = np.add.reduceat(each, offsets[:-1][filled], axis=0)
        sums[filled] /= np.sqrt(counts[filled])[:, None]
    return sums


def chrome_kinds(
    page: Page,
    spoken: Sequence[int],
    content: NDArray[np.bool_],
    model: KindModel | None = None,
) -> list[str | None]:
    """The kind of each spoken line that was dropped, one of KINDS; None for those kept.

    ``spoken`` are the indices of the page's lines that are not blank, ``content`` which of them
    were kept, (n,). A run of dropped lines, which only kept lines interrupt, is named as a
    whole: the likeliest kinds where each change of kind has its cost (Viterbi 1967).
    """
    dropped = np.flatnonzero(~content)
    out: list[str | None] = [None] * len(spoken)
    if not len(dropped):
        return out
    model = model or shipped_kinds()
    lines = [spoken[i] for i in dropped.tolist()]
    scores = np.maximum(model.log_probabilities(page, lines), LEAST_LIKELY)
    costs = [SWITCH] * len(lines)
    if page.kind == "text":
        begins = (page.lines[i].text.lstrip()[:1] for i in lines)
        costs = [SWITCH_WITHIN if first.islower() else SWITCH for first in begins]
    first = np.flatnonzero(np.diff(dropped, prepend=-2) > 1)
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(dropped)], strict=True):
        for i, kind in enumerate(likeliest_path(scores[begin:end], costs[begin:end]), begin):
            out[dropped[i]] = KINDS[kind]
    return out


def likeliest_path(scores: Floats, costs: Sequence[float]) -> list[int]:
    """The kinds of a run of lines, from the log-probabilities of each line's kinds, (n, k).

    ``costs`` are what it costs each line, (n,), to be of another kind than the line before.

    >>> likeliest_path(np.log([[0.8, 0.2], [0.4, 0.6], [0.8, 0.2], [0.001, 0.999]]), [1.5] * 4)
    [0, 0, 0, 1]
    """
    likeliest = scores.argmax(1)
    if (likeliest == likeliest[0]).all():  # as most runs are
        return [int(kind) for kind in likeliest]
    if native := acceleration.native:
        found = np.empty(len(scores), np.int64)
        native.likeliest_path(np.ascontiguousarray(scores), np.array(costs, float), found)
        return [int(kind) for kind in found]
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
        scales[name] = float(np.abs(table).max() / 127) or 1.0
        arrays[name] = np.round(table / scales[name]).astype(np.int8).ravel()
    about = {**model.about, "kinds": KINDS, "bias": model.bias.tolist(), "scales": scales}
    return packed(KINDS_FILE, about, arrays)
