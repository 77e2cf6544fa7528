"""Pages that speak two languages, made from gold pages and the lexicon, and how they are cleaned.

Each page has a twin that is the same but for its language: where the one says something in
another language, the twin says something of the kind in the article's own. What the two score
apart is what the second language costs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any, Final, Literal
from zlib import crc32

import numpy as np
from boilerplate.model.columns import MODES
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.language.names import LANGUAGES
from boilerplate.metrics import line_score
from boilerplate.page import Kind, Label, Page, text_page
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.html import html_page
from training import lexicon
from training.card import markdown
from training.corpora import GoldPage
from training.dataset import sample
from training.lexicon import Lexicon
from training.train import holds_gold

Role = Literal["own", "other"]
LAYOUTS: Final = {
    "site": "the article in one language, all chrome in another",
    "notices": "each notice in the article's language, then in another",
    "menus": "menus whose items are in two languages by turns",
    "quotation": "a quotation in another language within the article",
}
PAGES: Final = 4  # of each layout for each language of an article
MENU: Final = (5, 20)  # items, from and below
LINKS: Final = (3, 10)
NOTICE_KINDS: Final = ("newsletter", "cookie", "legal")
QUOTATION: Final = ("quotation",)
BUTTON_KINDS: Final = ("login", "share", "comments")
NOTICES: Final = 2  # of each kind
MENU_CHARS: Final = 60
LEAST_CHARS: Final = 9  # of a notice
LEAST_PHRASES: Final = 25  # of a language in a split, to make its chrome of
PARAGRAPHS: Final = (3, 25)  # of an article from a corpus: fewer are no article, more are cut
SENTENCES: Final = (2, 5)  # of a made-up paragraph, and of a quotation, from and below
DIGITS: Final = 4
# Some catalogues call languages by codes of their own; what is not known here is left out.
KNOWN: Final = frozenset(code.split("-")[0] for code in (*LANGUAGES, *lexicon.LANGUAGES.values()))


@dataclass(frozen=True, slots=True)
class MixedLine:
    """A line, the language it is in, and its kind: article, quotation, or a kind of chrome."""

    text: str
    language: str
    kind: str

    @property
    def label(self) -> Label:
        """CONTENT for what belongs to the article."""
        return Label.CONTENT if self.kind in ("article", "quotation") else Label.BOILERPLATE


@dataclass(frozen=True, slots=True)
class MixedPage:
    """A made-up page; ``other`` is its second language, the article's own on a twin.

    ``named`` is whether its markup says what is menu, article and footer.
    """

    layout: str
    language: str
    other: str
    lines: tuple[MixedLine, ...]
    named: bool = False

    def page(self, kind: Kind) -> Page:
        """The page as bare text, or in markup."""
        return text_page([line.text for line in self.lines]) if kind == "text" else self._html()

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
    """What pages are made of, by language: articles as paragraphs, sentences, chrome by kind."""

    articles: Mapping[str, Sequence[Sequence[str]]]
    prose: Mapping[str, Sequence[str]]
    chrome: Mapping[str, Mapping[str, Sequence[str]]]

    @property
    def chrome_languages(self) -> list[str]:
        """The languages that a site may speak."""
        return sorted(
            language
            for language, kinds in self.chrome.items()
            if language in KNOWN and sum(map(len, kinds.values())) >= LEAST_PHRASES
        )

    @property
    def languages(self) -> list[str]:
        """The languages that a whole page may speak."""
        told = {code for code, texts in [*self.articles.items(), *self.prose.items()] if texts}
        return [language for language in self.chrome_languages if language in told]


def material(golds: Iterable[GoldPage], words: Lexicon) -> Material:
    """What there is in some gold pages and in one split of the lexicon."""
    articles: dict[str, list[list[str]]] = defaultdict(list)
    for gold in golds:
        language = gold.language.split("-")[0]
        if len(articles[language]) < PAGES and (found := article_of(gold)):
            articles[language].append(found)
    chrome = lexicon.phrases(words.folder, words.splits, languages=None)
    prose = lexicon.sentences(words.folder, words.splits)
    return Material(articles, prose, chrome)


def article_of(gold: GoldPage) -> list[str]:
    """The paragraphs of a gold page's article, none where it has too few."""
    labelled = sample(gold, "text")
    if labelled is None or not holds_gold(labelled):
        return []
    lines = zip(labelled.page.lines, labelled.y.tolist(), strict=True)
    content = [" ".join(line.text.split()) for line, y in lines if y == 1]
    least, most = PARAGRAPHS
    return content[:most] if len(content) >= least else []


def mixed_pages(
    stuff: Material, others: Sequence[str] = ()
) -> Iterator[tuple[MixedPage, MixedPage]]:
    """Pages in two languages, each with its twin in one; the same ones each time.

    ``others`` are the second languages, all by default; every one gets its turn.
    """
    for number, language in enumerate(stuff.languages):
        for place, layout in enumerate(LAYOUTS):
            spoken = stuff.languages if layout == "quotation" else stuff.chrome_languages
            choices = [
                code for code in spoken if code != language and (code in others or not others)
            ]
            for turn in range(PAGES if choices else 0):
                step = 1 + number + turn * 7 + place * 3
                other = choices[step % len(choices)]
                yield (
                    _made(stuff, layout, language, other, turn),
                    _made(stuff, layout, language, language, turn),
                )


