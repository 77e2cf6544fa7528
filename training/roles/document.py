"""docs/roles.md: the roles that a line can have, and how well they are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from boilerplate.roles import ROLES
from training.documents.accuracy_tables import MODE_NAMES, TITLES
from training.documents.markdown import markdown_table

LEAST_LANGUAGE_LINES: Final = 300  # a language with fewer has no row


def document(results: Mapping[str, Any]) -> str:
    """The text of docs/roles.md; only what roles are, where nothing was measured."""
    return TEXT + (_figures(results) if results else "")


def _figures(results: Mapping[str, Any]) -> str:
    modes = results["modes"]
    first = next(iter(modes.values()))
    parts = [
        "## How well lines are named",
        f"On split `{results['split']}`: {first['pages']} pages of sites that training never saw, "
        "every line read and given a role by a guide. F1 is of all lines; *kept* is the share of "
        "the lines of a role that is kept; *right* the share of its dropped lines that is called "
        "by that role.",
        _by_role(modes),
        "Macro F1 over all 24 roles: "
        + ", ".join(f"{mode['macro_f1']:.2f} in {MODE_NAMES[kind]}" for kind, mode in modes.items())
        + ".",
        f"By language, with {LEAST_LANGUAGE_LINES} lines or more; the mean is over the roles of "
        "which it has five lines or more:",
        _by_language(modes),
        "### What is taken for what",
        "Of 100 lines of each role (rows), how many are called by each role (columns), in HTML; "
        "shares below 2 are left out.",
        _confusions(modes["html"]["confusion"]),
        "### A careful reader beside the older golds",
        "The golds of the older corpora are not made by our guide. Word F1 against each gold, on "
        "the pages of this split that were read again: of what the careful reader keeps, of what "
        "is kept by default, and of what is kept by that corpus's convention "
        "(`training/conventions.py`: most drop headlines and captions), in HTML.",
        _readers(results["readers"]),
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def _by_role(modes: Mapping[str, Any]) -> str:
    head = [
        "role",
        "lines",
        *(f"{MODE_NAMES[k]}: {m}" for k in modes for m in ("F1", "kept", "right")),
    ]
    rows = []
    for role in ROLES:
        cells = [role, str(next(iter(modes.values()))["roles"][role]["lines"])]
        for mode in modes.values():
            figures = mode["roles"][role]
            cells += [_cell(figures.get(name)) for name in ("f1", "kept", "named_right")]
        rows.append(cells)
    for name in ("content", "beside", "chrome"):
        cells = [f"*all {name}*", ""]
        for mode in modes.values():
            cells += ["", _cell(mode["groups"][name]), ""]
        rows.append(cells)
    return markdown_table(head, rows)


def _by_language(modes: Mapping[str, Any]) -> str:
    first = next(iter(modes.values()))["languages"]
    some = [code for code, row in first.items() if row["lines"] >= LEAST_LANGUAGE_LINES]
    some.sort(key=lambda code: -first[code]["lines"])
    rows = [
        [
            code,
            str(first[code]["lines"]),
            *(_cell(mode["languages"].get(code, {}).get("macro_f1")) for mode in modes.values()),
        ]
        for code in some
    ]
    return markdown_table(["", "lines", *(MODE_NAMES[kind] for kind in modes)], rows)


def _confusions(confusion: Sequence[Sequence[int]]) -> str:
    rows = []
    for role, counts in zip(ROLES, confusion, strict=True):
        shares = [100 * count / max(1, sum(counts)) for count in counts]
        rows.append([role, *(f"{share:.0f}" if share >= 2 else "" for share in shares)])
    return markdown_table(["", *(role[:6] for role in ROLES)], rows)


def _readers(readers: Mapping[str, Any]) -> str:
    rows = [
        [TITLES.get(corpus, corpus), str(row["pages"]),
         *(_cell(row[name], 3) for name in ("reader", "default", "convention"))]
        for corpus, row in readers.items()
    ]  # fmt: skip
    return markdown_table(["", "pages", "reader", "ours", "ours, its convention"], rows)


def _cell(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


TEXT: Final = """\
# Roles

<!-- made by `python -m training roles`: change training/roles/document.py -->

Each line of a page has a role: `Prediction.role` in Python, the `role` of a line in
[JSON](reference/clean-page.md). It begins the line's reason, unless it is `body` or `other`.

| role | what it is |
|---|---|
| | **content, kept by default** |
| `headline` | the title of the article |
| `standfirst` | the summary below the headline |
| `body` | running text |
| `subheading` | a heading within the text |
| `list` | an item of a list |
| `table` | a row of a table |
| `quote` | a quotation that stands by itself |
| `code` | code of a program, formulas |
| `caption` | what is written below a picture |
| `note` | footnotes, corrections, remarks of the editors |
| | **beside the text, dropped by default, neither right nor wrong to keep** |
| `byline` | the author |
| `date` | when it was published, or changed |
| `tags` | topics of the article |
| | **chrome, dropped by default** |
| `navigation` | menus, search, pages, sections of the site |
| `legal` | rights, terms, privacy, personal data |
| `cookie` | consent to cookies and what is asked with it |
| `newsletter` | subscriptions by mail |
| `share` | sharing, following, social networks |
| `comments` | readers' comments and the form for them |
| `login` | accounts, passwords, registration |
| `related` | more to read: related, most read |
| `shop` | baskets, prices, orders |
| `about` | what the site, or the author, says of itself |
| `other` | none of these, such as advertisements |

A kept line has its likeliest role of content, a dropped line its likeliest other role. A dropped
line that looks like none of these is `other`. Blank lines have no role.

## Choosing what is kept

`--keep` adds roles to those that are kept, `--drop` takes roles away. Both may be given again:

```sh
boilerplate clean --keep byline,date,comments page.html
boilerplate clean --drop caption --drop related page.html
```

In Python:

```python
import boilerplate

cleaner = boilerplate.Cleaner(keep=["byline", "date", "comments"], drop=["caption"])
```

A line that is dropped by default is kept if its role is to be kept. A line that is kept by
default is dropped if its role is to be dropped, or if it looks most like a role that is: `--drop
related` also drops lines that were taken for text but look more like related links. `decided_by`
is `roles` for lines whose label the choice has changed, and their reason says so ("kept by
choice: comments"). The page's record has the roles that were kept, under `keep`.

What is kept of one site is chosen in the rules of a [plugin](plugins.md#rules), with `keep_roles`
and `drop_roles`; your own choice wins where both name a role. Verdicts of plugins about single
lines, and what the page itself hides, are the last word; but your choice of a role goes over
verdicts that [name that role](plugins.md#rules) for their line.

## What was tried

On the dev split, by a model of train: lines of chrome in a row named together, where each change of
role costs 1.0 in log-odds and 5 before a line of bare text that begins in lower case (Viterbi), as
older versions did: macro F1 0.685 -> 0.678 in HTML and 0.510 -> 0.499 in bare text. Not adopted:
the trees of roles see the lines around already.

## From the output

The result has every line, so that another choice needs no second run:

```sh
jq -r '.lines[] | select(.role == "caption").text' pages.jsonl
```
"""
