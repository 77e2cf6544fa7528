"""The accuracy gate, on made-up scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from training import __main__ as command
from training import gate, score

HTML = {
    "news": (20, 0.90, 0.92, 0.95),
    "news/th": (8, 0.80, 0.85, 0.90),
    "news/ar": (2, 1.00, 1.00, 1.00),
}


def scores(**lines: float) -> dict[str, dict[str, tuple[int, float, float, float]]]:
    """The scores above, with other line F1 for the named groups (``_`` stands for the slash)."""
    html = dict(HTML)
    for name, line in lines.items():
        group = name.replace("_", "/")
        html[group] = (html[group][0], line, *html[group][2:])
    return {"html": html}


@pytest.fixture(autouse=True)
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    return tmp_path / "baseline.json"


def test_passes_at_the_scores_and_slightly_below() -> None:
    floors = gate.floors_of(scores())
    assert gate.falls(floors, scores()) == []
    assert gate.falls(floors, scores(news_th=0.79)) == []


def test_message_names_group_floor_and_value() -> None:
    [fall] = gate.falls(gate.floors_of(scores()), scores(news_th=0.7899))
    assert str(fall) == "html news/th: line F1 0.7899 is below its floor 0.7900"


def test_gain_in_one_group_does_not_offset_a_fall_in_another() -> None:
    found = gate.falls(gate.floors_of(scores()), scores(news=0.99, news_th=0.70))
    assert [fall.group for fall in found] == ["news/th"]


def test_small_groups_have_no_floor() -> None:
    assert list(gate.floors_of(scores())["html"]) == ["news", "news/th"]


def test_fails_if_the_number_of_pages_changed() -> None:
    fewer = {"html": HTML | {"news": (19, 1.0, 1.0, 1.0)}}
    [fall] = gate.falls(gate.floors_of(scores()), fewer)
    assert "19 pages, but the floors were measured on 20" in str(fall)


def test_missing_group_or_mode_fails() -> None:
    floors = gate.floors_of(scores())
    assert [f.group for f in gate.falls(floors, {"html": {"news": HTML["news"]}})] == ["news/th"]
    assert len(gate.falls(floors, {"text": HTML})) == 2


def test_write_raises_floors_and_keeps_higher_ones() -> None:
    gate.write("dev", scores(), None)
    [kept] = gate.write("dev", scores(news=0.95, news_th=0.60), None)
    assert str(kept).startswith("html news/th: line F1 0.5900 is below its floor 0.79")
    floors = gate.read()["splits"]["dev"]["html"]
    assert (floors["news"]["line"], floors["news/th"]["line"]) == (0.94, 0.79)
    assert gate.read()["lowered"] == []


def test_lowering_stores_the_reason() -> None:
    gate.write("dev", scores(), None)
    [fall] = gate.write("dev", scores(news=0.895, news_th=0.60), "the Thai gold was corrected")
    floors = gate.read()["splits"]["dev"]["html"]
    assert (fall.group, floors["news/th"]["line"]) == ("news/th", 0.59)
    assert floors["news"]["line"] == 0.89  # held, so that it stays
    assert gate.write("dev", scores(news=0.895, news_th=0.60), "once more") == []
    [lowered] = gate.read()["lowered"]
    assert lowered["reason"] == "the Thai gold was corrected"
    assert lowered["floors"] == [
        {"mode": "html", "group": "news/th", "measure": "line", "was": 0.79}
    ]


def test_missing_group_loses_its_floor_only_with_a_reason() -> None:
    gate.write("dev", scores(), None)
    rest = {"html": {"news": HTML["news"]}}
    gate.write("dev", rest, None)
    assert "news/th" in gate.read()["splits"]["dev"]["html"]
    gate.write("dev", rest, "no Thai pages are left")
    assert list(gate.read()["splits"]["dev"]["html"]) == ["news"]


def test_group_of_other_pages_gets_new_floors() -> None:
    gate.write("dev", scores(), None)
    gate.write("dev", {"html": HTML | {"news": (30, 0.5, 0.5, 0.5)}}, None)
    assert gate.read()["splits"]["dev"]["html"]["news"]["line"] == 0.49


def test_each_split_has_its_own_floors(baseline: Path) -> None:
    gate.write("dev", scores(), None)
    gate.write("test", scores(news=0.5), None)
    assert set(json.loads(baseline.read_text())["splits"]) == {"dev", "test"}
    assert gate.read()["splits"]["dev"]["html"]["news"]["line"] == 0.89


class TestCommand:
    @pytest.fixture
    def run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        def run(measured: dict[str, Any], *arguments: str) -> Result:
            monkeypatch.setattr(command, "gold_pages", lambda *_: [])
            monkeypatch.setattr(score, "score", lambda model, golds, mode, jobs: measured["html"])
            return CliRunner().invoke(command.main, ["gate", "--source", str(tmp_path), *arguments])

        return run

    def test_command_passes_or_fails_and_names_the_group(self, run: Any) -> None:
        assert run(scores(), "--write").exit_code == 0
        held = run(scores())
        assert (held.exit_code, "no group of 4 is below its floor" in held.output) == (0, True)
        fallen = run(scores(news_th=0.5))
        assert fallen.exit_code == 1
        assert "html news/th: line F1 0.5000 is below its floor 0.7900" in fallen.output
        assert "text news/th" in fallen.output

    def test_command_without_floors_fails_and_suggests_write(self, run: Any) -> None:
        nothing = run(scores())
        assert nothing.exit_code == 1
        assert "run this with --write" in nothing.output

    def test_command_lower_needs_write_and_a_reason(self, run: Any) -> None:
        assert run(scores(), "--lower", "because").exit_code == 2
        assert run(scores(), "--write", "--lower", " ").exit_code == 2
