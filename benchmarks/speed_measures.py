"""What the benchmark of speed measures: pages, growth, start, memory, batches, known sites."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
import turbohtml

from benchmarks.timing import Run, compared, least_seconds, seconds
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
from boilerplate.kernels.select import accelerated
from boilerplate.plugins.hookspecs import hookimpl
from boilerplate.plugins.manager import load_plugins
from boilerplate.plugins.plugin import Settings
from boilerplate.plugins.rules import SiteRules
from boilerplate.plugins.strikes import RunStrikes
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.site_models.folder import SUFFIX
from boilerplate.site_models.site_model import SiteModel
from training.corpora import GoldPage
from training.paths import ROOT
from training.split import Split

ROUNDS: Final = 3
TIMED_SPLITS: Final[tuple[Split, ...]] = ("dev", "test")
PARSE: Final = "parse alone"
EXPLAINED: Final = f"{OURS}, with every line's role and reason"

HTML_PEERS: Final = (
    "trafilatura", "rs-trafilatura", "resiliparse", "readability-lxml", "newspaper4k", "jusText",
    "boilerpy3",
)  # fmt: skip
TEXT_PEERS: Final = ("trafilatura", "jusText")  # they get each line as a paragraph of HTML
# Tools that take far longer than we do have one round: they would take up the whole run.
SLOW: Final = frozenset(HTML_PEERS) - {"resiliparse"}
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)  # bytes of made-up pages
SLOPE_FROM: Final = 2  # the index of the size from which the slope of time over size is fitted
STARTS: Final = 7  # fresh processes; the median counts
MEMORY_PAGES: Final = (500, 10_000)
BATCH_PAGES: Final = 400
BATCH_JOBS: Final = (1, 2)
BATCH_ROUNDS: Final = 3
KNOWN_SITES: Final = (0, 100, 10_000)


def measure(
    golds: Sequence[GoldPage], model: str | None, rounds: int, memory: bool
) -> dict[str, Any]:
    """All measurements, as JSON."""
    cleaner = Cleaner(model)
    start = measure_start(model)
    _, missing, versions = installed(tool for tool in PEERS if tool.name in HTML_PEERS)
    quiet_and_offline()
    in_html = html_runs(golds, cleaner)
    in_text, lines = text_runs(golds, cleaner)
    for runs in (in_html, in_text):  # load what the tools load on first use
        for calls in runs.values():
            seconds(calls[0])
    html = compared(least_seconds(in_html, rounds, SLOW), PARSE)
    least = least_seconds(in_text, rounds, SLOW)
    text = compared(least, OURS)
    for name, row in text.items():
        row["lines_a_second"] = sum(lines) / sum(least[name])
        each = (n / t for n, t in zip(lines, least[name], strict=True) if t)
        row["lines_a_second_median"] = statistics.median(each)
    sizes = sorted(len(gold.html) for gold in golds)
    texts = ["\n".join(line.text for line in html_page(decode(g.html)).lines) for g in golds[:100]]
    texts = [text for text in texts if len(text) < 100_000]
    peaks = [peak_memory(texts, model, number) for number in MEMORY_PAGES] if memory else []
    return {
        "benchmark": "speed",
        "splits": list(TIMED_SPLITS),
        "pages": len(golds),
        "languages": len({gold.language for gold in golds if gold.language}),
        "rounds": rounds,
        "page_bytes": {"least": sizes[0], "median": sizes[len(sizes) // 2], "most": sizes[-1]},
        "lines": {"median": statistics.median(lines), "all": sum(lines)},
        "accelerated": accelerated,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": dict(sorted(versions.items())),
        "parser": version("turbohtml"),
        "missing": [*missing, "dragnet"],
        "html": html,
        "text": text,
        "start": start,
        "growth": measure_growth(golds, cleaner),
        "batch": measure_batches(golds, model),
        "known_sites": measure_known_sites(golds, model),
        "peak_mb": dict(zip(map(str, MEMORY_PAGES), peaks, strict=False)),
    }


# -------------------------------------------------------------------------------- single pages


def html_runs(golds: Sequence[GoldPage], cleaner: Cleaner) -> dict[str, list[Run]]:
    """Each tool on each page as HTML: {tool: [a call for each page, ...]}."""
    tools, _, _ = installed(tool for tool in PEERS if tool.name in HTML_PEERS)
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
    """Each tool on each page as bare text, and the number of lines of each page."""
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


def measure_growth(golds: Sequence[GoldPage], cleaner: Cleaner) -> dict[str, Any]:
    """Processor time of pages from 1 KB to 10 MB made from real ones, and its power of the size.

    The power is fitted to the logarithms by least squares, from 100 KB on; 1 is linear.
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
    x = np.log([row["bytes"] for row in rows[SLOPE_FROM:]])
    y = np.log([row["ms"] for row in rows[SLOPE_FROM:]])
    return {"sizes": rows, "slope": float(np.polyfit(x, y, 1)[0])}


