"""Bare text, and how it is told from HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.reading.read import kind_of, read, read_text


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
            ("ساعة\u2028城\u2029c\x0bd\x0ce\x85f\r\n\x0cg", [*"ساعة 城 c d e f".split(), "", "g"]),
            ("a\x1cb\x1fc\u200bd", ["a\x1cb\x1fc\u200bd"]),
        ],
    )
    def test_lines_are_unchanged(self, text: str, expected: list[str]) -> None:
        assert [line.text for line in read_text(text).lines] == expected

    @given(st.lists(st.text(st.characters(exclude_characters="\r\n\v\f\x85\u2028\u2029"))))
    def test_joined_lines_are_the_text(self, given_lines: list[str]) -> None:
        text = "".join(line + "\n" for line in given_lines)
        assert [line.text for line in read_text(text).lines] == given_lines

    @given(st.text(st.sampled_from("aя \n\r\v\f\x1c\x1e\x85\u2028\u2029\ud800")))
    def test_lines_end_where_unicode_says_and_nowhere_else(self, text: str) -> None:
        expected = re.split("\r\n|[\n\r\v\f\x85\u2028\u2029]", text)
        if not expected[-1]:
            expected.pop()
        assert [line.text for line in read_text(text).lines] == expected


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
    def test_markup_is_detected_as_html(self, text: str) -> None:
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
    def test_text_that_mentions_tags_is_detected_as_text(self, text: str) -> None:
        assert kind_of(text) == "text"
        assert read(text).kind == "text"

    def test_explicit_kind_overrides_detection(self) -> None:
        assert [line.text for line in read("<p>x</p>", kind="text").lines] == ["<p>x</p>"]
        assert [line.text for line in read("x\ny", kind="html").lines] == ["x y"]

    def test_wrong_source_or_kind_is_an_error(self) -> None:
        with pytest.raises(TypeError, match="str or bytes, not NoneType"):
            read(None)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="'html', 'text' or None, not 'pdf'"):
            read("x", kind="pdf")  # type: ignore[arg-type]

    def test_bytearray_and_memoryview_are_read_as_bytes(self) -> None:
        data = "Привет".encode()
        assert read(bytearray(data)) == read(memoryview(data)) == read(data)  # type: ignore[arg-type]
