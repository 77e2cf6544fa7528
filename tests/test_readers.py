"""How bytes become text, and HTML becomes lines."""

from __future__ import annotations

import json
import time

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
from boilerplate.reading.encoding import decode, web_codec
from boilerplate.reading.html import html_page
from boilerplate.reading.read import kind_of, read, read_text
from tests.made_up import SENTENCES, news_page


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


VOID_TAGS = {"base", "embed", "frame", "frameset", "link", "param"}  # nothing stands in them


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
            ("<dl><dt>term<dd>meaning</dl>", ["term", "meaning"]),
            ("<table><tr><td>a<td>b<tr><th>c<td>d</table>", ["a", "b", "c", "d"]),
            ("<table><caption>cap</caption>x<tr><td>y</table>", ["x", "cap", "y"]),
            ("<pre>eins\n  zwei\n\n\ndrei</pre>", ["eins", "zwei", "drei"]),
            ("<pre>a <b>b\nc</b> d</pre>", ["a b", "c d"]),
            ("<p>a\n   b\t\tc</p>", ["a b c"]),
            ("<p>a&nbsp;b &amp; &lt;c&gt; &#x627;&hellip;", ["a b & <c> ا…"]),
            ("<button>खोलें</button><label>नाम</label>", ["खोलें", "नाम"]),
            ("<p>  </p><div>\n</div><p>&nbsp;</p>", []),
            ("", []),
            ("plain", ["plain"]),
        ],
    )
    def test_a_line_ends_at_every_block_and_break(self, markup: str, expected: list[str]) -> None:
        assert lines(markup) == expected

    @pytest.mark.parametrize("tag", sorted(INLINE_TAGS))
    def test_no_inline_element_ends_a_line(self, tag: str) -> None:
        assert len(lines(f"<p>one <{tag}>two</{tag}> three")) == 1

    def test_inline_elements_join_their_neighbours_without_a_blank(self) -> None:
        assert lines("<p>un<b>believ</b>able, H<sub>2</sub>O") == ["unbelievable, H2O"]

    def test_neighbouring_links_are_set_apart(self) -> None:
        assert lines("<p><a href=/>Ev</a><a href=/x>Haber</a>") == ["Ev Haber"]
        assert lines("<p><span class=a>Ev</span><span>Haber</span>") == ["Ev Haber"]
        assert lines("<p>(<a href=/>Ev</a>)") == ["(Ev)"]

    @pytest.mark.parametrize("tag", sorted(SKIPPED_TAGS - VOID_TAGS))
    def test_what_is_never_shown_is_no_line(self, tag: str) -> None:
        assert "gizli" not in "".join(lines(f"<p>a</p><{tag}>gizli</{tag}><p>b</p>"))

    def test_the_text_of_a_noscript_is_read_and_marked_hidden(self) -> None:
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

    def test_comments_and_processing_instructions_are_no_text(self) -> None:
        assert lines("<p>a<!-- b --><?php c ?>d") == ["ad"]

    def test_a_page_without_a_body_tag_is_read(self) -> None:
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
    def test_a_line_counts_its_links_and_their_characters(self) -> None:
        [line] = html_page("<p>see <a href=/>here</a> and <a>خبر<b>ا</b></a>").lines
        assert line.markup
        assert (line.markup.links, line.markup.link_chars) == (2, 8)

    def test_a_block_in_a_link_is_a_linked_line(self) -> None:
        page = html_page("<a href=/><h2>Titel</h2><p>Teaser</p></a>")
        assert [line.markup and line.markup.links for line in page.lines] == [1, 1]
        assert [line.markup and line.markup.link_chars for line in page.lines] == [5, 6]

    def test_a_line_counts_its_emphasised_characters(self) -> None:
        [line] = html_page("<p><b>уже</b> нет").lines
        assert line.markup
        assert line.markup.emphasis_chars == 3

    def test_a_line_knows_that_a_break_came_before_it(self) -> None:
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
    def test_a_line_stands_in_the_innermost_element_that_holds_all_of_it(
        self, markup: str, tag: str
    ) -> None:
        page = html_page(markup)
        [line] = page.lines
        assert line.markup
        assert page.elements[line.markup.element].tag == tag

    def test_an_element_has_the_words_of_its_attributes(self) -> None:
        page = html_page("<div class='post  body' id=main role=article itemprop=text data-x=1>x")
        names = page.elements[-1].names
        assert names == ("post", "body", "id=main", "role=article", "itemprop=text")

    def test_names_are_few_and_short(self) -> None:
        classes = " ".join(f"class-{i}-{'x' * 100}" for i in range(1000))
        element = html_page(f"<div class='{classes}'>x").elements[-1]
        assert len(element.names) == MAX_NAMES
        assert max(map(len, element.names)) == MAX_NAME_LENGTH

    def test_only_elements_that_hold_text_are_kept(self) -> None:
        page = html_page("<div><img><span></span></div><p>x")
        assert [element.tag for element in page.elements] == ["html", "body", "p"]

    @given(st.lists(st.sampled_from("<p> </p> <b> </b> <div> </div> <a> <br> x 字 <td>".split())))
    def test_a_parent_comes_before_its_children(self, parts: list[str]) -> None:
        page = html_page("".join(parts))
        assert all(element.parent < i for i, element in enumerate(page.elements))
        for line in page.lines:
            assert line.markup
            assert 0 <= line.markup.element < len(page.elements)
            assert line.markup.link_chars <= len(line.text)
            assert line.markup.emphasis_chars <= len(line.text)


