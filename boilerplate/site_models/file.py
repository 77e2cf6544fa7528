"""The site model file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.model.archive import Form, packed, unpacked
from boilerplate.site_models.sketch import (
    _KEY_BYTES,
    COLUMNS,
    MAX_LINES,
    MAX_PAGE_LINES,
    MAX_PAGES,
    MOST,
    Sample,
    Sketch,
    sample,
)

FORMAT: Final = "boilerplate-site-model"
FORMAT_VERSION: Final = 2

MAX_FILE_BYTES: Final = 2_000_000  # of all members unpacked: twice what the lines need
MAX_SITE_CHARS: Final = 300  # a host name has 253


class SiteModelError(ValueError):
    """A site model file that cannot be read, with what was found and what is accepted."""


# The arrays of the file, as they are before their bytes are set apart.
_TYPES: Final = {
    "hashes": "<u8", **dict.fromkeys(COLUMNS, "<i4"), "length": "u1", "opinion": "i1",
    "label": "i1",
    "sizes": "<i4",
}  # fmt: skip

SITE_FILE: Final = Form(
    what="site model",
    name=FORMAT,
    version=FORMAT_VERSION,
    head="site.json",
    again="learn the site again",
    error=SiteModelError,
    max_bytes=MAX_FILE_BYTES,
    arrays=frozenset(_TYPES),
)


def to_bytes(kept: Sample, site: str | None) -> bytes:
    """A sample as the bytes of its file, the same bytes for the same pages."""
    rows = np.concatenate([np.zeros((0, 3), np.int64), *(page.rows for page in kept.pages)])
    hashes, places = np.unique(rows, return_inverse=True)
    places = places.reshape(rows.shape)
    # A loose fingerprint is mostly the strict one, and a place that of the line before.
    places[:, 1] -= places[:, 0]
    places[1:, 2:] -= places[:-1, 2:].copy()
    arrays: dict[str, NDArray[Any]] = {
        "hashes": np.diff(hashes, prepend=0).astype("<u8"),
        **{name: places[:, i].astype("<i4") for i, name in enumerate(COLUMNS)},
        "length": _joined([page.length for page in kept.pages], np.uint8),
        "opinion": _joined([page.opinion for page in kept.pages], np.int8),
        "label": _joined([page.label for page in kept.pages], np.int8),
        "sizes": np.array([page.n for page in kept.pages], "<i4"),
    }
    # Byte after byte of all values: the high ones are mostly alike.
    planes = {
        name: np.ascontiguousarray(
            np.frombuffer(array.tobytes(), np.uint8).reshape(-1, array.dtype.itemsize).T
        )
        for name, array in arrays.items()
    }
    if not _is_name(site):
        raise ValueError(f"a site model is of a host, not of {site!r:.60}")
    about = {"site": site, "horizon": kept.horizon, "pages": len(kept.pages)}
    return packed(SITE_FILE, about, planes)


def _joined(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind)


def from_bytes(data: bytes, name: str = "site model") -> tuple[Sample, str | None]:
    """The sample and the site in the bytes of a file; ``name`` is what errors call it."""
    with SITE_FILE.errors_naming(name):
        about, planes = unpacked(SITE_FILE, data)
        site, horizon = about.get("site"), about.get("horizon")
        if not _is_name(site):
            raise SiteModelError(f"is of a site that is none: {site!r:.60}")
        if not _is_horizon(horizon):
            raise SiteModelError(f"leaves out pages from nowhere on: {horizon!r:.60}")
        pages = _pages({key: _array(planes[key], key, kind) for key, kind in _TYPES.items()})
        whole = None if horizon is None else (int(horizon[0]), int(horizon[1]))
        return sample(pages, whole), site


def _is_name(value: Any) -> bool:
    """Whether a value from JSON can be a site: it is shown, and would drive a terminal."""
    return value is None or (
        isinstance(value, str) and len(value) <= MAX_SITE_CHARS and value.isprintable()
    )


def _is_horizon(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or [type(part) for part in value] != [int, int]:
        return False
    return value[0] in (0, 1) and 0 <= value[1] < 1 << (8 * _KEY_BYTES)


def _array(planes: NDArray[Any], key: str, kind: str) -> NDArray[Any]:
    width = np.dtype(kind).itemsize
    if planes.dtype != np.uint8 or planes.ndim != 2 or planes.shape[0] != width:
        raise SiteModelError(f"array {key} has {planes.dtype} of shape {planes.shape}")
    return np.frombuffer(np.ascontiguousarray(planes.T).tobytes(), kind)


def _pages(arrays: dict[str, NDArray[Any]]) -> list[Sketch]:
    sizes = arrays["sizes"].astype(np.int64)
    total = int(sizes.sum())
    if total > MAX_LINES or len(sizes) > MAX_PAGES or (sizes > MAX_PAGE_LINES).any():
        raise SiteModelError(
            f"has {total} lines of {len(sizes)} pages; {MAX_LINES} of {MAX_PAGES} are accepted, "
            f"and {MAX_PAGE_LINES} of each page"
        )
    if (
        (sizes < 1).any()  # an empty page has no line to be known by
        or any(len(arrays[key]) != total for key in (*COLUMNS, "length", "opinion", "label"))
    ):
        raise SiteModelError("the arrays' lengths disagree")
    with np.errstate(over="ignore"):
        hashes = np.cumsum(arrays["hashes"], dtype=np.uint64).astype(np.int64)
    places = np.column_stack([arrays[key].astype(np.int64) for key in COLUMNS])
    places[:, 1] += places[:, 0]
    places[:, 2:] = np.cumsum(places[:, 2:], axis=0)
    if total and (places.min() < 0 or places.max() >= len(hashes)):
        raise SiteModelError("a line has a hash that is not in the table")
    if (np.abs(arrays["label"].astype(int)) > 1).any():
        raise SiteModelError("a line has a label that is none")
    if (np.abs(arrays["opinion"].astype(int)) > MOST).any():
        raise SiteModelError("a line has an opinion beyond those that are kept")
    rows = hashes[places] if total else places
    bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    return [
        Sketch(rows[a:b], *(arrays[key][a:b] for key in ("length", "opinion", "label")))
        for a, b in pairwise(bounds)
    ]
