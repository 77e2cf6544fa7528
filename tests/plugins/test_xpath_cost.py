"""XPath rules that would take the square or the cube of a page's size are not evaluated."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.page import Label
from boilerplate.plugins import PluginWarning, SiteRules, parse_rules
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import RulesError
from boilerplate.plugins.xpath_cost import MOST_COST, PageSize, cost, may_be_costly
from tests.plugins.made_up_plugins import clean, load, rules

FLAT = "<body><ul>" + "<li><b>خبر</b></li>" * 4000 + "</ul><h2>もっと見る</h2><p>尾</p></body>"
NESTED = "<body>" + ("<div>" * 200 + "ใต้" + "</div>" * 200) * 10
SMALL = "<main><h2>Далее</h2><p>один</p><p>два</p></main><footer><p>три</p></footer>"
HOSTILE = (
    "//*/following::*",
    "//*/following::*/preceding::*",
    "//li[count(preceding::li)=count(following::li)]",
    "//li[count(preceding-sibling::li)=3]",
    "//li/following-sibling::li",
    "//b[following::b[following::b]]",
    "//li[../li[../li[. = 'x']]]",
    "//li[//b[//li = 'x']]",
    "//p | //li[parent::ul/li[. = 'x']]",
    "( //li )/preceding::node()",
    "//li[string-length(string(/*)) > count(//li)]",
    "//li[not(preceding :: li)]",
    "//li[contains(.., 'x')]",
    "//ul/li[following::li]/b",
)
# Of the kinds that lists of rules for many sites have.
USUAL = (
    "//div[contains(concat(' ', normalize-space(@class), ' '), ' share ')]",
    "//h2[contains(., 'もっと')]/following::*",
    "//h2[. = 'もっと見る']/preceding::p",
    "//header/following::p[1]",
    "//h2/following-sibling::p",
    "(//h2)[last()]/following::node()",
    "//a[contains(@href, '//t.me/')]/ancestor::p[1]",
    "//p[contains(strong, 'Lire') and a]",
    "//table[//a[contains(@href, 'x')]]",
    "//p[preceding::hr]/span[@class = 'x']",
    "//li/preceding-sibling::li[1]",
    "//b/ancestor::ul",
    "//li[.//a]",
    "(//main | //article)/descendant::aside",
    "//ul[li[b]]/li[position() < 3]",
    "id('x') | //div[@id = 'y']//li[2 * 3 = 6]",
)


def estimate(expression: str, markup: str) -> int:
    document = turbohtml.parse(markup)
    found = turbohtml.XPath

    def count(beginning: str) -> int | None:
        nodes = found(beginning)(document)
        return len(nodes) if isinstance(nodes, list) else None

    return cost(expression, PageSize.of(document), count)


@pytest.mark.parametrize("expression", HOSTILE)
def test_an_expression_that_explodes_is_refused_before_it_is_evaluated(expression: str) -> None:
    (site,) = parse_rules(
        f'api = 1\n[[site]]\nhosts = ["a.example"]\ndrop_xpath = ["{expression}"]', "a.toml"
    )
    assert may_be_costly(expression)
    with pytest.raises(RulesError, match=r"^a\.toml:4: drop_xpath: .* takes too long on a page of"):
        Matcher(site).select(turbohtml.parse(FLAT))


@pytest.mark.parametrize(
    "expression",
    ["//div[.//div[.//div[. = 'x']]]", "//div[descendant::div[ancestor::div[. = 'x']]]"],
)
def test_nested_elements_are_counted_with_their_depth(expression: str) -> None:
    assert estimate(expression, NESTED) > MOST_COST


@pytest.mark.parametrize("expression", USUAL)
def test_usual_expressions_are_evaluated_on_a_large_page(expression: str) -> None:
    rules = SiteRules(hosts=["a.example"], drop_xpath=[expression])
    Matcher(rules).select(turbohtml.parse(FLAT))


@pytest.mark.parametrize("expression", [*HOSTILE, *USUAL])
def test_every_expression_is_evaluated_on_a_small_page(expression: str) -> None:
    rules = SiteRules(hosts=["a.example"], drop_xpath=[expression])
    Matcher(rules).select(turbohtml.parse(SMALL))


def test_the_page_is_cleaned_without_the_plugin_that_would_take_too_long() -> None:
    plugins = load(slow=rules(drop_xpath=[HOSTILE[1]]), good=rules(drop=["もっと見る"]))
    with pytest.warns(PluginWarning, match="slow: selectors: drop_xpath: .* takes too long"):
        page = clean(plugins, FLAT)
    assert len(page.predictions) == 4002
    assert page.predictions[4000].label is Label.BOILERPLATE
    assert page.predictions[4000].decided_by == "plugin:good"


@pytest.mark.parametrize("field", ["drop_xpath", "keep_css"])
def test_a_selector_has_a_greatest_length(field: str) -> None:
    known = SiteRules(hosts=["a.example"], **{field: ["p" + "[a]" * 2000]})
    (problem,) = Matcher(known).problems()
    assert problem.startswith(f"{field}: a selector has at most 5000 characters")
    assert len(problem) < 400


def test_the_size_of_a_page() -> None:
    size = PageSize.of(turbohtml.parse("<body><p>a</p><p>b<i>c</i></p>"))
    assert (size.nodes, size.siblings, size.depth) == (10, 2, 5)
    assert (size.named("p"), size.named("P"), size.named("x:i"), size.named("*")) == (2, 2, 1, 10)


PIECES = st.sampled_from(
    ["//", "/", "li", "*", "[", "]", "(", ")", "following::", "ancestor::", ".", "..", "@", "|",
     " and ", "=", "'x'", "3", "count(", "text()", ",", "ß", "::", "\0"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_any_text_has_a_cost(expression: str) -> None:
    assert cost(expression, PageSize.of(turbohtml.parse(SMALL)), lambda _: None) >= 0
