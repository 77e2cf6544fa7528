"""Language features of whole pages: foreign notices, quotations, and lines that say little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from boilerplate.features.encode import encode
from boilerplate.features.table import BLOCKS
from boilerplate.language import detector
from boilerplate.page import text_page
from tests.made_up import SENTENCES
from tests.strategies import LINES

ENGLISH = tuple(SENTENCES["en"].split(". ")) * 4


def columns(lines: list[str]) -> dict[str, np.ndarray]:
    """The features of the block "languages" by name, (n,) each."""
    names, first = BLOCKS["languages"].names, len(BLOCKS["text"])
    return dict(zip(names, encode(text_page(lines)).features.T[first:], strict=True))


@pytest.mark.parametrize("code", sorted(set(SENTENCES) - {"en"}))
def test_foreign_line_is_placed_within_the_article_or_behind_it(code: str) -> None:
    half = len(ENGLISH) // 2
    for at, since in ((len(ENGLISH), 1.0), (half, 0.5)):
        found = columns([*ENGLISH[:at], SENTENCES[code], *ENGLISH[at:]])
        assert found["page_language"][at] < 0.1
        assert np.delete(found["page_language"], at).min() > 0.9
        assert found["foreign_since"][at] == pytest.approx(since, abs=0.1)
        assert found["foreign_until"][at] == pytest.approx(1 - since, abs=0.1)
        assert np.isnan(np.delete(found["foreign_since"], at)).all()


def test_lines_of_a_foreign_run_are_counted() -> None:
    turkish = SENTENCES["tr"].split(", ")
    found = columns([*ENGLISH, turkish[0], "123", turkish[1]])
    run = np.expm1(found["foreign_run_lines"][len(ENGLISH) :])
    assert run[[0, 2]] == pytest.approx(2)
    assert np.isnan(run[1])


@pytest.mark.parametrize("codes", [("zh-cn", "zh-tw"), ("zh-tw", "zh-cn")])
def test_simplified_and_traditional_chinese_are_one_language(codes: tuple[str, str]) -> None:
    page, other = (SENTENCES[code] for code in codes)
    assert columns([page, other, page])["page_language"].min() > 0.9


def test_line_of_few_letters_has_no_features() -> None:
    for name, column in columns([*ENGLISH, "12.30", "»", "ab"]).items():
        assert np.isnan(column[-3:]).all(), name


@given(LINES)
def test_no_feature_is_infinite(lines: list[str]) -> None:
    lines = [line for line in lines if line.strip()]
    for name, column in columns(lines).items():
        assert not np.isinf(column).any(), name


def test_detector_gives_the_same_bytes_each_time_it_is_asked() -> None:
    page = text_page([*SENTENCES.values()])
    first = encode(page).features.tobytes()
    for function in vars(detector).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()
    assert encode(page).features.tobytes() == first
