"""Records of files that hold many pages: read one by one, written beside and renamed.

A Record is as raw as it can be shipped: what a stranger wrote is parsed in a worker process, by
``opened``, where a page that takes too much time or memory costs that page only.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol, cast, get_args

from boilerplate.page import Kind

Form = Literal["page", "json", "http"]
Format = Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]
Role = Literal["id", "url", "html", "text", "charset"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# By the end of a file's name, compression aside. Common Crawl calls WET files .warc.wet.gz.
READERS: Final = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
COMPRESSIONS: Final = ("", ".gz", ".zst")
ARCHIVE_SUFFIXES: Final = tuple(suffix + c for suffix in READERS for c in COMPRESSIONS)
MAX_RECORD_BYTES: Final = 64 << 20  # a larger record is an error record, and is not held in memory
WARC_MARK: Final = b"WARC/"  # what a record begins with
HEADER_ENDS: Final = "a record's header ends early"
MAX_HEADER: Final = 32 << 10  # of a WARC record
PAGE_TYPES: Final = ("text/html", "application/xhtml+xml", "text/plain")
ROWS_AT_ONCE: Final = 64  # of a Parquet file; fewer where rows are large
BYTES_AT_ONCE: Final = 16 << 20
ROW_GROUP: Final = 1000  # records; and no more than so many bytes of them
ROW_GROUP_BYTES: Final = 32 << 20
ZSTD_LEVEL: Final = 6
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


def is_archive(path: str | Path) -> bool:
    """Whether a file holds many pages, by its name.

    >>> is_archive("a/CC-MAIN-1.warc.wet.gz"), is_archive("page.html"), is_archive("b.JSONL.zst")
    (True, False, True)
    """
    return _reader_name(path)[0] in READERS


def _reader_name(path: str | Path) -> tuple[str, str]:
    name = Path(path).name.lower()
    compression = next((c for c in COMPRESSIONS[1:] if name.endswith(c)), "")
    return Path(name.removesuffix(compression)).suffix, compression


# --------------------------------------------------------------------------------- reading


def read_archive(path: Path, name: str, fields: Fields) -> Iterator[Record]:
    """The pages of a file, each with the file's ``name`` and its number as its id for want of one.

    A file that is damaged or cut off gives its whole records and then one with an error. Raises
    OSError where the file cannot be read, RecordsError where something must be installed or a
    column is missing.
    """
    suffix, compression = _reader_name(path)
    read = {"jsonl": _json_lines, "parquet": _parquet, "warc": _warc}[READERS[suffix]]
    number = 0
    try:
        for record in read(path, compression, fields):
            yield record if record.id else replace(record, id=f"{name}:{record.number}")
            number = record.number + 1
    except BaseException as error:
        if _is_ours(error):
            raise
        yield Record(number, f"{name}:{number}", error=f"the file is {_damage(error)}")


def read_files(paths: Sequence[Path], names: Sequence[str], kind: Kind | None) -> Iterator[Record]:
    """A page a file; one that cannot be read is a record with an error."""
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        page = Record(number, scrubbed(name), kind=kind, position=number / len(paths))
        try:
            with path.open("rb") as file:
                data = file.read(MAX_RECORD_BYTES + 1)
        except OSError as error:
            yield replace(page, error=error.strerror or str(error))
        else:
            yield _bounded(replace(page, source=data))


def _is_ours(error: BaseException) -> bool:
    """Whether an error is the machine's, the caller's or a mistake here, and not the file's."""
    if isinstance(error, OSError):
        return error.errno is not None
    if not isinstance(error, Exception):  # fastwarc is in Rust, which panics: no Exception
        return type(error).__name__ != "PanicException"
    return isinstance(error, RecordsError | TypeError | AttributeError | NameError)


def _damage(error: BaseException) -> str:
    what = "cut off here" if isinstance(error, EOFError) else "damaged from here on"
    return f"{what}: {_one_line(error)}"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500] or type(error).__name__


def _bounded(record: Record) -> Record:
    if len(record.source) <= MAX_RECORD_BYTES:
        return record
    return replace(record, source=b"", error=f"is larger than {MAX_RECORD_BYTES >> 20} MiB")


@contextmanager
def _unpacked(path: Path, compression: str) -> Iterator[tuple[IO[bytes], Callable[[], float]]]:
    """A file's bytes, decompressed as they are read, and how far they have been, 0..1."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:

        def position() -> float:
            return min(raw.tell() / size, 1.0)

        if not compression:
            yield raw, position
            return
        if path.stat().st_size == 0:
            raise EOFError("it is empty")
        with gzip.open(raw) if compression == ".gz" else _zstd().open(raw) as file:
            yield io.BufferedReader(cast("Any", file)), position


def _zstd() -> Any:
    """The module of Python 3.14, or its backport: both say so where a file is cut off."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from backports import zstd
        except ImportError as error:
            raise _missing("zstd", ".zst files") from error
    return zstd


