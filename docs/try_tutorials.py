"""Runs the commands of docs/tutorials and compares what they print with the documented output.

``python docs/try_tutorials.py``          with the boilerplate of this Python, as the tests do
``python docs/try_tutorials.py --write``  also writes the output into the tutorials
``python docs/try_tutorials.py --fresh``  in a new environment, with boilerplate installed from the
                                          clone, as a new user would; records wall-clock and
                                          processor time, because a busy machine stretches the
                                          former

In a tutorial, each ``sh`` or ``python`` block is a step. All steps run in one folder: a fresh copy
of the clone where the page says that one begins "in a clone of this repository", else an empty
one. The block after ``<!-- output -->`` is what the steps before it print, with standard error. A
step after ``<!-- fresh -->`` is only run in a new environment, and a block after
``<!-- not run -->`` is no step.

Outputs are compared as they are, probabilities and reasons too; a line that ends in an ellipsis is
compared up to it. Each decimal figure and each percentage of the prose must stand in what some step
printed. Figures that no step prints, such as a version, are named in a comment:
``<!-- not printed: 3.11, 0.8 -->``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.cells import cell_len

ROOT: Final = Path(__file__).parent.parent
TUTORIALS: Final = ROOT / "docs" / "tutorials"
NAMES: Final = ("clean", "site", "plugin")
TIMES: Final = ROOT / "docs" / "results" / "tutorials.json"
LANGUAGES: Final = ("sh", "python")
OUTPUT, FRESH, NOT_RUN = "<!-- output -->", "<!-- fresh -->", "<!-- not run -->"
TIME_MARKS: Final = (
    "<!-- time: made by `python docs/try_tutorials.py --fresh` -->",
    "<!-- /time -->",
)
WIDTH: Final = 76  # terminal cells that the site shows of a line without scrolling
STEP_SECONDS: Final = 300
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
IN_A_CLONE: Final = "in a clone of this repository"
_FIGURE: Final = re.compile(r"(?<![\d.])\d+(?:\.\d+(?![\d.])|(?= ?%))")
_NOT_PRINTED: Final = re.compile(r"<!-- not printed: (.*?) -->", re.S)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text with its position, and the comment before it."""

    language: str
    text: str
    start: int
    end: int
    comment: str

    @property
    def is_step(self) -> bool:
        """Whether the block is run."""
        return self.language in LANGUAGES and self.comment != NOT_RUN


@dataclass(slots=True)
class Run:
    """The result of running a tutorial.

    ``printed`` has each output block with what was really printed. ``seconds`` is wall-clock time,
    ``worked`` processor time.
    """

    seconds: float = 0.0
    worked: float = 0.0
    steps: int = 0
    printed: list[tuple[Block, str]] = field(default_factory=list)
    prose_figures: list[str] = field(default_factory=list)

    @property
    def differences(self) -> list[str]:
        """A message for each output block that differs from what was printed, and each figure."""
        outputs = [
            f"documented output:\n{block.text}\nactual output:\n{shown}"
            for block, shown in self.printed
            if not alike(block.text, shown)
        ]
        return [*outputs, *self.stale_figures]

    @property
    def stale_figures(self) -> list[str]:
        """A message for each figure of the prose that no step has printed."""
        found = {figure for _, shown in self.printed for figure in _FIGURE.findall(shown)}
        return [
            f"the prose has the figure {figure}, which no step prints; mend it, or name it in "
            f"<!-- not printed: {figure} -->"
            for figure in self.prose_figures
            if figure not in found
        ]


def blocks(markdown: str) -> Iterator[Block]:
    r"""The fenced blocks of a page.

    >>> [b.comment for b in blocks("<!-- output -->\n```text\nสวัสดี\n```\n")]
    ['<!-- output -->']
    """
    for match in _BLOCK.finditer(markdown):
        before = markdown[: match.start()].rstrip("\n").rpartition("\n")[2]
        comment = before if before.startswith("<!--") else ""
        yield Block(match[1], match[2], match.start(2), match.end(2), comment)


def figures_of_prose(markdown: str) -> list[str]:
    r"""The decimal figures and percentages outside of blocks, without those named as not printed.

    >>> figures_of_prose("From 0.5 to 12 %, in 5 steps.\n\n<!-- not printed: 0.5 -->")
    ['12']
    """
    named = {each.strip() for found in _NOT_PRINTED.findall(markdown) for each in found.split(",")}
    first, last = map(re.escape, TIME_MARKS)
    prose = re.sub(f"{first}.*?{last}", "", _BLOCK.sub("", markdown), flags=re.S)
    found = _FIGURE.findall(_COMMENT.sub("", prose))
    return [figure for figure in dict.fromkeys(found) if figure not in named]


def alike(documented: str, printed: str) -> bool:
    """Whether documented and actual output are the same, up to the ellipses of the former.

    >>> alike("+ 0.71  Metin …", "+ 0.71  Metin ve dahası  (in the article's container)")
    True
    >>> alike("+ 0.93  Metin", "+ 0.71  Metin")
    False
    """
    have, want = printed.splitlines(), documented.splitlines()
    return len(have) == len(want) and all(
        line.startswith(words[:-1].rstrip()) if words.endswith("…") else line.rstrip() == words
        for line, words in zip(have, want, strict=True)
    )


def shortened(text: str) -> str:
    """The text with its lines cut to WIDTH terminal cells."""
    return "".join(f"{_cut(line)}\n" for line in text.splitlines())


