"""The figures of a crawl in docs/many-pages.md, and its picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Final

from benchmarks.crawl_measures import Measured
from training.documents.figures import new_figure, save_figure
from training.documents.markdown import write_section

MARKERS: Final = ("<!-- made by benchmarks.crawl -->", "<!-- end -->")
COMMON_CRAWL_PAGES: Final = 3_000_000_000  # of one month


def write_document(runs: list[Measured], docs: Path) -> None:
    """Write the figures of runs into many-pages.md and the results, and draw them."""
    results = docs / "results" / "crawl.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps([asdict(run) for run in runs]) + "\n", "utf-8")
    draw(runs, docs / "pictures" / "crawl.png")
    page = docs / "many-pages.md"
    section = "\n".join(["", *table_of(runs), "", *in_words(runs), ""])
    write_section(page, section, MARKERS)


def table_of(runs: list[Measured]) -> list[str]:
    """The lines of a Markdown table with one row for each run."""
    lines = [
        "| workers | records | lost | errors | s | pages/s | worker's ms a page "
        "| main process's ms a page | MiB, main process | MiB, largest worker |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in runs:
        own, worker = one.peak
        worked, read = (
            1000 * each / one.records for each in (one.worker_cpu_seconds, one.own_cpu_seconds)
        )
        lines.append(
            f"| {one.jobs} | {one.records} | {one.lost} | {one.errors} | {one.seconds:.0f} | "
            f"{one.records / one.seconds:.0f} | "
            f"{worked:.2f} | {read:.2f} | {own:.0f} | {worker:.0f} |"
        )
    return lines


def in_words(runs: list[Measured]) -> list[str]:
    """The lines on the runs, and on what three billion pages would cost."""
    longest = max(runs, key=lambda one: one.records)
    one, most = runs[0], runs[-1]
    size = longest.input_bytes / longest.records
    worked = longest.worker_cpu_seconds / longest.records
    own = longest.own_cpu_seconds / longest.records
    hours = COMMON_CRAWL_PAGES * (worked + own) / 3600
    out = longest.output_bytes / longest.records
    faster = (most.records / most.seconds) / (one.records / one.seconds)
    peak = longest.peak
    return [
        f"A page has {size / 1000:.1f} KB as it lies in its file, and {out / 1000:.1f} KB in the "
        f"output. {most.jobs} workers are {faster:.2f} times as fast as {one.jobs}.",
        "",
        "![memory and pages a second over time, and by workers](pictures/crawl.png)",
        "",
        "### Three billion pages, on paper",
        "",
        "Common Crawl has about 90,000 WARC files a month, of some 33,000 pages and 1 GB each. If "
        "its pages were like these:",
        "",
        "| | |",
        "|---|---|",
        f"| a page | {worked + own:.4f} s of one core: {worked:.4f} in the worker, {own:.4f} to "
        "read, ship and write |",
        f"| a shard (one WARC file) | 33,000 pages: {33_000 * (worked + own) / 60:.0f} minutes on "
        "one core |",
        f"| all | {hours:,.0f} core-hours: {hours / 1000:.0f} hours on 1000 cores |",
        f"| memory | {peak[1]:.0f} MiB a worker, {peak[0]:.0f} a main process |",
        f"| output | {COMMON_CRAWL_PAGES * out / 1e12:.1f} TB in `jsonl.zst` |",
        f"| a main process | feeds {worked / own:.0f} workers |",
        "| machines that are taken away | each costs half a shard for each core it had: at 5 % an "
        "hour, 1 % of the work or less |",
        "| poison pages | each costs its budget two or three times, and a worker's start: at one "
        f"in 100,000 pages and 30 s each, {COMMON_CRAWL_PAGES / 1e5 * 60 / 3600:,.0f} core-hours |",
    ]


def draw(runs: list[Measured], target: Path) -> None:
    """Draw memory and throughput over the longest run, and throughput by workers."""
    figure = new_figure(11, 3.4)
    memory, speed, scaling = figure.subplots(1, 3)
    moments = max(runs, key=lambda one: one.records).moments
    minutes = [m[0] / 60 for m in moments]
    memory.plot(minutes, [m[1] for m in moments], color="#0072B2", label="main process")
    memory.plot(minutes, [m[2] for m in moments], color="#D55E00", label="largest worker")
    memory.set(xlabel="minutes", ylabel="MiB", ylim=(0, None))
    memory.legend(frameon=False)
    rates = [
        (now[3] - then[3]) / (now[0] - then[0])
        for then, now in pairwise(moments)
        if now[0] > then[0]
    ]
    speed.plot(minutes[1 : len(rates) + 1], rates, color="#D55E00")
    speed.set(xlabel="minutes", ylabel="pages a second", ylim=(0, None))
    workers = [str(one.jobs) for one in runs]
    scaling.bar(workers, [one.records / one.seconds for one in runs], color="#0072B2")
    scaling.set(xlabel="workers", ylabel="pages a second")
    for panel in (memory, speed, scaling):
        panel.spines[["top", "right"]].set_visible(False)
    save_figure(figure, target)
