"""Plugins that fail in a run: each costs its opinion and is named; no other page changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from boilerplate import Cleaner, clean_many
from boilerplate.batch.cleaner_config import Budget, CleanerConfig
from boilerplate.batch.pool import WorkerPool
from boilerplate.batch.record import Record
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, ShardReport, shards_of
from boilerplate.cli.main import cli
from boilerplate.plugins import Limits, Plugins, Settings, load_plugins, no_plugins
from boilerplate.plugins.copies import can_copy
from boilerplate.plugins.strikes import Failure, PageStrikes, RunStrikes
from tests import poison
from tests.made_up import SENTENCES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_copy, reason="plugins' code runs in copies, which need os.fork"),
]

URL = "https://gazete.example/"
LIMITS = Limits(page_seconds=0.3, line_seconds=0.0)
MENU = "Ana sayfa"
# A plugin that keeps the menu, but on pages with these words does what they say.
PLUGIN = """
import itertools, os, signal, sys, time, warnings
from boilerplate import Label, hookimpl
from boilerplate.plugins import Verdict

PAGES = []

@hookimpl
def label_lines(page):
    text = " ".join(line.text for line in page.lines)
    if "please hang" in text:
        any(itertools.repeat(0))
    if "please sleep" in text:
        time.sleep(1000)
    if "please exit" in text:
        os._exit(3)
    if "please crash" in text:
        os.abort()
    if "please stop" in text:
        raise KeyboardInterrupt
    if "please raise" in text:
        raise ValueError("as told")
    if "please change" in text:
        os.chdir("/")
        for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        sys.stdin = sys.stdout = sys.stderr = None
        warnings.simplefilter("error")
        for line in page.lines:
            object.__setattr__(line, "text", "changed")
    PAGES.append(page)
    rule = f"page {len(PAGES)}"
    return {i: Verdict(Label.CONTENT, rule) for i, l in enumerate(page.lines) if l.text == "Menü"}
