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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.numeric import Floats, Ints, logit, sigmoid
from boilerplate.page import Label, Page
from boilerplate.site_models.fingerprints import line_hashes, line_places

MAX_LINES: Final = 24_000  # of all pages: about 200 kB; fifty pages of news have half of that
MAX_PAGE_LINES: Final = 2_000  # of one page: the first ones
MAX_PAGES: Final = 1_000  # each is held against all others

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
    probability: Floats,
    labels: Sequence[Label | None] | None = None,
) -> Sketch:
    """A page as its site's model keeps it; ``probability`` (n,) is of its lines, none blank.

    ``labels`` are of these lines, None where nothing is known. Raises ValueError where their
    number is not that of the lines.
    """
    if labels is not None and len(labels) != len(page.lines):
        raise ValueError(f"{len(labels)} labels were given for {len(page.lines)} lines")
    lines = page.lines[:MAX_PAGE_LINES]
    steps = np.rint(logit(probability[: len(lines)], CLOSEST) / OPINION_STEP)
    opinion = np.minimum(np.maximum(steps, -MOST), MOST).astype(np.int8)
    label = np.zeros(len(lines), np.int8)
    if labels is not None:
        label[:] = [_SIGNS[each] for each in labels[: len(lines)]]
    texts = [line.text for line in lines]
    rows = np.empty((len(lines), len(COLUMNS)), np.int64)
    rows[:, :2] = line_hashes(texts)
    rows[:, 2] = line_places(lines, page.elements)
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
