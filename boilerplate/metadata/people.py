"""The names of authors, out of what pages write where an author belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from boilerplate.metadata.dates import is_month, written_date
from boilerplate.metadata.values import MAX_NAME_CHARS, text_of, unique

MAX_AUTHORS: Final = 30
MAX_BYLINE_CHARS: Final = 300  # a longer line is a paragraph about the author
MAX_NAME_WORDS: Final = 10
MAX_BYLINE_WORDS: Final = 6  # of a name in a byline, where a job may follow without a sign
# What stands before a name and is no name itself, in the languages of many pages.
_CALLED: Final = (
    "written by|words by|story by|posted by|published by|reported by|recipe by|text by|article by|"
    "started by|thread starter|submitted by|author|authors|by|autor|autora|autorin|autoren|"
    "auteur|auteurs|rédigé par|écrit par|publié par|escrito por|publicado por|redactado por|"
    "a cura di|autore|scritto da|geschreven door|skrevet av|skrevet af|skriven av|tekst|"
    "text och foto|kirjoittanut|teksti|szerző|írta|autoři|napsal|napsala|opracowanie|oprac|autorzy|"
    "автор|авторы|автори|текст|autorius|autors|autorid|γράφει ο|γράφει η|συντάκτης|yazan|yazar|"
    "كتب|كتبت|بقلم|بواسطة|الكاتب|נכתב על ידי|מאת|نویسنده|نوشته|توسط|"
    "लेखक|লেখক|ผู้เขียน|tác giả|oleh|penulis|reporter|"
    "文|作者|撰文|撰稿|记者|記者|编辑|編輯|責任編輯|责任编辑|執筆|著者|取材・文|글|작성자|작성|기자"
)
# These are parts of names as well, so they count at the start of a line alone.
_FROM: Final = "von|par|por|di|de|da|door|av|af|od|przez|от|від|από|του|โดย|bởi|theo|text|haber"
_CALLED_BEFORE: Final = re.compile(rf"^(?:{_CALLED})(?:\s*[:：/／|]\s*|\s+)", re.IGNORECASE)
_FROM_BEFORE: Final = re.compile(rf"^(?:{_FROM})(?:\s*:\s*|\s+)", re.IGNORECASE)
_LABEL: Final = re.compile(rf"(?:{_CALLED}|{_FROM}|posted on|published on)\s*[:：]?", re.IGNORECASE)
# "submitted 17 hours ago by", "Photo and story by"
_LAST_BY: Final = re.compile(r"^.{0,60}\bby:?\s+(?=\S)", re.IGNORECASE)
_CALLED_AFTER: Final = re.compile(r"\s*(?:기자|특파원|记者|記者|tarafından|द्वारा)\s*$")
_EMAIL: Final = re.compile(r"[(<\[]?\s*[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}\s*[)>\]]?")
_HANDLE: Final = re.compile(r"(?:^|\s)[(]?@\w{2,40}[)]?")
_BRACKETS: Final = re.compile(r"\s*[(\[（【][^)\]）】]{0,100}[)\]）】]\s*")
# What ends the names: an office, a place, a time.
_SIGN: Final = re.compile(r"\s*(?:[|•·●›»／]|\s[-–—―/]\s|[–—―]).*$", re.DOTALL)
_SLASH: Final = re.compile(r"\s*/.*$", re.DOTALL)
_NEXT: Final = re.compile(
    r"\s*(?:\s{2,}|,?\s+(?:published|updated|posted|last updated|last|reviewed by|medically|"
    r"fact[- ]checked|edited by|photos? by|photography by|illustrations? by|is an?|is the|for the|"
    r"staff|senior|associate|contributing|managing|correspondent|mis à jour|publié|publicado|"
    r"veröffentlicht|aktualisiert|aggiornato|pubblicato|опубликовано)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_GLUED_DATE: Final = re.compile(r"(?<=\D)\d{4}\s?[-/.年년].*$", re.DOTALL)
_AND: Final = "and|und|et|en|och|og|ja|és|și|și|ve|та|και|with|mit|avec|med|dan|और|এবং|และ"
_BETWEEN: Final = re.compile(
    rf"\s*[;；、،]\s*|\s+[&+]\s+|,\s*(?i:{_AND})\s+|\s(?i:and|und|et)\s|与|和(?=\w{{2,3}}$)"
)
_BETWEEN_IN_LINES: Final = re.compile(
    rf"\s*[;；、،]\s*|\s*[&+]\s*|,\s*(?i:{_AND})\s+|\s(?:(?i:{_AND})|y|e|i|и|і|و|ו)\s|与"
)
_COMMA: Final = re.compile(r"\s*[,，]\s*")
# After a comma these belong to the name before it.
_DEGREE: Final = re.compile(
    r"(?:ph\.?\s?d|m\.?d|m\.?a|m\.?s|m\.?sc|b\.?a|b\.?sc|mph|mba|rn|rdn?|ldn?|cpa|cfp|cfa|esq|jr|sr|"
    r"d\.?o|dds|dvm|pharm\.?d|psy\.?d|j\.?d|ll\.?m|cscs|faan|np|pa-c|lcsw|edd|[ivx]{2,4})\.?$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"(?:admin(?:istrator)?|user|guest|editor|staff|unknown|anonymous|webmaster|null|none|root|"
    r"info|contact us|share|follow|caption|read more.*|view all.*|see all.*|more by.*|all posts.*|"
    r"\d.*|.*\bmin(?:utes?)? read\b.*|.*[{}<>=].*|.*https?:.*|.*www\..*)",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_WEEKDAYS: Final = "mon tue wed thu fri sat sun".split()
_BEFORE_DATE: Final = frozenset(("on", "at", "am", "le", "el", "den", "vom", "il", "от", "last"))
_EDGES: Final = " .,:;|/-–—·•*\"'“”«»"


def authors_of(values: Iterable[str]) -> tuple[str, ...]:
    """The names in values of a page's data that hold authors, in their order.

    >>> authors_of(["By Ana Lima and Bo Ek", "Ana Lima"]), authors_of(["Eva Roth, Ph.D."])
    (('Ana Lima', 'Bo Ek'), ('Eva Roth, Ph.D',))
    >>> authors_of(["https://a.example/lin"]), authors_of(["De Vos, Ana"])
    ((), ('De Vos', 'Ana'))
    """
    return unique((name for value in values for name in _names(value)), MAX_AUTHORS)


def byline_authors(line: str) -> tuple[str, ...]:
    """The names in a line that people read as a byline; none where it is something else.

    >>> byline_authors("Von Eva Roth | Redaktion, 5. März 2024"), byline_authors("文/林小梅")
    (('Eva Roth',), ('林小梅',))
    >>> byline_authors("Ana Lima on Friday, May 3"), byline_authors("5 min read")
    (('Ana Lima',), ())
    """
    if len(line) > MAX_BYLINE_CHARS:
        return ()
    names = unique(_names_in_line(line), MAX_AUTHORS)
    return tuple(name for name in names if len(name.split()) <= MAX_BYLINE_WORDS)


def is_label(line: str) -> bool:
    """Whether a line only says that a name follows.

    >>> is_label("Written by:"), is_label("By Ana Lima")
    (True, False)
    """
    return len(line) < MAX_NAME_CHARS and _LABEL.fullmatch(line) is not None


def is_labelled(line: str) -> bool:
    """Whether a line says that its names are authors.

    >>> is_labelled("By Ana Lima"), is_labelled("Ana Lima")
    (True, False)
    """
    return any(form.match(line) for form in (_CALLED_BEFORE, _FROM_BEFORE, _LAST_BY))


def is_full_name(name: str) -> bool:
    """Whether a name has two words, or is in a script that has no need of them.

    >>> is_full_name("Ana Lima"), is_full_name("林小梅"), is_full_name("Subscribe")
    (True, True, False)
    """
    return " " in name or not name.isascii()


def turned(name: str) -> str:
    """A name as catalogues write it, family name first, as people do.

    >>> turned("Lima, Ana Rosa"), turned("Ana Lima")
    ('Ana Rosa Lima', 'Ana Lima')
    """
    family, comma, given = name.partition(",")
    is_turned = comma and "," not in given and not _DEGREE.match(given.strip())
    return f"{given.strip()} {family.strip()}" if is_turned else name


def _names(value: str) -> Iterator[str]:
    text = _HANDLE.sub(" ", _EMAIL.sub(" ", text_of(value, 4 * MAX_NAME_CHARS))).strip()
    if _URL.match(text):
        return
    text = _cut(_SIGN, _BRACKETS.sub(" ", _without_label(text)))
    for part in _BETWEEN.split(text):
        yield from _by_comma(part)


def _names_in_line(line: str) -> Iterator[str]:
    text = _HANDLE.sub(" ", _EMAIL.sub(" ", text_of(line))).strip()
    text = _FROM_BEFORE.sub("", _without_label(_LAST_BY.sub("", text)))
    text = _SLASH.sub("", _cut(_SIGN, _BRACKETS.sub(" ", text)))
    text = _without_date(_cut(_NEXT, _cut(_GLUED_DATE, text)))
    for part in _BETWEEN_IN_LINES.split(text):
        yield from _by_comma(part)


def _cut(end: re.Pattern[str], text: str) -> str:
    """The text before what ends it, unless that is all of it."""
    return end.sub("", text).strip() or text


def _without_label(text: str) -> str:
    for _ in range(2):  # "Author: By ..."
        text = _CALLED_BEFORE.sub("", text, count=1).strip()
    return text


def _without_date(text: str) -> str:
    """The words before a date, or before the number of something else."""
    words = text.split()
    bare = [word.strip(_EDGES).casefold() for word in words]
    end = next((i for i, word in enumerate(bare) if i and word[:1].isdigit()), len(words))
    if end == len(words):
        return text
    while end > 1 and (
        is_month(bare[end - 1]) or bare[end - 1] in _BEFORE_DATE or bare[end - 1][:3] in _WEEKDAYS
    ):
        end -= 1
    return " ".join(words[:end])


def _by_comma(text: str) -> Iterator[str]:
    """The names of a list with commas, where a degree belongs to the name before it."""
    found: list[str] = []
    for part in _COMMA.split(text):
        if found and _DEGREE.match(part):
            found[-1] = f"{found[-1]}, {part}"
        elif part:
            found.append(part)
    for part in found:
        name = _CALLED_AFTER.sub("", _without_label(part)).strip(_EDGES)
        if _is_name(name):
            yield name


def _is_name(text: str) -> bool:
    return (
        1 < len(text) <= MAX_NAME_CHARS
        and _LETTER.search(text) is not None
        and not _NO_NAME.fullmatch(text)
        and not _LABEL.fullmatch(text)
        and len(text.split()) <= MAX_NAME_WORDS
        and written_date(text) is None
    )
