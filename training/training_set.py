"""Everything that one mode is trained on: the gold pages, and pages made from them.

Bare text has more variants than HTML: other layouts, and articles with other pages' ends, or
with none. Both modes have pages in ciphers, notices between paragraphs, quotations in other
languages and made-up pages. Text that is added to a page comes from the fold of the page's own
site: if it appeared in all folds, the out-of-fold scores of its wording would be too good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from joblib import Parallel, delayed

from boilerplate.page import Kind, text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import CONTENT_ROLES, ROLES
from training import notices
from training.augmentation import boxed, cropped, interrupted, quoted
from training.ciphers import ciphered
from training.corpora import GoldPage
from training.folds import FOLDS, fold_of
from training.lessons import Lesson, base_language, holds_gold, lesson
from training.lexicon import Lexicon
from training.made_up.markup import markup
from training.made_up.material import Materials, Writer, collected
from training.made_up.pages import MadeUpPage, box, made_up_pages
from training.samples import SOME_CHROME, Sample, draw, line_weight, sample

Boxes = Mapping[str, Sequence[Sequence[str]]]  # by language; a box is a list of lines


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of the pages is learned again in each other form."""

    strings: float = 0.4  # bare text with one text node a line
    joined: float = 0.2  # bare text with neighbouring paragraphs joined
    ciphered: float = 0.5  # in a cipher
    boxed: float = 0.35  # HTML with notices between the paragraphs
    quotations: float = 0.4  # of the boxed pages and of both crops: with text in another language
    own_language_boxes: float = 0.8  # of the boxed pages: the notices are in the page's language
    crops: int = 2  # so many times each page, as an article with other pages' ends ...
    endless: float = 0.35  # ... or, in so many cases, with none
    interrupted: float = 0.35  # of the crops: with notices between the paragraphs
    own_language_notices: float = 0.7  # of those: in the page's language
    made_up_stride: int = 3  # every so many made-up pages is learned in a cipher too


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a page counts, so that no site, long page or made-up page outweighs the rest."""

    site_pages: int = 5  # sites with more pages count as the square root of their number
    boxed: float = 0.5
    ciphered: float = 0.4
    made_up: float = 1.0  # of pages put together from phrases and sentences
    made_up_html: float = 0.5  # of these, as HTML: their markup is plainer than that of sites


SHARES: Final = Shares()
WEIGHTS: Final = Weights()
LEAST_TAIL_LINES: Final = 3  # of a page's end, for it to be put after another article


class Tail(NamedTuple):
    """Chrome lines that stand after an article or between its paragraphs, and their languages."""

    lines: Sequence[str]
    languages: frozenset[str]


class Quotation(NamedTuple):
    """A few sentences of prose and their language; both empty if there is none."""

    text: str = ""
    language: str = ""


def training_set(
    golds: Sequence[GoldPage],
    mode: Kind,
    phrases: Lexicon | None,
    jobs: int,
    held_out: Collection[str] = (),
) -> list[Lesson]:
    """All lessons of one mode, the same ones whatever ``jobs`` is.

    ``held_out`` are languages whose notices are left out. Without ``phrases`` nothing is made
    from the lexicon.
    """
    boxes = {code: found for code, found in notices.BOXES.items() if code not in held_out}
    materials = Materials(collected(phrases) if phrases else [])
    with Parallel(n_jobs=jobs, batch_size=8) as parallel:
        made: list[Lesson | None] = parallel(
            delayed(page_lesson)(gold, mode, layout)
            for gold in golds
            for layout in layouts_of(gold, mode)
        )
        ciphers = parallel(
            delayed(ciphered_lesson)(gold, mode)
            for gold in golds
            if draw(gold, "ciphered") < SHARES.ciphered
        )
        if mode == "html":
            made += parallel(
                delayed(boxed_lesson)(gold, drawn_quotation(materials, gold), boxes)
                for gold in golds
                if draw(gold, "boxed") < SHARES.boxed
            )
        if mode == "text":
            tails = tails_by_fold(made, boxes)
            crops = parallel(
                delayed(crop_lessons)(
                    gold,
                    [
                        drawn_tails(tails[fold_of(gold.site)], gold, number, boxes)
                        for number in range(SHARES.crops)
                    ],
                    drawn_quotation(materials, gold),
                    drawn_notices(materials, gold),
                )
                for gold in golds
            )
            made += [each for crop in crops for each in crop]
        made_up = list(made_up_pages(materials, mode))
        made += parallel(delayed(made_up_lesson)(page, mode) for page in made_up)
        ciphers += parallel(
            delayed(made_up_lesson)(page, mode, in_cipher=True)
            for page in made_up[:: SHARES.made_up_stride]
        )
    lessons = [each for each in [*made, *ciphers] if each is not None]
    set_weights(lessons)
    return lessons


def set_weights(lessons: Sequence[Lesson]) -> None:
    """Multiply each lesson's weight by what its site, its length and its origin give it."""
    pages = Counter(each.site for each in lessons if each.readable)
    for each in lessons:
        each.weight *= min(1.0, (WEIGHTS.site_pages / pages[each.site]) ** 0.5)
        each.weight *= line_weight(each.encoded.n)
        if each.corpus == "lexicon":
            bare = each.encoded.tree is None
            each.weight *= WEIGHTS.made_up if bare else WEIGHTS.made_up_html


