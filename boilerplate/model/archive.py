"""The file format of all models: arrays and JSON in one zip file.

Such a file is untrusted input. Reading it runs no code of the file's and writes nothing, so that
no path in it matters. At most ``FileFormat.max_memory`` bytes are allocated on the way.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAX_JSON_BYTES: Final = 100_000  # the shipped models have 3 kB
JSON_GROWTH: Final = 40  # bytes that Python's objects take for each byte of JSON, at most
MAX_DIRECTORY_BYTES: Final = 20_000  # of a zip, where its members are named; ours have 2 kB
# The end of a zip's directory, without a comment: its mark, the directory's size, and the length
# of the comment. Zip64 puts another end before this one, with other sizes in it.
_END: Final = struct.Struct("<4s8xL4xH")
_ZIP64_END: Final = slice(-_END.size - 20, -_END.size - 16), b"PK\6\7"
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit
# The header that numpy.save writes before an array's numbers. numpy would read others too: it
# evaluates them as Python literals, allocates any size, and unpickles objects.
_HEADER: Final = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<dtype>[<|][fiu][1248])', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[0-9]{1,10}(?:, [0-9]{1,10}){0,3})?,?\), \} *\n",
    re.DOTALL,
)
_BEFORE_HEADER: Final = 10  # bytes: numpy's mark, a version, the header's length


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One kind of model file: its name and version, its members, and its limits.

    ``description`` and ``remedy`` are words for errors: what the file is, and how to get one that
    this version reads. ``error`` is the class of these errors. ``header`` is the name of the JSON
    member, in which the keys of ``required`` must have these values. ``arrays`` are the names of
    the arrays; a file has all of them and no others. ``max_bytes`` bounds the size of the file,
    and of its members unpacked.
    """

    description: str
    name: str
    version: int
    header: str
    remedy: str
    error: type[ValueError]
    max_bytes: int
    arrays: frozenset[str]
    required: Mapping[str, Any] = field(default_factory=dict)

    @property
    def max_memory(self) -> int:
        """The most bytes that reading a file allocates, whatever is in it.

        The file, one member as it is stored, all members, and as much for what is made of them;
        and what the JSON takes as Python objects.
        """
        return 4 * self.max_bytes + JSON_GROWTH * MAX_JSON_BYTES

    @contextmanager
    def errors_naming(self, name: str) -> Iterator[None]:
        """Raises whatever is raised inside as this format's error, beginning with ``name``."""
        try:
            yield
        except self.error as error:
            raise self.error(f"{name}: {error}") from error
        except Exception as error:  # damaged zips raise many kinds of errors
            raise self.error(
                f"{name}: is damaged or is no {self.description}: {_shortened(repr(error))}"
            ) from error


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}…"