TAGS = (
    "p div b i a span li ul ol table tr td th tbody h1 br hr pre em form section button select "
    "option textarea noscript template script style title svg math label dl dd dt body html head "
    "nobr font center iframe u"
).split()
TAG_SOUP = st.lists(
    st.one_of(
        st.sampled_from(TAGS).map("<{}>".format),
        st.sampled_from(TAGS).map("</{}>".format),
        st.sampled_from(["<!-- x -->", "a<b", "&amp;", "&#128;", "\u00a0", "]]>", "<", "<x y='>"]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=5),
    ),
    max_size=15,
).map("".join)


def visible_by_selectolax(markup: str) -> str:
    """The characters of all text outside SKIPPED_TAGS, without blanks, by another parser."""
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


class TestNothingIsLost:
    @settings(max_examples=300)
    @given(TAG_SOUP)
    def test_the_characters_of_tag_soup_are_those_another_parser_finds(self, markup: str) -> None:
        assert "".join("".join(lines(markup)).split()) == visible_by_selectolax(markup)

    @pytest.mark.parametrize("language", SENTENCES)
    def test_the_characters_of_a_page_are_those_another_parser_finds(self, language: str) -> None:
        markup = news_page(language)
        assert "".join("".join(lines(markup)).split()) == visible_by_selectolax(markup)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_squeezing_is_splitting_and_joining(self, text: str) -> None:
        assert squeezed(text) == " ".join(text.split())

    @pytest.mark.parametrize("unit", ["word ", "x", "  ", "ab\n \t", "字、"])
    def test_squeezing_a_long_text_is_splitting_and_joining(self, unit: str) -> None:
        for shift in ("", " ", "y"):
            text = shift + unit * (2 * SQUEEZE_LENGTH // len(unit) + 7)
            assert squeezed(text) == " ".join(text.split())


class TestBareText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", []),
            ("a", ["a"]),
            ("a\n", ["a"]),
            ("a\r\nb\rc\n\n", ["a", "b", "c", ""]),
            ("\n", [""]),
            ("  iki  boşluk ", ["  iki  boşluk "]),
            ("a\u2028b\x0bc\x85d", ["a\u2028b\x0bc\x85d"]),
        ],
    )
    def test_lines_are_as_given(self, text: str, expected: list[str]) -> None:
        assert [line.text for line in read_text(text).lines] == expected

    @given(st.lists(st.text(st.characters(exclude_characters="\r\n"))))
    def test_joining_the_lines_gives_the_text_back(self, given_lines: list[str]) -> None:
        text = "".join(line + "\n" for line in given_lines)
        assert [line.text for line in read_text(text).lines] == given_lines