def _cut(line: str) -> str:
    if cell_len(line) <= WIDTH:
        return line
    while cell_len(line) > WIDTH - 2:
        line = line[:-1]
    return f"{line.rstrip()} …"


def run(markdown: str, folder: Path, path: Sequence[Path], fresh: bool = False) -> Run:
    """Run a tutorial's steps in an empty folder; programs are looked for in ``path`` first.

    Raises RuntimeError if a step takes too long.
    """
    place = folder / "work"
    if IN_A_CLONE in " ".join(markdown.split()):
        copy_clone(place)
    else:
        place.mkdir()
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]]),
        "HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "home" / ".config"),
        "LC_ALL": "C.UTF-8",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "100",
    }
    for name in [name for name in environment if name.startswith("BOILERPLATE_")]:
        del environment[name]
    done, output = Run(prose_figures=figures_of_prose(markdown)), ""
    for block in blocks(markdown):
        if block.comment == OUTPUT:
            done.printed.append((block, output))
            output = ""
        elif block.is_step and (fresh or block.comment != FRESH):
            begun, worked = time.perf_counter(), processor_seconds()
            output += _step(block, place, environment)
            done.seconds += time.perf_counter() - begun
            done.worked += processor_seconds() - worked
            done.steps += 1
        elif block.is_step and block.comment == FRESH:
            continue
    return done


def processor_seconds() -> float:
    """Processor time of all child processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _step(block: Block, folder: Path, environment: dict[str, str]) -> str:
    program = ["bash", "-e"] if block.language == "sh" else ["python", "-"]
    try:
        result = subprocess.run(
            program, input=block.text, cwd=folder, env=environment, timeout=STEP_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"took more than {STEP_SECONDS} s: {block.text}") from error
    return result.stdout.replace(environment["HOME"], "/home/me")


def copy_clone(target: Path) -> None:
    """Copy the files of this clone that git does not ignore, as they are now.

    Raises RuntimeError where this is no clone.
    """
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        raise RuntimeError(f"{ROOT} is no clone, or there is no git")
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def current_programs(folder: Path) -> Path:
    """A folder with the programs ``boilerplate`` and ``python`` of the running interpreter."""
    folder.mkdir()
    # -P: the folder where it is run is not searched for modules, as with an installed program.
    for name, words in (("boilerplate", "-P -m boilerplate"), ("python", "")):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {words} "$@"\n', "utf-8"
        )
        program.chmod(0o755)
    return folder


def fresh_environment(folder: Path) -> tuple[Path, dict[str, float]]:
    """A new environment with boilerplate installed from the clone: its programs, and the time."""
    begun, worked = time.perf_counter(), processor_seconds()
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    programs = folder / "bin"
    subprocess.run([programs / "pip", "install", "-q", "."], cwd=ROOT, check=True)
    return programs, {
        "install_seconds": round(time.perf_counter() - begun, 1),
        "install_worked": round(processor_seconds() - worked, 1),
    }


def time_sentence(name: str, times: Mapping[str, Any]) -> str:
    """The sentence in a tutorial about the time that it took."""
    found = times["tutorials"][name]
    return (
        f"Tried in a fresh environment{', on a busy machine' if times['busy'] else ''}: the "
        f"{found['steps']} steps of this page took {found['seconds']:.0f} seconds by the clock and "
        f"{found['worked']:.0f} of the processor, installing {times['install_seconds']:.0f} and "
        f"{times['install_worked']:.0f}."
    )


def with_time(markdown: str, sentence: str) -> str:
    """The page with a new sentence about its time."""
    first, last = map(re.escape, TIME_MARKS)
    return re.sub(
        f"{first}.*?{last}",
        lambda _: f"{TIME_MARKS[0]}\n{sentence}\n{TIME_MARKS[1]}",
        markdown,
        flags=re.S,
    )


def with_output(markdown: str, done: Run) -> str:
    """The page with the actual output where it differs from the documented one."""
    for block, shown in reversed(done.printed):
        if not alike(block.text, shown):
            markdown = markdown[: block.start] + shortened(shown) + markdown[block.end :]
    return markdown


def main() -> None:
    """Run the tutorials; compare or write their output."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true")
    options.add_argument("--fresh", action="store_true")
    chosen = options.parse_args()
    failed = False
    times: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    tutorials: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        if chosen.fresh:
            times["busy"] = os.getloadavg()[0] > 1  # other processes want the processor
            programs, install = fresh_environment(Path(temporary, "environment"))
            times |= install
        else:
            programs = current_programs(Path(temporary, "programs"))
        for name in NAMES:
            page = TUTORIALS / f"{name}.md"
            folder = Path(temporary, name)
            folder.mkdir()
            markdown = page.read_text("utf-8")
            done = run(markdown, folder, [programs], chosen.fresh)
            tutorials[name] = {
                "steps": done.steps,
                "seconds": round(done.seconds, 1),
                "worked": round(done.worked, 1),
            }
            taken = f"{done.seconds:.1f} s, {done.worked:.1f} s of processor time"
            print(f"{name}: {done.steps} steps, {taken}")
            wrong = done.differences
            if chosen.write:
                page.write_text(with_output(markdown, done), "utf-8")
                wrong = done.stale_figures
            if wrong:
                print("\n".join(wrong))
                failed = True
    if chosen.fresh and not failed:
        times["tutorials"] = tutorials
        TIMES.write_text(json.dumps(times, indent=1) + "\n", "utf-8")
        for name in NAMES:
            page = TUTORIALS / f"{name}.md"
            page.write_text(with_time(page.read_text("utf-8"), time_sentence(name, times)), "utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
