"""Each room that reads the bytes of strangers, for a moment; ``python -m fuzz`` takes longer."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import results
from fuzz.targets import TARGETS

MUTANTS = 60  # of all the seeds of a target
pytest.importorskip("fastwarc")
pytest.importorskip("pyarrow")


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A seed with some bytes changed, left out, doubled or put in."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        at = rng.randrange(len(out) + 1)
        size = rng.choice((1, 2, 30))
        match rng.randrange(4):
            case 0:
                out[at : at + size] = rng.randbytes(size)
            case 1:
                del out[at : at + size]
            case 2:
                out[at:at] = out[at : at + size]
            case _:
                out[at:at] = rng.choice((b"\0", b"<", b'"', b"\xff", b"\n", b"]", b"9" * 400))
    return bytes(out)


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_their_mutants_bring_about_nothing_unheard_of(name: str) -> None:
    target = TARGETS[name]
    rng = random.Random(name)
    seeds = target.seeds()
    for data in seeds:
        target.run(data or b"\0")
    for _ in range(MUTANTS):
        target.run(mutated(rng.choice(seeds), rng) or b"\0")


@pytest.mark.parametrize("name", ["readers", "rules"])
def test_atheris_finds_nothing_in_a_moment(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", name, "--runs=200", "--seed=1", f"--corpus={tmp_path}"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_runs_of_one_target_are_added_up_in_a_table(monkeypatch, tmp_path: Path) -> None:
    document = tmp_path / "hostile.md"
    document.write_text("a\n\n" + "\n".join(results.MARKS) + "\nb\n", "utf-8")
    monkeypatch.setattr(results, "DOCUMENT", document)
    monkeypatch.setattr(results, "RESULTS", tmp_path / "fuzz.json")
    said = "#2 INITED cov: 9 ft: 9 corp: 1/1b\n#8 DONE   cov: 20 ft: 30 corp: 4/22Kb\n"
    run = {"commit": "0" * 40, "processor": 30, "found": 0}
    results.note("rules", run | results.summary(said))
    results.note("rules", run | results.summary(said + "stat::number_of_executed_units: 1992\n"))
    assert len(json.loads((tmp_path / "fuzz.json").read_text("utf-8"))["rules"]) == 2
    text = document.read_text("utf-8")
    assert "| `rules` | 2 | 1.0 | 2,000 | 20 | 30 | 4 | 0 | `0000000000` |" in text
    assert text.startswith("a\n")
    assert text.endswith("b\n")
    assert results.summary("no such target") == {}
