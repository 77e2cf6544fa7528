"""Web Content Extraction Benchmark: English pages of seven types, the development split."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.markup import own_url
from training.corpora.sites import site_of
from training.corpora.text import as_stored, paragraphs, squeezed, unique

NAME = "wcxb"
LICENCE = "CC-BY-4.0"
COMMIT = "c039d5ee"
REPOSITORIES = {"wcxb": "web-content-extraction-benchmark"}


def pages(root: Path) -> Iterator[GoldPage]:
    """The pages of the development split, sorted by number.

    ``boilerplate`` are the snippets that an extraction must not contain.
    """
    for path in sorted(root.glob("dev/ground-truth/*.json")):
        stored = root / "dev/html" / f"{path.stem}.html.gz"
        if not stored.is_file():
            continue
        entry = read_json(path)
        truth = entry["ground_truth"]
        html = as_stored(gzip.decompress(stored.read_bytes()))
        url = entry.get("url") or truth.get("url") or own_url(turbohtml.parse(html))
        title = squeezed(truth.get("title") or "")
        yield GoldPage(
            corpus=NAME,
            id=path.stem,
            html=html,
            gold=paragraphs(truth.get("main_content") or ""),
            url=url,
            site=site_of(url, otherwise=f"{NAME}-{path.stem}"),
            language="en",
            page_type=entry["_internal"]["page_type"]["primary"],
            title=title,
            optional=unique((title, truth.get("author"), truth.get("publish_date"))),
            boilerplate=unique(truth.get("without") or ()),
        )
