"""Whether cleaning has become slower: ``python -m benchmarks.gate``; half a minute.

Made-up pages in many languages are cleaned, with as many made-up trees as the shipped model has,
and parsed only. The gate fails if the ratio is over 1.2 times the one in benchmarks/gate.json. If
valgrind is installed, it counts instructions, which other work on the machine does not change: two
runs agree to five digits. Else processor time decides, the least of many rounds, which a busy
machine makes up to a fifth longer. ``--write`` records what is measured.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

STORED: Final = Path(__file__).with_name("gate.json")
ALLOWED: Final = 1.2  # times the recorded ratio
ROUNDS: Final = 40
ATTEMPTS: Final = 3  # by time; other work on the machine only makes it slower
GATE_LANGUAGES: Final = ("ar", "de", "en", "hi", "ja", "ru", "th", "tr", "zh-cn")
PARAGRAPHS: Final = 20
TREES: Final = 400  # of content ...
ROLE_TREES: Final = 250  # ... and of roles
CLEANING: Final = ("html", "text", "explained")
WORK: Final = ("nothing", "parse", *CLEANING)
# How often each runs while instructions are counted. Starting Python takes a few more or fewer
# instructions each time, which must not matter.
TIMES: Final = {"nothing": 1, "parse": 1000, **dict.fromkeys(CLEANING, 4)}


def work(model: str | None = None) -> dict[str, Callable[[], object]]:
    """The functions to measure; ``model`` is a file of made-up trees, by default made here."""
    import turbohtml

    from boilerplate import Cleaner
    from boilerplate.plugins.manager import no_plugins
    from boilerplate.reading.html import html_page
    from tests.made_up import made_up_model, news_page

    cleaner = Cleaner(
        model or made_up_model(n_trees=TREES, n_role_trees=ROLE_TREES), plugins=no_plugins()
    )
    for language in GATE_LANGUAGES:  # loads what each language needs
        cleaner.clean(news_page(language)).predictions[:1]
    pages = [news_page(language, PARAGRAPHS) for language in GATE_LANGUAGES]
    texts = ["\n".join(line.text for line in html_page(page).lines) for page in pages]
    return {
        "nothing": lambda: None,
        "parse": lambda: [turbohtml.parse(page, positions=False) for page in pages],
        "html": lambda: [cleaner.clean(page, kind="html").text for page in pages],
        "text": lambda: [cleaner.clean(text, kind="text").text for text in texts],
        "explained": lambda: [cleaner.clean(page, kind="html").predictions[:1] for page in pages],
    }


def by_time() -> dict[str, float]:
    """The ratio of each kind of CLEANING to the bare parse, by processor time."""
    tasks = work()
    least = dict.fromkeys(WORK, float("inf"))
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.process_time_ns()
            task()
            least[name] = min(least[name], time.process_time_ns() - start)
    return {name: least[name] / least["parse"] for name in CLEANING}


def by_instructions() -> dict[str, float]:
    """The ratio of each kind of CLEANING to the bare parse, by instructions."""
    from boilerplate.model.model import to_bytes
    from tests.made_up import made_up_model

    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model.zip"
        model.write_bytes(to_bytes(made_up_model(n_trees=TREES, n_role_trees=ROLE_TREES)))
        counts = {name: instructions(name, model) for name in WORK}
    each = {name: (counts[name] - counts["nothing"]) / TIMES[name] for name in WORK}
    return {name: each[name] / each["parse"] for name in CLEANING}


def instructions(name: str, model: Path) -> int:
    """The instructions of a process that does one kind of work, counted by cachegrind."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise click.ClickException("valgrind is not installed; use --measure time")
    options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    code = (
        f"from benchmarks.gate import work\ntask = work({str(model)!r})[{name!r}]\n"
        f"for _ in range({TIMES[name]}): task()"
    )
    done = subprocess.run(
        [valgrind, *options, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=STORED.parents[1],
        env={**os.environ, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
    )
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if not found:
        raise click.ClickException(f"cachegrind printed no count: {done.stderr[-500:]}")
    return int(found[1].replace(",", ""))


def measured(measure: str, stored: dict[str, float]) -> dict[str, float]:
    """The ratios; by time, the best of up to three attempts while they are too high."""
    if measure == "instructions":
        return by_instructions()
    best = by_time()
    for _ in range(ATTEMPTS - 1):
        if all(best[name] <= ALLOWED * stored.get(name, 0.0) for name in best):
            break
        again = by_time()
        best = {name: min(best[name], again[name]) for name in best}
    return best


@click.command()
@click.option("--write", is_flag=True, help="Record the measured ratios.")
@click.option(
    "--measure",
    type=click.Choice(["instructions", "time"]),
    help="What to count.  [default: instructions if valgrind is installed]",
)
def main(write: bool, measure: str | None) -> None:
    """Fail if cleaning takes 1.2 times as long as recorded, relative to the bare parse."""
    measure = measure or ("instructions" if shutil.which("valgrind") else "time")
    stored = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    found = measured(measure, stored.get(measure, {}))
    if write:
        stored[measure] = {name: round(value, 2) for name, value in found.items()}
        STORED.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", "utf-8")
    slower = []
    for name, value in found.items():
        known = stored[measure][name]
        click.echo(f"{name} by {measure}: {value:.2f} times the bare parse, recorded {known:.2f}")
        if value > ALLOWED * known:
            slower.append(name)
    if slower:
        raise click.ClickException(f"more than 1.2 times as slow as recorded: {', '.join(slower)}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.gate")
