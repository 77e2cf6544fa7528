"""What ``boilerplate clean`` prints or writes for each page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

import click

from boilerplate.cli.sources import STDIN, Input, absolute
from boilerplate.display import visible, visible_json
from boilerplate.explain.terminal import explain_text
from boilerplate.files import write_atomically
from boilerplate.result import CleanPage
from boilerplate.serialize import failed_record, to_json

PageFormat = Literal["text", "jsonl"]
Renderer = Callable[["Outcome"], bytes]

SUFFIXES: Final[dict[str, str]] = {"text": ".txt", "jsonl": ".jsonl"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One input's page, or why there is none."""

    input: Input
    page: CleanPage | None = None
    error: str = ""
    url: str | None = None


def _text(outcome: Outcome) -> bytes:
    if not outcome.page or not outcome.page.text:
        return b""
    return (outcome.page.text + "\n").encode("utf-8", "replace")


def _text_for_terminal(outcome: Outcome) -> bytes:
    """The text without control characters, which a terminal would obey."""
    lines = outcome.page.kept if outcome.page else ()
    return "".join(f"{visible(line.text)}\n" for line in lines).encode()


def _json_line_for_terminal(outcome: Outcome) -> bytes:
    return visible_json(_json_line(outcome).decode("utf-8")).encode()


def _json_line(outcome: Outcome) -> bytes:
    name = outcome.input.name
    record = (
        outcome.page.to_dict(name)
        if outcome.page
        else failed_record(name, outcome.error, url=outcome.url)
    )
    return to_json(record, "backslashreplace") + b"\n"


def _explanation(outcome: Outcome) -> bytes:
    if not outcome.page:
        return b""
    color = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    import shutil  # slow to import: it imports the compression modules

    width = shutil.get_terminal_size().columns
    return explain_text(outcome.page, width, outcome.input.name, color).encode()


RENDERERS: Final[Mapping[PageFormat, Renderer]] = {"text": _text, "jsonl": _json_line}


@dataclass(slots=True)
class Printer:
    """Prints each outcome as ``render`` gives it, with ``separator`` between two of them."""

    out: IO[bytes]
    render: Renderer
    separator: bytes
    begun: bool = False

    def write(self, outcome: Outcome) -> None:
        """Print an outcome, unless there is nothing to show."""
        if shown := self.render(outcome):
            self.out.write((self.separator if self.begun else b"") + shown)
            self.out.flush()  # a reader of a pipe gets each page when it is done
            self.begun = True


def printer(out: IO[bytes], page_format: PageFormat, explain: bool) -> Printer:
    """The Printer for standard output ``out``, as the options ask for it."""
    if explain:
        return Printer(out, _explanation, separator=b"\n")
    terminal = sys.stdout.isatty()
    if page_format == "jsonl":
        return Printer(out, _json_line_for_terminal if terminal else _json_line, separator=b"")
    return Printer(out, _text_for_terminal if terminal else _text, separator=b"\n")


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """A folder with a file for each page, in the same tree as the inputs.

    ``root`` is the folder, ``common`` the folder that all inputs are in.
    """

    root: Path
    common: Path
    inputs: frozenset[Path]
    page_format: PageFormat

    @classmethod
    def of(cls, root: Path, inputs: Sequence[Input], page_format: PageFormat) -> OutputFolder:
        """The output folder ``root`` for these inputs."""
        return cls(root, common_folder(inputs), input_paths(inputs), page_format)

    def write(self, outcome: Outcome) -> None:
        """Write an outcome's file. OSError if that is not possible or not allowed."""
        if outcome.input.problem or (not outcome.page and self.page_format == "text"):
            return
        target = self.target(outcome.input)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, RENDERERS[self.page_format](outcome), follow_links=False)

    def target(self, found: Input) -> Path:
        """A page's file. OSError if it is outside of the folder, or is an input."""
        target = self.root / self.relative(found)
        if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(self.root)):
            raise OSError(f"{target} leads outside {self.root}")
        if absolute(target) in self.inputs:
            raise OSError(f"{target} is an input and is not overwritten")
        return target

    def relative(self, found: Input) -> Path:
        """A page's file, relative to the folder.

        The input's suffix stays in the name, so that page.html and page.htm get different files.
        """
        if found.name == STDIN:
            return Path("stdin" + SUFFIXES[self.page_format])
        inside = found.path.relative_to(self.common)
        return inside.with_name(inside.name + SUFFIXES[self.page_format])


def common_folder(inputs: Sequence[Input]) -> Path:
    """The folder that all inputs are in."""
    folders = [found.folder for found in inputs if found.name != STDIN and not found.problem]
    try:
        return Path(os.path.commonpath(folders or [Path.cwd()]))
    except ValueError as error:  # two drives of Windows
        raise click.UsageError("--output needs inputs that share a folder") from error


def input_paths(inputs: Iterable[Input]) -> frozenset[Path]:
    """The paths of the inputs that are files."""
    return frozenset(found.path for found in inputs if found.name != STDIN)
