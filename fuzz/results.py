"""The figures of fuzzing: docs/results/fuzz.json, and the table of docs/hostile.md."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from training.documents.markdown import write_section
from training.documents.results import append_run, commit
from training.paths import DOCS, RESULTS, ROOT

RESULTS_FILE: Final = RESULTS / "fuzz.json"
DOCUMENT: Final = DOCS / "hostile.md"
MARKERS: Final = (
    "<!-- figures: made by `python -m fuzz NAME --write` -->",
    "<!-- end of the fuzzed -->",
)
# libFuzzer, which atheris drives, prints what it has covered, and at the end the number of inputs.
_STATUS: Final = re.compile(r"^#(\d+)\s.*\bcov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)
_TRIED: Final = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)


def run_and_store(name: str, arguments: Sequence[str]) -> int:
    """Fuzz in another process and store the figures; the exit status of the process."""
    about = commit()
    used = _processor_seconds()
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "fuzz", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        errors="replace",
    ) as running:  # fmt: skip
        output = []
        for line in running.stderr or ():
            sys.stderr.write(line)
            output.append(line)
    if figures := summary("".join(output)):
        figures["processor"] = round(_processor_seconds() - used)
        figures["found"] = int(running.returncode != 0)
        store(name, about | figures)
    return running.returncode


def summary(output: str) -> dict[str, int]:
    r"""The number of inputs and what they covered; {} for a run that did not start.

    >>> summary("#7 DONE   cov: 20 ft: 30 corp: 4/22Kb\nstat::number_of_executed_units: 9\n")
    {'inputs': 9, 'coverage': 20, 'features': 30, 'corpus': 4}
    """
    states, tried = _STATUS.findall(output), _TRIED.search(output)
    if not states and not tried:
        return {}
    # Without a figure of coverage, only C was reached.
    inputs, coverage, features, corpus = map(int, states[-1] if states else (0, 0, 0, 0))
    if tried:
        inputs = int(tried[1])
    return {"inputs": inputs, "coverage": coverage, "features": features, "corpus": corpus}


def store(name: str, run: Mapping[str, Any]) -> None:
    """Add a run to the results, and write the table."""
    write_section(DOCUMENT, "\n".join(table(append_run(RESULTS_FILE, name, run))), MARKERS)


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """The lines of a table with the sum of each target's runs, and the coverage of the last."""
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
    """The processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
