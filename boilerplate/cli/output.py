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

Format = Literal["text", "jsonl"]
Renderer = Callable[["Outcome"], bytes]

SUFFIXES: Final[dict[str, str]] = {"text": ".txt", "jsonl": ".jsonl"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one input: its page, or why there is none."""

    input: Input
    page: CleanPage | None = None
    error: str = ""
    url: str | None = None


def _text(outcome: Outcome) -> bytes:
    if not outcome.page or not outcome.page.text:
        return b""
    return (outcome.page.text + "\n").encode("utf-8", "replace")


def _text_for_terminal(outcome: Outcome) -> bytes:
    """The text as a person may see it: a terminal must not act upon a page's characters."""
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
    import shutil  # with it come compressions that nobody has asked for

    width = shutil.get_terminal_size().columns
    return explain_text(outcome.page, width, outcome.input.name, color).encode()


RENDERERS: Final[Mapping[Format, Renderer]] = {"text": _text, "jsonl": _json_line}


@dataclass(slots=True)
class _Printer:
    """Prints what ``render`` makes of each outcome, with ``apart`` between two of them."""

    out: IO[bytes]
    render: Renderer
    apart: bytes
    begun: bool = False

    def write(self, outcome: Outcome) -> None:
        if shown := self.render(outcome):
            self.out.write((self.apart if self.begun else b"") + shown)
            self.out.flush()  # whoever reads the pipe sees each page when it is done
            self.begun = True


def _printer(out: IO[bytes], form: Format, explain: bool) -> _Printer:
    if explain:
        return _Printer(out, _explanation, apart=b"\n")
    terminal = sys.stdout.isatty()
    if form == "jsonl":
        return _Printer(out, _json_line_for_terminal if terminal else _json_line, apart=b"")
    return _Printer(out, _text_for_terminal if terminal else _text, apart=b"\n")


@dataclass(frozen=True, slots=True)
class _Folder:
    """One file a page, lying below ``root`` as the inputs lie below their common folder."""

    root: Path
    common: Path
    inputs: frozenset[Path]
    form: Format

    @classmethod
    def below(cls, root: Path, inputs: Sequence[Input], form: Format) -> _Folder:
        return cls(root, _common_folder(inputs), _paths(inputs), form)

    def write(self, outcome: Outcome) -> None:
        if outcome.input.problem or (not outcome.page and self.form == "text"):
            return
        target = self.target(outcome.input)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, RENDERERS[self.form](outcome), follow_links=False)

    def target(self, found: Input) -> Path:
        """Where a page goes; OSError where that is outside of the folder, or an input."""
        target = self.root / self.relative(found)
        if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(self.root)):
            raise OSError(f"{target} leads outside {self.root}")
        if absolute(target) in self.inputs:
            raise OSError(f"{target} is an input and is not overwritten")
        return target

    def relative(self, found: Input) -> Path:
        """The whole name and a suffix, so that page.html and page.htm keep apart."""
        if found.name == STDIN:
            return Path("stdin" + SUFFIXES[self.form])
        inside = found.path.relative_to(self.common)
        return inside.with_name(inside.name + SUFFIXES[self.form])


def _common_folder(inputs: Sequence[Input]) -> Path:
    folders = [found.folder for found in inputs if found.name != STDIN and not found.problem]
    try:
        return Path(os.path.commonpath(folders or [Path.cwd()]))
    except ValueError as error:  # two drives of Windows
        raise click.UsageError("--output needs inputs that share a folder") from error


def _paths(inputs: Iterable[Input]) -> frozenset[Path]:
    return frozenset(found.path for found in inputs if found.name != STDIN)
