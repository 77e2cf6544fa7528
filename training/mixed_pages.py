"""Pages in two languages, made from gold pages and the lexicon, each with a twin in one language.

The twin is the same page except for its language: where the page has text in a second language,
the twin has text of the same kind in the article's own. The difference of the scores of the two
is what the second language costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final, Literal
from zlib import crc32

import numpy as np

from boilerplate.language.names import LANGUAGES
from boilerplate.page import Kind, Label, Page, text_page
from boilerplate.reading.html import html_page
from training.corpora import GoldPage
from training.lessons import holds_gold
from training.lexicon import MENU_KINDS, TREEBANK_LANGUAGES, Lexicon, phrases, sentences
from training.samples import sample

Role = Literal["own", "other"]
MIXED_LAYOUTS: Final = {
    "site": "the article in one language, all chrome in another",
    "notices": "each notice in the article's language, then in another",
    "menus": "menus whose items are in two languages by turns",
    "quotation": "a quotation in another language within the article",
    "inside": "notices between the paragraphs, by turns in the article's language and another",
}
NOTICE_KINDS: Final = ("newsletter", "cookie", "legal")
BUTTON_KINDS: Final = ("login", "share", "comments")
# Some catalogues have language codes of their own; those that are not known here are left out.
KNOWN_LANGUAGES: Final = frozenset(
    code.split("-")[0] for code in (*LANGUAGES, *TREEBANK_LANGUAGES.values())
)


@dataclass(frozen=True, slots=True)
class MixedPageParameters:
    """How large the parts of a page are; ranges are half-open."""

    pages: int = 4  # of each layout for each language of an article
    menu_items: tuple[int, int] = (5, 20)  # before the article
    links: tuple[int, int] = (3, 10)  # after it
    notices: int = 2  # of each kind
    buttons: int = 2
    most_menu_chars: int = 59
    least_notice_chars: int = 9
    least_phrases: int = 25  # that a language must have in a split, to make its chrome of
    paragraphs: tuple[int, int] = (3, 25)  # of an article: fewer are no article, more are cut
    sentences: tuple[int, int] = (2, 5)  # of a made-up paragraph, and of a quotation
    made_up_paragraphs: tuple[int, int] = (4, 12)


PARAMETERS: Final = MixedPageParameters()


@dataclass(frozen=True, slots=True)
class MixedLine:
    """A line, its language, and its kind: article, quotation, or a kind of chrome."""

    text: str
    language: str
    kind: str

    @property
    def label(self) -> Label:
        """CONTENT if the line belongs to the article."""
        return Label.CONTENT if self.kind in ("article", "quotation") else Label.BOILERPLATE


@dataclass(frozen=True, slots=True)
class MixedPage:
    """A made-up page; ``other`` is its second language, on a twin the article's own.

    If ``named``, the tags of its markup are nav, article and footer; else they are div.
    """

    layout: str
    language: str
    other: str
    lines: tuple[MixedLine, ...]
    named: bool = False

    def page(self, mode: Kind) -> Page:
        """The page as bare text or as HTML."""
        return text_page([line.text for line in self.lines]) if mode == "text" else self._html()

    def _html(self) -> Page:
        boxes = []
        for part, lines in groupby(self.lines, _part):
            inner = (
                f"<li><a href='#'>{escape(line.text)}</a></li>"
                if part == "nav"
                else f"<p>{escape(line.text)}</p>"
                for line in lines
            )
            box = part if self.named else "div"
            boxes.append(f"<{box}>{''.join(inner)}</{box}>")
        return html_page(f"<!DOCTYPE html><body>{''.join(boxes)}")


def _part(line: MixedLine) -> str:
    if line.label is Label.CONTENT:
        return "article"
    return "nav" if line.kind == "menu" else "footer"


@dataclass(frozen=True, slots=True)
class Material:
    """What pages are made of, by language.

    ``articles`` are lists of paragraphs, ``prose`` are sentences, ``chrome`` are phrases by kind.
    """

    articles: Mapping[str, Sequence[Sequence[str]]]
    prose: Mapping[str, Sequence[str]]
    chrome: Mapping[str, Mapping[str, Sequence[str]]]

    @property
    def chrome_languages(self) -> list[str]:
        """The languages that a site's chrome may be in."""
        return sorted(
            language
            for language, kinds in self.chrome.items()
            if language in KNOWN_LANGUAGES
            and sum(map(len, kinds.values())) >= PARAMETERS.least_phrases
        )

    @property
    def languages(self) -> list[str]:
        """The languages that a whole page may be in."""
        with_prose = {
            code for code, texts in [*self.articles.items(), *self.prose.items()] if texts
        }
        return [language for language in self.chrome_languages if language in with_prose]


