"""From corpora to a model file: linear scores out of fold by site, then trees on context.

The trees must learn how far to trust the linear scores and the page type on sites never seen,
so each page's come from models that saw no page of its site.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from boilerplate.model.columns import MODES
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression, SGDClassifier

from boilerplate.classifier import BoostedLines
from boilerplate.features.encode import BAG_BITS, Encoded, encode
from boilerplate.kernels.ngrams import HASH_BITS
from boilerplate.metrics import word_score
from boilerplate.model.linear import EVIDENCE, PAGE_TYPES, Linear, PageTypes, evidence_rows
from boilerplate.model.model import Model
from boilerplate.model.stack import Stack, tree_matrix
from boilerplate.model.trees import Trees
from boilerplate.page import Kind, text_page
from training import lexicon, notices
from training.ciphers import ciphered
from training.corpora import GoldPage
from training.dataset import Sample, boxed, cropped, draw, quoted, sample

FOLDS: Final = 5
SITE_PAGES: Final = 5  # a site with more pages than this weighs as the root of their number
PAGE_LINES: Final = 100  # a longer page weighs as the root of its length
LEAST_LINES: Final = 20
WEIGHED_SIZES: Final = (10.0, 400.0)  # a line weighs as the root of its size between these
MADE_UP_WEIGHT: Final = 0.3  # of a page put together from phrases
MAX_PAGE_LINES: Final = 400  # drawn from a longer page
SHARE_OF_STRINGS: Final = 0.4  # of pages that are also learned a text node a line
SHARE_OF_JOINED: Final = 0.2  # and with neighbouring paragraphs joined
SHARE_OF_BOXED: Final = 0.35  # of HTML pages that are learned again, with boxes in between
SHARE_OF_QUOTATIONS: Final = 0.4  # of the pages above and of crops: one in another language
BOXED_WEIGHT: Final = 0.5
SHARE_OF_CIPHERED: Final = 0.5  # of pages that are learned in a cipher as well
CIPHERED_WEIGHT: Final = 0.4
SHARE_OF_OWN_BOXES: Final = 0.8  # the others speak another language than the page
CROPS: Final = 2  # and each as an article with other pages' ends, so many times
LEAST_RECALL: Final = 0.8
SIZE: Final = 1 << HASH_BITS
ALPHA: Final = 1e-6
EPOCHS: Final = 5
TYPE_C: Final = 30.0
TYPED_CORPORA: Final = ("wcxb", "magic-html")  # the others hold articles by construction
UNTYPED_WEIGHT: Final = 0.3
Log = Callable[[str], None]


class End(NamedTuple):
    """Chrome that stands after an article or between its paragraphs, and its languages."""

    lines: Sequence[str]
    languages: frozenset[str]


class Quotation(NamedTuple):
    """A few sentences of prose and their language; both empty where there is none."""

    text: str = ""
    language: str = ""


@dataclass(slots=True)
class Lesson:
    """What is learned from of one page in one mode: the lines whose label is known.

    ``kept`` are their places among the page's spoken lines, ``target`` their labels, ``rows``
    the buckets and offsets of each kind of evidence of all lines. ``evidence`` and ``types``
    are what models say that saw no page of the site, ``known`` how much they were ``taught`` of
    its language. ``languages`` are all that it was made of (ISO 639-1): the page's, as the corpus
    and the detector have it, and those of what was added. A page in a cipher is not ``worded``:
    only the trees learn from it, as a page in a language that is not known.
    """

    site: str
    corpus: str
    page_type: str
    encoded: Encoded
    kept: np.ndarray
    target: np.ndarray
    rows: list[tuple[np.ndarray, np.ndarray]]
    weight: float = 1.0
    evidence: np.ndarray | None = None
    types: np.ndarray | None = None
    known: float = 0.0
    end: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    worded: bool = True

    @property
    def fold(self) -> int:
        """The fold of the page's site."""
        return fold_of(self.site)


def fold_of(site: str) -> int:
    """The fold of a site: pages of a site are never apart."""
    return crc32(b"fold" + site.encode()) % FOLDS


