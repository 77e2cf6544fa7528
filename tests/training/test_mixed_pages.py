"""Pages in two languages differ from their twins in the language only, and are scored."""

from __future__ import annotations

import pytest

from boilerplate import Cleaner, Label
from boilerplate.model.file import MODES
from boilerplate.page import Kind
from tests.made_up import SENTENCES
from training.lexicon import MENU_KINDS
from training.mixed_pages import (
    BUTTON_KINDS,
    MIXED_LAYOUTS,
    NOTICE_KINDS,
    PARAMETERS,
    Material,
    MixedPage,
    mixed_pages,
)
from training.mixed_scores import Cleaned, cleaned, summary, table

LANGUAGES = ("de", "he", "ja", "th", "tr")
WITHOUT_PROSE = "km"  # has phrases only
KINDS = (*MENU_KINDS, *NOTICE_KINDS, *BUTTON_KINDS)
MATERIAL = Material(
    {"de": [[f"{SENTENCES['de']} ({i})" for i in range(5)]]},
    {code: [f"{SENTENCES[code]} [{i}]" for i in range(60)] for code in LANGUAGES},
    {
        code: {kind: [f"{kind} <{i}> {code}" for i in range(40)] for kind in KINDS}
        for code in (*LANGUAGES, WITHOUT_PROSE)
    },
)
PAIRS = list(mixed_pages(MATERIAL))


def test_every_language_has_pages_of_every_layout() -> None:
    assert {(page.language, page.layout) for page, _ in PAIRS} == {
        (code, layout) for code in LANGUAGES for layout in MIXED_LAYOUTS
    }
    assert len(PAIRS) == len(LANGUAGES) * len(MIXED_LAYOUTS) * PARAMETERS.pages
    assert {page.other for page, _ in PAIRS} == {*LANGUAGES, WITHOUT_PROSE}


def test_pages_are_deterministic() -> None:
    assert list(mixed_pages(MATERIAL)) == PAIRS


def test_uses_only_the_requested_second_languages() -> None:
    assert {page.other for page, _ in mixed_pages(MATERIAL, ["he"])} == {"he"}
    assert "he" not in {page.language for page, _ in mixed_pages(MATERIAL, ["he"])}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].layout}-{pair[0].language}")
def test_twin_differs_in_language_only(pair: tuple[MixedPage, MixedPage]) -> None:
    page, twin = pair
    assert {line.language for line in page.lines} == {page.language, page.other}
    assert {line.language for line in twin.lines} == {page.language}
    own = [line.text for line in page.lines if line.language == page.language]
    assert set(own) <= {line.text for line in twin.lines}
    kinds = ([line.kind for line in each.lines if line.kind != "quotation"] for each in pair)
    assert next(kinds) == next(kinds)


def test_layout_decides_which_lines_are_in_the_second_language() -> None:
    for page, _ in PAIRS:
        foreign = {line.kind for line in page.lines if line.language == page.other}
        if page.layout == "quotation":
            assert foreign == {"quotation"}
            inside = [line.label for line in page.lines]
            at = [line.kind for line in page.lines].index("quotation")
            assert inside[at - 1] is inside[at] is Label.CONTENT
        elif page.layout == "menus":
            assert foreign == {"menu"}
        elif page.layout == "notices":
            assert foreign == set(NOTICE_KINDS)
        else:
            assert "article" not in foreign


@pytest.mark.parametrize("mode", MODES)
def test_reading_a_page_gives_its_lines(mode: Kind) -> None:
    for page, twin in PAIRS:
        for each in (page, twin):
            read = [line.text for line in each.page(mode).lines]
            assert read == [line.text for line in each.lines]


def test_perfect_cleaning_scores_one_everywhere() -> None:
    perfect = [
        tuple(Cleaned(p, 1.0, tuple(x.label is Label.CONTENT for x in p.lines)) for p in pair)
        for pair in PAIRS
    ]
    figures = summary([(page, twin) for page, twin in perfect], "html")
    assert figures["mixed"] == figures["one_language"] == 1.0
    assert figures["notices_dropped"] == figures["quotations_kept"] == 1.0
    assert figures["layouts"]["with names"]["pages"] == len(PAIRS) / 2
    assert figures["languages"][WITHOUT_PROSE]["pages"] == 0
    assert figures["languages"][WITHOUT_PROSE]["notices_dropped"] == 1.0
    assert f"| all | {len(PAIRS)} | 1.000 | 1.000 | 1.000 | 1.000 |" in table(figures, "text")


def test_cleaned_has_one_entry_per_line(cleaner: Cleaner) -> None:
    page, _ = PAIRS[0]
    found = cleaned(cleaner, page, "text")
    assert len(found.kept) == len(page.lines)
    assert 0 <= found.f1 <= 1
