"""The functions in C read and write nothing beyond the arrays that they are given.

They are called here as only ``boilerplate.kernels.compiled*`` may call them, with arguments that
do not fit together: each must be refused before anything is read.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.kernels.arrays import PageText
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_roles import PARAMS as ROLE_PARAMS
from boilerplate.kernels.plain_text import page_text
from boilerplate.kernels.plain_tree import TOKENS
from boilerplate.kernels.select import native as native_or_none
from boilerplate.page import Line
from boilerplate.roles import ROLES
from boilerplate.unicode import char_flags
from tests.twins import needs_compiled

pytestmark = needs_compiled
native: Any = native_or_none

MOST = np.iinfo(np.int64).max
NODE = np.dtype([(name, "<u2") for name in ("source", "threshold", "left", "right")])


def whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


class TestCalls:
    def test_every_function_names_its_arguments_and_refuses_another_number(self) -> None:
        functions = {name: each for name, each in vars(native).items() if callable(each)}
        for name, function in functions.items():
            if name.startswith("_"):
                continue
            assert function.__doc__.startswith(f"{name}(")
            wanted = function.__doc__.partition(")\n\n")[0].count(", ") + 1
            for count in (wanted - 1, wanted + 1):
                with pytest.raises(TypeError, match=f"{name}: {wanted} arguments .* not {count}"):
                    function(*[None] * count)

    @pytest.mark.parametrize(
        ("chars", "error", "message"),
        [
            (np.frombuffer(bytes(17), np.uint8)[1:].view(np.float64), ValueError, "aligned"),
            (np.zeros(2, np.float32), TypeError, "items are f64.* in chars"),
            (np.zeros(2, np.int64), TypeError, "items are f64.* in chars"),
            (np.zeros(2, object), TypeError, "items are f64.* in chars"),
            (np.zeros(4)[::2], ValueError, "contiguous"),
            (np.zeros(3), ValueError, "lengths disagree, 3 items in chars"),
            ([0.0, 0.0], TypeError, "bytes-like"),
        ],
    )
    def test_array_of_another_type_or_length_is_refused(
        self, chars: Any, error: type[Exception], message: str
    ) -> None:
        one, out = np.zeros(2), np.zeros((52, 2))
        native.neighbour_features(one, one, one, one, out)
        with pytest.raises(error, match=message):
            native.neighbour_features(one, chars, one, one, out)

    def test_array_that_may_not_be_written_is_refused(self) -> None:
        one, out = np.zeros(2), np.zeros((52, 2))
        out.setflags(write=False)
        with pytest.raises(ValueError, match="read-only"):
            native.neighbour_features(one, one, one, one, out)


class TestHtml:
    @pytest.mark.parametrize(
        "markup",
        [
            "<", "<p", "<p>", "</p>", "<p></b>", "<p a></p>", "<p a=b></p>", '<p a="></p>', "<p =>",
            "<!--", "<!x", "<style>a", "<style></p>", "<script>a</scripts>",
            "<svg><style><b></style></svg>",
        ],
    )  # fmt: skip
    def test_markup_that_no_serializer_writes_is_left_to_python(self, markup: str) -> None:
        assert native.split_html(markup, {}, bool) is None

    @settings(max_examples=500, deadline=None)
    @given(st.text(st.sampled_from("<>/!-=\"'& apbrxscivtyle\n\ud800é"), max_size=60))
    def test_any_text_can_be_given(self, markup: str) -> None:
        native.split_html(markup, {"b": 1, "script": 2}, bool)

    def test_arguments_of_other_types_are_refused(self) -> None:
        for wrong in (
            (b"<p>", {"p": 1}, bool), ("<p>a</p>", None, bool), ("<p>a</p>", {"p": "x"}, bool),
            ('<p style="x">a</p>', {"p": 1}, 3),
        ):  # fmt: skip
            with pytest.raises(TypeError):
                native.split_html(*wrong)
        for arguments in ((), (b"<b>",), ("<b>", "<b>")):
            with pytest.raises(TypeError, match="tag_counts"):
                native.tag_counts(*arguments)

    def test_exception_of_a_called_function_is_raised(self) -> None:
        with pytest.raises(ZeroDivisionError):
            native.split_html('<p style="x">a</p>', {}, lambda style: bool(len(style) / 0))


def tree_sums(
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
    width: int = 8,
) -> list[float]:
    """The sums of two rows over one tree of one node, whose leaves are 1 and 2."""
    trees = native.pack_trees(
        columns, np.array([asked], np.int32), np.array(cuts, np.int32),
        np.full(1, 0.5, np.float32), np.array([(source, threshold, left, right)], NODE),
        np.array(begins, np.int32), np.array(leaf_begins, np.int32), most,
        np.array([[1.0] * width, [2.0] * width], np.float32),
    )  # fmt: skip
    sums, reached = np.zeros((2, width), np.float32), np.full((1, 32), 255, np.uint8)
    native.tree_sums(trees, np.array([[0.0, 1.0]], np.float32), reached, sums)
    assert reached[0, :2].tolist() == [0, 1]
    again = np.ones((2, width), np.float32)
    native.reached_sums(trees, reached, again)
    assert again.tolist() == sums.tolist()
    return sums[:, 0].tolist()


class TestTrees:
    def test_tree_that_fits_is_walked(self) -> None:
        assert tree_sums() == tree_sums(width=1) == [1.0, 2.0]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"source": 1},
            {"source": 2**16 - 1},
            {"threshold": 1},
            {"threshold": 2**16 - 1},
            {"cuts": (0, 2)},
            {"cuts": (0, 0)},
            {"cuts": (0,)},
            {"width": 3},
            {"most": 257},
            {"left": 2},
            {"right": 2},
            {"right": 2**16 - 1},
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
    def test_tree_that_leads_beyond_its_nodes_or_features_is_refused(
        self, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match="trees"):
            tree_sums(**wrong)

    def test_arrays_of_other_types_are_refused(self) -> None:
        one = np.zeros(1)
        with pytest.raises((TypeError, ValueError)):
            native.pack_trees(1, one, one, one, one, one, one, 1, one)

    def test_only_packed_trees_and_a_matrix_that_fits_are_summed(self) -> None:
        packed, reached = one_tree(), np.ones((1, 32), np.uint8)
        matrix, sums = np.zeros((1, 3), np.float32), np.ones((3, 1), np.float32)
        native.tree_sums(packed, matrix, reached, sums)
        assert sums.tolist() == [[0.0]] * 3
        assert not reached.any()
        for trees, values, leaves, out in (
            (packed, np.zeros((2, 3), np.float32), reached, sums),
            (packed, matrix, reached, np.ones((2, 1), np.float32)),
            (packed, matrix, reached, np.ones((3, 8), np.float32)),
            (packed, matrix, reached[:, :3].copy(), sums),
            (packed, matrix, np.ones((2, 32), np.uint8), sums),
            (packed, matrix, np.ones(0, np.uint8), sums),
            (None, matrix, reached, sums),
            (datetime.datetime_CAPI, matrix, reached, sums),
        ):
            with pytest.raises(ValueError, match=r"tree_sums|PyCapsule"):
                native.tree_sums(trees, values, leaves, out)

    def test_only_leaves_that_trees_have_are_summed(self) -> None:
        packed, reached = one_tree(), np.zeros((2, 32), np.uint8)
        reached[1, 7] = 1
        sums = np.ones(40, np.float32)
        native.reached_sums(packed, reached, sums)
        assert not sums.any()
        beyond = reached.copy()
        beyond[1, 31] = 2  # of no line, but read as well
        for trees, leaves, out in (
            (packed, beyond, sums),
            (packed, reached + 255, sums),
            (packed, reached[:1].copy(), sums),
            (packed, np.zeros(40, np.uint8), sums),
            (packed, reached, sums[:32].copy()),
            (packed, reached, sums[:0].copy()),
            (None, reached, sums),
            (datetime.datetime_CAPI, reached, sums),
        ):
            with pytest.raises(ValueError, match=r"reached_sums|PyCapsule"):
                native.reached_sums(trees, leaves, out)


def one_tree() -> object:
    """A tree of one node, whose two leaves are 0."""
    return native.pack_trees(
        1, np.zeros(1, np.int32), np.array([0, 1], np.int32), np.zeros(1, np.float32),
        np.array([(0, 0, 0, 1)], NODE), np.array([0, 1], np.int32),
        np.array([0, 2], np.int32), 2, np.zeros((2, 1), np.float32),
    )  # fmt: skip


def one_line(start: int = 1, length: int = 2) -> tuple[np.ndarray, ...]:
    """A page of one line of three characters, as the functions of n-grams take it."""
    return (
        np.ones(6, np.uint64), np.ones(5, np.uint64), whole(start), whole(length),
        whole(1, 3), whole(0, 1),
    )  # fmt: skip


def arrays(text: PageText) -> tuple[np.ndarray, ...]:
    """The arrays of a page that the functions of n-grams read."""
    return text.prefix, text.powers, text.starts, text.lengths, text.words, text.words_before


class TestText:
    @pytest.mark.parametrize(
        ("start", "length"), [(1, MOST), (MOST, 1), (MOST, MOST), (0, 1), (1, -1), (2, 3)]
    )
    def test_line_beyond_the_page_is_refused(self, start: int, length: int) -> None:
        given = np.zeros(1 << NGRAMS.bits, np.float32), np.zeros(1), whole(0)
        native.ngram_sums(one_line(), *given)
        with pytest.raises(ValueError, match="page"):
            native.ngram_sums(one_line(start, length), *given)

    @pytest.mark.parametrize(("bits", "lines"), [(1, 1), (19, 1), (18, 0), (18, 2)])
    def test_arrays_of_another_length_are_refused(self, bits: int, lines: int) -> None:
        weights = np.zeros(1 << bits, np.float32)
        with pytest.raises(ValueError, match="lengths"):
            native.ngram_sums(one_line(), weights, np.zeros(lines), np.zeros(lines, np.int64))

    def test_weights_of_characters_need_two_roles_for_each_line(self) -> None:
        tables = np.zeros(1 << NGRAMS.bits, np.float32), np.zeros((1 << 17, len(ROLES)), np.int8)
        sums = np.zeros((2, 6)), np.zeros((2, 6))
        native.char_weights(one_line(), *tables, whole(0), whole(23), *sums)
        for wrong in (whole(), whole(24), whole(-1), whole(0, 0)):
            for roles in ((wrong, whole(0)), (whole(0), wrong)):
                with pytest.raises(ValueError, match=r"lengths|beyond"):
                    native.char_weights(one_line(), *tables, *roles, *sums)
        with pytest.raises(ValueError, match="lengths"):
            native.char_weights(one_line(), *tables, whole(0), whole(0), *np.zeros((2, 2, 7)))

    def test_text_features_of_another_number_of_lines_are_refused(self) -> None:
        def call(lines: int = 1, others: int = 4, logarithms: int = 9) -> None:
            native.text_features(
                arrays(page_text(["a b"])), arrays(page_text([""] * others)),
                np.zeros((lines, 16)), np.zeros((lines, 29)), np.zeros((lines, 14)),
                np.zeros(lines), np.zeros(logarithms), np.zeros((62, lines)),
            )  # fmt: skip

        call()
        for wrong in ({"lines": 2}, {"others": 3}, {"logarithms": 3}):
            with pytest.raises(ValueError, match="text_features"):
                call(**wrong)

    def test_neighbour_features_of_another_number_of_lines_are_refused(self) -> None:
        one = np.ones(2)
        with pytest.raises(ValueError, match="lengths"):
            native.neighbour_features(one, one, one, one, np.zeros((51, 2)))
        with pytest.raises(ValueError, match="lengths"):
            native.neighbour_features(one, one, one, np.ones(3), np.zeros((52, 2)))

    def test_bucket_without_a_weight_is_refused(self) -> None:
        weights, scores = np.ones((3, 2), np.float32), np.zeros(2)
        native.bag_scores(weights, whole(2), np.ones(1), scores)
        assert scores.tolist() == [1.0, 1.0]
        for bucket in (3, -1):
            with pytest.raises(ValueError, match="beyond"):
                native.bag_scores(weights, whole(bucket), np.ones(1), scores)

    def test_fingerprints_without_a_row_for_each_text_are_refused(self) -> None:
        from boilerplate.kernels.compiled_sites import case_folds

        with pytest.raises(ValueError, match="a row of out for each text"):
            native.line_fingerprints(["a"], char_flags(), case_folds(), np.empty((2, 2), np.int64))


# The elements of a page of two lines, in arrays that fit together.
ELEMENTS = {
    "parent": whole(-1, 0), "element": whole(0, 1), "groups": np.zeros((2, 2), np.int64),
    "kind": whole(0, 0), "sizes": whole(2), "levels": whole(0, 5),
}  # fmt: skip


class TestElements:
    @staticmethod
    def call(
        parent: np.ndarray,
        element: np.ndarray,
        groups: np.ndarray,
        kind: np.ndarray,
        sizes: np.ndarray,
        levels: np.ndarray,
    ) -> None:
        """Call all functions that take the elements of a page of two lines."""
        depth, one, hidden = whole(0, 1), np.ones(2), np.zeros(2, bool)
        native.line_groups(parent, kind, element, np.empty((2, 2), np.int64))
        native.markup_features(
            parent, depth, hidden, kind, element, np.zeros((2, 5)), groups, one, np.zeros((16, 2))
        )
        native.container_features(
            parent, depth, element, groups, one, one, one, one, np.zeros((50, 2))
        )
        native.token_scores(
            whole(1, 2), sizes, kind, parent, element, levels, np.zeros(2**18, np.float32), one
        )

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
    def test_elements_beyond_the_page_are_refused(self, wrong: dict[str, Any]) -> None:
        self.call(**ELEMENTS)
        with pytest.raises(ValueError, match=r"beyond|before|fewer"):
            self.call(**{**ELEMENTS, **wrong})

    def test_types_without_room_are_refused(self) -> None:
        tokens, sizes = np.zeros((1, TOKENS.max_tokens + 1), np.int64), np.zeros(1, np.int64)
        native.type_tokens([("p", ("lead",))], tokens, sizes)
        assert sizes.tolist() == [2]
        with pytest.raises(ValueError, match="as many types as sizes"):
            native.type_tokens([("p", ())] * 2, tokens, sizes)
        for wrong in ("p", ("p",), ("p", ["lead"])):
            with pytest.raises((TypeError, IndexError)):
                native.type_tokens([wrong], tokens, sizes)


class TestValues:
    def test_columns_that_are_no_lists_or_too_many_are_refused(self) -> None:
        names = ("text", "markup")
        [line] = native.values(Line, names, (["麦"], [None]))
        assert line == Line("麦")
        with pytest.raises(ValueError, match="lengths disagree"):
            native.values(Line, names, (["a"], (None,)))
        for kind, fields, columns in (
            ("Line", names, (["a"], [None])), (Line, names, (["a"],)), (Line, (), ()),
            (Line, ("text",) * 9, (["a"],) * 9), (Line, ("__doc__",), (["a"],)),
        ):  # fmt: skip
            with pytest.raises(TypeError):
                native.values(kind, fields, columns)


class TestRoles:
    SUMS = np.zeros((1, len(ROLES)))

    def test_sums_without_room_are_refused(self) -> None:
        table = np.zeros((1 << ROLE_PARAMS.text_bits, len(ROLES)), np.int8)
        native.role_text_sums(one_line(), table, self.SUMS, np.zeros(1))
        with pytest.raises(ValueError, match="lengths"):
            native.role_text_sums(one_line(), table, np.zeros((2, len(ROLES))), np.zeros(2))

    def test_more_words_than_a_head_can_have_are_passed_over(self) -> None:
        table = np.ones((1 << ROLE_PARAMS.text_bits, len(ROLES)), np.int8)
        words = np.array([[1] * 10_000, [3] * 10_000])
        page = (*one_line()[:4], words, whole(0, 10_000))
        counts = np.zeros(1)
        native.role_text_sums(page, table, self.SUMS, counts)
        assert 0 < counts[0] < 1000

    def test_elements_beyond_the_page_are_refused(self) -> None:
        table = np.zeros((1 << ROLE_PARAMS.token_bits, len(ROLES)), np.int8)
        given = whole(5, 7), whole(2), whole(0, 0), whole(-1, 0), whole(1)
        native.role_token_sums(*given, table, np.ones(3), self.SUMS)
        for place, wrong in (
            (1, whole(3)), (1, whole(0)), (2, whole(0, 1)), (3, whole(1, 0)), (4, whole(2)),
            (4, whole(-2)),
        ):  # fmt: skip
            arguments = [*given[:place], wrong, *given[place + 1 :]]
            with pytest.raises(ValueError, match=r"fewer|beyond|before"):
                native.role_token_sums(*arguments, table, np.ones(3), self.SUMS)

    def test_another_number_of_roles_is_refused(self) -> None:
        for wrong in (len(ROLES) - 1, len(ROLES) + 1):
            table = np.zeros((1 << ROLE_PARAMS.text_bits, wrong), np.int8)
            with pytest.raises(ValueError, match="lengths"):
                native.role_text_sums(one_line(), table, self.SUMS, np.zeros(1))
            names = np.zeros((1 << ROLE_PARAMS.token_bits, wrong), np.int8)
            given = whole(5, 7), whole(2), whole(0, 0), whole(-1, 0), whole(1)
            with pytest.raises(ValueError, match="lengths"):
                native.role_token_sums(*given, names, np.ones(3), self.SUMS)
