"""The benchmark of speed: its sample of pages, its ratios, and the gate."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import gate
from benchmarks.page_samples import varied_pages
from benchmarks.timing import compared
from training.corpora import GoldPage
from training.split import split_of

DEV = next(f"site{i}.example" for i in range(100) if split_of(f"site{i}.example") == "dev")
PAGE = GoldPage("daniel", "a", b"<p>x", "x", site=DEV, language="el")


class TestVariedPages:
    def test_pages_come_from_all_languages_in_any_input_order(self) -> None:
        golds = [
            replace(PAGE, id=str(i), language=code) for i in range(20) for code in ("el", "ru")
        ]
        drawn = varied_pages(golds, 6)
        assert drawn == varied_pages(golds[::-1], 6)
        assert [gold.language for gold in drawn] == ["el", "ru"] * 3

    def test_pages_of_the_train_split_are_left_out(self) -> None:
        site = next(s for s in map("site{}.example".format, range(100)) if split_of(s) == "train")
        assert varied_pages([replace(PAGE, site=site)], 5) == []


class TestCompared:
    def test_ratios_compare_times_of_the_same_page(self) -> None:
        rows = compared({"one": [1.0, 4.0, 9.0], "other": [2.0, 2.0, 3.0]}, "other")
        assert rows["one"]["ratio"] == 2.0
        assert rows["one"]["ms"] == 4000.0
        assert rows["other"]["pages_a_second"] == pytest.approx(3 / 7)


class TestGate:
    @pytest.mark.parametrize(("html", "status"), [(11.9, 0), (12.1, 1)])
    def test_fails_above_1_2_times_the_recorded_ratio(
        self, html: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = tmp_path / "gate.json"
        stored.write_text(json.dumps({"time": {"html": 10.0, "text": 5.0}}))
        monkeypatch.setattr(gate, "STORED", stored)
        monkeypatch.setattr(gate, "by_time", lambda: {"html": html, "text": 5.0})
        result = CliRunner().invoke(gate.main, ["--measure", "time"])
        assert result.exit_code == status
        assert ("more than 1.2 times as slow as recorded: html" in result.output) == bool(status)

    @pytest.mark.skipif(
        not os.environ.get("BOILERPLATE_SPEED"),
        reason="takes a while; runs with BOILERPLATE_SPEED=1",
    )
    def test_cleaning_is_as_fast_as_recorded(self) -> None:
        result = CliRunner().invoke(gate.main, [])
        assert result.exit_code == 0, result.output
