"""What to do instead, for commands that people write before they have read anything."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Sequence
from typing import Final

MAX_SOURCES: Final = 3  # that are written out in a command

_URL: Final = re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE)


def is_url(name: str) -> bool:
    """Whether what should be a file is a URL.

    >>> is_url("https://haber.example/a"), is_url("pages/a.html")
    (True, False)
    """
    return _URL.fullmatch(name) is not None


def fetch_hint(url: str) -> str:
    """How to clean the page at a URL.

    >>> fetch_hint("https://haber.example/a?b")
    "curl -sL 'https://haber.example/a?b' | boilerplate clean -u 'https://haber.example/a?b'"
    """
    quoted = shlex.quote(url)
    return f"curl -sL {quoted} | boilerplate clean -u {quoted}"


def command_hint(arguments: Sequence[str]) -> str:
    """The command that was meant, if the first argument is no command but a page; else "".

    >>> command_hint(["-"])
    'boilerplate clean -'
    """
    name = arguments[0]
    if is_url(name):
        return fetch_hint(name)
    is_page = name == "-" or os.path.lexists(name) or (glob.has_magic(name) and glob.glob(name))
    return shlex.join(["boilerplate", "clean", *arguments]) if is_page else ""


def train_sites_line(sources: Sequence[str], *options: str) -> str:
    """The command that learns a model of each site of these files; of many, only the first.

    >>> train_sites_line(["mon day.warc.gz", "b", "c", "d"], "--status", "200")
    "boilerplate train sites 'mon day.warc.gz' b c ... --status 200"
    """
    files = shlex.join(sources[:MAX_SOURCES]) + (" ..." if len(sources) > MAX_SOURCES else "")
    return " ".join(["boilerplate train sites", files, *map(shlex.quote, options)])
