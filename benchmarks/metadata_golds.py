"""Pages whose title, authors and date of publication are known, from three corpora."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import turbohtml

from training.corpora import CORPORA, fundus
from training.corpora.archives import clone_of, read_json
from training.corpora.text import as_stored
from training.split import split_of


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page with what its corpus says of it; empty where it says nothing.

    ``authors`` are strings as the corpus has them, which may hold several names; ``published`` is
    a day in ISO 8601.
    """

    corpus: str
    id: str
    html: bytes
    url: str | None
    title: str
    authors: tuple[str, ...]
    published: str


Gold = tuple[str, tuple[str, ...], str]  # title, authors, day of publication


def _wcxb(root: Path, page_id: str) -> Gold:
    truth = read_json(root / f"dev/ground-truth/{page_id}.json")["ground_truth"]
    return _gold(truth.get("title"), [truth.get("author")], truth.get("publish_date"))


def _fundus(root: Path, page_id: str) -> Gold:
    country, _, name = page_id.partition("/")
    folder = root / "tests/resources/parser/test_data" / country
    versions = read_json(folder / f"{name.split('_')[0]}.json")
    page = _stored(folder / f"{name}.html.gz")
    article = fundus.best_version(versions, turbohtml.parse(page)) or {}
    return _gold(article.get("title"), article.get("authors"), article.get("publishing_date"))


def _stored(path: Path) -> bytes:
    """A stored page of fundus."""
    return as_stored(gzip.decompress(path.read_bytes()))


def _mercury(root: Path, page_id: str) -> Gold:
    name = page_id if "/" in page_id else f"{page_id}/default"
    article = read_json(root / f"mercury-parser/src/test/resources/snapshots/{name}.json")
    return _gold(article.get("title"), [article.get("author")], article.get("date_published"))


def _gold(title: Any, authors: Any, published: Any) -> Gold:
    names = tuple(name for name in authors or () if isinstance(name, str) and name.strip())
    return (title or "").strip(), names, (published or "")[:10]


READERS: Final[Mapping[str, Callable[[Path, str], Gold]]] = {
    "wcxb": _wcxb,
    "fundus": _fundus,
    "mercury-parser": _mercury,
}


def known_pages(source: Path, cache: Path, split: str) -> Iterator[KnownPage]:
    """The pages of a split, corpus by corpus; "all" for every split."""
    for name, gold_of in READERS.items():
        adapter = CORPORA[name]
        for archive, repository in adapter.REPOSITORIES.items():
            root = clone_of(archive, repository, source, cache)
            for page in adapter.pages(root):
                if split in ("all", split_of(page.site)):
                    gold = gold_of(root, page.id)
                    yield KnownPage(name, page.id, page.html, page.url, *gold)
