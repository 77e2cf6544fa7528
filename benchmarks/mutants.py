"""Mutation testing, module by module: how many small changes to the code the tests notice.

``python -m benchmarks.mutants page model/archive --sample 30`` copies the project, lets mutmut make
mutants of these modules, and runs each module's own tests against a sample of them, on the Python
versions of the compiled functions. It prints the share of mutants that the tests noticed, and the
others. ``--write`` stores the result in docs/results/mutants.json and the table of docs/testing.md.
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

from training.documents.markdown import write_section
from training.documents.results import append_run, commit
from training.paths import DOCS, RESULTS, ROOT

RESULTS_FILE: Final = RESULTS / "mutants.json"
DOCUMENT: Final = DOCS / "testing.md"
MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.mutants --write` -->",
    "<!-- end of figures -->",
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the package, and its own tests: a mutant is not run against all tests."""

    path: str  # below boilerplate/, without .py; also its name in the results
    tests: tuple[str, ...]  # arguments of pytest

    @property
    def name(self) -> str:
        """The name by which it is imported."""
        return "boilerplate." + self.path.replace("/", ".")


MODULES: Final = {
    module.path: module
    for module in (
        Module("page", ("tests/test_page.py",)),
        # The tests left out clean large pages in other processes, which do not run the mutant.
        Module("cleaner", ("tests/test_cleaner.py", "-k", "not hostile_input")),
        Module("kernels/plain_text", ("tests/kernels/test_text.py",)),
        Module("kernels/plain_tree", ("tests/kernels/test_tree.py",)),
        Module("kernels/plain_context", ("tests/kernels/test_context.py",)),
        Module("kernels/plain_fingerprints", ("tests/site_models/test_fingerprints.py",)),
        Module("features/encode", ("tests/features", "tests/test_predictions.py")),
        Module("model/archive", ("tests/model/test_archive.py",)),
        Module("model/model", ("tests/model/test_model.py", "tests/test_predictions.py")),
        Module("site_models/evidence", ("tests/site_models",)),
        Module("site_models/sketch", ("tests/site_models", "tests/model/test_archive.py")),
        Module("site_models/site_model", ("tests/site_models", "tests/model/test_archive.py")),
        Module("plugins/rules", ("tests/plugins/test_rules.py",)),
        Module("labelling/labels", ("tests/labelling/test_labels.py",)),
    )
}
COPIED: Final = (
    "boilerplate", "plugins", "tests", "training", "benchmarks", "examples", "README.md",
)  # fmt: skip
SETTINGS: Final = """
[tool.mutmut]
source_paths = ["boilerplate"]
only_mutate = ["boilerplate/{path}.py"]
also_copy = {copied}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed=0"]
"""
# mutmut runs a test more than once in a process, on different instances; and a module's caches from
# the first run would answer instead of the mutant.
CONFTEST: Final = """
import importlib
from hypothesis import HealthCheck


@pytest.fixture(autouse=True)
def clear_caches():
    for value in vars(importlib.import_module("{name}")).values():
        getattr(value, "cache_clear", lambda: None)()


settings.register_profile("mutants", suppress_health_check=[HealthCheck.differing_executors])
settings.load_profile("mutants")
"""
# mutmut's codes for a mutant: the exit status of pytest, or that it took too long.
NOTICED: Final = (1, 3, 24, 36, 152, 255, -24, -9)
SURVIVED: Final = (0,)
NOT_COVERED: Final = (5, 33)  # no test runs the changed code


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small change to the code, its result, and the change itself if no test noticed it."""

    name: str
    result: str
    change: str = ""


def main() -> None:
    """Test the named modules, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "modules",
        nargs="*",
        default=[*MODULES],
        metavar="MODULE",
        help=f"some of {', '.join(MODULES)} (default: all)",
    )
    parser.add_argument("--sample", type=int, default=30, help="mutants of each module; 0 is all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the results and the table")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"unknown modules: {', '.join(sorted(unknown))}")
    for name in options.modules:
        about = commit()
        with tempfile.TemporaryDirectory() as folder:
            found, made = tried(
                MODULES[name], Path(folder), options.sample, options.seed, options.jobs
            )
        report(name, found)
        if options.write:
            store(name, about | {"seed": options.seed, "made": made} | summary(found))


