"""What a page may be given as: text, bytes, paths, files, responses, parsed documents.

None of the packages whose objects are accepted is imported here: responses are known by what they
have, documents by the package that their class comes from.
"""

from __future__ import annotations

import inspect
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from boilerplate.page import Kind, Page
from boilerplate.reading.urls import given_url, lasting_url

MAX_NAME_CHARS: Final = 1024  # a longer string is a page, and no URL and no path
ALSO_ACCEPTED: Final = (
    "also a pathlib.Path, an open file, a response of requests, httpx, aiohttp or Scrapy, or a "
    "document of lxml, BeautifulSoup, turbohtml or selectolax"
)
_URL: Final = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_FILE_URL: Final = re.compile(r"file://\S+", re.IGNORECASE)
_PAGE_FILE: Final = re.compile(r"[^\s<>]+\.x?html?(?:\.gz|\.zst)?", re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
# Where libraries keep the body of a response: requests and httpx; Scrapy; urllib3.
_BODIES: Final = ("content", "body", "data")
_ETREES: Final = {"lxml": "lxml.etree", "xml": "xml.etree.ElementTree"}
AWAIT_BODY: Final = "boilerplate.clean(await response.read(), url=str(response.url))"


@dataclass(frozen=True, slots=True)
class Source:
    """A page to read, and what came with it; nothing of it is checked again.

    ``charset`` is the encoding of bytes that their HTTP header names. ``kind`` None is told by
    content. ``look`` is called with the parsed document of HTML and the page's URL, and what it
    gives becomes ``Page.claims``: metadata that is surely asked for needs no document of its own.
    """

    data: str | bytes
    url: str | None = None
    kind: Kind | None = None
    charset: str | None = None
    look: Callable[[Any, str | None], object] | None = None


def source_of(
    given: Any, url: Any = None, kind: Kind | None = None, charset: str | None = None
) -> Source:
    """The Source that somebody gives; ``url``, ``kind`` and ``charset`` win over what it says.

    Raises TypeError for what cannot be a page and for other arguments of the wrong type, naming
    them; ValueError for a string that is a URL or the name of a file, a URL without a host, an
    unknown kind, and a response whose body was not read; OSError for a file that cannot be read;
    NotAPageError, a ValueError, for a compressed file that is damaged.
    """
    if isinstance(given, Source):
        return given
    url = given_url(url)
    if kind not in (None, "html", "text"):
        raise ValueError(f"kind is 'html', 'text' or None, not {kind!r:.100}")
    if charset is not None and not isinstance(charset, str):
        raise TypeError(f"charset= is a string or None, not {type(charset).__name__}")
    if isinstance(given, str):
        if not kind:
            refuse_name(given)
        return Source(given, url, kind, charset)
    if isinstance(given, bytes | bytearray | memoryview):
        return Source(bytes(given), url, kind, charset)
    if isinstance(given, os.PathLike):
        return Source(_file_bytes(Path(os.fsdecode(given))), url, kind, charset)
    if (markup := _markup_of(given)) is not None:
        return Source(markup, url, kind or "html", charset)
    if (data := _data_of(given)) is not None:
        url = url or lasting_url(_attribute(given, "url"))
        content_type = _content_type(given)
        if kind is None and content_type.lower().startswith("text/plain"):
            kind = "text"
        return Source(data, url, kind, charset or charset_of(content_type))
    raise TypeError(_what_is_wrong(given))


def charset_of(content_type: str) -> str | None:
    """The charset of a Content-Type.

    >>> charset_of('text/html; charset="windows-1254"'), charset_of("text/html")
    ('windows-1254', None)
    """
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def refuse_name(text: str) -> None:
    """Raise ValueError, with the line to write, for a string that names a page and is none."""
    name = text.strip()
    if not name or len(name) > MAX_NAME_CHARS or "<" in name or "\n" in name:
        return
    itself = "if this text is the page itself, add kind='text'"
    if _URL.fullmatch(name):
        raise ValueError(
            "a URL was given instead of a page, and nothing is fetched here; write "
            f"boilerplate.clean(requests.get({name!r})); {itself}"
        )
    if _FILE_URL.fullmatch(name) or os.path.isfile(text):  # noqa: PTH113 - Path raises on "\0"
        path = re.sub("^file://", "", name, flags=re.IGNORECASE)
        raise ValueError(
            "the name of a file was given instead of a page; write "
            f"boilerplate.clean(pathlib.Path({path!r})); {itself}"
        )
    if os.path.isdir(text):  # noqa: PTH112 - as above
        raise ValueError(f"{_folder_hint(text)}; {itself}")
    if _PAGE_FILE.fullmatch(name):
        raise ValueError(f"{name!r} looks like the name of a file, and there is none; {itself}")


def _folder_hint(path: object) -> str:
    return (
        "the name of a folder was given instead of a page; write "
        f"boilerplate.clean_many(pathlib.Path({str(path)!r}).glob('**/*.html'))"
    )


def _file_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise IsADirectoryError(_folder_hint(path))
    return _unpacked(path.read_bytes())


def _unpacked(data: bytes) -> bytes:
    from boilerplate.reading.compressed import unpacked  # slow to import

    return unpacked(data)


# ------------------------------------------------------------------------------- parsed documents


def _markup_of(given: Any) -> str | None:
    """The markup of a parsed document or of an element in one; None for anything else."""
    for package in {each.__module__.partition(".")[0] for each in type(given).__mro__}:
        if package in _ETREES:
            return _serialized(given, _ETREES[package])
        if package == "bs4":
            return str(given)
        if package in ("turbohtml", "selectolax"):
            found = getattr(given, "html", None)
            return found if isinstance(found, str) else None
        if package == "parsel":
            return str(given.get())
    return None


def _serialized(given: Any, module: str) -> str | None:
    etree: Any = sys.modules.get(module)
    if hasattr(given, "getroot"):
        given = given.getroot()
    if etree is None or given is None or not hasattr(given, "tag"):
        return None
    return str(etree.tostring(given, encoding="unicode", method="html"))


# ----------------------------------------------------------------------------- files and responses


def _data_of(given: Any) -> str | bytes | None:
    """The body of a response, or what an open file has; None for anything else."""
    for name in _BODIES:
        found = _attribute(given, name)
        if isinstance(found, str | bytes | bytearray):
            return bytes(found) if isinstance(found, bytearray) else found
    read = _attribute(given, "read")
    if inspect.iscoroutinefunction(read):
        body = _attribute(given, "_body")  # of an aiohttp response that was read
        if isinstance(body, bytes):
            return body
        raise ValueError(f"the body of this response was not read; write {AWAIT_BODY}")
    if not callable(read):
        read = _attribute(given, "read_bytes")  # pathlib's and importlib's files in archives
    if not callable(read) or isinstance(given, type):
        return None
    try:
        data = read()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"this file is not {error.encoding}; open it with open(path, 'rb'), and its encoding "
            "is found"
        ) from error
    except io.UnsupportedOperation as error:
        raise ValueError(f"this file cannot be read: {error}") from error
    if inspect.iscoroutine(data):
        data.close()
        raise ValueError(f"the body of this response was not read; write {AWAIT_BODY}")
    if isinstance(data, str):
        return data
    return _unpacked(bytes(data)) if isinstance(data, bytes | bytearray | memoryview) else None


