"""How the opinions of plugins change the labels, probabilities and reasons of lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import boilerplate
from boilerplate import Cleaner, Label, Page, SiteRules, hookimpl
from boilerplate.model.stack import Scores
from boilerplate.plugins import PluginWarning, Vote
from tests import made_up_site
from tests.made_up import made_up_model, news_page
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


class TestVerdicts:
    def test_rules_decide_lines_and_are_named_in_the_reason(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"], keep=["もっと見る"])))
        assert [(p.label, p.reason) for p in (found.predictions[0], found.predictions[3])] == [
            (Label.BOILERPLATE, "plugin:a: drop Paylaş"),
            (Label.CONTENT, "plugin:a: keep もっと見る"),
        ]

    def test_a_verdict_does_not_change_the_probability(self) -> None:
        found = clean(load(a=rules(drop_matching=["."])))
        assert found.text == ""
        assert [p.probability for p in found.predictions] == [
            p.probability for p in PLAIN.predictions
        ]

    @pytest.mark.parametrize("threshold", [0.0, 1.0])
    def test_a_verdict_wins_over_any_threshold(self, threshold: float) -> None:
        plugins = load(a=rules(drop=["Paylaş"], keep=["もっと見る"]))
        found = Cleaner(MODEL, threshold, plugins).clean(TEXT, URL)
        assert found.predictions[0].label is Label.BOILERPLATE
        assert found.predictions[3].label is Label.CONTENT

    def test_lines_without_a_rule_keep_the_prediction_of_the_model(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"])))
        assert found.predictions.labels[1:] == PLAIN.predictions.labels[1:]
        assert found.predictions.probabilities[1:] == PLAIN.predictions.probabilities[1:]

    @pytest.mark.parametrize("url", [None, "https://b.example/", "https://a.example.b.example/"])
    def test_rules_do_not_apply_to_other_sites(self, url: str | None) -> None:
        found = clean(load(a=rules(drop_matching=["."])), url=url)
        assert found.predictions == PLAIN.predictions

    def test_the_url_of_a_page_that_is_already_read_is_used(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"])), boilerplate.read(TEXT, URL))
        assert found.predictions[0].reason == "plugin:a: drop Paylaş"

    def test_general_css_selectors_are_matched_while_the_page_is_read(self) -> None:
        found = clean(load(a=rules(drop_css=["article > p:last-child"])), news_page("he"))
        reasons = [p.reason for p in found.predictions if p.reason.startswith("plugin:")]
        assert reasons == ["plugin:a: drop_css article > p:last-child"]

    def test_line_indices_may_be_numpy_integers(self) -> None:
        plugins = load(a=plugin(label_lines=lambda page: {np.int64(0): Label.CONTENT}))
        assert clean(plugins).predictions[0].label is Label.CONTENT


class TestVotes:
    def test_a_vote_adds_log_odds_to_the_probability(self) -> None:
        def voted(log_odds: float) -> float:
            plugins = load(a=plugin(label_lines=lambda page: {1: Vote(log_odds, "r")}))
            return clean(plugins).predictions[1].probability

        before = PLAIN.predictions[1].probability
        assert voted(-2.0) < voted(-1.0) < before < voted(1.0)
        assert voted(0.0) == before
        odds = before / (1 - before) * 2.718281828**-1
        assert voted(-1.0) == pytest.approx(odds / (1 + odds), abs=1e-3)

    def test_votes_of_plugins_are_summed_and_come_first_in_the_reason(self) -> None:
        def vote(page: Page) -> Mapping[int, Vote]:
            return {1: Vote(-0.5, "r")}

        found = clean(load(a=plugin(label_lines=vote), b=plugin(label_lines=vote)))
        both = clean(load(c=plugin(label_lines=lambda page: {1: Vote(-1.0, "r")})))
        assert found.predictions[1].probability == both.predictions[1].probability
        assert found.predictions[1].reason.startswith("plugin:a: r (-0.5), plugin:b: r (-0.5), ")


class TestPrecedence:
    def test_the_first_plugin_wins_and_the_reason_names_both(self) -> None:
        found = clean(load(a=rules(drop=["Paylaş"]), b=rules(keep=["Paylaş"])))
        assert found.predictions[0].label is Label.BOILERPLATE
        assert found.predictions[0].reason == (
            "plugin:a: drop Paylaş (against plugin:b: keep Paylaş)"
        )

    def test_rules_for_a_path_win_over_rules_for_its_host(self) -> None:
        both = plugin(
            site_rules=lambda: [
                SiteRules(hosts=["a.example"], drop=["Paylaş"]),
                SiteRules(hosts=["a.example/spor"], keep=["Paylaş"]),
            ]
        )
        assert clean(load(a=both)).predictions[0].label is Label.CONTENT

    def test_label_lines_wins_over_the_rules_of_the_same_plugin(self) -> None:
        both = rules(drop=["Paylaş"])
        both.label_lines = hookimpl(lambda page: {0: Label.CONTENT})
        both.label_lines.__name__ = "label_lines"
        assert clean(load(a=both)).predictions[0].reason == "plugin:a: label_lines"


class TestSiteModels:
    def test_a_site_model_of_a_plugin_corrects_the_scores(self) -> None:
        found = clean(load(a=plugin(site_model=lambda page: FakeSiteModel())))
        assert found.predictions[0].probability == 1.0

    def test_site_model_is_called_only_for_sites_of_the_plugin(self) -> None:
        with_rules = rules()
        with_rules.site_model = hookimpl(lambda page: FakeSiteModel())
        with_rules.site_model.__name__ = "site_model"
        plugins = load(a=with_rules)
        assert clean(plugins).predictions[0].probability == 1.0
        assert clean(plugins, url="https://b.example/").predictions == PLAIN.predictions

    @pytest.mark.parametrize(
        "answer",
        [lambda *_: None, lambda page, scores: scores.probability, lambda: None,
         lambda p, scores: replace(scores, probability=scores.probability[:1]),
         lambda p, scores: replace(scores, probability=scores.probability + 2),
         lambda p, scores: replace(scores, drift=float("nan")),
         lambda p, scores: replace(scores, drift=2.0),
         lambda p, scores: replace(scores, drift="all of it"),
         lambda p, scores: replace(scores, probability=scores.probability.astype(str)),
         lambda p, scores: replace(scores, probability=scores.probability + 0j),
         lambda p, scores: replace(scores, log_roles=scores.log_roles[:, :3]),
         lambda p, scores: replace(scores, log_roles=None),
         lambda p, scores: replace(scores, log_roles=scores.log_roles + 99),
         lambda p, scores: replace(scores, log_roles=scores.log_roles * float("nan")),
         lambda p, scores: replace(scores, site_reasons=5),
         lambda p, scores: replace(scores, site_reasons=[("", "")]),
         lambda p, scores: replace(scores, site_reasons=["ab"] * len(p.lines)),
         lambda p, scores: replace(scores, site_reasons=[(1, 2)] * len(p.lines)),
         lambda p, scores: replace(scores, languages=5),
         lambda p, scores: replace(scores, chars=scores.chars[1:]),
         lambda p, scores: replace(scores, article="news")],
    )  # fmt: skip
    def test_invalid_scores_are_a_warning_and_ignored(self, answer: Any) -> None:
        model = SimpleNamespace(correct=answer)
        with pytest.warns(PluginWarning, match="plugin a: its site model"):
            found = clean(load(a=plugin(site_model=lambda page: model)))
        assert found.predictions == PLAIN.predictions

    def test_scores_that_a_site_model_spoils_and_then_raises_are_whole(self) -> None:
        def spoils(page: boilerplate.Page, scores: Scores) -> None:
            scores.probability[:] = 1.0
            raise ValueError("港")

        model = SimpleNamespace(correct=spoils)
        with pytest.warns(PluginWarning, match="plugin a: its site model: ValueError: 港"):
            found = clean(load(a=plugin(site_model=lambda page: model)))
        assert found.predictions == PLAIN.predictions

    def test_the_next_site_model_is_used_where_the_first_fails(self) -> None:
        broken = SimpleNamespace(correct=lambda page, scores: None)
        first, next_ = (plugin(site_model=lambda page, m=m: m) for m in (broken, FakeSiteModel()))
        with pytest.warns(PluginWarning, match="plugin a"):
            found = clean(load(a=first, b=next_))
        assert found.predictions[0].probability == 1.0

    def test_an_object_without_correct_is_a_warning_and_ignored(self) -> None:
        with pytest.warns(PluginWarning, match="plugin a: its site model: AttributeError"):
            found = clean(load(a=plugin(site_model=lambda page: 3)))
        assert found.predictions == PLAIN.predictions

    def test_a_site_model_file_corrects_the_scores(self, tmp_path: Path) -> None:
        learned = boilerplate.SiteModel().fit(made_up_site.text(i) for i in range(9))
        learned.save(tmp_path / "a.model")
        plugins = load(a=rules(site_model=str(tmp_path / "a.model")))
        page = replace(made_up_site.text(100), url=URL)
        found = Cleaner(made_up_model(), plugins=plugins).clean(page)
        assert not found.plugin_errors
        assert found.drift is not None

    def test_a_missing_site_model_file_is_a_warning(self) -> None:
        with pytest.warns(PluginWarning, match="cannot be read"):
            found = clean(load(a=rules(site_model="a.model")))
        assert found.predictions == PLAIN.predictions

    def test_a_site_model_file_that_has_changed_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "a.model"
        plugins = load(a=rules(site_model=str(path)))
        page = replace(made_up_site.text(100), url=URL)
        boilerplate.SiteModel().save(path)
        assert Cleaner(made_up_model(), plugins=plugins).clean(page).drift is None
        boilerplate.SiteModel().fit(made_up_site.text(i) for i in range(9)).save(path)
        assert Cleaner(made_up_model(), plugins=plugins).clean(page).drift is not None
