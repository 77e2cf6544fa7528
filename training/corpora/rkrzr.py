"""R. Kreuzer's dataset-popular and dataset-random: pages of 2013 whose blocks have types.

The typed page was saved by a browser after its scripts ran, with most text beyond ASCII garbled. So
``html`` is what the server sent (``index.html.orig``), and the typed lines are replaced by the
lines with the same ASCII letters there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import turbohtml

from training.corpora.gold_page import GoldPage
from training.corpora.languages import language_of
from training.corpora.markup import block_lines
from training.corpora.sites import site_of
from training.corpora.text import as_stored, unique, word_recall, words

NAME = "rkrzr"
LICENCE = "public domain"
COMMIT = "dataset-popular 49180458, dataset-random 5cdf4de4"
REPOSITORIES = {"rkrzr-popular": "dataset-popular", "rkrzr-random": "dataset-random"}

ARTICLE = "Article"
CHROME = frozenset(
    {"LinkList", "Menu", "Header", "Footer", "Ad", "Sidebar", "Comments", "Searchbar", "Logo",
     "Menu Sidebar"}
)  # fmt: skip
_TYPE = "data-block-type"
# Of an article's words in what the server sent; below it, the article came from a script.
LEAST_RECALL = 0.8
# ASCII letters and digits of a garbled line that are enough to recognise it.
LEAST_KEY_CHARS = 8


def pages(root: Path) -> Iterator[GoldPage]:
    """The pages with typed blocks, sorted by folder.

    ``gold`` is the text of the Article blocks, ``boilerplate`` that of chrome blocks, ``optional``
    that of other blocks (Content, Title, Image ...).
    """
    for typed in sorted(root.rglob("index.blocks.html")):
        original = typed.with_name("index.html.orig")
        if not original.is_file():
            continue
        html = as_stored(original.read_bytes())
        document = turbohtml.parse(html)
        lines = block_lines(document)
        article, chrome, other = typed_lines(
            turbohtml.parse(typed.read_bytes().decode("utf-8", "replace"))
        )
        repair = Repair(lines, document.encoding or "utf-8")
        gold = "\n".join(map(repair, article))
        if word_recall(gold, words("\n".join(lines))) < LEAST_RECALL:
            gold = ""
        url = f"http://{typed.parent.relative_to(root).as_posix().split('/', 1)[1]}/"
        yield GoldPage(
            corpus=NAME,
            id=typed.parent.relative_to(root).as_posix(),
            html=html,
            gold=gold or None,
            url=url,
            site=site_of(url),
            language=language_of(document, "\n".join(lines)),
            optional=unique(map(repair, other)),
            boilerplate=unique(map(repair, chrome)),
        )


def typed_lines(document: turbohtml.Document) -> tuple[list[str], list[str], list[str]]:
    """The lines in Article blocks, in chrome blocks and in others, by the innermost block."""
    article: list[str] = []
    chrome: list[str] = []
    other: list[str] = []
    for block in document.select(f"[{_TYPE}]"):
        kinds = [str(block.attrs[_TYPE])] + [
            str(outer.attrs[_TYPE])
            for outer in block.ancestors
            if isinstance(outer, turbohtml.Element) and _TYPE in outer.attrs
        ]
        lines = block_lines(block, leave_out=_TYPE)
        if kinds[0] == ARTICLE:
            article += lines
        elif CHROME.intersection(kinds):
            chrome += lines
        else:
            other += lines
    return article, chrome, other


class Repair:
    """Finds the line that the server sent for a garbled line."""

    def __init__(self, lines: list[str], encoding: str) -> None:
        """``lines`` are those of the page as sent, in ``encoding``."""
        self.encoding = encoding
        self.by_key = {ascii_key(line): line for line in reversed(lines)}

    def __call__(self, line: str) -> str:
        """The sent line with the same ASCII letters, else the line decoded again."""
        key = ascii_key(line)
        if len(key) >= LEAST_KEY_CHARS and key in self.by_key:
            return self.by_key[key]
        return line if line.isascii() else decoded_again(line, self.encoding)


def ascii_key(line: str) -> str:
    """The ASCII letters and digits of a line, which are never garbled."""
    return "".join(filter(str.isalnum, line.encode("ascii", "ignore").decode()))


def decoded_again(text: str, encoding: str) -> str:
    """The text before its bytes were decoded with a wrong encoding, once or twice.

    >>> decoded_again("Männer".encode().decode("cp1252"), "utf-8")
    'Männer'
    >>> decoded_again("Погода".encode("windows-1251").decode("cp1252"), "windows-1251")
    'Погода'
    """
    # (the wrong encoding, the right encoding)
    ways = (("cp1252", "utf-8"), (encoding, "utf-8"), ("cp1252", encoding))
    for _ in range(2):
        for read_in, written_in in ways:
            if read_in.lower() == written_in.lower():
                continue
            try:
                text = _bytes_read_in(read_in, text).decode(written_in)
            except (UnicodeError, LookupError):
                continue
            break
        else:
            return text
    return text


def _bytes_read_in(encoding: str, text: str) -> bytes:
    # Browsers decode bytes that an encoding leaves undefined as the C1 controls of that number.
    return b"".join(
        character.encode("latin-1" if "\x80" <= character <= "\x9f" else encoding)
        for character in text
    )
