"""Mutation testing, room by room: how many small changes to the code the tests notice.

``python -m benchmarks.mutants plugins model --sample 40`` copies the project, draws a sample of the
changes that mutmut can make to a room of the package (a folder of boilerplate/, or ``top``, the
modules beside the folders), and runs those of the room's own tests on each that run the changed
line. It prints the share that the tests noticed, and the changes that they did not. ``--write``
stores the result in docs/results/mutants.json and the table of docs/testing.md.
"""

from __future__ import annotations

import argparse
import bisect
import contextlib
import difflib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import pytest

from training.documents.markdown import write_section
from training.documents.results import commit, save_results
from training.paths import DOCS, RESULTS, ROOT

RESULTS_FILE: Final = RESULTS / "mutants.json"
DOCUMENT: Final = DOCS / "testing.md"
MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.mutants --write` -->",
    "<!-- end of figures -->",
)
PACKAGE: Final = "boilerplate"
TOP: Final = "top"
# Where a room's own folder of tests does not say what its numbers have to be.
MORE_TESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "plugins": ("tests/cli/test_plugins.py", "tests/cli/test_plugin_installing.py"),
    "features": ("tests/test_predictions.py", "tests/test_cleaner.py"),
    "model": ("tests/test_predictions.py",),
    "kernels": ("tests/language", "tests/site_models/test_fingerprints.py"),
}
# These tests read the source or the repository, not what the package does.
LEFT_OUT: Final = ("test_architecture", "test_dependencies", "test_docs", "test_packaging")
ARGUMENTS: Final = (
    "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=quick", "--hypothesis-seed=0",
    "--ignore=tests/kernels/test_select.py",  # finds the compiled part of the copy, by its path
)  # fmt: skip
WITH_SLOW: Final = ("integrations",)  # rooms without other tests
MAX_MEMORY: Final = 8 << 30  # a mutant may never stop growing
SPARE_SECONDS: Final = 15.0  # over twice the time of all tests of the room


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small change to a line of a module, and what became of it."""

    where: str  # "plugins/rules.py:12"
    change: str  # the lines of a diff
    result: str  # "noticed", "survived", or "passed by": no test runs the line


def main() -> None:
    """Test the named rooms, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"some of {', '.join(rooms())}")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each room; 0 is all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="write the results and the table")
    options = parser.parse_args()
    if unknown := set(options.rooms) - set(rooms()):
        parser.error(f"unknown rooms: {', '.join(sorted(unknown))}")
    for room in options.rooms or rooms():
        about = commit()
        with tempfile.TemporaryDirectory() as folder:
            copy_project(Path(folder))
            with contextlib.chdir(folder):
                found, made = tried(room, options.sample, options.seed)
        report(room, found)
        if options.write:
            store(room, about | {"seed": options.seed, "made": made} | summary(found))


def rooms() -> dict[str, list[str]]:
    """The modules of each room, as paths from the project's folder."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        folders = path.relative_to(ROOT / PACKAGE).parts[:-1]
        found.setdefault(folders[0] if folders else TOP, []).append(str(path.relative_to(ROOT)))
    return found


def own_tests(room: str) -> list[str]:
    """What pytest runs for a room: its tests, or those beside the folders of tests; doctests."""
    marks = "not browser and not corpora" + ("" if room in WITH_SLOW else " and not slow")
    if room == TOP:
        beside = sorted((ROOT / "tests").glob("test_*.py"))
        own = [f"tests/{path.name}" for path in beside if path.stem not in LEFT_OUT]
        return ["-m", marks, *own, *rooms()[TOP]]
    return ["-m", marks, f"tests/{room}", *MORE_TESTS.get(room, ()), f"{PACKAGE}/{room}"]


def copy_project(folder: Path) -> None:
    """Copy what git knows or would add, and the compiled kernels."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    compiled = [str(path.relative_to(ROOT)) for path in (ROOT / PACKAGE).rglob("*.abi3.so")]
    for name in filter(None, [*listed.stdout.split("\0"), *compiled]):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[tool.mutmut]\nsource_paths = ["{PACKAGE}"]\n')


# ------------------------------------------------------------------- in the folder of the copy


def tried(room: str, sample: int, seed: int) -> tuple[list[Mutant], int]:
    """The results of a sample of a room's mutants, and the number of all its mutants."""
    from coverage import CoverageData
    from mutmut.mutation.file_mutation import create_mutations

    made = []  # a module of libcst, and one of the changes to it
    for path in rooms()[room]:
        module, mutations, *_ = create_mutations(path, Path(path).read_text("utf-8"))
        made += [(path, module, each) for each in mutations if each.contained_by_top_level_function]
    count = min(sample or len(made), len(made))
    drawn = random.Random(seed).sample(range(len(made)), count)  # noqa: S311 - no secret
    own, started = own_tests(room), time.monotonic()
    if in_child(own, None, 3600.0) != 0:
        sys.exit(f"{room}: its tests fail without a mutant\n{Path('output').read_text()[-3000:]}")
    limit = 2 * (time.monotonic() - started) + SPARE_SECONDS
    data = CoverageData("coverage")
    data.read()
    found = []
    for path, module, mutation in (made[i] for i in sorted(drawn)):
        code = module.deep_replace(mutation.original_node, mutation.mutated_node).code
        with changed(Path(path), code) as (line, change):
            tests = near_tests(line, data.contexts_by_lineno(os.path.realpath(path)))
            # Without any, all are run: some code runs in other processes, or once for many tests.
            result = "survived" if tests else "passed by"
            if in_child(own, tests, limit):
                result = "noticed"
        found.append(Mutant(f"{path.removeprefix(PACKAGE + '/')}:{line}", change, result))
        click.echo(f"{found[-1].where} {result}", err=True)
    return found, len(made)


@contextlib.contextmanager
def changed(path: Path, code: str) -> Iterator[tuple[int, str]]:
    """A module has this code; gives the first line that differs, and the diff."""
    before = path.read_text("utf-8")
    diff = [*difflib.unified_diff(before.splitlines(), code.splitlines(), lineterm="", n=0)][2:]
    line = int(diff[0].split()[1].split(",")[0].lstrip("-"))
    for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        cached.unlink()  # it would be read if the mutant has the same size and second
    path.write_text(code, "utf-8")
    try:
        yield line, "\n".join(diff)
    finally:
        path.write_text(before, "utf-8")


def near_tests(line: int, tests_by_line: Mapping[int, Sequence[str]]) -> set[str]:
    """The tests that run a line; if it is not listed, those of the listed lines around it.

    >>> sorted(near_tests(3, {1: ["a"], 2: ["b", ""], 4: ["c"]})), near_tests(2, {2: [""]})
    (['b', 'c'], set())
    """
    listed = sorted(tests_by_line)
    at = bisect.bisect_left(listed, line)
    near = [line] if line in tests_by_line else listed[max(at - 1, 0) : at + 1]
    return {test for each in near for test in tests_by_line[each] if test}


def in_child(paths: Sequence[str], tests: Collection[str] | None, limit: float) -> int:
    """The exit status of pytest in a process of its own; not 0 if it takes over ``limit`` seconds.

    ``tests`` are the names of the tests to run, empty for all. None is all too, and writes
    which lines each of them runs to the file "coverage".
    """
    child = multiprocessing.get_context("fork").Process(target=run_tests, args=(paths, tests))
    child.start()
    child.join(limit)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid or 0, signal.SIGKILL)  # what its tests left behind, too
    child.join()
    return child.exitcode or 0


def run_tests(paths: Sequence[str], tests: Collection[str] | None) -> None:
    """Run tests on the package in this folder, and end the process."""
    import coverage

    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup may have it ignored
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    output = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    own = {path.name for path in Path().iterdir() if path.is_dir()}
    for name in [name for name in sys.modules if name.split(".")[0] in own]:
        del sys.modules[name]  # they are the project's own, not the copy's
    sys.path.insert(0, str(Path.cwd()))
    Path("temporary").mkdir(exist_ok=True)
    os.environ |= {"PYTHONPATH": str(Path.cwd()), "TMPDIR": str(Path("temporary").resolve())}
    tempfile.tempdir = None  # read TMPDIR
    selection = Selection(tests or ())
    if tests is None:
        selection.coverage = coverage.Coverage("coverage", include=[f"{PACKAGE}/*"])
        selection.coverage.start()
    else:
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    code = pytest.main(
        [*ARGUMENTS, *(sorted({t.split("::")[0] for t in selection.tests}) or paths)], [selection]
    )
    if selection.coverage:
        selection.coverage.stop()
        selection.coverage.save()
    sys.stdout.flush()
    os._exit(code)


class Selection:
    """A plugin of pytest that runs some tests only, or notes which lines each of them runs."""

    def __init__(self, tests: Collection[str]) -> None:
        self.tests = tests
        self.coverage: Any = None
        self.running = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.tests:
            items[:] = [item for item in items if item.nodeid in self.tests]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running = nodeid
        self.switch_to(nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        if fixturedef.scope != "function":
            self.switch_to("")  # the first test that needs it is not the only one
        try:
            return (yield)
        finally:
            self.switch_to(self.running)

    def switch_to(self, test: str) -> None:
        if self.coverage:
            self.coverage.switch_context(test)


# ------------------------------------------------------------------------------- what was found


def summary(found: Sequence[Mutant]) -> dict[str, Any]:
    """The number of mutants by result, and where those are that were not noticed."""
    counts = Counter(each.result for each in found)
    return {
        "drawn": len(found),
        **{name.replace(" ", "_"): counts[name] for name in ("noticed", "survived", "passed by")},
        "left": [each.where for each in found if each.result != "noticed"],
    }


def report(room: str, found: Sequence[Mutant]) -> None:
    """Print the share of mutants that was noticed, and the changes that were not."""
    counts = Counter(each.result for each in found)
    share = counts["noticed"] / max(len(found), 1)
    click.echo(f"{room}: {share:.0%} of {len(found)} noticed, {dict(counts)}")
    for each in found:
        if each.result != "noticed":
            click.echo(f"\n{each.where} ({each.result})\n{each.change}")


def store(room: str, run: Mapping[str, Any]) -> None:
    """Write the result of a room in place of its last one, and the table."""
    runs = json.loads(RESULTS_FILE.read_text("utf-8")) if RESULTS_FILE.exists() else {}
    save_results(DOCS, RESULTS_FILE.stem, runs | {room: run})
    write_section(DOCUMENT, "\n".join(table(runs | {room: run})), MARKERS)


def table(runs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The lines of a table of all rooms, with a row for their sum."""
    counted = ("drawn", "noticed", "survived", "passed_by")
    rows = [
        "| room | mutants | drawn | noticed | survived | not covered | seed | commit |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for room, run in sorted(runs.items()):
        counts = " | ".join(str(run[key]) for key in ("made", *counted, "seed"))
        rows.append(f"| {room} | {counts} | `{run['commit'][:10]}` |")
    sums = " | ".join(str(sum(run[key] for run in runs.values())) for key in ("made", *counted))
    return [*rows, f"| all | {sums} | | |"]


if __name__ == "__main__":
    main()
