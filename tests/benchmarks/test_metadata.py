"""The benchmark of metadata: what counts as right."""

from __future__ import annotations

import pytest

from benchmarks.metadata import Said, Score, measured, names, plain, table, tools
from benchmarks.metadata_golds import KnownPage

PAGE = KnownPage(
    corpus="fundus",
    id="a",
    html="<h1>Köprü açıldı</h1><p>Yazan: Ayşe Kaya".encode(),
    url="https://gazete.example/2024/03/05/kopru",
    title="“Köprü Açıldı”",
    authors=("Ayşe Kaya & Can Öz",),
    published="2024-03-05",
)


@pytest.mark.parametrize(
    ("said", "field", "counts"),
    [
        (Said(title='"köprü açıldı"'), "title", (1, 0, 0)),
        (Said(title="Köprü"), "title", (0, 1, 0)),
        (Said(authors=("Can Öz", "AYŞE KAYA")), "authors", (1, 0, 0)),
        (Said(authors=("Can Öz",)), "authors", (0, 1, 0)),
        (Said(authors=("",)), "authors", (0, 0, 1)),
        (Said(published="2024-03-05T23:00:00+01:00"), "published", (1, 0, 0)),
        (Said(published="2024-05-03"), "published", (0, 1, 0)),
    ],
)
def test_a_field_is_right_wrong_or_missing(
    said: Said, field: str, counts: tuple[int, int, int]
) -> None:
    score = Score()
    score.add(field, said, PAGE)
    assert (score.right, score.wrong, score.missing) == counts
    assert score.pages == 1


def test_what_only_the_tool_says_is_invented() -> None:
    score = Score()
    unknown = KnownPage("fundus", "b", b"", None, "", (), "")
    score.add("authors", Said(authors=("Can Öz",)), unknown)
    score.add("authors", Said(), unknown)
    assert (score.invented, score.without, score.pages) == (1, 2, 0)


def test_names_and_titles_are_compared_without_signs() -> None:
    assert names(["Von Eva Roth"]) == names(["eva roth"])
    assert plain("A – B") == plain("a - b") != plain("c")


def test_table_has_a_row_for_each_tool_and_field() -> None:
    made = table(measured([PAGE]))
    assert "| fundus | title | boilerplate | 1 | **1.000** |" in made
    assert "| fundus | published | boilerplate | 1 | **1.000** |" in made
    assert tools()[0].name == "boilerplate"
