"""Code that is called in a copy of the process can end, hang or change nothing but the copy."""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from boilerplate import Cleaner, Label, Page
from boilerplate.plugins import PluginError, Plugins, PluginWarning, Settings, load_plugins
from boilerplate.plugins.clock import CallTimeoutError
from boilerplate.plugins.copies import Copies, CopyEndedError, CopyError, can_copy
from boilerplate.plugins.describing import describe_error
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.plugin import Limits
from tests.plugins.made_up_plugins import (
    MODEL,
    PLAIN,
    TEXT,
    URL,
    FakeSiteModel,
    clean,
    load,
    plugin,
    rules,
)

pytestmark = pytest.mark.skipif(not can_copy, reason="needs os.fork")


def in_a_copy(function: Callable[[], Any], seconds: float = 60.0) -> Any:
    return Copies().call(seconds, function, describe_error)


def in_copies(limits: Limits | None = None, strict: bool = False, **given: object) -> Plugins:
    plugins = load(strict, limits, **given)
    plugins.copies = Copies()
    return plugins


def raises(error: BaseException) -> None:
    raise error


def hangs_in_c(page: Page | None = None) -> None:
    any(itertools.repeat(0))


def closes_everything() -> None:
    os.closerange(3, 512)
    os._exit(0)


def closes_everything_and_sleeps() -> None:
    os.closerange(3, 512)
    time.sleep(60)


def starts_a_process_that_stays() -> None:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    os._exit(7)


@dataclass
class NotPicklable:
    value: Callable[[], None] = lambda: None


def test_an_answer_of_any_size_comes_back() -> None:
    answer = {"もっと見る": ["devamı"] * 300_000, "ว่าง": None}
    assert in_a_copy(lambda: answer) == answer
    assert in_a_copy(lambda: None) is None


@pytest.mark.parametrize(
    ("function", "how"),
    [
        (lambda: os._exit(3), "ended its process with status 3"),
        (lambda: os._exit(0), "ended its process with status 0"),
        (os.abort, r"crashed \(SIGABRT\)"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), r"crashed \(SIGSEGV\)"),
        (closes_everything, "ended its process with status 0"),
        (starts_a_process_that_stays, "ended its process with status 7"),
    ],
)
def test_code_that_ends_its_process_ends_the_copy(function: Callable[[], None], how: str) -> None:
    with pytest.raises(CopyEndedError, match=how):
        in_a_copy(function)


@pytest.mark.parametrize(
    ("function", "limit"),
    [
        (hangs_in_c, r"took more than 0\.2 s of processor time"),
        (lambda: time.sleep(60), r"did not end within 0\.4 s"),
        (signal.pause, r"did not end within 0\.4 s"),
        (closes_everything_and_sleeps, r"did not end within 0\.4 s"),
    ],
)
def test_code_that_does_not_end_is_ended(function: Callable[[], None], limit: str) -> None:
    with pytest.raises(CallTimeoutError, match=limit):
        in_a_copy(function, 0.2)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("liman"), r"^ValueError: liman \(test_copies\.py, line \d+\)$"),
        (KeyboardInterrupt(), r"^KeyboardInterrupt \(test"),
        (SystemExit(2), r"^SystemExit: 2 \(test"),
        (MemoryError(), r"^MemoryError \(test"),
    ],
)
def test_what_code_raises_is_told_with_its_place(error: BaseException, text: str) -> None:
    with pytest.raises(CopyError, match=text):
        in_a_copy(lambda: raises(error))


def test_an_answer_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises(CopyError, match="pickle"):
        in_a_copy(NotPicklable)


def test_no_process_is_left(tmp_path: Path) -> None:
    note = tmp_path / "pids"

    def starts_another(seconds: float) -> None:
        other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        note.write_text(f"{os.getpid()} {other.pid}")
        time.sleep(seconds)

    def pids_of(seconds: float) -> list[int]:
        with suppress(CallTimeoutError):
            in_a_copy(lambda: starts_another(seconds), 2.0)
        return list(map(int, note.read_text().split()))

    for copy, other in (pids_of(0), pids_of(60)):
        with pytest.raises(ChildProcessError):
            os.waitpid(copy, os.WNOHANG)
        while _is_alive(other):  # or this test does not end
            time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_what_code_prints_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("once ")
    in_a_copy(lambda: os.write(1, b"eklentiden"))
    assert capfd.readouterr() == ("once ", "eklentiden")


