"""Arrays and JSON in one zip file: how everything that was learned is kept.

Such a file may come from a stranger. Reading it runs nothing and writes nothing, so that no name
in it leads anywhere. At most ``Form.most_memory`` bytes are allocated on the way.
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAX_JSON_BYTES: Final = 100_000  # ours have 3 kB
JSON_GROWTH: Final = 40  # bytes that Python's objects take for each byte of JSON, at most
MAX_DIRECTORY_BYTES: Final = 20_000  # of a zip, where its members are named; ours has 2 kB
# How a zip without a comment ends: where its directory is, and how large. A larger kind of end
# may stand before it, with other sizes in it.
_END: Final = struct.Struct("<4s8xL4xH")
_LARGER_END: Final = slice(-_END.size - 20, -_END.size - 16), b"PK\6\7"
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a limit
# What numpy.save writes before an array's numbers, and no other header that numpy would read: it
# evaluates them as Python's literals, makes room for any size, and unpickles objects.
_HEADER: Final = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)"
    rb"\{'descr': '(?P<dtype>[<|][fiu][1248])', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[0-9]{1,10}(?:, [0-9]{1,10}){0,3})?,?\), \} *\n",
    re.DOTALL,
)
_BEFORE_HEADER: Final = 10  # bytes: numpy's mark, a version, the header's length


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file: what it says of itself, how large it may be, and how errors call it.

    ``arrays`` are the names of its arrays: it has all of them and no other. ``max_bytes`` is the
    size of the file, and of its members unpacked. ``marks`` are further keys of its JSON,
    ``head``, that must be as they are here; ``again`` is what makes such a file anew.
    """

    what: str
    name: str
    version: int
    head: str
    again: str
    error: type[ValueError]
    max_bytes: int
    arrays: frozenset[str]
    marks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def most_memory(self) -> int:
        """Bytes that reading a file allocates at most, whatever is in it.

        The file, a member as it is stored, all members, and as much to make something of them;
        beside these, what the JSON holds as Python's objects.
        """
        return 4 * self.max_bytes + JSON_GROWTH * MAX_JSON_BYTES

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


def changed_and_size(path: str | PathLike[str], form: Form) -> tuple[int, int]:
    """When a file was last changed, in nanoseconds, and its size; the form's error for no file.

    No pipe or device is taken for a file: one that is opened may never answer.
    """
    try:
        status = Path(path).stat()
    except OSError as error:
        raise form.error(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # NUL in its name
        raise form.error(f"{path}: cannot be read: {error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise form.error(f"{path}: cannot be read: is no file")
    return status.st_mtime_ns, status.st_size


def file_bytes(path: str | PathLike[str], form: Form) -> bytes:
    """The bytes of a file; the form's error, beginning with the path, where there are none to read.

    None is read beyond what a file of its form may have.
    """
    changed_and_size(path, form)
    try:
        with Path(path).open("rb") as file:
            data = file.read(form.max_bytes + 1)
    except OSError as error:
        raise form.error(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > form.max_bytes:
        raise form.error(f"{path}: has more than {form.max_bytes} bytes")
    return data


def unpacked(form: Form, data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What a file made by ``packed`` says of itself, and its arrays, checked.

    Raises the form's error, or whatever a damaged file brings about: see ``errors_naming``.
    """
    _check_end(data, form)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        size = sum(info.file_size for info in archive.infolist())
        if size > form.max_bytes:
            raise form.error(f"unpacks to {size} bytes; {form.max_bytes} are accepted")
        if len(set(names)) < len(names):
            raise form.error("has two members of the same name")
        if form.head not in names:
            raise form.error(f"is not a {form.name} file: it has no {form.head}")
        about = _json(_member(archive, form.head, MAX_JSON_BYTES, form), form)
        if not isinstance(about, dict) or about.get("format") != form.name:
            raise form.error(f"is not a {form.name} file")
        for key, known in {"format_version": form.version, **form.marks}.items():
            if type(about.get(key)) is not type(known) or about[key] != known:
                raise form.error(
                    f"has {key} {about.get(key)!r:.60}, this version reads {known}; "
                    f"{form.again} or install the version that wrote it"
                )
        members = {form.head, *(f"{key}.npy" for key in form.arrays)}
        if strange := set(names) ^ members:
            name = min(strange)
            raise form.error(
                f"has a member that it should not have: {name!r:.60}"
                if name in names
                else f"lacks its member {name}"
            )
        digests = about.get("arrays")
        if not isinstance(digests, dict) or digests.keys() != form.arrays:
            raise form.error("does not have a checksum for each of its arrays")
        return about, {
            key: _array(_member(archive, f"{key}.npy", form.max_bytes, form), digest, key, form)
            for key, digest in digests.items()
        }


def _check_end(data: bytes, form: Form) -> None:
    """Raises the form's error for a directory that is large.

    Looked for in the bytes: zipfile makes an object of each member before anyone could count.
    """
    mark, size, comment = _END.unpack(data[-_END.size :].rjust(_END.size, b"\0"))
    place, larger = _LARGER_END
    if mark != b"PK\5\6" or comment or data[place] == larger:
        raise form.error(f"is damaged or is no {form.what}: it does not end as a zip of ours does")
    if size > MAX_DIRECTORY_BYTES:
        raise form.error(f"names its members in {size} bytes; {MAX_DIRECTORY_BYTES} are accepted")


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
    """An array from the bytes of its .npy file, which is nothing but a header and numbers."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise form.error(f"array {key} does not match its checksum")
    header = _HEADER.match(data)
    if not header or int.from_bytes(header["length"], "little") != header.end() - _BEFORE_HEADER:
        raise form.error(f"array {key} does not begin as an array of numbers does")
    dtype = np.dtype(header["dtype"].decode())
    shape = [int(n) for n in (header["shape"] or b"").split(b", ") if n]
    start, count = header.end(), math.prod(shape)
    if count * dtype.itemsize != len(data) - start:
        raise form.error(f"array {key} has {len(data) - start} bytes for {shape} of {dtype}")
    array = np.frombuffer(data, dtype, count, start).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise form.error(f"array {key} holds values that are not finite")
    return array
