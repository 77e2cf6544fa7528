"""Mercury Parser's fixtures (the Kotlin port): news pages, and what its site rules extract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.markup import block_lines
from training.corpora.sites import site_of
from training.corpora.text import as_stored, squeezed, unique

NAME = "mercury-parser"
LICENCE = "MIT"
COMMIT = "44ddfb5e"
REPOSITORIES = {"mercury-parser": "mercury-parser-kt"}


def pages(root: Path) -> Iterator[GoldPage]:
    """The fixtures that have a snapshot, sorted by name; only the host of their URLs is known."""
    resources = root / "mercury-parser/src/test/resources"
    fixtures = resources / "fixtures"
    for path in sorted(fixtures.rglob("*.html")):
        name = path.relative_to(fixtures).as_posix().removesuffix(".html")
        snapshot = resources / "snapshots" / (name if "/" in name else f"{name}/default")
        snapshot = snapshot.with_name(f"{snapshot.name}.json")
        if not snapshot.is_file():
            continue
        article = read_json(snapshot)
        html = as_stored(path.read_bytes())
        gold = "\n".join(block_lines(turbohtml.parse(article.get("content") or ""))) or None
        # "host", "host--test-case-3" or "host/1234"
        host = name.split("/")[0].split("--")[0]
        title = squeezed(article.get("title") or "")
        yield GoldPage(
            corpus=NAME,
            id=name,
            html=html,
            gold=gold,
            url=f"https://{host}/",
            site=site_of(host),
            language=language_of(turbohtml.parse(html), gold or title),
            title=title,
            optional=unique((title, article.get("author"), article.get("dek"))),
        )