def lesson(labelled: Sample | None, added: Collection[str] = ()) -> Lesson | None:
    """One page's Lesson; None where there is nothing to learn.

    ``added`` are the languages of what was put into the page.
    """
    if labelled is None or not (labelled.target >= 0).any():
        return None
    gold = labelled.gold
    spoken = labelled.page.spoken
    target = labelled.target[spoken]
    encoded = encode(labelled.page, spoken)
    rows = [(ids.astype(np.int32), offsets) for ids, offsets in evidence_rows(encoded)]
    encoded = replace(encoded, text=None, columns=encoded.columns.astype(np.float32))
    content = np.flatnonzero(target == 1)
    after = range(int(content[-1]) + 1, len(spoken)) if len(content) else range(0)
    texts = (labelled.page.lines[spoken[i]].text for i in after if target[i] == 0)
    return Lesson(
        gold.site,
        gold.corpus,
        gold.page_type,
        encoded,
        np.flatnonzero(target >= 0),
        target[target >= 0],
        rows,
        end=tuple(text for text in texts if 20 < len(text) < 400)[-10:],
        languages=frozenset(
            code_of(language)
            for language in (gold.language, encoded.speech.language, *added)
            if language
        ),
    )


def code_of(language: str) -> str:
    """A language's code without its region: zh of zh-tw."""
    return language.split("-")[0].lower()


def read_lesson(gold: GoldPage, kind: Kind, layout: str) -> Lesson | None:
    """The Lesson of a gold page in a layout."""
    labelled = sample(gold, kind, layout)
    return lesson(labelled) if labelled and holds_gold(labelled) else None


def holds_gold(labelled: Sample) -> bool:
    """Whether the page holds its gold: some golds were loaded by scripts, some are others'."""
    text = "\n".join(line.text for line in labelled.page.lines)
    return word_score(text, labelled.gold.gold or "").recall >= LEAST_RECALL


def ciphered_lesson(gold: GoldPage, kind: Kind) -> Lesson | None:
    """The Lesson of a gold page whose letters were exchanged, as a language that is not known."""
    labelled = sample(gold, kind)
    if not labelled or not holds_gold(labelled):
        return None
    found = lesson(ciphered(labelled))
    return replace(found, weight=CIPHERED_WEIGHT, worded=False) if found else None


def crop_lessons(
    gold: GoldPage, ends: Sequence[Sequence[End]], quotation: Quotation
) -> list[Lesson]:
    """The Lessons of a gold page's article, before each of some ends of other pages.

    The first of them is given the ``quotation``, where there is one.
    """
    labelled = sample(gold, "text")
    if not labelled or not holds_gold(labelled):
        return []
    made = []
    for number, some in enumerate(ends):
        said = Quotation() if number else quotation
        crop = cropped(quoted(labelled, said.text), [end.lines for end in some], number)
        made.append(
            lesson(crop, [said.language, *(code for end in some for code in end.languages)])
        )
    return [each for each in made if each is not None]


def boxed_lesson(
    gold: GoldPage, quotation: Quotation, boxes: Mapping[str, Sequence[Sequence[str]]]
) -> Lesson | None:
    """The Lesson of a gold page with notices, and a quotation, between its paragraphs; HTML.

    ``boxes`` are the notices by language.
    """
    labelled = sample(gold, "html")
    if not labelled or not holds_gold(labelled):
        return None
    rng = np.random.default_rng(crc32(f"boxes/{gold.corpus}/{gold.id}".encode()))
    # of the page's own fold: wording that all folds had seen would be trusted too much
    fold = fold_of(gold.site)
    foreign = [each for each in _ends_of(boxes) if fold_of(each.lines[0]) == fold]
    own = [each for each in foreign if gold.language in each.languages]
    pool = own if own and rng.random() < SHARE_OF_OWN_BOXES else foreign
    chosen = rng.integers(0, len(pool), 1 + int(rng.integers(0, 2)))
    some = [pool[int(i)] for i in chosen]
    made = boxed(quoted(labelled, quotation.text), [each.lines for each in some])
    found = lesson(made, [quotation.language, *(code for each in some for code in each.languages)])
    return replace(found, weight=BOXED_WEIGHT) if found else None


def _ends_of(boxes: Mapping[str, Sequence[Sequence[str]]]) -> list[End]:
    return [End(box, frozenset({code})) for code, found in boxes.items() for box in found]


