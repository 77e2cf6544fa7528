"""The site model file: the arrays of all sketches, and JSON with the site's name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.kernels.site_arrays import SCALE
from boilerplate.model.archive import FileFormat, packed, unpacked
from boilerplate.roles import ROLES
from boilerplate.site_models.places import N_PATHS
from boilerplate.site_models.sketch import KEY_BYTES, LIMITS, Key, Sample, Sketch, sample

FORMAT: Final = "boilerplate-site-model"
FORMAT_VERSION: Final = 3

MAX_FILE_BYTES: Final = 4_000_000  # of all members unpacked: twice what the lines need
MAX_SITE_CHARS: Final = 300  # a host name has 253


class SiteModelError(ValueError):
    """A site model file that cannot be read, with what was found and what is accepted."""


_INDICES: Final = ("line", "loose")  # of a line's hashes among all, in the order of Hash
_LINE_ARRAYS: Final = (*_INDICES, "path", "length", "opinion", "label", "role")  # of each line
# The arrays of the file and their types. Those of lines are the fields of a Sketch: "opinion" has
# the steps of log-odds; "path" is the row of a line's paths
# among all different ones, "paths".
_TYPES: Final = {
    "hashes": "<u8", "paths": "<u8", **dict.fromkeys((*_INDICES, "path"), "<i4"), "length": "u1",
    "opinion": "i1", "label": "i1", "role": "i1", "sizes": "<i4",
}  # fmt: skip

SITE_FILE: Final = FileFormat(
    description="site model",
    name=FORMAT,
    version=FORMAT_VERSION,
    header="site.json",
    remedy="train the site model again",
    error=SiteModelError,
    max_bytes=MAX_FILE_BYTES,
    arrays=frozenset(_TYPES),
)


def to_bytes(kept: Sample, site: str | None) -> bytes:
    """A sample as the bytes of its file, the same bytes for the same pages.

    Raises ValueError for a site whose name is no host's.
    """
    if not _is_name(site):
        raise ValueError(f"a site model is of a host, not of {site!r:.60}")
    lines = np.concatenate([np.zeros((0, 2), np.int64), *(p.hashes[:, :2] for p in kept.pages)])
    hashes, indices = np.unique(lines, return_inverse=True)
    indices = indices.reshape(lines.shape)
    indices[:, 1] -= indices[:, 0]  # a loose hash is mostly the strict one
    all_paths = np.concatenate([np.zeros((0, N_PATHS), np.int64), *(p.paths for p in kept.pages)])
    paths, path = np.unique(all_paths, axis=0, return_inverse=True)
    arrays: dict[str, NDArray[Any]] = {
        "hashes": np.diff(hashes, prepend=0).astype("<u8"),
        "paths": paths.ravel().astype("<u8"),
        **{name: indices[:, i].astype("<i4") for i, name in enumerate(_INDICES)},
        # Mostly that of the line before.
        "path": np.diff(path.reshape(-1), prepend=0).astype("<i4"),
        "length": _joined([page.length_steps for page in kept.pages], np.uint8),
        "opinion": _joined([page.log_odds_steps for page in kept.pages], np.int8),
        "label": _joined([page.label for page in kept.pages], np.int8),
        "role": _joined([page.role for page in kept.pages], np.int8),
        "sizes": np.array([page.n for page in kept.pages], "<i4"),
    }
    about = {"site": site, "horizon": kept.cutoff, "pages": len(kept.pages)}
    return packed(SITE_FILE, about, {name: _planes(array) for name, array in arrays.items()})


def _planes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The lowest bytes of all values, then the next: the high ones are mostly alike, and pack."""
    values = np.frombuffer(array.tobytes(), np.uint8).reshape(-1, array.dtype.itemsize)
    return np.ascontiguousarray(values.T)


def _joined(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind)


