"""Host names, and whether the rules for one apply to a URL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from boilerplate.page import MAX_HOST_CHARS

ANY_SITE: Final = "*"


def ascii_host(host: str) -> str:
    """A host name in lower case and in its ASCII form (IDNA), without ``www.``.

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


def applies_to(host: str, url: str) -> bool:
    """Whether rules for a host, with or without a path, apply to a URL.

    >>> applies_to("example.com/spor", "https://m.example.com/spor/1"), applies_to(
    ...     "example.com", "https://notexample.com/")
    (True, False)
    """
    if host == ANY_SITE:
        return True
    name, _, path = host.partition("/")
    url_host, url_path = _host_and_path(url)
    return (url_host == name or url_host.endswith("." + name)) and _is_below(url_path, path)


def _is_below(url_path: str, path: str) -> bool:
    path = path.rstrip("/")
    return not path or url_path == path or url_path.startswith(path + "/")


def _host_and_path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if len(host) > MAX_HOST_CHARS:
            return "", ""
        return ascii_host(host), unquote(parts.path).lstrip("/")
    except ValueError:
        return "", ""


def hosts_with_rules_for(url: str) -> Iterator[str]:
    """The hosts whose rules may apply to a URL: its own, its parent domains, then ``*``.

    >>> list(hosts_with_rules_for("https://www.spor.example.com/a"))
    ['spor.example.com', 'example.com', '*']
    """
    host, _ = _host_and_path(url)
    while "." in host:
        yield host
        host = host.partition(".")[2]
    yield ANY_SITE
