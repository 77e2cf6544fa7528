"""WARC files: what is a page, what is none, and what damage costs."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fastwarc")

from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import NO_PAGES, Fetched, Fields, Record, Statuses, unpack
from boilerplate.batch.worker import clean_record
from boilerplate.cleaner import Cleaner
from boilerplate.plugins.manager import no_plugins
from tests.batch.test_readers import TEXTS, http, read, sources, warc_record

PAGES = [warc_record(i, http(text.encode())) for i, text in enumerate(TEXTS)]
MEMBERS = [gzip.compress(page, mtime=0) for page in PAGES]


def read_bytes(folder: Path, data: bytes, name: str = "a.warc.gz") -> list[Record]:
    path = folder / name
    path.write_bytes(data)
    return read(path)


def number_of_no_pages(folder: Path, data: bytes) -> tuple[int, int]:
    """How many pages a file has, and how many records that are none."""
    path = folder / "a.warc"
    path.write_bytes(data)
    counts: Counter[str] = Counter()
    found = list(read_archive(path, "a.warc", Fields(), counts))
    assert not any(record.error for record in found)
    assert [record.number for record in found] == list(range(len(found)))
    return len(found), counts[NO_PAGES]


# What is a page


def test_images_look_ups_and_revisits_are_counted_and_are_no_errors(tmp_path: Path) -> None:
    head = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    none = [
        warc_record(1, http(b"\x89PNG", content_type="image/png")),
        warc_record(2, http(b"{}", content_type="application/json")),
        warc_record(3, b"a.test. 300 IN A 192.0.2.1\n", content_type="text/dns"),
        warc_record(4, head, type="revisit", content_type="application/http; msgtype=response"),
        warc_record(5, b"\xff\xd8", type="resource", content_type="image/jpeg"),
    ]
    data = PAGES[0] + b"".join(none) + PAGES[1]
    assert number_of_no_pages(tmp_path, data) == (2, len(none))


def test_records_that_describe_others_are_not_counted(tmp_path: Path) -> None:
    types = ["warcinfo", "request", "metadata"]
    others = [warc_record(9, b"x: y\r\n", type=each) for each in types]
    assert number_of_no_pages(tmp_path, b"".join(others) + PAGES[0]) == (1, 0)


@pytest.mark.parametrize("content_type", ["", "text/html", "TEXT/HTML;x", "application/xhtml+xml"])
def test_response_of_a_page_type_or_of_none_is_a_page(tmp_path: Path, content_type: str) -> None:
    block = http(TEXTS[0].encode(), content_type=content_type)
    assert number_of_no_pages(tmp_path, warc_record(1, block)) == (1, 0)


def test_page_that_the_crawler_identified_is_one_whatever_the_server_said(tmp_path: Path) -> None:
    record = warc_record(1, http(TEXTS[0].encode(), content_type="application/octet-stream"))
    assert number_of_no_pages(tmp_path, record) == (0, 1)
    mark = b"WARC/1.0\r\n"
    identified = mark + b"WARC-Identified-Payload-Type: text/html\r\n" + record[len(mark) :]
    assert number_of_no_pages(tmp_path, identified) == (1, 0)


def test_http_head_with_bare_line_feeds_is_read(tmp_path: Path) -> None:
    block = b"HTTP/1.0 200 OK\nContent-Type: text/html; charset=utf-8\n\n" + TEXTS[1].encode()
    [found] = read_bytes(tmp_path, warc_record(1, block), "a.warc")
    assert (sources([found]), found.charset) == ([TEXTS[1]], "utf-8")


def test_bodies_stored_decoded_or_encoded_are_the_same_page(tmp_path: Path) -> None:
    body = TEXTS[2].encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    blocks = [
        http(body, "Content-Encoding: gzip"),
        http(gzip.compress(body), "Content-Encoding: gzip"),
        http(body, "Content-Encoding: gzip", "Transfer-Encoding: chunked"),
        http(chunked, "Transfer-Encoding: chunked"),
        http(body, "Content-Encoding: none"),
        http(gzip.compress(body), "Content-Encoding: x-gzip"),
    ]
    data = b"".join(warc_record(i, block) for i, block in enumerate(blocks))
    found = read_bytes(tmp_path, data, "a.warc")
    assert sources(found) == [TEXTS[2]] * len(blocks)


# What damage costs


def test_damaged_gzip_member_costs_its_page_and_no_other(tmp_path: Path) -> None:
    members = list(MEMBERS)
    middle = len(members[5]) // 2
    members[5] = members[5][:middle] + bytes(20) + members[5][middle + 20 :]
    start = sum(map(len, members[:5]))
    found = read_bytes(tmp_path, b"".join(members))
    assert sources(found) == [*TEXTS[:5], "", *TEXTS[6:]]
    lost = found[5].error
    assert f"its bytes {start:,} to {start + len(members[5]) - 1:,} are lost" in lost
    assert [record.number for record in found] == list(range(len(TEXTS)))


def test_page_whose_checksum_is_wrong_is_lost_and_named(tmp_path: Path) -> None:
    members = list(MEMBERS)
    members[3] = members[3][:-8] + b"\0\0\0\0" + members[3][-4:]
    found = read_bytes(tmp_path, b"".join(members))
    assert sources(found) == [*TEXTS[:3], "", *TEXTS[4:]]
    assert found[3].url == "https://a.test/3"
    assert "incorrect data check" in found[3].error


def test_member_that_is_missing_its_end_costs_its_page(tmp_path: Path) -> None:
    members = list(MEMBERS)
    members[2] = members[2][:-30]
    found = read_bytes(tmp_path, b"".join(members))
    assert sources(found) == [*TEXTS[:2], "", *TEXTS[3:]]
    assert found[2].error


def test_several_damaged_members_are_an_error_each(tmp_path: Path) -> None:
    members = list(MEMBERS)
    for bad in (0, 4, len(members) - 1):
        members[bad] = b"junk" * 30 if bad else b"junk"
    found = read_bytes(tmp_path, b"".join(members))
    assert [bool(record.error) for record in found] == [i in (0, 4, len(members) - 1) for i in
                                                        range(len(members))]  # fmt: skip
    assert "damaged from here on" in found[-1].error


def test_cut_off_file_gives_all_its_whole_records_and_one_error(tmp_path: Path) -> None:
    ends = [sum(map(len, MEMBERS[: i + 1])) for i in range(len(MEMBERS))]
    data = b"".join(MEMBERS)
    for cut in [1, 9, ends[0] - 1, ends[0], ends[0] + 1, ends[7] + 40, ends[7] + 200]:
        found = read_bytes(tmp_path, data[:cut])
        whole = sum(end <= cut for end in ends)
        assert sources(found)[:whole] == TEXTS[:whole]
        errors = [record.error for record in found if record.error]
        assert len(errors) == (cut not in ends)
        assert all("cut off here" in error for error in errors)


@pytest.mark.parametrize("bad", [1, 5, 9])
def test_one_member_of_many_records_gives_all_that_are_whole_before_damage(
    tmp_path: Path, bad: int
) -> None:
    packed = bytearray(gzip.compress(b"".join(PAGES), 0, mtime=0))  # stored, so that it is in place
    at = packed.index(PAGES[bad][:80])
    del packed[at + 60 :]
    found = read_bytes(tmp_path, bytes(packed))
    assert sources(found[:-1]) == TEXTS[:bad]
    assert "cut off here" in found[-1].error


def test_compressed_records_right_before_damage_are_not_lost(tmp_path: Path) -> None:
    rng = random.Random(3)
    texts = [f"<p>{i} {rng.randbytes(400).hex()}</p>" for i in range(40)]
    pages = [warc_record(i, http(text.encode())) for i, text in enumerate(texts)]
    packed = gzip.compress(b"".join(pages), mtime=0)
    middle = len(packed) // 2
    found = read_bytes(tmp_path, packed[:middle] + b"\xff" * 300 + packed[middle + 300 :])
    *good, last = found
    assert "damaged from here on" in last.error
    assert len(good) >= 17
    assert sources(good)[:17] == texts[:17]


def test_zeros_between_and_after_members_are_no_damage(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, MEMBERS[0] + bytes(5) + MEMBERS[1] + bytes(99))
    assert sources(found) == TEXTS[:2]


def test_bytes_that_look_like_a_member_and_hold_no_record_are_passed_over(tmp_path: Path) -> None:
    decoys = b"\x1f\x8b\x08" * 50 + gzip.compress(b"no record")
    found = read_bytes(tmp_path, MEMBERS[0] + b"junk" + decoys + MEMBERS[1])
    assert [bool(record.error) for record in found] == [False, True, False]
    assert sources(found)[::2] == TEXTS[:2]


@pytest.mark.parametrize("bad", [b"no record", b"x" * 100_000, b"WARC/1.0\r\n\r\n", PAGES[1][:70]])
def test_member_that_holds_no_record_costs_no_other(tmp_path: Path, bad: bytes) -> None:
    found = read_bytes(tmp_path, MEMBERS[0] + gzip.compress(bad) + MEMBERS[1] + MEMBERS[2])
    assert sources([record for record in found if not record.error]) == TEXTS[:3]
    assert [bool(record.error) for record in found] == [False, True, False, False]


def test_very_many_members_without_a_record_are_not_read_again_and_again(tmp_path: Path) -> None:
    none = gzip.compress(b"WARC/1.0\r\n", mtime=0) * 20_000
    found = read_bytes(tmp_path, MEMBERS[0] + none)
    assert len(found) < 100
    assert sources(found)[0] == TEXTS[0]


def test_next_member_is_found_far_behind_the_damage(tmp_path: Path) -> None:
    junk = random.Random(1).randbytes(400_000)
    found = read_bytes(tmp_path, MEMBERS[0] + b"junk" + junk + MEMBERS[1] + MEMBERS[2])
    assert sources(found) == [TEXTS[0], "", *TEXTS[1:3]]


@given(st.data())
def test_pages_outside_a_damaged_stretch_are_read_unchanged(data: st.DataObject) -> None:
    import tempfile

    whole = bytearray(b"".join(MEMBERS))
    at = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    whole[at : at + len(junk)] = junk
    ends = [sum(map(len, MEMBERS[: i + 1])) for i in range(len(MEMBERS))]
    hit = {i for i, end in enumerate(ends) if at < end and at + len(junk) > end - len(MEMBERS[i])}
    with tempfile.TemporaryDirectory() as folder:
        found = read_bytes(Path(folder), bytes(whole))
    good = Counter(sources([record for record in found if not record.error]))
    assert good >= Counter(text for i, text in enumerate(TEXTS) if i not in hit)
    assert set(good) <= set(TEXTS)


def test_record_with_an_error_is_unpacked_to_itself() -> None:
    lost = Record(0, "x", error="the file is damaged here")
    assert unpack(lost, Fields()) == lost
    assert json.dumps(lost.error)


# How a page was fetched


def fetched(tmp_path: Path, data: bytes, statuses: Statuses = ()) -> list[Fetched | None]:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    return [each.fetched for each in read_archive(path, "a", Fields(), None, statuses)]


def status_page(number: int, status: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return warc_record(number, f"{head}<p>{TEXTS[0]}".encode())


def test_status_date_and_content_type_are_known(tmp_path: Path) -> None:
    [found] = fetched(tmp_path, status_page(0, "404 Not Found"))
    assert found is not None
    assert (found.status, found.content_type) == (404, "text/html; charset=utf-8")


def test_pages_of_other_statuses_are_left_out_and_counted(tmp_path: Path) -> None:
    data = b"".join(
        status_page(i, each) for i, each in enumerate(["200 OK", "301", "404 Gone", "204 None"])
    )
    assert [each and each.status for each in fetched(tmp_path, data)] == [200, 301, 404, 204]
    wanted = fetched(tmp_path, data, ((200, 299), (404, 404)))
    assert [each and each.status for each in wanted] == [200, 404, 204]


def test_pages_without_a_status_are_kept(tmp_path: Path) -> None:
    page = warc_record(0, b"A text.", type="conversion", content_type="text/plain")
    [found] = fetched(tmp_path, page, ((200, 200),))
    assert found is not None
    assert found.status is None


def test_robots_txt_is_no_page(tmp_path: Path) -> None:
    page = warc_record(0, http(b"User-agent: *", content_type="text/plain"))
    assert number_of_no_pages(tmp_path, page) == (1, 0)
    uri = page.split(b"WARC-Target-URI: ")[1].split(b"\r\n")[0]
    robots = page.replace(uri, b"https://a.example/robots.txt")
    assert number_of_no_pages(tmp_path, robots + PAGES[0]) == (1, 1)


def test_last_member_that_never_ends_is_an_error_and_one_without_its_checksum_a_page(
    tmp_path: Path,
) -> None:
    whole = bytearray(b"".join(MEMBERS))
    for byte in range(len(whole) - 40, len(whole) - 8):
        flipped = bytes(whole[:byte]) + b"\0" + bytes(whole[byte + 1 :])
        good = [record for record in read_bytes(tmp_path, flipped) if not record.error]
        assert {each.source for each in good} <= {text.encode() for text in TEXTS}
    *good, last = read_bytes(tmp_path, bytes(whole[:-8]))
    assert sources(good) == TEXTS
    assert "cut off here" in last.error


# Pages that were cut off before they were stored


def test_page_that_came_cut_off_is_cleaned_and_says_that_it_lacks_its_end(model_file: Path) -> None:
    text = "".join(f"<p>{number} {TEXTS[0]}" for number in range(200)).encode()
    packed = gzip.compress(text, mtime=0)
    whole, half = (
        Record(0, "x", http(body, "Content-Encoding: gzip"), source_format="http")
        for body in (packed, packed[: len(packed) // 2])
    )
    cleaner = Cleaner(model_file, plugins=no_plugins())
    found = [clean_record(cleaner, record, Fields()) for record in (whole, half)]
    rows = [json.loads(each.json) for each in found]
    assert [each.in_part for each in found] == [False, True]
    assert rows[0]["unread"] == 0 < rows[1]["unread"]
    assert 0 < len(rows[1]["lines"]) < len(rows[0]["lines"])
    assert [row["error"] for row in rows] == [None, None]


def test_page_that_the_crawler_says_it_has_cut_off_lacks_its_end(tmp_path: Path) -> None:
    record = warc_record(0, http(TEXTS[0].encode()))
    cut = record.replace(b"WARC-Date:", b"WARC-Truncated: length\r\nWARC-Date:")
    path = tmp_path / "a.warc"
    path.write_bytes(record + cut)
    found = [unpack(each, Fields()) for each in read_archive(path, "a", Fields())]
    assert [each.unread for each in found] == [0, 1]
