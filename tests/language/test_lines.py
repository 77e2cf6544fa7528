"""Which lines are in one language, as the kernels in C and in Python find it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boilerplate import kernels
from boilerplate.language.lines import LineLanguages, line_languages
from boilerplate.language.names import LANGUAGES
from tests.made_up import SENTENCES

pytestmark = pytest.mark.usefixtures("twin")


def found_in(texts: list[str]) -> LineLanguages:
    return line_languages(kernels.page_text(texts))


def codes_of(texts: list[str]) -> list[str | None]:
    return [code for code, _ in found_in(texts).likeliest()]


ENGLISH = SENTENCES["en"].split(". ")
TURKISH = SENTENCES["tr"].split(", ")


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_identified(code: str) -> None:
    assert found_in([SENTENCES[code]]).main_language == code


@pytest.mark.parametrize("code", ["de", "ru", "tr", "vi"])
def test_a_sentence_in_capitals_is_identified(code: str) -> None:
    assert found_in([SENTENCES[code].upper()]).main_language == code


@pytest.mark.parametrize("text", ["", " \t", "1234 - 5678", "!?…", "©®™ 2021", "\ud800"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    found = found_in([text])
    assert found.main_language is None
    assert found.likeliest() == [(None, 0.0)]


def test_a_page_without_lines_has_no_language() -> None:
    assert found_in([]).likeliest() == []
    assert found_in([]).main_language is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("am", "የከተማው ምክር ቤት ትናንት ማታ ስለ አዲሱ የአውቶቡስ መስመር ተወያየ።"),
        ("hy", "Քաղաքային խորհուրդը երեկ երեկոյան քննարկեց ավտոբուսի նոր գծերը։"),
        ("ka", "საქალაქო საბჭომ გუშინ საღამოს ახალი ავტობუსის ხაზები განიხილა."),
        ("km", "ក្រុមប្រឹក្សាក្រុងបានពិភាក្សាអំពីខ្សែរថយន្តក្រុងថ្មី។"),
        ("lo", "ສະພາເມືອງໄດ້ປຶກສາຫາລືກ່ຽວກັບສາຍລົດເມໃໝ່ໃນຕອນແລງວານນີ້"),
        ("my", "မြို့တော်ကောင်စီက ဘတ်စ်ကားလမ်းကြောင်းအသစ်တွေကို မနေ့ညက ဆွေးနွေးခဲ့တယ်။"),
        ("si", "නගර සභාව ඊයේ සවස නව බස් මාර්ග ගැන සාකච්ඡා කළේය."),
    ],
)
def test_a_script_of_one_language_identifies_it_in_few_letters(code: str, text: str) -> None:
    assert found_in([text]).main_language == code
    assert found_in([ENGLISH[0], text[:6]]).likeliest()[1] == (code, 1.0)


def test_a_line_by_itself_is_in_no_language_if_it_has_few_letters_or_none() -> None:
    found = found_in([*ENGLISH, "OK", "– 12 –", *TURKISH])
    alone = np.isnan(found.alone).all(1).tolist()
    assert alone == [False] * len(ENGLISH) + [True] * 2 + [False] * len(TURKISH)


def test_lines_of_a_notice_in_another_language_are_identified() -> None:
    found = found_in([*ENGLISH * 3, *TURKISH])
    assert found.main_language == "en"
    assert [code for code, _ in found.likeliest()] == ["en"] * 6 + ["tr"] * len(TURKISH)
    assert min(confidence for _, confidence in found.likeliest()) > 0.8


@pytest.mark.parametrize("code", ["de", "he", "ja", "ru", "th", "vi", "zh-cn"])
def test_a_short_line_takes_the_language_of_its_neighbours(code: str) -> None:
    word = SENTENCES[code][:6]
    page = [SENTENCES[code], word, SENTENCES[code], *ENGLISH * 2]
    language, confidence = found_in(page).likeliest()[1]
    assert language == code
    assert confidence > 0.5


def test_a_short_line_in_another_script_does_not_take_the_pages_language() -> None:
    assert codes_of([*ENGLISH, "Ответить"])[2] in ("bg", "mk", "ru", "uk")
    assert codes_of([*ENGLISH, "分享"])[2] == "zh-cn"


def test_a_page_of_short_lines_is_identified() -> None:
    found = found_in(SENTENCES["fr"].replace("l’", "").split())
    assert found.main_language == "fr"
    assert {code for code, _ in found.likeliest()} == {"fr"}


# Made-up prose in languages of no table.
UNKNOWN = {
    "fo": ["Býráðið viðgjørdi í gjárkvøldið nýggju bussleiðirnar í býnum", "Fleiri íbúgvar"
           " høvdu spurningar um nýggju leiðirnar", "Borgarstjórin svaraði íbúgvunum í býnum"],
    "ga": ["Phléigh an chomhairle cathrach na bealaí nua bus aréir", "Bhí ceisteanna ag go leor"
           " daoine faoi na bealaí nua sa chathair", "D’fhreagair an méara na daoine sa chathair"],
    "kk": ["Қалалық кеңес кеше кешке жаңа автобус бағыттарын талқылады", "Көптеген тұрғындар"
           " жаңа бағыттар туралы сұрақ қойды", "Қала әкімі тұрғындардың сұрақтарына жауап берді"],
}  # fmt: skip


@pytest.mark.parametrize("code", UNKNOWN)
def test_lines_in_a_language_of_no_table_are_in_one_language(code: str) -> None:
    article = UNKNOWN[code] * 3
    codes = codes_of([*article, *TURKISH, "Ana sayfa", "Haberler"])
    assert len(set(codes[: len(article)])) == 1
    assert set(codes[len(article) : -2]) == {"tr"} != set(codes[: len(article)])


@pytest.mark.parametrize("code", ["fr", "vi", "de", "tr"])
def test_a_foreign_line_that_is_longest_leaves_the_others_their_language(code: str) -> None:
    assert codes_of([*ENGLISH * 4, SENTENCES[code]]) == ["en"] * 8 + [code]


def test_short_lines_near_each_other_are_identified_together() -> None:
    menu = ["Yhteystiedot ja aukiolot", "Tietosuojaseloste ja evästeet", "Tilaa uutiskirjeemme nyt"]
    assert set(codes_of([*menu, *ENGLISH * 3])[:3]) == {"fi"}


def test_a_line_in_han_alone_is_japanese_on_a_japanese_page() -> None:
    assert codes_of([SENTENCES["ja"], "新着記事", SENTENCES["ja"]]) == ["ja"] * 3


ANY_LINE = st.text(st.characters(exclude_characters="\n"), max_size=80)
# The fixture sets the same twin for all examples.
examples = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples
@given(st.lists(ANY_LINE, max_size=12))
def test_any_lines_have_languages_with_probabilities(texts: list[str]) -> None:
    found = found_in(texts)
    assert len(found.likeliest()) == len(texts)
    for code, confidence in found.likeliest():
        assert (code is None) == (confidence == 0)
        assert 0 <= confidence <= 1
        assert code is None or code.split("-")[0] in LANGUAGES
    known = found.share[~np.isnan(found.share[:, 0])]
    assert np.allclose(known.sum(1), 1, atol=1e-2)
