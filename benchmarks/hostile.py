"""Whether hostile pages stay within the promised limits: ``python -m benchmarks.hostile``.

Each kind of page (benchmarks/hostile_pages) is made in growing sizes, cleaned, and written in all
forms (STEPS), each time in a fresh process with a time limit. The command fails unless every page
has a result, the processor time grows at most with the power 1.25 of the size, that of a step
alone with 1.5, and peak memory is at most 12 times the page plus half a gigabyte. ``--write``
stores the figures in docs/results/hostile.json and in the table of docs/hostile.md; kinds that were
not measured keep their figures.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from benchmarks.hostile_pages import PAGES, sized
from training.documents.markdown import write_section
from training.documents.results import commit
from training.paths import DOCS, RESULTS, ROOT

if TYPE_CHECKING:
    from boilerplate import CleanPage

HOSTILE_RESULTS: Final = RESULTS / "hostile.json"
DOCUMENT: Final = DOCS / "hostile.md"
MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.hostile --write` -->",
    "<!-- end of figures -->",
)
MB: Final = 1_000_000
SIZES: Final = (MB // 4, MB, 4 * MB)


@dataclass(frozen=True, slots=True)
class Promise:
    """What docs/hostile.md promises of every page."""

    power: float = 1.25  # of the size, with which the time may grow
    step_power: float = 1.5  # of a step alone: the record has more to do from some size on
    memory_per_byte: int = 12  # of the page ...
    base_memory: int = 512 << 20  # ... and in any case, in bytes
    seconds: int = 120  # of processor time; a batch gives each page 30 by default
    least_seconds: float = 0.1  # shorter times are noise, and their pages fit into caches


PROMISE: Final = Promise()
# Kinds that the promise was written for, each with a size that has broken programs.
LARGE_SIZES: Final = {
    "nested": 5 * MB,  # a million levels
    "nested-with-text": 7 * MB,
    "attributes": 9 * MB,  # a million
    "long-line": 100 * MB,
    "long-html-line": 100 * MB,
    "html-without-tags": 50 * MB,
    "data-uri": 50 * MB,
    "many-lines": 2 * MB,  # a million
    "many-links": 18 * MB,
    "many-ids": 14 * MB,
    "mark-tower": 10 * MB,
    "options": 9 * MB,
    "large-table": 20 * MB,
    "one-word": 20 * MB,
    "nul-bytes": 50 * MB,
    "random-bytes": 20 * MB,
}


# --------------------------------------------------------------------------- in a fresh process


def status(name: str) -> int:
    """A figure of this process in bytes: VmRSS for its memory, VmHWM for the peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise click.ClickException(f"/proc/self/status has no {name}")


def record(page: CleanPage) -> str:
    """The JSON of a page with all that it may have: metadata, reasons, and places of lines."""
    return json.dumps(page.to_dict("page", places=True), ensure_ascii=False)


def markdown(page: CleanPage) -> str:
    """Markdown with images, of all lines: what a page may have at worst, whatever is kept of it."""
    from boilerplate.output.render import markdown_of

    return markdown_of(tree_of(page, [True] * len(page.page.lines)))


def html(page: CleanPage) -> str:
    """HTML with images, of every second line."""
    from boilerplate.output.render import html_of

    return html_of(tree_of(page, [i % 2 == 0 for i in range(len(page.page.lines))]))


def tree_of(page: CleanPage, keep: Sequence[bool]) -> Any:
    from boilerplate.output.kept_tree import kept_tree

    return kept_tree(page.page, keep, page.predictions.roles, images=True)


# What is made of a page after it was cleaned, in this order.
STEPS: Final[Mapping[str, Callable[[CleanPage], str]]] = {
    "record": record,
    "markdown": markdown,
    "html": html,
}


def clean_one(path: Path) -> dict[str, Any]:
    """What one page costs: processor seconds, and peak memory beyond what the process had."""
    from boilerplate import Cleaner
    from boilerplate.plugins.manager import no_plugins

    cleaner = Cleaner(plugins=no_plugins())
    loaded = cleaner.clean("<p>What is loaded late is loaded now. Aber ja, das ist so.</p>")
    for step in STEPS.values():
        step(loaded)
    resource.setrlimit(resource.RLIMIT_CPU, (PROMISE.seconds, PROMISE.seconds))
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before = status("VmRSS")
    data = path.read_bytes()
    times = [time.process_time()]
    page = cleaner.clean(data)
    times.append(time.process_time())
    for step in STEPS.values():
        step(page)
        times.append(time.process_time())
    peak = status("VmHWM") - before
    spent = [round(after - before, 3) for before, after in pairwise(times)]
    return {
        "bytes": len(data),
        "seconds": round(times[-1] - times[0], 3),
        "steps": dict(zip(("clean", *STEPS), spent, strict=True)),
        "peak": max(peak, 0),
        "lines": len(page.page.lines),
        "unread": page.page.unread,
    }


# --------------------------------------------------------------------------- in the main process


