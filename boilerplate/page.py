"""A web page: its lines, their markup, and its elements.

Every value here is frozen. A step of the pipeline takes one and returns another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload
from urllib.parse import urlsplit

from boilerplate.display import first_words, visible

if TYPE_CHECKING:  # a page itself does not need numpy
    from boilerplate.numeric import Ints

Kind = Literal["html", "text"]
T = TypeVar("T", covariant=True)
LineLanguage = tuple[str | None, float]  # the tag of a line's language, and its probability

MAX_HOST_CHARS = 253  # of a host name, as the standard has it


class LazyTuple(Sequence[T]):
    """A tuple that is made when it is first looked into; equal to that tuple, and pickled as it.

    ``make`` makes it; ``length`` is that of the tuple.

    >>> values = LazyTuple(2, lambda: ("a", "b"))
    >>> len(values), values[1], values == ("a", "b")
    (2, 'b', True)
    """

    __slots__ = ("_length", "_made", "_make")

    def __init__(self, length: int, make: Callable[[], tuple[T, ...]]) -> None:
        self._length = length
        self._make: Callable[[], tuple[T, ...]] | None = make
        self._made: tuple[T, ...] = ()

    def _all(self) -> tuple[T, ...]:
        make = self._make
        if make is not None:  # two threads may both make it: they come to the same
            self._made = make()
            self._make = None
        return self._made

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...

    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return self._all()[place]

    def __add__(self, other: tuple[Any, ...]) -> tuple[Any, ...]:
        return self._all() + tuple(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LazyTuple | tuple):
            return self._all() == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return (tuple, (self._all(),))


class Label(StrEnum):
    """What a line is: part of the article, or site chrome."""

    CONTENT = "content"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Element:
    """An HTML element that holds text, with what the features need of it.

    ``names`` are the words of its ``class``, and its ``id``, ``role``, ``itemprop`` ... as
    ``id=...``. ``parent`` is the index of the enclosing element in ``Page.elements``, -1 at the
    root; it is always smaller than the element's own index.
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


class Lines(LazyTuple[Line]):
    """Lines by what they have; each is made when one of them is looked at.

    ``texts`` are theirs. ``markups`` (n, 5) are the fields of their Markup, None in bare text.
    ``make`` makes the lines.
    """

    __slots__ = ("markups", "texts")

    def __init__(
        self,
        texts: list[str],
        markups: Ints | None = None,
        make: Callable[[], tuple[Line, ...]] | None = None,
    ) -> None:
        super().__init__(len(texts), make or (lambda: tuple(map(Line, texts))))
        self.texts = texts
        self.markups = markups


def texts_of(lines: Sequence[Line]) -> list[str]:
    """The texts of some lines."""
    return lines.texts if isinstance(lines, Lines) else [line.text for line in lines]


def markup_column(lines: Sequence[Line], field: str) -> list[int]:
    """What the Markup of each line has in a field, 0 for lines without."""
    if isinstance(lines, Lines) and lines.markups is not None:
        found: list[int] = lines.markups[:, Markup.__slots__.index(field)].tolist()
        return found
    return [getattr(line.markup, field) if line.markup else 0 for line in lines]


class Elements(LazyTuple[Element]):
    """Elements by what they have; each is made when one of them is looked at.

    ``types`` are distinct tags, names and whether hidden, in the order of their first elements;
    ``numbers`` (3, e) are each element's index in them, its parent, and how many are around it.
    ``make`` makes the elements.
    """

    __slots__ = ("numbers", "types")

    def __init__(
        self,
        types: list[tuple[str, tuple[str, ...], bool]],
        numbers: Ints,
        make: Callable[[], tuple[Element, ...]],
    ) -> None:
        super().__init__(numbers.shape[1], make)
        self.types = types
        self.numbers = numbers


def tag_of(elements: Sequence[Element], at: int) -> str:
    """The tag of one of some elements, of which none is made."""
    if isinstance(elements, Elements):
        kind: int = elements.numbers[0, at]
        return elements.types[kind][0]
    return elements[at].tag


def parent_of(elements: Sequence[Element], at: int) -> int:
    """The index of the parent of one of some elements, -1 for none."""
    return int(elements.numbers[1, at]) if isinstance(elements, Elements) else elements[at].parent


def names_of(elements: Sequence[Element], at: int) -> tuple[str, ...]:
    """The names of one of some elements, see ``Element``."""
    if isinstance(elements, Elements):
        kind: int = elements.numbers[0, at]
        return elements.types[kind][1]
    return elements[at].names


