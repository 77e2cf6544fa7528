"""Printing lines that are safe in a terminal, and exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

import click

from boilerplate.display import visible

# For a process that a signal ended, a shell gives 128 plus the signal's number.
INTERRUPTED_STATUS: Final = 128 + 2  # Ctrl-C
BROKEN_PIPE_STATUS: Final = 128 + 13


def echo(text: str, **style: Any) -> None:
    """Print a line on standard output, with untrusted text in it made safe for a terminal."""
    click.secho(visible(text), **style)


def say(text: str) -> None:
    """Print a line of the program's own on standard error."""
    click.echo(f"boilerplate: {text}", err=True)


def warn(name: str, problem: str) -> None:
    """Print a line on standard error about what is wrong with an input, a shard or a file."""
    say(f"{visible(name)}: {visible(problem)}")


def reason_of(error: OSError) -> str:
    """Why a file cannot be read or written."""
    return error.strerror or str(error)


@contextmanager
def standard_output() -> Iterator[IO[bytes]]:
    """Standard output as bytes, and the exit status if it is closed early, is full, or for ^C.

    An OSError that leaves the block is taken to be standard output's.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard_output()
        sys.exit(BROKEN_PIPE_STATUS)
    except OSError as error:
        _discard_output()
        warn("standard output", reason_of(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_STATUS)


def _discard_output() -> None:
    """Discard what is still buffered, which Python would try to write again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
