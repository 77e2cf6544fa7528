"""Dates as pages write them, to ISO 8601: by machines, in digits of any script, and in words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from boilerplate.metadata.values import text_of

MAX_DATE_CHARS: Final = 300  # of a line that holds a date
MIN_YEAR: Final = 1800  # of archives that were put on the web
MAX_YEAR: Final = 2100
MIN_WRITTEN_YEAR: Final = 1990  # of a date in a line, or in a URL: it is of the web's time
# What systems write where they have no date.
_NO_DATES: Final = ("1970-01-01", "1900-01-01", "1969-12-31")
_BUDDHIST: Final = 543  # years that the Thai calendar is ahead
_IMPERIAL: Final[Mapping[str, int]] = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911}

_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?)?",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?"
)
_EPOCH: Final = re.compile(r"1\d{9}(?:\d{3})?")
_ASIAN: Final = re.compile(
    r"(令和|平成|昭和|民國)?\s*(\d{1,4}|元)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?"
)
_VIETNAMESE: Final = re.compile(
    r"(\d{1,2})\s*(?:tháng|thg)\s*(\d{1,2}),?\s*(?:năm\s*)?(\d{4})", re.I
)
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_YEAR_LAST: Final = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_IN_URL: Final = re.compile(r"/(\d{4})[/-]?(\d{2})[/-]?(\d{2})(?=[/_\W-]|$)")
# Not \w: vowel signs of Indic and Thai words are no part of that.
_WORD_OR_NUMBER: Final = re.compile(r"\d+|[^\d\s!-/:-@\[-`{-~،、。·•–—…‘’“”«»]+")
_GLUED: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")  # "Published onMarch"
_HALF_DAY: Final = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
# Of "10:30", "GMT+2": numbers that are no days.
_CLOCK: Final = re.compile(
    r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\b\.?)?(?:\s*[+-]\d{4})?", re.I
)
_CHANGED: Final = re.compile(
    r"\b(?:updated?|modified|revised|reviewed|edited|aktuali|mis[e]? à jour|actuali|atuali|aggiorn|"
    r"modific|modifié|bijgewerkt|opdateret|oppdatert|uppdater|päivitetty|zaktuali|обновл|оновлен|"
    r"güncel|ενημερ|cập nhật|diperbarui)|更新|تحديث|עודכן|ปรับปรุง|अपडेट|수정|업데이트",
    re.IGNORECASE,
)
# Languages, as pages declare them, in which the month stands before the day in digits.
_MONTH_FIRST: Final = ("en", "en-us", "en-ph")


def iso_date(value: Any, language: str | None = None) -> str | None:
    """A date of a page's data as ISO 8601; None for what is none.

    A time of day stays if there is one, with its offset from UTC if that is given.

    >>> iso_date("2024-03-05 10:00:00 +0100"), iso_date("Tue, 05 Mar 2024 09:00:00 GMT")
    ('2024-03-05T10:00:00+01:00', '2024-03-05T09:00:00+00:00')
    >>> iso_date("20240305"), iso_date("soon"), iso_date("2024-02-31")
    ('2024-03-05', None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        value = str(int(value)) if 0 < value < 1e14 else ""
    text = _ascii_digits(text_of(value, MAX_DATE_CHARS))
    if not any(char.isdigit() for char in text):
        return None
    if match := _ISO.search(text):
        year, month, day, *clock = match.groups()
        if _HALF_DAY.search(text):
            return _iso(int(year), int(month), int(day), MIN_YEAR)
        return _with_time(year, month, day, *clock)
    if match := _COMPACT.fullmatch(text):
        return _with_time(*match.groups())
    if _EPOCH.fullmatch(text):
        return _of_epoch(int(text))
    if (day := written_date(text, language, MIN_YEAR)) is None:
        return None
    if match := _RFC_CLOCK.search(text):
        year, month, number = day.split("-")
        return _with_time(year, month, number, *match.groups())
    return day


_RFC_CLOCK: Final = re.compile(
    r"\b\d{4},?\s+(\d{2}):(\d{2})(?::(\d{2}))?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?!\d)"
)


def _of_epoch(number: int) -> str | None:
    """Seconds or milliseconds since 1970."""
    from datetime import UTC, datetime

    seconds = number // 1000 if number > 10**11 else number
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _with_time(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    offset: str | None,
) -> str | None:
    found = _iso(int(year), int(month), int(day), MIN_YEAR)
    if found is None or hour is None or minute is None or int(hour) > 23 or int(minute) > 59:
        return found
    found = f"{found}T{int(hour):02}:{minute}:{second if second and int(second) < 60 else '00'}"
    if not offset:
        return found
    if offset[0] not in "+-":
        return f"{found}+00:00"
    digits = offset[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 14 or int(digits[2:]) > 59:
        return found
    return f"{found}{offset[0]}{digits[:2]}:{digits[2:]}"


def _iso(year: int, month: int, day: int, least: int) -> str | None:
    """The date, if there is such a day, and the year is likely."""
    if not least <= year <= MAX_YEAR:
        return None
    try:
        found = date(year, month, day).isoformat()
    except ValueError:
        return None
    return None if found in _NO_DATES else found


def written_date(
    line: str, language: str | None = None, least: int = MIN_WRITTEN_YEAR
) -> str | None:
    """The first date that people wrote in a line; None if there is none.

    ``language`` tells the order of day and month in digits, and what the names of months mean.

    >>> written_date("Published: 5 March 2024, 10:30"), written_date("2024年3月5日")
    ('2024-03-05', '2024-03-05')
    >>> written_date("05/03/2024", "fr"), written_date("05/03/2024", "en")
    ('2024-03-05', '2024-05-03')
    >>> written_date("٥ مارس ٢٠٢٤", "ar"), written_date("15 Ağustos 2023", "tr")
    ('2024-03-05', '2023-08-15')
    """
    text = _ascii_digits(line[:MAX_DATE_CHARS])
    if not any(char.isdigit() for char in text):
        return None
    if match := _ASIAN.search(text):
        era, year, month, day = match.groups()
        number = 1 if year == "元" else int(year)
        return _iso(number + _IMPERIAL.get(era or "", 0), int(month), int(day), least)
    if match := _YEAR_FIRST.search(text):
        return _iso(*_common_era(match.group(1), match.group(2), match.group(3)), least)
    if match := _YEAR_LAST.search(text):
        first, _, second, year = match.groups()
        month_first = (language or "").lower() in _MONTH_FIRST and match.group(2) != "."
        orders = ((first, second), (second, first)) if month_first else (
            (second, first), (first, second))  # fmt: skip
        days = (_iso(*_common_era(year, month, day), least) for month, day in orders)
        return next((found for found in days if found), None)
    if match := _VIETNAMESE.search(text):
        return _iso(int(match.group(3)), int(match.group(2)), int(match.group(1)), least)
    return _in_words(text, language, least)


def _common_era(year: str, month: str, day: str) -> tuple[int, int, int]:
    number = int(year)
    return number - _BUDDHIST if 2530 <= number <= 2600 else number, int(month), int(day)


def is_of_change(line: str) -> bool:
    """Whether a line with a date says when the article was last changed.

    >>> is_of_change("Zuletzt aktualisiert: 5. März 2024"), is_of_change("5. März 2024")
    (True, False)
    """
    return _CHANGED.search(line) is not None


def date_in_url(url: str | None) -> str | None:
    """The day in the path of a URL, as news sites have it.

    >>> date_in_url("https://noticias.example/2024/03/05/lluvia"), date_in_url("/2024/13/05/")
    ('2024-03-05', None)
    """
    for match in _IN_URL.finditer((url or "")[:4_000]):
        year, month, day = map(int, match.groups())
        if found := _iso(year, month, day, MIN_WRITTEN_YEAR):
            return found
    return None


# ------------------------------------------------------------------------------ months in words


def _in_words(text: str, language: str | None, least: int) -> str | None:
    """A date with the name of a month beside a day, and a year after or before them."""
    text = _GLUED.sub(" ", _CLOCK.sub(" ", text))
    words = _WORD_OR_NUMBER.findall(text.casefold())[:60]
    months = _months(language)
    for place, word in enumerate(words):
        month = months.get(word)
        if month is None:
            continue
        near = [
            (abs(other - place), other, int(words[other]))
            for other in range(max(place - 4, 0), min(place + 5, len(words)))
            if words[other].isdigit() and len(words[other]) <= 4
        ]
        years = [each for each in near if each[2] >= 1000]
        days = [each for each in near if 1 <= each[2] <= 31 and each[0] <= 2]
        if years and days:
            year, _, _ = _common_era(str(min(years)[2]), "1", "1")
            if found := _iso(year, month, min(days)[2], least):
                return found
    return None


def is_month(word: str) -> bool:
    """Whether a word, in lower case, is what some language calls a month.

    >>> is_month("maart"), is_month("maarten")
    (True, False)
    """
    return word in _month_table()[""]


@cache
def _month_table() -> dict[str, dict[str, int]]:
    """The months' names by language; "" has those that mean the same in all languages."""
    path = files("boilerplate") / "data" / "months.json"
    table: dict[str, dict[str, int]] = json.loads(path.read_text("utf-8"))
    return table


@cache
def _months(language: str | None) -> Mapping[str, int]:
    table = _month_table()
    return {**table[""], **table.get((language or "").lower().split("-")[0], {})}


def _ascii_digits(text: str) -> str:
    """The text with the decimal digits of all scripts as ASCII.

    >>> _ascii_digits("२०२४ ۵")
    '2024 5'
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
