"""Character tables, and normalization: equal-looking text gets equal decisions."""

from __future__ import annotations

import re
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner
from boilerplate.page import text_page
from boilerplate.unicode import TABLE_SIZE, Char, Flag, char_flags, char_table, plain, squeezed
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


class TestCharacterTables:
    @given(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]))
    def test_letters_marks_and_digits_are_those_of_unicode(self, char: str) -> None:
        kind, category = char_table()[ord(char)], unicodedata.category(char)
        if 0x3400 <= ord(char) < 0xA4D0:
            assert kind == Char.LETTER  # Han and Yi, with the few symbols among them
            return
        assert (Char.LOWER <= kind <= Char.LETTER) == category.startswith("L")
        assert (kind == Char.MARK) == category.startswith("M")
        assert (kind == Char.DIGIT) == category.startswith("N")

    @pytest.mark.parametrize("char", ".!?。！？؟।॥།။…")
    def test_sentences_end_in_every_script(self, char: str) -> None:
        assert char_table()[ord(char)] == Char.TERMINAL

    def test_flags_are_those_of_strings_and_regular_expressions(self) -> None:
        every = "".join(map(chr, range(TABLE_SIZE)))
        flags = char_flags()
        for flag, holds in (
            (Flag.WORD, lambda c: re.match(r"\w", c) is not None),
            (Flag.DECIMAL, str.isdecimal),
            (Flag.BLANK, str.isspace),
            (Flag.UPPER, str.isupper),
            (Flag.PLAIN, lambda c: flags[ord(c)] & Flag.PLAIN and plain(c) == c),
        ):
            assert ((flags & np.uint8(flag)) > 0).tolist() == [bool(holds(c)) for c in every]

    def test_plain_characters_never_compose_with_the_one_before(self) -> None:
        seconds = {
            decomposed.split()[1]
            for decomposed in map(unicodedata.decomposition, map(chr, range(sys.maxunicode + 1)))
            if len(decomposed.split()) == 2 and not decomposed.startswith("<")
        }
        korean = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]  # by a rule, not by a table
        for point in (*(int(second, 16) for second in seconds), *korean):
            assert not char_flags()[point] & Flag.PLAIN
        for point in np.flatnonzero(char_flags() & np.uint8(Flag.PLAIN)).tolist():
            assert not unicodedata.combining(chr(point))


@given(
    st.lists(st.sampled_from(["見た", "a", " ", "\u3000", "\t\n", "ก" * 9, "\x85"])),
    st.integers(1, 9),
)
def test_text_is_squeezed_in_parts_as_it_is_at_once(pieces: list[str], size: int) -> None:
    text = "".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boilerplate.unicode._PART_CHARS", size)
        assert squeezed(text) == " ".join(text.split())
