"""Finding the pages that a user names: files, folders, glob patterns, ``-`` for standard input."""

from __future__ import annotations

import glob
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.cli.hints import fetch_hint, is_url

STDIN: Final = "-"
# In a folder, only files with these suffixes are pages; a file named by the user always is.
PLAIN_SUFFIXES: Final = (".html", ".htm", ".xhtml", ".txt", ".text")
PAGE_SUFFIXES: Final = tuple(
    suffix + compression for compression in ("", ".gz", ".zst") for suffix in PLAIN_SUFFIXES
)
MAX_KINDS: Final = 6  # suffixes of files that were passed over, in a message
MAX_SUFFIX: Final = 12  # characters of one
# Files with these suffixes lie beside saved pages, and nobody expects them to be cleaned.
ASSET_SUFFIXES: Final = frozenset(
    (
        ".avif .bmp .css .eot .expected .gif .ico .jpeg .jpg .js .labels .map .mjs .mp3 .mp4 .ogg "
        ".otf .png .svg .tif .tiff .ttf .wav .webm .webp .woff .woff2"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Input:
    """A page to read.

    ``name`` is its path as the user wrote it, ``-`` for standard input; ``folder`` is the folder
    in which it was found; ``problem`` says why it cannot be read, or is empty.
    """

    name: str
    folder: Path
    problem: str = ""

    @property
    def path(self) -> Path:
        """The absolute path, without ``..``; links are not followed."""
        return absolute(self.name)

    def read(self) -> bytes:
        """Read the page's bytes, unpacked if they are gzip or zstd.

        Raises OSError, and NotAPageError, a ValueError, if they cannot be unpacked.
        """
        from boilerplate.reading.compressed import unpacked  # slow to import

        if self.problem:
            raise OSError(self.problem)
        if self.name == STDIN:
            return unpacked(sys.stdin.buffer.read())
        return unpacked(Path(self.name).read_bytes())


def find_inputs(
    names: Iterable[str],
    skip: Path | None = None,
    suffixes: tuple[str, ...] = PAGE_SUFFIXES,
    passed_over: Counter[str] | None = None,
) -> Iterator[Input]:
    """The pages that the names stand for, in the order given, each page once.

    Folders are walked in sorted order, without following links to folders and without the
    folder ``skip``; files with one of ``suffixes`` are pages. A name that is not a file is tried
    as a glob pattern. What cannot be found is an Input with a problem, so that it is reported.
    ``passed_over`` counts the other files in folders by their suffixes, apart from pictures and
    the like.
    """
    passed_over = Counter() if passed_over is None else passed_over
    seen: set[Path] = set()
    for name in names:
        for found in _inputs_of(name, skip, suffixes, passed_over):
            if found.problem or found.path not in seen:
                seen.add(found.path)
                yield found


def absolute(name: str | Path) -> Path:
    """An absolute path without ``..``; links are not followed.

    >>> absolute("/a/../b").name
    'b'
    """
    return Path(os.path.abspath(name))


def is_special(path: Path) -> bool:
    """Whether a path exists and is not a regular file: reading a named pipe could block forever."""
    return os.path.exists(path) and not os.path.isfile(path)


def passed_over_note(passed_over: Counter[str]) -> str:
    """How many files in folders were passed over, by their suffixes; "" for none.

    >>> passed_over_note(Counter({".php": 2, "": 1}))
    '3 files in folders were passed over (2 .php, 1 without a suffix); name those that are pages'
    """
    if not passed_over:
        return ""
    kinds = [f"{n} {suffix or 'without a suffix'}" for suffix, n in passed_over.most_common()]
    more = f", {len(kinds) - MAX_KINDS} other kinds" if len(kinds) > MAX_KINDS else ""
    total = passed_over.total()
    were = "file in folders was" if total == 1 else "files in folders were"
    return (
        f"{total} {were} passed over ({', '.join(kinds[:MAX_KINDS])}{more}); "
        "name those that are pages"
    )


def _inputs_of(
    name: str, skip: Path | None, suffixes: tuple[str, ...], passed_over: Counter[str]
) -> Iterator[Input]:
    if name == STDIN:
        yield Input(STDIN, Path.cwd())
    elif os.path.isdir(name):
        yield from _walk(name, skip, suffixes, passed_over)
    elif is_url(name) and not os.path.lexists(name):
        yield Input(name, Path.cwd(), f"is a URL, and nothing is fetched here: {fetch_hint(name)}")
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield Input(name, absolute(name).parent)
    elif matches := sorted(glob.glob(name, recursive=True)):
        for match in matches:
            if os.path.isdir(match):
                yield from _walk(match, skip, suffixes, passed_over)
            else:
                yield Input(match, absolute(match).parent)
    else:
        yield Input(name, Path.cwd(), "no file matches this pattern")


def _walk(
    top: str, skip: Path | None, suffixes: tuple[str, ...], passed_over: Counter[str]
) -> Iterator[Input]:
    folder = absolute(top)
    unreadable: list[OSError] = []
    empty = True
    for where, folders, files in os.walk(top, onerror=unreadable.append):
        folders[:] = sorted(f for f in folders if absolute(Path(where, f)) != skip)
        for path in (Path(where, file) for file in sorted(files)):
            if path.name.lower().endswith(suffixes) and not is_special(path):
                empty = False
                yield Input(str(path), folder)
            elif not path.name.startswith(".") and path.suffix.lower() not in ASSET_SUFFIXES:
                passed_over[path.suffix.lower()[:MAX_SUFFIX]] += 1
    for error in unreadable:
        yield Input(str(error.filename), folder, error.strerror or str(error))
    if empty and not unreadable:
        plain = (suffix for suffix in suffixes if not suffix.endswith((".gz", ".zst")))
        yield Input(top, folder, f"no page in this folder ({', '.join(plain)})")