class TestKind:
    @pytest.mark.parametrize(
        "text",
        [
            "<!DOCTYPE html><p>x",
            "\ufeff\n <html lang=tr>",
            "<?xml version='1.0'?><html>",
            "<!-- saved --><p>x",
            "<p>한 줄</p>",
            "before <b>x</b> and <i>",
            "x" * 50_000 + "<p>a</p><p>b</p>",
        ],
    )
    def test_markup_is_html(self, text: str) -> None:
        assert kind_of(text) == "html"
        assert read(text).kind == "html"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "  \n",
            "İki satır\nmetin",
            "if a<b and c>d: return a < b > c",
            "Use the <b> tag in HTML.",
            "x <y@example.com> wrote: 1 < 2",
            "List<String> a; Map<K, V> b; vector<int> c; p<0.05>",
            "x" * 200_000 + "<p>a</p><p>b</p>",
        ],
    )
    def test_text_is_text_even_where_it_speaks_of_tags(self, text: str) -> None:
        assert kind_of(text) == "text"
        assert read(text).kind == "text"

    def test_a_given_kind_decides(self) -> None:
        assert [line.text for line in read("<p>x</p>", kind="text").lines] == ["<p>x</p>"]
        assert [line.text for line in read("x\ny", kind="html").lines] == ["x y"]

    def test_other_arguments_are_refused(self) -> None:
        with pytest.raises(TypeError, match="str or bytes, not NoneType"):
            read(None)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="'html', 'text' or None, not 'pdf'"):
            read("x", kind="pdf")  # type: ignore[arg-type]

    def test_any_buffer_of_bytes_is_read(self) -> None:
        data = "Привет".encode()
        assert read(bytearray(data)) == read(memoryview(data)) == read(data)  # type: ignore[arg-type]


STORY = {"headline": "头条", "articleBody": "正文\n在此"}


