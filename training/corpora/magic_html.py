"""magic-html's benchmark: articles and forum threads of a dozen languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.sites import site_of
from training.corpora.text import as_stored, squeezed

NAME = "magic-html"
LICENCE = "Apache-2.0"
COMMIT = "47d4a7fe"
REPOSITORIES = {"magic-html": "magic-html"}

# Few stored pages have their <html lang>, so the sites that are not English are listed here.
SITE_LANGUAGES = {
    "flarum.org.cn": "zh", "haber7.com": "tr", "kaskus.co.id": "id", "kompas.com": "id",
    "learnku.com": "zh", "repubblica.it": "it", "sunrise.ch": "it", "tudodetectores.com": "pt",
    "uol.com.br": "pt", "urdupoint.com": "ur", "varzesh3.com": "fa",
}  # fmt: skip


def pages(root: Path) -> Iterator[GoldPage]:
    """The articles and then the forum threads, each sorted by id; the gold is unchanged."""
    for page_type in ("article", "forum"):
        folder = root / "benchmark/data" / page_type
        if not (folder / "base.json").is_file():
            continue
        for identifier, entry in sorted(read_json(folder / "base.json").items()):
            stored = folder / "htmls" / f"{identifier}.html"
            if not stored.is_file():
                continue
            html = as_stored(stored.read_bytes())
            document = turbohtml.parse(html)
            gold = entry["content"]
            title = first_line_title(gold, document)
            site = site_of(entry["url"], otherwise=f"{NAME}-{identifier}")
            yield GoldPage(
                corpus=NAME,
                id=f"{page_type}/{identifier}",
                html=html,
                gold=gold if gold.strip() else None,
                url=entry["url"],
                site=site,
                language=language_of(document, gold, otherwise=SITE_LANGUAGES.get(site, "en")),
                page_type=page_type,
                title=title,
                optional=(title,) if title else (),
            )


def first_line_title(gold: str, document: turbohtml.Document) -> str:
    """The first line of the gold if it is the page's title, else ""."""
    first = next(filter(None, map(squeezed, gold.splitlines())), "")
    claims = [element.text for element in (*document.find_all("title"), *document.find_all("h1"))]
    claims += [
        str(element.attrs.get("content") or "")
        for element in document.select('meta[property="og:title"]')
    ]
    wanted = first.casefold()
    for claim in (squeezed(claim).casefold() for claim in claims):
        # Page titles end with the site's name: "Headline - Site", "Headline_Site".
        rest = claim.removeprefix(wanted)
        if wanted and (claim == wanted or (rest != claim and not rest.lstrip()[:1].isalnum())):
            return first
    return ""
