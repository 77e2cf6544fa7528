"""Shards are written whole or not at all, with the same bytes for the same records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boilerplate.batch import unpacking
from boilerplate.batch.writers import SHARD_FORMATS, read_cleaned, writing
from boilerplate.page import Label, Line, Page
from boilerplate.predictions import Prediction, Predictions
from boilerplate.result import CleanPage
from boilerplate.serialize import failed_record, to_json

parquet = pytest.importorskip("pyarrow.parquet")


def write(path: Path, shard_format: Any, count: int = 2500) -> None:
    line = Line("çay")
    page = CleanPage(Page((line,)), Predictions.of([Prediction(line, Label.CONTENT, 0.5, "")]))
    with writing(path, shard_format) as (writer, _):
        for number in range(count):
            source = str(number)
            if number % 7 == 0:
                writer.write(to_json(failed_record(source, "as told", record=number)))
            else:
                writer.write(to_json(page.to_dict(source, record=number)))


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_same_records_are_the_same_bytes(tmp_path: Path, shard_format: Any):
    for name in ("one", "two"):
        write(tmp_path / name, shard_format)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_parquet_has_the_same_columns_for_any_records(tmp_path: Path):
    for name, count in (("none", 0), ("error", 1), ("many", 2500)):
        write(tmp_path / name, "parquet", count)
    tables = [parquet.read_table(tmp_path / name) for name in ("none", "error", "many")]
    assert [table.num_rows for table in tables] == [0, 1, 2500]
    assert tables[0].schema == tables[1].schema == tables[2].schema
    assert tables[2].slice(1, 1).to_pylist()[0]["text"] == "çay"


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_error_while_writing_leaves_no_file(tmp_path: Path, shard_format: Any):
    def fail() -> None:
        with writing(tmp_path / "out", shard_format) as (writer, _):
            writer.write(b'{"record": 0, "error": null}')
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("shard_format", SHARD_FORMATS)
def test_shard_that_packs_very_small_is_read_to_its_end(
    tmp_path: Path, shard_format: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(unpacking, "LEAST_UNPACKED", 1000)
    monkeypatch.setattr(unpacking, "MOST_TIMES", 2)
    write(tmp_path / "a", shard_format)
    assert [row["record"] for row in read_cleaned(tmp_path / "a", shard_format)] == list(
        range(2500)
    )
