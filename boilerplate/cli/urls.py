"""``--urls``: a table of the URLs of files."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from boilerplate.cli.sources import Input, absolute
from boilerplate.cli.terminal import warn
from boilerplate.reading.urls import given_url

MAX_WARNINGS: Final = 10  # of names in a table that are no inputs


@dataclass(frozen=True, slots=True)
class Urls:
    """The URLs of files, by their absolute paths, and how the table names these."""

    urls: Mapping[Path, str] = field(default_factory=dict)
    names: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def read(cls, table: Path | None) -> Urls:
        """Read a table: a file and its URL on each line, with a tab between them.

        A name is relative to the table, or to the current folder if the file is only there. What is
        wrong with a line is a warning. Raises ClickException for a table that cannot be read.
        """
        if table is None:
            return cls()
        try:
            text = table.read_bytes().removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")
        except OSError as error:
            raise click.ClickException(f"{table}: {error.strerror or error}") from error
        urls: dict[Path, str] = {}
        names: dict[Path, str] = {}
        for where, name, url in _rows(text, str(table)):
            here, beside = absolute(name), absolute(table.parent / name)
            path = here if here.exists() and not beside.exists() else beside
            urls[path], names[path] = url, f"{where}: {name}"
        return cls(urls, names)

    def of(self, found: Input, otherwise: str | None) -> str | None:
        """The URL of an input."""
        return self.urls.get(found.path, otherwise) if self.urls else otherwise

    def warn_about_unknown(self, inputs: Sequence[Input]) -> None:
        """Print the files of the table that are no inputs."""
        paths = {found.path for found in inputs}
        unknown = [name for path, name in self.names.items() if path not in paths]
        for name in unknown[:MAX_WARNINGS]:
            warn(name, "is none of the pages that are cleaned")
        if len(unknown) > MAX_WARNINGS:
            more = len(unknown) - MAX_WARNINGS
            warn("--urls", f"{more} more files are none of the pages that are cleaned")


def _rows(text: str, table: str) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{table}, line {number}"
        name, tab, url = line.partition("\t")
        try:
            given = given_url(url.partition("\t")[0])
        except ValueError as error:
            if number > 1:  # the first line may name the columns
                warn(where, str(error).removeprefix("url="))
            continue
        if not tab:
            warn(where, "has no tab and no URL")
        elif given:
            yield where, name.strip(), given
