"""What a web page is to this package: lines, their markup, and what is decided of them.

Every value here is frozen. A step of the pipeline takes one and returns another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol, overload
from urllib.parse import urlsplit

from boilerplate import acceleration

Kind = Literal["html", "text"]


class Label(StrEnum):
    """What a line is: part of the article, or site chrome."""

    CONTENT = "content"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Element:
    """An HTML element that holds text, as much of it as the features need.

    ``names`` are the words of its ``class``, ``id``, ``role``, ``itemprop`` ... attributes.
    ``parent`` is the index of the enclosing element in ``Page.elements``, -1 at the root; it
    is always smaller than the element's own index.
    """

    tag: str
    names: tuple[str, ...]
    parent: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Markup:
    """Where in the markup a line stood.

    ``element`` is the index, in ``Page.elements``, of the innermost element that holds the
    whole line; the counts are characters of the line's text.
    """

    element: int
    links: int = 0
    link_chars: int = 0
    emphasis_chars: int = 0
    after_break: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One visible line or text block; ``markup`` is None when it came from bare text."""

    text: str
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the head of an HTML page claims about its article; empty where it claims nothing."""

    title: str = ""
    headline: str = ""
    description: str = ""
    body: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector or XPath expression that chooses elements of a page's markup."""

    language: Literal["css", "xpath"]
    expression: str


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one web page in reading order, its URL and its markup's skeleton.

    ``selected`` holds, for each selector that was asked while the page was read, the indices in
    ``elements`` of what it chose; the skeleton itself is too bare to be asked later. ``unread``
    is how many characters at the page's end were not read, for it is larger than any page should
    be; 0 for all but such pages.
    """

    lines: tuple[Line, ...]
    kind: Kind = "text"
    url: str | None = None
    elements: tuple[Element, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    selected: Mapping[Selector, frozenset[int]] = field(default_factory=dict, compare=False)
    unread: int = 0

    @property
    def spoken(self) -> list[int]:
        """The indices of the lines that are not blank.

        >>> text_page(["a", " ", "b"]).spoken
        [0, 2]
        """
        return [i for i, line in enumerate(self.lines) if not is_blank(line)]

    @property
    def site(self) -> str | None:
        """The host name of the page's URL without ``www.``, or None.

        >>> Page((), url="https://www.example.com/a").site
        'example.com'
        """
        return site_of(self.url)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was decided of one line: its label, the probability of CONTENT, and why.

    ``kind`` is what sort of chrome a dropped line is (one of ``boilerplate.kinds.KINDS``), None
    for kept and for blank lines.
    ``language`` is an ISO 639-1 code (``zh-cn`` and ``zh-tw`` for Chinese), None where nothing
    tells it; ``language_confidence`` its probability.
    """

    line: Line
    label: Label
    probability: float
    reason: str
    kind: str | None = None
    language: str | None = None
    language_confidence: float = 0.0


class Explainer(Protocol):
    """What can say of a page's lines what they are and why."""

    def kinds(self) -> Sequence[str | None]:
        """The kind of chrome of each line, None of those that are kept or blank."""

    def reasons(self, kinds: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped; its kind is part of that."""


class Predictions(Sequence[Prediction]):
    """One prediction a line, in page order; equal to a tuple of the same.

    ``labels``, ``probabilities`` and ``languages`` (with their confidence) are columns of it,
    there from the beginning. ``kinds`` and reasons cost as much as they do: they are worked out
    when the first is asked for, from what is kept of the page's numbers until then, about a
    kilobyte a line. In other processes they arrive worked out.
    """

    __slots__ = ("_explainer", "_kinds", "_made", "labels", "languages", "lines", "probabilities")

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
        self._kinds: Sequence[str | None] = ()
        self._made: tuple[Prediction, ...] = ()

    @classmethod
    def of(cls, made: Iterable[Prediction]) -> Predictions:
        """Predictions that are known already."""
        if isinstance(made, Predictions):
            return made
        found = cls.__new__(cls)
        found._made, found._explainer = tuple(made), None
        found.lines = [p.line for p in found._made]
        found.labels = [p.label for p in found._made]
        found.probabilities = [p.probability for p in found._made]
        found.languages = [(p.language, p.language_confidence) for p in found._made]
        found._kinds = [p.kind for p in found._made]
        return found

    @property
    def kinds(self) -> Sequence[str | None]:
        """The kind of chrome of each line, without the reasons' cost."""
        explainer = self._explainer
        if explainer is not None and not self._kinds:
            self._kinds = explainer.kinds()
        return self._kinds

    def _all(self) -> tuple[Prediction, ...]:
        # Two threads may both work them out: they come to the same.
        explainer = self._explainer
        if explainer is not None:
            kinds = self.kinds
            why = explainer.reasons(kinds)
            columns = self.lines, self.labels, self.probabilities, why, kinds, self.languages
            if native := acceleration.native:
                self._made = native.make_predictions(Prediction, *map(list, columns))
            else:
                self._made = tuple(
                    Prediction(*each, *language) for *each, language in zip(*columns, strict=True)
                )
            self._explainer = None
        return self._made

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Prediction]:
        # Sequence's own would take an IndexError of the explainer for the end of the page.
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
class CleanPage:
    """A page with one prediction a line, in page order; ``threshold`` is what decided them.

    ``predictions`` given as a plain tuple become Predictions.
    ``plugin_errors`` names each plugin whose opinion on this page is missing, and why.
    ``drift`` is how much the page lacks of what its site's model saw on the site's pages: 0
    nothing, 1 all of it; None where no model of its site was asked.
    """

    page: Page
    predictions: Predictions
    language: str | None = None
    threshold: float = 0.5
    plugin_errors: tuple[str, ...] = ()
    drift: float | None = None

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
    def url(self) -> str | None:
        """The page's URL, as given."""
        return self.page.url

    @property
    def site(self) -> str | None:
        """The page's site, from its URL."""
        return self.page.site


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with its gold: one label a line, None where the gold cannot tell."""

    page: Page
    labels: tuple[Label | None, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.page.lines):
            raise ValueError(
                f"a label for each line is needed: {len(self.page.lines)} lines, "
                f"{len(self.labels)} labels"
            )


def is_blank(line: Line) -> bool:
    """Whether a line has nothing to show."""
    return not line.text or line.text.isspace()


def site_of(url: str | None) -> str | None:
    """The host name of a URL without ``www.``, lower-cased; None where there is none.

    >>> site_of("http://News.Example.co.uk:80/x"), site_of("not a url")
    ('news.example.co.uk', None)
    """
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return (host or "").removeprefix("www.") or None


def text_page(lines: Sequence[str], url: str | None = None) -> Page:
    """A Page of bare-text lines.

    >>> [line.text for line in text_page(["a", "b"]).lines]
    ['a', 'b']
    """
    return Page(tuple(Line(text) for text in lines), kind="text", url=url)
