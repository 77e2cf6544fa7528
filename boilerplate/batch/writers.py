"""Writers and a reader of shards: JSON lines, compressed JSON lines, Parquet."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol, cast, get_args

from boilerplate.batch.extras import check_extra
from boilerplate.batch.unpacking import decompressed, zstd_module
from boilerplate.files import atomic_write
from boilerplate.serialize import METADATA_FIELDS, METADATA_KEYS, METADATA_LISTS

# "samples" are of sketches, for site models; the others are of cleaned pages.
ShardFormat = Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet", "samples"]

SHARD_FORMATS: Final[tuple[ShardFormat, ...]] = get_args(ShardFormat)[:-1]


@dataclass(frozen=True, slots=True)
class WriteSettings:
    """Of compression, and of a Parquet file's row groups, which are held in memory."""

    gzip_level: int = 6
    zstd_level: int = 6
    row_group_records: int = 1000
    row_group_bytes: int = 32 << 20  # of JSON


SETTINGS: Final = WriteSettings()


@dataclass(frozen=True, slots=True)
class Written:
    """The size and the checksum of a file."""

    bytes: int
    sha256: str


class Writer(Protocol):
    """Writes records, which are UTF-8 JSON objects on one line each."""

    def write(self, record: bytes) -> None:
        """Write one record, without a line end."""

    def close(self) -> None:
        """Write what is held in memory, and the end of the file."""


@contextmanager
def writing(target: Path, shard_format: ShardFormat) -> Iterator[tuple[Writer, HashingFile]]:
    """A writer of ``target``, which is replaced only if the block ends without an error.

    Its folder is made. See ``files.atomic_write``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(target, follow_links=False) as file:
        hashing = HashingFile(file)
        writer = _writer(hashing, shard_format)
        try:
            yield writer, hashing
            writer.close()
        except BaseException:
            hashing.file = io.BytesIO()  # a writer may still write when it is garbage-collected
            raise


class HashingFile(io.RawIOBase):
    """A file to write to that counts and hashes what is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.count = 0

    def writable(self) -> bool:
        """Whether it can be written to: always."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes, or anything with a buffer; their number."""
        self.file.write(data)
        self.hash.update(data)
        size = memoryview(data).nbytes
        self.count += size
        return size

    def tell(self) -> int:
        """How many bytes were written."""
        return self.count

    @property
    def written(self) -> Written:
        """What was written so far."""
        return Written(self.count, self.hash.hexdigest())


class _LineWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, record: bytes) -> None:
        self.file.write(record + b"\n")

    def close(self) -> None:
        self.file.close()


def _writer(hashing: HashingFile, shard_format: ShardFormat) -> Writer:
    file: Any = hashing
    if shard_format == "parquet":
        return _ParquetWriter(hashing)
    if shard_format == "samples":
        from boilerplate.batch.sketches import SampleWriter  # slow to import

        return SampleWriter(file)
    if shard_format == "jsonl.gz":
        # No time in the header, so that the same records are the same bytes.
        return _LineWriter(cast("Any", gzip.GzipFile("", "wb", SETTINGS.gzip_level, file, mtime=0)))
    if shard_format == "jsonl.zst":
        zstd = zstd_module()
        parameter = zstd.CompressionParameter
        options = {parameter.checksum_flag: 1, parameter.compression_level: SETTINGS.zstd_level}
        return _LineWriter(zstd.open(file, "wb", options=options))
    return _LineWriter(cast("Any", io.BufferedWriter(file)))


class _ParquetWriter:
    """Writes row groups whose sizes depend on the records alone: the same bytes in any run."""

    def __init__(self, hashing: HashingFile) -> None:
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
        full = len(self.rows) == SETTINGS.row_group_records
        if full or self.bytes > SETTINGS.row_group_bytes:
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
            ("role", string), ("language", string), ("language_confidence", number),
            ("decided_by", string), ("start", pa.int64()), ("end", pa.int64()), ("path", string),
            ("source_line", pa.int64()),
        ]
    )  # fmt: skip
    sources = pa.struct([(key, string) for key in METADATA_FIELDS])
    metadata = [
        (key, pa.list_(string) if key in METADATA_LISTS else string) for key in METADATA_KEYS
    ]
    fetched = pa.struct([("status", pa.int64()), ("date", string), ("content_type", string)])
    return pa.schema(
        [
            ("schema", pa.int64()), ("source", string), ("record", pa.int64()), ("url", string),
            ("site", string), ("fetched", fetched), ("language", string),
            ("languages", pa.list_(pa.struct([("language", string), ("probability", number)]))),
            ("kind", string), ("threshold", number), ("keep", pa.list_(string)), ("text", string),
            ("metadata", pa.struct([*metadata, ("sources", sources)])),
            ("lines", pa.list_(line)), ("plugin_errors", pa.list_(string)), ("drift", number),
            ("unread", pa.int64()), ("error", string),
        ]
    )  # fmt: skip


def read_cleaned(path: Path, shard_format: ShardFormat) -> Iterator[dict[str, Any]]:
    """The records of a shard's output file, one by one, as JSON values."""
    if shard_format == "parquet":
        from pyarrow import parquet

        with parquet.ParquetFile(path) as file:
            for rows in file.iter_batches(SETTINGS.row_group_records):
                yield from rows.to_pylist()
        return
    # Unlimited, for this is what we wrote: a million pages with the same error pack very small.
    with decompressed(path, shard_format.removeprefix("jsonl"), limited=False) as unpacked:
        for line in unpacked.file:
            yield json.loads(line)
        unpacked.check()


def check_format(shard_format: ShardFormat) -> None:
    """Raise MissingPackageError if a format needs a package that is not installed."""
    if shard_format == "jsonl.zst":
        check_extra("zstd")
    if shard_format == "parquet":
        check_extra("parquet")


def writer_version(shard_format: ShardFormat) -> str | None:
    """The library that decides the bytes of a format, with its version; None if it is only JSON."""
    if shard_format == "jsonl.gz":
        return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
    if shard_format == "jsonl.zst":
        return f"zstd {zstd_module().zstd_version}"
    if shard_format == "parquet":
        import pyarrow

        return f"pyarrow {pyarrow.__version__}"
    if shard_format == "samples":
        from boilerplate.batch.sketches import SAMPLES_VERSION

        return f"samples {SAMPLES_VERSION}"
    return None
