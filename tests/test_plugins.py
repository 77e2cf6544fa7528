"""Plugins are found, asked, and kept from breaking anything."""

from __future__ import annotations

import contextlib
import pickle
import re
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import boilerplate
from boilerplate import Cleaner, CleanPage, Label, Page, SiteRules, hookimpl
from boilerplate.model.stack import Scores
from boilerplate.plugins import discovery, opinions
from boilerplate.plugins import manager as room
from boilerplate.plugins import plugin as plugin_module
from boilerplate.plugins.manager import Plugins, load_plugins, no_plugins
from boilerplate.plugins.plugin import FAILURES, PluginError, PluginWarning, Settings
from boilerplate.plugins.rules import Verdict, Vote
from tests import made_up_site
from tests.made_up import SENTENCES, made_up_model, news_page

MODEL = made_up_model()
URL = "https://www.a.example/spor/1"
TEXT = "Paylaş\n" + SENTENCES["tr"] + "\n\nもっと見る"


def plugin(**hooks: Callable[..., Any]) -> SimpleNamespace:
    """A plugin with these functions as its hooks."""
    return SimpleNamespace(**{name: hookimpl(function) for name, function in hooks.items()})


def rules(**given: Any) -> SimpleNamespace:
    return plugin(site_rules=lambda: [SiteRules(**{"hosts": ["a.example"], **given})])


def labels(**hooks: Callable[..., Any]) -> SimpleNamespace:
    return plugin(**hooks)


def load(strict: bool = False, **given: object) -> Plugins:
    return load_plugins(Settings(given=given, strict=strict, only=frozenset(given)))


def clean(plugins: Plugins, source: str = TEXT, url: str | None = URL) -> CleanPage:
    return Cleaner(MODEL, plugins=plugins).clean(source, url)


PLAIN = Cleaner(MODEL, plugins=no_plugins()).clean(TEXT, URL)


