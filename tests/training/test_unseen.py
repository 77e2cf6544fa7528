"""That a language held out is nowhere in what is learned, and that both models are scored."""

from __future__ import annotations

import numpy as np
import pytest
from test_lexicon import folder as folder
from test_train import page_of

from boilerplate.page import Label
from tests.made_up import SENTENCES, news_page
from training.card import unseen_tables
from training.corpora import GoldPage
from training.lexicon import Lexicon
from training.train import code_of, lessons_of
from training.unseen import CORPORA, MADE_UP, compared, pages_of, unseen, without

SPOKEN = ("en", "he", "th", "tr")


def news(language: str, number: int) -> GoldPage:
    """A page of news in a language, on a site of its own."""
    gold = "\n".join(f"{SENTENCES[language]} ({i})" for i in range(3))
    site = f"{language}-{number}.example"
    name = f"{language}-{number}"
    return GoldPage("news", name, news_page(language).encode(), gold, None, site, language)


TEACH = [*(page_of(s, n) for s in range(5) for n in range(2))] + [
    news(code, number) for code in SPOKEN for number in range(4)
]


@pytest.fixture(scope="module")
def words(folder):
    return Lexicon(folder, ("train",))


@pytest.fixture(scope="module")
def lessons(words):
    return lessons_of(TEACH, "text", words, 1)


@pytest.mark.parametrize("language", ["he", "tr"])
def test_what_is_left_says_nothing_in_a_language_that_is_held_out(lessons, language):
    rest = without(lessons, language)
    assert 0 < len(rest) < len(lessons)
    assert not any(each.site.startswith((f"{language}-", f"lexicon-{language}")) for each in rest)
    assert language not in {each.encoded.speech.language for each in rest}


def test_no_line_in_its_script_is_left(lessons):
    def heard(some):
        return {code for each in some for code, _ in each.encoded.speech.of_lines()}

    assert "he" in heard(lessons)
    assert "he" not in heard(without(lessons, "he"))


def test_an_article_before_a_notice_in_another_language_is_of_both(lessons):
    pages = [each for each in lessons if each.corpus != "lexicon"]
    assert any({"en", "he"} <= each.languages for each in pages)


def test_a_region_is_no_language_of_its_own():
    assert code_of("zh-TW") == code_of("zh") == "zh"


def test_both_models_are_scored_on_the_same_pages_of_the_split(words, folder):
    other = Lexicon(folder, ("dev", "test"))
    pages = pages_of([news("he", 9), news("th", 9), news("en", 9)], other, ("he", "tr"), 1)
    assert {code: set(found) for code, found in pages.items()} == {
        "he": {CORPORA, MADE_UP},
        "tr": {MADE_UP},
    }
    made = pages["tr"][MADE_UP][0]
    assert {Label.CONTENT, Label.BOILERPLATE} == set(made.labels)
    found = unseen(TEACH, words, pages, 1, lambda _: None)
    assert found["languages"].keys() == {"he", "tr"}
    assert found["languages"]["he"][CORPORA]["pages"] == 1
    assert found["languages"]["tr"]["pages_held_out"] > 16
    again = unseen(TEACH, words, pages, 1, lambda _: None)
    assert found == again


def test_a_language_without_phrases_or_pages_has_nothing_to_score(words):
    assert pages_of([news("en", 9)], words, ("el",), 1) == {"el": {}}
    assert pages_of([news("en", 9)], None, ("th",), 1) == {"th": {}}


def test_the_change_is_counted_page_by_page():
    seen, other = np.array([[1.0, 0.9], [1.0, 0.7]]), np.array([[0.5, 0.8], [0.5, 0.6]])
    found = compared(seen, other)
    assert (found["char_change"], found["char_change_error"]) == (-0.1, 0.0)
    assert (found["seen_line_f1"], found["unseen_line_f1"]) == (1.0, 0.5)


def test_the_table_tells_the_change_in_points():
    row = compared(np.array([[1.0, 0.9]]), np.array([[0.5, 0.87]]))
    results = {
        "split": "dev", "one_page_in": 3, "pages_learned": 9,
        "commit": "0" * 40,
        "languages": {"el": {"pages_held_out": 4, "corpora": row}},
    }  # fmt: skip
    written = unseen_tables(results)
    assert "| el | 1 | 4 | 1.000 / 0.900 | 0.500 / 0.870 | -3.0 ± 0.0 |" in written
    assert "python -m training unseen --sample 3`" in written
    assert "put together" not in written
