"""Formasaurus's training pages: forms labelled by hand, which are chrome on every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.markup import block_lines
from training.corpora.sites import site_of
from training.corpora.text import as_stored, unique

NAME = "formasaurus"
LICENCE = "MIT"
COMMIT = "a5ffcec3"
REPOSITORIES = {"formasaurus": "Formasaurus"}

# The codes for a form without label and for one that the annotators were told to skip.
UNLABELLED = frozenset({"X", "-"})
# A form with a larger share of the page's lines contains the page (as in ASP.NET).
WHOLE_PAGE = 0.6


def pages(root: Path) -> Iterator[GoldPage]:
    """The indexed pages, sorted by file name; none has an article as gold.

    ``boilerplate`` are the lines of the labelled forms.
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

    None if the numbers of forms and of labels differ: then the annotators' parser found other
    forms, and it is unknown which label belongs to which form.
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
