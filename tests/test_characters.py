"""That how a text is encoded makes no difference to what is decided of it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner
from boilerplate.page import text_page
from boilerplate.unicode import plain
from tests.made_up import SENTENCES, made_up_model

CLEANER = Cleaner(made_up_model())
LINES = [*SENTENCES.values(), "Share", "Paylaş", "ログイン", "© 2021"]
UNSEEN = "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad"


def labels(lines: list[str]) -> list[tuple[str, float]]:
    return [(p.label, p.probability) for p in CLEANER.clean(text_page(lines)).predictions]


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


PLAIN = labels(LINES)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_or_not_a_page_is_cleaned_alike(form: str) -> None:
    assert labels([unicodedata.normalize(form, line) for line in LINES]) == PLAIN


def test_letters_of_full_width_are_cleaned_as_others() -> None:
    assert labels([wide(line) for line in LINES]) == PLAIN


def test_katakana_of_half_width_is_cleaned_as_of_full_width() -> None:
    assert plain("\uff9b\uff78\uff9e\uff72\uff9d") == "ログイン"


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_marks_of_direction_and_zero_width_flip_nothing(data: st.DataObject) -> None:
    lines = []
    for line in LINES:
        at = data.draw(st.integers(0, len(line)))
        lines.append(line[:at] + data.draw(st.sampled_from(UNSEEN)) + line[at:])
    assert labels(lines) == PLAIN


@given(st.text())
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_the_joiners_stay() -> None:
    assert plain("می\u200cرود") == "می\u200cرود"


@pytest.mark.parametrize("text", ["Iıİi ŞIK", "ภาษาไทย", "ភាសាខ្មែរ", "မြန်မာ", "नमस्ते।", "ሰላም።"])
def test_every_script_is_cleaned(text: str) -> None:
    assert len(CLEANER.clean(text_page([text])).predictions) == 1
