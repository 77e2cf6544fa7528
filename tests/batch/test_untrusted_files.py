"""Files made to fill memory or time are read within bounds, and the process that runs is safe."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from boilerplate.batch import parquet as parquet_module
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields, Record
from boilerplate.batch.unpacking import LEAST_UNPACKED
from tests.batch.test_readers import COMPRESSED, TEXTS, http, warc_record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals, and how memory is measured"),
]
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("fastwarc")

# The program of a process that reads a file, and says what it and its children needed.
READ = """
import json, resource, sys
from pathlib import Path
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields
def peak(who): return resource.getrusage(who).ru_maxrss >> 10
path = Path(sys.argv[1])
before = peak(resource.RUSAGE_SELF)
found = [(len(r.source), r.error) for r in read_archive(path, path.name, Fields())]
print(json.dumps({"found": found, "here": peak(resource.RUSAGE_SELF) - before,
                  "child": peak(resource.RUSAGE_CHILDREN)}))
"""


def what_reading_takes(path: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True
    )
    taken: dict[str, object] = json.loads(done.stdout)
    return taken


def write_repeated(path: Path, size: int, rows: int) -> None:
    """A small file whose rows all have the same large page, as the only word of a dictionary."""
    page = pa.array(["<p>" + "a " * (size // 2)])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), page)
    parquet.write_table(
        pa.table({"html": column}), path, compression="zstd", write_statistics=False,
        store_schema=False, dictionary_pagesize_limit=1 << 30,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_small_parquet_file_of_a_huge_dictionary_needs_little_memory_here(tmp_path: Path):
    path = tmp_path / "a.parquet"
    write_repeated(path, 30_000_000, 64)
    assert path.stat().st_size < 10_000
    taken = what_reading_takes(path)
    assert taken["here"] < 250  # MiB
    assert taken["child"] < parquet_module.READER_MEMORY + 250
    *pages, (_, error) = taken["found"]
    assert "unpacks to more than 256 MiB" in error
    assert 0 < len(pages) <= LEAST_UNPACKED // 30_000_000


def test_rows_that_do_not_fit_into_memory_together_are_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.parquet"
    pages = [f"<p>{i} {text}" for i, text in enumerate(TEXTS * 9)]
    parquet.write_table(pa.table({"html": pages}), path, row_group_size=50)
    given: list[int] = []

    class Short(parquet.ParquetFile):
        def iter_batches(self, rows: int, **options: object) -> object:
            for number, batch in enumerate(super().iter_batches(rows, **options)):
                given.append(batch.num_rows)
                if rows > 1 and number == 2:
                    raise MemoryError
                yield batch

    monkeypatch.setattr(parquet, "ParquetFile", Short)
    found = [record.source for record in parquet_module.rows_of(path, Fields())]
    assert found == pages
    assert max(given) > 1


def test_parquet_file_of_very_many_empty_rows_is_read_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"html": pa.nulls(200_000, pa.string())}), path)
    monkeypatch.setattr(parquet_module, "most_unpacked", lambda _: 100_000)
    rows = parquet_module.rows_of(path, Fields())
    assert len(list(islice(rows, 1000))) == 1000
    with pytest.raises(ValueError, match="unpacks to more than"):
        next(rows)


def read(path: Path) -> list[Record]:
    return list(read_archive(path, path.name, Fields()))


def test_reader_that_crashes_costs_the_rest_of_the_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"html": TEXTS}), path)
    crash = tmp_path / "crash.py"
    crash.write_text("import os, signal\ndef serve(): os.kill(os.getpid(), signal.SIGSEGV)\n")
    child = parquet_module.child_process
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(parquet_module, "child_process", lambda _, *more: child("crash", *more))
    [found] = read(path)
    assert "the file is damaged from here on: it ended the process that reads it" in found.error


def test_reader_that_is_killed_from_outside_is_no_damage_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"html": TEXTS}), path)
    killed = tmp_path / "killed.py"
    killed.write_text("import os, signal\ndef serve(): os.kill(os.getpid(), signal.SIGKILL)\n")
    child = parquet_module.child_process
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(parquet_module, "child_process", lambda _, *more: child("killed", *more))
    with pytest.raises(OSError, match="was killed; the same command tries it again"):
        read(path)


HEADER = b"WARC/1.0\r\nWARC-Type: response\r\nX: "
BODY = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 999999999999\r\n\r\n"


@pytest.mark.parametrize(
    ("suffix", "start", "why"),
    [
        ("jsonl.gz", b'{"html": "', "unpacks to more than"),
        ("jsonl.zst", b'{"html": "', "unpacks to more than"),
        ("warc.gz", HEADER, "Maximum header length"),
        ("warc.zst", HEADER, "Maximum header length"),
        ("warc", HEADER, "Maximum header length"),
        ("warc.gz", BODY, "unpacks to more than"),
        ("warc.zst", BODY, "unpacks to more than"),
    ],
)
def test_line_or_record_without_end_takes_little_memory_and_those_before_it_come_out(
    tmp_path: Path, suffix: str, start: bytes, why: str
):
    page = json.dumps({"html": TEXTS[0]}).encode() + b"\n"
    first = warc_record(0, http(TEXTS[0].encode())) if "warc" in suffix else page
    compress = COMPRESSED[Path(suffix).suffix if "." in suffix else ""]
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(compress(first + start + b"a" * (LEAST_UNPACKED + 50_000_000)))
    taken = what_reading_takes(path)
    (length, error), *_, (_, last) = taken["found"]
    assert (length > 0, error) == (True, "")
    assert why in last
    assert taken["here"] < 250  # MiB
