"""A cleaned page on its way from a worker: columns of plain values, and no object for each line.

A pickled CleanPage works out the reasons of all lines first, and then takes as long to write and
read as many a page to clean: it has four objects for each line.
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from operator import attrgetter
from typing import Any, Final

from boilerplate.page import Element, Label, Line, LineLanguage, Markup
from boilerplate.predictions import Predictions
from boilerplate.result import CleanPage

_ELEMENT: Final = attrgetter(*Element.__slots__)
_MARKUP: Final = attrgetter(*Markup.__slots__)


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """An Explainer whose answers are known."""

    known_languages: Sequence[LineLanguage]
    known_roles: Sequence[str | None]
    known_deciders: Sequence[str]
    known_reasons: Sequence[str]

    def languages(self) -> Sequence[LineLanguage]:
        """The language of each line with its probability."""
        return self.known_languages

    def roles(self) -> Sequence[str | None]:
        """The role of each line, None for those that are blank."""
        return self.known_roles

    def deciders(self) -> Sequence[str]:
        """What each line's label is due to."""
        return self.known_deciders

    def reasons(self, roles: Sequence[str | None]) -> Sequence[str]:
        """Why each line was kept or dropped; empty strings where nobody asked."""
        return self.known_reasons or [""] * len(roles)


def compact(page: CleanPage, reasons: bool = False) -> CleanPage:
    """The page with its columns worked out; reasons are empty unless ``reasons``."""
    columns = page.predictions
    known = KnownColumns(
        columns.languages, columns.roles, columns.deciders, columns.reasons if reasons else ()
    )
    predictions = Predictions(columns.lines, columns.labels, columns.probabilities, known)
    return replace(page, predictions=predictions)


def packed(page: CleanPage, reasons: bool = False) -> bytes:
    """The page as bytes, for a process that trusts this one; reasons only if ``reasons``."""
    columns = page.predictions
    markups = [line.markup and _MARKUP(line.markup) for line in page.page.lines]
    empty = replace(
        page, page=replace(page.page, lines=(), elements=()), predictions=Predictions.of(())
    )
    values = (
        empty,
        [line.text for line in page.page.lines],
        markups,
        list(map(_ELEMENT, page.page.elements)),
        bytes(label is Label.CONTENT for label in columns.labels),
        array("d", columns.probabilities),
        columns.languages,
        columns.roles,
        columns.deciders,
        columns.reasons if reasons else (),
    )
    return pickle.dumps(values, 5)


def unpacked_page(data: bytes) -> CleanPage:
    """The page from its bytes."""
    values: tuple[Any, ...] = pickle.loads(data)  # noqa: S301 - a worker of this process made them
    empty, texts, markups, elements, kept, probabilities, *known = values
    lines = tuple(
        Line(text, None if markup is None else Markup(*markup))
        for text, markup in zip(texts, markups, strict=True)
    )
    page = replace(empty.page, lines=lines, elements=tuple(starmap(Element, elements)))
    labels = [Label.CONTENT if keep else Label.BOILERPLATE for keep in kept]
    predictions = Predictions(lines, labels, list(probabilities), KnownColumns(*known))
    whole: CleanPage = replace(empty, page=page, predictions=predictions)
    return whole
