"""What a site model keeps of each page it learned from: hashes of lines, places, an opinion.

A site model is a sample of its site's pages, each without its text. Samples of two halves
make up the sample of the whole, whatever the order, and a page that comes twice counts once:
it is the bottom-k sketch of Cohen and Kaplan (2007), with a budget of lines instead of pages.
Everything else that a site model knows is worked out from the sample when it is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.archive import Form, packed, unpacked
from boilerplate.features import Floats, Ints
from boilerplate.fingerprints import line_hashes, line_places
from boilerplate.model import logit, sigmoid
from boilerplate.page import Label, Page

FORMAT: Final = "boilerplate-site-model"
FORMAT_VERSION: Final = 2
MAX_LINES: Final = 24_000  # of all pages: about 200 kB; fifty pages of news have half of that
MAX_PAGE_LINES: Final = 2_000  # of one page: the first ones
MAX_PAGES: Final = 1_000  # each is held against all others
MAX_FILE_BYTES: Final = 2_000_000  # of all members unpacked: twice what the lines need
MAX_SITE_CHARS: Final = 300  # a host name has 253
_KEY_BYTES: Final = 7

CLOSEST: Final = 1e-9  # to 0 or 1, for a probability whose logarithm is taken
OPINION_STEP: Final = 0.1  # of log-odds: finer than what two versions of a model agree on
MOST: Final = 60  # steps: beyond, the general model is not believed any further
LENGTH_STEPS: Final = 8  # for each doubling of a line's length
COLUMNS: Final = ("line", "loose", "place")

# What opinions stand for, in log-odds and as a probability, from the lowest on, and how many
# characters each length is.
LOG_ODDS: Final = np.arange(-MOST, MOST + 1).astype(np.float64) * OPINION_STEP
LIKELY: Final = sigmoid(LOG_ODDS)
CHARS: Final = np.exp2(np.arange(256) / LENGTH_STEPS) - 1


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


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """One page as hashes, a row a line.

    ``rows`` (n, 3) are the COLUMNS, ``length`` (n,) the line's length in steps of a logarithm,
    ``opinion`` (n,) the general model's log-odds in steps of 0.1, ``label`` (n,) 1 for
    content, -1 for chrome and 0 where nobody has said.
    """

    rows: Ints
    length: NDArray[np.uint8]
    opinion: NDArray[np.int8]
    label: NDArray[np.int8]

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.rows)

    @property
    def key(self) -> tuple[int, int]:
        """The page's place in the order of all pages: labelled ones first, else by hash."""
        data = self.rows.astype("<i8").tobytes() + self.length.tobytes() + self.label.tobytes()
        number = int.from_bytes(hashlib.blake2b(data, digest_size=_KEY_BYTES).digest(), "little")
        return (0 if self.label.any() else 1, number)

    @property
    def log_odds(self) -> Floats:
        """The general model's log-odds of content of each line, (n,)."""
        return self.of_opinion(LOG_ODDS)

    @property
    def probability(self) -> Floats:
        """The general model's probability of content of each line, (n,)."""
        return self.of_opinion(LIKELY)

    def of_opinion(self, values: Floats) -> Floats:
        """For each line, that of the values of all opinions which is its own's, (n,)."""
        return values[self.opinion.astype(np.int64) + MOST]

    @property
    def chars(self) -> Floats:
        """About how many characters each line has, (n,)."""
        return CHARS[self.length]


_SIGNS: Final = {Label.CONTENT: 1, Label.BOILERPLATE: -1, None: 0}


def sketch(
    page: Page,
    spoken: Sequence[int],
    probability: Floats,
    labels: Sequence[Label | None] | None = None,
) -> Sketch:
    """A page as its site's model keeps it; ``probability`` (n,) is of its ``spoken`` lines.

    ``labels`` are of all its lines, None where nothing is known. Raises ValueError where their
    number is not that of the lines.
    """
    if labels is not None and len(labels) != len(page.lines):
        raise ValueError(f"{len(labels)} labels were given for {len(page.lines)} lines")
    spoken = spoken[:MAX_PAGE_LINES]
    steps = np.rint(logit(probability[: len(spoken)], CLOSEST) / OPINION_STEP)
    opinion = np.minimum(np.maximum(steps, -MOST), MOST).astype(np.int8)
    label = np.zeros(len(spoken), np.int8)
    if labels is not None:
        label[:] = [_SIGNS[labels[i]] for i in spoken]
    texts = [page.lines[i].text for i in spoken]
    rows = np.empty((len(spoken), len(COLUMNS)), np.int64)
    rows[:, :2] = line_hashes(texts)
    rows[:, 2] = line_places(page, spoken)
    chars = np.array(list(map(len, texts)), float)
    length = np.minimum(np.rint(LENGTH_STEPS * np.log2(1 + chars)), 255).astype(np.uint8)
    return Sketch(rows, length, opinion, label)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The pages that a site model keeps, in the order of their keys.

    ``horizon`` is the key from which on pages were left out, None where none were.
    """

    pages: tuple[Sketch, ...] = ()
    horizon: tuple[int, int] | None = None

    @property
    def n(self) -> int:
        """How many lines there are on all pages."""
        return sum(page.n for page in self.pages)


def sample(pages: Iterable[Sketch], horizon: tuple[int, int] | None = None) -> Sample:
    """The first pages by key, as many as the budget of lines and pages allows."""
    by_key: dict[tuple[int, int], Sketch] = {}
    for page in pages:
        key = page.key
        other = by_key.get(key)
        # The same lines may be judged differently, by another model or in other markup.
        if other is None or page.opinion.tobytes() > other.opinion.tobytes():
            by_key[key] = page
    kept: list[Sketch] = []
    lines = 0
    for key in sorted(by_key):
        lines += by_key[key].n
        full = lines > MAX_LINES or len(kept) == MAX_PAGES
        if full or (horizon is not None and key >= horizon):
            # Whatever came later was or is left out: the sample is the same for any order.
            return Sample(tuple(kept), key if horizon is None else min(key, horizon))
        kept.append(by_key[key])
    return Sample(tuple(kept), horizon)


def merged(samples: Iterable[Sample]) -> Sample:
    """The sample of all pages that the samples were taken from."""
    samples = tuple(samples)
    horizons = [each.horizon for each in samples if each.horizon is not None]
    return sample((page for each in samples for page in each.pages), min(horizons, default=None))


# ------------------------------------------------------------------------------------ the file


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
