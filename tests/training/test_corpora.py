"""Corpus adapters: on tiny clones written here, and the page counts of the real corpora."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import turbohtml

from boilerplate.roles import ROLES
from tests.training.corpus_files import wcxb_entry, write_file
from training.corpora import (
    CORPORA,
    GoldPage,
    daniel,
    formasaurus,
    fundus,
    load,
    magic_html,
    mercury_parser,
    readability,
    reread,
    rkrzr,
    wcxb,
    world,
)
from training.corpora.codes import ROLE_OF_CODE
from training.corpora.languages import language_of
from training.corpora.markup import block_lines
from training.corpora.text import UTF8_MARK

SOURCE = Path(
    os.environ.get("BOILERPLATE_CORPORA", Path(__file__).parents[3] / "shared" / "corpora")
)


class TestWcxb:
    def test_reads_text_page_type_and_chrome_snippets(self, tmp_path: Path) -> None:
        write_file(tmp_path / "dev/html/0001.html.gz", "<p>Moss is soft.")
        write_file(
            tmp_path / "dev/ground-truth/0001.json",
            wcxb_entry(main_content="Moss is soft.\n\n Buy  some.\n", without=["Cart", "Cart"]),
        )
        [page] = wcxb.pages(tmp_path)
        assert page == GoldPage(
            corpus="wcxb",
            id="0001",
            html=b"<p>Moss is soft.",
            gold="Moss is soft.\nBuy some.",
            url="https://www.garden.example.co.uk/moss",
            site="example.co.uk",
            language="en",
            page_type="product",
            title="Moss",
            optional=("Moss", "2025-01-02"),
            boilerplate=("Cart",),
        )

    def test_empty_gold_becomes_none(self, tmp_path: Path) -> None:
        write_file(tmp_path / "dev/html/0001.html.gz", "<p>Moss")
        write_file(tmp_path / "dev/ground-truth/0001.json", wcxb_entry(main_content=""))
        assert [page.gold for page in wcxb.pages(tmp_path)] == [None]

    def test_skips_pages_without_stored_html(self, tmp_path: Path) -> None:
        write_file(tmp_path / "dev/ground-truth/0001.json", wcxb_entry(main_content="Moss"))
        assert list(wcxb.pages(tmp_path)) == []

    def test_error_names_the_unreadable_gold_file(self, tmp_path: Path) -> None:
        write_file(tmp_path / "dev/html/0001.html.gz", "<p>Moss")
        write_file(tmp_path / "dev/ground-truth/0001.json", '{"url": ')
        with pytest.raises(ValueError, match=r"0001\.json is not readable JSON"):
            list(wcxb.pages(tmp_path))


class TestDaniel:
    FOLDER = "corpora/Corpus_daniel_v2.1"

    def test_reads_paragraphs_in_three_scripts(self, tmp_path: Path) -> None:
        references = {
            "20120101_nea.example.gr_1a": ("Greek", "<p>Ο ύπνος &amp; η υγεία</p>\n<p>Καλός.</p>"),
            "20120102_xinwen.example.cn_2b": ("Chinese", "<p>天气</p>\n<p堅果熱量高</p><p>完</p>"),
            "20120103_news.example.ru_3c": ("Russian", "<p>Грипп <b>А</b>\nпришёл</p>\n</p>"),
        }
        languages = {name: language for name, (language, _) in references.items()}
        write_file(
            tmp_path / self.FOLDER / "doc_lg.json", languages | {"20120109_away_4d": "Polish"}
        )
        for name, (_, reference) in references.items():
            write_file(tmp_path / self.FOLDER / "html" / name, "<p>x")
            write_file(tmp_path / self.FOLDER / "reference" / name, reference)
        assert [(page.gold, page.language, page.site) for page in daniel.pages(tmp_path)] == [
            ("Ο ύπνος & η υγεία\nΚαλός.", "el", "example.gr"),
            ("天气\n堅果熱量高\n完", "zh", "example.cn"),
            ("Грипп А пришёл", "ru", "example.ru"),
        ]

    def test_skips_pages_without_reference_or_with_an_html_page_as_reference(
        self, tmp_path: Path
    ) -> None:
        write_file(tmp_path / self.FOLDER / "doc_lg.json", {})
        for name in ("20120101_a.example_1a", "20120101_b.example_2b"):
            write_file(tmp_path / self.FOLDER / "html" / name, "<p>x")
        write_file(
            tmp_path / self.FOLDER / "reference/20120101_b.example_2b",
            '<!DOCTYPE html>\n<html lang="ru"><p>x</p>',
        )
        assert list(daniel.pages(tmp_path)) == []

    def test_keeps_the_bytes_of_a_legacy_encoding(self, tmp_path: Path) -> None:
        html = "<meta charset=windows-1253><p>Ύπνος".encode("windows-1253")
        write_file(tmp_path / self.FOLDER / "doc_lg.json", {})
        write_file(tmp_path / self.FOLDER / "html/20120101_a.gr_1a", html)
        write_file(tmp_path / self.FOLDER / "reference/20120101_a.gr_1a", "<p>Ύπνος</p>")
        assert [page.html for page in daniel.pages(tmp_path)] == [html]


def fundus_article(*paragraphs: str) -> dict[str, Any]:
    return {
        "title": "Brücke gesperrt",
        "authors": ["Eva Probe"],
        "topics": ["Verkehr"],
        "body": {
            "summary": ["Kurz gesagt"],
            "sections": [{"headline": ["Der Bau"], "paragraphs": list(paragraphs)}],
        },
    }


class TestFundus:
    FOLDER = "tests/resources/parser/test_data"

    def put_pages(self, root: Path, **bodies: str) -> None:
        write_file(
            root / self.FOLDER / "ch/Blatt.json",
            {
                "V1": fundus_article("Am Montag schlossen Arbeiter die alte Brücke"),
                "V1_1": fundus_article("Ein ganz anderer Bericht über Kühe im Tal"),
            },
        )
        for date, body in bodies.items():
            html = f"<p>Kurz gesagt<h2>Der Bau</h2><p>{body}"
            write_file(root / self.FOLDER / f"ch/Blatt_{date}.html.gz", html)
        write_file(
            root / self.FOLDER / "ch/meta.info",
            {f"Blatt_{date}.html.gz": {"url": "https://www.blatt.example/x"} for date in bodies},
        )

    def test_picks_the_parser_version_whose_words_are_on_the_page(self, tmp_path: Path) -> None:
        self.put_pages(
            tmp_path,
            d2024="Ein ganz anderer Bericht über Kühe im Tal",
            d2025="Am Montag schlossen Arbeiter die alte Brücke",
        )
        first, second = fundus.pages(tmp_path)
        assert first.gold == "Kurz gesagt\nDer Bau\nEin ganz anderer Bericht über Kühe im Tal"
        assert second.gold == "Kurz gesagt\nDer Bau\nAm Montag schlossen Arbeiter die alte Brücke"
        assert first.optional == ("Brücke gesperrt", "Eva Probe", "Verkehr")
        assert (first.id, first.site) == ("ch/Blatt_d2024", "blatt.example")

    def test_skips_pages_that_match_no_parser_version(self, tmp_path: Path) -> None:
        self.put_pages(tmp_path, d2026="Seit gestern regnet es ohne Pause auf dem Land")
        assert list(fundus.pages(tmp_path)) == []

    def test_language_comes_from_the_page_then_from_the_country(self, tmp_path: Path) -> None:
        self.put_pages(tmp_path, d2025="Am Montag schlossen Arbeiter die alte Brücke")
        assert [page.language for page in fundus.pages(tmp_path)] == ["de"]
        page = tmp_path / self.FOLDER / "ch/Blatt_d2025.html.gz"
        write_file(page, b"<html lang=rm-CH>" + gzip.decompress(page.read_bytes()))
        assert [page.language for page in fundus.pages(tmp_path)] == ["rm"]


class TestMagicHtml:
    def test_keeps_the_content_and_makes_a_leading_title_optional(self, tmp_path: Path) -> None:
        data = tmp_path / "benchmark/data"
        content = "城市的清晨\n\n  天亮了。"
        write_file(
            data / "article/base.json",
            {
                "b2": {"url": "https://news.example.cn/1", "content": content},
                "a1": {"url": "https://news.example.com/2", "content": "Rain fell."},
                "away": {"url": "https://news.example.com/3", "content": "Sun."},
            },
        )
        write_file(data / "article/htmls/b2.html", "<title>城市的清晨_新闻网</title><p>天亮了。")
        write_file(
            data / "article/htmls/a1.html", "<title>Rain fell. Floods came</title><p>Rain fell."
        )
        write_file(
            data / "forum/base.json", {"c3": {"url": "https://x.kompas.com/t", "content": "Halo"}}
        )
        write_file(data / "forum/htmls/c3.html", "<p>Halo")
        rain, morning, thread = magic_html.pages(tmp_path)
        assert (morning.gold, morning.title, morning.optional) == (
            content,
            "城市的清晨",
            ("城市的清晨",),
        )
        assert (morning.language, morning.page_type) == ("zh", "article")
        assert (rain.id, rain.language) == ("article/a1", "en")
        assert (thread.page_type, thread.language, thread.site) == ("forum", "id", "kompas.com")

    def test_a_prefix_of_the_title_is_not_the_title(self) -> None:
        document = turbohtml.parse("<title>Rainfall in May</title>")
        assert magic_html.first_line_title("Rain\nIt fell.", document) == ""
        assert magic_html.first_line_title("Rainfall in May\nIt fell.", document) != ""


class TestMercuryParser:
    def test_reads_both_folder_layouts_and_splits_content_at_blocks_and_breaks(
        self, tmp_path: Path
    ) -> None:
        resources = tmp_path / "mercury-parser/src/test/resources"
        article = {
            "title": "見出し",
            "author": "山田",
            "content": "<div><p>一つ目の<b>文</b>です。<br>二つ目。<script>x</script></div>",
        }
        write_file(resources / "fixtures/www.shimbun.example.jp.html", "<html lang=ja><p>文")
        write_file(resources / "snapshots/www.shimbun.example.jp/default.json", article)
        write_file(
            resources / "fixtures/www.shimbun.example.jp--case-2.html", "<html lang=ja><p>文"
        )
        write_file(resources / "snapshots/www.shimbun.example.jp--case-2/default.json", article)
        write_file(resources / "fixtures/blog.example.fr/17.html", "<html lang=fr><p>texte")
        write_file(
            resources / "snapshots/blog.example.fr/17.json",
            {"title": "Titre", "content": "<p>Le texte.", "author": None},
        )
        write_file(resources / "fixtures/nothing.example.html", "<p>no snapshot")
        pages = list(mercury_parser.pages(tmp_path))
        assert [(page.id, page.url, page.site, page.language) for page in pages] == [
            ("blog.example.fr/17", "https://blog.example.fr/", "example.fr", "fr"),
            (
                "www.shimbun.example.jp--case-2",
                "https://www.shimbun.example.jp/",
                "example.jp",
                "ja",
            ),
            ("www.shimbun.example.jp", "https://www.shimbun.example.jp/", "example.jp", "ja"),
        ]
        assert pages[2].gold == "一つ目の文です。\n二つ目。"
        assert pages[2].optional == ("見出し", "山田")


class TestReadability:
    def test_site_comes_from_the_canonical_link_then_from_the_folder(self, tmp_path: Path) -> None:
        tests = tmp_path / "test/test-pages"
        for name, head in {
            "paper-1": "",
            "paper-2": "",
            "001": "",
            "linked": "<link rel=canonical href=https://news.example.com/a>",
            "shared": "<meta property=og:url content=http://example.org/b>",
        }.items():
            write_file(tests / name / "source.html", f"<html lang=he>{head}<p>שלום")
            write_file(tests / name / "expected.html", "<div><p>שלום עולם</p><p>סוף</p></div>")
            write_file(tests / name / "expected-metadata.json", {"title": "כותרת", "byline": "מאת"})
        pages = list(readability.pages(tmp_path))
        assert [(page.id, page.site) for page in pages] == [
            ("001", "001"),
            ("linked", "example.com"),
            ("paper-1", "paper"),
            ("paper-2", "paper"),
            ("shared", "example.org"),
        ]
        assert {(page.gold, page.language, page.optional) for page in pages} == {
            ("שלום עולם\nסוף", "he", ("כותרת", "מאת"))
        }


class TestFormasaurus:
    def page(self, root: Path, html: str, forms: list[str]) -> GoldPage:
        write_file(
            root / "formasaurus/data/index.json",
            {
                "html/shop.example.de-0.html": {"url": "http://shop.example.de/", "forms": forms},
                "html/away.example-0.html": {"url": "http://away.example/", "forms": ["s"]},
            },
        )
        write_file(root / "formasaurus/data/html/shop.example.de-0.html", html)
        [page] = formasaurus.pages(root)
        return page

    HTML = (
        "<h1>Laden</h1><p>eins<p>zwei<p>drei<p>vier"
        "<form>Suche <button>Los</button></form><form><p>Rundbrief<p>Ваш адрес</form>"
    )

    def test_lines_of_labelled_forms_are_chrome(self, tmp_path: Path) -> None:
        page = self.page(tmp_path, self.HTML, ["s", "m"])
        assert page.gold is None
        assert page.boilerplate == ("Suche Los", "Rundbrief", "Ваш адрес")
        assert (page.id, page.site) == ("shop.example.de-0", "example.de")

    @pytest.mark.parametrize(
        ("forms", "lines"), [(["s", "X"], ("Suche Los",)), (["-", "X"], ()), (["s"], ())]
    )
    def test_ignores_forms_without_a_label_of_one_kind(
        self, tmp_path: Path, forms: list[str], lines: tuple[str, ...]
    ) -> None:
        assert self.page(tmp_path, self.HTML, forms).boilerplate == lines

    def test_ignores_a_form_around_the_whole_page(self, tmp_path: Path) -> None:
        page = self.page(tmp_path, f"<form>{self.HTML.split('<form>')[0]}</form>", ["s"])
        assert page.boilerplate == ()

    def test_byte_order_mark_overrules_a_wrong_meta_charset(self, tmp_path: Path) -> None:
        page = self.page(tmp_path, f"<meta charset=windows-1251>{self.HTML}", ["s", "m"])
        assert page.html.startswith(UTF8_MARK)
        assert page.boilerplate[-1] == "Ваш адрес"


class TestRkrzr:
    def page(self, root: Path, typed: str, original: str) -> GoldPage:
        folder = root / "www.tal.example/www.tal.example/de"
        write_file(folder / "index.blocks.html", typed)
        write_file(folder / "index.html.orig", original)
        [page] = rkrzr.pages(root)
        return page

    def test_block_type_comes_from_the_block_then_from_its_ancestors(self, tmp_path: Path) -> None:
        typed = (
            "<div data-block-type=Header>Kopf<div data-block-type=Image>Bild</div></div>"
            "<div data-block-type=Content>Vorspann"
            "<div data-block-type=Article><p>Im Tal liegt Schnee.<p>Es taut.</div>"
            "<div data-block-type=LinkList><a>Mehr</a></div></div>"
        )
        original = "<html lang=de><p>Kopf<p>Vorspann<p>Im Tal liegt Schnee.<p>Es taut.<p>Mehr"
        page = self.page(tmp_path, typed, original)
        assert page.html == original.encode()
        assert page.gold == "Im Tal liegt Schnee.\nEs taut."
        assert page.boilerplate == ("Kopf", "Bild", "Mehr")
        assert page.optional == ("Vorspann",)
        assert (page.url, page.site) == ("http://www.tal.example/de/", "tal.example")

    @pytest.mark.parametrize("text", ["Männer hören im Tal zu", "Погода", "天気は晴れ"])
    def test_repairs_garbled_blocks_from_the_original_page(self, tmp_path: Path, text: str) -> None:
        garbled = "".join(
            bytes([byte]).decode("cp1252" if byte not in {129, 141, 143, 144, 157} else "latin-1")
            for byte in text.encode()
        )
        page = self.page(
            tmp_path, f"<p data-block-type=Article>{garbled}", f"<meta charset=utf-8><p>{text}"
        )
        assert page.gold == text

    def test_an_article_written_by_a_script_is_not_gold(self, tmp_path: Path) -> None:
        page = self.page(tmp_path, "<p data-block-type=Article>Es taut im Tal", "<p>Bitte warten")
        assert page.gold is None

    def test_a_page_without_article_block_has_no_gold(self, tmp_path: Path) -> None:
        page = self.page(tmp_path, "<p data-block-type=Menu>Start", "<p>Start")
        assert (page.gold, page.boilerplate) == (None, ("Start",))


class TestLoad:
    def put_clone(self, root: Path) -> None:
        write_file(root / "dev/html/0001.html.gz", "<p>Moss")
        write_file(root / "dev/ground-truth/0001.json", wcxb_entry(main_content="Moss"))

    @pytest.mark.parametrize(
        "folder",
        ["web-content-extraction-benchmark", "wcxb", "wcxb/web-content-extraction-benchmark"],
    )
    def test_finds_a_clone_named_like_the_repository_or_the_corpus(
        self, tmp_path: Path, folder: str
    ) -> None:
        self.put_clone(tmp_path / folder)
        assert [page.id for page in load(["wcxb"], tmp_path, tmp_path / "cache")] == ["0001"]

    def test_unpacks_an_archive_once(self, tmp_path: Path) -> None:
        self.put_clone(tmp_path / "web-content-extraction-benchmark")
        source, cache = tmp_path / "source", tmp_path / "cache"
        source.mkdir()
        with tarfile.open(source / "wcxb.tar.xz", "w:xz") as archive:
            archive.add(
                tmp_path / "web-content-extraction-benchmark", "web-content-extraction-benchmark"
            )
        assert [page.id for page in load(["wcxb"], source, cache)] == ["0001"]
        stored = cache / "wcxb/web-content-extraction-benchmark/dev/ground-truth/0001.json"
        written = stored.stat().st_mtime_ns
        assert [page.id for page in load(["wcxb"], source, cache)] == ["0001"]
        assert stored.stat().st_mtime_ns == written
        assert [path.name for path in cache.iterdir()] == ["wcxb"]

    def test_refuses_an_archive_that_writes_outside_the_cache(self, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "wcxb.tar.xz", "w:xz") as archive:
            archive.addfile(tarfile.TarInfo("../../../escaped"), io.BytesIO())
        with pytest.raises(tarfile.FilterError):
            list(load(["wcxb"], tmp_path, tmp_path / "cache"))
        assert not list(tmp_path.rglob("escaped"))
        assert not (tmp_path / "cache/wcxb").exists()

    def test_errors_name_the_missing_archive_and_the_known_corpora(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"put daniel\.tar\.xz or a clone"):
            list(load(["daniel"], tmp_path, tmp_path))
        with pytest.raises(ValueError, match="there are wcxb, daniel"):
            list(load(["moss"], tmp_path, tmp_path))


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=de-AT><p>Guten Tag", "de"),
        ("<html lang=ua><p>Добрий день", "uk"),
        ("<html lang=en><p>今天天气很好", "zh"),
        ("<html lang=zh-TW><p>Good evening", ""),
        ("<p>สวัสดีตอนเช้า", "th"),
        ("<p>Python 入門ガイドです", "ja"),
        ("<html><p>Goedenavond", ""),
    ],
)
def test_language_comes_from_the_script_before_the_lang_attribute(html: str, language: str) -> None:
    document = turbohtml.parse(html)
    text = "\n".join(block_lines(document))
    assert language_of(document, text) == language


class TestWorld:
    def write(self, root: Path, codes: list[str]) -> None:
        row = {
            "id": "tr-1", "url": "https://kule.example/1", "site": "kule.example", "language": "tr",
            "type": "docs", "lines": ["Menü", "Kule", "Ada Er", "Fener yandı."], "labels": codes,
        }  # fmt: skip
        write_file(root / "labels.jsonl", json.dumps(row))

    def test_codes_become_roles_and_content_the_gold(self, tmp_path: Path) -> None:
        self.write(tmp_path, ["n", "H", "Y", "B"])
        assert list(world.pages(tmp_path)) == []  # its HTML is not there
        write_file(tmp_path / "html/tr-1.html", "<p>Menü<h1>Kule</h1><p>Ada Er<p>Fener yandı.")
        [page] = world.pages(tmp_path)
        assert page.gold == "Kule\nFener yandı."
        assert (page.title, page.page_type, page.site) == ("Kule", "documentation", "kule.example")
        assert (page.genre, page.language) == ("docs", "tr")
        assert page.lines == ("Menü", "Kule", "Ada Er", "Fener yandı.")
        assert page.roles == ("navigation", "headline", "byline", "body")

    def test_line_that_the_reader_could_not_tell_has_no_role(self, tmp_path: Path) -> None:
        self.write(tmp_path, ["?", "n", "o", "?"])
        write_file(tmp_path / "html/tr-1.html", "<p>Menü")
        [page] = world.pages(tmp_path)
        assert page.roles == ("", "navigation", "other", "")
        assert page.gold == page.title == ""

    @pytest.mark.parametrize(
        ("codes", "message"),
        [
            (["n"], "tr-1: 4 lines have 1 labels"),
            (["n", "H", "Z", "B"], "tr-1: 'Z' is no code of the guide"),
        ],
    )
    def test_labels_that_do_not_fit_the_lines_are_an_error(
        self, tmp_path: Path, codes: list[str], message: str
    ) -> None:
        self.write(tmp_path, codes)
        write_file(tmp_path / "html/tr-1.html", "<p>Menü")
        with pytest.raises(ValueError, match=message):
            list(world.pages(tmp_path))

    def test_every_role_has_a_code(self) -> None:
        assert set(ROLE_OF_CODE.values()) == {*ROLES, ""}


class TestReread:
    ORIGINAL = GoldPage(
        "daniel", "nea-1", "<p>Μενού<h1>Πύργος</h1><p>Άναψε.".encode(), "Άναψε.",
        "https://nea.example/1", "nea.example", "el", title="Πύργος", optional=("Πύργος",),
    )  # fmt: skip

    def write(self, root: Path, **change: Any) -> None:
        row = {
            "corpus": "daniel", "id": "nea-1", "lines": ["Μενού", "Πύργος", "Άναψε."],
            "labels": ["n", "H", "B"], **change,
        }  # fmt: skip
        write_file(root / "roles.jsonl", json.dumps(row))

    def test_page_of_another_corpus_gets_roles_and_a_gold_of_its_own(self, tmp_path: Path) -> None:
        self.write(tmp_path)
        other = replace(self.ORIGINAL, id="nea-2")
        [page] = reread.pages(tmp_path, [other, self.ORIGINAL])
        assert (page.corpus, page.id, page.genre) == ("reread", "daniel/nea-1", "daniel")
        assert (page.html, page.site) == (self.ORIGINAL.html, self.ORIGINAL.site)
        assert page.roles == ("navigation", "headline", "body")
        assert page.gold == "Πύργος\nΆναψε."
        assert page.optional == page.boilerplate == ()

    def test_page_whose_original_is_missing_is_skipped(self, tmp_path: Path) -> None:
        self.write(tmp_path, corpus="fundus")
        assert list(reread.pages(tmp_path, [self.ORIGINAL])) == []
        assert list(reread.pages(tmp_path)) == []

    def test_labels_that_do_not_fit_the_lines_are_an_error(self, tmp_path: Path) -> None:
        self.write(tmp_path, labels=["n"])
        with pytest.raises(ValueError, match="nea-1: 3 lines have 1 labels"):
            list(reread.pages(tmp_path, [self.ORIGINAL]))

    def test_its_originals_are_those_of_all_corpora_but_the_world(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in CORPORA.keys() - {"daniel", "world", "reread"}:
            monkeypatch.delitem(CORPORA, name)
        folder = tmp_path / "daniel" / TestDaniel.FOLDER
        write_file(folder / "doc_lg.json", {"20120101_nea.example.gr_1a": "Greek"})
        write_file(folder / "html/20120101_nea.example.gr_1a", "<p>Μενού<p>Άναψε.")
        write_file(folder / "reference/20120101_nea.example.gr_1a", "<p>Άναψε.</p>")
        [original] = load(["daniel"], tmp_path, tmp_path / "cache")
        self.write(tmp_path / "roles", id=original.id)
        [page] = load(["reread"], tmp_path, tmp_path / "cache")
        assert page.id == f"daniel/{original.id}"


def test_every_adapter_has_licence_commit_and_docstring() -> None:
    for name, adapter in CORPORA.items():
        assert name == adapter.NAME
        assert adapter.LICENCE
        assert adapter.COMMIT
        assert adapter.pages.__doc__


PAGES = {
    "wcxb": 1449,
    "daniel": 1359,
    "fundus": 153,
    "magic-html": 145,
    "mercury-parser": 230,
    "readability": 130,
    "formasaurus": 954,
    "rkrzr": 138,
    "world": 383,
    "reread": 679,
}


@pytest.mark.corpora
@pytest.mark.parametrize("name", PAGES)
def test_real_corpus_has_the_expected_number_of_pages(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    originals = CORPORA if name == "reread" else ()
    archives = [each for corpus in (name, *originals) for each in CORPORA[corpus].REPOSITORIES]
    if not all((SOURCE / f"{archive}.tar.xz").is_file() for archive in archives):
        pytest.skip(f"no archives of {name} in {SOURCE} (set BOILERPLATE_CORPORA)")
    pages = list(load([name], SOURCE, tmp_path_factory.getbasetemp() / "corpora"))
    assert len(pages) == PAGES[name]
    assert Counter(page.id for page in pages).most_common(1)[0][1] == 1
    assert all(page.site and page.html for page in pages)
