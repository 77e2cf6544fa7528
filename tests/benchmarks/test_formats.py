"""The benchmark of formats: how structures are found, and how they are counted."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.format_document import DOCUMENT, results, with_tables
from benchmarks.format_golds import example_pages, structures_of_lines, world_pages
from benchmarks.format_structures import (
    KINDS,
    markdown_to_html,
    structures,
    tables_of_html,
    tables_of_markdown,
)
from benchmarks.format_validity import events_of, events_of_tree, faults_of, is_active
from benchmarks.formats import Format, counted, measured, row
from boilerplate import Cleaner
from training.corpora import GoldPage

URL = "https://wadi.example/help/card"
PAGE = """
<nav><ul><li><a href=/a>القائمة</a><li><a href=/b>عن الموقع</a></ul></nav>
<main><h1>ساعات العمل</h1>
<p>تفتح المكتبة كل يوم، <a href=map>والطريق إليها</a> سهل، <a href=#top>أعلى</a>.</p>
<ul><li>اليوم الأول<ul><li>صباحًا</ul><li>اليوم الثاني</ul>
<pre>if x &gt; 1:
    y()</pre>
<table><tr><th>اليوم<th>الساعة<tr><td>الأحد<td>٩</table></main>
"""
TAGS = "<p><a href=/tag/1>وسم</a>"
LINES = {
    "القائمة": "navigation", "عن الموقع": "navigation", "ساعات العمل": "headline",
    "تفتح المكتبة كل يوم، والطريق إليها سهل، أعلى.": "body", "اليوم الأول": "list",
    "صباحًا": "list", "اليوم الثاني": "list", "if x > 1:": "code", "    y()": "code",
    "اليوم\tالساعة": "table", "الأحد\t٩": "table",
}  # fmt: skip


class TestStructures:
    def test_each_kind_is_found_by_its_letters(self) -> None:
        found = structures(PAGE, URL)
        assert found["headings"] == Counter(["ساعاتالعمل"])
        assert found["list items"] == Counter(
            ["القائمة", "عنالموقع", "اليومالأول", "صباحا", "اليومالثاني"]
        )
        assert found["code blocks"] == Counter(["ifx>1:y()"])
        assert found["table rows"] == Counter(["اليومالساعة", "الأحد٩"])
        assert found["links"].total() == 3  # the one within the page is none
        assert found["links"]["والطريقإليها https://wadi.example/help/map"] == 1

    def test_link_around_blocks_is_a_link_in_each(self) -> None:
        card = "<a href=https://x.example/1><h3>头条</h3><p><b>更多</b>内容</p></a>"
        parts = "### [头条](https://x.example/1)\n\n[**更多**内容](https://x.example/1)"
        assert structures(card)["links"] == structures(markdown_to_html(parts))["links"]

    def test_relative_links_of_an_output_are_not_absolute(self) -> None:
        assert not structures("<a href=/x>ф</a>")["links"]

    def test_tables_for_the_layout_have_no_rows(self) -> None:
        layout = "<table><tr><td>меню<td>текст</table>"
        nested = f"<table><tr><td>а<td>{PAGE}<tr><td>б<td>в</table>"
        assert not structures(layout)["table rows"]
        assert structures(nested)["table rows"] == structures(PAGE)["table rows"]
        assert structures(layout, layout=True)["table rows"].total() == 1


class TestTables:
    @pytest.mark.parametrize(
        ("markdown", "expected"),
        [
            ("| क | ख |\n|---|---|\n| १ | a\\|b |", [True]),
            ("| क | ख |\n|---|---|\n| १ |", [False]),
            ("| क | ख |\n|---|\n| १ | २ |", [False]),
            ("<table><tr><td>क</table>", [False]),
            ("```\n| क |\n```\n\nक | ख", []),
        ],
    )
    def test_table_of_markdown_is_one_if_a_reader_sees_it(
        self, markdown: str, expected: list[bool]
    ) -> None:
        assert tables_of_markdown(markdown) == expected

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ("<tr><td>1<td>2<tr><td colspan=2>3", True),
            ("<tr><td rowspan=2>1<td>2<tr><td>3", True),
            ("<tr><td>1<td rowspan=2>2<td>3<tr><td>4<td>5", True),
            ("<tr><td rowspan=2>1<td>2<tr><td>3<td>4", False),
            ("<tr><td>1<td>2<tr><td>3", False),
        ],
    )
    def test_spans_count_as_cells_in_html(self, rows: str, expected: bool) -> None:
        assert tables_of_html(f"<table>{rows}</table>") == [expected]


class TestGolds:
    def test_example_pages_have_all_kinds_in_content_and_chrome(self) -> None:
        pages = list(example_pages())
        assert len(pages) == 10
        assert all(page.url and ".example/" in page.url for page in pages)
        for kind in KINDS:
            assert sum(page.content[kind].total() for page in pages) > 1
        assert sum(page.chrome["links"].total() for page in pages) > 100

    def test_roles_of_lines_say_what_is_content(self) -> None:
        lines = {**LINES, "وسم": "tags"}
        gold = GoldPage(
            "world",
            "a",
            f"{PAGE}{TAGS}".encode(),
            "",
            URL,
            lines=(*lines,),
            roles=(*lines.values(),),
        )
        [page] = world_pages([gold])
        everything = structures(PAGE, URL)
        for kind in KINDS:
            assert page.content[kind] + page.chrome[kind] == everything[kind], kind
        assert page.chrome["list items"] == Counter(["القائمة", "عنالموقع"])
        assert page.chrome["links"].total() == 2

    def test_structures_of_kept_lines_are_kept_whole(self) -> None:
        kept = [role in ("body", "list") and line != "صباحًا" for line, role in LINES.items()]
        found = structures_of_lines(PAGE, URL, list(LINES), kept)
        assert found["list items"] == Counter(["اليومالأول", "اليومالثاني"])
        assert found["links"].total() == 1
        assert not found["table rows"]


class TestCounts:
    def test_shares_are_of_the_content_and_numbers_of_the_chrome(self) -> None:
        content, chrome = structures("<li>a<li>b<li>b"), structures("<li>b<li>c")
        found = row(counted("- b\n- b\n- b\n- d\n", True, content, chrome))["list items"]
        assert found == {"content": 3, "kept": 0.6667, "chrome": 2, "chrome_kept": 1}

    def test_tool_that_raises_has_kept_nothing(self) -> None:
        def run(_markup: str, _url: str | None) -> str:
            raise RuntimeError

        found = measured([Format("x", run, markdown=False)], list(example_pages()))["x"]
        assert found["failures"] == 10
        assert found["links"]["kept"] == 0


class TestValidity:
    def test_page_is_valid_in_both_formats(self) -> None:
        page = Cleaner().clean(f"<html lang=ar>{PAGE}", URL)
        markdown, html = page.to_markdown(), page.to_html()
        assert list(faults_of(page, markdown, html)) == []
        assert list(faults_of(page, "b", "<p>a<p onclick=f()>b")) == [
            "text of Markdown", "text of HTML", "html5lib sees another tree", "nh3 changes it",
            "active content",
        ]  # fmt: skip
        assert "tags in Markdown" in list(faults_of(page, "<b>b</b>", html))

    def test_trees_that_parsers_mend_are_others(self) -> None:
        assert events_of("<p>ა<br>ბ</p>") == list(events_of_tree("<p>ა<br>ბ</p>"))
        assert events_of("<p>ა<p>ბ") != list(events_of_tree("<p>ა<p>ბ"))

    @pytest.mark.parametrize(
        "tag", ["<script>", "<p style=x>", "<a href=javascript:x>", "<img onload=x>"]
    )
    def test_what_runs_is_active(self, tag: str) -> None:
        assert is_active(events_of(tag)[0])
        assert not is_active(events_of("<a href=https://x.example>")[0])


def test_tables_of_the_document_are_up_to_date() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert results()
    assert with_tables(text, results()) == text, "run python -m benchmarks.formats --write"
