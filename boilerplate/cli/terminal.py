"""Printing lines that are safe in a terminal, and exit statuses."""

from __future__ import annotations

from typing import Any, Final

import click

from boilerplate.display import visible

INTERRUPTED_STATUS: Final = 128 + 2  # of a process that Ctrl-C (signal 2) ended, in shells


def echo(text: str, **style: Any) -> None:
    """Print a line on standard output, with untrusted text in it made safe for a terminal."""
    click.secho(visible(text), **style)


def say(text: str) -> None:
    """Print a line of the program's own on standard error."""
    click.echo(f"boilerplate: {text}", err=True)


def warn(name: str, problem: str) -> None:
    """Print a line on standard error about what is wrong with an input, a shard or a file."""
    say(f"{visible(name)}: {visible(problem)}")
