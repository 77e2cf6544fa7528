"""How fast we are beside other tools: ``python -m benchmarks.speed``.

500 pages of the corpora's ``dev`` and ``test`` sites, of all languages and sizes, on one core.
Tools take turns on each page, so that whatever else the machine does hits all of them alike;
what counts is processor time, the least of the rounds for each page, and then the median page.
Speed needs no labels, and nobody looks at the pages.

A whole run writes docs/results/speed.json, docs/speed.md and docs/pictures/speed.png.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import click
import numpy as np
import turbohtml

from benchmarks.tools import (
    OURS,
    PEERS,
    Input,
    installed,
    kept_by,
    line_rule,
    markup_of,
    quiet_and_offline,
)
from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.pool import WorkerPool
from boilerplate.batch.record import Record
from boilerplate.batch.shard import Job, clean_shard, shards_of
from boilerplate.cleaner import Cleaner
from boilerplate.kernels import select as acceleration
from boilerplate.plugins.hookspecs import hookimpl
from boilerplate.plugins.manager import load_plugins
from boilerplate.plugins.plugin import Settings
from boilerplate.plugins.rules import SiteRules
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.site_models.folder import SUFFIX
from boilerplate.site_models.site_model import SiteModel
from training import corpora
from training.__main__ import HERE, cache_option, source_option
from training.corpora import CORPORA, GoldPage
from training.split import split_of

PAGES: Final = 500
ROUNDS: Final = 3
SPLITS: Final = ("dev", "test")
DIGITS: Final = 4
PARSE: Final = "parse alone"
EXPLAINED: Final = f"{OURS}, with every line's kind and reason"
OF_PEERS: Final = (
    "trafilatura", "rs-trafilatura", "resiliparse", "readability-lxml", "newspaper4k", "jusText",
    "boilerpy3",
)  # fmt: skip
TEXT_PEERS: Final = ("trafilatura", "jusText")  # their lines come as paragraphs of HTML
SLOW_ROUNDS: Final = 1  # of the tools that take far longer than we do: they would be all the run
SLOW: Final = frozenset(OF_PEERS) - {"resiliparse"}
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)  # bytes of a page that grows
STARTS: Final = 7  # fresh processes, of which the median counts
MEMORY_PAGES: Final = (500, 10_000)
Run = Callable[[], object]


def draw(golds: Iterable[GoldPage], number: int, splits: Sequence[str] = SPLITS) -> list[GoldPage]:
    """Pages of all corpora and languages in turn, in an order that depends on their names only."""
    groups: dict[tuple[str, str], list[GoldPage]] = defaultdict(list)
    for gold in golds:
        if split_of(gold.site) in splits:
            part = gold.page_type if gold.corpus == "wcxb" else gold.language
            groups[gold.corpus, part].append(gold)
    for group in groups.values():
        group.sort(key=_place)
    drawn: list[GoldPage] = []
    for turn in range(max(map(len, groups.values()), default=0)):
        drawn += [groups[key][turn] for key in sorted(groups) if turn < len(groups[key])]
    return drawn[:number]


def _place(gold: GoldPage) -> tuple[int, str]:
    return crc32(f"speed/{gold.corpus}/{gold.id}".encode()), gold.id


def seconds(run: Run) -> float:
    """The processor time of a call; what it raises is its affair."""
    start = time.process_time()
    with suppress(Exception):  # a tool that fails on a page has spent its time on it
        run()
    return time.process_time() - start


def interleaved(runs: Mapping[str, Sequence[Run]], rounds: int) -> dict[str, list[float]]:
    """Least processor time of each tool on each page: {tool: [seconds of a page, ...]}."""
    pages = len(next(iter(runs.values())))
    least = {name: [float("inf")] * pages for name in runs}
    for turn in range(rounds):
        for page in range(pages):
            gc.collect(0)
            for name, calls in runs.items():
                if turn < SLOW_ROUNDS or name not in SLOW:
                    least[name][page] = min(least[name][page], seconds(calls[page]))
    return least


def html_runs(golds: Sequence[GoldPage], cleaner: Cleaner) -> dict[str, list[Run]]:
    """Each tool on each page as HTML."""
    tools, _, _ = installed(tool for tool in PEERS if tool.name in OF_PEERS)
    runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
    runs |= {PARSE: [], OURS: [], EXPLAINED: []}
    for gold in golds:
        markup = decode(gold.html)
        given = Input(markup, html_page(""), gold.url, gold.language)
        runs[PARSE].append(lambda m=markup: turbohtml.parse(m, positions=False))
        runs[OURS].append(lambda m=markup, u=gold.url: cleaner.clean(m, u, "html").text)
        runs[EXPLAINED].append(
            lambda m=markup, u=gold.url: cleaner.clean(m, u, "html").predictions[:1]
        )
        for tool in tools:
            runs[tool.name].append(lambda t=tool, g=given: t.run(g))
    return runs


def text_runs(
    golds: Sequence[GoldPage], cleaner: Cleaner
) -> tuple[dict[str, list[Run]], list[int]]:
    """Each tool on each page as bare lines, and how many lines those are."""
    tools, _, _ = installed(tool for tool in PEERS if tool.name in TEXT_PEERS)
    runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
    runs |= {OURS: [], EXPLAINED: [], "line rule": []}
    lines = []
    judge = kept_by(line_rule)
    for gold in golds:
        page = html_page(decode(gold.html))
        texts = [line.text for line in page.lines]
        if not texts:
            continue
        text, given = "\n".join(texts), Input(markup_of(texts), page, None, gold.language)
        lines.append(len(texts))
        runs[OURS].append(lambda t=text: cleaner.clean(t, kind="text").text)
        runs[EXPLAINED].append(lambda t=text: cleaner.clean(t, kind="text").predictions[:1])
        runs["line rule"].append(lambda g=given: judge(g))
        for tool in tools:
            runs[tool.name].append(lambda t=tool, g=given: t.run(g))
    return runs, lines


def compared(least: Mapping[str, Sequence[float]], to: str) -> dict[str, dict[str, float]]:
    """Of each tool: milliseconds of the median page, pages a second, and the median ratio."""
    rows = {}
    for name, values in least.items():
        ratios = [value / base for value, base in zip(values, least[to], strict=True) if base]
        median = statistics.median(values)
        rows[name] = {
            "ms": 1000 * median,
            "pages_a_second": len(values) / sum(values),
            "ratio": statistics.median(ratios),
        }
    return rows


def growing(golds: Sequence[GoldPage], cleaner: Cleaner) -> dict[str, Any]:
    """Processor time of pages from 1 KB to 10 MB, put together of real ones, and its slope.

    The slope is of the logarithms, by least squares from 100 KB on: 1 is linear.
    """
    bodies = [
        markup[max(markup.find("<body"), 0) :] for gold in golds for markup in [decode(gold.html)]
    ]
    rows = []
    for size in SIZES:
        parts: list[str] = []
        have = 0
        while have < size:
            for body in bodies:
                part = body[: size - have]
                parts.append(f"<div>{part}</div>")
                have += len(part)
                if have >= size:
                    break
        markup = "".join(parts)
        times = min(seconds(lambda m=markup: cleaner.clean(m, kind="html")) for _ in range(2))
        base = min(seconds(lambda m=markup: turbohtml.parse(m, positions=False)) for _ in range(2))
        lines = len(html_page(markup).lines)
        rows.append({"bytes": size, "lines": lines, "ms": 1000 * times, "parse_ms": 1000 * base})
    x = np.log([row["bytes"] for row in rows[2:]])
    y = np.log([row["ms"] for row in rows[2:]])
    return {"sizes": rows, "slope": float(np.polyfit(x, y, 1)[0])}


_CHILD: Final = """
import sys, time
start = time.process_time()
{code}
print(time.process_time() - start)
"""


def of_fresh_process(code: str, times: int = STARTS) -> float:
    """Milliseconds of processor time that code takes in a fresh process; the median of some."""
    found = []
    for _ in range(times):
        child = subprocess.run(
            [sys.executable, "-c", _CHILD.format(code=code)],
            capture_output=True,
            text=True,
            check=True,
            cwd=HERE,
        )
        found.append(1000 * float(child.stdout.split()[-1]))
    return statistics.median(found)


def of_help() -> float:
    """Milliseconds of processor time of ``boilerplate --help``, the interpreter's included."""
    found = []
    script = Path(sys.executable).with_name("boilerplate")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "boilerplate"]
    for _ in range(STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [*command, "--help"],
            capture_output=True,
            check=True,
            cwd=HERE,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return statistics.median(found)


_PEAK: Final = """
import json, re, sys
from boilerplate import Cleaner
pages = json.load(sys.stdin)
cleaner = Cleaner({model!r})
for i in range({number}):
    cleaner.clean(pages[i % len(pages)], kind={kind!r})
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def peak(pages: Sequence[str], model: str | None, number: int) -> float:
    """The most memory, in MB, that a process holds while it cleans so many pages as text.

    By Linux's own account: getrusage counts what the parent held before the fork.
    """
    code = _PEAK.format(model=model, number=number, kind="text")
    child = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(pages),
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
    )
    return int(child.stdout.split()[-1]) / 1024


def starting(model: str | None) -> dict[str, float]:
    """What a fresh process waits for, ms of processor time."""
    load = f"from boilerplate import load_model\nstart = time.process_time()\nload_model({model!r})"
    first = (
        f"import boilerplate\nc = boilerplate.Cleaner({model!r})\nstart = time.process_time()\n"
        "c.clean('<p>The council discussed the new bus lines yesterday evening.', kind='html')"
    )
    return {
        "import_ms": of_fresh_process("import boilerplate"),
        "help_ms": of_help(),
        "load_ms": of_fresh_process(load),
        "first_page_ms": of_fresh_process(first),
    }


BATCH_PAGES: Final = 400
BATCH_JOBS: Final = (1, 2)
BATCH_ROUNDS: Final = 3
KNOWN_SITES: Final = (0, 100, 10_000)


def in_batches(golds: Sequence[GoldPage], model: str | None) -> dict[str, Any]:
    """The same pages as one shard after another, with one worker and with two.

    ``speedup`` is of the least times by the clock: of a machine that others use it says little.
    """
    pages = [gold.html for gold in golds][:BATCH_PAGES]
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "pages.jsonl")
        with source.open("w", encoding="utf-8") as file:
            for i, page in enumerate(pages):
                text = decode(page).encode("utf-8", "replace").decode()
                file.write(json.dumps({"id": str(i), "html": text}) + "\n")
        recipe = CleanerConfig.of(Cleaner(model))
        for turn in range(BATCH_ROUNDS):
            for jobs in BATCH_JOBS:
                job = Job(recipe, str(Path(scratch, f"{turn}-{jobs}")), "jsonl")
                with WorkerPool(recipe, jobs) as workers:
                    # Workers start before the clock does, and warm up on a few pages each.
                    for future in [workers.submit([_warm(i)]) for i in range(8 * jobs)]:
                        future.result()
                    begun, own = time.monotonic(), time.process_time()
                    shard = shards_of([(source, Path(source.name))])[0]
                    report = clean_shard(shard, job, workers)
                    taken, own = time.monotonic() - begun, time.process_time() - own
                if report.problem or report.records != len(pages):
                    raise click.ClickException(f"the batch failed: {report}")
                found = {"seconds": taken, "main_ms_a_page": 1000 * own / len(pages)}
                row = rows.setdefault(str(jobs), found)
                row |= {name: min(row[name], value) for name, value in found.items()}
    one, two = (rows[str(jobs)]["seconds"] for jobs in BATCH_JOBS)
    return {"pages": len(pages), "jobs": rows, "speedup": one / two}


def _warm(number: int) -> Record:
    return Record(number, str(number), "<p>The council discussed the new bus lines yesterday.")


def with_known_sites(golds: Sequence[GoldPage], model: str | None) -> list[dict[str, float]]:
    """Milliseconds a page of an unknown site, by how many sites have rules and models."""
    pages = [
        (decode(gold.html), f"https://unknown{i}.example/") for i, gold in enumerate(golds[:40])
    ]
    learned = SiteModel("site.example").fit([html_page(page) for page, _ in pages[:5]])
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        learned.save(Path(scratch, "one"))
        stored = Path(scratch, "one").read_bytes()
        for number in KNOWN_SITES:
            folder = Path(scratch, str(number))
            folder.mkdir()
            for i in range(number):
                (folder / f"site{i}.example{SUFFIX}").write_bytes(stored)
            rules = [SiteRules(hosts=(f"site{i}.example",), drop=("Share",)) for i in range(number)]
            given = {"many": _Rules(tuple(rules))} if number else {}
            cleaner = Cleaner(
                model, plugins=load_plugins(Settings(only=frozenset(given), given=given)),
                site_models=folder,
            )  # fmt: skip
            times = [
                min(
                    seconds(lambda p=page, u=url, c=cleaner: c.clean(p, u, "html"))
                    for _ in range(3)
                )
                for page, url in pages
            ]
            rows.append({"sites": number, "ms": 1000 * statistics.median(times)})
    return rows


class _Rules:
    """A plugin of many sites' rules."""

    def __init__(self, rules: tuple[SiteRules, ...]) -> None:
        self.rules = rules

    @hookimpl
    def site_rules(self) -> tuple[SiteRules, ...]:
        return self.rules


def measure(
    golds: Sequence[GoldPage], model: str | None, rounds: int, memory: bool
) -> dict[str, Any]:
    """Everything, as JSON."""
    cleaner = Cleaner(model)
    start = starting(model)
    _, missing, versions = installed(tool for tool in PEERS if tool.name in OF_PEERS)
    quiet_and_offline()
    in_html = html_runs(golds, cleaner)
    in_text, lines = text_runs(golds, cleaner)
    for runs in (in_html, in_text):  # what tools load on first use is loaded before
        for calls in runs.values():
            seconds(calls[0])
    html = compared(interleaved(in_html, rounds), PARSE)
    least = interleaved(in_text, rounds)
    text = compared(least, OURS)
    for name, row in text.items():
        row["lines_a_second"] = sum(lines) / sum(least[name])
        each = (n / t for n, t in zip(lines, least[name], strict=True) if t)
        row["lines_a_second_median"] = statistics.median(each)
    sizes = sorted(len(gold.html) for gold in golds)
    texts = ["\n".join(line.text for line in html_page(decode(g.html)).lines) for g in golds[:100]]
    texts = [text for text in texts if len(text) < 100_000]
    kept = [peak(texts, model, number) for number in MEMORY_PAGES] if memory else []
    return {
        "benchmark": "speed",
        "splits": list(SPLITS),
        "pages": len(golds),
        "languages": len({gold.language for gold in golds if gold.language}),
        "rounds": rounds,
        "page_bytes": {"least": sizes[0], "median": sizes[len(sizes) // 2], "most": sizes[-1]},
        "lines": {"median": statistics.median(lines), "all": sum(lines)},
        "accelerated": acceleration.accelerated,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": dict(sorted(versions.items())),
        "parser": version("turbohtml"),
        "missing": [*missing, "dragnet"],
        "html": html,
        "text": text,
        "start": start,
        "growth": growing(golds, cleaner),
        "batch": in_batches(golds, model),
        "known_sites": with_known_sites(golds, model),
        "peak_mb": dict(zip(map(str, MEMORY_PAGES), kept, strict=False)),
    }


# ------------------------------------------------------------------------------ the document


def document(results: Mapping[str, Any], stages: Mapping[str, Any] | None = None) -> str:
    """docs/speed.md; ``stages`` are the results of ``benchmarks.stages``, where there are any."""
    html, text, start = results["html"], results["text"], results["start"]
    ours, base = html[OURS], html[PARSE]
    size = results["page_bytes"]
    out = [
        "# Speed",
        "",
        "Made by `python -m benchmarks.speed` from `results/speed.json`; do not edit.",
        "",
        f"{results['pages']} pages of the corpora's {' and '.join(results['splits'])} sites in "
        f"{results['languages']} languages, {size['least'] / 1e3:.0f} KB to "
        f"{size['most'] / 1e6:.1f} MB, the median {size['median'] / 1e3:.0f} KB with "
        f"{results['lines']['median']:.0f} lines; one core, processor time, the least of "
        f"{results['rounds']} interleaved rounds (of {SLOW_ROUNDS} for tools far slower than we "
        f"are), Python {results['python']} on {results['machine']}, compiled hot paths "
        f"{'on' if results['accelerated'] else 'off'}. Ratios are of the same page in the same "
        "run, and the median page counts.",
        "",
        f"Not installed here, and so not measured: {', '.join(results['missing'])}.",
        "",
        "![speed](pictures/speed.png)",
        "",
        "## HTML",
        "",
        "| tool | median page, ms | pages a second | times the bare parse | times us |",
        "|---|---|---|---|---|",
    ]
    for name, row in sorted(html.items(), key=lambda item: item[1]["ms"]):
        out.append(
            f"| {_titled(name, results)} | {row['ms']:.2f} | {row['pages_a_second']:.0f} | "
            f"{row['ratio']:.1f} | {row['ms'] / ours['ms']:.2f} |"
        )
    out += [
        "",
        "Pages a second are pages over the sum of their times, in which the longest pages count "
        "most.",
        "",
        "## Bare text",
        "",
        "| tool | median page, ms | lines a second | on the median page |",
        "|---|---|---|---|",
    ]
    for name, row in sorted(text.items(), key=lambda item: item[1]["ms"]):
        out.append(
            f"| {_titled(name, results)} | {row['ms']:.2f} | {row['lines_a_second']:,.0f} | "
            f"{row['lines_a_second_median']:,.0f} |"
        )
    growth = results["growth"]
    out += [
        "",
        "Tools for HTML are given the lines as paragraphs; the line rule is "
        "[accuracy.md](accuracy.md)'s, punctuation and little more.",
        "",
        *(stages_table(stages) if stages else ()),
        "## Long pages",
        "",
        "| bytes of HTML | lines | ms | parse alone, ms |",
        "|---|---|---|---|",
        *(
            f"| {row['bytes']:,} | {row['lines']:,} | {row['ms']:.1f} | {row['parse_ms']:.1f} |"
            for row in growth["sizes"]
        ),
        "",
        f"From {SIZES[2]:,} bytes on, time grows with the power {growth['slope']:.2f} of the size; "
        "1 is linear.",
        "",
        "## Starting, and memory",
        "",
        "| | | target |",
        "|---|---|---|",
        f"| `import boilerplate` | {start['import_ms']:.0f} ms | 50 ms |",
        f"| `boilerplate --help`, with the interpreter | {start['help_ms']:.0f} ms | 150 ms |",
        f"| loading the model, numpy included | {start['load_ms']:.0f} ms | 150 ms |",
        f"| the first page after it | {start['first_page_ms']:.0f} ms | |",
        *(
            f"| peak memory over {int(number):,} pages of text | {mb:.0f} MB | 250 MB |"
            for number, mb in results["peak_mb"].items()
        ),
        "",
        *(many_pages(results) if "batch" in results else ()),
        "## Targets",
        "",
        "| target | measured | reached |",
        "|---|---|---|",
    ]
    for name, shown, reached in targets(results):
        out.append(f"| {name} | {shown} | {'yes' if reached else 'no'} |")
    out += [
        "",
        f"The bare parse of the median page takes {base['ms']:.2f} ms. What stands in the way of "
        "three times that is told in [architecture.md](architecture.md#where-the-time-goes).",
        "",
    ]
    return "\n".join(out)


def many_pages(results: Mapping[str, Any]) -> list[str]:
    """What worker processes and known sites cost."""
    batch = results["batch"]
    return [
        "## Many pages, and many sites",
        "",
        f"{batch['pages']} of the pages as one file of JSON lines, cleaned by `clean_shard`; by "
        "the clock, the least of some rounds.",
        "",
        "| workers | s | main process, ms of processor time a page |",
        "|---|---|---|",
        *(
            f"| {jobs} | {row['seconds']:.1f} | {row['main_ms_a_page']:.2f} |"
            for jobs, row in batch["jobs"].items()
        ),
        "",
        "Pages of sites that nothing is known of, with rules and site models of so many others:",
        "",
        "| sites with rules and with models | ms of the median page |",
        "|---|---|",
        *(f"| {row['sites']:,} | {row['ms']:.2f} |" for row in results["known_sites"]),
        "",
    ]


def stages_table(stages: Mapping[str, Any]) -> list[str]:
    """The steps of the median page, in ms, by each path in each mode."""
    html, text = stages["ms"]["html"], stages["ms"]["text"]
    return [
        "## Where the time of a page goes",
        "",
        f"Processor time around each step, {stages['pages']} of the pages, by `python -m "
        "benchmarks.stages`; milliseconds of the median page, so that the steps need not add up.",
        "",
        "| step | HTML, compiled | HTML, plain | text, compiled | text, plain |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {html['compiled'][name]:.2f} | {html['plain'][name]:.2f} | "
            f"{text['compiled'][name]:.2f} | {text['plain'][name]:.2f} |"
            for name in html["compiled"]
        ),
        "",
    ]


def targets(results: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What was aimed at, what was measured, and whether that is enough."""
    html, text, start = results["html"], results["text"], results["start"]
    ratio = html[OURS]["ratio"]
    rows = [("HTML: at most 3 times the bare parse", f"{ratio:.1f} times", ratio <= 3)]
    for name, times in (("trafilatura", 6.0), ("jusText", 1.0), ("boilerpy3", 1.0)):
        if name in html:
            faster = html[name]["ms"] / html[OURS]["ms"]
            goal = (
                f"HTML: {times:g} times as fast as {name}"
                if times > 1
                else f"HTML: ahead of {name}"
            )
            rows.append((goal, f"{faster:.1f} times as fast", faster >= times))
    lines = text[OURS]["lines_a_second"]
    rows.append(("bare text: 60,000 lines a second", f"{lines:,.0f}", lines >= 60_000))
    if "jusText" in text:
        # which is what 60,000 are where jusText does 17,000
        faster = lines / text["jusText"]["lines_a_second"]
        goal = "bare text: 3.5 times as fast as jusText"
        rows.append((goal, f"{faster:.1f} times as fast", faster >= 3.5))
    for key, name, most in (
        ("import_ms", "`import boilerplate` under 50 ms", 50),
        ("help_ms", "`boilerplate --help` under 150 ms", 150),
        ("load_ms", "loading the model under 150 ms", 150),
    ):
        rows.append((name, f"{start[key]:.0f} ms", start[key] < most))
    if "batch" in results:
        times = results["batch"]["speedup"]
        goal = "a batch on 2 cores at least 1.85 times as fast as on one"
        rows.append((goal, f"{times:.2f} times", times >= 1.85))
    if results["peak_mb"]:
        most_mb = max(results["peak_mb"].values())
        rows.append(("peak memory under 250 MB", f"{most_mb:.0f} MB", most_mb < 250))
    slope = results["growth"]["slope"]
    rows.append(("time linear in the size of a page", f"power {slope:.2f}", slope < 1.1))
    return rows


def _titled(name: str, results: Mapping[str, Any]) -> str:
    if name == OURS:
        return f"**{OURS}**"
    if name == PARSE:
        return f"turbohtml {results['parser']}, {PARSE}"
    return f"{name} {results['versions'].get(name.lower(), '')}".strip()


def picture(results: Mapping[str, Any], target: Path) -> None:
    """Milliseconds of the median page of each tool, and growth with the size of a page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from benchmarks.pictures import COLOURS, DPI

    figure = Figure(figsize=(11, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    rows = sorted(results["html"].items(), key=lambda item: -item[1]["ms"])
    names = [name for name, _ in rows]
    left.barh(
        names, [row["ms"] for _, row in rows], color=[COLOURS.get(name, "0.5") for name in names]
    )
    left.set_xscale("log")
    left.set_xlabel("ms, the median page of HTML")
    for name, row in rows:
        left.annotate(f" {row['ms']:.1f}", (row["ms"], name), va="center", fontsize=8)
    sizes = results["growth"]["sizes"]
    for key, label, colour in (
        ("ms", OURS, COLOURS[OURS]),
        ("parse_ms", "turbohtml, parse alone", "0.5"),
    ):
        right.loglog(
            [row["bytes"] for row in sizes], [row[key] for row in sizes], "o-",
            color=colour, label=label,
        )  # fmt: skip
    right.set_xlabel("bytes of HTML")
    right.set_ylabel("ms")
    right.legend(frameon=False)
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=DPI, metadata={"Software": None})


def rounded(value: Any) -> Any:
    """Numbers to four significant digits: the rest is noise."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


@click.command()
@source_option
@cache_option
@click.option("--pages", default=PAGES, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True)
@click.option("--model", help="A model file; the shipped one by default.")
@click.option("--memory/--no-memory", default=True, help="Clean 10,000 pages to see the peak.")
@click.option("--render", is_flag=True, help="Only make the documents again from the results.")
@click.option(
    "--again", is_flag=True,
    help="Measure only starting and batches, which other work on the machine disturbs.",
)  # fmt: skip
@click.option("--docs", type=click.Path(path_type=Path), default=HERE / "docs")
def main(
    source: Path, cache: Path, pages: int, rounds: int, model: str | None, memory: bool,
    render: bool, again: bool, docs: Path,
) -> None:  # fmt: skip
    """Time us and the other tools on the same pages."""
    stored = docs / "results" / "speed.json"
    if not render:
        golds = draw(corpora.load(CORPORA, source, cache), pages)
        if not golds:
            raise click.ClickException(f"{source} has no page of split {' or '.join(SPLITS)}")
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        if again:
            known = json.loads(stored.read_text("utf-8"))
            parts = {"start": starting(model), "batch": in_batches(golds, model)}
            results = {**known, **rounded(parts)}
        else:
            results = rounded(measure(golds, model, rounds, memory))
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    results = json.loads(stored.read_text("utf-8"))
    steps = docs / "results" / "stages.json"
    stages = json.loads(steps.read_text("utf-8")) if steps.exists() else None
    (docs / "speed.md").write_text(document(results, stages), "utf-8")
    picture(results, docs / "pictures" / "speed.png")
    for name, shown, reached in targets(results):
        click.echo(f"{'yes' if reached else 'NO ':3}  {name}: {shown}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.speed")
