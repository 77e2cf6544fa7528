"""The HTTP response in a WARC record: its headers, and its body as the page was sent.

Crawlers store what servers sent, and some decode the body and keep the headers that said it was
encoded (Common Crawl did until 2019). So the bytes of a body decide how it is encoded, and its
headers only where the bytes do not tell.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from boilerplate.reading.magic import ZSTD_MARK
from boilerplate.reading.source import charset_of

# Others, such as "none" and "utf-8", mean nothing.
CODINGS: Final = frozenset({"gzip", "deflate", "br", "zstd"})
GZIP_START: Final = b"\x1f\x8b"  # of any method, so that a damaged one is an error
# Wrapped by servers and again by proxies: more layers than this are no page any more.
MAX_LAYERS: Final = 3

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_FOLDED: Final = re.compile(rb"\r?\n[ \t]+")
_STATUS: Final = re.compile(rb"\S+[ \t]+(\d{3})\b")
_LENGTH: Final = re.compile(r"[0-9]{1,12}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]{0,1000})?\r?\n")
# What text does not have, whatever its encoding, except UTF-16.
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKED_AT: Final = 1024  # bytes at the beginning of a body, to tell text from encoded bytes
_PIECE: Final = 16 << 10  # bytes that are unpacked together, of a body of many small members
_MAX_SIZE_LINE: Final = 1024  # bytes of the line before a chunk
_MAX_HEAD: Final = 64 << 10  # bytes; as much as servers and crawlers take


class DamagedBodyError(ValueError):
    """A body is encoded and cannot be decoded; says why."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body that was decoded, as far as it is there.

    ``missing`` is how many bytes it lacks at its end, as far as that is known: 0 if it is whole, at
    least 1 if it is cut off.
    """

    data: bytes
    missing: int = 0

    def after(self, encoded: Body) -> Body:
        """The same, lacking at least what the encoded body lacked."""
        return replace(self, missing=max(self.missing, encoded.missing))


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response as it is stored. ``headers`` have lower-case names; repeated ones are joined.

    ``status`` is None without a status line.
    """

    headers: Mapping[str, str]
    body: bytes
    status: int | None = None

    @property
    def content_type(self) -> str:
        """The first Content-Type, or ""."""
        return self.headers.get("content-type", "").partition(",")[0]

    @property
    def charset(self) -> str | None:
        """The charset of the Content-Type."""
        return charset_of(self.content_type)

    def decoded(self, limit: int) -> Body:
        """The body without its encodings; no more than ``limit`` bytes of it.

        Raises DamagedBodyError.
        """
        transfer = _codings(self.headers.get("transfer-encoding", ""))
        codings = [*_codings(self.headers.get("content-encoding", "")), *transfer]
        codings = [each for each in reversed(codings) if each in CODINGS][:MAX_LAYERS]
        if "chunked" in transfer:
            body = _without_chunks(self.body)
        else:
            body = Body(self.body, 0 if codings else self._too_short)
        for coding in codings:
            body = _decoded(body.data, coding, limit).after(body)
        for _ in range(MAX_LAYERS):  # a page is never gzip: no header need say so
            if not body.data.startswith(GZIP_START):
                break
            body = _gunzipped(body.data, limit).after(body)
        return body

    @property
    def _too_short(self) -> int:
        """How many bytes the body lacks of its Content-Length."""
        length = self.headers.get("content-length", "")
        return max(int(length) - len(self.body), 0) if _LENGTH.fullmatch(length) else 0


def parse_http(block: bytes) -> HttpResponse:
    r"""An HTTP response; its lines may end with a bare LF. Without a status line all is body.

    >>> parse_http(b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n<p>hello").content_type
    'text/html'
    """
    if block[:5].upper() != b"HTTP/":
        return HttpResponse({}, block)
    blank = _BLANK_LINE.search(block, 0, _MAX_HEAD)
    end, begin = blank.span() if blank else (_MAX_HEAD, _MAX_HEAD)
    head, body = block[:end], block[begin:]
    headers: dict[str, str] = {}
    for line in _FOLDED.sub(b" ", head).split(b"\n")[1:]:
        name, colon, value = (part.strip().decode("latin-1") for part in line.partition(b":"))
        if colon:
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    status = _STATUS.match(head)
    return HttpResponse(headers, body, int(status[1]) if status else None)


