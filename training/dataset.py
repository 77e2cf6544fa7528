"""Gold pages to labelled pages: the lines as each mode sees them, with their labels.

Bare text is made as scrapers make it: one block a line, a newline at every inline element,
neighbouring spans run together, paragraphs joined. Which of them a page is given is drawn from
its name, so that every run draws the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

import numpy as np
import turbohtml

from boilerplate.kernels.plain_html import SKIPPED_TAGS
from boilerplate.metrics import words
from boilerplate.page import Element, Kind, Label, Line, Markup, Metadata, Page, text_page
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training.align import CONTENT_SHARE, UNSURE, content_shares
from training.corpora import GoldPage

LAYOUTS: Final = ("blocks", "strings", "joined")
SHARE_OF_BROKEN: Final = 0.4  # of the lines in a made-up end
MIN_COPY_WORDS: Final = 4  # shorter lines are said twice without being copies
_TITLE_SEPARATOR: Final = re.compile(r"\s[|\-–—:•»·]\s")
MIN_TITLE_WORDS: Final = 2  # one word is as likely a section's name
LIKENESS: Final = 0.75  # of the words that two titles have together, for them to be one
MAX_HEADINGS: Final = 3  # a page with more level-one headings uses them for something else
LEAST_CONTENT: Final = 4  # lines of an article, to put anything between
MAX_LINES: Final = 4000  # of one page; the few longer ones are indexes and hold no more news


@dataclass(frozen=True, slots=True)
class Sample:
    """A page in one mode with its gold: 1 content, 0 chrome, -1 not told; (n,) each.

    ``y`` is what scores are counted against, ``target`` what is learned: it leaves out lines
    of which the gold holds a part, and has an opinion on headlines.
    """

    gold: GoldPage
    page: Page
    y: np.ndarray
    target: np.ndarray

    @property
    def labels(self) -> list[Label | None]:
        """The gold as labels."""
        return [None if v < 0 else Label.CONTENT if v else Label.BOILERPLATE for v in self.y]


def sample(gold: GoldPage, kind: Kind, layout: str = "blocks") -> Sample | None:
    """A labelled page in HTML mode or as bare text of a layout; None where it has no lines."""
    markup = decode(gold.html)
    page = html_page(markup, gold.url)
    headlines = [gold.title, *claimed_titles(page), *first_headings(page)]
    if kind == "text":
        texts = text_lines(page, markup, layout, gold)
        page = text_page(texts)
    if not page.lines or len(page.lines) > MAX_LINES:
        return None
    y, target = gold_labels([line.text for line in page.lines], gold, headlines, kind)
    return Sample(gold, page, y, target)


def gold_labels(
    texts: Sequence[str], gold: GoldPage, headlines: Sequence[str], kind: Kind
) -> tuple[np.ndarray, np.ndarray]:
    """Labels (1, 0, -1) of lines to score against, and to learn from.

    The corpora disagree on headlines, so none is scored. In bare text the headline right above
    the article is learned as content: nothing else holds it. In HTML the page's metadata does,
    and what each gold says is learned.
    """
    keys = [tuple(words(text)) for text in texts]
    titles = {key for text in headlines if len(key := tuple(words(text))) >= MIN_TITLE_WORDS}
    skip = {tuple(words(text)) for text in gold.optional} - {()}
    chrome = {tuple(words(text)) for text in gold.boilerplate} - {()}
    if gold.gold is None:
        y = np.array([0 if key in chrome else -1 for key in keys])
        return y, y
    share = content_shares(texts, gold.gold)
    told = ~np.isnan(share)
    y = np.where(told, share >= CONTENT_SHARE, -1).astype(int)
    count_copies_once(y, keys)
    target = np.where(told & ((share <= UNSURE[0]) | (share >= UNSURE[1])), y, -1)
    first = int(np.argmax(target == 1)) if (target == 1).any() else -1
    like_title = [is_like(key, titles) for key in keys]
    headline = max((i for i in range(first + 1) if like_title[i]), default=-1)
    for i, key in enumerate(keys):
        if key in skip or like_title[i]:
            y[i] = -1
            target[i] = target[i] if kind == "html" else -1
    if kind == "text" and headline >= 0:
        target[headline] = 1
    return y, target


def is_like(key: tuple[str, ...], titles: Iterable[tuple[str, ...]]) -> bool:
    """Whether a line has nearly the words of one of the titles.

    >>> is_like(("a", "cat", "sat", "here"), [("cat", "sat", "here", "a", "while")])
    True
    """
    have = set(key)
    return len(key) >= MIN_TITLE_WORDS and any(
        len(have & set(title)) >= LIKENESS * len(have | set(title)) for title in titles
    )


def claimed_titles(page: Page) -> list[str]:
    """What the page's head calls the article: its titles, whole and without the site's name."""
    claims = [page.metadata.title, page.metadata.headline]
    return [*claims, *(part for claim in claims for part in _TITLE_SEPARATOR.split(claim))]


def first_headings(page: Page) -> list[str]:
    """The texts of the page's level-one headings, where it has few: its headline is one."""
    found = [
        line.text for line in page.lines if any(e.tag == "h1" for e in elements_around(page, line))
    ]
    return found if len(found) <= MAX_HEADINGS else []


