"""What a page may be given as, and what is said of what it may not."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import pathlib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import boilerplate
from boilerplate.reading.source import Source, charset_of, source_of

TEXTS = (
    "Vapur kalktı, ışık söndü.",
    "Паром ушёл на рассвете.",
    "フェリーは夜明けに出た。",
    "غادرت العبّارة الميناء.",
)
URL = "https://gazete.example/1"


def lines(source: Any, *more: Any, **named: Any) -> list[str]:
    return [line.text for line in boilerplate.read(source, *more, **named).lines]


class TestBytesAndFiles:
    @pytest.mark.parametrize("text", TEXTS)
    def test_text_bytes_path_and_open_files_are_the_same_page(
        self, text: str, tmp_path: Path
    ) -> None:
        markup = f"<p>{text}</p>"
        path = tmp_path / "page.html"
        path.write_text(markup, "utf-8")
        packed = tmp_path / "page.html.gz"
        packed.write_bytes(gzip.compress(markup.encode()))
        with path.open(encoding="utf-8") as as_text, path.open("rb") as as_bytes:
            for source in (
                markup, markup.encode(), bytearray(markup.encode()), memoryview(markup.encode()),
                path, packed, as_text, as_bytes, io.BytesIO(markup.encode()), io.StringIO(markup),
                io.BytesIO(packed.read_bytes()), Source(markup),
            ):  # fmt: skip
                assert lines(source) == [text], type(source)

    def test_anything_with_a_path_is_a_path(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXTS[1], "utf-8")
        with os.scandir(tmp_path) as entries:
            assert [lines(entry) for entry in entries] == [[TEXTS[1]]]

    def test_files_in_archives_are_read(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.html", f"<p>{TEXTS[0]}")
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            assert lines(archive.open("a.html")) == [TEXTS[0]]
            assert lines(zipfile.Path(archive, "a.html")) == [TEXTS[0]]

    def test_missing_files_folders_and_damaged_ones_say_so(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            boilerplate.clean(tmp_path / "none.html")
        with pytest.raises(IsADirectoryError, match=r"clean_many\(pathlib.Path\('.*'\)\.glob"):
            boilerplate.clean(tmp_path)
        (tmp_path / "a.html.gz").write_bytes(gzip.compress(b"<p>x" * 999)[:-9])
        with pytest.raises(ValueError, match="gzip file that is"):
            boilerplate.clean(tmp_path / "a.html.gz")

    def test_file_opened_in_the_wrong_encoding_says_how_to_open_it(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_bytes("<p>Ünlü şair".encode("windows-1254"))
        with (
            (tmp_path / "a.html").open(encoding="utf-8") as file,
            pytest.raises(ValueError, match=r"open\(path, 'rb'\)"),
        ):
            boilerplate.clean(file)
        with (tmp_path / "b").open("wb") as file, pytest.raises(ValueError, match="cannot be read"):
            boilerplate.clean(file)


class TestNamesAreNoPages:
    def test_a_url_says_the_line_to_write(self) -> None:
        for url in (
            "https://a.example/b?c",
            " http://a.example ",
            "HTTPS://a.example/",
            "www.a.de",
        ):
            with pytest.raises(ValueError, match=r"boilerplate\.clean\(requests\.get\('"):
                boilerplate.clean(url)

    def test_a_file_or_folder_that_exists_says_the_line_to_write(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "sayfa bir.txt").touch()
        path = r"boilerplate\.clean\(pathlib\.Path\('"
        for name in ("sayfa bir.txt", str(tmp_path / "sayfa bir.txt"), "file:///a.html"):
            with pytest.raises(ValueError, match=path):
                boilerplate.clean(name)
        with pytest.raises(ValueError, match=r"clean_many\(pathlib\.Path\('\.'\)\.glob"):
            boilerplate.clean(".")
        with pytest.raises(ValueError, match="there is none"):
            boilerplate.clean("pages/none.html")

    def test_kind_says_that_the_text_is_the_page(self) -> None:
        assert lines("https://a.example/", kind="text") == ["https://a.example/"]
        assert lines(Source("https://a.example/")) == ["https://a.example/"]

    @pytest.mark.parametrize(
        "text", ["See https://a.example/", "https://a.example/\nhttps://b.example/", "ferry", "",
                 "\0", "https://a.example/<b>", b"https://a.example/", "a" * 5000]
    )  # fmt: skip
    def test_other_texts_are_pages(self, text: str | bytes) -> None:
        boilerplate.clean(text)


class Response:
    """What a response of requests or httpx has."""

    def __init__(self, content: bytes, content_type: str = "text/html", url: Any = URL) -> None:
        self.content, self.url = content, url
        self.headers = {"Content-Type": content_type}


class ScrapyResponse:
    def __init__(self, body: bytes, content_type: bytes) -> None:
        self.body, self.url, self.headers = body, URL, {"Content-Type": content_type}


class AiohttpResponse:
    """Its body is there after it was read."""

    def __init__(self, body: bytes) -> None:
        self.url, self.headers = URL, {"content-type": "text/html; charset=shift_jis"}
        self.content = object()  # a stream
        self._body: bytes | None = None
        self.sent = body

    async def read(self) -> bytes:
        self._body = self.sent
        return self.sent


class TestResponses:
    # Two words: too few for the encoding to be guessed.
    @pytest.mark.parametrize(
        ("text", "charset"), [("žluťoučký kůň", "iso-8859-2"), ("тихий ранок", "koi8-u")]
    )
    def test_url_and_charset_come_from_the_response(self, text: str, charset: str) -> None:
        body = f"<p>{text}".encode(charset)
        content_type = f"text/html; charset={charset}"
        in_bytes = Response(body)
        in_bytes.headers = {b"Content-Type": [content_type.encode()]}  # type: ignore[dict-item]
        for response in (
            Response(body, content_type), ScrapyResponse(body, content_type.encode()), in_bytes,
        ):  # fmt: skip
            page = boilerplate.read(response)
            assert ([line.text for line in page.lines], page.url) == ([text], URL)

    def test_what_is_given_wins_over_the_response(self) -> None:
        response = Response("<p>žluťoučký kůň".encode("iso-8859-2"), "text/html; charset=koi8-r")
        page = boilerplate.clean(response, "c.example/2", charset="iso-8859-2")
        assert page.url == "https://c.example/2"
        assert page.page.lines[0].text == "žluťoučký kůň"

    def test_plain_text_is_text(self) -> None:
        response = Response(b"<p>one<p>two<p>three", "text/plain")
        assert lines(response) == ["<p>one<p>two<p>three"]
        assert lines(response, kind="html") == ["one", "two", "three"]

    def test_a_response_without_a_url_has_the_one_that_the_page_claims(self) -> None:
        claim = b"<link rel=canonical href=https://gazete.example/2><p>a"
        assert boilerplate.read(Response(claim, url="about:blank")).site == "gazete.example"
        assert boilerplate.read(Response(claim, url=None)).url == "https://gazete.example/2"

    def test_body_of_an_async_response_that_was_read_is_the_page(self) -> None:
        response = AiohttpResponse("<p>夜明け".encode("shift_jis"))
        with pytest.raises(ValueError, match="was not read") as caught:
            boilerplate.clean(response)
        line = "boilerplate.clean(await response.read(), url=str(response.url))"
        assert line in str(caught.value)
        asyncio.run(response.read())
        assert boilerplate.clean(response).page.lines[0].text == "夜明け"

    @pytest.mark.filterwarnings("error")
    def test_what_is_not_awaited_says_so(self) -> None:
        with pytest.raises(TypeError, match="write await before it"):
            boilerplate.clean(AiohttpResponse(b"").read())

    def test_a_stream_that_was_not_read_says_so(self) -> None:
        class Streaming:
            @property
            def content(self) -> bytes:
                raise RuntimeError("a stream")

        with pytest.raises(ValueError, match=r"not read \(a stream\); call response.read\(\)"):
            boilerplate.clean(Streaming())

    def test_charset_of_headers(self) -> None:
        assert charset_of("text/html; Charset = 'KOI8-R'; x=y") == "KOI8-R"
        assert charset_of("charset=") is None


class TestRealResponses:
    BODY = "<p>žluťoučký kůň".encode("iso-8859-2")
    TYPE = "text/html; charset=iso-8859-2"

    def check(self, response: Any) -> None:
        page = boilerplate.read(response)
        assert ([line.text for line in page.lines], page.url) == (["žluťoučký kůň"], URL)

    def test_requests(self) -> None:
        requests = pytest.importorskip("requests")
        response = requests.Response()
        response.url, response.status_code = URL, 200
        response.headers["Content-Type"] = self.TYPE
        response.raw = io.BytesIO(self.BODY)
        self.check(response)

    @pytest.mark.parametrize("package", ["httpx", "httpx2"])
    def test_httpx(self, package: str) -> None:
        httpx = pytest.importorskip(package)
        request = httpx.Request("GET", URL)
        headers = {"Content-Type": self.TYPE}
        self.check(httpx.Response(200, request=request, headers=headers, content=self.BODY))
        streaming = httpx.Response(
            200, request=request, stream=httpx.ByteStream(self.BODY), headers=headers
        )
        with pytest.raises(ValueError, match=r"response\.read\(\)"):
            boilerplate.clean(streaming)
        streaming.read()
        self.check(streaming)

    def test_scrapy(self) -> None:
        http = pytest.importorskip("scrapy.http")
        headers = {"Content-Type": self.TYPE}
        response = http.HtmlResponse(URL, headers=headers, body=self.BODY)
        self.check(response)
        assert lines(response.css("p")[0]) == ["žluťoučký kůň"]

    @pytest.mark.parametrize("package", ["requests", "httpx", "httpx2", "scrapy.http"])
    def test_a_response_without_a_content_type_is_a_page(self, package: str) -> None:
        module = pytest.importorskip(package)
        if package == "requests":
            response = module.Response()
            response.url, response.raw = URL, io.BytesIO(b"<p>Tere")
        elif package == "scrapy.http":
            response = module.Response(URL, body=b"<p>Tere")
        else:
            request = module.Request("GET", URL)
            response = module.Response(200, request=request, content=b"<p>Tere")
        assert lines(response) == ["Tere"]

    def test_aiohttp(self) -> None:
        aiohttp = pytest.importorskip("aiohttp")
        from aiohttp import web

        async def talk() -> None:
            async def page(request: Any) -> Any:
                headers = {"Content-Type": self.TYPE} if request.path == "/1" else {}
                return web.Response(body=self.BODY, headers=headers)

            app = web.Application()
            app.router.add_get("/1", page)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}/1") as response,
            ):
                with pytest.raises(ValueError, match=r"await response\.read"):
                    boilerplate.clean(response)
                await response.read()
                found = boilerplate.read(response)
                assert found.url == f"http://127.0.0.1:{port}/1"
                assert found.lines[0].text == "žluťoučký kůň"
            await runner.cleanup()

        asyncio.run(talk())


class TestDocuments:
    @pytest.mark.parametrize("text", TEXTS)
    def test_documents_and_elements_of_lxml(self, text: str) -> None:
        html = pytest.importorskip("lxml.html")
        document = html.document_fromstring(f"<nav>a</nav><main><p>{text}<br>b</main>")
        assert lines(document) == ["a", text, "b"]
        assert lines(document.getroottree()) == ["a", text, "b"]
        assert lines(document.find(".//main")) == [text, "b"]

    def test_elements_of_the_standard_library(self) -> None:
        root = ET.fromstring("<html><body><p>Один<br/>Два</p></body></html>")  # noqa: S314
        assert lines(root) == lines(ET.ElementTree(root)) == ["Один", "Два"]

    @pytest.mark.parametrize("text", TEXTS)
    def test_turbohtml(self, text: str) -> None:
        turbohtml = pytest.importorskip("turbohtml")
        document = turbohtml.parse(f"<nav>a</nav><main><p>{text}</main>")
        assert lines(document) == ["a", text]
        assert lines(document.select_one("main")) == [text]

    @pytest.mark.parametrize("text", TEXTS)
    def test_selectolax(self, text: str) -> None:
        lexbor = pytest.importorskip("selectolax.lexbor")
        document = lexbor.LexborHTMLParser(f"<nav>a</nav><main><p>{text}</main>")
        assert lines(document) == ["a", text]
        assert lines(document.css_first("main")) == [text]

    def test_beautiful_soup(self) -> None:
        bs4 = pytest.importorskip("bs4")
        soup = bs4.BeautifulSoup("<nav>a</nav><main><p>Tere</main>", "html.parser")
        assert lines(soup) == ["a", "Tere"]
        assert lines(soup.main) == ["Tere"]

    def test_a_class_of_the_package_bs4_is_known_by_its_name(self) -> None:
        tag = type("Tag", (), {"__module__": "bs4.element", "__str__": lambda self: "<p>Tere"})
        assert lines(tag()) == ["Tere"]


class TestErrors:
    def test_mappings_and_lists_say_what_to_write(self) -> None:
        with pytest.raises(TypeError, match=r"clean\(record\['html'\], url=record\['url'\]\)"):
            boilerplate.clean({"html": "x"})
        with pytest.raises(TypeError, match=r"boilerplate\.clean_many\(pages\)"):
            boilerplate.clean(["<p>x"])

    def test_arguments_are_named(self) -> None:
        for named in ({"url": 5}, {"charset": 5}, {"threshold": "0.3"}, {"threshold": [0.3]}):
            with pytest.raises(TypeError, match=f"^{next(iter(named))}="):
                boilerplate.clean("<p>x", **named)  # type: ignore[arg-type]
        for named in ({"kind": "pdf"}, {"threshold": 2}, {"keep": "nothing"}, {"drop": ["x"]}):
            with pytest.raises(ValueError, match=r"kind|threshold|role"):
                boilerplate.clean("<p>x", **named)  # type: ignore[arg-type]

    @given(st.one_of(st.text(), st.binary()))
    def test_any_text_is_a_page_or_an_error_that_is_documented(self, source: str | bytes) -> None:
        try:
            assert boilerplate.read(source) is not None
        except ValueError as error:
            assert str(error)

    @given(st.one_of(st.none(), st.integers(), st.floats(), st.lists(st.text()), st.builds(object)))
    def test_anything_else_is_a_type_error(self, source: object) -> None:
        with pytest.raises(TypeError, match="a page is str or bytes, not "):
            source_of(source)

    def test_a_class_is_no_source(self) -> None:
        for each in (pathlib.Path, io.BytesIO, dict):
            with pytest.raises(TypeError):
                source_of(each)
