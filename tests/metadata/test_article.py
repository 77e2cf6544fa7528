"""What a page says about its article, and where it says that."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import boilerplate
from boilerplate.metadata.article import FIELDS, ArticleMetadata, article_metadata
from boilerplate.metadata.claims import Claims, claims_of
from boilerplate.page import Line, Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.reading.read import read
from boilerplate.reading.source import Source
from tests.hanging import ends

URL = "https://www.gazete.example/haber/kopru"
BODY = "<article><p>Uzun bir paragraf, köprünün nasıl yapıldığını anlatıyor.</p></article>"


def said(head: str, body: str = BODY, url: str | None = URL, html: str = "") -> ArticleMetadata:
    """The metadata of a page with this head, whose lines have no roles."""
    return article_metadata(html_page(f"<html {html}><head>{head}</head><body>{body}", url))


def ld(**thing: Any) -> str:
    """A script with a news article of JSON-LD."""
    return script({"@context": "https://schema.org", "@type": "NewsArticle", **thing})


def script(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def by_roles(*lines: tuple[str, str | None], language: str | None = None) -> ArticleMetadata:
    """The metadata of bare text with a role for each line."""
    page = text_page([text for text, _ in lines])
    kept = [role in ("headline", "body") for _, role in lines]
    return article_metadata(page, kept, [role for _, role in lines], language)


@pytest.mark.parametrize(
    "markup",
    [
        f"<html lang=tr><head>{ld(headline='Köprü açıldı', datePublished='2024-03-05')}"
        f"<link rel=canonical href=/kopru></head><body><a rel=author>Ayşe Kaya</a>{BODY}",
        "<title>חדשות</title><div>&lt;h1&gt;גשר&lt;/h1&gt;&lt;p&gt;נפתח היום.&lt;/p&gt;</div>",
        "<svg><title>图标</title></svg><time datetime=2024-03-05>昨天</time><h1>桥<svg/></h1>",
        "",
    ],
)
def test_claims_taken_while_a_page_is_read_are_those_of_its_markup(markup: str) -> None:
    for url in (URL, None):
        read_on_the_way = read(Source(markup, url, "html", look=claims_of))
        assert isinstance(read_on_the_way.claims, Claims)
        assert article_metadata(read_on_the_way) == article_metadata(html_page(markup, url))


class TestSources:
    def test_json_ld_gives_every_field(self) -> None:
        found = said(
            ld(
                headline="Köprü açıldı",
                author=[{"@type": "Person", "name": "Ayşe Kaya"}, {"name": "Can Öz"}],
                datePublished="2024-03-05T10:00:00+0300",
                dateModified="2024-03-06",
                description="Yeni köprü.",
                inLanguage="tr-TR",
                publisher={"@type": "Organization", "name": "Gazete"},
                mainEntityOfPage={"@id": "/haber/kopru"},
                image={"@type": "ImageObject", "url": "/k.jpg"},
                keywords=["köprü", "ulaşım"],
                license="https://creativecommons.org/licenses/by/4.0/",
            )
        )
        assert found == ArticleMetadata(
            title="Köprü açıldı",
            authors=("Ayşe Kaya", "Can Öz"),
            published="2024-03-05T10:00:00+03:00",
            modified="2024-03-06",
            description="Yeni köprü.",
            language="tr-TR",
            site_name="Gazete",
            canonical_url=URL,
            image="https://www.gazete.example/k.jpg",
            tags=("köprü", "ulaşım"),
            licence="https://creativecommons.org/licenses/by/4.0/",
            type="NewsArticle",
            sources=dict.fromkeys(FIELDS, "json-ld"),
        )

    def test_opengraph_and_meta_give_what_they_have(self) -> None:
        found = said(
            meta("og:title", "橋が開通")
            + meta("og:site_name", "日報")
            + meta("og:image", "//img.example/a.png")
            + meta("og:locale", "ja_JP")
            + meta("og:type", "article")
            + meta("article:published_time", "2024-03-05")
            + meta("article:tag", "橋") * 2
            + '<meta name="author" content="林 小梅"><meta name="description" content="新しい橋">'
            + '<link rel="canonical" href="/a?id=1"><link rel="license" href="/l">'
        )
        assert (found.title, found.site_name, found.language) == ("橋が開通", "日報", "ja-JP")
        assert (found.authors, found.tags) == (("林 小梅",), ("橋",))
        assert found.image == "https://img.example/a.png"
        assert found.canonical_url == "https://www.gazete.example/a?id=1"
        assert found.sources == {
            "title": "opengraph", "authors": "meta", "published": "opengraph",
            "description": "meta", "language": "opengraph", "site_name": "opengraph",
            "canonical_url": "link", "image": "opengraph", "tags": "opengraph",
            "licence": "link", "type": "opengraph",
        }  # fmt: skip

    def test_microdata_is_read_like_json_ld(self) -> None:
        found = said(
            "",
            '<div itemscope itemtype="https://schema.org/BlogPosting">'
            '<h1 itemprop="headline">Γέφυρα</h1><span itemprop="author" itemscope itemtype="https://schema.org/Person">'
            '<b itemprop="name">Άννα Ρήγα</b></span>'
            '<time itemprop="datePublished" datetime="2023-01-02">2 Ιανουαρίου</time></div>',
        )
        assert (found.title, found.authors, found.published) == (
            "Γέφυρα", ("Άννα Ρήγα",), "2023-01-02"
        )  # fmt: skip
        assert found.sources["authors"] == found.sources["published"] == "microdata"

    def test_time_element_dates_an_article_or_its_change(self) -> None:
        found = said("", '<time pubdate datetime="2022-11-30T08:00Z">gestern</time>')
        assert (found.published, found.sources["published"]) == (
            "2022-11-30T08:00:00+00:00", "time"
        )  # fmt: skip
        found = said("", '<time itemprop="dateModified" datetime="2022-12-01">šiandien</time>')
        assert (found.published, found.modified) == (None, "2022-12-01")

    def test_heading_and_opengraph_are_named_where_nothing_else_says_it(self) -> None:
        found = said(meta("og:url", "/haber/kopru"), "<h1>Köprü açıldı</h1>" + BODY)
        assert (found.title, found.canonical_url) == ("Köprü açıldı", URL)
        assert found.sources == {"title": "h1", "canonical_url": "opengraph"}

    def test_main_content_of_a_page_in_microdata_is_the_article(self) -> None:
        found = said(
            "",
            '<div itemscope itemtype="https://schema.org/WebPage"><p itemprop="mainContentOfPage"'
            ' itemscope itemtype="https://schema.org/Article"><b itemprop="author">Olga Ek</b>',
        )
        assert found.authors == ("Olga Ek",)

    def test_url_dates_an_article_last(self) -> None:
        found = said("", url="https://noticias.example/2024/03/05/puente")
        assert (found.published, found.sources["published"]) == ("2024-03-05", "url")

    def test_references_in_a_graph_are_followed(self) -> None:
        graph = {
            "@graph": [
                {"@type": "Person", "@id": "#p", "name": "Олена Коваль"},
                {"@type": "Article", "headline": {"@value": "Міст"}, "author": {"@id": "#p"}},
            ]
        }
        found = said(script(graph))
        assert (found.title, found.authors) == ("Міст", ("Олена Коваль",))

    def test_the_thing_with_the_pages_own_url_is_the_article(self) -> None:
        things = [
            {"@type": "NewsArticle", "headline": "Another", "url": "/b", "author": "Bo Ek"},
            {"@type": "NewsArticle", "headline": "Bridge", "url": URL, "author": "Ana Lima"},
        ]
        found = said(script(things))
        assert (found.title, found.authors) == ("Bridge", ("Ana Lima",))

    def test_language_is_the_declared_one_before_the_detected_one(self) -> None:
        page = html_page(f'<html lang="pt-br">{BODY}')
        assert article_metadata(page, language="tr").language == "pt-BR"
        found = article_metadata(html_page(BODY), language="zh-cn")
        assert (found.language, found.sources) == ("zh-CN", {"language": "detected"})

    def test_page_that_says_nothing_has_nothing(self) -> None:
        assert said("", url=None) == ArticleMetadata()


class TestTitles:
    @pytest.mark.parametrize(
        "title", ["Köprü açıldı | Gazete", "Gazete – Köprü açıldı", "Köprü açıldı - gazete.example"]
    )
    def test_name_of_the_site_is_no_part_of_the_title(self, title: str) -> None:
        assert said(f"<title>{title}</title>{meta('og:site_name', 'Gazete')}").title == (
            "Köprü açıldı"
        )

    def test_dash_within_a_title_stays(self) -> None:
        title = "Мост - новая дорога"
        assert said(f"<title>{title}</title>{meta('og:site_name', 'Газета')}").title == title

    def test_heading_of_readers_is_the_title_if_it_is_like_one_in_the_head(self) -> None:
        head = meta("og:title", "Ferry times 2024: all you need to know about the ferry times")
        assert said(head, "<h1>Ferry times: all you need to know</h1>").title == (
            "Ferry times: all you need to know"
        )
        assert said(head, "<h1>Weather</h1>").title == head.split('"')[3]

    def test_headline_of_another_article_is_no_title(self) -> None:
        head = meta("og:title", "வானிலை அறிக்கை") + ld(headline="Something else")
        assert said(head).title == "வானிலை அறிக்கை"

    def test_kicker_before_a_heading_is_part_of_the_title(self) -> None:
        head = meta("og:title", "Ποδηλασία: Νίκησε η Άννα Ρήγα")
        assert said(head, "<h1>Νίκησε η Άννα Ρήγα</h1>").title == "Ποδηλασία: Νίκησε η Άννα Ρήγα"

    def test_entities_and_tags_in_a_title_are_text(self) -> None:
        assert said(ld(headline="Fish &amp; <i>chips</i>\n")).title == "Fish & chips"


class TestRoles:
    def test_bare_text_has_what_its_lines_say(self) -> None:
        found = by_roles(
            ("브리지 개통", "headline"),
            ("작성자: 김민수", "byline"),
            ("2024년 3월 5일", "date"),
            ("새 다리가 열렸다.", "body"),
            language="ko",
        )
        assert found == ArticleMetadata(
            title="브리지 개통",
            authors=("김민수",),
            published="2024-03-05",
            language="ko",
            sources={
                "title": "headline", "authors": "byline", "published": "date",
                "language": "detected",
            },
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("line", "names"),
        [
            ("By Ana Lima and Bo Ek", ("Ana Lima", "Bo Ek")),
            ("BY ANA LIMA, BO EK AND EVA ROTH", ("ANA LIMA", "BO EK", "EVA ROTH")),
            ("Von Eva Roth und Jan Uhl", ("Eva Roth", "Jan Uhl")),
            ("Par Zoé Petit et Luc Roy", ("Zoé Petit", "Luc Roy")),
            ("Por José Gil y Eva Sol", ("José Gil", "Eva Sol")),
            ("文/林小梅", ("林小梅",)),
            ("記者：王大明、李小華", ("王大明", "李小華")),
            ("김민수 기자", ("김민수",)),
            ("Автор: Анна Реут", ("Анна Реут",)),
            ("بقلم: ليلى حسن", ("ليلى حسن",)),
            ("Γράφει η Άννα Ρήγα", ("Άννα Ρήγα",)),
            ("Written by Eva Roth | 5 March 2024", ("Eva Roth",)),
            ("Eva Roth (eva@zeitung.example)", ("Eva Roth",)),
            ("5 min read", ()),
            ("5 March 2024", ()),
        ],
    )
    def test_names_are_taken_out_of_a_byline(self, line: str, names: tuple[str, ...]) -> None:
        assert by_roles((line, "byline")).authors == names

    @pytest.mark.parametrize(
        ("line", "language", "day"),
        [
            ("5 March 2024", "en", "2024-03-05"),
            ("Veröffentlicht am 5. März 2024, 10:30 Uhr", "de", "2024-03-05"),
            ("15 Ağustos 2023 Salı 12:05", "tr", "2023-08-15"),
            ("٥ مارس ٢٠٢٤", "ar", "2024-03-05"),
            ("५ मार्च २०२४", "hi", "2024-03-05"),
            ("5 มีนาคม 2567", "th", "2024-03-05"),
            ("令和6年3月5日", "ja", "2024-03-05"),
            ("15 listopada 2023", "pl", "2023-11-15"),
            ("15. listopada 2023.", "hr", "2023-10-15"),
            ("ngày 5 tháng 3 năm 2024", "vi", "2024-03-05"),
            ("05/03/2024", "fr", "2024-03-05"),
            ("05/03/2024", "en", "2024-05-03"),
            ("3 hours ago", "en", None),
            ("31. Februar 2024", "de", None),
        ],
    )
    def test_dates_are_read_in_many_languages(
        self, line: str, language: str, day: str | None
    ) -> None:
        assert by_roles((line, "date"), language=language).published == day

    def test_line_that_only_says_that_a_name_follows_is_read_with_the_next(self) -> None:
        assert by_roles(("Escrito por:", "byline"), ("José Gil", "other")).authors == ("José Gil",)

    def test_line_that_says_when_an_article_was_changed_does_not_date_it(self) -> None:
        found = by_roles(("更新日: 2024年3月7日", "date"), ("2024年3月5日", "date"), language="ja")
        assert (found.published, found.modified) == ("2024-03-05", "2024-03-07")
        assert by_roles(("Updated 3/5/2024", "date"), language="en").modified == "2024-03-05"

    def test_site_as_author_gives_way_to_a_person_in_the_byline(self) -> None:
        head = meta("og:site_name", "Gazete") + '<meta name="author" content="Gazete">'
        page = html_page(f"<head>{head}</head><p>Yazan: Ayşe Kaya</p>{BODY}", URL)
        lines = [line.text for line in page.lines]
        found = article_metadata(page, [False, True], ["byline", "body"])
        assert lines[0] == "Yazan: Ayşe Kaya"
        assert (found.authors, found.sources["authors"]) == (("Ayşe Kaya",), "byline")
        assert article_metadata(page).authors == ("Gazete",)

    def test_site_as_author_gives_way_to_a_person_whom_a_link_names(self) -> None:
        head = meta("og:site_name", "Gazete") + '<meta name="author" content="Gazete">'
        found = said(head, '<a rel="author" href="/kaya">Ayşe Kaya</a>' + BODY)
        assert (found.authors, found.sources["authors"]) == (("Ayşe Kaya",), "link")

    def test_element_named_after_an_author_names_one_unless_there_are_several(self) -> None:
        one = "<p class=post-author>Eva Roth</p>"
        for body, authors in ((one, ("Eva Roth",)), (one + "<p class=author>Jan Uhl</p>", ())):
            page = html_page(body)
            assert article_metadata(page, [False] * len(page.lines)).authors == authors

    def test_dropped_headline_is_no_title(self) -> None:
        page = Page((Line("Related"), Line("अनुच्छेद")))
        assert article_metadata(page, [False, True], ["headline", "body"]).title is None

    def test_a_cleaned_page_has_metadata_and_keeps_it_in_json(self) -> None:
        page = boilerplate.clean(f"<title>Köprü</title>{ld(author='Ayşe Kaya')}{BODY}", URL)
        assert page.metadata is page.metadata
        assert page.metadata.authors == ("Ayşe Kaya",)
        again = boilerplate.CleanPage.from_dict(json.loads(json.dumps(page.to_dict())))
        assert again.metadata == page.metadata


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["@id", "@graph", "@type", "name", "url", "author", "headline", "datePublished"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["headline", "author", "datePublished", "dateModified", "keywords", "image", "publisher",
     "license", "inLanguage", "description", "url", "mainEntityOfPage", "@type"]
)  # fmt: skip
METAS = st.sampled_from(
    ["og:title", "author", "article:published_time", "og:image", "og:locale", "og:type", "keywords",
     "og:url", "description", "og:site_name"]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(), max_size=40)


def check(found: ArticleMetadata) -> None:
    """Every value is text on one line, and every field that has one has a source."""
    values = [getattr(found, name) for name in FIELDS]
    texts = [each for value in values for each in (value if isinstance(value, tuple) else [value])]
    for text in texts:
        assert text is None or (isinstance(text, str) and text.strip() == text != "")
        assert text is None or not {unicodedata.category(char) for char in text} & {"Cc", "Cs"}
        assert text is None or len(text.splitlines()) == 1
    assert list(found.sources) == [
        name for name, value in zip(FIELDS, values, strict=True) if value
    ]


class TestHostilePages:
    @given(st.dictionaries(KEYS, JSON, max_size=6))
    def test_any_json_ld_gives_clean_text(self, thing: dict[str, Any]) -> None:
        check(said(script({"@type": "NewsArticle", **thing}).replace("</", "<\\/", 1)))

    @given(st.lists(st.tuples(METAS, ANY_TEXT), max_size=6), ANY_TEXT, ANY_TEXT)
    def test_any_head_gives_clean_text(
        self, metas: list[tuple[str, str]], title: str, url: str
    ) -> None:
        head = "".join(meta(name, text.replace('"', "&quot;")) for name, text in metas)
        check(said(f"<title>{title}</title>{head}<link rel=canonical href='{url}'>", url=url))

    @given(st.lists(st.tuples(ANY_TEXT, st.sampled_from(["headline", "byline", "date"]))))
    def test_any_lines_give_clean_text(self, lines: list[tuple[str, str]]) -> None:
        page = text_page([text for text, _ in lines])
        check(article_metadata(page, [True] * len(lines), [role for _, role in lines]))

    @pytest.mark.parametrize(
        "value",
        [
            3, True, None, [[["a"]]], {"name": {"name": {"name": 1}}}, {"@id": "#x"}, "\ud800",
            [{"name": ["A B", 2]}], "x" * 10_000, ["a"] * 10_000, float("1e400"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("key", ["headline", "author", "datePublished", "image", "keywords"])
    def test_values_of_wrong_types_do_no_harm(self, key: str, value: Any) -> None:
        check(said(ld(**{key: value})))

    @pytest.mark.parametrize(
        "head",
        [
            script("[" * 100_000),
            script('{"@graph":' * 50_000),
            script([{"@type": "Article", "author": [{"name": "A B"}] * 50}] * 3_000),
            script('{"@type":"Article","datePublished":' + "9" * 5_000 + "}"),
            meta("author", "By A and B, ") * 100_000,
            meta("og:title", " - | " * 20_000),
            meta("author", "By and , " * 20_000),
            "<link rel=canonical href=/a>" * 50_000,
            "<div itemscope itemprop=mainEntity>" * 20_000,
            "<div itemscope itemtype=/Article><b itemprop='headline author'>x" * 5_000,
            "<time>5 March 2024</time>" * 20_000,
        ],
    )
    def test_huge_heads_end(self, head: str) -> None:
        page = Page((), "html", URL, html=f"<head>{head}</head>")
        with ends():
            check(article_metadata(page))

    def test_the_same_page_gives_the_same_metadata(self) -> None:
        head = ld(headline="Γέφυρα", author=["A B", "C D"], datePublished="5 March 2024")
        assert said(head) == said(head)
        assert repr(said(head)) == repr(said(head))
