"""Rules as data: what they say of lines, what they are written in, and what is wrong with them."""

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
from boilerplate.plugins.hosts import holds_for, suffixes
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import (
    PATTERNS,
    SELECTORS,
    STRINGS,
    RulesError,
    SiteRules,
    Verdict,
    Vote,
)
from boilerplate.plugins.toml import parse_rules, read_rules
from boilerplate.reading.read import read

SCHEMA = json.loads((files("boilerplate") / "data" / "rules.schema.json").read_text("utf-8"))


def says(rules: SiteRules, source: str, url: str = "https://a.example/") -> dict[str, str]:
    """The sign of each line that the rules have an opinion on, by its text."""
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
    def test_a_line_is_known_by_its_exact_text_blanks_aside(self) -> None:
        page = "Paylaş\n  もっと 見る \nPaylaşım"
        assert says(rules(drop=["Paylaş", "もっと  見る"]), page) == {
            "Paylaş": "-", "  もっと 見る ": "-",
        }  # fmt: skip

    def test_a_line_is_known_by_a_pattern_found_in_it(self) -> None:
        page = "اقرأ أيضا: خبر\nखबर\nПодписаться на рассылку"
        found = says(rules(drop_matching=["^اقرأ أيضا", "(?i)РАССЫЛК"]), page)
        assert found == {"اقرأ أيضا: خبر": "-", "Подписаться на рассылку": "-"}

    def test_a_headline_is_kept_and_a_date_dropped(self) -> None:
        page = "Buses return\n12 May 2021\nText."
        known = rules(headline=["^Buses"], date=[r"^\d{1,2} \p{Lu}\p{Ll}+ \d{4}$"])
        assert says(known, page) == {"Buses return": "+", "12 May 2021": "-"}

    def test_everything_from_a_line_on_is_dropped_and_everything_before_one(self) -> None:
        page = "menu\nText.\nRelated\nother\nRelated\nmore"
        assert says(rules(drop_from=["Related"]), page) == {
            "Related": "-", "other": "-", "more": "-",
        }  # fmt: skip
        assert says(rules(drop_before_matching=["^Text"]), page) == {"menu": "-"}

    def test_a_line_that_is_not_there_starts_nothing(self) -> None:
        assert says(rules(drop_from=["Related"], drop_before=["Start"]), "a\nb") == {}

    def test_blank_lines_are_left_out(self) -> None:
        assert says(rules(drop_from=["x"]), "x\n\n \ny") == {"x": "-", "y": "-"}

    def test_what_is_more_exact_wins(self) -> None:
        page = "<div class=box><p>one</p><p>two</p><p>three</p></div>"
        known = rules(drop_css=[".box"], keep_matching=["^t"], drop=["three"])
        assert says(known, page) == {"one": "-", "two": "+", "three": "-"}

    def test_to_keep_wins_among_equals(self) -> None:
        assert says(rules(drop=["a"], keep=["a"]), "a") == {"a": "+"}

    def test_a_vote_is_no_verdict(self) -> None:
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
    def test_a_css_selector_is_about_all_lines_in_what_it_chooses(
        self, selector: str, dropped: set[str]
    ) -> None:
        assert set(says(rules(drop_css=[selector]), PAGE)) == dropped

    def test_an_xpath_is_too(self) -> None:
        assert set(says(rules(drop_xpath=["//div[contains(@class, 'wide')]"]), PAGE)) == {"購読"}

    def test_what_holds_a_part_of_a_line_says_nothing_of_it(self) -> None:
        assert says(rules(drop_css=["p > b"], drop_xpath=["//p/text()"]), PAGE) == {}

    def test_the_inner_of_two_elements_wins(self) -> None:
        page = "<article><p>a</p><div class=ad><p>b</p><p class=no-ad>c</p></div></article>"
        known = rules(keep_css=["article", ".no-ad"], drop_css=[".ad"])
        assert says(known, page) == {"a": "+", "b": "-", "c": "+"}

    def test_to_keep_wins_where_one_element_is_both(self) -> None:
        known = rules(keep_css=[".a"], drop_css=[".b"])
        assert says(known, "<p class='a b'>x</p>") == {"x": "+"}

    def test_what_stands_outside_of_the_article_is_dropped(self) -> None:
        assert says(rules(article_css=["main"]), PAGE) == {"ホーム": "-", "© 2021": "-"}

    def test_an_article_that_is_not_there_says_nothing(self) -> None:
        assert says(rules(article_css=["article"], article_xpath=["//section"]), PAGE) == {}

    def test_rules_for_markup_say_nothing_on_bare_text(self) -> None:
        known = rules(drop_css=[".promo", "nav > a"], article_css=["main"], drop_xpath=["//p"])
        assert says(known, "ホーム\n本文です。\n購読") == {}

    def test_a_page_that_was_read_before_answers_plain_selectors_only(self) -> None:
        page = read(PAGE)
        assert set(Matcher(rules(drop_css=[".promo"])).opinions(page))
        assert not set(Matcher(rules(drop_css=["main > .promo"])).opinions(page))

    def test_an_xpath_that_steps_from_what_is_no_node_is_an_error(self) -> None:
        with pytest.raises(RulesError, match=r"drop_xpath: .* in '6/nav'"):
            says(rules(drop_xpath=["6/nav"]), PAGE)

    def test_an_xpath_that_chooses_no_elements_is_an_error(self) -> None:
        said = r"^drop_xpath: 'count\(//p\)' has .*; an expression that chooses elements is needed"
        with pytest.raises(RulesError, match=said):
            says(rules(drop_xpath=["count(//p)"]), PAGE)


