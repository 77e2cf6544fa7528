"""Records of files that hold many pages: read one by one, written beside and renamed.

A Record is as raw as it can be shipped: what a stranger wrote is parsed in a worker process, by
``opened``, where a page that takes too much time or memory costs that page only.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final, cast

from boilerplate.batch.record import (
    MAX_RECORD_BYTES,
    Fields,
    Record,
    RecordsError,
    _bounded,
    _if_page,
    _one_line,
    _page_of,
    scrubbed,
)
from boilerplate.page import Kind

# By the end of a file's name, compression aside. Common Crawl calls WET files .warc.wet.gz.
READERS: Final = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
COMPRESSIONS: Final = ("", ".gz", ".zst")
ARCHIVE_SUFFIXES: Final = tuple(suffix + c for suffix in READERS for c in COMPRESSIONS)

WARC_MARK: Final = b"WARC/"  # what a record begins with
HEADER_ENDS: Final = "a record's header ends early"
MAX_HEADER: Final = 32 << 10  # of a WARC record

ROWS_AT_ONCE: Final = 64  # of a Parquet file; fewer where rows are large
BYTES_AT_ONCE: Final = 16 << 20


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
