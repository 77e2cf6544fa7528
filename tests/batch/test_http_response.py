"""The body of an HTTP response is the page, however the crawler stored it."""

from __future__ import annotations

import gzip
import zlib

import pytest

from boilerplate.batch.http_response import DamagedBodyError, HttpResponse, parse_http
from tests.made_up import SENTENCES

LIMIT = 1 << 20
PAGES = [f"<html><p>{SENTENCES[code]}</p></html>".encode() for code in ("en", "ar", "ja", "hi")]
PAGE = PAGES[1]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def chunked(body: bytes, size: int = 100) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def response(body: bytes, coding: str = "", transfer: str = "") -> HttpResponse:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    head += f"Content-Encoding: {coding}\r\n" if coding else ""
    head += f"Transfer-Encoding: {transfer}\r\n" if transfer else ""
    return parse_http(f"{head}\r\n".encode() + body)


def by_fastwarc(body: bytes, coding: str) -> bytes:
    module = pytest.importorskip({"br": "brotli", "zstd": "backports.zstd"}[coding])
    pytest.importorskip("fastwarc")
    packed: bytes = module.compress(body)
    return packed


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("coding", "transfer"),
    [
        ("gzip", ""), ("deflate", ""), ("br", ""), ("zstd", ""), ("", "chunked"),
        ("gzip", "chunked"), ("x-gzip", ""), ("gzip, deflate", "gzip, chunked"), ("none", ""),
        ("utf-8", ""), ("identity", "identity"),
    ],
)  # fmt: skip
def test_body_that_was_decoded_before_it_was_stored_is_read_as_it_is(
    page: bytes, coding: str, transfer: str
) -> None:
    if coding in ("br", "zstd"):
        pytest.importorskip("fastwarc")
    assert response(page, coding, transfer).decoded(LIMIT).data == page


@pytest.mark.parametrize("page", PAGES)
def test_body_is_decoded_in_the_reverse_order_of_its_codings(page: bytes) -> None:
    assert response(gzip.compress(page), "gzip").decoded(LIMIT).data == page
    assert response(gzip.compress(page), "X-GZIP").decoded(LIMIT).data == page
    assert response(zlib.compress(page), "deflate").decoded(LIMIT).data == page
    assert response(raw_deflate(page), "deflate").decoded(LIMIT).data == page
    assert response(chunked(page), "", "chunked").decoded(LIMIT).data == page
    assert response(chunked(gzip.compress(page)), "gzip", "chunked").decoded(LIMIT).data == page
    both = gzip.compress(zlib.compress(page))
    assert response(both, "deflate, gzip").decoded(LIMIT).data == page
    assert response(chunked(gzip.compress(page)), "", "gzip, chunked").decoded(LIMIT).data == page


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_brotli_and_zstd_are_decoded(coding: str) -> None:
    assert response(by_fastwarc(PAGE, coding), coding).decoded(LIMIT).data == PAGE


def test_gzip_is_unpacked_though_no_header_says_so() -> None:
    assert response(gzip.compress(PAGE)).decoded(LIMIT).data == PAGE
    assert response(gzip.compress(gzip.compress(PAGE)), "gzip").decoded(LIMIT).data == PAGE


def test_body_cut_off_within_its_encoding_gives_what_is_there() -> None:
    assert PAGE.startswith(response(gzip.compress(PAGE)[:-12], "gzip").decoded(LIMIT).data)
    assert PAGE.startswith(response(raw_deflate(PAGE)[:-5], "deflate").decoded(LIMIT).data)
    assert response(chunked(PAGE)[:190], "", "chunked").decoded(LIMIT).data == PAGE[:180]
    assert response(b"ffff\r\n" + PAGE, "", "chunked").decoded(LIMIT).data == PAGE


LONG = "".join(f"<p>{number} {SENTENCES['th']}</p>" for number in range(200)).encode()


