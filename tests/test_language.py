"""Which language is found, and that the answer never wavers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect import PROFILES_DIRECTORY, DetectorFactory

from boilerplate.language import detector
from boilerplate.language.detector import SEED, TRIALS
from boilerplate.language.lines import page_language, speech
from boilerplate.language.names import LANGUAGES, language_name
from tests.made_up import SENTENCES


def language_of(text: str) -> str | None:
    return speech([text]).language


def language_of_page(lines: list[str], probability: list[float]) -> str | None:
    lengths = np.array([float(len(line)) for line in lines])
    return page_language(speech(lines).of_lines(), np.array(probability), lengths)


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
    fast, _ = detector._factory()
    assert type(fast) is not DetectorFactory
    for size in (5, 20, 60, None):
        answers = []
        for factory in (fast, langdetect):
            asked = factory.create()
            asked.n_trial = TRIALS
            asked.append(SENTENCES[code][:size].lower())
            answers.append([(each.lang, each.prob) for each in asked.get_probabilities()])
        assert answers[0] == answers[1]
        answer = detector._probabilities(SENTENCES[code][:size].lower())
        assert list(answer or ()) == answers[1]


@pytest.mark.parametrize(
    "text",
    ["", "12:30", "\ud800", "see https://example.org/a or write to a@example.org now, please",
     "das ist ein сплошной текст на двух языках", "ĐƯỜNG được ế ề", "x" * 30_000, "新着記事の一覧"],
)  # fmt: skip
def test_what_is_asked_without_a_detector_object_is_answered_the_same(text: str) -> None:
    fast, _ = detector._factory()
    quick = detector._quick_detector(fast)
    assert quick is not None
    asked = text.encode("utf-8", "replace").decode("utf-8")
    assert quick(asked) == detector._slow_detector(fast)(asked)


def test_a_core_of_another_shape_is_asked_through_its_objects() -> None:
    class Newer:
        _core = object()
        langlist = ("de", "en")

    assert detector._quick_detector(Newer()) is None


def test_langdetect_answers_where_the_fast_detector_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "langdetect_rs", None)
    cached = detector._factory, detector._detector, detector._probabilities
    for each in cached:
        each.cache_clear()
    try:
        assert language_of(SENTENCES["pl"]) == "pl"
        assert type(detector._factory()[0]) is DetectorFactory
        assert detector._detector()("") is None
    finally:
        for each in cached:
            each.cache_clear()


def test_the_answer_is_the_same_in_another_process() -> None:
    short = "in via est"  # short enough for an unseeded detector to waver
    code = f"from boilerplate.language.lines import speech; print(speech([{short!r}]).language)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {language_of(short) for _ in range(5)} == {run.stdout.strip()}


def test_the_likely_lines_speak_for_the_page() -> None:
    page = [SENTENCES["de"], SENTENCES["tr"]]
    assert language_of_page(page, [0.9, 0.1]) == "de"
    assert language_of_page(page, [0.1, 0.9]) == "tr"


def test_all_lines_speak_where_none_is_likely() -> None:
    assert language_of_page(["1", SENTENCES["uk"]], [0.1, 0.1]) == "uk"
    assert language_of_page(["1", SENTENCES["uk"]], [0.9, 0.1]) == "uk"


def test_the_longest_likely_lines_speak_for_the_page() -> None:
    menu = ["Startseite", "Nachrichten aus der Stadt", "Impressum und Datenschutz"] * 5
    assert language_of_page([*menu, SENTENCES["tr"]], [0.9] * 16) == "tr"


def test_a_page_without_lines_has_no_language() -> None:
    assert language_of_page([], []) is None


ENGLISH = SENTENCES["en"].split(". ")
TURKISH = SENTENCES["tr"].split(", ")
# What langdetect has no profile of, and what tells it all the same.
SCRIPTS = {
    "am": "የከተማው ምክር ቤት ትናንት ማታ ስለ አዲሱ የአውቶቡስ መስመር ተወያየ።",
    "hy": "Քաղաքային խորհուրդը երեկ երեկոյան քննարկեց ավտոբուսի նոր գծերը։",
    "ka": "საქალაქო საბჭომ გუშინ საღამოს ახალი ავტობუსის ხაზები განიხილა.",
    "km": "ក្រុមប្រឹក្សាក្រុងបានពិភាក្សាអំពីខ្សែរថយន្តក្រុងថ្មី។",
    "lo": "ສະພາເມືອງໄດ້ປຶກສາຫາລືກ່ຽວກັບສາຍລົດເມໃໝ່ໃນຕອນແລງວານນີ້",
    "my": "မြို့တော်ကောင်စီက ဘတ်စ်ကားလမ်းကြောင်းအသစ်တွေကို မနေ့ညက ဆွေးနွေးခဲ့တယ်။",
    "si": "නගර සභාව ඊයේ සවස නව බස් මාර්ග ගැන සාකච්ඡා කළේය.",
}


@pytest.mark.parametrize("code", SCRIPTS)
def test_a_script_of_one_language_tells_it(code: str) -> None:
    assert language_of(SCRIPTS[code]) == code
    assert speech([ENGLISH[0], SCRIPTS[code][:6]]).of_lines()[1] == (code, 1.0)


def test_a_notice_in_another_language_is_told_line_by_line() -> None:
    found = speech([*ENGLISH * 3, *TURKISH])
    assert found.language == "en"
    assert [code for code, _ in found.of_lines()] == ["en"] * 6 + ["tr"] * len(TURKISH)
    assert min(sure for _, sure in found.of_lines()) > 0.8


@pytest.mark.parametrize("code", ["de", "he", "ja", "ru", "th", "vi", "zh-cn"])
def test_a_short_line_is_taken_to_speak_as_those_around_it(code: str) -> None:
    word = SENTENCES[code][:6]
    lines = [SENTENCES[code], word, SENTENCES[code], *ENGLISH * 2]
    language, confidence = speech(lines).of_lines()[1]
    assert language == code
    assert confidence > 0.5


def test_a_short_line_in_another_script_is_not_taken_for_the_pages_language() -> None:
    assert speech([*ENGLISH, "Ответить"]).of_lines()[2][0] in ("bg", "mk", "ru", "uk")
    assert speech([*ENGLISH, "分享"]).of_lines()[2][0] == "zh-cn"


def test_a_page_of_short_lines_has_a_language() -> None:
    lines = SENTENCES["fr"].replace("l’", "").split()
    found = speech(lines)
    assert found.language == "fr"
    assert {code for code, _ in found.of_lines()} == {"fr"}


def test_lines_that_sound_like_those_heard_are_not_asked() -> None:
    page = [line * 3 for line in ENGLISH] + ENGLISH * 4 + TURKISH
    detector._probabilities.cache_clear()
    found = speech(page)
    assert detector._probabilities.cache_info().misses <= len(page) / 3
    assert {code for code, _ in found.of_lines()[: -len(TURKISH)]} == {"en"}
    assert {code for code, _ in found.of_lines()[-len(TURKISH) :]} == {"tr"}


def test_what_is_usual_in_a_language_is_known_from_its_first_sure_line() -> None:
    detector._probabilities.cache_clear()
    found = speech([ENGLISH[0] * 2, "The weather will be fine in the north", TURKISH[0] * 2])
    assert [code for code, _ in found.of_lines()] == ["en", "en", "tr"]
    assert detector._probabilities.cache_info().misses == 2


@pytest.mark.parametrize("code", ["de", "el", "ru", "tr", "vi"])
def test_a_language_has_usual_threes_and_others_have_none(code: str) -> None:
    table = np.frombuffer(detector._usual(code), np.uint8)
    assert set(table.tolist()) == {0, 2}
    assert detector.USUAL_GRAMS * 0.9 < np.count_nonzero(table) <= detector.USUAL_GRAMS
    assert detector._usual("xx") == b""


def test_short_lines_near_each_other_are_heard_together() -> None:
    menu = ["Yhteystiedot ja aukiolot", "Tietosuojaseloste ja evästeet", "Tilaa uutiskirjeemme nyt"]
    assert {code for code, _ in speech([*menu, *ENGLISH * 3]).of_lines()[:3]} == {"fi"}


def test_han_alone_is_japanese_on_a_japanese_page() -> None:
    found = speech([SENTENCES["ja"], "新着記事", SENTENCES["ja"]])
    assert [code for code, _ in found.of_lines()] == ["ja"] * 3


def test_lines_without_letters_have_no_language() -> None:
    assert speech(["12:30", "", "©"]).of_lines() == [(None, 0.0)] * 3
    assert speech([]).of_lines() == []
    assert speech([]).language is None


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=80), max_size=12))
def test_any_lines_have_languages_with_probabilities(lines: list[str]) -> None:
    found = speech(lines)
    assert len(found.of_lines()) == len(lines)
    for code, confidence in found.of_lines():
        assert (code is None) == (confidence == 0)
        assert 0 <= confidence <= 1
        assert code is None or code in LANGUAGES
    if found.languages:
        known = found.share[~np.isnan(found.share[:, 0])]
        assert np.allclose(known.sum(1), 1, atol=1e-2)


def test_every_language_of_the_detector_has_a_name() -> None:
    assert set(detector._factory()[0].get_lang_list()) <= set(LANGUAGES)
    assert language_name("tr") == "Turkish"


@pytest.mark.parametrize("code", ["fr", "vi", "de", "tr"])
def test_the_longest_line_does_not_make_the_others_sound_like_it(code: str) -> None:
    english = [*SENTENCES["en"].split(". ")] * 4
    heard = [language for language, _ in speech([*english, SENTENCES[code]]).of_lines()]
    assert heard == ["en"] * 8 + [code]
