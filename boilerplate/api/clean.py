"""What ``boilerplate`` offers for one page: ``clean``, and ``extract`` for its text."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from os import PathLike
from typing import Any

from boilerplate.cleaner import Cleaner
from boilerplate.page import Kind
from boilerplate.plugins.manager import Plugins
from boilerplate.plugins.paths import chosen_site_models
from boilerplate.result import CleanPage
from boilerplate.site_models.folder import SiteModels
from boilerplate.site_models.site_model import SiteModel

SiteModelChoice = SiteModels | SiteModel | str | PathLike[str] | None


def default_cleaner() -> Cleaner:
    """The Cleaner of ``boilerplate.clean`` without options, as the command line has it.

    It has the shipped model, all plugins, and the site models in the user's folder.
    """
    return chosen_cleaner()


def chosen_cleaner(
    *,
    threshold: float | None = None,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    plugins: Plugins | None = None,
    site_models: SiteModelChoice = None,
) -> Cleaner:
    """The Cleaner for some options of ``boilerplate.clean``; the last few are kept."""
    if site_models is None:
        site_models = chosen_site_models()
    keep, drop = ((each,) if isinstance(each, str) else tuple(each) for each in (keep, drop))
    options: tuple[Any, ...] = threshold, plugins, site_models, keep, drop
    try:
        return _kept_cleaner(*options)
    except TypeError:  # of what cannot be hashed; or an error of Cleaner, which it raises again
        return Cleaner(None, *options)


@lru_cache(maxsize=16)
def _kept_cleaner(*options: Any) -> Cleaner:
    return Cleaner(None, *options)


def clean(
    source: Any,
    url: Any = None,
    kind: Kind | None = None,
    *,
    charset: str | None = None,
    threshold: float | None = None,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    plugins: Plugins | None = None,
    site_models: SiteModelChoice = None,
) -> CleanPage:
    """Clean one page: decide for each of its lines whether it is article or site chrome.

    Args:
        source: HTML or bare text, as str or bytes; a ``pathlib.Path`` (gzip and zstd are unpacked);
            an open file; a response of requests, httpx, aiohttp (whose body was read), Scrapy or
            urllib; a document or element of lxml, BeautifulSoup, turbohtml or selectolax; a
            ``Page``. A URL or the name of a file as a string is an error that says what to write.
        url: The page's URL, which gives its site, and so its plugins and site model. None takes
            that of a response, or else the one that the page claims (canonical link, ``og:url``).
            Without a scheme, "https://" is put before it.
        kind: "html" or "text"; None tells by content.
        charset: The encoding of bytes that the HTTP header names; that of a response is known.
        threshold: The probability of content, 0 to 1, from which a line is kept. None chooses
            what suits the page.
        keep: Roles whose lines are kept as well, such as ``["date", "comments"]``.
        drop: Roles whose lines are left out, such as ``["caption"]``.
        plugins: Loaded plugins; None takes all that are installed.
        site_models: A ``SiteModel``, or a folder or file of them. None takes the folder that
            ``boilerplate train site`` writes to: BOILERPLATE_SITE_MODELS, or else the one in the
            user's configuration.

    Raises:
        TypeError: An argument is of a type that is not accepted.
        ValueError: An argument has a value that is not accepted, or the bytes are no page but an
            image, a PDF, an archive, a program (``NotAPageError``). Bad HTML is never an error.
        OSError: A file cannot be read.

    >>> page = clean("<nav><a href=/>Accueil</a></nav><p>Le bac est parti.", "gazette.example/1")
    >>> page.site, len(page.predictions)
    ('gazette.example', 2)
    """
    cleaner = chosen_cleaner(
        threshold=threshold, keep=keep, drop=drop, plugins=plugins, site_models=site_models
    )
    return cleaner.clean(source, url, kind, charset)


def extract(source: Any, url: Any = None, **options: Any) -> str | None:
    """The text of a page's article, None if nothing is kept: ``clean(...).text``.

    For those who come from trafilatura, whose function of this name has the same two arguments;
    ``options`` are those of ``boilerplate.clean``, and so are the errors.

    >>> extract("<p>A single paragraph of an article about ferries.</p>", threshold=0)
    'A single paragraph of an article about ferries.'
    >>> extract("") is None
    True
    """
    return clean(source, url, **options).text or None
