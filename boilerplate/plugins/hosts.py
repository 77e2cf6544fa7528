"""Host names and the URLs that a site's rules apply to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

ANY_SITE: Final = "*"


def ascii_host(host: str) -> str:
    """A host name as DNS spells it, without ``www.``.

    >>> ascii_host("www.Bücher.example")
    'xn--bcher-kva.example'
    """
    host = host.lower().strip(".").removeprefix("www.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return host
    return host


def holds_for(host: str, url: str) -> bool:
    """Whether a host of SiteRules, with its path, holds for a URL.

    >>> holds_for("example.com/spor", "https://m.example.com/spor/1"), holds_for(
    ...     "example.com", "https://notexample.com/")
    (True, False)
    """
    if host == ANY_SITE:
        return True
    name, _, path = host.partition("/")
    found, page_path = _host_and_path(url)
    return (found == name or found.endswith("." + name)) and _below(page_path, path)


def _below(page_path: str, path: str) -> bool:
    path = path.rstrip("/")
    return not path or page_path == path or page_path.startswith(path + "/")


def _host_and_path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return ascii_host(parts.hostname or ""), unquote(parts.path).lstrip("/")
    except ValueError:
        return "", ""


def suffixes(url: str) -> Iterator[str]:
    """The hosts whose rules hold for a URL's: the whole name first, ``*`` last.

    >>> list(suffixes("https://www.spor.example.com/a"))
    ['spor.example.com', 'example.com', '*']
    """
    host, _ = _host_and_path(url)
    while "." in host:
        yield host
        host = host.partition(".")[2]
    yield ANY_SITE