class TestHosts:
    @pytest.mark.parametrize(
        ("host", "url", "holds"),
        [
            ("example.com", "https://example.com/", True),
            ("example.com", "http://www.m.EXAMPLE.com:8080/x?y", True),
            ("example.com", "https://example.com.evil.net/", False),
            ("example.com", "https://myexample.com/", False),
            ("www.example.com", "https://example.com/", True),
            ("example.com/spor", "https://example.com/spor/1", True),
            ("example.com/spor", "https://example.com/sports", False),
            ("example.com/ειδήσεις", "https://example.com/%CE%B5%CE%B9%CE%B4%CE%AE%CF%83%CE%B5%CE%B9%CF%82/1", True),  # noqa: E501
            ("bücher.example", "https://xn--bcher-kva.example/", True),
            ("*", "", True),
        ],
    )  # fmt: skip
    def test_a_host_holds_for_its_subdomains_and_below_its_path(
        self, host: str, url: str, holds: bool
    ) -> None:
        (known,) = SiteRules(hosts=(host,)).hosts
        assert holds_for(known, url) == holds

    @given(st.text())
    def test_any_text_may_be_a_url(self, url: str) -> None:
        assert list(suffixes(url))[-1] == "*"
        assert not holds_for("a.example", url)

    @pytest.mark.parametrize("host", ["", "https://a.example", "*.a.example", ".a.example", "com"])
    def test_what_is_no_host_is_refused_with_what_is(self, host: str) -> None:
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


class TestFiles:
    def test_a_file_holds_a_table_for_each_site(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_text(GOOD, "utf-8")
        a, b = read_rules(path)
        assert a.drop == ("Paylaş", "x")
        assert b.hosts == ("b.example/spor",)
        assert b.vote == 1.5
        assert b.site_model == str(tmp_path / "b.model")

    @pytest.mark.parametrize(
        ("old", "new", "line", "says"),
        [
            ("api = 1", "api = 2", 3, "api is 1, not 2"),
            ("api = 1", "", 1, "'api = 1' is missing"),
            ("api = 1", "api = 1\nsites = 2", 4, "did you mean 'site'"),
            ('hosts = ["a.example"]', "", 5, "no hosts"),
            ('"a.example"', '"https://a.example"', 6, "is no host"),
            ("drop = [", "dropp = [", 7, "did you mean 'drop'"),
            ('"x"', "3", 7, "list of strings"),
            ('"x"', '""', 9, "empty string"),
            ("drop_matching = ['^\\d+ yorum']", "drop_matching = 'x'", 14, "list of strings"),
            ("vote = 1.5", "vote = -1", 17, "log-odds"),
            ("vote = 1.5", "vote = true", 17, "log-odds"),
            ('"x"', '"x', 9, "Illegal character"),
        ],
    )
    def test_an_error_points_at_the_file_and_the_line(
        self, old: str, new: str, line: int, says: str
    ) -> None:
        with pytest.raises(RulesError, match=rf"^a\.toml:{line}: .*{says}"):
            parse_rules(GOOD.replace(old, new), "a.toml")

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [("^\\d+ yorum", "(unclosed", 14), ("nav > a", "nav >> > [", 15), (".promo", "!", 15)],
    )
    def test_a_bad_pattern_or_selector_is_found_with_its_line(
        self, old: str, new: str, line: int
    ) -> None:
        _, site = parse_rules(GOOD.replace(old, new), "a.toml")
        (problem,) = Matcher(site).problems()
        assert problem.startswith(f"a.toml:{line}: ")

    def test_bytes_that_are_not_utf_8_are_found_with_their_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_bytes(b"api = 1\n# \xff")
        with pytest.raises(RulesError, match=r"a\.toml:2: not UTF-8"):
            read_rules(path)

    @given(st.text())
    def test_any_text_is_rules_or_an_error_of_theirs(self, text: str) -> None:
        try:
            parse_rules(text)
        except RulesError as error:
            assert str(error).startswith("rules.toml:")


def loads(text: str) -> bool:
    try:
        parse_rules(text)
    except RulesError:
        return False
    return True


def in_schema(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text))


class TestSchema:
    def test_it_has_the_fields_of_the_rules(self) -> None:
        known = {f.name for f in fields(SiteRules)} - {"where"}
        assert set(SCHEMA["$defs"]["site"]["properties"]) == known
        assert {*PATTERNS, *SELECTORS} < set(STRINGS) < known

    @pytest.mark.parametrize("field", [f.name for f in fields(SiteRules) if f.name != "where"])
    @pytest.mark.parametrize(
        "value",
        ['"x"', '["a.example"]', '["a.example/b"]', '["*"]', '["*.x.y"]', '["http://x.y"]', "[]",
         '[""]', '[" "]', "[1]", "1", "0", "-1", "10", "10.5", "true", "1979-05-27", "{a = 1}"],
    )  # fmt: skip
    def test_it_accepts_what_the_loader_accepts(self, field: str, value: str) -> None:
        hosts = "" if field == "hosts" else 'hosts = ["a.example"]\n'
        text = f"api = 1\n[[site]]\n{hosts}{field} = {value}\n"
        assert in_schema(text) == loads(text)

    @pytest.mark.parametrize("text", ["", "api = 1", "api = true\nsite = []", "api = 1\nsite = 1",
                                      "api = 1\nsite = []", "api = 1\n[site]\nhosts = ['a.b']",
                                      "api = 1\n[[site]]\ndrop = []", GOOD])  # fmt: skip
    def test_it_accepts_the_documents_that_the_loader_accepts(self, text: str) -> None:
        assert in_schema(text) == loads(text)
