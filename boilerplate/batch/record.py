"""One page of a file of many pages: as it was read, and as it is unpacked for cleaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast, get_args

from boilerplate.batch.http_response import DamagedBodyError, parse_http
from boilerplate.page import Kind

SourceFormat = Literal["page", "file", "json", "http"]
FieldName = Literal["id", "url", "html", "text", "charset"]

# The first and the last of some ranges of HTTP statuses.
Statuses = tuple[tuple[int, int], ...]

FIELD_NAMES: Final[tuple[FieldName, ...]] = get_args(FieldName)
MAX_RECORD_BYTES: Final = 64 << 20  # a larger record becomes an error and is not held in memory
MAX_FIELD_CHARS: Final = 10_000  # of an id, a URL or a charset; the rest is cut off
NO_PAGES: Final = "no_pages"  # the count of a file's records that hold no page
PAGE_MEDIA_TYPES: Final = ("text/html", "application/xhtml+xml", "text/plain")
_JSON_TYPES: Final[Mapping[type, str]] = {
    dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number",
    float: "a number", type(None): "null",
}  # fmt: skip
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class RecordsError(Exception):
    """A whole file cannot be read or written; says what to do about it."""


class RecordError(ValueError):
    """One record holds no page; says why."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file calls the fields of a page: keys of JSON lines, columns of Parquet.

    The page is in ``html`` if the record has that field, else in ``text``. A name with dots that is
    no key itself is a path: ``metadata.url`` is ``url`` in the object ``metadata``.
    ``labels``, the text of a labels file, is read where it is named, to train site models.
    """

    id: str = "id"
    url: str = "url"
    html: str = "html"
    text: str = "text"
    charset: str = "charset"
    labels: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a crawler got a page, as its WARC record says: HTTP status, date and Content-Type."""

    status: int | None = None
    date: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One page of a file, not parsed yet.

    ``number`` counts the file's pages from 0. ``source_format`` says what ``source`` is: a page,
    a file of one page that may be compressed, a line of JSON that holds a page, or the HTTP
    response in a WARC record. ``labels`` is the text of its labels file, or empty. ``fetched`` is
    how a crawler got it. ``unread`` is how much its page lacks at its end, at least 1 if it was cut
    off before it came here.
    ``position`` is the share of the file read so far, 0 to 1. A record with an ``error`` has no
    page.
    """

    number: int
    id: str
    source: str | bytes = b""
    url: str | None = None
    kind: Kind | None = None
    charset: str | None = None
    source_format: SourceFormat = "page"
    error: str = ""
    labels: str = ""
    fetched: Fetched | None = None
    unread: int = 0
    position: float = field(default=0.0, compare=False)


def unpack(record: Record, fields: Fields) -> Record:
    """The record with its page as ``source``, taken out of what ``source_format`` names.

    The input is untrusted, and this may raise anything: ValueError for most bad input, and
    RecursionError and MemoryError for some.
    """
    if record.error:
        return record
    if record.source_format == "json":
        values = json.loads(record.source)
        if not isinstance(values, dict):
            raise RecordError(f"is {_json_type(values)}, not a JSON object")
        return with_fields(record, values, fields)
    if record.source_format == "http":
        return _http_body(record)
    if record.source_format == "file":
        from boilerplate.reading.compressed import unpacked  # slow to import

        data = unpacked(cast("bytes", record.source))
        return replace(record, source=data, source_format="page")
    return record


def with_fields(record: Record, values: Mapping[str, Any], fields: Fields) -> Record:
    """The record with the page and the other fields of a JSON object or of a table's row."""

    def string(name: FieldName) -> str | None:
        value = value_at(values, getattr(fields, name))
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, dict | list):
            raise RecordError(f"{getattr(fields, name)!r} is {_json_type(value)}, not a string")
        return None if value is None else replace_surrogates(str(value))[:MAX_FIELD_CHARS]

    try:
        record = replace(record, id=string("id") or record.id, source_format="page")
        record = replace(record, url=string("url"), charset=string("charset"))
        labels = value_at(values, fields.labels) if fields.labels else None
        if isinstance(labels, str):
            record = replace(record, labels=labels)
        return _with_page(record, values, fields)
    except RecordError as error:
        return failed(record, str(error))