# --------------------------------------------------------------------- one page, in each form


def layouts_of(gold: GoldPage, mode: Kind) -> list[str]:
    """The layouts that a page is learned in: HTML has one, some pages of bare text have two."""
    drawn = draw(gold, "layout")
    if mode == "html" or drawn >= SHARES.strings + SHARES.joined:
        return ["blocks"]
    return ["blocks", "strings" if drawn < SHARES.strings else "joined"]


def page_lesson(gold: GoldPage, mode: Kind, layout: str) -> Lesson | None:
    """The lesson of a gold page in one layout."""
    labelled = sample(gold, mode, layout)
    found = lesson(labelled) if labelled and holds_gold(labelled) else None
    return replace(found, layout=layout) if found else None


def ciphered_lesson(gold: GoldPage, mode: Kind) -> Lesson | None:
    """The lesson of a gold page in a cipher: a page in a language that was never seen."""
    labelled = sample(gold, mode)
    if not labelled or not holds_gold(labelled):
        return None
    return in_a_cipher(labelled)


def in_a_cipher(labelled: Sample) -> Lesson | None:
    """The lesson of a page whose letters are replaced by others."""
    found = lesson(replace(ciphered(labelled), roles=None))
    return replace(found, weight=WEIGHTS.ciphered, readable=False) if found else None


def crop_lessons(
    gold: GoldPage,
    tails: Sequence[Sequence[Tail]],
    quotation: Quotation,
    notice: Sequence[Tail],
) -> list[Lesson]:
    """The lessons of a gold page's article before each of some ends of other pages.

    The quotation, if there is one, is put into each of them, and so are the lines of its notice.
    """
    labelled = sample(gold, "text")
    if not labelled or not holds_gold(labelled):
        return []
    made = []
    for number, (some, inside) in enumerate(zip(tails, notice, strict=True)):
        with_text = interrupted(quoted(labelled, quotation.text), inside.lines, number)
        crop = cropped(with_text, [tail.lines for tail in some], number)
        languages = [code for tail in (*some, inside) for code in tail.languages]
        made.append(lesson(crop, [quotation.language, *languages]))
    return [replace(each, layout="crop") for each in made if each is not None]


def boxed_lesson(gold: GoldPage, quotation: Quotation, boxes: Boxes) -> Lesson | None:
    """The lesson of an HTML page with notices, and a quotation, between its paragraphs."""
    labelled = sample(gold, "html")
    if not labelled or not holds_gold(labelled):
        return None
    rng = np.random.default_rng(crc32(f"boxes/{gold.corpus}/{gold.id}".encode()))
    fold = fold_of(gold.site)
    in_fold = [each for each in box_tails(boxes) if fold_of(each.lines[0]) == fold]
    own = [each for each in in_fold if gold.language in each.languages]
    pool = own if own and rng.random() < SHARES.own_language_boxes else in_fold
    chosen = rng.integers(0, len(pool), 1 + int(rng.integers(0, 2)))
    some = [pool[int(i)] for i in chosen]
    made = boxed(quoted(labelled, quotation.text), [each.lines for each in some])
    found = lesson(made, [quotation.language, *(code for each in some for code in each.languages)])
    return replace(found, weight=WEIGHTS.boxed, layout="boxed") if found else None


