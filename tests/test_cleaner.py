"""What callers of ``boilerplate.clean`` can rely on, whatever the model has learned."""

from __future__ import annotations

import inspect
import json
import pickle
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import boilerplate
from boilerplate import Cleaner, CleanPage, Label, Page, Prediction
from boilerplate.cleaner import THRESHOLDS, best_threshold
from boilerplate.model.model import Model, to_bytes
from boilerplate.model.trees import ModelError
from boilerplate.page import Kind, LazyTuple, texts_of
from tests.made_up import SENTENCES, made_up_model, news_page

CLEANER = Cleaner(made_up_model())


class TestNames:
    def test_package_offers_these_names(self) -> None:
        assert boilerplate.__all__ == [
            "CleanPage", "Cleaner", "Label", "Line", "Page", "Prediction", "SiteModel",
            "SiteRules", "accelerated", "clean", "clean_many", "extract", "hookimpl", "read",
        ]  # fmt: skip
        assert all(hasattr(boilerplate, name) for name in boilerplate.__all__)
        assert dir(boilerplate) == sorted([*boilerplate.__all__, "__version__"])

    @pytest.mark.parametrize(
        "name",
        ["Element", "LabelledPage", "Markup", "Metadata", "Model", "Plugins", "SiteModels",
         "Verdict", "Vote", "load_model", "load_plugins", "read_rules"],
    )  # fmt: skip
    def test_names_of_release_0_1_can_still_be_imported(self, name: str) -> None:
        assert callable(getattr(boilerplate, name))

    def test_unknown_name_raises_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="no attribute 'extrakt'"):
            boilerplate.extrakt  # noqa: B018

    def test_arguments_of_clean_stay_as_they_are(self) -> None:
        assert list(inspect.signature(boilerplate.clean).parameters) == [
            "source", "url", "kind", "charset", "threshold", "keep", "drop", "plugins",
            "site_models",
        ]  # fmt: skip
        assert list(inspect.signature(Cleaner).parameters) == [
            "model", "threshold", "plugins", "site_models", "keep", "drop",
        ]  # fmt: skip
        assert list(inspect.signature(Cleaner.clean).parameters) == [
            "self", "source", "url", "kind", "charset",
        ]  # fmt: skip

    def test_fields_of_results_stay_as_they_are(self) -> None:
        assert [f.name for f in fields(CleanPage)] == [
            "page", "predictions", "language", "threshold", "plugin_errors", "drift",
            "kept_roles", "error", "languages", "_metadata",
        ]  # fmt: skip
        assert [f.name for f in fields(Prediction)] == [
            "line", "label", "probability", "reason", "role", "language", "language_confidence",
            "decided_by",
        ]  # fmt: skip
        assert [f.name for f in fields(Page)] == [
            "lines", "kind", "url", "elements", "metadata", "selected", "unread", "html",
            "claims",
        ]  # fmt: skip

    def test_import_of_the_package_loads_neither_numpy_nor_parser(self) -> None:
        code = (
            "import sys, boilerplate; heavy = 'numpy turbohtml chardet lightgbm pluggy regex'; "
            "print([m for m in heavy.split() if m in sys.modules])"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert run.stdout.strip() == "[]"

    def test_cleaning_does_not_import_what_only_training_needs(self) -> None:
        code = (
            "import sys, boilerplate; boilerplate.clean('x'); "
            "print([m for m in ('sklearn', 'lightgbm', 'scipy', 'joblib') if m in sys.modules])"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert run.stdout.strip() == "[]", run.stderr


class TestPredictions:
    @pytest.mark.parametrize("language", SENTENCES)
    @pytest.mark.parametrize("kind", ["html", "text"])
    def test_each_line_has_a_prediction_in_order(self, language: str, kind: str) -> None:
        source = news_page(language)
        if kind == "text":
            source = "\n".join(line.text for line in boilerplate.read(source).lines)
        cleaned = CLEANER.clean(source)
        assert cleaned.page.kind == kind
        assert [p.line for p in cleaned.predictions] == list(cleaned.page.lines)
        assert all(0 <= p.probability <= 1 for p in cleaned.predictions)
        assert all(p.reason for p in cleaned.predictions)

    @pytest.mark.parametrize("text", [news_page("tr"), "One line.\n\n \nAbone ol\n", "\n", ""])
    def test_columns_equal_the_fields_of_each_prediction(self, text: str) -> None:
        said = CLEANER.clean(text).predictions
        roles = list(said.roles)
        assert roles == [p.role for p in said]
        assert list(said.labels) == [p.label for p in said]
        assert list(said.probabilities) == [p.probability for p in said]
        assert list(said.languages) == [(p.language, p.language_confidence) for p in said]

    def test_text_needs_no_reasons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("boilerplate.cleaner.reasons", None)
        cleaned = CLEANER.clean(news_page("en"))
        assert cleaned.text
        with pytest.raises(TypeError):
            cleaned.predictions[0]

    @settings(max_examples=60, deadline=None)
    @given(st.text())
    def test_prediction_i_of_bare_text_is_line_i(self, text: str) -> None:
        lines = re.split(r"\r\n|[\n\v\f\r\x85\u2028\u2029]", text)
        expected = lines if lines[-1] else lines[:-1]
        cleaned = CLEANER.clean(text, kind="text")
        assert [p.line.text for p in cleaned.predictions] == expected

    @settings(max_examples=60, deadline=None)
    @given(st.text())
    def test_text_is_the_kept_lines_joined(self, text: str) -> None:
        cleaned = CLEANER.clean(text, kind="text")
        kept = [p.line.text for p in cleaned.predictions if p.label is Label.CONTENT]
        assert cleaned.text == "\n".join(kept)
        assert len(cleaned.kept) + len(cleaned.dropped) == len(cleaned.page.lines)

    def test_blank_lines_are_never_kept(self) -> None:
        cleaned = Cleaner(made_up_model(), threshold=0).clean("bir\n\n \t\niki", kind="text")
        assert [p.label for p in cleaned.predictions] == [
            Label.CONTENT, Label.BOILERPLATE, Label.BOILERPLATE, Label.CONTENT,
        ]  # fmt: skip
        blank = cleaned.predictions[1]
        assert (blank.reason, blank.probability) == ("blank line", 0)
        assert (blank.language, blank.language_confidence) == (None, 0), "it speaks none"

    @pytest.mark.parametrize("source", ["", b"", " \n\t", "<p></p>", Page(()), b"\xff\xfe"])
    def test_page_without_text_gives_an_empty_result(self, source: str | bytes | Page) -> None:
        cleaned = CLEANER.clean(source)
        assert cleaned.text == ""
        assert cleaned.language is None
        assert boilerplate.clean(source).text == ""

    def test_same_page_gives_the_same_result(self) -> None:
        source = news_page("he")
        assert CLEANER.clean(source) == CLEANER.clean(source)
        assert Cleaner(made_up_model()).clean(source) == CLEANER.clean(source)

    def test_pages_cleaned_before_make_no_difference(self) -> None:
        fresh = Cleaner(made_up_model()).clean(news_page("ko"))
        for language in SENTENCES:
            CLEANER.clean(news_page(language))
        assert CLEANER.clean(news_page("ko")) == fresh

    def test_bytes_and_strings_give_the_same_result(self) -> None:
        source = news_page("ar")
        assert CLEANER.clean(source.encode()) == CLEANER.clean(source)

    def test_page_that_was_read_before_gives_the_same_result(self) -> None:
        source = news_page("hi")
        page = boilerplate.read(source, "https://a.example/")
        assert CLEANER.clean(page) == CLEANER.clean(source, "https://a.example/")

    def test_language_is_that_of_the_article(self) -> None:
        assert boilerplate.clean(news_page("uk", paragraphs=8)).language == "uk"

    def test_shipped_model_keeps_an_article_and_drops_its_footer(self) -> None:
        cleaned = boilerplate.clean(news_page("en", paragraphs=5))
        assert SENTENCES["en"] in cleaned.text
        assert "rights reserved" not in cleaned.text


# Probabilities as a page has them, to four places, and lengths in characters.
LINES = st.lists(
    st.tuples(st.integers(0, 10_000).map(lambda k: k / 10_000), st.integers(1, 500)),
    min_size=1,
    max_size=20,
)


class TestChoices:
    def test_lines_are_kept_from_the_threshold_on(self) -> None:
        source = news_page("tr")
        every = CLEANER.clean(source)
        for threshold in (0.0, every.predictions[2].probability, 0.6, 1.0):
            cleaned = Cleaner(made_up_model(), threshold).clean(source)
            assert [p.probability for p in cleaned.predictions] == [
                p.probability for p in every.predictions
            ]
            for p in cleaned.predictions:
                assert (p.label is Label.CONTENT) == (p.probability >= threshold)

    def test_clean_page_has_the_threshold_that_was_used(self) -> None:
        for cleaner in (CLEANER, Cleaner(made_up_model(), 0.6)):
            cleaned = cleaner.clean(news_page("pl"))
            assert cleaner.threshold in (None, cleaned.threshold)
            for p in cleaned.predictions:
                assert (p.label is Label.CONTENT) == (p.probability >= cleaned.threshold)

    @given(LINES)
    def test_threshold_of_a_page_that_is_no_article_maximises_the_expected_f1(
        self, lines: list[tuple[float, int]]
    ) -> None:
        def promised(threshold: float) -> float:
            hit = sum(p * chars for p, chars in lines if p >= threshold)
            kept = sum(chars for p, chars in lines if p >= threshold)
            return 2 * hit / (kept + sum(p * chars for p, chars in lines))

        p, chars = (np.array(values, float) for values in zip(*lines, strict=True))
        threshold = best_threshold(p, chars, article=0.0)
        assert threshold >= THRESHOLDS.lowest
        others = [q for q, _ in lines if q >= THRESHOLDS.lowest]
        assert all(promised(threshold) >= promised(other) - 1e-9 for other in others)

    @given(LINES)
    def test_article_keeps_its_likeliest_line(self, lines: list[tuple[float, int]]) -> None:
        p, chars = (np.array(values, float) for values in zip(*lines, strict=True))
        threshold = best_threshold(p, chars, article=1.0)
        assert threshold <= THRESHOLDS.plain
        assert p.max() < THRESHOLDS.lowest or p.max() >= threshold

    @pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), float("inf")])
    def test_threshold_that_is_no_probability_is_refused(self, threshold: float) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            Cleaner(made_up_model(), threshold)

    def test_model_is_given_loaded_or_by_its_path(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        source = news_page("el")
        results = [Cleaner(m).clean(source) for m in (model, path, str(path))]
        assert results[0] == results[1] == results[2]
        with pytest.raises(ModelError, match=r"none\.zip"):
            Cleaner(tmp_path / "none.zip")

    def test_given_kind_wins_over_the_content(self) -> None:
        assert CLEANER.clean("<p>x</p>", kind="text").page.kind == "text"
        assert CLEANER.clean("x", kind="html").page.kind == "html"

    def test_charset_of_the_http_header_is_used(self) -> None:
        data = SENTENCES["ru"].encode("koi8-r")
        assert CLEANER.clean(data, charset="koi8-r").page.lines[0].text == SENTENCES["ru"]

    def test_site_comes_from_the_url(self) -> None:
        assert CLEANER.clean("x", url="https://www.a.example/b").site == "a.example"

    @pytest.mark.parametrize("source", [None, 1, ["x"], {"html": "x"}, object()])
    def test_sources_of_other_types_are_refused(self, source: object) -> None:
        with pytest.raises(TypeError, match="a page is str or bytes"):
            CLEANER.clean(source)

    def test_pickled_cleaner_gives_the_same_result(self) -> None:
        again = pickle.loads(pickle.dumps(Cleaner(made_up_model(), 0.7)))  # noqa: S301  # our own
        assert again.threshold == 0.7
        assert again.clean(news_page("fr")) == Cleaner(made_up_model(), 0.7).clean(news_page("fr"))


# Each is cleaned in a process of bounded memory: 2 GB, with the interpreter and its libraries.
HOSTILE = {
    "50 MB in a line": "'word ' * 10_000_000",
    "50 MB in a paragraph": "b'<p>' + b'word ' * 10_000_000",
    "100,000 nested elements": "'<div>' * 100_000 + 'deep'",
    "100,000 nested elements with text": "''.join(f'<i>{i} ' for i in range(100_000))",
    "100,000 line breaks": "'<p>' + ''.join(f'Line {i}<br>' for i in range(100_000))",
    "100,000 lines": "''.join(f'Line {i}\\n' for i in range(100_000))",
    "40,000 paragraphs below 500 elements": "'<div>' * 500 + '<p>text</p>' * 40_000",
    "a million attributes": "'<p ' + ' '.join(f'a{i}=1' for i in range(10**6)) + '>text'",
    "a million blank lines": "'\\n' * 10**6",
    "five million NULs": "b'\\0' * 5_000_000",
    "NULs in text": "'<p>' + 'a\\0b ' * 100_000",
    "noise": "__import__('random').Random(0).randbytes(2_000_000)",
    "lone surrogates": "'<p>\\ud800 text \\udfff</p>' * 1000",
    "lone surrogates in text": "'\\ud800 text \\udfff\\n' * 1000",
    "deep JSON-LD": "'<script type=application/ld+json>' + '[' * 900_000 + '</script><p>text'",
    "marks": "'a' + '\\u0301' * 1_000_000",
}
CHILD = """
import json, resource, sys, time
limit = 2 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from boilerplate import Cleaner
from tests.made_up import made_up_model
cleaner = Cleaner(made_up_model())
source = eval(sys.argv[1])
start = time.process_time()
lines = [len(cleaner.clean(source, kind=kind).predictions) for kind in ("html", "text")]
print(json.dumps([time.process_time() - start, *lines]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is bounded by resource.setrlimit")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gives_a_result_in_bounded_time_and_memory(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CHILD, HOSTILE[name]],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parent.parent,
    )
    assert run.returncode == 0, run.stderr[-500:]
    seconds, *_ = json.loads(run.stdout)
    assert seconds < 60


@pytest.mark.parametrize("kind", ["html", "text"])
def test_no_line_and_no_element_is_made_for_the_text(kind: Kind) -> None:
    page, texts = news_page("ja"), SENTENCES["ja"]
    with pytest.MonkeyPatch.context() as patch:
        if boilerplate.accelerated or kind == "text":
            patch.setattr(LazyTuple, "_all", lambda _: pytest.fail("something was made"))
        source = page if kind == "html" else "\n".join(texts)
        cleaned = CLEANER.clean(source, "https://a.example/", kind)
        assert cleaned.text == "\n".join(texts_of(cleaned.page.lines)[i] for i in kept_of(cleaned))


def kept_of(page: CleanPage) -> list[int]:
    return [i for i, label in enumerate(page.predictions.labels) if label is Label.CONTENT]
