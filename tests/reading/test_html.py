"""HTML to lines, elements and their markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate import Page
from boilerplate.kernels.plain_html import (
    INLINE_TAGS,
    MAX_NAME_LENGTH,
    MAX_NAMES,
    SKIPPED_TAGS,
    SQUEEZE_LENGTH,
    squeezed,
)
from boilerplate.reading.html import html_page
from boilerplate.reading.read import read
from tests.hanging import ends
from tests.made_up import SENTENCES, news_page


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


VOID_TAGS = {"base", "embed", "frame", "frameset", "link", "meta", "param"}  # they contain no text


class TestKeptMarkup:
    def test_page_keeps_the_markup_it_was_read_from(self) -> None:
        markup = "<p>Ḥalwa &amp; <b>tè</b></p>"
        assert html_page(markup).html == markup
        assert read("a line").html == ""

    def test_markup_is_no_part_of_equality_or_repr(self) -> None:
        page = html_page("<p>one</p>")
        assert page == html_page("<p>one</p >")
        assert "html=" not in repr(page)


class TestLines:
    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<p>один<p>два<div>три</div>", ["один", "два", "три"]),
            ("<p>สวัสดี<br>ชาวโลก<br/><br>ครับ", ["สวัสดี", "ชาวโลก", "ครับ"]),
            ("<div>loose<p>para</p>tail</div>", ["loose", "para", "tail"]),
            ("<h1>Başlık</h1>metin<hr>son", ["Başlık", "metin", "son"]),
            ("<my-card>eins</my-card><my-card>zwei</my-card>", ["eins", "zwei"]),
            ("<ul><li>一<li>二<ul><li>三</ul></ul>", ["一", "二", "三"]),
            ("<dl><dt>term<dd>meaning<dd>more</dl>", ["term", "meaning", "more"]),
            ("<table><tr><td>a<td>b</table>", ["a", "b"]),
            ("<table><caption>cap</caption>x<tr><td>y</table>", ["x", "cap", "y"]),
            ("<pre>eins\n  zwei\n\n\ndrei</pre>", ["eins", "  zwei", "drei"]),
            ("<pre>a <b>b\nc</b> d</pre>", ["a b", "c d"]),
            ("<p>a\n   b\t\tc</p>", ["a b c"]),
            ("<p>a&nbsp;b &amp; &lt;c&gt; &#x627;&hellip;", ["a b & <c> ا…"]),
            ("<button>खोलें</button><label>नाम</label>", ["खोलें", "नाम"]),
            ("<p>  </p><div>\n</div><p>&nbsp;</p>", []),
            ("", []),
            ("plain", ["plain"]),
        ],
    )
    def test_blocks_and_breaks_end_a_line(self, markup: str, expected: list[str]) -> None:
        assert lines(markup) == expected

    @pytest.mark.parametrize("tag", sorted(INLINE_TAGS))
    def test_inline_elements_do_not_end_a_line(self, tag: str) -> None:
        assert len(lines(f"<p>one <{tag}>two</{tag}> three")) == 1

    def test_inline_elements_add_no_space_to_words(self) -> None:
        assert lines("<p>un<b>believ</b>able, H<sub>2</sub>O") == ["unbelievable, H2O"]

    def test_neighbouring_links_are_separated_by_a_space(self) -> None:
        assert lines("<p><a href=/>Ev</a><a href=/x>Haber</a>") == ["Ev Haber"]
        assert lines("<p><span class=a>Ev</span><span>Haber</span>") == ["Ev Haber"]
        assert lines("<p>(<a href=/>Ev</a>)") == ["(Ev)"]

    @pytest.mark.parametrize("tag", sorted(SKIPPED_TAGS - VOID_TAGS))
    def test_text_that_is_never_shown_is_skipped(self, tag: str) -> None:
        assert "gizli" not in "".join(lines(f"<p>a</p><{tag}>gizli</{tag}><p>b</p>"))

    def test_noscript_text_is_read_and_marked_hidden(self) -> None:
        page = html_page("<p>yes</p><noscript><p>no script</p></noscript>")
        assert [line.text for line in page.lines] == ["yes", "no script"]
        assert [hidden(page, i) for i in range(2)] == [False, True]

    @pytest.mark.parametrize(
        "attribute",
        ["hidden", "aria-hidden=true", "style='display : none'", "style='VISIBILITY:hidden'"],
    )
    def test_hidden_text_is_read_and_marked_hidden(self, attribute: str) -> None:
        page = html_page(f"<p>a</p><div {attribute}><p>gizli</p></div>")
        assert [hidden(page, i) for i in range(2)] == [False, True]

    def test_comments_and_processing_instructions_are_skipped(self) -> None:
        assert lines("<p>a<!-- b --><?php c ?>d") == ["ad"]

    def test_page_without_body_tag_is_read(self) -> None:
        assert lines("<title>T</title>Merhaba <i>dünya") == ["Merhaba dünya"]


def hidden(page: Page, line: int) -> bool:
    markup = page.lines[line].markup
    element = markup.element if markup else -1
    while element >= 0:
        if page.elements[element].hidden:
            return True
        element = page.elements[element].parent
    return False


class TestMarkup:
    def test_links_and_their_characters_are_counted(self) -> None:
        [line] = html_page("<p>see <a href=/>here</a> and <a href=/>خبر<b>ا</b></a>").lines
        assert line.markup
        assert (line.markup.links, line.markup.link_chars) == (2, 8)

    def test_blocks_within_a_link_are_linked_lines(self) -> None:
        page = html_page("<a href=/><h2>Titel</h2><p>Teaser</p></a>")
        assert [line.markup and line.markup.links for line in page.lines] == [1, 1]
        assert [line.markup and line.markup.link_chars for line in page.lines] == [5, 6]

    def test_emphasised_characters_are_counted(self) -> None:
        [line] = html_page("<p><b>уже</b> нет").lines
        assert line.markup
        assert line.markup.emphasis_chars == 3

    def test_line_after_br_is_marked(self) -> None:
        page = html_page("<p>a<br>b<p>c")
        assert [line.markup and line.markup.after_break for line in page.lines] == [
            False, True, False,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("markup", "tag"),
        [
            ("<p>a<b>b</b>", "p"),
            ("<p><b>b</b>a", "p"),
            ("<p><b>b</b>", "b"),
            ("<p><b>b</b> <i>c</i>", "p"),
            ("<p><b><i>b</i><u>c</u></b>", "b"),
            ("<section><a><b>x</b></a><a><b>y</b></a></section>", "section"),
        ],
    )
    def test_line_has_the_innermost_element_around_all_of_it(self, markup: str, tag: str) -> None:
        page = html_page(markup)
        [line] = page.lines
        assert line.markup
        assert page.elements[line.markup.element].tag == tag

    def test_element_has_class_and_id_tokens(self) -> None:
        page = html_page("<div class='post  body' id=main role=article itemprop=text data-x=1>x")
        names = page.elements[-1].names
        assert names == ("post", "body", "id=main", "role=article", "itemprop=text")

    def test_tokens_of_an_element_are_limited_in_number_and_length(self) -> None:
        classes = " ".join(f"class-{i}-{'x' * 100}" for i in range(1000))
        element = html_page(f"<div class='{classes}'>x").elements[-1]
        assert len(element.names) == MAX_NAMES
        assert max(map(len, element.names)) == MAX_NAME_LENGTH

    def test_elements_without_text_are_left_out(self) -> None:
        page = html_page("<div><img><span></span></div><p>x")
        assert [element.tag for element in page.elements] == ["html", "body", "p"]

    @given(st.lists(st.sampled_from("<p> </p> <b> </b> <div> </div> <a> <br> x 字 <td>".split())))
    def test_parents_precede_their_children(self, parts: list[str]) -> None:
        page = html_page("".join(parts))
        assert all(element.parent < i for i, element in enumerate(page.elements))
        for line in page.lines:
            assert line.markup
            assert 0 <= line.markup.element < len(page.elements)
            assert line.markup.link_chars <= len(line.text)
            assert line.markup.emphasis_chars <= len(line.text)


# Those whose content reading.repairs may take for text are tried in test_repairs.
TAGS = (
    "p div b i a span li ul ol table tr td th tbody h1 br hr pre em form section button "
    "noscript template svg math label dl dd dt body html head nobr font center u"
).split()
TAG_SOUP = st.lists(
    st.one_of(
        st.sampled_from(TAGS).map("<{}>".format),
        st.sampled_from(TAGS).map("</{}>".format),
        st.sampled_from(["<!-- x -->", "a<b", "&amp;", "&#128;", "\u00a0", "]]>", "<", "<x y='>"]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r;"), max_size=5),
    ),
    max_size=15,
).map("".join)


_INVISIBLE = re.compile("[\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\ufeff]")


def visible_by_selectolax(markup: str) -> str:
    """The text outside SKIPPED_TAGS without whitespace, found by another parser."""
    found: list[str] = []
    stack = [LexborHTMLParser(markup).root]
    while stack:
        node = stack.pop()
        if node is None or node.tag in SKIPPED_TAGS:
            continue
        if node.tag == "-text":
            found.append(node.text_content or "")
        else:
            stack.extend(reversed(list(node.iter(include_text=True))))
    return "".join("".join(found).split())


class TestTextIsComplete:
    @settings(max_examples=300)
    @given(TAG_SOUP)
    def test_tag_soup_has_the_text_that_selectolax_finds(self, markup: str) -> None:
        found = "".join("".join(lines(markup)).split())
        assert found == _INVISIBLE.sub("", visible_by_selectolax(markup))

    @pytest.mark.parametrize("language", SENTENCES)
    def test_page_has_the_text_that_selectolax_finds(self, language: str) -> None:
        markup = news_page(language)
        assert "".join("".join(lines(markup)).split()) == visible_by_selectolax(markup)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_squeezed_equals_split_and_join(self, text: str) -> None:
        assert squeezed(text) == " ".join(text.split())

    @pytest.mark.parametrize("unit", ["word ", "x", "  ", "ab\n \t", "字、"])
    def test_squeezed_long_text_equals_split_and_join(self, unit: str) -> None:
        for shift in ("", " ", "y"):
            text = shift + unit * (2 * SQUEEZE_LENGTH // len(unit) + 7)
            assert squeezed(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["<a " * 50_000, "<meta " * 50_000, "<" * 10**6, "<!--" * 50_000, "<p style='display:" * 10**5],
)  # fmt: skip
def test_hostile_markup_takes_linear_time(text: str) -> None:
    with ends():
        read(text.encode())
        html_page(text)


def test_deep_and_wide_documents_take_linear_time() -> None:
    with ends():
        html_page("<div>" * 100_000 + "derin")
        html_page("<i>" * 500 + "a<b>x</b>" * 50_000)
        html_page("<div>" * 500 + "<p>x</p>" * 50_000)
