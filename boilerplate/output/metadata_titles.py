"""The title of an article, out of titles that also name the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

# What stands between an article's title and the name of its site.
_BETWEEN: Final = re.compile(r"\s+[|\-–—·•»«›:∙~/]+\s+|\s*[|｜»]\s*|\s+::\s+|\s*_\s*(?=[^_]*$)")
_WORD: Final = re.compile(r"\w+")


def plain(text: str) -> str:
    """A text without case, blanks and signs, to be compared.

    >>> plain("“Çay” – 2 cups!") == plain("çay 2 CUPS")
    True
    """
    return "".join(_WORD.findall(text.casefold()))


def without_site(title: str, sites: Iterable[str], others: Sequence[str]) -> str:
    """A title without the name of its site, before or after it.

    ``sites`` are names of the site, ``others`` other titles of the page: what one of them says is
    the title, the rest is not.

    >>> without_site("Rain - Weather | Gazete", ["Gazete"], [])
    'Rain - Weather'
    >>> without_site("Gazete – Rain", [], ["Rain"]), without_site("A - B", [], [])
    ('Rain', 'A - B')
    """
    known = {plain(site) for site in sites} - {""}
    said = {plain(other) for other in others} - {""}
    marks = list(_BETWEEN.finditer(title))
    if not marks or plain(title) in known:
        return title
    pieces = [(0, len(title))]
    pieces += [(0, mark.start()) for mark in reversed(marks)]
    pieces += [(mark.end(), len(title)) for mark in marks]
    for start, end in pieces[1:]:
        if plain(title[start:end]) in said:
            return title[start:end].strip()
    for start, end in pieces[1:]:
        rest = title[end:] if start == 0 else title[:start]
        if title[start:end].strip() and plain(rest) in known:
            return without_site(title[start:end].strip(), sites, others)
    return title