def collect_material(golds: Iterable[GoldPage], words: Lexicon) -> Material:
    """The material in some gold pages and in the lexicon's splits."""
    articles: dict[str, list[list[str]]] = defaultdict(list)
    for gold in golds:
        language = gold.language.split("-")[0]
        if len(articles[language]) < PARAMETERS.pages and (found := article_of(gold)):
            articles[language].append(found)
    chrome = phrases(words.folder, words.splits, languages=None)
    prose = sentences(words.folder, words.splits)
    return Material(articles, prose, chrome)


def article_of(gold: GoldPage) -> list[str]:
    """The paragraphs of a gold page's article; none if it has too few."""
    labelled = sample(gold, "text")
    if labelled is None or not holds_gold(labelled):
        return []
    lines = zip(labelled.page.lines, labelled.y.tolist(), strict=True)
    content = [" ".join(line.text.split()) for line, y in lines if y == 1]
    least, most = PARAMETERS.paragraphs
    return content[:most] if len(content) >= least else []


def mixed_pages(
    material: Material, others: Sequence[str] = ()
) -> Iterator[tuple[MixedPage, MixedPage]]:
    """Pages in two languages, each with its twin in one; the same ones each time.

    ``others`` are the second languages, by default all of them, in turn.
    """
    for number, language in enumerate(material.languages):
        for place, layout in enumerate(MIXED_LAYOUTS):
            allowed = material.languages if layout == "quotation" else material.chrome_languages
            choices = [
                code for code in allowed if code != language and (code in others or not others)
            ]
            for turn in range(PARAMETERS.pages if choices else 0):
                step = 1 + number + turn * 7 + place * 3
                other = choices[step % len(choices)]
                yield (
                    _made(material, layout, language, other, turn),
                    _made(material, layout, language, language, turn),
                )


def pages_in_one(material: Material, language: str) -> list[MixedPage]:
    """Pages in one language only; none if there is too little material in it."""
    if language not in material.languages:
        return []
    return [
        _made(material, layout, language, language, turn)
        for layout in MIXED_LAYOUTS
        for turn in range(PARAMETERS.pages)
    ]


