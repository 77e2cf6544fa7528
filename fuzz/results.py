"""What fuzzing came to: docs/results/fuzz.json, and the table of docs/hostile.md made of it."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.hostile import DOCUMENT
from training.card import commit, with_run, write_section

HERE: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = HERE / "docs/results/fuzz.json"
MARKS: Final = (
    "<!-- figures: made by `python -m fuzz NAME --write` -->",
    "<!-- end of the fuzzed -->",
)
# As libFuzzer, which atheris drives, says what it has covered, and at the end how many it tried.
_STATUS: Final = re.compile(r"^#(\d+)\s.*\bcov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)
_TRIED: Final = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)


def kept(name: str, arguments: Sequence[str]) -> int:
    """Fuzz in a process of its own and note what it came to; the status it ended with."""
    about = commit()
    used = _processor_seconds()
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "fuzz", *arguments], cwd=HERE, stderr=subprocess.PIPE, text=True,
        errors="replace",
    ) as running:  # fmt: skip
        said = []
        for line in running.stderr or ():
            sys.stderr.write(line)
            said.append(line)
    if outcome := summary("".join(said)):
        outcome["processor"] = round(_processor_seconds() - used)
        outcome["found"] = int(running.returncode != 0)
        note(name, about | outcome)
    return running.returncode


def summary(said: str) -> dict[str, int]:
    r"""How many inputs were tried and what they covered; nothing of a run that never began.

    >>> summary("#7 DONE   cov: 20 ft: 30 corp: 4/22Kb\nstat::number_of_executed_units: 9\n")
    {'inputs': 9, 'coverage': 20, 'features': 30, 'corpus': 4}
    """
    states = _STATUS.findall(said)
    if not states:
        return {}
    inputs, coverage, features, corpus = map(int, states[-1])
    if tried := _TRIED.search(said):
        inputs = int(tried[1])
    return {"inputs": inputs, "coverage": coverage, "features": features, "corpus": corpus}


def note(name: str, run: Mapping[str, Any]) -> None:
    """Add a run to those that are known, and write the table anew."""
    write_section(DOCUMENT, "\n".join(table(with_run(RESULTS, name, run))), MARKS)


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """All runs of each target together; the coverage is the last run's, which knew the others'."""
    rows = [
        "| target | runs | minutes of the processor | inputs | branches | features | corpus "
        "| findings | last commit |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for name, all_runs in runs.items():
        last = all_runs[-1]
        processor, inputs, found = (
            sum(run[key] for run in all_runs) for key in ("processor", "inputs", "found")
        )
        rows.append(
            f"| `{name}` | {len(all_runs)} | {processor / 60:.1f} "
            f"| {inputs:,} | {last['coverage']:,} | {last['features']:,} | {last['corpus']:,} "
            f"| {found} | `{last['commit'][:10]}` |"
        )
    return rows


def _processor_seconds() -> float:
    """What the processes that this one began, and that have ended, took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
