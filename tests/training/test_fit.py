"""Training on a few made-up pages gives a working, reproducible model; samples and scores."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from boilerplate import Cleaner, Label, Model
from boilerplate.model.file import MODES
from boilerplate.model.model import from_bytes, to_bytes
from boilerplate.page import Kind
from boilerplate.reading.html import html_page
from boilerplate.roles import BESIDE_ROLES, CONTENT_ROLES, ROLES
from tests.made_up import news_page
from tests.training.made_up_pages import (
    MENU,
    NOTICES,
    UNSEEN,
    UNSEEN_READ,
    corpus,
    read_pages,
)
from training.corpora import GoldPage
from training.fit import train_model
from training.progress import no_log
from training.roles.trees import PARAMETERS
from training.samples import TEXT_LAYOUTS, sample
from training.score import macro, score_page

pytestmark = pytest.mark.slow


def learn(jobs: int) -> Model:
    return train_model(list(corpus()), None, {"made": "up"}, jobs, no_log)


@pytest.fixture(scope="module")
def learned() -> Model:
    return learn(jobs=1)


def test_training_is_deterministic_for_any_number_of_jobs(learned: Model) -> None:
    assert to_bytes(learn(jobs=2)) == to_bytes(learned)


def test_model_file_holds_both_modes_and_its_metadata(learned: Model) -> None:
    again = from_bytes(to_bytes(learned))
    assert set(again.stacks) == set(MODES)
    assert again.about["made"] == "up"


@pytest.mark.parametrize("mode", MODES)
def test_keeps_the_article_and_drops_the_chrome_of_an_unseen_site(
    learned: Model, mode: Kind
) -> None:
    cleaner = Cleaner(from_bytes(to_bytes(learned)))
    labelled = sample(UNSEEN, mode)
    assert labelled
    cleaned = cleaner.clean(labelled.page)
    assert UNSEEN.gold
    assert set(UNSEEN.gold.split("\n")) <= {line.text for line in cleaned.kept}
    assert not {line.text for line in cleaned.kept} & {*MENU, *NOTICES}


def test_score_page_compares_the_page_with_its_gold(learned: Model) -> None:
    row = score_page(Cleaner(learned), UNSEEN, "html")
    assert row
    groups, (line, char, word) = row
    assert groups == ("made-up", "made-up/en")
    assert min(line, char, word) > 0.9
    assert macro([row, row])["made-up"] == (2, line, char, word)


class TestSamples:
    @pytest.mark.parametrize("layout", TEXT_LAYOUTS)
    def test_every_layout_of_bare_text_has_all_words_of_the_page(self, layout: str) -> None:
        labelled = sample(UNSEEN, "text", layout)
        assert labelled
        text = "".join(line.text for line in labelled.page.lines)
        html = "".join(line.text for line in html_page(UNSEEN.html.decode()).lines)
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", html)

    @pytest.mark.parametrize("layout", TEXT_LAYOUTS)
    def test_layouts_are_deterministic(self, layout: str) -> None:
        one, other = (sample(UNSEEN, "text", layout) for _ in range(2))
        assert one
        assert other
        assert one.page == other.page

    def test_gold_paragraphs_are_content(self) -> None:
        labelled = sample(UNSEEN, "html")
        assert labelled
        assert UNSEEN.gold
        content = [
            line.text
            for line, label in zip(labelled.page.lines, labelled.labels, strict=True)
            if label is Label.CONTENT
        ]
        assert content == UNSEEN.gold.split("\n")

    def test_headlines_are_not_scored_but_are_a_target_in_bare_text(self) -> None:
        for mode in MODES:
            labelled = sample(UNSEEN, mode)
            assert labelled
            [headline] = [
                i for i, line in enumerate(labelled.page.lines) if line.text == UNSEEN.title
            ]
            assert labelled.y[headline] == -1
            assert (labelled.target[headline] == 1) == (mode == "text")

    def test_sample_is_none_for_a_page_without_lines(self) -> None:
        assert sample(GoldPage("made-up", "x", b"<script></script>", "gold"), "html") is None


@pytest.fixture(scope="module")
def learned_roles() -> Model:
    """A model that has learned from pages that were read, too, as its file has it."""
    return from_bytes(to_bytes(learn_roles(jobs=1)))


def learn_roles(jobs: int) -> Model:
    return train_model([*corpus(), *read_pages()], None, {}, jobs, no_log)


class TestRoles:
    def test_training_with_roles_is_deterministic_for_any_number_of_jobs(
        self, learned_roles: Model
    ) -> None:
        assert to_bytes(learn_roles(jobs=2)) == to_bytes(learned_roles)

    @pytest.mark.parametrize("mode", MODES)
    def test_roles_of_an_unseen_site_are_named(self, learned_roles: Model, mode: Kind) -> None:
        labelled = sample(UNSEEN_READ, mode)
        assert labelled
        assert labelled.roles is not None
        page = Cleaner(learned_roles).clean(labelled.page)
        named = [ROLES.index(role) if role else -1 for role in page.predictions.roles]
        assert np.mean(np.array(named) == labelled.roles) > 0.85
        assert learned_roles.stacks[mode].roles.weight == PARAMETERS.weight

    def test_without_pages_that_were_read_roles_count_for_nothing(self, learned: Model) -> None:
        for stack in learned.stacks.values():
            assert stack.roles.weight == 0
            assert len(stack.roles.roots) == 0
        page = Cleaner(learned).clean(news_page("tr"))
        assert {p.role for p in page.predictions} <= {CONTENT_ROLES[0], BESIDE_ROLES[0]}

    def test_lines_of_a_page_that_was_read_are_labelled_by_their_roles(self) -> None:
        for mode in MODES:
            labelled = sample(UNSEEN_READ, mode)
            assert labelled
            assert labelled.roles is not None
            assert len(labelled.roles) == len(labelled.page.lines)
            content = {
                line.text
                for line, label in zip(labelled.page.lines, labelled.labels, strict=True)
                if label is Label.CONTENT
            }
            assert UNSEEN_READ.gold
            assert content == set(UNSEEN_READ.gold.split("\n"))


def test_training_writes_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    learn(jobs=1)
    assert list(tmp_path.iterdir()) == []
