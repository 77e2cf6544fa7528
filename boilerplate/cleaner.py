"""``Cleaner.clean``: the whole story of one page, top to bottom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boilerplate.explain.phrases import MODEL_FEATURES
from boilerplate.explain.reasons import naming, reasons
from boilerplate.language.identify import named
from boilerplate.language.naming import languages_in_url, line_names, page_languages
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Floats, Ints, shifted
from boilerplate.page import Kind, Label, LineLanguage, Page, texts_of
from boilerplate.plugins.manager import Plugins, default_plugins
from boilerplate.plugins.opinions import Opinions, PagePlugins
from boilerplate.predictions import Predictions
from boilerplate.reading.read import read
from boilerplate.reading.urls import given_url
from boilerplate.result import CleanPage
from boilerplate.roles import ROLES, RoleChoice, assigned, chosen, kept_roles, role_choice
from boilerplate.site_models.folder import SiteModels, corrector_of
from boilerplate.site_models.site_model import SiteModel
from boilerplate.visibility import Verdicts, visibility

PROBABILITY_DECIMALS: Final = 4  # labels are decided by the rounded probability
# Lines of these roles may be in another language than the article, even if they are kept.
_OTHERS_WORDS: Final = tuple(map(ROLES.index, ("legal", "cookie", "newsletter", "comments")))
_LABELS: Final = Label.BOILERPLATE, Label.CONTENT  # of lines that are dropped, and kept
MIN_PROBABILITY: Final = 1e-6  # of content and of chrome, before votes are added as log-odds


@dataclass(frozen=True, slots=True)
class ThresholdParams:
    """How the threshold of a page is chosen (``best_threshold``); chosen on the dev split.

    ``plain`` is for articles, or ``share_of_likeliest`` of the likeliest line's probability where
    no line reaches it. A page on which nothing is likelier than ``lowest`` has no article.
    """

    plain: float = 0.5
    share_of_likeliest: float = 0.6
    lowest: float = 0.2


THRESHOLDS: Final = ThresholdParams()


class Cleaner:
    """Cleans pages with choices made once; reusable, and picklable for worker processes.

    ``model`` is a loaded Model, the path of a model file, or None for the shipped one;
    ``threshold`` is the probability of CONTENT from which a line is kept, on every page; None
    chooses the one that suits each page best (see ``best_threshold``); ``plugins`` are loaded
    Plugins, None for all that are installed (``no_plugins()`` for none); ``site_models`` is a
    SiteModel, or a folder of their files, from which a page's site chooses; None does without.

    ``keep`` and ``drop`` are roles (``roles.ROLES``) whose lines are kept though they are dropped
    by default, such as "comments", and dropped though they are kept, such as "caption". To drop a
    role of chrome also drops kept lines that look most like it. Raises ValueError for other roles.
    """

    def __init__(
        self,
        model: Model | str | PathLike[str] | None = None,
        threshold: float | None = None,
        plugins: Plugins | None = None,
        site_models: SiteModels | SiteModel | str | PathLike[str] | None = None,
        keep: Collection[str] = (),
        drop: Collection[str] = (),
    ) -> None:
        if threshold is not None and (not isinstance(threshold, Real) or threshold is True):
            raise TypeError(f"threshold= is a number or None, not {type(threshold).__name__}")
        if threshold is not None and not 0.0 <= threshold <= 1.0:
            raise ValueError(f"a threshold is a probability between 0 and 1, not {threshold!r}")
        self.model = model if isinstance(model, Model) else load_model(model)
        self.threshold = threshold
        self.plugins = default_plugins() if plugins is None else plugins
        if isinstance(site_models, str | PathLike):
            site_models = SiteModels(site_models)
        self.site_models = site_models
        self.role_choice = role_choice(keep, drop)

    @property
    def keep(self) -> tuple[str, ...]:
        """The roles that are kept by choice."""
        return tuple(role for role, (kept, _) in self.role_choice.items() if kept)

    @property
    def drop(self) -> tuple[str, ...]:
        """The roles that are dropped by choice."""
        return tuple(role for role, (kept, _) in self.role_choice.items() if not kept)

    def clean(
        self,
        source: Any,
        url: Any = None,
        kind: Kind | None = None,
        charset: str | None = None,
    ) -> CleanPage:
        """The page with a prediction for each line.

        ``source`` is HTML or bare text: str, bytes, a ``pathlib.Path``, an open file, a response of
        requests, httpx, aiohttp (read) or Scrapy, a document of lxml, BeautifulSoup, turbohtml or
        selectolax; or a Page. ``url`` gives the site; None takes the URL of the response, or the
        one that the page claims (canonical link, ``og:url``). ``kind`` None detects HTML by
        content; ``charset`` is the encoding of bytes that their HTTP header names.

        Raises TypeError and ValueError for invalid arguments, among them a string that is a URL or
        the name of a file, and OSError for a file that cannot be read; never anything for bad
        pages. Bytes that are no page (an image, a PDF, an archive, a program) are a NotAPageError,
        which is a ValueError.
        """
        found: dict[str | None, PagePlugins] = {}

        def on(url: str | None) -> PagePlugins:
            if url not in found:
                found[url] = self.plugins.on(url)
            return found[url]

        # Of a page that claims its URL, it is known once it is parsed.
        page = (
            _with_url(source, url)
            if isinstance(source, Page)
            else read(source, url, kind, charset, None, lambda url: on(url).select)
        )
        plugins = on(page.url)
        compact = page.without_blank_lines
        general = scored = self.model.predict(compact)
        if site := corrector_of(self.site_models, page):
            scored = site.correct(compact, scored)
        else:
            scored = plugins.corrected(compact, scored)
        opinions = under_choice(plugins.opinions(compact, scored.probability), self.role_choice)
        seen = visibility(compact, general)
        probability = seen.without_stored(with_votes(scored.probability, opinions))
        probability = probability.round(PROBABILITY_DECIMALS)
        threshold = self.threshold
        if threshold is None:
            threshold = best_threshold(probability, general.chars, scored.article)
        kept = by_default = probability >= threshold
        choice = {**opinions.roles, **self.role_choice}
        of_choice = chosen(scored.log_roles, by_default, choice) if choice else None
        if of_choice:  # which never takes what a page stores for scripts
            kept = of_choice[0] & (by_default | ~seen.stored)
        by_page = seen.verdicts(kept)
        kept = with_verdicts(kept, {**by_page, **opinions.verdicts})
        languages = page_languages(
            texts_of(compact.lines),
            language_weights(general, probability),
            (*compact.metadata.languages, *languages_in_url(page.url)),
        )
        language = named(languages)
        decided = Decided(
            compact, kept, threshold, probability, language, by_page, opinions, self.model,
            general, scored, by_default, choice, of_choice,
        )  # fmt: skip
        return CleanPage(
            page, decided.predictions(page), language, threshold, opinions.errors, scored.drift,
            kept_roles(choice), languages=languages,
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        given = self.model, self.threshold, self.plugins, self.site_models, self.keep, self.drop
        return (Cleaner, given)


@dataclass(frozen=True)
class Decided:
    """What was decided of a page without blank lines, and all that explains it.

    ``kept`` and ``probability`` are (n,), ``threshold`` is the page's, ``by_page`` are the labels
    that the page itself decides (``visibility``); ``general`` are the scores of ``model``,
    ``scored`` those corrected for the site, ``probability`` has the plugins' votes too.
    ``by_default`` are the lines that are kept without the ``choice`` of roles, (n,), ``of_choice``
    what ``chosen`` gives for it; None without one.
    """

    page: Page
    kept: NDArray[np.bool_]
    threshold: float
    probability: Floats
    language: str | None
    by_page: Verdicts
    opinions: Opinions
    model: Model
    general: Scores
    scored: Scores
    by_default: NDArray[np.bool_]
    choice: RoleChoice
    of_choice: tuple[NDArray[np.bool_], Ints] | None

    def predictions(self, page: Page) -> Predictions:
        """A prediction for each line of the whole page, explained when it is looked at."""
        labels = list(map(_LABELS.__getitem__, self.kept.tolist()))
        columns = Predictions(self.page.lines, labels, self.probability.tolist(), self)
        return columns if page is self.page else columns.with_blank_lines(page)

    def languages(self) -> Sequence[LineLanguage]:
        """The language of each line with its probability."""
        return self._languages

    @cached_property
    def _languages(self) -> list[LineLanguage]:
        return line_names(texts_of(self.page.lines), self.scored.languages)

    @cached_property
    def _roles(self) -> Ints:
        """The role of each line by the model alone, as an index into ROLES."""
        return assigned(self.scored.log_roles, self.kept)

    def roles(self) -> Sequence[str | None]:
        """The role of each line."""
        roles = self._roles
        if self.of_choice:
            kept, by_choice = self.of_choice
            roles = np.where(kept == self.kept, by_choice, roles)
        named = self.opinions.named
        return [named.get(i, ROLES[role]) for i, role in enumerate(roles.tolist())]

    def by_choice(self) -> Mapping[int, tuple[str, str]]:
        """Whose choice of roles changed a label, and the reason, by the index of the line."""
        if not self.of_choice:
            return {}
        kept, roles = self.of_choice
        changed = np.flatnonzero((kept != self.by_default) & (kept == self.kept)).tolist()
        return {
            i: chosen_by(ROLES[roles[i]], *self.choice[ROLES[roles[i]]])
            for i in changed
            if i not in self.opinions.verdicts
        }

    def deciders(self) -> Sequence[str]:
        """What each line's label is due to, see ``Prediction.decided_by``."""
        return deciders(
            self.general.probability.round(PROBABILITY_DECIMALS) >= self.threshold,
            self.scored.probability.round(PROBABILITY_DECIMALS) >= self.threshold,
            self.probability >= self.threshold,
            self.probability >= THRESHOLDS.plain,
            self.by_page,
            {i: name for i, (name, _) in self.by_choice().items()},
            self.opinions,
        )

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped, after its role."""
        evidence = self.model.evidence(self.general, MODEL_FEATURES)
        languages = tuple(self._languages)
        scores = replace(self.scored, probability=self.probability, languages=languages)
        why = reasons(self.page, scores, evidence, self.kept, self.language, self._roles)
        for i, (_, reason) in self.by_page.items():
            why[i] = reason
        why = naming(roles, self.scored.log_roles, why)
        for i in {*self.opinions.verdicts, *self.opinions.votes}:
            why[i] = self.opinions.reason(i, why[i])
        for i, (_, reason) in self.by_choice().items():
            why[i] = reason
        return why


def chosen_by(role: str, kept: bool, by: str) -> tuple[str, str]:
    """Whose choice it is to keep or to drop a role, and how a reason says so.

    >>> chosen_by("comments", True, "roles")
    ('roles', 'kept by choice: comments')
    >>> chosen_by("date", False, "plugin:courier")
    ('plugin:courier', 'plugin:courier: drop_roles date')
    """
    if by == "roles":
        return by, f"{'kept' if kept else 'dropped'} by choice: {role}"
    return by, f"{by}: {'keep' if kept else 'drop'}_roles {role}"


def under_choice(opinions: Opinions, choice: RoleChoice) -> Opinions:
    """The plugins' opinions, where a choice of roles goes over verdicts that name their role.

    A plugin that drops a line as a comment agrees with whoever keeps comments what the line is.
    """
    if not opinions.named:
        return opinions
    verdicts, judges = dict(opinions.verdicts), dict(opinions.judges)
    for i, role in opinions.named.items():
        keep, by = choice.get(role, (verdicts[i][0] is Label.CONTENT, ""))
        if keep != (verdicts[i][0] is Label.CONTENT):
            judges[i], reason = chosen_by(role, keep, by)
            verdicts[i] = Label.CONTENT if keep else Label.BOILERPLATE, reason
    return replace(opinions, verdicts=verdicts, judges=judges)


def language_weights(scores: Scores, probability: Floats) -> Floats:
    """How much each line says about the language of the article, (n,).

    Its length and the ``probability`` that it is content, and neither a comment nor a notice; 0 for
    lines that are more likely not to be that. Without roles, the probability alone counts.
    """
    of_article = probability
    if len(scores.log_roles):
        beside = np.exp(scores.log_roles[:, _OTHERS_WORDS]).sum(1)
        of_article = probability * (1.0 - np.minimum(beside, 1.0))
    return np.asarray(np.where(of_article >= THRESHOLDS.plain, of_article * scores.chars, 0.0))


def with_votes(probability: Floats, opinions: Opinions) -> Floats:
    """Probabilities of lines, (n,), with the plugins' votes added as log-odds."""
    if not opinions.votes:
        return probability
    votes = np.array([opinions.votes.get(i, (0.0, ""))[0] for i in range(len(probability))])
    return shifted(probability, votes, MIN_PROBABILITY)


