"""The title of an article, out of titles that also name the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

# What stands between an article's title and the name of its site.
_BETWEEN: Final = re.compile(r"\s+[|\-–—·•»«›:∙~/]+\s+|\s*[|｜»]\s*|\s+::\s+|\s*_\s*(?=[^_]*$)")
# Chosen on pages whose titles are known (benchmarks/metadata.py, dev and train).
LEAST_LIKENESS: Final = 0.4  # of a heading to a title in the head, if it is to be the same title
LEAST_OF_ARTICLE: Final = 0.7  # to the headline in JSON-LD, which is of the article alone
LEAST_OF_PAGE: Final = 0.3  # of what structured data has to any other title on the page
LEAST_LETTERS: Final = 20  # of a title in the head that stands in a heading after something else
LEAST_OF_HEADING: Final = 10  # letters of a heading that stands in a title after a kicker
MAX_MARKS: Final = 20  # of what may part a title from the name of its site
OF_ARTICLE: Final = ("json-ld", "microdata")
_WORD: Final = re.compile(r"\w+")


@lru_cache(maxsize=256)  # of one page, whose titles are compared again and again
def plain(text: str) -> str:
    """A text without case, blanks and signs, to be compared.

    >>> plain("“Çay” – 2 cups!") == plain("çay 2 CUPS")
    True
    """
    return "".join(_WORD.findall(text.casefold()))


def likeness(text: str, other: str) -> float:
    """How alike two titles are, 0 to 1: the share of pairs of letters that they share.

    >>> likeness("Rain tomorrow", "Rain tomorrow?"), likeness("雨が降る", "Gazete")
    (1.0, 0.0)
    """
    one, two = _pairs(text), _pairs(other)
    return 2 * len(one & two) / max(len(one) + len(two), 1)


@lru_cache(maxsize=256)
def _pairs(text: str) -> frozenset[str]:
    letters = plain(text)
    return frozenset(map("".join, pairwise(letters))) or frozenset((letters,)) - {""}


def without_site(title: str, sites: Iterable[str], others: Sequence[str], times: int = 3) -> str:
    """A title without the name of its site, before or after it.

    It may stand there more than once, ``times`` at most. ``sites`` are names of the site,
    ``others`` other titles of the page: what one of them says is the title, the rest is not.

    >>> without_site("Rain - Weather | Gazete", ["Gazete"], [])
    'Rain - Weather'
    >>> without_site("Gazete – Rain", [], ["Rain"]), without_site("A - B", [], [])
    ('Rain', 'A - B')
    """
    known = {plain(site) for site in sites} - {""}
    said = {plain(other) for other in others} - {""}
    marks = list(_BETWEEN.finditer(title))[:MAX_MARKS]
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
            rest = title[start:end].strip()
            return without_site(rest, sites, others, times - 1) if times else rest
    return title


Titles = Sequence[tuple[str, str]]  # each with its source


def chosen_title(claimed: Titles, headings: Titles) -> tuple[str, str] | None:
    """The title with its source, out of those in a page's head and out of its headings.

    What readers see as the heading is the title, for titles in the head may be worded for search
    engines. But a page has other headings as well, so it must be like a title in the head.

    >>> chosen_title([("opengraph", "Rain: all you need")], [("h1", "In other news")])
    ('opengraph', 'Rain: all you need')
    >>> chosen_title([("title", "Rain at noon, says office")], [("h1", "Rain at noon")])
    ('h1', 'Rain at noon')
    """
    claimed = _of_this_page(claimed, headings)
    best, heading = 0.0, None
    for each in headings:
        for _, title in claimed:
            if (like := likeness(each[1], title)) > best:
                best, heading = like, each
    certain = [each for each in claimed if each[0] != "title"]
    if heading and best >= LEAST_LIKENESS:
        return next(_better(heading[1], certain), heading)
    alone = [each for each in headings if each[0] == "h1"]
    named = [each for each in headings if each[0] == "headline"]
    order = (*certain, *(alone if len(alone) == 1 else ()), *named, *claimed, *headings)
    return next(iter(order), None)


def _of_this_page(claimed: Titles, headings: Titles) -> Titles:
    """Claimed titles without those that structured data has of other articles than this page's."""
    others = [title for source, title in (*claimed, *headings) if source not in OF_ARTICLE]
    return [
        (source, title)
        for source, title in claimed
        if source not in OF_ARTICLE
        or not others
        or any(likeness(title, other) >= LEAST_OF_PAGE for other in others)
    ]


def _better(heading: str, claimed: Titles) -> Iterator[tuple[str, str]]:
    """Claimed titles that are better than a heading which is like one of them."""
    of_article = next((each for each in claimed if each[0] == "json-ld"), None)
    if of_article and likeness(heading, of_article[1]) < LEAST_OF_ARTICLE:
        yield of_article
    letters = plain(heading)
    for source, title in claimed:
        said = plain(title)
        # "Cycling: Ana Lima wins" is the title where the heading is "Ana Lima wins" ...
        is_longer = source != "meta" and LEAST_OF_HEADING < len(letters) < len(said)
        # ... but "5 March Ana Lima wins", where the title in the head is "Ana Lima wins", is not.
        is_shorter = LEAST_LETTERS < len(said) < len(letters)
        if (is_longer and said.endswith(letters)) or (is_shorter and letters.endswith(said)):
            yield source, title
