"""The model file: arrays and JSON, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.table import LINEAR_TABLES, PAGE_TYPES, SCHEMA, features_of
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.model.archive import FileFormat
from boilerplate.model.linear import TYPE_BUCKETS, Linear, PageTypes
from boilerplate.model.stack import Stack
from boilerplate.model.trees import NODE_ARRAYS, SIZES, WEIGHT, ModelError, is_number, trees_from
from boilerplate.page import Kind

MODES: Final[tuple[Kind, ...]] = ("html", "text")
FORMAT: Final = "boilerplate-model"
FORMAT_VERSION: Final = 1
MAX_FILE_BYTES: Final = 64_000_000  # of all arrays unpacked; the shipped model has a tenth

MODEL_FILE: Final = FileFormat(
    description="model",
    name=FORMAT,
    version=FORMAT_VERSION,
    header="model.json",
    remedy="train it again",
    error=ModelError,
    max_bytes=MAX_FILE_BYTES,
    arrays=frozenset(
        f"{kind}-{part}"
        for kind in MODES
        for part in (*LINEAR_TABLES, "types", *(f"trees-{key}" for key in (*NODE_ARRAYS, "sizes")))
    ),
    required={"feature_schema": SCHEMA},
)


def stack_of(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], kind: Kind) -> Stack:
    """The model of HTML or of bare text from a file's arrays and JSON; ModelError if unfit."""

    def array(key: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        found = arrays[f"{kind}-{key}"]
        if found.ndim != 1 or found.dtype != dtype:
            raise ModelError(
                f"array {kind}-{key} has {found.dtype} of {found.ndim} dimensions, not {dtype} of 1"
            )
        return found

    mode = about["modes"][kind]
    weights = tuple(array(part, WEIGHT).astype(np.float32) for part in LINEAR_TABLES)
    if any(len(w) != 1 << NGRAMS.bits for w in weights):
        raise ModelError(f"{kind}: linear weights must have {1 << NGRAMS.bits} entries")
    bias = mode["bias"]
    if not is_number(bias):
        raise ModelError(f"{kind}: the bias is {bias!r:.60}")
    types = array("types", WEIGHT).astype(np.float32)
    if len(types) != len(PAGE_TYPES) * TYPE_BUCKETS:
        raise ModelError(f"{kind}: page types must have {len(PAGE_TYPES) * TYPE_BUCKETS} weights")
    languages = mode["languages"]
    if not isinstance(languages, dict) or not all(map(_is_count, languages.values())):
        raise ModelError(f"{kind}: how many pages in each language are no counts")
    biases = mode["type_bias"]
    if not isinstance(biases, list) or not all(map(is_number, biases)):
        raise ModelError(f"{kind}: the page types' biases are not numbers")
    type_bias = np.array(biases, np.float32)
    if type_bias.shape != (len(PAGE_TYPES),):
        raise ModelError(f"{kind}: page types must have {len(PAGE_TYPES)} biases")
    nodes = {key: array(f"trees-{key}", dtype) for key, dtype in NODE_ARRAYS.items()}
    sizes = array("trees-sizes", SIZES)
    trees = trees_from({**nodes, "sizes": sizes}, len(features_of(kind)))
    by_type = np.asfortranarray(types.reshape(len(PAGE_TYPES), TYPE_BUCKETS))
    page_types = PageTypes(by_type, type_bias)
    return Stack(Linear(weights, float(bias), languages), page_types, trees)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and is_number(value) and value >= 0
