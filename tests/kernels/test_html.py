"""Splitting HTML into lines, and counting its tags."""

from __future__ import annotations

import gc
from itertools import product
from types import ModuleType

import pytest
import turbohtml
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.kernels.plain_html import HtmlParts
from boilerplate.page import Markup
from tests.made_up import SENTENCES, news_page
from tests.strategies import MARKUP
from tests.twins import assert_same_bits, needs_compiled


def split(twin: ModuleType, markup: str) -> HtmlParts:
    parts: HtmlParts = twin.split_html(turbohtml.parse(markup, positions=False))
    return parts


def texts(twin: ModuleType, markup: str) -> list[str]:
    return [line.text for line in split(twin, markup).lines]


class TestSplitHtml:
    @pytest.mark.parametrize(
        ("markup", "lines"),
        [
            ("<p>un<b>believ</b>able<p>b", ["unbelievable", "b"]),
            ("loose<div>inner</div>text", ["loose", "inner", "text"]),
            ("<table><tr><td>一<td>二", ["一", "二"]),
            ("a<br>b", ["a", "b"]),
            ("<pre>a\nb</pre>", ["a", "b"]),
            ("<a>Home</a><a>Sport</a>", ["Home Sport"]),
            ("<p>a<script>b</script><!-- c -->d", ["ad"]),
            ("<p>  a\n\tb  ", ["a b"]),
        ],
    )
    def test_blocks_and_breaks_end_lines(
        self, twin: ModuleType, markup: str, lines: list[str]
    ) -> None:
        assert texts(twin, markup) == lines

    def test_line_knows_its_element_links_and_emphasis(self, twin: ModuleType) -> None:
        parts = split(twin, "<ul class=menu><li><a href=/>Ev</a> <b>biz</b><br>x")
        first, second = parts.lines
        assert first.markup == Markup(3, links=1, link_chars=2, emphasis_chars=3)
        assert second.markup == Markup(3, after_break=True)
        item = parts.elements[3]
        assert (item.tag, parts.elements[item.parent].names) == ("li", ("menu",))

    def test_elements_of_one_hash_are_told_apart(self, twin: ModuleType) -> None:
        # In the hash of the C twin 'Aa' equals 'BB'.
        ids = ["".join(pair) for pair in product(("Aa", "BB"), repeat=7)]
        markup = "".join(f"<p id={each}>a</p>" for each in ids * 2)
        found = [element.names for element in split(twin, markup).elements[2:]]
        assert found == [(f"id={each}",) for each in ids * 2]

    @needs_compiled
    @settings(max_examples=500, deadline=None)
    @given(markup=MARKUP)
    def test_both_twins_split_any_markup_the_same(self, markup: str) -> None:
        assert_same_bits(lambda twin: split(twin, markup))

    @needs_compiled
    @pytest.mark.parametrize("language", SENTENCES)
    def test_both_twins_split_pages_in_every_script_the_same(self, language: str) -> None:
        assert_same_bits(lambda twin: split(twin, news_page(language)))

    @needs_compiled
    def test_both_twins_split_deep_and_long_pages_the_same(self) -> None:
        markup = "<div class=x>" * 3000 + "a" * 3_000_000 + " " * 3_000_000 + "é" + "</div>" * 5000
        assert_same_bits(lambda twin: split(twin, markup))

    @needs_compiled
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
    def test_both_twins_read_what_a_serializer_leaves_open(self, markup: str) -> None:
        assert_same_bits(lambda twin: split(twin, markup))

    @needs_compiled
    def test_garbage_collector_does_not_track_values_made_in_c(self) -> None:
        from boilerplate.kernels import compiled

        parts = split(compiled, "<p>a")
        values = (parts.lines[0], parts.lines[0].markup, parts.elements[0])
        assert not any(map(gc.is_tracked, values))


TAGS = st.lists(
    st.sampled_from(
        ("<b>", "<B ", "</b>", "<strong\n>", "</STRONG>", "<strongs>", "<i/", "<html a>",
         "<body>", "<BODY\t", "</body >", "<", "</", "<code\xa0>", "é", "<tt\f>", "\ud800")
    )
).map("".join)  # fmt: skip


class TestTagCounts:
    def test_root_tags_with_attributes_and_open_formatting_are_counted(
        self, twin: ModuleType
    ) -> None:
        assert twin.tag_counts("<html lang=en><body><b><i></i><CODE>") == (1, 2)
        assert twin.tag_counts("<HTML a><body\tb></b></b><b>") == (2, 1)

    @needs_compiled
    @given(markup=TAGS)
    def test_both_twins_count_the_same(self, markup: str) -> None:
        assert_same_bits(lambda twin: twin.tag_counts(markup))
