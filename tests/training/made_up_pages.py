"""Made-up gold pages for the tests of training."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page
from training.corpora import GoldPage
from training.corpora.codes import content_of

SITES = 10
PAGES = 3  # of each site
WHO = "The mayor|A teacher|Our neighbour|The harbour master|A young baker|The old printer".split(
    "|"
)
DID = "opened|repaired|painted|sold|described|moved|counted|measured".split("|")
WHAT = (
    "the wooden bridge|a small library|two hundred lamps|the market clock|every garden gate|"
    "a boat without oars|the town's last orchard"
).split("|")
WHEN = (
    "on a rainy Tuesday|before the festival began|after many years of waiting|while the children "
    "watched|in the middle of the night|to the surprise of the whole street"
).split("|")
MENU = "Home|News|Sport|Weather|Contact|About us|Log in|Search|Archive|Shop".split("|")
NOTICES = (
    "We use cookies to improve your experience on this website.|Subscribe to our newsletter|"
    "Share this article|Read more|Related stories|All rights reserved.|Accept all|Privacy policy"
).split("|")

NOTICE_ROLES = dict(
    zip(
        NOTICES,
        ("cookie", "newsletter", "share", "related", "related", "legal", "cookie", "legal"),
        strict=True,
    )
)


def article(rng: np.random.Generator) -> list[str]:
    """A few random paragraphs."""

    def sentence() -> str:
        who, did, what, when = (str(rng.choice(words)) for words in (WHO, DID, WHAT, WHEN))
        return f"{who} {did} {what} {when}."

    return [
        " ".join(sentence() for _ in range(rng.integers(2, 5))) for _ in range(rng.integers(3, 7))
    ]


def page_of(site: int, number: int) -> GoldPage:
    """A page of a site; the template depends on the site only."""
    rng = np.random.default_rng([site, number])
    box = ("main", "article", "div class=content", "section id=story", "td")[site % 5]
    bar = ("nav", "ul class=menu", "div class=topbar")[site % 3]
    paragraphs = article(rng)
    menu = "".join(f"<li><a href=/{i}>{item}</a></li>" for i, item in enumerate(MENU[site % 4 :]))
    notices = rng.choice(NOTICES, 4, replace=False)
    foot = "".join(f"<p class=note><a href=#>{notice}</a></p>" for notice in notices)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<title>Story {number}</title><{bar}>{menu}</{bar.split()[0]}>"
        f"<{box}><h1>Story {number}</h1>{text}</{box.split()[0]}><footer>{foot}</footer>"
    )
    if box == "td":
        html = re.sub(r"<td>(.*)</td>", r"<table><tr><td>\1</td></tr></table>", html)
    return GoldPage(
        "made-up",
        f"{site}-{number}",
        html.encode(),
        "\n".join(paragraphs),
        f"https://site{site}.example/{number}",
        f"site{site}.example",
        "en",
        title=f"Story {number}",
    )


def corpus() -> Iterator[GoldPage]:
    """All pages of all sites."""
    for site in range(SITES):
        for number in range(PAGES):
            yield page_of(site, number)


# A page of a site that the corpus does not have.
UNSEEN = page_of(SITES + 3, 0)


def read_page_of(site: int, number: int) -> GoldPage:
    """A page of a site, read line by line; its site is none of the corpus's."""
    gold = page_of(site, number)
    lines = tuple(line.text for line in html_page(gold.html.decode()).lines)
    known = {gold.title: "headline", **dict.fromkeys(MENU, "navigation"), **NOTICE_ROLES}
    roles = tuple(known.get(line, "body") for line in lines)
    return replace(
        gold,
        corpus="world",
        site=f"read{site}.example",
        gold=content_of(lines, roles),
        lines=lines,
        roles=roles,
    )


def read_pages() -> Iterator[GoldPage]:
    """A page of each of some sites, read line by line."""
    for site in range(SITES):
        yield read_page_of(site, PAGES)


UNSEEN_READ = read_page_of(SITES + 3, 1)


def news(language: str, number: int) -> GoldPage:
    """A news page in a language, on its own site."""
    gold = "\n".join(f"{SENTENCES[language]} ({i})" for i in range(3))
    site = f"{language}-{number}.example"
    name = f"{language}-{number}"
    return GoldPage("news", name, news_page(language).encode(), gold, None, site, language)
