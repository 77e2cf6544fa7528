"""Emphasis in Markdown, in all scripts.

turbohtml tells letters from punctuation in ASCII only: beside other characters it writes
``<strong>`` for ``**``, to be sure. So elements with such characters are marked in the tree, and
the marks become ``**`` where CommonMark reads that as emphasis (its "flanking" delimiters), and
tags elsewhere, as in ``日本<strong>「語」</strong>です``.
"""

from __future__ import annotations

import re
from typing import Any, Final
from unicodedata import category

from turbohtml import Text

_SIGNS: Final = {"b": "**", "strong": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_NAMES: Final = {"**": "strong", "*": "em", "~~": "s"}
_ALIKE: Final = {
    sign: ", ".join(tag for tag, its in _SIGNS.items() if its == sign) for sign in _NAMES
}
# Before and after emphasis. Unicode has these for internal use: no page has them.
_MARKS: Final = {
    "**": ("\ufdd2", "\ufdd5"), "*": ("\ufdd3", "\ufdd6"), "~~": ("\ufdd4", "\ufdd7"),
}  # fmt: skip
_SIGN_OF: Final = {mark: sign for sign, marks in _MARKS.items() for mark in marks}
_END_OF: Final = dict(_MARKS.values())
_MARK: Final = re.compile("[\ufdd2-\ufdd7]")
_MARKED: Final = re.compile("([\ufdd2-\ufdd4]+)([^\n\ufdd2-\ufdd7]*)([\ufdd5-\ufdd7]+)")


def mark_emphasis(body: Any) -> bool:
    """Put marks in the place of emphasis that has more than ASCII; whether there are any."""
    elements = body.select(", ".join(_SIGNS))
    if not elements or (text := body.text).isascii() or _MARK.search(text):
        return False
    for element in elements:
        sign = _SIGNS[element.tag]
        if element.parent.closest(_ALIKE[sign]) is not None:
            element.unwrap()  # it is within emphasis of its kind
    for element in elements:
        if (
            element.parent is None
            or (text := element.text).isascii()
            or not text.strip()
            or element.select_one("br, img") is not None
            or element.parent.closest("code, kbd, samp") is not None
        ):
            continue
        start, end = _MARKS[_SIGNS[element.tag]]
        element.insert(0, Text(start))
        element.append(Text(end))
        element.unwrap()
    return True


def with_emphasis(markdown: str) -> str:
    """Markdown with signs or tags for its marks, the innermost first."""
    for start, end in _MARKS.values():
        markdown = markdown.replace(end + start, "")
    while _MARK.search(markdown):
        signed = _MARKED.sub(_signed, markdown)
        markdown = signed if signed != markdown else _MARK.sub("", markdown)
    return markdown


def _signed(found: re.Match[str]) -> str:
    starts, inner, ends = found.groups()
    count = 0
    while count < min(len(starts), len(ends)) and _END_OF[starts[-1 - count]] == ends[count]:
        count += 1
    if not count:
        return inner
    around = starts[:-count], ends[count:]  # emphasis that holds more than this
    before = around[0] or found.string[found.start() - 1 : found.start()]
    after = around[1] or found.string[found.end() : found.end() + 1]
    text = inner.strip()
    # Blanks in emphasis stand beside it, once.
    lead = " " if inner[:1].isspace() and not _is_blank(before) else ""
    trail = " " if inner[-1:].isspace() and not _is_blank(after) else ""
    signs = [_SIGN_OF[start] for start in starts[-count:]]
    if _may_stand(lead or before[-1:], text[:1], count) and _may_stand(
        trail or after[:1], text[-1:], count
    ):
        opening, closing = "".join(signs), "".join(signs[::-1])
    else:
        opening = "".join([f"<{_NAMES[sign]}>" for sign in signs])
        closing = "".join([f"</{_NAMES[sign]}>" for sign in signs[::-1]])
    return f"{around[0]}{lead}{opening}{text}{closing}{trail}{around[1]}"


def _may_stand(outside: str, inside: str, signs: int) -> bool:
    """Whether signs between two characters are emphasis of what is on the side of ``inside``.

    At the edge of the text ``outside`` is empty, which counts as a blank.
    """
    if inside in "*_~" or outside in ("*", "_", "~", *_SIGN_OF):
        return False  # the signs would be read together
    apart = _is_blank(outside) or _is_punctuation(outside)
    return apart or not (_is_punctuation(inside) or signs > 1)


def _is_blank(character: str) -> bool:
    return not character or character.isspace()


def _is_punctuation(character: str) -> bool:
    return category(character)[0] in "PS"
