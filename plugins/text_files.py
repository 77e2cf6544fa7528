"""Reading the text files of a folder or an archive, for plugins that convert other rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath


def text_files(path: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the ``.txt`` files in a folder, a ``.zip`` or a ``.tar.*``, sorted.

    If the path is a file itself, it is the only one. Raises OSError if there is none.
    """
    import tarfile
    import zipfile

    if path.is_dir():
        found = [(p.name, p.read_bytes()) for p in path.iterdir() if p.suffix == ".txt"]
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.endswith(".txt")]
            found = [(PurePosixPath(name).name, archive.read(name)) for name in members]
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            found = [
                (PurePosixPath(member.name).name, file.read())
                for member in archive
                if member.name.endswith(".txt") and (file := archive.extractfile(member))
            ]
    else:
        found = [(path.name, path.read_bytes())]
    if not found:
        raise FileNotFoundError(f"{path} has no .txt files")
    for name, data in sorted(found):
        yield name, data.decode("utf-8", "replace")
