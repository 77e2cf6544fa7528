"""A gzip file that is read member by member: damage costs a member, not the rest of the file.

A WARC file that is made as the standard says has one member for each record.
"""

from __future__ import annotations

import contextlib
import sys
import zlib
from collections import deque
from dataclasses import dataclass
from typing import IO, Final

from boilerplate.reading.magic import GZIP_MARK

PADDING: Final = (
    b"\0\r\n "  # may be between members and after the last: blocks of tapes, a line end
)
CHUNK: Final = 1 << 16  # bytes that are read together
NEAR: Final = 64  # bytes: how far ahead the end of a member is looked for
# Compressed bytes in which the first bytes of a member must show: longer than a header with a
# file's name and the tables of codes that follow it.
TRIAL: Final = 4096
# Members that are read again when what they hold is no record; of more, which a file made to take
# time may have, those that were read are lost.
MOST_AGAIN: Final = 16
CHECKSUM_BYTES: Final = 8  # and of the length, at the end of a member
GZIP: Final = 31  # zlib's number for the format gzip


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a file can no longer be decompressed, and the member that is damaged.

    It begins at ``start`` in the file, and at ``unpacked_start`` in the decompressed bytes.
    ``only_checksum`` is whether all of its data is there, and only its checksum is cut off.
    """

    start: int
    unpacked_start: int
    is_cut_off: bool
    why: str
    only_checksum: bool = False

    def told(self, next_start: int | None) -> str:
        """What to say of it; ``next_start`` is where the next whole member begins, if one does."""
        if next_start is not None:
            lost = f"its bytes {self.start:,} to {next_start - 1:,} are lost"
            return f"the file is damaged here, and {lost}: {self.why}"
        what = "cut off here" if self.is_cut_off else "damaged from here on"
        return f"the file is {what}, from its byte {self.start:,}: {self.why}"


class GzipMembers:
    """A gzip file to read from. It ends where it is damaged, and ``resume`` goes on after that.

    It also ends, for good, after ``most`` bytes.
    """

    def __init__(self, raw: IO[bytes], most: int = sys.maxsize) -> None:
        self.raw = raw
        self.most = most  # bytes that are decompressed; the rest counts as damaged
        self.damage: Damage | None = None
        self.unpacked = 0  # bytes decompressed so far
        self._decoder: zlib._Decompress | None = None  # None between members
        self._packed = b""  # bytes that are read and not decompressed
        self.ahead = b""  # bytes that are decompressed and not read
        self._member = self._unpacked_member = 0  # where the member begins, as in Damage
        self._searched = 0  # where the search for the next member begins
        self._later: deque[tuple[int, int]] = deque()  # the same of members behind the last record

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, which come from one member; b"" at the end or at damage."""
        if data := self.ahead:
            self.ahead = b""
            if 0 <= size < len(data):
                data, self.ahead = data[:size], data[size:]
            return data
        while decoder := self._decoder or self._begin_member():
            if data := self._decode(decoder, size if 0 < size < CHUNK else CHUNK):
                return data
        return b""

    def check_member(self) -> None:
        """Find damage at the end of the present member, such as a checksum, if the end is near."""
        while (decoder := self._decoder) and len(self.ahead) < NEAR:
            self.ahead += self._decode(decoder, NEAR)

    def record_at(self, unpacked: int) -> None:
        """Tell that a record was found at this place in the decompressed bytes."""
        while self._later and self._later[0][1] <= unpacked:
            self._later.popleft()

    def give_up(self, why: str) -> None:
        """Take the first member behind the last record's beginning to be damaged.

        What it holds is no record, which shows only when more members have been read.
        """
        present = self._member
        if self._later:
            self._member, self._unpacked_member = self._later[0]
        self._end(is_cut_off=False, why=why)
        if len(self._later) > MOST_AGAIN:
            self._searched = present

    def resume(self, begins: bytes) -> int | None:
        """Go on after damage, with the next member whose first bytes are ``begins``.

        Gives where it begins in the file, or None if there is none.
        """
        if self.damage is None or self.unpacked > self.most:
            return None
        self.ahead = b""
        self._later.clear()
        self.raw.seek(self._searched + 1)
        packed = self.raw.read(CHUNK)
        at = 0
        while True:
            at = packed.find(GZIP_MARK, at)
            if at < 0 or len(packed) - at < TRIAL:
                more = self.raw.read(CHUNK)
                if more:
                    keep = at if at >= 0 else max(len(packed) - len(GZIP_MARK) + 1, 0)
                    packed, at = packed[keep:] + more, 0
                    continue
                if at < 0:
                    return None
            if _first_bytes(packed[at : at + TRIAL], len(begins)) == begins:
                self.damage, self._packed = None, packed[at:]
                return self._place
            at += 1

    @property
    def _place(self) -> int:
        """Where the bytes that are not decompressed yet begin in the file."""
        return self.raw.tell() - len(self._packed)

    def _begin_member(self) -> zlib._Decompress | None:
        """The decoder of the next member, None at the end; between members there may be padding."""
        if self.damage:
            return None
        self._packed = self._packed.lstrip(PADDING)
        while not self._packed:
            more = self.raw.read(CHUNK)
            if not more:
                if self._place == 0:
                    self._end(is_cut_off=True, why="it is empty")
                return None
            self._packed = more.lstrip(PADDING)
        self._member, self._unpacked_member = self._place, self.unpacked
        self._later.append((self._member, self._unpacked_member))
        self._decoder = zlib.decompressobj(GZIP)
        return self._decoder

    def _decode(self, decoder: zlib._Decompress, size: int) -> bytes:
        """At most ``size`` more bytes of the member; after its last, there is no ``_decoder``."""
        self._packed = self._packed or self.raw.read(CHUNK)
        before = decoder.copy()
        try:
            data = decoder.decompress(self._packed, size)
        except zlib.error as error:
            data = _up_to_damage(before, self._packed)
            self._end(is_cut_off=False, why=str(error))
        else:
            if decoder.eof:
                self._packed, self._decoder = decoder.unused_data, None
            elif not (self._packed or data):
                why = "the compressed data ends early"
                self._end(is_cut_off=True, why=why, only_checksum=_awaits_checksum(decoder))
            else:
                self._packed = decoder.unconsumed_tail
        self.unpacked += len(data)
        if self.unpacked > self.most:
            self._end(is_cut_off=False, why=too_large(self.most))
            return b""
        return data

    def _end(self, is_cut_off: bool, why: str, only_checksum: bool = False) -> None:
        self._decoder = None
        self._searched = self._member
        self.damage = Damage(self._member, self._unpacked_member, is_cut_off, why, only_checksum)


def too_large(most: int) -> str:
    """Why a file is read no further that unpacks to more than ``most`` bytes."""
    return f"it unpacks to more than {most >> 20:,} MiB"


def _awaits_checksum(decoder: zlib._Decompress) -> bool:
    """Whether all of a member's data was decoded; what comes next is taken for its checksum."""
    try:
        decoder.decompress(b"\xff" * CHECKSUM_BYTES)
    except zlib.error as error:
        return "incorrect data check" in str(error) or "incorrect length check" in str(error)
    return decoder.eof


def _up_to_damage(decoder: zlib._Decompress, packed: bytes) -> bytes:
    """What can be decompressed before the error, which zlib does not give together with it."""
    parts = []
    with contextlib.suppress(zlib.error):
        for at in range(len(packed)):
            parts.append(decoder.decompress(packed[at : at + 1]))
    return b"".join(parts)


def _first_bytes(packed: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(GZIP).decompress(packed, size)
    except zlib.error:
        return b""
