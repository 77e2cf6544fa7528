"""The model file: arrays and JSON, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.features.table import LINEAR_TABLES, PAGE_TYPES, SCHEMA, features_of
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_roles import PARAMS
from boilerplate.model.archive import FileFormat
from boilerplate.model.linear import TYPE_BUCKETS, Linear, PageTypes
from boilerplate.model.roles import (
    LEAF_VALUE,
    ROLE_NODE_ARRAYS,
    WORD_WEIGHT,
    RoleWords,
    role_columns,
    role_trees,
)
from boilerplate.model.stack import Stack
from boilerplate.model.trees import NODE_ARRAYS, SIZES, WEIGHT, ModelError, is_number, trees_from
from boilerplate.numeric import Floats
from boilerplate.page import Kind
from boilerplate.roles import ROLES

MODES: Final[tuple[Kind, ...]] = ("html", "text")
FORMAT: Final = "boilerplate-model"
FORMAT_VERSION: Final = 2
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
        for part in (
            *LINEAR_TABLES,
            "types",
            *(f"trees-{key}" for key in (*NODE_ARRAYS, "sizes")),
            *(f"roles-{key}" for key in (*ROLE_NODE_ARRAYS, "sizes", "values")),
        )
    )
    | {"roles-text", "roles-names"},
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
    columns = len(features_of(kind)) + role_columns(kind)
    trees = trees_from({**nodes, "sizes": array("trees-sizes", SIZES)}, columns)
    by_type = np.asfortranarray(types.reshape(len(PAGE_TYPES), TYPE_BUCKETS))
    page_types = PageTypes(by_type, type_bias)
    role_nodes = {key: array(f"roles-{key}", dtype) for key, dtype in ROLE_NODE_ARRAYS.items()}
    values = {"sizes": array("roles-sizes", SIZES), "values": array("roles-values", LEAF_VALUE)}
    weight = mode["role_weight"]
    if not is_number(weight) or not 0 <= weight <= 1:
        raise ModelError(f"{kind}: the weight of roles is {weight!r:.60}")
    roles = role_trees(
        {**role_nodes, **values},
        numbers_of(mode["role_prior"], f"{kind}: the roles' priors"),
        float(weight),
        columns,
    )
    return Stack(Linear(weights, float(bias), languages), page_types, trees, roles)


def words_of(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> RoleWords:
    """The linear model of roles from a file's arrays and JSON; ModelError if unfit."""
    roles = about["roles"]
    if roles["roles"] != list(ROLES):
        raise ModelError(f"the roles must be {', '.join(ROLES)}")
    tables = []
    for key, bits in (("text", PARAMS.text_bits), ("names", PARAMS.token_bits)):
        found = arrays[f"roles-{key}"]
        if found.dtype != WORD_WEIGHT or found.shape != (len(ROLES) << bits,):
            raise ModelError(f"roles-{key} must have {len(ROLES) << bits} weights of 8 bits")
        tables.append(found.reshape(1 << bits, len(ROLES)))
    scales = roles["scales"]
    if (
        not isinstance(scales, list)
        or len(scales) != len(tables)
        or not all(map(_is_scale, scales))
    ):
        raise ModelError(f"the scales of roles are {scales!r:.60}")
    bias = numbers_of(roles["bias"], "the roles' biases")
    return RoleWords(tables[0], tables[1], (float(scales[0]), float(scales[1])), bias)


def numbers_of(values: object, what: str) -> Floats:
    """A number for each role, (24,), from JSON; ModelError, with ``what`` they are, if unfit."""
    if not isinstance(values, list) or len(values) != len(ROLES) or not all(map(is_number, values)):
        raise ModelError(f"{what} are not {len(ROLES)} numbers")
    return np.array(values, float)


def _is_scale(value: object) -> bool:
    return is_number(value) and float(value) > 0  # type: ignore[arg-type]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and is_number(value) and value >= 0
