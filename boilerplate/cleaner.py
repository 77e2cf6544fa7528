"""``Cleaner.clean``: the whole story of one page, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.explain.reasons import naming, reasons
from boilerplate.language.lines import page_language
from boilerplate.model.chrome_kinds import chrome_kinds
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Floats, shifted
from boilerplate.page import Kind, Label, Page
from boilerplate.plugins.manager import Plugins, default_plugins
from boilerplate.plugins.opinions import Opinions
from boilerplate.reading.read import read
from boilerplate.result import CleanPage, Predictions
from boilerplate.site_models.folder import SiteModels, corrector_of
from boilerplate.site_models.site_model import SiteModel

PLAIN_THRESHOLD: Final = 0.5
SHARE_OF_LIKELIEST: Final = 0.6
PLACES: Final = 4  # of a probability, so that what is printed decides as what was computed
CLOSEST: Final = 1e-6  # to 0 or 1, for a probability whose logarithm is taken
LEAST_THRESHOLD: Final = 0.2  # a page on which nothing is likelier than this has no article


class Cleaner:
    """Cleans pages with choices made once; reusable, and picklable for worker processes.

    ``model`` is a loaded Model, the path of a model file, or None for the shipped one;
    ``threshold`` is the probability of CONTENT from which a line is kept, on every page; None
    chooses the one that suits each page best (see ``best_threshold``); ``plugins`` are loaded
    Plugins, None for all that are installed (``no_plugins()`` for none); ``site_models`` is a
    SiteModel, or a folder of their files, from which a page's site chooses; None does without.
    """

    def __init__(
        self,
        model: Model | str | PathLike[str] | None = None,
        threshold: float | None = None,
        plugins: Plugins | None = None,
        site_models: SiteModels | SiteModel | str | PathLike[str] | None = None,
    ) -> None:
        if threshold is not None and not 0.0 <= threshold <= 1.0:
            raise ValueError(f"a threshold is a probability between 0 and 1, not {threshold!r}")
        self.model = model if isinstance(model, Model) else load_model(model)
        self.threshold = threshold
        self.plugins = default_plugins() if plugins is None else plugins
        if isinstance(site_models, str | PathLike):
            site_models = SiteModels(site_models)
        self.site_models = site_models

    def clean(
        self,
        source: str | bytes | Page,
        url: str | None = None,
        kind: Kind | None = None,
        charset: str | None = None,
    ) -> CleanPage:
        """The page with a prediction for each line.

        ``source`` is HTML or bare text as str or bytes, or a Page; ``kind`` None tells HTML
        from text by content; ``charset`` is the transport's word on the encoding of bytes.
        Raises TypeError and ValueError for arguments of the wrong kind, never for bad pages.
        """
        known = self.plugins.on(source.url if isinstance(source, Page) else url)
        page = (
            source if isinstance(source, Page) else read(source, url, kind, charset, known.select)
        )
        spoken = page.spoken
        general = scored = self.model.predict(page, spoken)
        if site := corrector_of(self.site_models, page):
            scored = site.correct(page, spoken, scored)
        else:
            scored = known.corrected(page, spoken, scored)
        opinions = known.opinions(page, spoken, scored.probability)
        probability = nudged(scored.probability, spoken, opinions).round(PLACES)
        threshold = self.threshold
        if threshold is None:
            threshold = best_threshold(probability, general.chars, scored.article)
        kept = overruled(probability >= threshold, spoken, opinions)
        language = page_language(scored.languages, probability, general.chars)
        decided = Decided(
            page, spoken, kept, probability, language, opinions, self.model, general, scored,
            threshold,
        )  # fmt: skip
        return CleanPage(
            page, decided.labelled(), language, threshold, opinions.errors, scored.drift
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (Cleaner, (self.model, self.threshold, self.plugins, self.site_models))


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a page's spoken lines, and all that explains it.

    ``kept`` and ``probability`` are (n,); ``general`` is what the ``model`` says, ``scored``
    with what is known of the site, ``probability`` with the plugins' votes too.
    """

    page: Page
    spoken: Sequence[int]
    kept: NDArray[np.bool_]
    probability: Floats
    language: str | None
    opinions: Opinions
    model: Model
    general: Scores
    scored: Scores
    threshold: float

    def labelled(self) -> Predictions:
        """The predictions, explained when they are looked at; blank lines are dropped."""
        labels = [Label.CONTENT if keep else Label.BOILERPLATE for keep in self.kept.tolist()]
        return Predictions(
            self.page.lines,
            self._of_all_lines(labels, Label.BOILERPLATE),
            self._of_all_lines(self.probability.tolist(), 0.0),
            self._of_all_lines(self.scored.languages, (None, 0.0)),
            self,
        )

    def kinds(self) -> Sequence[str | None]:
        """The kind of chrome of each line that was dropped, None of others."""
        skeleton = self.general.skeleton
        return self._of_all_lines(
            chrome_kinds(self.page, self.spoken, self.kept, skeleton=skeleton), None
        )

    def deciders(self) -> Sequence[str]:
        """What each line's label is due to, see ``Prediction.decided_by``."""
        return self._of_all_lines(
            deciders(
                self.general.probability.round(PLACES) >= self.threshold,
                self.scored.probability.round(PLACES) >= self.threshold,
                self.probability >= self.threshold,
                self.probability >= PLAIN_THRESHOLD,
                [self.opinions.voters.get(i) for i in self.spoken],
                [self.opinions.judges.get(i) for i in self.spoken],
            ),
            "blank",
        )

    def reasons(self, kinds: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped, after the kind of chrome that it is."""
        evidence = self.model.evidence(self.general)
        why = reasons(self.page, self.spoken, self.scored, evidence, self.kept, self.language)
        said = [
            self.opinions.reason(i, naming(kinds[i], each))
            for i, each in zip(self.spoken, why, strict=True)
        ]
        return self._of_all_lines(said, "blank line")

    def _of_all_lines(self, values: Sequence[Any], blank: Any) -> Sequence[Any]:
        if len(values) == len(self.page.lines):
            return values
        column = [blank] * len(self.page.lines)
        for i, value in zip(self.spoken, values, strict=True):
            column[i] = value
        return column


def nudged(probability: Floats, spoken: Sequence[int], opinions: Opinions) -> Floats:
    """Probabilities of the spoken lines, (n,), with the plugins' votes added as log-odds."""
    if not opinions.votes:
        return probability
    votes = np.array([opinions.votes.get(i, (0.0, ""))[0] for i in spoken])
    return shifted(probability, votes, CLOSEST)


def overruled(
    kept: NDArray[np.bool_], spoken: Sequence[int], opinions: Opinions
) -> NDArray[np.bool_]:
    """Which of the spoken lines are kept, (n,), with the plugins' verdicts as the last word."""
    if not opinions.verdicts:
        return kept
    labels = {i: label is Label.CONTENT for i, (label, _) in opinions.verdicts.items()}
    return np.array([labels.get(i, keep) for i, keep in zip(spoken, kept.tolist(), strict=True)])


def deciders(
    by_model: NDArray[np.bool_],
    with_site: NDArray[np.bool_],
    with_votes: NDArray[np.bool_],
    plain: NDArray[np.bool_],
    voters: Sequence[str | None],
    judges: Sequence[str | None],
) -> list[str]:
    """What each line's label is due to, (n,); see ``Prediction.decided_by``.

    The arrays say which lines would be kept by the model alone, with the site's correction, with
    the plugins' votes too, and with these at a threshold of 0.5; all (n,). ``voters`` and
    ``judges`` are the plugins whose votes weigh most on a line, and whose verdict labels it.
    """
    found = np.full(len(by_model), "model", object)
    found[with_votes != plain] = "threshold"
    found[with_site != by_model] = "site_model"
    changed = with_votes != with_site
    return [
        f"plugin:{judge}" if judge else f"plugin:{voter}" if voter and change else decider
        for decider, change, voter, judge in zip(
            found.tolist(), changed.tolist(), voters, judges, strict=True
        )
    ]


def best_threshold(probability: Floats, chars: Floats, article: float = 1.0) -> float:
    """The threshold that suits a page: plain on an article, generous where content is scarce.

    ``probability`` of CONTENT and length in characters of each line, (n,); ``article`` is the
    probability that the page is one. An article's lines are kept from 0.5 on, or from a share
    of the likeliest line's probability where few are likely. On pages of other types it is the
    threshold that makes the expected F1 largest: half of the F1 that can be had (Lipton, Elkan
    and Naryanaswamy 2014), so that a list of products asks for less than a page of prose.

    >>> best_threshold(np.array([0.9, 0.8, 0.1]), np.array([50.0, 50.0, 50.0]))
    0.5
    >>> best_threshold(np.array([0.4, 0.3, 0.1]), np.array([50.0, 50.0, 50.0]), article=0.0)
    0.3
    """
    if not len(probability):
        return PLAIN_THRESHOLD
    order = np.argsort(-probability, kind="stable")
    plain = min(PLAIN_THRESHOLD, SHARE_OF_LIKELIEST * float(probability[order[0]]))
    hit = np.cumsum((probability * chars)[order])
    f1 = 2 * hit / np.maximum(np.cumsum(chars[order]) + hit[-1], 1e-9)
    generous = float(probability[order[int(np.argmax(f1))]])
    return max(LEAST_THRESHOLD, round(article * plain + (1 - article) * generous, PLACES))


@cache
def default_cleaner() -> Cleaner:
    """The Cleaner of ``boilerplate.clean``: the shipped model, the default threshold."""
    return Cleaner()


def clean(
    source: str | bytes | Page, url: str | None = None, kind: Kind | None = None
) -> CleanPage:
    """Clean one page with the shipped model; see ``Cleaner.clean``."""
    return default_cleaner().clean(source, url, kind)
