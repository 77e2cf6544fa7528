"""What a language loses if training has none of it: models trained without it, scored on it.

One model for bare text is trained on everything, and another for each language without it: no
page in the language in any layout, no article into which its notices, phrases or sentences were
put, and no page put together from its phrases. Both are scored on the language's pages of a
split that neither was trained on: those of the corpora, and pages in one language made from that
split's phrases and sentences.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.model.model import Model
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from training.ablation import copied
from training.corpora import GoldPage
from training.documents.results import DIGITS
from training.fit import fit_stack
from training.lessons import Lesson, base_language
from training.lexicon import Lexicon
from training.mixed_pages import MixedPage, collect_material, pages_in_one
from training.progress import Log, no_log
from training.roles.words import no_words
from training.samples import Sample, sample
from training.score import score_sample
from training.training_set import training_set

# Six of which the corpora have few pages or none, with scripts or letters of their own; then those
# with most pages to score, except English.
HELD_OUT: Final = ("el", "he", "ko", "th", "tr", "vi", "de", "pl", "ru", "zh")
# Sources of the pages to score, as the results name them.
FROM_CORPORA: Final = "corpora"
MADE_UP: Final = "made_up"
MODE: Final[Kind] = "text"
# Pages to score by language and source.
Pages = Mapping[str, Mapping[str, Sequence[Sample]]]


def pages_of(
    golds: Iterable[GoldPage], phrases: Lexicon | None, languages: Sequence[str], jobs: int
) -> Pages:
    """The pages to score by language and source; sources without pages are left out."""
    wanted = [gold for gold in golds if base_language(gold.language) in languages]
    found = Parallel(n_jobs=jobs, batch_size=8)(delayed(sample)(gold, MODE) for gold in wanted)
    pages: dict[str, dict[str, list[Sample]]] = {code: defaultdict(list) for code in languages}
    for each in found:
        if each is not None:
            pages[base_language(each.gold.language)][FROM_CORPORA].append(each)
    if phrases is not None:
        material = collect_material(wanted, phrases)
        for code in languages:
            if made := pages_in_one(material, code):
                pages[code][MADE_UP] = [sample_of(page) for page in made]
    return {code: dict(by_source) for code, by_source in pages.items()}


def sample_of(made: MixedPage) -> Sample:
    """A made-up page with its labels, as bare text."""
    y = np.array([line.label is Label.CONTENT for line in made.lines], int)
    content = "\n".join(line.text for line in made.lines if line.label is Label.CONTENT)
    gold = GoldPage(MADE_UP, f"{made.layout}-{made.language}", b"", content, language=made.language)
    return Sample(gold, made.page(MODE), y, y)


def without(lessons: Iterable[Lesson], language: str) -> list[Lesson]:
    """The lessons that have no text in a language."""
    return [each for each in lessons if language not in each.languages]


def unseen(
    train: Sequence[GoldPage], phrases: Lexicon | None, pages: Pages, jobs: int, log: Log
) -> dict[str, Any]:
    """For each language, the number of pages held out and both models' scores on its pages."""
    lessons = training_set(train, MODE, phrases, jobs)
    log(f"{len(lessons)} pages to train on")
    cleaner = fitted(lessons)
    seen = {
        (code, source): scores(cleaner, some)
        for code, by_source in pages.items()
        for source, some in by_source.items()
    }
    log("trained on all")
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
    """A cleaner of bare text trained on copies of some lessons."""
    stack = fit_stack(copied(lessons), MODE, no_words(), no_log)
    return Cleaner(Model({MODE: stack}, no_words().whole, {}), plugins=no_plugins())


def scores(cleaner: Cleaner, samples: Iterable[Sample]) -> np.ndarray:
    """Line F1 and character-weighted F1 of each page, (n, 2)."""
    return np.array([score_sample(cleaner, each)[1][:2] for each in samples])


def compared(seen: np.ndarray, unseen: np.ndarray) -> dict[str, Any]:
    """Means over pages of both models, and the mean change with its standard error."""
    change = (unseen - seen)[:, 1]
    spread = float(change.std(ddof=1)) if len(change) > 1 else 0.0
    out: dict[str, Any] = {"pages": len(change)}
    for name, rows in (("seen", seen), ("unseen", unseen)):
        line, char = rows.mean(axis=0).tolist()
        out |= {f"{name}_line_f1": round(line, DIGITS), f"{name}_char_f1": round(char, DIGITS)}
    out["char_change"] = round(float(change.mean()), DIGITS)
    out["char_change_error"] = round(spread / math.sqrt(len(change)), DIGITS)
    return out
