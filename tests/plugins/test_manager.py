"""Plugins are found and loaded, and no failure of one breaks anything else."""

from __future__ import annotations

import contextlib
import pickle
import re
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from boilerplate import Cleaner, Label, Page, SiteRules
from boilerplate.plugins import (
    Limits,
    PluginError,
    PluginWarning,
    Settings,
    Verdict,
    Vote,
    discovery,
    load_plugins,
)
from tests.made_up import news_page
from tests.plugins.made_up_plugins import MODEL, PLAIN, TEXT, URL, clean, load, plugin, rules

FAILURES = Limits().failures
TOML = 'api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["Paylaş"]\n'


class TestLoading:
    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            (plugin(label_linse=lambda page: {}), "label_linse"),
            (plugin(label_lines=lambda page, model: {}), "model"),
            (SimpleNamespace(), "it has no hook"),
            (SimpleNamespace(BOILERPLATE_API=99), "version 99"),
            (plugin(site_rules=lambda: 3), "not iterable"),
            (plugin(site_rules=lambda: ["a.example"]), "instead of SiteRules"),
            (plugin(site_rules=lambda: [SiteRules(hosts=["x"])]), "not a host"),
            (None, "is None"),
        ],
    )
    def test_a_broken_plugin_is_a_warning_and_others_are_loaded(
        self, broken: object, message: str
    ) -> None:
        with pytest.warns(PluginWarning, match=f"plugin bad: .*{message}"):
            plugins = load(bad=broken, good=rules(drop=["Paylaş"]))
        assert [(p.name, p.active) for p in plugins.found[:2]] == [("bad", False), ("good", True)]
        assert message in plugins.found[0].problems[0]
        assert clean(plugins).predictions[0].reason == "plugin:good: drop Paylaş"

    def test_a_folder_may_have_toml_files_python_files_and_folders(self, tmp_path: Path) -> None:
        (tmp_path / "one.toml").write_text(TOML, "utf-8")
        (tmp_path / "two.py").write_text(
            "from boilerplate import hookimpl, SiteRules\n"
            "@hookimpl\ndef site_rules():\n    return SiteRules(hosts='b.example', keep='x')\n"
        )
        (tmp_path / "three").mkdir()
        (tmp_path / "three" / "rules.toml").write_text(TOML, "utf-8")
        (tmp_path / "broken.py").write_text("import no_such_module")
        (tmp_path / "bad.toml").write_text("api = 1\n[[site]]\n")
        (tmp_path / "notes.txt").write_text("not a plugin")
        names = {"one", "two", "three", "broken", "bad"}
        with pytest.warns(PluginWarning) as caught:
            plugins = load_plugins(Settings(folders=(str(tmp_path),), only=frozenset(names)))
        users = {p.name: p for p in plugins.found if p.origin == "user"}
        assert set(users) == names
        assert {name for name, p in users.items() if p.active} == {"one", "two", "three"}
        messages = sorted(str(w.message) for w in caught)
        assert re.search(r"plugin bad: .*bad\.toml:2: this site has no hosts", messages[0])
        assert "plugin broken: loading: ModuleNotFoundError" in messages[1]

    def test_folder_that_is_a_plugin_itself_is_the_only_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "haber").mkdir()
        (tmp_path / "haber" / "rules.toml").write_text(TOML, "utf-8")
        (tmp_path / "haber" / "check.py").write_text("import no_such_module")
        monkeypatch.chdir(tmp_path / "haber")
        for folder in ("../haber", ".", str(tmp_path / "haber")):
            plugins = load_plugins(Settings(folders=(folder,), only=frozenset({"haber"})))
            assert [(p.name, p.active) for p in plugins.found if p.origin == "user"] == [
                ("haber", True)
            ]

    def test_only_a_missing_folder_that_was_named_is_a_warning(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.warns(PluginWarning, match="gone: loading: FileNotFoundError"):
            load_plugins(Settings(folders=(str(tmp_path / "gone"),)))
        monkeypatch.setattr(discovery, "user_folder", lambda: tmp_path / "gone")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            load_plugins(Settings(folders=(str(tmp_path / "gone"),)))

    def test_broken_package_metadata_is_a_warning(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(group: str) -> None:
            raise ValueError("no METADATA")

        monkeypatch.setattr(discovery, "entry_points", broken)
        with pytest.warns(PluginWarning, match="no METADATA"):
            plugins = load_plugins(Settings(given={"a": rules(drop=["Paylaş"])}))
        assert clean(plugins).predictions[0].reason == "plugin:a: drop Paylaş"

    def test_a_user_plugin_replaces_an_installed_one_of_the_same_name(self, tmp_path: Path) -> None:
        (tmp_path / "dailysabah.toml").write_text(TOML, "utf-8")
        plugins = load_plugins(Settings(folders=(str(tmp_path),), only=frozenset({"dailysabah"})))
        user, bundled = (p for p in plugins.found if p.name == "dailysabah")
        assert (user.origin, user.active) == ("user", True)
        assert (bundled.origin, bundled.active) == ("bundled", False)
        assert "user plugin" in bundled.problems[0]

    def test_bundled_plugins_are_found_without_problems(self) -> None:
        bundled = [p for p in load_plugins(Settings()).found if p.origin == "bundled"]
        assert "dailysabah" in {p.name for p in bundled}, "run `pip install -e .` again"
        assert [p.problems for p in bundled if p.problems] == []
        assert [wrong for p in bundled for m in p.matchers for wrong in m.problems()] == []


class TestSettings:
    def test_plugins_can_be_left_out_by_name(self) -> None:
        settings = Settings(given={"a": rules(), "b": rules()}, without=frozenset({"a"}))
        a, b = load_plugins(settings).found[:2]
        assert (a.blocked, a.active, b.blocked, b.active) == (True, False, False, True)

    @pytest.mark.parametrize(
        ("value", "loaded"), [("", set()), (" a ,c", {"a"}), ("b,a", {"a", "b"})]
    )
    def test_the_environment_can_name_the_only_plugins(
        self, value: str, loaded: set[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BOILERPLATE_PLUGINS", value)
        settings = replace(Settings.from_environment(), given={"a": rules(), "b": rules()})
        assert {p.name for p in load_plugins(settings).active} == loaded

    def test_the_environment_can_add_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BOILERPLATE_PLUGINS_DIR", str(tmp_path))
        assert Settings.from_environment(["x"]).folders[:2] == ("x", str(tmp_path))

    def test_a_pickled_cleaner_loads_the_same_plugins(self, tmp_path: Path) -> None:
        (tmp_path / "one.toml").write_text(TOML, "utf-8")
        plugins = load_plugins(Settings(folders=(str(tmp_path),), only=frozenset({"one"})))
        cleaner = Cleaner(MODEL, plugins=plugins)
        copy = pickle.loads(pickle.dumps(cleaner))  # noqa: S301 - pickled on this line
        assert copy.clean(TEXT, URL) == cleaner.clean(TEXT, URL)
        assert copy.clean(TEXT, URL).predictions[0].reason == "plugin:one: drop Paylaş"


def raises(page: Page) -> None:
    raise ValueError("no\nluck")


def exits(page: Page) -> None:
    raise SystemExit(1)


def recurses(page: Page) -> None:
    recurses(page)


class BrokenMessageError(Exception):
    def __str__(self) -> str:
        raise self


def raises_without_message(page: Page) -> None:
    raise BrokenMessageError


FAILING = {
    "raises": (raises, "ValueError: no luck"),
    "exits": (exits, "SystemExit: 1"),
    "recurses without end": (recurses, "RecursionError"),
    "raises an error without message": (raises_without_message, "BrokenMessageError"),
    "returns a list": (lambda page: ["keep"], "instead of a mapping"),
    "index beyond the last line": (lambda page: {4: Label.CONTENT}, "lines are 0 to 2"),
    "index is text": (
        lambda page: {"Paylaş": Label.CONTENT},
        "line 'Paylaş', a value of type str instead of an index",
    ),
    "index is a float": (lambda page: {1.0: Label.CONTENT}, "instead of an index"),
    "index is a bool": (lambda page: {True: Label.CONTENT}, "line True"),
    "index is negative": (lambda page: {-1: Label.CONTENT}, "line -1"),
    "label is text": (lambda page: {0: "content"}, "a Label, Verdict or Vote"),
    "verdict without a label": (lambda page: {0: Verdict("x", "r")}, "type str for a label"),  # type: ignore[arg-type]
    "verdict with an unknown role": (
        lambda page: {0: Verdict(Label.CONTENT, "r", "advert")},
        "line 0 a role: there is no role 'advert'; there are headline",
    ),
    "verdict with a number as role": (
        lambda page: {0: Verdict(Label.CONTENT, "r", 3)},  # type: ignore[arg-type]
        "there is no role 3",
    ),
    "vote is nan": (lambda page: {0: Vote(float("nan"), "r")}, "vote of nan"),
    "vote is text": (lambda page: {0: Vote("x", "r")}, "TypeError"),  # type: ignore[arg-type]
    "rule is a number": (lambda page: {0: Verdict(Label.CONTENT, 3)}, "for a rule"),  # type: ignore[arg-type]
}


class TestFailures:
    @pytest.mark.parametrize(("hook", "message"), FAILING.values(), ids=FAILING)
    def test_a_failure_costs_a_warning_and_the_opinion_of_that_plugin(
        self, hook: Any, message: str
    ) -> None:
        plugins = load(bad=plugin(label_lines=hook), good=rules(drop=["もっと見る"]))
        with pytest.warns(PluginWarning, match=f"plugin bad: .*{re.escape(message)}"):
            found = clean(plugins)
        assert found.predictions.labels[:3] == PLAIN.predictions.labels[:3]
        assert found.predictions.probabilities[:3] == PLAIN.predictions.probabilities[:3]
        assert found.predictions[3].reason == "plugin:good: drop もっと見る"
        (error,) = found.plugin_errors
        assert error.startswith("bad: ")
        assert message in error

    def test_a_hook_that_raises_is_named_with_its_file_and_line(self, tmp_path: Path) -> None:
        hook = (
            "from boilerplate import hookimpl\nimport json\n\ndef parsed():\n    json.loads('{')\n"
        )
        hook += "\n@hookimpl\ndef label_lines(page, scores):\n    parsed()\n"
        (tmp_path / "gazete.py").write_text(hook)
        (tmp_path / "haber").mkdir()
        (tmp_path / "haber" / "__init__.py").write_text("\n1/0\n")
        settings = Settings(folders=(str(tmp_path),), only=frozenset({"gazete", "haber"}))
        with pytest.warns(PluginWarning, match=r"by zero \(haber/__init__\.py, line 2\)"):
            plugins = load_plugins(settings)
        with pytest.warns(PluginWarning, match=r"JSONDecodeError: .* \(gazete\.py, line 5\)$"):
            (error,) = clean(plugins).plugin_errors
        assert error.endswith("(gazete.py, line 5)")

    def test_an_answer_of_the_wrong_type_has_no_line(self) -> None:
        with pytest.warns(PluginWarning):
            (error,) = clean(load(bad=plugin(label_lines=lambda page: 5))).plugin_errors
        assert ".py" not in error

    @pytest.mark.parametrize("hook", [hook for hook, _ in FAILING.values()], ids=FAILING)
    def test_a_failure_raises_if_settings_are_strict(self, hook: Any) -> None:
        with pytest.raises(PluginError, match="plugin bad: "):
            clean(load(strict=True, bad=plugin(label_lines=hook)))

    def test_a_broken_pattern_costs_all_rules_of_its_plugin(self) -> None:
        with pytest.warns(PluginWarning, match="plugin bad: .*pattern"):
            found = clean(load(bad=rules(drop=["Paylaş"], drop_matching=["("])))
        assert found.predictions == PLAIN.predictions

    def test_a_broken_selector_costs_all_rules_of_its_plugin(self) -> None:
        with pytest.warns(PluginWarning, match="plugin bad: .*selector"):
            found = clean(load(bad=rules(drop_css=["p["], drop_matching=["."])), news_page())
        assert found.text
        assert len(found.plugin_errors) == 1

    def test_a_plugin_is_switched_off_after_repeated_failures(self) -> None:
        calls = []

        def fails(page: Page) -> None:
            calls.append(page)
            raise ValueError

        cleaner = Cleaner(MODEL, plugins=load(bad=plugin(label_lines=fails)))
        with pytest.warns(PluginWarning) as caught:
            pages = [cleaner.clean(TEXT) for _ in range(FAILURES + 2)]
        assert len(caught) == FAILURES + 1
        assert "plugin bad: switched off" in str(caught[-1].message)
        assert len(calls) == FAILURES
        assert pages[-1].plugin_errors == ("bad: switched off",)

    def test_success_ends_a_series_of_failures(self) -> None:
        def fails(page: Page) -> Mapping[int, Label]:
            if page.url:
                raise ValueError
            return {0: Label.CONTENT}

        cleaner = Cleaner(MODEL, plugins=load(bad=plugin(label_lines=fails)))
        with pytest.warns(PluginWarning):
            pages = [cleaner.clean(TEXT, url) for url in [URL, None] * (FAILURES + 1)]
        assert pages[-1].predictions[0].reason == "plugin:bad: label_lines"


def loops(page: Page) -> None:
    while True:
        pass


def loops_and_catches(page: Page) -> None:
    while True:
        with contextlib.suppress(Exception):
            loops(page)


def sleeps(page: Page) -> None:
    time.sleep(60)


def matches(page: Page) -> None:
    re.search(r"(a|a)*b", "a" * 60)


class TestTimeouts:
    short = Limits(load_seconds=0.2, page_seconds=0.2, line_seconds=0.0)

    @pytest.mark.parametrize("hook", [loops, loops_and_catches, sleeps, matches])
    def test_a_hook_that_hangs_is_interrupted(self, hook: Any) -> None:
        plugins = load(limits=replace(self.short, load_seconds=10), slow=plugin(label_lines=hook))
        limit = r"did not end within 0\.4 s" if hook is sleeps else r"took more than 0\.2 s of"
        with pytest.warns(PluginWarning, match=f"plugin slow: .*{limit}"):
            found = clean(plugins)
        assert found.predictions == PLAIN.predictions

    def test_python_code_that_hangs_in_another_thread_is_interrupted(self) -> None:
        found = []
        plugins = load(limits=self.short, slow=plugin(label_lines=loops))
        plugins.warn = lambda name, problem: None
        thread = threading.Thread(target=lambda: found.append(clean(plugins)))
        thread.start()
        thread.join(60)
        assert found[0].predictions == PLAIN.predictions
        assert "took more than" in found[0].plugin_errors[0]

    def test_an_import_that_hangs_is_interrupted(self, tmp_path: Path) -> None:
        (tmp_path / "slow.py").write_text("while True: pass")
        settings = Settings(folders=(str(tmp_path),), only=frozenset({"slow"}), limits=self.short)
        with pytest.warns(PluginWarning, match="plugin slow: loading: it took more than 0.2 s"):
            load_plugins(settings)


class TestManyFiles:
    def test_files_of_rules_are_loaded_without_pluggy(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Pluggy takes more than a millisecond for each object that it looks through for hooks."""
        monkeypatch.setattr("pluggy.PluginManager", None)
        for number in range(2000):
            rules_file = TOML.replace("a.example", f"a{number}.example")
            (tmp_path / f"site{number:04}.toml").write_text(rules_file, "utf-8")
        found = load_plugins(Settings(folders=(str(tmp_path),)), bundled=False)
        assert [plugin.hooks for plugin in found.found[:2]] == [("site_rules",)] * 2
        [(plugin, _)] = found.on("https://a1999.example/x").plugins
        assert plugin.name == "site1999"
