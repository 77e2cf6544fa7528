"""Child processes that run a function of this package and talk through pipes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

MiB: Final = 1 << 20
# One core a process: threads that libraries start would only compete for the cores.
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


def child_process(
    module: str, pipe_bytes: int, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``serve`` of a module in a child process; its pipes get this size where possible."""
    search_path = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    process = subprocess.Popen(  # noqa: S603 - the module is named by the caller, in code
        [sys.executable, "-P", "-c", f"from {module} import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, **(environment or {}), "PYTHONPATH": search_path},
    )
    with contextlib.suppress(ImportError, AttributeError, OSError):  # Linux only, within its limits
        import fcntl

        for pipe in (process.stdin, process.stdout):
            if pipe:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, pipe_bytes)
    return process


def send_message(pipe: IO[bytes], message_type: bytes, data: bytes) -> None:
    """Write a message: its type, which is one byte, its size and its data."""
    pipe.write(message_type + len(data).to_bytes(8, "big") + data)
    pipe.flush()


def receive_message(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    """Wait for a message: its type and data. EOFError if the other process is gone."""
    head = pipe.read(9)
    size = int.from_bytes(head[1:], "big")
    data = pipe.read(size)
    if len(head) < 9 or len(data) < size:
        raise EOFError
    return head[:1], data


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Kill a child process and wait for its end."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def limit_memory(mebibytes: int) -> None:
    """Limit the memory beyond what is in use now; more raises MemoryError. On Linux only."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])  # data, as RLIMIT_DATA counts
        limit = pages * resource.getpagesize() + mebibytes * MiB
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
