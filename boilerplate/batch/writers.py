"""Writers of cleaned records: JSON lines, compressed JSON lines, Parquet."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol, cast, get_args

from boilerplate.batch.readers import _missing, _unpacked, _zstd
from boilerplate.files import atomic_write
from boilerplate.serialize import METADATA_KEYS

Format = Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)

ROW_GROUP: Final = 1000  # records; and no more than so many bytes of them
ROW_GROUP_BYTES: Final = 32 << 20
ZSTD_LEVEL: Final = 6


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
    """A writer of ``target``, which is there whole when the block ends without an error, or not.

    Its folder is made. See ``files.atomic_write``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(target) as file:
        hashing = _Hashing(file)
        writer = _parquet_writer(hashing) if form == "parquet" else _line_writer(hashing, form)
        try:
            yield writer, hashing
            writer.close()
        except BaseException:
            hashing.file = io.BytesIO()  # what a writer says when it is collected goes nowhere
            raise


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
        self.schema = parquet_schema(pyarrow)
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


def parquet_schema(pa: Any) -> Any:
    """The columns of a Parquet file: the keys of a cleaned page's JSON, with its types."""
    string, number = pa.string(), pa.float64()
    line = pa.struct(
        [
            ("text", string), ("label", string), ("probability", number), ("reason", string),
            ("kind", string), ("language", string), ("language_confidence", number),
            ("decided_by", string), ("start", pa.int64()), ("end", pa.int64()),
        ]
    )  # fmt: skip
    return pa.schema(
        [
            ("schema", pa.int64()), ("source", string), ("record", pa.int64()), ("url", string),
            ("site", string), ("language", string), ("kind", string), ("threshold", number),
            ("text", string), ("metadata", pa.struct([(key, string) for key in METADATA_KEYS])),
            ("lines", pa.list_(line)), ("plugin_errors", pa.list_(string)), ("drift", number),
            ("unread", pa.int64()), ("error", string),
        ]
    )  # fmt: skip


def _parquet_writer(hashing: _Hashing) -> Writer:
    try:
        return _ParquetWriter(hashing)
    except ImportError as error:
        raise _missing("parquet", "Parquet files") from error


def read_cleaned(path: Path, form: Format) -> Iterator[dict[str, Any]]:
    """The records of a shard's output file, one by one, as JSON values."""
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
