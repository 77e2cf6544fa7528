"""What the head of an HTML page says about its article."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from boilerplate.page import Metadata

MAX_JSON_LD = 2_000_000  # characters of one script, far above what articles need

ARTICLE_TYPES: Final = ("article", "posting", "recipe", "review", "discussion", "report", "howto")


def _metadata(head: dict[str, list[str]]) -> Metadata:
    def first(*keys: str) -> str:
        return next((" ".join(head[key][0].split()) for key in keys if head.get(key)), "")

    found: dict[str, str] = {}
    for script in head.get("ld+json", ()):
        for thing in _json_ld_things(script):
            kinds = thing.get("@type")
            named = kinds if isinstance(kinds, list) else [kinds]
            kind = " ".join(name for name in named if isinstance(name, str))
            if any(name in kind.lower() for name in ARTICLE_TYPES):
                found.setdefault("type", kind)
                for key in ("headline", "description", "articleBody", "text"):
                    if isinstance(value := thing.get(key), str):
                        found.setdefault(key, " ".join(value.split()))
    return Metadata(
        title=first("title"),
        headline=first("og:title", "twitter:title") or found.get("headline", ""),
        description=first("og:description", "description", "twitter:description")
        or found.get("description", ""),
        body=found.get("articleBody") or found.get("text", ""),
        type=first("og:type") or found.get("type", ""),
    )


def _json_ld_things(script: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script, its ``@graph`` unrolled; none where it is broken."""
    if len(script) > MAX_JSON_LD:
        return
    try:
        queue = deque([json.loads(script, strict=False)])
    except (ValueError, RecursionError):
        return
    while queue:
        thing = queue.popleft()
        if isinstance(thing, list):
            queue.extend(thing[:100])
        elif isinstance(thing, dict):
            yield thing
            queue.extend(
                thing[key]
                for key in ("@graph", "mainEntity")
                if isinstance(thing.get(key), (list, dict))
            )
