"""docs/kinds.md: what kinds of chrome there are, and how well they are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from boilerplate.model.chrome_kinds import KINDS
from training.chrome_kinds.score import LEAST_LINES
from training.documents.results import save_results


def write_document(results: Mapping[str, Any], docs: Path) -> list[Path]:
    """Write the results as JSON, and the document; their paths."""
    page = docs / "kinds.md"
    page.write_text(document(results), "utf-8")
    return [save_results(docs, "kinds", dict(results)), page]


def document(results: Mapping[str, Any]) -> str:
    """The text of docs/kinds.md."""
    catalogues, forms = results["catalogues"], results["forms"]
    languages = results["languages"]
    columns = (catalogues["alone"], catalogues["boxes"], forms["text"], forms["html"])
    kinds = [
        f"| {kind} | {_cells([column.get(kind) for column in columns])} |"
        for kind in ("macro", *KINDS)
    ]
    seen = [
        f"| {language} | {row['lines']} | {_cells([row['alone'], row['boxes']])} |"
        for language, row in catalogues["languages"].items()
    ]
    unseen = []
    for some in results["held_out"]["languages"]:
        rows = [_of_language(languages[language]) for language in some]
        unseen += [
            f"| {language} | {languages[language]['lines']} | {_cells(row)} |"
            for language, row in zip(some, rows, strict=True)
        ]
        unseen.append(f"| *mean of {len(some)}* | | {_cells(np.mean(rows, 0).tolist())} |")
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
    """The four macro F1 scores of a language that was held out."""
    return [
        row[known][how]["macro"] for known in ("unseen", "phrases") for how in ("alone", "boxes")
    ]


def _cells(f1s: Sequence[float | None]) -> str:
    return " | ".join(map(_cell, f1s))


def _cell(f1: float | None) -> str:
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

A multinomial logistic regression (`boilerplate/model/chrome_kinds.py`) takes hashed n-grams of the
first 240 characters of a line and, in HTML, the names of the elements around it; the nearest ones
have the most weight. A run of dropped lines is then named as a whole: each change of kind within it
costs 1.5 in log-odds (Viterbi), and 5 before a line of bare text that begins in lower case, for
there a sentence was broken at a link. So "click here" in a privacy notice is part of the notice.
Only dropped lines are named.

It learns (`python -m training kinds train`) from three sources:

- **Catalogues** of programs' phrases in some 80 languages. The English text, or the key, decides
  the kind for all translations (`kind_of_key` in `training/chrome_kinds/catalogues.py`): a phrase
  that names exactly one of cookies, law, newsletters, sharing, comments or accounts has that kind;
  else a short one that names exactly one of shops, related pages, navigation or bylines and
  buttons. Phrases that name two kinds, or none, are left out, and so are phrases of
  administration pages and of paywalls. What a consent manager says of personal data is its cookie
  notice; only the privacy policy that it names is legal.
- **Phrases** written for this project in 63 languages, as newsrooms word them
  (`training/phrases.tsv`). Ten lines there begin a language.
- **Lines of pages** of the training sites: chrome by the gold whose nearest named element tells
  its kind ("newsletter-box"), and the forms that Formasaurus's annotators labelled. Every other
  line is learned without its element names, so that the model learns the words too.

## How well

F1, and its mean over the kinds that have {least} lines or more ("macro"). *Alone* is a single
phrase as bare text; *in boxes* are three phrases of one kind and catalogue in a row, box upon
box, as chrome stands on pages.

### Catalogues never seen

{lines} phrases of {held}. *Forms* are {forms} lines of Formasaurus's forms on sites of the
test split, labelled by hand, each line alone.

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

Words do not carry over between scripts: in a language that training lacked, the kind of bare text
comes from loan words, digits and neighbouring lines only. The main model, which decides what is
dropped, does not depend on this.

### What was tried

With the first ten languages, known by phrases; and with lines of the dev split's pages as bare
text, whose kind their elements' names tell, by a model of the train split. Macro F1:

- Also n-grams of the consonants of romanised text, so that loan words carry over between scripts:
  phrases in boxes 0.61 -> 0.68 and pages 0.70 -> 0.72, but phrases alone 0.62 -> 0.57, and
  catalogues never seen, alone, 0.78 -> 0.75. Not adopted.
- A change of kind costs 1.0: phrases in boxes 0.61 -> 0.64, pages 0.70 -> 0.67. It costs 2.0:
  0.61 -> 0.57 and 0.70 -> 0.70. It is 1.5.
- A fit that goes on until it has converged: catalogues never seen, alone, 0.72 -> 0.78. Adopted.
"""
