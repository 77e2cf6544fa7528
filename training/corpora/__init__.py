"""Labelled pages: one shape for every corpus, and one adapter module for each.

An adapter reads a clone of its corpus's public repository and yields ``GoldPage`` values in a
fixed order. ``load`` finds the clones, or unpacks them from archives. No text of a corpus is
kept in this repository.
"""

from __future__ import annotations

import json
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import tldextract
import turbohtml


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A stored page and what its corpus says of it.

    ``gold`` is the article, one paragraph a line, None where the corpus has no article for the
    page. ``optional`` lines are neither surely content nor surely chrome and are left unscored;
    ``boilerplate`` lines are surely chrome. Both hold one line of the page an entry. ``site``
    groups the pages that may share a template: never split it between training and test.
    ``html`` is as stored, after a byte order mark where only that tells its encoding.
    """

    corpus: str
    id: str
    html: bytes
    gold: str | None
    url: str | None = None
    site: str = ""
    language: str = ""
    page_type: str = "article"
    title: str = ""
    optional: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()


class Adapter(Protocol):
    """What a module of this package offers.

    ``REPOSITORIES`` maps the name of each archive to the folder of the clone in it.
    """

    NAME: str
    LICENCE: str
    COMMIT: str
    REPOSITORIES: Mapping[str, str]

    def pages(self, root: Path) -> Iterator[GoldPage]:
        """The pages of the clone at ``root``, sorted by id; pages held back are passed over."""


def load(names: Iterable[str], source: Path, cache: Path) -> Iterator[GoldPage]:
    """The pages of the named corpora, in the order of the names.

    ``source`` holds ``<archive>.tar.xz`` files or clones; archives are unpacked once, to
    ``cache/<archive>``. Raises ValueError for an unknown corpus and FileNotFoundError for one
    that ``source`` does not hold.
    """
    for name in names:
        if name not in CORPORA:
            raise ValueError(f"no corpus is named {name!r}; there are {', '.join(CORPORA)}")
        adapter = CORPORA[name]
        for archive, repository in adapter.REPOSITORIES.items():
            yield from adapter.pages(clone_of(archive, repository, source, cache))


def clone_of(archive: str, repository: str, source: Path, cache: Path) -> Path:
    """The folder of a clone: unpacked from its archive, or found in ``source`` as it is."""
    packed = source / f"{archive}.tar.xz"
    if packed.is_file():
        if not (cache / archive).is_dir():
            _unpack(packed, cache / archive)
        return cache / archive / repository
    for folder in (source / archive / repository, source / repository, source / archive):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"{source} holds no corpus {archive!r}: put {archive}.tar.xz or a clone named "
        f"{repository!r} there"
    )


def _unpack(packed: Path, folder: Path) -> None:
    # Unpacked beside and then renamed: an interrupted run leaves no half corpus behind.
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as partial,
        tarfile.open(packed, "r:xz") as archive,
    ):
        archive.extractall(Path(partial) / folder.name, filter="data")
        (Path(partial) / folder.name).rename(folder)


def read_json(path: Path) -> Any:
    """The value in a JSON file; a ValueError that names the file if it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is not readable JSON: {error}") from error


# ---------------------------------------------------------------------------- bytes and text

UTF8_MARK = b"\xef\xbb\xbf"


def as_stored(html: bytes) -> bytes:
    r"""The bytes, with a byte order mark where a stale ``<meta charset>`` would mislead.

    Some corpora saved decoded pages as UTF-8 and left the page's own charset claim in place.

    >>> as_stored("<meta charset=windows-1251><p>Привет".encode())[:3]
    b'\xef\xbb\xbf'
    >>> as_stored("<meta charset=windows-1251><p>Привет".encode("windows-1251"))[:3]
    b'<me'
    """
    if html.isascii() or html.startswith(UTF8_MARK):
        return html
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return html
    return html if turbohtml.parse(html).encoding == "UTF-8" else UTF8_MARK + html


def squeezed(text: str) -> str:
    """The text with each run of whitespace as one space."""
    return " ".join(text.split())


def paragraphs(text: str) -> str | None:
    r"""The non-empty lines of a text, squeezed; None if there are none.

    >>> paragraphs("first\n\n  second   one \n"), paragraphs(" \n")
    ('first\nsecond one', None)
    """
    return "\n".join(filter(None, map(squeezed, text.splitlines()))) or None


