"""Pages of the other corpora, read again line by line by the guide of the world pages.

Their corpora say what belongs to the article in other ways; here every line has a role. The HTML
stays in the archives of those corpora.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from training.corpora.codes import content_of, roles_of
from training.corpora.gold_page import GoldPage

NAME = "reread"
LICENCE = "those of the corpora that its pages come from"
COMMIT = "those of the corpora"
REPOSITORIES = {"roles": "roles"}


def pages(root: Path, originals: Iterable[GoldPage] = ()) -> Iterator[GoldPage]:
    """The pages in the order of ``originals``, which are those of other corpora; others skipped.

    The id of a page is its corpus and its id there.
    """
    rows = {}
    for text in (root / "roles.jsonl").read_text("utf-8").splitlines():
        row = json.loads(text)
        rows[row["corpus"], row["id"]] = row
    for page in originals:
        row = rows.get((page.corpus, page.id))
        if row is None:
            continue
        roles = roles_of(row)
        yield replace(
            page,
            corpus=NAME,
            id=f"{page.corpus}/{page.id}",
            gold=content_of(row["lines"], roles),
            genre=page.corpus,
            optional=(),
            boilerplate=(),
            lines=tuple(row["lines"]),
            roles=roles,
        )
