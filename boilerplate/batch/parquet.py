"""The reader of Parquet files: a process of its own, within a limit of memory.

A file of 4 kB may say that 64 rows have the same 40 MB, and one of 100 kB have a part that unpacks
to gigabytes. That shows only when the library, which is not made for files from anyone, has
unpacked it. So that is done in a child process, which sends records one by one; what does not
fit there, or crashes it, costs the rest of that file only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

from boilerplate.batch.child import (
    child_process,
    end_process,
    limit_memory,
    receive_message,
    send_message,
)
from boilerplate.batch.extras import missing_extra
from boilerplate.batch.record import (
    Fields,
    Record,
    RecordsError,
    failed,
    is_bad_input,
    limit_size,
    one_line,
    with_fields,
)
from boilerplate.batch.unpacking import RECORD_OVERHEAD, TooLargeError, most_unpacked

# The type of a message: a record, the end, RecordsError, a damaged file, an OSError, no memory.
MessageType = Literal[b"A", b"Z", b"R", b"D", b"O", b"M"]

READER_MEMORY: Final = 1024  # MiB, beyond what the library needs
PIPE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How much of a file is unpacked at a time."""

    # Rows that are decoded together: as many as fit into the bytes, and no more than this.
    rows: int = 64
    bytes: int = 16 << 20


SETTINGS: Final = ReadSettings()


def read_parquet(path: Path, fields: Fields) -> Iterator[Record]:
    """The pages of a Parquet file, which a child process reads.

    Raises RecordsError if a package or a column is missing, ValueError if the file is damaged or
    needs too much memory, OSError if it cannot be read, or if its reader was killed.
    """
    path.open("rb").close()  # OSError
    process = child_process(
        "boilerplate.batch.parquet", PIPE_BYTES, {"ARROW_DEFAULT_MEMORY_POOL": "system"}
    )
    try:
        request = json.dumps([os.fspath(path.absolute()), asdict(fields)])
        requests, results = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        requests.write(os.fsencode(request) + b"\n")
        requests.flush()
        while True:
            try:
                message_type, data = receive_message(results)
            except EOFError:
                _raise_for(process.wait())
            if message_type == b"Z":
                return
            if message_type != b"A":
                _raise(message_type, data.decode("utf-8", "replace"))
            yield limit_size(_record(data, results))
    finally:
        end_process(process)


def _raise(message_type: bytes, message: str) -> None:
    if message_type == b"R":
        raise RecordsError(message)
    if message_type == b"O":
        raise OSError(*json.loads(message))
    if message_type == b"M":
        raise ValueError(f"to read on would take more than {READER_MEMORY} MiB of memory")
    raise ValueError(message)


def _raise_for(status: int) -> None:
    """The error of a reader that has ended without saying why."""
    if os.name == "posix" and -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
        raise OSError(0, "the process that reads it was killed; the same command tries it again")
    raise ValueError(f"it ended the process that reads it, with status {status}")


def _record(data: bytes, results: IO[bytes]) -> Record:
    """A record from its message, and its page from the next one."""
    is_text, values = json.loads(data)
    _, source = receive_message(results)
    return Record(**values, source=source.decode("utf-8", "replace") if is_text else source)


# In the child process


