"""Clones of the corpora's repositories, unpacked from archives."""

from __future__ import annotations

import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any


def clone_of(archive: str, repository: str, source: Path, cache: Path) -> Path:
    """The folder of a clone: unpacked from its archive to ``cache``, or found in ``source``.

    Raises FileNotFoundError if ``source`` has neither.
    """
    packed = source / f"{archive}.tar.xz"
    if packed.is_file():
        if not (cache / archive).is_dir():
            _unpack(packed, cache / archive)
        return cache / archive / repository
    for folder in (source / archive / repository, source / repository, source / archive):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"{source} has no corpus {archive!r}: put {archive}.tar.xz or a clone named "
        f"{repository!r} there"
    )


def _unpack(packed: Path, folder: Path) -> None:
    # Unpacked elsewhere and then renamed, so that an interrupted run leaves no partial corpus.
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as partial,
        tarfile.open(packed, "r:xz") as archive,
    ):
        archive.extractall(Path(partial) / folder.name, filter="data")
        (Path(partial) / folder.name).rename(folder)


def read_json(path: Path) -> Any:
    """The value in a JSON file; ValueError with the name of the file if it is not JSON."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is not readable JSON: {error}") from error
