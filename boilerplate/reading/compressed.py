"""Unpacks a file of one page that is compressed, ``page.html.gz`` or ``page.html.zst``."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import IO, Any, Final, cast

from boilerplate.reading.limits import LIMITS
from boilerplate.reading.magic import GZIP_MARK, ZSTD_MARK, NotAPageError

_CHUNK: Final = 1 << 20  # bytes


def unpacked(data: bytes) -> bytes:
    """The bytes as they are, or unpacked if they are gzip or zstd, whatever their file is called.

    One layer is taken off. Raises NotAPageError if they are damaged, are cut off, are more than
    ``LIMITS.max_unpacked`` bytes, or are zstd and no module reads that.

    >>> unpacked(gzip.compress(b"<p>a")), unpacked(b"<p>a")
    (b'<p>a', b'<p>a')
    """
    if data.startswith(GZIP_MARK):
        file = cast("IO[bytes]", gzip.GzipFile(fileobj=io.BytesIO(data)))
        return _read(file, "gzip", (OSError, zlib.error))
    if data.startswith(ZSTD_MARK):
        try:
            zstd = zstd_module()
        except ImportError as error:
            raise NotAPageError(
                "a zstd file, for which more packages are needed (pip install "
                "'boilerplate-lines[zstd]')"
            ) from error
        return _read(zstd.open(io.BytesIO(data)), "zstd", (zstd.ZstdError, OSError))
    return data


def zstd_module() -> Any:
    """The zstd module of Python 3.14, or its backport. Raises ImportError if neither is there."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd


def _read(file: IO[bytes], name: str, errors: tuple[type[Exception], ...]) -> bytes:
    chunks = []
    size = 0
    try:
        with file:
            while chunk := file.read(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > LIMITS.max_unpacked:
                    most = f"{LIMITS.max_unpacked >> 20} MiB"
                    raise NotAPageError(f"a {name} file that unpacks to more than {most}")
    except EOFError as error:
        raise NotAPageError(f"a {name} file that is cut off") from error
    except errors as error:
        raise NotAPageError(f"a {name} file that is damaged") from error
    return b"".join(chunks)