def _missing(extra: str, what: str) -> RecordsError:
    return RecordsError(f"{what} need more packages: pip install 'boilerplate-lines[{extra}]'")


def _json_lines(path: Path, compression: str, fields: Fields) -> Iterator[Record]:
    with _unpacked(path, compression) as (file, position):
        number = 0
        while line := file.readline(MAX_RECORD_BYTES + 1):
            whole = line
            while not line.endswith(b"\n") and len(line) > MAX_RECORD_BYTES:
                line = file.readline(MAX_RECORD_BYTES + 1)
            if whole.isspace():
                continue
            yield _bounded(Record(number, "", whole, form="json", position=position()))
            number += 1


def _parquet(path: Path, compression: str, fields: Fields) -> Iterator[Record]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise _missing("parquet", "Parquet files") from error
    with path.open("rb") as raw, parquet.ParquetFile(raw) as file:
        there = file.schema_arrow.names
        columns = [name for name in _names(fields) if name in there]
        if not {fields.html, fields.text} & set(columns):
            raise RecordsError(
                f"{path}: has no column {fields.html!r} or {fields.text!r}; it has "
                f"{', '.join(map(repr, there))}. Name one with --field html=NAME or text=NAME"
            )
        total = max(file.metadata.num_rows, 1)
        groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
        size = sum(group.total_byte_size for group in groups) / total
        at_once = max(1, min(ROWS_AT_ONCE, int(BYTES_AT_ONCE / max(size, 1))))
        number = 0
        for batch in file.iter_batches(at_once, columns=columns):
            held = {name: batch.column(name) for name in columns}
            for row in range(batch.num_rows):
                record = Record(number, "", position=number / total)
                try:
                    values = {name: column[row].as_py() for name, column in held.items()}
                    record = _bounded(_page_of(values, fields, record))
                except (ValueError, ArithmeticError) as error:  # a string that is not UTF-8
                    record = replace(record, error=_one_line(error))
                yield record
                number += 1


def _names(fields: Fields) -> tuple[str, ...]:
    return (fields.id, fields.url, fields.html, fields.text, fields.charset)


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


def _warc(path: Path, compression: str, fields: Fields) -> Iterator[Record]:
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        raise _missing("warc", "WARC and WET files") from error
    pages = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)
    with _unpacked(path, compression) as (file, position):
        number = 0
        watched = _Watched(file)
        for found in ArchiveIterator(cast("Any", watched), parse_http=False, stream_detect=False):
            if not (found.headers.get("Content-Length") or "").strip():  # the header is cut off
                raise EOFError(HEADER_ENDS)
            if found.record_type not in pages:
                continue
            wanted = min(found.content_length, MAX_RECORD_BYTES + 1)
            block = found.reader.read(wanted)
            record = Record(
                number,
                scrubbed(found.record_id or ""),
                block,
                scrubbed(found.headers.get("WARC-Target-URI") or "").strip("<>") or None,
                "text" if found.record_type == WarcRecordType.conversion else None,
                form="http" if found.is_http else "page",
                position=position(),
            )
            if len(block) < wanted:  # neither fastwarc nor warcio tells
                short = f"{len(block)} of the record's {found.content_length} bytes are there"
                yield replace(record, source=b"", error=f"the file is cut off here: {short}")
                return
            if (said := found.headers.get("Content-Type")) and record.form == "page":
                record = _if_page(record, said)
            yield _bounded(record)
            number += 1
        # What stands behind the last record's end: nothing, or the beginning of a header.
        rest = watched.tail.rpartition(b"\r\n\r\n")[2]
        if rest and (rest.startswith(WARC_MARK) or WARC_MARK.startswith(rest)):
            raise EOFError(HEADER_ENDS)


class _Watched:
    """A file to read from that remembers the end of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.tail = b""
        self.count = 0

    def tell(self) -> int:
        return self.count

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        if data:
            self.count += len(data)
            self.tail = data if len(data) >= MAX_HEADER else (self.tail + data)[-MAX_HEADER:]
        return data


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


# --------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its size and checksum."""

    bytes: int
    sha256: str


class Writer(Protocol):
    """Takes records as UTF-8 JSON objects, without line ends."""

    def write(self, record: bytes) -> None:
        """Take one record."""

    def close(self) -> None:
        """Write what was held back."""


@contextmanager
def writing(target: Path, form: Format) -> Iterator[tuple[Writer, _Hashing]]:
    """A writer of ``target``, which is there whole when the block ends well, or not at all.

    What is written goes to a name beside it, to the disk, and is then renamed.
    """
    with beside(target) as file:
        hashing = _Hashing(file)
        writer = _parquet_writer(hashing) if form == "parquet" else _line_writer(hashing, form)
        try:
            yield writer, hashing
            writer.close()
        except BaseException:
            hashing.file = io.BytesIO()  # what a writer says when it is collected goes nowhere
            raise


