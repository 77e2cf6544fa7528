"""The benchmark of page languages, on pages of the test's own."""

from __future__ import annotations

import pytest

from benchmarks.page_languages import measured, section
from boilerplate import Cleaner
from tests.made_up import SENTENCES
from training.corpora import GoldPage

pytest.importorskip("pycld2")


def gold(language: str, text: str) -> GoldPage:
    return GoldPage("world", text[:9], f"<p>{text}".encode(), text, site="a", language=language)


def test_right_unknown_and_wrong_languages_are_counted_by_their_folded_codes() -> None:
    golds = [
        gold("zh-CN", SENTENCES["zh-tw"]), gold("tr", SENTENCES["tr"]), gold("tr", SENTENCES["de"]),
        gold("tr", "9e107d9d372bb6826bd81d3542a419d6"), gold("", SENTENCES["de"]),
    ]  # fmt: skip
    found = measured(golds, Cleaner())
    assert found == {"pages": 4, "right": 2, "none": 1, "wrong": {"tr as de": 1}}
    assert "| world | 4 | 0.500 | 1 | tr as de (1) |" in section({"world": found})