class TestVerdicts:
    def test_a_rule_has_the_last_word_and_says_so(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"], keep=["もっと見る"])))
        assert [(p.label, p.reason) for p in (found.predictions[0], found.predictions[3])] == [
            (Label.BOILERPLATE, "plugin:a: drop Paylaş"),
            (Label.CONTENT, "plugin:a: keep もっと見る"),
        ]

    def test_the_model_s_probability_stays(self) -> None:
        found = clean(load(a=rules(drop_matching=["."])))
        assert found.text == ""
        assert [p.probability for p in found.predictions] == [
            p.probability for p in PLAIN.predictions
        ]

    @pytest.mark.parametrize("threshold", [0.0, 1.0])
    def test_no_threshold_overrules_a_rule(self, threshold: float) -> None:
        plugins = load(a=rules(drop=["Paylaş"], keep=["もっと見る"]))
        found = Cleaner(MODEL, threshold, plugins).clean(TEXT, URL)
        assert found.predictions[0].label is Label.BOILERPLATE
        assert found.predictions[3].label is Label.CONTENT

    def test_lines_without_a_rule_are_the_model_s(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"])))
        assert found.predictions[1:] == PLAIN.predictions[1:]

    @pytest.mark.parametrize("url", [None, "https://b.example/", "not a url", "http://[x"])
    def test_other_sites_are_left_alone(self, url: str | None) -> None:
        found = clean(load(a=rules(drop_matching=["."])), url=url)
        assert found.predictions == PLAIN.predictions

    def test_a_page_that_was_read_before_has_its_own_url(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"])), boilerplate.read(TEXT, URL))  # type: ignore[arg-type]
        assert found.predictions[0].reason == "plugin:a: drop Paylaş"

    def test_markup_is_asked_while_the_page_is_read(self) -> None:
        found = clean(load(a=rules(drop_css=["article > p:last-child"])), news_page("he"))
        reasons = [p.reason for p in found.predictions if p.reason.startswith("plugin:")]
        assert reasons == ["plugin:a: drop_css article > p:last-child"]

    def test_an_index_may_be_numpy_s(self) -> None:
        asked = load(a=labels(label_lines=lambda page: {np.int64(0): Label.CONTENT}))
        assert clean(asked).predictions[0].label is Label.CONTENT


class TestVotes:
    def test_a_vote_moves_the_probability_by_its_log_odds(self) -> None:
        def moved(log_odds: float) -> float:
            asked = load(a=labels(label_lines=lambda page: {1: Vote(log_odds, "r")}))
            return clean(asked).predictions[1].probability

        before = PLAIN.predictions[1].probability
        assert moved(-2.0) < moved(-1.0) < before < moved(1.0)
        assert moved(0.0) == before
        odds = before / (1 - before) * 2.718281828**-1
        assert moved(-1.0) == pytest.approx(odds / (1 + odds), abs=1e-3)

    def test_the_votes_of_plugins_add_up_and_are_said_before_the_model_s_reason(self) -> None:
        def vote(page: Page) -> Mapping[int, Vote]:
            return {1: Vote(-0.5, "r")}

        found = clean(load(a=labels(label_lines=vote), b=labels(label_lines=vote)))
        both = clean(load(c=labels(label_lines=lambda page: {1: Vote(-1.0, "r")})))
        assert found.predictions[1].probability == both.predictions[1].probability
        assert found.predictions[1].reason.startswith("plugin:a: r (-0.5), plugin:b: r (-0.5), ")


class TestConflicts:
    def test_the_first_plugin_wins_and_the_reason_names_both(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"]), b=rules(keep=["Paylaş"])))
        assert found.predictions[0].label is Label.BOILERPLATE
        assert found.predictions[0].reason == (
            "plugin:a: drop Paylaş (against plugin:b: keep Paylaş)"
        )

    def test_rules_for_a_path_come_before_those_for_the_host(self) -> None:
        both = plugin(
            site_rules=lambda: [
                SiteRules(hosts=["a.example"], drop=["Paylaş"]),
                SiteRules(hosts=["a.example/spor"], keep=["Paylaş"]),
            ]
        )
        assert clean(load(a=both)).predictions[0].label is Label.CONTENT

    def test_code_comes_before_the_same_plugin_s_rules(self) -> None:
        both = rules(drop=["Paylaş"])
        both.label_lines = hookimpl(lambda page: {0: Label.CONTENT})
        both.label_lines.__name__ = "label_lines"
        assert clean(load(a=both)).predictions[0].reason == "plugin:a: label_lines"


def raises(page: Page) -> None:
    raise ValueError("no\nluck")


def exits(page: Page) -> None:
    raise SystemExit(1)


def recurses(page: Page) -> None:
    recurses(page)


class MuteError(Exception):
    def __str__(self) -> str:
        raise self


def raises_mute(page: Page) -> None:
    raise MuteError


FAILING = {
    "raises": (raises, "ValueError: no luck"),
    "exits": (exits, "SystemExit: 1"),
    "recurses": (recurses, "RecursionError"),
    "returns a list": (lambda page: ["keep"], "no mapping"),
    "labels a line that is not there": (lambda page: {4: Label.CONTENT}, "lines are 0 to 3"),
    "labels a line by its text": (
        lambda page: {"Paylaş": Label.CONTENT},
        "line 'Paylaş', a value of type str",
    ),
    "labels a line by a number with a point": (lambda page: {1.0: Label.CONTENT}, "no index"),
    "labels whether": (lambda page: {True: Label.CONTENT}, "line True"),
    "counts from the end": (lambda page: {-1: Label.CONTENT}, "line -1"),
    "gives a word as a label": (lambda page: {0: "content"}, "a Label, Verdict or Vote"),
    "gives a verdict without a label": (
        lambda page: {0: Verdict("x", "r")},
        "type str for a label",
    ),
    "votes without an end": (lambda page: {0: Vote(float("nan"), "r")}, "vote of nan"),
    "votes with a word": (lambda page: {0: Vote("x", "r")}, "TypeError"),
    "gives a rule that is no text": (lambda page: {0: Verdict(Label.CONTENT, 3)}, "no text"),
    "raises what cannot be told": (raises_mute, "MuteError"),
}


class TestFailures:
    @pytest.mark.parametrize(("hook", "says"), FAILING.values(), ids=FAILING)
    def test_one_costs_a_warning_and_the_plugin_s_opinion(self, hook: Any, says: str) -> None:
        plugins = load(bad=labels(label_lines=hook), good=rules(drop=["もっと見る"]))
        with pytest.warns(PluginWarning, match=f"plugin bad: .*{re.escape(says)}"):
            found = clean(plugins)
        assert found.predictions[:3] == PLAIN.predictions[:3]
        assert found.predictions[3].reason == "plugin:good: drop もっと見る"
        (error,) = found.plugin_errors
        assert error.startswith("bad: ")
        assert says in error

    @pytest.mark.parametrize("hook", [hook for hook, _ in FAILING.values()], ids=FAILING)
    def test_one_is_fatal_where_plugins_are_strict(self, hook: Any) -> None:
        with pytest.raises(PluginError, match="plugin bad: "):
            clean(load(strict=True, bad=labels(label_lines=hook)))

    def test_a_pattern_that_cannot_be_compiled_costs_the_rules_of_its_plugin(self) -> None:
        with pytest.warns(PluginWarning, match="plugin bad: .*pattern"):
            found = clean(load(bad=rules(drop=["Paylaş"], drop_matching=["("])))
        assert found.predictions == PLAIN.predictions

    def test_a_selector_that_cannot_be_compiled_does_too(self) -> None:
        with pytest.warns(PluginWarning, match="plugin bad: .*selector"):
            found = clean(load(bad=rules(drop_css=["p["], drop_matching=["."])), news_page())
        assert found.text
        assert len(found.plugin_errors) == 1

    def test_a_plugin_that_keeps_failing_is_switched_off(self) -> None:
        asked = []

        def fails(page: Page) -> None:
            asked.append(page)
            raise ValueError

        cleaner = Cleaner(MODEL, plugins=load(bad=labels(label_lines=fails)))
        with pytest.warns(PluginWarning) as caught:
            pages = [cleaner.clean(TEXT) for _ in range(FAILURES + 2)]
        assert len(caught) == FAILURES + 1
        assert "plugin bad: switched off" in str(caught[-1].message)
        assert len(asked) == FAILURES
        assert pages[-1].plugin_errors == ("bad: switched off",)

    def test_a_plugin_that_fails_now_and_then_is_not(self) -> None:
        def fails(page: Page) -> Mapping[int, Label]:
            if page.url:
                raise ValueError
            return {0: Label.CONTENT}

        cleaner = Cleaner(MODEL, plugins=load(bad=labels(label_lines=fails)))
        with pytest.warns(PluginWarning):
            pages = [cleaner.clean(TEXT, url) for url in [URL, None] * (FAILURES + 1)]
        assert pages[-1].predictions[0].reason == "plugin:bad: label_lines"


class TestLoading:
    @pytest.mark.parametrize(
        ("bad", "says"),
        [
            (plugin(label_linse=lambda page: {}), "label_linse"),
            (plugin(label_lines=lambda page, model: {}), "model"),
            (SimpleNamespace(), "it has no hook"),
            (SimpleNamespace(BOILERPLATE_API=99), "version 99"),
            (plugin(site_rules=lambda: 3), "not iterable"),
            (plugin(site_rules=lambda: ["a.example"]), "no SiteRules"),
            (plugin(site_rules=lambda: [SiteRules(hosts=["x"])]), "no host"),
            (None, "nothing in it"),
        ],
    )
    def test_what_is_wrong_with_a_plugin_is_told_and_the_others_work(
        self, bad: object, says: str
    ) -> None:
        with pytest.warns(PluginWarning, match=f"plugin bad: .*{says}"):
            plugins = load(bad=bad, good=rules(drop=["Paylaş"]))
        assert [(p.name, p.active) for p in plugins.found[:2]] == [("bad", False), ("good", True)]
        assert says in plugins.found[0].problems[0]
        assert clean(plugins).predictions[0].reason == "plugin:good: drop Paylaş"

    def test_a_folder_holds_files_and_folders_of_rules_and_code(self, tmp_path: Path) -> None:
        toml = 'api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["Paylaş"]\n'
        (tmp_path / "one.toml").write_text(toml, "utf-8")
        (tmp_path / "two.py").write_text(
            "from boilerplate import hookimpl, SiteRules\n"
            "@hookimpl\ndef site_rules():\n    return SiteRules(hosts='b.example', keep='x')\n"
        )
        (tmp_path / "three").mkdir()
        (tmp_path / "three" / "rules.toml").write_text(toml, "utf-8")
        (tmp_path / "broken.py").write_text("import no_such_module")
        (tmp_path / "bad.toml").write_text("api = 1\n[[site]]\n")
        (tmp_path / "notes.txt").write_text("not a plugin")
        settings = Settings(folders=(str(tmp_path),), only=frozenset({"one", "two", "three",
                            "broken", "bad"}))  # fmt: skip
        with pytest.warns(PluginWarning) as caught:
            plugins = load_plugins(settings)
        mine = {p.name: p for p in plugins.found if p.origin == "user"}
        assert set(mine) == {"one", "two", "three", "broken", "bad"}
        assert {name for name, p in mine.items() if p.active} == {"one", "two", "three"}
        told = sorted(str(w.message) for w in caught)
        assert re.search(r"plugin bad: .*bad\.toml:2: this site has no hosts", told[0])
        assert "plugin broken: loading: ModuleNotFoundError" in told[1]

    def test_a_folder_that_was_named_and_is_not_there_is_a_warning(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.warns(PluginWarning, match="gone: loading: FileNotFoundError"):
            load_plugins(Settings(folders=(str(tmp_path / "gone"),)))
        monkeypatch.setattr(plugin_module, "user_folder", lambda: tmp_path / "gone")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            load_plugins(Settings(folders=(str(tmp_path / "gone"),)))

    def test_broken_metadata_of_packages_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(group: str) -> None:
            raise ValueError("no METADATA")

        monkeypatch.setattr(discovery, "entry_points", broken)
        with pytest.warns(PluginWarning, match="no METADATA"):
            plugins = load_plugins(Settings(given={"a": rules(drop=["Paylaş"])}))
        assert clean(plugins).predictions[0].reason == "plugin:a: drop Paylaş"

    def test_the_user_s_plugin_stands_for_an_installed_one_of_its_name(
        self, tmp_path: Path
    ) -> None:
        toml = 'api = 1\n[[site]]\nhosts = ["a.example"]\n'
        (tmp_path / "dailysabah.toml").write_text(toml)
        plugins = load_plugins(Settings(folders=(str(tmp_path),), only=frozenset({"dailysabah"})))
        mine, bundled = (p for p in plugins.found if p.name == "dailysabah")
        assert (mine.origin, mine.active) == ("user", True)
        assert (bundled.origin, bundled.active) == ("bundled", False)
        assert "user plugin" in bundled.problems[0]

    def test_plugins_are_left_out_by_name(self) -> None:
        settings = Settings(given={"a": rules(), "b": rules()}, without=frozenset({"a"}))
        a, b = load_plugins(settings).found[:2]
        assert (a.blocked, a.active, b.blocked, b.active) == (True, False, False, True)

    @pytest.mark.parametrize(
        ("value", "loaded"), [("", set()), (" a ,c", {"a"}), ("b,a", {"a", "b"})]
    )
    def test_the_environment_names_the_only_ones(
        self, value: str, loaded: set[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BOILERPLATE_PLUGINS", value)
        settings = replace(Settings.from_environment(), given={"a": rules(), "b": rules()})
        assert {p.name for p in load_plugins(settings).active} == loaded

    def test_the_environment_names_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BOILERPLATE_PLUGINS_DIR", str(tmp_path))
        assert Settings.from_environment(["x"]).folders[:2] == ("x", str(tmp_path))

    def test_a_worker_process_loads_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "one.toml").write_text(
            'api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["Paylaş"]\n', "utf-8"
        )
        plugins = load_plugins(Settings(folders=(str(tmp_path),), only=frozenset({"one"})))
        cleaner = Cleaner(MODEL, plugins=plugins)
        copy = pickle.loads(pickle.dumps(cleaner))  # noqa: S301 - what this test just made
        assert copy.clean(TEXT, URL) == cleaner.clean(TEXT, URL)
        assert copy.clean(TEXT, URL).predictions[0].reason == "plugin:one: drop Paylaş"


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


class TestTime:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opinions, "SECONDS_A_PAGE", 0.2)
        monkeypatch.setattr(room, "SECONDS_A_PAGE", 0.2)
        monkeypatch.setattr(opinions, "SECONDS_A_LINE", 0.0)

    @pytest.mark.parametrize("hook", [loops, loops_and_catches, sleeps, matches])
    def test_a_plugin_that_hangs_is_interrupted(self, hook: Any) -> None:
        with pytest.warns(PluginWarning, match="plugin slow: .*took more than"):
            found = clean(load(slow=labels(label_lines=hook)))
        assert found.predictions == PLAIN.predictions

    def test_python_code_that_hangs_in_another_thread_is_interrupted(self) -> None:
        found = []
        plugins = load(slow=labels(label_lines=loops))
        plugins.warn = lambda name, problem: None
        thread = threading.Thread(target=lambda: found.append(clean(plugins)))
        thread.start()
        thread.join(60)
        assert found[0].predictions == PLAIN.predictions
        assert "took more than" in found[0].plugin_errors[0]

    def test_an_import_that_hangs_is_interrupted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(room, "SECONDS_TO_LOAD", 0.2)
        (tmp_path / "slow.py").write_text("while True: pass")
        with pytest.warns(PluginWarning, match="plugin slow: loading: it took more than 0.2 s"):
            load_plugins(Settings(folders=(str(tmp_path),), only=frozenset({"slow"})))


class FakeSiteModel:
    """Is sure that a page's first line is content."""

    site = "a.example"

    def correct(self, page: Page, scores: Scores) -> Scores:
        probability = scores.probability.copy()
        probability[0] = 1.0
        return replace(scores, probability=probability)


class TestSiteModels:
    def test_a_plugin_supplies_a_site_model(self) -> None:
        found = clean(load(a=labels(site_model=lambda page: FakeSiteModel())))
        assert found.predictions[0].probability == 1.0

    def test_a_plugin_that_names_its_sites_is_asked_for_no_others(self) -> None:
        known = rules()
        known.site_model = hookimpl(lambda page: FakeSiteModel())
        known.site_model.__name__ = "site_model"
        plugins = load(a=known)
        assert clean(plugins).predictions[0].probability == 1.0
        assert clean(plugins, url="https://b.example/").predictions == PLAIN.predictions

    @pytest.mark.parametrize(
        "answer",
        [lambda *_: None, lambda page, scores: scores.probability, lambda: None,
         lambda p, scores: replace(scores, probability=scores.probability[:1]),
         lambda p, scores: replace(scores, probability=scores.probability + 2)],
    )  # fmt: skip
    def test_one_that_returns_nonsense_costs_a_warning(self, answer: Any) -> None:
        model = SimpleNamespace(correct=answer)
        with pytest.warns(PluginWarning, match="plugin a: its site model"):
            found = clean(load(a=labels(site_model=lambda page: model)))
        assert found.predictions == PLAIN.predictions

    def test_what_is_no_site_model_costs_one_too(self) -> None:
        with pytest.warns(PluginWarning, match="plugin a: its site model: AttributeError"):
            found = clean(load(a=labels(site_model=lambda page: 3)))
        assert found.predictions == PLAIN.predictions

    def test_one_in_a_file_corrects_the_scores(self, tmp_path: Path) -> None:
        learned = boilerplate.SiteModel().fit(made_up_site.text(i) for i in range(9))
        learned.save(tmp_path / "a.model")
        plugins = load(a=rules(site_model=str(tmp_path / "a.model")))
        page = replace(made_up_site.text(100), url=URL)
        found = Cleaner(made_up_model(), plugins=plugins).clean(page)
        assert not found.plugin_errors
        assert found.drift is not None

    def test_a_file_that_is_not_there_costs_the_opinion_only(self) -> None:
        with pytest.warns(PluginWarning, match="cannot be read"):
            found = clean(load(a=rules(site_model="a.model")))
        assert found.predictions == PLAIN.predictions

    def test_rules_name_the_path_of_one(self) -> None:
        page = boilerplate.read(TEXT, URL)
        offered = load(a=rules(site_model="a.model")).on(URL).site_model(page)
        assert offered is not None
        assert (offered[0].name, offered[1]) == ("a", "a.model")

    def test_a_file_that_was_learned_again_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "a.model"
        plugins = load(a=rules(site_model=str(path)))
        page = replace(made_up_site.text(100), url=URL)
        boilerplate.SiteModel().save(path)
        assert Cleaner(made_up_model(), plugins=plugins).clean(page).drift is None
        boilerplate.SiteModel().fit(made_up_site.text(i) for i in range(9)).save(path)
        assert Cleaner(made_up_model(), plugins=plugins).clean(page).drift is not None


class TestBundled:
    def test_they_are_found_as_anyone_s_are(self) -> None:
        found = load_plugins(Settings()).found
        names = {p.name for p in found if p.origin == "bundled"}
        assert "dailysabah" in names, "run `pip install -e .` again: entry points are new"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert all(not p.problems and not [w for m in p.matchers for w in m.problems()]
                       for p in found if p.origin == "bundled")  # fmt: skip
