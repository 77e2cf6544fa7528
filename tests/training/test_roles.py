"""Roles of lines: the phrases and pages that teach them, the fits, and their scores."""

from __future__ import annotations

import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boilerplate.features.encode import encode
from boilerplate.model.model import Model, from_bytes, to_bytes
from boilerplate.model.roles import RoleTrees, RoleWords
from boilerplate.page import text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import CHROME_ROLES, ROLES
from tests.made_up import SENTENCES, made_up_model, news_page
from tests.training.made_up_pages import UNSEEN_READ, page_of, read_page_of, read_pages
from training.boosting import boosted_roles, no_role_trees
from training.corpora import GoldPage
from training.fit import set_role_shares
from training.folds import FOLDS, fold_of
from training.lessons import Lesson, lesson
from training.progress import no_log
from training.roles.catalogues import catalogue_examples, role_of_key
from training.roles.document import document
from training.roles.examples import Example, phrase_examples
from training.roles.score import Named, f1_of, figures, score
from training.roles.trees import PARAMETERS, fit_role_trees
from training.roles.words import WordsByFold, fit_words, no_words, page_rows
from training.samples import sample
from training.training_set import ciphered_lesson

pytestmark = pytest.mark.slow


def few_phrases(*languages: str) -> list[Example]:
    """The phrases written for this project in some languages."""
    return [each for each in phrase_examples() if each.language in languages]


def arrays(words: RoleWords) -> list[bytes]:
    """All that a linear model of roles has, to be compared."""
    scales = np.array(words.scales)
    return [each.tobytes() for each in (words.text, words.names, words.bias, scales)]


def of_roles(gold: GoldPage, words: WordsByFold | None = None) -> Lesson:
    """The lesson of a page that was read, with the scores of models that know nothing."""
    found = lesson(sample(gold, "html"))
    assert found
    set_role_shares([found], words or no_words())
    found.linear_scores = np.zeros((found.encoded.n, 4))
    found.page_types = np.full(7, -2.0)
    return found


# --------------------------------------------------------------------------------- phrases


@pytest.mark.parametrize(
    ("source", "key", "role"),
    [
        ("theme", "Read more", "related"),
        ("theme", "Skip to content", "navigation"),
        ("theme", "Subscribe to comments", None),  # names two roles
        ("theme", "Order by date", None),  # not a shop's order
        ("spree_i18n", "Order summary", "shop"),
        ("klaro", "declineAll", "cookie"),
        ("theme", "declineAll", None),
        ("klaro", "privacyPolicy.name", "legal"),
        ("klaro", "We process your personal data", "cookie"),
        ("theme", "For paying subscribers only", None),  # a paywall
        ("wagtail", "Privacy policy", None),  # a page of the administration
        ("giscus", "Cancel", None),  # "comments" or "other"
        ("theme", "Cancel", "other"),
    ],
)
def test_english_key_decides_the_role(source: str, key: str, role: str | None) -> None:
    assert role_of_key(source, key) == role


def test_catalogues_lose_placeholders_and_texts_of_two_roles(tmp_path: Path) -> None:
    rows = (
        "a\tde-CH\tlogin\tSign in, %s\tAnmelden, %s\n"
        "a\tde\tnav\tSearch\tSuchen\n"
        "a\tde\trelated/meta\tRead more\tSuchen\n"
        "a\tth\tnav\tHome\tหน้าแรก\n"
    )
    with lzma.open(tmp_path / "chrome_strings.tsv.xz", "wt", encoding="utf-8") as file:
        file.write(rows)
    assert catalogue_examples(tmp_path) == [
        Example("Anmelden,", "login", "a", "de"),
        Example("หน้าแรก", "navigation", "a", "th"),
    ]


