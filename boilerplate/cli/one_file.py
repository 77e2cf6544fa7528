"""``--output out.txt``: what would be printed, in one file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from boilerplate.cli.output import RENDERERS, SUFFIXES, Extras, PageFormat, Printer, printer
from boilerplate.cli.sources import STDIN, Input
from boilerplate.files import atomic_write


def is_one_file(output: Path | None) -> bool:
    """Whether an output is named like a file of one of the formats, and is no folder.

    >>> is_one_file(Path("out.jsonl")), is_one_file(Path("out")), is_one_file(None)
    (True, False, False)
    """
    return output is not None and output.suffix.lower() in SUFFIXES.values() and not output.is_dir()


def format_of(output: Path, chosen: PageFormat) -> PageFormat:
    """The format that the name of an output asks for, if none was chosen with --format."""
    if was_chosen("output_format"):
        return chosen
    formats = {suffix: page_format for page_format, suffix in SUFFIXES.items()}
    return formats[output.suffix.lower()]  # type: ignore[return-value]


def was_chosen(option: str) -> bool:
    """Whether an option of the command that runs was given, and is not its default."""
    source = click.get_current_context().get_parameter_source(option)
    return source is not click.core.ParameterSource.DEFAULT


@contextmanager
def printing_to(
    output: Path | None, inputs: Sequence[Input], page_format: PageFormat, extras: Extras
) -> Iterator[Printer | None]:
    """Prints into a file, which is there when the block ends without an error; None for None.

    Raises BadParameter for a file that is an input, and for a folder that does not exist.
    """
    if output is None:
        yield None
        return
    if not output.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    if any(_is_same(output, found) for found in inputs):
        raise click.BadParameter(f"{output} is an input", param_hint="--output")
    with atomic_write(output) as file:
        in_file = printer(file, page_format, explain=False, extras=extras)
        yield replace(in_file, render=RENDERERS[page_format])  # not the one for terminals


def _is_same(output: Path, found: Input) -> bool:
    if found.name == STDIN or found.problem:
        return False
    try:
        return os.path.realpath(output) == os.path.realpath(found.path) or (
            output.exists() and output.samefile(found.path)
        )
    except OSError:
        return False
