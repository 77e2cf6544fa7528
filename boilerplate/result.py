"""The result of cleaning: a Prediction for each line, and the CleanPage that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, overload

from boilerplate.page import Label, Line, Page, lines_in_h1
from boilerplate.roles import CONTENT_ROLES
from boilerplate.serialize import line_records, page_record, parse_record

if TYPE_CHECKING:
    from boilerplate.output.places import Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prediction:
    """The label of one line, the probability of CONTENT, and the reason.

    ``reason`` is empty where none was recorded, as in shards.
    ``role`` is what the line is on its page, one of ``roles.ROLES``; None for blank lines.
    ``language`` is an ISO 639-1 code (``zh-cn`` and ``zh-tw`` for Chinese), None where it is
    unknown; ``language_confidence`` its probability.
    ``decided_by`` is what the label is due to: "model"; "site_model" or "plugin:NAME" where these
    changed it, or a plugin's verdict set it; "roles" where a choice of roles changed it; "page"
    where the page hides the line, or has it for scripts only; "threshold" where the page's
    threshold gives another label than 0.5 would; "blank" for blank lines.
    """

    line: Line
    label: Label
    probability: float
    reason: str
    role: str | None = None
    language: str | None = None
    language_confidence: float = 0.0
    decided_by: str = "model"


class Explainer(Protocol):
    """Works out, for all lines of a page, what costs too much to be done for every page."""

    def roles(self) -> Sequence[str | None]:
        """The role of each line, None for those that are blank."""

    def deciders(self) -> Sequence[str]:
        """What each line's label is due to, see ``Prediction.decided_by``."""

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped, given the roles of the lines."""


class Predictions(Sequence[Prediction]):
    """One prediction a line, in page order; equal to a tuple of the same.

    The values of all lines can be had as columns. ``lines``, ``labels``, ``probabilities`` and
    ``languages`` (each with its confidence) are there from the start. ``roles``, ``deciders`` and
    ``reasons`` are worked out on first use, from arrays of about a kilobyte a line that are kept
    until the reasons are known. With reasons, cleaning takes about 30 % more time. When
    pickled, all is worked out.
    """

    __slots__ = (
        "_deciders", "_explainer", "_made", "_reasons", "_roles",
        "labels", "languages", "lines", "probabilities",
    )  # fmt: skip

    def __init__(
        self,
        lines: Sequence[Line],
        labels: Sequence[Label],
        probabilities: Sequence[float],
        languages: Sequence[tuple[str | None, float]],
        explainer: Explainer,
    ) -> None:
        self.lines = lines
        self.labels = labels
        self.probabilities = probabilities
        self.languages = languages
        self._explainer: Explainer | None = explainer
        self._roles: Sequence[str | None] = ()
        self._deciders: Sequence[str] = ()
        self._reasons: Sequence[str] = ()
        self._made: tuple[Prediction, ...] | None = None

    def with_blank_lines(self, page: Page) -> Predictions:
        """The predictions of a page, from those of its lines that are not blank.

        Blank lines are dropped, with probability 0 and "blank line" as their reason.
        """
        if self._explainer is None:
            raise ValueError("blank lines are added before predictions are looked at")
        places = _Places(page.nonblank, len(page.lines))
        return Predictions(
            page.lines,
            places.spread(self.labels, Label.BOILERPLATE),
            places.spread(self.probabilities, 0.0),
            places.spread(self.languages, (None, 0.0)),
            _BlankLinesExplained(self._explainer, places),
        )

    @classmethod
    def of(cls, made: Iterable[Prediction]) -> Predictions:
        """Predictions from the finished values, none of which is worked out later."""
        if isinstance(made, Predictions):
            return made
        predictions = tuple(made)
        found = cls.__new__(cls)
        found._made, found._explainer = predictions, None
        found.lines = [p.line for p in predictions]
        found.labels = [p.label for p in predictions]
        found.probabilities = [p.probability for p in predictions]
        found.languages = [(p.language, p.language_confidence) for p in predictions]
        found._roles = [p.role for p in predictions]
        found._deciders = [p.decided_by for p in predictions]
        found._reasons = [p.reason for p in predictions]
        return found

    # Two threads may both work a column out: they come to the same. Whoever finds no explainer
    # finds all columns, for it is dropped after them.

    @property
    def roles(self) -> Sequence[str | None]:
        """The role of each line; costs less than the reasons."""
        explainer = self._explainer
        if explainer is not None and not self._roles:
            self._roles = explainer.roles()
        return self._roles

    @property
    def deciders(self) -> Sequence[str]:
        """What each line's label is due to, see ``Prediction.decided_by``; costs little."""
        explainer = self._explainer
        if explainer is not None and not self._deciders:
            self._deciders = explainer.deciders()
        return self._deciders

    @property
    def reasons(self) -> Sequence[str]:
        """Why each line was kept or dropped; empty strings where that was not recorded."""
        explainer = self._explainer
        if explainer is not None:
            self._deciders = explainer.deciders()
            self._reasons = explainer.reasons(self.roles)
            self._explainer = None
        return self._reasons

    def _all(self) -> tuple[Prediction, ...]:
        if self._made is None:
            from boilerplate import kernels  # and numpy, which a CleanPage itself does not need

            self._made = kernels.predictions(
                Prediction, self.lines, self.labels, self.probabilities, self.reasons,
                self.roles, self.deciders, self.languages,
            )  # fmt: skip
        return self._made

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Prediction]:
        # Sequence.__iter__ would take an IndexError from the explainer for the end of the page.
        return iter(self._all())

    @overload
    def __getitem__(self, place: int) -> Prediction: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Prediction, ...]: ...

    def __getitem__(self, place: int | slice) -> Prediction | tuple[Prediction, ...]:
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Predictions | tuple):
            return self._all() == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return (Predictions.of, (self._all(),))


