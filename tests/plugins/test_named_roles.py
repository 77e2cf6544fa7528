"""Rules and hooks that name the role of the lines that they decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boilerplate import Cleaner, CleanPage, Label, Page, SiteRules
from boilerplate.page import text_page
from boilerplate.plugins import RulesError, Verdict, parse_rules
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import LINE_FIELDS, PATTERN_FIELDS, SELECTOR_FIELDS
from boilerplate.plugins.toml import read_rules
from boilerplate.reading.read import read
from tests.made_up import SENTENCES
from tests.plugins.made_up_plugins import MODEL, load, plugin

HEAD = 'api = 1\n[[site]]\nhosts = ["a.example"]\n'
URL = "https://a.example/1"
MARKUP = (
    f"<h2>घाट फिर खुला</h2><p>{SENTENCES['hi']}</p><div class=kommentarer><p>評論一</p><p>評論二</p>"
    "</div><p>Lue myös</p><p>Satama</p>"
)


def roles(rules: str, source: str = MARKUP) -> dict[str, str | None]:
    """The roles that rules name, by the text of each line that they decide."""
    out: dict[str, str | None] = {}
    for each in parse_rules(HEAD + rules):
        matcher = Matcher(each)
        page = read(source, URL, select=matcher.select if matcher.needs_markup else None)
        for i, verdict in matcher.opinions(page).items():
            assert isinstance(verdict, Verdict)
            out[page.lines[i].text] = verdict.role
    return out


def cleaned(*plugins: Any, keep: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> CleanPage:
    """The page, cleaned with plugins called a, b …"""
    loaded = load(strict=True, **{"ab"[i]: each for i, each in enumerate(plugins)})
    return Cleaner(MODEL, 0.5, loaded, keep=keep, drop=drop).clean(MARKUP, URL)


def of_rules(rules: str) -> Any:
    return plugin(site_rules=lambda: parse_rules(HEAD + rules))


def line(page: CleanPage, text: str) -> tuple[bool, str | None, str]:
    """Whether a line is kept, its role, and who decided."""
    (found,) = [p for p in page.predictions if p.line.text == text]
    return found.label is Label.CONTENT, found.role, found.decided_by


class TestRules:
    @pytest.mark.parametrize(
        ("rules", "named"),
        [
            ("drop = ['評論一', {rule = 'Lue myös', role = 'related'}]",
             {"評論一": None, "Lue myös": "related"}),
            ("drop_matching = [{rule = '^評論', role = 'comments'}]",
             {"評論一": "comments", "評論二": "comments"}),
            ("drop_css = [{rule = '.kommentarer', role = 'comments'}]",
             {"評論一": "comments", "評論二": "comments"}),
            ("drop_xpath = [{rule = '//h2/following-sibling::div', role = 'comments'}]",
             {"評論一": "comments", "評論二": "comments"}),
            ("keep_css = [{rule = 'h2', role = 'subheading'}]", {"घाट फिर खुला": "subheading"}),
            ("drop_from = [{rule = 'Lue myös', role = 'related'}]",
             {"Lue myös": "related", "Satama": "related"}),
            ("drop_before_matching = [{rule = '^घाट|^क', role = 'login'}]", {}),
            ("headline = ['^घाट']", {"घाट फिर खुला": "headline"}),
            ("headline = [{rule = '^घाट', role = 'subheading'}]", {"घाट फिर खुला": "subheading"}),
            ("drop = ['Satama']\nroles = {drop = 'tags'}", {"Satama": "tags"}),
            ("drop = ['Satama', {rule = '評論一', role = 'comments'}]\n[site.roles]\ndrop = 'tags'",
             {"Satama": "tags", "評論一": "comments"}),
        ],
    )  # fmt: skip
    def test_a_rule_says_what_its_lines_are(self, rules: str, named: dict[str, str | None]) -> None:
        assert roles(rules) == named

    def test_the_rule_that_decides_names_the_role(self) -> None:
        """Exact lines go over patterns, these over selectors, and keeping over dropping."""
        rules = """
            drop_css = [{rule = '.kommentarer', role = 'comments'}]
            drop_matching = [{rule = '二$', role = 'share'}]
            keep = [{rule = '評論一', role = 'quote'}]
            drop = [{rule = '評論一', role = 'legal'}]
        """
        assert roles(rules) == {"評論一": "quote", "評論二": "share"}

    def test_a_rule_without_a_role_leaves_it_to_the_model_though_a_weaker_one_names_it(
        self,
    ) -> None:
        rules = "drop_css = [{rule = '.kommentarer', role = 'comments'}]\ndrop = ['評論一']"
        assert roles(rules) == {"評論一": None, "評論二": "comments"}

    def test_every_rule_that_decides_lines_may_name_a_role(self) -> None:
        values = {n: ".a" if n in SELECTOR_FIELDS and "css" in n else "x" for n in LINE_FIELDS}
        text = "\n".join(f"{n} = [{{rule = '{v}', role = 'date'}}]" for n, v in values.items())
        (rules,) = parse_rules(HEAD + text)
        assert {rules.role_of(n, v) for n, v in values.items()} == {"date"}
        assert {*PATTERN_FIELDS} < {*LINE_FIELDS}

    def test_roles_survive_a_relative_site_model(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        rules = "drop = [{rule = 'Jaa', role = 'share'}]\nsite_model = 'a.zip'"
        path.write_text(HEAD + rules, "utf-8")
        (known,) = read_rules(path)
        assert known.role_of("drop", "Jaa") == "share"

    @pytest.mark.parametrize(
        ("rules", "message"),
        [
            ("drop = [\n'x',\n{rule = 'Jaa', role = 'advert'}]",
             r"^rules\.toml:6: drop: there is no role 'advert'; there are headline, .*, other$"),
            ("drop = [{rule = 'Jaa', role = 3}]", r"^rules\.toml:4: drop: there is no role 3"),
            ("drop = [{rule = 'Jaa'}]", r"^rules\.toml:4: drop: a rule with a role is {rule = "),
            ("drop = [{rule = 3, role = 'share'}]", "a rule with a role is"),
            ("drop = [{rule = 'Jaa', role = 'share', x = 1}]", "a rule with a role is"),
            ("drop = [{rule = ' ', role = 'share'}]", "drop has an empty string"),
            ("article_css = [{rule = 'main', role = 'body'}]", "article_css is a list of strings"),
            ("hosts = 1", "hosts"),
            ("drop = ['x']\nroles = 'share'", r"^rules\.toml:5: roles maps fields to roles"),
            ("drop = [{rule = 'x', role = 'share'}]\nroles = 1", "roles maps fields to roles"),
            ("drop = ['x']\n[site.roles]\nkeep = 'body'", r"^rules\.toml:5: .*no rule 'keep'"),
            ("drop = ['x']\nroles = {'drop=y' = 'body'}", "there is no rule 'drop=y'"),
            ("drop = ['x']\nroles = {vote = 'body'}", "vote names no role; these do: keep, drop"),
            ("vote = 1\ndrop = [{rule = 'x', role = 'share'}]", r"votes .* name no role \(share\)"),
        ],
    )  # fmt: skip
    def test_a_wrong_role_is_refused_with_its_line(self, rules: str, message: str) -> None:
        text = HEAD.replace('hosts = ["a.example"]', "") if rules.startswith("hosts") else HEAD
        with pytest.raises(RulesError, match=message):
            parse_rules(text + rules)

    def test_headlines_of_votes_are_votes(self) -> None:
        (rules,) = parse_rules(HEAD + "headline = ['^Port']\nvote = 1")
        assert Matcher(rules).opinions(text_page(["Porten"]))


class TestPages:
    COMMENTS = "drop_css = [{rule = '.kommentarer', role = 'comments'}]"

    def test_the_role_is_in_predictions_and_json(self) -> None:
        page = cleaned(of_rules(self.COMMENTS + "\nkeep_css = [{rule = 'h2', role = 'headline'}]"))
        assert line(page, "評論二") == (False, "comments", "plugin:a")
        assert line(page, "घाट फिर खुला") == (True, "headline", "plugin:a")
        assert page.headline == "घाट फिर खुला"
        assert page.to_markdown().startswith("# घाट फिर खुला")
        found = {each["text"]: each["role"] for each in page.to_dict()["lines"]}
        assert found["評論一"] == "comments"
        assert CleanPage.from_dict(page.to_dict()).predictions.roles == page.predictions.roles

    def test_the_user_s_choice_of_a_role_goes_over_a_rule_that_names_it(self) -> None:
        page = cleaned(of_rules(self.COMMENTS), keep=("comments",))
        assert line(page, "評論一") == (True, "comments", "roles")
        (reason, _) = (p.reason for p in page.predictions if p.role == "comments")
        assert reason == "kept by choice: comments"

    def test_a_choice_that_agrees_leaves_the_plugin_its_verdict(self) -> None:
        page = cleaned(of_rules(self.COMMENTS), drop=("comments",))
        assert line(page, "評論一") == (False, "comments", "plugin:a")

    def test_a_kept_line_of_a_role_that_the_user_drops_is_dropped(self) -> None:
        page = cleaned(of_rules("keep = [{rule = 'Satama', role = 'tags'}]"), drop=("tags",))
        assert line(page, "Satama") == (False, "tags", "roles")

    def test_a_rule_goes_over_the_roles_that_plugins_keep(self) -> None:
        page = cleaned(of_rules(self.COMMENTS + "\nkeep_roles = ['comments']"))
        assert line(page, "評論一") == (False, "comments", "plugin:a")

    def test_the_first_of_two_plugins_names_the_role(self) -> None:
        share = self.COMMENTS.replace("comments'", "share'")
        assert line(cleaned(of_rules(self.COMMENTS), of_rules(share)), "評論一")[1] == "comments"
        assert line(cleaned(of_rules(share), of_rules(self.COMMENTS)), "評論一")[1] == "share"


class TestHooks:
    def test_a_verdict_of_a_hook_may_name_a_role(self) -> None:
        def label_lines(page: Page) -> dict[int, Verdict]:
            return {len(page.lines) - 1: Verdict(Label.CONTENT, "a harbour", "note")}

        page = cleaned(
            plugin(site_rules=lambda: SiteRules(hosts="a.example"), label_lines=label_lines)
        )
        assert line(page, "Satama") == (True, "note", "plugin:a")

    def test_code_goes_over_the_rules_of_its_plugin(self) -> None:
        def label_lines(page: Page) -> dict[int, Label]:
            return {len(page.lines) - 1: Label.BOILERPLATE}

        rules = parse_rules(HEAD + "keep = [{rule = 'Satama', role = 'note'}]")
        page = cleaned(plugin(site_rules=lambda: rules, label_lines=label_lines))
        kept, role, _ = line(page, "Satama")
        assert (kept, role == "note") == (False, False)