def _codings(value: str) -> list[str]:
    return [coding.strip().lower().removeprefix("x-") for coding in value.split(",")]


def _without_chunks(body: bytes) -> Body:
    """A body without the sizes of its chunks, or the same body if it has none.

    Chunks that are cut off give what is there.
    """
    whole = bytearray()
    at = end = 0
    while at < len(body):
        size = _CHUNK.match(body, at)
        if size is None:
            if not whole:
                return Body(body)
            if len(body) - at < _MAX_SIZE_LINE and b"\n" not in body[at:]:
                return Body(bytes(whole), 1)  # cut off within the size
            raise DamagedBodyError("a chunk has no size")
        end = size.end() + int(size[1], 16)
        after = body[end : end + 1]
        if not whole and _is_first_line_of_a_page(size, end, body):
            return Body(body)
        if end == size.end():  # the last chunk has no bytes
            return Body(bytes(whole))
        if after not in (b"\r", b"\n", b""):
            raise DamagedBodyError("a chunk is longer than its size")
        whole += body[size.end() : end]
        at = end + (1 if after == b"\n" else 2)
    return Body(bytes(whole), max(end - len(body), 1) if whole else 0)


def _is_first_line_of_a_page(size: re.Match[bytes], end: int, body: bytes) -> bool:
    """Whether what looks like the size of the first chunk is a number in the page's text."""
    if end == size.end():
        return bool(body[end:].strip())
    if end >= len(body):  # the chunk is cut off, or this is none
        return not size[0].endswith(b"\r\n")
    return body[end : end + 1] not in (b"\r", b"\n")


def _decoded(body: bytes, coding: str, limit: int) -> Body:
    """The body without one coding, or as it is if it is text, whatever its headers say."""
    if not body:
        return Body(body)
    try:
        if coding == "gzip" and body.startswith(GZIP_START):
            return _gunzipped(body, limit)
        if coding == "deflate":
            return _inflated(body, limit)
        if coding == "br" or (coding == "zstd" and body.startswith(ZSTD_MARK)):
            return Body(_decoded_by_fastwarc(body, coding, limit))
    except (zlib.error, OSError, ValueError) as error:
        if _looks_encoded(body):
            raise DamagedBodyError(str(error)) from error
    if coding in ("gzip", "zstd") and _looks_encoded(body):
        raise DamagedBodyError(f"it is not {coding}, as its headers say")
    return Body(body)


def _looks_encoded(body: bytes) -> bool:
    return _CONTROLS.search(body, 0, _LOOKED_AT) is not None


def _gunzipped(body: bytes, limit: int) -> Body:
    """All members together; if the last is cut off, what is there."""
    data = bytearray()
    at = 0
    is_whole = True
    while body.startswith(GZIP_START, at):
        member = zlib.decompressobj(31)
        while not member.eof and at < len(body):
            packed = body[at : at + _PIECE]
            if len(data) >= limit:
                return Body(bytes(data))
            try:
                data += member.decompress(packed, limit - len(data))
            except zlib.error as error:
                raise DamagedBodyError(str(error)) from error
            at += len(packed) - len(member.unused_data) - len(member.unconsumed_tail)
        is_whole = member.eof
    return Body(bytes(data), 0 if is_whole else 1)


def _inflated(body: bytes, limit: int) -> Body:
    """With zlib's header, as the standard says, or without, as some servers send and browsers take.

    Raises zlib.error.
    """
    decoder = zlib.decompressobj()
    try:
        data = decoder.decompress(body, limit)
    except zlib.error:
        decoder = zlib.decompressobj(-15)
        data = decoder.decompress(body, limit)
    if not (decoder.eof or decoder.unconsumed_tail or _looks_encoded(body)):
        raise zlib.error("text that began like compressed data")
    return Body(data, 0 if decoder.eof or decoder.unconsumed_tail else 1)


def _decoded_by_fastwarc(body: bytes, coding: str, limit: int) -> bytes:
    """Raises OSError or ValueError."""
    from fastwarc.warc import WarcRecord

    block = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode() + body
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    response = WarcRecord.from_bytes(head.encode() + block)
    response.parse_http(auto_decode="all")
    return response.reader.read(limit)
