"""Files that are read while they are decompressed: up to damage, and up to a size."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from boilerplate.batch.extras import missing_extra
from boilerplate.batch.gzip_members import CHUNK, GzipMembers, too_large
from boilerplate.batch.record import is_bad_input

# A file may unpack to this many times its size: crawls have up to some 50 times, and gzip packs a
# thousand times, zstd more, what is only there to fill a disk or to take time. Small files may
# unpack to LEAST_UNPACKED bytes.
MOST_TIMES: Final = 300
LEAST_UNPACKED: Final = 256 << 20
# Bytes that a record counts for beside its own: an empty one takes hardly any, and becomes an error
# of hundreds.
RECORD_OVERHEAD: Final = 100
# Damaged members of a file behind which it is read on: the search for the next one takes a read.
MOST_RESUMED: Final = 1000


BUFFER: Final = 1 << 18  # bytes: a line is a page, and seldom fits into Python's usual 8 kB


class TooLargeError(ValueError):
    """A file unpacks to more than it may."""

    def __init__(self, most: int) -> None:
        super().__init__(too_large(most))


def most_unpacked(packed: int) -> int:
    """How many bytes a file of ``packed`` bytes may unpack to."""
    return max(MOST_TIMES * packed, LEAST_UNPACKED)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file to read from, which ends where it is damaged.

    ``position`` gives the share of it read so far, 0 to 1. ``damage`` gives why it ended before its
    time, or None: EOFError if it is cut off, ValueError or what its module raises otherwise.
    ``spend`` takes bytes off what it may unpack to. ``resume`` goes on behind damage, with the next
    member of gzip whose first bytes it is given, and gives what to say of the damage; None where
    there is none.
    """

    file: IO[bytes]
    position: Callable[[], float]
    damage: Callable[[], BaseException | None]
    spend: Callable[[int], None]
    resume: Callable[[bytes], str | None] = lambda _: None

    def check(self) -> None:
        """Raise the error that a damaged file has ended with."""
        if damage := self.damage():
            raise damage


class _UpToDamage(io.RawIOBase):
    """The bytes that a function reads, up to an error that is due to them, or to a size."""

    def __init__(self, read: Callable[[int], bytes], most: int) -> None:
        self._read = read
        self._left = most
        self._most = most
        self.damage: BaseException | None = None

    def readable(self) -> bool:
        return True

    def spend(self, size: int) -> None:
        self._left -= size

    def readinto(self, buffer: Any) -> int:
        if self.damage:
            return 0
        try:
            data = self._read(len(buffer))
        except BaseException as error:
            if not is_bad_input(error):
                raise
            self.damage = error
            return 0
        self._left -= len(data)
        if self._left < 0:
            self.damage = TooLargeError(self._most)
            return 0
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def decompressed(path: Path, compression: str, limited: bool = True) -> Iterator[Unpacked]:
    """A file to read from, decompressed on the way; ``limited`` to ``most_unpacked``."""
    size = path.stat().st_size
    with path.open("rb", BUFFER) as raw:

        def position() -> float:
            return min(raw.tell() / max(size, 1), 1.0)

        if not compression:
            yield Unpacked(raw, position, lambda: None, lambda _: None)
            return
        if size == 0:
            raise EOFError("it is empty")
        members = GzipMembers(raw)
        read = _gunzipped(members) if compression == ".gz" else zstd_module().open(raw).read
        found = _UpToDamage(read, most_unpacked(size) if limited else sys.maxsize)
        resumed = 0

        def resume(begins: bytes) -> str | None:
            nonlocal resumed
            damage = members.damage
            if damage is None or resumed == MOST_RESUMED:
                return None
            resumed += 1
            if (start := members.resume(begins)) is None:
                return None
            found.damage = None
            return damage.told(start)

        file = io.BufferedReader(found, CHUNK)
        yield Unpacked(file, position, lambda: found.damage, found.spend, resume)


def _gunzipped(members: GzipMembers) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        data = members.read(size)
        if not data and (damage := members.damage):
            raise (EOFError if damage.is_cut_off else ValueError)(damage.why)
        return data

    return read


def zstd_module() -> Any:
    """The zstd module of Python 3.14, or its backport; both raise EOFError for a cut-off file.

    Raises MissingPackageError if neither is there.
    """
    from boilerplate.reading import compressed  # slow to import

    try:
        return compressed.zstd_module()
    except ImportError as error:
        raise missing_extra("zstd") from error
