"""A page to label, with its file of labels on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from boilerplate.files import write_atomically
from boilerplate.labelling.labels import (
    OPEN,
    SIGNS,
    LabelsError,
    LabelsFile,
    labelled_page,
    labels_file,
    parse_labels,
    save_labels,
)
from boilerplate.page import Label, Page

Marks = tuple[str, ...]
MAX_LINES: Final = 5000  # of a page, beyond which nobody labels it by hand


class LabellingError(ValueError):
    """An invalid request: there is no such page, line or mark."""


class ChangedOutsideError(LabellingError):
    """Another program has changed a file of labels; it was not overwritten."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to label: its name, the path of its labels, the mark of each non-blank line.

    ``file`` is what is kept of the file beside the marks: comments and the URL. ``on_disk`` are the
    file's bytes as they were last read or written, None if there was no file.
    """

    name: str
    page: Page
    path: Path
    marks: Marks
    file: LabelsFile | None = field(default=None, compare=False)
    on_disk: bytes | None = field(default=None, compare=False)

    @property
    def finished(self) -> bool:
        """Whether every line is labelled."""
        return OPEN not in self.marks

    @property
    def gold(self) -> list[Label | None]:
        """The labels of the non-blank lines."""
        return [SIGNS[mark[0]] for mark in self.marks]

    @property
    def roles(self) -> list[str | None]:
        """The roles of the non-blank lines, None where none is given."""
        return [mark[1:] or None for mark in self.marks]

    def save(self, marks: Marks) -> Sheet:
        """Write the page's file with other marks; return the sheet with them. Raises OSError."""
        file = replace(self.file or labels_file(self.page, marks), marks=marks)
        save_labels(file, self.path)
        return replace(self, marks=marks, file=file, on_disk=str(file).encode("utf-8"))

    def put_back(self) -> None:
        """Let the file be again as it was when the sheet was made. Raises OSError."""
        if self.on_disk is None:
            self.path.unlink(missing_ok=True)
        else:
            write_atomically(self.path, self.on_disk, follow_links=False)

    def reread(self) -> Sheet:
        """The sheet with the labels that are in its file now, itself if they are the same.

        A file that is gone is none that could be overwritten: the sheet stays as it is. Raises
        OSError, and ChangedOutsideError if the file cannot be used any more.
        """
        if not self.path.exists() or (data := self.path.read_bytes()) == self.on_disk:
            return self
        try:
            return _of_file(self.name, self.page, self.path, data)
        except (LabelsError, UnicodeDecodeError) as error:
            raise ChangedOutsideError(
                f"{self.path} was changed by another program and cannot be used ({error}). "
                "It is not overwritten: correct or remove it"
            ) from error


def sheet(name: str, page: Page, path: Path) -> Sheet:
    """A page with the labels in its file, if there is one.

    Raises LabelsError if the file is of another page, OSError and UnicodeDecodeError if it cannot
    be read, LabellingError if the page has no line to label, or too many.
    """
    n = len(page.nonblank)
    if not n:
        raise LabellingError("there is no text on this page")
    if n > MAX_LINES:
        raise LabellingError(f"has {n} lines; at most {MAX_LINES} can be labelled")
    if not path.exists():
        return Sheet(name, page, path, (OPEN,) * n)
    return _of_file(name, page, path, path.read_bytes())


def _of_file(name: str, page: Page, path: Path, data: bytes) -> Sheet:
    file = parse_labels(data.decode("utf-8"), str(path))
    labelled_page(page, file, str(path))
    return Sheet(name, page, path, file.marks, file, data)


def with_mark(marks: Sequence[str], first: int, last: int, mark: str) -> Marks:
    """The marks with those from ``first`` to ``last`` replaced.

    >>> with_mark("....", 1, 2, "-cookie")
    ('.', '-cookie', '-cookie', '.')
    """
    return (*marks[:first], *(mark,) * (last - first + 1), *marks[last + 1 :])