def with_verdicts(kept: NDArray[np.bool_], verdicts: Verdicts) -> NDArray[np.bool_]:
    """Which lines are kept, (n,), with the verdicts as the last word."""
    if not verdicts:
        return kept
    kept = kept.copy()
    for i, (label, _) in verdicts.items():
        kept[i] = label is Label.CONTENT
    return kept


def deciders(
    by_model: NDArray[np.bool_],
    with_site: NDArray[np.bool_],
    with_votes: NDArray[np.bool_],
    plain: NDArray[np.bool_],
    by_page: Verdicts,
    by_choice: Mapping[int, str],
    opinions: Opinions,
) -> list[str]:
    """What each line's label is due to, (n,); see ``Prediction.decided_by``.

    The arrays mark the lines that would be kept by the model alone, with the site's correction,
    with the plugins' votes too, and with these at a threshold of 0.5; all (n,). ``by_choice`` says
    whose choice of roles changed a label.
    """
    found = np.full(len(by_model), "model", object)
    found[with_votes != plain] = "threshold"
    found[with_site != by_model] = "site_model"
    for i, name in opinions.voters.items():
        if with_votes[i] != with_site[i]:
            found[i] = name
    found[list(by_page)] = "page"
    for i, name in by_choice.items():
        found[i] = name
    for i, name in opinions.judges.items():
        found[i] = name
    names: list[str] = found.tolist()
    return names