def _attribute(given: Any, name: str) -> Any:
    """An attribute of a response; None if there is none."""
    try:
        return getattr(given, name, None)
    except RuntimeError as error:  # a response that streams, of httpx or requests
        raise ValueError(
            f"the body of this response was not read ({error}); call response.read() first, or "
            "await response.aread()"
        ) from error


def _content_type(given: Any) -> str:
    """The header Content-Type of a response, or ""."""
    headers = _attribute(given, "headers")
    if not callable(getattr(headers, "get", None)):
        return ""
    # A library's headers know their names in any case, a dict does not.
    found: Any = headers.get("content-type") or headers.get("Content-Type")
    if not found and isinstance(headers, dict):
        found = headers.get(b"Content-Type")
    if isinstance(found, list | tuple):
        found = found[0]
    return found.decode("latin-1") if isinstance(found, bytes) else str(found or "")


def _what_is_wrong(given: Any) -> str:
    name = type(given).__name__
    if inspect.isawaitable(given):
        if inspect.iscoroutine(given):
            given.close()
        return f"a {name} was given instead of a page; write await before it, as in {AWAIT_BODY}"
    if isinstance(given, Page):
        return "a Page has been read already; give it to boilerplate.clean"
    what = f"a page is str or bytes, not {name}"
    if isinstance(given, Mapping):
        return (
            f"{what}; write boilerplate.clean(record['html'], url=record['url']), or "
            "boilerplate.clean_many(records) for many"
        )
    if isinstance(given, Iterable):
        return f"{what}; for many pages write boilerplate.clean_many(pages)"
    return f"{what}; {ALSO_ACCEPTED}"