def tags_of(elements: Sequence[Element]) -> set[str]:
    """The tags that some elements have."""
    if isinstance(elements, Elements):
        return {tag for tag, _, _ in elements.types}
    return {element.tag for element in elements}


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the head of an HTML page claims about its article; empty where it claims nothing.

    ``languages`` are the tags of the languages that the page claims to be in.
    """

    title: str = ""
    headline: str = ""
    description: str = ""
    body: str = ""
    type: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector or XPath expression that chooses elements of a page's markup."""

    language: Literal["css", "xpath"]
    expression: str


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one web page in reading order, its URL, and the elements that hold text.

    ``lines`` and ``elements`` are tuples, or behave like them (``LazyTuple``).
    ``url`` is the one that was given, or else the one that the page claims to have.
    ``selected`` holds, for each selector that a plugin asked for while the page was read, the
    indices in ``elements`` of the elements that it chose: a Page keeps too little of the markup to
    answer later. ``unread`` is how many characters were not read, because the page is larger
    than any page should be (``reading.limits``); 0 for all but such pages. ``html`` is the markup
    that the page was read from, of which Markdown, HTML and metadata are made when they are asked
    for; empty for bare text. ``claims`` is what somebody who knew that they would be asked for
    has taken from the document meanwhile (``reading.source.Source``).
    """

    lines: Sequence[Line]
    kind: Kind = "text"
    url: str | None = None
    elements: Sequence[Element] = ()
    metadata: Metadata = field(default_factory=Metadata)
    selected: Mapping[Selector, frozenset[int]] = field(default_factory=dict, compare=False)
    unread: int = 0
    html: str = field(default="", repr=False, compare=False)
    claims: object = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        site = f", {visible(self.site)[:60]}" if self.site else ""
        words = first_words(texts_of(self.lines))
        return f"<Page of {len(self.lines)} lines, {self.kind}{site}: {words}>"

    @property
    def nonblank(self) -> list[int]:
        """The indices of the lines that are not blank.

        >>> text_page(["a", " ", "b"]).nonblank
        [0, 2]
        """
        return [i for i, text in enumerate(texts_of(self.lines)) if text and not text.isspace()]

    @property
    def without_blank_lines(self) -> Page:
        """The page that is cleaned: this one, or a copy without its blank lines.

        >>> [line.text for line in text_page(["a", " ", "b"]).without_blank_lines.lines]
        ['a', 'b']
        """
        lines = self.lines
        texts = texts_of(lines)
        if all(texts) and not any(map(str.isspace, texts)):
            return self
        nonblank = self.nonblank
        if isinstance(lines, Lines) and lines.markups is None:
            return replace(self, lines=Lines([lines.texts[i] for i in nonblank]))
        return replace(self, lines=tuple([lines[i] for i in nonblank]))

    @property
    def site(self) -> str | None:
        """The host name of the page's URL without ``www.``, or None.

        >>> Page((), url="https://www.example.com/a").site
        'example.com'
        """
        return site_of(self.url)


def is_blank(line: Line) -> bool:
    """Whether a line has nothing to show."""
    return not line.text or line.text.isspace()


def elements_around(page: Page, line: int) -> Iterator[Element]:
    """The elements around a line, the innermost first."""
    lines, elements = page.lines, page.elements
    if isinstance(lines, Lines) and lines.markups is not None:
        at = int(lines.markups[line, 0])
    else:
        at = markup.element if (markup := lines[line].markup) else -1
    while at >= 0:
        if isinstance(elements, Elements):
            kind, parent, _ = elements.numbers[:, at].tolist()
            tag, names, hidden = elements.types[kind]
            yield Element(tag, names, parent, hidden)
            at = parent
        else:
            yield elements[at]
            at = elements[at].parent


def lines_in_h1(page: Page) -> list[str]:
    """The lines in a page's ``<h1>`` elements, apart from blank ones."""
    elements = page.elements
    if "h1" not in tags_of(elements):
        return []
    if isinstance(elements, Elements):
        kinds, parents, _ = elements.numbers.tolist()
        of_types = [tag == "h1" for tag, _, _ in elements.types]
        are_h1 = [of_types[kind] for kind in kinds]
    else:
        parents = [each.parent for each in elements]
        are_h1 = [each.tag == "h1" for each in elements]
    inside: list[bool] = []
    for is_h1, parent in zip(are_h1, parents, strict=True):
        inside.append(is_h1 or (parent >= 0 and inside[parent]))
    own = markup_column(page.lines, "element")
    return [
        text
        for text, element in zip(texts_of(page.lines), own, strict=True)
        if inside[element] and text and not text.isspace()
    ]


def site_of(url: str | None) -> str | None:
    """The host name of a URL without ``www.``, lower-cased; None where there is none.

    What is longer than a host name may be is none: each of its domains would be looked for.

    >>> site_of("http://News.Example.co.uk:80/x"), site_of("not a url")
    ('news.example.co.uk', None)
    """
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    if not host or len(host) > MAX_HOST_CHARS:
        return None
    return host.removeprefix("www.") or None


def text_page(lines: Sequence[str], url: str | None = None) -> Page:
    """A Page of bare-text lines.

    >>> [line.text for line in text_page(["a", "b"]).lines]
    ['a', 'b']
    """
    return Page(Lines(list(lines)), kind="text", url=url)
