"""What a language loses that was never seen in training: trained without it, scored on it.

A model for bare text is trained on everything, then again for each language with all of it held
out: its pages and their other layouts, the articles that its notices, phrases or sentences were
put into, and the pages put together of its phrases. Both are scored on the language's pages of
a split that neither has learned from: those of the corpora, and pages in one language made of
that split's phrases and sentences.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.model.model import Model
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from training.ablation import copied
from training.corpora import GoldPage
from training.dataset import Sample, sample
from training.lexicon import Lexicon
from training.mixed import MixedPage, material, pages_in_one
from training.score import score_sample
from training.train import Lesson, code_of, fit_stack, lessons_of

# Six that the corpora have few pages of or none, in scripts and with marks of their own; then
# the ones with most pages to score besides English.
HELD_OUT: Final = ("el", "he", "ko", "th", "tr", "vi", "de", "pl", "ru", "zh")
CORPORA: Final = "corpora"
MADE_UP: Final = "made_up"
MODE: Final[Kind] = "text"
DIGITS: Final = 4
Log = Callable[[str], None]
Pages = Mapping[str, Mapping[str, Sequence[Sample]]]


def pages_of(
    golds: Iterable[GoldPage], phrases: Lexicon | None, languages: Sequence[str], jobs: int
) -> Pages:
    """The pages to score for each language, by where they are from; only what there is."""
    spoken = [gold for gold in golds if code_of(gold.language) in languages]
    found = Parallel(n_jobs=jobs, batch_size=8)(delayed(sample)(gold, MODE) for gold in spoken)
    pages: dict[str, dict[str, list[Sample]]] = {code: defaultdict(list) for code in languages}
    for each in found:
        if each is not None:
            pages[code_of(each.gold.language)][CORPORA].append(each)
    if phrases is not None:
        stuff = material(spoken, phrases)
        for code in languages:
            if made := pages_in_one(stuff, code):
                pages[code][MADE_UP] = [sample_of(page) for page in made]
    return {code: dict(by_source) for code, by_source in pages.items()}


def sample_of(made: MixedPage) -> Sample:
    """A made-up page with its labels, as bare text."""
    y = np.array([line.label is Label.CONTENT for line in made.lines], int)
    content = "\n".join(line.text for line in made.lines if line.label is Label.CONTENT)
    gold = GoldPage(MADE_UP, f"{made.layout}-{made.language}", b"", content, language=made.language)
    return Sample(gold, made.page(MODE), y, y)


def without(lessons: Iterable[Lesson], language: str) -> list[Lesson]:
    """The lessons in which nothing was said in a language."""
    return [each for each in lessons if language not in each.languages]


def unseen(
    teach: Sequence[GoldPage], phrases: Lexicon | None, pages: Pages, jobs: int, log: Log
) -> dict[str, Any]:
    """For each language, what was held out and both models' scores on its ``pages``."""
    lessons = lessons_of(teach, MODE, phrases, jobs)
    log(f"{len(lessons)} pages to learn from")
    cleaner = fitted(lessons)
    seen = {
        (code, source): scores(cleaner, some)
        for code, by_source in pages.items()
        for source, some in by_source.items()
    }
    log("learned from all")
    out: dict[str, Any] = {}
    for code, by_source in pages.items():
        rest = without(lessons, code)
        cleaner = fitted(rest)
        out[code] = {"pages_held_out": len(lessons) - len(rest)}
        for source, some in by_source.items():
            out[code][source] = compared(seen[code, source], scores(cleaner, some))
            log(f"{code}, {source}: {out[code][source]}")
    return {"pages_learned": len(lessons), "languages": out}


def fitted(lessons: Sequence[Lesson]) -> Cleaner:
    """A cleaner of bare text that has learned from some lessons, which can be used again."""
    stack = fit_stack(copied(lessons), MODE, lambda _: None)
    return Cleaner(Model({MODE: stack}, {}), plugins=no_plugins())


def scores(cleaner: Cleaner, samples: Iterable[Sample]) -> np.ndarray:
    """Line F1 and character-weighted F1 of each page, (n, 2)."""
    return np.array([score_sample(cleaner, each)[1][:2] for each in samples])


def compared(seen: np.ndarray, unseen: np.ndarray) -> dict[str, Any]:
    """Means of both models over pages, what the second has more, and its standard error."""
    change = (unseen - seen)[:, 1]
    spread = float(change.std(ddof=1)) if len(change) > 1 else 0.0
    out: dict[str, Any] = {"pages": len(change)}
    for name, rows in (("seen", seen), ("unseen", unseen)):
        line, char = rows.mean(axis=0).tolist()
        out |= {f"{name}_line_f1": round(line, DIGITS), f"{name}_char_f1": round(char, DIGITS)}
    out["char_change"] = round(float(change.mean()), DIGITS)
    out["char_change_error"] = round(spread / math.sqrt(len(change)), DIGITS)
    return out
