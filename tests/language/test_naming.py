"""Which languages pages and lines are in, as a user is told."""

from __future__ import annotations

import numpy as np
import pytest

import boilerplate
from boilerplate import kernels
from boilerplate.language.identify import named
from boilerplate.language.lines import line_languages
from boilerplate.language.naming import languages_in_url, line_names, page_languages
from tests.language.test_identify import NOTHING, OTHERS
from tests.made_up import SENTENCES, news_page

pytest.importorskip("pycld2")


def names_of(texts: list[str]) -> list[str | None]:
    same = line_languages(kernels.page_text(texts)).likeliest()
    return [code for code, _ in line_names(texts, same)]


def language_of(texts: list[str], weight: list[float], *declared: str) -> str | None:
    return named(page_languages(texts, np.array(weight), declared))


@pytest.mark.parametrize("code", ["kk", "sr-Cyrl", "mt", "is", "ug", "az"])
def test_short_lines_have_the_language_of_the_long_ones_like_them(code: str) -> None:
    words = OTHERS[code].split()
    texts = [OTHERS[code], " ".join(words[:4]), OTHERS[code], " ".join(words[2:6])]
    assert names_of(texts) == [code] * 4


def test_a_notice_in_a_language_that_the_features_do_not_tell_is_told() -> None:
    russian, kazakh = SENTENCES["ru"], OTHERS["kk"]
    assert names_of([russian, russian, kazakh]) == ["ru", "ru", "kk"]


def test_a_line_in_no_known_language_has_none_and_changes_no_other() -> None:
    texts = [SENTENCES["en"], NOTHING["Hindi in Latin letters"], SENTENCES["en"], "12:30"]
    assert names_of(texts) == ["en", None, "en", None]


def test_turkish_notice_under_an_english_article_is_told() -> None:
    article = SENTENCES["en"].split(". ")
    notice = SENTENCES["tr"].split(", ")
    assert names_of([*article * 3, *notice]) == ["en"] * 6 + ["tr"] * len(notice)


def test_a_page_of_short_lines_is_identified_by_all_together() -> None:
    words = [word for word in SENTENCES["tr"].split() if len(word) > 2]
    assert len(words) > 15
    assert set(names_of(words)) == {"tr"}


def test_a_short_line_in_han_is_chinese_or_japanese_as_its_page() -> None:
    assert names_of([SENTENCES["ja"], "新着記事", SENTENCES["ja"]]) == ["ja"] * 3
    assert names_of([SENTENCES["zh-tw"] * 2, "最新消息"])[0] == "zh-Hant"


def test_lines_without_weight_do_not_decide_the_language_of_a_page() -> None:
    comment = SENTENCES["en"] * 20
    assert language_of([SENTENCES["pl"], comment], [1.0, 0.0]) == "pl"


def test_one_long_line_does_not_outvote_an_article() -> None:
    texts = [*[SENTENCES["pl"]] * 8, SENTENCES["en"] * 20]
    assert language_of(texts, [float(len(text)) for text in texts]) == "pl"


def test_the_longest_lines_decide_where_those_of_weight_have_no_letters() -> None:
    assert language_of(["1", SENTENCES["uk"]], [0.9, 0.0]) == "uk"
    assert language_of([], []) is None


def test_a_declaration_decides_between_languages_that_are_hard_to_tell() -> None:
    texts = ["Gradsko vijeće jučer je raspravljalo o novim autobusnim linijama u općini."]
    assert language_of(texts, [1.0], "bs-BA") == "bs"
    assert language_of(texts, [1.0], "hr_HR") == "hr"


def test_a_declaration_that_the_text_contradicts_is_ignored() -> None:
    assert language_of([SENTENCES["tr"]], [1.0], "en-US", "en") == "tr"


BOSNIAN = "Gradsko vijeće jučer je raspravljalo o novim autobusnim linijama u općini i o ulici."


@pytest.mark.parametrize(
    "url", ["https://bs.novosti.example/a", "https://novosti.example/bs/a", "https://n.example/bs"]
)
def test_an_address_decides_between_languages_that_are_hard_to_tell(url: str) -> None:
    assert boilerplate.clean(f"<p>{BOSNIAN}</p>").language == "hr"
    assert boilerplate.clean(f"<p>{BOSNIAN}</p>", url=url).language == "bs"


@pytest.mark.parametrize(
    "url", ["https://bs/a", "https://bsx.example/abs/", "https://bs.example/", "mailto:bs@a.eu"]
)
def test_an_address_without_a_language_names_none(url: str) -> None:
    assert languages_in_url(url) == ()


def test_a_page_is_in_the_language_of_the_version_that_has_its_address() -> None:
    versions = "".join(
        f'<link rel="alternate" hreflang="{code}" href="https://novosti.example/{path}">'
        for code, path in (("hr", "1"), ("bs", "2"), ("x-default", "3"))
    )
    html = f"<head>{versions}</head><p>{BOSNIAN}</p>"
    assert boilerplate.clean(html, url="https://novosti.example/1").language == "hr"
    assert boilerplate.clean(html, url="https://novosti.example/2").language == "bs"
    canonical = '<link rel="canonical" href="https://novosti.example/2">'
    assert boilerplate.clean(html.replace("<head>", f"<head>{canonical}")).language == "bs"


@pytest.mark.parametrize("language", ["ar", "de", "hi", "th"])
def test_a_cleaned_page_has_its_language_and_how_likely_it_is(language: str) -> None:
    page = boilerplate.clean(news_page(language))
    assert page.language == page.languages[0][0] == language
    assert page.languages[0][1] > 0.8


def test_a_page_in_no_known_language_has_none() -> None:
    page = boilerplate.clean(NOTHING["Arabic in Latin letters"])
    assert page.language is None
    assert page.predictions[0].language is None
    assert page.predictions[0].language_confidence == 0


def test_a_declared_language_is_read_from_the_head() -> None:
    html = f'<html lang="bs"><head><title>Novosti</title></head><p>{BOSNIAN}</p></html>'
    assert boilerplate.clean(html).page.metadata.languages == ("bs",)
    assert boilerplate.clean(html).language == "bs"
