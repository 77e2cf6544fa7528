"""What ``boilerplate clean`` prints or writes for each page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, get_args

import click

from boilerplate.cli.sources import STDIN, Input
from boilerplate.display import visible, visible_json
from boilerplate.explain.terminal import explain_text
from boilerplate.files import check_target, real_path, write_atomically
from boilerplate.result import CleanPage
from boilerplate.serialize import failed_record, to_json

PageFormat = Literal["text", "markdown", "html", "json", "jsonl"]
Renderer = Callable[["Outcome", "Extras"], bytes]

PAGE_FORMATS: Final[tuple[PageFormat, ...]] = get_args(PageFormat)
SUFFIXES: Final[Mapping[str, str]] = {
    "text": ".txt", "markdown": ".md", "html": ".html", "json": ".json", "jsonl": ".jsonl",
}  # fmt: skip
_WITH_RECORDS: Final = ("json", "jsonl")  # formats in which an input that failed is a record


@dataclass(frozen=True, slots=True)
class Extras:
    """What is left out of Markdown and HTML, or added to a format, by choice."""

    links: bool = True
    images: bool = False
    front_matter: bool = False
    places: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One input's page, or why there is none."""

    input: Input
    page: CleanPage | None = None
    error: str = ""
    url: str | None = None


def _text(outcome: Outcome, _: Extras) -> bytes:
    if not outcome.page or not outcome.page.text:
        return b""
    return (outcome.page.text + "\n").encode("utf-8", "replace")


def _markdown(outcome: Outcome, extras: Extras) -> bytes:
    if not outcome.page:
        return b""
    text = outcome.page.to_markdown(
        links=extras.links, images=extras.images, front_matter=extras.front_matter
    )
    return text.encode("utf-8", "replace")


def _html(outcome: Outcome, extras: Extras) -> bytes:
    if not outcome.page:
        return b""
    text = outcome.page.to_html(links=extras.links, images=extras.images)
    return text.encode("utf-8", "replace")


def _json_line(outcome: Outcome, extras: Extras) -> bytes:
    return to_json(_record(outcome, extras), "backslashreplace") + b"\n"


def _json(outcome: Outcome, extras: Extras) -> bytes:
    return to_json(_record(outcome, extras), "backslashreplace", indent=1) + b"\n"


def _record(outcome: Outcome, extras: Extras) -> dict[str, Any]:
    name = outcome.input.name
    if outcome.page:
        return outcome.page.to_dict(name, places=extras.places)
    return failed_record(name, outcome.error, url=outcome.url)


def _for_terminal(render: Renderer, page_format: PageFormat) -> Renderer:
    """The same without control characters, which a terminal would obey."""
    shown = visible_json if page_format in _WITH_RECORDS else visible

    def rendered(outcome: Outcome, extras: Extras) -> bytes:
        lines = render(outcome, extras).decode("utf-8").split("\n")
        return "\n".join(map(shown, lines)).encode()

    return rendered


def _explanation(outcome: Outcome, _: Extras) -> bytes:
    if not outcome.page:
        return b""
    color = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    import shutil  # slow to import: it imports the compression modules

    width = shutil.get_terminal_size().columns
    return explain_text(outcome.page, width, outcome.input.name, color).encode()


RENDERERS: Final[Mapping[PageFormat, Renderer]] = {
    "text": _text, "markdown": _markdown, "html": _html, "json": _json, "jsonl": _json_line,
}  # fmt: skip


@dataclass(slots=True)
class Printer:
    """Prints each outcome as ``render`` gives it, with ``separator`` between two of them."""

    out: IO[bytes]
    render: Renderer
    extras: Extras
    separator: bytes
    begun: bool = False

    def write(self, outcome: Outcome) -> None:
        """Print an outcome, unless there is nothing to show."""
        if shown := self.render(outcome, self.extras):
            self.out.write((self.separator if self.begun else b"") + shown)
            self.out.flush()  # a reader of a pipe gets each page when it is done
            self.begun = True


def printer(
    out: IO[bytes], page_format: PageFormat, explain: bool, extras: Extras = Extras()
) -> Printer:
    """The Printer for standard output ``out``, as the options ask for it."""
    if explain:
        return Printer(out, _explanation, extras, separator=b"\n")
    render = RENDERERS[page_format]
    if sys.stdout.isatty():
        render = _for_terminal(render, page_format)
    return Printer(out, render, extras, b"\n" if page_format in ("text", "markdown") else b"")


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """A folder with a file for each page, in the same tree as the inputs.

    ``root`` is the folder, ``common`` the folder that all inputs are in.
    """

    root: Path
    common: Path
    inputs: frozenset[Path]
    page_format: PageFormat
    extras: Extras = Extras()

    @classmethod
    def of(
        cls, root: Path, inputs: Sequence[Input], page_format: PageFormat, extras: Extras
    ) -> OutputFolder:
        """The output folder ``root`` for these inputs."""
        return cls(root, common_folder(inputs), input_paths(inputs), page_format, extras)

    def write(self, outcome: Outcome) -> None:
        """Write an outcome's file. OSError if that is not possible or not allowed."""
        if outcome.input.problem or not (outcome.page or self.page_format in _WITH_RECORDS):
            return
        target = self.target(outcome.input)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(
            target, RENDERERS[self.page_format](outcome, self.extras), follow_links=False
        )

    def target(self, found: Input) -> Path:
        """A page's file. OSError if it is outside of the folder, or is an input."""
        target = self.root / self.relative(found)
        check_target(target, self.root, self.inputs)
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
    """The real paths of the inputs that are files; see ``files.real_path``."""
    return frozenset(real_path(found.path) for found in inputs if found.name != STDIN)
