"""Finding the pages that a user names: files, folders, glob patterns, ``-`` for standard input."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STDIN: Final = "-"
# In a folder, only files with these suffixes are pages; a file named by the user always is.
PLAIN_SUFFIXES: Final = (".html", ".htm", ".xhtml", ".txt", ".text")
PAGE_SUFFIXES: Final = tuple(
    suffix + compression for compression in ("", ".gz", ".zst") for suffix in PLAIN_SUFFIXES
)


@dataclass(frozen=True, slots=True)
class Input:
    """A page to read.

    ``name`` is its path as the user wrote it, ``-`` for standard input; ``folder`` is the folder
    in which it was found; ``problem`` says why it cannot be read, or is empty.
    """

    name: str
    folder: Path
    problem: str = ""

    @property
    def path(self) -> Path:
        """The absolute path, without ``..``; links are not followed."""
        return absolute(self.name)

    def read(self) -> bytes:
        """Read the page's bytes, unpacked if they are gzip or zstd.

        Raises OSError, and NotAPageError, a ValueError, if they cannot be unpacked.
        """
        from boilerplate.reading.compressed import unpacked  # slow to import

        if self.problem:
            raise OSError(self.problem)
        if self.name == STDIN:
            return unpacked(sys.stdin.buffer.read())
        return unpacked(Path(self.name).read_bytes())


def find_inputs(
    names: Iterable[str], skip: Path | None = None, suffixes: tuple[str, ...] = PAGE_SUFFIXES
) -> Iterator[Input]:
    """The pages that the names stand for, in the order given, each page once.

    Folders are walked in sorted order, without following links to folders and without the
    folder ``skip``; files with one of ``suffixes`` are pages. A name that is not a file is tried
    as a glob pattern. What cannot be found is an Input with a problem, so that it is reported.
    """
    seen: set[Path] = set()
    for name in names:
        for found in _inputs_of(name, skip, suffixes):
            if found.problem or found.path not in seen:
                seen.add(found.path)
                yield found


def absolute(name: str | Path) -> Path:
    """An absolute path without ``..``; links are not followed.

    >>> absolute("/a/../b").name
    'b'
    """
    return Path(os.path.abspath(name))


def is_special(path: Path) -> bool:
    """Whether a path exists and is not a regular file: reading a named pipe could block forever."""
    return os.path.exists(path) and not os.path.isfile(path)


def _inputs_of(name: str, skip: Path | None, suffixes: tuple[str, ...]) -> Iterator[Input]:
    if name == STDIN:
        yield Input(STDIN, Path.cwd())
    elif os.path.isdir(name):
        yield from _walk(name, skip, suffixes)
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield Input(name, absolute(name).parent)
    elif matches := sorted(glob.glob(name, recursive=True)):
        for match in matches:
            if os.path.isdir(match):
                yield from _walk(match, skip, suffixes)
            else:
                yield Input(match, absolute(match).parent)
    else:
        yield Input(name, Path.cwd(), "no file matches this pattern")


def _walk(top: str, skip: Path | None, suffixes: tuple[str, ...]) -> Iterator[Input]:
    folder = absolute(top)
    unreadable: list[OSError] = []
    empty = True
    for where, folders, files in os.walk(top, onerror=unreadable.append):
        folders[:] = sorted(f for f in folders if absolute(Path(where, f)) != skip)
        for path in (Path(where, file) for file in sorted(files)):
            if path.name.lower().endswith(suffixes) and not is_special(path):
                empty = False
                yield Input(str(path), folder)
    for error in unreadable:
        yield Input(str(error.filename), folder, error.strerror or str(error))
    if empty and not unreadable:
        plain = (suffix for suffix in suffixes if not suffix.endswith((".gz", ".zst")))
        yield Input(top, folder, f"no page in this folder ({', '.join(plain)})")
