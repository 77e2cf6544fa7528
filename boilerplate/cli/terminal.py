"""What the commands say on standard error, and with what status they end."""

from __future__ import annotations

from typing import Any, Final

import click

from boilerplate.display import visible

INTERRUPTED_STATUS: Final = 128 + 2  # as a shell says it of Ctrl-C


def tell(what: str, **style: Any) -> None:
    """One line on standard output in which names and lines of strangers drive no terminal."""
    click.secho(visible(what), **style)


def say(what: str) -> None:
    """One line of the program's own."""
    click.echo(f"boilerplate: {what}", err=True)


def warn(name: str, problem: str) -> None:
    """One line on what is the matter with an input, a shard or a file."""
    say(f"{visible(name)}: {visible(problem)}")
