"""Made-up pages: what they are written with, their forms, their markup, and how they are cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boilerplate.metrics import words
from boilerplate.page import text_page
from boilerplate.reading.html import html_page
from boilerplate.roles import CHROME_ROLES, ROLES
from tests.training.made_up_lexicon import LANGUAGES
from training.augmentation import cropped, interrupted
from training.corpora import GoldPage
from training.folds import FOLDS, fold_of
from training.lexicon import ALL_SPLITS, Lexicon, fold_of_phrase, phrases, sentences_by_fold
from training.made_up.forms import FORMS
from training.made_up.markup import markup
from training.made_up.material import LABEL_KEYS, Materials, Writer, collected, labels
from training.made_up.pages import MadeUpPage, made_up_pages
from training.samples import SOME_CHROME, Sample
from training.training_set import made_up_lesson


@pytest.fixture(scope="module")
def materials(lexicon_folder: Path) -> Materials:
    return Materials(collected(Lexicon(lexicon_folder, ("train", "dev"))))


@pytest.fixture(scope="module")
def pages(materials: Materials) -> list[MadeUpPage]:
    return list(made_up_pages(materials, "text"))


def test_every_language_with_labels_has_all_of_them() -> None:
    assert len(labels()) >= 40
    for language, each in labels().items():
        assert set(each) == set(LABEL_KEYS)
        assert all(each.values()), language
        assert all("{}" in each[key] for key in ("by", "photo", "also", "updated")), language


def test_material_of_two_folds_shares_no_phrase_and_no_sentence(materials: Materials) -> None:
    assert {each.language for each in materials.all} == set(LANGUAGES.values())
    for language in LANGUAGES.values():
        for kind in ("phrases", "sentences"):
            held = [
                set(each.sentences) if kind == "sentences" else
                {tuple(words(text)) for texts in each.phrases.values() for text in texts}
                for each in materials.all
                if each.language == language
            ]  # fmt: skip
            assert sum(map(len, held)) == len(set().union(*held)) > 0
    assert all(fold_of(each.site) == each.fold for each in materials.all)


def test_material_stays_in_its_splits(lexicon_folder: Path, materials: Materials) -> None:
    assert [bool(held) for held in sentences_by_fold(lexicon_folder, ALL_SPLITS)] == [True] * FOLDS
    left_out = phrases(lexicon_folder, ("test",))
    for each in materials.all:
        unwanted = {text for texts in left_out[each.language].values() for text in texts}
        for texts in each.phrases.values():
            assert not unwanted & set(texts)
            assert all(fold_of_phrase(text) == each.fold for text in texts)


def test_no_page_is_in_a_language_that_is_held_out(lexicon_folder: Path) -> None:
    held = Materials(collected(Lexicon(lexicon_folder, without=frozenset({"he"}))))
    assert {page.language for page in made_up_pages(held, "text")} == {"tr", "de", "th"}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_roles_of_content_and_lines_that_are_not_blank(
    form: str, materials: Materials
) -> None:
    for number, material in enumerate(materials.all):
        lines = FORMS[form][0](Writer(material, np.random.default_rng(number)))
        assert len(lines) >= 2
        for text, role in lines:
            assert text.strip()
            assert role in ROLES
            assert role not in CHROME_ROLES or role == "share"


def test_pages_end_with_their_text_or_with_chrome(pages: list[MadeUpPage]) -> None:
    last = Counter(page.lines[-1][1] in CHROME_ROLES for page in pages)
    first = Counter(page.lines[0][1] in CHROME_ROLES or not page.lines[0][1] for page in pages)
    assert min(last[True], last[False], first[True], first[False]) > 0.2 * len(pages)


def test_chrome_stands_between_the_lines_of_many_texts(pages: list[MadeUpPage]) -> None:
    def interrupted_text(page: MadeUpPage) -> bool:
        chrome = "".join("c" if role in CHROME_ROLES or not role else "t" for _, role in page.lines)
        return "c" in chrome.strip("c")

    assert sum(map(interrupted_text, pages)) > 0.25 * len(pages)


def test_markup_of_a_page_has_its_lines(pages: list[MadeUpPage]) -> None:
    for number, page in enumerate(pages):
        read = html_page(markup(page.lines, np.random.default_rng(number)))
        assert [line.text.split() for line in read.lines] == [t.split() for t, _ in page.lines]


def test_pages_are_the_same_each_time(materials: Materials, pages: list[MadeUpPage]) -> None:
    assert list(made_up_pages(materials, "text")) == pages
    assert {page.id for page in made_up_pages(materials, "html")} < {page.id for page in pages}


@pytest.mark.parametrize("mode", ["html", "text"])
def test_a_made_up_lesson_has_the_roles_of_its_page(mode: str, pages: list[MadeUpPage]) -> None:
    page = replace(pages[0], lines=[("Beans", ""), *pages[0].lines])
    lesson = made_up_lesson(page, mode)  # type: ignore[arg-type]
    assert lesson is not None
    assert lesson.roles is not None
    assert lesson.roles.tolist() == [
        ROLES.index(role) if role else SOME_CHROME for _, role in page.lines
    ]
    ciphered = made_up_lesson(page, mode, in_cipher=True)  # type: ignore[arg-type]
    assert ciphered is not None
    assert not ciphered.readable
    assert ciphered.target.tolist() == lesson.target.tolist()


def labelled(lines: int) -> Sample:
    """A page whose first and last three lines are chrome."""
    y = np.array([0, 0, 0, *[1] * lines, 0, 0, 0])
    page = text_page([f"Line number {number} of the page." for number in range(len(y))])
    return Sample(GoldPage("made-up", "1", b"", "", site="one.example"), page, y, y)


def test_some_crops_end_where_the_article_ends() -> None:
    ends = Counter(
        int(crop.target[-1])
        for number in range(40)
        if (crop := cropped(labelled(12), [], number)) is not None
    )
    assert min(ends[0], ends[1]) >= 5


def test_some_crops_are_short() -> None:
    crops = [cropped(labelled(30), [["An end"]], number) for number in range(40)]
    sizes = [int(crop.target.sum()) for crop in crops if crop is not None]
    assert sizes.count(30) >= 15
    assert sum(size < 8 for size in sizes) >= 5


def test_notices_are_put_between_two_lines_of_the_article() -> None:
    made = interrupted(labelled(6), ["We use cookies.", "Read our policy."], 0)
    at = [line.text for line in made.page.lines].index("We use cookies.")
    assert made.target[at - 1 : at + 3].tolist() == [1, 0, 0, 1]
    assert interrupted(labelled(6), [], 0).page == labelled(6).page
    assert interrupted(labelled(2), ["We use cookies."], 0).page == labelled(2).page
