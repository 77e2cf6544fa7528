"""Lessons: pages encoded as the models learn from them, without their text.

A lesson is one page in one mode (HTML or bare text): the features of its lines, the labels of
those that have one, and how much the page counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from boilerplate.features.encode import encode
from boilerplate.features.encoded_page import EncodedPage
from boilerplate.kernels.plain_linear import all_rows
from boilerplate.metrics import word_score
from training.folds import fold_of
from training.roles.words import page_rows
from training.samples import Sample

LEAST_RECALL: Final = 0.8  # of the gold's words that a page must hold


@dataclass(frozen=True, slots=True)
class TailLimits:
    """Which chrome lines after an article are put after other pages' articles."""

    least_chars: int = 20  # shorter lines are buttons
    most_chars: int = 400  # longer ones may be prose that the gold left out
    most_lines: int = 10  # the last ones


TAIL_LIMITS: Final = TailLimits()


@dataclass(slots=True)
class Lesson:
    """One page as training data, in one mode.

    ``kept`` are the indices of the lines that have a label, among the page's lines that are not
    blank, and ``target`` their labels (1 content, 0 boilerplate). ``rows`` are, for each table of
    the linear model, the hashed ids of all lines and the offset of each line in them; fitting
    uses them up. ``weight`` is how much the page counts.

    ``linear_scores`` (lines, tables) and ``page_types`` (log-probabilities) come from models that
    saw no page of the site; ``log_language_pages`` is log1p of the number of training pages that
    those models had in the page's language.

    ``tail`` are chrome lines that stand after the article. ``languages`` are all languages
    (ISO 639-1) that the page was made of: those that the corpus and the detector give, and those
    of text that was added. ``readable`` is False for a page in a cipher: only the trees learn
    from it, as from a page in a language that the linear model does not know. ``roles`` (lines,)
    are those of a page that was read line by line (see ``Sample``). ``role_rows`` is what the
    linear model of roles reads of the lines, ``role_shares`` (lines, 24) what one that saw no page
    of the site says of them; ``layout`` is that of bare text, or how the page was made.
    """

    site: str
    corpus: str
    page_type: str
    encoded: EncodedPage
    kept: np.ndarray
    target: np.ndarray
    rows: list[tuple[np.ndarray, np.ndarray]]
    weight: float = 1.0
    linear_scores: np.ndarray | None = None
    page_types: np.ndarray | None = None
    log_language_pages: float = 0.0
    tail: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    readable: bool = True
    roles: np.ndarray | None = None
    role_rows: sp.csr_matrix | None = None
    role_shares: np.ndarray | None = None
    layout: str = "blocks"

    @property
    def fold(self) -> int:
        """The fold of the page's site."""
        return fold_of(self.site)


def lesson(labelled: Sample | None, added_languages: Collection[str] = ()) -> Lesson | None:
    """The lesson of a labelled page; None if no line of it has a label.

    ``added_languages`` are the languages of text that augmentation put into the page.
    """
    if labelled is None or not (labelled.target >= 0).any():
        return None
    gold = labelled.gold
    page = labelled.page.without_blank_lines
    target = labelled.target[labelled.page.nonblank]
    encoded = encode(page)
    assert encoded.text is not None
    rows = [(ids.astype(np.int32), at) for ids, at in all_rows(encoded.text, encoded.tree)]
    encoded = replace(encoded, text=None, features=encoded.features.astype(np.float32))
    content = np.flatnonzero(target == 1)
    after = range(int(content[-1]) + 1, len(page.lines)) if len(content) else range(0)
    texts = (page.lines[i].text for i in after if target[i] == 0)
    tail = [text for text in texts if TAIL_LIMITS.least_chars < len(text) < TAIL_LIMITS.most_chars]
    return Lesson(
        gold.site,
        gold.corpus,
        gold.page_type,
        encoded,
        np.flatnonzero(target >= 0),
        target[target >= 0],
        rows,
        tail=tuple(tail[-TAIL_LIMITS.most_lines :]),
        languages=frozenset(
            base_language(language)
            for language in (gold.language, encoded.line_languages.main_language, *added_languages)
            if language
        ),
        roles=None if labelled.roles is None else labelled.roles[labelled.page.nonblank],
        role_rows=page_rows(page),
    )


def base_language(code: str) -> str:
    """A language code without its region.

    >>> base_language("zh-TW")
    'zh'
    """
    return code.split("-")[0].lower()


def holds_gold(labelled: Sample) -> bool:
    """Whether the page has at least 80 % of its gold's words.

    The text of some articles was loaded by scripts, and some golds belong to another page.
    """
    text = "\n".join(line.text for line in labelled.page.lines)
    return word_score(text, labelled.gold.gold or "").recall >= LEAST_RECALL
