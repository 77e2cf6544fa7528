"""Bytes and text of the corpora: encodings, white space, words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import turbohtml

UTF8_MARK: Final = b"\xef\xbb\xbf"


def as_stored(html: bytes) -> bytes:
    r"""The bytes, with a byte order mark before UTF-8 that declares another encoding.

    Some corpora saved decoded pages as UTF-8 and left the page's ``<meta charset>`` as it was.

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
    """The text with each run of white space as one space."""
    return " ".join(text.split())


def paragraphs(text: str) -> str | None:
    r"""The non-empty lines of a text, squeezed; None if there are none.

    >>> paragraphs("first\n\n  second   one \n"), paragraphs(" \n")
    ('first\nsecond one', None)
    """
    return "\n".join(filter(None, map(squeezed, text.splitlines()))) or None


def unique(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The squeezed texts in order, without None, empty ones and repetitions."""
    return tuple(dict.fromkeys(filter(None, (squeezed(text or "") for text in texts))))


_CHARACTER_SCRIPTS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_RUN: Final = re.compile(rf"[{_CHARACTER_SCRIPTS}]+|[^\W{_CHARACTER_SCRIPTS}]+")
_UNSPACED: Final = re.compile(f"[{_CHARACTER_SCRIPTS}]")


def words(text: str) -> set[str]:
    """The case-folded words of a text; pairs of characters in scripts without spaces.

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
    """Share of the gold's distinct words that are on the page; 0 for an empty gold."""
    gold_words = words(gold)
    return len(gold_words & page_words) / len(gold_words) if gold_words else 0.0
