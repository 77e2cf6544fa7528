"""How many small changes to the code its tests notice, room by room: mutation testing.

``python -m benchmarks.mutants archive page --sample 30`` copies the project aside, lets mutmut
make mutants of these rooms, runs each room's own tests against a sample of them, on the plain
twins of the hot paths, and prints the share that failed as they should, with what survived.
``--write`` keeps what came of it in docs/results/mutants.json and in the table of docs/testing.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from training.card import commit, with_run, write_section

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "docs/results/mutants.json"
DOCUMENT: Final = ROOT / "docs/testing.md"
MARKS: Final = (
    "<!-- figures: made by `python -m benchmarks.mutants --write` -->",
    "<!-- end of figures -->",
)
# Each room with the tests that are about it, so that a mutant is not run against all others'.
ROOMS: Final[dict[str, tuple[str, ...]]] = {
    "page": ("tests/test_page.py",),
    "archive": ("tests/test_archive.py",),
    "labels": ("tests/test_labels.py",),
    "characters": ("tests/test_characters.py",),
    "fingerprints": ("tests/test_fingerprints.py",),
    "knowledge": ("tests/test_sites.py",),
    "sketches": ("tests/test_sites.py", "tests/test_archive.py"),
    "sites": ("tests/test_sites.py", "tests/test_archive.py"),
    # Those left out clean large pages in processes of their own, where no mutant is.
    "cleaner": ("tests/test_cleaner.py", "-k", "not hostile_input"),
    "context": ("tests/test_context.py",),
    "rules": ("tests/test_rules.py",),
    "features": ("tests/test_features.py", "tests/test_predictions.py"),
    "model": ("tests/test_model.py", "tests/test_predictions.py"),
}
COPIED: Final = (
    "boilerplate", "plugins", "tests", "training", "benchmarks", "examples", "README.md",
)  # fmt: skip
SETTINGS: Final = """
[tool.mutmut]
source_paths = ["boilerplate"]
only_mutate = ["boilerplate/{room}.py"]
also_copy = {copied}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed=0"]
"""
# mutmut runs a method's test more than once in a process, each time as one of another object; and
# what a room has kept from the first time would answer in the mutant's place.
AGAIN: Final = """
import importlib
from hypothesis import HealthCheck


@pytest.fixture(autouse=True)
def nothing_kept():
    for value in vars(importlib.import_module("boilerplate.{room}")).values():
        getattr(value, "cache_clear", lambda: None)()


settings.register_profile("mutants", suppress_health_check=[HealthCheck.differing_executors])
settings.load_profile("mutants")
"""
# What mutmut notes of a mutant: the exit status of pytest, or that it took too long.
NOTICED: Final = (1, 3, 24, 36, 152, 255, -24, -9)
SURVIVED: Final = (0,)
PASSED_BY: Final = (5, 33)  # no test comes by


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small change to the code, what became of it, and how it reads if it was not noticed."""

    name: str
    became: str
    change: str = ""


def main() -> None:
    """Test the rooms that are named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rooms", nargs="*", default=[*ROOMS], help="Default: all.")
    parser.add_argument("--sample", type=int, default=30, help="mutants of each room; 0 is all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="note it in docs/")
    asked = parser.parse_args()
    for room in asked.rooms:
        about = commit()
        with tempfile.TemporaryDirectory() as folder:
            found, made = tried(room, Path(folder), asked.sample, asked.seed, asked.jobs)
        report(room, found)
        if asked.write:
            note(room, about | {"seed": asked.seed, "made": made} | summary(found))


def tried(room: str, folder: Path, sample: int, seed: int, jobs: int) -> tuple[list[Mutant], int]:
    """What became of each mutant of a sample, and of how many it was drawn."""
    for name in (*COPIED, "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            SETTINGS.format(
                room=room, copied=json.dumps(COPIED), tests=json.dumps(ROOMS.get(room, ()))
            )
        )
    with (folder / "tests/conftest.py").open("a", encoding="utf-8") as file:
        file.write(AGAIN.format(room=room))
    with contextlib.chdir(folder):  # where mutmut finds its settings
        names, made = chosen(room, sample, seed)
    asking = [sys.executable, "-m", "mutmut"]
    environment = {**os.environ, "BOILERPLATE_PURE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*asking, "run", "--max-children", str(jobs), *names],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    noted = folder / "mutants" / "boilerplate" / f"{room}.py.meta"
    if done.returncode or not noted.exists():
        sys.exit(f"{room}: mutmut failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    codes = json.loads(noted.read_text("utf-8"))["exit_code_by_key"]
    found = []
    for name in names:
        became, change = status(codes[name]), ""
        if became in ("survived", "passed by"):
            shown = subprocess.run(
                [*asking, "show", name], cwd=folder, capture_output=True, text=True, check=True
            )
            change = shown.stdout
        found.append(Mutant(name, became, change))
    return found, made


def status(code: int | None) -> str:
    """What mutmut's note of a mutant means.

    >>> status(1), status(0), status(33), status(None)
    ('noticed', 'survived', 'passed by', 'not run')
    """
    for meaning, codes in (
        ("noticed", NOTICED), ("survived", SURVIVED), ("passed by", PASSED_BY),
    ):  # fmt: skip
        if code in codes:
            return meaning
    return "not run"


def chosen(room: str, sample: int, seed: int) -> tuple[list[str], int]:
    """The names of as many mutants as are asked for, drawn by the seed, and how many there are."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = Path("boilerplate") / f"{room}.py"
    made = mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names
    names = sorted(f"boilerplate.{room}.{name}" for name in made)
    drawn = names
    if 0 < sample < len(names):
        drawn = sorted(random.Random(seed).sample(names, sample))  # noqa: S311 - no secret
    return drawn, len(names)


def summary(found: Sequence[Mutant]) -> dict[str, Any]:
    """How many became what, and the names of those that were not noticed."""
    counts = Counter(each.became for each in found)
    return {
        "drawn": len(found),
        **{name.replace(" ", "_"): counts[name] for name in ("noticed", "survived", "passed by")},
        "left": [each.name for each in found if each.became != "noticed"],
    }


def report(room: str, found: Sequence[Mutant]) -> None:
    """Print the share that was noticed, and how those read that were not."""
    counts = Counter(each.became for each in found)
    share = counts["noticed"] / max(len(found), 1)
    click.echo(f"{room}: {share:.0%} of {len(found)} noticed, {dict(counts)}")
    for each in found:
        if each.became != "noticed":
            click.echo(f"\n{each.name} ({each.became})\n{each.change}")


def note(room: str, run: Mapping[str, Any]) -> None:
    """Add a run to those that are known, and write the table anew."""
    write_section(DOCUMENT, "\n".join(table(with_run(RESULTS, room, run))), MARKS)


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Each run of each room, and all together."""
    rows = [
        "| room | mutants | drawn | noticed | survived | that no test came by | seed | commit |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    every = [(room, run) for room in ROOMS for run in runs.get(room, ())]
    for room, run in every:
        rows.append(
            f"| {room} | {run['made']} | {run['drawn']} | {run['noticed']} | {run['survived']} "
            f"| {run['passed_by']} | {run['seed']} | `{run['commit'][:10]}` |"
        )
    drawn, noticed, survived, passed_by = (
        sum(run[key] for _, run in every) for key in ("drawn", "noticed", "survived", "passed_by")
    )
    rows.append(f"| all | | {drawn} | {noticed} | {survived} | {passed_by} | | |")
    return rows


if __name__ == "__main__":
    main()
