"""The place of a line in the markup."""

from __future__ import annotations

from boilerplate.page import Element, Line, Markup, text_page
from boilerplate.reading.html import html_page
from boilerplate.site_models.places import line_places, place_hash


def test_a_place_is_the_tag_and_names_of_an_element_without_digits() -> None:
    page = html_page(
        "<body class=p1><div id='post-7'><p>one</p></div><div id='post-8'><p>two</p></div>"
        "<div class=menu><p>three</p></div></body>"
    )
    places = line_places(page.lines, page.elements)
    assert places[0] == places[1] != places[2]


def test_lines_below_one_named_element_share_its_place_and_those_below_none_have_none() -> None:
    page = html_page(
        "<body class=home><p>bare</p><div class='story'><p>one</p><blockquote><p>two</p>"
        "</blockquote><ul><li class=fact>three</li></ul></div><table><tr><td>four</table></body>"
    )
    bare, one, two, three, four = line_places(page.lines, page.elements).tolist()
    assert one == two != three
    assert bare == four == 0


def test_a_root_can_be_a_place_but_html_and_body_cannot() -> None:
    elements = (
        Element("main", ("story",), -1), Element("p", (), 0),
        Element("html", ("js",), -1), Element("body", ("home",), 2), Element("p", (), 3),
    )  # fmt: skip
    lines = tuple(Line(f"line {i}", Markup(at)) for i, at in enumerate((1, 0, 1, 4)))
    assert line_places(lines, elements).tolist() == [
        *[place_hash("main", ("story",))] * 3, 0,
    ]  # fmt: skip


def test_bare_text_has_no_places() -> None:
    assert line_places(text_page(["a", "b"]).lines, ()).tolist() == [0, 0]


def test_places_are_those_of_existing_site_models() -> None:
    elements = (Element("body", (), -1), Element("nav", ("menu",), 0))
    lines = Line("Menü", Markup(1)), Line("เมนู")
    assert line_places(lines, elements).tolist() == [169148120608228, 0]


def test_names_beyond_the_third_and_names_in_any_script_make_a_place() -> None:
    assert place_hash("p", ("a", "b", "c", "d")) == place_hash("p", ("a", "b", "c", "e"))
    assert place_hash("p", ("é٣", "\ud800")) == place_hash("p", ("é", "\ud800"))


def test_a_very_deep_element_is_climbed_once() -> None:
    depth = 50_000
    elements = (Element("div", ("story",), -1), *(Element("p", (), i) for i in range(depth)))
    lines = tuple(Line("x", Markup(depth - i % 9)) for i in range(900))
    assert set(line_places(lines, elements).tolist()) == {place_hash("div", ("story",))}
