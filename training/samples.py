"""Gold pages as labelled pages: the lines as each mode sees them, with their labels.

Bare text is made as scrapers make it: one block a line, a new line at every inline element,
neighbouring spans run together, paragraphs joined. Which page gets what is drawn from its name,
so that every run draws the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import turbohtml

from boilerplate.kernels.plain_html import SKIPPED_TAGS
from boilerplate.metrics import words
from boilerplate.page import Element, Kind, Label, Line, Page, lines_in_h1, text_page
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.roles import BESIDE_ROLES, CONTENT_ROLES, ROLES
from training.align import CONTENT_SHARE, UNSURE, content_shares, label_counts
from training.corpora import GoldPage

# Bare text: a block a line, a text node a line, or blocks with some neighbours joined.
TEXT_LAYOUTS: Final = ("blocks", "strings", "joined")
MAX_PAGE_LINES: Final = 4000  # the few longer pages are indexes and hold no more news
LEAST_COPY_WORDS: Final = 4  # shorter lines appear twice without being copies
HIDDEN_SHARE: Final = 0.5  # of the pages: bare text leaves out hidden elements
JOINED_SHARE: Final = 0.3  # of the neighbours in the layout "joined"
SOME_CHROME: Final = -2  # instead of a role
_TITLE_SEPARATOR: Final = re.compile(r"\s[|\-–—:•»·]\s")


@dataclass(frozen=True, slots=True)
class TitleParameters:
    """When a line is taken for the page's headline."""

    least_words: int = 2  # a title of one word is as likely the name of a section
    least_overlap: float = 0.75  # Jaccard index of the words of the line and of the title
    most_headings: int = 3  # a page with more level-one headings uses them for something else


@dataclass(frozen=True, slots=True)
class LengthParameters:
    """How much the lines of a page count, so that no long page outweighs the rest."""

    page_lines: int = 100  # pages count as the square root of their length, around this one ...
    least_lines: int = 20  # ... and no page as less than this long


TITLE: Final = TitleParameters()
LENGTHS: Final = LengthParameters()


@dataclass(frozen=True, slots=True)
class Sample:
    """A page in one mode with its gold, in two arrays (lines,): 1 content, 0 chrome, -1 unknown.

    ``y`` is for scoring. ``target`` is for training: it leaves out lines that are in the gold in
    part, and labels some headlines. ``roles`` (lines,) are the roles of a page that was read line
    by line, as indices of ROLES; -1 is unknown, and SOME_CHROME is chrome that was put into the
    page, of unknown role. None of other pages.
    """

    gold: GoldPage
    page: Page
    y: np.ndarray
    target: np.ndarray
    roles: np.ndarray | None = None

    @property
    def labels(self) -> list[Label | None]:
        """``y`` as labels."""
        return as_labels(self.y)

    @property
    def target_labels(self) -> list[Label | None]:
        """``target`` as labels: those that a person would have given."""
        return as_labels(self.target)


def as_labels(values: Iterable[int]) -> list[Label | None]:
    """Numbers as labels: 1 is content, 0 is boilerplate, -1 is None."""
    return [None if v < 0 else Label.CONTENT if v else Label.BOILERPLATE for v in values]


def sample(gold: GoldPage, mode: Kind, layout: str = "blocks") -> Sample | None:
    """A labelled page as HTML, or as bare text in one of the TEXT_LAYOUTS.

    None if the page has no lines, or more than 4,000.
    """
    markup = decode(gold.html)
    page = html_page(markup, gold.url)
    headlines = [gold.title, *claimed_titles(page), *first_headings(page)]
    if mode == "text":
        texts = text_lines(page, markup, layout, gold)
        page = text_page(texts)
    if not page.lines or len(page.lines) > MAX_PAGE_LINES:
        return None
    texts = [line.text for line in page.lines]
    if gold.lines:
        return Sample(gold, page, *read_labels(texts, gold))
    return Sample(gold, page, *gold_labels(texts, gold, headlines, mode))


def line_weight(lines: int) -> float:
    """How much a line counts on a page of so many."""
    return float((LENGTHS.page_lines / max(LENGTHS.least_lines, lines)) ** 0.5)


def draw(gold: GoldPage, salt: str) -> float:
    """A random number in [0, 1) that depends on the page's name and the salt only."""
    return crc32(f"{salt}/{gold.corpus}/{gold.id}".encode()) / 2**32


# ------------------------------------------------------------------------------------- labels


