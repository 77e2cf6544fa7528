"""Reasons: the feature groups that added most, and phrases that are true of the line."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import boilerplate
from boilerplate.explain import reasons as reasons_module
from boilerplate.explain.details import PLURALS, Surroundings
from boilerplate.explain.phrases import DROPPED, KEPT, MODEL_FEATURES
from boilerplate.explain.reasons import LIMITS, NO_SIGN, ROLE_WORDS, naming, reasons
from boilerplate.features.elements import element_tokens
from boilerplate.features.table import GROUPS
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_tree import token_buckets
from boilerplate.model.model import load_model
from boilerplate.model.stack import Evidence, Scores, WordWeights
from boilerplate.page import Element, Label, Line, Markup, Page, is_blank, text_page
from boilerplate.roles import ROLES
from tests.made_up import SENTENCES, news_page

LONG = "Uzun bir satır, kısa sayılmayacak kadar uzun."
PARAGRAPH = (
    "The harbour office will close its eastern gate on Monday for two weeks of repairs, and "
    "lorries must come in by the market road, said the harbour master on Friday evening. "
)


def reason(probability: float, line: str = LONG, seen: dict[str, float] | None = None, **added):
    """The reason of a line with these features, to which the groups ``added`` these log-odds."""
    grounds = np.array([[added.get(name.replace(" ", "_"), 0.0) for name in GROUPS]])
    values = np.array([[(seen or {}).get(name, np.nan) for name in MODEL_FEATURES]], np.float32)
    scores = Scores(np.array([probability]))
    content = scores.probability >= 0.5
    [text] = reasons(text_page([line]), scores, Evidence(grounds, values), content)
    return text


NOTHING_SEEN = np.full((1, len(MODEL_FEATURES)), np.nan, np.float32)
LINKED = {"link_share": 1.0, "links": 1.1}
ALL_LINKED = "all of its text is linked"


@pytest.mark.parametrize("group", GROUPS)
def test_each_feature_group_has_phrases_for_both_labels(group: str) -> None:
    assert DROPPED[group]
    assert KEPT[group]


def test_strongest_feature_group_comes_first() -> None:
    plain = {"links": 0.0, "link_share": 0.0}
    assert reason(0.9, seen=plain, wording=1.0, links=2.0) == "no links, worded like an article"
    assert reason(0.9, seen=plain, wording=2.0, links=1.0) == "worded like an article, no links"


def test_evidence_for_the_other_label_is_left_out() -> None:
    assert reason(0.9, seen=LINKED, wording=1.0, links=-5.0) == "worded like an article"


def test_weak_feature_groups_are_left_out() -> None:
    assert reason(0.1, seen=LINKED, wording=-5.0, links=-0.1) == "worded like site chrome"


def test_phrases_are_true_however_much_their_group_added() -> None:
    for share, expected in ((1.0, "all"), (0.97, "97%"), (0.6, "60%"), (0.1, "10%")):
        text = reason(0.1, seen={"link_share": share, "links": 0.7}, links=-1.0)
        assert text == f"{expected} of its text is linked"
    assert reason(0.1, seen={"link_share": 0, "links": 0}, links=-1.0) == NO_SIGN


def test_count_is_the_number_of_equal_lines() -> None:
    seen = {"same_line": float(np.log1p(3))}
    assert reason(0.1, seen=seen, repetition=-1.0) == "stands 4 times on the page"


def test_reason_is_limited_in_phrases_and_length() -> None:
    everything = {name.replace(" ", "_"): -1.0 for name in GROUPS}
    text = reason(0.1, seen=dict.fromkeys(MODEL_FEATURES, 1.0), **everything)
    assert len(text.split(", ")) <= LIMITS.max_phrases
    assert len(text) <= LIMITS.max_length


def test_short_dropped_line_is_called_short() -> None:
    assert reason(0.1, "x" * (LIMITS.short_line - 1), LINKED, links=-1.0) == f"short, {ALL_LINKED}"
    assert reason(0.1, "x" * LIMITS.short_line, LINKED, links=-1.0) == ALL_LINKED
    assert reason(0.9, "x", {"links": 0.0}, links=1.0) == "no links"


def test_line_without_evidence_says_so() -> None:
    assert reason(0.5) == NO_SIGN


def test_wording_without_words_stands_only_where_nothing_else_does() -> None:
    assert reason(0.1, seen=LINKED, wording=-5.0) == "worded like site chrome"
    assert reason(0.1, seen=LINKED, wording=-5.0, links=-1.0) == ALL_LINKED


def of_page(*texts: str, at: int, elements: tuple[Element, ...] = (), **added: float) -> str:
    """The reason of the n-th of some dropped lines, each in an element of its own if there are."""
    lines = tuple(Line(text, Markup(i) if elements else None) for i, text in enumerate(texts))
    page = Page(lines, kind="html" if elements else "text", elements=elements)
    grounds = np.zeros((len(lines), len(GROUPS)))
    for name, log_odds in added.items():
        grounds[at, GROUPS.index(name.replace("_", " "))] = log_odds
    log_roles = np.full((len(lines), len(ROLES)), -9.0)
    log_roles[:, ROLES.index("byline")] = -0.1
    seen = np.full((len(lines), len(MODEL_FEATURES)), np.nan, np.float32)
    seen[at, MODEL_FEATURES.index("is_article")] = -0.1
    seen[at, MODEL_FEATURES.index("p@1")] = 0.1
    scores = Scores(np.full(len(lines), 0.25), log_roles=log_roles)
    dropped = np.zeros(len(lines), bool)
    roles = np.full(len(lines), ROLES.index("byline"))
    return reasons(page, scores, Evidence(grounds, seen), dropped, roles=roles)[at]


@pytest.mark.parametrize("words", [("Paylaş", "Yazdır"), ("シェア", "印刷"), ("شارك", "اطبع")])
def test_dropped_neighbours_are_quoted(words: tuple[str, str]) -> None:
    before, after = words
    text = of_page(before, LONG, after, at=1, neighbours=-1.0)
    assert text == f'among 3 dropped lines ("{before}", "{after}")'
    assert of_page(before, LONG, at=1, neighbours=-1.0) == f'beside the dropped line "{before}"'
    assert of_page(LONG, at=0, neighbours=-1.0) == NO_SIGN


def test_quoted_lines_are_short_and_can_be_shown() -> None:
    text = of_page("\x1b[31m\u202e" + '"x" ' * 400, LONG, at=1, neighbours=-1.0)
    assert len(text) < 60
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert of_page("\u202e", LONG, at=1, neighbours=-1.0) == NO_SIGN


def test_box_that_reads_like_chrome_is_named_if_it_has_a_name() -> None:
    for names, expected in ((("letter-box",), ' ("letter-box")'), ((), "")):
        elements = (Element("div", names, -1), Element("p", (), 0))
        text = of_page("Mektup", LONG, at=1, elements=elements, container=-1.0)
        assert text == f"the rest of its box{expected} reads like chrome"


def test_type_of_the_page_explains_what_it_means_for_the_role_of_the_line() -> None:
    text = of_page(LONG, "Metin", at=0, page_type=-1.0)
    assert text == "bylines are dropped on article pages"
    both = of_page(LONG, "Metin", at=0, page_type=-2.0, neighbours=-1.0)
    assert both == 'beside the dropped line "Metin", bylines are dropped on article pages'


def test_role_that_is_a_guess_is_not_named() -> None:
    log_roles = np.log(np.full((2, len(ROLES)), [[0.5], [0.05]]))
    assert naming(["cookie", "cookie"], log_roles, ["short", "short"]) == [
        "cookie notice: short", "short",
    ]  # fmt: skip
    assert naming(["body", None], log_roles, ["long", "short"]) == ["long", "short"]


def test_every_role_with_a_name_has_a_plural() -> None:
    assert set(ROLE_WORDS) <= set(PLURALS) <= set(ROLES)


def test_name_is_of_the_innermost_element_with_tokens_and_printable() -> None:
    def named(*names: str) -> str:
        elements = (Element("div", ("outer",), -1), Element("div", names, 0), Element("p", (), 1))
        page = Page((Line(LONG, Markup(2)),), kind="html", elements=elements)
        grounds = np.zeros((1, len(GROUPS)))
        grounds[0, GROUPS.index("names")] = -1.0
        evidence = Evidence(grounds, NOTHING_SEEN)
        [text] = reasons(page, Scores(np.array([0.1])), evidence, np.array([False]))
        return text

    assert named("most-read") == 'in an element named "most-read"'
    assert named() == 'in an element named "outer"'
    assert named("關聯新聞", "{n}") == 'in an element named "關聯新聞 {n}"'
    assert named("\x1b[31m\u202ered") == 'in an element named "[31mred"'
    assert len(named("x" * 500)) < 50


@pytest.mark.parametrize(("kept", "expected"), [(False, "promo"), (True, "story")])
def test_name_is_the_one_that_told_most_for_the_label(kept: bool, expected: str) -> None:
    tokens = np.zeros(2**NGRAMS.bits, np.float32)
    for name, weight in (("promo", -2.0), ("story", 2.0), ("row", -0.1)):
        tokens[token_buckets(element_tokens("", (name,))[1:], 0, NGRAMS.bits)] = weight
        tokens[token_buckets(element_tokens("", (name,))[1:], 1, NGRAMS.bits)] = weight / 2
    elements = (Element("div", ("story", "row"), -1), Element("p", ("row", "promo", "story"), 0))
    page = Page((Line(LONG, Markup(1)),), kind="html", elements=elements)
    weights = WordWeights(tokens, tokens, load_model().words)
    around = Surroundings(page, np.array([kept]), weights)
    assert around.name(0) == f'"{expected}"'


def dropped(against: float, language: str, of_page: str | None) -> str:
    """The reason of a dropped line in a language, which counted ``against`` the line."""
    grounds = np.zeros((1, len(GROUPS)))
    grounds[0, GROUPS.index("language")], grounds[0, 0] = -against, -1.0
    scores = Scores(np.array([0.1]), languages=((language, 0.9),))
    evidence = Evidence(grounds, NOTHING_SEEN)
    [text] = reasons(text_page([LONG]), scores, evidence, np.array([False]), of_page)
    return text


def test_line_in_another_language_is_called_so_however_little_it_counted() -> None:
    for against in (0.01, 2.0):
        assert dropped(against, "tr", "en").startswith("Turkish line on an English page, ")


def test_language_is_named_only_if_it_is_known_and_counted_against_the_line() -> None:
    assert "page" not in dropped(-0.5, "tr", "en")
    assert "page" not in dropped(2.0, "tr", None)
    assert "page" not in dropped(2.0, "zh-tw", "zh-cn")


def test_kept_line_in_another_language_is_not_called_in_the_page_language() -> None:
    grounds = np.zeros((1, len(GROUPS)))
    grounds[0, GROUPS.index("language")] = 1.0
    seen = np.full((1, len(MODEL_FEATURES)), 1.0, np.float32)
    scores = Scores(np.array([0.9]), languages=(("tr", 0.9),))
    evidence = Evidence(grounds, seen)
    [text] = reasons(text_page([LONG]), scores, evidence, np.array([True]), "en")
    assert text == NO_SIGN


class TestOnPages:
    PAGE = (
        "<html><head><title>Gate closed</title></head><body><nav><a href=/>Home</a> "
        "<a href=/s>Sport</a></nav><main><h1>Harbour closes its eastern gate</h1>"
        + f"<p>{PARAGRAPH}</p><p>{PARAGRAPH[::-1].swapcase()[::-1]}{PARAGRAPH}</p>"
        + "</main><footer><a href=/t>Terms</a> · <a href=/p>Privacy</a></footer></body></html>"
    )

    def test_landmark_elements_are_named(self) -> None:
        by_text = {p.line.text: p.reason for p in boilerplate.clean(self.PAGE).predictions}
        assert "in the navigation" in by_text["Home Sport"]
        assert "in the footer" in by_text["Terms · Privacy"]

    def test_phrases_about_links_and_places_are_true(self) -> None:
        assert sum(map(self.places_named_rightly, SENTENCES)) > len(SENTENCES)

    @staticmethod
    def places_named_rightly(language: str) -> int:
        """How many reasons of a page name a place, each of them rightly."""
        page = boilerplate.clean(news_page(language), kind="html")
        elements = page.page.elements
        checked = 0
        for p in page.predictions:
            if is_blank(p.line):
                continue
            assert len(p.reason) < 120, p.reason
            around, at = set(), p.line.markup.element
            while at >= 0:
                around.add(elements[at].tag)
                at = elements[at].parent
            for words, tag in (("the navigation", "nav"), ("the footer", "footer")):
                if f"in {words}" in p.reason:
                    checked += 1
                    assert tag in around
            if found := re.search(r"(\d+)% of its text is linked", p.reason):
                share = p.line.markup.link_chars / len(p.line.text)
                assert int(found[1]) == pytest.approx(100 * share, abs=3)
            if found := re.search(r"stands (\d+) times", p.reason):
                same = [q for q in page.predictions if q.line.text == p.line.text]
                assert len(same) == int(found[1])
        return checked

    def test_number_of_lines_at_once_changes_no_reason(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pages = [news_page(language) for language in ("en", "ja", "ar")]
        whole = [[p.reason for p in boilerplate.clean(page).predictions] for page in pages]
        monkeypatch.setattr(reasons_module, "LIMITS", replace(LIMITS, lines_at_once=2))
        assert [[p.reason for p in boilerplate.clean(page).predictions] for page in pages] == whole
        assert all(len(each) > 3 for each in whole)

    def test_above_and_below_are_relative_to_the_kept_lines(self) -> None:
        for language in SENTENCES:
            page = boilerplate.clean(news_page(language), kind="html")
            kept = [i for i, p in enumerate(page.predictions) if p.label is Label.CONTENT]
            for i, p in enumerate(page.predictions):
                if "below the article" in p.reason:
                    assert i > kept[-1]
                if "above the article" in p.reason:
                    assert i < kept[0]
