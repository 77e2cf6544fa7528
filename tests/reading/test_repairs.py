"""Markup that would hide its own text."""

from __future__ import annotations

import pytest

from boilerplate.reading.html import html_page
from boilerplate.reading.repairs import with_shown_tags
from tests.hanging import ends

XHTML = (
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">'
    '<html xmlns="http://www.w3.org/1999/xhtml">'
)


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


class TestSwallowedText:
    @pytest.mark.parametrize(
        "markup",
        [
            XHTML + "<head><script src='a.js'/></head><body><p>bir</p><p>iki</p></body></html>",
            XHTML + "<head><title/></head><body><p>bir</p><p>iki</p></body></html>",
            "<p>bir</p><iframe src=v /><p>iki</p>",
            "<p>bir</p><iframe src=v /><p>iki</p><iframe src=w></iframe>",
            "<p>bir</p><textarea/><p>iki</p>",
            "<head><title>T</head><body><p>bir</p><p>iki</p></body>",
            "<head><style>p{}\n</head>\n<body><p>bir</p><p>iki</p></body>",
            "<script>var a = 1;\n<p>bir</p><p>iki</p></body>",
            "<form><select><option>x<option>y</form><p>bir</p><p>iki</p>",
            "<select><option>x</select><select><option>y<div>bir</div><p>iki</p>",
            "<frameset><frame src=a><noframes><body><p>bir</p><p>iki</p></noframes></frameset>",
        ],
    )
    def test_is_uncovered(self, markup: str) -> None:
        assert lines(markup)[-2:] == ["bir", "iki"]

    def test_scripts_and_options_stay_unread(self) -> None:
        markup = "<script src=a></script><select><option>x</select><iframe>y</iframe><p>a"
        assert lines(markup) == ["a"]

    def test_script_that_is_cut_off_is_not_read(self) -> None:
        assert lines("<p>a</p><script>let html = '<p>b</p>'; f(") == ["a"]

    def test_cdata_of_xhtml_is_text(self) -> None:
        markup = XHTML + "<body><p><![CDATA[eins < zwei & drei]]></p></body>"
        assert lines(markup) == ["eins < zwei & drei"]

    def test_cdata_in_scripts_is_not(self) -> None:
        script = "<script>//<![CDATA[\nf('<p>x</p>')\n//]]></script>"
        assert lines(f"{XHTML}<body>{script}<p>ett</p></body>") == ["ett"]

    @pytest.mark.parametrize("unit", ["<iframe/>", "<title>", "<select><p>", "<script src=x/><p>"])
    def test_is_found_in_linear_time(self, unit: str) -> None:
        with ends():
            html_page(unit * 20_000)
            html_page(unit * 20_000 + "</iframe></title></script>")


class TestShownTags:
    def test_are_tags_on_a_page_without_code(self) -> None:
        markup = (
            "<div>&lt;p&gt;Un bal.&lt;/p&gt;&lt;p class=&quot;x&quot;&gt;Une fête.&lt;/p&gt;</div>"
        )
        assert lines(markup) == ["Un bal.", "Une fête."]

    def test_stay_on_a_page_with_code(self) -> None:
        markup = "<p>Write &lt;p&gt;a&lt;/p&gt; as in <code>x</code>."
        assert lines(markup) == ["Write <p>a</p> as in x."]

    def test_comparisons_stay(self) -> None:
        assert lines("<p>a &lt; b &gt; c") == ["a < b > c"]

    def test_scripts_are_never_made_tags(self) -> None:
        assert with_shown_tags("&lt;script&gt;") == "&lt;script&gt;"
