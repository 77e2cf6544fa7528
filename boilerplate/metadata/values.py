"""Single values of metadata, made clean: text on one line, absolute URLs, language tags."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

MAX_CHARS: Final = 5_000  # of a description; a longer value is cut
MAX_NAME_CHARS: Final = 200  # of a title's word, a name or a tag; a longer one is none
MAX_DATA_CHARS: Final = 20_000  # of a string in JSON-LD, whose markup is left out
MAX_URL_CHARS: Final = 4_000  # data: URLs of pictures are far longer
MIN_CHARS: Final = 10  # of what is surely no "undefined"
MAX_STEPS: Final = 1_000  # through lists and objects in one value
MAX_ITEMS: Final = 100  # authors or tags of one page
# Without width, and no part of a word: byte-order mark, zero-width space, soft hyphen.
_UNSEEN: Final = re.compile("[\ufeff\u200b\u00ad]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ENTITY: Final = re.compile(r"&(?:#\w{1,8}|[a-zA-Z]{2,10});")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{1,8}){0,4}", re.IGNORECASE)
_GAP_SIGNS: Final = frozenset("{}%[")
_PLACEHOLDER: Final = re.compile(
    r"\{\{|\}\}|\$\{|<%|%%|\[object |^(?:null|none|undefined|n/a)$", re.I
)


def text_of(value: Any, most: int = MAX_CHARS) -> str:
    r"""A value as text on one line; empty for what is no string, or only a template's gap.

    >>> text_of(" Fish \n&amp; chips\x00"), text_of(3), text_of("{{title}}")
    ('Fish & chips', '', '')
    """
    if not isinstance(value, str):
        return ""
    text = value[: 4 * most]
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if not text.isascii():
        text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text))
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    text = " ".join(text.split())
    may_be_gap = len(text) < MIN_CHARS or not _GAP_SIGNS.isdisjoint(text)
    return "" if may_be_gap and _PLACEHOLDER.search(text) else text[:most].rstrip()


def data_text(value: Any) -> str:
    """A string of JSON-LD as text: it may hold markup, which is none of it.

    >>> data_text("<p>Fish &amp; <b>chips</b>")
    'Fish & chips'
    """
    return text_of(_TAG.sub(" ", value[:MAX_DATA_CHARS])) if isinstance(value, str) else ""


def texts_of(value: Any) -> list[str]:
    """All strings in a value of JSON-LD: itself, or those of its lists and of ``name``s."""
    return [text for each in strings_of(value, ("name", "@value")) if (text := data_text(each))]


def strings_of(value: Any, keys: Sequence[str]) -> list[str]:
    """The strings in a value of JSON-LD, in order; of an object those of the first key it has.

    >>> strings_of([{"name": ["a", 1]}, "b"], ["name"])
    ['a', 'b']
    """
    found: list[str] = []
    left = [value]
    for _ in range(MAX_STEPS):
        if not left or len(found) == MAX_ITEMS:
            break
        each = left.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, list):
            left.extend(reversed(each[:MAX_ITEMS]))
        elif isinstance(each, dict):
            left.extend([each[key] for key in keys if each.get(key)][:1])
    return found


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


def urls_of(value: Any, base: str) -> list[str]:
    """All URLs in a value of JSON-LD: itself, or those of its lists and of its ``url``s."""
    strings = strings_of(value, ("url", "contentUrl", "@id"))
    return [url for each in strings if (url := url_of(each, base))]


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
