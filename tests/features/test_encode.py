"""Pages as arrays: the features of their lines, in HTML and in bare text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Page
from boilerplate.features.encode import BAG_BITS, encode
from boilerplate.features.table import BLOCKS
from boilerplate.features.text import MAX_LINE, MAX_LINE_HEAD, MAX_LINE_TAIL, clip
from boilerplate.page import Metadata, text_page
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page
from tests.strategies import LINES, MARKUP
from tests.twins import needs_compiled, same_on_both

TEXT_BLOCKS = (*BLOCKS["text"].names, *BLOCKS["languages"].names)
HTML_BLOCKS = (*TEXT_BLOCKS, *BLOCKS["markup"].names)
MAY_BE_MISSING = {
    "page_script", *BLOCKS["languages"].names,  # too few letters
    "in_title", "title_in", "in_headline", "headline_in", "in_description", "description_in",
    "in_body", "body_in",  # no such metadata
}  # fmt: skip
# Lines that have something to show.
SHOWN = LINES.map(lambda lines: [line for line in lines if line.strip()]).filter(bool)


def columns(page: Page) -> dict[str, np.ndarray]:
    """The features of a page's lines by name, (n,) each."""
    return dict(zip(HTML_BLOCKS, encode(page).features.T, strict=False))


class TestFeatures:
    @settings(max_examples=50, deadline=None)  # the first call makes the tables of characters
    @given(SHOWN)
    def test_bare_text_has_a_finite_value_of_each_text_feature(self, lines: list[str]) -> None:
        encoded = encode(text_page(lines))
        assert encoded.features.shape == (len(lines), len(TEXT_BLOCKS))
        assert encoded.tree is None
        for name, column in zip(TEXT_BLOCKS, encoded.features.T, strict=True):
            assert np.isfinite(column).all() or name in MAY_BE_MISSING, name

    @pytest.mark.parametrize("language", SENTENCES)
    def test_html_has_markup_features_too(self, language: str) -> None:
        page = html_page(news_page(language))
        encoded = encode(page)
        assert encoded.features.shape == (len(page.lines), len(HTML_BLOCKS))
        for name, column in zip(HTML_BLOCKS, encoded.features.T, strict=True):
            assert np.isfinite(column).all() or name in MAY_BE_MISSING, name

    @settings(max_examples=50)
    @given(SHOWN, st.integers(1, 3))
    def test_features_do_not_depend_on_blank_lines(self, lines: list[str], gap: int) -> None:
        spread = text_page([text for line in lines for text in [line, *[" "] * gap]])
        found = encode(spread.without_blank_lines).features
        np.testing.assert_array_equal(found, encode(text_page(lines)).features)

    def test_features_of_a_line_alone_do_not_depend_on_its_neighbours(self) -> None:
        line = "Στις 3 Μαΐου 2021, η πόλη γιόρτασε."
        alone = columns(text_page([line]))
        among = columns(text_page(["Home", line, line, "שלום"]))
        for name in ("log_chars", "lower", "comma", "has_year"):
            assert alone[name][0] == among[name][1]

    @needs_compiled
    @settings(max_examples=100, deadline=None)
    @given(SHOWN)
    def test_both_twins_give_bare_text_the_same_features(self, lines: list[str]) -> None:
        same_on_both(lambda: [encode(text_page(lines)).features, *encode(text_page(lines)).bag])

    @needs_compiled
    @settings(max_examples=100, deadline=None)
    @given(MARKUP)
    def test_both_twins_give_html_the_same_features(self, markup: str) -> None:
        page = html_page(markup)
        same_on_both(lambda: [encode(page).features, encode(page).links, *encode(page).bag])


