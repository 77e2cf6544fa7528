"""What a dropped line is: navigation, a legal or a cookie notice, a newsletter box ...

A small model beside the large one, asked for dropped lines only. It weighs the n-grams of the
line and, in HTML, the names of the elements around it; and since chrome stands in runs, a line
that says little of itself ("Please" before a link to a privacy notice) is what its run is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features import (
    Floats,
    Ints,
    char_grams,
    element_tokens,
    interleaved,
    name_buckets,
    page_text,
    word_grams,
)
from boilerplate.model import ModelError, array_file, read_array_file
from boilerplate.page import Element, Page

KINDS: Final = (
    "navigation", "legal", "cookie", "newsletter", "share", "comments", "login", "related", "shop",
    "other",
)  # fmt: skip

FORMAT: Final = "boilerplate-kinds"
FORMAT_VERSION: Final = 1
HEAD: Final = 240  # characters of a line that are read: a notice says what it is at its start
CHAR_ORDERS: Final = (2, 3, 5)  # pairs carry scripts without spaces, fives the stems of words
WORD_ORDERS: Final = (1, 2)
TEXT_BITS: Final = 16
NAME_BITS: Final = 13
FADING: Final = 0.7  # what the names of an element say, seen from one level further down
MAX_LEVELS: Final = 12  # further up, too little is left to be heard
SWITCH: Final = 2.0  # log-odds that a line must have to be of another kind than its neighbour


@dataclass(frozen=True, slots=True, eq=False)
class KindModel:
    """A multinomial logistic regression over KINDS.

    ``text`` (2**16, 10) weighs hashed n-grams, ``names`` (2**13, 10) what elements are called,
    ``bias`` is (10,); ``about`` is where it came from, as JSON.
    """

    text: NDArray[np.float32]
    names: NDArray[np.float32]
    bias: NDArray[np.float32]
    about: Mapping[str, Any]

    def log_probabilities(self, page: Page, lines: Sequence[int]) -> Floats:
        """The logarithm of each kind's probability for the lines of these indices, (n, 10)."""
        ids, offsets = text_rows([page.lines[i].text for i in lines])
        scores = _row_sums(self.text, ids, offsets).astype(np.float64) + self.bias
        if page.kind == "html" and page.elements:
            scores += self._named(page, lines)
        scores -= scores.max(1, keepdims=True)
        logarithms: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return logarithms

    def _named(self, page: Page, lines: Sequence[int]) -> Floats:
        """What the elements around each line are called, the nearest loudest, (n, 10)."""
        own = np.zeros((len(lines), len(KINDS)))
        known: dict[int, NDArray[np.float32]] = {}
        for row, i in enumerate(lines):
            markup = page.lines[i].markup
            if markup is None:
                continue
            if markup.element not in known:
                said = np.zeros(len(KINDS), np.float32)
                for level, element in enumerate(elements_above(page, markup.element)):
                    said += np.float32(FADING**level) * _element_says(self, element)
                known[markup.element] = said
            own[row] = known[markup.element]
        return own


@lru_cache(maxsize=65536)
def _says(model: KindModel, tag: str, names: tuple[str, ...]) -> NDArray[np.float32]:
    ids = name_ids(tag, names)
    said: NDArray[np.float32] = model.names[ids].sum(0) / np.float32(np.sqrt(len(ids)))
    return said


def _element_says(model: KindModel, element: Element) -> NDArray[np.float32]:
    return _says(model, element.tag, element.names)


def name_ids(tag: str, names: tuple[str, ...]) -> Ints:
    """The buckets of what an element is called, out of 2**13."""
    return name_buckets(element_tokens(tag, names), 0, NAME_BITS)


def elements_above(page: Page, element: int) -> list[Element]:
    """An element and those around it, the innermost first, as far up as can be heard."""
    chain: list[Element] = []
    while element >= 0 and len(chain) < MAX_LEVELS:
        chain.append(page.elements[element])
        element = page.elements[element].parent
    return chain


