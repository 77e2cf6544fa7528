"""Sites of URLs."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

import tldextract


@cache
def _extractor() -> tldextract.TLDExtract:
    # The list that comes with tldextract: no network, no cache folder.
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def site_of(url: str | None, otherwise: str = "") -> str:
    """The registrable domain of a URL or host name; the host if it has none.

    >>> site_of("http://news.example.co.uk/x"), site_of("127.0.0.1:80"), site_of(None, "a-page")
    ('example.co.uk', '127.0.0.1', 'a-page')
    """
    if not url:
        return otherwise
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        host = ""
    domain = _extractor()(host).top_domain_under_public_suffix.lower()
    return domain or host.removeprefix("www.") or otherwise
