"""Files that are written whole or not at all, and checksums of files."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Final

# The errors of a file system that cannot sync a folder, or does not let us open it.
_NO_FOLDER_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM}

_TEMPORARY: Final = re.compile(r"\.boilerplate-[0-9a-f]{12}-[0-9a-f]{16}\.tmp")
# Seconds: a page may take a day (--page-seconds), and its shard is written to when it is done.
LEFT_OVER: Final = 5 * 86_400


@contextmanager
def atomic_write(target: Path, *, follow_links: bool = True) -> Iterator[IO[bytes]]:
    """A file to write to that becomes ``target`` when the block ends without an error.

    It is written beside ``target``, synced to the disk, and renamed. After an error or ^C the old
    file is there, unchanged, and nothing else; so it is after a crash or a power cut, except for
    a temporary file that ``remove_leftovers`` removes. Permissions are the old file's, or those of
    any new file.

    A link is followed, and the file that it points to is replaced; ``follow_links`` False replaces
    the link. A pipe or a device, such as ``/dev/stdout``, is written to as it is. The folder must
    exist. Raises OSError, also where the old file is write-protected.
    """
    if follow_links and _is_special(target):
        with target.open("wb") as special:
            yield special
        return
    if follow_links:
        target = Path(os.path.realpath(target))
    mode = _mode_of(target)
    file, temporary = _new_temporary(target.parent)
    lock = os.dup(file.fileno())  # stays locked while the file is closed and renamed
    try:
        with file:
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.name == "nt":  # there, a file that is open cannot be renamed
            os.close(lock)
            lock = -1
        temporary.replace(target)
        _sync_folder(target.parent)
    except BaseException:  # ^C too
        file.close()
        temporary.unlink(missing_ok=True)
        raise
    finally:
        if lock >= 0:
            os.close(lock)


def write_atomically(target: Path, data: bytes, *, follow_links: bool = True) -> None:
    """Write a file whole or not at all; see ``atomic_write``."""
    with atomic_write(target, follow_links=follow_links) as file:
        file.write(data)


def real_path(path: str | Path) -> Path:
    """An absolute path with all links followed, by which two names of one file are equal."""
    return Path(os.path.normcase(os.path.realpath(path)))


def check_target(target: Path, root: Path, inputs: Collection[Path]) -> None:
    """Raise OSError if a file to write is outside of the folder ``root``, or is an input.

    Links are followed; ``inputs`` are from ``real_path``.
    """
    real = real_path(target)
    if not real.is_relative_to(real_path(root)):
        raise OSError(f"{target} leads outside {root}")
    if real in inputs:
        raise OSError(f"{target} is an input and is not overwritten")


def _is_special(path: Path) -> bool:
    """Whether a path is there and is neither a regular file nor a folder, links followed."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _mode_of(target: Path) -> int | None:
    """The permissions of a regular file; None where there is none. PermissionError if read-only."""
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    return mode & 0o777


def _new_temporary(folder: Path) -> tuple[IO[bytes], Path]:
    """A new file with a random name, locked by this process, where the file system can."""
    while True:
        path = folder / f".boilerplate-{_machine()}-{os.urandom(8).hex()}.tmp"
        file = path.open("xb")
        try:
            lock_file(file.fileno())
        except BlockingIOError:  # it was taken for a leftover before it was locked
            file.close()
            continue
        except OSError:  # no locks there; then only its age says that it is left over
            return file, path
        if path.exists():  # the same
            return file, path
        file.close()


def lock_file(descriptor: int) -> None:
    """Lock an open file, which lasts until it is closed. OSError if another has it locked.

    Such a lock holds between processes that cannot see each other, in two containers of a machine.
    """
    if os.name == "nt":  # there, an open file cannot be removed
        return
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@cache
def _machine() -> str:
    """A name of the running machine, which no other has, and which it has until it is restarted."""
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    except OSError:
        from uuid import getnode  # slow to import, and ``--help`` needs this module

        name = str(getnode())
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files, in a folder and below, of processes that have ended.

    Those of this machine are not locked any more. Of other machines, whose locks may not be seen
    here, only files that nobody has written to for LEFT_OVER seconds are removed.
    """
    ours = re.compile(rf"\.boilerplate-{_machine()}-[0-9a-f]{{16}}\.tmp")
    for path in folder.rglob(".*.tmp"):
        if not _TEMPORARY.fullmatch(path.name):
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or in use on Windows
            if not ours.fullmatch(path.name) and time.time() - path.stat().st_mtime < LEFT_OVER:
                continue
            with path.open("r+b") as file:
                lock_file(file.fileno())
                if os.name != "nt":
                    path.unlink()
            if os.name == "nt":
                path.unlink()


def _sync_folder(folder: Path) -> None:
    """Let the renaming of a file survive a power cut, where the file system can."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def digest_of(paths: Iterable[Path], named: bool = False) -> str:
    """The SHA-256 of the files' SHA-256 digests, in their order, as hexadecimal digits.

    ``named`` includes the files' names. A file that cannot be read counts as 32 zero bytes.
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
