"""For each field of an article's metadata the values that it may have, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from boilerplate.metadata.claims import Claims, Thing, type_of
from boilerplate.metadata.dates import date_in_url, is_of_change, iso_date, written_date
from boilerplate.metadata.lines import author_lines
from boilerplate.metadata.people import (
    authors_of,
    byline_authors,
    is_full_name,
    is_labelled,
    turned,
)
from boilerplate.metadata.titles import chosen_title, plain, without_site
from boilerplate.metadata.values import (
    MAX_NAME_CHARS,
    language_of,
    text_of,
    texts_of,
    unique,
    url_of,
    urls_of,
)
from boilerplate.page import Page, site_of

MAX_CLAIMED: Final = 20  # titles in the head
MAX_HEADINGS: Final = 10  # of the page that may be its title
MAX_TITLE_CHARS: Final = 500  # a longer one is a text

_TITLE_METAS: Final = (("opengraph", "og:title"), ("meta", "twitter:title"))
_PUBLISHED_METAS: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "date_published", "publish_date", "publish-date", "publishdate", "published_time",
    "published-date", "publisheddate", "date.published", "article:published",
    "og:article:published",
    "publication_date", "publication-date", "pubdate", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "article.published", "dcterms.created", "dcterms.date",
    "dcterms.issued", "dc.date.issued", "dc.date", "dc.date.created", "citation_publication_date",
    "citation_date", "article_date_original", "og:pubdate", "originalpublicationdate",
    "datecreated", "date", "rnews:datepublished", "ptime", "pdate", "created", "bt:pubdate",
    "cdate",
)  # fmt: skip
_MODIFIED_METAS: Final = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified",
    "article:updated_time", "last-modified", "lastmod", "modified_time", "dcterms.modified",
    "dc.date.modified", "date_modified", "cxenseparse:recs:updatetime", "utime", "updated",
)  # fmt: skip
_AUTHOR_METAS: Final = (
    "author", "article:author", "parsely-author", "sailthru.author", "byl", "article:author_name",
    "cxenseparse:author", "creator", "authors", "dcsext.author",
)  # fmt: skip
_CATALOGUE_METAS: Final = ("citation_author", "dc.creator", "dcterms.creator")
_DESCRIPTION_METAS: Final = (
    ("opengraph", "og:description"), ("meta", "description"), ("meta", "twitter:description"),
    ("meta", "dc.description"), ("meta", "dcterms.description"),
)  # fmt: skip
_IMAGE_METAS: Final = (
    ("opengraph", "og:image"), ("opengraph", "og:image:url"), ("opengraph", "og:image:secure_url"),
    ("meta", "twitter:image"), ("meta", "twitter:image:src"), ("meta", "thumbnail"),
)  # fmt: skip
_TAG_METAS: Final = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_LICENCE_METAS: Final = ("dcterms.license", "dc.license", "license", "dc.rights", "dcterms.rights")

Found = Iterator[tuple[str, str]]  # a source and the value it has


@dataclass(frozen=True)
class Given:
    """All that a value can be chosen from; without slots, so that it can remember two answers."""

    page: Page
    claims: Claims
    lines: Mapping[str, Sequence[str]]  # those of the roles headline, byline and date
    kept: Sequence[bool]  # of all lines
    detected: str | None

    @cached_property
    def language(self) -> str | None:
        """The declared language, else the detected one."""
        return next((value for _, value in _languages(self)), None)

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """What the site calls itself."""
        return unique(name for _, name in _site_names(self))

    def things(self) -> Iterator[tuple[str, Thing]]:
        """The things that may be the article, with the source they are from."""
        yield from (("json-ld", thing) for thing in self.claims.linked)
        yield from (("microdata", thing) for thing in self.claims.marked)

    def meta(self, name: str) -> Sequence[str]:
        """The contents of the ``meta`` elements of a name."""
        return self.claims.metas.get(name, ())


# ------------------------------------------------------------------------------------- titles


def _titles(given: Given) -> Found:
    claimed = [each for each in _claimed_titles(given) if 0 < len(each[1]) <= MAX_TITLE_CHARS]
    claimed = list(dict.fromkeys(claimed))[:MAX_CLAIMED]
    headings = [("h1", text) for text in unique(given.claims.headings, MAX_HEADINGS)
                if len(text) <= MAX_TITLE_CHARS]  # fmt: skip
    headings += [("headline", text) for text in given.lines["headline"]]
    host = site_of(given.claims.base) or ""
    sites = [*given.site_names, host, *host.split(".")[:-1]]
    texts = [text for _, text in (*claimed, *headings)]
    bare = [
        (source, without_site(text, sites, [other for other in texts if other != text]))
        for source, text in claimed
    ]
    if found := chosen_title(bare, headings):
        yield found


def _claimed_titles(given: Given) -> Found:
    for thing in given.claims.linked:
        yield from (("json-ld", text) for text in texts_of(thing.get("headline"))[:1])
    for source, name in _TITLE_METAS:
        for value in given.meta(name):
            yield source, text_of(value)
    for thing in given.claims.marked:
        yield from (("microdata", text) for text in texts_of(thing.get("headline"))[:1])
    for text in given.claims.titles[:1]:
        yield "title", text


# -------------------------------------------------------------------------------------- dates


def _published(given: Given) -> Found:
    language = given.language
    yield from _dates(given, ("datePublished",), _PUBLISHED_METAS)
    for time in given.claims.times:
        if any(word in time.names for word in ("pubdate", "publ", "entry-date", "created")):
            yield from _dated("time", time.value, language)
    for thing in (*given.claims.linked, *given.claims.marked):
        for key in ("dateCreated", "uploadDate"):
            yield from _dated("json-ld", thing.get(key), language)
    for line in sorted(given.lines["date"], key=is_of_change):
        if found := written_date(line, language):
            yield "date", found
    if found := date_in_url(given.claims.base) or date_in_url(given.page.url):
        yield "url", found
    for line in given.lines["byline"]:
        if found := written_date(line, language):
            yield "byline", found
    for time in given.claims.times:
        if "updated" not in time.names and "modif" not in time.names:
            yield from _dated("time", time.value, language)


def _modified(given: Given) -> Found:
    yield from _dates(given, ("dateModified",), _MODIFIED_METAS)
    for time in given.claims.times:
        if "updated" in time.names or "modif" in time.names:
            yield from _dated("time", time.value, given.language)
    for line in given.lines["date"]:
        if is_of_change(line) and (found := written_date(line, given.language)):
            yield "date", found


def _dates(given: Given, keys: Iterable[str], metas: Iterable[str]) -> Found:
    for source, thing in given.things():
        for key in keys:
            yield from _dated(source, thing.get(key), given.language)
    for name in metas:
        for value in given.meta(name):
            yield from _dated(_source_of(name), value, given.language)


def _dated(source: str, value: Any, language: str | None) -> Found:
    for each in value[:5] if isinstance(value, list) else (value,):
        if found := iso_date(each, language):
            yield source, found


# ------------------------------------------------------------------------------ single values


def _descriptions(given: Given) -> Found:
    for source, name in _DESCRIPTION_METAS:
        for value in given.meta(name):
            yield from _said(source, value)
    for source, thing in given.things():
        for text in texts_of(thing.get("description"))[:1]:
            yield source, text


def _languages(given: Given) -> Found:
    candidates = [("html", given.claims.language)]
    candidates += [
        (source, value)
        for source, name in (("meta", "content-language"), ("opengraph", "og:locale"),
                             ("meta", "dc.language"), ("meta", "language"))
        for value in given.meta(name)
    ]  # fmt: skip
    for source, thing in given.things():
        candidates += ((source, text) for text in texts_of(thing.get("inLanguage"))[:1])
    candidates.append(("detected", given.detected or ""))
    for source, value in candidates:
        if found := language_of(value):
            yield source, found


def _site_names(given: Given) -> Found:
    for value in given.meta("og:site_name"):
        yield from _named("opengraph", value)
    for source, thing in given.things():
        for key in ("publisher", "isPartOf"):
            for name in texts_of(given.claims.resolved(thing.get(key)))[:1]:
                yield from _named(source, name)
    for site in given.claims.sites:
        for name in texts_of(site.get("name"))[:1]:
            yield from _named("json-ld", name)
    for name in ("application-name", "dc.publisher", "apple-mobile-web-app-title"):
        for value in given.meta(name):
            yield from _named("meta", value)


def _canonical_urls(given: Given) -> Found:
    base = given.claims.base
    yield from (("link", url) for url in given.claims.links.get("canonical", ()))
    yield from (("opengraph", url) for each in given.meta("og:url") if (url := url_of(each, base)))
    for source, thing in given.things():
        for key in ("url", "mainEntityOfPage"):
            yield from ((source, url) for url in urls_of(thing.get(key), base)[:1])


def _images(given: Given) -> Found:
    base = given.claims.base
    for source, name in _IMAGE_METAS:
        yield from ((source, url) for each in given.meta(name) if (url := url_of(each, base)))
    for source, thing in given.things():
        for key in ("image", "thumbnailUrl"):
            value = given.claims.resolved(thing.get(key))
            yield from ((source, url) for url in urls_of(value, base)[:1])
    yield from (("link", url) for url in given.claims.links.get("image_src", ()))


def _licences(given: Given) -> Found:
    for source, thing in given.things():
        value = thing.get("license")
        yield from ((source, text) for text in (urls_of(value, "") or texts_of(value))[:1])
    yield from (("link", url) for url in given.claims.links.get("license", ()))
    for name in _LICENCE_METAS:
        for value in given.meta(name):
            text = text_of(value, MAX_NAME_CHARS)
            # What is called rights is a copyright notice on most pages.
            if "rights" not in name or "creativecommons.org" in text or text.startswith("CC"):
                yield from _said("meta", text)


def _types(given: Given) -> Found:
    for value in given.meta("og:type"):
        yield from _named("opengraph", value)
    for source, thing in given.things():
        yield from _named(source, type_of(thing))


def _source_of(name: str) -> str:
    """The source that a ``meta`` element of this name is.

    >>> _source_of("article:tag"), _source_of("twitter:title")
    ('opengraph', 'meta')
    """
    return "opengraph" if name.startswith(("og:", "article:")) else "meta"


def _said(source: str, value: Any) -> Found:
    for each in value[:5] if isinstance(value, list) else (value,):
        if text := text_of(each):
            yield source, text


def _named(source: str, value: Any) -> Found:
    text = text_of(value)
    if text and len(text) <= MAX_NAME_CHARS:
        yield source, text


# ----------------------------------------------------------------------------- several values

Many = Iterator[tuple[str, tuple[str, ...]]]


def _authors(given: Given) -> Many:
    """The authors; a site that names itself gives way to a person who is clearly named."""
    found = next(_all_authors(given), None)
    if found is None:
        return
    sites = _names_of_site(given)
    if found[0] not in ("byline", "html") and sites.issuperset(map(plain, found[1])):
        links = authors_of(given.claims.rel_texts.get("author", ()))
        lines = (byline_authors(line) for line in given.lines["byline"] if is_labelled(line))
        for source, names in (*(("byline", names) for names in lines), ("link", links)):
            if all(map(is_full_name, names)) and sites.isdisjoint(map(plain, names)) and names:
                yield source, names
    yield found


def _all_authors(given: Given) -> Many:
    for source, values in _author_values(given):
        if names := authors_of(values):
            yield source, names
    for line in given.lines["byline"]:
        if names := byline_authors(line):
            yield "byline", names
    named = {byline_authors(line) for line in author_lines(given.page, given.kept)} - {()}
    if len(named) == 1:  # else they wrote comments, or reviews
        (names,) = named
        if all(map(is_full_name, names)):
            yield "html", names


def _names_of_site(given: Given) -> set[str]:
    """The names of the site, and its host without its last part, as they are compared."""
    found = set(map(plain, given.site_names))
    host = site_of(given.claims.base) or ""
    return found | {plain(host), *(plain(part) for part in host.split(".")[:-1])}


def _author_values(given: Given) -> Iterator[tuple[str, Iterable[str]]]:
    for source, thing in given.things():
        for key in ("author", "creator"):
            yield source, texts_of(given.claims.resolved(thing.get(key)))
    for name in _AUTHOR_METAS:
        yield _source_of(name), given.meta(name)
    for name in _CATALOGUE_METAS:
        yield "meta", (turned(value) for value in given.meta(name))
    yield "link", given.claims.rel_texts.get("author", ())


def _tags(given: Given) -> Many:
    for source, values in _tag_values(given):
        tags = (
            tag.strip()
            for value in values
            for tag in _TAG_BETWEEN.split(text_of(value))
            if tag.strip()
        )
        if found := unique(tag for tag in tags if 0 < len(tag) <= MAX_NAME_CHARS):
            yield source, found


_TAG_BETWEEN: Final = re.compile(r"[,;|،、，]")


def _tag_values(given: Given) -> Iterator[tuple[str, Iterable[str]]]:
    yield "opengraph", given.meta("article:tag")
    for source, thing in given.things():
        yield source, texts_of(thing.get("keywords"))
    for name in _TAG_METAS[1:]:
        yield "meta", given.meta(name)
    yield "link", given.claims.rel_texts.get("tag", ())


SINGLE: Final[Mapping[str, Callable[[Given], Found]]] = {
    "title": _titles,
    "published": _published,
    "modified": _modified,
    "description": _descriptions,
    "language": _languages,
    "site_name": _site_names,
    "canonical_url": _canonical_urls,
    "image": _images,
    "licence": _licences,
    "type": _types,
}
SEVERAL: Final[Mapping[str, Callable[[Given], Many]]] = {"authors": _authors, "tags": _tags}
