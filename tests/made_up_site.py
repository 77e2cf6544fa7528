"""A made-up site: pages with the same chrome around articles that share nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence

from boilerplate.page import Label, Page, text_page
from tests.made_up import SENTENCES

LANGUAGES = tuple(sorted(SENTENCES))
MENU = ("Home", "News", "Weather")
BOX = (
    "Keep up with the harbour: our letter comes every Friday morning at seven.",
    "We write to nobody else, and you can leave whenever you like.",
)


def sentence(rng: random.Random, language: str = "en", words: int = 18) -> str:
    """Words of a language in an order of their own, so that no two sentences are alike."""
    source = SENTENCES[language]
    spaced = source.count(" ") > 5  # Thai sets sentences apart, not words
    parts, joint = (source.split(), " ") if spaced else (list(source), "")
    return joint.join(rng.choice(parts) for _ in range(words)) + "."


def article(number: int, language: str = "en", paragraphs: int = 4) -> list[str]:
    rng = random.Random(f"{language}{number}")
    return [sentence(rng, language) for _ in range(paragraphs)]


def html(number: int, language: str = "en", more: Sequence[str] = ()) -> str:
    body = "".join(f"<p>{text}</p>" for text in (*article(number, language), *more))
    menu = "".join(f"<li><a href=/{name}>{name}</a></li>" for name in MENU)
    box = "".join(f"<p>{text}</p>" for text in BOX)
    return (
        f"<html><body><ul class='menu'>{menu}</ul><div class='story'>{body}</div>"
        f"<p>Published on {number % 28 + 1} May 2021, read {number * 37} times</p>"
        f"<div class='letter'>{box}</div></body></html>"
    )


def text(number: int, language: str = "en", more: Sequence[str] = ()) -> Page:
    stamp = f"Published on {number % 28 + 1} May 2021, read {number * 37} times"
    return text_page([*MENU, *article(number, language), *more, stamp, *BOX])


def labels(page: Page) -> list[Label]:
    """The labels of a page of bare text, as a reader would give them."""
    n = len(page.lines)
    first, last = len(MENU), n - len(BOX) - 1
    return [Label.CONTENT if first <= i < last else Label.BOILERPLATE for i in range(n)]
