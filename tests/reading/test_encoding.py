"""From bytes to text: declared, detected and wrong encodings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.reading.encoding import decode
from boilerplate.reading.encoding_names import declared_codec, web_codec
from tests.made_up import SENTENCES, news_page

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
UNMARKED = [pair for pair in PAIRS if pair[1] != "iso-2022-jp"]  # those with bytes beyond ASCII
NOT_ASCII = [language for language, text in SENTENCES.items() if not text.isascii()]
STYLES = "<style>.menu a{color:#36c;margin:0 4px}</style>"
SCRIPT = "<script>function show(id){return document.getElementById(id)}</script>"
PYTHON_NAMES = {"windows-874": "cp874", "gb2312": "gb2312"}


def page_in(language: str, name: str, head: str = "") -> tuple[str, bytes]:
    text = f"{head}<div class='main text'><p>{SENTENCES[language]}</p></div>"
    return text, text.encode(PYTHON_NAMES.get(name, name))


class TestEncodings:
    @pytest.mark.parametrize(("language", "name"), PAIRS)
    def test_declared_encoding_is_used(self, language: str, name: str) -> None:
        for head in (
            f"<meta charset={name}>",
            f"<META http-equiv=Content-Type content='text/html; charset={name.upper()}'>",
            f"<?xml version='1.0' encoding='{name}'?>",
        ):
            text, data = page_in(language, name, head)
            assert decode(data) == text
        text, data = page_in(language, name)
        assert decode(data, name) == text

    def test_http_charset_wins_over_meta(self) -> None:
        text, data = page_in("ru", "koi8-r", "<meta charset=windows-1251>")
        assert decode(data, "koi8-r") == text
        assert decode(data) != text

    @pytest.mark.parametrize(("language", "name"), PAIRS)
    def test_undeclared_encoding_is_detected(self, language: str, name: str) -> None:
        text, data = page_in(language, name)
        assert decode(data) == text

    @pytest.mark.parametrize(("language", "name"), UNMARKED)
    @pytest.mark.parametrize("claim", ["utf-8", "punycode", "no-such-code", "utf-16", "", "hex"])
    def test_wrong_or_unknown_declaration_is_ignored(
        self, language: str, name: str, claim: str
    ) -> None:
        text, data = page_in(language, name, f"<meta charset='{claim}'>")
        assert decode(data) == text
        assert claim == "utf-16" or decode(data, claim) == text

    @pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "gbk", "iso-8859-1", "utf-16"])
    @pytest.mark.parametrize("language", ["ru", "zh-cn", "tr", "th"])
    def test_valid_utf_8_wins_over_declarations(self, language: str, name: str) -> None:
        text, data = page_in(language, "utf-8", f"<meta charset={name}>")
        assert decode(data) == text
        assert decode(data, "latin1") == text

    @pytest.mark.parametrize(
        ("language", "name"),
        [("ru", "koi8-r"), ("th", "windows-874"), ("ja", "shift_jis"), ("ar", "windows-1256")],
    )
    def test_declared_latin_1_is_ignored_for_other_scripts(self, language: str, name: str) -> None:
        text, data = page_in(language, name, "<meta charset=iso-8859-1>")
        assert decode(data) == text

    @pytest.mark.parametrize("language", SENTENCES)
    def test_byte_order_mark_wins_over_charset(self, language: str) -> None:
        text = SENTENCES[language]
        for codec in ("utf-8-sig", "utf-16", "utf-32"):
            assert decode(text.encode(codec), "windows-1252") == text
        for codec in ("utf-16-be", "utf-32-be"):
            assert decode(f"\ufeff{text}".encode(codec)) == text

    @pytest.mark.parametrize("language", SENTENCES)
    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    def test_utf_16_and_utf_32_without_mark_are_detected(self, language: str, codec: str) -> None:
        for text in (news_page(language), f"{SENTENCES[language]}\n" * 3):
            assert decode(text.encode(codec)) == text

    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    def test_utf_16_and_utf_32_may_end_within_a_character(self, codec: str) -> None:
        text = f"{SENTENCES['ru']}\r\n" * 3
        assert decode(text.encode(codec)[:-1]) == text[:-1] + "\ufffd"

    @pytest.mark.parametrize("text", [" \n" * 500, "<p>\n" + "x\t" * 500, "\x1f0\x1f"])
    def test_whitespace_and_controls_are_not_utf_16(self, text: str) -> None:
        assert decode(text.encode()) == text

    def test_stray_nuls_are_not_utf_16(self) -> None:
        for text in ("a\0", "abc\0 def", "x" * 99 + "\0", "ş\0ı" + "\0"):
            assert decode(text.encode()) == text

    def test_utf_16_can_be_declared_by_http_only(self) -> None:
        assert decode("漢字仮名".encode("utf-16-be"), "UTF-16BE") == "漢字仮名"
        assert decode("<meta charset=utf-16>漢字".encode()) == "<meta charset=utf-16>漢字"

    def test_declaration_in_a_comment_is_ignored(self) -> None:
        text, data = page_in("tr", "iso-8859-9", "<!-- <meta charset=koi8-r> -->")
        assert decode(data, None) == text

    def test_truncated_or_damaged_utf_8_is_still_utf_8(self) -> None:
        data = SENTENCES["ru"].encode()
        assert decode(data[1:]) == "\ufffd" + SENTENCES["ru"][1:]
        assert decode(data + "день".encode()[:-1]) == SENTENCES["ru"] + "ден\ufffd"
        assert decode(data[:100] + b"\xff" + data[100:]).count("\ufffd") == 1

    @pytest.mark.parametrize("language", NOT_ASCII)
    def test_one_bad_byte_in_declared_utf_8_is_one_replacement(self, language: str) -> None:
        text = f"<p>{SENTENCES[language]}</p><footer>"
        data = text.encode() + b"\xa9 2009"
        assert decode(data, "UTF-8") == text + "\ufffd 2009"
        for head in ("<meta charset=utf-8>", f"{STYLES * 200}<meta charset=utf8>"):
            assert decode(head.encode() + data, "iso-8859-1") == f"{head}{text}\ufffd 2009"

    def test_utf_8_that_is_half_broken_counts_if_declared(self) -> None:
        data = "Zażółć tę".encode() + b" \xb9\xbf\xe6\xea"
        assert decode(data, "utf-8") == "Zażółć tę \ufffd\ufffd\ufffd\ufffd"

    def test_characters_that_were_lost_before_are_not_errors(self) -> None:
        text = "ты \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd да"
        assert decode(text.encode() + b"\xd0") == text + "\ufffd"

    @pytest.mark.parametrize(
        ("language", "name"),
        [(la, n) for la, n in UNMARKED if la in ("zh-cn", "zh-tw", "ja", "ko")],
    )
    def test_cut_off_character_is_one_replacement(self, language: str, name: str) -> None:
        text = SENTENCES[language]
        data = text.encode(name) + text[0].encode(name)[:1]
        assert decode(data, name) == decode(data) == text + "\ufffd"

    @pytest.mark.parametrize("kilobytes", [4, 30, 200])
    def test_declaration_after_styles_and_scripts_counts(self, kilobytes: int) -> None:
        head = (STYLES + SCRIPT) * (kilobytes * 1024 // len(STYLES + SCRIPT))
        text, data = page_in("ru", "mac-cyrillic", f"{head}<meta charset=x-mac-cyrillic>")
        assert decode(data) == text

    @pytest.mark.parametrize(
        "place",
        ["<script>x = '{}'", "<STYLE>{}</style>", "<title>{}</title>", "<textarea>{}", "<!-- {}"],
    )
    def test_declaration_in_what_is_no_markup_is_ignored(self, place: str) -> None:
        text, data = page_in("tr", "iso-8859-9", place.format("<meta charset=koi8-r>"))
        assert decode(data) == text

    def test_script_that_xhtml_closes_in_its_tag_hides_no_declaration(self) -> None:
        head = "<script src='a.js' type='text/javascript'/><meta charset=x-mac-cyrillic>"
        text, data = page_in("uk", "mac-cyrillic", head)
        assert decode(data) == text

    @pytest.mark.parametrize(("language", "name"), UNMARKED)
    @pytest.mark.parametrize("kilobytes", [8, 80])
    def test_undeclared_encoding_is_detected_among_much_markup(
        self, language: str, name: str, kilobytes: int
    ) -> None:
        head = (STYLES + SCRIPT) * (kilobytes * 1024 // len(STYLES + SCRIPT))
        text, data = page_in(language, name, f"{head}<a href='/news/index.html'>RSS</a>")
        assert decode(data) == text

    @pytest.mark.parametrize(
        "words", ["the “old” mill", "it’s 20 °C", "Café Noir – open", "crème brûlée", "© 2009"]
    )
    def test_few_bytes_beyond_ascii_are_windows_1252(self, words: str) -> None:
        text = f"{SCRIPT * 300}<p>{SENTENCES['en']}</p><p>They said: {words}, and left.</p>"
        assert decode(text.encode("windows-1252")) == text

    @pytest.mark.parametrize(
        ("language", "name"),
        [
            ("ru", "IBM855"), ("ko", "Johab"), ("ko", "ISO-2022-KR"), ("fr", "IBM850"),
            ("pl", "IBM852"), ("he", "cp862"), ("el", "x-mac-greek"), ("tr", "IBM857"),
        ],
    )  # fmt: skip
    def test_encodings_from_before_the_web_may_be_declared(self, language: str, name: str) -> None:
        text = SENTENCES[language]
        data = text.encode(declared_codec(name), "xmlcharrefreplace")
        text = data.decode(declared_codec(name))
        assert decode(data, name) == text
        head = f"<?xml version='1.0' encoding='{name}'?>"
        assert decode(head.encode() + data) == head + text

    @pytest.mark.parametrize(
        ("language", "name"),
        [("ru", "cp855"), ("uk", "mac-cyrillic"), ("ko", "johab"), ("ko", "iso2022-kr")],
    )
    def test_long_pages_tell_even_rare_encodings(self, language: str, name: str) -> None:
        text, data = page_in(language, name)
        text, data = (30 * each for each in (text, data))
        assert decode(data) == text

    @pytest.mark.parametrize("language", ["ru", "uk"])
    @pytest.mark.parametrize("name", ["windows-1251", "koi8-u", "iso-8859-5", "cp866"])
    def test_cyrillic_pages_of_any_length_are_in_no_rare_encoding(
        self, language: str, name: str
    ) -> None:
        for text in (SENTENCES[language], news_page(language), 9 * news_page(language)):
            data = text.encode(name, "xmlcharrefreplace")
            assert decode(data) == data.decode(name)

    def test_apostrophe_inside_a_word_tells_mac_roman(self) -> None:
        text = f"<p>{SENTENCES['en']}</p><p>It’s the mill’s clock."
        assert decode(text.encode("mac-roman")) == text

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
    def test_labels_name_the_codecs_of_whatwg(self, label: str, codec: str) -> None:
        assert web_codec(label) == codec

    @pytest.mark.parametrize(
        "label", "punycode idna rot13 base64 zip unicode_escape utf-7 utf-32 cp500".split(" ")
    )
    def test_codecs_unknown_to_browsers_are_refused(self, label: str) -> None:
        assert web_codec(label) is None

    def test_undefined_bytes_are_control_characters(self) -> None:
        assert decode(b"caf\xe9 \x81\x8d\x8f", "windows-1252") == "café \x81\x8d\x8f"

    @given(
        st.binary(),
        st.sampled_from(
            [None, "utf-8", "gb18030", "sjis", "iso-2022-jp", "iso-2022-kr", "johab", "ibm855", "x"]
        ),
    )
    def test_any_bytes_decode_without_lone_surrogates(
        self, data: bytes, charset: str | None
    ) -> None:
        decode(data, charset).encode("utf-8")  # no lone surrogates

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")))
    def test_utf_8_round_trip(self, text: str) -> None:
        assert decode(text.encode()) == text