def tried(
    module: Module, folder: Path, sample: int, seed: int, jobs: int
) -> tuple[list[Mutant], int]:
    """The results of a sample of mutants, and the number of all mutants of the module."""
    for name in (*COPIED, "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            SETTINGS.format(
                path=module.path, copied=json.dumps(COPIED), tests=json.dumps(module.tests)
            )
        )
    with (folder / "tests/conftest.py").open("a", encoding="utf-8") as file:
        file.write(CONFTEST.format(name=module.name))
    with contextlib.chdir(folder):  # where mutmut looks for its settings
        names, made = chosen(module, sample, seed)
    asking = [sys.executable, "-m", "mutmut"]
    environment = {**os.environ, "BOILERPLATE_PURE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*asking, "run", "--max-children", str(jobs), *names],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    noted = folder / "mutants" / "boilerplate" / f"{module.path}.py.meta"
    if done.returncode or not noted.exists():
        sys.exit(f"{module.name}: mutmut failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    codes = json.loads(noted.read_text("utf-8"))["exit_code_by_key"]
    found = []
    for name in names:
        result, change = status(codes[name]), ""
        if result in ("survived", "passed by"):
            shown = subprocess.run(
                [*asking, "show", name], cwd=folder, capture_output=True, text=True, check=True
            )
            change = shown.stdout
        found.append(Mutant(name, result, change))
    return found, made


def status(code: int | None) -> str:
    """The meaning of mutmut's code for a mutant.

    >>> status(1), status(0), status(33), status(None)
    ('noticed', 'survived', 'passed by', 'not run')
    """
    for meaning, codes in (
        ("noticed", NOTICED), ("survived", SURVIVED), ("passed by", NOT_COVERED),
    ):  # fmt: skip
        if code in codes:
            return meaning
    return "not run"


def chosen(module: Module, sample: int, seed: int) -> tuple[list[str], int]:
    """The names of a random sample of a module's mutants, and the number of all mutants."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = Path("boilerplate") / f"{module.path}.py"
    made = mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names
    names = sorted(f"{module.name}.{name}" for name in made)
    drawn = names
    if 0 < sample < len(names):
        drawn = sorted(random.Random(seed).sample(names, sample))  # noqa: S311 - no secret
    return drawn, len(names)


def summary(found: Sequence[Mutant]) -> dict[str, Any]:
    """The number of mutants by result, and the names of those that were not noticed."""
    counts = Counter(each.result for each in found)
    return {
        "drawn": len(found),
        **{name.replace(" ", "_"): counts[name] for name in ("noticed", "survived", "passed by")},
        "left": [each.name for each in found if each.result != "noticed"],
    }


def report(module: str, found: Sequence[Mutant]) -> None:
    """Print the share of mutants that was noticed, and the changes that were not."""
    counts = Counter(each.result for each in found)
    share = counts["noticed"] / max(len(found), 1)
    click.echo(f"{module}: {share:.0%} of {len(found)} noticed, {dict(counts)}")
    for each in found:
        if each.result != "noticed":
            click.echo(f"\n{each.name} ({each.result})\n{each.change}")


def store(module: str, run: Mapping[str, Any]) -> None:
    """Add a run to the results, and write the table."""
    write_section(DOCUMENT, "\n".join(table(append_run(RESULTS_FILE, module, run))), MARKERS)


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """The lines of a table of all runs, with a row for their sum."""
    rows = [
        "| module | mutants | drawn | noticed | survived | not covered | seed | commit |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    every = [(module, run) for module, found in sorted(runs.items()) for run in found]
    for module, run in every:
        rows.append(
            f"| {module} | {run['made']} | {run['drawn']} | {run['noticed']} | {run['survived']} "
            f"| {run['passed_by']} | {run['seed']} | `{run['commit'][:10]}` |"
        )
    drawn, noticed, survived, passed_by = (
        sum(run[key] for _, run in every) for key in ("drawn", "noticed", "survived", "passed_by")
    )
    rows.append(f"| all | | {drawn} | {noticed} | {survived} | {passed_by} | | |")
    return rows


if __name__ == "__main__":
    main()
