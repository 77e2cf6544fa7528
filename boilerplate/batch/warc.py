"""The reader of WARC and WET files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import IO, Any, Final, cast

from fastwarc.warc import ArchiveIterator, WarcRecord
from fastwarc.warc import WarcRecordType as Type

from boilerplate.batch.gzip_members import GzipMembers
from boilerplate.batch.http_response import parse_http
from boilerplate.batch.record import (
    MAX_RECORD_BYTES,
    NO_PAGES,
    Fetched,
    Record,
    Statuses,
    failed,
    is_bad_input,
    is_page_type,
    limit_size,
    one_line,
    replace_surrogates,
)

WARC_MARK: Final = b"WARC/"  # the first bytes of every record
_ROBOTS: Final = re.compile(r"^[a-z]+://[^/]+/robots\.txt(?:\?|$)", re.IGNORECASE)
CUT_HEADER: Final = "a record's header is cut off or damaged"
# The end of a file that is kept, to see whether it ends within a header: longer than any header is.
TAIL_BYTES: Final = 32 << 10


def read_warc(
    file: IO[bytes] | GzipMembers,
    position: Callable[[], float],
    counts: Counter[str],
    statuses: Statuses = (),
) -> Iterator[Record]:
    """The pages of a WARC file; ``counts[NO_PAGES]`` becomes the number of its other records.

    Those are revisits, responses and resources of other media types, such as images and DNS
    look-ups, and robots.txt. Not counted is what only describes other records: requests, metadata,
    warcinfo. With ``statuses``, responses with another HTTP status are no pages either.

    Where a file of gzip members is damaged, there is one record with an error, and the pages of the
    next whole member follow. Other damage raises an error, after the pages before it.
    """
    number = 0
    while True:
        number, lost = yield from _up_to_damage(file, position, number, counts, statuses)
        damage = file.damage if isinstance(file, GzipMembers) else None
        if damage is None or not isinstance(file, GzipMembers):
            return
        next_start = file.resume(WARC_MARK)
        lost = lost or Record(number, "", position=position())
        yield failed(lost, damage.told(next_start))
        if next_start is None:
            return
        number += 1


def _up_to_damage(
    file: IO[bytes] | GzipMembers,
    position: Callable[[], float],
    number: int,
    counts: Counter[str],
    statuses: Statuses,
) -> Generator[Record, None, tuple[int, Record | None]]:
    """The pages up to damage; then the next number, and the damaged page if its header is whole."""
    members = file if isinstance(file, GzipMembers) else None
    start = members.unpacked if members else 0
    tailed = _TailReader(file)
    records = ArchiveIterator(cast("Any", tailed), parse_http=False, stream_detect=False)
    while found := _next(records, members):
        if not _has_length(found):
            if members is None:
                raise EOFError(CUT_HEADER)
            if members.damage is None:
                members.give_up(CUT_HEADER)
            return number, None
        if members:
            members.record_at(start + found.stream_pos)
        wanted = min(found.content_length, MAX_RECORD_BYTES + 1)
        if _is_about_others(found):
            continue
        block = found.reader.read(wanted)
        record = _record(found, block, number, position())
        if members:
            members.check_member()
            if damage := members.damage:
                begins_member = start + found.stream_pos == damage.unpacked_start
                is_alone = begins_member and not _another_follows(
                    block, tailed.tail + members.ahead
                )
                if len(block) < wanted or (is_alone and not damage.only_checksum):
                    return number, record
        if len(block) < wanted:  # fastwarc gives a short block without an error
            short = f"{len(block)} of the record's {found.content_length} bytes are there"
            if record:
                yield failed(record, f"the file is cut off here: {short}")
                return number + 1, None
            raise EOFError(short)
        if record is None or not _is_wanted(record, statuses):
            counts[NO_PAGES] += 1
            continue
        yield limit_size(record)
        number += 1
    # After the last record there is nothing, or the beginning of a header that is cut off.
    is_damaged = members is not None and members.damage is not None
    if not is_damaged and _is_header(tailed.tail.rpartition(b"\r\n\r\n")[2]):
        raise EOFError(CUT_HEADER)
    return number, None


def _another_follows(block: bytes, tail: bytes) -> bool:
    """Whether another record begins after a record's block, in the last bytes before damage."""
    return _is_header(tail.rpartition(block[-256:] or b"\r\n\r\n")[2].lstrip(b"\r\n"))


def _is_header(rest: bytes) -> bool:
    return bool(rest) and (rest.startswith(WARC_MARK) or WARC_MARK.startswith(rest))


def _next(records: Iterator[WarcRecord], members: GzipMembers | None) -> WarcRecord | None:
    """The next record; None at the end, and at damage, of which fastwarc may make an error."""
    try:
        return next(records, None)
    except BaseException as error:
        if members is None or not is_bad_input(error):
            raise
        if members.damage is None:  # a member that holds no record
            members.give_up(one_line(error))
        return None


def _has_length(found: WarcRecord) -> bool:
    """Whether the header says how long the record is; fastwarc takes a damaged length to be 0."""
    length = (found.headers.get("Content-Length") or "").strip()
    return length.isdecimal() and (length.lstrip("0") or "0") == str(found.content_length)


def _is_about_others(found: WarcRecord) -> bool:
    return found.record_type in (Type.warcinfo, Type.request, Type.metadata)


def _record(found: WarcRecord, block: bytes, number: int, position: float) -> Record | None:
    """The page of a WARC record, None if it has none."""
    if found.record_type not in (Type.response, Type.resource, Type.conversion):
        return None
    is_http = found.is_http or (found.record_type == Type.response and block[:5] == b"HTTP/")
    response = parse_http(block) if is_http else None
    content_type = response.content_type if response else found.headers.get("Content-Type") or ""
    identified = found.headers.get("WARC-Identified-Payload-Type") or ""
    if content_type and not is_page_type(content_type) and not is_page_type(identified):
        return None
    url = replace_surrogates(found.headers.get("WARC-Target-URI") or "").strip("<>")
    if _ROBOTS.search(url):
        return None
    return Record(
        number,
        replace_surrogates(found.record_id or ""),
        block,
        url or None,
        "text" if found.record_type == Type.conversion else None,
        source_format="http" if is_http else "page",
        fetched=Fetched(
            response.status if response else None,
            replace_surrogates(found.headers.get("WARC-Date") or "") or None,
            replace_surrogates(content_type) or None,
        ),
        # The crawler stopped reading there, whatever its reason.
        unread=1 if found.headers.get("WARC-Truncated") else 0,
        position=position,
    )


def _is_wanted(record: Record, statuses: Statuses) -> bool:
    """Whether a page has one of some statuses; those that have none are wanted."""
    status = record.fetched.status if record.fetched else None
    return not statuses or status is None or any(a <= status <= b for a, b in statuses)


class _TailReader:
    """A file to read from that keeps the last bytes that were read."""

    def __init__(self, file: IO[bytes] | GzipMembers) -> None:
        self.file = file
        self.tail = b""
        self.count = 0

    def tell(self) -> int:
        return self.count

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        if data:
            self.count += len(data)
            most = TAIL_BYTES
            self.tail = data if len(data) >= most else (self.tail + data)[-most:]
        return data
