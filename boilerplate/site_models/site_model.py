"""SiteModel: corrects the general model on one site, from a few of its pages, labelled or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np

from boilerplate.files import write_atomically
from boilerplate.model.archive import file_bytes
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Bools, shifted
from boilerplate.page import Label, Page
from boilerplate.result import LabelledPage
from boilerplate.site_models.evidence import SiteEvidence, SiteFeatures
from boilerplate.site_models.file import SITE_FILE, from_bytes, to_bytes
from boilerplate.site_models.reasons import SiteReasons
from boilerplate.site_models.sketch import MIN_PROBABILITY, Sample, Sketch, merged, sample, sketch
from boilerplate.site_models.weights import FEATURES, contributions

DRIFTED: Final = 0.5  # the drift from which on a site no longer looks like its model


@dataclass(frozen=True, slots=True)
class CorrectionParams:
    """How far a site model moves a line, in log-odds: at most ``max_log_odds``.

    A correction of ``min_reason`` or more is given as a reason. A line is taken for a page's
    headline from ``min_headline`` characters on: 'News' is part of many a title.
    """

    max_log_odds: float = 8.0
    min_reason: float = 0.5
    min_headline: int = 6


PARAMS: Final = CorrectionParams()

Labels = Sequence[Label | None]
Roles = Sequence[str | None]  # empty where none is known
Standing = Literal["learned", "outlier", "copy"]


class SiteModel:
    """Corrects the general model's scores on the pages of one site.

    Can be merged, and pickled for worker processes. ``site`` is the host name whose pages it is
    for, as in ``Page.site``, or None for any; ``model`` is the general Model whose scores it
    learns from and corrects, None for the shipped one. ``fit`` sets ``sample_``, the sketches of
    the pages it keeps, which is all that its file holds, and ``left_out_``, the URLs of pages of
    other sites.
    """

    def __init__(self, site: str | None = None, model: Model | None = None) -> None:
        self.site = site
        self.model = model
        self.sample_ = Sample()
        self.left_out_: tuple[str, ...] = ()

    def fit(
        self, pages: Iterable[Page | LabelledPage], labels: Iterable[Labels | None] | None = None
    ) -> Self:
        """Learn from these pages, and forget what was learned before.

        ``labels`` has for each page the labels of its lines, or None if it is not labelled; a
        LabelledPage has its own, and may have roles too. The order of the pages makes no
        difference. Raises ValueError where the number of labels is not that of the pages, or of a
        page's lines.
        """
        self.sample_ = Sample()
        self.left_out_ = ()
        return self.partial_fit(pages, labels)

    def partial_fit(
        self, pages: Iterable[Page | LabelledPage], labels: Iterable[Labels | None] | None = None
    ) -> Self:
        """Learn from more pages; gives the same as ``fit`` on all of them together."""
        model = self.model or load_model()
        sketches = []
        left_out = list(self.left_out_)
        for page, known, roles in _paired(pages, labels):
            if not is_of(page.site, self.site):
                left_out.append(page.url or "")
                continue
            page, known, roles = _without_blank_lines(page, known, roles)
            if page.lines:
                sketches.append(sketch(page, model.predict(page).probability, known, roles))
        self.sample_ = sample((*self.sample_.pages, *sketches), self.sample_.cutoff)
        self.left_out_ = tuple(left_out)
        self.__dict__.pop("evidence", None)
        return self

    def merge(self, other: SiteModel) -> SiteModel:
        """A new model of the pages of both.

        ``SiteModel().fit(a).merge(SiteModel().fit(b))`` equals ``SiteModel().fit(a + b)``. Raises
        ValueError for models of two sites.
        """
        if None not in (self.site, other.site) and self.site != other.site:
            raise ValueError(f"models of two sites: {self.site} and {other.site}")
        both = SiteModel(self.site or other.site, self.model or other.model)
        both.sample_ = merged((self.sample_, other.sample_))
        both.left_out_ = (*self.left_out_, *other.left_out_)
        return both

    @property
    def n_pages(self) -> int:
        """How many pages are kept, copies of an article included."""
        return len(self.sample_.pages)

    @cached_property
    def evidence(self) -> SiteEvidence:
        """What the kept pages say, worked out when it is first asked for."""
        return SiteEvidence(self.sample_.pages)

    def correct(self, page: Page, scores: Scores, page_sketch: Sketch | None = None) -> Scores:
        """The general model's scores of a page without blank lines, corrected for its site.

        Corrections are small where little was learned, and where the page does not look like an
        article: what recurs on a shop's pages may well be content. ``page_sketch`` is the page's
        sketch with these scores, to save making it again.
        """
        if not self.evidence.n_pages or not page.lines:
            return scores
        page_sketch = page_sketch or sketch(page, scores.probability)
        n = page_sketch.n  # lines beyond its limit are left as they are
        features = self.evidence.features(page_sketch, headlines(page)[:n])
        added = np.zeros((len(page.lines), len(FEATURES)))
        known = self.evidence.n_labelled
        added[:n] = contributions(features.values, page.kind, scores.article, known)
        votes = self.evidence.role_votes
        log_roles = scores.log_roles
        if votes and len(log_roles):
            log_roles = votes.corrected(log_roles, page_sketch)
        moved = np.minimum(np.maximum(added.sum(1), -PARAMS.max_log_odds), PARAMS.max_log_odds)
        return replace(
            scores,
            probability=shifted(scores.probability, moved, MIN_PROBABILITY),
            log_roles=log_roles,
            site_reasons=SiteReasons(features, added, np.abs(moved) >= PARAMS.min_reason),
            drift=self._drift(features),
        )

    def _drift(self, features: SiteFeatures) -> float | None:
        """How much of the site's usual chrome a page lacks, 0..1; None where that is unknown."""
        usual = self.evidence.usual_familiarity
        if not usual:
            return None
        return round(min(max(1 - features.familiar / usual, 0.0), 1.0), 4)

    def to_bytes(self) -> bytes:
        """The bytes of the model's file, the same for the same pages in any order."""
        return to_bytes(self.sample_, self.site)

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "site model") -> SiteModel:
        """The model in the bytes of a file; SiteModelError, with ``name``, for a bad one."""
        kept, site = from_bytes(data, name)
        found = cls(site)
        found.sample_ = kept
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model's file; one that is there stays whole until the new one is."""
        write_atomically(Path(path), self.to_bytes())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> SiteModel:
        """The model in a file; SiteModelError if it is missing or damaged."""
        return cls.from_bytes(file_bytes(path, SITE_FILE), str(path))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_unpickled, (self.to_bytes(), self.model, self.left_out_))

    def __repr__(self) -> str:
        return f"SiteModel({self.site!r}, n_pages={self.n_pages})"


