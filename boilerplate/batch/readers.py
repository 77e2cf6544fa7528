"""Readers of files that hold many pages: JSON lines, Parquet, WARC and WET.

They give Records that are not parsed yet. Untrusted input is parsed in a worker process, by
``record.unpack``, where a page that takes too much time or memory costs that page only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from boilerplate.batch.extras import EXTRAS, check_extra, missing_extra
from boilerplate.batch.gzip_members import GzipMembers
from boilerplate.batch.record import (
    MAX_RECORD_BYTES,
    Fields,
    Record,
    RecordsError,
    Statuses,
    failed,
    is_bad_input,
    limit_size,
    one_line,
    replace_surrogates,
)
from boilerplate.batch.unpacking import RECORD_OVERHEAD, Unpacked, decompressed, most_unpacked
from boilerplate.page import Kind

# The reader for each suffix, before that of the compression. Common Crawl's WET files are called
# .warc.wet.gz, and C4's JSON lines .json.gz.
READERS: Final = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet",
    ".warc": "warc", ".wet": "warc",
}  # fmt: skip
COMPRESSIONS: Final = ("", ".gz", ".zst")
# What is looked for in folders. There, .json is mostly one object about the pages beside it; such
# a file is read if the user names it.
ARCHIVE_SUFFIXES: Final = tuple(
    suffix + c for suffix in READERS for c in COMPRESSIONS if suffix + c != ".json"
)
UTF_8_MARK: Final = b"\xef\xbb\xbf"
UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
JSON_MARK: Final = b"{"  # the first byte of every line

# Reads a file of a compression, with names of fields.
Reader = Callable[[Path, str, Fields], Iterator[Record]]


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


def check_packages(paths: Iterable[str | Path]) -> None:
    """Raise MissingPackageError if one of these files needs a package that is not installed."""
    for suffix, compression in sorted({_reader_name(path) for path in paths}):
        if (extra := READERS.get(suffix)) in EXTRAS:
            check_extra(extra)
        if compression == ".zst":
            check_extra("zstd")


def read_archive(
    path: Path,
    name: str,
    fields: Fields,
    counts: Counter[str] | None = None,
    statuses: Statuses = (),
) -> Iterator[Record]:
    """The pages of a file; one without an id of its own gets ``name`` and its number as its id.

    ``counts`` gets the number of records that hold no page, and ``statuses`` are the ranges of HTTP
    statuses that are wanted; see ``warc.read_warc``.
    A file that is damaged or cut off gives the records before the damage, then one with an error.
    A WARC file or JSON lines of gzip members go on with the next whole member.
    Raises OSError if the file cannot be read, RecordsError if a package must be installed or a
    column is missing.
    """
    suffix, compression = _reader_name(path)
    warc = partial(_warc, counts=Counter() if counts is None else counts, statuses=statuses)
    readers: dict[str, Reader] = {"jsonl": _json_lines, "parquet": _parquet, "warc": warc}
    read = readers[READERS[suffix]]
    number = 0
    try:
        for record in read(path, compression, fields):
            yield record if record.id else replace(record, id=f"{name}:{record.number}")
            number = record.number + 1
    except BaseException as error:
        if not is_bad_input(error):
            raise
        yield Record(number, f"{name}:{number}", error=f"the file is {_damage(error)}")


def read_files(paths: Sequence[Path], names: Sequence[str], kind: Kind | None) -> Iterator[Record]:
    """One page from each file; a file that cannot be read becomes a record with an error."""
    for number, (path, name) in enumerate(zip(paths, names, strict=True)):
        record = Record(number, replace_surrogates(name), kind=kind, position=number / len(paths))
        try:
            with path.open("rb") as file:
                data = file.read(MAX_RECORD_BYTES + 1)
        except OSError as error:
            yield failed(record, error.strerror or str(error))
        else:
            yield limit_size(replace(record, source=data, source_format="file"))


def _damage(error: BaseException) -> str:
    what = "cut off here" if isinstance(error, EOFError) else "damaged from here on"
    return f"{what}: {one_line(error)}"


def _json_lines(path: Path, compression: str, fields: Fields) -> Iterator[Record]:
    with decompressed(path, compression) as unpacked:
        number = 0
        lost: str | None = ""
        while lost is not None:
            for line in _whole_lines(unpacked):
                if not number:
                    line = line.removeprefix(UTF_8_MARK)
                    if reason := _no_json_lines(line):
                        raise RecordsError(f"{path}: {reason}")
                if line.isspace():
                    continue
                unpacked.spend(RECORD_OVERHEAD)
                yield limit_size(
                    Record(number, "", line, source_format="json", position=unpacked.position())
                )
                number += 1
            if lost := unpacked.resume(JSON_MARK):
                unpacked.spend(RECORD_OVERHEAD)
                yield failed(Record(number, "", position=unpacked.position()), lost)
                number += 1
        unpacked.check()


def _whole_lines(unpacked: Unpacked) -> Iterator[bytes]:
    """The lines up to the end or to damage; of one that is too long, its beginning."""
    while line := unpacked.file.readline(MAX_RECORD_BYTES + 1):
        whole = line
        while not line.endswith(b"\n") and len(line) > MAX_RECORD_BYTES:
            line = unpacked.file.readline(MAX_RECORD_BYTES + 1)
        if unpacked.damage() and not whole.rstrip().endswith((b"}", b"\n")):
            return  # part of a line
        yield whole


def _no_json_lines(first: bytes) -> str:
    """Why a file is not JSON lines, by its first line; an empty string if it may be."""
    if first.startswith(UTF_16_MARKS):
        return "is UTF-16; JSON lines are UTF-8"
    if first.strip() in {b"{", b"["} and first.endswith(b"\n"):
        return "is one JSON value over several lines; JSON lines have an object on each line"
    return ""


def _parquet(path: Path, compression: str, fields: Fields) -> Iterator[Record]:
    from boilerplate.batch.parquet import read_parquet  # slow to import

    return read_parquet(path, fields)


def _warc(
    path: Path, compression: str, fields: Fields, counts: Counter[str], statuses: Statuses
) -> Iterator[Record]:
    try:
        from boilerplate.batch.warc import read_warc
    except ImportError as error:
        raise missing_extra("warc") from error
    if compression == ".gz":
        with path.open("rb") as raw:
            size = path.stat().st_size
            share = lambda: min(raw.tell() / max(size, 1), 1.0)  # noqa: E731
            members = GzipMembers(raw, most_unpacked(size))
            yield from read_warc(members, share, counts, statuses)
    else:
        with decompressed(path, compression) as unpacked:
            record = None
            for record in read_warc(unpacked.file, unpacked.position, counts, statuses):
                yield record
            if not (record and record.error.startswith("the file is")):  # else it is told
                unpacked.check()