def gold_labels(
    texts: Sequence[str], gold: GoldPage, headlines: Sequence[str], mode: Kind
) -> tuple[np.ndarray, np.ndarray]:
    """Labels of lines (1, 0, -1) to score against, and to train on.

    The corpora disagree on headlines, so none is scored. In bare text the headline right above
    the article is trained on as content, for nothing else holds it. In HTML the page's metadata
    does, and training takes what each gold says.
    """
    keys = [tuple(words(text)) for text in texts]
    titles = {key for text in headlines if len(key := tuple(words(text))) >= TITLE.least_words}
    optional = {tuple(words(text)) for text in gold.optional} - {()}
    chrome = {tuple(words(text)) for text in gold.boilerplate} - {()}
    if gold.gold is None:
        y = np.array([0 if key in chrome else -1 for key in keys])
        return y, y
    share = content_shares(texts, gold.gold)
    known = ~np.isnan(share)
    y = np.where(known, share >= CONTENT_SHARE, -1).astype(int)
    count_copies_once(y, keys)
    target = np.where(known & ((share <= UNSURE[0]) | (share >= UNSURE[1])), y, -1)
    first = int(np.argmax(target == 1)) if (target == 1).any() else -1
    like_title = [is_title(key, titles) for key in keys]
    headline = max((i for i in range(first + 1) if like_title[i]), default=-1)
    for i, key in enumerate(keys):
        if key in optional or like_title[i]:
            y[i] = -1
            target[i] = target[i] if mode == "html" else -1
    if mode == "text" and headline >= 0:
        target[headline] = 1
    return y, target


def read_labels(texts: Sequence[str], gold: GoldPage) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels to score against, labels to train on, and roles of a page read line by line.

    A line has the role that most of its words have, if most of them have one. Lines beside the
    text (bylines, dates, tags) are not scored; training drops them.
    """
    known = [ROLES.index(role) if role else -1 for role in gold.roles]
    counts = label_counts(texts, gold.lines, known, len(ROLES))
    told = counts[:, :-1].sum(1)
    has_role = (told > 0) & (told >= CONTENT_SHARE * counts.sum(1))
    roles = np.where(has_role, counts[:, :-1].argmax(1), -1)
    content = counts[:, : len(CONTENT_ROLES)].sum(1) / np.maximum(told, 1)
    sure = has_role & ((content <= UNSURE[0]) | (content >= UNSURE[1]))
    kept = (roles >= 0) & (roles < len(CONTENT_ROLES))
    beside = (roles >= len(CONTENT_ROLES)) & (roles < len(CONTENT_ROLES) + len(BESIDE_ROLES))
    y = np.where(has_role & ~beside, kept, -1).astype(int)
    return y, np.where(sure, kept, -1).astype(int), roles


def counts_by_role(roles: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """How many lines of each of ROLES have the mark 0 and the mark 1, (24, 2).

    ``roles`` and ``marks`` are (lines,); lines whose role or mark is negative are left out.
    """
    table = np.zeros((len(ROLES), 2), int)
    known = (roles >= 0) & (marks >= 0)
    np.add.at(table, (roles[known], marks[known]), 1)
    return table


def is_title(key: tuple[str, ...], titles: Iterable[tuple[str, ...]]) -> bool:
    """Whether a line has nearly the words of one of the titles.

    >>> is_title(("a", "cat", "sat", "here"), [("cat", "sat", "here", "a", "while")])
    True
    """
    have = set(key)
    return len(key) >= TITLE.least_words and any(
        len(have & set(title)) >= TITLE.least_overlap * len(have | set(title)) for title in titles
    )


def claimed_titles(page: Page) -> list[str]:
    """The titles in the page's metadata, whole and cut at the separators of a site's name."""
    claims = [page.metadata.title, page.metadata.headline]
    return [*claims, *(part for claim in claims for part in _TITLE_SEPARATOR.split(claim))]


def first_headings(page: Page) -> list[str]:
    """The texts of the page's level-one headings; none if it has many of them."""
    found = lines_in_h1(page)
    return found if len(found) <= TITLE.most_headings else []


def count_copies_once(y: np.ndarray, keys: Sequence[tuple[str, ...]]) -> None:
    """Of equal lines, label the first ones content, as many as the alignment found.

    If the page holds an article twice, the alignment may pick lines of either copy.
    """
    indices: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if len(key) >= LEAST_COPY_WORDS and y[i] >= 0:
            indices[key].append(i)
    for copies in indices.values():
        held = int(y[copies].sum())
        if 0 < held < len(copies):
            y[copies] = [1] * held + [0] * (len(copies) - held)


# ---------------------------------------------------------------------------------- bare text


def text_lines(page: Page, markup: str, layout: str, gold: GoldPage) -> list[str]:
    """The lines of the page's text in one of the TEXT_LAYOUTS."""
    if layout == "strings":
        return list(_strings(markup))
    hide = draw(gold, "hidden") < HIDDEN_SHARE
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
        if out and near and rng.random() < JOINED_SHARE:
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
    """A line for each text node, like BeautifulSoup's ``get_text`` with a newline between."""
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
