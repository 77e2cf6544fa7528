"""Where lines stand: CSS paths and lines of the source."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from boilerplate import clean, read
from boilerplate.output.places import Place, places
from boilerplate.page import Page
from boilerplate.reading.document import parsed_with_positions
from boilerplate.reading.html import html_page
from tests.strategies import MARKUP


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestPlaces:
    def test_line_has_the_path_and_the_source_line_of_its_element(self) -> None:
        page = html_page("<h1>Tytuł</h1>\n<div id=x><p>Raz\n<p><b>Dwa</b> trzy</div>")
        assert places(page) == [
            Place("html > body > h1", 1),
            Place("#x > p:nth-of-type(1)", 2),
            Place("#x > p:nth-of-type(2)", 3),
        ]

    def test_only_an_id_of_one_element_begins_a_path(self) -> None:
        page = html_page('<div id=a><p>Raz</div><div id=a><p>Dwa</div><p id="7">Trzy<x:y>Cztery')
        assert [place and place.path for place in places(page)] == [
            "html > body > div:nth-of-type(1) > p",
            "html > body > div:nth-of-type(2) > p",
            "html > body > p",
            "html > body > p > :nth-child(1)",
        ]

    def test_paths_of_a_page_have_a_length_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("boilerplate.output.places.MAX_PATH_CHARS", 60)
        found = places(html_page("<p>Raz<p>Dwa<p>Trzy"))
        assert [place and place.path for place in found] == [
            "html > body > p:nth-of-type(1)", None, None,
        ]  # fmt: skip

    def test_path_of_several_lines_counts_for_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("boilerplate.output.places.MAX_PATH_CHARS", 50)
        found = places(html_page("<p>หนึ่ง<br>สอง<br>สาม<br>สี่"))
        assert [place and place.path for place in found] == ["html > body > p"] * 2 + [None] * 2
        assert [place and place.source_line for place in found] == [1] * 4

    def test_page_of_very_many_tags_has_no_places(self, monkeypatch: pytest.MonkeyPatch) -> None:
        page = html_page("<p>一<p>二<p>三")
        monkeypatch.setattr("boilerplate.output.alignment.MAX_TAGS", 3)
        assert None not in places(page)
        monkeypatch.setattr("boilerplate.output.alignment.MAX_TAGS", 2)
        assert places(page) == [None] * 3

    def test_line_of_many_texts_is_in_the_element_around_all(self) -> None:
        page = html_page("<div><p><i>un</i> <b>deux</b> <u>trois <i>quatre</i></u></p></div>")
        assert [line.text for line in page.lines] == ["un deux trois quatre"]
        assert places(page) == [Place("html > body > div > p", 1)]

    def test_row_of_a_table_is_its_tr(self) -> None:
        rows = "".join(f"\n<tr><td>{name}<td>{i}</tr>" for i, name in enumerate("αβγ"))
        page = html_page(f"<table>{rows}</table>")
        assert [line.text for line in page.lines] == ["α\t0", "β\t1", "γ\t2"]
        assert places(page)[1] == Place("html > body > table > tbody > tr:nth-of-type(2)", 3)

    def test_bare_text_has_the_number_of_the_line(self) -> None:
        assert places(read("uno\n\ndos")) == [Place(None, 1), Place(None, 2), Place(None, 3)]

    def test_text_of_a_script_stands_nowhere(self) -> None:
        text = "Ein Satz, den nur ein Skript hat, weil die Seite sonst leer ist. " * 3
        page = html_page(
            '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "'
            f'{text}"}}</script><h1>Titel</h1>'
        )
        found = dict(zip([line.text for line in page.lines], places(page), strict=True))
        assert found["Titel"] == Place("html > body > h1", 1)
        assert found[text.strip()] is None

    def test_page_without_its_markup_has_no_places(self) -> None:
        page = html_page("<p>a")
        assert places(Page(page.lines, "html", elements=page.elements)) == [None]

    @settings(deadline=None)
    @given(MARKUP)
    def test_path_finds_one_element_that_holds_the_line(self, markup: str) -> None:
        page = html_page(markup)
        document = parsed_with_positions(page.html)
        whole = squeezed(document.text)
        for line, place in zip(page.lines, places(page), strict=True):
            if place is None or place.path is None:
                continue
            (element,) = document.select(place.path)
            if (text := squeezed(line.text)) in whole:  # it is not where it was rewritten
                assert text in squeezed(element.text)


class TestJson:
    def test_places_come_into_the_json_on_request(self) -> None:
        page = clean("<article><h1>Buses</h1>\n<p>The council met yesterday evening.</article>")
        with_places = page.to_dict(places=True)["lines"]
        assert [(line["path"], line["source_line"]) for line in with_places] == [
            ("html > body > article > h1", 1),
            ("html > body > article > p", 2),
        ]
        assert "path" not in page.to_dict()["lines"][0]


@pytest.mark.parametrize("kind", ["html", "text"])
def test_kept_line_is_found_in_the_text_by_its_range(kind: str) -> None:
    page = clean("<p>Nařízení platí od ledna.</p>" if kind == "html" else "Nařízení platí.\nAno.")
    record = page.to_dict()
    for line in record["lines"]:
        if line["start"] is not None:
            assert record["text"][line["start"] : line["end"]] == line["text"]
