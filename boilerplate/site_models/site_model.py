"""SiteModel: what a few pages of a site tell about all of them, with or without labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from boilerplate.page import Label, Page, is_blank
from boilerplate.result import LabelledPage
from boilerplate.site_models.evidence import COLUMNS, MOST, Knowledge, Sight, contributions
from boilerplate.site_models.file import SITE_FILE, from_bytes, to_bytes
from boilerplate.site_models.reasons import Said
from boilerplate.site_models.sketch import CLOSEST, Sample, Sketch, merged, sample, sketch

DRIFTED: Final = 0.5  # of a page's drift, from which its site no longer looks like its model
WORTH_SAYING: Final = 0.5  # log-odds that a correction must have to be named as a reason

LEAST_HEADLINE: Final = 6  # characters: 'News' is in many a title

Labels = Sequence[Label | None]
Standing = Literal["learned", "stranger", "copy"]


class SiteModel:
    """What is known of one site; reusable, mergeable, and picklable for worker processes.

    ``site`` is the host name whose pages it is for, as ``Page.site`` gives it, or None;
    ``model`` is the general Model whose scores it learns from and corrects, None for the
    shipped one. ``fit`` sets ``sample_``, the pages it keeps without their text, which is all
    that its file holds, and ``left_out_``, the URLs of pages of other sites.
    """

    def __init__(self, site: str | None = None, model: Model | None = None) -> None:
        self.site = site
        self.model = model
        self.sample_ = Sample()
        self.left_out_: tuple[str, ...] = ()

    def fit(
        self, pages: Iterable[Page | LabelledPage], labels: Iterable[Labels | None] | None = None
    ) -> Self:
        """Learn from pages alone, forgetting what was known before.

        ``labels`` has for each page the labels of its lines, or None where nobody labelled it;
        a LabelledPage brings its own. The order of the pages makes no difference. Raises
        ValueError where labels and pages or lines differ in number.
        """
        self.sample_ = Sample()
        self.left_out_ = ()
        return self.partial_fit(pages, labels)

    def partial_fit(
        self, pages: Iterable[Page | LabelledPage], labels: Iterable[Labels | None] | None = None
    ) -> Self:
        """Learn from more pages: the same as ``fit`` on all of them together."""
        model = self.model or load_model()
        sketches = []
        left_out = list(self.left_out_)
        for page, known in _paired(pages, labels):
            if not is_of(page.site, self.site):
                left_out.append(page.url or "")
                continue
            page, known = _without_blank_lines(page, known)
            if page.lines:
                sketches.append(sketch(page, model.predict(page).probability, known))
        self.sample_ = sample((*self.sample_.pages, *sketches), self.sample_.horizon)
        self.left_out_ = tuple(left_out)
        self.__dict__.pop("knowledge", None)
        return self

    def merge(self, other: SiteModel) -> SiteModel:
        """The model of both models' pages; neither is changed.

        ``SiteModel().fit(a).merge(SiteModel().fit(b))`` is ``SiteModel().fit(a + b)``. Raises
        ValueError where they are of two sites.
        """
        if None not in (self.site, other.site) and self.site != other.site:
            raise ValueError(f"models of two sites: {self.site} and {other.site}")
        both = SiteModel(self.site or other.site, self.model or other.model)
        both.sample_ = merged((self.sample_, other.sample_))
        both.left_out_ = (*self.left_out_, *other.left_out_)
        return both

    @property
    def n_pages(self) -> int:
        """How many pages are kept; those that hold one article count each."""
        return len(self.sample_.pages)

    @cached_property
    def knowledge(self) -> Knowledge:
        """What the kept pages tell, worked out when it is first asked for."""
        return Knowledge(self.sample_.pages)

    def correct(self, page: Page, scores: Scores, drawn: Sketch | None = None) -> Scores:
        """The general model's scores of a page's lines, none blank, with what the site adds.

        What was learned is shrunk by how little it is, and by how little the page looks like
        an article: what recurs on a shop's pages may well be content. ``drawn`` is the page's
        sketch with these scores, for whoever has it.
        """
        if not self.knowledge.n or not page.lines:
            return scores
        drawn = drawn or sketch(page, scores.probability)
        sight = self.knowledge.see(drawn, headlines(page)[: drawn.n])
        added = np.zeros((len(page.lines), len(COLUMNS)))
        added[: drawn.n] = scores.article**2 * contributions(sight, page.kind)
        moved = np.minimum(np.maximum(added.sum(1), -MOST), MOST)
        return replace(
            scores,
            probability=shifted(scores.probability, moved, CLOSEST),
            site_reasons=Said(sight, added, np.abs(moved) >= WORTH_SAYING),
            drift=self.drift_of(sight),
        )

    def drift_of(self, sight: Sight) -> float | None:
        """How much of what the site's pages share a page lacks, 0..1; None if that is unknown."""
        usual = self.knowledge.usual
        if not usual:
            return None
        return round(min(max(1 - sight.familiar / usual, 0.0), 1.0), 4)

    def to_bytes(self) -> bytes:
        """The bytes of the model's file: the same for the same pages in any order."""
        return to_bytes(self.sample_, self.site)

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "site model") -> SiteModel:
        """The model in the bytes of a file; SiteModelError, with ``name``, where it is none."""
        kept, site = from_bytes(data, name)
        found = cls(site)
        found.sample_ = kept
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model's file; one that is there stays whole until the new one is."""
        write_atomically(Path(path), self.to_bytes())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> SiteModel:
        """The model in a file; SiteModelError where there is none, or a damaged one."""
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
) -> Iterable[tuple[Page, Labels | None]]:
    if labels is None:
        for page in pages:
            yield (page.page, page.labels) if isinstance(page, LabelledPage) else (page, None)
        return
    for page, known in zip(pages, labels, strict=True):
        yield (page.page if isinstance(page, LabelledPage) else page), known


