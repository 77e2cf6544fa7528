"""Rules: which lines they match, the TOML files they are read from, and their errors."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.page import Label, text_page
from boilerplate.plugins.hosts import applies_to, hosts_with_rules_for
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import (
    PATTERN_FIELDS,
    SELECTOR_FIELDS,
    STRING_FIELDS,
    RulesError,
    SiteRules,
    Verdict,
    Vote,
)
from boilerplate.plugins.toml import parse_rules, read_rules
from boilerplate.reading.read import read
from boilerplate.roles import ROLES

SCHEMA = json.loads((files("boilerplate") / "data" / "rules.schema.json").read_text("utf-8"))


def signs(rules: SiteRules, source: str, url: str = "https://a.example/") -> dict[str, str]:
    """The sign, + or -, of each line that the rules decide, by its text."""
    matcher = Matcher(rules)
    page = read(source, url, select=matcher.select if matcher.needs_markup else None)
    return {
        page.lines[i].text: "+" if opinion.label is Label.CONTENT else "-"
        for i, opinion in matcher.opinions(page).items()
        if isinstance(opinion, Verdict)
    }


def rules(**given: Any) -> SiteRules:
    return SiteRules(hosts=("a.example",), **given)


class TestLines:
    def test_exact_text_matches_apart_from_white_space(self) -> None:
        page = "Paylaş\n  もっと 見る \nPaylaşım"
        assert signs(rules(drop=["Paylaş", "もっと  見る"]), page) == {
            "Paylaş": "-", "  もっと 見る ": "-",
        }  # fmt: skip

    def test_a_pattern_is_found_anywhere_in_a_line(self) -> None:
        page = "اقرأ أيضا: خبر\nखबर\nПодписаться на рассылку"
        found = signs(rules(drop_matching=["^اقرأ أيضا", "(?i)РАССЫЛК"]), page)
        assert found == {"اقرأ أيضا: خبر": "-", "Подписаться на рассылку": "-"}

    def test_headlines_are_kept_and_dates_dropped(self) -> None:
        page = "Buses return\n12 May 2021\nText."
        known = rules(headline=["^Buses"], date=[r"^\d{1,2} \p{Lu}\p{Ll}+ \d{4}$"])
        assert signs(known, page) == {"Buses return": "+", "12 May 2021": "-"}

    def test_drop_from_and_drop_before_drop_ranges(self) -> None:
        page = "menu\nText.\nRelated\nother\nRelated\nmore"
        assert signs(rules(drop_from=["Related"]), page) == {
            "Related": "-", "other": "-", "more": "-",
        }  # fmt: skip
        assert signs(rules(drop_before_matching=["^Text"]), page) == {"menu": "-"}

    def test_a_range_without_its_line_drops_nothing(self) -> None:
        assert signs(rules(drop_from=["Related"], drop_before=["Start"]), "a\nb") == {}

    def test_blank_lines_get_no_opinion(self) -> None:
        assert signs(rules(drop_from=["x"]), "x\n\n \ny") == {"x": "-", "y": "-"}

    def test_exact_lines_win_over_patterns_and_these_over_selectors(self) -> None:
        page = "<div class=box><p>one</p><p>two</p><p>three</p></div>"
        known = rules(drop_css=[".box"], keep_matching=["^t"], drop=["three"])
        assert signs(known, page) == {"one": "-", "two": "+", "three": "-"}

    def test_keep_wins_over_drop(self) -> None:
        assert signs(rules(drop=["a"], keep=["a"]), "a") == {"a": "+"}

    def test_rules_with_a_vote_give_votes_instead_of_verdicts(self) -> None:
        found = Matcher(rules(drop=["a"], keep=["b"], vote=1.5)).opinions(text_page(["a", "b"]))
        assert found == {0: Vote(-1.5, "drop a"), 1: Vote(1.5, "keep b")}


PAGE = (
    "<body class=top><nav id=menu><a href=/>ホーム</a></nav><main><p>本文です。<b>太字</b></p>"
    "<div class='promo wide'><p>購読</p></div></main><footer>© 2021</footer>"
)


class TestMarkup:
    @pytest.mark.parametrize(
        ("selector", "dropped"),
        [
            (".promo", {"購読"}),
            ("div.promo", {"購読"}),
            ("p.promo", set()),
            ("#menu", {"ホーム"}),
            ("main > div", {"購読"}),
            ("nav, footer", {"ホーム", "© 2021"}),
            ("main p:first-child", {"本文です。太字", "購読"}),
            ("main > p:has(b)", {"本文です。太字"}),
        ],
    )
    def test_a_css_selector_is_about_all_lines_in_the_elements(
        self, selector: str, dropped: set[str]
    ) -> None:
        assert set(signs(rules(drop_css=[selector]), PAGE)) == dropped

    def test_an_xpath_is_about_all_lines_in_the_elements(self) -> None:
        assert set(signs(rules(drop_xpath=["//div[contains(@class, 'wide')]"]), PAGE)) == {"購読"}

    def test_an_element_within_a_line_selects_no_line(self) -> None:
        assert signs(rules(drop_css=["p > b"], drop_xpath=["//p/text()"]), PAGE) == {}

    def test_the_inner_of_nested_elements_wins(self) -> None:
        page = "<article><p>a</p><div class=ad><p>b</p><p class=no-ad>c</p></div></article>"
        known = rules(keep_css=["article", ".no-ad"], drop_css=[".ad"])
        assert signs(known, page) == {"a": "+", "b": "-", "c": "+"}

    def test_keep_wins_over_drop_for_one_element(self) -> None:
        known = rules(keep_css=[".a"], drop_css=[".b"])
        assert signs(known, "<p class='a b'>x</p>") == {"x": "+"}

    def test_lines_outside_of_the_article_are_dropped(self) -> None:
        assert signs(rules(article_css=["main"]), PAGE) == {"ホーム": "-", "© 2021": "-"}

    def test_an_article_selector_without_a_match_drops_nothing(self) -> None:
        assert signs(rules(article_css=["article"], article_xpath=["//section"]), PAGE) == {}

    def test_selectors_do_nothing_on_bare_text(self) -> None:
        known = rules(drop_css=[".promo", "nav > a"], article_css=["main"], drop_xpath=["//p"])
        assert signs(known, "ホーム\n本文です。\n購読") == {}

    def test_a_page_that_is_already_read_matches_simple_selectors_only(self) -> None:
        page = read(PAGE)
        assert set(Matcher(rules(drop_css=[".promo"])).opinions(page))
        assert not set(Matcher(rules(drop_css=["main > .promo"])).opinions(page))

    def test_an_xpath_step_from_a_number_is_an_error(self) -> None:
        with pytest.raises(RulesError, match=r"drop_xpath: .* in '6/nav'"):
            signs(rules(drop_xpath=["6/nav"]), PAGE)

    def test_an_xpath_whose_value_is_a_number_is_an_error(self) -> None:
        message = (
            r"^drop_xpath: 'count\(//p\)' has .*; an expression that selects elements is needed"
        )
        with pytest.raises(RulesError, match=message):
            signs(rules(drop_xpath=["count(//p)"]), PAGE)


class TestHosts:
    @pytest.mark.parametrize(
        ("host", "url", "applies"),
        [
            ("example.com", "https://example.com/", True),
            ("example.com", "http://www.m.EXAMPLE.com:8080/x?y", True),
            ("example.com", "https://example.com.evil.net/", False),
            ("example.com", "https://myexample.com/", False),
            ("www.example.com", "https://example.com/", True),
            ("example.com/spor", "https://example.com/spor/1", True),
            ("example.com/spor", "https://example.com/sports", False),
            ("example.com/TEX/", "https://example.com/TEX/1", True),
            ("example.com/TEX/", "https://example.com/TEXT/1", False),
            ("example.com/ειδήσεις", "https://example.com/%CE%B5%CE%B9%CE%B4%CE%AE%CF%83%CE%B5%CE%B9%CF%82/1", True),  # noqa: E501
            ("bücher.example", "https://xn--bcher-kva.example/", True),
            ("*", "", True),
        ],
    )  # fmt: skip
    def test_a_host_includes_subdomains_and_paths_below(
        self, host: str, url: str, applies: bool
    ) -> None:
        (known,) = SiteRules(hosts=(host,)).hosts
        assert applies_to(known, url) == applies

    @given(st.text())
    def test_any_text_is_accepted_as_a_url(self, url: str) -> None:
        assert list(hosts_with_rules_for(url))[-1] == "*"
        assert not applies_to("a.example", url)

    @pytest.mark.parametrize("host", ["", "https://a.example", "*.a.example", ".a.example", "com"])
    def test_an_invalid_host_is_refused_with_an_example(self, host: str) -> None:
        with pytest.raises(RulesError, match=r"example\.com|empty"):
            SiteRules(hosts=(host,))


GOOD = """
# A comment
api = 1

