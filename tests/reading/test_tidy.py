"""Lines of HTML, mended."""

from __future__ import annotations

import pytest

from boilerplate.reading.html import html_page


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Boots&shy;steg", "Bootssteg"),
        ("Fähr\u200bhaus", "Fährhaus"),
        ("\ufeffпри\u2060чал", "причал"),
        ("ภาษา\u200bไทย", "ภาษา\u200bไทย"),
        ("می\u200cروم", "می\u200cروم"),
        ("Tom &amp;amp; Ana&amp;#8217;s caf&amp;eacute;", "Tom & Ana’s café"),
        ("R&amp;D; a&b", "R&D; a&b"),
        ('[vc_row css=".x{a:b}"][vc_column_text]Ein Haus.[/vc_column_text][/vc_row]', "Ein Haus."),
        ('[caption id="a_1" width="3"]Un puente[/caption]', "Un puente"),
        ("see [1] and [sic] and [my_note]", "see [1] and [sic] and [my_note]"),
    ],
)
def test_text_is_as_a_reader_sees_it(text: str, shown: str) -> None:
    assert lines(f"<p>{text}</p>") == [shown]


def test_shortcodes_part_lines() -> None:
    assert lines("<div>[vc_row] Eins.[/vc_row][vc_row]Zwei.[/vc_row]</div>") == ["Eins.", "Zwei."]


def test_line_of_nothing_that_is_seen_is_left_out() -> None:
    assert lines("<p>\u200b</p><p>a") == ["a"]


def test_entities_stay_on_pages_with_code() -> None:
    assert lines("<p>Write &amp;nbsp; here, as in <code>x</code>") == ["Write &nbsp; here, as in x"]


class TestCode:
    def test_keeps_its_shape(self) -> None:
        markup = (
            "<pre><span class=k>def</span> <span class=f>brew</span><span class=p>(</span>pot):\n"
            "    <span class=k>if</span> pot:\n\n\t<span class=k>return</span>\u00a0tea  </pre>"
        )
        assert lines(markup) == ["def brew(pot):", "    if pot:", "\treturn tea"]

    def test_lines_that_only_a_style_parts_are_lines(self) -> None:
        markup = (
            "<pre><code><span class=line>a = 1</span><span class=line>b = 2</span></code></pre>"
        )
        assert lines(markup) == ["a = 1", "b = 2"]

    def test_tokens_outside_pre_have_no_blanks_between(self) -> None:
        markup = (
            "<dt><span class=n>tea.</span><span class=n>Pot</span><span class=p>(</span>x)</dt>"
        )
        assert lines(markup) == ["tea.Pot(x)"]


class TestSpans:
    @pytest.mark.parametrize(
        ("markup", "line"),
        [
            ("<span class=cap>O</span><span class=rest>n the moor</span>", "On the moor"),
            ("<span class=c>€</span><span class=a>14</span><span class=z>.50</span>", "€14.50"),
            ("CO<span class=sub>2</span><span class=r>-rich</span>", "CO2-rich"),
            ("<span class=by>Por Ana Gil</span><span class=on>3 de mayo</span>",
             "Por Ana Gil 3 de mayo"),
            ("<span class=day>12</span><span class=month>mars</span>", "12 mars"),
            ("<span class=label>Tema:</span><span class=v>puentes</span>", "Tema: puentes"),
            ("<a href=/>Ev</a><span>, bahçe</span>", "Ev, bahçe"),
        ],
    )  # fmt: skip
    def test_blanks_are_where_the_page_shows_them(self, markup: str, line: str) -> None:
        assert lines(f"<p>{markup}</p>") == [line]


class TestLinks:
    def test_link_around_an_article_is_no_list_of_links(self) -> None:
        text = "<p>" + "The ferry has not sailed since the ice came down the river. " * 4
        page = html_page(f"<a href=/x><article><h2>Ice</h2>{text * 3}</article></a>")
        marks = [line.markup for line in page.lines if line.markup]
        assert [(mark.links, mark.link_chars) for mark in marks] == [(0, 0)] * 4

    def test_teaser_stays_a_link(self) -> None:
        page = html_page("<a href=/x><h2>Is</h2><p>Færgen sejler ikke.</p></a>")
        assert all(line.markup and line.markup.link_chars for line in page.lines)


class TestMail:
    LETTER = (
        "Dear all,\n\n"
        "since Monday the kettle in the reading room has been boiling over when\n"
        "nobody looks, although it was descaled last week. When I fill it to the\n"
        "line all is well.\n\n"
        "&gt; Have you looked at the lid?\n\n"
        "Yes, twice, and it shuts as it always did.\n"
        "Regards,\nIda\n"
    )

    def test_paragraphs_that_were_broken_by_hand_are_whole(self) -> None:
        assert lines(f"<pre>{self.LETTER}</pre>") == [
            "Dear all,",
            "since Monday the kettle in the reading room has been boiling over when nobody looks, "
            "although it was descaled last week. When I fill it to the line all is well.",
            "> Have you looked at the lid?",
            "Yes, twice, and it shuts as it always did.",
            "Regards,",
            "Ida",
        ]

    def test_verse_and_code_keep_their_lines(self) -> None:
        verse = "The heron waits where reeds are thin and water hardly moves at all\nHe waits\n"
        assert len(lines(f"<pre>{verse * 3}</pre>")) == 6
        code = "for (i = 0; i < n; i++) { total += prices[i] * (1 + tax[i]); count++; }\nnext;\n"
        assert len(lines(f"<pre>{code * 3}</pre>")) == 6
