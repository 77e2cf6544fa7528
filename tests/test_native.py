"""The compiled kernels give the same bits as their Python twins, and refuse what does not fit."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, acceleration
from boilerplate.characters import (
    TABLE_SIZE,
    Flag,
    char_flags,
    char_table,
    plain_texts,
)
from boilerplate.characters import plain as plain_text
from boilerplate.features import element_tokens, encode, line_shapes, page_text
from boilerplate.fingerprints import HEAD, SEVERAL, TAIL, folds, line_hashes
from boilerplate.kinds import TEXT_BITS, likeliest_paths
from boilerplate.knowledge import Knowledge
from boilerplate.language import speech
from boilerplate.limits import tag_counts
from boilerplate.model import _packed, column_grounds, column_names, trees_from
from boilerplate.page import Element, Line, Markup, text_page
from boilerplate.plugins import no_plugins
from boilerplate.readers import _tag_kinds, html_page
from boilerplate.sketches import MOST as MOST_OPINION
from boilerplate.sketches import Sketch
from tests.made_up import SENTENCES, made_up_model, made_up_trees, news_page

pytestmark = pytest.mark.skipif(
    acceleration.native is None, reason="the compiled part was not built, or is not to be used"
)

MODEL = made_up_model()


@contextmanager
def plain() -> Iterator[None]:
    """Use the Python twins."""
    native, acceleration.native = acceleration.native, None
    try:
        yield
    finally:
        acceleration.native = native


# Every script of the tests, Unicode's whitespace, and characters that no text should hold.
CHARACTERS = st.one_of(
    st.sampled_from(sorted(set("".join(SENTENCES.values())))),
    st.sampled_from(" \t\n\r\f\x1c\x85\xa0\u1680\u2003\u2028\u3000\u200b\ufeff"),
    st.sampled_from("İſßŉΐ\u0345ǅ٣७௧Ⅷ½²𝔘𝟘𠀀🙂\U0010ffff\x00\ud800\udfff"),
    st.characters(),
)
TEXTS = st.text(CHARACTERS, max_size=40)
NAMES = st.sampled_from(
    "a b br body div em head hr html i img input label li math meta mi nav noscript ol p pre "
    "script section select span style svg table tbody td template textarea time title tr ul x-y "
    "form button h1 object option b/ br/ xmp iframe noembed listing plaintext link math svg".split()
)
ATTRIBUTES = st.one_of(
    st.sampled_from(
        [
            "", ' class="post body"', ' class=" a\xa0b  c "', ' class=""', ' class="  "', " hidden",
            ' id="main"', ' rel=" no  follow "', ' rel="  "', ' aria-hidden="true"',
            ' style="color:red;display : none"', ' itemprop="a  b" role=x property=y',
            ' data-testid="z"', ' property="og:title" content="Χθες"',
            ' name=DESCRIPTION content=x', ' type="application/ld+json"', f' class="{"x " * 40}"',
            f' id="{"é" * 90}"', " class",
        ]
    ),
    st.builds(' class="{}" id="{}"'.format, TEXTS, TEXTS),
)  # fmt: skip
TAGS = st.builds(
    lambda end, name, attrs: f"<{end}{name}{'' if end else attrs}>",
    st.sampled_from(["", "", "/"]),
    NAMES,
    ATTRIBUTES,
)
MARKS = (
    "<!-- x -->", "<![CDATA[y]]>", "<?z?>", "&#xd800;", "<!--", "-->", "<!--<script>", "</script>",
    "<!->", "&amp;lt;", "&nbsp;", "<3", "\n\n",
)  # fmt: skip
MARKUP = st.lists(
    st.one_of(TAGS, TEXTS, st.sampled_from(MARKS)),
    max_size=40,
).map("".join)


class TestSplitter:
    @given(MARKUP)
    @settings(max_examples=500, deadline=None)
    def test_any_markup_gives_the_same_lines(self, markup: str) -> None:
        page = html_page(markup)
        with plain():
            assert page == html_page(markup)

    @pytest.mark.parametrize("language", SENTENCES)
    def test_pages_in_every_script_give_the_same_lines(self, language: str) -> None:
        page = html_page(news_page(language))
        with plain():
            assert page == html_page(news_page(language))

    def test_deep_and_long_pages_give_the_same_lines(self) -> None:
        markup = "<div class=x>" * 3000 + "a" * 3_000_000 + " " * 3_000_000 + "é" + "</div>" * 5000
        page = html_page(markup)
        with plain():
            assert page == html_page(markup)

    @pytest.mark.parametrize(
        "markup",
        [
            "<p>a<plaintext>b</plaintext><p>c",
            "<script><!-- <script> </script> x --></script><p>a",
            "<script type=ld+json><!--<script></script>a<script>--></script><p>b",
            "<svg><style><!-- </style></svg>a<svg><style> --></style></svg><p>b",
            "<math><mi><xmp>a&amp;b</xmp></mi><style><!-- <p> --></style></math><p>c",
            "<math><input>a</math><p>b",
            "<pre>\n\na\n b &amp;nbsp;</pre><textarea>\n</textarea>c",
            "<p \ud801=x class=y \udc00>a",
            '<p ="a b"c=d class="&quot;e&amp;lt; f">g',
        ],
    )
    def test_ambiguous_serialized_markup_gives_the_same_lines(self, markup: str) -> None:
        page = html_page(markup)
        with plain():
            assert page == html_page(markup)

    @pytest.mark.parametrize(
        "markup",
        [
            "<", "<p", "<p>", "</p>", "<p></b>", "<p a></p>", "<p a=b></p>", '<p a="></p>', "<p =>",
            "<!--", "<!x", "<style>a", "<style></p>", "<script>a</scripts>",
            "<svg><style><b></style></svg>",
        ],
    )  # fmt: skip
    def test_markup_that_no_serializer_writes_is_not_split(self, markup: str) -> None:
        assert acceleration.native
        native, classes = acceleration.native, (Line, Markup, Element)
        assert native.split_html(markup, _tag_kinds(), *classes, bool) is None

    @given(st.text(st.sampled_from("<>/!-=\"'& apbrxscivtyle\n\ud800é"), max_size=60))
    @settings(max_examples=500, deadline=None)
    def test_any_text_is_split_or_refused_without_an_error(self, markup: str) -> None:
        assert acceleration.native
        acceleration.native.split_html(markup, _tag_kinds(), Line, Markup, Element, bool)

    def test_elements_with_equal_hashes_are_distinguished(self) -> None:
        # 'Aa' and 'BB' have the same hash: only the first few kinds of one hash are compared.
        ids = ["".join(pair) for pair in product(("Aa", "BB"), repeat=7)]
        markup = "".join(f"<p id={each}>a</p>" for each in ids * 2)
        found = [element.names for element in html_page(markup).elements[2:]]
        assert found == [(f"id={each}",) for each in ids * 2]

    def test_split_html_refuses_arguments_of_wrong_types(self) -> None:
        assert acceleration.native
        good = ("<p>a</p>", {"p": 1}, Line, Markup, Element, bool)
        for i, wrong in enumerate([b"<p>", None, object, int, 3]):
            arguments = [*good[:i], wrong, *good[i + 1 :]]
            with pytest.raises((TypeError, AttributeError)):
                acceleration.native.split_html(*arguments)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            acceleration.native.split_html("<p>a</p>", {"p": "x"}, *good[2:])  # type: ignore[dict-item]
        with pytest.raises(ZeroDivisionError):
            acceleration.native.split_html(
                '<p style="x">a</p>', {}, *good[2:5], lambda style: bool(len(style) / 0)
            )

    def test_objects_made_in_c_are_not_tracked_by_the_garbage_collector(self) -> None:
        page = html_page("<p>a")
        values = (page.lines[0], page.lines[0].markup, page.elements[0])
        assert not any(map(gc.is_tracked, values))
        with plain():
            assert html_page("<p>a") == page


class TestLimits:
    @given(
        st.lists(
            st.sampled_from(
                ("<b>", "<B ", "</b>", "<strong\n>", "</STRONG>", "<strongs>", "<i/", "<html a>",
                 "<body>", "<BODY\t", "</body >", "<", "</", "<code\xa0>", "é", "<tt\f>", "\ud800")
            )
        ).map("".join)
    )  # fmt: skip
    def test_tag_counts_are_the_same(self, markup: str) -> None:
        fast = tag_counts(markup)
        with plain():
            assert fast == tag_counts(markup)

    def test_tag_counts_refuses_wrong_arguments(self) -> None:
        assert acceleration.native
        for arguments in ((), (b"<b>",), ("<b>", "<b>")):
            with pytest.raises(TypeError, match="tag_counts"):
                acceleration.native.tag_counts(*arguments)


class TestTrees:
    @given(st.integers(0, 40), st.integers(0, 2**32 - 1), st.booleans())
    @settings(deadline=None)
    def test_tree_sums_are_the_same(self, lines: int, seed: int, grounds: bool) -> None:
        rng = np.random.default_rng(seed)
        matrix = rng.normal(size=(lines, len(column_names("html")))).astype(np.float32)
        matrix[rng.random(matrix.shape) < 0.2] = np.nan
        matrix[rng.random(matrix.shape) < 0.05] = np.inf
        matrix[rng.random(matrix.shape) < 0.05] = -np.inf
        trees = made_up_trees(matrix.shape[1], seed)
        groups = column_grounds("html") if grounds else None
        fast = trees.explain(matrix, groups)
        with plain():
            slow = trees.explain(matrix, groups)
        for one, other in zip(fast, slow, strict=True):
            assert one.tobytes() == other.tobytes()

    def test_a_matrix_with_too_few_columns_is_refused(self) -> None:
        trees = MODEL.stacks["html"].trees
        with pytest.raises(IndexError, match="columns"):
            trees.log_odds(np.zeros((3, 1), np.float32))

    def test_tree_sums_refuses_arrays_that_do_not_fit(self) -> None:
        assert acceleration.native
        one = np.zeros(1)
        with pytest.raises((TypeError, ValueError)):
            acceleration.native.tree_sums(one, 1, one, one, one, one, one, one, 1, one, one)

    @pytest.mark.parametrize(("leaves", "compiled"), [(256, True), (257, False)])
    def test_a_tree_with_more_leaves_than_a_byte_counts_is_summed_in_python(
        self, leaves: int, compiled: bool
    ) -> None:
        at = np.arange(2 * leaves - 1)  # a complete tree: a node's children are 2i + 1 and 2i + 2
        inner, level = at < leaves - 1, np.floor(np.log2(at + 1))
        arrays = {
            "feature": np.where(inner, 0, -1).astype(np.int16),
            "threshold": (leaves * ((at + 1.5) / 2**level - 1)).astype(np.float32),
            "left": np.where(inner, 2 * at + 1, 0).astype(np.uint16),
            "value": at.astype(np.float32),
            "missing_left": (at % 2).astype(np.uint8),
        }
        trees = trees_from({**arrays, "sizes": np.array([len(at)], np.int32)}, 1)
        assert (_packed(trees, b"") is not None) == compiled
        matrix = np.array([*range(-1, leaves + 1), np.nan, np.inf], np.float32)[:, None]
        fast = trees.log_odds(matrix)
        with plain():
            assert fast.tolist() == trees.log_odds(matrix).tolist()
        assert len(set(fast.tolist())) > leaves / 2


# What line_shapes looks for, so that chance finds it often.
MARKED = st.text(
    st.sampled_from(
        'hhttps://www.com.org net@©®™(c)(C)|»›·→/\\129 0٣年月:-•*>+“「"{}();=<>#$ aÄß…\u3000𠀀'
    ),
    max_size=60,
)


class TestLines:
    @given(
        st.lists(st.one_of(TEXTS, MARKED).map(lambda text: text.replace("\n", " ")), max_size=12)
    )
    @settings(max_examples=300, deadline=None)
    def test_any_lines_have_the_same_features_and_scores(self, lines: list[str]) -> None:
        page = text_page(lines)
        spoken = page.spoken
        linear = MODEL.stacks["text"].linear
        encoded = encode(page, spoken)
        fast = encoded.columns.tobytes(), linear.scores(encoded).tobytes()
        with plain():
            again = encode(page, spoken)
            assert fast == (again.columns.tobytes(), linear.scores(again).tobytes())
            assert np.array_equal(encoded.bag[0], again.bag[0])
            assert np.array_equal(encoded.bag[1], again.bag[1])

    @given(MARKED)
    @settings(max_examples=500, deadline=None)
    def test_line_shapes_are_the_same(self, text: str) -> None:
        fast = line_shapes([text])
        with plain():
            for one, other in zip(fast, line_shapes([text]), strict=True):
                assert one.tobytes() == other.tobytes()

    def test_character_flags_agree_with_str_and_re(self) -> None:
        every = "".join(map(chr, range(TABLE_SIZE)))
        flags = char_flags()
        for flag, holds in (
            (Flag.WORD, lambda c: re.match(r"\w", c) is not None),
            (Flag.DECIMAL, str.isdecimal),
            (Flag.BLANK, str.isspace),
            (Flag.UPPER, str.isupper),
            (Flag.PLAIN, lambda c: flags[ord(c)] & Flag.PLAIN and plain_text(c) == c),
        ):
            assert ((flags & np.uint8(flag)) > 0).tolist() == [bool(holds(c)) for c in every]

    def test_plain_characters_do_not_compose_with_the_one_before(self) -> None:
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

    @given(st.lists(st.one_of(TEXTS, MARKED), max_size=8))
    def test_normalized_texts_are_the_same(self, texts: list[str]) -> None:
        assert plain_texts(texts) == [plain_text(text) for text in texts]

    def test_a_long_line_has_the_same_features(self) -> None:
        page = text_page(["x " * 3_000_000 + "end.", "a short line"])
        fast = encode(page, [0, 1]).columns.tobytes()
        with plain():
            assert fast == encode(page, [0, 1]).columns.tobytes()

    def test_lines_that_contain_newlines_are_refused(self) -> None:
        for path in (nullcontext(), plain()):
            with path, pytest.raises(ValueError, match="newlines"):
                page_text(["a\nb"])


class TestElements:
    @given(NAMES, st.lists(st.one_of(TEXTS, st.text("aA0-_ bB", max_size=70)), max_size=30))
    @settings(max_examples=300, deadline=None)
    def test_element_tokens_are_the_same(self, tag: str, names: list[str]) -> None:
        words = element_tokens.__wrapped__
        fast = words(tag, tuple(names)).tolist()
        with plain():
            assert fast == words(tag, tuple(names)).tolist()

    @given(MARKUP)
    @settings(max_examples=200, deadline=None)
    def test_any_markup_is_cleaned_the_same(self, markup: str) -> None:
        cleaner = Cleaner(MODEL, plugins=no_plugins())
        fast = cleaner.clean(markup, kind="html")
        with plain():
            assert fast == cleaner.clean(markup, kind="html")

    @given(st.integers(1, 30), st.integers(0, 2**32 - 1))
    def test_viterbi_paths_are_the_same(self, lines: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        scores, costs = rng.normal(size=(lines, 10)) * 2, rng.choice([1.5, 5.0], lines)
        begins = (rng.random(lines) < 0.2) | (np.arange(lines) == 0)
        fast = likeliest_paths(scores, costs, begins)
        with plain():
            assert fast.tolist() == likeliest_paths(scores, costs, begins).tolist()


class TestPages:
    @pytest.mark.parametrize("language", SENTENCES)
    @pytest.mark.parametrize("kind", ["html", "text"])
    def test_pages_in_every_script_are_cleaned_the_same(self, language: str, kind: str) -> None:
        cleaner = Cleaner(MODEL)
        source = news_page(language)
        if kind == "text":
            source = "\n".join(line.text for line in html_page(source).lines)
        page = cleaner.clean(source, kind=kind)
        with plain():
            assert page == cleaner.clean(source, kind=kind)

    def test_threads_get_the_same_results(self) -> None:
        texts = [news_page(language) for language in SENTENCES]
        alone = [encode(page, page.spoken).columns.tobytes() for page in map(html_page, texts)]
        with ThreadPoolExecutor(4) as pool:
            pages = list(pool.map(html_page, texts * 4))
            found = pool.map(lambda page: encode(page, page.spoken).columns.tobytes(), pages)
            assert list(found) == alone * 4


MOST = np.iinfo(np.int64).max
NODE = np.dtype([(name, "<i4") for name in ("source", "threshold", "left", "right")])


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def one_line(start: int = 1, length: int = 2) -> tuple[np.ndarray, ...]:
    """A page of one line of three characters, as the n-gram kernels take it."""
    return (
        np.ones(6, np.uint64), np.ones(5, np.uint64), whole(start), whole(length),
        whole(1, 3), whole(0, 1),
    )  # fmt: skip


def sum_one_tree(
    source: int = 0,
    threshold: int = 0,
    left: int = 0,
    right: int = 1,
    begins: Sequence[int] = (0, 1),
    leaf_begins: Sequence[int] = (0, 2),
    most: int = 2,
    columns: int = 1,
    asked: int = 0,
    cuts: Sequence[int] = (0, 1),
    width: int = 4,
) -> list[float]:
    """Sums of two rows by one tree of one node."""
    assert acceleration.native
    sums = np.zeros((2, width))
    acceleration.native.tree_sums(
        np.array([[0.0, 1.0]], np.float32), columns, np.array([asked], np.int32),
        np.array(cuts, np.int32), np.full(1, 0.5, np.float32),
        np.array([(source, threshold, left, right)], NODE), np.array(begins, np.int32),
        np.array(leaf_begins, np.int32), most,
        np.array([[1.0] * width, [2.0] * width], np.float32), sums,
    )  # fmt: skip
    return sums[:, 0].tolist()


class TestHostileArrays:
    def test_a_valid_tree_is_summed(self) -> None:
        assert sum_one_tree() == sum_one_tree(width=1) == [1.0, 2.0]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"source": 1},
            {"source": -1},
            {"threshold": 1},
            {"threshold": -1},
            {"cuts": (0, 2)},
            {"cuts": (0, 0)},
            {"cuts": (0,)},
            {"width": 3},
            {"most": 257},
            {"left": 2},
            {"right": 2},
            {"right": -1},
            {"right": 2, "most": 3},
            {"right": 3, "most": 3},
            {"most": 1},
            {"most": 2**62},
            {"begins": (0, 2)},
            {"begins": (1, 1)},
            {"begins": (0, 1, 1)},
            {"leaf_begins": (0, 3)},
            {"leaf_begins": (0, -2)},
            {"begins": (0, 1, 1), "leaf_begins": (0, 2, 2)},
            {"columns": 2**62},
            {"columns": 3},
            {"columns": 0},
            {"asked": 2},
            {"asked": -1},
        ],
    )
    def test_a_tree_with_indices_beyond_its_arrays_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="tree_sums"):
            sum_one_tree(**wrong)

    @pytest.mark.parametrize(
        ("start", "length"), [(1, MOST), (MOST, 1), (MOST, MOST), (0, 1), (1, -1), (2, 3)]
    )
    def test_a_line_beyond_the_text_is_refused(self, start: int, length: int) -> None:
        assert acceleration.native
        orders, weights, sums = (b"\1", b"\1"), np.zeros(2, np.float32), np.zeros(1)
        acceleration.native.ngram_sums(one_line(), *orders, 1, weights, sums, whole(0))
        with pytest.raises(ValueError, match="page"):
            acceleration.native.ngram_sums(
                one_line(start, length), *orders, 1, weights, sums, whole(0)
            )

    def test_text_features_refuses_arrays_of_other_lengths(self) -> None:
        native = acceleration.native
        assert native

        def ask(lines: int = 1, others: int = 4, logarithms: int = 9) -> None:
            native.text_features(
                page_text(["a b"]).compiled, page_text([""] * others).compiled,
                np.zeros((lines, 16)), np.zeros((lines, 29)), np.zeros((lines, 14)),
                np.zeros(lines), np.zeros(logarithms), np.zeros((58, lines)),
            )  # fmt: skip

        ask()
        for wrong in ({"lines": 2}, {"others": 3}, {"logarithms": 3}):
            with pytest.raises(ValueError, match="text_features"):
                ask(**wrong)

    @pytest.mark.parametrize("bits", [-(2**62), -1, 0, 1, 2, 31, 2**62])
    def test_weights_must_number_two_to_the_bits(self, bits: int) -> None:
        assert acceleration.native
        weights = np.zeros(1, np.float32)
        with pytest.raises(ValueError, match="lengths"):
            acceleration.native.ngram_sums(
                one_line(), b"\1", b"", bits, weights, np.zeros(1), whole(0)
            )

    def test_neighbour_features_refuses_arrays_of_other_lengths(self) -> None:
        assert acceleration.native
        one = np.ones(2)
        with pytest.raises(ValueError, match="lengths"):
            acceleration.native.neighbour_features(one, one, one, one, np.zeros((51, 2)))
        with pytest.raises(ValueError, match="lengths"):
            acceleration.native.neighbour_features(one, one, one, np.ones(3), np.zeros((52, 2)))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"parent": whole(-1, 1)},
            {"parent": whole(-2, 0)},
            {"element": whole(0, 2)},
            {"element": whole(0, -1)},
            {"groups": np.array([[0, 1], [0, 2]])},
            {"groups": np.array([[0, -1], [0, 1]])},
            {"kind": whole(0, 1)},
            {"kind": whole(0, -1)},
            {"sizes": whole(3)},
            {"sizes": whole(MOST)},
            {"sizes": whole(-1)},
            {"levels": whole(6)},
        ],
    )
    def test_element_indices_beyond_their_arrays_are_refused(self, wrong: dict[str, Any]) -> None:
        native = acceleration.native
        assert native

        def ask(**has: Any) -> None:
            parent, element, groups = has["parent"], has["element"], has["groups"]
            depth, kind, one, hidden = whole(0, 1), has["kind"], np.ones(2), np.zeros(2, bool)
            native.line_groups(parent, kind, element, np.empty((2, 2), np.int64))
            native.markup_features(
                parent, depth, hidden, kind, element, np.zeros((2, 5)), groups, one,
                np.zeros((16, 2)),
            )  # fmt: skip
            native.container_features(
                parent, depth, element, groups, one, one, one, one, np.zeros((50, 2))
            )
            native.element_name_scores(
                whole(1, 2), has["sizes"], kind, parent, element, has["levels"],
                np.zeros(2**18, np.float32), one,
            )  # fmt: skip

        right = {
            "parent": whole(-1, 0), "element": whole(0, 1), "groups": np.zeros((2, 2), np.int64),
            "kind": whole(0, 0), "sizes": whole(2), "levels": whole(0, 5),
        }  # fmt: skip
        ask(**right)
        with pytest.raises(ValueError, match=r"beyond|before|fewer"):
            ask(**{**right, **wrong})

    def test_chrome_kind_kernels_refuse_arrays_that_do_not_fit(self) -> None:
        assert acceleration.native
        native, says = acceleration.native, np.zeros((1 << 13, 16), np.int8)
        tables = char_table(), char_flags(), np.zeros((1 << TEXT_BITS, 16), np.int8)
        heads = np.array([10, 97, 10], np.uint32)
        native.chrome_kind_text_scores(heads, *tables, np.zeros((1, 10)), np.zeros(1))
        with pytest.raises(ValueError, match="fewer lines"):
            native.chrome_kind_text_scores(heads, *tables, np.zeros((2, 10)), np.zeros(2))
        long = np.array([10, *[97] * 1000, 10], np.uint32)
        with pytest.raises(ValueError, match="too long"):
            native.chrome_kind_text_scores(long, *tables, np.zeros((1, 10)), np.zeros(1))
        given = whole(5, 7), whole(2), whole(0, 0), whole(-1, 0), whole(1)
        native.chrome_kind_name_scores(*given, says, np.ones(3), np.zeros((1, 10)))
        for place, wrong in ((1, whole(3)), (1, whole(0)), (2, whole(0, 1)), (3, whole(1, 0))):
            asked = [*given[:place], wrong, *given[place + 1 :]]
            with pytest.raises(ValueError, match=r"fewer|beyond|before"):
                native.chrome_kind_name_scores(*asked, says, np.ones(3), np.zeros((1, 10)))
        with pytest.raises(ValueError, match="lengths"):
            native.viterbi_paths(np.zeros((2, 9)), np.ones(2), np.zeros(2, bool), whole(0, 0))

    def test_assign_languages_refuses_lines_beyond_the_text_and_wrong_answers(self) -> None:
        assert acceleration.native
        points, n = np.array([10, 97, 10], np.uint32), 1
        tables = char_table(), np.zeros(1 << 17, np.uint8), np.zeros(29, bool)

        def assign(start: int, length: int, answer: object = (0, -1, b"")) -> None:
            assert acceleration.native
            filled = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
            scripts = np.full((n, 29), 2.0)  # letters enough to be asked for, and remembered
            acceleration.native.assign_languages(
                points, whole(start), whole(length), *tables, scripts, *filled, lambda _: answer
            )

        assign(1, 1)
        assign(1, 1, (0, 0, bytes(1 << 16)))
        for answer in ((0, 0), (0, 0, b"short"), (0, 0, "text"), None):
            with pytest.raises(TypeError):
                assign(1, 1, answer)
        for start, length in ((-1, 1), (1, 3), (4, 0), (1, -1), (1, 2**62)):
            with pytest.raises(ValueError, match="disagree"):
                assign(start, length)

    @pytest.mark.parametrize(
        ("costs", "error", "message"),
        [
            (np.frombuffer(bytes(17), np.uint8)[1:].view(np.float64), ValueError, "aligned"),
            (np.zeros(2, np.float32), TypeError, "items are f64.* in costs"),
            (np.zeros(2, np.int64), TypeError, "items are f64.* in costs"),
            (np.zeros(2, object), TypeError, "items are f64.* in costs"),
            (np.zeros(4)[::2], ValueError, "contiguous"),
            (np.zeros(3), ValueError, "lengths disagree, 3 items in costs"),
            ([0.0, 0.0], TypeError, "bytes-like"),
        ],
    )
    def test_an_array_of_another_item_kind_or_length_is_refused(
        self, costs: Any, error: type[Exception], message: str
    ) -> None:
        assert acceleration.native
        scores, begins, path = np.zeros((2, 10)), np.zeros(2, bool), whole(0, 0)
        acceleration.native.viterbi_paths(scores, np.zeros(2), begins, path)
        with pytest.raises(error, match=message):
            acceleration.native.viterbi_paths(scores, costs, begins, path)

    def test_a_read_only_array_is_refused_for_output(self) -> None:
        assert acceleration.native
        path = whole(0, 0)
        path.setflags(write=False)
        with pytest.raises(ValueError, match="read-only"):
            acceleration.native.viterbi_paths(
                np.zeros((2, 10)), np.zeros(2), np.zeros(2, bool), path
            )

    def test_every_kernel_documents_and_counts_its_arguments(self) -> None:
        kernels = {n: each for n, each in vars(acceleration.native).items() if callable(each)}
        for name, kernel in kernels.items():
            if name.startswith("_"):
                continue
            assert kernel.__doc__.startswith(f"{name}(")
            wanted = kernel.__doc__.partition(")\n\n")[0].count(", ") + 1
            for count in (wanted - 1, wanted + 1):
                with pytest.raises(TypeError, match=f"{name}: {wanted} arguments .* not {count}"):
                    kernel(*[None] * count)


@pytest.mark.parametrize(("value", "expected"), [("1", "False"), ("0", "True"), ("", "True")])
def test_boilerplate_pure_disables_the_compiled_part(value: str, expected: str) -> None:
    command = [sys.executable, "-c", "import boilerplate; print(boilerplate.accelerated)"]
    shown = subprocess.run(
        command,
        env={**os.environ, "BOILERPLATE_PURE": value},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == expected


PIECES = st.builds(
    lambda text, begin, size: text[begin : begin + size].replace("\n", " "),
    st.sampled_from(sorted(SENTENCES.values())),
    st.integers(0, 60),
    st.sampled_from([8, 15, 30, 45, 70, 200]),
)


@settings(deadline=None)
@given(st.lists(st.one_of(PIECES, TEXTS.map(lambda text: text.replace("\n", " "))), max_size=25))
def test_languages_of_lines_are_the_same(texts: list[str]) -> None:
    fast = speech(texts)
    with plain():
        slow = speech(texts)
    assert (fast.languages, fast.main) == (slow.languages, slow.main)
    for name in ("share", "heard", "letters"):
        assert getattr(fast, name).tobytes() == getattr(slow, name).tobytes()
    told = fast.of_lines()
    with plain():
        assert told == slow.of_lines()


class TestSites:
    # Names, keys, dates and counters, next to each other in any way.
    PARTS = st.one_of(
        TEXTS,
        st.sampled_from(
            "by BY Anna Ödön Эва Ǆ * ** : ： Source: 编辑：张 12 1,204 5月3日 3 May 2012 1999 "
            "19999 2012. ΣΑΣ straße STRAẞE ŉ İ 𝔘 ١٢ ٢٠١٢ _ a_1 – 14:05 \n \x1c \x85".split(" ")
        ),
    )
    LINES = st.lists(PARTS, max_size=8).map(" ".join) | st.lists(PARTS, max_size=8).map("".join)

    @given(st.lists(LINES, max_size=6))
    @settings(max_examples=500, deadline=None)
    def test_fingerprints_are_the_same(self, texts: list[str]) -> None:
        found = line_hashes(texts)
        with plain():
            assert np.array_equal(found, line_hashes(texts))

    @given(TEXTS.filter(bool), st.integers(HEAD - 3, HEAD + TAIL + 3))
    def test_fingerprints_of_long_lines_are_the_same(self, text: str, size: int) -> None:
        texts = [(text * size)[:size], text * size]
        found = line_hashes(texts)
        with plain():
            assert np.array_equal(found, line_hashes(texts))

    def test_folds_agree_with_str_casefold(self) -> None:
        folded = folds()
        for point in range(TABLE_SIZE):
            text = chr(point).casefold()
            assert folded[point] & SEVERAL == (ord(text) if len(text) == 1 else SEVERAL)
            assert len(text) == 1 or not re.search(r"\d", text)
            assert bool(folded[point] & 1 << 31) == (chr(point).lower() != chr(point))

    LINE = st.tuples(
        st.integers(1, 12),
        st.integers(1, 9),
        st.integers(0, 4),
        st.integers(0, 255),
        st.integers(-MOST_OPINION, MOST_OPINION),
        st.booleans(),
    )
    PAGES = st.lists(st.lists(LINE, min_size=1, max_size=14), min_size=1, max_size=9)

    @given(PAGES)
    @settings(max_examples=500, deadline=None)
    def test_site_features_are_the_same(self, pages: list[list[Any]]) -> None:
        sketches = [
            Sketch(
                np.array([row[:3] for row in page], np.int64),
                np.array([row[3] for row in page], np.uint8),
                np.array([row[4] for row in page], np.int8),
                np.zeros(len(page), np.int8),
            )
            for page in pages
        ]
        known, page = Knowledge(sketches[1:]), sketches[0]
        titles = np.array([row[5] for row in pages[0]])
        found = known.see(page, titles)
        with plain():
            other = known.see(page, titles)
        assert np.array_equal(found.on, other.on)
        assert np.array_equal(found.columns, other.columns)
        assert (found.of, found.familiar) == (other.of, other.familiar)

    def test_site_kernels_refuse_arrays_that_do_not_fit(self) -> None:
        native = acceleration.native
        assert native is not None
        page = html_page(news_page("en"))
        out = np.empty((len(page.lines), 2), np.int64)
        with pytest.raises(ValueError, match="room"):
            native.line_fingerprints(["a"], char_flags(), folds(), out)
        ints, bools = (np.zeros(1, kind) for kind in (np.int64, bool))
        orphan = (Element("p", (), 2),)
        with pytest.raises(ValueError, match="element 3 has the parent 2"):
            native.element_arrays(orphan, np.array([3]), ints, ints, bools, ints, ints)
        with pytest.raises(TypeError, match="29 arguments"):
            native.site_features(1)
