"""Writes docs/reference/cli.md from the help of the commands: ``python docs/make_cli.py``.

``--check`` writes nothing, and fails if the page is out of date.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from boilerplate.cli.main import Deferred, cli

PAGE: Final = Path(__file__).parent / "reference" / "cli.md"
MADE: Final = "<!-- made by `python docs/make_cli.py`: change the commands, not this -->"
PROGRAM: Final = "boilerplate"


def main() -> None:
    """Write the page, or check that it is up to date."""
    text = reference()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text("utf-8") != text:
            sys.exit(f"{PAGE.name} is not what `python docs/make_cli.py` writes")
        return
    PAGE.write_text(text, "utf-8")


def reference() -> str:
    """The page in Markdown, with a section for each command."""
    context = click.Context(cli, info_name=PROGRAM, **cli.context_settings)
    return (
        "\n\n".join(
            [MADE, "# The command line", *(section(each) for each in commands(context))]
        ).rstrip()
        + "\n"
    )


def commands(context: click.Context) -> Iterator[click.Context]:
    """The contexts of a command and of all its subcommands."""
    yield context
    group = context.command
    if isinstance(group, click.Group):
        # Not list_commands, which also lists commands of installed plugins.
        for name in sorted(group.commands):
            below = group.commands[name]
            if isinstance(below, Deferred):
                below = below.load()
            if not below.hidden:
                yield from commands(
                    click.Context(below, context, info_name=name, **below.context_settings)
                )


def section(context: click.Context) -> str:
    """The section of one command: its usage, its help and its options."""
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [
        f"## {context.command_path}",
        f"```text\n{usage}\n```",
        help_to_markdown(inspect.cleandoc(command.help or "")),
    ]
    if isinstance(command, click.Group):
        parts.append(
            "\n".join(
                f"- [`{context.command_path} {name}`](#{anchor(context, name)}): "
                f"{below.get_short_help_str(limit=200)}"
                for name, below in sorted(command.commands.items())
                if not below.hidden
            )
        )
    records = (option.get_help_record(context) for option in command.get_params(context))
    rows = [record for record in records if record and record[1]]
    if rows:
        parts.append(
            "\n".join(
                ["| option | |", "|---|---|"]
                + [f"| {code(name)} | {escaped(what)} |" for name, what in rows]
            )
        )
    return "\n\n".join(filter(None, parts))


def help_to_markdown(text: str) -> str:
    r"""A command's help in Markdown; paragraphs after ``\b`` keep their lines."""
    blocks: list[str] = []
    for block in text.replace("\r", "").split("\n\n"):
        if "\b" in block:
            for indented, lines in groupby(block.split("\n"), lambda line: line.startswith(" ")):
                kept = textwrap.dedent("\n".join(line for line in lines if line != "\b"))
                if kept:
                    blocks.append(fenced(kept) if indented else escaped(kept))
        else:
            blocks.append(escaped(" ".join(block.split())))
    return "\n\n".join(blocks)


def fenced(text: str) -> str:
    """Lines in a code block: as shell commands if all of them are commands of the program."""
    commands_only = all(PROGRAM in line for line in text.split("\n"))
    return f"```{'sh' if commands_only else 'text'}\n{text}\n```"


def anchor(context: click.Context, name: str) -> str:
    """The anchor of a subcommand's heading."""
    return f"{context.command_path} {name}".replace(" ", "-")


def code(text: str) -> str:
    """Text as code in a table cell."""
    return f"`{text}`".replace("|", "\\|")


def escaped(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    for sign in "\\`*_<>|":
        text = text.replace(sign, f"\\{sign}")
    return text


if __name__ == "__main__":
    main()
