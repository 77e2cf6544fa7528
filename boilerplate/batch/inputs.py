"""The input files of a shard as they were read: names, sizes and checksums."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boilerplate.batch.record import RecordsError


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file as it was at one time.

    ``name`` is what it is called in the output, ``path`` where it is, relative to the output
    folder. One that cannot be read has no checksum and -1 bytes.
    """

    name: str
    path: str
    bytes: int
    sha256: str


def input_files(paths: Sequence[str], names: Sequence[str], folder: str) -> tuple[InputFile, ...]:
    """Input files as they are now, which are read to their ends; ``folder`` is the output's."""
    found = []
    for path, name in zip(paths, names, strict=True):
        size, sha256 = size_and_digest(Path(path))
        found.append(InputFile(name, _relative(path, folder), size, sha256))
    return tuple(found)


def size_and_digest(path: Path) -> tuple[int, str]:
    """The size of a regular file and its SHA-256; -1 and "" if it cannot be read."""
    try:
        if not path.is_file():
            return -1, ""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), sha256
    except OSError:
        return -1, ""


def _relative(path: str, folder: str) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return Path(path).absolute().as_posix()


def digest_of_inputs(files: Iterable[InputFile]) -> str:
    """One checksum of all files: of their names and contents, in their order."""
    pairs = [(each.name, each.sha256) for each in files]
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()


def states_of(paths: Sequence[str]) -> list[tuple[int, ...] | None]:
    """What changes with each file: its number, size and times; None for one that is not there."""
    found: list[tuple[int, ...] | None] = []
    for path in paths:
        try:
            state = Path(path).stat()
        except OSError:
            found.append(None)
        else:
            times = state.st_mtime_ns, state.st_ctime_ns
            found.append((state.st_dev, state.st_ino, state.st_size, *times))
    return found


def check_unchanged(
    names: Sequence[str],
    before: Sequence[tuple[int, ...] | None],
    after: Sequence[tuple[int, ...] | None],
) -> None:
    """Raise RecordsError if files, by their ``states_of``, have changed while they were read."""
    for name, old, new in zip(names, before, after, strict=True):
        if old != new:
            raise RecordsError(
                f"{name} has changed while it was read; the same command reads it again"
            )


def as_json(files: Iterable[InputFile]) -> list[dict[str, Any]]:
    """The files as JSON values."""
    return [asdict(each) for each in files]