def made_up_lesson(language: str, lines: Sequence[str], labels: Sequence[int]) -> Lesson | None:
    """The Lesson of a page put together from phrases."""
    y = np.array(labels)
    gold = GoldPage("lexicon", language, b"", "", site=f"lexicon-{language}", language=language)
    return lesson(Sample(gold, text_page(lines), y, y))


def layouts_of(gold: GoldPage, kind: Kind) -> list[str]:
    """The layouts that a page is learned in; HTML has one, bare text some pages in two."""
    drawn = draw(gold, "layout")
    if kind == "html" or drawn >= SHARE_OF_STRINGS + SHARE_OF_JOINED:
        return ["blocks"]
    return ["blocks", "strings" if drawn < SHARE_OF_STRINGS else "joined"]


def lessons_of(
    golds: Sequence[GoldPage],
    kind: Kind,
    phrases: lexicon.Lexicon | None,
    jobs: int,
    held_out: Collection[str] = (),
) -> list[Lesson]:
    """Everything there is to learn in a mode; bare text is made up in more ways than HTML.

    ``held_out`` are languages of which no notices are learned.
    """
    boxes = {code: found for code, found in notices.BOXES.items() if code not in held_out}
    parallel = Parallel(n_jobs=jobs, batch_size=8)
    prose = lexicon.quotable(phrases) if phrases else {}
    with parallel:
        made: list[Lesson | None] = parallel(
            delayed(read_lesson)(gold, kind, layout)
            for gold in golds
            for layout in layouts_of(gold, kind)
        )
        ciphers = parallel(
            delayed(ciphered_lesson)(gold, kind)
            for gold in golds
            if draw(gold, "ciphered") < SHARE_OF_CIPHERED
        )
        if kind == "html":
            made += parallel(
                delayed(boxed_lesson)(gold, _quotation(prose, gold), boxes)
                for gold in golds
                if draw(gold, "boxed") < SHARE_OF_BOXED
            )
        if kind == "text":
            ends: list[list[End]] = [[] for _ in range(FOLDS)]
            for each in made:
                if each is not None and len(each.end) > 2:
                    ends[each.fold].append(End(each.end, each.languages))
            for box in _ends_of(boxes):
                ends[fold_of(box.lines[0])].append(box)
            if phrases is not None:
                for language, tails in lexicon.tails(phrases).items():
                    ends[fold_of(f"lexicon-{language}")].extend(_ends_of({language: tails}))
            crops = parallel(
                delayed(crop_lessons)(
                    gold,
                    [
                        _some(ends[fold_of(gold.site)], gold, number, boxes)
                        for number in range(CROPS)
                    ],
                    _quotation(prose, gold),
                )
                for gold in golds
            )
            made += [each for crop in crops for each in crop]
            if phrases is not None:
                made += parallel(delayed(made_up_lesson)(*page) for page in lexicon.pages(phrases))
    lessons = [each for each in [*made, *ciphers] if each is not None]
    pages = Counter(each.site for each in lessons if each.worded)
    for each in lessons:
        each.weight *= min(1.0, (SITE_PAGES / pages[each.site]) ** 0.5)
        each.weight *= (PAGE_LINES / max(LEAST_LINES, each.encoded.n)) ** 0.5
        if each.corpus == "lexicon":
            each.weight *= MADE_UP_WEIGHT
    return lessons


def _some(
    ends: Sequence[End],
    gold: GoldPage,
    number: int,
    boxes: Mapping[str, Sequence[Sequence[str]]],
) -> list[End]:
    """A few ends for a page, drawn from its name; all of them would be sent to each worker.

    The first of every other list is one of ``boxes``, those in the page's language, as most
    sites have there.
    """
    rng = np.random.default_rng([number, crc32(f"ends/{gold.corpus}/{gold.id}".encode())])
    # of the page's own fold: wording that all folds had seen would be trusted too much
    fold = fold_of(gold.site)
    own = _ends_of({gold.language: boxes.get(gold.language, ())})
    own = [box for box in own if fold_of(box.lines[0]) == fold]
    first = [own[int(rng.integers(len(own)))]] if own and number % 2 == 0 else []
    return [*first, *(ends[int(i)] for i in rng.integers(0, len(ends), 1 + rng.integers(0, 2)))]


