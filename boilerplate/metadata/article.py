"""The metadata of an article: what its page says of title, authors, dates and the rest.

Each value is chosen from what the markup claims (``metadata.claims``) and from the lines of the
page whose roles are headline, byline and date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from boilerplate.metadata.candidates import SEVERAL, SINGLE, Given
from boilerplate.metadata.claims import Claims, claims_of, no_claims
from boilerplate.metadata.lines import lines_of_roles
from boilerplate.metadata.values import text_of
from boilerplate.page import Page
from boilerplate.reading.document import parsed


@dataclass(frozen=True, slots=True)
class ArticleMetadata:
    """What a page says about its article; None and () where it says nothing.

    ``published`` and ``modified`` are ISO 8601: a date, or a date and time, with the offset from
    UTC if the page gives it. ``language`` is a BCP 47 tag: what the page declares, else what was
    detected. ``canonical_url`` and ``image`` are absolute. ``licence`` is a URL or a name.
    ``sources`` tells for each field that has a value where it is from: "json-ld", "opengraph",
    "meta", "microdata", "time", "link", "html" (an attribute), "title", "h1", "url", "detected", or
    the role of a line: "headline", "byline", "date".
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    description: str | None = None
    language: str | None = None
    site_name: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    licence: str | None = None
    type: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


FIELDS: Final = tuple(each.name for each in fields(ArticleMetadata) if each.name != "sources")


def article_metadata(
    page: Page,
    kept: Sequence[bool] = (),
    roles: Sequence[str | None] = (),
    language: str | None = None,
) -> ArticleMetadata:
    """The metadata of a page: from its markup, and from its lines by their roles.

    ``kept`` and ``roles`` are of the page's lines, (n,); ``language`` is the detected one. Nothing
    depends on today's date. Never raises for what a page has.
    """
    given = Given(page, _claims(page), lines_of_roles(page, kept, roles), kept, language)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, candidates in SINGLE.items():
        if found := next(candidates(given), None):
            sources[name], values[name] = found
    for name, several in SEVERAL.items():
        if many := next(several(given), None):
            sources[name], values[name] = many
    ordered = {name: sources[name] for name in FIELDS if name in sources}
    return ArticleMetadata(**values, sources=ordered)


def _claims(page: Page) -> Claims:
    if isinstance(page.claims, Claims):
        return page.claims
    if page.html:
        return claims_of(parsed(page.html), page.url)
    head = page.metadata
    metas = {"og:title": head.headline, "og:description": head.description, "og:type": head.type}
    return no_claims(
        page.url or "",
        titles=[title] if (title := text_of(head.title)) else [],
        metas={name: [value] for name, value in metas.items() if value},
    )