def _with_page(record: Record, values: Mapping[str, Any], fields: Fields) -> Record:
    kinds: tuple[Kind, Kind] = ("html", "text")
    for kind in kinds:
        name = getattr(fields, kind)
        source = value_at(values, name)
        if source is None:
            continue
        if isinstance(source, str):
            source = replace_surrogates(source)
        if isinstance(source, str | bytes):
            # A field "text" is what a crawl made of a page, or its HTML: content tells.
            return replace(record, source=source, kind=kind if kind == "html" else None)
        return failed(record, f"{name!r} is {_json_type(source)}, not a string")
    return failed(record, f"has neither {fields.html!r} nor {fields.text!r}")


def value_at(values: Mapping[str, Any], name: str) -> Any:
    """The value of a key, or at a path of keys joined by dots; None if there is none.

    Raises RecordError if a path leads through a value that is no object.

    >>> value_at({"a": {"b.c": 1}, "a.d": 2}, "a.b.c"), value_at({"a.d": 2}, "a.d")
    (1, 2)
    """
    if name in values:
        return values[name]
    top, dot, rest = name.partition(".")
    inner = values.get(top) if dot else None
    if inner is None or isinstance(inner, dict):
        return inner and value_at(inner, rest)
    raise RecordError(f"{top!r} is {_json_type(inner)}, so that it has no {rest!r}")


def failed(record: Record, error: str) -> Record:
    """The record with an error, and without its source."""
    return replace(record, source=b"", error=error)


def limit_size(record: Record) -> Record:
    """The record, or one with an error if its source is larger than MAX_RECORD_BYTES."""
    if len(record.source) <= MAX_RECORD_BYTES:
        return record
    return failed(record, f"is larger than {MAX_RECORD_BYTES >> 20} MiB")


def is_page_type(content_type: str) -> bool:
    """Whether a Content-Type is that of a page.

    >>> is_page_type("Text/HTML; charset=utf-8"), is_page_type("image/png")
    (True, False)
    """
    return content_type.partition(";")[0].strip().lower() in PAGE_MEDIA_TYPES


def _http_body(record: Record) -> Record:
    """The record with the body of its HTTP response, decoded."""
    response = parse_http(cast("bytes", record.source))
    try:
        body = response.decoded(MAX_RECORD_BYTES + 1)
    except DamagedBodyError as error:
        raise RecordError(f"its HTTP response is damaged: {one_line(error)}") from error
    is_text = response.content_type.lower().startswith("text/plain")
    return limit_size(
        replace(
            record,
            source=body.data,
            unread=max(record.unread, body.missing),
            kind="text" if is_text else record.kind,
            charset=response.charset,
            source_format="page",
        )
    )


def _json_type(value: object) -> str:
    return _JSON_TYPES.get(type(value)) or f"a {type(value).__name__}"


def is_bad_input(error: BaseException) -> bool:
    """Whether an error is due to the file's contents, and not to the machine or to a bug."""
    if isinstance(error, OSError):
        return error.errno is None
    if not isinstance(error, Exception):  # fastwarc, in Rust, panics with a BaseException
        return type(error).__name__ == "PanicException"
    return not isinstance(error, RecordsError | TypeError | AttributeError | NameError)


def one_line(error: BaseException) -> str:
    """An exception's message on one line, cut to 500 characters; its type if there is none."""
    return " ".join(str(error).split())[:500] or type(error).__name__


def replace_surrogates(text: str) -> str:
    r"""A string that can be written as UTF-8: lone surrogates, as JSON may hold, are replaced.

    >>> replace_surrogates("a\ud800b")
    'a�b'
    """
    try:
        text.encode()  # a quarter of the time of a search
    except UnicodeEncodeError:
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text
