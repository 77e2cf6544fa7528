"""Scores: words, shingles and lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Label
from boilerplate.metrics import Score, line_score, score_counts, shingle_score, word_score, words

C, B = Label.CONTENT, Label.BOILERPLATE
LABELS = st.lists(st.tuples(st.sampled_from([C, B]), st.sampled_from([C, B, None])), max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Çay, kahve; SU!", ["çay", "kahve", "su"]),
        ("東京タワー2階", [*"東京タワー", "2", "階"]),
        ("น้ำ ok", ["น", "้", "ำ", "ok"]),
        ("안녕 하세요", ["안녕", "하세요"]),
        ("مرحبا، عالم", ["مرحبا", "عالم"]),
        ("snake_case x-y", ["snake", "case", "x", "y"]),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_or_single_characters_of_unspaced_scripts(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


@given(st.text())
def test_text_scores_1_against_itself(text: str) -> None:
    assert word_score(text, text).f1 == 1.0
    assert shingle_score(text, text).f1 == 1.0


def test_shingle_score_depends_on_word_order():
    text, moved = "ein Satz aus sechs kurzen Wörtern", "kurzen Wörtern ein Satz aus sechs"
    assert word_score(moved, text).f1 == 1.0
    assert shingle_score(moved, text).recall == pytest.approx(1 / 3)


def test_text_shorter_than_a_shingle_is_one_shingle():
    assert shingle_score("你好", "你好").f1 == 1.0
    assert shingle_score("你好", "好你").f1 == 0.0
    assert shingle_score("", "你好").f1 == 0.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_swapping_text_and_gold_swaps_precision_and_recall(one: str, other: str) -> None:
    assert word_score(one, other).precision == word_score(other, one).recall or not (
        words(one) and words(other)
    )


def test_repeated_words_count_each_time() -> None:
    score = word_score("a a b", "a b b b")
    assert (score.precision, score.recall) == (2 / 3, 2 / 4)


@pytest.mark.parametrize(
    ("hit", "predicted", "true", "f1"),
    [(0, 0, 0, 1.0), (0, 3, 0, 0.0), (0, 0, 3, 0.0), (1, 1, 3, 0.5), (2, 2, 2, 1.0)],
)
def test_keeping_nothing_is_perfect_only_if_nothing_should_be_kept(
    hit: int, predicted: int, true: int, f1: float
) -> None:
    assert score_counts(hit, predicted, true).f1 == pytest.approx(f1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_f1_lies_between_precision_and_recall(precision: float, recall: float) -> None:
    f1 = Score(precision, recall).f1
    assert min(precision, recall) - 1e-9 <= f1 <= max(precision, recall) + 1e-9


@given(LABELS)
def test_line_score_leaves_out_lines_without_gold(
    pairs: list[tuple[Label, Label | None]],
) -> None:
    known = [(p, g) for p, g in pairs if g is not None]
    hit = sum(p is C and g is C for p, g in known)
    naive = score_counts(hit, sum(p is C for p, _ in known), sum(g is C for _, g in known))
    assert line_score([p for p, _ in pairs], [g for _, g in pairs]) == naive


def test_line_score_weights_lines_by_their_lengths() -> None:
    score = line_score([C, C, B], [C, B, C], [80, 20, 120])
    assert (score.precision, score.recall) == (0.8, 0.4)


def test_line_score_refuses_sequences_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        line_score([C], [C, B])