def count_copies_once(y: np.ndarray, keys: Sequence[tuple[str, ...]]) -> None:
    """Of equal lines of some length, label the first ones content, as many as the gold holds.

    An alignment may pick any copy of an article that the page holds twice.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if len(key) >= MIN_COPY_WORDS and y[i] >= 0:
            places[key].append(i)
    for copies in places.values():
        held = int(y[copies].sum())
        if 0 < held < len(copies):
            y[copies] = [1] * held + [0] * (len(copies) - held)


def cropped(labelled: Sample, ends: Sequence[Sequence[str]], number: int = 0) -> Sample | None:
    """An article with little before it and made-up ends after it, as a reader's tool saves it.

    The ends are chrome of other sites, in this language or another, some of their lines
    broken where links were; ``number`` draws another crop of the same page. None where the
    page has no content.
    """
    content = np.flatnonzero(labelled.target == 1)
    if not len(content) or not ends:
        return None
    name = f"crop/{labelled.gold.corpus}/{labelled.gold.id}"
    rng = np.random.default_rng([number, crc32(name.encode())])
    first = max(0, int(content[0]) - int(rng.integers(0, 5)))
    last = int(content[-1]) + 1 + int(rng.integers(0, 3))
    lines = [line.text for line in labelled.page.lines[first:last]]
    n = len(lines)
    for text in (text for end in ends for text in end):
        lines += broken(text, rng) if rng.random() < SHARE_OF_BROKEN else [text]
    added = np.zeros(len(lines) - n, int)
    return Sample(
        labelled.gold,
        text_page(lines),
        np.concatenate([labelled.y[first : first + n], added]),
        np.concatenate([labelled.target[first : first + n], added]),
    )


def broken(text: str, rng: np.random.Generator) -> list[str]:
    """A line broken where inline links might have stood: long runs, and short ones between."""
    tokens = text.split(" ")
    if len(tokens) < 6:
        return [text]
    cuts = sorted(rng.choice(np.arange(1, len(tokens)), 2, replace=False).tolist())
    pieces = [tokens[: cuts[0]], tokens[cuts[0] : cuts[1]], tokens[cuts[1] :]]
    return [" ".join(piece) for piece in pieces if piece]


BOX_TAGS: Final = ("div", "aside", "section", "form", "")
BOX_NAMES: Final = ((), (), ("box",), ("inline-widget",), ("promo",), ("c-module", "module-dark"))
LINE_TAGS: Final = ("p", "p", "div", "span", "h3", "button")
SHARE_OF_LINKED: Final = 0.3  # of the lines in a box
SHARE_OF_BARE: Final = 0.4  # of boxed pages that lose all names of their markup
SHARE_OF_UNCLAIMED: Final = 0.3  # and of those whose head claims nothing


def boxed(labelled: Sample, boxes: Sequence[Sequence[str]]) -> Sample | None:
    """An HTML article with boxes put between its paragraphs, some pages without any names.

    Few golds have a newsletter box in the middle, many sites do; and class names that tools
    made up say nothing. None where the page has too little content to put anything between.
    """
    made = labelled
    rng = _drawing("box", labelled)
    for box in boxes:
        tag = str(rng.choice(BOX_TAGS))
        names = BOX_NAMES[int(rng.integers(len(BOX_NAMES)))]
        tags = rng.choice(LINE_TAGS, len(box)).tolist()
        links = (rng.random(len(box)) < SHARE_OF_LINKED).tolist()
        inner = [(t, text, link) for t, text, link in zip(tags, box, links, strict=True)]
        put = _inserted(made, rng, inner, 0, Element(tag, names, -1) if tag else None)
        if put is None:
            return None
        made = put
    page = made.page
    if rng.random() < SHARE_OF_BARE:
        bare = tuple(replace(element, names=()) for element in page.elements)
        page = replace(page, elements=bare)
    if rng.random() < SHARE_OF_UNCLAIMED:
        page = replace(page, metadata=Metadata())
    return replace(made, page=page)


def quoted(labelled: Sample, quotation: str) -> Sample:
    """An article with a quotation between two of its paragraphs; as it is where there is none."""
    rng = _drawing("quoted", labelled)
    around = Element("blockquote", (), -1) if rng.random() < 0.5 else None
    if not quotation:
        return labelled
    return _inserted(labelled, rng, [("p", quotation, False)], 1, around) or labelled


def _drawing(salt: str, labelled: Sample) -> np.random.Generator:
    return np.random.default_rng(
        crc32(f"{salt}/{labelled.gold.corpus}/{labelled.gold.id}".encode())
    )


def _inserted(
    labelled: Sample,
    rng: np.random.Generator,
    inner: Sequence[tuple[str, str, bool]],
    label: int,
    around: Element | None,
) -> Sample | None:
    """The page with lines (tag, text, whether linked) put before one of its lines of content."""
    page = labelled.page
    content = np.flatnonzero(labelled.target == 1)
    if len(content) < LEAST_CONTENT:
        return None
    at = int(content[int(rng.integers(1, len(content)))])
    lines, elements = [Line(text) for _, text, _ in inner], list(page.elements)
    if above := page.lines[at].markup:
        holder = elements[above.element].parent
        if around:
            elements.append(replace(around, parent=holder))
            holder = len(elements) - 1
        for i, (tag, text, link) in enumerate(inner):
            elements.append(Element(tag, (), holder))
            here = Markup(len(elements) - 1, links=link, link_chars=link * len(text))
            lines[i] = replace(lines[i], markup=here)
    return Sample(
        labelled.gold,
        replace(
            page,
            lines=(*page.lines[:at], *lines, *page.lines[at:]),
            elements=tuple(elements),
        ),
        np.insert(labelled.y, at, [label] * len(lines)),
        np.insert(labelled.target, at, [label] * len(lines)),
    )


def draw(gold: GoldPage, salt: str) -> float:
    """A number in 0..1 that depends on the page's name only."""
    return crc32(f"{salt}/{gold.corpus}/{gold.id}".encode()) / 2**32