@contextmanager
def beside(target: Path) -> Iterator[IO[bytes]]:
    """A file to write ``target`` to; renamed when the block ends well, else removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{_host()}-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _host() -> str:
    from socket import gethostname  # which ``--help`` need not wait for

    return gethostname()[:60]


def remove_left_behind(folder: Path) -> None:
    """Remove what processes of this machine that are no more left half written."""
    mine = re.compile(rf"\.{re.escape(_host())}-(\d+)-[0-9a-f]{{8}}\.tmp")
    for path in folder.rglob(".*.tmp"):
        found = mine.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Hashing(io.RawIOBase):
    """A file to write to that counts and hashes what goes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.file.write(data)
        self.hash.update(data)
        size = memoryview(data).nbytes
        self.count += size
        return size

    def tell(self) -> int:
        return self.count

    @property
    def written(self) -> Written:
        """What went through so far."""
        return Written(self.count, self.hash.hexdigest())


class _LineWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, record: bytes) -> None:
        self.file.write(record + b"\n")

    def close(self) -> None:
        self.file.close()


def _line_writer(hashing: _Hashing, form: Format) -> Writer:
    if form == "jsonl.gz":  # without a time in it: the same bytes tomorrow
        return _LineWriter(cast("Any", gzip.GzipFile("", "wb", 6, cast("Any", hashing), mtime=0)))
    if form == "jsonl.zst":
        zstd = _zstd()
        parameter = zstd.CompressionParameter
        options = {parameter.checksum_flag: 1, parameter.compression_level: ZSTD_LEVEL}
        return _LineWriter(zstd.open(hashing, "wb", options=options))
    return _LineWriter(cast("Any", io.BufferedWriter(hashing)))


class _ParquetWriter:
    """Row groups whose bounds depend on the records alone."""

    def __init__(self, hashing: _Hashing) -> None:
        import pyarrow
        from pyarrow import parquet

        self.arrow = pyarrow
        self.schema = _schema(pyarrow)
        self.parquet = parquet.ParquetWriter(hashing, self.schema, compression="zstd")
        self.rows: list[dict[str, Any]] = []
        self.bytes = 0

    def write(self, record: bytes) -> None:
        self.rows.append(json.loads(record))
        self.bytes += len(record)
        if len(self.rows) == ROW_GROUP or self.bytes > ROW_GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        table = self.arrow.Table.from_pylist(self.rows, self.schema)
        self.parquet.write_table(table, row_group_size=len(self.rows))
        self.rows, self.bytes = [], 0

    def close(self) -> None:
        if self.rows:
            self._flush()
        self.parquet.close()


def _schema(pa: Any) -> Any:
    line = pa.struct(
        [
            ("start", pa.int32()), ("end", pa.int32()), ("probability", pa.float64()),
            ("content", pa.bool_()), ("kind", pa.string()), ("language", pa.string()),
        ]
    )  # fmt: skip
    text = ("id", "url", "site", "language", "kind")
    return pa.schema(
        [
            ("record", pa.int64()),
            *((name, pa.string()) for name in text),
            ("threshold", pa.float64()),
            ("drift", pa.float64()),
            ("unread", pa.int64()),
            ("plugin_errors", pa.list_(pa.string())),
            ("text", pa.string()),
            ("page", pa.string()),
            ("lines", pa.list_(line)),
            ("error", pa.string()),
        ]
    )


def _parquet_writer(hashing: _Hashing) -> Writer:
    try:
        return _ParquetWriter(hashing)
    except ImportError as error:
        raise _missing("parquet", "Parquet files") from error


def cleaned_records(path: Path, form: Format) -> Iterator[dict[str, Any]]:
    """The records of a file that was written here, one by one, as JSON values."""
    if form == "parquet":
        from pyarrow import parquet

        with parquet.ParquetFile(path) as file:
            for rows in file.iter_batches(ROW_GROUP):
                yield from rows.to_pylist()
        return
    with _unpacked(path, form.removeprefix("jsonl")) as (file, _):
        for line in file:
            yield json.loads(line)


def check_format(form: Format) -> None:
    """Raise RecordsError where a format needs what is not installed: before the work, not after."""
    if form == "jsonl.zst":
        _zstd()
    if form == "parquet":
        _parquet_writer(_Hashing(io.BytesIO()))


def digest_of(paths: Iterable[Path], named: bool = False) -> str:
    """The SHA-256 of the digests of files, with their names where these count.

    A file that cannot be read counts as that.
    """
    whole = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
        except OSError:
            digest = bytes(32)
        if named:
            whole.update(os.fsencode(path.name) + b"\0")
        whole.update(digest)
    return whole.hexdigest()
