"""The place of a line in the markup."""

from __future__ import annotations

from collections.abc import Sequence

from boilerplate.numeric import Ints
from boilerplate.page import Element, Line, Markup, text_page
from boilerplate.reading.html import html_page
from boilerplate.site_models.places import line_paths, place_hash


def places_of(lines: Sequence[Line], elements: Sequence[Element]) -> list[int]:
    """The places of lines, their shortest paths."""
    places: list[int] = line_paths(lines, elements)[:, 0].tolist()
    return places


def paths_of(markup: str) -> Ints:
    page = html_page(markup)
    return line_paths(page.lines, page.elements)


def test_a_place_is_the_tag_and_names_of_an_element_without_digits() -> None:
    page = html_page(
        "<body class=p1><div id='post-7'><p>one</p></div><div id='post-8'><p>two</p></div>"
        "<div class=menu><p>three</p></div></body>"
    )
    places = places_of(page.lines, page.elements)
    assert places[0] == places[1] != places[2]


def test_lines_below_one_named_element_share_its_place_and_those_below_none_have_none() -> None:
    page = html_page(
        "<body class=home><p>bare</p><div class='story'><p>one</p><blockquote><p>two</p>"
        "</blockquote><ul><li class=fact>three</li></ul></div><table><tr><td>four</table></body>"
    )
    bare, one, two, three, four = places_of(page.lines, page.elements)
    assert one == two != three
    assert bare == four == 0


def test_a_root_can_be_a_place_but_html_and_body_cannot() -> None:
    elements = (
        Element("main", ("story",), -1), Element("p", (), 0),
        Element("html", ("js",), -1), Element("body", ("home",), 2), Element("p", (), 3),
    )  # fmt: skip
    lines = tuple(Line(f"line {i}", Markup(at)) for i, at in enumerate((1, 0, 1, 4)))
    assert places_of(lines, elements) == [
        *[place_hash("main", ("story",))] * 3, 0,
    ]  # fmt: skip


def test_bare_text_has_no_paths() -> None:
    assert not line_paths(text_page(["a", "b"]).lines, ()).any()


def test_places_are_those_of_existing_site_models() -> None:
    elements = (Element("body", (), -1), Element("nav", ("menu",), 0))
    lines = Line("Menü", Markup(1)), Line("เมนู")
    assert places_of(lines, elements) == [169148120608228, 0]


def test_names_beyond_the_third_and_names_in_any_script_make_a_place() -> None:
    assert place_hash("p", ("a", "b", "c", "d")) == place_hash("p", ("a", "b", "c", "e"))
    assert place_hash("p", ("é٣", "\ud800")) == place_hash("p", ("é", "\ud800"))


def test_a_very_deep_element_is_climbed_once() -> None:
    depth = 50_000
    elements = (Element("div", ("story",), -1), *(Element("p", (), i) for i in range(depth)))
    lines = tuple(Line("x", Markup(depth - i % 9)) for i in range(900))
    assert set(places_of(lines, elements)) == {place_hash("div", ("story",))}


def test_paths_tell_equal_places_apart_by_what_stands_around_them() -> None:
    story, aside = paths_of(
        "<div class=story><div class=text><p>eins</p></div></div>"
        "<div class=aside><div class=text><p>zwei</p></div></div>"
    )
    assert story[0] == aside[0]
    assert (story[1:] != aside[1:]).all()


def test_paths_end_at_the_sixth_place_above_a_line() -> None:
    inner = "".join(f"<div class={name}>" for name in "abcdef")
    paths = [paths_of(f"<div class={outer}>{inner}текст") for outer in "xy"]
    assert (paths[0] == paths[1]).all()


def test_the_longest_path_knows_the_tags_below_a_place_and_links() -> None:
    paths = paths_of(
        "<div class=story><p>一</p><p>二</p><h3>三</h3><ul><li>四</ul><p><a href=/>五</a></p></div>"
    )
    assert len(set(paths[:, 0].tolist())) == 1
    assert (paths[:, :4] == paths[0, :4]).all()
    assert paths[0, 4] == paths[1, 4]
    assert len(set(paths[1:, 4].tolist())) == 4


def test_lines_without_a_place_have_the_tags_above_them() -> None:
    one, two = paths_of("<body class=home><p>une</p><ul><li>deux</ul>")
    assert not one[:4].any()
    assert not two[:4].any()
    assert 0 != one[4] != two[4] != 0
