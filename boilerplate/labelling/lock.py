"""A lock on folders of labels: two servers on one folder would lose each other's labels.

The system gives the lock up when its process ends, however it ends. So a file that is left over by
a process that was killed locks nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from boilerplate.files import lock_file

LOCK_NAME: Final = ".boilerplate-label.lock"


class LockedError(Exception):
    """Another process has locked a folder; the message names it."""


@contextmanager
def locked(folders: Iterable[Path]) -> Iterator[None]:
    """Folders that are locked until the block ends; raises LockedError, and OSError.

    On a file system without locks nothing is locked.
    """
    with ExitStack() as stack:
        for folder in sorted({folder.resolve() for folder in folders}):
            stack.enter_context(_locked(folder))
        yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    path = folder / LOCK_NAME
    while True:
        descriptor = _open(path, folder)
        try:
            lock_file(descriptor)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise _refusal(folder, holder) from error
        except OSError:  # no locks there
            break
        # The one who had it may have removed it between our opening and our locking.
        if _is_open_at(path, descriptor):
            break
        os.close(descriptor)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        os.close(descriptor)


def _open(path: Path, folder: Path) -> int:
    """Open the file to lock. On Windows its being there is the lock; it goes with its process."""
    if sys.platform == "win32":
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_TEMPORARY)
        except (FileExistsError, PermissionError) as error:
            raise _refusal(folder, "") from error
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _is_open_at(path: Path, descriptor: int) -> bool:
    """Whether a file is still the one at its path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _refusal(folder: Path, holder: str) -> LockedError:
    process = f" (process {holder})" if holder else ""
    return LockedError(
        f"{folder}: another 'boilerplate label'{process} writes labels there; use it, or stop it"
    )