def pages_in_one(stuff: Material, language: str) -> list[MixedPage]:
    """Pages that speak one language only; none where there is not enough to make them of."""
    if language not in stuff.languages:
        return []
    return [
        _made(stuff, layout, language, language, turn)
        for layout in LAYOUTS
        for turn in range(PAGES)
    ]


def _made(stuff: Material, layout: str, language: str, other: str, turn: int) -> MixedPage:
    """One page; its plan depends on the article's language only, so that twins are alike."""
    seed = [turn, crc32(f"{layout}/{language}".encode())]
    plan = np.random.default_rng(seed)
    role: Role = "other" if layout == "site" else "own"
    slots: list[tuple[str, Role]] = []

    def menu(size: int) -> None:
        for i in range(size):
            slots.append(("menu", "other" if layout == "menus" and i % 2 else role))

    menu(int(plan.integers(*MENU)))
    slots.append(("article", "own"))
    menu(int(plan.integers(*LINKS)))
    kinds = [kind for kind in NOTICE_KINDS for _ in range(NOTICES)]
    plan.shuffle(kinds)
    slots += [(kind, role) for kind in kinds]
    if layout == "notices":
        slots += [(kind, "other") for kind in kinds]
    slots += [(str(plan.choice(BUTTON_KINDS)), role) for _ in range(2)]

    spoken = {"own": language, "other": other}
    texts: dict[int, str | None] = {}
    said: set[str] = set()
    # the page's own lines first: they must not depend on what is said in the other language
    for salt, who in enumerate(("own", "other")):
        draw = np.random.default_rng([salt, *seed])
        for i, (kind, whose) in enumerate(slots):
            if whose == who and kind != "article":
                texts[i] = _phrase(stuff.chrome[spoken[who]], kind, draw, said)
                said.add(texts[i] or "")
    lines: list[MixedLine] = []
    for i, (kind, whose) in enumerate(slots):
        if kind == "article":
            lines += _article_lines(stuff, layout, language, other, turn)
        elif text := texts[i]:
            lines.append(MixedLine(text, spoken[whose], kind))
    return MixedPage(layout, language, other, tuple(lines), named=turn % 2 == 0)


def _article_lines(
    stuff: Material, layout: str, language: str, other: str, turn: int
) -> list[MixedLine]:
    """The article, with a quotation in its middle where the layout has one."""
    seed = [turn, crc32(f"article/{language}".encode())]
    paragraphs = _article(stuff, language, turn, np.random.default_rng(seed))
    lines = [MixedLine(text, language, "article") for text in paragraphs]
    if layout == "quotation":
        middle = (len(paragraphs) + 1) // 2
        quoted = _sentences(stuff, other, np.random.default_rng([1, *seed]), avoid=paragraphs)
        lines[middle:middle] = [MixedLine(text, other, "quotation") for text in quoted]
    return lines


def _article(stuff: Material, language: str, turn: int, rng: np.random.Generator) -> list[str]:
    """The paragraphs of a corpus' article, or of sentences that follow one another."""
    held = stuff.articles.get(language, ())
    if turn < len(held):
        return list(held[turn])
    if not stuff.prose.get(language):
        return list(held[turn % len(held)])
    prose = stuff.prose[language]
    sizes = rng.integers(*SENTENCES, int(rng.integers(4, 12))).tolist()
    at = int(rng.integers(0, max(1, len(prose) - sum(sizes))))
    out = []
    for size in sizes:
        out.append(" ".join(" ".join(prose[at : at + size]).split()))
        at += size
    return [text for text in out if text]


def _sentences(
    stuff: Material, language: str, rng: np.random.Generator, avoid: Sequence[str]
) -> list[str]:
    """A quotation: a few sentences of prose, or a paragraph of another article."""
    if prose := stuff.prose.get(language):
        size = int(rng.integers(*SENTENCES))
        at = int(rng.integers(0, max(1, len(prose) - size)))
        found = [" ".join(text.split()) for text in prose[at : at + size]]
    else:
        found = list(stuff.articles[language][int(rng.integers(len(stuff.articles[language])))][:2])
    return [text for text in found if text not in avoid]


