"""The trained model: features to probabilities, evidence, long pages, other processes."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Page
from boilerplate.features.encode import encode
from boilerplate.features.table import GROUPS, LINEAR_TABLES, feature_names
from boilerplate.kernels.plain_linear import all_rows
from boilerplate.model import model as module
from boilerplate.model.file import MODES
from boilerplate.model.model import Model, load_model, parts, to_bytes
from boilerplate.model.stack import tree_matrix
from boilerplate.numeric import sigmoid
from boilerplate.page import Kind, text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import ROLES
from tests.made_up import SENTENCES, made_up_model, news_page
from tests.strategies import LINES
from tests.twins import needs_compiled, same_on_both

MODEL = made_up_model()
PAGE = Cleaner(MODEL).clean(news_page("th"), kind="html").page
PAGES = {"html": PAGE, "text": text_page([line.text for line in PAGE.lines])}


def probabilities(model: Model, page: Page) -> list[float]:
    return model.predict(page).probability.tolist()


@pytest.mark.parametrize("kind", MODES)
class TestMatrix:
    def test_matrix_has_a_column_for_each_feature(self, kind: Kind, model: Model) -> None:
        encoded = encode(PAGES[kind])
        linear = model.stacks[kind].linear.scores(encoded)
        types = model.stacks[kind].types.log_probabilities(encoded.bag)
        matrix = tree_matrix(encoded, linear, 0.1, 2.5, types)
        assert matrix.shape == (encoded.n, len(feature_names(kind)))
        assert not np.isinf(matrix).any()

    def test_first_stage_stands_in_its_columns(self, kind: Kind, model: Model) -> None:
        encoded = encode(PAGES[kind])
        linear = model.stacks[kind].linear.scores(encoded)
        types = np.linspace(-3, -1, 7)
        matrix = tree_matrix(encoded, linear, 0.1, 2.5, types)
        columns = dict(zip(feature_names(kind), matrix.T, strict=True))
        p = sigmoid(linear.sum(1) + 0.1)
        np.testing.assert_allclose(columns["line_ngrams"], linear[:, 0], rtol=1e-6)
        np.testing.assert_allclose(columns["linear_probability"], p, rtol=1e-6)
        np.testing.assert_allclose(columns["log_language_pages"], 2.5)
        np.testing.assert_allclose(columns["is_article"], -3)
        np.testing.assert_allclose(columns["p+1"][:-1], p[1:], rtol=1e-6)

    def test_features_of_the_lines_come_first(self, kind: Kind, model: Model) -> None:
        encoded = encode(PAGES[kind])
        [(_, matrix, _)] = model.predict(PAGES[kind]).matrices
        found = matrix[:, : encoded.features.shape[1]]
        np.testing.assert_array_equal(found, encoded.features.astype(np.float32))

    def test_there_are_rows_for_each_table_but_no_tokens_in_bare_text(
        self, kind: Kind, model: Model
    ) -> None:
        encoded = encode(PAGES[kind])
        assert encoded.text
        rows = all_rows(encoded.text, encoded.tree)
        assert len(rows) == len(LINEAR_TABLES) - (kind == "text")
        assert {len(offsets) for _, offsets in rows} == {encoded.n + 1}

    def test_contributions_of_groups_sum_to_the_log_odds(self, kind: Kind, model: Model) -> None:
        scores = model.predict(PAGES[kind])
        trees = model.stacks[kind].trees
        log_odds = trees.log_odds(scores.matrices[0][1])
        added = model.evidence(scores, ()).groups
        assert added.shape == (len(log_odds), len(GROUPS))
        start = trees.value[trees.roots].sum(dtype=float)
        np.testing.assert_allclose(added.sum(1) + start, log_odds, atol=1e-5)

    def test_evidence_has_the_features_that_are_asked_for(self, kind: Kind, model: Model) -> None:
        scores = model.predict(PAGES[kind])
        asked = ("link_share", "digit", "nothing")
        columns = dict(zip(feature_names(kind), scores.matrices[0][1].T, strict=False))
        link_share, digit, nothing = model.evidence(scores, asked).features.T
        assert digit.tolist() == columns["digit"].tolist()
        assert np.isnan(link_share).all() == (kind == "text")
        assert np.isnan(nothing).all()


def test_page_types_are_probabilities(model: Model) -> None:
    types = model.stacks["html"].types.log_probabilities(encode(PAGE).bag)
    assert np.exp(types).sum() == pytest.approx(1.0, abs=0.01)


def test_large_log_odds_are_still_probabilities() -> None:
    assert sigmoid(np.array([-1e9, 0.0, 1e9])).tolist() == pytest.approx([0, 0.5, 1])


@needs_compiled
@settings(max_examples=60, deadline=None)
@given(LINES)
def test_both_twins_give_bare_text_the_same_probabilities(lines: list[str]) -> None:
    page = text_page(lines).without_blank_lines
    same_on_both(lambda: MODEL.predict(page).probability)


class TestParts:
    def test_ordinary_page_is_one_part(self) -> None:
        assert list(parts(PAGE)) == [None]

    @settings(max_examples=30, deadline=None)
    @given(st.integers(1, 60), st.integers(1, 12), st.integers(10, 500))
    def test_parts_of_a_long_page_are_its_lines_in_order(
        self, n: int, most_lines: int, most_chars: int
    ) -> None:
        page = text_page([f"line {i} {'x' * (i % 40)}" for i in range(n)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "PART_LINES", most_lines)
            patch.setattr(module, "PART_CHARS", most_chars)
            found = [part or slice(0, n) for part in parts(page)]
        assert [i for part in found for i in range(n)[part]] == list(range(n))
        assert all(len(range(n)[part]) <= most_lines + 1 for part in found)

    @pytest.mark.parametrize("part", [range(4), range(4, 8), range(8, 12), range(2, 3)])
    def test_part_is_encoded_like_a_page_that_has_nothing_else(self, part: range) -> None:
        boxes = [f"<div class=c{i}><p>{i} <a href=/>is a line</a><i></i></div>" for i in range(12)]
        outer = "<main id=all><section>{}</section></main>"
        cleaner = Cleaner(made_up_model())
        page = cleaner.clean(outer.format("".join(boxes)), kind="html").page
        alone = cleaner.clean(outer.format("".join(boxes[i] for i in part)), kind="html").page
        found = encode(page, slice(part.start, part.stop))
        expected = encode(alone, slice(0, len(alone.lines)))
        assert found.tree
        assert expected.tree
        assert list(found.tree.types) == list(expected.tree.types)
        for name in ("type_of", "parent", "depth", "hidden", "line_element", "groups"):
            assert getattr(found.tree, name).tolist() == getattr(expected.tree, name).tolist()
        assert np.array_equal(found.features, expected.features, equal_nan=True)

    def test_page_in_parts_has_a_probability_for_each_line(
        self, model: Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PART_LINES", 2)
        scores = model.predict(PAGE)
        assert scores.probability.shape == (len(PAGE.lines),)
        assert scores.log_roles.shape == (len(PAGE.lines), len(ROLES))
        assert model.evidence(scores, ()).groups.shape == (len(PAGE.lines), len(GROUPS))
        assert len(scores.matrices) > 1
        assert sum(len(matrix) for _, matrix, _ in scores.matrices) == len(PAGE.lines)

    def test_page_in_parts_keeps_no_matrix_and_hides_what_it_hides(
        self, model: Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = html_page("<p>Eins.<p style='display:none'>Zwei.<p>Drei.<p hidden>Vier.")
        whole = model.predict(page)
        monkeypatch.setattr(module, "PART_LINES", 2)
        scores = model.predict(page)
        assert scores.hidden.tolist() == whole.hidden.tolist() == [False, True, False, True]
        first, again = scores.matrices[0][1], scores.matrices[0][1]
        assert first is not again
        assert first.tobytes() == again.tobytes()

    def test_page_without_lines_has_no_scores(self, model: Model) -> None:
        scores = model.predict(Page(()))
        assert scores.probability.shape == (0,)
        assert scores.log_roles.shape == (0, len(ROLES))
        assert model.evidence(scores, ()).groups.shape == (0, len(GROUPS))


class TestProcesses:
    def test_pickled_model_predicts_the_same(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        for each in (model, load_model(path), load_model()):
            again = pickle.loads(pickle.dumps(each))  # noqa: S301  # our own bytes
            assert probabilities(again, PAGE) == probabilities(each, PAGE)
            roles = again.predict(PAGE).log_roles
            assert roles.tolist() == each.predict(PAGE).log_roles.tolist()

    def test_model_from_a_file_is_pickled_as_its_path(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        for each in (load_model(path), load_model()):
            assert len(pickle.dumps(each)) < 1000

    def test_cleaner_in_another_process_predicts_the_same(self, model: Model) -> None:
        cleaner = Cleaner(replace(model), threshold=0.3)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for source in (news_page("ja"), "\n".join(SENTENCES.values())):
                assert pool.submit(cleaner.clean, source).result() == cleaner.clean(source)