def best_threshold(probability: Floats, chars: Floats, article: float = 1.0) -> float:
    """The threshold that suits a page: plain on an article, generous where content is scarce.

    ``probability`` of CONTENT and length in characters of each line, (n,); ``article`` is the
    probability that the page is one. An article's lines are kept from 0.5 on, or from a share
    of the likeliest line's probability where few are likely. On pages of other types it is the
    threshold that makes the expected F1 largest: half of the F1 that can be had (Lipton, Elkan
    and Naryanaswamy 2014), so that a list of products has a lower one than a page of prose.

    >>> best_threshold(np.array([0.9, 0.8, 0.1]), np.array([50.0, 50.0, 50.0]))
    0.5
    >>> best_threshold(np.array([0.4, 0.3, 0.1]), np.array([50.0, 50.0, 50.0]), article=0.0)
    0.3
    """
    if not len(probability):
        return THRESHOLDS.plain
    order = np.argsort(-probability, kind="stable")
    likeliest = float(probability[order[0]])
    plain = min(THRESHOLDS.plain, THRESHOLDS.share_of_likeliest * likeliest)
    hit = np.cumsum((probability * chars)[order])
    f1 = 2 * hit / np.maximum(np.cumsum(chars[order]) + hit[-1], 1e-9)
    generous = float(probability[order[int(np.argmax(f1))]])
    return max(
        THRESHOLDS.lowest, round(article * plain + (1 - article) * generous, PROBABILITY_DECIMALS)
    )


def _with_url(page: Page, url: Any) -> Page:
    """A Page with the URL that was given with it, if one was."""
    url = given_url(url)
    return page if url is None else replace(page, url=url)
