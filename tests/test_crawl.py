"""That the crawl which is measured is one, and that its measure counts right."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crawl import (
    in_words,
    joined,
    made_up_pages,
    make_crawl,
    measure_on,
    runs_in,
    shards_in,
    table_of,
)
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields, unpack
from boilerplate.model.model import Model, to_bytes

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")


def test_a_small_crawl_is_the_same_each_time_and_comes_out_whole(tmp_path: Path, model: Model):
    for name in ("one", "two"):
        make_crawl(tmp_path / name, 40, made_up_pages(), shard_records=15)
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
    of_model, kept = str(tmp_path / "model.zip"), tmp_path / "kept.json"
    measure_on(shards_in(tmp_path / "one")[:2], 1, of_model, kept, at_a_time=1)
    before = runs_in(kept)[0]
    assert (before.records, before.shards) == (30, 2)
    measured = measure_on(shards_in(tmp_path / "one"), 1, of_model, kept, at_a_time=1)
    assert (measured.records, measured.shards, measured.errors, measured.lost) == (40, 3, 0, 0)
    assert measured.seconds > before.seconds
    assert runs_in(kept) == [measured]
    assert joined([measured, measured]).moments[-1][3] == 40 + measured.moments[-1][3]
    assert any("core-hours" in line for line in in_words([measured]))
    assert measured.moments[-1][3] <= 40
    told: list[str] = []
    table_of([measured], told.append)
    assert told[2].startswith("| 1 | 40 | 0 | 0 |")
