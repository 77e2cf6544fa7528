"""The names of authors, out of what pages write where an author belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from boilerplate.output.metadata_dates import written_date
from boilerplate.output.metadata_values import MAX_NAME_CHARS, text_of, unique

MAX_AUTHORS: Final = 30
MAX_BYLINE_CHARS: Final = 300  # a longer line is a paragraph about the author
# What stands before a name, in the languages of many pages; a colon may follow.
_BY: Final = (
    "written by|words by|story by|posted by|published by|reported by|reviewed by|edited by|"
    "text by|article by|author|authors|by|von|von unserem redakteur|text|autor|autorin|autoren|"
    "par|auteur|auteurs|rédigé par|écrit par|publié par|por|escrito por|publicado por|"
    "di|a cura di|autore|scritto da|de|redactado por|door|geschreven door|auteur|av|af|skrevet av|"
    "skrevet af|skriven av|tekst|text och foto|kirjoittanut|teksti|szerző|írta|autoři|napsal|"
    "napsala|od|opracowanie|oprac|autorzy|przez|автор|авторы|автори|текст|от|від|"
    "autorius|autors|autorid|από|του|γράφει ο|γράφει η|συντάκτης|yazan|yazar|tarafından|haber|"
    "كتب|كتبت|بقلم|بواسطة|الكاتب|تحرير|נכתב על ידי|מאת|نویسنده|نوشته|توسط|"
    "द्वारा|लेखक|লেখক|โดย|ผู้เขียน|bởi|tác giả|theo|oleh|penulis|editor|reporter|penerbit|"
    "文|作者|撰文|撰稿|记者|記者|编辑|編輯|責任編輯|责任编辑|来源|來源|執筆|著者|取材・文|글|작성자|작성|기자"
)
_PREFIX: Final = re.compile(
    rf"^(?:{_BY})(?:\s*[:：/／|]\s*|(?<=[^\W\d])\s+|(?<=[\u4e00-\u9fff\uac00-\ud7a3])\s*(?=[:：/／]))",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"\s*(?:기자|특파원|记者|記者|tarafından|द्वारा)\s*$")
_EMAIL: Final = re.compile(r"[(<\[]?\s*[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}\s*[)>\]]?")
_HANDLE: Final = re.compile(r"(?:^|\s)[(]?@\w{2,40}[)]?")
_BRACKETS: Final = re.compile(r"\s*[(\[（【][^)\]）】]{0,100}[)\]）】]\s*")
# What ends the names of a byline: an office, a place, a time.
_END: Final = re.compile(
    r"\s*(?:[|•·●›»–—―/／]|\s-\s|\s{2,}|,?\s+(?:published|updated|posted|last updated|reviewed by|"
    r"medically reviewed|fact checked|edited by|photos? by|photography by|illustrations? by|"
    r"on \w+ \d|is an?|is the|for the)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_AND: Final = (
    "and|und|et|y|e|i|en|och|og|ja|és|și|și|ve|a|и|и|та|і|και|with|mit|avec|con|com|med|"
    "dan|và|و|ו|और|এবং|และ|与|和|及"
)
_BETWEEN: Final = re.compile(
    rf"\s*(?:[;；、&+]|،|,\s*(?:{_AND})\s+|\s(?:{_AND})\s)\s*", re.IGNORECASE
)
_COMMA: Final = re.compile(r"\s*[,，]\s*")
# After a comma these belong to the name before it, or are no name.
_DEGREE: Final = re.compile(
    r"(?:ph\.?\s?d|m\.?d|m\.?a|m\.?s|m\.?sc|b\.?a|b\.?sc|mph|mba|rn|rdn?|ldn?|cpa|cfp|cfa|esq|jr|sr|"
    r"d\.?o|dds|dvm|pharm\.?d|psy\.?d|j\.?d|ll\.?m|cscs|faan|np|pa-c|lcsw|edd|[ivx]{2,4})\.?$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"^(?:admin(?:istrator)?|user|guest|editor|staff|unknown|anonymous|author|authors|webmaster|"
    r"by|null|none|root|info|contact us|share|read more|follow|view all.*|see all.*|more by.*|"
    r"all posts.*|\d.*|.*\bmin(?:utes?)? read\b.*|.*[{}<>=].*|.*https?:.*|.*www\..*)$",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[^\W\d_]")


def authors_of(values: Iterable[str]) -> tuple[str, ...]:
    """The names in values that hold authors, in their order.

    >>> authors_of(["By Ana Lima and Bo Ek", "Ana Lima"]), authors_of(["Eva Roth, Ph.D."])
    (('Ana Lima', 'Bo Ek'), ('Eva Roth, Ph.D',))
    >>> authors_of(["文/林小梅", "https://a.example/lin"]), authors_of(["Lima, Ana"])
    (('林小梅',), ('Lima, Ana',))
    """
    return unique((name for value in values for name in _names(value)), MAX_AUTHORS)


def byline_authors(line: str) -> tuple[str, ...]:
    """The names in a line whose role is byline; none where it seems to be something else.

    >>> byline_authors("Von Eva Roth | Redaktion, 5. März 2024")
    ('Eva Roth',)
    >>> byline_authors("5 min read")
    ()
    """
    if len(line) > MAX_BYLINE_CHARS:
        return ()
    names = authors_of([line])
    return tuple(name for name in names if len(name.split()) <= 6)


def _names(value: str) -> Iterator[str]:
    text = text_of(value, 4 * MAX_NAME_CHARS)
    text = _HANDLE.sub(" ", _EMAIL.sub(" ", text)).strip()
    text = _without_prefix(text)
    text = _BRACKETS.sub(" ", text) if not text.startswith(("(", "[")) else text
    if cut := _END.sub("", text).strip():
        text = cut
    for part in _BETWEEN.split(text):
        yield from _by_comma(part)


def _without_prefix(text: str) -> str:
    for _ in range(2):  # "Author: By ..."
        text = _PREFIX.sub("", text, count=1).strip()
    return text


def _by_comma(text: str) -> Iterator[str]:
    """The names of a list with commas; "Lima, Ana" and "Eva Roth, Ph.D." are one each."""
    parts = [part for part in _COMMA.split(text) if part]
    if len(parts) == 2 and all(len(part.split()) == 1 for part in parts):
        parts = [", ".join(parts)] if text.isascii() else parts
    found: list[str] = []
    for part in parts:
        if found and _DEGREE.match(part):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    for part in found:
        name = _SUFFIX.sub("", _without_prefix(part)).strip(" .,:;|/-–—·•*\"'“”«»")
        if _is_name(name):
            yield name


def _is_name(text: str) -> bool:
    return (
        1 < len(text) <= MAX_NAME_CHARS
        and _LETTER.search(text) is not None
        and not _NO_NAME.match(text)
        and len(text.split()) <= 10
        and written_date(text) is None
    )
