"""What the model of roles promises, whatever it has learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import boilerplate
from boilerplate.model import model as module
from boilerplate.model.model import load_model
from boilerplate.model.roles import role_log_probabilities
from boilerplate.page import Label, Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import ROLES
from tests.made_up import SENTENCES, news_page
from tests.strategies import MARKUP


def check(page: Page) -> None:
    """A probability of each role for each line, all finite as logarithms; they add up to one."""
    found = role_log_probabilities(page, load_model().predict(page))
    assert found.shape == (len(page.lines), len(ROLES))
    assert np.isfinite(found).all()
    assert np.allclose(np.exp(found).sum(1), 1.0, atol=1e-4)


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_lines_have_a_probability_of_each_role(language: str) -> None:
    page = html_page(news_page(language))
    check(page)
    check(text_page([line.text for line in page.lines]))


def test_page_without_lines_has_no_roles() -> None:
    check(Page(()))
    check(html_page(""))


def test_page_that_is_scored_in_parts_has_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_LINES", 4)
    page = html_page(news_page("th", paragraphs=9))
    assert load_model().predict(page).tree is None
    check(page)


@settings(max_examples=50, deadline=None)
@given(MARKUP)
def test_any_markup_has_roles(markup: str) -> None:
    check(html_page(markup).without_blank_lines)


def test_roles_are_in_predictions_records_and_reasons() -> None:
    page = boilerplate.clean(
        "The harbour was closed on Monday after a storm had torn the roof from the old fish hall, "
        "and the fishermen waited.\n"
        "Nobody was hurt, the mayor said, but the repairs will take until the autumn.\n\n"
        "Share on Facebook\nForgot your password?\n"
    )
    kept, _, blank, share, login = page.predictions
    assert (kept.label, kept.role) == (Label.CONTENT, "body")
    assert blank.role is None
    assert (share.role, login.role) == ("share", "login")
    assert share.reason.startswith("share buttons: ")
    record = page.to_dict("page.txt")
    assert [line["role"] for line in record["lines"]] == ["body", "body", None, "share", "login"]