def _quotation(prose: Mapping[str, Sequence[str]], gold: GoldPage) -> Quotation:
    """A few sentences in another language than the page's for some pages, for the others none."""
    rng = np.random.default_rng(crc32(f"quotation/{gold.corpus}/{gold.id}".encode()))
    fold = fold_of(gold.site)
    others = [
        language
        for language in prose
        if fold_of(f"lexicon-{language}") == fold and language != gold.language
    ]
    if not others or rng.random() >= SHARE_OF_QUOTATIONS:
        return Quotation()
    language = others[int(rng.integers(len(others)))]
    sentences = prose[language]
    first = int(rng.integers(len(sentences)))
    return Quotation(" ".join(sentences[first : first + int(rng.integers(1, 4))]), language)


def train(
    golds: Sequence[GoldPage],
    phrases: lexicon.Lexicon | None,
    about: dict[str, Any],
    jobs: int,
    log: Log,
    held_out: Collection[str] = (),
    modes: Sequence[Kind] = MODES,
) -> Model:
    """A Model of both modes from gold pages; deterministic, whatever ``jobs`` is.

    ``phrases`` is the lexicon, or None to do without; ``held_out`` are languages of which no
    notices are learned. With one of the ``modes`` only, the model has no file.
    """
    stacks: dict[Kind, Stack] = {}
    learned: Counter[str] = Counter()
    for kind in modes:
        log(f"{kind}: reading and aligning")
        lessons = lessons_of(golds, kind, phrases, jobs, held_out)
        lines = sum(each.encoded.n for each in lessons)
        log(f"{kind}: {len(lessons)} pages, {lines} lines")
        for each in lessons:
            learned[each.corpus] += len(each.target) * each.worded
        stacks[kind] = fit_stack(lessons, kind, log)
    return Model(stacks, {**about, "lines": dict(sorted(learned.items()))})


def fit_stack(lessons: Sequence[Lesson], kind: Kind, log: Log) -> Stack:
    """The linear model, the page types and the trees of one mode."""
    types = fit_types_by_fold(lessons)
    log(f"{kind}: page types")
    linear = fit_linear_by_fold(lessons)
    log(f"{kind}: linear model")
    return Stack(linear, types, fit_trees(lessons, linear.bias))


def fit_types_by_fold(lessons: Sequence[Lesson]) -> PageTypes:
    """The page types of all pages; each lesson is told what those of the other folds say."""
    worded = [each for each in lessons if each.worded]
    whole = fit_types(worded)
    for fold in sorted({each.fold for each in lessons}):
        others = [each for each in worded if each.fold != fold]
        partial = fit_types(others) if others else whole
        for each in lessons:
            if each.fold == fold:
                each.types = partial.log_probabilities(each.encoded.bag)
    return whole


def fit_linear_by_fold(lessons: Sequence[Lesson]) -> Linear:
    """The linear model of all pages; each lesson is told what those of the other folds say."""
    X, bounds = design(lessons)
    worded = [each for each in lessons if each.worded]
    y = np.concatenate([each.target for each in worded])
    w = np.concatenate([np.full(len(each.target), each.weight) for each in worded])
    folds = np.array([each.fold for each in lessons])
    fold_of_row = np.repeat(folds, [each.encoded.n for each in lessons])
    known = np.concatenate(
        [each.worded & np.isin(np.arange(each.encoded.n), each.kept) for each in lessons]
    )
    whole = replace(fit_linear(X[known], y, w), languages=pages_by_language(worded))
    for fold in sorted(set(folds.tolist())):
        inside = known & (fold_of_row != fold)
        told = inside[known]
        partial = fit_linear(X[inside], y[told], w[told]) if told.any() else whole
        others = pages_by_language(each for each in worded if each.fold != fold)
        partial = replace(partial, languages=others)
        for i in np.flatnonzero(folds == fold):
            page = X[bounds[i] : bounds[i + 1]]
            lessons[i].evidence = np.column_stack(
                [page[:, k * SIZE : (k + 1) * SIZE] @ t for k, t in enumerate(partial.tables)]
            ).astype(float)  # as of pages that are cleaned
            if lessons[i].worded:
                lessons[i].known = partial.taught(lessons[i].encoded.speech.language)
    return whole


