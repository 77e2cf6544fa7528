"""The ends of articles and groups cut in two, on pages of a few lines."""

from __future__ import annotations

import numpy as np
import pytest

from boilerplate.features.elements import tree
from boilerplate.page import Kind
from boilerplate.reading.html import html_page
from training import edges
from training.corpora import GoldPage
from training.documents.experiment_tables import edge_tables
from training.edges import as_scores, cut_groups, page_edges

PARAGRAPHS = [
    f"Paragraph {number} of an article about the harbour at night." for number in range(5)
]
AFTER = "Subscribe to our daily letter about the harbour and the sea."


class Keeps:
    """A cleaner that keeps the lines that hold one of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def clean(self, page):  # type: ignore[no-untyped-def]
        from boilerplate.page import Label

        labels = [
            Label.CONTENT if any(word in line.text for word in self.words) else Label.BOILERPLATE
            for line in page.lines
        ]
        return type("Cleaned", (), {"predictions": type("P", (), {"labels": labels})})


def gold(page_type: str = "article") -> GoldPage:
    inner = "".join(f"<p>{text}</p>" for text in [*PARAGRAPHS, AFTER])
    return GoldPage(
        "made-up", "1", f"<body>{inner}".encode(), "\n".join(PARAGRAPHS), page_type=page_type
    )


def counts(gold: GoldPage, mode: Kind, *words: str) -> edges.Counts:
    found = page_edges(Keeps(*words), gold, mode)  # type: ignore[arg-type]
    assert found is not None
    return found.counts


@pytest.mark.parametrize("mode", ["html", "text"])
def test_the_ends_of_an_article(mode: Kind) -> None:
    found = counts(gold(), mode, "Paragraph 0", "Paragraph 1", "Paragraph 3", "Subscribe")
    assert found["first"] == (1, 1)
    assert found["middle"] == (0, 1)
    assert found["last"] == (0, 1)
    assert found["after"] == (1, 1)
    assert "headline" not in found


def test_pages_that_are_no_articles_have_no_ends() -> None:
    assert "last" not in counts(gold("forum"), "text", "Paragraph")


def test_a_group_is_cut_where_some_siblings_are_kept_and_some_are_not() -> None:
    assert counts(gold(), "html", "Paragraph")["cut"] == (1, 1)
    assert counts(gold(), "html", "Paragraph", "Subscribe")["cut"] == (0, 1)
    assert counts(gold(), "html", "nothing")["cut"] == (0, 0)


def test_items_are_kept_by_most_of_their_characters() -> None:
    items = "".join(
        f"<li><p>A longer line of item {number}.</p><p>Buy</p></li>" for number in range(4)
    )
    page = html_page(f"<body><ul>{items}</ul>")
    elements = tree(page, page.lines)
    assert elements is not None
    kept = np.array([line.text != "Buy" for line in page.lines])
    lengths = [len(line.text) for line in page.lines]
    assert cut_groups(elements, kept, lengths) == (0, 1)
    kept[0] = False
    assert cut_groups(elements, kept, lengths) == (1, 1)


def test_more_is_better_in_the_gate() -> None:
    shares = {"all": {"last": (10, 0.9), "after": (10, 0.2), "cut": (4, 0.25)}}
    assert as_scores(shares) == {
        "edges/all/last": (10, 0.9), "edges/all/after": (10, 0.8), "edges/all/cut": (4, 0.75)
    }  # fmt: skip


def test_tables_have_each_edge_with_its_number() -> None:
    report = {
        "split": "test", "long_line": 40, "least_siblings": 4,
        "edges": {"text": {"all": {"last": {"of": 12, "share": 0.75}}}},
    }  # fmt: skip
    *_, title, table = edge_tables(report)
    assert title == "Bare text:"
    assert table.splitlines()[0] == "|  | last |"
    assert table.splitlines()[-1] == "| all | 0.75 (12) |"
