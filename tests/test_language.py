"""Which language is found, and that the answer never wavers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect import PROFILES_DIRECTORY, DetectorFactory

from boilerplate import language
from boilerplate.language import MAX_SAMPLE, SEED, detect_language, language_of, sample
from boilerplate.page import text_page
from tests.made_up import SENTENCES


@pytest.fixture(scope="module")
def langdetect() -> DetectorFactory:
    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_tells_its_language(code: str) -> None:
    assert language_of(SENTENCES[code]) == code


@pytest.mark.parametrize("code", ["de", "ru", "tr", "vi"])
def test_a_sentence_in_capitals_tells_its_language(code: str) -> None:
    assert language_of(SENTENCES[code].upper()) == code


@pytest.mark.parametrize("text", ["", " \t", "1234 - 5678", "!?…", "©®™ 2021", "\ud800"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize("code", SENTENCES)
def test_the_fast_detector_answers_as_langdetect_does(
    code: str, langdetect: DetectorFactory
) -> None:
    fast, _ = language._factory()
    assert type(fast) is not DetectorFactory
    for size in (20, 60, None):
        answers = []
        for factory in (fast, langdetect):
            detector = factory.create()
            detector.append(SENTENCES[code][:size].lower())
            answers.append(detector.detect())
        assert answers[0] == answers[1]


def test_langdetect_answers_where_the_fast_detector_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "langdetect_rs", None)
    language._factory.cache_clear()
    try:
        assert language_of(SENTENCES["pl"]) == "pl"
        assert type(language._factory()[0]) is DetectorFactory
    finally:
        language._factory.cache_clear()


def test_the_answer_is_the_same_in_another_process() -> None:
    short = "in via est"  # short enough for an unseeded detector to waver
    code = f"from boilerplate.language import language_of; print(language_of({short!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {language_of(short) for _ in range(5)} == {run.stdout.strip()}


def test_the_likely_lines_speak_for_the_page() -> None:
    page = text_page([SENTENCES["de"], SENTENCES["tr"]])
    assert detect_language(page, np.array([0.9, 0.1])) == "de"
    assert detect_language(page, np.array([0.1, 0.9])) == "tr"


def test_all_lines_speak_where_none_is_likely() -> None:
    page = text_page(["1", SENTENCES["uk"]])
    assert detect_language(page, np.array([0.1, 0.1])) == "uk"


def test_a_page_without_lines_has_no_language() -> None:
    assert detect_language(text_page([]), np.zeros(0)) is None


@given(st.lists(st.text(max_size=2000), max_size=8))
def test_a_sample_is_short_and_keeps_the_order_of_lines(texts: list[str]) -> None:
    taken = sample(texts)
    assert len(taken) <= MAX_SAMPLE
    if sum(map(len, texts)) + len(texts) <= MAX_SAMPLE:
        assert taken == "\n".join(text for text in texts)


def test_a_sample_takes_the_longest_lines() -> None:
    menu, article = ["Home"] * 2000, ["A line of the article, long as such lines are. " * 20] * 4
    assert "Home" not in sample(menu + article)