def made_up_lesson(page: MadeUpPage, mode: Kind, in_cipher: bool = False) -> Lesson | None:
    """The lesson of a made-up page; None if its markup gives other lines than it has."""
    texts = [text for text, _ in page.lines]
    gold = GoldPage("lexicon", page.id, b"", "", site=page.site, language=page.language)
    made = text_page(texts)
    if mode == "html":
        made = html_page(markup(page.lines, np.random.default_rng(crc32(page.id.encode()))))
        if [line.text.split() for line in made.lines] != [text.split() for text in texts]:
            return None
    roles = np.array([ROLES.index(role) if role else SOME_CHROME for _, role in page.lines])
    y = ((roles >= 0) & (roles < len(CONTENT_ROLES))).astype(int)
    labelled = Sample(gold, made, y, y, roles)
    found = in_a_cipher(labelled) if in_cipher else lesson(labelled, [page.other])
    return replace(found, layout="made up") if found else None


# ------------------------------------------------------------------------- what is put into pages


def box_tails(boxes: Boxes) -> list[Tail]:
    """Each box with its language."""
    return [Tail(box, frozenset({code})) for code, found in boxes.items() for box in found]


def tails_by_fold(made: Sequence[Lesson | None], boxes: Boxes) -> list[list[Tail]]:
    """The ends of pages and the boxes that the pages of each fold may get."""
    tails: list[list[Tail]] = [[] for _ in range(FOLDS)]
    for each in made:
        if each is not None and len(each.tail) >= LEAST_TAIL_LINES:
            tails[each.fold].append(Tail(each.tail, each.languages))
    for found in box_tails(boxes):
        tails[fold_of(found.lines[0])].append(found)
    return tails


def drawn_tails(tails: Sequence[Tail], gold: GoldPage, number: int, boxes: Boxes) -> list[Tail]:
    """One or two of the fold's tails for a page, or none; every other list begins with a box.

    That box is in the page's language, as it is on most sites. The tails are drawn here because
    sending all of them to each worker takes long.
    """
    rng = np.random.default_rng([number, crc32(f"ends/{gold.corpus}/{gold.id}".encode())])
    if rng.random() < SHARES.endless:
        return []
    fold = fold_of(gold.site)
    own = box_tails({gold.language: boxes.get(gold.language, ())})
    own = [box for box in own if fold_of(box.lines[0]) == fold]
    first = [own[int(rng.integers(len(own)))]] if own and number % 2 == 0 else []
    return [*first, *(tails[int(i)] for i in rng.integers(0, len(tails), 1 + rng.integers(0, 2)))]


def drawn_notices(materials: Materials, gold: GoldPage) -> list[Tail]:
    """For each crop of a page what is put between its paragraphs; no lines for most."""
    rng = np.random.default_rng(crc32(f"notices/{gold.corpus}/{gold.id}".encode()))
    fold, language = fold_of(gold.site), base_language(gold.language)
    out = []
    for _ in range(SHARES.crops):
        own = materials.of(fold, language)
        chosen = own if own and rng.random() < SHARES.own_language_notices else None
        chosen = chosen or materials.drawn(fold, rng)
        if chosen is None or rng.random() >= SHARES.interrupted:
            out.append(Tail((), frozenset()))
            continue
        lines = [text for text, _ in box(Writer(chosen, rng))]
        out.append(Tail(lines, frozenset({chosen.language})))
    return out


def drawn_quotation(materials: Materials, gold: GoldPage) -> Quotation:
    """One to three sentences in another language than the page's, for some of the pages."""
    rng = np.random.default_rng(crc32(f"quotation/{gold.corpus}/{gold.id}".encode()))
    chosen = materials.drawn(fold_of(gold.site), rng)
    if (
        chosen is None
        or chosen.language == base_language(gold.language)
        or rng.random() >= SHARES.quotations
    ):
        return Quotation()
    first = int(rng.integers(len(chosen.sentences)))
    text = " ".join(chosen.sentences[first : first + int(rng.integers(1, 4))])
    return Quotation(text, chosen.language)