CHANGES: list[Callable[[Page], object]] = []


def changes_everything(page: Page) -> dict[int, Label]:
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_IGN)
    sys.stdout = sys.stderr = None  # type: ignore[assignment]
    warnings.simplefilter("error")
    os.environ["LANG"] = "tlh"
    CHANGES.append(changes_everything)
    object.__setattr__(page.lines[0], "text", "değişti")
    return {0: Label.CONTENT}


def test_nothing_is_left_of_what_code_changes(tmp_path: Path) -> None:
    def state() -> tuple[object, ...]:
        handlers = [signal.getsignal(number) for number in signal.valid_signals()]
        return (
            Path.cwd(),
            sys.stdout,
            sys.stderr,
            list(warnings.filters),
            dict(os.environ),
            handlers,
        )

    before = state()
    found = clean(in_copies(a=plugin(label_lines=changes_everything)))
    assert state() == before
    assert CHANGES == []
    assert found.predictions[0].reason == "plugin:a: label_lines"
    assert [line.text for line in found.page.lines] == [line.text for line in PLAIN.page.lines]


class TestPlugins:
    def test_answers_are_the_same_as_without_copies(self) -> None:
        hooks = plugin(
            label_lines=lambda page, scores: {0: Label.CONTENT},
            site_model=lambda page: FakeSiteModel(),
        )
        plain, copied = clean(load(a=hooks)), clean(in_copies(a=hooks))
        assert copied.to_dict() == plain.to_dict()

    @pytest.mark.parametrize("hook", ["label_lines", "site_model"])
    @pytest.mark.parametrize(
        ("does", "told"),
        [
            (lambda page: os._exit(3), "it ended its process with status 3"),
            (lambda page: os.abort(), r"it crashed \(SIGABRT\)"),
            (lambda page: raises(KeyboardInterrupt()), r"KeyboardInterrupt \(test_copies"),
            (hangs_in_c, r"it took more than 0\.2 s"),
        ],
    )
    def test_a_failure_costs_a_warning_and_the_opinion_of_that_plugin(
        self, hook: str, does: Any, told: str
    ) -> None:
        limits = Limits(page_seconds=0.2, line_seconds=0.0)
        plugins = in_copies(limits, bad=plugin(**{hook: does}), good=rules(drop=["もっと見る"]))
        with pytest.warns(PluginWarning, match=f"plugin bad: .*{told}"):
            found = clean(plugins)
        assert found.predictions.labels[:3] == PLAIN.predictions.labels[:3]
        assert found.predictions[3].reason == "plugin:good: drop もっと見る"
        assert len(found.plugin_errors) == 1

    def test_a_failure_raises_if_settings_are_strict(self) -> None:
        plugins = in_copies(strict=True, bad=plugin(label_lines=lambda page: os._exit(1)))
        with pytest.raises(PluginError, match=r"plugin bad: .*status 1"):
            clean(plugins)

    def test_each_page_finds_a_plugin_as_it_was_loaded(self) -> None:
        seen: list[Page] = []

        def on_its_first_page(page: Page) -> dict[int, Label]:
            seen.append(page)
            return {0: Label.CONTENT} if len(seen) == 1 else {}

        cleaner = Cleaner(MODEL, plugins=in_copies(a=plugin(label_lines=on_its_first_page)))
        first, second = cleaner.clean(TEXT, URL), cleaner.clean(TEXT, URL)
        assert first.predictions == second.predictions != PLAIN.predictions


HOOK = "from boilerplate import SiteRules, hookimpl\nimport os\n@hookimpl\ndef "


