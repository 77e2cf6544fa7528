"""What the model of roles promises, whatever it has learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import boilerplate
from boilerplate.features.encode import encode
from boilerplate.kernels.plain_roles import PARAMS, WINDOWS, group_means
from boilerplate.kernels.plain_tree import element_tokens, token_buckets
from boilerplate.model import model as module
from boilerplate.model.file import MODES
from boilerplate.model.model import Model, load_model
from boilerplate.model.roles import (
    DISPUTED,
    RoleWords,
    blended,
    content_log_odds,
    role_columns,
    role_matrix,
    role_trees,
    stored_roles,
)
from boilerplate.model.trees import ModelError
from boilerplate.numeric import sigmoid
from boilerplate.page import Element, Kind, Label, Line, Markup, Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import CONTENT_ROLES, ROLES
from tests.made_up import SENTENCES, made_up_model, made_up_role_trees, made_up_words, news_page
from tests.strategies import MARKUP, TEXTS
from tests.twins import needs_compiled, same_on_both

MODEL = made_up_model()
PAGE = html_page(news_page("th"))
PAGES: dict[Kind, Page] = {"html": PAGE, "text": text_page([line.text for line in PAGE.lines])}


def check(page: Page, model: Model) -> None:
    """A probability of each role for each line, all finite as logarithms; they add up to one."""
    found = model.predict(page).log_roles
    assert found.shape == (len(page.lines), len(ROLES))
    assert np.isfinite(found).all()
    assert np.allclose(np.exp(found).sum(1), 1.0, atol=1e-9)


def random_shares(n: int, seed: int = 0) -> np.ndarray:
    """Shares of roles, (n, 24), in single precision as RoleWords gives them."""
    shares = np.random.default_rng(seed).dirichlet(np.ones(len(ROLES)), n)
    return shares.astype(np.float32)


class TestProbabilities:
    @pytest.mark.parametrize("language", sorted(SENTENCES))
    def test_lines_have_a_probability_of_each_role(self, language: str) -> None:
        page = html_page(news_page(language))
        for model in (MODEL, load_model()):
            check(page, model)
            check(text_page([line.text for line in page.lines]), model)

    def test_page_without_lines_has_no_roles(self) -> None:
        check(Page(()), MODEL)
        check(html_page(""), MODEL)

    def test_page_that_is_scored_in_parts_has_roles(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PART_LINES", 4)
        page = html_page(news_page("th", paragraphs=9))
        assert MODEL.predict(page).tree is None
        check(page, MODEL)

    @settings(max_examples=50, deadline=None)
    @given(MARKUP)
    def test_any_markup_has_roles(self, markup: str) -> None:
        check(html_page(markup).without_blank_lines, MODEL)

    @pytest.mark.parametrize("kind", MODES)
    def test_content_is_between_what_its_trees_and_its_roles_say(self, kind: Kind) -> None:
        def probability(weight: float) -> np.ndarray:
            stack = MODEL.stacks[kind]
            weighted = replace(stack, roles=replace(stack.roles, weight=weight))
            return replace(MODEL, stacks={kind: weighted}).predict(PAGES[kind]).probability

        scores = MODEL.predict(PAGES[kind])
        by_trees = MODEL.stacks[kind].trees.log_odds(scores.matrices[0][1])
        by_roles = content_log_odds(np.exp(scores.log_roles))
        assert probability(0.0).tolist() == sigmoid(by_trees).tolist()
        assert probability(1.0).tolist() == sigmoid(by_roles).tolist()
        disputed = np.exp(scores.log_roles)[:, DISPUTED].sum(1)
        weights = 0.25 + 0.75 * disputed
        mixed = (1 - weights) * by_trees + weights * by_roles
        np.testing.assert_allclose(probability(0.25), sigmoid(mixed))

    def test_roles_alone_decide_what_is_surely_a_headline(self) -> None:
        sure = np.full((2, len(ROLES)), -1e3)
        sure[0, ROLES.index("headline")] = sure[1, ROLES.index("body")] = 0.0
        headline, body = blended(np.array([-3.0, -3.0]), sure, 0.1)
        assert headline == content_log_odds(np.exp(sure))[0] > 0
        assert body == pytest.approx(0.9 * -3.0 + 0.1 * content_log_odds(np.exp(sure))[1])

    @needs_compiled
    @settings(max_examples=100, deadline=None)
    @given(MARKUP)
    def test_both_twins_give_the_same_bits(self, markup: str) -> None:
        page = html_page(markup).without_blank_lines
        same_on_both(lambda: MODEL.predict(page).log_roles)

    def test_log_odds_are_those_of_all_content_roles_together(self) -> None:
        shares = random_shares(9).astype(float)
        content = shares[:, : len(CONTENT_ROLES)].sum(1)
        expected = np.log(content / (1 - content))
        np.testing.assert_allclose(content_log_odds(shares), expected, rtol=1e-5)
        sure = np.full((2, len(ROLES)), -1e4)
        sure[0, 0] = sure[1, -1] = 0.0
        assert np.isfinite(content_log_odds(np.exp(sure))).all()


class TestWords:
    @given(st.lists(TEXTS.filter(str.strip), max_size=5))
    def test_shares_of_a_line_add_up_to_one(self, texts: list[str]) -> None:
        page = text_page(texts).without_blank_lines
        lines, shares = page.lines, made_up_words().shares(page.lines, encode(page))
        assert shares.shape == (len(lines), len(ROLES))
        assert shares.dtype == np.float32
        assert ((shares >= 0) & (shares <= 1)).all()
        np.testing.assert_allclose(shares.sum(1), 1.0, atol=1e-5)

    def test_element_tokens_tell_the_role_where_words_do_not(self) -> None:
        text, names = (
            np.zeros((1 << bits, len(ROLES)), np.int8)
            for bits in (PARAMS.text_bits, PARAMS.token_bits)
        )
        share = ROLES.index("share")
        tokens = element_tokens("div", ("sharing",))
        names[token_buckets(tokens, 0, PARAMS.token_bits), share] = 100
        words = RoleWords(text, names, (1.0, 0.05), np.zeros(len(ROLES)))
        elements = (Element("body", (), -1), Element("div", ("sharing",), 0), Element("a", (), 1))
        lines = Line("ⴰⵣⵓⵍ", Markup(2)), Line("ⴰⵣⵓⵍ", Markup(0)), Line("ⴰⵣⵓⵍ", None)
        page = Page(lines, "html", elements=elements)
        inside, above, outside = words.shares(page.lines, encode(page))
        assert inside.argmax() == share
        assert inside[share] > 0.5
        [bare] = words.shares(page.lines[:1], encode(text_page([page.lines[0].text])))
        assert above.tolist() == outside.tolist() == bare.tolist()


class TestMatrix:
    @pytest.mark.parametrize("kind", MODES)
    def test_matrix_has_the_features_of_content_and_the_columns_behind_them(
        self, kind: Kind
    ) -> None:
        matrix = np.random.default_rng(0).normal(size=(encode(PAGES[kind]).n, 9))
        matrix = matrix.astype(np.float32)
        shares = random_shares(len(matrix))
        found = role_matrix(matrix, shares, encode(PAGES[kind]).tree)
        assert found.dtype == np.float32
        assert found.shape == (len(matrix), matrix.shape[1] + role_columns(kind))
        np.testing.assert_array_equal(found[:, : matrix.shape[1]], matrix)

    @settings(max_examples=40)
    @given(st.integers(1, 80), st.integers(0, 99))
    def test_columns_are_the_line_its_neighbours_and_means_over_windows(
        self, n: int, seed: int
    ) -> None:
        shares = random_shares(n, seed)
        found = role_matrix(np.zeros((n, 2), np.float32), shares, None)[:, 2:]
        own, before, after, *windows = np.split(found, 3 + len(WINDOWS), axis=1)
        assert own.tolist() == shares.tolist()
        nothing = [0.0] * len(ROLES)
        assert before.tolist() == [nothing, *shares[:-1].tolist()]
        assert after.tolist() == [*shares[1:].tolist(), nothing]
        for size, means in zip(WINDOWS, windows, strict=True):
            naive = [shares[max(0, i - size) : i + size + 1].mean(0) for i in range(n)]
            np.testing.assert_allclose(means, naive, atol=1e-6)

    @given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
    def test_means_of_a_group_are_those_of_a_loop(self, numbers: list[int]) -> None:
        group = np.unique(numbers, return_inverse=True)[1]
        shares = random_shares(len(group))
        naive = [shares[group == each].astype(float).mean(0) for each in group]
        np.testing.assert_allclose(group_means(shares, group), naive, rtol=1e-12)

    def test_lines_of_the_same_markup_share_their_means(self) -> None:
        page = html_page("<ul><li>Eins<li>Zwei<li>Drei</ul><p>Ein Absatz<p>Noch einer")
        tree = encode(page).tree
        assert tree
        shares = random_shares(5)
        found = role_matrix(np.zeros((5, 1), np.float32), shares, tree)
        by_group = found[:, -len(ROLES) :]
        assert by_group[0].tolist() == by_group[1].tolist() == by_group[2].tolist()
        np.testing.assert_allclose(by_group[0], shares[:3].mean(0), atol=1e-6)
        np.testing.assert_allclose(by_group[4], shares[3:].mean(0), atol=1e-6)


class TestTrees:
    def test_stored_trees_come_back_as_they_were(self) -> None:
        trees = made_up_role_trees(9)
        again = role_trees(stored_roles(trees), trees.prior, trees.weight, 9)
        for name in ("feature", "threshold", "left", "missing_left", "roots", "depth", "values"):
            assert np.array_equal(getattr(again, name), getattr(trees, name)), name
        assert stored_roles(again)["values"].tobytes() == stored_roles(trees)["values"].tobytes()

    @pytest.mark.parametrize("change", [-1, 1, len(ROLES)])
    def test_another_number_of_values_than_the_leaves_have_is_refused(self, change: int) -> None:
        trees = made_up_role_trees(9, leaves=4, n_trees=2)
        arrays = stored_roles(trees)
        arrays["values"] = np.resize(arrays["values"], 8 * len(ROLES) + change)
        with pytest.raises(ModelError, match=f"roles: {8 * len(ROLES) + change} values for 8 leav"):
            role_trees(arrays, trees.prior, trees.weight, 9)

    @pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
    def test_value_that_no_leaf_can_have_is_refused(self, value: float) -> None:
        trees = made_up_role_trees(9)
        arrays = stored_roles(trees)
        arrays["values"] = arrays["values"].astype(np.float32)
        arrays["values"][7] = value
        with pytest.raises(ModelError, match="roles: a value is beyond"):
            role_trees(arrays, trees.prior, trees.weight, 9)

    def test_without_trees_every_line_has_the_prior(self) -> None:
        trees = made_up_role_trees(9, n_trees=0)
        found = np.exp(trees.log_probabilities(np.zeros((3, 9), np.float32)))
        expected = np.exp(trees.prior) / np.exp(trees.prior).sum()
        np.testing.assert_allclose(found, [expected] * 3)

    def test_trees_that_read_more_than_the_matrix_has_are_refused(self) -> None:
        trees = made_up_role_trees(9)
        columns = int(trees.feature.max())
        with pytest.raises(IndexError, match=f"the matrix's {columns} features"):
            trees.log_probabilities(np.zeros((1, columns), np.float32))


PHRASES = {
    "newsletter": ("Sign up for the evening bulletin and get it in your inbox",
                   "Iratkozzon fel reggeli hírlevelünkre", "아침 뉴스레터를 구독하세요",
                   "E-bültenimize abone olun"),
    "cookie": ("This page stores cookies on your device", "Сайт использует файлы cookie",
               "このページではクッキーを使っています", "Bu sayfada çerezler kullanılır"),
    "legal": ("© 2024 Harbour Gazette. All rights reserved.", "سياسة الخصوصية وشروط الاستخدام",
              "Πολιτική απορρήτου", "नियम और शर्तें"),
    "login": ("Forgot your password?", "Zaloguj się", "เข้าสู่ระบบ", "התחברות"),
    "comments": ("Leave a comment", "İlk yorumu siz yapın", "发表评论", "আপনার মন্তব্য লিখুন"),
    "share": ("Share on Facebook", "Condividi su Facebook", "페이스북으로 공유", "分享到微博"),
    "related": ("Read more", "Lesen Sie auch", "संबंधित खबरें", "関連記事"),
}  # fmt: skip


def test_shipped_words_alone_know_most_phrases_of_chrome_in_any_script() -> None:
    pairs = [(role, text) for role, texts in PHRASES.items() for text in texts]
    page = text_page([text for _, text in pairs])
    shares = load_model().words.shares(page.lines, encode(page))
    found = [ROLES[role] for role in shares.argmax(1)]
    right = [name == role for name, (role, _) in zip(found, pairs, strict=True)]
    assert np.mean(right) > 0.7
    assert {role for (role, _), known in zip(pairs, right, strict=True) if known} == set(PHRASES)


def test_roles_are_in_predictions_records_and_reasons() -> None:
    page = boilerplate.clean(
        "Storm closes the harbour for the autumn\n"
        "The harbour was closed on Monday after a storm had torn the roof from the old fish hall, "
        "and the fishermen waited.\n"
        "Nobody was hurt, the mayor said, but the repairs will take until the autumn.\n\n"
        "Share on Facebook\nForgot your password?\n"
    )
    headline, kept, _, blank, share, login = page.predictions
    assert (headline.label, headline.role) == (Label.CONTENT, "headline")
    assert (kept.label, kept.role) == (Label.CONTENT, "body")
    assert blank.role is None
    assert (share.role, login.role) == ("share", "login")
    assert share.reason.startswith("share buttons: ")
    record = page.to_dict("page.txt")
    assert [line["role"] for line in record["lines"]] == [
        "headline", "body", "body", None, "share", "login"
    ]  # fmt: skip
