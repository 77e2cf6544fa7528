"""Pages in scripts that say nothing to the model, made of pages whose labels are known.

A language that was never seen is one whose n-grams have no weights: all that is left are the
shapes of lines, what recurs on the page and what stands around. The trees learn to do with
those from pages whose letters were exchanged for others, by a key of the page's own. Scripts
without blanks, and such as say in one character what takes three letters, make the lines
shorter as well.
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
from training.dataset import Sample, draw


@dataclass(frozen=True, slots=True)
class Script:
    """What to write with: one of ``letters`` for up to ``held`` letters at a time.

    ``blanks`` tells whether it parts words, ``wide`` whether its marks are full-width.
    """

    letters: str
    held: int = 1
    blanks: bool = True
    wide: bool = False


def block(first: str, last: str) -> str:
    """The letters from one to another, without capitals and marks.

    >>> block("α", "ε"), block("ก", "จ")
    ('αβγδε', 'กขฃคฅฆงจ')
    """
    every = map(chr, range(ord(first), ord(last) + 1))
    return "".join(each for each in every if unicodedata.category(each) in ("Ll", "Lo"))


# The first level of GB 2312: rare characters have no language.
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
    "Ethiopic": Script(block("ሀ", "ፐ"), held=2),
    "Hangul": Script(block("가", "힣"), held=3),
    "Thai": Script(block("ก", "ฮ"), blanks=False),
    "Lao": Script(block("ກ", "ຮ"), blanks=False),
    "Khmer": Script(block("ក", "អ"), blanks=False),
    "Han": Script(COMMON_HAN, held=3, blanks=False, wide=True),
    "Kana": Script(block("ぁ", "ゖ") + COMMON_HAN[::20], held=2, blanks=False, wide=True),
}
# Languages without blanks are not written with them, as no one can tell where they would be.
UNSPACED: Final = {"zh": ("Han", "Kana"), "ja": ("Han", "Kana"), "th": ("Thai", "Lao", "Khmer")}
_FULL_WIDTH: Final = str.maketrans(".,!?:;()", "。，！？：；（）")
_ALONE: Final = r"[\u3040-\u30ff\u3400-\u9fff]"  # kana and Han stand for more than a letter
_PIECES: Final = tuple(
    re.compile(rf"{_ALONE}|(?:(?!{_ALONE})[^\W\d_]){{1,{n}}}") for n in (1, 2, 3)
)
_BETWEEN_WORDS: Final = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
_MARKS: Final = re.compile(r"[.,!?:;]+(?=\s|$)\s?|[()]")
_STOPS: Final = re.compile(r"[.,](?=\s|$)")


def ciphered(labelled: Sample, name: str | None = None) -> Sample:
    """A page with its labels, in the script of that name or in one drawn for it.

    The names in its markup stay: those are in English everywhere.
    """
    gold = labelled.gold
    names = UNSPACED.get(gold.language, tuple(SCRIPTS))
    script = SCRIPTS[name or names[int(draw(gold, "script") * len(names))]]
    put = partial(written, script=script, key=f"{gold.corpus}/{gold.id}/")
    return replace(labelled, page=rewritten(labelled.page, put))


def rewritten(page: Page, put: Callable[[str], str]) -> Page:
    """A page with each of its texts put otherwise, those in its head too."""
    head = page.metadata
    return replace(
        page,
        lines=tuple(_rewritten_line(line, put(line.text)) for line in page.lines),
        metadata=replace(
            head,
            title=put(head.title),
            headline=put(head.headline),
            description=put(head.description),
            body=put(head.body),
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
    """A text in another script: the same letters are the same again, for the same key.

    Digits, and marks that the script has, stay.

    >>> written("A cat sat. 3.50", SCRIPTS["Hebrew"], "") != written("A", SCRIPTS["Hebrew"], "")
    True
    >>> len(written("Paper (1.5 kg), salt.", SCRIPTS["Han"], ""))
    14
    """
    text = unicodedata.normalize("NFC", text)
    text = _PIECES[script.held - 1].sub(partial(_exchanged, script.letters, key), text)
    if script.blanks:
        return text
    text = _BETWEEN_WORDS.sub("", text)
    if script.wide:
        return _MARKS.sub(lambda found: found[0].strip().translate(_FULL_WIDTH), text)
    return _STOPS.sub("", text)


def _exchanged(letters: str, key: str, piece: re.Match[str]) -> str:
    said = piece[0]
    new = letters[crc32((key + said.lower()).encode("utf-8", "replace")) % len(letters)]
    return new.upper() if said[0].isupper() else new