def unique(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The texts without None, empty ones and repetitions, squeezed, in order."""
    return tuple(dict.fromkeys(filter(None, (squeezed(text or "") for text in texts))))


_CHARACTER_SCRIPTS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_RUN = re.compile(rf"[{_CHARACTER_SCRIPTS}]+|[^\W{_CHARACTER_SCRIPTS}]+")
_UNSPACED = re.compile(f"[{_CHARACTER_SCRIPTS}]")


def words(text: str) -> set[str]:
    """The words of a text, casefolded; characters' pairs in scripts that write no spaces.

    >>> sorted(words("Guten Tag, 東京")) == sorted({"guten", "tag", "東京"})
    True
    """
    found: set[str] = set()
    for run in _RUN.findall(text.casefold()):
        if _UNSPACED.match(run) and len(run) > 2:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.add(run)
    return found


def word_recall(gold: str, page_words: set[str]) -> float:
    """Share of the gold's distinct words that are among the page's; 0 for an empty gold."""
    gold_words = words(gold)
    return len(gold_words & page_words) / len(gold_words) if gold_words else 0.0


# ------------------------------------------------------------------------------------ markup

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd",
    "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre",
    "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul",
})  # fmt: skip
_BREAKS = frozenset({"br", "hr"})
_UNSEEN = frozenset({
    "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script",
    "style", "svg", "template",
})  # fmt: skip


def block_lines(node: turbohtml.Node, leave_out: str = "") -> list[str]:
    """The visible text under a node, a line for each block, table cell and ``<br>`` piece.

    Elements that have an attribute named ``leave_out`` are passed over, but not the node itself.

    >>> block_lines(turbohtml.parse("<p>Ein <b>Satz</b><br>両端<script>x</script>"))
    ['Ein Satz', '両端']
    """
    lines: list[str] = []
    pieces: list[str] = []

    def end_line() -> None:
        if line := squeezed("".join(pieces)):
            lines.append(line)
        pieces.clear()

    stack: list[turbohtml.Node | None] = [node]
    while stack:
        here = stack.pop()
        if here is None:
            end_line()
        elif isinstance(here, turbohtml.Text):
            pieces.append(here.data)
        elif not isinstance(here, turbohtml.Element):
            stack.extend(reversed(list(here.children)))
        elif here.tag in _BREAKS:
            end_line()
        elif here.tag not in _UNSEEN and (
            not leave_out or here is node or leave_out not in here.attrs
        ):
            if here.tag in _BLOCKS:
                end_line()
                stack.append(None)
            stack.extend(reversed(list(here.children)))
    end_line()
    return lines


def own_url(document: turbohtml.Document) -> str | None:
    """The absolute URL a page gives as its own: its canonical link, else ``og:url``."""
    for query, attribute in (
        ('link[rel~="canonical"]', "href"),
        ('meta[property="og:url"]', "content"),
    ):
        for element in document.select(query):
            url = str(element.attrs.get(attribute) or "").strip()
            if re.match(r"https?://[^/\s]+\.", url):
                return url
    return None


# ------------------------------------------------------------------------- sites, languages


@cache
def _extractor() -> tldextract.TLDExtract:
    # The snapshot that tldextract ships: no request, no cache folder.
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def site_of(url: str | None, otherwise: str = "") -> str:
    """The registrable domain of a URL or host name; the host itself where it has none.

    >>> site_of("http://news.example.co.uk/x"), site_of("127.0.0.1:80"), site_of(None, "a-page")
    ('example.co.uk', '127.0.0.1', 'a-page')
    """
    if not url:
        return otherwise
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        host = ""
    domain = _extractor()(host).top_domain_under_public_suffix.lower()
    return domain or host.removeprefix("www.") or otherwise


# Country codes and other slips that pages write where a language belongs.
_MISNAMED = {
    "cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "in": "id", "iw": "he", "jp": "ja",
    "kr": "ko", "nb": "no", "nn": "no", "se": "sv", "tw": "zh", "ua": "uk", "us": "en",
    "vn": "vi",
}  # fmt: skip

# Scripts that one language all but owns: a third of the letters settles it, whatever the page
# claims (technical Japanese is half Latin).
_SCRIPTS = {
    "zh": "[\u3400-\u9fff]",
    "ja": "[\u3040-\u30ff]",
    "ko": "[\uac00-\ud7af]",
    "el": "[\u0370-\u03ff]",
    "he": "[\u0590-\u05ff]",
    "th": "[\u0e00-\u0e7f]",
    "ka": "[\u10a0-\u10ff]",
    "hy": "[\u0530-\u058f]",
}


def declared_language(document: turbohtml.Document) -> str:
    """The two-letter language of a page's ``<html lang>``, "" where there is none."""
    root = document.find("html")
    attributes = root.attrs if root is not None else {}
    for name in ("lang", "xml:lang"):
        claim = str(attributes.get(name) or "").strip().lower().replace("_", "-")
        if found := re.match(r"([a-z]{2})\b", claim):
            return _MISNAMED.get(found[1], found[1])
    return ""


def script_language(text: str) -> str:
    """The language a text's script gives away, "" for scripts that many languages share.

    >>> [script_language(t) for t in ("天気はどうですか", "今天天气很好", "καλημέρα", "bonjour")]
    ['ja', 'zh', 'el', '']
    """
    sample = text[:5000]
    letters = sum(character.isalpha() for character in sample)
    counts = {language: len(re.findall(s, sample)) for language, s in _SCRIPTS.items()}
    # Japanese mixes kana with Han; no Chinese text has a tenth of kana.
    if counts["ja"] * 10 > counts["zh"]:
        counts["ja"] += counts["zh"]
    language = max(counts, key=counts.__getitem__)
    return language if letters and counts[language] * 3 > letters else ""


def language_of(document: turbohtml.Document, text: str, otherwise: str = "") -> str:
    """A page's language: by the script of ``text``, by ``<html lang>``, else ``otherwise``.

    A claim that the script contradicts (an English text "in" Chinese) does not count.
    """
    declared = declared_language(document)
    if declared in _SCRIPTS:
        declared = ""
    return script_language(text) or declared or otherwise


# The adapters need what stands above, so they come last.
from training.corpora import (  # noqa: E402
    daniel,
    formasaurus,
    fundus,
    magic_html,
    mercury_parser,
    readability,
    rkrzr,
    wcxb,
)

CORPORA: dict[str, Adapter] = {
    adapter.NAME: adapter
    for adapter in (
        wcxb, daniel, fundus, magic_html, mercury_parser, readability, formasaurus, rkrzr
    )
}  # fmt: skip
