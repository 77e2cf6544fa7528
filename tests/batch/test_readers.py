"""Files of many pages are read record by record, however they are damaged."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boilerplate.batch import record as record_module
from boilerplate.batch.readers import is_archive, read_archive, read_files
from boilerplate.batch.record import Fields, Record, RecordsError, unpack
from boilerplate.batch.unpacking import zstd_module
from boilerplate.reading.read import read as read_page
from tests.made_up import SENTENCES

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("fastwarc")
zstd = zstd_module()

TEXTS = [f"<p>{sentence}</p>" for sentence in SENTENCES.values()]
ROWS = [{"id": str(i), "url": f"https://a.test/{i}", "html": t} for i, t in enumerate(TEXTS)]


def json_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def warc_record(
    number: int, block: bytes, *, type: str = "response", content_type: str = ""
) -> bytes:
    content_type = content_type or (
        "application/http; msgtype=response" if type == "response" else "text/plain"
    )
    head = (
        f"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"WARC-Target-URI: https://a.test/{number}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http(body: bytes, *headers: str, content_type: str = "text/html; charset=utf-8") -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", *headers])
    return head.encode() + b"\r\n\r\n" + body


def warc() -> bytes:
    info = warc_record(
        900, b"software: none\r\n", type="warcinfo", content_type="application/warc-fields"
    )
    asked = warc_record(
        901, b"GET / HTTP/1.1\r\n\r\n", type="request", content_type="application/http"
    )
    return info + b"".join(asked + warc_record(i, http(t.encode())) for i, t in enumerate(TEXTS))


def read(path: Path, fields: Fields = Fields()) -> list[Record]:  # noqa: B008 - frozen
    """Every record with its page, or with what is wrong with it."""
    found = []
    for record in read_archive(path, path.name, fields):
        try:
            found.append(unpack(record, fields))
        except ValueError as error:
            found.append(Record(record.number, record.id, error=str(error)))
    return found


def sources(found: list[Record]) -> list[str]:
    return [r.source.decode() if isinstance(r.source, bytes) else r.source for r in found]


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstd.compress,
}


@pytest.mark.parametrize("compression", COMPRESSED)
@pytest.mark.parametrize("kind", ["jsonl", "warc"])
def test_pages_in_every_script_are_read_unchanged(tmp_path: Path, kind: str, compression: str):
    path = tmp_path / f"pages.{kind}{compression}"
    path.write_bytes(COMPRESSED[compression](json_lines(ROWS) if kind == "jsonl" else warc()))
    found = read(path)
    assert sources(found) == TEXTS
    assert [r.url for r in found] == [row["url"] for row in ROWS]
    assert [r.number for r in found] == list(range(len(TEXTS)))
    assert not any(r.error for r in found)


@pytest.mark.parametrize("type", [pa.string(), pa.large_string(), pa.binary(), pa.string_view()])
def test_parquet_is_read_with_any_type_of_string(tmp_path: Path, type: Any):
    path = tmp_path / "pages.parquet"
    html = pa.array([t.encode() for t in TEXTS], pa.binary()).cast(type)
    parquet.write_table(pa.table({"html": html, "more": range(len(TEXTS))}), path, row_group_size=3)
    found = read(path)
    assert sources(found) == TEXTS
    assert found[7].id == "pages.parquet:7"


def test_parquet_string_that_is_not_utf8_is_an_error_and_the_next_is_read(tmp_path: Path):
    path = tmp_path / "pages.parquet"
    bad = pa.array([b"fine", b"\xff\xfe\xff", b"fine too"]).view(pa.string())
    parquet.write_table(pa.table({"text": bad}), path)
    assert [bool(record.error) for record in read(path)] == [False, True, False]


def test_wet_records_are_text(tmp_path: Path):
    path = tmp_path / "pages.warc.wet.gz"
    lines = f"<b>\n{SENTENCES['ar']}"
    path.write_bytes(gzip.compress(warc_record(1, lines.encode(), type="conversion")))
    [found] = read(path)
    assert (found.kind, sources([found])) == ("text", [lines])


def test_fields_may_have_other_names_and_html_is_preferred_to_text(tmp_path: Path):
    path = tmp_path / "pages.jsonl"
    path.write_bytes(
        json_lines(
            [
                {"docid": 7, "content": "words", "body": "<p>markup"},
                {"docid": 8, "content": "words", "body": None},
            ]
        )
    )
    found = read(path, Fields(id="docid", text="content", html="body"))
    assert [(r.id, r.kind, r.source) for r in found] == [
        ("7", "html", "<p>markup"), ("8", None, "words"),
    ]  # fmt: skip


# JSON lines as crawls have them


@pytest.mark.parametrize("compression", COMPRESSED)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_json_lines_are_read_with_any_name_mark_and_line_end(
    tmp_path: Path, compression: str, line_end: str, mark: str
):
    path = tmp_path / f"c4-tr.json{compression}"
    rows = [json.dumps({"text": text, "more": "a\u2028b"}, ensure_ascii=False) for text in TEXTS]
    text = mark + "".join(row + line_end for row in [rows[0], "", *rows[1:]])
    path.write_bytes(COMPRESSED[compression](text.encode()))
    found = read(path)
    assert sources(found) == TEXTS
    assert not any(r.error for r in found)


@pytest.mark.parametrize("text", ['{\n "text": "one"\n}\n', '[\r\n {"text": "one"}\r\n]'])
def test_json_over_several_lines_is_refused_by_name(tmp_path: Path, text: str):
    path = tmp_path / "a.json"
    path.write_bytes(text.encode())
    with pytest.raises(RecordsError, match=r"a\.json: is one JSON value over several lines"):
        read(path)


def test_json_lines_in_utf16_are_refused_by_name(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "ساعة"}\n'.encode("utf-16"))
    with pytest.raises(RecordsError, match=r"a\.jsonl: is UTF-16"):
        read(path)


NESTED = Fields(id="meta.ids.own", url="meta.url", text="page.body")


def test_nested_fields_are_read_by_a_path_and_a_key_with_dots_comes_first(tmp_path: Path):
    rows = [
        {"meta": {"url": "https://a.test/1", "ids": {"own": 7}}, "page": {"body": TEXTS[0]}},
        {"meta.url": "https://a.test/2", "meta": {"url": "x"}, "page": {"body": TEXTS[1]}},
        {"meta": None, "page.body": TEXTS[2]},
    ]
    path = tmp_path / "pages.jsonl"
    path.write_bytes(json_lines(rows))
    found = read(path, NESTED)
    assert sources(found) == TEXTS[:3]
    assert [r.url for r in found] == ["https://a.test/1", "https://a.test/2", None]
    assert [r.id for r in found] == ["7", "pages.jsonl:1", "pages.jsonl:2"]


def test_path_through_what_is_no_object_is_an_error_with_the_id_of_the_page(tmp_path: Path):
    path = tmp_path / "pages.jsonl"
    path.write_bytes(json_lines([{"id": "d1", "meta": "{}", "text": "words"}]))
    [found] = read(path, Fields(url="meta.url"))
    assert (found.id, found.error) == ("d1", "'meta' is a string, so that it has no 'url'")


def test_nested_fields_are_read_from_parquet(tmp_path: Path):
    rows = [
        {"meta": {"url": f"https://a.test/{i}", "ids": {"own": i}}, "page": {"body": text}}
        for i, text in enumerate(TEXTS)
    ]
    path = tmp_path / "pages.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), path)
    found = read(path, NESTED)
    assert sources(found) == TEXTS
    assert [(r.id, r.url) for r in found] == [
        (str(i), f"https://a.test/{i}") for i in range(len(TEXTS))
    ]


def test_named_column_that_parquet_lacks_is_refused(tmp_path: Path):
    path = tmp_path / "pages.parquet"
    parquet.write_table(pa.table({"text": ["words"], "link": ["https://a.test/"]}), path)
    with pytest.raises(RecordsError, match="has no column 'lnik'; it has 'text', 'link'"):
        read(path, Fields(url="lnik"))


def test_html_in_a_field_for_text_is_told_by_content(tmp_path: Path):
    path = tmp_path / "pages.jsonl"
    path.write_bytes(json_lines([{"text": TEXTS[0]}, {"text": "1 < 2, and 3 > 2"}]))
    markup, words = read(path)
    pages = [read_page(r.source, kind=r.kind) for r in (markup, words)]
    assert [page.kind for page in pages] == ["html", "text"]


# Damaged files


@pytest.mark.parametrize("kind", ["jsonl.gz", "jsonl.zst", "warc", "warc.gz", "warc.zst"])
@pytest.mark.parametrize("left", [0.0, 0.3, 0.9, 0.999])
def test_cut_off_file_gives_its_whole_records_and_an_error(tmp_path: Path, kind: str, left: float):
    rows = [{"id": str(i), "html": f"<p>{i} {os.urandom(3000).hex()}"} for i in range(60)]
    whole = (
        json_lines(rows)
        if "jsonl" in kind
        else b"".join(warc_record(i, http(row["html"].encode())) for i, row in enumerate(rows))
    )
    data = COMPRESSED[Path(kind).suffix if "." in kind else ""](whole)
    path = tmp_path / f"pages.{kind}"
    path.write_bytes(data[: int(left * len(data))])
    *good, last = read(path) or [None]
    if last is None:
        assert (kind, left) == ("warc", 0.0)  # an empty file is a whole one, of no records
        return
    assert "cut off here" in last.error or "damaged from here on" in last.error
    assert len(good) == last.number
    assert sources(good) == [row["html"] for row in rows[: len(good)]]
    assert len(good) >= int(left * 60) - 25  # zstd gives a block at a time, of 128 KiB


@given(st.integers(0, 10_000), st.sampled_from([".warc", ".jsonl"]))
@example(616, ".warc")  # where the header says no more than "Content-Length:"
def test_cut_at_any_byte_no_page_is_lost_changed_or_made_up(cut: int, suffix: str):
    whole = warc() if suffix == ".warc" else json_lines(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"pages{suffix}")
        path.write_bytes(whole[:cut])
        found = read(path)
    good = [record for record in found if not record.error]
    assert sources(good) == TEXTS[: len(good)]
    assert len(found) - len(good) <= 1
    assert len(good) >= whole[:cut].count(b"</p>\r\n\r\n" if suffix == ".warc" else b"}\n")


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst", ".parquet", ".warc", ".warc.gz"])
def test_file_of_another_format_is_one_error_record(tmp_path: Path, suffix: str):
    path = tmp_path / f"pages{suffix}"
    path.write_bytes(b"no such thing" * 1000)
    [found] = read(path)
    assert "damaged" in found.error
    assert found.id == f"pages{suffix}:0"


def test_records_before_a_damaged_warc_header_are_read(tmp_path: Path):
    path = tmp_path / "pages.warc"
    parts = [warc_record(i, http(t.encode())) for i, t in enumerate(TEXTS[:5])]
    parts[3] = b"JUNK" + parts[3][4:]
    path.write_bytes(b"".join(parts))
    *good, last = read(path)
    assert sources(good) == TEXTS[:3]
    assert "damaged from here on" in last.error


@given(st.binary(max_size=300))
def test_any_bytes_on_a_line_of_json_are_a_page_or_an_error(junk: bytes):
    record = Record(0, "x", junk, source_format="json")
    try:
        result = unpack(record, Fields())
    except (ValueError, RecursionError):
        return
    assert result.error or isinstance(result.source, str)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[1, 2]", "is a list, not a JSON object"),
        ('"words"', "is a string, not a JSON object"),
        ("null", "is null, not a JSON object"),
        ("true", "is a boolean, not a JSON object"),
        ("1.5", "is a number, not a JSON object"),
        ('{"text": "x", "url": {"host": "a.test"}}', "'url' is an object, not a string"),
        ('{"html": 5}', "'html' is a number, not a string"),
        ('{"html": {"a": 1}}', "'html' is an object"),
        ('{"other": "x"}', "neither 'html' nor 'text'"),
        ("{", "Expecting property name"),
        ('{"html": "x", "n": ' + "9" * 10_000 + "}", "Exceeds the limit"),
    ],
)
def test_bad_line_of_json_is_an_error_that_says_why(tmp_path: Path, line: str, why: str):
    path = tmp_path / "pages.jsonl"
    path.write_text(f'{{"text": "before"}}\n{line}\n\n{{"text": "after"}}')
    before, bad, after = read(path)
    assert why in bad.error
    assert (before.source, after.source) == ("before", "after")
    assert after.number == 2


def test_lone_surrogates_are_replaced(tmp_path: Path):
    path = tmp_path / "pages.jsonl"
    path.write_text('{"id": "\\udc00", "text": "a\\ud800b \\ud83d\\ude00"}\n')
    [found] = read(path)
    assert (found.id, found.source) == (
        "\N{REPLACEMENT CHARACTER}",
        "a\N{REPLACEMENT CHARACTER}b 😀",
    )


@pytest.mark.parametrize("suffix", [".jsonl", ".warc", ".parquet", ".html"])
def test_too_large_record_is_an_error_and_the_next_is_read(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(record_module, "MAX_RECORD_BYTES", 10_000)
    rows = [{"html": "a" * n} for n in (10, 50_000, 20)]
    path = tmp_path / f"pages{suffix}"
    if suffix == ".jsonl":
        path.write_bytes(json_lines(rows))
    elif suffix == ".warc":
        path.write_bytes(
            b"".join(warc_record(i, http(row["html"].encode())) for i, row in enumerate(rows))
        )
    elif suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        paths = [tmp_path / f"{i}.html" for i in range(3)]
        for each, row in zip(paths, rows, strict=True):
            each.write_text(row["html"])
        found = list(read_files(paths, ["0", "1", "2"], None))
        assert [bool(r.error) for r in found] == [False, True, False]
        return
    small, large, last = read(path)
    assert "is larger than" in large.error
    assert sources([small, last]) == ["a" * 10, "a" * 20]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_decompression_bomb_is_limited_and_the_next_record_is_read(
    tmp_path: Path, coding: str, monkeypatch: pytest.MonkeyPatch
):
    import zlib

    monkeypatch.setattr(record_module, "MAX_RECORD_BYTES", 1_000_000)
    bomb = (gzip if coding == "gzip" else zlib).compress(bytes(40_000_000))
    path = tmp_path / "pages.warc"
    path.write_bytes(
        warc_record(0, http(bomb, f"Content-Encoding: {coding}")) + warc_record(1, http(b"<p>ok"))
    )
    first, second = read(path)
    assert "is larger than" in first.error
    assert second.source == b"<p>ok"


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (http(b"\x00\x01no gzip", "Content-Encoding: gzip"), "HTTP response is damaged"),
        (http(b"\x1f\x8b\x08\xff\xff\xff", "Content-Encoding: gzip"), "HTTP response is damaged"),
        (http(gzip.compress(b"x" * 999)[:-9], "Content-Encoding: gzip"), None),
        (http(b"1\r\nx\r\nzz\r\nx", "Transfer-Encoding: chunked"), "HTTP response is damaged"),
        (b"", None),
        (b"no answer at all", None),
    ],
)
def test_bad_http_response_is_an_error_or_a_page_and_the_next_is_read(
    tmp_path: Path, block: bytes, why: str | None
):
    path = tmp_path / "pages.warc"
    path.write_bytes(warc_record(0, block) + warc_record(1, http(b"<p>ok")))
    bad, after = read(path)
    if why is not None:
        assert why in bad.error
    assert after.source == b"<p>ok"


def test_missing_column_is_named_with_those_that_exist(tmp_path: Path):
    path = tmp_path / "pages.parquet"
    parquet.write_table(pa.table({"content": ["x"]}), path)
    with pytest.raises(RecordsError, match=r"has no column 'html' or 'text'; it has 'content'"):
        read(path)


def test_missing_file_raises_instead_of_giving_a_record(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone.jsonl")


def test_files_of_many_pages_are_recognised_by_suffix():
    for name in ("a.jsonl", "a.ndjson.zst", "A.PARQUET", "CC-MAIN-x.warc.wet.gz", "b.warc.gz",
                 "c4-train.00000-of-01024.json.gz", "a.json"):  # fmt: skip
        assert is_archive(name)
    for name in ("a.html", "a.txt", "a.gz", "jsonl", "a.html.gz", ".warc"):
        assert not is_archive(name)