# ----------------------------------------------------------------------------- start and memory


def measure_start(model: str | None) -> dict[str, float]:
    """Milliseconds of processor time of import, help, loading the model, and the first page."""
    load = f"from boilerplate import load_model\nstart = time.process_time()\nload_model({model!r})"
    first = (
        "from boilerplate.cleaner import Cleaner\nstart = time.process_time()\n"
        f"c = Cleaner({model!r})\n"
        "c.clean('<p>The council discussed the new bus lines yesterday evening.', kind='html')"
    )
    return {
        "import_ms": fresh_process_ms("import boilerplate"),
        "cleaner_ms": fresh_process_ms("from boilerplate.cleaner import Cleaner"),
        "help_ms": command_ms([*_command(), "--help"]),
        "click_ms": command_ms([sys.executable, "-c", "import click"]),
        "load_ms": fresh_process_ms(load),
        "first_page_ms": fresh_process_ms(first),
    }


_CHILD: Final = """
import sys, time
start = time.process_time()
{code}
print(time.process_time() - start)
"""


def fresh_process_ms(code: str, times: int = STARTS) -> float:
    """Milliseconds of processor time of some code in a fresh process; the median of some runs."""
    found = []
    for _ in range(times):
        child = subprocess.run(
            [sys.executable, "-c", _CHILD.format(code=code)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=_environment(),
        )
        found.append(1000 * float(child.stdout.split()[-1]))
    return statistics.median(found)


def _environment() -> dict[str, str]:
    """That of this process, in which modules are compiled once, as where a package is installed."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _command() -> list[str]:
    """The command line of the environment that runs this."""
    script = Path(sys.executable).with_name("boilerplate")
    return [str(script)] if script.exists() else [sys.executable, "-m", "boilerplate"]


def command_ms(command: Sequence[str]) -> float:
    """Milliseconds of processor time of a command, with the interpreter; the median of some."""
    found = []
    for _ in range(STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=_environment())
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


def peak_memory(pages: Sequence[str], model: str | None, number: int) -> float:
    """Peak memory, in MB, of a process that cleans so many pages as bare text.

    From /proc, for getrusage counts what the parent had before the fork.
    """
    code = _PEAK.format(model=model, number=number, kind="text")
    child = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(pages),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return int(child.stdout.split()[-1]) / 1024


# ----------------------------------------------------------------------- many pages, many sites


def measure_batches(golds: Sequence[GoldPage], model: str | None) -> dict[str, Any]:
    """The same pages as one shard, cleaned by one worker and by two.

    ``speedup`` compares the least times by the clock, so other work on the machine affects it.
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
                    # The workers start and warm up on a few pages each before the clock starts.
                    strikes = RunStrikes(recipe.failures)
                    for future in [workers.submit([_warm(i)], strikes) for i in range(8 * jobs)]:
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


def measure_known_sites(golds: Sequence[GoldPage], model: str | None) -> list[dict[str, float]]:
    """Milliseconds of a page of an unknown site, by the number of sites with rules and models."""
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
    """A plugin with the rules of many sites."""

    def __init__(self, rules: tuple[SiteRules, ...]) -> None:
        self.rules = rules

    @hookimpl
    def site_rules(self) -> tuple[SiteRules, ...]:
        return self.rules
