"""Languages held out of training: nothing of them is left, and both models are scored."""

from __future__ import annotations

import numpy as np
import pytest

from boilerplate.page import Label
from tests.training.made_up_pages import news, page_of
from training.documents.experiment_tables import unseen_tables
from training.lessons import base_language
from training.lexicon import Lexicon
from training.progress import no_log
from training.training_set import training_set
from training.unseen import FROM_CORPORA, MADE_UP, compared, pages_of, unseen, without

pytestmark = pytest.mark.slow

LANGUAGES = ("en", "he", "th", "tr")


TRAIN = [*(page_of(s, n) for s in range(5) for n in range(2))] + [
    news(code, number) for code in LANGUAGES for number in range(4)
]


@pytest.fixture(scope="module")
def words(lexicon_folder):
    return Lexicon(lexicon_folder, ("train",))


@pytest.fixture(scope="module")
def lessons(words):
    return training_set(TRAIN, "text", words, 1)


@pytest.mark.parametrize("language", ["he", "tr"])
def test_without_removes_all_lessons_in_the_language(lessons, language):
    rest = without(lessons, language)
    assert 0 < len(rest) < len(lessons)
    assert not any(each.site.startswith((f"{language}-", f"lexicon-{language}")) for each in rest)
    assert language not in {each.encoded.line_languages.main_language for each in rest}


def test_without_leaves_no_line_that_is_detected_as_the_language(lessons):
    def detected(some):
        return {code for each in some for code, _ in each.encoded.line_languages.likeliest()}

    assert "he" in detected(lessons)
    assert "he" not in detected(without(lessons, "he"))


def test_an_article_with_a_notice_in_another_language_counts_as_both(lessons):
    pages = [each for each in lessons if each.corpus != "lexicon"]
    assert any({"en", "he"} <= each.languages for each in pages)


def test_base_language_ignores_the_region():
    assert base_language("zh-TW") == base_language("zh") == "zh"


def test_scores_both_models_on_the_same_pages_deterministically(words, lexicon_folder):
    other = Lexicon(lexicon_folder, ("dev", "test"))
    pages = pages_of([news("he", 9), news("th", 9), news("en", 9)], other, ("he", "tr"), 1)
    assert {code: set(found) for code, found in pages.items()} == {
        "he": {FROM_CORPORA, MADE_UP},
        "tr": {MADE_UP},
    }
    made = pages["tr"][MADE_UP][0]
    assert {Label.CONTENT, Label.BOILERPLATE} == set(made.labels)
    found = unseen(TRAIN, words, pages, 1, no_log)
    assert found["languages"].keys() == {"he", "tr"}
    assert found["languages"]["he"][FROM_CORPORA]["pages"] == 1
    assert found["languages"]["tr"]["pages_held_out"] > 16
    again = unseen(TRAIN, words, pages, 1, no_log)
    assert found == again


def test_no_pages_to_score_without_phrases_or_corpus_pages(words):
    assert pages_of([news("en", 9)], words, ("el",), 1) == {"el": {}}
    assert pages_of([news("en", 9)], None, ("th",), 1) == {"th": {}}


def test_change_and_its_error_are_computed_over_pages():
    seen, other = np.array([[1.0, 0.9], [1.0, 0.7]]), np.array([[0.5, 0.8], [0.5, 0.6]])
    found = compared(seen, other)
    assert (found["char_change"], found["char_change_error"]) == (-0.1, 0.0)
    assert (found["seen_line_f1"], found["unseen_line_f1"]) == (1.0, 0.5)


def test_table_shows_the_change_in_points():
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
