"""``boilerplate.clean`` and ``extract``: options, sites that pages claim, and how results look."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import boilerplate
from boilerplate import Cleaner, CleanPage, Label, Line, Page, Prediction
from boilerplate.api.clean import chosen_cleaner
from boilerplate.plugins import Plugins, Settings, SiteRules, hookimpl, no_plugins
from boilerplate.plugins import manager as plugin_manager
from boilerplate.plugins.paths import site_models_folder
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site as site
from tests.made_up import SENTENCES, news_page

URL = "https://gazete.example/haber/1"
CLAIM = f"<head><link rel=canonical href={URL}></head>"


class TestOptions:
    @pytest.mark.parametrize("language", SENTENCES)
    def test_threshold_and_roles_do_what_a_cleaner_does(self, language: str) -> None:
        page = news_page(language)
        found = boilerplate.clean(page, threshold=0.3, keep=["comments"], drop="caption")
        made = Cleaner(threshold=0.3, keep=["comments"], drop=["caption"]).clean(page)
        assert found == made

    def test_cleaners_are_kept_for_the_same_options(self) -> None:
        assert chosen_cleaner(threshold=0.3, keep=["date"]) is chosen_cleaner(
            threshold=0.3, keep=("date",)
        )
        assert chosen_cleaner() is chosen_cleaner()
        assert chosen_cleaner(threshold=0.4) is not chosen_cleaner(threshold=0.3)

    def test_extract_is_the_text_or_none(self) -> None:
        page = news_page("fr")
        assert boilerplate.extract(page, url=URL) == boilerplate.clean(page, url=URL).text
        assert boilerplate.extract("") is None
        assert boilerplate.extract(page, threshold=1) is None
        with pytest.raises(ValueError, match="names no host"):
            boilerplate.extract(page, "no host")

    def test_plugins_that_are_given_are_those_of_the_cleaner(self) -> None:
        plugins = no_plugins()
        assert chosen_cleaner(plugins=plugins).plugins is plugins
        page = boilerplate.clean(news_page("el"), "https://spiegel.de/a", plugins=plugins)
        assert page.text == Cleaner(plugins=plugins).clean(news_page("el")).text

    def test_a_page_that_was_read_takes_a_url_that_is_given(self) -> None:
        page = boilerplate.read(CLAIM + "<p>Vapur kalktı.")
        assert boilerplate.clean(page).url == URL
        assert boilerplate.clean(page, "c.example/2").url == "https://c.example/2"


class DropShare:
    """Drops by a text and by a selector, on one site."""

    def __init__(self) -> None:
        self.rules = SiteRules(hosts=("gazete.example",), drop_css=("p.x",), keep=("Paylaş",))

    @hookimpl
    def site_rules(self) -> SiteRules:
        return self.rules


class TestSitesThatPagesClaim:
    PAGE = "<main><p>Paylaş<p class=x>Vapur sabah erkenden kalktı, martılar peşinden gitti.</main>"

    def cleaner(self) -> Cleaner:
        settings = Settings(given={"gazete": DropShare()}, only=frozenset({"gazete"}))
        return Cleaner(plugins=plugin_manager.load_plugins(settings))

    def deciders(self, page: str, url: str | None = None) -> list[str]:
        return list(self.cleaner().clean(page, url).predictions.deciders)

    def test_plugins_wake_for_the_site_that_the_head_names(self) -> None:
        assert self.deciders(CLAIM + self.PAGE) == ["plugin:gazete"] * 2
        og = f"<meta property=og:url content={URL}>"
        assert self.deciders(og + self.PAGE) == ["plugin:gazete"] * 2
        assert "plugin:gazete" not in self.deciders(self.PAGE)

    def test_a_url_that_is_given_chooses_the_plugins(self) -> None:
        assert "plugin:gazete" not in self.deciders(CLAIM + self.PAGE, "https://c.example/")

    def test_markup_that_is_shown_as_text_is_read_with_the_same_plugins(self) -> None:
        shown = CLAIM + self.PAGE + "<p>&lt;b&gt;Bold&lt;/b&gt; and &lt;i&gt;more&lt;/i&gt;"
        assert self.deciders(shown)[:2] == ["plugin:gazete"] * 2

    def test_plugins_are_asked_once_for_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str | None] = []
        on = Plugins.on
        monkeypatch.setattr(Plugins, "on", lambda self, url: (asked.append(url), on(self, url))[1])
        self.cleaner().clean(CLAIM + self.PAGE)
        assert asked == [URL]

    def test_site_models_are_found_for_it(self, tmp_path: Path) -> None:

        model = SiteModel("gazete.example").fit([boilerplate.read(site.html(i)) for i in range(6)])
        model.save(tmp_path / "gazete.example.site.zip")
        page = site.html(9)
        assert boilerplate.clean(page, site_models=tmp_path).drift is None
        claimed = boilerplate.clean(CLAIM + page, site_models=tmp_path)
        assert claimed.drift is not None
        assert claimed.site == "gazete.example"


class TestSiteModelsOfTheUser:
    @pytest.fixture
    def model(self) -> SiteModel:

        return SiteModel("daily.example").fit([boilerplate.read(site.html(i)) for i in range(6)])

    def test_those_in_the_configuration_are_used(self, model: SiteModel) -> None:
        page = site.html(9)
        assert boilerplate.clean(page, "daily.example").drift is None
        folder = site_models_folder()
        folder.mkdir(parents=True)
        try:
            model.save(folder / "daily.example.site.zip")
            assert boilerplate.clean(page, "daily.example").drift is not None
            [cleaned] = boilerplate.clean_many([(page, "daily.example")])
            assert cleaned.drift is not None
        finally:
            (folder / "daily.example.site.zip").unlink()
            folder.rmdir()
        assert boilerplate.clean(page, "daily.example").drift is None

    def test_those_that_the_environment_names_are_used(
        self, model: SiteModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model.save(tmp_path / "daily.example.site.zip")
        monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(tmp_path))
        assert boilerplate.clean(site.html(9), "daily.example").drift is not None
        monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(tmp_path / "none"))
        with pytest.raises(FileNotFoundError):
            boilerplate.clean("<p>x")


class TestLooks:
    @pytest.mark.parametrize("language", SENTENCES)
    def test_repr_is_one_short_line_and_str_the_text(self, language: str) -> None:
        page = boilerplate.clean(news_page(language) * 20, URL)
        shown = repr(page)
        kept, dropped = len(page.kept), len(page.dropped)
        assert shown.startswith(f"<CleanPage {kept} lines kept, {dropped} dropped, ")
        assert "gazete.example" in shown
        if kept:
            assert " ".join(page.text[:10].split()) in shown
        assert len(shown) < 160
        assert "\n" not in shown
        assert str(page) == page.text == f"{page}"
        assert len(repr(page.page)) < 160
        assert "gazete.example" in repr(page.page)
        assert len(repr(page.predictions)) < 60

    def test_an_error_is_in_the_repr(self) -> None:
        page = CleanPage(Page(()), (), error="is a PNG image,\nnot a page")  # type: ignore[arg-type]
        assert repr(page) == "<CleanPage without lines, error: is a PNG image, not a page>"
        assert str(page) == ""
        assert page.to_dict("a.png")["error"] == "is a PNG image,\nnot a page"
        assert page.to_dict()["lines"] == []

    def test_notebook_shows_all_lines_escaped_and_dropped_ones_grey(self) -> None:
        kept, dropped = Line("مرحبا <script>alert(1)</script>"), Line("Çerez\x1b[31m & <b>izin</b>")
        page = CleanPage(
            Page((kept, dropped)),
            (
                Prediction(kept, Label.CONTENT, 0.9, "", "body"),
                Prediction(dropped, Label.BOILERPLATE, 0.1, "", "cookie"),
            ),
        )  # type: ignore[arg-type]
        shown = page._repr_html_()
        assert "<script" not in shown
        assert "<b>izin" not in shown
        assert "\x1b" not in shown
        assert "مرحبا &lt;script&gt;" in shown
        rows = re.findall(r'<div dir="auto"([^>]*)>(.*?)</div>', shown)
        assert ["gray" in style for style, _ in rows] == [False, True]
        assert "cookie" in rows[1][1]
        assert "body" in rows[0][1]

    def test_long_pages_are_cut_off_in_notebooks(self) -> None:
        lines = tuple(Line(f"satır {i}") for i in range(3000))
        page = CleanPage(Page(lines), (Prediction(line, Label.CONTENT, 0.9, "") for line in lines))  # type: ignore[arg-type]
        shown = page._repr_html_()
        assert "1,000 more lines" in shown
        assert "satır 2500" not in shown

    @given(st.text(), st.text(), st.text())
    def test_any_page_has_a_short_repr_on_one_line(self, text: str, site: str, error: str) -> None:
        lines = (Line(text),)
        page = Page(lines, url=f"https://{site}/")
        predictions = (Prediction(lines[0], Label.CONTENT, 0.5, ""),)
        for each in (page, CleanPage(page, predictions), CleanPage(page, (), error=error)):  # type: ignore[arg-type]
            shown = repr(each)
            assert len(shown) < 400
            assert not any(unicodedata.category(char) == "Cc" for char in shown)
            assert len(shown.splitlines()) == 1

    def test_equality_is_that_of_the_fields(self) -> None:
        page = boilerplate.clean(news_page("tr"))
        assert page == boilerplate.clean(news_page("tr"))
        assert page != dataclasses.replace(page, threshold=0.123)
        assert page != dataclasses.replace(page, error="x")


def test_public_docstrings_say_what_is_needed() -> None:
    names = [name for name in boilerplate.__all__ if name != "accelerated"]
    assert len(boilerplate.__all__) <= 14
    for name in names:
        assert (getattr(boilerplate, name).__doc__ or "").strip(), name
    for function in (boilerplate.clean, boilerplate.clean_many):
        text = function.__doc__ or ""
        assert all(part in text for part in ("Args:", "Raises:", ">>>"))
