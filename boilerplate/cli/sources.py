"""From the names a user gives to the pages there are to read: files, folders, globs, ``-``."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STDIN: Final = "-"
# Of a folder only these are pages; a file named by the user is taken whatever its suffix.
PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml", ".txt", ".text")


@dataclass(frozen=True, slots=True)
class Input:
    """One page to read.

    ``name`` is its path as the user knows it, ``-`` for standard input; ``folder`` is the
    folder it was found from; ``problem`` says why there is nothing to read, or is empty.
    """

    name: str
    folder: Path
    problem: str = ""

    @property
    def path(self) -> Path:
        """The absolute path, without ``..``; links are not followed."""
        return absolute(self.name)

    def read(self) -> bytes:
        """The page's bytes; OSError where they cannot be had."""
        if self.problem:
            raise OSError(self.problem)
        if self.name == STDIN:
            return sys.stdin.buffer.read()
        return Path(self.name).read_bytes()


def find_inputs(
    names: Iterable[str], skip: Path | None = None, suffixes: tuple[str, ...] = PAGE_SUFFIXES
) -> Iterator[Input]:
    """The pages behind each name, in the order given, each page once.

    Folders are walked in sorted order, without following links to folders and without the
    folder ``skip``; of what they hold, files with one of ``suffixes`` are pages. A name that is
    no file is tried as a glob. What cannot be found comes as an Input with a problem, so that
    nothing asked for goes missing.
    """
    seen: set[Path] = set()
    for name in names:
        for found in _behind(name, skip, suffixes):
            if found.problem or found.path not in seen:
                seen.add(found.path)
                yield found


def absolute(name: str | Path) -> Path:
    """A path made absolute and normal, links left alone.

    >>> absolute("/a/../b").name
    'b'
    """
    return Path(os.path.abspath(name))


def is_special(path: Path) -> bool:
    """Whether a path is there and no file: reading a pipe that it found would block for ever."""
    return os.path.exists(path) and not os.path.isfile(path)


def _behind(name: str, skip: Path | None, suffixes: tuple[str, ...]) -> Iterator[Input]:
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
        yield Input(top, folder, f"no page in this folder ({', '.join(suffixes)})")