def serve() -> None:
    """Read the file that standard input names, and send its records on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles ^C
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to standard error
    try:
        path, fields = json.loads(os.fsdecode(sys.stdin.buffer.readline()))
        with contextlib.suppress(ImportError):
            import pyarrow  # before memory is limited, so that the library itself does not count

            pyarrow.set_cpu_count(1)
        limit_memory(READER_MEMORY)
        for record in rows_of(Path(path), Fields(**fields)):
            _send_record(results, record)
        send_message(results, b"Z", b"")
    except BrokenPipeError:
        return
    except BaseException as error:  # noqa: BLE001 - the parent raises it
        send_message(results, *_as_message(error))


def _as_message(error: BaseException) -> tuple[MessageType, bytes]:
    text = str(error) if isinstance(error, RecordsError) else one_line(error)
    if isinstance(error, RecordsError):
        return b"R", text.encode("utf-8", "replace")
    if isinstance(error, MemoryError):
        return b"M", b""
    if isinstance(error, OSError) and not is_bad_input(error):
        return b"O", json.dumps([error.errno, error.strerror or text]).encode()
    return b"D", text.encode("utf-8", "replace")


def _send_record(results: IO[bytes], record: Record) -> None:
    source = record.source
    values = asdict(replace(record, source=b""))
    del values["source"], values["fetched"]
    head = json.dumps([isinstance(source, str), values]).encode()
    data = source.encode("utf-8", "replace") if isinstance(source, str) else source
    results.write(b"A" + len(head).to_bytes(8, "big") + head)
    send_message(results, b"A", data)


def rows_of(path: Path, fields: Fields) -> Iterator[Record]:
    """The pages of a file, read in this process. Raises whatever the library raises."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise missing_extra("parquet") from error
    most = left = most_unpacked(path.stat().st_size)
    number = 0
    with path.open("rb") as raw, parquet.ParquetFile(raw, buffer_size=1 << 20) as file:
        columns = _columns(path, file.schema_arrow.names, fields)
        total = max(file.metadata.num_rows, 1)
        for values in _values(file, columns):
            record = Record(number, "", position=min(number / total, 1.0))
            try:
                row = {name: array[0].as_py() for name, array in values.items()}
                record = limit_size(with_fields(record, row, fields))
            except (ValueError, ArithmeticError) as error:  # a string that is not UTF-8
                record = failed(record, one_line(error))
            left -= len(record.source) + RECORD_OVERHEAD
            if left < 0:
                raise TooLargeError(most)
            yield record
            number += 1


def _values(file: Any, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The columns of each row, as arrays of one value.

    Rows that do not fit into memory together are read one by one. Raises MemoryError if one alone
    does not fit.
    """
    done = 0
    for rows in (_rows_at_once(file.metadata), 1):
        skip, groups = _place(file.metadata, done)
        if done and not groups:
            raise MemoryError  # the file says less than it holds
        options = {"columns": columns, "use_threads": False, "row_groups": groups}
        try:
            for batch in file.iter_batches(rows, **options):
                arrays = {name: batch.column(name) for name in columns}
                for row in range(batch.num_rows):
                    if skip:
                        skip -= 1
                        continue
                    yield {name: array[row : row + 1] for name, array in arrays.items()}
                    done += 1
        except MemoryError:
            if rows == 1:
                raise
        else:
            return


def _place(metadata: Any, number: int) -> tuple[int, list[int]]:
    """Where a row is: how many come before it in its row group, and the groups from that one on."""
    for index in range(metadata.num_row_groups):
        rows = metadata.row_group(index).num_rows
        if number < rows:
            return number, list(range(index, metadata.num_row_groups))
        number -= rows
    return 0, []


def _rows_at_once(metadata: Any) -> int:
    """How many rows are decoded together, by what the file says of their size."""
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    row_bytes = sum(group.total_byte_size for group in groups) / max(metadata.num_rows, 1)
    return max(1, min(SETTINGS.rows, int(SETTINGS.bytes / max(row_bytes, 1))))


def _columns(path: Path, names: Sequence[str], fields: Fields) -> list[str]:
    """The columns that hold the fields. Raises RecordsError if one that is needed is missing."""
    wanted = asdict(fields)
    found = {name: _column(name, names) for name in wanted.values()}
    there = f"it has {', '.join(map(repr, names))}"
    if not (found[fields.html] or found[fields.text]):
        raise RecordsError(
            f"{path}: has no column {fields.html!r} or {fields.text!r}; {there}. "
            "Name one with --field html=NAME or text=NAME"
        )
    given = set(wanted.values()) - {*asdict(Fields()).values(), fields.labels}
    if missing := [name for name in wanted.values() if name in given and not found[name]]:
        raise RecordsError(f"{path}: has no column {missing[0]!r}; {there}")
    return sorted(filter(None, found.values()), key=names.index)


def _column(name: str, columns: Sequence[str]) -> str:
    """The column that a field is in, or is nested in; an empty string if there is none."""
    top = name.partition(".")[0]
    return name if name in columns else top if top in columns else ""
