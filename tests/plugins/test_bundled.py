"""The bundled plugins: the fixtures of each, and the converters of other rules."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from boilerplate.labelling.fixtures import check_fixture, fixtures_in
from boilerplate.page import Page
from boilerplate.plugins import Plugins, Settings, SiteRules, Vote, load_plugins, no_plugins
from boilerplate.plugins.matcher import Matcher
from boilerplate.reading.read import read
from boilerplate_plugins import adblock_lists, ftr_site_config
from tests.plugins.made_up_plugins import MODEL, clean

FOLDER = Path(__file__).parents[2] / "plugins"
SITES = [path for path in sorted(FOLDER.iterdir()) if (path / "rules.toml").is_file()]


class TestSites:
    def test_these_sites_have_a_plugin(self) -> None:
        assert {path.name for path in SITES} >= {
            "asahi", "dailymail", "dailysabah", "folha", "ifeng", "lemonde", "lenta", "sepl",
            "spiegel", "tovima",
        }  # fmt: skip

    @pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
    def test_every_fixture_of_a_site_passes(self, site: Path) -> None:
        paths = list(fixtures_in(site))
        assert paths
        for path in paths:
            result = check_fixture(path)
            assert result.set_wrong == 0
            assert result.diff == ()

    @pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
    def test_the_rules_of_a_site_correct_lines_of_its_fixtures(self, site: Path) -> None:
        # With an untrained model, correct lines are due to the plugin.
        assert sum(check_fixture(path, MODEL).set_right for path in fixtures_in(site))

    def test_every_site_has_an_entry_point(self) -> None:
        bundled = {p.name for p in load_plugins(Settings()).active if p.origin == "bundled"}
        assert {path.name for path in SITES} <= bundled


def opinions(rules: list[SiteRules], page: Page) -> dict[str, float]:
    """The sum of the votes for each line, by its text."""
    out: dict[str, float] = {}
    for each in rules:
        for i, vote in Matcher(each).opinions(page).items():
            assert isinstance(vote, Vote)
            text = page.lines[i].text
            out[text] = out.get(text, 0.0) + vote.log_odds
    return out


def page_for(rules: list[SiteRules], markup: str) -> Page:
    matchers = [Matcher(each) for each in rules]
    return read(markup, select=lambda document: {
        selector: nodes for m in matchers for selector, nodes in m.select(document).items()
    })  # fmt: skip


FTR = """
# A comment: nothing
title: //h1
body: //div[@class='text']
strip: //div[@class='text']/p[2]
strip_id_or_class: teilen
author: substring-after(//p[@class='by'], 'von')
date: //p[@class='date']
prune: no
strip: //p[
strip: //p[contains(@class)]
test_url: https://a.example/1
replace_string(<b>): <i>
"""
MARKUP = (
    "<p class=date>3. März</p><div class=text><p>Ein Satz.</p><p>Werbung</p>"
    "<p class=teilen-box>Teilen</p></div><p>Fuß</p>"
)


class TestSiteConfig:
    def test_body_and_strip_become_votes(self) -> None:
        rules = [each for each in ftr_site_config.parse_site_config("a.example", FTR) if each.vote]
        assert opinions(rules, page_for(rules, MARKUP)) == {
            "3. März": -1.5, "Ein Satz.": 0.5, "Werbung": -0.5, "Teilen": -0.5, "Fuß": -0.5,
        }  # fmt: skip

    def test_what_is_stripped_from_within_the_body_is_a_verdict(self) -> None:
        text = FTR.replace("teilen", "'teilen'")
        rules = ftr_site_config.parse_site_config("a.example", text)
        [sure] = [each for each in rules if each.vote is None]
        page = page_for(rules, MARKUP + "<p class=teilen>Teilen Sie mit</p>")
        dropped = [page.lines[i].text for i in Matcher(sure).opinions(page)]
        assert dropped == ["Werbung", "Teilen"]

    @pytest.mark.parametrize("strip", ["//p[1]", "//p[position() < 3]", "id('x')", "//p[a[1]]"])
    def test_what_counts_elements_stays_a_vote(self, strip: str) -> None:
        rules = ftr_site_config.parse_site_config("a.example", f"body: //main\nstrip: {strip}")
        assert all(each.vote for each in rules)

    def test_the_body_itself_is_never_stripped(self) -> None:
        text = "body: //div[@class='text']\nstrip_id_or_class: text"
        [*_, sure] = ftr_site_config.parse_site_config("a.example", text)
        assert not Matcher(sure).opinions(page_for([sure], MARKUP))

    @pytest.mark.parametrize("text", ["", "# nothing", "body:", "body: count(//p)", "title: //h1"])
    def test_a_file_without_usable_expressions_has_no_rules(self, text: str) -> None:
        assert ftr_site_config.parse_site_config("a.example", text) == []

    @pytest.mark.parametrize("container", ["folder", "tar.xz", "zip"])
    def test_a_folder_or_an_archive_is_read(
        self, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clone = tmp_path / "ftr-site-config"
        clone.mkdir()
        (clone / "a.example.txt").write_text("body: //main", "utf-8")
        (clone / ".b.example.txt").write_text("body: //article", "utf-8")
        (clone / "global.txt").write_text("body: //p", "utf-8")
        (clone / "LICENSE.txt").write_text("body: //p", "utf-8")
        path = clone
        if container == "tar.xz":
            path = tmp_path / "x.tar.xz"
            with tarfile.open(path, "w:xz") as archive:
                archive.add(clone, "ftr-site-config")
        elif container == "zip":
            path = tmp_path / "x.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for file in clone.iterdir():
                    archive.write(file, f"ftr-site-config/{file.name}")
        monkeypatch.setenv("BOILERPLATE_FTR_SITE_CONFIG", str(path))
        plugins = load_plugins(Settings(only=frozenset({"ftr-site-config"})))
        (plugin,) = plugins.active
        assert plugin.hosts == ("a.example", "b.example")
        page = "<p>Teilen</p><article><p>Ein Satz.</p></article>"
        found = clean(plugins, page, "https://www.b.example/")
        assert "plugin:ftr-site-config: outside of //article (-0.5)" in found.predictions[0].reason


LIST = """[Adblock Plus 2.0]
! a comment##.comment
/ads.js$script
##.cookie
##DIV[id^="far-too-slow"]
###ck-1
a.example,b.example##.popup
a.example#@#.cookie
~c.example##.share
google.*##.x
a.example#?#div:-abp-contains(x)
a.example#$#.y { remove: true; }
##p:has-text(x)
"""


class TestAdblockLists:
    def test_hidden_elements_get_a_vote_and_exceptions_cancel_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "list.txt").write_text(LIST, "utf-8")
        monkeypatch.setenv("BOILERPLATE_ADBLOCK_LISTS", str(tmp_path / "list.txt"))
        plugins = load_plugins(Settings(only=frozenset({"adblock-lists"})))
        markup = (
            "<p class=cookie>çerez</p><div id=ck-1>cookie</div><p class=popup>pop</p>"
            "<p class=share>delen</p><p>Een zin.</p>"
        )

        def votes(url: str | None) -> str:
            plain = clean(no_plugins(), markup, url)
            found = clean(plugins, markup, url)
            assert found.plugin_errors == ()
            pairs = zip(plain.predictions, found.predictions, strict=True)
            return "".join("-" if b.probability < a.probability else "=" for a, b in pairs)

        assert votes(None) == "--=-="
        assert votes("https://b.example/") == "-----"[:4] + "="
        assert votes("https://a.example/") == "=---="
        assert votes("https://c.example/") == "--==="

    def test_a_rule_for_all_sites_is_a_vote_against(self) -> None:
        rules = list(adblock_lists.parse_lists(["##.cookie"]))
        assert opinions(rules, read("<p class=cookie>x</p>")) == {"x": -2.0}


@pytest.mark.parametrize("variable", [ftr_site_config.VARIABLE, adblock_lists.VARIABLE])
class TestWithoutPath:
    def test_there_are_no_rules_unless_a_path_is_named(
        self, variable: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(variable, raising=False)
        assert self.converter(variable).active[0].hosts == ()

    def test_a_missing_path_is_a_warning(
        self, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv(variable, str(tmp_path / "gone"))
        with pytest.warns(UserWarning, match=r"site_rules: FileNotFoundError.*gone"):
            assert self.converter(variable).active == []

    def converter(self, variable: str) -> Plugins:
        names = {ftr_site_config.VARIABLE: "ftr-site-config"}
        only = names.get(variable, "adblock-lists")
        return load_plugins(Settings(only=frozenset({only})))
