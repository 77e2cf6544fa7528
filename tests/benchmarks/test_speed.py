"""That the benchmark of speed draws its pages as it says, and that the gate can fail."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import gate, speed
from training.corpora import GoldPage
from training.split import split_of

DEV = next(f"site{i}.example" for i in range(100) if split_of(f"site{i}.example") == "dev")
PAGE = GoldPage("daniel", "a", b"<p>x", "x", site=DEV, language="el")


class TestDraw:
    def test_pages_are_drawn_from_all_languages_whatever_their_order(self) -> None:
        golds = [
            replace(PAGE, id=str(i), language=code) for i in range(20) for code in ("el", "ru")
        ]
        drawn = speed.draw(golds, 6)
        assert drawn == speed.draw(golds[::-1], 6)
        assert [gold.language for gold in drawn] == ["el", "ru"] * 3

    def test_pages_to_learn_from_are_not_drawn(self) -> None:
        site = next(s for s in map("site{}.example".format, range(100)) if split_of(s) == "train")
        assert speed.draw([replace(PAGE, site=site)], 5) == []


class TestCompared:
    def test_ratios_are_of_the_same_page(self) -> None:
        rows = speed.compared({"one": [1.0, 4.0, 9.0], "other": [2.0, 2.0, 3.0]}, "other")
        assert rows["one"]["ratio"] == 2.0
        assert rows["one"]["ms"] == 4000.0
        assert rows["other"]["pages_a_second"] == pytest.approx(3 / 7)


class TestGate:
    @pytest.mark.parametrize(("html", "status"), [(11.9, 0), (12.1, 1)])
    def test_a_fifth_more_than_recorded_fails(
        self, html: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = tmp_path / "gate.json"
        stored.write_text(json.dumps({"time": {"html": 10.0, "text": 5.0}}))
        monkeypatch.setattr(gate, "STORED", stored)
        monkeypatch.setattr(gate, "by_time", lambda: {"html": html, "text": 5.0})
        result = CliRunner().invoke(gate.main, ["--measure", "time"])
        assert result.exit_code == status
        assert ("slower by more than a fifth: html" in result.output) == bool(status)

    @pytest.mark.skipif(
        not os.environ.get("BOILERPLATE_SPEED"), reason="takes a while; BOILERPLATE_SPEED=1 asks"
    )
    def test_cleaning_has_not_become_slower(self) -> None:
        result = CliRunner().invoke(gate.main, [])
        assert result.exit_code == 0, result.output
