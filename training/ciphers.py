"""Labelled pages with their letters replaced, so that the model cannot read them.

The n-grams of a language that was never seen have no weights. What is left are the shapes of
lines, what recurs on the page, and the neighbours. The trees learn to decide by those from pages
whose letters were replaced by those of another script, with a key for each page. Scripts without
blanks, and scripts in which one character stands for up to three letters, also make the lines
shorter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from zlib import crc32

from boilerplate.page import Line, Page
from training.samples import Sample, draw


@dataclass(frozen=True, slots=True)
class Script:
    """A script to write in: one of its ``letters`` replaces up to ``letters_per_character``.

    ``blanks`` is whether it puts blanks between words, ``wide`` whether its punctuation is
    full-width.
    """

    letters: str
    letters_per_character: int = 1
    blanks: bool = True
    wide: bool = False


def block(first: str, last: str) -> str:
    """The letters of a range of characters, without capitals and combining marks.

    >>> block("α", "ε"), block("ก", "จ")
    ('αβγδε', 'กขฃคฅฆงจ')
    """
    every = map(chr, range(ord(first), ord(last) + 1))
    return "".join(each for each in every if unicodedata.category(each) in ("Ll", "Lo"))


# The first level of GB 2312; a detector finds no language in rarer characters.
COMMON_HAN: Final = "".join(
    bytes([row, column]).decode("gb2312", "ignore")
    for row in range(0xB0, 0xD8)
    for column in range(0xA1, 0xFF)
)
SCRIPTS: Final = {
    "Greek": Script(block("α", "ω")),
    "Armenian": Script(block("ա", "ֆ")),
    "Hebrew": Script(block("א", "ת")),
    "Bengali": Script(block("ক", "হ")),
    "Tamil": Script(block("க", "ஹ")),
    "Telugu": Script(block("క", "హ")),
    "Ethiopic": Script(block("ሀ", "ፐ"), letters_per_character=2),
    "Hangul": Script(block("가", "힣"), letters_per_character=3),
    "Thai": Script(block("ก", "ฮ"), blanks=False),
    "Lao": Script(block("ກ", "ຮ"), blanks=False),
    "Khmer": Script(block("ក", "អ"), blanks=False),
    "Han": Script(COMMON_HAN, letters_per_character=3, blanks=False, wide=True),
    "Kana": Script(
        block("ぁ", "ゖ") + COMMON_HAN[::20], letters_per_character=2, blanks=False, wide=True
    ),
}
# Pages in a language without blanks get such a script too: where blanks would be is unknown.
UNSPACED: Final = {"zh": ("Han", "Kana"), "ja": ("Han", "Kana"), "th": ("Thai", "Lao", "Khmer")}
_FULL_WIDTH: Final = str.maketrans(".,!?:;()", "。，！？：；（）")
_ALONE: Final = r"[\u3040-\u30ff\u3400-\u9fff]"  # one kana or Han character is one piece
_PIECES: Final = tuple(
    re.compile(rf"{_ALONE}|(?:(?!{_ALONE})[^\W\d_]){{1,{n}}}") for n in (1, 2, 3)
)
_BETWEEN_WORDS: Final = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_MARKS: Final = re.compile(r"[.,!?:;]+(?=\s|$)\s?|[()]")
_STOPS: Final = re.compile(r"[.,](?=\s|$)")


def ciphered(labelled: Sample, name: str | None = None) -> Sample:
    """A labelled page in the script of that name, or in one drawn for the page.

    Class and id names stay, for they are in English everywhere.
    """
    gold = labelled.gold
    names = UNSPACED.get(gold.language, tuple(SCRIPTS))
    script = SCRIPTS[name or names[int(draw(gold, "script") * len(names))]]
    replaced = partial(written, script=script, key=f"{gold.corpus}/{gold.id}/")
    return replace(labelled, page=rewritten(labelled.page, replaced))


def rewritten(page: Page, change: Callable[[str], str]) -> Page:
    """A page with each of its texts changed, those of its metadata too."""
    head = page.metadata
    return replace(
        page,
        lines=tuple(_rewritten_line(line, change(line.text)) for line in page.lines),
        metadata=replace(
            head,
            title=change(head.title),
            headline=change(head.headline),
            description=change(head.description),
            body=change(head.body),
        ),
    )


def _rewritten_line(line: Line, text: str) -> Line:
    if (markup := line.markup) is None:
        return replace(line, text=text)
    share = len(text) / max(len(line.text), 1)
    markup = replace(
        markup,
        link_chars=round(markup.link_chars * share),
        emphasis_chars=round(markup.emphasis_chars * share),
    )
    return replace(line, text=text, markup=markup)


def written(text: str, script: Script, key: str) -> str:
    """A text in another script; with the same key, the same letters give the same characters.

    Digits stay, and so does punctuation that the script has.

    >>> written("A cat sat. 3.50", SCRIPTS["Hebrew"], "") != written("A", SCRIPTS["Hebrew"], "")
    True
    >>> len(written("Paper (1.5 kg), salt.", SCRIPTS["Han"], ""))
    14
    """
    text = unicodedata.normalize("NFC", text)
    text = _PIECES[script.letters_per_character - 1].sub(
        partial(_replaced, script.letters, key), text
    )
    if script.blanks:
        return text
    text = _BETWEEN_WORDS.sub("", text)
    if script.wide:
        return _MARKS.sub(lambda found: found[0].strip().translate(_FULL_WIDTH), text)
    return _STOPS.sub("", text)


def _replaced(letters: str, key: str, piece: re.Match[str]) -> str:
    old = piece[0]
    new = letters[crc32((key + old.lower()).encode("utf-8", "replace")) % len(letters)]
    return new.upper() if old[0].isupper() else new
