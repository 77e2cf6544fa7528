"""How many small changes to the code its tests notice, room by room: mutation testing.

``python -m benchmarks.mutants archive page --sample 30`` copies the project aside, lets mutmut
make mutants of these rooms, runs each room's own tests against a sample of them, on the plain
twins of the hot paths, and prints the share that failed as they should, with what survived.
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
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).parents[1]
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
    "cleaner": ("tests/test_cleaner.py",),
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
# What mutmut notes of a mutant: the exit status of pytest, or that it took too long.
NOTICED: Final = (1, 3, 24, 36, 152, 255, -24, -9)
SURVIVED: Final = (0, 5, 33)  # the tests passed, or none of them comes by


def main() -> None:
    """Test the rooms that are named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rooms", nargs="*", default=[*ROOMS], help="Default: all.")
    parser.add_argument("--sample", type=int, default=30, help="mutants of each room; 0 is all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    for room in asked.rooms:
        with tempfile.TemporaryDirectory() as folder:
            report(room, tested(room, Path(folder), asked.sample, asked.seed, asked.jobs))


def tested(room: str, folder: Path, sample: int, seed: int, jobs: int) -> dict[str, str]:
    """What became of each mutant of a sample: its status, or how it differs if it survived."""
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
    with contextlib.chdir(folder):  # where mutmut finds its settings
        names = chosen(room, sample, seed)
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
    found = {}
    for name in names:
        found[name] = "noticed" if codes[name] in NOTICED else f"not run ({codes[name]})"
        if codes[name] in SURVIVED:
            shown = subprocess.run(
                [*asking, "show", name], cwd=folder, capture_output=True, text=True, check=True
            )
            found[name] = shown.stdout
    return found


def chosen(room: str, sample: int, seed: int) -> list[str]:
    """The names of as many mutants as are asked for, drawn by the seed."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = Path("boilerplate") / f"{room}.py"
    made = mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names
    names = sorted(f"boilerplate.{room}.{name}" for name in made)
    if 0 < sample < len(names):
        names = sorted(random.Random(seed).sample(names, sample))  # noqa: S311 - no secret
    return names


def report(room: str, found: dict[str, str]) -> None:
    """Print the share that was noticed, and what survived."""
    counts = Counter("survived" if "\n" in each else each for each in found.values())
    total = counts["noticed"] + counts["survived"]
    share = f"{counts['noticed'] / total:.0%}" if total else "none"
    click.echo(f"{room}: {share} of {total} noticed, {dict(counts)}")
    for name, each in found.items():
        if "\n" in each:
            click.echo(f"\n{name}\n{each}")


if __name__ == "__main__":
    main()
