"""A Cleaner that keeps and drops lines by their roles."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import boilerplate
from boilerplate import Cleaner, CleanPage, Label, SiteRules
from boilerplate.explain.reasons import LIMITS, ROLE_WORDS
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import Scores
from boilerplate.numeric import Floats
from boilerplate.page import Element, Line, Markup, Metadata, Page
from boilerplate.plugins.manager import Plugins, load_plugins, no_plugins
from boilerplate.plugins.plugin import PluginWarning, Settings
from boilerplate.predictions import Prediction
from boilerplate.roles import CONTENT_ROLES, ROLES
from tests.made_up import SENTENCES, made_up_model, news_page

MODEL = made_up_model()
URL = "https://courier.example/a"


def sure_roles(names: Sequence[str]) -> Floats:
    """What a model says that is sure of the role of each line: log-probabilities, (n, 24).

    A second role, after a slash, is the next likeliest.
    """
    probability = np.full((len(names), len(ROLES)), 1e-3)
    for row, name in zip(probability, names, strict=True):
        first, _, second = name.partition("/")
        row[ROLES.index(first)] = 0.6
        row[ROLES.index(second or first)] += 0.3
    log_roles: Floats = np.log(probability / probability.sum(1, keepdims=True))
    return log_roles


class SureModel(Model):
    """A model of the TEXTS, which are all that it has learned."""

    def predict(self, page: Page) -> Scores:
        known = [TEXTS[line.text] for line in page.lines]
        return replace(
            super().predict(page),
            probability=np.array([probability for _, probability in known]),
            log_roles=sure_roles([roles for roles, _ in known]),
        )


TEXTS = {  # the roles of lines, and the probabilities of content that a made-up model gives
    SENTENCES["ar"]: ("body", 0.9),
    "ٱلميناء ليلا": ("caption/comments", 0.8),
    "İlgili haberler": ("related/body", 0.7),
    "最初のコメント": ("comments", 0.1),
    "3 มีนาคม 2564": ("date", 0.2),
}
PAGE = "\n".join(TEXTS)


def cleaned(
    keep: tuple[str, ...] = (),
    drop: tuple[str, ...] = (),
    plugins: Plugins | None = None,
    page: str | Page = PAGE,
) -> CleanPage:
    """A page of the TEXTS, cleaned with a made-up model of content and of roles."""
    model = SureModel(MODEL.stacks, MODEL.words, MODEL.about)
    cleaner = Cleaner(model, 0.5, plugins or no_plugins(), None, keep, drop)
    return cleaner.clean(page, URL)


def kept(page: CleanPage) -> list[str]:
    """The roles of the lines that are kept."""
    return [str(p.role) for p in page.predictions if p.label is Label.CONTENT]


def site(folder: Path, **rules: str) -> Plugins:
    """A plugin of these rules for each name."""
    for name, body in rules.items():
        (folder / f"{name}.toml").write_text(
            f'api = 1\n[[site]]\nhosts = ["courier.example"]\n{body}\n', "utf-8"
        )
    return load_plugins(Settings(folders=(str(folder),), only=frozenset(rules)))


class TestChoice:
    def test_content_is_kept_by_default(self) -> None:
        page = cleaned()
        assert [p.role for p in page.predictions] == [
            "body", "caption", "body", "comments", "date",
        ]  # fmt: skip
        assert kept(page) == ["body", "caption", "body"]
        assert page.kept_roles == CONTENT_ROLES
        assert set(page.predictions.deciders) == {"model"}

    def test_roles_are_assigned_when_they_are_looked_at(self) -> None:
        with patch("boilerplate.cleaner.assigned", None):
            page = Cleaner(MODEL, plugins=no_plugins()).clean(news_page("th"))
            assert page.text is not None
            assert page.kept is not None
            with pytest.raises(TypeError):
                page.predictions.roles  # noqa: B018

    def test_kept_role_is_kept_and_says_so(self) -> None:
        page = cleaned(keep=("comments", "date"))
        assert kept(page) == ["body", "caption", "body", "comments", "date"]
        comment = page.predictions[3]
        assert (comment.decided_by, comment.reason) == ("roles", "kept by choice: comments")
        assert comment.probability == 0.1
        assert page.kept_roles == (*CONTENT_ROLES, "date", "comments")
        assert page.predictions.deciders == ["model", "model", "model", "roles", "roles"]

    def test_dropped_role_is_dropped_and_says_so(self) -> None:
        page = cleaned(drop=("caption",))
        assert kept(page) == ["body", "body"]
        caption = page.predictions[1]
        assert (caption.role, caption.decided_by) == ("caption", "roles")
        assert caption.reason == "dropped by choice: caption"
        assert "caption" not in page.kept_roles

    def test_dropped_role_of_chrome_takes_kept_lines_that_look_like_it(self) -> None:
        page = cleaned(drop=("related",))
        assert kept(page) == ["body", "caption"]
        assert page.predictions[2].role == "related"
        assert page.kept_roles == CONTENT_ROLES

    def test_choice_of_what_is_kept_anyway_changes_nothing(self) -> None:
        assert cleaned(keep=CONTENT_ROLES) == cleaned()

    def test_blank_lines_have_no_role_and_are_never_kept(self) -> None:
        page = Cleaner(MODEL, plugins=no_plugins(), keep=ROLES).clean(
            "bir\n\n \t\niki", kind="text"
        )
        assert [p.role is None for p in page.predictions] == [False, True, True, False]
        assert page.text == "bir\niki"

    @settings(max_examples=40, deadline=None)
    @given(
        st.sampled_from(sorted(SENTENCES)),
        st.sets(st.sampled_from(ROLES)),
        st.sets(st.sampled_from(ROLES)),
    )
    def test_kept_lines_are_exactly_those_whose_role_is_kept(
        self, language: str, keep: set[str], drop: set[str]
    ) -> None:
        cleaner = Cleaner(plugins=no_plugins(), keep=keep - drop, drop=drop)
        page = cleaner.clean(news_page(language))
        for p in page.predictions:
            assert "page" not in p.decided_by
            assert (p.label is Label.CONTENT) == (p.role in page.kept_roles)
        assert page.predictions.probabilities == list(
            boilerplate.clean(news_page(language)).predictions.probabilities
        )

    @pytest.mark.parametrize("given", [{"keep": ["advert"]}, {"drop": "navigation, legal"}])
    def test_unknown_role_is_refused(self, given: dict[str, list[str]]) -> None:
        with pytest.raises(ValueError, match="there is no role"):
            Cleaner(MODEL, **given)

    def test_pickled_cleaner_makes_the_same_choice(self) -> None:
        cleaner = Cleaner(MODEL, keep=["legal", "comments"], drop=["body"])
        again = pickle.loads(pickle.dumps(cleaner))  # noqa: S301 - our own
        assert (again.keep, again.drop) == (("legal", "comments"), ("body",))
        assert again.clean(news_page("fr")) == cleaner.clean(news_page("fr"))

    def test_choice_is_in_the_record_and_comes_back_from_it(self) -> None:
        page = cleaned(keep=("comments",), drop=("caption",))
        record = json.loads(json.dumps(page.to_dict()))
        assert record["keep"] == list(page.kept_roles)
        assert [line["role"] for line in record["lines"]] == [p.role for p in page.predictions]
        again = CleanPage.from_dict(record)
        assert again.kept_roles == page.kept_roles
        assert again.text == page.text


class TestVerdicts:
    def test_verdict_of_a_plugin_is_the_last_word(self, tmp_path: Path) -> None:
        plugins = site(tmp_path, courier="drop = ['最初のコメント']\nkeep = ['İlgili haberler']")
        page = cleaned(keep=("comments",), drop=("related", "caption"), plugins=plugins)
        assert kept(page) == ["body", "body"]
        labels = [p.decided_by for p in page.predictions]
        assert labels == ["model", "roles", "plugin:courier", "plugin:courier", "model"]
        assert page.predictions[2].role == "body"
        assert page.predictions[3].reason == "plugin:courier: drop 最初のコメント"

    def test_hidden_line_stays_dropped(self) -> None:
        markup = (
            f"<p>{SENTENCES['ar']}</p><dialog open hidden><p>最初のコメント</p></dialog>"
            "<div hidden><p>3 มีนาคม 2564</p></div>"
        )
        page = cleaned(keep=("comments", "date"), page=boilerplate.read(markup, URL, "html"))
        assert kept(page) == ["body"]
        assert [p.decided_by for p in page.predictions] == ["model", "page", "page"]


class TestSites:
    def test_site_s_rules_choose_roles_and_are_named(self, tmp_path: Path) -> None:
        plugins = site(tmp_path, courier='keep_roles = ["date"]\ndrop_roles = ["caption"]')
        page = cleaned(plugins=plugins)
        assert kept(page) == ["body", "body", "date"]
        caption, date = page.predictions[1], page.predictions[4]
        assert {caption.decided_by, date.decided_by} == {"plugin:courier"}
        assert caption.reason == "plugin:courier: drop_roles caption"
        assert date.reason == "plugin:courier: keep_roles date"
        assert "date" in page.kept_roles
        assert "caption" not in page.kept_roles

    def test_user_s_choice_wins_over_the_site_s(self, tmp_path: Path) -> None:
        plugins = site(tmp_path, courier='keep_roles = ["date", "comments"]\ndrop_roles = ["body"]')
        page = cleaned(keep=("body",), drop=("comments",), plugins=plugins)
        assert kept(page) == ["body", "caption", "body", "date"]
        same = cleaned(keep=("date",), plugins=plugins)
        assert same.predictions[4].decided_by == "roles"

    def test_first_of_two_plugins_wins_and_both_are_heard(self, tmp_path: Path) -> None:
        plugins = site(
            tmp_path,
            a='keep_roles = ["date"]',
            b='keep_roles = ["comments"]\ndrop_roles = ["date"]',
        )
        page = cleaned(plugins=plugins)
        assert page.predictions.deciders[3:] == ["plugin:b", "plugin:a"]

    def test_rules_of_a_path_win_over_those_of_the_host(self, tmp_path: Path) -> None:
        body = (
            'drop_roles = ["date"]\n[[site]]\nhosts = ["courier.example/a"]\nkeep_roles = ["date"]'
        )
        assert kept(cleaned(plugins=site(tmp_path, courier=body)))[-1] == "date"

    def test_pages_of_other_sites_are_as_they_were(self, tmp_path: Path) -> None:
        plugins = site(tmp_path, courier='drop_roles = ["body"]')
        page = Cleaner(MODEL, 0.0, plugins).clean("bir", "https://other.example/")
        assert page.text == "bir"
        assert page.kept_roles == CONTENT_ROLES

    def test_failed_plugin_chooses_nothing(self) -> None:
        class Courier:
            @boilerplate.hookimpl
            def site_rules(self) -> SiteRules:
                return SiteRules(hosts=["courier.example"], drop_roles=["body"])

            @boilerplate.hookimpl
            def label_lines(self, page: Page) -> None:
                raise RuntimeError(page.url)

        given = {"courier": Courier()}
        plugins = load_plugins(Settings(given=given, only=frozenset(given)))
        with pytest.warns(PluginWarning, match="courier"):
            page = cleaned(plugins=plugins)
        assert kept(page) == ["body", "caption", "body"]
        assert page.plugin_errors


class TestReasons:
    def test_every_role_but_body_and_other_has_words_that_leave_room_for_a_reason(self) -> None:
        assert set(ROLE_WORDS) == set(ROLES) - {"body", "other"}
        assert max(len(f"{words}: ") for words in ROLE_WORDS.values()) + LIMITS.max_length < 120

    def test_role_begins_the_reason_of_any_line(self) -> None:
        reasons = [p.reason for p in cleaned().predictions]
        for reason, words in zip(
            reasons, ("", "caption: ", "", "comments: ", "date: "), strict=True
        ):
            assert reason.startswith(words)
        assert ": " not in reasons[0]

    def test_line_that_may_be_content_is_not_said_to_be_outside_the_article(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class DoubtfulModel(Model):
            """The shipped model, but with this probability of content for what it would drop."""

            doubt = 0.5

            def predict(self, page: Page) -> Scores:
                scores = super().predict(page)
                dropped = scores.probability < 0.9
                return replace(
                    scores, probability=np.where(dropped, self.doubt, scores.probability)
                )

        shipped = load_model()
        cleaner = Cleaner(
            DoubtfulModel(shipped.stacks, shipped.words, shipped.about), 0.9, no_plugins()
        )

        def are_outside(doubt: float) -> bool:
            """Whether any dropped line is said to be above or below the article."""
            monkeypatch.setattr(DoubtfulModel, "doubt", doubt)
            pages = [cleaner.clean(news_page(language)) for language in SENTENCES]
            pages += [cleaner.clean("\n".join(line.text for line in p.page.lines)) for p in pages]
            reasons = [p.reason for page in pages for p in page.predictions]
            return any(re.search("(below|above) the article", reason) for reason in reasons)

        assert are_outside(LIMITS.may_be_content - 0.01)
        assert not are_outside(LIMITS.may_be_content)
        monkeypatch.setattr("boilerplate.explain.reasons.LIMITS", replace(LIMITS, may_be_content=2))
        assert are_outside(LIMITS.may_be_content)


def page_of(*lines: tuple[str, int, str, bool], headline: str = "") -> CleanPage:
    """A page of lines: a text, its element, its role, and whether it is kept."""
    elements = (
        Element("body", (), -1), Element("h1", (), 0), Element("a", (), 1), Element("p", (), 0),
    )  # fmt: skip
    predictions = tuple(
        Prediction(
            Line(text, Markup(at)), Label.CONTENT if keep else Label.BOILERPLATE, 0.5, "", role
        )
        for text, at, role, keep in lines
    )
    head = Metadata(headline=headline)
    return CleanPage(
        Page(tuple(p.line for p in predictions), "html", None, elements, head), predictions
    )


class TestHeadline:
    def test_head_of_the_page_goes_first(self) -> None:
        page = page_of(("فوق", 1, "headline", True), headline="العنوان")
        assert page.headline == page.to_dict()["metadata"]["headline"] == "العنوان"

    def test_lone_h1_goes_before_the_role(self) -> None:
        page = page_of(("見出し", 3, "headline", True), ("港の朝市", 2, "body", False))
        assert page.headline == page.to_dict()["metadata"]["headline"] == "港の朝市"

    def test_first_kept_headline_is_taken_where_there_is_no_lone_h1(self) -> None:
        dropped, first = ("Menü", 3, "headline", False), ("Liman", 3, "headline", True)
        two = ("a", 1, "body", True), ("b", 1, "body", True)
        assert page_of(dropped, first, *two).headline == "Liman"
        assert page_of(("", 1, "body", True), first).headline == "Liman"

    def test_page_without_headline_has_none(self) -> None:
        page = page_of(("metin", 3, "body", True))
        assert page.headline is None
        assert page.to_dict()["metadata"]["headline"] is None

    def test_lone_h1_of_a_page_is_its_headline(self) -> None:
        assert boilerplate.clean(f"<h1>Sommar</h1><p>{SENTENCES['de']}</p>").headline == "Sommar"