class TestLoading:
    @pytest.mark.parametrize(
        ("code", "told"),
        [
            ("import os\nos._exit(3)", "it ended its process with status 3"),
            ("import os\nos.abort()", "it crashed (SIGABRT)"),
            (
                "import itertools\nany(itertools.repeat(0))",
                "it took more than 1 s of processor time",
            ),
            ("raise KeyboardInterrupt", "KeyboardInterrupt (bad.py, line 1)"),
            (HOOK + "site_rules():\n    os._exit(0)", "it ended its process with status 0"),
        ],
    )
    def test_a_plugin_that_ends_the_process_is_named_and_not_loaded(
        self, tmp_path: Path, code: str, told: str
    ) -> None:
        (tmp_path / "bad.py").write_text(code)
        (tmp_path / "good.py").write_text(HOOK + "label_lines(page):\n    pass\n")
        limits = Limits(load_seconds=1.0)
        settings = Settings((str(tmp_path),), only=frozenset({"bad", "good"}), limits=limits)
        with pytest.warns(PluginWarning) as caught:
            plugins = load_plugins(settings, copies=Copies())
        assert [str(each.message) for each in caught] == [f"plugin bad: loading: {told}"]
        assert [each.name for each in plugins.active] == ["good"]
        in_a_worker = pickle.loads(pickle.dumps(plugins))  # noqa: S301 - ours
        assert [each.name for each in in_a_worker.active] == ["good"]

    def test_what_is_wrong_with_one_is_said_as_without_copies(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("import no_such_module\n")
        (tmp_path / "b.py").write_text(HOOK + "site_rules():\n    return [5]\n")
        (tmp_path / "c.py").write_text(HOOK + "label_line(page):\n    pass\n")
        settings = Settings((str(tmp_path),), only=frozenset("abc"))
        with pytest.warns(PluginWarning):
            found = [load_plugins(settings, copies=each) for each in (None, Copies())]
        problems = [[each.problems for each in plugins.found] for plugins in found]
        assert problems[0] == problems[1]
        assert all(problems[0][:3])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a copy with its parent")
def test_a_copy_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = """
import os, sys, time
from boilerplate.plugins.copies import Copies
Copies().call(60, lambda: print(os.getpid(), file=sys.stderr, flush=True) or time.sleep(60), str)
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stderr
        pid = int(parent.stderr.readline())
        assert _is_alive(pid)
        parent.kill()
    while _is_alive(pid):  # or this test does not end
        time.sleep(0.01)


class TestCare:
    """What holds for a page that has ended a worker process."""

    def careful(self, copies: Copies | None, **given: object) -> Plugins:
        plugins = load(**given)
        plugins.copies, plugins.careful = copies, True
        return plugins

    def test_rules_that_end_the_process_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = Matcher.opinions

        def opinions(self: Matcher, page: Page) -> Any:
            return os.abort() if self.rules.drop == ("Paylaş",) else before(self, page)

        monkeypatch.setattr(Matcher, "opinions", opinions)
        bad, good = rules(drop=["Paylaş"]), rules(drop=["もっと見る"])
        with pytest.warns(PluginWarning, match=r"plugin bad: .*crashed \(SIGABRT\)"):
            found = clean(self.careful(Copies(), bad=bad, good=good))
        assert found.plugin_errors == ("bad: labelling lines: it crashed (SIGABRT)",)
        assert found.predictions[3].reason == "plugin:good: drop もっと見る"

    def test_rules_do_what_they_do_otherwise(self) -> None:
        page = "<ul><li>Paylaş<li class=ad>もっと見る</ul><p>" + TEXT
        given = {"a": rules(drop_css=["li:first-child"], drop_matching=["見る$"])}
        found = clean(self.careful(Copies(), **given), page)
        assert found.predictions == clean(load(**given), page).predictions
        assert "plugin:a: drop_css" in found.predictions[0].reason

    def test_no_plugin_is_called_where_there_are_no_copies(self) -> None:
        with pytest.warns(PluginWarning, match="plugin a: .*left out"):
            found = clean(self.careful(None, a=rules(drop=["Paylaş"])))
        assert found.predictions == PLAIN.predictions