def from_bytes(data: bytes, name: str = "site model") -> tuple[Sample, str | None]:
    """The sample and the site in the bytes of a file; ``name`` is how errors call the file."""
    with SITE_FILE.errors_naming(name):
        about, planes = unpacked(SITE_FILE, data)
        site, cutoff = about.get("site"), about.get("horizon")
        if not _is_name(site):
            raise SiteModelError(f"has a site that is no host name: {site!r:.60}")
        if not _is_cutoff(cutoff):
            raise SiteModelError(f"has a horizon that is no key of a page: {cutoff!r:.60}")
        pages = _pages({key: _array(planes[key], key, kind) for key, kind in _TYPES.items()})
        key: Key | None = None if cutoff is None else (int(cutoff[0]), int(cutoff[1]))
        return sample(pages, key), site


def _is_name(value: Any) -> bool:
    """Whether a value from JSON can be a site: it is printed, and must not control a terminal."""
    return value is None or (
        isinstance(value, str) and len(value) <= MAX_SITE_CHARS and value.isprintable()
    )


def _is_cutoff(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or [type(part) for part in value] != [int, int]:
        return False
    return value[0] in (0, 1) and 0 <= value[1] < 1 << (8 * KEY_BYTES)


def _array(planes: NDArray[Any], key: str, kind: str) -> NDArray[Any]:
    """The array that ``_planes`` was made from."""
    width = np.dtype(kind).itemsize
    if planes.dtype != np.uint8 or planes.ndim != 2 or planes.shape[0] != width:
        raise SiteModelError(f"array {key} has {planes.dtype} of shape {planes.shape}")
    return np.frombuffer(np.ascontiguousarray(planes.T).tobytes(), kind)


def _pages(arrays: dict[str, NDArray[Any]]) -> list[Sketch]:
    """The sketches in the arrays of a file, checked."""
    sizes = arrays["sizes"].astype(np.int64)
    total = int(sizes.sum())
    if (
        total > LIMITS.max_lines
        or len(sizes) > LIMITS.max_pages
        or (sizes > LIMITS.max_page_lines).any()
    ):
        raise SiteModelError(
            f"has {total} lines of {len(sizes)} pages; {LIMITS.max_lines} of {LIMITS.max_pages} "
            f"are accepted, and {LIMITS.max_page_lines} of each page"
        )
    if (
        (sizes < 1).any()  # pages without lines are never kept
        or any(len(arrays[key]) != total for key in _LINE_ARRAYS)
        or len(arrays["paths"]) % N_PATHS
    ):
        raise SiteModelError("the arrays' lengths disagree")
    with np.errstate(over="ignore"):
        hashes = np.cumsum(arrays["hashes"], dtype=np.uint64).astype(np.int64)
    indices = np.column_stack([arrays[key].astype(np.int64) for key in _INDICES])
    indices[:, 1] += indices[:, 0]
    if total and (indices.min() < 0 or indices.max() >= len(hashes)):
        raise SiteModelError("a line has a hash that is not in the table")
    paths = arrays["paths"].astype(np.int64).reshape(-1, N_PATHS)
    path = np.cumsum(arrays["path"].astype(np.int64))
    if total and (path.min() < 0 or path.max() >= len(paths)):
        raise SiteModelError("a line has paths that are not in the table")
    if (np.abs(arrays["label"].astype(int)) > 1).any():
        raise SiteModelError("a line has a label other than -1, 0 and 1")
    if total and (arrays["role"].min() < -1 or arrays["role"].max() >= len(ROLES)):
        raise SiteModelError("a line has a role that does not exist")
    if (np.abs(arrays["opinion"].astype(int)) > SCALE.max_steps).any():
        raise SiteModelError(f"a line has log-odds of more than {SCALE.max_steps} steps")
    at_paths = paths[path] if total else np.zeros((0, N_PATHS), np.int64)
    lines = np.column_stack([hashes[indices] if total else indices, at_paths[:, :1]])
    bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    return [
        Sketch(lines[a:b], at_paths[a:b], *(arrays[key][a:b] for key in _LINE_ARRAYS[-4:]))
        for a, b in pairwise(bounds)
    ]
