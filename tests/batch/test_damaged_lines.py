"""What is whole in a damaged file of JSON lines is read; nothing unpacks without end."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from pathlib import Path

import pytest

from boilerplate.batch import unpacking
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields, Record, unpack
from boilerplate.batch.unpacking import zstd_module
from tests.batch.test_readers import COMPRESSED, json_lines

zstd_module()
RANDOM = random.Random(3)
WORDS = "фog sis 霧 ضباب कोहरा fog mist haze".split()
ROWS = [{"id": str(i), "html": f"<p>{' '.join(RANDOM.choices(WORDS, k=300))}"} for i in range(40)]
WHOLE = json_lines(ROWS)


def read(path: Path, data: bytes) -> list[Record]:
    path.write_bytes(data)
    return list(read_archive(path, path.name, Fields()))


def pages(found: list[Record]) -> list[object]:
    return [unpack(record, Fields()).source for record in found if not record.error]


def unpacked_before_damage(data: bytes) -> bytes:
    """What zcat gives."""
    decoder, parts = zlib.decompressobj(31), []
    try:
        for at in range(len(data)):
            parts.append(decoder.decompress(data[at : at + 1]))
    except zlib.error:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0" * 512])
def test_padding_after_gzip_is_no_damage(tmp_path: Path, end: bytes):
    found = read(tmp_path / "a.jsonl.gz", gzip.compress(WHOLE) + end)
    assert pages(found) == [row["html"] for row in ROWS]
    assert not any(record.error for record in found)


@pytest.mark.parametrize("last_line_end", [True, False])
@pytest.mark.parametrize("less", [1, 4, 8])
def test_gzip_without_its_last_bytes_gives_all_records_and_an_error(
    tmp_path: Path, less: int, last_line_end: bool
):
    data = gzip.compress(WHOLE if last_line_end else WHOLE.rstrip())[:-less]
    *good, last = read(tmp_path / "a.jsonl.gz", data)
    assert pages(good) == [row["html"] for row in ROWS]
    assert "cut off here" in last.error


def test_what_follows_gzip_and_is_no_gzip_is_an_error_after_all_records(tmp_path: Path):
    *good, last = read(tmp_path / "a.jsonl.gz", gzip.compress(WHOLE) + b"<html>")
    assert len(pages(good)) == len(ROWS)
    assert "damaged from here on" in last.error


@pytest.mark.parametrize("seed", range(25))
def test_cut_gzip_gives_every_line_that_zcat_gives_whole(tmp_path: Path, seed: int):
    data = gzip.compress(WHOLE)
    data = data[: random.Random(seed).randrange(20, len(data))]
    *good, last = read(tmp_path / "a.jsonl.gz", data)
    assert len(pages(good)) == unpacked_before_damage(data).count(b"\n")
    assert "cut off here" in last.error


@pytest.mark.parametrize("compression", [".gz", ".zst"])
@pytest.mark.parametrize("line", [b"a" * 1000, b"{}\n" * 333])
def test_file_that_unpacks_without_end_is_read_to_a_limit_and_no_further(
    tmp_path: Path, compression: str, line: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unpacking, "LEAST_UNPACKED", 100_000)
    monkeypatch.setattr(unpacking, "MOST_TIMES", 20)
    first = json.dumps(ROWS[0]).encode() + b"\n"
    found = read(tmp_path / f"a.jsonl{compression}", COMPRESSED[compression](first + line * 5000))
    assert pages(found[:1]) == [ROWS[0]["html"]]
    assert "unpacks to more than" in found[-1].error
    assert len(found) < 25_000  # those of one read


def members(*rows: list[dict[str, str]]) -> list[bytes]:
    return [gzip.compress(json_lines(each)) for each in rows]


def attempts(record: Record) -> list[object]:
    try:
        return [unpack(record, Fields()).source]
    except ValueError:
        return []


@pytest.mark.parametrize("harm", ["header", "middle", "checksum"])
def test_damaged_member_costs_its_lines_and_no_other_member(tmp_path: Path, harm: str):
    before, bad, after = (bytearray(each) for each in members(ROWS[:10], ROWS[10:20], ROWS[20:]))
    at = {"header": 0, "middle": len(bad) // 2, "checksum": len(bad) - 6}[harm]
    bad[at] ^= 0x55
    found = read(tmp_path / "a.jsonl.gz", bytes(before + bad + after))
    texts = [text for record in found if not record.error for text in attempts(record)]
    assert texts[:10] == [row["html"] for row in ROWS[:10]]
    assert texts[-20:] == [row["html"] for row in ROWS[20:]]
    assert len(texts) <= len(ROWS)
    [error] = [record.error for record in found if record.error]
    assert error.startswith("the file is damaged here, and its bytes ")
    assert f"to {len(before) + len(bad) - 1:,} are lost" in error
    assert [record.number for record in found] == list(range(len(found)))


def test_member_in_the_middle_of_a_line_gives_no_page_of_a_part(tmp_path: Path):
    line = json_lines([{"id": "0", "html": "<p>whole", "metadata": {"html": "<p>part"}}])
    first, second = (
        gzip.compress(line[:40]),
        gzip.compress(line[line.index(b'{"html": "<p>part') :]),
    )
    found = read(tmp_path / "a.jsonl.gz", first[:-12] + second + gzip.compress(WHOLE))
    texts = [text for record in found if not record.error for text in attempts(record)]
    assert texts == [row["html"] for row in ROWS]
    assert sum(record.error != "" for record in found) == 1


def test_very_many_damaged_members_are_passed_over_a_thousand_times_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unpacking, "MOST_RESUMED", 3)
    parts = members(*([row] for row in ROWS[:9]))
    bad = [part[:-5] + bytes([part[-5] ^ 1]) + part[-4:] for part in parts]
    found = read(tmp_path / "a.jsonl.gz", b"".join(bad))
    why = "incorrect data check"
    errors = [record.error for record in found if record.error]
    assert [error.split(",")[0] for error in errors[:3]] == ["the file is damaged here"] * 3
    assert errors[3:] == [
        f"the file is damaged from here on: Error -3 while decompressing data: {why}"
    ]
    assert pages(found) == [row["html"] for row in ROWS[:4]]