@pytest.mark.parametrize(
    ("body", "coding", "transfer"),
    [
        (gzip.compress(LONG), "gzip", ""),
        (gzip.compress(LONG), "", ""),
        (gzip.compress(gzip.compress(LONG)), "gzip", ""),
        (zlib.compress(LONG), "deflate", ""),
        (raw_deflate(LONG), "deflate", ""),
        (chunked(LONG), "", "chunked"),
        (chunked(gzip.compress(LONG)), "gzip", "chunked"),
    ],
)
@pytest.mark.parametrize("part", [0.3, 0.5, 0.97])
def test_body_that_is_cut_off_says_so_and_a_whole_one_does_not(
    body: bytes, coding: str, transfer: str, part: float
) -> None:
    assert response(body, coding, transfer).decoded(LIMIT).missing == 0
    cut = response(body[: int(part * len(body))], coding, transfer).decoded(LIMIT)
    assert LONG.startswith(cut.data)
    assert cut.missing > 0


@pytest.mark.parametrize("cut", [90, 100, 105, 106, 107, 108, 109, 300])
def test_chunks_that_are_cut_off_anywhere_say_so(cut: int) -> None:
    found = response(chunked(LONG)[:cut], "", "chunked").decoded(LIMIT)
    assert LONG.startswith(found.data)
    assert found.missing > 0


def test_body_that_is_shorter_than_its_content_length_lacks_the_difference() -> None:
    for length, missing in ((len(PAGE) + 7, 7), (len(PAGE), 0), (3, 0), ("none", 0)):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        assert parse_http(head.encode() + PAGE).decoded(LIMIT).missing == missing


@pytest.mark.parametrize("page", [b"2024\nThe year", b"0\r\nis a number", b"ab\r\n" + b"w " * 200])
def test_number_on_the_first_line_of_a_page_is_no_chunk(page: bytes) -> None:
    assert response(page, "", "chunked").decoded(LIMIT).data == page


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_encoded_bytes_that_cannot_be_decoded_are_an_error(coding: str) -> None:
    with pytest.raises(DamagedBodyError):
        response(b"\x00\x01\x02\xff\xfe" * 9, coding).decoded(LIMIT)


def test_no_more_is_unpacked_than_the_limit() -> None:
    bomb = bytes(5_000_000)
    for coding, packed in {
        "gzip": gzip.compress(bomb),
        "deflate": zlib.compress(bomb),
        "gzip, gzip": gzip.compress(gzip.compress(bomb)),
    }.items():
        assert len(response(packed, coding).decoded(1000).data) <= 1000


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_of_a_head_end_with_lf_or_crlf(end: bytes) -> None:
    lines = [b"HTTP/1.0 200 OK", b"Content-Type: text/html;", b" charset='koi8-r'", b"", PAGE]
    found = parse_http(end.join(lines) + b"\r\n\r\nlast")
    assert (found.content_type, found.charset) == ("text/html; charset='koi8-r'", "koi8-r")
    assert found.body == PAGE + b"\r\n\r\nlast"


def test_block_without_a_status_line_is_all_body() -> None:
    assert parse_http(PAGE + b"\n\nmore").body == PAGE + b"\n\nmore"
    assert parse_http(b"").body == b""


def test_repeated_headers_are_joined_and_lines_without_a_colon_passed_over() -> None:
    head = b"HTTP/1.1 200 OK\nno header\nContent-Encoding: deflate\nContent-Encoding: gzip\n\n"
    found = parse_http(head + gzip.compress(zlib.compress(PAGE)))
    assert found.headers == {"content-encoding": "deflate, gzip"}
    assert found.decoded(LIMIT).data == PAGE


def test_head_without_an_end_costs_little_time_and_memory() -> None:
    found = parse_http(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 1_000_000)
    assert len(found.headers["a"]) < 100_000


def test_body_of_very_many_members_or_chunks_takes_no_square_of_its_length() -> None:
    members = gzip.compress(b"") * 40_000 + gzip.compress(PAGE)
    assert response(members, "gzip").decoded(LIMIT).data == PAGE
    assert response(b"1\r\na\r\n" * 100_000, "", "chunked").decoded(LIMIT).data == b"a" * 100_000
