"""``boilerplate verify``: whether the output of a run is whole, and its input unchanged."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from boilerplate.cli.terminal import say, warn
from boilerplate.display import visible


@click.command()
@click.argument("output", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--no-input", is_flag=True, help="Do not read the input: it may be gone or changed.")
def verify(output: Path, no_input: bool) -> None:
    """Check the shards that a run wrote, and their input.

    OUTPUT is the folder that 'boilerplate clean' was given as --output. Every shard is read: its
    checksum must be the one that was written, and its records all there, once and in order. The
    manifest and the reports of shards must agree. The input must still be what was cleaned; it is
    looked for where it was, relative to OUTPUT.

    \b
    Examples:
      boilerplate verify cleaned
      boilerplate verify --no-input cleaned

    Standard error says what is wrong. To mend it, run the command again that wrote OUTPUT: it
    cleans again what is damaged, missing or changed.

    Exit status: 0 all is well, 1 something is wrong, 2 the command was wrong.
    """
    from boilerplate.batch.verify import verify as check

    checked = check(output, with_inputs=not no_input)
    for name, problem in checked.problems:
        warn(name, problem)
    wrong = len({name for name, _ in checked.problems})
    say(
        f"{checked.shards} shards in {visible(str(output))}, {checked.records} records: "
        + (f"something is wrong with {wrong} files" if wrong else "all as the run wrote them")
    )
    sys.exit(1 if wrong else 0)
