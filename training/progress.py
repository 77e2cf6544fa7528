"""Progress messages of long commands."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

Log = Callable[[str], None]


def log_to_stderr(message: str) -> None:
    """Print one line on standard error."""
    click.echo(message, err=True)


def timed_log() -> Log:
    """A log to standard error whose lines begin with the seconds since it was made."""
    start = time.monotonic()

    def log(message: str) -> None:
        log_to_stderr(f"{time.monotonic() - start:7.1f} s  {message}")

    return log


def no_log(_: str) -> None:
    """Discard a message."""
