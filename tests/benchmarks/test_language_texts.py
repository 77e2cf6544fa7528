"""How the benchmark of languages of texts cuts, folds and counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.language_texts import (
    Text,
    calibration_error,
    close_languages,
    cut,
    declarations,
    fit,
    folded,
    macro_f1,
    measured,
    ours,
    reliability,
    section,
)
from tests.made_up import SENTENCES


def texts() -> list[Text]:
    known = [Text(folded(code) or "", text, 40, "made up") for code, text in SENTENCES.items()]
    return [*known, Text("", "kal shaam nagar parishad ne charcha ki", 40, "made up")]


def test_a_text_is_cut_at_a_blank_of_its_second_half() -> None:
    assert cut("один два три", 10) == "один два"
    assert cut("学校讨论学校讨论", 5) == "学校讨论学"
    assert cut("abc", 40) == "abc"


@pytest.mark.parametrize(("code", "expected"), [("nb", "no"), ("zh-Hant", "zh"), ("", None)])
def test_codes_are_folded(code: str, expected: str | None) -> None:
    assert folded(code) == expected


def test_paragraphs_of_a_declaration_are_read_with_its_language(tmp_path: Path) -> None:
    markup = '<html lang="nb"><p>Alle <b>mennesker</b>\n er f&oslash;dt</p>'
    (tmp_path / "nob.html").write_text(markup)
    assert list(declarations(tmp_path)) == [("nob", "no", ["Alle mennesker er født"])]


def test_macro_f1_counts_languages_alike_and_none_as_wrong() -> None:
    pairs = [("tr", "tr"), ("tr", "tr"), ("th", None), ("de", "tr")]
    assert macro_f1(pairs) == pytest.approx((2 * 2 / 5 + 0 + 0) / 3)


def test_calibration_error_is_the_mean_distance() -> None:
    bins = reliability([(True, 0.95), (False, 0.95), (True, 0.15)])
    assert [n for *_, n in bins] == [1, 2]
    assert calibration_error(bins) == pytest.approx((0.85 + 2 * 0.45) / 3)


def test_what_is_measured_is_written() -> None:
    found = measured(ours, texts())
    assert found["texts"] == len(SENTENCES)
    assert found["f1"] > 0.9
    assert found["surely wrong of unknown"] == 0
    written = section({"tools": {"boilerplate": {"100": found}}})
    assert "| **boilerplate** | 100 |" in written


def test_calibration_and_close_languages_come_of_texts() -> None:
    pytest.importorskip("pycld2")
    found = fit([*texts() * 4, Text("so", texts()[-1].text, 40, "made up")])
    assert found["log_score"] > 0
    assert close_languages([Text("hr", SENTENCES["tr"], 40, "made up")]) == {"tr": {"hr": 1.0}}
