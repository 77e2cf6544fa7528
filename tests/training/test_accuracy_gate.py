"""The accuracy gate, on scores made up here."""

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
    """The scores above, with other line F1s for the groups named (``_`` for the stroke)."""
    html = dict(HTML)
    for name, line in lines.items():
        group = name.replace("_", "/")
        html[group] = (html[group][0], line, *html[group][2:])
    return {"html": html}


@pytest.fixture(autouse=True)
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    return tmp_path / "baseline.json"


def test_what_was_measured_passes_and_so_does_a_little_less() -> None:
    floors = gate.floors_of(scores())
    assert gate.falls(floors, scores()) == []
    assert gate.falls(floors, scores(news_th=0.79)) == []


def test_a_fall_names_its_group_its_floor_and_its_value() -> None:
    [fall] = gate.falls(gate.floors_of(scores()), scores(news_th=0.7899))
    assert str(fall) == "html news/th: line F1 0.7899 is below its floor 0.7900"


def test_a_gain_elsewhere_does_not_make_up_for_a_fall() -> None:
    found = gate.falls(gate.floors_of(scores()), scores(news=0.99, news_th=0.70))
    assert [fall.group for fall in found] == ["news/th"]


def test_groups_of_few_pages_have_no_floor() -> None:
    assert list(gate.floors_of(scores())["html"]) == ["news", "news/th"]


def test_other_pages_than_those_of_the_floors_are_no_comparison() -> None:
    fewer = {"html": HTML | {"news": (19, 1.0, 1.0, 1.0)}}
    [fall] = gate.falls(gate.floors_of(scores()), fewer)
    assert "19 pages, the floors were measured on 20" in str(fall)


def test_a_group_or_a_mode_that_has_gone_is_a_fall() -> None:
    floors = gate.floors_of(scores())
    assert [f.group for f in gate.falls(floors, {"html": {"news": HTML["news"]}})] == ["news/th"]
    assert len(gate.falls(floors, {"text": HTML})) == 2


def test_writing_raises_floors_and_keeps_those_that_were_higher() -> None:
    gate.write("dev", scores(), None)
    [kept] = gate.write("dev", scores(news=0.95, news_th=0.60), None)
    assert str(kept).startswith("html news/th: line F1 0.5900 is below its floor 0.79")
    floors = gate.read()["splits"]["dev"]["html"]
    assert (floors["news"]["line"], floors["news/th"]["line"]) == (0.94, 0.79)
    assert gate.read()["lowered"] == []


def test_lowering_is_written_down_with_its_reason() -> None:
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


def test_a_group_that_has_gone_has_no_floor_any_more_with_a_reason() -> None:
    gate.write("dev", scores(), None)
    rest = {"html": {"news": HTML["news"]}}
    gate.write("dev", rest, None)
    assert "news/th" in gate.read()["splits"]["dev"]["html"]
    gate.write("dev", rest, "no Thai pages are left")
    assert list(gate.read()["splits"]["dev"]["html"]) == ["news"]


def test_a_group_of_other_pages_is_measured_anew() -> None:
    gate.write("dev", scores(), None)
    gate.write("dev", {"html": HTML | {"news": (30, 0.5, 0.5, 0.5)}}, None)
    assert gate.read()["splits"]["dev"]["html"]["news"]["line"] == 0.49


def test_splits_have_floors_of_their_own(baseline: Path) -> None:
    gate.write("dev", scores(), None)
    gate.write("test", scores(news=0.5), None)
    assert set(json.loads(baseline.read_text())["splits"]) == {"dev", "test"}
    assert gate.read()["splits"]["dev"]["html"]["news"]["line"] == 0.89


class TestCommand:
    @pytest.fixture
    def run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        def run(measured: dict[str, Any], *arguments: str) -> Result:
            monkeypatch.setattr(command, "gold_pages", lambda *_: [])
            monkeypatch.setattr(score, "score", lambda model, golds, kind, jobs: measured["html"])
            return CliRunner().invoke(command.main, ["gate", "--source", str(tmp_path), *arguments])

        return run

    def test_passes_fails_and_says_where(self, run: Any) -> None:
        assert run(scores(), "--write").exit_code == 0
        held = run(scores())
        assert (held.exit_code, "all floors of 4 groups are held" in held.output) == (0, True)
        fallen = run(scores(news_th=0.5))
        assert fallen.exit_code == 1
        assert "html news/th: line F1 0.5000 is below its floor 0.7900" in fallen.output
        assert "text news/th" in fallen.output

    def test_without_floors_it_fails_and_tells_what_to_do(self, run: Any) -> None:
        nothing = run(scores())
        assert nothing.exit_code == 1
        assert "run this with --write" in nothing.output

    def test_lowering_needs_write_and_a_reason(self, run: Any) -> None:
        assert run(scores(), "--lower", "because").exit_code == 2
        assert run(scores(), "--write", "--lower", " ").exit_code == 2
