"""The URL of a page: given, repaired, refused, and claimed by the page itself."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.page import site_of
from boilerplate.reading.html import html_page
from boilerplate.reading.urls import given_url, is_claim


class TestGiven:
    @pytest.mark.parametrize(
        ("url", "site"),
        [
            ("netzpolitik.org/x", "netzpolitik.org"),
            ("www.bücher.example", "bücher.example"),
            ("//haber.example:8080/a", "haber.example"),
            ("localhost:8000/a", "localhost"),
            ("127.0.0.1/a", "127.0.0.1"),
            ("संवाद.example/a?b=https://c.example/", "संवाद.example"),
            ("news.example/page.html", "news.example"),
        ],
    )
    def test_missing_scheme_is_repaired(self, url: str, site: str) -> None:
        assert given_url(url) == f"https://{url.removeprefix('//')}"
        assert site_of(given_url(url)) == site

    @pytest.mark.parametrize("url", ["https://a.example/b", "HTTP://A.example", "ftp://a.example/"])
    def test_a_url_with_a_scheme_stays_as_it_is(self, url: str) -> None:
        assert given_url(url) == url

    @pytest.mark.parametrize(
        "url", ["haber", "mailto:a@b.example", "page.html", "/a/b", "http://[x", "a b.example",
                "https:///x", "file:///tmp/a.html", "https://a b.example/"],
    )  # fmt: skip
    def test_what_names_no_host_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"^url=.* names no host; write it as in https://"):
            given_url(url)

    @pytest.mark.parametrize("url", [None, "", "  ", "\n"])
    def test_none_or_a_blank_is_no_url(self, url: str | None) -> None:
        assert given_url(url) is None

    def test_a_kind_in_place_of_a_url_is_told(self) -> None:
        with pytest.raises(ValueError, match="kind='text'"):
            given_url("text")

    @pytest.mark.parametrize("url", [5, b"https://a.example", ["https://a.example"], float("nan")])
    def test_other_types_are_named(self, url: object) -> None:
        with pytest.raises(TypeError, match=f"url= is a string or None, not {type(url).__name__}"):
            given_url(url)

    def test_url_objects_are_taken(self) -> None:
        assert given_url(urlsplit("https://a.example/b")) == "https://a.example/b"

        class Url(SimpleNamespace):
            def __str__(self) -> str:
                return "https://c.example/d"

        assert given_url(Url(scheme="https", host="c.example")) == "https://c.example/d"

    @given(st.text(max_size=60))
    def test_any_string_gives_a_site_or_says_that_it_names_none(self, url: str) -> None:
        try:
            given = given_url(url)
            assert site_of(given) if url.strip() else given is None
        except ValueError as error:
            assert "names no host" in str(error)


CANONICAL = "<link rel=canonical href='{}'>"
OG = "<meta property=og:url content='{}'>"


class TestClaimed:
    @pytest.mark.parametrize(
        "head",
        [
            CANONICAL.format("https://gazete.example/1"),
            OG.format("https://gazete.example/1"),
            CANONICAL.format("https://gazete.example/1") + OG.format("https://other.example/2"),
            OG.format("https://other.example/2") + CANONICAL.format("https://gazete.example/1"),
            CANONICAL.format("/1") + OG.format("https://gazete.example/1"),
            "<link rel='alternate Canonical' href=' https://gazete.example/1 '>",
        ],
    )
    def test_canonical_link_and_then_og_url_tell_the_url(self, head: str) -> None:
        assert html_page(f"{head}<p>Vapur kalktı.").url == "https://gazete.example/1"

    def test_a_url_that_is_given_wins(self) -> None:
        page = html_page(CANONICAL.format("https://gazete.example/1"), "https://c.example/")
        assert page.url == "https://c.example/"

    @pytest.mark.parametrize(
        "url",
        ["/a", "//gazete.example/a", "javascript:alert(1)//a.example", "ftp://gazete.example/",
         "https://", "https://localhost/", "https://a.example/ b", "https://u:p@gazete.example/",
         "https://gazete.example/\u202ea", "https://[::1", "data:text/html,a.example",
         "https://gazete.example/" + "a" * 3000, "file:///etc/passwd", "https://../../a", ""],
    )  # fmt: skip
    def test_hostile_claims_are_passed_over(self, url: str) -> None:
        assert html_page(CANONICAL.format(url) + OG.format(url) + "<p>a").url is None

    def test_bare_text_claims_nothing(self) -> None:
        from boilerplate import read

        assert read(CANONICAL.format("https://gazete.example/1"), kind="text").url is None

    @given(st.text(max_size=60))
    def test_whatever_is_claimed_has_a_site_that_can_be_a_file_name(self, rest: str) -> None:
        url = f"https://{rest}"
        if is_claim(url):
            site = site_of(url)
            assert site
            assert "." in site
            assert "/" not in site
            assert "\\" not in site
