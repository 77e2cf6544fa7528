"""What a dropped line is: navigation, a legal or a cookie notice, a newsletter box ...

A small linear model beside the large one, used for dropped lines only. It reads the n-grams of
the line and, in HTML, the tokens of the elements around it. Chrome stands in runs of lines, so a
line that says little by itself ("Please" before a link to a privacy notice) gets the kind of its
run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.features.elements import tree
from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.plain_chrome_kinds import PARAMS
from boilerplate.model.archive import packed, unpacked
from boilerplate.model.file import MODEL_FILE
from boilerplate.model.trees import ModelError, is_number
from boilerplate.numeric import Bools, Floats, Ints
from boilerplate.page import Line, Page

KINDS: Final = (
    "navigation", "legal", "cookie", "newsletter", "share", "comments", "login", "related", "shop",
    "other",
)  # fmt: skip

FORMAT: Final = "boilerplate-kinds"
FORMAT_VERSION: Final = 1
SCHEMA: Final = 2  # raised whenever n-grams or tokens are hashed otherwise; files name it
KINDS_FILE: Final = replace(
    MODEL_FILE,
    name=FORMAT,
    version=FORMAT_VERSION,
    arrays=frozenset({"text", "names"}),
    required={"feature_schema": SCHEMA},
)
_ROW_WIDTH: Final = 16  # weights of a packed row: a line of the processor's cache holds four


@dataclass(frozen=True, slots=True)
class RunParams:
    """How the lines of a run of chrome agree on their kinds; chosen on the dev split.

    A change of kind from one line to the next costs ``change`` log-odds, or ``change_in_sentence``
    before a line of bare text that begins in lower case: inline links break sentences there.
    ``min_log_probability`` is a floor on a line's log-probability of each kind, so that no single
    line outvotes its run.
    """

    change: float = 1.5
    change_in_sentence: float = 5.0
    min_log_probability: float = -4.0


RUNS: Final = RunParams()


@dataclass(frozen=True, slots=True, eq=False)
class KindModel:
    """A multinomial logistic regression over KINDS.

    ``text`` (2**17, 10) are the weights of hashed n-grams, ``names`` (2**13, 10) those of element
    tokens, ``bias`` is (10,); ``about`` describes its training, as JSON.
    """

    text: NDArray[np.float32]
    names: NDArray[np.float32]
    bias: NDArray[np.float32]
    about: Mapping[str, Any]

    def log_probabilities(
        self, page: Page, lines: Sequence[Line], elements: Tree | None = None
    ) -> Floats:
        """The logarithm of each kind's probability for some of a page's lines, (n, 10).

        ``elements`` are the page's, for these lines, where they are known already.
        """
        scores = self._text_scores([line.text for line in lines]) + self.bias
        elements = elements or tree(page, lines)
        if elements is not None:
            marked = [line.markup is not None for line in lines]
            scores += self._token_scores(elements, np.where(marked, elements.line_element, -1))
        scores -= scores.max(1, keepdims=True)
        logarithms: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return logarithms

    def _text_scores(self, texts: Sequence[str]) -> Floats:
        """What each text's n-grams add up to, over the root of their number, (n, 10)."""
        table, scale = _packed(self, "text")
        sums, counts = kernels.kind_text_sums(texts, table, len(KINDS))
        scores: Floats = sums * (scale / np.sqrt(np.maximum(counts, 1.0)))[:, None]
        return scores

    def _token_scores(self, elements: Tree, own: Ints) -> Floats:
        """What the tokens of the elements around lines add up to, the nearest heaviest, (n, 10)."""
        table, scale = _packed(self, "names")
        return kernels.kind_token_sums(elements, own, table, scale, len(KINDS))


@lru_cache(maxsize=8)
def _packed(model: KindModel, name: str) -> tuple[NDArray[np.int8], float]:
    """A table's weights in 8 bits, as its file has them, (2**b, 16), and the unit they are in.

    Integers add up to the same sum in any order.
    """
    table: NDArray[np.float32] = getattr(model, name)
    scale = _scale_of(table)
    packed = np.zeros((len(table), _ROW_WIDTH), np.int8)
    packed[:, : len(KINDS)] = np.round(table / scale)
    return packed, scale


def _scale_of(table: NDArray[np.float32]) -> float:
    return float(np.abs(table).max() / 127) or 1.0


def chrome_kinds(
    page: Page,
    content: Bools,
    model: KindModel | None = None,
    elements: Tree | None = None,
) -> list[str | None]:
    """The kind of each line that was dropped, one of KINDS; None for those kept.

    ``content`` (n,) marks the lines that were kept; none of the page's lines may be blank;
    ``elements`` are the page's, where they are known. The lines between two kept ones are
    classified together: the likeliest kinds, where each change of kind has its cost (Viterbi 1967).
    """
    dropped = np.flatnonzero(~content)
    out: list[str | None] = [None] * len(page.lines)
    if not len(dropped):
        return out
    model = model or shipped_kinds()
    lines = [page.lines[i] for i in dropped.tolist()]
    if elements is not None:
        elements = replace(elements, line_element=elements.line_element[dropped])
    scores = model.log_probabilities(page, lines, elements)
    scores = np.maximum(scores, RUNS.min_log_probability)
    costs = np.full(len(lines), RUNS.change)
    if page.kind == "text":
        begins = (line.text.lstrip()[:1] for line in lines)
        costs[[first.islower() for first in begins]] = RUNS.change_in_sentence
    path = kernels.likeliest_paths(scores, costs, np.diff(dropped, prepend=-2) > 1)
    for i, kind in zip(dropped.tolist(), path.tolist(), strict=True):
        out[i] = KINDS[kind]
    return out


@cache
def shipped_kinds() -> KindModel:
    """The model that comes with the package, read when it is first needed."""
    return from_bytes(files("boilerplate").joinpath("data/kinds.zip").read_bytes())


def from_bytes(data: bytes, name: str = "kinds") -> KindModel:
    """The model in the bytes of its file; ModelError, with ``name``, for what is no such file."""
    with KINDS_FILE.errors_naming(name):
        about, arrays = unpacked(KINDS_FILE, data)
        tables = []
        for key, bits in (("text", PARAMS.text_bits), ("names", PARAMS.token_bits)):
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
            raise ModelError(f"kinds with a bias each are needed: {', '.join(KINDS)}")
        return KindModel(tables[0], tables[1], np.array(bias, np.float32), about)


def to_bytes(model: KindModel) -> bytes:
    """A model as the bytes of its file, the same bytes for the same model; weights in 8 bits."""
    arrays, scales = {}, {}
    for name, table in (("text", model.text), ("names", model.names)):
        scales[name] = _scale_of(table)
        arrays[name] = np.round(table / scales[name]).astype(np.int8).ravel()
    about = {**model.about, "kinds": KINDS, "bias": model.bias.tolist(), "scales": scales}
    return packed(KINDS_FILE, about, arrays)
