"""Arrays and JSON in one zip file: how everything that was learned is kept.

Such a file may come from a stranger. Reading it runs nothing, follows no name out of it, and
allocates no more than its ``Form`` says that it may unpack to, beside the file's own bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAX_JSON_BYTES: Final = 1_000_000  # Python's objects need thirty times as much; ours have 3 kB
_ENTRY: Final = b"PK\1\2"  # what each entry of a zip's directory begins with
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit
_KINDS: Final = "fiu"  # of numpy's types: numbers, and no objects that a pickle would make


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file: what it says of itself, how large it may be, and how errors call it.

    ``marks`` are further keys of its JSON, ``head``, that must be as they are here; ``again``
    is what makes such a file anew.
    """

    what: str
    name: str
    version: int
    head: str
    again: str
    error: type[ValueError]
    max_bytes: int
    max_members: int
    marks: Mapping[str, Any] = field(default_factory=dict)

    @contextmanager
    def errors_naming(self, name: str) -> Iterator[None]:
        """Whatever is raised inside is raised as this form's error, beginning with ``name``."""
        try:
            yield
        except self.error as error:
            raise self.error(f"{name}: {error}") from error
        except Exception as error:  # a damaged zip raises what it likes
            raise self.error(
                f"{name}: is damaged or is no {self.what}: {_shortened(repr(error))}"
            ) from error


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}…"


# ---------------------------------------------------------------------------------- writing


def packed(form: Form, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A zip of JSON and arrays: the same bytes for the same values."""
    members = {}
    for key, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        members[key] = buffer.getvalue()
    header = {
        **about,
        "format": form.name,
        "format_version": form.version,
        **form.marks,
        "arrays": {key: hashlib.sha256(data).hexdigest() for key, data in members.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        text = json.dumps(header, indent=1, sort_keys=True).encode()
        for name, data in [(form.head, text), *((f"{k}.npy", v) for k, v in members.items())]:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---------------------------------------------------------------------------------- reading


def file_bytes(path: str | PathLike[str], form: Form) -> bytes:
    """The bytes of a file; the form's error, beginning with the path, where there are none to read.

    No pipe or device is opened, and no file read beyond what its form may have.
    """
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise form.error(f"{path}: cannot be read: is no file")
        with Path(path).open("rb") as file:
            data = file.read(form.max_bytes + 1)
    except OSError as error:
        raise form.error(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # NUL in its name
        if isinstance(error, form.error):
            raise
        raise form.error(f"{path}: cannot be read: {error}") from error
    if len(data) > form.max_bytes:
        raise form.error(f"{path}: has more than {form.max_bytes} bytes")
    return data


def unpacked(form: Form, data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What a file made by ``packed`` says of itself, and its arrays, checked.

    Raises the form's error, or whatever a damaged file brings about: see ``errors_naming``.
    """
    # Counted in the bytes: zipfile would make an object of each entry before anyone could look.
    if data.count(_ENTRY) > form.max_members:
        raise form.error(f"has more than {form.max_members} members")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sizes = [info.file_size for info in archive.infolist()]
        if sum(sizes) > form.max_bytes or len(sizes) > form.max_members:
            raise form.error(
                f"unpacks to {sum(sizes)} bytes in {len(sizes)} members; {form.max_bytes} bytes "
                f"in {form.max_members} are accepted"
            )
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise form.error("has two members of the same name")
        about = _json(_member(archive, form.head, MAX_JSON_BYTES, form), form)
        if not isinstance(about, dict) or about.get("format") != form.name:
            raise form.error(f"is not a {form.name} file")
        for key, known in {"format_version": form.version, **form.marks}.items():
            if type(about.get(key)) is not type(known) or about[key] != known:
                raise form.error(
                    f"has {key} {about.get(key)!r:.60}, this version reads {known}; "
                    f"{form.again} or install the version that wrote it"
                )
        digests = about.get("arrays")
        if not isinstance(digests, dict):
            raise form.error("does not say which arrays it has")
        unlisted = set(names) - {form.head, *(f"{key}.npy" for key in digests)}
        if unlisted:
            raise form.error(f"has a member that it does not list: {min(unlisted)!r:.60}")
        return about, {
            key: _array(_member(archive, f"{key}.npy", form.max_bytes, form), digest, key, form)
            for key, digest in digests.items()
        }


def _member(archive: zipfile.ZipFile, name: str, most: int, form: Form) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type not in _COMPRESSIONS:
        raise form.error(f"{name} is compressed in a way that is not accepted")
    if info.file_size > most:
        raise form.error(f"{name} has {info.file_size} bytes, {most} are accepted")
    with archive.open(info) as member:
        # Not read(): that would unpack all there is, however little the directory has announced.
        data = member.read(info.file_size)
        # At its end zipfile compares the checksum of what came.
        if len(data) < info.file_size or member.read(1):
            raise form.error(f"{name} does not have the {info.file_size} bytes that it should")
    return data


def _json(data: bytes, form: Form) -> Any:
    try:
        return json.loads(data)
    except RecursionError as error:
        raise form.error(f"{form.head} is nested too deeply") from error


def _array(data: bytes, digest: object, key: str, form: Form) -> NDArray[Any]:
    """An array from the bytes of its .npy file, which is nothing but a header and numbers.

    Not numpy's own reader: that one makes room for whatever size the header names.
    """
    if hashlib.sha256(data).hexdigest() != digest:
        raise form.error(f"array {key} does not match its checksum")
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise form.error(f"array {key} has a newer kind of header")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    start = file.tell()
    if dtype.kind not in _KINDS or by_columns:
        raise form.error(f"array {key} has {dtype} of {len(shape)} dimensions")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * dtype.itemsize != len(data) - start:
        raise form.error(f"array {key} has {len(data) - start} bytes for {shape!r:.60} of {dtype}")
    array = np.frombuffer(data, dtype, count, start).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise form.error(f"array {key} holds values that are not finite")
    return array
