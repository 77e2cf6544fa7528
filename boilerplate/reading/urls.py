"""The URL of a page: as it is given, and as the page's head claims it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from boilerplate.page import site_of

MAX_CLAIMED_CHARS: Final = 2048  # of a URL in a head; as long as browsers and servers take
MAX_CLAIMS: Final = 20  # links that are looked at; a page has one
MAX_VERSIONS: Final = 400  # of a page in other languages, that are looked at

# A host name as people write it, without "https://": labels with dots between them, a port.
_BARE: Final = re.compile(r"(?:[^\s/?#@:\\.]+\.)+([^\s/?#@:\\.]+)\.?(?::\d{1,5})?(?:[/?#].*)?")
_LOCAL: Final = re.compile(r"localhost(?::\d{1,5})?(?:[/?#].*)?")
# The ends of names of files, none of which is a top-level domain.
_FILE_ENDS: Final = ("html", "htm", "xhtml", "php", "txt", "gz", "zst", "json", "jsonl", "pdf")
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def given_url(url: object) -> str | None:
    """A URL that somebody gives for a page; a blank one is None, as many tables have them.

    Without a scheme it gets "https://".
    URL objects (httpx, yarl, ``urllib.parse``) become strings. Raises TypeError for what is no
    URL, and ValueError for one that names no host, and so no site.

    >>> given_url("netzpolitik.org/x"), given_url("//bbc.co.uk/a"), given_url(None)
    ('https://netzpolitik.org/x', 'https://bbc.co.uk/a', None)
    """
    if url is None:
        return None
    if not isinstance(url, str):
        url = _from_object(url)
    whole = url.strip()
    if not whole:
        return None
    if whole.startswith("//"):
        whole = f"https:{whole}"
    elif "://" not in whole.partition("?")[0] and _is_bare(whole):
        whole = f"https://{whole}"
    site = site_of(whole)
    if not site or re.search(r"\s", site):
        kind = f"; the kind of a page is kind={url!r}" if url in ("html", "text") else ""
        raise ValueError(
            f"url={url!r:.100} names no host; write it as in https://news.example.com/a{kind}"
        )
    return whole


def lasting_url(url: object) -> str | None:
    """The URL that a response or a file says it has; None if it names no host."""
    found = str(url) if url is not None else ""
    return found if site_of(found) else None


def claimed_url(document: Any, head: Mapping[str, Sequence[str]]) -> str | None:
    """The URL that a parsed document claims: its ``<link rel=canonical>``, or else ``og:url``.

    ``head`` is what ``head_of`` found. Only absolute addresses of the web count, whose host has a
    dot; a claim with blanks, a password or control characters in it is passed over.
    """
    has_links = document.find("link") is not None
    links = document.select('link[rel~="canonical" i]') if has_links else ()
    claims = [link.attr("href") for link in links[:MAX_CLAIMS]]
    claims += head.get("og:url", ())[:MAX_CLAIMS]
    return next((each.strip() for each in claims if each and is_claim(each.strip())), None)


def language_of_version(document: Any, url: str | None) -> str | None:
    """The language in which a parsed document's links to its versions (``hreflang``) say it is.

    That is the one whose address is ``url``; None if none has it. Most pages have no such links.
    """
    if not url or document.find("link") is None:
        return None
    for link in document.select("link[hreflang]")[:MAX_VERSIONS]:
        if (link.attr("href") or "").strip() == url:
            return str(link.attr("hreflang"))
    return None


def is_claim(url: str) -> bool:
    """Whether a claimed URL is an absolute one of the web.

    >>> is_claim("https://haber.example/a"), is_claim("/a"), is_claim("javascript://x.y/%0a")
    (True, False, False)
    """
    if len(url) > MAX_CLAIMED_CHARS or not url.lower().startswith(("https://", "http://")):
        return False
    if not url.isprintable() or re.search(r"[\s<>\"\\]", url):
        return False
    host = url.partition("://")[2]
    host = re.split(r"[/?#]", host, maxsplit=1)[0]
    site = site_of(url)
    return "@" not in host and site is not None and _HOST.fullmatch(site) is not None


def _is_bare(url: str) -> bool:
    found = _BARE.fullmatch(url)
    if found and (found[1].lower() not in _FILE_ENDS or "/" in url):
        return True
    return _LOCAL.fullmatch(url) is not None


def _from_object(url: Any) -> str:
    if callable(getattr(url, "geturl", None)):
        return str(url.geturl())
    if hasattr(url, "scheme") and (hasattr(url, "host") or hasattr(url, "netloc")):
        return str(url)
    raise TypeError(f"url= is a string or None, not {type(url).__name__}")
