"""Mozilla Readability's test pages, with the extractions that its tests expect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.markup import block_lines, own_url
from training.corpora.sites import site_of
from training.corpora.text import as_stored, squeezed, unique

NAME = "readability"
LICENCE = "Apache-2.0"
COMMIT = "ab4027a8"
REPOSITORIES = {"readability": "readability"}


def pages(root: Path) -> Iterator[GoldPage]:
    """The test pages, sorted by folder; without a URL, the folder's name is the site."""
    for folder in sorted((root / "test/test-pages").iterdir()):
        source, expected = folder / "source.html", folder / "expected.html"
        if not (source.is_file() and expected.is_file()):
            continue
        html = as_stored(source.read_bytes())
        document = turbohtml.parse(html)
        about_file = folder / "expected-metadata.json"
        about = read_json(about_file) if about_file.is_file() else {}
        gold = "\n".join(block_lines(turbohtml.parse(expected.read_text("utf-8")))) or None
        title = squeezed(about.get("title") or "")
        url = own_url(document)
        yield GoldPage(
            corpus=NAME,
            id=folder.name,
            html=html,
            gold=gold,
            url=url,
            # "yahoo-1" and "yahoo-2" are pages of one site.
            site=site_of(url, otherwise=re.sub(r"(?<=\D)-\d+$", "", folder.name)),
            language=language_of(document, gold or title),
            title=title,
            optional=unique((title, about.get("byline"))),
        )