def packed(
    file_format: FileFormat, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> bytes:
    """The bytes of a file: a zip of JSON and arrays, the same bytes for the same values."""
    members = {f"{key}.npy": npy_bytes(array) for key, array in arrays.items()}
    header = {
        **about,
        "format": file_format.name,
        "format_version": file_format.version,
        **file_format.required,
        "arrays": {
            name.removesuffix(".npy"): hashlib.sha256(data).hexdigest()
            for name, data in members.items()
        },
    }
    text = json.dumps(header, indent=1, sort_keys=True).encode()
    return zipped({file_format.header: text, **members})


def npy_bytes(array: NDArray[Any]) -> bytes:
    """An array as numpy's file of one."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of some files, whose bytes depend on them alone: they have no time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def changed_and_size(path: str | PathLike[str], expected: FileFormat) -> tuple[int, int]:
    """When a file was last changed, in nanoseconds, and its size in bytes.

    Raises the format's error for what is not a regular file: opening a pipe may never return.
    """
    try:
        status = Path(path).stat()
    except OSError as error:
        raise expected.error(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # NUL in its name
        raise expected.error(f"{path}: cannot be read: {error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise expected.error(f"{path}: cannot be read: is no file")
    return status.st_mtime_ns, status.st_size


def file_bytes(path: str | PathLike[str], expected: FileFormat) -> bytes:
    """The bytes of a file, at most ``max_bytes`` of them.

    Raises the format's error, beginning with the path, where it is larger or cannot be read.
    """
    changed_and_size(path, expected)
    try:
        with Path(path).open("rb") as file:
            data = file.read(expected.max_bytes + 1)
    except OSError as error:
        raise expected.error(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > expected.max_bytes:
        raise expected.error(f"{path}: has more than {expected.max_bytes} bytes")
    return data


def unpacked(
    expected: FileFormat, data: bytes, wanted: Callable[[str], bool] = lambda _: True
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The JSON and the arrays of a file made by ``packed``, checked; only ``wanted`` arrays.

    Raises the format's error, or whatever a damaged file causes: see ``errors_naming``.
    """
    _check_end(data, expected)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about = _header(archive, expected)
        members = {expected.header, *(f"{key}.npy" for key in expected.arrays)}
        names = set(archive.namelist())
        if different := names ^ members:
            name = min(different)
            raise expected.error(
                f"has a member that it should not have: {name!r:.60}"
                if name in names
                else f"lacks its member {name}"
            )
        checksums = about.get("arrays")
        if not isinstance(checksums, dict) or checksums.keys() != expected.arrays:
            raise expected.error("does not have a checksum for each of its arrays")
        return about, {
            key: _array(
                _member(archive, f"{key}.npy", expected.max_bytes, expected),
                checksum,
                key,
                expected,
            )
            for key, checksum in checksums.items()
            if wanted(key)
        }


def _header(archive: zipfile.ZipFile, expected: FileFormat) -> dict[str, Any]:
    """The JSON of a file, of the expected format and version."""
    names = archive.namelist()
    size = sum(info.file_size for info in archive.infolist())
    if size > expected.max_bytes:
        raise expected.error(f"unpacks to {size} bytes; {expected.max_bytes} are accepted")
    if len(set(names)) < len(names):
        raise expected.error("has two members of the same name")
    if expected.header not in names:
        raise expected.error(f"is not a {expected.name} file: it has no {expected.header}")
    about = _json(_member(archive, expected.header, MAX_JSON_BYTES, expected), expected)
    if not isinstance(about, dict) or about.get("format") != expected.name:
        raise expected.error(f"is not a {expected.name} file")
    for key, known in {"format_version": expected.version, **expected.required}.items():
        if type(about.get(key)) is not type(known) or about[key] != known:
            raise expected.error(
                f"has {key} {about.get(key)!r:.60}, this version reads {known}; "
                f"{expected.remedy} or install the version that wrote it"
            )
    return about


def _check_end(data: bytes, expected: FileFormat) -> None:
    """Raises the format's error for a file whose directory is large.

    This reads the bytes, since zipfile would make an object for each member first.
    """
    mark, size, comment = _END.unpack(data[-_END.size :].rjust(_END.size, b"\0"))
    place, zip64_mark = _ZIP64_END
    if mark != b"PK\5\6" or comment or data[place] == zip64_mark:
        raise expected.error(
            f"is damaged or is no {expected.description}: it does not end as a zip of ours does"
        )
    if size > MAX_DIRECTORY_BYTES:
        raise expected.error(
            f"names its members in {size} bytes; {MAX_DIRECTORY_BYTES} are accepted"
        )


def _member(archive: zipfile.ZipFile, name: str, max_bytes: int, expected: FileFormat) -> bytes:
    info = archive.getinfo(name)
    if info.compress_type not in _COMPRESSIONS:
        raise expected.error(f"{name} is compressed in a way that is not accepted")
    if info.file_size > max_bytes:
        raise expected.error(f"{name} has {info.file_size} bytes, {max_bytes} are accepted")
    with archive.open(info) as member:
        # Not read(): that would unpack all of it, even where the directory announces less.
        data = member.read(info.file_size)
        # Reading to the end makes zipfile compare the checksum.
        if len(data) < info.file_size or member.read(1):
            raise expected.error(f"{name} does not have the {info.file_size} bytes that it should")
    return data


def _json(data: bytes, expected: FileFormat) -> Any:
    try:
        return json.loads(data)
    except RecursionError as error:
        raise expected.error(f"{expected.header} is nested too deeply") from error


def _array(data: bytes, checksum: object, key: str, expected: FileFormat) -> NDArray[Any]:
    """An array from the bytes of its .npy file, a header and numbers; views them, read-only."""
    if hashlib.sha256(data).hexdigest() != checksum:
        raise expected.error(f"array {key} does not match its checksum")
    header = _HEADER.match(data)
    if not header or int.from_bytes(header["length"], "little") != header.end() - _BEFORE_HEADER:
        raise expected.error(f"array {key} does not begin as an array of numbers does")
    dtype = np.dtype(header["dtype"].decode())
    shape = [int(n) for n in (header["shape"] or b"").split(b", ") if n]
    start, count = header.end(), math.prod(shape)
    if count * dtype.itemsize != len(data) - start:
        raise expected.error(f"array {key} has {len(data) - start} bytes for {shape} of {dtype}")
    array = np.frombuffer(data, dtype, count, start).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise expected.error(f"array {key} holds values that are not finite")
    return array
