"""Normalization: equal-looking text gets equal decisions, however it is encoded."""

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
INVISIBLE = "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad"


def labels(lines: list[str]) -> list[tuple[str, float]]:
    return [(p.label, p.probability) for p in CLEANER.clean(text_page(lines)).predictions]


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


EXPECTED = labels(LINES)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_nfc_and_nfd_get_the_same_labels(form: str) -> None:
    assert labels([unicodedata.normalize(form, line) for line in LINES]) == EXPECTED


def test_full_width_letters_get_the_same_labels() -> None:
    assert labels([full_width(line) for line in LINES]) == EXPECTED


def test_half_width_katakana_becomes_full_width() -> None:
    assert plain("\uff9b\uff78\uff9e\uff72\uff9d") == "ログイン"


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_invisible_characters_change_no_label(data: st.DataObject) -> None:
    lines = []
    for line in LINES:
        at = data.draw(st.integers(0, len(line)))
        lines.append(line[:at] + data.draw(st.sampled_from(INVISIBLE)) + line[at:])
    assert labels(lines) == EXPECTED


@given(st.text())
def test_plain_is_idempotent(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_joiners_are_kept() -> None:
    assert plain("می\u200cرود") == "می\u200cرود"


@pytest.mark.parametrize("text", ["Iıİi ŞIK", "ภาษาไทย", "ភាសាខ្មែរ", "မြန်မာ", "नमस्ते।", "ሰላም።"])
def test_lines_of_every_script_get_a_prediction(text: str) -> None:
    assert len(CLEANER.clean(text_page([text])).predictions) == 1
