"""The hashes of a line: what changes from page to page leaves them as they are."""

from __future__ import annotations

import re
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.kernels import plain_fingerprints
from boilerplate.kernels.plain_fingerprints import PARAMS, hash_of, loosely_masked, masked
from boilerplate.unicode import TABLE_SIZE
from tests.made_up import SENTENCES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated: Thursday, 3 May 2012 14:05", "Updated: Friday, 11 June 2013 9:30"),
        ("Опубликовано 3 мая 2012 г.", "Опубликовано 28 июня 2011 г."),
        ("21 Lis 2011", "3 Gru 2012"),
        ("2012年5月3日 14:05", "2011年12月23日 09:30"),
        ("12 comments", "1,204 comments"),
        ("١٢ تعليق", "٣ تعليق"),
        ("Share  this", "SHARE THIS"),
        ("May 3, 2012", "November 21, 2011"),
    ],
)
def test_numbers_dates_case_and_spaces_do_not_change_the_strict_hash(
    twin: ModuleType, one: str, other: str
) -> None:
    strict = twin.line_fingerprints([one, other])[:, 0]
    assert strict[0] == strict[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Posted by Anna Kowalska", "Posted by Ben"), ("编辑：张三", "编辑：李小四")],
)
def test_names_change_the_strict_hash_and_not_the_loose_one(
    twin: ModuleType, one: str, other: str
) -> None:
    strict, loose = twin.line_fingerprints([one, other]).T
    assert strict[0] != strict[1]
    assert loose[0] == loose[1]


def test_headlines_in_title_case_keep_different_loose_hashes(twin: ModuleType) -> None:
    headlines = ["Harbour Opens Again", "Harbour Stays Shut", "Harvest Comes Late"]
    assert len(set(twin.line_fingerprints(headlines)[:, 1].tolist())) == 3


# Site models are kept in files, so what is hashed must never change.


@pytest.mark.parametrize(
    ("line", "exact"),
    [
        ("  Share\tTHIS ", "share this"),
        ("3 comments, 1,204 views", "0 comments, 0 views"),
        ("Bulletin of 3 May 2012, page 14", "bulletin 0, page 0"),
        ("In May 3 ships", "in may 0 ships"),
        ("3 May 1812", "0 may 0"),
    ],
)
def test_strict_hash_is_of_the_line_with_numbers_and_dates_masked(
    twin: ModuleType, line: str, exact: str
) -> None:
    assert masked(line) == exact
    assert twin.line_fingerprints([line])[0, 0] == hash_of(exact)


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ("Posted by Anna Kowalska on Monday", "posted by * on *"),
        ("Photo 12: Anna Kowalska", "photo 0:"),
        ("Source：Xinhua", "source:"),
        ("Source:", None),
        ("Page 12 by Anna", "page 0 by *"),
        ("posted by nobody", None),
        ("Posted by nobody", None),
        ("XPosted by nobody", None),
        ("Anna Kowalska Writes", None),
        (f"Posted by Anna {'x' * 85}", f"posted by * {'x' * 85}"),
        (f"Posted by Anna {'x' * 86}", None),
    ],
)
def test_loose_hash_is_of_the_line_with_names_and_values_masked(
    twin: ModuleType, line: str, free: str | None
) -> None:
    assert loosely_masked(line, "as it is") == (free or "as it is")
    strict, loose = twin.line_fingerprints([line])[0].tolist()
    assert loose == (hash_of(free) if free else strict)


def test_lone_surrogates_have_different_hashes(twin: ModuleType) -> None:
    assert hash_of("\ud83d") != hash_of("\ude00")
    assert twin.line_fingerprints(["\ud83d"])[0, 0] == hash_of("\ud83d")


@pytest.mark.parametrize(("place", "same"), [(0, False), (119, False), (200, True), (561, False)])
def test_a_long_line_is_read_at_its_head_and_its_tail(
    twin: ModuleType, place: int, same: bool
) -> None:
    line = "abcdefg hijklm " * 40
    changed = f"{line[:place]}#{line[place + 1 :]}"
    strict = twin.line_fingerprints([line, changed])[:, 0]
    assert (strict[0] == strict[1]) == same


def test_a_line_as_long_as_head_and_tail_is_read_whole(twin: ModuleType) -> None:
    line = "zz " + "abcdefg hijklm " * 10 + "abcdefg"
    assert len(line) == PARAMS.head + PARAMS.tail
    assert twin.line_fingerprints([line])[0, 0] == hash_of(line)


def test_hashes_are_those_of_existing_site_models(twin: ModuleType) -> None:
    found = twin.line_fingerprints(["Menü", "เมนู"])
    assert found.T.tolist() == [[61596649093200, 116374315342945]] * 2


def test_no_lines_have_no_hashes(twin: ModuleType) -> None:
    assert twin.line_fingerprints([]).shape == (0, 2)


# Both twins, on anything. Every script of the tests, what is blank to Unicode, and what no text
# should hold; names, keys, dates and counters, next to each other in any way.

CHARACTERS = st.one_of(
    st.sampled_from(sorted(set("".join(SENTENCES.values())))),
    st.sampled_from(" \t\n\r\f\x1c\x85\xa0\u1680\u2003\u2028\u3000\u200b\ufeff"),
    st.sampled_from("İſßŉΐ\u0345ǅ٣७௧Ⅷ½²𝔘𝟘𠀀🙂\U0010ffff\x00\ud800\udfff"),
    st.characters(),
)
TEXTS = st.text(CHARACTERS, max_size=40)
PARTS = st.one_of(
    TEXTS,
    st.sampled_from(
        "by BY Anna Ödön Эва Ǆ * ** : ： Source: 编辑：张 12 1,204 5月3日 3 May 2012 1999 "
        "19999 2012. ΣΑΣ straße STRAẞE ŉ İ 𝔘 ١٢ ٢٠١٢ _ a_1 – 14:05 \n \x1c \x85".split(" ")
    ),
)
LINES = st.lists(PARTS, max_size=8).map(" ".join) | st.lists(PARTS, max_size=8).map("".join)


@given(st.lists(LINES, max_size=6))
@settings(max_examples=500)
def test_both_twins_give_any_line_the_same_hashes(compiled: ModuleType, texts: list[str]) -> None:
    found = compiled.line_fingerprints(texts)
    assert np.array_equal(found, plain_fingerprints.line_fingerprints(texts))


@given(TEXTS.filter(bool), st.integers(PARAMS.head - 3, PARAMS.head + PARAMS.tail + 3))
def test_both_twins_clip_long_lines_at_the_same_place(
    compiled: ModuleType, text: str, size: int
) -> None:
    texts = [(text * size)[:size], text * size]
    found = compiled.line_fingerprints(texts)
    assert np.array_equal(found, plain_fingerprints.line_fingerprints(texts))


def test_the_compiled_table_folds_every_character_as_python_does(compiled: ModuleType) -> None:
    from boilerplate.kernels.compiled_sites import HAS_LOWER, SEVERAL, case_folds

    folds = case_folds()
    for point in range(TABLE_SIZE):
        text = chr(point).casefold()
        assert folds[point] & SEVERAL == (ord(text) if len(text) == 1 else SEVERAL)
        assert len(text) == 1 or not re.search(r"\d", text)
        assert bool(folds[point] & HAS_LOWER) == (chr(point).lower() != chr(point))
