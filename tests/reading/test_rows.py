"""Rows of tables, definitions and ingredients as lines."""

from __future__ import annotations

import pytest

from boilerplate.reading.html import html_page


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


TIDES = (
    "<table><thead><tr><th>Day<th>High<th>Low<tbody><tr><td>Mo<td>4.1 m<td>0.6 m"
    "<tr><td>Di<td>3.9 m<td>0.9 m</table>"
)


class TestTables:
    def test_row_of_data_is_a_line_with_tabs(self) -> None:
        assert lines(TIDES) == ["Day\tHigh\tLow", "Mo\t4.1 m\t0.6 m", "Di\t3.9 m\t0.9 m"]

    def test_header_cells_are_known(self) -> None:
        page = html_page(TIDES)
        tags = []
        for line in page.lines:
            assert line.markup
            row = line.markup.element
            tags.append([element.tag for element in page.elements if element.parent == row])
        assert tags == [["th"] * 3, ["td"] * 3, ["td"] * 3]

    def test_empty_cells_keep_their_places(self) -> None:
        markup = "<table><tr><td><td>左<td>右<tr><td>上<td><td>1<tr><td>下<td>2<td></table>"
        assert lines(markup) == ["\t左\t右", "上\t\t1", "下\t2"]

    def test_blocks_within_a_cell_stay_on_the_line(self) -> None:
        markup = "<table><tr><td>a<td><p>b</p><p>c</p><tr><td>d<td>e<br>f</table>"
        assert lines(markup) == ["a\tb c", "d\te f"]

    def test_row_without_text_is_no_line(self) -> None:
        assert lines(TIDES.replace("<tr><td>Di", "<tr><td><td><td><tr><td>Di"))[1:] == [
            "Mo\t4.1 m\t0.6 m", "Di\t3.9 m\t0.9 m",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "table",
        [
            "<table><tr><td>Menu<td>{long}</table>",
            "<table><tr><td>Menu<td>{long}<tr><td>Foot<td>{long}</table>",
            "<table><tr><td><table><tr><td>a<td>b</table><td>c<tr><td>d<td>e</table>",
            "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
            "<table><tr><td><h2>a</h2><td>b<tr><td>c<td>d</table>",
            "<table><tr><td>a<tr><td>b</table>",
        ],
    )
    def test_cells_of_a_layout_stay_lines(self, table: str) -> None:
        markup = table.format(long="Die Flut kam in der Nacht und nahm den Steg mit. " * 6)
        assert not any("\t" in line for line in lines(markup))


class TestDefinitions:
    def test_short_term_and_definition_are_one_line(self) -> None:
        markup = "<dl><dt>Kai</dt> <dd>Mauer am Wasser</dd><dt>Mole</dt><dd>Damm im Meer</dd></dl>"
        assert lines(markup) == ["Kai\tMauer am Wasser", "Mole\tDamm im Meer"]

    def test_definition_may_be_a_paragraph(self) -> None:
        assert lines("<dl><dt>kai(maa)<dd><p>Telakoi laivan.</p></dl>") == [
            "kai(maa)\tTelakoi laivan."
        ]

    @pytest.mark.parametrize(
        "markup",
        [
            "<dl><dt>a<dd>b<dd>c</dl>", "<dl><dt>a<dd><p>b</p><p>c</p></dl>",
            "<dl><dt>a<dt>b</dl>", "<dl><dt>a<dd>b<ul><li>c</ul></dl>",
            f"<dl><dt>a<dd>{'b ' * 150}</dl>",
        ],
    )  # fmt: skip
    def test_others_stay_apart(self, markup: str) -> None:
        assert not any("\t" in line for line in lines(markup))


class TestIngredients:
    def test_quantity_and_name_are_one_line(self) -> None:
        item = "<li class=recipe-ingredient><div>200 g</div><div>kaura<p>jauhoja</p></div></li>"
        assert lines(f"<ul>{item * 2}</ul>") == ["200 g kaura jauhoja"] * 2

    def test_other_list_items_stay_cut(self) -> None:
        assert lines("<ul><li><div>a</div><div>b</div></ul>") == ["a", "b"]
