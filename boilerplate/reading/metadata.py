"""What the head of an HTML page says about its article."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

from turbohtml import Namespace

from boilerplate.page import Metadata
from boilerplate.reading.limits import LIMITS

ARTICLE_TYPES: Final = ("article", "posting", "recipe", "review", "discussion", "report", "howto")
_LANGUAGE_KEYS: Final = ("<html lang>", "og:locale", "content-language", "dc.language")
_ARTICLE_KEYS: Final = ("headline", "description", "articleBody", "text")


def head_of(document: Any) -> dict[str, list[str]]:
    """What the head of a parsed document says: texts by their names.

    That is the text of each ``title``, of each JSON-LD script (``ld+json``), the language of the
    document (``<html lang>``), and the content of each ``meta`` by its name, in lower case.
    """
    head: dict[str, list[str]] = {}
    root = document.find("html")
    if root is not None and (language := root.attr("lang") or root.attr("xml:lang")):
        head["<html lang>"] = [str(language)]
    for node in document.select("title"):
        if node.namespace is Namespace.HTML:  # pictures have titles as well
            head.setdefault("title", []).append(node.text)
    for node in document.select('script[type*="ld+json"]'):
        head.setdefault("ld+json", []).append(node.text)
    for node in document.select("meta[content]"):
        name = (
            node.attr("property")
            or node.attr("name")
            or node.attr("itemprop")
            or node.attr("http-equiv")
        )
        content = node.attr("content")
        if name and content:
            name = name if isinstance(name, str) else " ".join(name)
            head.setdefault(name.lower(), []).append(content)
    return head


def metadata_of(head: Mapping[str, Sequence[str]]) -> tuple[Metadata, str]:
    """The Metadata in what ``head_of`` has found, and the text of the article as it is stored."""

    def first(*keys: str) -> str:
        return next((_squeezed(head[key][0]) for key in keys if head.get(key)), "")

    article = _json_ld_article(head.get("ld+json", ()))
    body = article.get("articleBody") or article.get("text", "")
    metadata = Metadata(
        title=first("title"),
        headline=first("og:title", "twitter:title") or _squeezed(article.get("headline", "")),
        description=first("og:description", "description", "twitter:description")
        or _squeezed(article.get("description", "")),
        body=_squeezed(body),
        type=first("og:type") or article.get("type", ""),
        languages=tuple(filter(None, (first(key) for key in _LANGUAGE_KEYS))),
    )
    return metadata, body


def _json_ld_article(scripts: Sequence[str]) -> dict[str, str]:
    """What the JSON-LD scripts say about the article: the first value of each key."""
    article: dict[str, str] = {}
    for script in scripts:
        for thing in _json_ld_things(script):
            types = thing.get("@type")
            named = types if isinstance(types, list) else [types]
            type_ = " ".join(name for name in named if isinstance(name, str))
            if any(name in type_.lower() for name in ARTICLE_TYPES):
                article.setdefault("type", type_)
                for key in _ARTICLE_KEYS:
                    if isinstance(value := thing.get(key), str):
                        article.setdefault(key, value)
    return article


def _json_ld_things(script: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script, its ``@graph`` flattened; none where it is broken."""
    if len(script) > LIMITS.max_json_ld:
        return
    try:
        value = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        return
    yield from json_ld_objects(value, ("@graph", "mainEntity"))


def json_ld_objects(
    value: Any, keys: Sequence[str], most_steps: int | None = None
) -> Iterator[dict[str, Any]]:
    """The objects of a value of JSON-LD, and those below them at some keys, level by level.

    No more than ``most_steps`` values are looked at, lists included; None looks at all.
    """
    queue = deque([value])
    for _ in count() if most_steps is None else range(most_steps):
        if not queue:
            break
        thing = queue.popleft()
        if isinstance(thing, list):
            queue.extend(thing[: LIMITS.max_json_ld_list])
        elif isinstance(thing, dict):
            yield thing
            queue.extend(thing[key] for key in keys if isinstance(thing.get(key), (list, dict)))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
