"""langdetect: that its results are fixed, and equal whichever implementation is there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from langdetect import PROFILES_DIRECTORY, DetectorFactory

from boilerplate.language import detector
from boilerplate.language.detector import DETECTOR, detect
from boilerplate.language.names import LANGUAGES
from tests.made_up import SENTENCES


@pytest.fixture(scope="module")
def langdetect() -> DetectorFactory:
    factory = DetectorFactory()
    factory.seed = DETECTOR.seed
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


@pytest.fixture
def without_langdetect_rs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "langdetect_rs", None)
    cached = detector.detector_factory, detect
    for each in cached:
        each.cache_clear()
    yield
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize("code", SENTENCES)
def test_langdetect_rs_gives_the_results_of_langdetect(
    code: str, langdetect: DetectorFactory
) -> None:
    fast, _ = detector.detector_factory()
    assert type(fast) is not DetectorFactory
    for size in (5, 20, 60, None):
        text = SENTENCES[code][:size].lower()
        found = []
        for factory in (fast, langdetect):
            each = factory.create()
            each.n_trial = DETECTOR.trials
            each.append(text)
            found.append([(language.lang, language.prob) for language in each.get_probabilities()])
        assert found[0] == found[1] == list(detect(text) or ())


@pytest.mark.usefixtures("without_langdetect_rs")
def test_langdetect_is_used_where_langdetect_rs_is_missing() -> None:
    found = detect(SENTENCES["pl"].lower())
    assert found is not None
    assert found[0][0] == "pl"
    assert type(detector.detector_factory()[0]) is DetectorFactory
    assert detect("") is None


def test_a_short_text_has_the_same_result_in_another_process() -> None:
    text = "in via est"  # an unseeded detector gives different results
    code = f"from boilerplate.language.detector import detect; print(detect({text!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(detect.__wrapped__(text)) == str(detect.__wrapped__(text))


def test_every_language_of_the_detector_has_a_name() -> None:
    codes = detector.detector_factory()[0].get_lang_list()
    assert {code.split("-")[0] for code in codes} <= set(LANGUAGES)
