"""Untrusted text made safe to print: a terminal must not obey control characters in a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

# Terminals obey control characters, and an unclosed bidirectional override reorders all that
# follows it. The marks that Arabic and Hebrew need (U+200E, U+200F, U+061C) are kept.
_CONTROL_PICTURES: Final = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_REPLACED: Final = dict.fromkeys(
    [*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)],
    "\N{REPLACEMENT CHARACTER}",
)
# The same characters as JSON escapes: in JSON they can only be inside strings.
_ESCAPED: Final = {
    code: f"\\u{code:04x}" for code in (0x7F, *_REPLACED) if not 0xD800 <= code < 0xE000
}
_BLANKS: Final = dict.fromkeys(map(ord, "\t\n\r\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"), " ")
_KEPT_STYLE: Final = ' style="margin:0.2em 0"'
_DROPPED_STYLE: Final = ' style="margin:0.2em 0;color:gray"'
_SIGNS: Final = {True: "+", False: "\N{MINUS SIGN}"}
MAX_SHOWN_LINES: Final = 2000  # of a page in a notebook, which a longer one would make slow
_VISIBLE: Final = _CONTROL_PICTURES | _REPLACED | _BLANKS


def visible(text: str) -> str:
    r"""The text on one line, without control characters and lone surrogates.

    >>> visible("a\x1b[31mb\tc\ud800"), visible("ไทย\u200fعربي") == "ไทย\u200fعربي"
    ('a␛[31mb c�', True)
    """
    return text.translate(_VISIBLE)


def visible_json(text: str) -> str:
    r"""The same JSON with control characters escaped.

    >>> visible_json('"a\x9b31m b\u202e"')
    '"a\\u009b31m b\\u202e"'
    """
    return text.translate(_ESCAPED)


def first_words(lines: Iterable[str], most: int = 50) -> str:
    """The beginning of a text in quotes, on one line of ``most`` characters and an ellipsis.

    >>> first_words(["", "The ferry", "leaves at noon for the islands."], 20)
    "'The ferry leaves at …'"
    """
    words: list[str] = []
    for line in lines:
        words += visible(line[: 4 * most]).split()
        if sum(map(len, words)) > most:
            break
    text = " ".join(words)
    return repr(text if len(text) <= most else text[:most] + "…")


def notebook_html(caption: str, rows: Sequence[tuple[str, bool, str | None]]) -> str:
    """The lines of a page as HTML for a notebook: their texts, whether they are kept, their roles.

    Dropped lines are grey. There are no scripts, and all text is escaped.
    """
    shown = "".join(
        f'<div dir="auto"{_KEPT_STYLE if kept else _DROPPED_STYLE}><small{_DROPPED_STYLE}>'
        f"{_SIGNS[kept]} {escape(role or '')}</small> {escape(visible(text))}</div>"
        for text, kept, role in rows[:MAX_SHOWN_LINES]
    )
    more = len(rows) - MAX_SHOWN_LINES
    rest = f"<div><small>{more:,} more lines</small></div>" if more > 0 else ""
    return f"<div><div><b>{escape(caption)}</b></div>{shown}{rest}</div>"