def _phrase(
    kinds: Mapping[str, Sequence[str]], kind: str, rng: np.random.Generator, said: set[str]
) -> str | None:
    """A phrase of a kind that the page has not yet; None where the language has none."""
    if kind == "menu":
        pool = [text for each in lexicon.MENU_KINDS for text in kinds.get(each, ())]
        pool = [text for text in pool if len(text) < MENU_CHARS]
    else:
        pool = [text for text in kinds.get(kind, ()) if len(text) >= LEAST_CHARS]
    pool = [text for text in pool if text not in said]
    return pool[int(rng.integers(len(pool)))] if pool else None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one page: its character-weighted F1, and of each line whether it was kept."""

    page: MixedPage
    f1: float
    kept: tuple[bool, ...]


def cleaned(cleaner: Cleaner, mixed: MixedPage, kind: Kind) -> Cleaned:
    """One page cleaned in one mode."""
    page = mixed.page(kind)
    if len(page.lines) != len(mixed.lines):
        raise ValueError(f"{len(mixed.lines)} lines were written, {len(page.lines)} read")
    labels = [p.label for p in cleaner.clean(page).predictions]
    chars = [len(line.text) for line in page.lines]
    f1 = line_score(labels, [line.label for line in mixed.lines], chars).f1
    return Cleaned(mixed, f1, tuple(label is Label.CONTENT for label in labels))


def measure(
    model: str | None, pairs: Sequence[tuple[MixedPage, MixedPage]], jobs: int
) -> dict[str, Any]:
    """Mixed pages against their twins in both modes, all together, by layout and by language."""
    cleaner = Cleaner(model, plugins=no_plugins())
    return {kind: measure_mode(cleaner, pairs, kind, jobs) for kind in MODES}


def measure_mode(
    cleaner: Cleaner, pairs: Sequence[tuple[MixedPage, MixedPage]], kind: Kind, jobs: int = 1
) -> dict[str, Any]:
    """The same in one mode."""
    pages = [page for pair in pairs for page in pair]
    found = Parallel(n_jobs=jobs, batch_size=16)(
        delayed(cleaned)(cleaner, page, kind) for page in pages
    )
    return summary(list(zip(found[::2], found[1::2], strict=True)), kind)


def summary(pairs: Sequence[tuple[Cleaned, Cleaned]], kind: Kind) -> dict[str, Any]:
    """The figures of one mode: overall, by layout, by language of the article and of the line."""
    layouts = [(layout, [p for p in pairs if p[0].page.layout == layout]) for layout in LAYOUTS]
    if kind == "html":
        layouts += [
            (name, [p for p in pairs if p[0].page.named == named])
            for name, named in (("with names", True), ("without names", False))
        ]
    mixed = [page for page, _ in pairs]
    notices, quotations = _kept(mixed, NOTICE_KINDS), _kept(mixed, QUOTATION)
    by_article: dict[str, list[tuple[Cleaned, Cleaned]]] = defaultdict(list)
    for pair in pairs:
        by_article[pair[0].page.language].append(pair)
    return {
        **_figures(pairs),
        "dropped_by_kind": {
            name: _share(_kept(mixed, (name,)).values(), dropped=True) for name in NOTICE_KINDS
        },
        "layouts": {name: _figures(found) for name, found in layouts},
        "languages": {
            language: {
                **_f1(by_article[language]),
                "notices_dropped": _share([notices.get(language, (0, 0))], dropped=True),
                "quotations_kept": _share([quotations.get(language, (0, 0))]),
            }
            for language in sorted({*by_article, *notices, *quotations})
        },
    }


def _figures(pairs: Sequence[tuple[Cleaned, Cleaned]]) -> dict[str, Any]:
    """What is measured of some pages and their twins."""
    mixed = [page for page, _ in pairs]
    return {
        **_f1(pairs),
        "notices_dropped": _share(_kept(mixed, NOTICE_KINDS).values(), dropped=True),
        "quotations_kept": _share(_kept(mixed, QUOTATION).values()),
    }


def _f1(pairs: Sequence[tuple[Cleaned, Cleaned]]) -> dict[str, Any]:
    """Pages, and mean character-weighted F1 of mixed pages and of their twins."""
    if not pairs:
        return {"pages": 0, "mixed": None, "one_language": None}
    mixed, twins = (
        math.fsum(each.f1 for each in side) / len(pairs) for side in zip(*pairs, strict=True)
    )
    return {
        "pages": len(pairs),
        "mixed": round(mixed, DIGITS),
        "one_language": round(twins, DIGITS),
    }


def _kept(pages: Iterable[Cleaned], kinds: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Lines of some kinds that were kept, and all of them, by language."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for page in pages:
        for line, kept in zip(page.page.lines, page.kept, strict=True):
            if line.kind in kinds:
                counts[line.language][0] += kept
                counts[line.language][1] += 1
    return {language: (kept, lines) for language, (kept, lines) in sorted(counts.items())}


def _share(counts: Iterable[tuple[int, int]], dropped: bool = False) -> float | None:
    """The share of lines that were kept, or dropped; None where there are none."""
    rows = list(counts)
    kept, lines = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if not lines:
        return None
    return round((lines - kept if dropped else kept) / lines, DIGITS)


def table(figures: Mapping[str, Any], kind: Kind) -> str:
    """One mode's figures as a Markdown table."""
    columns = {
        "char F1, two languages": "mixed",
        "char F1, one language": "one_language",
        "notices dropped": "notices_dropped",
        "quotations kept": "quotations_kept",
    }
    rows = [("all", figures), *figures["layouts"].items(), *figures["languages"].items()]
    body = [
        [name, str(row["pages"]), *(_shown(row.get(key)) for key in columns.values())]
        for name, row in rows
    ]
    return markdown([kind, "pages", *columns], body)


def _shown(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"
