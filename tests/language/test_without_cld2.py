"""The language of a text where CLD2 is not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import boilerplate
from boilerplate.language import identify as module
from boilerplate.language.identify import identify, named
from boilerplate.language.naming import identify_line
from tests.made_up import SENTENCES, news_page


@pytest.fixture(autouse=True)
def without_cld2(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "pycld2", None)
    cached = module._cld2, identify_line
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize(("code", "tag"), [("tr", "tr"), ("th", "th"), ("zh-tw", "zh-Hant")])
def test_langdetect_and_scripts_stand_in(code: str, tag: str) -> None:
    assert named(identify(SENTENCES[code])) == tag


def test_no_answer_is_sure() -> None:
    assert identify(SENTENCES["tr"])[0][1] < 0.9  # it is as sure of languages that it does not know


def test_a_text_without_letters_has_no_language() -> None:
    assert identify("12:30") == ()


@pytest.mark.parametrize("language", ["de", "ja"])
def test_a_page_and_its_lines_have_languages(language: str) -> None:
    page = boilerplate.clean(news_page(language))
    assert page.language == language
    assert language in {line.language for line in page.predictions}
