"""Shards are written whole or not at all, with the same bytes for the same records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boilerplate.batch.writers import FORMATS, writing
from boilerplate.page import Label, Line, Page
from boilerplate.result import CleanPage, Prediction, Predictions
from boilerplate.serialize import failed_record, to_json

parquet = pytest.importorskip("pyarrow.parquet")


def write(path: Path, form: Any, count: int = 2500) -> None:
    line = Line("çay")
    page = CleanPage(Page((line,)), Predictions.of([Prediction(line, Label.CONTENT, 0.5, "")]))
    with writing(path, form) as (writer, _):
        for number in range(count):
            source = str(number)
            if number % 7 == 0:
                writer.write(to_json(failed_record(source, "as told", record=number)))
            else:
                writer.write(to_json(page.to_dict(source, record=number)))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_records_are_the_same_bytes(tmp_path: Path, form: Any):
    for name in ("one", "two"):
        write(tmp_path / name, form)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_parquet_has_the_same_columns_whatever_is_in_them(tmp_path: Path):
    for name, count in (("none", 0), ("error", 1), ("many", 2500)):
        write(tmp_path / name, "parquet", count)
    tables = [parquet.read_table(tmp_path / name) for name in ("none", "error", "many")]
    assert [table.num_rows for table in tables] == [0, 1, 2500]
    assert tables[0].schema == tables[1].schema == tables[2].schema
    assert tables[2].slice(1, 1).to_pylist()[0]["text"] == "çay"


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_not_written_to_its_end_is_not_there(tmp_path: Path, form: Any):
    def fail() -> None:
        with writing(tmp_path / "out", form) as (writer, _):
            writer.write(b'{"record": 0, "error": null}')
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())