class TestMetadata:
    def test_the_head_tells_title_headline_and_description(self) -> None:
        meta = html_page(
            "<title> Haber \n | Gazete</title><meta property=og:title content='Haber'>"
            "<meta name=Description content='Kısaca'><meta property=og:type content=article>"
        ).metadata
        assert (meta.title, meta.headline, meta.description, meta.type) == (
            "Haber | Gazete", "Haber", "Kısaca", "article",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "thing",
        [
            {"@type": "NewsArticle", **STORY},
            [{"@type": "Person"}, {"@type": ["Thing", "BlogPosting"], **STORY}],
            {"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "Recipe", **STORY}}]},
        ],
    )
    def test_json_ld_tells_headline_and_body(self, thing: object) -> None:
        script = f"<script type='application/ld+json'>{json.dumps(thing)}</script>"
        meta = html_page(script).metadata
        assert (meta.headline, meta.body) == ("头条", "正文 在此")

    @pytest.mark.parametrize(
        "script",
        [
            "",
            "{",
            "[" * 100_000,
            '{"@graph":' * 100_000,
            '{"@type": "Article", "articleBody": ' + "9" * 100_000 + "}",
            '{"@type": {"a": 1}, "@graph": "x", "headline": 1}',
            '{"@type": ' + "[" * 500 + "]" * 500 + "}",
            '{"@type": [1, null, {}], "headline": "x"}',
            "null",
            "1e999",
            "NaN",
        ],
    )
    def test_broken_json_ld_is_passed_over(self, script: str) -> None:
        page = html_page(f"<script type='application/ld+json'>{script}</script><p>x")
        assert [line.text for line in page.lines] == ["x"]
        assert page.metadata.headline == page.metadata.body == ""


ENCODINGS = {
    "tr": ["windows-1254", "iso-8859-9"],
    "ru": ["windows-1251", "koi8-r", "iso-8859-5"],
    "uk": ["windows-1251", "koi8-u"],
    "zh-cn": ["gb18030", "gbk", "gb2312"],
    "zh-tw": ["big5"],
    "ja": ["shift_jis", "euc-jp", "iso-2022-jp"],
    "ko": ["euc-kr"],
    "ar": ["windows-1256", "iso-8859-6"],
    "th": ["windows-874", "tis-620"],
    "el": ["windows-1253", "iso-8859-7"],
    "he": ["windows-1255", "iso-8859-8"],
    "pl": ["windows-1250", "iso-8859-2"],
    "cs": ["windows-1250", "iso-8859-2"],
    "fr": ["windows-1252"],
    "de": ["iso-8859-1"],
}
PAIRS = [(language, name) for language, names in ENCODINGS.items() for name in names]
PYTHON_NAMES = {"windows-874": "cp874", "gb2312": "gb2312"}


def page_in(language: str, name: str, head: str = "") -> tuple[str, bytes]:
    text = f"{head}<div class='main text'><p>{SENTENCES[language]}</p></div>"
    return text, text.encode(PYTHON_NAMES.get(name, name))


class TestEncodings:
    @pytest.mark.parametrize(("language", "name"), PAIRS)
    def test_a_declared_encoding_is_read(self, language: str, name: str) -> None:
        for head in (
            f"<meta charset={name}>",
            f"<META http-equiv=Content-Type content='text/html; charset={name.upper()}'>",
            f"<?xml version='1.0' encoding='{name}'?>",
        ):
            text, data = page_in(language, name, head)
            assert decode(data) == text
        text, data = page_in(language, name)
        assert decode(data, name) == text

    @pytest.mark.parametrize(("language", "name"), PAIRS)
    def test_an_undeclared_encoding_is_guessed(self, language: str, name: str) -> None:
        text, data = page_in(language, name)
        assert decode(data) == text

    @pytest.mark.parametrize(("language", "name"), [p for p in PAIRS if p[1] != "iso-2022-jp"])
    @pytest.mark.parametrize("claim", ["utf-8", "punycode", "no-such-code", "utf-16", "", "hex"])
    def test_a_wrong_or_unknown_declaration_is_seen_through(
        self, language: str, name: str, claim: str
    ) -> None:
        text, data = page_in(language, name, f"<meta charset='{claim}'>")
        assert decode(data) == text
        assert claim == "utf-16" or decode(data, claim) == text

    @pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "gbk", "iso-8859-1", "utf-16"])
    @pytest.mark.parametrize("language", ["ru", "zh-cn", "tr", "th"])
    def test_valid_utf8_is_utf8_whatever_is_declared(self, language: str, name: str) -> None:
        text, data = page_in(language, "utf-8", f"<meta charset={name}>")
        assert decode(data) == text
        assert decode(data, "latin1") == text

    @pytest.mark.parametrize(
        ("language", "name"),
        [("ru", "koi8-r"), ("th", "windows-874"), ("ja", "shift_jis"), ("ar", "windows-1256")],
    )
    def test_latin_1_is_not_believed_of_other_scripts(self, language: str, name: str) -> None:
        text, data = page_in(language, name, "<meta charset=iso-8859-1>")
        assert decode(data) == text

    @pytest.mark.parametrize("language", SENTENCES)
    def test_a_byte_order_mark_decides(self, language: str) -> None:
        text = SENTENCES[language]
        for codec in ("utf-8-sig", "utf-16"):
            assert decode(text.encode(codec), "windows-1252") == text
        assert decode(b"\xfe\xff" + text.encode("utf-16-be")) == text

    @pytest.mark.parametrize("language", SENTENCES)
    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
    def test_utf16_without_a_mark_is_known_by_its_nuls(self, language: str, codec: str) -> None:
        for text in (news_page(language), f"{SENTENCES[language]}\n" * 3):
            assert decode(text.encode(codec)) == text

    @pytest.mark.parametrize("text", [" \n" * 500, "<p>\n" + "x\t" * 500, "\x1f0\x1f"])
    def test_blanks_and_controls_do_not_make_a_page_utf16(self, text: str) -> None:
        assert decode(text.encode()) == text

    def test_a_stray_nul_does_not_make_a_page_utf16(self) -> None:
        for text in ("a\0", "abc\0 def", "x" * 99 + "\0", "ş\0ı" + "\0"):
            assert decode(text.encode()) == text

    def test_only_the_transport_can_declare_utf16(self) -> None:
        assert decode("漢字仮名".encode("utf-16-be"), "UTF-16BE") == "漢字仮名"
        assert decode("<meta charset=utf-16>漢字".encode()) == "<meta charset=utf-16>漢字"

    def test_a_declaration_in_a_comment_does_not_count(self) -> None:
        text, data = page_in("tr", "iso-8859-9", "<!-- <meta charset=koi8-r> -->")
        assert decode(data, None) == text

    def test_a_cut_or_spoilt_utf8_page_is_still_utf8(self) -> None:
        data = SENTENCES["ru"].encode()
        assert decode(data[1:]) == "\ufffd" + SENTENCES["ru"][1:]
        assert decode(data + "день".encode()[:-1]) == SENTENCES["ru"] + "ден\ufffd"
        assert decode(data[:100] + b"\xff" + data[100:]).count("\ufffd") == 1

    @pytest.mark.parametrize(
        ("label", "codec"),
        [
            ("ISO-8859-1", "cp1252"),
            ("us-ascii", "cp1252"),
            (" Latin5 ", "cp1254"),
            ("TIS-620", "cp874"),
            ("ks_c_5601-1987", "cp949"),
            ("GB2312", "gb18030"),
            ("x-sjis", "cp932"),
            ("unicode", "utf-8"),
        ],
    )
    def test_labels_are_read_as_browsers_read_them(self, label: str, codec: str) -> None:
        assert web_codec(label) == codec

    @pytest.mark.parametrize(
        "label", "punycode idna rot13 base64 zip unicode_escape utf-7 utf-32 cp500".split(" ")
    )
    def test_what_no_browser_reads_is_no_encoding(self, label: str) -> None:
        assert web_codec(label) is None

    def test_bytes_that_a_code_page_leaves_open_are_control_characters(self) -> None:
        assert decode(b"caf\xe9 \x81\x8d\x8f", "windows-1252") == "café \x81\x8d\x8f"

    @given(st.binary(), st.sampled_from([None, "utf-8", "gb18030", "sjis", "iso-2022-jp", "x"]))
    def test_any_bytes_give_text(self, data: bytes, charset: str | None) -> None:
        decode(data, charset).encode("utf-8")  # no lone surrogates

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")))
    def test_utf8_gives_its_text_back(self, text: str) -> None:
        assert decode(text.encode()) == text


@pytest.mark.parametrize(
    "text",
    ["<a " * 50_000, "<meta " * 50_000, "<" * 10**6, "<!--" * 50_000, "<p style='display:" * 10**5],
)  # fmt: skip
def test_hostile_markup_is_read_in_linear_time(text: str) -> None:
    start = time.process_time()
    read(text.encode())
    html_page(text)
    assert time.process_time() - start < 5


def test_depth_and_width_cost_no_more_than_their_characters() -> None:
    start = time.process_time()
    html_page("<div>" * 100_000 + "derin")
    html_page("<i>" * 500 + "a<b>x</b>" * 50_000)
    html_page("<div>" * 500 + "<p>x</p>" * 50_000)
    assert time.process_time() - start < 10
