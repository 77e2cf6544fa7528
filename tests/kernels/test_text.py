"""Characters, words, n-grams and repetition of lines."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.features.table import BLOCKS
from boilerplate.features.text import script_lengths
from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.ngrams import buckets, char_grams, row_means, word_grams
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_text import PARAMS, SHAPES
from boilerplate.unicode import Char, char_table, plain
from tests.made_up import SENTENCES
from tests.strategies import LINES, MARKED, TEXTS
from tests.twins import assert_same_bits, needs_compiled

BASE = 0x9E3779B97F4A7C15
MIX = 0xD6E8FEB86659FD93
MODULUS = 1 << 64
MANY = settings(max_examples=200, deadline=None)


def naive_hash(span: str, salt: int) -> int:
    raw = sum((ord(char) + 1) * pow(BASE, i, MODULUS) for i, char in enumerate(span))
    raw = (raw + salt) * MIX % MODULUS
    return (raw ^ raw >> 32) * MIX % MODULUS


def category(char: str) -> int:
    table = char_table()
    return int(table[min(ord(char), len(table) - 1)])


def naive_fold(line: str) -> str:
    return "".join("0" if category(c) == Char.DIGIT else c for c in line.casefold())


def naive_words(line: str) -> list[str]:
    inside = [Char.LOWER <= category(char) <= Char.DIGIT for char in line]
    parts = "".join(c if i else " " for c, i in zip(line, inside, strict=True)).split(" ")
    return [part for part in parts if part]


def page_arrays(text: PageText) -> list[np.ndarray]:
    """The arrays of a PageText, as far as they are filled."""
    words, powers = text.words[:, : text.words_before[-1]], text.powers[: len(text.folded)]
    return [
        text.folded, text.starts, text.lengths, text.prefix, powers, words, text.words_before
    ]  # fmt: skip


class TestPageText:
    @given(lines=LINES)
    def test_each_line_stands_folded_between_its_offsets(
        self, twin: ModuleType, lines: list[str]
    ) -> None:
        text = twin.page_text(lines)
        found = [
            "".join(map(chr, text.folded[start : start + length].tolist()))
            for start, length in zip(text.starts.tolist(), text.lengths.tolist(), strict=True)
        ]
        assert found == [naive_fold(line) for line in lines]
        assert text.n == len(lines)

    @given(lines=LINES)
    def test_character_ngrams_are_those_of_each_line_and_its_bounds(
        self, twin: ModuleType, lines: list[str]
    ) -> None:
        text = twin.page_text(lines)
        for order in NGRAMS.char_orders:
            grams = char_grams(text, order)
            naive = []
            for line in map(naive_fold, lines):
                bound = f"\n{line}\n" if order > 1 else line
                naive.append(
                    [naive_hash(bound[i : i + order], order) for i in range(len(bound) - order + 1)]
                )
            assert grams.hashes.tolist() == [each for row in naive for each in row]
            assert grams.counts.tolist() == [len(row) for row in naive]

    @given(lines=LINES)
    def test_word_ngrams_are_those_of_each_line(self, twin: ModuleType, lines: list[str]) -> None:
        text = twin.page_text(lines)
        words = [naive_words(naive_fold(line)) for line in lines]
        singles = word_grams(text, 1)
        assert singles.hashes.tolist() == [naive_hash(w, 101) for row in words for w in row]
        assert singles.counts.tolist() == [len(row) for row in words]
        assert word_grams(text, 2).counts.tolist() == [max(len(row) - 1, 0) for row in words]

    def test_word_pair_is_the_text_from_one_word_to_the_next(self, twin: ModuleType) -> None:
        pairs = word_grams(twin.page_text(["Yeni, hat", "açıldı"]), 2)
        assert pairs.hashes.tolist() == [naive_hash("yeni, hat", 102)]

    def test_case_and_digits_make_no_difference_to_ngrams(self, twin: ModuleType) -> None:
        one, other = (twin.page_text([line]) for line in ("STRASSE 12", "straße 98"))
        for order in NGRAMS.char_orders:
            found, same = (char_grams(text, order).hashes.tolist() for text in (one, other))
            assert found == same

    def test_lines_with_newlines_in_them_are_refused(self, twin: ModuleType) -> None:
        with pytest.raises(ValueError, match="1 lines with 1 newlines"):
            twin.page_text(["a\nb"])

    @needs_compiled
    @MANY
    @given(lines=LINES)
    def test_both_twins_give_the_same_arrays(self, lines: list[str]) -> None:
        assert_same_bits(lambda twin: page_arrays(twin.page_text(lines)))


class TestHashes:
    def test_bucket_is_the_upper_bits_of_a_hash(self) -> None:
        hashes = np.array([0, 1 << 46, (1 << 64) - 1], np.uint64)
        assert buckets(hashes, 18).tolist() == [0, 1, (1 << 18) - 1]

    @given(st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=5))
    def test_row_mean_is_the_sum_over_the_root_of_the_length(self, rows: list[list[int]]) -> None:
        weights = np.linspace(-1, 1, 10).astype(np.float32)
        flat = np.array([i for row in rows for i in row], np.int64)
        offsets = np.cumsum([0, *map(len, rows)])
        naive = [sum(float(weights[i]) for i in row) / max(len(row), 1) ** 0.5 for row in rows]
        assert row_means(weights, flat, offsets) == pytest.approx(naive)


class TestCharCounts:
    @given(lines=LINES)
    def test_every_character_is_counted_once(self, twin: ModuleType, lines: list[str]) -> None:
        counts, scripts = twin.char_counts(lines)
        assert counts.shape == (len(lines), len(Char))
        assert counts.sum(1).tolist() == [len(line) for line in lines]
        letters = counts[:, Char.LOWER : Char.LETTER + 1].sum(1)
        assert scripts.sum(1).tolist() == letters.tolist()

    @pytest.mark.parametrize(
        ("language", "kind"), [("en", Char.LOWER), ("ar", Char.LETTER), ("hi", Char.LETTER)]
    )
    def test_most_of_a_sentence_is_letters(
        self, twin: ModuleType, language: str, kind: Char
    ) -> None:
        counts, _ = twin.char_counts([SENTENCES[language]])
        assert counts[0].argmax() == kind

    @needs_compiled
    @MANY
    @given(lines=LINES)
    def test_both_twins_count_the_same(self, lines: list[str]) -> None:
        assert_same_bits(lambda twin: twin.char_counts(lines))


class TestLineShapes:
    @pytest.mark.parametrize(
        ("shape", "line", "other"),
        [
            ("has_url", "cf. daily.org", "cf. daily"),
            ("has_at", "a@b", "a b"),
            ("has_copyright", "(C) 2021", "c 2021"),
            ("has_separator", "अ · ब", "अ ब"),
            ("has_clock_or_date", "14:05", "14 05"),
            ("has_year", "in 1999", "in 19999"),
            ("starts_with_bullet", "• один", "один •"),
            ("starts_with_quote", "「はい」", "はい「」"),
            ("has_code", "f();", "f;"),
            ("ends_ellipsis", "und so …", "… und so"),
        ],
    )
    def test_marks_are_found(self, twin: ModuleType, shape: str, line: str, other: str) -> None:
        _, _, shapes = twin.line_shapes([line, other])
        assert shapes[:, SHAPES.index(shape)].tolist() == [1.0, 0.0]

    def test_words_in_upper_case_and_indent_are_counted(self, twin: ModuleType) -> None:
        _, _, shapes = twin.line_shapes(["  Ödön and Эва"])
        assert shapes[0, SHAPES.index("starts_upper")] == 2
        assert shapes[0, SHAPES.index("indent")] == 2

    @needs_compiled
    @settings(max_examples=300, deadline=None)
    @given(text=st.one_of(MARKED, TEXTS.map(lambda text: text.replace("\n", " "))))
    def test_both_twins_find_the_same(self, text: str) -> None:
        assert_same_bits(lambda twin: twin.line_shapes([text]))


class TestPlainTexts:
    @given(texts=st.lists(st.one_of(TEXTS, MARKED), max_size=8))
    def test_texts_are_normalized(self, twin: ModuleType, texts: list[str]) -> None:
        assert twin.plain_texts(texts) == [plain(text) for text in texts]


def features(twin: ModuleType, lines: list[str], others: list[str]) -> np.ndarray:
    """The features that the kernel ``text_features`` fills in, (features, n)."""
    block = BLOCKS["text"]
    counts, scripts, shapes = twin.line_shapes(lines)
    lengths = script_lengths(np.array([len(line) for line in lines], float), counts, scripts)
    out = np.full((block.of_kernel, len(lines)), np.inf)
    twin.text_features(twin.page_text(lines), others, lengths, counts, scripts, shapes, out)
    return out


class TestTextFeatures:
    NAMES = BLOCKS["text"].names

    def columns(self, twin: ModuleType, lines: list[str]) -> dict[str, list[float]]:
        """The features of the lines of a page without a title, by name."""
        found = features(twin, lines, [""] * 4).tolist()
        return dict(zip(self.NAMES, found, strict=True))

    def test_repeated_lines_are_counted(self, twin: ModuleType) -> None:
        found = features(twin, ["paylaş", "metin", "paylaş", "Paylaş"], [""] * 4)
        columns = dict(zip(self.NAMES, found.tolist(), strict=False))
        assert columns["same_line"] == [2, 0, 2, 2]
        assert columns["copies_before"] == [0, 0, 1, 2]
        assert columns["copies_after"] == [2, 0, 1, 0]

    def test_line_in_another_script_is_unfamiliar(self, twin: ModuleType) -> None:
        lines = [SENTENCES["ru"], SENTENCES["ru"] + "!", SENTENCES["zh-cn"]]
        columns = dict(zip(self.NAMES, features(twin, lines, [""] * 4), strict=False))
        assert columns["page_script"].tolist() == [1.0, 1.0, 0.0]
        assert columns["familiar3"][2] < columns["familiar3"][0]

    def test_overlap_is_missing_where_there_is_no_other_text(self, twin: ModuleType) -> None:
        columns = dict(
            zip(self.NAMES, features(twin, ["새 버스", "b"], ["새 버스", "", "", ""]), strict=False)
        )
        assert columns["in_title"].tolist() == [1.0, 0.0]
        assert np.isnan(columns["in_headline"]).all()
        assert columns["has_body"].tolist() == [0.0, 0.0]

    @pytest.mark.parametrize("language", ["en", "ar", "ru", "vi"])
    def test_headline_whose_words_come_again_in_a_long_line_echoes(
        self, twin: ModuleType, language: str
    ) -> None:
        words = SENTENCES[language].split()
        headline, link = " ".join(words[2:6]), "ⴰⵣⵓⵍ ⵖⵔ ⵓⵏⵏⵓⴱⴳ"
        columns = self.columns(twin, [headline, link, SENTENCES[language]])
        for name in ("echo3", "echo_word"):
            in_headline, in_link, in_paragraph = columns[name]
            assert in_headline > 0.8 > in_link
            assert in_paragraph < in_headline
            assert columns[f"{name}_mass"][0] > columns[f"{name}_mass"][1]
        assert columns["echo_word"][1] == columns["echo_word_mass"][1] == 0

    def test_words_of_short_lines_are_no_echo(self, twin: ModuleType) -> None:
        columns = self.columns(twin, ["yeni otobüs hatları", "yeni otobüs hatları", "hatları"])
        for name in ("echo3", "echo3_mass", "echo_word", "echo_word_mass"):
            assert columns[name] == [0, 0, 0]

    def test_long_line_does_not_echo_itself_but_its_copy(self, twin: ModuleType) -> None:
        # No word stands in it twice.
        line = "Gestern Abend besprach der Stadtrat lange die neuen Buslinien, danach wurde müde "
        line += "in großer Runde abgestimmt und endlich gegessen."
        assert len(line) >= PARAMS.long_line
        assert self.columns(twin, [line])["echo_word"] == [0]
        assert self.columns(twin, [line, line])["echo_word"] == [1, 1]

    def test_word_weighs_less_the_more_often_the_page_has_it(self, twin: ModuleType) -> None:
        long = SENTENCES["cs"]
        once = self.columns(twin, ["autobusové", long])["echo_word_mass"][0]
        often = self.columns(twin, ["autobusové", long, *["autobusové"] * 9])["echo_word_mass"][0]
        assert once == pytest.approx(1 / (1 + np.log(2)))
        assert often == pytest.approx(1 / (1 + np.log(11)))

    @needs_compiled
    @MANY
    @given(lines=LINES, repeat=st.integers(2, 9), others=st.just([""] * 4))
    def test_both_twins_give_long_lines_the_same_bits(
        self, lines: list[str], repeat: int, others: list[str]
    ) -> None:
        some = [*lines, *(" ".join([line] * repeat) for line in lines[::2])]
        assert_same_bits(lambda twin: features(twin, some, others))

    @needs_compiled
    @MANY
    @given(
        lines=LINES,
        others=st.lists(TEXTS.map(lambda t: t.replace("\n", " ")), min_size=4, max_size=4),
    )
    def test_both_twins_give_the_same_bits(self, lines: list[str], others: list[str]) -> None:
        assert_same_bits(lambda twin: features(twin, lines, others))
