"""Metadata before Markdown, as YAML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import clean
from boilerplate.metadata.article import ArticleMetadata
from boilerplate.metadata.values import text_of
from boilerplate.output.front_matter import front_matter
from tests.strategies import TEXTS

yaml = pytest.importorskip("yaml", reason="comes with the extras dev and docs")


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_yaml_reads_the_same_values(texts: list[str]) -> None:
    title, *tags = [text_of(text) for text in texts]
    found = front_matter(ArticleMetadata(title=title or None, tags=tuple(tags)))
    parts = found.split("---\n")
    values = yaml.safe_load(parts[1]) if found else {}
    assert values.get("title", "") == title
    assert values.get("tags", []) == tags


def test_no_value_is_taken_for_a_date_or_a_number() -> None:
    found = front_matter(ArticleMetadata(title="2024-05-01", authors=("12",), language="no"))
    assert yaml.safe_load(found.split("---\n")[1]) == {
        "title": "2024-05-01", "authors": ["12"], "language": "no",
    }  # fmt: skip


def test_page_without_text_and_metadata_is_empty() -> None:
    assert clean("").to_markdown(front_matter=True) == ""
