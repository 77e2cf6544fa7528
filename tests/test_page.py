"""Pages, their lines, and the result of cleaning one."""

from __future__ import annotations

import dataclasses
import operator
import pickle
from collections.abc import Sequence
from copy import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import CleanPage, Label, Line, Page, Prediction
from boilerplate.page import LazyTuple, Markup, site_of, text_page
from boilerplate.plugins.hosts import applies_to, hosts_with_rules_for
from boilerplate.predictions import Predictions
from boilerplate.result import LabelledPage
from boilerplate.site_models.folder import SiteModels
from tests.hanging import ends

GREETING = Line("مرحبا")
NOTICE = Line("Çerez bildirimi")
CLEANED = CleanPage(
    Page((GREETING, NOTICE), url="https://www.gazete.example/a"),
    (
        Prediction(GREETING, Label.CONTENT, 0.9, "worded like an article"),
        Prediction(NOTICE, Label.BOILERPLATE, 0.1, "worded like site chrome"),
    ),
    "ar",
)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.com/a?b#c", "example.com"),
        ("HTTP://News.Example.CO.UK:8080/x", "news.example.co.uk"),
        ("https://user:secret@bücher.example/", "bücher.example"),
        ("https://[::1]/", "::1"),
        ("//cdn.example/x", "cdn.example"),
        ("https://www.", None),
        ("not a url", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_site_is_the_host_of_a_url_without_www(url: str | None, site: str | None) -> None:
    assert site_of(url) == site
    assert Page((), url=url).site == site


@given(st.text())
def test_any_string_as_a_url_has_a_lower_case_site_or_none(url: str) -> None:
    site = site_of(url)
    assert site is None or site == site.lower()


def test_lines_of_a_clean_page_are_kept_or_dropped() -> None:
    assert CLEANED.kept == (GREETING,)
    assert CLEANED.dropped == (NOTICE,)


class TestLazyTuple:
    def test_it_is_made_once_and_only_if_looked_into(self) -> None:
        made: list[str] = []

        def make() -> tuple[str, ...]:
            made.append("made")
            return ("نعم", "hayır")

        values = LazyTuple(2, make)
        assert (len(values), bool(values), made) == (2, True, [])
        assert (values[0], values[-1], list(values)) == ("نعم", "hayır", ["نعم", "hayır"])
        assert made == ["made"]

    def test_it_behaves_like_the_tuple(self) -> None:
        same = ("ไทย", "हिन्दी")
        values = LazyTuple(2, lambda: same)
        arrived = pickle.loads(pickle.dumps(values))  # noqa: S301 - our own
        assert type(arrived) is tuple
        for each in (values, arrived, copy(values)):
            assert each == same == each == LazyTuple(2, lambda: same)
            assert (hash(each), repr(each)) == (hash(same), repr(same))
            assert (each[1:], operator.add(each, ("!",))) == (same[1:], (*same, "!"))
            assert ("ไทย" in each, each.index("हिन्दी"), each.count("x")) == (True, 1, 0)
        assert values != same[:1]
        assert values != list(same)


class Asked:
    """An explainer that counts its calls."""

    def __init__(self, *predictions: Prediction) -> None:
        self.made, self.roles_asked, self.asked = predictions, 0, 0

    def languages(self) -> list[tuple[str | None, float]]:
        return [(p.language, p.language_confidence) for p in self.made]

    def roles(self) -> list[str | None]:
        self.roles_asked += 1
        return [p.role for p in self.made]

    def deciders(self) -> list[str]:
        return [p.decided_by for p in self.made]

    def reasons(self, roles: Sequence[str | None]) -> list[str]:
        self.asked += 1
        assert roles == [p.role for p in self.made]
        return [p.reason for p in self.made]


class TestPredictions:
    MADE = (
        Prediction(GREETING, Label.CONTENT, 0.9, "worded like an article", "body", "ar", 0.8),
        Prediction(NOTICE, Label.BOILERPLATE, 0.1, "short", "cookie", "tr", 0.7, "site_model"),
    )

    def lazy(self, asked: Asked | None = None) -> tuple[Predictions, Asked]:
        asked = asked or Asked(*self.MADE)
        known = Predictions.of(self.MADE)
        columns = known.lines, known.labels, known.probabilities
        return Predictions(*columns, asked), asked

    def test_text_needs_no_roles_and_no_reasons(self) -> None:
        predictions, asked = self.lazy()
        cleaned = CleanPage(CLEANED.page, predictions)
        assert (cleaned.text, cleaned.dropped, len(predictions)) == ("مرحبا", (NOTICE,), 2)
        assert (asked.roles_asked, asked.asked) == (0, 0)

    def test_roles_are_computed_once_and_without_reasons(self) -> None:
        predictions, asked = self.lazy()
        assert predictions.roles == predictions.roles == ["body", "cookie"]
        assert (asked.roles_asked, asked.asked) == (1, 0)
        assert predictions[1].role == "cookie"
        assert [p.reason for p in predictions] == ["worded like an article", "short"]
        assert (asked.roles_asked, asked.asked) == (1, 1)

    def test_error_while_explaining_does_not_end_the_iteration_silently(self) -> None:
        class Failing(Asked):
            def reasons(self, roles: Sequence[str | None]) -> list[str]:
                return [self.made[len(roles)].reason]

        known, _ = self.lazy(Failing(*self.MADE))
        for walk in (list, tuple, lambda some: [p.reason for p in some]):
            with pytest.raises(IndexError):
                walk(known)

    def test_predictions_behave_like_a_tuple_of_them(self) -> None:
        predictions, _ = self.lazy()
        arrived = pickle.loads(pickle.dumps(predictions))  # noqa: S301 - our own
        for each in (predictions, arrived, copy(predictions)):
            assert each == self.MADE == each == Predictions.of(self.MADE)
            assert hash(each) == hash(self.MADE)
            assert (each[:1], each[-1]) == (self.MADE[:1], self.MADE[1])
            assert repr(each) == repr(self.MADE)
            assert each.languages == [("ar", 0.8), ("tr", 0.7)]
            assert each.deciders == ["model", "site_model"]
        assert predictions != self.MADE[:1]
        assert predictions != "predictions"


def test_text_is_the_kept_lines_joined_by_newlines() -> None:
    assert CLEANED.text == "مرحبا"
    both = tuple(dataclasses.replace(p, label=Label.CONTENT) for p in CLEANED.predictions)
    assert dataclasses.replace(CLEANED, predictions=both).text == "مرحبا\nÇerez bildirimi"


def test_clean_page_has_the_url_and_site_of_its_page() -> None:
    assert (CLEANED.url, CLEANED.site) == ("https://www.gazete.example/a", "gazete.example")


@pytest.mark.parametrize("value", [CLEANED, GREETING, Markup(0), Page(())])
def test_values_are_frozen(value: object) -> None:
    field = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_pickled_page_is_equal() -> None:
    assert pickle.loads(pickle.dumps(CLEANED)) == CLEANED  # noqa: S301  # our own bytes


def test_labelled_page_needs_a_label_for_each_line() -> None:
    page = text_page(["एक", "दो"])
    assert LabelledPage(page, (Label.CONTENT, None)).labels == (Label.CONTENT, None)
    with pytest.raises(ValueError, match="2 lines, 1 labels"):
        LabelledPage(page, (Label.CONTENT,))


def test_label_equals_its_word() -> None:
    assert (Label.CONTENT, Label.BOILERPLATE) == ("content", "boilerplate")


@given(st.lists(st.text()))
def test_text_page_has_the_given_lines(lines: list[str]) -> None:
    page = text_page(lines, "https://a.example/")
    assert [line.text for line in page.lines] == lines
    assert page.kind == "text"
    assert all(line.markup is None for line in page.lines)


def test_text_page_has_the_url_and_site() -> None:
    page = text_page(["สวัสดี"], "https://www.daily.example/a")
    assert (page.url, page.site, page.kind) == (
        "https://www.daily.example/a",
        "daily.example",
        "text",
    )


@pytest.mark.parametrize("host", ["a." * 300_000 + "example", "a" * 254, "é." * 200 + "example"])
def test_a_host_name_that_is_too_long_is_none_and_ends(host: str, tmp_path: Path) -> None:
    url = f"https://{host}/x"
    with ends():
        assert site_of(url) is None
        assert list(hosts_with_rules_for(url)) == ["*"]
        assert not applies_to("example", url)
        assert SiteModels(tmp_path).find(site_of(url)) is None


def test_a_host_name_of_the_greatest_length_is_a_site() -> None:
    host = "a" * 241 + ".example.org"
    assert site_of(f"https://{host}/x") == host