def _unpickled(data: bytes, model: Model | None, left_out: tuple[str, ...]) -> SiteModel:
    found = SiteModel.from_bytes(data)
    found.model, found.left_out_ = model, left_out
    return found


def _paired(
    pages: Iterable[Page | LabelledPage], labels: Iterable[Labels | None] | None
) -> Iterable[tuple[Page, Labels | None, Roles]]:
    if labels is None:
        for page in pages:
            if isinstance(page, LabelledPage):
                yield page.page, page.labels, page.roles
            else:
                yield page, None, ()
        return
    for page, given in zip(pages, labels, strict=True):
        yield (page.page if isinstance(page, LabelledPage) else page), given, ()


def _without_blank_lines(
    page: Page, labels: Labels | None, roles: Roles
) -> tuple[Page, Labels | None, Roles]:
    """A page, its labels and its roles, all without blank lines."""
    if labels is None:
        return page.without_blank_lines, None, ()
    if len(labels) != len(page.lines):
        raise ValueError(f"{len(labels)} labels were given for {len(page.lines)} lines")
    at = page.nonblank
    return page.without_blank_lines, [labels[i] for i in at], [roles[i] for i in at if roles]


def kept_standings(model: SiteModel) -> dict[bytes, Standing]:
    """What a model did with each page that it keeps, by the bytes of its sketch's hashes.

    It learned from a page, or kept it as an "outlier" of the site, or as a "copy" of an article.
    """
    evidence = model.evidence
    known: dict[bytes, Standing] = {}
    for kept, is_outlier, is_copy in zip(
        model.sample_.pages, evidence.outliers.tolist(), evidence.copies.tolist(), strict=True
    ):
        known[kept.hashes.tobytes()] = "outlier" if is_outlier else "copy" if is_copy else "learned"
    return known


def standings(model: SiteModel, pages: Iterable[Page]) -> list[Standing | None]:
    """What a model did with each of some pages; None for one that it does not keep."""
    known = kept_standings(model)
    compact = (page.without_blank_lines for page in pages)
    sketches = (sketch(page, np.full(len(page.lines), 0.5)) for page in compact)
    return [known.get(each.hashes.tobytes()) for each in sketches]


def headlines(page: Page) -> Bools:
    """Which lines are part of the title or the headline in the page's metadata, (n,)."""
    title = " ".join(f"{page.metadata.title} {page.metadata.headline}".split())
    if not title:
        return np.zeros(len(page.lines), bool)
    texts = [line.text for line in page.lines]
    # The upper bound saves a search for each long line.
    return np.array(
        [PARAMS.min_headline <= len(t) <= len(title) and t in title for t in texts], bool
    )


def is_of(site: str | None, of: str | None) -> bool:
    """Whether a page's site is the model's or below it; True where either is unknown.

    >>> is_of("m.news.example", "news.example"), is_of("other.example", "news.example")
    (True, False)
    """
    return site is None or of is None or site == of or site.endswith(f".{of}")
