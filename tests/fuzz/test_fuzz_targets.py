"""Each fuzzing target on its seeds and some mutants of them; ``python -m fuzz`` runs longer."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import results
from fuzz.targets import TARGETS
from training.paths import ROOT

MUTANTS = 60  # of all the seeds of a target
pytest.importorskip("fastwarc")
pytest.importorskip("pyarrow")


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A seed with some bytes changed, removed, repeated or inserted."""
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
def test_seeds_and_mutants_raise_documented_errors_only(name: str) -> None:
    target = TARGETS[name]
    rng = random.Random(name)
    seeds = target.seeds()
    for data in seeds:
        target.run(data or b"\0")
    for _ in range(MUTANTS):
        target.run(mutated(rng.choice(seeds), rng) or b"\0")


@pytest.mark.parametrize("name", ["readers", "rules"])
def test_atheris_finds_nothing_in_a_short_run(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", name, "--runs=200", "--seed=1", f"--corpus={tmp_path}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_table_adds_up_the_runs_of_a_target(monkeypatch, tmp_path: Path) -> None:
    document = tmp_path / "hostile.md"
    document.write_text("a\n\n" + "\n".join(results.MARKERS) + "\nb\n", "utf-8")
    monkeypatch.setattr(results, "DOCUMENT", document)
    monkeypatch.setattr(results, "RESULTS_FILE", tmp_path / "fuzz.json")
    output = "#2 INITED cov: 9 ft: 9 corp: 1/1b\n#8 DONE   cov: 20 ft: 30 corp: 4/22Kb\n"
    run = {"commit": "0" * 40, "processor": 30, "found": 0}
    results.store("rules", run | results.summary(output))
    results.store("rules", run | results.summary(output + "stat::number_of_executed_units: 1992\n"))
    assert len(json.loads((tmp_path / "fuzz.json").read_text("utf-8"))["rules"]) == 2
    text = document.read_text("utf-8")
    assert "| `rules` | 2 | 1.0 | 2,000 | 20 | 30 | 4 | 0 | `0000000000` |" in text
    assert text.startswith("a\n")
    assert text.endswith("b\n")
    assert results.summary("no such target") == {}
    only_c = results.summary("#3 INITED exec/s: 0 rss: 72Mb\nstat::number_of_executed_units: 12\n")
    assert (only_c["inputs"], only_c["coverage"]) == (12, 0)
