"""How well kinds are named: on catalogues and on languages that were held out, by language.

What is held out was chosen before anything was tuned. Lines are scored alone and in boxes:
chrome stands in runs, and the model is meant for a few lines of one kind in a row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from sklearn.metrics import f1_score

from boilerplate.model.chrome_kinds import KINDS, KindModel, chrome_kinds
from boilerplate.page import text_page
from training.chrome_kinds.examples import Example, half_named
from training.chrome_kinds.fit import design, fit
from training.progress import Log

HELD_CATALOGUES: Final = frozenset(
    {"LoveIt", "congo", "django-oscar", "docsy", "ghost-themes", "hexo-icarus", "isso", "klaro",
     "mw-CookieWarning", "orejime", "pydata-sphinx-theme", "remark42", "starlight"}
)  # fmt: skip
# Held out ten at a time. The first ten have few relatives among the others, or their own script.
HELD_LANGUAGES: Final = (
    ("el", "fa", "fi", "he", "hi", "hu", "ko", "th", "tr", "vi"),
    ("ar", "bg", "cs", "da", "ja", "nl", "pl", "ro", "sr", "uk"),
)
BOX_LINES: Final = 3
LEAST_LINES: Final = 5  # of a kind; the F1 of fewer lines is noise
LEAST_KINDS: Final = 5  # of a language; the mean of fewer is noise
Pairs = list[tuple[str, str]]  # true kind and predicted kind


def score(
    catalogues: Sequence[Example],
    phrases: Sequence[Example],
    pages: Sequence[Example],
    forms: Sequence[Example],
    log: Log,
    languages: Sequence[Sequence[str]] = HELD_LANGUAGES,
) -> dict[str, Any]:
    """All figures: ``pages`` are of the sites to train on, ``forms`` of the sites to score."""
    others = [*phrases, *half_named(pages)]
    model = fit([*catalogues, *others])
    bare = [replace(each, around=()) for each in forms]
    return {
        "held_out": {
            "catalogues": sorted(HELD_CATALOGUES), "languages": [list(some) for some in languages],
        },
        "catalogues": held_out_catalogues(catalogues, others, log),
        "forms": {
            "lines": len(forms),
            "html": f1s(by_markup(model, forms)),
            "text": f1s(alone(model, bare)),
        },
        "languages": {
            language: row
            for some in languages
            for language, row in held_out_languages(catalogues, others, some, log).items()
        },
    }  # fmt: skip


def held_out_catalogues(
    examples: Sequence[Example], others: Sequence[Example], log: Log
) -> dict[str, Any]:
    """Scores on the catalogues held out, for all languages together and for each."""
    model = fit([e for e in examples if e.source not in HELD_CATALOGUES] + list(others))
    held_out = [e for e in examples if e.source in HELD_CATALOGUES]
    log(f"catalogues held out: {len(held_out)} lines")
    languages = {}
    for language, lines in sorted(_by_language(held_out).items()):
        boxes = f1s(in_boxes(model, lines))
        if len(boxes) > LEAST_KINDS:
            single = f1s(alone(model, lines))["macro"]
            languages[language] = {"lines": len(lines), "alone": single, "boxes": boxes["macro"]}
    return {
        "lines": len(held_out),
        "alone": f1s(alone(model, held_out)),
        "boxes": f1s(in_boxes(model, held_out)),
        "languages": languages,
    }


def held_out_languages(
    examples: Sequence[Example],
    others: Sequence[Example],
    languages: Sequence[str],
    log: Log,
) -> dict[str, Any]:
    """Scores on the catalogues of languages that were held out together.

    The model "unseen" was trained on nothing in them, the model "phrases" on the project's own
    phrases in them but on no catalogue.
    """
    rest = [each for each in [*examples, *others] if each.language not in languages]
    own = [e for e in others if e.language in languages and e.source == "phrases"]
    models = {"unseen": fit(rest), "phrases": fit([*rest, *own])}
    log(f"{len(languages)} languages held out")
    by_language = _by_language(examples)
    return {
        language: {
            "lines": len(by_language[language]),
            **{
                name: {
                    "alone": f1s(alone(model, by_language[language])),
                    "boxes": f1s(in_boxes(model, by_language[language])),
                }
                for name, model in models.items()
            },
        }
        for language in languages
    }


def _by_language(examples: Sequence[Example]) -> Mapping[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for each in examples:
        found[each.language].append(each)
    return found


# ------------------------------------------------------------------------- one set of examples


def alone(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """True and predicted kind of each line, as if it stood alone in bare text."""
    page = text_page([each.text for each in examples])
    best = model.log_probabilities(page, page.lines).argmax(1)
    return [(each.kind, KINDS[i]) for each, i in zip(examples, best.tolist(), strict=True)]


def in_boxes(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """True and predicted kind of lines in boxes: three lines of one source and kind in a row."""
    groups: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for each in examples:
        groups[each.language, each.source, each.kind].append(each)
    rng = np.random.default_rng(0)
    boxes: dict[str, list[list[Example]]] = defaultdict(list)
    for (language, _, _), group in sorted(groups.items()):
        shuffled = [group[i] for i in rng.permutation(len(group))]
        boxes[language] += [shuffled[i : i + BOX_LINES] for i in range(0, len(shuffled), BOX_LINES)]
    pairs: Pairs = []
    for _, found in sorted(boxes.items()):
        lines = [each for i in rng.permutation(len(found)) for each in found[i]]
        page = text_page([each.text for each in lines])
        kinds = chrome_kinds(page, np.zeros(len(lines), bool), model)
        pairs += [(each.kind, kind or "") for each, kind in zip(lines, kinds, strict=True)]
    return pairs


def by_markup(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """True and predicted kind of each line, with the names of the elements around it."""
    scores = design(examples) @ np.vstack([model.text, model.names]) + model.bias
    best = scores.argmax(1).tolist()
    return [(each.kind, KINDS[i]) for each, i in zip(examples, best, strict=True)]


def f1s(pairs: Pairs) -> dict[str, float]:
    """F1 of each kind that has enough lines, and their mean as "macro"; nan if no kind has."""
    counts = Counter(kind for kind, _ in pairs)
    scored = [kind for kind in KINDS if counts[kind] >= LEAST_LINES]
    if not scored:
        return {"macro": float("nan")}
    found = f1_score(
        [a for a, _ in pairs], [b for _, b in pairs], labels=scored, average=None, zero_division=0
    )
    named = {kind: round(float(f1), 3) for kind, f1 in zip(scored, found, strict=True)}
    return {"macro": round(float(np.mean(found)), 3), **named}