def text_rows(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The buckets of each text's n-grams, text after text, and where each text's begin.

    Shapes (k,) and (n + 1,); each n-gram weighs one over the root of its text's number.
    """
    text = page_text([" ".join(each[:HEAD].split()) for each in texts])
    grams = [char_grams(text, n) for n in CHAR_ORDERS] + [word_grams(text, n) for n in WORD_ORDERS]
    return interleaved(grams, TEXT_BITS)


def _row_sums(table: NDArray[np.float32], ids: Ints, offsets: Ints) -> NDArray[np.float32]:
    """The sum of each row's entries of a table over the root of their number, (n, 10)."""
    counts = np.diff(offsets)
    sums = np.zeros((len(counts), table.shape[1]), np.float32)
    filled = counts > 0  # reduceat knows no empty rows
    if filled.any():
        sums[filled] = np.add.reduceat(table.take(ids, axis=0), offsets[:-1][filled], axis=0)
        sums[filled] /= np.sqrt(counts[filled], dtype=np.float32)[:, None]
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
    whole: the likeliest kinds where each change of kind costs SWITCH (Viterbi 1967).
    """
    dropped = np.flatnonzero(~content)
    out: list[str | None] = [None] * len(spoken)
    if not len(dropped):
        return out
    model = model or shipped_kinds()
    scores = model.log_probabilities(page, [spoken[i] for i in dropped.tolist()])
    first = np.flatnonzero(np.diff(dropped, prepend=-2) > 1)
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(dropped)], strict=True):
        for i, kind in enumerate(likeliest_path(scores[begin:end]), begin):
            out[dropped[i]] = KINDS[kind]
    return out


def likeliest_path(scores: Floats, switch: float = SWITCH) -> list[int]:
    """The kinds of a run of lines, from the log-probabilities of each line's kinds, (n, k).

    >>> likeliest_path(np.log([[0.8, 0.2], [0.4, 0.6], [0.8, 0.2], [0.001, 0.999]]))
    [0, 0, 0, 1]
    """
    best = scores[0]
    came: list[tuple[int, NDArray[np.bool_]]] = []  # the kind before, where it changed
    for row in scores[1:]:
        top = int(best.argmax())
        change = best < best[top] - switch
        came.append((top, change))
        best = np.where(change, best[top] - switch, best) + row
    path = [int(best.argmax())]
    for top, change in reversed(came):
        path.append(top if change[path[-1]] else path[-1])
    return path[::-1]


@cache
def shipped_kinds() -> KindModel:
    """The model of the package; read when the first line is named."""
    return from_bytes(files("boilerplate").joinpath("data/kinds.zip").read_bytes())


def from_bytes(data: bytes) -> KindModel:
    """The model in the bytes of its file. Raises ModelError for what is no such file."""
    arrays, about = read_array_file(data, "kinds", FORMAT, FORMAT_VERSION)
    tables = []
    for name, bits in (("text", TEXT_BITS), ("names", NAME_BITS)):
        if len(arrays[name]) != len(KINDS) << bits:
            raise ModelError(f"kinds: {name} must have {len(KINDS) << bits} weights")
        scaled = arrays[name].astype(np.float32) * np.float32(about["scales"][name])
        tables.append(scaled.reshape(1 << bits, len(KINDS)))
    bias = np.array(about["bias"], np.float32)
    if tuple(about["kinds"]) != KINDS or bias.shape != (len(KINDS),):
        raise ModelError(f"kinds: this version names {', '.join(KINDS)}")
    return KindModel(tables[0], tables[1], bias, about)


def to_bytes(model: KindModel) -> bytes:
    """A model as the bytes of its file, the same bytes for the same model; weights in 8 bits."""
    arrays, scales = {}, {}
    for name, table in (("text", model.text), ("names", model.names)):
        scales[name] = float(np.abs(table).max() / 127) or 1.0
        arrays[name] = np.round(table / scales[name]).astype(np.int8).ravel()
    about = {**model.about, "kinds": KINDS, "bias": model.bias.tolist(), "scales": scales}
    return array_file(about, arrays, FORMAT, FORMAT_VERSION)
