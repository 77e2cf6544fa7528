"""What the markup of a page claims about its article, before anything is chosen."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from turbohtml import MicrodataItem, Namespace

from boilerplate.metadata.values import MAX_ITEMS, text_of, texts_of, url_of, urls_of
from boilerplate.reading.limits import LIMITS
from boilerplate.reading.metadata import ARTICLE_TYPES, json_ld_objects

Thing = Mapping[str, Any]  # an object of JSON-LD, or an item of microdata in the same form

MAX_METAS: Final = 2_000  # elements of one kind that are read; pages have some fifty
MAX_THINGS: Final = 2_000  # objects of JSON-LD, of all scripts together
MAX_STEPS: Final = 20_000  # through one script, empty lists included
MAX_REPAIRED: Final = 200_000  # characters of a broken script that is read all the same
MAX_DEPTH: Final = 8  # of microdata items in items
# What is no article, but may be all that a page is about.
_WORK_TYPES: Final = (
    "video", "podcast", "episode", "course", "book", "product", "dataset", "event", "movie",
    "creativework", "software", "music", "question", "job", "guide", "project",
)  # fmt: skip
_PAGE_TYPES: Final = ("webpage", "aboutpage", "itempage", "faqpage", "profilepage", "page")
_NESTED: Final = ("@graph", "mainEntity", "mainEntityOfPage")  # where other things stand
# What JSON-LD of some systems is wrapped in.
_WRAPPING: Final = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|(?://\s*)?\]\]>|;)\s*$"
)
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Time:
    """A ``time`` element: its ``datetime`` or text, and the words of its class and itemprop."""

    value: str
    names: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the markup claims. ``metas`` are contents by lower-case names, in document order.

    ``linked`` and ``marked`` are the things of JSON-LD and of microdata, the likeliest to be the
    page's article first. ``links`` are the URLs of ``link`` and ``a`` elements by their ``rel``.
    """

    base: str
    titles: Sequence[str]
    headings: Sequence[str]
    metas: Mapping[str, Sequence[str]]
    linked: Sequence[Thing]
    marked: Sequence[Thing]
    sites: Sequence[Thing]
    by_id: Mapping[str, Thing]
    links: Mapping[str, Sequence[str]]
    rel_texts: Mapping[str, Sequence[str]]
    times: Sequence[Time]
    language: str

    def resolved(self, value: Any) -> Any:
        """A value of JSON-LD in which references to other things are those things."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value[: LIMITS.max_json_ld_list]
                    if not isinstance(each, list)]  # fmt: skip
        if isinstance(value, dict) and "name" not in value:
            name = value.get("@id")
            return self.by_id.get(name, value) if isinstance(name, str) else value
        return value


def no_claims(
    base: str, titles: Sequence[str] = (), metas: Mapping[str, Sequence[str]] | None = None
) -> Claims:
    """The claims of a page without markup, of which little is known."""
    return Claims(base, titles, (), metas or {}, (), (), (), {}, {}, {}, (), "")


def claims_of(document: Any, url: str | None) -> Claims:
    """What a parsed document claims; ``url`` is where the page comes from."""
    base = document.base_url(url or "") or url or ""
    metas: dict[str, list[str]] = {}
    for node in document.select("meta[content]")[:MAX_METAS]:
        content = node.attr("content")
        for key in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := node.attr(key)):
                name = name if isinstance(name, str) else " ".join(name)
                contents = metas.setdefault(name.strip().lower(), [])
                if len(contents) < MAX_ITEMS:
                    contents.append(content)
    links, rel_texts = _links(document, base)
    canonical = links.get("canonical", ())[:1] or [
        found for each in metas.get("og:url", ()) if (found := url_of(each, base))
    ]
    own = {_bare(each) for each in (*canonical, url or "") if each}
    titles = _texts(document, "title")
    headings = _texts(document, "h1")
    said = {text_of(each) for each in (*titles, *headings, *metas.get("og:title", ()))}
    things, sites, by_id = _json_ld(
        node.text for node in document.select('script[type*="ld+json"]')
    )
    items = _microdata(document)
    root = document.find("html")
    return Claims(
        base=base,
        titles=titles,
        headings=headings,
        metas=metas,
        linked=_ordered(things, own, said, base),
        marked=_ordered(items, own, said, base),
        sites=sites,
        by_id=by_id,
        links=links,
        rel_texts=rel_texts,
        times=_times(document),
        language=_attr(root, "lang") or _attr(root, "xml:lang") if root is not None else "",
    )


def _attr(node: Any, name: str) -> str:
    value = node.attr(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _texts(document: Any, tag: str) -> list[str]:
    nodes = document.select(tag)[:20]
    return [
        text for node in nodes if node.namespace is Namespace.HTML and (text := text_of(node.text))
    ]


def _links(document: Any, base: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """URLs of elements by the words of their ``rel``, and the texts of those that have one."""
    urls: dict[str, list[str]] = {}
    texts: dict[str, list[str]] = {}
    found = [*document.select("link[rel]")[:MAX_METAS], *document.select("a[rel]")[:MAX_METAS]]
    for node in found:
        rels = [rel for rel in _attr(node, "rel").lower().split() if rel in _RELS]
        for rel in rels:
            if (url := url_of(node.attr("href"), base)) and (
                rel != "canonical" or node.tag == "link"
            ):
                urls.setdefault(rel, []).append(url)
            named = texts.setdefault(rel, [])
            if node.tag == "a" and len(named) < MAX_ITEMS and (text := text_of(node.text)):
                named.append(text)
    return urls, texts


_RELS: Final = frozenset(("canonical", "license", "image_src", "author", "tag"))


def _times(document: Any) -> list[Time]:
    return [
        Time(
            _attr(node, "datetime") or text_of(node.text),
            f"{_attr(node, 'class')} {_attr(node, 'itemprop')}".lower()
            + (" pubdate" if node.attr("pubdate") is not None else ""),
        )
        for node in document.select("time")[:30]
    ]


# ------------------------------------------------------------------------------------ JSON-LD


def _json_ld(
    scripts: Iterable[str],
) -> tuple[list[Thing], list[Thing], dict[str, Thing]]:
    """The things of JSON-LD scripts, those that are sites, and all that have an ``@id`` by it."""
    things: list[Thing] = []
    sites: list[Thing] = []
    by_id: dict[str, Thing] = {}
    for script in scripts:
        for thing in json_ld_objects(_loaded(script), _NESTED, MAX_STEPS):
            if isinstance(name := thing.get("@id"), str) and len(thing) > 1:
                by_id.setdefault(name, thing)
            if type_of(thing).lower() in ("website", "newsmediaorganization"):
                sites.append(thing)
            things.append(thing)
            if len(things) > MAX_THINGS:
                return things, sites, by_id
    return things, sites, by_id


def _loaded(script: str) -> Any:
    """The value of a script; None if it is broken beyond the mistakes that many pages share."""
    if len(script) > LIMITS.max_json_ld:
        return None
    try:
        return json.loads(script, strict=False)
    except (ValueError, RecursionError):
        pass
    if len(script) > MAX_REPAIRED:
        return None
    script = _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub("", _WRAPPING.sub("", script)))
    try:
        return json.JSONDecoder(strict=False).raw_decode(script.strip())[0]
    except (ValueError, RecursionError):
        return None


def type_of(thing: Thing) -> str:
    """The types of a thing, joined by blanks; empty where it has none."""
    types = thing.get("@type")
    named = types if isinstance(types, list) else [types]
    return " ".join(name for name in named[:20] if isinstance(name, str))


def _rank(thing: Thing) -> int | None:
    """How likely a thing is to be what its page is about, 0 likeliest; None for what cannot be."""
    name = type_of(thing).lower()
    for rank, types in enumerate((ARTICLE_TYPES, _WORK_TYPES, _PAGE_TYPES)):
        if any(each in name for each in types):
            return rank
    return None


def _ordered(things: Sequence[Thing], own: set[str], said: set[str], base: str) -> list[Thing]:
    """The things that may be what the page is about, the likeliest first.

    ``own`` are the page's URLs, ``said`` its titles and headings.
    """
    ranked = []
    for place, thing in enumerate(things):
        rank = _rank(thing)
        if rank is None:
            continue
        urls = [
            _bare(url)
            for key in ("mainEntityOfPage", "url", "@id")
            for url in urls_of(thing.get(key), base)
        ]
        is_own = not own.isdisjoint(urls) or not said.isdisjoint(texts_of(thing.get("headline")))
        ranked.append((rank, not is_own, place, thing))
    ranked.sort(key=lambda each: each[:3])
    return [thing for *_, thing in ranked[:20]]


def _bare(url: str) -> str:
    """A URL without what differs between two ways to write it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}".lower()


# ---------------------------------------------------------------------------------- microdata


def _microdata(document: Any) -> list[Thing]:
    """The items of microdata as things of JSON-LD."""
    if document.select_one("[itemprop]") is None:
        return []
    items = document.microdata()[:MAX_THINGS]
    return [thing for item in items for thing in _item_things(item)]


def _item_things(item: MicrodataItem) -> Iterator[Thing]:
    """A thing for an item, and for each that it says to be what the page is about."""
    queue = deque([(item, 0)])
    while queue:
        each, depth = queue.popleft()
        yield _thing(each, 0)
        if depth < MAX_DEPTH:
            queue.extend(
                (value, depth + 1)
                for name in ("mainEntity", "mainContentOfPage", "blogPost")
                for value in each.get_all(name)[:10]
                if isinstance(value, MicrodataItem)
            )


def _thing(item: MicrodataItem, depth: int) -> dict[str, Any]:
    thing: dict[str, Any] = {"@type": (item.type or "").split("/")[-1]}
    for name, values in item.properties.items():
        thing[name] = [
            value if isinstance(value, str) else _thing(value, depth + 1)
            for value in values[: LIMITS.max_json_ld_list]
            if isinstance(value, str) or depth < MAX_DEPTH
        ]
    return thing
