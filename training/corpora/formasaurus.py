"""Formasaurus's training pages: forms labelled by hand, which are chrome wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora import (
    GoldPage,
    as_stored,
    block_lines,
    language_of,
    read_json,
    site_of,
    unique,
)

NAME = "formasaurus"
LICENCE = "MIT"
COMMIT = "a5ffcec3"
REPOSITORIES = {"formasaurus": "Formasaurus"}

# The index's codes for a form nobody labelled and one its labellers were told to pass over.
UNLABELLED = frozenset({"X", "-"})
# A form with more of the page's lines than this is a wrapper around the page (as in ASP.NET).
WHOLE_PAGE = 0.6


def pages(root: Path) -> Iterator[GoldPage]:
    """The indexed pages, sorted by file name; none has a gold article.

    ``boilerplate`` has the lines of the labelled forms.
    """
    data = root / "formasaurus/data"
    for name, entry in sorted(read_json(data / "index.json").items()):
        stored = data / name
        if not stored.is_file():
            continue
        html = as_stored(stored.read_bytes())
        document = turbohtml.parse(html)
        lines = block_lines(document)
        yield GoldPage(
            corpus=NAME,
            id=Path(name).stem,
            html=html,
            gold=None,
            url=entry["url"],
            site=site_of(entry["url"], otherwise=f"{NAME}-{Path(name).stem}"),
            language=language_of(document, "\n".join(lines)),
            boilerplate=form_lines(document, entry["forms"], most=WHOLE_PAGE * len(lines)),
        )


def form_lines(document: turbohtml.Document, labels: list[str], most: float) -> tuple[str, ...]:
    """The lines of the labelled forms that have at most ``most`` lines.

    Nothing where the page's forms and the labels are not equally many: the labellers' parser
    saw other forms then, and the labels cannot be told apart.
    """
    forms = document.find_all("form")
    if len(forms) != len(labels):
        return ()
    texts = (
        block_lines(form)
        for form, label in zip(forms, labels, strict=True)
        if label not in UNLABELLED
    )
    return unique(line for lines in texts if len(lines) <= most for line in lines)