[[site]]
hosts = ["a.example"]
drop = [
    "Paylaş",
    "x",
]

[[site]]
hosts = ["b.example/spor"]
drop_matching = ['^\\d+ yorum']
drop_css = [".promo", "nav > a"]
site_model = "b.model"
vote = 1.5
"""


class TestRoles:
    def test_they_are_read_from_a_file(self) -> None:
        text = (
            'api = 1\n[[site]]\nhosts = ["a.example"]\nkeep_roles = ["date"]\ndrop_roles = ["note"]'
        )
        [known] = parse_rules(text)
        assert (known.keep_roles, known.drop_roles) == (("date",), ("note",))
        assert Matcher(known).opinions(text_page(["a"])) == {}

    @pytest.mark.parametrize("field", ["keep_roles", "drop_roles"])
    def test_unknown_role_is_an_error_with_its_line(self, field: str) -> None:
        text = f'api = 1\n[[site]]\nhosts = ["a.example"]\n{field} = [\n"date",\n"advert"]'
        known = (
            rf"^rules\.toml:6: {field}: there is no role 'advert'; there are headline, .*, other$"
        )
        with pytest.raises(RulesError, match=known):
            parse_rules(text)
        with pytest.raises(RulesError, match=f"^{field}: there is no role 'advert'"):
            rules(**{field: "advert"})

    def test_role_that_is_both_kept_and_dropped_is_an_error(self) -> None:
        with pytest.raises(RulesError, match="date is both in keep_roles and in drop_roles"):
            rules(keep_roles=["tags", "date"], drop_roles=["date"])

    def test_schema_has_all_of_them(self) -> None:
        assert SCHEMA["$defs"]["role"]["enum"] == list(ROLES)


class TestFiles:
    def test_a_file_has_one_table_for_each_site(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_text(GOOD, "utf-8")
        a, b = read_rules(path)
        assert a.drop == ("Paylaş", "x")
        assert b.hosts == ("b.example/spor",)
        assert b.vote == 1.5
        assert b.site_model == str(tmp_path / "b.model")

    @pytest.mark.parametrize(
        ("old", "new", "line", "message"),
        [
            ("api = 1", "api = 2", 3, "api is 1, not 2"),
            ("api = 1", "", 1, "'api = 1' is missing"),
            ("api = 1", "api = 1\nsites = 2", 4, "did you mean 'site'"),
            ('hosts = ["a.example"]', "", 5, "no hosts"),
            ('"a.example"', '"https://a.example"', 6, "is not a host name"),
            ("drop = [", "dropp = [", 7, "did you mean 'drop'"),
            ("drop = [", "zzqx = [", 7, "there is no 'zzqx'; there are .*drop"),
            ('"x"', "3", 7, "list of strings"),
            ('"x"', '""', 9, "empty string"),
            ("drop_matching = ['^\\d+ yorum']", "drop_matching = 'x'", 14, "list of strings"),
            ("vote = 1.5", "vote = -1", 17, "log-odds"),
            ("vote = 1.5", "vote = true", 17, "log-odds"),
            ('"x"', '"x', 9, "Illegal character"),
        ],
    )
    def test_an_error_names_the_file_and_the_line(
        self, old: str, new: str, line: int, message: str
    ) -> None:
        with pytest.raises(RulesError, match=rf"^a\.toml:{line}: .*{message}"):
            parse_rules(GOOD.replace(old, new), "a.toml")

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("^\\d+ yorum", "(unclosed", 14),
            ("nav > a", "nav >> > [", 15),
            (".promo", "!", 15),
            (".promo", "li:HAS(~ li:not(:has(b)))", 15),
        ],
    )
    def test_an_invalid_pattern_or_selector_is_a_problem_with_its_line(
        self, old: str, new: str, line: int
    ) -> None:
        _, site = parse_rules(GOOD.replace(old, new), "a.toml")
        (problem,) = Matcher(site).problems()
        assert problem.startswith(f"a.toml:{line}: ")

    def test_bytes_that_are_not_utf8_are_an_error_with_their_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_bytes(b"api = 1\n# \xff")
        with pytest.raises(RulesError, match=r"a\.toml:2: not UTF-8"):
            read_rules(path)

    @given(st.text())
    def test_any_text_is_parsed_or_a_rules_error(self, text: str) -> None:
        try:
            parse_rules(text)
        except RulesError as error:
            assert str(error).startswith("rules.toml:")


def is_parsed(text: str) -> bool:
    try:
        parse_rules(text)
    except RulesError:
        return False
    return True


def is_valid(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text))


class TestSchema:
    def test_it_has_the_fields_of_site_rules(self) -> None:
        known = {f.name for f in fields(SiteRules)} - {"where"}
        assert set(SCHEMA["$defs"]["site"]["properties"]) == known
        assert {*PATTERN_FIELDS, *SELECTOR_FIELDS} < set(STRING_FIELDS) < known

    @pytest.mark.parametrize("field", [f.name for f in fields(SiteRules) if f.name != "where"])
    @pytest.mark.parametrize(
        "value",
        ['"x"', '["a.example"]', '["a.example/b"]', '["*"]', '["*.x.y"]', '["http://x.y"]', "[]",
         '[""]', '[" "]', "[1]", "1", "0", "-1", "10", "10.5", "true", "1979-05-27", "{a = 1}",
         "[{rule = 'x', role = 'tags'}]", "['x', {rule = 'y', role = 'ad'}]", "[{rule = 'x'}]"],
    )  # fmt: skip
    def test_it_accepts_the_values_that_the_parser_accepts(self, field: str, value: str) -> None:
        hosts = "" if field == "hosts" else 'hosts = ["a.example"]\n'
        text = f"api = 1\n[[site]]\n{hosts}{field} = {value}\n"
        assert is_valid(text) == is_parsed(text)

    @pytest.mark.parametrize("text", ["", "api = 1", "api = true\nsite = []", "api = 1\nsite = 1",
                                      "api = 1\nsite = []", "api = 1\n[site]\nhosts = ['a.b']",
                                      "api = 1\n[[site]]\ndrop = []", GOOD])  # fmt: skip
    def test_it_accepts_the_documents_that_the_parser_accepts(self, text: str) -> None:
        assert is_valid(text) == is_parsed(text)
