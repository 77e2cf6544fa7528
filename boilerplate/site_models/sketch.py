"""What a site model keeps of each page it learned from: a sketch, which holds no text.

A site model is a sample of its site's pages. The samples of two halves make up the sample of the
whole, in any order, and a page that comes twice counts once: this is the bottom-k sketch of Cohen
and Kaplan (2007), with a budget of lines instead of pages. Everything else that a site model
knows is worked out from the sample when it is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boilerplate import kernels
from boilerplate.kernels.site_arrays import (
    CHARS,
    LOG_ODDS,
    PROBABILITY,
    SCALE,
    Hash,
    of_steps,
)
from boilerplate.numeric import Floats, Ints, logit
from boilerplate.page import Label, Page
from boilerplate.roles import ROLES
from boilerplate.site_models.places import line_paths

Key = tuple[int, int]  # of a page: 0 where it has labels, else 1; and a hash

KEY_BYTES: Final = 7  # of the hash in a page's key
MIN_PROBABILITY: Final = 1e-9  # from 0 and from 1, where log-odds are taken


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """How much is kept of a site's pages.

    ``max_lines`` of all pages take about 200 kB; fifty pages of news have half of that.
    ``max_page_lines`` are the first ones of a page. Each of ``max_pages`` is compared
    with all others.
    """

    max_lines: int = 24_000
    max_page_lines: int = 2_000
    max_pages: int = 1_000


LIMITS: Final = SampleLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """One page of n lines, without its text.

    ``hashes`` (n, 3) has the columns of ``Hash``, ``paths`` (n, 5) are those of ``line_paths``.
    The line's length and the general model's log-odds are kept in steps, (n,), see
    ``SketchScale``; ``label`` (n,) is 1 for content, -1 for chrome and 0 for unknown, ``role``
    (n,) an index into ROLES where the line was given a role, else -1.
    """

    hashes: Ints
    paths: Ints
    length_steps: NDArray[np.uint8]
    log_odds_steps: NDArray[np.int8]
    label: NDArray[np.int8]
    role: NDArray[np.int8]

    @property
    def n(self) -> int:
        """The number of lines."""
        return len(self.hashes)

    @property
    def is_labelled(self) -> bool:
        """Whether any line has a label."""
        return bool(self.label.any())

    @property
    def key(self) -> Key:
        """The page's place in the order of all pages: labelled ones first, then by hash."""
        data = self.hashes.astype("<i8").tobytes()
        data += self.length_steps.tobytes() + self.label.tobytes()
        if (self.role >= 0).any():
            data += self.role.tobytes()
        number = int.from_bytes(hashlib.blake2b(data, digest_size=KEY_BYTES).digest(), "little")
        return (0 if self.is_labelled else 1, number)

    @property
    def log_odds(self) -> Floats:
        """The general model's log-odds of content of each line, (n,)."""
        return of_steps(LOG_ODDS, self.log_odds_steps)

    @property
    def probability(self) -> Floats:
        """The general model's probability of content of each line, (n,)."""
        return of_steps(PROBABILITY, self.log_odds_steps)

    @property
    def chars(self) -> Floats:
        """About how many characters each line has, (n,)."""
        return CHARS[self.length_steps]


_LABEL_VALUES: Final = {Label.CONTENT: 1, Label.BOILERPLATE: -1, None: 0}


def label_values(labels: Iterable[Label | None]) -> NDArray[np.int8]:
    """Labels as in ``Sketch.label``: 1 for content, -1 for chrome, 0 for unknown, (n,)."""
    return np.array([_LABEL_VALUES[label] for label in labels], np.int8)


def role_values(roles: Iterable[str | None]) -> NDArray[np.int8]:
    """Roles as in ``Sketch.role``: indices into ROLES, -1 for None, (n,)."""
    return np.array([-1 if role is None else ROLES.index(role) for role in roles], np.int8)


def sketch(
    page: Page,
    probability: Floats,
    labels: Sequence[Label | None] | None = None,
    roles: Sequence[str | None] | None = None,
) -> Sketch:
    """The sketch of a page without blank lines; ``probability`` (n,) is the general model's.

    ``labels`` and ``roles`` are those of the n lines, None for an unknown one. Raises ValueError
    where the number of labels is another.
    """
    if labels is not None and len(labels) != len(page.lines):
        raise ValueError(f"{len(labels)} labels were given for {len(page.lines)} lines")
    lines = page.lines[: LIMITS.max_page_lines]
    steps = np.rint(logit(probability[: len(lines)], MIN_PROBABILITY) / SCALE.log_odds_step)
    known = [None] * len(lines) if labels is None else labels[: len(lines)]
    texts = [line.text for line in lines]
    hashes = np.empty((len(lines), len(Hash)), np.int64)
    hashes[:, [Hash.STRICT, Hash.LOOSE]] = kernels.line_fingerprints(texts)
    paths = line_paths(lines, page.elements)
    hashes[:, Hash.PLACE] = paths[:, 0]
    chars = np.array(list(map(len, texts)), float)
    length = np.rint(SCALE.steps_per_doubling * np.log2(1 + chars))
    return Sketch(
        hashes,
        paths,
        np.minimum(length, SCALE.max_length_steps).astype(np.uint8),
        np.minimum(np.maximum(steps, -SCALE.max_steps), SCALE.max_steps).astype(np.int8),
        label_values(known),
        role_values(roles[: len(lines)] if roles else [None] * len(lines)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The pages that a site model keeps, in the order of their keys.

    ``cutoff`` is the first key that was left out, with all those after it; None where none were.
    """

    pages: tuple[Sketch, ...] = ()
    cutoff: Key | None = None

    @property
    def n(self) -> int:
        """The number of lines on all pages."""
        return sum(page.n for page in self.pages)

    @property
    def n_labelled(self) -> int:
        """The number of pages with labels."""
        return sum(page.is_labelled for page in self.pages)


def sample(pages: Iterable[Sketch], cutoff: Key | None = None) -> Sample:
    """The first pages by key before the cutoff, as many as the limits allow."""
    by_key: dict[Key, Sketch] = {}
    for page in pages:
        key = page.key
        other = by_key.get(key)
        # Another model, or other markup, may have given the same lines other log-odds or paths.
        if other is None or _rank(page) > _rank(other):
            by_key[key] = page
    kept: list[Sketch] = []
    lines = 0
    for key in sorted(by_key):
        lines += by_key[key].n
        is_full = lines > LIMITS.max_lines or len(kept) == LIMITS.max_pages
        if is_full or (cutoff is not None and key >= cutoff):
            # What comes after the cutoff stays out for good: the sample is the same in any order.
            return Sample(tuple(kept), key if cutoff is None else min(key, cutoff))
        kept.append(by_key[key])
    return Sample(tuple(kept), cutoff)


def _rank(page: Sketch) -> tuple[bytes, bytes]:
    return page.log_odds_steps.tobytes(), page.paths.astype("<i8").tobytes()


def merged(samples: Iterable[Sample]) -> Sample:
    """The sample of all pages that the samples were taken from."""
    samples = tuple(samples)
    cutoffs = [each.cutoff for each in samples if each.cutoff is not None]
    return sample((page for each in samples for page in each.pages), min(cutoffs, default=None))
