"""Single values of metadata, made clean: text on one line, absolute URLs, language tags."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

MAX_CHARS: Final = 5_000  # of a description; a longer value is cut
MAX_NAME_CHARS: Final = 200  # of a title's word, a name or a tag; a longer one is none
MAX_URL_CHARS: Final = 4_000  # data: URLs of pictures are far longer
MAX_ITEMS: Final = 100  # authors or tags of one page
# Without width, and no part of a word: byte-order mark, zero-width space, soft hyphen.
_UNSEEN: Final = re.compile("[\ufeff\u200b\u00ad]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ENTITY: Final = re.compile(r"&(?:#\w{1,8}|[a-zA-Z]{2,10});")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,4}", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(
    r"\{\{|\}\}|\$\{|<%|%%|\[object |^(?:null|none|undefined|n/a)$", re.I
)


def text_of(value: Any, most: int = MAX_CHARS) -> str:
    r"""A value as text on one line; empty for what is no string, or only a template's gap.

    >>> text_of(" Fish \n&amp; <b>chips</b>\x00"), text_of(3), text_of("{{title}}")
    ('Fish & chips', '', '')
    """
    if not isinstance(value, str):
        return ""
    text = value[: 4 * most]
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if not text.isascii():
        text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text))
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    text = " ".join(text.split())
    return "" if _PLACEHOLDER.search(text) else text[:most].rstrip()


def texts_of(value: Any, depth: int = 4) -> list[str]:
    """All strings in a value of JSON-LD: itself, or those of its lists and of ``name``s."""
    if isinstance(value, str):
        return [text] if (text := text_of(value)) else []
    if depth and isinstance(value, list):
        return [text for each in value[:MAX_ITEMS] for text in texts_of(each, depth - 1)]
    if depth and isinstance(value, dict):
        for key in ("name", "@value"):
            if found := texts_of(value.get(key), depth - 1):
                return found
    return []


def url_of(value: Any, base: str) -> str | None:
    """An absolute http(s) URL, resolved against ``base``; None for what is none.

    >>> url_of("/a b", "https://haber.example/x"), url_of("javascript:x", ""), url_of("a", "")
    ('https://haber.example/a%20b', None, None)
    """
    if not isinstance(value, str) or len(value) > MAX_URL_CHARS:
        return None
    text = text_of(value, MAX_URL_CHARS)
    try:
        url = urljoin(base, text) if text else ""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
    except ValueError:
        return None
    return url.replace(" ", "%20")


def urls_of(value: Any, base: str, depth: int = 4) -> list[str]:
    """All URLs in a value of JSON-LD: itself, or those of its lists and of its ``url``s."""
    if isinstance(value, str):
        return [url] if (url := url_of(value, base)) else []
    if depth and isinstance(value, list):
        return [url for each in value[:MAX_ITEMS] for url in urls_of(each, base, depth - 1)]
    if depth and isinstance(value, dict):
        for key in ("url", "contentUrl", "@id"):
            if found := urls_of(value.get(key), base, depth - 1):
                return found
    return []


def language_of(value: Any) -> str | None:
    """A language tag in the form of BCP 47; None for what is none.

    >>> language_of("PT_br"), language_of("zh-hant-tw"), language_of("English")
    ('pt-BR', 'zh-Hant-TW', None)
    """
    text = text_of(value, MAX_NAME_CHARS).split(",")[0].split(";")[0].split(".")[0].strip()
    if not _LANGUAGE.fullmatch(text):
        return None
    first, *rest = text.replace("_", "-").split("-")
    tags = [first.lower()]
    for tag in rest:
        if len(tag) == 4 and tag.isalpha():
            tags.append(tag.title())
        else:
            tags.append(tag.upper() if len(tag) == 2 else tag.lower())
    return None if tags[0] in ("und", "mul", "zxx") else "-".join(tags)


def unique(values: Iterable[str], most: int = MAX_ITEMS) -> tuple[str, ...]:
    """The values without repetition (case aside), in their order.

    >>> unique(["Çay", "çay", "kahve"])
    ('Çay', 'kahve')
    """
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
        if len(found) == most:
            break
    return tuple(found.values())