def _made(material: Material, layout: str, language: str, other: str, turn: int) -> MixedPage:
    """One page; its plan depends on the article's language only, so that twins have the same."""
    seed = [turn, crc32(f"{layout}/{language}".encode())]
    plan = np.random.default_rng(seed)
    role: Role = "other" if layout == "site" else "own"
    slots: list[tuple[str, Role]] = []

    def menu(size: int) -> None:
        for i in range(size):
            slots.append(("menu", "other" if layout == "menus" and i % 2 else role))

    menu(int(plan.integers(*PARAMETERS.menu_items)))
    slots.append(("article", "own"))
    menu(int(plan.integers(*PARAMETERS.links)))
    kinds = [kind for kind in NOTICE_KINDS for _ in range(PARAMETERS.notices)]
    plan.shuffle(kinds)
    inside = layout == "inside"
    for i, kind in enumerate(kinds):
        slots.append((kind, "other" if inside and (i + turn) % 2 else role))
    if layout == "notices":
        slots += [(kind, "other") for kind in kinds]
    slots += [(str(plan.choice(BUTTON_KINDS)), role) for _ in range(PARAMETERS.buttons)]

    languages = {"own": language, "other": other}
    texts: dict[int, str | None] = {}
    used: set[str] = set()
    # The lines in the article's language first: they must not depend on those in the other.
    for salt, who in enumerate(("own", "other")):
        draw = np.random.default_rng([salt, *seed])
        for i, (kind, whose) in enumerate(slots):
            if whose == who and kind != "article":
                texts[i] = _phrase(material.chrome[languages[who]], kind, draw, used)
                used.add(texts[i] or "")
    lines: list[MixedLine] = []
    between: list[MixedLine] = []
    for i, (kind, whose) in enumerate(slots):
        if kind == "article":
            article = _article_lines(material, layout, language, other, turn)
            first = len(lines)
            lines += article
        elif text := texts[i]:
            place = between if inside and kind in NOTICE_KINDS else lines
            place.append(MixedLine(text, languages[whose], kind))
    for number, line in enumerate(reversed(between)):  # from the last paragraph upwards
        lines.insert(first + max(1, len(article) - 1 - number), line)
    return MixedPage(layout, language, other, tuple(lines), named=turn % 2 == 0)


def _article_lines(
    material: Material, layout: str, language: str, other: str, turn: int
) -> list[MixedLine]:
    """The article, with a quotation in its middle if the layout has one."""
    seed = [turn, crc32(f"article/{language}".encode())]
    paragraphs = _article(material, language, turn, np.random.default_rng(seed))
    lines = [MixedLine(text, language, "article") for text in paragraphs]
    if layout == "quotation":
        middle = (len(paragraphs) + 1) // 2
        quoted = _sentences(material, other, np.random.default_rng([1, *seed]), avoid=paragraphs)
        lines[middle:middle] = [MixedLine(text, other, "quotation") for text in quoted]
    return lines


def _article(material: Material, language: str, turn: int, rng: np.random.Generator) -> list[str]:
    """The paragraphs of a corpus's article, or paragraphs of successive sentences."""
    held = material.articles.get(language, ())
    if turn < len(held):
        return list(held[turn])
    if not material.prose.get(language):
        return list(held[turn % len(held)])
    prose = material.prose[language]
    sizes = rng.integers(
        *PARAMETERS.sentences, int(rng.integers(*PARAMETERS.made_up_paragraphs))
    ).tolist()
    at = int(rng.integers(0, max(1, len(prose) - sum(sizes))))
    out = []
    for size in sizes:
        out.append(" ".join(" ".join(prose[at : at + size]).split()))
        at += size
    return [text for text in out if text]


def _sentences(
    material: Material, language: str, rng: np.random.Generator, avoid: Sequence[str]
) -> list[str]:
    """A quotation: a few sentences of prose, or a paragraph of another article."""
    if prose := material.prose.get(language):
        size = int(rng.integers(*PARAMETERS.sentences))
        at = int(rng.integers(0, max(1, len(prose) - size)))
        found = [" ".join(text.split()) for text in prose[at : at + size]]
    else:
        found = list(
            material.articles[language][int(rng.integers(len(material.articles[language])))][:2]
        )
    return [text for text in found if text not in avoid]


def _phrase(
    chrome: Mapping[str, Sequence[str]], kind: str, rng: np.random.Generator, used: set[str]
) -> str | None:
    """A phrase of a kind that the page does not have yet; None if the language has none."""
    if kind == "menu":
        pool = [text for each in MENU_KINDS for text in chrome.get(each, ())]
        pool = [text for text in pool if len(text) <= PARAMETERS.most_menu_chars]
    else:
        pool = [text for text in chrome.get(kind, ()) if len(text) >= PARAMETERS.least_notice_chars]
    pool = [text for text in pool if text not in used]
    return pool[int(rng.integers(len(pool)))] if pool else None
