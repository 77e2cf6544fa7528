"""Reading the text files of a folder or an archive, for plugins that convert other rules."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

# Bytes of all files together, and of what an archive has beside them, unpacked. EasyList has 3 MB,
# and all of FiveFilters' site patterns 1 MB; a list of 64 MiB may take a gigabyte of memory.
MOST_BYTES: Final = 64 << 20
MOST_FILES: Final = 100_000
_CHUNK: Final = 1 << 20

# How a compressed file begins, and what opens it.
_OPENERS: Final[dict[bytes, Callable[[Any], Any]]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
_TAR_MARK: Final = slice(257, 262)  # where "ustar" stands
_DAMAGE: Final = (
    EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def text_files(path: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the ``.txt`` files in a folder, a ``.zip`` or a ``.tar.*``, sorted.

    If the path is a file itself, it is the only one. Raises OSError if there is none, if it is
    damaged, and if there are more than MOST_BYTES or MOST_FILES, before that much is in memory.
    """
    budget = _Budget(path)
    try:
        found = sorted(_files(path, budget))
    except _DAMAGE as error:
        raise OSError(f"{path} is damaged: {error}") from error
    if not found:
        raise FileNotFoundError(f"{path} has no .txt files")
    for name, data in found:
        yield name, data.decode("utf-8", "replace")


class _Budget:
    """How many bytes and files may still be read from a path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = MOST_BYTES
        self.files = MOST_FILES

    def spend(self, size: int) -> None:
        """Raise OSError if there are more bytes than may be read."""
        self.bytes -= size
        if self.bytes < 0:
            raise OSError(f"{self.path} has, or unpacks to, more than {MOST_BYTES >> 20} MiB")

    def count(self) -> None:
        """Raise OSError if there are more files than may be read."""
        self.files -= 1
        if self.files < 0:
            raise OSError(f"{self.path} has more than {MOST_FILES:,} files")

    def read(self, file: IO[bytes]) -> bytes:
        """All of a file, read in parts."""
        self.count()
        parts = []
        while part := file.read(_CHUNK):
            self.spend(len(part))
            parts.append(part)
        return b"".join(parts)


class _Metered(io.RawIOBase):
    """A file whose bytes are taken off a budget when they are read."""

    def __init__(self, file: Any, budget: _Budget) -> None:
        self._file = file
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._file.read(min(len(buffer), _CHUNK))
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def _files(path: Path, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for each in path.iterdir():
            if each.suffix == ".txt":
                with each.open("rb") as file:
                    yield each.name, budget.read(file)
        return
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".txt"):
                    with archive.open(name) as file:
                        yield PurePosixPath(name).name, budget.read(file)
        return
    with path.open("rb") as raw:
        begin = raw.read(512)
        raw.seek(0)
        opener = next((opens for mark, opens in _OPENERS.items() if begin.startswith(mark)), None)
        if opener is None and begin[_TAR_MARK] != b"ustar":
            yield path.name, budget.read(raw)
            return
        metered = io.BufferedReader(_Metered(opener(raw) if opener else raw, budget))
        texts = _Budget(path)  # which may be more than is read: a file may have holes
        with tarfile.open(fileobj=metered, mode="r|") as archive:
            for member in archive:
                budget.count()
                if member.name.endswith(".txt") and (text := archive.extractfile(member)):
                    yield PurePosixPath(member.name).name, texts.read(text)