def measured(name: str, size: int) -> dict[str, Any]:
    """What a page of one kind and size costs, or how it failed."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "page"
        path.write_bytes(sized(name, size))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hostile", "--one", path],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        )
        if done.returncode:
            message = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
            return {"bytes": path.stat().st_size, "failed": message[0][:200]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def powers(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The powers of the size with which the time of all steps and of each grows, but for noise.

    >>> rows = [{"bytes": 10, "seconds": 1.0, "steps": {"clean": 0.9, "html": 0.001}},
    ...         {"bytes": 100, "seconds": 10.0, "steps": {"clean": 9.0, "html": 0.001}}]
    >>> powers(rows)
    {'all': 1.0, 'clean': 1.0}
    """
    found = {"all": power(rows)}
    for step in rows[0].get("steps", {}):
        found[step] = power([{**row, "seconds": row["steps"][step]} for row in rows])
    return {step: each for step, each in found.items() if each is not None}


def power(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """The power of the size with which the time grows, by least squares; None if times are noise.

    >>> power([{"bytes": 10, "seconds": 1.0}, {"bytes": 100, "seconds": 100.0}])
    2.0
    """
    points = [
        (math.log(row["bytes"]), math.log(row["seconds"]))
        for row in rows
        if row.get("seconds", 0) >= PROMISE.least_seconds and not row.get("unread")
    ]
    if len({x for x, _ in points}) < 2:
        return None
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points)
    return round(slope / sum((x - x_mean) ** 2 for x, _ in points), 2)


def faults(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Messages on how a kind of page breaks the promise; empty if it does not."""
    messages = []
    for row in rows:
        size = f"{name}, {row['bytes'] / MB:.2f} MB"
        if "failed" in row:
            messages.append(f"{size}: {row['failed']}")
        elif row["peak"] > PROMISE.memory_per_byte * row["bytes"] + PROMISE.base_memory:
            messages.append(f"{size}: {row['peak'] >> 20} MiB")
    if not messages:
        messages += [
            f"{name}, {step}: time grows with the power {grows}"
            for step, grows in powers(rows).items()
            if grows > (PROMISE.power if step == "all" else PROMISE.step_power)
        ]
    return messages


def table(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """The lines of a table of the largest page of each kind, the slowest first."""
    head = (
        "| page | MB | lines | unread MB | seconds | cleaning | record | Markdown | HTML "
        "| MiB | power |"
    )
    rows = []
    for name, measures in kinds.items():
        last = max(measures, key=lambda row: row["bytes"])
        grows = power(measures)
        steps = " | ".join(f"{seconds:.2f}" for seconds in last["steps"].values())
        rows.append(
            (
                -last["seconds"],
                f"| {name} | {last['bytes'] / MB:.1f} | {last['lines']:,} | "
                f"{last['unread'] / MB:.1f} | {last['seconds']:.2f} | {steps} | "
                f"{last['peak'] >> 20} | {'' if grows is None else f'{grows:.2f}'} |",
            )
        )
    ruler = f"|---|{'---:|' * (head.count('|') - 2)}"
    return [head, ruler, *(row for _, row in sorted(rows))]


def store(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the results so far and the table: a run over all kinds takes long."""
    known = {name: kinds[name] for name in PAGES if name in kinds}
    HOSTILE_RESULTS.write_text(json.dumps({"kinds": known}, indent=1) + "\n", "utf-8")
    write_section(DOCUMENT, "\n".join([f"{heading(known)}:", "", *table(known)]), MARKERS)


def heading(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """At which commits the kinds were measured, that of most kinds first.

    >>> heading({"a": [{"commit": "0a1"}], "b": [{"commit": "0b2"}], "c": [{"commit": "0b2"}]})
    'The largest page of each kind, at commit `0b2` (2 kinds), `0a1` (1)'
    """
    commits = Counter(rows[-1]["commit"][:10] for rows in kinds.values())
    (first, number), *others = commits.most_common()
    rest = "".join(f", `{each}` ({n})" for each, n in others)
    return f"The largest page of each kind, at commit `{first}` ({number} kinds){rest}"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--one", type=click.Path(path_type=Path), hidden=True)
@click.option("--feared", is_flag=True, help="Also make some kinds in a much larger size.")
@click.option("--write", is_flag=True, help="Write the results and the table.")
def main(names: tuple[str, ...], one: Path | None, feared: bool, write: bool) -> None:
    """Clean hostile pages of all kinds, or of those named; fail if a promise is broken."""
    if one:
        click.echo(json.dumps(clean_one(one)))
        return
    if unknown := set(names) - set(PAGES):
        raise click.ClickException(f"unknown kinds of pages: {', '.join(sorted(unknown))}")
    stored = (
        json.loads(HOSTILE_RESULTS.read_text("utf-8"))
        if HOSTILE_RESULTS.exists()
        else {"kinds": {}}
    )
    broken = []
    for name in names or PAGES:
        sizes = [*SIZES, *([LARGE_SIZES[name]] if feared and name in LARGE_SIZES else [])]
        rows = [measured(name, size) for size in sizes]
        wrong = faults(name, rows)
        broken += wrong
        click.echo(f"{name}: " + "; ".join(wrong or [json.dumps(rows[-1])]))
        if not any("failed" in row for row in rows):
            stored["kinds"][name] = [row | {"commit": commit()["commit"]} for row in rows]
            if write:
                store(stored["kinds"])
    if broken:
        raise click.ClickException("\n".join(["broken promises:", *broken]))


if __name__ == "__main__":
    main()
