"""Fundus's parser tests: news of 2023-26 from some 40 countries."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.markup import block_lines
from training.corpora.sites import site_of
from training.corpora.text import as_stored, paragraphs, squeezed, unique, word_recall, words

NAME = "fundus"
LICENCE = "MIT"
COMMIT = "18da6e53"
REPOSITORIES = {"fundus": "fundus"}

# Of a gold's words on the page; below it, the gold is of another version of the page.
LEAST_RECALL = 0.6

# For pages without <html lang>: the language of most publishers of a country.
COUNTRY_LANGUAGES = {
    "at": "de", "au": "en", "be": "nl", "bd": "bn", "ca": "en", "ch": "de", "cl": "es",
    "cn": "zh", "cz": "cs", "de": "de", "dk": "da", "es": "es", "fi": "fi", "fr": "fr",
    "gl": "da", "hk": "zh", "id": "id", "il": "he", "ind": "hi", "isl": "is", "it": "it",
    "jp": "ja", "kr": "ko", "lb": "ar", "li": "de", "ls": "en", "lt": "lt", "lu": "de",
    "mx": "es", "my": "en", "na": "en", "no": "no", "pl": "pl", "pt": "pt", "py": "de",
    "ru": "ru", "se": "sv", "tr": "tr", "tw": "en", "tz": "sw", "ua": "uk", "uk": "en",
    "us": "en", "vn": "vi", "za": "en",
}  # fmt: skip

# Publishers whose pages declare a wrong language.
PUBLISHER_LANGUAGES = {"EyethuNews": "zu", "Ilanga": "zu", "Isolezwe": "zu"}


def pages(root: Path) -> Iterator[GoldPage]:
    """The pages that match one of the publisher's parser versions, sorted by file name."""
    for folder in sorted((root / "tests/resources/parser/test_data").iterdir()):
        if not folder.is_dir():
            continue
        about = read_json(folder / "meta.info") if (folder / "meta.info").is_file() else {}
        for path in sorted(folder.glob("*.html.gz")):
            gold_file = folder / f"{path.name.split('_')[0]}.json"
            if not gold_file.is_file():
                continue
            html = as_stored(gzip.decompress(path.read_bytes()))
            document = turbohtml.parse(html)
            article = best_version(read_json(gold_file), document)
            if article is None:
                continue
            gold = paragraphs(body_text(article))
            url = about.get(path.name, {}).get("url")
            title = squeezed(article.get("title") or "")
            yield GoldPage(
                corpus=NAME,
                id=f"{folder.name}/{path.name.removesuffix('.html.gz')}",
                html=html,
                gold=gold,
                url=url,
                site=site_of(url, otherwise=f"{NAME}-{gold_file.stem}"),
                language=PUBLISHER_LANGUAGES.get(gold_file.stem)
                or language_of(
                    document, gold or "", otherwise=COUNTRY_LANGUAGES.get(folder.name, "")
                ),
                title=title,
                optional=unique(
                    (title, *(article.get("authors") or ()), *(article.get("topics") or ()))
                ),
            )


def best_version(
    versions: dict[str, dict[str, Any]], document: turbohtml.Document
) -> dict[str, Any] | None:
    """The parser version whose article is on the page; None if none has 60 % of its words there.

    A publisher's file has one article for each version of its parser. There are several HTML files
    beside it, and nothing else tells which belong together.
    """
    page_words = words("\n".join(block_lines(document)))
    recalls = {
        name: word_recall(body_text(article), page_words) for name, article in versions.items()
    }
    if not recalls or max(recalls.values()) < LEAST_RECALL:
        return None
    return versions[max(recalls, key=lambda name: (recalls[name], name))]


def body_text(article: dict[str, Any]) -> str:
    """The summary, then each section's headline and paragraphs, one a line."""
    body = article.get("body") or {}
    lines = list(body.get("summary") or ())
    for section in body.get("sections") or ():
        lines += section.get("headline") or ()
        lines += section.get("paragraphs") or ()
    return "\n".join(lines)