class TestLengths:
    @pytest.mark.parametrize(
        "translated",
        [
            "市议会周一晚上就新的图书馆进行了投票。",
            "市議会は月曜日の夜、新しい図書館について採決を行った。",
            "시의회는 월요일 저녁 새 도서관에 대해 표결했다.",
            "የከተማው ምክር ቤት ሰኞ ምሽት ስለ አዲሱ ቤተ መጻሕፍት ድምፅ ሰጠ።",
            "Городской совет в понедельник вечером проголосовал о новой библиотеке.",
            "สภาเมืองลงมติเรื่องห้องสมุดแห่งใหม่ในเย็นวันจันทร์",
        ],
    )
    def test_sentence_is_about_as_long_in_every_script(self, translated: str) -> None:
        english = "The town council voted on the new library on Monday evening."
        page = text_page([english, translated])
        encoded = encode(page)
        assert encoded.chars.tolist() == [len(english), len(translated)]
        assert encoded.lengths[0] == len(english)
        assert 2 / 3 < encoded.lengths[1] / encoded.lengths[0] < 3 / 2
        assert np.expm1(columns(page)["log_chars"]) == pytest.approx(encoded.lengths)

    def test_part_of_a_line_that_is_not_read_counts_like_the_rest(self) -> None:
        line = "市议会" * MAX_LINE
        assert encode(text_page([line])).lengths[0] == 2.5 * len(line)

    def test_long_line_is_read_at_its_head_and_tail(self) -> None:
        line = "a" * MAX_LINE_HEAD + "b" * 10_000 + "c" * MAX_LINE_TAIL
        assert clip(line) == "a" * MAX_LINE_HEAD + "c" * MAX_LINE_TAIL
        assert clip("kısa") == "kısa"
        page = text_page([line])
        assert encode(page).chars[0] == len(line)
        assert columns(page)["log_chars"][0] == np.log1p(len(line))

    @needs_compiled
    def test_both_twins_read_a_long_line_the_same(self) -> None:
        page = text_page(["x " * 3_000_000 + "end.", "a short line"])
        same_on_both(lambda: encode(page).features)


def test_line_in_another_script_is_found_foreign() -> None:
    found = columns(text_page([SENTENCES["ru"], SENTENCES["ru"] + "!", SENTENCES["zh-cn"]]))
    assert found["page_script"].tolist() == [1.0, 1.0, 0.0]
    assert found["familiar3"][2] < found["familiar3"][0]


def test_repeated_line_is_counted() -> None:
    found = columns(text_page(["paylaş", "metin", "paylaş", "Paylaş"]))
    assert np.expm1(found["same_line"]).round().tolist() == [2, 0, 2, 2]


def test_headline_is_found_in_the_title() -> None:
    page = text_page(["새 버스 노선", "다른 줄"])
    page = replace(page, metadata=Metadata(title="새 버스 노선 | 신문"))
    found = columns(page)["in_title"]
    assert found[0] > 0.8 > 0.2 > found[1]


def test_elements_around_a_line_are_known() -> None:
    page = html_page("<nav><ul><li><a href=/>Ev</a></ul></nav><main><p hidden>Metin</main>")
    found = columns(page)
    expected = {
        "in_nav": [1, 0], "in_main": [0, 1], "own_a": [1, 0], "own_li": [0, 0],
        "hidden": [0, 1], "link_share": [1, 0],
    }  # fmt: skip
    assert {name: found[name].tolist() for name in expected} == expected


def test_part_of_a_page_has_the_features_of_a_page_of_its_own() -> None:
    page = text_page([*SENTENCES.values()])
    part = encode(page, slice(3, 9))
    alone = encode(replace(page, lines=page.lines[3:9]))
    np.testing.assert_array_equal(part.features, alone.features)


@pytest.mark.parametrize("code", ["he", "ja", "ru"])
def test_each_half_of_the_bag_of_a_page_has_length_one(code: str) -> None:
    at, weights = encode(html_page(news_page(code))).bag
    words = at < 1 << BAG_BITS
    assert np.linalg.norm(weights[words]) == pytest.approx(1)
    assert np.linalg.norm(weights[~words]) == pytest.approx(1)


def test_line_made_by_hand_may_hold_newlines() -> None:
    assert encode(text_page(["one\ntwo\n", "three"])).n == 2


@pytest.mark.parametrize("text", ["\0", "\ud800", "\U0010ffff", "\x1f", "\u200b", "\ufeff", "ﷺ"])
def test_unusual_characters_are_encoded(text: str) -> None:
    assert encode(text_page([text, "x"])).n == 2
    assert encode(html_page(f"<p>{text}x</p><p>y</p>")).n == 2


def test_page_without_lines_has_no_rows() -> None:
    for page in (text_page([]), html_page("")):
        encoded = encode(page)
        assert (encoded.n, len(encoded.features)) == (0, 0)
