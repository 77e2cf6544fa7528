"""Writing a file atomically: it is there whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def beside(target: Path) -> Iterator[IO[bytes]]:
    """A file to write ``target`` to; renamed when the block ends well, else removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{_host()}-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _host() -> str:
    from socket import gethostname  # which ``--help`` need not wait for

    return gethostname()[:60]


def remove_left_behind(folder: Path) -> None:
    """Remove what processes of this machine that are no more left half written."""
    mine = re.compile(rf"\.{re.escape(_host())}-(\d+)-[0-9a-f]{{8}}\.tmp")
    for path in folder.rglob(".*.tmp"):
        found = mine.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(paths: Iterable[Path], named: bool = False) -> str:
    """The SHA-256 of the digests of files, with their names where these count.

    A file that cannot be read counts as that.
    """
    whole = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
        except OSError:
            digest = bytes(32)
        if named:
            whole.update(os.fsencode(path.name) + b"\0")
        whole.update(digest)
    return whole.hexdigest()
