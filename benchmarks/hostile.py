"""Whether hostile pages keep their promise: ``python -m benchmarks.hostile``.

Each kind of page (benchmarks/hostile_pages.py) is made in growing sizes and cleaned, its lines
written as JSON, each time in a fresh process that is given the seconds and the memory of one page
of a run. What must hold: every page has a result; the processor time grows no faster than with
the power 1.25 of the size; the peak of memory stays below 12 times the page and half a gigabyte.
Fails otherwise. ``--write`` keeps what was measured in docs/results/hostile.json and the table of
docs/hostile.md; kinds that were not asked for keep what they had.
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
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.hostile_pages import PAGES, sized

HERE: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = HERE / "docs/results/hostile.json"
DOCUMENT: Final = HERE / "docs/hostile.md"
MARKS: Final = (
    "<!-- figures: made by `python -m benchmarks.hostile --write` -->",
    "<!-- end of figures -->",
)
MB: Final = 1_000_000
SIZES: Final = (MB // 4, MB, 4 * MB)
MAX_POWER: Final = 1.25  # of the size, with which the time may grow
LEAST_SECONDS: Final = 0.05  # below it a time is noise
TIMES_THE_PAGE: Final = 12
BESIDES: Final = 512 << 20  # bytes of memory, whatever the size
SECONDS: Final = 120  # of the processor, of which a run gives a page 30 by default
# What the promise was written for, each at the size at which it is feared.
FEARED: Final = {
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


def clean_one(path: Path) -> dict[str, Any]:
    """What one page takes: processor seconds, and bytes beyond what this process had."""
    from boilerplate import Cleaner
    from boilerplate.plugins.manager import no_plugins

    cleaner = Cleaner(plugins=no_plugins())
    cleaner.clean("<p>What is loaded late is loaded now. Aber ja, das ist so.</p>")
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    data = path.read_bytes()
    begun = time.process_time()
    page = cleaner.clean(data)
    # With kinds and reasons, which are worked out when they are asked for.
    written = json.dumps(page.to_dict("page"), ensure_ascii=False)
    seconds = time.process_time() - begun
    peak = status("VmHWM") - before
    written.encode("utf-8", "backslashreplace")
    return {
        "bytes": len(data),
        "seconds": round(seconds, 3),
        "peak": max(peak, 0),
        "lines": len(page.page.lines),
        "unread": page.page.unread,
    }


# ------------------------------------------------------------------------------- in the parent


def measured(name: str, size: int) -> dict[str, Any]:
    """What a page of a kind took, or what came of it instead."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "page"
        path.write_bytes(sized(name, size))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hostile", "--one", path],
            capture_output=True,
            text=True,
            cwd=HERE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
            return {"bytes": path.stat().st_size, "failed": said[0][:200]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def power(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """The power of the size with which the time grows, by least squares; None if all is noise.

    >>> power([{"bytes": 10, "seconds": 1.0}, {"bytes": 100, "seconds": 100.0}])
    2.0
    """
    points = [
        (math.log(row["bytes"]), math.log(row["seconds"]))
        for row in rows
        if row.get("seconds", 0) >= LEAST_SECONDS and not row.get("unread")
    ]
    if len({x for x, _ in points}) < 2:
        return None
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points)
    return round(slope / sum((x - x_mean) ** 2 for x, _ in points), 2)


def faults(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """In what a kind of page breaks the promise."""
    said = []
    for row in rows:
        size = f"{name}, {row['bytes'] / MB:.2f} MB"
        if "failed" in row:
            said.append(f"{size}: {row['failed']}")
        elif row["peak"] > TIMES_THE_PAGE * row["bytes"] + BESIDES:
            said.append(f"{size}: {row['peak'] >> 20} MiB")
    grows = power(rows)
    if grows is not None and grows > MAX_POWER:
        said.append(f"{name}: time grows with the power {grows}")
    return said


def table(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """What the largest page of each kind took, the slowest first."""
    head = "| page | MB | lines | unread MB | seconds | MiB | power |"
    rows = []
    for name, measures in kinds.items():
        last = max(measures, key=lambda row: row["bytes"])
        grows = power(measures)
        rows.append(
            (
                -last["seconds"],
                f"| {name} | {last['bytes'] / MB:.1f} | {last['lines']:,} | "
                f"{last['unread'] / MB:.1f} | {last['seconds']:.2f} | {last['peak'] >> 20} | "
                f"{'' if grows is None else f'{grows:.2f}'} |",
            )
        )
    return [head, "|---|---:|---:|---:|---:|---:|---:|", *(row for _, row in sorted(rows))]


def keep(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write what is known by now: a run over all kinds takes long, and may be stopped."""
    from training.card import commit, write_section

    known = {name: kinds[name] for name in PAGES if name in kinds}
    RESULTS.write_text(json.dumps(commit() | {"kinds": known}, indent=1) + "\n", "utf-8")
    about = f"At commit `{commit()['commit'][:10]}`, the largest page of each kind:"
    section = "\n".join([about, "", *table(known)])
    write_section(DOCUMENT, section, MARKS)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--one", type=click.Path(path_type=Path), hidden=True)
@click.option("--feared", is_flag=True, help="Each at the size at which it is feared, too.")
@click.option("--write", is_flag=True, help="Keep what is measured, and the table.")
def main(names: tuple[str, ...], one: Path | None, feared: bool, write: bool) -> None:
    """Clean hostile pages of some kinds, or of all, in growing sizes; fail on a broken promise."""
    if one:
        click.echo(json.dumps(clean_one(one)))
        return
    if unknown := set(names) - set(PAGES):
        raise click.ClickException(f"no such pages: {', '.join(sorted(unknown))}")
    stored = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"kinds": {}}
    broken = []
    for name in names or PAGES:
        sizes = [*SIZES, *([FEARED[name]] if feared and name in FEARED else [])]
        rows = [measured(name, size) for size in sizes]
        wrong = faults(name, rows)
        broken += wrong
        click.echo(f"{name}: " + "; ".join(wrong or [json.dumps(rows[-1])]))
        if not any("failed" in row for row in rows):
            stored["kinds"][name] = rows
            if write:
                keep(stored["kinds"])
    if broken:
        raise click.ClickException("\n".join(["broken promises:", *broken]))


if __name__ == "__main__":
    main()
