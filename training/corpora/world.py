"""World pages: some 330 sites in forty languages, every line read and labelled by one guide.

The guide (WORLD.md, beside the archive) gives each line one of 24 codes. Capital letters are
content, small ones chrome. Bylines, dates, tags and what could not be told are neither right nor
wrong.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.corpora.gold_page import GoldPage
from training.corpora.text import as_stored

NAME = "world"
LICENCE = "those of the public repositories that its pages come from"
COMMIT = "each page's own"
REPOSITORIES = {"world": "world"}

CONTENT: Final = frozenset("HSBULTQCPF")
NEITHER: Final = frozenset("YDK?")
HEADLINE: Final = "H"
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
        lines, codes = page["lines"], page["labels"]
        if len(lines) != len(codes):
            raise ValueError(f"{html}: {len(lines)} lines have {len(codes)} labels")
        labelled = list(zip(lines, codes, strict=True))
        yield GoldPage(
            corpus=NAME,
            id=page["id"],
            html=as_stored(html.read_bytes()),
            gold="\n".join(line for line, code in labelled if code in CONTENT),
            url=page["url"],
            site=page["site"],
            language=page["language"],
            page_type=PAGE_TYPES.get(page["type"], "article"),
            title=next((line for line, code in labelled if code == HEADLINE), ""),
            lines=tuple(lines),
            values=tuple(map(value_of, codes)),
        )


def value_of(code: str) -> float:
    """1 for the code of content, 0 for that of chrome, nan for what is neither.

    >>> value_of("B"), value_of("n"), value_of("D")
    (1.0, 0.0, nan)
    """
    return math.nan if code in NEITHER else float(code in CONTENT)