@dataclass(frozen=True, slots=True)
class _Places:
    """The indices, among ``n`` lines of a page, of those that are not blank."""

    nonblank: Sequence[int]
    n: int

    def spread(self, values: Sequence[T], blank: T) -> list[T]:
        """A value for each line of the page, from those of its lines that are not blank."""
        column = [blank] * self.n
        for i, value in zip(self.nonblank, values, strict=True):
            column[i] = value
        return column


@dataclass(frozen=True, slots=True)
class _BlankLinesExplained:
    """An Explainer for all lines of a page, from the one for its lines that are not blank."""

    inner: Explainer
    places: _Places

    def roles(self) -> Sequence[str | None]:
        return self.places.spread(self.inner.roles(), None)

    def deciders(self) -> Sequence[str]:
        return self.places.spread(self.inner.deciders(), "blank")

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        of_nonblank = [roles[i] for i in self.places.nonblank]
        return self.places.spread(self.inner.reasons(of_nonblank), "blank line")


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page with one prediction a line, in page order.

    ``predictions`` may be given as any iterable of Prediction. ``threshold`` is the probability
    from which lines were labelled CONTENT. ``plugin_errors`` are the plugins that failed on this
    page, and why. ``drift`` is how much the page lacks of what its site's pages share, 0 nothing, 1
    all of it; None without a site model. ``kept_roles`` are the roles whose lines are kept, in the
    order of ``roles.ROLES``.
    """

    page: Page
    predictions: Predictions
    language: str | None = None
    threshold: float = 0.5
    plugin_errors: tuple[str, ...] = ()
    drift: float | None = None
    kept_roles: tuple[str, ...] = CONTENT_ROLES

    def __post_init__(self) -> None:
        object.__setattr__(self, "predictions", Predictions.of(self.predictions))

    @property
    def kept(self) -> tuple[Line, ...]:
        """The lines labelled CONTENT."""
        return self._labelled(Label.CONTENT)

    @property
    def dropped(self) -> tuple[Line, ...]:
        """The lines labelled BOILERPLATE."""
        return self._labelled(Label.BOILERPLATE)

    def _labelled(self, label: Label) -> tuple[Line, ...]:
        lines, labels = self.predictions.lines, self.predictions.labels
        return tuple(line for line, each in zip(lines, labels, strict=True) if each is label)

    @property
    def text(self) -> str:
        """The kept lines joined by newlines."""
        return "\n".join(line.text for line in self.kept)

    @property
    def headline(self) -> str | None:
        """The article's headline, None if there is none.

        It is what the head of the page says, or else the only line in an ``<h1>``, or else the
        first kept line whose role is headline.
        """
        if self.page.metadata.headline:
            return self.page.metadata.headline
        if len(in_h1 := lines_in_h1(self.page)) == 1:
            return in_h1[0]
        predictions = self.predictions
        columns = zip(predictions.lines, predictions.labels, predictions.roles, strict=True)
        headlines = (
            line.text for line, label, role in columns
            if label is Label.CONTENT and role == "headline"
        )  # fmt: skip
        return next(headlines, None)

    def to_markdown(self, *, links: bool = True, images: bool = False) -> str:
        """The kept part of the page as GitHub's Markdown; empty if nothing is kept.

        Of HTML it has the headings, lists, tables, code, quotations, emphasis and links of the
        kept lines, of bare text what their roles say. Links are absolute where the page has a URL.
        ``links`` False leaves their text only; ``images`` adds images that stand beside kept text.
        """
        from boilerplate.output.render import markdown_of

        return markdown_of(self._kept_tree(images), links=links)

    def to_html(self, *, links: bool = True, images: bool = False) -> str:
        """The kept part of the page as HTML that is safe to show, a block on a line.

        It is a fragment of semantic tags, without classes, scripts, styles and event handlers; see
        ``to_markdown`` for what is in it.
        """
        from boilerplate.output.render import html_of

        return html_of(self._kept_tree(images), links=links)

    def _kept_tree(self, images: bool) -> Any:
        from boilerplate.output.kept_tree import kept_tree

        columns = self.predictions
        kept = [label is Label.CONTENT for label in columns.labels]
        return kept_tree(self.page, kept, columns.roles, images=images)

    def places(self) -> list[Place | None]:
        """Where each line stands in what the page was read from, see ``output.places.Place``."""
        from boilerplate.output.places import places

        return places(self.page)

    def to_dict(
        self,
        source: str | None = None,
        *,
        record: int | None = None,
        reasons: bool = True,
        places: bool = False,
    ) -> dict[str, Any]:
        """The page as a JSON value, see "The JSON of a cleaned page" in the documentation.

        ``source`` is what the page is called, ``record`` its number in a file of many pages.
        ``reasons`` False leaves the lines' reasons null, which saves their time. ``places`` adds
        where each line stands. Markup is not in it.
        """
        columns = self.predictions
        lines = line_records(
            columns.lines,
            columns.labels,
            columns.probabilities,
            columns.reasons if reasons else None,
            columns.roles,
            columns.languages,
            columns.deciders,
            self.places() if places else None,
        )
        return page_record(
            self.page,
            lines,
            headline=self.headline,
            source=source,
            record=record,
            text=self.text,
            language=self.language,
            threshold=self.threshold,
            kept_roles=self.kept_roles,
            plugin_errors=self.plugin_errors,
            drift=self.drift,
        )

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The page from its JSON value, without markup; reasons that are null become empty.

        Raises ValueError, naming the key, for what is no such value, and for a page that failed.
        """
        parsed = parse_record(record)
        return cls(
            parsed.page,
            Predictions.of(Prediction(*line) for line in parsed.lines),
            parsed.language,
            parsed.threshold,
            parsed.plugin_errors,
            parsed.drift,
            parsed.kept_roles,
        )

    @property
    def url(self) -> str | None:
        """The page's URL, as given."""
        return self.page.url

    @property
    def site(self) -> str | None:
        """The page's site, from its URL."""
        return self.page.site


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with its true labels, one a line; None where the label is unknown."""

    page: Page
    labels: tuple[Label | None, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.page.lines):
            raise ValueError(
                f"a label for each line is needed: {len(self.page.lines)} lines, "
                f"{len(self.labels)} labels"
            )
