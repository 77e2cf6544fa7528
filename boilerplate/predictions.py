"""What was predicted of the lines of a page: one Prediction a line, worked out when looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, overload

from boilerplate.page import Label, Line, LineLanguage, Page

T = TypeVar("T")
MAX_WHOLE_REPR: Final = 2  # predictions whose repr is that of a tuple of them


@dataclass(frozen=True, slots=True)
class Prediction:
    """The label of one line, the probability of CONTENT, and the reason.

    ``reason`` is empty where none was recorded, as in shards.
    ``role`` is what the line is on its page, one of ``roles.ROLES``; None for blank lines.
    ``language`` is a BCP 47 tag: a code of ISO 639, with the script where a language is written in
    several (``zh-Hans``, ``sr-Latn``). None where it is unknown; ``language_confidence`` is its
    probability.
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

    def languages(self) -> Sequence[LineLanguage]:
        """The language of each line with its probability."""

    def roles(self) -> Sequence[str | None]:
        """The role of each line, None for those that are blank."""

    def deciders(self) -> Sequence[str]:
        """What each line's label is due to, see ``Prediction.decided_by``."""

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped, given the roles of the lines."""


class Predictions(Sequence[Prediction]):
    """One prediction a line, in page order; equal to a tuple of the same.

    The values of all lines can be had as columns. ``lines``, ``labels`` and ``probabilities`` are
    there from the start. ``languages`` (each with its confidence), ``roles``, ``deciders`` and
    ``reasons`` are worked out on first use, from arrays of two to three kilobytes a line that are
    kept until the reasons are known. With reasons, cleaning takes about three fifths as much time
    again, and of bare text twice as long. When pickled, all is worked out.
    """

    __slots__ = (
        "_deciders", "_explainer", "_languages", "_made", "_reasons", "_roles",
        "labels", "lines", "probabilities",
    )  # fmt: skip

    def __init__(
        self,
        lines: Sequence[Line],
        labels: Sequence[Label],
        probabilities: Sequence[float],
        explainer: Explainer,
    ) -> None:
        self.lines = lines
        self.labels = labels
        self.probabilities = probabilities
        self._explainer: Explainer | None = explainer
        self._languages: Sequence[LineLanguage] = ()
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
        found._languages = [(p.language, p.language_confidence) for p in predictions]
        found._roles = [p.role for p in predictions]
        found._deciders = [p.decided_by for p in predictions]
        found._reasons = [p.reason for p in predictions]
        return found

    # Two threads may both work a column out: they come to the same. Whoever finds no explainer
    # finds all columns, for it is dropped after them.

    @property
    def languages(self) -> Sequence[LineLanguage]:
        """The language of each line with its probability; None and 0 where it is unknown."""
        explainer = self._explainer
        if explainer is not None and not self._languages:
            self._languages = explainer.languages()
        return self._languages

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
            self._languages = self.languages
            self._reasons = explainer.reasons(self.roles)
            self._explainer = None
        return self._reasons

    def _all(self) -> tuple[Prediction, ...]:
        if self._made is None:
            from boilerplate import kernels  # and numpy, which a CleanPage itself does not need

            reasons, languages = self.reasons, self.languages
            self._made = kernels.values(
                Prediction, self.lines, self.labels, self.probabilities, reasons, self.roles,
                [language for language, _ in languages],
                [confidence for _, confidence in languages],
                self.deciders,
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
        if len(self.labels) <= MAX_WHOLE_REPR:
            return repr(self._all())
        kept = self.labels.count(Label.CONTENT)
        return f"<Predictions of {len(self.labels)} lines, {kept} kept>"

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

    def languages(self) -> Sequence[LineLanguage]:
        return self.places.spread(self.inner.languages(), (None, 0.0))

    def roles(self) -> Sequence[str | None]:
        return self.places.spread(self.inner.roles(), None)

    def deciders(self) -> Sequence[str]:
        return self.places.spread(self.inner.deciders(), "blank")

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        of_nonblank = [roles[i] for i in self.places.nonblank]
        return self.places.spread(self.inner.reasons(of_nonblank), "blank line")
