"""DAnIEL v2.1: health news of 2011-12 in five languages, many pages a site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from training.corpora.archives import read_json
from training.corpora.gold_page import GoldPage
from training.corpora.sites import site_of
from training.corpora.text import as_stored, squeezed

NAME = "daniel"
LICENCE = "GPL-3.0"
COMMIT = "be875ce1"
REPOSITORIES = {"daniel": "waddle"}

LANGUAGE_CODES = {"Chinese": "zh", "English": "en", "Greek": "el", "Polish": "pl", "Russian": "ru"}

# The references are hand-made; some tags are unclosed, doubled or cut off ("<p堅果…").
_PARAGRAPH_EDGE = re.compile(r"</?p(?:\s[^>]*)?>|<p(?![a-z\s])")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def pages(root: Path) -> Iterator[GoldPage]:
    """The pages that have a reference, sorted by name (``date_host_hash``).

    Titles and datelines are in the first lines of the gold, unmarked. References that are a whole
    HTML page, saved by mistake, are skipped.
    """
    corpus = root / "corpora/Corpus_daniel_v2.1"
    languages = read_json(corpus / "doc_lg.json")
    for path in sorted((corpus / "html").iterdir()):
        reference = corpus / "reference" / path.name
        if not reference.is_file():
            continue
        text = reference.read_text("utf-8")
        if "<html" in text:
            continue
        host = path.name.split("_")[1]
        yield GoldPage(
            corpus=NAME,
            id=path.name,
            html=as_stored(path.read_bytes()),
            gold=reference_text(text),
            site=site_of(host),
            language=LANGUAGE_CODES.get(languages.get(path.name, ""), ""),
        )


def reference_text(reference: str) -> str | None:
    r"""The paragraphs of a reference file, one a line; None if it is empty.

    >>> reference_text("<p>Ύπνος &amp; υγεία</p>\n<p>Wirus <b>A</b>\nw kraju</p>\n<p")
    'Ύπνος & υγεία\nWirus A w kraju'
    """
    pieces = (squeezed(unescape(_TAG.sub("", piece))) for piece in _PARAGRAPH_EDGE.split(reference))
    return "\n".join(piece for piece in pieces if piece not in {"", ">"}) or None
