"""That pages in two languages and their twins are alike but for the language, and are counted."""

from __future__ import annotations

import pytest
from boilerplate.model.columns import MODES

from boilerplate import Cleaner, Label
from boilerplate.page import Kind
from tests.made_up import SENTENCES
from training.lexicon import MENU_KINDS
from training.mixed import (
    BUTTON_KINDS,
    LAYOUTS,
    NOTICE_KINDS,
    PAGES,
    Cleaned,
    Material,
    MixedPage,
    cleaned,
    mixed_pages,
    summary,
    table,
)

SPOKEN = ("de", "he", "ja", "th", "tr")
ALONE = "km"  # has phrases and no prose
KINDS = (*MENU_KINDS, *NOTICE_KINDS, *BUTTON_KINDS)
STUFF = Material(
    {"de": [[f"{SENTENCES['de']} ({i})" for i in range(5)]]},
    {code: [f"{SENTENCES[code]} [{i}]" for i in range(60)] for code in SPOKEN},
    {
        code: {kind: [f"{kind} <{i}> {code}" for i in range(40)] for kind in KINDS}
        for code in (*SPOKEN, ALONE)
    },
)
PAIRS = list(mixed_pages(STUFF))


def test_every_language_has_pages_of_every_layout() -> None:
    assert {(page.language, page.layout) for page, _ in PAIRS} == {
        (code, layout) for code in SPOKEN for layout in LAYOUTS
    }
    assert len(PAIRS) == len(SPOKEN) * len(LAYOUTS) * PAGES
    assert {page.other for page, _ in PAIRS} == {*SPOKEN, ALONE}


def test_a_page_is_made_alike_each_time() -> None:
    assert list(mixed_pages(STUFF)) == PAIRS


def test_only_the_second_languages_that_are_asked_for_are_spoken() -> None:
    assert {page.other for page, _ in mixed_pages(STUFF, ["he"])} == {"he"}
    assert "he" not in {page.language for page, _ in mixed_pages(STUFF, ["he"])}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].layout}-{pair[0].language}")
def test_a_twin_is_alike_but_for_the_language(pair: tuple[MixedPage, MixedPage]) -> None:
    page, twin = pair
    assert {line.language for line in page.lines} == {page.language, page.other}
    assert {line.language for line in twin.lines} == {page.language}
    own = [line.text for line in page.lines if line.language == page.language]
    assert set(own) <= {line.text for line in twin.lines}
    kinds = ([line.kind for line in each.lines if line.kind != "quotation"] for each in pair)
    assert next(kinds) == next(kinds)


def test_what_is_foreign_is_what_the_layout_says() -> None:
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


@pytest.mark.parametrize("kind", MODES)
def test_the_lines_are_read_as_they_were_written(kind: Kind) -> None:
    for page, twin in PAIRS:
        for each in (page, twin):
            read = [line.text for line in each.page(kind).lines]
            assert read == [line.text for line in each.lines]


def test_a_perfect_cleaning_has_perfect_figures() -> None:
    perfect = [
        tuple(Cleaned(p, 1.0, tuple(x.label is Label.CONTENT for x in p.lines)) for p in pair)
        for pair in PAIRS
    ]
    figures = summary([(page, twin) for page, twin in perfect], "html")
    assert figures["mixed"] == figures["one_language"] == 1.0
    assert figures["notices_dropped"] == figures["quotations_kept"] == 1.0
    assert figures["layouts"]["with names"]["pages"] == len(PAIRS) / 2
    assert figures["languages"][ALONE]["pages"] == 0
    assert figures["languages"][ALONE]["notices_dropped"] == 1.0
    assert f"| all | {len(PAIRS)} | 1.000 | 1.000 | 1.000 | 1.000 |" in table(figures, "text")


def test_what_was_kept_is_counted(cleaner: Cleaner) -> None:
    page, _ = PAIRS[0]
    found = cleaned(cleaner, page, "text")
    assert len(found.kept) == len(page.lines)
    assert 0 <= found.f1 <= 1