""".replace("Menü", MENU)

HOW = {
    "exit": "it ended its process with status 3",
    "crash": "it crashed (SIGABRT)",
    "stop": "KeyboardInterrupt (mine.py, line 20)",
    "raise": "ValueError: as told (mine.py, line 22)",
    "hang": "it took more than 0.3 s of processor time",
    "sleep": "it did not end within 0.6 s",
}
ENDED = ("exit", "crash", "hang", "sleep")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").write_text(PLUGIN, "utf-8")
    return tmp_path


def plugins_in(folder: Path, limits: Limits = LIMITS) -> Plugins:
    settings = Settings((str(folder / "plugins"),), only=frozenset({"mine"}), limits=limits)
    return load_plugins(settings)


def page(told: str, number: int) -> str:
    please = f"please {told}" if told else "ok"
    return f"<ul><li>{MENU}</ul><p>{number} {SENTENCES['tr']}<p>{SENTENCES['ja']} {please}"


def cleaned(
    folder: Path, told: list[str], model: Path, jobs: int, plugins: Plugins | None = None
) -> tuple[bytes, ShardReport]:
    """The bytes of a shard of pages that tell the plugin what to do, and its report."""
    rows = [{"url": URL, "html": page(each, i)} for i, each in enumerate(told)]
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shards = shards_of([(folder / "in.jsonl", Path("in.jsonl"))])
    cleaner = Cleaner(model, 0.0, plugins or plugins_in(folder))
    output = folder / f"out-{jobs}-{plugins is None}"
    job = Job(CleanerConfig.of(cleaner, reasons=True), str(output))
    [report] = run(shards, job, jobs)
    return job.output(shards[0]).read_bytes(), report


def errors_in(data: bytes) -> list[str]:
    rows = [json.loads(line) for line in data.splitlines()]
    assert [row["error"] for row in rows] == [None] * len(rows)
    return ["; ".join(row["plugin_errors"]) for row in rows]


def expected_errors(told: list[str]) -> list[str]:
    """What the records say, if pages are cleaned one after the other."""
    strikes, found = RunStrikes(LIMITS.failures), []
    for each in told:
        if "mine" in strikes.off:
            found.append("mine: switched off")
            continue
        problem = HOW.get(each, "")
        failures = [Failure("mine", problem, each in ENDED)] if problem else []
        strikes.count(PageStrikes(strikes.off, [] if problem else ["mine"], failures))
        found.append(problem and f"mine: labelling lines: {problem}")
    return found


@pytest.mark.parametrize("told", HOW)
def test_a_hook_that_fails_is_named_and_switched_off(folder: Path, model_file: Path, told: str):
    data, report = cleaned(folder, [told] * 12, model_file, 2)
    assert errors_in(data) == expected_errors([told] * 12)
    assert errors_in(data)[2:4] == [f"mine: labelling lines: {HOW[told]}", "mine: switched off"]
    first = f"labelling lines: {HOW[told]}"
    assert report.plugin_failures == {"mine": {"pages": 3, "first": first, "switched_off": True}}
    plain, _ = cleaned(folder, [told] * 12, model_file, 2, no_plugins())
    without_errors = [json.loads(line) | {"plugin_errors": []} for line in data.splitlines()]
    assert without_errors == [json.loads(line) for line in plain.splitlines()]


def test_bytes_are_the_same_for_any_number_of_workers(folder: Path, model_file: Path):
    told = ["", "exit", "", "raise", "raise", "", "crash", "change"] + [""] * 14 + ["hang"]
    told += [""] * 9 + ["raise", "exit", ""]
    expected = expected_errors(told)
    assert expected[22] == f"mine: labelling lines: {HOW['hang']}"
    assert set(expected[23:]) == {"mine: switched off"}
    found = [cleaned(folder, told, model_file, jobs) for jobs in (1, 2, 4)]
    assert errors_in(found[0][0]) == expected
    assert len({data for data, _ in found}) == 1
    assert len({json.dumps(report.entry()) for _, report in found}) == 1


def test_a_hook_that_changes_the_process_reaches_no_other_page(folder: Path, model_file: Path):
    changing, _ = cleaned(folder, ["change", "", "", "hang", ""], model_file, 1)
    rows = [json.loads(line) for line in changing.splitlines()]
    assert [bool(row["plugin_errors"]) for row in rows] == [False, False, False, True, False]
    reasons = [row["lines"][0]["reason"] for row in rows]
    # Each page finds the plugin as it was loaded.
    assert [reason == "plugin:mine: page 1" for reason in reasons] == [
        False,
        True,
        True,
        False,
        True,
    ]
    assert [row["lines"][0]["text"] for row in rows] == [MENU] * 5


def test_a_hook_has_time_of_its_own_beside_the_page_s(folder: Path, model_file: Path):
    plugins = plugins_in(folder, Limits(page_seconds=1.0))
    budget = Budget(seconds=0.2)
    config = CleanerConfig.of(Cleaner(model_file, 0.0, plugins), budget=budget)
    records = [
        Record(i, str(i), page(told, i), URL) for i, told in enumerate(["hang", "sleep", ""])
    ]
    with WorkerPool(config) as workers:
        found = [json.loads(result.json) for _, result in workers.clean(records)]
    assert [row["error"] for row in found] == [None] * 3
    assert [len(row["plugin_errors"]) for row in found] == [1, 1, 0]


def test_rules_that_end_a_worker_are_named(folder: Path, model_file: Path):
    (folder / "plugins" / "mine.py").unlink()
    (folder / "plugins" / "mine.toml").write_text(
        f'api = 1\n[[site]]\nhosts = ["gazete.example"]\ndrop = ["{MENU}"]\n'
    )
    cleaner = poison.PoisonCleaner(model_file, 0.0, plugins_in(folder))
    pages = [page("", 0), f"{page('', 1)} {poison.RULES}", page("", 2)]
    records = [Record(i, str(i), each, URL) for i, each in enumerate(pages)]
    with WorkerPool(CleanerConfig.of(cleaner)) as workers:
        found = [json.loads(result.json) for _, result in workers.clean(records)]
    assert [row["error"] for row in found] == [None] * 3
    crashed = "mine: labelling lines: it crashed (SIGSEGV)"
    assert [row["plugin_errors"] for row in found] == [[], [crashed], []]
    kept = [line["text"] for line in found[1]["lines"] if line["label"] == "content"]
    assert MENU in kept
    assert found[0]["lines"][0]["label"] == found[2]["lines"][0]["label"] == "boilerplate"


def test_clean_many_gives_the_same_in_workers_and_here(folder: Path):
    told = ["", "raise", "raise", "", "raise", "raise", "raise", "", ""]
    sources = [(page(each, i), URL) for i, each in enumerate(told)]
    found = []
    for workers in (1, 2):
        plugins = plugins_in(folder)
        warned: list[str] = []
        plugins.warn = lambda name, problem, warned=warned: warned.append(f"{name}: {problem}")  # type: ignore[misc]
        pages = clean_many(sources, workers, plugins=plugins)
        found.append([each.plugin_errors for each in pages])
        assert len(warned) == 6
        assert warned[-1] == "mine: switched off: it failed 3 times in a row"
    assert found[0] == found[1]
    assert found[0][6:] == [found[0][1], ("mine: switched off",), ("mine: switched off",)]


def test_the_command_line_names_the_plugin_and_the_shard(folder: Path):
    pages = [json.dumps({"url": URL, "html": page("exit", i)}) for i in range(5)]
    (folder / "in.jsonl").write_text("\n".join(pages))
    arguments = ["clean", str(folder / "in.jsonl"), "--output", str(folder / "out")]
    found = CliRunner().invoke(cli, [*arguments, "--plugins-dir", str(folder / "plugins")])
    assert found.exit_code == 0, found.output
    assert (
        f"boilerplate: plugin mine: labelling lines: {HOW['exit']}; "
        "it failed on 3 pages, and was switched off for the rest of in.jsonl\n"
    ) in found.stderr


def test_the_command_line_outlives_a_hook_on_single_pages(folder: Path):
    for number, told in enumerate(["", "exit", "stop", ""]):
        (folder / f"{number}.html").write_text(page(told, number), "utf-8")
    names = [str(folder / f"{number}.html") for number in range(4)]
    arguments = ["clean", "--format", "jsonl", "--plugins-dir", str(folder / "plugins"), *names]
    found = CliRunner().invoke(cli, arguments)
    assert found.exit_code == 0, found.output
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [len(row["plugin_errors"]) for row in rows] == [0, 1, 1, 0]
    assert f"plugin mine: labelling lines: {HOW['exit']}" in found.stderr