def pages_by_language(lessons: Iterable[Lesson]) -> dict[str, int]:
    """How many pages there are to learn from in each language that is known."""
    heard = (each.encoded.speech.language for each in lessons)
    return dict(Counter(code_of(language) for language in heard if language))


def fit_trees(lessons: Sequence[Lesson], bias: float, ignored: Sequence[int] = ()) -> Trees:
    """The trees, from what the other folds' models say of each page.

    Columns that are ``ignored`` are constant to them.
    """
    rng = np.random.default_rng(0)
    rows, targets, weights = [], [], []
    for each in lessons:
        assert each.evidence is not None
        assert each.types is not None
        matrix = tree_matrix(each.encoded, each.evidence, bias, each.known, each.types)
        matrix[:, list(ignored)] = 0.0
        chosen = np.arange(len(each.kept))
        if len(chosen) > MAX_PAGE_LINES:
            chosen = np.sort(rng.choice(chosen, MAX_PAGE_LINES, replace=False))
        rows.append(matrix[each.kept[chosen]])
        targets.append(each.target[chosen])
        sizes = each.encoded.sizes[each.kept[chosen]]
        weights.append(each.weight * np.clip(sizes, *WEIGHED_SIZES) ** 0.5 / 8)
    boosted = BoostedLines().fit(
        np.concatenate(rows), np.concatenate(targets), np.concatenate(weights)
    )
    return boosted.trees_


def design(lessons: Sequence[Lesson]) -> tuple[sp.csr_matrix, np.ndarray]:
    """The sparse rows of all lines, each kind of evidence of length 1 in columns of its own.

    Shape (lines, 3 * 2**18), and where each page's rows begin. The lessons' own rows are
    dropped on the way: they are most of the memory.
    """
    widths = [np.sum([np.diff(offsets) for _, offsets in each.rows], axis=0) for each in lessons]
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(widths))])
    ids, values = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.float32)
    row = 0
    for each in lessons:
        at = indptr[row : row + each.encoded.n].copy()
        for kind, (buckets, offsets) in enumerate(each.rows):
            counts = np.diff(offsets)
            place = np.repeat(at - offsets[:-1], counts) + np.arange(offsets[-1])
            ids[place] = buckets + np.int32(kind * SIZE)
            values[place] = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
            at += counts
        each.rows = []
        row += each.encoded.n
    bounds = np.cumsum([0, *(each.encoded.n for each in lessons)])
    return sp.csr_matrix((values, ids, indptr), shape=(row, len(EVIDENCE) * SIZE)), bounds


def fit_linear(X: sp.csr_matrix, y: np.ndarray, w: np.ndarray) -> Linear:
    """Logistic regression on the rows of ``design``."""
    fitted = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, random_state=0
    ).fit(X, y, sample_weight=w)
    # stored as float16: what is learned on top must see the scores as they will be
    weights = fitted.coef_[0].astype(np.float16).astype(np.float32)
    return Linear(tuple(np.split(weights, len(EVIDENCE))), float(fitted.intercept_[0]))


def fit_types(lessons: Sequence[Lesson]) -> PageTypes:
    """What tells the types of pages apart, from the pages whose type is known."""
    bags = [each.encoded.bag for each in lessons]
    X = sp.csr_matrix(
        (
            np.concatenate([values for _, values in bags]),
            np.concatenate([ids for ids, _ in bags]),
            np.cumsum([0, *(len(ids) for ids, _ in bags)]),
        ),
        shape=(len(bags), 2 << BAG_BITS),
    )
    y = np.array([PAGE_TYPES.index(each.page_type) for each in lessons])
    w = [1.0 if each.corpus in TYPED_CORPORA else UNTYPED_WEIGHT for each in lessons]
    weights = np.zeros((len(PAGE_TYPES), 2 << BAG_BITS), np.float32)
    bias = np.full(len(PAGE_TYPES), -20.0, np.float32)
    seen = np.unique(y)
    if len(seen) == 1:
        bias[seen] = 0.0
        return PageTypes(weights, bias)
    fitted = LogisticRegression(C=TYPE_C, max_iter=200).fit(X, y, sample_weight=w)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(seen) == 2:
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights[seen], bias[seen] = coefficients.astype(np.float16), intercepts
    return PageTypes(weights, bias)