def text_lines(page: Page, markup: str, layout: str, gold: GoldPage) -> list[str]:
    """The page's text in a layout, a string a line."""
    if layout == "strings":
        return list(_strings(markup))
    hide = draw(gold, "hidden") < 0.5
    shown = [
        line
        for line in page.lines
        if not (hide and any(element.hidden for element in elements_around(page, line)))
    ]
    texts = [line.text for line in shown]
    if layout == "blocks":
        return texts
    rng = np.random.default_rng(crc32(gold.id.encode()))
    out: list[str] = []
    for i, text in enumerate(texts):
        near = i > 0 and _parent(page, shown[i]) == _parent(page, shown[i - 1])
        if out and near and rng.random() < 0.3:
            out[-1] += text
        else:
            out.append(text)
    return out


def _parent(page: Page, line: Line) -> int:
    return page.elements[line.markup.element].parent if line.markup else -1


def elements_around(page: Page, line: Line) -> Iterator[Element]:
    """The elements that hold a line, the innermost first; none in bare text."""
    at = line.markup.element if line.markup else -1
    while at >= 0:
        yield page.elements[at]
        at = page.elements[at].parent


def _strings(markup: str) -> Iterator[str]:
    """What ``get_text`` with a newline as separator gives: a line for each text node."""
    stack = [iter(turbohtml.parse(markup, positions=False).children)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node, turbohtml.Text):
            for line in node.data.split("\n"):
                if text := " ".join(line.split()):
                    yield text
        elif isinstance(node, turbohtml.Element) and node.tag not in SKIPPED_TAGS:
            stack.append(iter(node.children))
