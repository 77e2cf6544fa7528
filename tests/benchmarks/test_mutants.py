"""The rooms that mutation testing knows, their tests, and what it does to a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutants import LEFT_OUT, MORE_TESTS, WITH_SLOW, changed, own_tests, rooms, table
from training.paths import ROOT


def test_every_module_is_in_one_room() -> None:
    modules = [module for found in rooms().values() for module in found]
    there = [str(path.relative_to(ROOT)) for path in (ROOT / "boilerplate").rglob("*.py")]
    assert sorted(modules) == sorted(there)


@pytest.mark.parametrize("room", rooms())
def test_a_room_has_own_tests_its_own(room: str) -> None:
    _, marks, first, *others = own_tests(room)
    assert ("not slow" in marks) is (room not in WITH_SLOW)
    assert [path for path in (first, *others) if not (ROOT / path).exists()] == []
    assert Path(first).suffix == ".py" or list((ROOT / first).glob("test_*.py"))


def test_exceptions_name_what_is_there() -> None:
    assert {*MORE_TESTS, *WITH_SLOW} <= set(rooms())
    assert [name for name in LEFT_OUT if not (ROOT / f"tests/{name}.py").exists()] == []


def test_a_module_is_changed_for_a_while(tmp_path: Path) -> None:
    module = tmp_path / "greeting.py"
    module.write_text("def greet():\n    return 'Γειά σου'\n", "utf-8")
    with changed(module, "def greet():\n    return None\n") as (line, change):
        assert module.read_text("utf-8") == "def greet():\n    return None\n"
    assert (line, change.splitlines()[1:]) == (2, ["-    return 'Γειά σου'", "+    return None"])
    assert module.read_text("utf-8") == "def greet():\n    return 'Γειά σου'\n"


def test_table_has_a_row_for_each_room_and_one_for_all() -> None:
    run = {"made": 90, "drawn": 9, "noticed": 6, "survived": 2, "passed_by": 1, "seed": 4}
    runs = {"reading": run | {"commit": "a" * 40}, "api": run | {"commit": "b" * 40}}
    assert table(runs)[2:] == [
        "| api | 90 | 9 | 6 | 2 | 1 | 4 | `bbbbbbbbbb` |",
        "| reading | 90 | 9 | 6 | 2 | 1 | 4 | `aaaaaaaaaa` |",
        "| all | 180 | 18 | 12 | 4 | 2 | | |",
    ]
