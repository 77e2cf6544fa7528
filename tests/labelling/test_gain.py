"""What the labels have gained, said in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boilerplate.labelling.gain import Gain, gain_in_words

GAIN = Gain(3, 60, 0.8, 0.85, 0.95, (9, 7, 2), 0.031, 0.02)


def first(wrong: tuple[int, int, int], pages: int = 3) -> str:
    return gain_in_words(replace(GAIN, wrong=wrong, pages=pages))[0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((9, 7, 2), "Your labels mend 5 of 7 wrong lines on the 3 finished pages."),
        ((9, 1, 0), "Your labels mend 1 of 1 wrong line on the 3 finished pages."),
        ((9, 7, 7), "So far your labels change nothing on the 3 finished pages: 7 lines are wrong"),
        ((1, 1, 1), "So far your labels change nothing on the 3 finished pages: 1 line is wrong"),
        ((2, 0, 0), "Nothing is left to mend on the 3 finished pages, with your labels or"),
        ((2, 1, 3), "So far your labels do not help: 3 lines of the 3 finished pages are wro"),
    ],
)
def test_what_labels_mend_is_said_as_a_number_of_lines(
    wrong: tuple[int, int, int], words: str
) -> None:
    assert first(wrong).startswith(words)


def test_nothing_is_said_to_be_gained_before_a_page_can_be_judged_by_another() -> None:
    assert gain_in_words(None)[0].startswith("No page is finished yet,")
    assert first((9, 7, 7), pages=1).startswith("One page is finished.")


def test_no_words_have_a_negative_number_or_a_score() -> None:
    for wrong in ((0, 0, 0), (5, 0, 9), (5, 5, 5), (9, 9, 0)):
        for gain in (replace(GAIN, wrong=wrong), replace(GAIN, wrong=wrong, changed=None)):
            text = " ".join(gain_in_words(gain))
            assert "-" not in text
            assert "\N{MINUS SIGN}" not in text
            assert "F1" not in text


def test_what_to_expect_of_other_pages_is_said_until_there_are_enough_labels() -> None:
    assert "About 3.1 % of the lines of the other pages" in gain_in_words(GAIN)[1]
    assert "depend on the labels of one finished page" in gain_in_words(GAIN)[1]
    assert "labels of 2 finished pages" in gain_in_words(replace(GAIN, part=2))[1]
    assert gain_in_words(replace(GAIN, changed=0.001))[1].startswith("Enough: more labels")
    done = replace(GAIN, expected=None, changed=None)
    assert gain_in_words(done)[1] == "Enough: all pages are finished."
