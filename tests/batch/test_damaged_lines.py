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
