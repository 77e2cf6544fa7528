"""A record of an archive: the page that it holds, or why it holds none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast, get_args

from boilerplate.page import Kind

Form = Literal["page", "json", "http"]

Role = Literal["id", "url", "html", "text", "charset"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)

MAX_RECORD_BYTES: Final = 64 << 20  # a larger record is an error record, and is not held in memory

PAGE_TYPES: Final = ("text/html", "application/xhtml+xml", "text/plain")

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class RecordsError(Exception):
    """A file cannot be read or written at all, with what to do about it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields of JSON lines and columns of Parquet are called, and how to read a page.

    A page is the ``html`` of its record where that is there, else its ``text``.
    """

    id: str = "id"
    url: str = "url"
    html: str = "html"
    text: str = "text"
    charset: str = "charset"


@dataclass(frozen=True, slots=True)
class Record:
    """One page of a file, as raw as it stood there.

    ``number`` counts the file's pages from 0; ``form`` says what ``source`` is: a page, a line
    of JSON or a WARC record's block; ``position`` is the share of the file read so far, 0..1.
    With an ``error`` there is no page.
    """

    number: int
    id: str
    source: str | bytes = b""
    url: str | None = None
    kind: Kind | None = None
    charset: str | None = None
    form: Form = "page"
    error: str = ""
    position: float = field(default=0.0, compare=False)


class RecordError(ValueError):
    """What is wrong with one record."""


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500] or type(error).__name__


def _bounded(record: Record) -> Record:
    if len(record.source) <= MAX_RECORD_BYTES:
        return record
    return replace(record, source=b"", error=f"is larger than {MAX_RECORD_BYTES >> 20} MiB")


def _page_of(values: Mapping[str, Any], fields: Fields, record: Record) -> Record:
    """A record with the page that a JSON object or a row of a table holds."""

    def word(role: Role) -> str | None:
        value = values.get(getattr(fields, role))
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return None if value is None else scrubbed(str(value))[:10_000]

    known = replace(
        record, id=word("id") or record.id, url=word("url"), charset=word("charset"), form="page"
    )
    kinds: tuple[Kind, Kind] = ("html", "text")
    for kind in kinds:
        source = values.get(getattr(fields, kind))
        if source is None:
            continue
        if isinstance(source, str):
            return replace(known, source=scrubbed(source), kind=kind)
        if isinstance(source, bytes):
            return replace(known, source=source, kind=kind)
        return replace(
            known, source=b"", error=f"{getattr(fields, kind)!r} is {_type(source)}, not a string"
        )
    return replace(known, source=b"", error=f"has neither {fields.html!r} nor {fields.text!r}")


def _type(value: object) -> str:
    return {dict: "an object", list: "a list", bool: "a boolean"}.get(type(value), "a number")


def _if_page(record: Record, content_type: str) -> Record:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in PAGE_TYPES:
        return record
    return replace(record, source=b"", error=f"is {scrubbed(media_type)[:100]}, and no page")


def opened(record: Record, fields: Fields) -> Record:
    """A record with its page, parsed out of what was shipped. Raises what strangers make raise."""
    if record.error:
        return record
    if record.form == "json":
        values = json.loads(record.source)
        if not isinstance(values, dict):
            raise RecordError(f"is {_type(values)}, not a JSON object")
        return _page_of(values, fields, record)
    if record.form == "http":
        return _body(record)
    return record


def _body(record: Record) -> Record:
    """What a server answered, decoded as its headers say."""
    from fastwarc.warc import WarcRecord

    # A record of its own: one that fails to decode leaves an iterator without its reader.
    block = cast("bytes", record.source)
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    try:
        answer = WarcRecord.from_bytes(head.encode() + block)
        answer.parse_http(auto_decode="all")
        data = answer.reader.read(MAX_RECORD_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RecordError(f"its HTTP answer is damaged: {_one_line(error)}") from error
    page = replace(record, source=data, charset=answer.http_charset, form="page")
    if answer.http_content_type:
        page = _if_page(page, answer.http_content_type)
        if answer.http_content_type.lower().startswith("text/plain"):
            page = replace(page, kind="text")
    return _bounded(page)


def scrubbed(text: str) -> str:
    r"""A string that can be written as UTF-8: JSON's lone surrogates cannot.

    >>> scrubbed("a\ud800b")
    'a�b'
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
