"""What changes from page to page leaves a line's fingerprint alone."""

from __future__ import annotations

import pytest

from boilerplate.page import Element, Line, Markup, Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.site_models.fingerprints import (
    hashed,
    line_hashes,
    line_places,
    loose,
    masked,
    named_place,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Updated: Thursday, 3 May 2012 14:05", "Updated: Friday, 11 June 2013 9:30"),
        ("Опубликовано 3 мая 2012 г.", "Опубликовано 28 июня 2011 г."),
        ("21 Lis 2011", "3 Gru 2012"),
        ("2012年5月3日 14:05", "2011年12月23日 09:30"),
        ("12 comments", "1,204 comments"),
        ("١٢ تعليق", "٣ تعليق"),
        ("Share  this", "SHARE THIS"),
        ("May 3, 2012", "November 21, 2011"),
    ],
)
def test_numbers_dates_case_and_blanks_are_the_same_line(one: str, other: str) -> None:
    strict = line_hashes([one, other])[:, 0]
    assert strict[0] == strict[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Posted by Anna Kowalska", "Posted by Ben"), ("编辑：张三", "编辑：李小四")],
)
def test_names_are_the_same_line_loosely(one: str, other: str) -> None:
    strict, loose = line_hashes([one, other]).T
    assert strict[0] != strict[1]
    assert loose[0] == loose[1]


def test_two_headlines_are_not_the_same_line_even_loosely() -> None:
    loose = line_hashes(["Harbour Opens Again", "Harbour Stays Shut", "Harvest Comes Late"])[:, 1]
    assert len(set(loose.tolist())) == 3


# What a hash is taken of must stay as it is: models of sites are kept in files.


@pytest.mark.parametrize(
    ("line", "exact"),
    [
        ("  Share\tTHIS ", "share this"),
        ("3 comments, 1,204 views", "0 comments, 0 views"),
        ("Bulletin of 3 May 2012, page 14", "bulletin 0, page 0"),
        ("In May 3 ships", "in may 0 ships"),
        ("3 May 1812", "0 may 0"),
    ],
)
def test_numbers_and_dates_are_masked(line: str, exact: str) -> None:
    assert masked(line) == exact


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ("Posted by Anna Kowalska on Monday", "posted by * on *"),
        ("Photo 12: Anna Kowalska", "photo 0:"),
        ("Source：Xinhua", "source:"),
        ("Source:", "as it is"),
        ("Page 12 by Anna", "page 0 by *"),
        ("posted by nobody", "as it is"),
        ("Posted by nobody", "as it is"),
        ("XPosted by nobody", "as it is"),
        ("Anna Kowalska Writes", "as it is"),
        (f"Posted by Anna {'x' * 85}", f"posted by * {'x' * 85}"),
        (f"Posted by Anna {'x' * 86}", "as it is"),
    ],
)
def test_what_a_template_fills_in_is_masked_loosely(line: str, free: str) -> None:
    assert loose(line, "as it is") == free


def test_half_a_character_has_a_hash_of_its_own() -> None:
    assert hashed("\ud83d") != hashed("\ude00")


@pytest.mark.parametrize(("place", "same"), [(0, False), (119, False), (200, True), (561, False)])
def test_a_long_line_is_read_at_its_head_and_its_tail(place: int, same: bool) -> None:
    line = "abcdefg hijklm " * 40
    changed = f"{line[:place]}#{line[place + 1 :]}"
    strict = line_hashes([line, changed])[:, 0]
    assert (strict[0] == strict[1]) == same


def test_a_line_as_long_as_head_and_tail_is_read_whole() -> None:
    line = "zz " + "abcdefg hijklm " * 10 + "abcdefg"
    assert line_hashes([line])[0, 0] == hashed(line)


def test_a_place_is_its_tags_and_names_without_numbers() -> None:
    page = html_page(
        "<body class=p1><div id='post-7'><p>one</p></div><div id='post-8'><p>two</p></div>"
        "<div class=menu><p>three</p></div></body>"
    )
    places = line_places(page.lines, page.elements)
    assert places[0] == places[1] != places[2]


def test_lines_in_one_named_element_stand_in_one_place_and_those_in_none_in_no_place() -> None:
    page = html_page(
        "<body class=home><p>bare</p><div class='story'><p>one</p><blockquote><p>two</p>"
        "</blockquote><ul><li class=fact>three</li></ul></div><table><tr><td>four</table></body>"
    )
    bare, one, two, three, four = line_places(page.lines, page.elements).tolist()
    assert one == two != three
    assert bare == four == 0


def test_the_first_element_can_be_a_place_and_html_and_body_are_none() -> None:
    elements = (
        Element("main", ("story",), -1), Element("p", (), 0),
        Element("html", ("js",), -1), Element("body", ("home",), 2), Element("p", (), 3),
    )  # fmt: skip
    lines = tuple(Line(f"line {i}", Markup(at)) for i, at in enumerate((1, 0, 1, 4)))
    assert line_places(lines, elements).tolist() == [
        *[named_place("main", ("story",))] * 3, 0,
    ]  # fmt: skip


def test_bare_text_has_no_places() -> None:
    assert line_places(text_page(["a", "b"]).lines, ()).tolist() == [0, 0]


OLD = (Element("body", (), -1), Element("nav", ("menu",), 0))
LINES = [[61596649093200, 116374315342945], [61596649093200, 116374315342945]]
PLACES = [169148120608228, 0]  # what has no markup has no place


def test_hashes_are_those_of_models_that_were_learned_long_ago() -> None:
    page = Page((Line("Menü", Markup(1)), Line("เมนู")), "html", elements=OLD)
    assert line_hashes(["Menü", "เมนู"]).T.tolist() == LINES
    assert line_places(page.lines, page.elements).tolist() == PLACES


def test_no_lines_have_no_hashes() -> None:
    assert line_hashes([]).shape == (0, 2)
