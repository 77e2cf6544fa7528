"""That the crawl which is measured is one, and that its measure counts right."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crawl import made_up_pages, make_crawl, measure, table_of
from boilerplate import Model
from boilerplate.model import to_bytes
from boilerplate.records import Fields, opened, read_archive

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")


def test_a_small_crawl_is_the_same_each_time_and_comes_out_whole(tmp_path: Path, model: Model):
    for name in ("one", "two"):
        make_crawl(tmp_path / name, 40, made_up_pages(), shard_records=15)
    shards = sorted((tmp_path / "one").iterdir())
    assert [path.suffix for path in shards] == [".gz", ".parquet", ".gz"]
    assert all(path.read_bytes() == (tmp_path / "two" / path.name).read_bytes() for path in shards)
    pages = {
        opened(record, Fields()).source
        for path in shards
        for record in read_archive(path, path.name, Fields())
    }
    assert len(pages) == 40
    (tmp_path / "model.zip").write_bytes(to_bytes(model))
    measured = measure(tmp_path / "one", 1, str(tmp_path / "model.zip"))
    assert (measured.records, measured.errors, measured.lost) == (40, 0, 0)
    assert measured.moments[-1][3] <= 40
    told: list[str] = []
    table_of([measured], told.append)
    assert told[2].startswith("| 1 | 40 | 0 | 0 |")
