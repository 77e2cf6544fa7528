"""That a model file is what was saved, or is refused by name; and that its sums are right."""

from __future__ import annotations

import io
import os
import pickle
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from boilerplate.model.columns import GROUNDS, MODES, column_grounds, column_names
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Page
from boilerplate.explain.phrases import DROPPED, KEPT
from boilerplate.features.encode import encode
from boilerplate.model import model as room
from boilerplate.model.linear import EVIDENCE, evidence_rows
from boilerplate.model.model import Model, from_bytes, load_model, parts, to_bytes
from boilerplate.model.stack import tree_matrix
from boilerplate.model.trees import MAX_DEPTH, ModelError, Trees, trees_from
from boilerplate.numeric import sigmoid
from boilerplate.page import Kind, text_page
from tests.altered import members, rezipped
from tests.made_up import SENTENCES, made_up_model, made_up_trees, news_page
from training.boosting import trees_of

PAGE = Cleaner(made_up_model()).clean(news_page("th"), kind="html").page


def probabilities(model: Model, page: Page) -> list[float]:
    return model.predict(page, range(len(page.lines))).probability.tolist()


class TestFile:
    def test_a_model_comes_back_as_it_was(self, model: Model) -> None:
        again = from_bytes(to_bytes(model))
        for kind in MODES:
            one, other = model.stacks[kind], again.stacks[kind]
            assert one.linear.bias == other.linear.bias
            assert one.linear.languages == other.linear.languages
            for a, b in (
                *zip(one.linear.tables, other.linear.tables, strict=True),
                (one.types.weights, other.types.weights),
                (one.types.bias, other.types.bias),
                *((getattr(one.trees, n), getattr(other.trees, n)) for n in Trees.__slots__),
            ):
                assert np.array_equal(a, b)
        assert again.about["trained_on"] == "nothing"
        assert probabilities(again, PAGE) == probabilities(model, PAGE)

    def test_the_same_model_gives_the_same_bytes(self, model: Model) -> None:
        data = to_bytes(model)
        assert to_bytes(made_up_model()) == data
        assert to_bytes(from_bytes(data)) == data
        assert to_bytes(made_up_model(seed=1)) != data

    def test_a_model_is_loaded_from_its_path(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "μοντέλο.zip"
        path.write_bytes(to_bytes(model))
        assert probabilities(load_model(path), PAGE) == probabilities(model, PAGE)
        assert load_model(path) is load_model(str(path))

    def test_a_model_trained_again_is_read_again(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        first = load_model(path)
        path.write_bytes(to_bytes(made_up_model(seed=1)))
        os.utime(path, ns=(1, 1))
        assert probabilities(load_model(path), PAGE) != probabilities(first, PAGE)

    def test_the_shipped_model_is_loaded_once(self) -> None:
        assert load_model() is load_model(None)
        assert set(load_model().stacks) == set(MODES)

    @pytest.mark.parametrize("name", ["missing.zip", "", "nul\0.zip"])
    def test_a_missing_file_is_named(self, name: str, tmp_path: Path) -> None:
        path = f"{tmp_path}/{name}"
        with pytest.raises(ModelError, match="cannot be read") as raised:
            load_model(path)
        assert path in str(raised.value)


def chain(depth: int) -> dict[str, np.ndarray]:
    """One tree as deep as it has splits."""
    k = 2 * depth + 1
    at = np.arange(k)
    inner = (at % 2 == 0) & (at < k - 1)
    return {
        "feature": np.where(inner, 0, -1),
        "threshold": np.zeros(k),
        "left": np.where(inner, at + 1, 0),
        "value": np.zeros(k),
        "missing_left": np.zeros(k, np.uint8),
        "sizes": np.array([k]),
    }


DATA = to_bytes(made_up_model())
WEIGHTS = np.zeros(1 << 18, np.float16)
VALUES = np.load(io.BytesIO(members(DATA)["text-trees-value.npy"]))
DAMAGED = {
    "another schema": rezipped(DATA, lambda a: a.update(feature_schema=-1)),
    "no modes": rezipped(DATA, lambda a: a.pop("modes")),
    "one mode": rezipped(DATA, lambda a: a["modes"].pop("text")),
    "a bias of nan": rezipped(DATA, lambda a: a["modes"]["html"].update(bias=float("nan"))),
    "a bias beyond reason": rezipped(DATA, lambda a: a["modes"]["html"].update(bias=1e30)),
    "half a page in a language": rezipped(
        DATA, lambda a: a["modes"]["text"].update(languages={"tr": 0.5})
    ),
    "languages in a list": rezipped(DATA, lambda a: a["modes"]["text"].update(languages=["tr"])),
    "a bias of words": rezipped(DATA, lambda a: a["modes"]["html"].update(bias="much")),
    "few weights": rezipped(DATA, arrays={"text-wording": WEIGHTS[1:]}),
    "a matrix": rezipped(DATA, arrays={"text-wording": WEIGHTS.reshape(2, -1)}),
    "few weights of types": rezipped(DATA, arrays={"text-types": WEIGHTS}),
    "endless trees": rezipped(DATA, arrays={"text-trees-value": VALUES * np.float32(1e38)}),
}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGED)
    def test_a_damaged_file_is_refused_by_name(self, damage: str, tmp_path: Path) -> None:
        path = tmp_path / "bad.zip"
        path.write_bytes(DAMAGED[damage])
        with pytest.raises(ModelError, match=re.escape(str(path))):
            load_model(path)


class TestTreesFrom:
    @pytest.mark.parametrize(
        ("key", "values"),
        [
            ("left", [0, 0, 0]),  # a cycle
            ("left", [3, 0, 0]),  # beyond the tree
            ("left", [2, 0, 0]),  # its sibling is
            ("left", [-1, 0, 0]),
            ("left", [2**62, 0, 0]),
            ("feature", [9, -1, -1]),
            ("feature", [-1, -1, -1]),  # nodes without a parent
            ("feature", [0, 0, -1]),
            ("sizes", [2]),
            ("sizes", [1, 2]),
            ("sizes", [-1, 4]),
            ("sizes", [0, 3]),
            ("sizes", []),
            ("value", [0.0]),
        ],
    )
    def test_trees_that_are_none_are_refused(self, key: str, values: list[float]) -> None:
        arrays = chain(1)
        assert trees_from(arrays, 2).depth == 1
        with pytest.raises(ModelError, match="trees"):
            trees_from(arrays | {key: np.array(values)}, 2)

    def test_trees_may_be_deep_but_not_endlessly(self) -> None:
        assert trees_from(chain(MAX_DEPTH), 1).depth == MAX_DEPTH
        with pytest.raises(ModelError, match="deeper"):
            trees_from(chain(MAX_DEPTH + 1), 1)


def walk(trees: Trees, row: np.ndarray) -> tuple[float, list[int]]:
    """The log-odds of one row, node by node, and all nodes on its paths."""
    total, path = 0.0, []
    for node in trees.roots.tolist():
        while True:
            path.append(node)
            if trees.left[node] == node:
                break
            value = row[trees.feature[node]]
            left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
            node = trees.left[node] + (0 if left else 1)
        total += float(trees.value[node])
    return total, path


class TestTrees:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 99), st.integers(1, 40), st.integers(2, 40))
    def test_log_odds_are_those_of_a_walk_down_each_tree(
        self, seed: int, n_trees: int, leaves: int
    ) -> None:
        trees = made_up_trees(5, seed, n_trees, leaves)
        rng = np.random.default_rng(seed)
        matrix = rng.normal(size=(7, 5)).astype(np.float32)
        matrix[rng.random(matrix.shape) < 0.3] = np.nan
        naive = [walk(trees, row)[0] for row in matrix]
        np.testing.assert_allclose(trees.log_odds(matrix), naive, atol=1e-5)

    def test_attribution_and_the_trees_means_sum_to_the_score(self) -> None:
        trees = made_up_trees(9, n_trees=30)
        matrix = np.random.default_rng(0).normal(size=(50, 9)).astype(np.float32)
        log_odds, added = trees.explain(matrix, np.arange(9) // 3)
        assert added.shape == (50, 3)
        start = trees.value[trees.roots].sum(dtype=float)
        np.testing.assert_allclose(added.sum(1) + start, log_odds, atol=1e-5)

    def test_attribution_is_what_each_split_on_the_path_has_added(self) -> None:
        trees = made_up_trees(4, n_trees=3)
        row = np.random.default_rng(1).normal(size=(1, 4)).astype(np.float32)
        naive = np.zeros(4)
        _, path = walk(trees, row[0])
        for node, child in pairwise(path):
            if trees.left[node] != node:
                naive[trees.feature[node]] += float(trees.value[child]) - float(trees.value[node])
        np.testing.assert_allclose(trees.explain(row, np.arange(4))[1][0], naive, atol=1e-6)

    def test_rows_do_not_depend_on_how_many_are_asked_at_once(self) -> None:
        trees = made_up_trees(6, n_trees=50)
        matrix = np.random.default_rng(0).normal(size=(3000, 6)).astype(np.float32)
        whole, added = trees.explain(matrix, np.zeros(6, np.int64))
        for i in (0, 1, 1500, 2999):
            one, one_added = trees.explain(matrix[i : i + 1], np.zeros(6, np.int64))
            assert (one[0], one_added[0, 0]) == (whole[i], added[i, 0])

    def test_no_rows_have_no_log_odds(self) -> None:
        log_odds, added = made_up_trees(3).explain(np.zeros((0, 3), np.float32), np.arange(3))
        assert (log_odds.shape, added.shape) == ((0,), (0, 3))

    @pytest.mark.parametrize("missing_in_training", [True, False])
    def test_log_odds_are_lightgbm_s(self, missing_in_training: bool) -> None:
        rng = np.random.default_rng(0)
        X = rng.normal(size=(2000, 6)).astype(np.float32)
        X[:, 3] = rng.integers(-2, 3, 2000)
        y = (X[:, 0] + X[:, 3] * X[:, 1] > 0.2).astype(int)
        unseen = X.copy()
        unseen[rng.random(X.shape) < 0.2] = np.nan
        booster = lightgbm.train(
            {"objective": "binary", "verbose": -1, "num_threads": 1},
            lightgbm.Dataset(unseen if missing_in_training else X, y),
            20,
        )
        for matrix in (X, unseen):
            theirs = booster.predict(matrix, raw_score=True)
            np.testing.assert_allclose(trees_of(booster).log_odds(matrix), theirs, atol=1e-5)

    def test_trees_of_a_constant_are_a_constant(self) -> None:
        X = np.ones((50, 2))
        booster = lightgbm.train(
            {"objective": "binary", "verbose": -1}, lightgbm.Dataset(X, [0, 1] * 25), 3
        )
        theirs = booster.predict(X[:2], raw_score=True)
        np.testing.assert_allclose(
            trees_of(booster).log_odds(X[:2].astype(np.float32)), theirs, atol=1e-6
        )


class TestColumns:
    @pytest.mark.parametrize("kind", MODES)
    def test_the_matrix_has_a_column_for_each_name(self, kind: Kind, model: Model) -> None:
        page = PAGE if kind == "html" else text_page([line.text for line in PAGE.lines])
        encoded = encode(page)
        evidence = model.stacks[kind].linear.scores(encoded)
        types = model.stacks[kind].types.log_probabilities(encoded.bag)
        matrix = tree_matrix(encoded, evidence, 0.1, 2.5, types)
        assert matrix.shape == (len(page.lines), len(column_names(kind)))
        assert not np.isinf(matrix).any()

    @pytest.mark.parametrize("kind", MODES)
    def test_each_column_has_a_ground_that_can_be_said(self, kind: Kind) -> None:
        assert len(set(column_names(kind))) == len(column_names(kind)) == len(column_grounds(kind))
        assert {GROUNDS[g] for g in column_grounds(kind)} <= set(DROPPED)
        assert set(DROPPED) == set(KEPT) == set(GROUNDS)

    def test_page_types_are_probabilities(self, model: Model) -> None:
        encoded = encode(PAGE)
        types = model.stacks["html"].types.log_probabilities(encoded.bag)
        assert np.exp(types).sum() == pytest.approx(1.0, abs=0.01)

    def test_log_odds_beyond_reason_are_still_probabilities(self) -> None:
        assert sigmoid(np.array([-1e9, 0.0, 1e9])).tolist() == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize(("kind", "known"), [("html", EVIDENCE), ("text", EVIDENCE[:2])])
def test_every_line_has_each_kind_of_evidence_and_bare_text_no_names(
    kind: Kind, known: tuple[str, ...]
) -> None:
    page = PAGE if kind == "html" else text_page([line.text for line in PAGE.lines])
    encoded = encode(page)
    rows = evidence_rows(encoded)
    assert len(rows) == len(known)
    assert {len(offsets) for _, offsets in rows} == {encoded.n + 1}


class TestParts:
    def test_an_ordinary_page_is_one_part(self) -> None:
        assert list(parts(PAGE)) == [None]

    @settings(max_examples=30, deadline=None)
    @given(st.integers(1, 60), st.integers(1, 12), st.integers(10, 500))
    def test_the_parts_of_a_long_page_are_its_lines_in_order(
        self, n: int, most_lines: int, most_chars: int
    ) -> None:
        page = text_page([f"line {i} {'x' * (i % 40)}" for i in range(n)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(room, "PART_LINES", most_lines)
            patch.setattr(room, "PART_CHARS", most_chars)
            found = [part or slice(0, n) for part in parts(page)]
        assert [i for part in found for i in range(n)[part]] == list(range(n))
        assert all(len(range(n)[part]) <= most_lines + 1 for part in found)

    @pytest.mark.parametrize("part", [range(4), range(4, 8), range(8, 12), range(2, 3)])
    def test_a_part_is_seen_as_a_page_that_has_nothing_else(self, part: range) -> None:
        boxes = [f"<div class=c{i}><p>{i} <a href=/>is a line</a><i></i></div>" for i in range(12)]
        outer = "<main id=all><section>{}</section></main>"
        cleaner = Cleaner(made_up_model())
        page = cleaner.clean(outer.format("".join(boxes)), kind="html").page
        alone = cleaner.clean(outer.format("".join(boxes[i] for i in part)), kind="html").page
        seen = encode(page, slice(part.start, part.stop))
        expected = encode(alone, slice(0, len(alone.lines)))
        assert seen.tree
        assert expected.tree
        assert list(seen.tree.kinds) == list(expected.tree.kinds)
        for name in ("kind", "parent", "depth", "hidden", "line_element", "groups"):
            assert getattr(seen.tree, name).tolist() == getattr(expected.tree, name).tolist()
        assert np.array_equal(seen.columns, expected.columns, equal_nan=True)

    def test_a_page_in_parts_has_a_probability_for_each_line(
        self, model: Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(room, "PART_LINES", 2)
        scores = model.predict(PAGE)
        assert scores.probability.shape == (len(PAGE.lines),)
        assert model.evidence(scores).grounds.shape == (len(PAGE.lines), len(GROUNDS))
        assert len(scores.matrices) > 1

    def test_a_page_without_lines_has_no_scores(self, model: Model) -> None:
        scores = model.predict(Page(()))
        assert scores.probability.shape == (0,)
        assert model.evidence(scores).grounds.shape == (0, len(GROUNDS))


class TestProcesses:
    def test_a_pickled_model_predicts_the_same(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        for each in (model, load_model(path), load_model()):
            again = pickle.loads(pickle.dumps(each))  # noqa: S301  # our own bytes
            assert probabilities(again, PAGE) == probabilities(each, PAGE)

    def test_a_model_from_a_file_is_pickled_as_its_path(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        for each in (load_model(path), load_model()):
            assert len(pickle.dumps(each)) < 1000

    def test_a_cleaner_in_another_process_predicts_the_same(self, model: Model) -> None:
        cleaner = Cleaner(replace(model), threshold=0.3)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for source in (news_page("ja"), "\n".join(SENTENCES.values())):
                assert pool.submit(cleaner.clean, source).result() == cleaner.clean(source)
