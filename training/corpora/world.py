"""World pages: some 330 sites in forty languages, every line read and labelled by one guide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.corpora.codes import content_of, roles_of
from training.corpora.gold_page import GoldPage
from training.corpora.text import as_stored

NAME = "world"
LICENCE = "those of the public repositories that its pages come from"
COMMIT = "each page's own"
REPOSITORIES = {"world": "world"}

# What a program guessed; the other types are articles in what they are made of.
PAGE_TYPES: Final = {
    "listing": "listing", "forum": "forum", "product": "product", "docs": "documentation",
    "government/listing": "listing", "legal/listing": "listing",
}  # fmt: skip


def pages(root: Path) -> Iterator[GoldPage]:
    """The pages in the order of their file. Those without content have an empty gold."""
    for row in (root / "labels.jsonl").read_text("utf-8").splitlines():
        page = json.loads(row)
        html = root / "html" / f"{page['id']}.html"
        if not html.is_file():
            continue
        lines, roles = page["lines"], roles_of(page)
        yield GoldPage(
            corpus=NAME,
            id=page["id"],
            html=as_stored(html.read_bytes()),
            gold=content_of(lines, roles),
            url=page["url"],
            site=page["site"],
            language=page["language"],
            page_type=PAGE_TYPES.get(page["type"], "article"),
            genre=page["type"],
            title=next((t for t, role in zip(lines, roles, strict=True) if role == "headline"), ""),
            lines=tuple(lines),
            roles=roles,
        )
