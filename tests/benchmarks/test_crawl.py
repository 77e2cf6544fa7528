"""The synthetic crawl is reproducible, and its measurements are complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crawl_document import in_words, table_of
from benchmarks.crawl_measures import joined, measure_on, runs_in
from benchmarks.crawl_shards import made_up_pages, shards_in, write_crawl
from boilerplate import Model
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields, unpack
from boilerplate.model.model import to_bytes

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")


def test_small_crawl_is_deterministic_and_measured_completely(tmp_path: Path, model: Model):
    for name in ("one", "two"):
        write_crawl(tmp_path / name, 40, made_up_pages(), shard_records=15)
    shards = sorted((tmp_path / "one").iterdir())
    assert [path.suffix for path in shards] == [".gz", ".parquet", ".gz"]
    assert all(path.read_bytes() == (tmp_path / "two" / path.name).read_bytes() for path in shards)
    pages = {
        unpack(record, Fields()).source
        for path in shards
        for record in read_archive(path, path.name, Fields())
    }
    assert len(pages) == 40
    (tmp_path / "model.zip").write_bytes(to_bytes(model))
    model_file, stored = str(tmp_path / "model.zip"), tmp_path / "stored.json"
    measure_on(shards_in(tmp_path / "one")[:2], 1, model_file, stored, at_a_time=1)
    before = runs_in(stored)[0]
    assert (before.records, before.shards) == (30, 2)
    measured = measure_on(shards_in(tmp_path / "one"), 1, model_file, stored, at_a_time=1)
    assert (measured.records, measured.shards, measured.errors, measured.lost) == (40, 3, 0, 0)
    assert measured.seconds > before.seconds
    assert runs_in(stored) == [measured]
    assert joined([measured, measured]).moments[-1][3] == 40 + measured.moments[-1][3]
    assert any("core-hours" in line for line in in_words([measured]))
    assert measured.moments[-1][3] <= 40
    assert table_of([measured])[2].startswith("| 1 | 40 | 0 | 0 |")