def test_phrases_cover_the_same_roles_of_chrome_in_sixty_languages() -> None:
    roles: dict[str, set[str]] = {}
    for each in phrase_examples():
        roles.setdefault(each.language, set()).add(each.role)
    assert len(roles) >= 60
    # What a site says of itself has no set phrases.
    assert all(found == set(CHROME_ROLES) - {"about"} for found in roles.values())


def test_error_names_the_line_with_an_unknown_role(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    for role in ("novel", "headline"):
        path.write_text(f"# a comment\nen\t{role}\tOnce upon a time\n", "utf-8")
        with pytest.raises(ValueError, match=r"phrases\.tsv, line 2"):
            phrase_examples(path)


# ------------------------------------------------------------------------------------ words


@pytest.fixture(scope="module")
def phrases() -> list[Example]:
    return few_phrases("en", "th")


@pytest.fixture(scope="module")
def words(phrases: list[Example]) -> WordsByFold:
    return fit_words(read_pages(), phrases, 1, no_log)


class TestWords:
    def test_fit_is_the_same_for_any_number_of_jobs(
        self, words: WordsByFold, phrases: list[Example]
    ) -> None:
        again = fit_words(read_pages(), phrases, 2, no_log)
        assert arrays(again.whole) == arrays(words.whole)
        assert list(map(arrays, again.without)) == list(map(arrays, words.without))

    def test_phrases_and_lines_are_named(self, words: WordsByFold, phrases: list[Example]) -> None:
        page = text_page([each.text for each in phrases])
        shares = words.whole.shares(page.lines, encode(page))
        named = [ROLES[role] for role in shares.argmax(1)]
        right = [name == each.role for name, each in zip(named, phrases, strict=True)]
        assert np.mean(right) > 0.9
        page = html_page(UNSEEN_READ.html.decode())
        named = [ROLES[i] for i in words.whole.shares(page.lines, encode(page)).argmax(1)]
        right = [name == role for name, role in zip(named, UNSEEN_READ.roles, strict=True)]
        assert np.mean(right) > 0.9

    def test_weights_fill_eight_bits(self, words: WordsByFold) -> None:
        for table in (words.whole.text, words.whole.names):
            assert table.dtype == np.int8
            assert np.abs(table.astype(int)).max() == 127

    def test_role_without_examples_is_impossible(self, words: WordsByFold) -> None:
        page = html_page(news_page("ar"))
        shares = words.whole.shares(page.lines, encode(page))
        assert shares[:, ROLES.index("code")].max() < 1e-6

    def test_shares_of_a_page_come_from_models_that_saw_no_page_of_its_site(
        self, phrases: list[Example]
    ) -> None:
        golds = list(read_pages())
        # The only page with quotes, in a script that no other page has.
        quotes = [f"<blockquote>ⴰⵣⵓⵍ ⵖⵔ ⵓⵏⵏⵓⴱⴳ ⵏⵏⵙ {'ⵣ' * i}</blockquote>" for i in range(1, 9)]
        html = "".join(quotes).encode()
        texts = tuple(line.text for line in html_page(html.decode()).lines)
        page = replace(golds[0], html=html, lines=texts, roles=("quote",) * 8, gold=None)
        found = fit_words([*golds[1:], page], phrases, 1, no_log)
        rows = page_rows(html_page(html.decode()))
        quote, own = ROLES.index("quote"), fold_of(page.site)
        assert found.shares(rows, own)[:, quote].max() < 0.01
        for fold in {*range(FOLDS)} - {own}:
            assert found.shares(rows, fold)[:, quote].min() > 0.5

    def test_rows_of_training_give_the_shares_of_cleaning(self, words: WordsByFold) -> None:
        whole = WordsByFold(words.whole, (words.whole,) * FOLDS)
        for markup in (UNSEEN_READ.html.decode(), *map(news_page, SENTENCES)):
            page = html_page(markup)
            expected = words.whole.shares(page.lines, encode(page))
            np.testing.assert_allclose(whole.shares(page_rows(page), 0), expected, atol=2e-4)

    def test_without_pages_that_were_read_nothing_is_known(self, phrases: list[Example]) -> None:
        found = fit_words([page_of(0, 0)], phrases, 1, no_log)
        assert arrays(found.whole) == arrays(no_words().whole)
        page = html_page(news_page("he"))
        shares = found.whole.shares(page.lines, encode(page))
        np.testing.assert_allclose(shares, 1 / len(ROLES), rtol=1e-6)


# ------------------------------------------------------------------------------------ trees


def three_roles(n: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Lines of three roles that two of six features tell apart; some values are missing."""
    X = np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)
    names = np.array(["body", "navigation", "legal"])
    y = names[(X[:, 0] > 0).astype(int) + ((X[:, 0] > 0) & (X[:, 1] > 0))]
    X[::7, 5] = np.nan
    return X, np.array([ROLES.index(name) for name in y])


@pytest.fixture(scope="module")
def boosted() -> RoleTrees:
    X, y = three_roles()
    return boosted_roles(X, y, np.ones(len(y)), 0.5)


class TestTrees:
    def test_three_roles_are_told_apart(self, boosted: RoleTrees) -> None:
        X, y = three_roles(seed=1)
        found = boosted.log_probabilities(X)
        assert np.isfinite(found).all()
        assert (found.argmax(1) == y).mean() > 0.95
        others = [i for i in range(len(ROLES)) if i not in set(y.tolist())]
        assert np.exp(found[:, others]).sum(1).max() < 0.01

    def test_fit_is_deterministic(self, boosted: RoleTrees) -> None:
        X, y = three_roles()
        again = boosted_roles(X, y, np.ones(len(y)), 0.5)
        assert again.values.tobytes() == boosted.values.tobytes()
        assert again.feature.tolist() == boosted.feature.tolist()

    def test_lines_of_no_weight_teach_nothing(self) -> None:
        X, y = three_roles()
        wrong = np.roll(y, 1)
        weight = np.repeat([1.0, 1e-9], len(y))
        found = boosted_roles(np.vstack([X, X]), np.concatenate([y, wrong]), weight, 0.5)
        assert (found.log_probabilities(X).argmax(1) == y).mean() > 0.95

    def test_leaves_and_no_other_nodes_have_scores(self, boosted: RoleTrees) -> None:
        leaf = boosted.left == np.arange(len(boosted.left))
        assert not boosted.values[~leaf].any()
        assert boosted.values[leaf].any(1).mean() > 0.9

    def test_trees_survive_the_model_file(self, boosted: RoleTrees) -> None:
        def with_trees(trees: RoleTrees) -> Model:
            stacks = {k: replace(s, roles=trees) for k, s in model.stacks.items()}
            return replace(model, stacks=stacks)

        model = made_up_model()
        data = to_bytes(with_trees(boosted))
        again = from_bytes(data).stacks["html"].roles
        X, _ = three_roles(seed=2)
        np.testing.assert_allclose(  # the file has half precision
            again.log_probabilities(X), boosted.log_probabilities(X), atol=0.05
        )
        assert to_bytes(with_trees(again)) == data
        assert again.prior.tolist() == boosted.prior.tolist()

    def test_lines_that_no_feature_tells_apart_are_learned(self) -> None:
        X = np.zeros((200, 2), np.float32)
        X[:100, 0] = 1
        y = np.random.default_rng(0).integers(0, 3, 200)
        found = np.exp(boosted_roles(X, y, np.ones(200), 0.5).log_probabilities(X))
        assert found[:, :3].min() > 0.1

    def test_no_trees_count_for_nothing(self) -> None:
        none = no_role_trees()
        assert none.weight == 0
        found = none.log_probabilities(np.zeros((2, 9), np.float32))
        np.testing.assert_allclose(found, -np.log(len(ROLES)))

    def test_lessons_without_roles_give_no_trees(self, words: WordsByFold) -> None:
        unread = of_roles(page_of(1, 1), words)
        assert unread.roles is None
        assert fit_role_trees([unread], 0.0).weight == 0
        read = read_page_of(2, 1)
        unreadable = ciphered_lesson(read, "html")
        assert unreadable
        assert unreadable.roles is None
        hidden = replace(of_roles(read, words), readable=False)
        assert fit_role_trees([unreadable, hidden], 0.0).weight == 0

    def test_lessons_with_roles_are_learned(self, words: WordsByFold) -> None:
        lessons = [of_roles(gold, words) for gold in read_pages()]
        trees = fit_role_trees([*lessons, of_roles(page_of(1, 1), words)], 0.0)
        assert trees.weight == PARAMETERS.weight
        assert len(trees.roots)
        assert trees.values.shape == (len(trees.left), len(ROLES))

    def test_lines_without_a_role_are_not_learned(self, words: WordsByFold) -> None:
        lessons = [of_roles(gold, words) for gold in read_pages()]
        legal = ROLES.index("legal")
        for each in lessons:
            assert each.roles is not None
            each.roles = np.where(each.roles == legal, -1, each.roles)
        trees = fit_role_trees(lessons, 0.0)
        assert trees.prior[legal] < trees.prior[ROLES.index("cookie")] - 5


# ---------------------------------------------------------------------------------- scores


def named(*lines: tuple[str, str, bool], language: str = "th") -> Named:
    """A page of lines: the role, the one that was named, whether the line was kept."""
    true, found, kept = zip(*lines, strict=True)
    gold = GoldPage("world", "1", b"", None, language=language)
    return Named(gold, *(np.array([ROLES.index(r) for r in some]) for some in (true, found)),
                 np.array(kept))  # fmt: skip


class TestScores:
    def test_f1_of_a_role_is_of_both_its_lines_and_what_is_called_so(self) -> None:
        confusion = np.zeros((len(ROLES), len(ROLES)), int)
        confusion[0, 0], confusion[0, 1], confusion[1, 1] = 3, 1, 2
        found = f1_of(confusion)
        assert found[:2].tolist() == pytest.approx([6 / 7, 4 / 5])
        assert np.isnan(found[2:]).all()
        assert np.isnan(f1_of(confusion, least=3)[1])

    def test_figures_count_what_is_kept_and_what_dropped_lines_are_called(self) -> None:
        found = figures(
            [
                named(("body", "body", True), ("share", "body", True), ("share", "share", False)),
                named(("share", "login", False), ("byline", "byline", False), language="el"),
            ]
        )
        assert (found["pages"], found["lines"]) == (2, 5)
        roles = found["roles"]
        assert roles["share"] == {"lines": 3, "f1": 0.5, "kept": 0.3333, "named_right": 0.5}
        assert roles["body"] == {"lines": 1, "f1": 0.6667, "kept": 1.0}
        assert roles["quote"]["f1"] is roles["quote"]["kept"] is None
        assert found["groups"] == {"content": 1.0, "beside": 0.0, "chrome": 0.3333}
        assert found["languages"]["el"] == {"lines": 2, "macro_f1": None}

    def test_scores_make_a_document(self, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(made_up_model()))
        original = page_of(1, 1)
        again = replace(read_page_of(1, 1), corpus="reread", id=f"{original.corpus}/{original.id}")
        results = score(str(path), [original, again, read_page_of(2, 1)], 1)
        assert results == score(str(path), [original, again, read_page_of(2, 1)], 2)
        for mode in results["modes"].values():
            assert mode["pages"] == 2
            assert mode["lines"] == np.sum(mode["confusion"])
        # The reader keeps the headline, which this gold has not.
        assert 0.9 < results["readers"]["made-up"]["reader"] < 1
        text = document({**results, "split": "dev"})
        assert "On split `dev`: 2 pages" in text
        assert "{" not in text
        assert text.startswith(document({}))
        assert all(f"| `{role}` |" in text for role in ROLES)
