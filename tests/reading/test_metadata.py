"""What the head of a page says about its article."""

from __future__ import annotations

import json

import pytest

from boilerplate.reading.html import html_page

STORY = {"headline": "头条", "articleBody": "正文\n在此"}


class TestMetadata:
    def test_title_and_meta_elements(self) -> None:
        meta = html_page(
            "<title> Haber \n | Gazete</title><meta property=og:title content='Haber'>"
            "<meta name=Description content='Kısaca'><meta property=og:type content=article>"
        ).metadata
        assert (meta.title, meta.headline, meta.description, meta.type) == (
            "Haber | Gazete", "Haber", "Kısaca", "article",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "thing",
        [
            {"@type": "NewsArticle", **STORY},
            [{"@type": "Person"}, {"@type": ["Thing", "BlogPosting"], **STORY}],
            {"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "Recipe", **STORY}}]},
        ],
    )
    def test_json_ld_headline_and_body(self, thing: object) -> None:
        script = f"<script type='application/ld+json'>{json.dumps(thing)}</script>"
        meta = html_page(script).metadata
        assert (meta.headline, meta.body) == ("头条", "正文 在此")

    @pytest.mark.parametrize(
        "script",
        [
            "",
            "{",
            "[" * 100_000,
            '{"@graph":' * 100_000,
            '{"@type": "Article", "articleBody": ' + "9" * 100_000 + "}",
            '{"@type": {"a": 1}, "@graph": "x", "headline": 1}',
            '{"@type": ' + "[" * 500 + "]" * 500 + "}",
            '{"@type": [1, null, {}], "headline": "x"}',
            "null",
            "1e999",
            "NaN",
        ],
    )
    def test_broken_json_ld_is_ignored(self, script: str) -> None:
        page = html_page(f"<script type='application/ld+json'>{script}</script><p>x")
        assert [line.text for line in page.lines] == ["x"]
        assert page.metadata.headline == page.metadata.body == ""
