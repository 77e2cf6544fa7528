"""That the arrays say what a plain reading of the lines says."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Line, Page
from boilerplate.features.elements import LEVELS, element_tokens, name_buckets, tree
from boilerplate.features.encode import BAG_BITS, encode, page_bag
from boilerplate.features.languages import LANGUAGE_COLUMNS
from boilerplate.features.markup import MARKUP_COLUMNS
from boilerplate.features.text import TEXT_COLUMNS
from boilerplate.kernels.ngrams import (
    CHAR_ORDERS,
    HASH_BITS,
    MAX_LINE,
    MAX_LINE_HEAD,
    MAX_LINE_TAIL,
    buckets,
    char_grams,
    clip,
    page_text,
    word_grams,
)
from boilerplate.kernels.plain_text import char_counts
from boilerplate.kernels.plain_tree import subtree_sums
from boilerplate.language.detector import _probabilities
from boilerplate.model.linear import (
    _NEXT,
    _PREVIOUS,
    NEIGHBOUR_WORDS,
    around_rows,
    gram_rows,
    name_rows,
    row_means,
)
from boilerplate.page import Element, Markup, Metadata, text_page
from boilerplate.reading.html import html_page
from boilerplate.unicode import Char, char_table, plain
from tests.made_up import SENTENCES, news_page

BASE = 0x9E3779B97F4A7C15
MIX = 0xD6E8FEB86659FD93
MODULUS = 1 << 64

LINES = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30), max_size=6)
SPOKEN = st.lists(
    st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=30).filter(str.strip),
    min_size=1,
    max_size=6,
)


def naive_hash(span: str, salt: int) -> int:
    raw = sum((ord(char) + 1) * pow(BASE, i, MODULUS) for i, char in enumerate(span))
    raw = (raw + salt) * MIX % MODULUS
    return (raw ^ raw >> 32) * MIX % MODULUS


def naive_fold(line: str) -> str:
    table = char_table()
    return "".join(
        "0" if table[min(ord(char), len(table) - 1)] == Char.DIGIT else char
        for char in line.casefold()
    )


def naive_words(line: str) -> list[str]:
    table = char_table()
    inside = [Char.LOWER <= table[min(ord(c), len(table) - 1)] <= Char.DIGIT for c in line]
    return "".join(c if i else " " for c, i in zip(line, inside, strict=True)).split(" ")


class TestGrams:
    @given(LINES)
    def test_character_n_grams_are_those_of_each_line_and_its_bounds(
        self, lines: list[str]
    ) -> None:
        text = page_text(lines)
        for order in CHAR_ORDERS:
            grams = char_grams(text, order)
            naive = []
            for line in map(naive_fold, lines):
                bound = f"\n{line}\n" if order > 1 else line
                naive.append(
                    [naive_hash(bound[i : i + order], order) for i in range(len(bound) - order + 1)]
                )
            assert grams.hashes.tolist() == [each for row in naive for each in row]
            assert grams.counts.tolist() == [len(row) for row in naive]

    @given(LINES)
    def test_word_n_grams_are_those_of_each_line(self, lines: list[str]) -> None:
        text = page_text(lines)
        words = [[w for w in naive_words(naive_fold(line)) if w] for line in lines]
        singles = word_grams(text, 1)
        assert singles.hashes.tolist() == [naive_hash(w, 101) for row in words for w in row]
        assert singles.counts.tolist() == [len(row) for row in words]
        assert word_grams(text, 2).counts.tolist() == [max(len(row) - 1, 0) for row in words]

    def test_a_word_pair_is_the_text_from_one_to_the_next(self) -> None:
        pairs = word_grams(page_text(["Yeni, hat", "açıldı"]), 2)
        assert pairs.hashes.tolist() == [naive_hash("yeni, hat", 102)]

    @given(LINES)
    def test_page_text_keeps_each_line_between_its_offsets(self, lines: list[str]) -> None:
        text = page_text(lines)
        found = [
            "".join(map(chr, text.folded[start : start + length].tolist()))
            for start, length in zip(text.starts.tolist(), text.lengths.tolist(), strict=True)
        ]
        assert found == [naive_fold(line) for line in lines]
        assert text.n == len(lines)

    def test_case_and_digits_make_no_difference_to_n_grams(self) -> None:
        one, other = (page_text([line]) for line in ("STRASSE 12", "straße 98"))
        for order in CHAR_ORDERS:
            assert (
                char_grams(one, order).hashes.tolist() == char_grams(other, order).hashes.tolist()
            )

    @given(SPOKEN)
    def test_the_rows_of_a_page_are_the_rows_of_its_lines(self, lines: list[str]) -> None:
        ids, offsets = gram_rows(encode(text_page(lines)))
        for i, line in enumerate(lines):
            alone, _ = gram_rows(encode(text_page([line])))
            assert ids[offsets[i] : offsets[i + 1]].tolist() == alone.tolist()

    @given(SPOKEN)
    def test_around_a_line_stand_the_first_words_of_its_neighbours(self, lines: list[str]) -> None:
        ids, offsets = around_rows(encode(text_page(lines)))
        first = [
            word_grams(page_text([plain(line)]), 1).hashes[:NEIGHBOUR_WORDS].tolist()
            for line in lines
        ]
        for i in range(len(lines)):
            naive = [
                (word ^ int(salt)) * MIX % MODULUS >> 64 - HASH_BITS
                for salt, words in (
                    (_PREVIOUS, first[i - 1] if i else []),
                    (_NEXT, first[i + 1] if i + 1 < len(lines) else []),
                )
                for word in words
            ]
            assert ids[offsets[i] : offsets[i + 1]].tolist() == naive

    @given(st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=5))
    def test_a_row_mean_is_the_sum_over_the_root_of_the_length(self, rows: list[list[int]]) -> None:
        weights = np.linspace(-1, 1, 10).astype(np.float32)
        flat = np.array([i for row in rows for i in row], np.int64)
        offsets = np.cumsum([0, *map(len, rows)])
        naive = [sum(float(weights[i]) for i in row) / max(len(row), 1) ** 0.5 for row in rows]
        assert row_means(weights, flat, offsets) == pytest.approx(naive)


class TestCharacters:
    @given(LINES)
    def test_every_character_is_counted_once(self, lines: list[str]) -> None:
        counts, scripts = char_counts(lines)
        assert counts.shape == (len(lines), len(Char))
        assert counts.sum(1).tolist() == [len(line) for line in lines]
        letters = counts[:, Char.LOWER : Char.LETTER + 1].sum(1)
        assert scripts.sum(1).tolist() == letters.tolist()

    @given(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]))
    def test_letters_marks_and_digits_are_what_unicode_says(self, char: str) -> None:
        kind = char_table()[ord(char)]
        category = unicodedata.category(char)
        if 0x3400 <= ord(char) < 0xA4D0:
            assert kind == Char.LETTER  # Han and Yi, with the few symbols among them
            return
        assert (Char.LOWER <= kind <= Char.LETTER) == category.startswith("L")
        assert (kind == Char.MARK) == category.startswith("M")
        assert (kind == Char.DIGIT) == category.startswith("N")

    @pytest.mark.parametrize("char", ".!?。！？؟।॥።။…")
    def test_sentences_end_alike_in_every_script(self, char: str) -> None:
        assert char_table()[ord(char)] == Char.TERMINAL

    @pytest.mark.parametrize(
        ("language", "kind"), [("en", Char.LOWER), ("ar", Char.LETTER), ("hi", Char.LETTER)]
    )
    def test_most_of_a_sentence_is_letters(self, language: str, kind: Char) -> None:
        counts, _ = char_counts([SENTENCES[language]])
        assert counts[0].argmax() == kind


MAY_BE_MISSING = {
    "page_script", *LANGUAGE_COLUMNS,  # too few letters
    "in_title", "title_in", "in_headline", "headline_in", "in_description", "description_in",
    "in_body", "body_in",  # no such metadata
}  # fmt: skip


class TestColumns:
    @settings(max_examples=50, deadline=None)  # the first call makes the tables of characters
    @given(SPOKEN)
    def test_bare_text_has_a_finite_value_in_each_text_column(self, lines: list[str]) -> None:
        encoded = encode(text_page(lines))
        assert encoded.columns.shape == (len(lines), len(TEXT_COLUMNS) + len(LANGUAGE_COLUMNS))
        assert encoded.tree is None
        for name, column in zip(TEXT_COLUMNS, encoded.columns.T, strict=False):
            assert np.isfinite(column).all() or name in MAY_BE_MISSING, name

    @pytest.mark.parametrize("language", SENTENCES)
    def test_html_has_markup_columns_too(self, language: str) -> None:
        page = html_page(news_page(language))
        encoded = encode(page)
        names = (*TEXT_COLUMNS, *LANGUAGE_COLUMNS, *MARKUP_COLUMNS)
        assert encoded.columns.shape == (len(page.lines), len(names))
        for name, column in zip(names, encoded.columns.T, strict=True):
            assert np.isfinite(column).all() or name in MAY_BE_MISSING, name

    def test_no_name_stands_twice(self) -> None:
        names = (*TEXT_COLUMNS, *LANGUAGE_COLUMNS, *MARKUP_COLUMNS)
        assert len(set(names)) == len(names)

    @settings(max_examples=50)
    @given(SPOKEN, st.integers(1, 3))
    def test_text_columns_do_not_depend_on_blank_lines(self, lines: list[str], gap: int) -> None:
        spread = [text for line in lines for text in [line, *[" "] * gap]]
        dense = encode(text_page(lines)).columns
        compact = text_page(spread).without_blank_lines
        np.testing.assert_array_equal(encode(compact).columns, dense)

    def test_a_line_s_own_columns_do_not_depend_on_its_neighbours(self) -> None:
        own = [TEXT_COLUMNS.index(name) for name in ("log_chars", "lower", "comma", "has_year")]
        line = "Στις 3 Μαΐου 2021, η πόλη γιόρτασε."
        alone = encode(text_page([line])).columns[0, own]
        among = encode(text_page(["Home", line, line, "שלום"])).columns[1, own]
        assert alone.tolist() == among.tolist()

    @pytest.mark.parametrize(
        "said",
        [
            "市议会周一晚上就新的图书馆进行了投票。",
            "市議会は月曜日の夜、新しい図書館について採決を行った。",
            "시의회는 월요일 저녁 새 도서관에 대해 표결했다.",
            "የከተማው ምክር ቤት ሰኞ ምሽት ስለ አዲሱ ቤተ መጻሕፍት ድምፅ ሰጠ።",
            "Городской совет в понедельник вечером проголосовал о новой библиотеке.",
            "สภาเมืองลงมติเรื่องห้องสมุดแห่งใหม่ในเย็นวันจันทร์",
        ],
    )
    def test_the_same_sentence_is_about_as_long_in_every_script(self, said: str) -> None:
        english = "The town council voted on the new library on Monday evening."
        encoded = encode(text_page([english, said]))
        assert encoded.chars.tolist() == [len(english), len(said)]
        assert encoded.sizes[0] == len(english)
        assert 2 / 3 < encoded.sizes[1] / encoded.sizes[0] < 3 / 2
        assert np.expm1(encoded.columns[:, TEXT_COLUMNS.index("log_chars")]) == pytest.approx(
            encoded.sizes
        )

    def test_what_is_not_read_of_a_long_line_is_as_long_as_what_is(self) -> None:
        line = "市议会" * MAX_LINE
        encoded = encode(text_page([line]))
        assert encoded.sizes[0] == 2.5 * len(line)

    def test_a_line_in_another_script_is_seen_to_be_foreign(self) -> None:
        lines = [SENTENCES["ru"], SENTENCES["ru"] + "!", SENTENCES["zh-cn"]]
        columns = encode(text_page(lines)).columns
        script = columns[:, TEXT_COLUMNS.index("page_script")]
        familiar = columns[:, TEXT_COLUMNS.index("familiar3")]
        assert script.tolist() == [1.0, 1.0, 0.0]
        assert familiar[2] < familiar[0]

    def test_a_repeated_line_is_seen_to_be_repeated(self) -> None:
        columns = encode(text_page(["paylaş", "metin", "paylaş", "Paylaş"])).columns
        same = columns[:, TEXT_COLUMNS.index("same_line")]
        assert np.expm1(same).round().tolist() == [2, 0, 2, 2]

    def test_the_headline_is_found_in_the_title(self) -> None:
        page = replace(
            text_page(["새 버스 노선", "다른 줄"]), metadata=Metadata(title="새 버스 노선 | 신문")
        )
        columns = encode(page).columns[:, TEXT_COLUMNS.index("in_title")]
        assert columns[0] > 0.8 > 0.2 > columns[1]

    def test_markup_columns_know_the_elements_around_a_line(self) -> None:
        page = html_page("<nav><ul><li><a>Ev</a></ul></nav><main><p hidden>Metin</main>")
        columns = encode(page).columns
        values = [
            dict(zip((*TEXT_COLUMNS, *LANGUAGE_COLUMNS, *MARKUP_COLUMNS), row, strict=True))
            for row in columns.tolist()
        ]
        assert [v["in_nav"] for v in values] == [1, 0]
        assert [v["in_main"] for v in values] == [0, 1]
        assert [v["own_a"] for v in values] == [1, 0]
        assert [v["own_li"] for v in values] == [0, 0]
        assert [v["hidden"] for v in values] == [0, 1]
        assert [v["link_share"] for v in values] == [1, 0]

    def test_a_long_line_is_read_at_its_head_and_tail(self) -> None:
        line = "a" * MAX_LINE_HEAD + "b" * 10_000 + "c" * MAX_LINE_TAIL
        assert clip(line) == "a" * MAX_LINE_HEAD + "c" * MAX_LINE_TAIL
        assert clip("kısa") == "kısa"
        encoded = encode(text_page([line]))
        assert encoded.chars[0] == len(line)
        assert encoded.columns[0, TEXT_COLUMNS.index("log_chars")] == np.log1p(len(line))

    def test_a_line_made_by_hand_may_hold_line_ends(self) -> None:
        page = text_page(["one\ntwo\n", "three"])
        assert encode(page).n == 2

    @pytest.mark.parametrize(
        "text", ["\0", "\ud800", "\U0010ffff", "\x1f", "\u200b", "\ufeff", "ﷺ"]
    )
    def test_odd_characters_are_characters(self, text: str) -> None:
        assert encode(text_page([text, "x"])).n == 2
        assert encode(html_page(f"<p>{text}x</p><p>y</p>")).n == 2

    def test_a_page_without_lines_has_no_rows(self) -> None:
        for page in (text_page([]), html_page("")):
            encoded = encode(page)
            assert (encoded.n, len(encoded.columns)) == (0, 0)


def chain_page(depth: int) -> Page:
    elements = tuple(Element("div", (f"level-{i}",), i - 1) for i in range(depth))
    return Page((Line("derin", Markup(depth - 1)), Line("sığ", Markup(0))), "html", None, elements)


class TestTree:
    @given(st.data())
    def test_subtree_sums_are_those_of_a_walk_up_from_each_line(self, data: st.DataObject) -> None:
        n = data.draw(st.integers(1, 12))
        parents = [-1] + [data.draw(st.integers(0, i - 1)) for i in range(1, n)]
        own = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=8))
        page = Page(
            tuple(Line("x", Markup(e)) for e in own),
            "html",
            None,
            tuple(Element("div", (), parent) for parent in parents),
        )
        skeleton = tree(page, page.lines)
        assert skeleton
        values = np.arange(1.0, len(own) + 1)[:, None]
        naive = np.zeros((n, 1))
        for element, value in zip(own, values[:, 0], strict=True):
            while element >= 0:
                naive[element] += value
                element = parents[element]
        np.testing.assert_allclose(subtree_sums(skeleton, values), naive)

    @pytest.mark.parametrize("depth", [1, 2, 5, 200])
    def test_names_are_read_from_the_line_upwards(self, depth: int) -> None:
        page = chain_page(depth)
        skeleton = tree(page, page.lines)
        assert skeleton
        ids, offsets = name_rows(skeleton)
        naive = [
            bucket
            for level, element in zip(LEVELS.tolist(), reversed(page.elements), strict=False)
            for bucket in name_buckets(element_tokens(element.tag, element.names), level).tolist()
        ]
        assert ids[: offsets[1]].tolist() == naive
        assert ids.min() >= 0
        assert ids.max() < 1 << HASH_BITS

    @pytest.mark.parametrize("code", ["he", "ja", "ru"])
    def test_each_half_of_what_a_page_says_has_length_one(self, code: str) -> None:
        page = html_page(news_page(code))
        text = page_text([line.text for line in page.lines])
        at, weights = page_bag(page, text, tree(page, page.lines))
        words = at < 1 << BAG_BITS
        assert np.linalg.norm(weights[words]) == pytest.approx(1)
        assert np.linalg.norm(weights[~words]) == pytest.approx(1)

    def test_bare_text_has_no_tree(self) -> None:
        assert tree(text_page(["x"]), text_page(["x"]).lines) is None


def test_a_bucket_is_the_upper_bits_of_a_hash() -> None:
    hashes = np.array([0, 1 << 46, (1 << 64) - 1], np.uint64)
    assert buckets(hashes, 18).tolist() == [0, 1, (1 << 18) - 1]


class TestLanguageColumns:
    ENGLISH = tuple(SENTENCES["en"].split(". ")) * 4

    def columns(self, lines: list[str]) -> dict[str, np.ndarray]:
        first = len(TEXT_COLUMNS)
        columns = encode(text_page(lines)).columns
        found = columns[:, first : first + len(LANGUAGE_COLUMNS)]
        assert found.shape == (len(lines), len(LANGUAGE_COLUMNS))
        return dict(zip(LANGUAGE_COLUMNS, found.T, strict=True))

    @pytest.mark.parametrize("code", sorted(set(SENTENCES) - {"en"}))
    def test_a_notice_at_the_end_is_foreign_and_a_quotation_is_within(self, code: str) -> None:
        half = len(self.ENGLISH) // 2
        for at, since in ((len(self.ENGLISH), 1.0), (half, 0.5)):
            lines = [*self.ENGLISH[:at], SENTENCES[code], *self.ENGLISH[at:]]
            columns = self.columns(lines)
            assert columns["page_language"][at] < 0.1
            assert np.delete(columns["page_language"], at).min() > 0.9
            assert columns["foreign_since"][at] == pytest.approx(since, abs=0.1)
            assert columns["foreign_until"][at] == pytest.approx(1 - since, abs=0.1)
            assert np.isnan(np.delete(columns["foreign_since"], at)).all()

    def test_a_run_of_foreign_lines_is_measured(self) -> None:
        turkish = SENTENCES["tr"].split(", ")
        columns = self.columns([*self.ENGLISH, turkish[0], "123", turkish[1]])
        run = np.expm1(columns["foreign_run_lines"][len(self.ENGLISH) :])
        assert run[[0, 2]] == pytest.approx(2)
        assert np.isnan(run[1])

    @pytest.mark.parametrize("codes", [("zh-cn", "zh-tw"), ("zh-tw", "zh-cn")])
    def test_the_other_chinese_is_not_foreign(self, codes: tuple[str, str]) -> None:
        page, other = (SENTENCES[code] for code in codes)
        columns = self.columns([page, other, page])
        assert columns["page_language"].min() > 0.9

    def test_a_line_of_few_letters_has_no_columns(self) -> None:
        columns = self.columns([*self.ENGLISH, "12.30", "»", "ab"])
        assert all(np.isnan(column[-3:]).all() for column in columns.values())

    @given(LINES)
    def test_any_lines_have_columns(self, lines: list[str]) -> None:
        for column in self.columns(lines).values():
            assert not np.isinf(column).any()

    def test_the_columns_are_the_same_bytes_each_time(self) -> None:
        page = text_page([*SENTENCES.values()])
        first = encode(page).columns.tobytes()
        _probabilities.cache_clear()
        assert encode(page).columns.tobytes() == first
