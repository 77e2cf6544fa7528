"""Runs the commands of docs/tutorials and compares what they print with what stands there.

``python docs/try_tutorials.py``            with this Python's boilerplate, as the tests do
``python docs/try_tutorials.py --write``    puts what they print into the tutorials
``python docs/try_tutorials.py --fresh``    as a newcomer: a new environment, boilerplate
                                            installed from the clone; notes the time it took, by
                                            the clock and of the processor: a busy machine
                                            stretches the former

In a tutorial, each ``sh`` or ``python`` block is a step, run in one folder that begins with a copy
of ``examples``. The block after ``<!-- output -->`` is what the steps before it print, standard
error included. ``<!-- fresh -->`` before a step: it needs an environment of its own. ``<!-- not
run -->``: it is no step.

Probabilities and reasons change with the model, so they are not compared; a line that ends in an
ellipsis is compared up to there.
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
WIDTH: Final = 76  # cells of a line that the site shows without scrolling
STEP_SECONDS: Final = 300
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_FIGURE: Final = re.compile(r"\b[01]\.\d\d\b")
_REASON: Final = re.compile(r"  \(.*")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, where that stands, and the comment before it."""

    language: str
    text: str
    start: int
    end: int
    comment: str

    @property
    def is_step(self) -> bool:
        """Whether it is to be run."""
        return self.language in LANGUAGES and self.comment != NOT_RUN


@dataclass(slots=True)
class Run:
    """What came of a tutorial: what it should print and prints, by block, and how long it took.

    ``seconds`` are by the clock, ``worked`` is what of them a processor worked.
    """

    seconds: float = 0.0
    worked: float = 0.0
    steps: int = 0
    printed: list[tuple[Block, str]] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """A sentence for each block that is not what was printed."""
        return [
            f"the tutorial says\n{block.text}\nand the commands print\n{shown}"
            for block, shown in self.printed
            if not alike(block.text, shown)
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


def alike(said: str, printed: str) -> bool:
    """Whether a tutorial says what is printed, probabilities and reasons aside.

    >>> alike("+ 0.93  Metin …", "+ 0.71  Metin ve dahası  (in the article's container)")
    True
    >>> alike("- 0.93  Metin", "+ 0.71  Metin")
    False
    """
    have, want = ([_bare(line) for line in text.splitlines()] for text in (printed, said))
    return len(have) == len(want) and all(
        line.startswith(words[:-1].rstrip()) if words.endswith("…") else line == words
        for line, words in zip(have, want, strict=True)
    )


def _bare(line: str) -> str:
    return _FIGURE.sub("#", _REASON.sub("", line)).rstrip()


def shortened(text: str) -> str:
    """Lines cut to what the site shows without scrolling, in terminal cells."""
    return "".join(f"{_cut(line)}\n" for line in text.splitlines())


def _cut(line: str) -> str:
    if cell_len(line) <= WIDTH:
        return line
    while cell_len(line) > WIDTH - 2:
        line = line[:-1]
    return f"{line.rstrip()} …"


def run(markdown: str, folder: Path, path: Sequence[Path], fresh: bool = False) -> Run:
    """Run a tutorial's steps in a folder, with programs looked for in ``path`` first.

    Raises RuntimeError if a step takes too long.
    """
    shutil.copytree(ROOT / "examples", folder / "examples")
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
    done, said = Run(), ""
    for block in blocks(markdown):
        if block.comment == OUTPUT:
            done.printed.append((block, said))
            said = ""
        elif block.is_step and (fresh or block.comment != FRESH):
            begun, worked = time.perf_counter(), processor_seconds()
            said += _step(block, folder, environment)
            done.seconds += time.perf_counter() - begun
            done.worked += processor_seconds() - worked
            done.steps += 1
        elif block.is_step and block.comment == FRESH:
            continue
    return done


def processor_seconds() -> float:
    """What the programs that were run and have ended took of a processor, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _step(block: Block, folder: Path, environment: dict[str, str]) -> str:
    program = ["bash", "-e"] if block.language == "sh" else ["python", "-"]
    try:
        answer = subprocess.run(
            program, input=block.text, cwd=folder, env=environment, timeout=STEP_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"took more than {STEP_SECONDS} s: {block.text}") from error
    return answer.stdout.replace(str(folder / "home"), "/home/me")


def this_python(folder: Path) -> Path:
    """A folder with ``boilerplate`` and ``python`` as those of the running interpreter."""
    folder.mkdir()
    for name, words in (("boilerplate", "-m boilerplate"), ("python", "")):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {words} "$@"\n', "utf-8"
        )
        program.chmod(0o755)
    return folder


def fresh_environment(folder: Path) -> tuple[Path, dict[str, float]]:
    """A new environment with boilerplate installed from the clone: its programs, and seconds."""
    begun, worked = time.perf_counter(), processor_seconds()
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    programs = folder / "bin"
    subprocess.run([programs / "pip", "install", "-q", "."], cwd=ROOT, check=True)
    return programs, {
        "install_seconds": round(time.perf_counter() - begun, 1),
        "install_worked": round(processor_seconds() - worked, 1),
    }


def time_told(name: str, times: Mapping[str, Any]) -> str:
    """What a tutorial says of the time that it takes, and of what that leaves out."""
    found = times["tutorials"][name]
    return (
        f"Tried in a fresh environment{', on a busy machine' if times['busy'] else ''}: the "
        f"{found['steps']} steps of this page took {found['seconds']:.0f} seconds by the clock and "
        f"{found['worked']:.0f} of the processor, installing {times['install_seconds']:.0f} and "
        f"{times['install_worked']:.0f}."
    )


def with_time(markdown: str, told: str) -> str:
    """A page whose words about time are those given."""
    first, last = map(re.escape, TIME_MARKS)
    return re.sub(
        f"{first}.*?{last}",
        lambda _: f"{TIME_MARKS[0]}\n{told}\n{TIME_MARKS[1]}",
        markdown,
        flags=re.S,
    )


def with_output(markdown: str, done: Run) -> str:
    """A page in which each output is what was printed, reasons too; what is alike else stays."""
    for block, shown in reversed(done.printed):
        printed = shortened(shown)
        if alike(block.text, shown):
            pairs = zip(block.text.splitlines(), printed.splitlines(), strict=True)
            printed = "".join(f"{new if _REASON.search(old) else old}\n" for old, new in pairs)
        markdown = markdown[: block.start] + printed + markdown[block.end :]
    return markdown


def main() -> None:
    """Run them, compare or write, and tell."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true")
    options.add_argument("--fresh", action="store_true")
    chosen = options.parse_args()
    failed = False
    times: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    tutorials: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        if chosen.fresh:
            times["busy"] = os.getloadavg()[0] > 1  # what else wants a processor
            programs, install = fresh_environment(Path(temporary, "environment"))
            times |= install
        else:
            programs = this_python(Path(temporary, "programs"))
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
            print(f"{name}: {done.steps} steps, {done.seconds:.1f} s, {done.worked:.1f} s worked")
            if chosen.write:
                page.write_text(with_output(markdown, done), "utf-8")
            elif done.wrong:
                print("\n".join(done.wrong))
                failed = True
    if chosen.fresh and not failed:
        times["tutorials"] = tutorials
        TIMES.write_text(json.dumps(times, indent=1) + "\n", "utf-8")
        for name in NAMES:
            page = TUTORIALS / f"{name}.md"
            page.write_text(with_time(page.read_text("utf-8"), time_told(name, times)), "utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