def _without_blank_lines(page: Page, labels: Labels | None) -> tuple[Page, Labels | None]:
    """A page and its labels, both without blank lines."""
    if labels is None:
        return page.without_blank_lines, None
    if len(labels) != len(page.lines):
        raise ValueError(f"{len(labels)} labels were given for {len(page.lines)} lines")
    both = zip(page.lines, labels, strict=True)
    return page.without_blank_lines, [label for line, label in both if not is_blank(line)]


def standings(model: SiteModel, pages: Iterable[Page]) -> list[Standing | None]:
    """What a model makes of each of some pages; None for one that it does not keep.

    It learned from a page, or found it a "stranger" on the site, or a "copy" of an article.
    """
    knowledge = model.knowledge
    known: dict[bytes, Standing] = {}
    for kept, strange, copy in zip(
        model.sample_.pages, knowledge.strangers.tolist(), knowledge.copies.tolist(), strict=True
    ):
        known[kept.rows.tobytes()] = "stranger" if strange else "copy" if copy else "learned"
    compact = (page.without_blank_lines for page in pages)
    drawn = (sketch(page, np.full(len(page.lines), 0.5)) for page in compact)
    return [known.get(each.rows.tobytes()) for each in drawn]


def headlines(page: Page) -> Bools:
    """Which lines are in what the page's head calls its article, (n,)."""
    claimed = " ".join(f"{page.metadata.title} {page.metadata.headline}".split())
    if not claimed:
        return np.zeros(len(page.lines), bool)
    most = len(claimed)
    texts = [line.text for line in page.lines]
    return np.array([LEAST_HEADLINE <= len(t) <= most and t in claimed for t in texts], bool)


def is_of(site: str | None, of: str | None) -> bool:
    """Whether a page's site is a model's, or a part of it; unknown sites are taken on trust.

    >>> is_of("m.news.example", "news.example"), is_of("other.example", "news.example")
    (True, False)
    """
    return site is None or of is None or site == of or site.endswith(f".{of}")
