"""That a page in a cipher keeps its shape and its labels and none of its words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from boilerplate.model.columns import MODES
from hypothesis import given, settings
from hypothesis import strategies as st
from test_train import page_of
from test_unseen import news

from boilerplate.kernels.plain_text import char_counts
from boilerplate.unicode import Char
from training.ablation import copied
from training.ciphers import SCRIPTS, UNSPACED, ciphered, written
from training.dataset import sample
from training.train import ciphered_lesson, fit_linear_by_fold, fit_types_by_fold, lessons_of

SPACED = [name for name, script in SCRIPTS.items() if script.blanks]
PROSE = "The ferry was late, again. Nobody minded (it was warm). Tickets cost 3.50 in 2012!"


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_letter_is_left_and_digits_stay(name):
    said = written(PROSE, SCRIPTS[name], "key")
    assert not re.search("[A-Za-z]", said)
    assert re.findall(r"\d+", said) == ["3", "50", "2012"]
    kinds = char_counts([said])[0][0]
    assert kinds[Char.LOWER] + kinds[Char.UPPER] + kinds[Char.LETTER] > len(PROSE) / 5


@pytest.mark.parametrize("name", SPACED)
def test_words_stay_words(name):
    assert len(written(PROSE, SCRIPTS[name], "").split()) == len(PROSE.split())


def test_scripts_without_blanks_run_words_together():
    assert " " not in written("a warm day by the sea", SCRIPTS["Thai"], "")
    assert written("One. Two, six?", SCRIPTS["Han"], "")[1::2] == "。，？"


@settings(max_examples=30)
@given(st.text(), st.sampled_from(sorted(SCRIPTS)))
def test_equal_lines_stay_equal_and_none_becomes_two(text, name):
    said = written(text, SCRIPTS[name], "k")
    assert said == written(text, SCRIPTS[name], "k")
    assert said.count("\n") <= text.count("\n")


def test_each_page_has_a_key_of_its_own():
    one, other = (written("the same words", SCRIPTS["Hangul"], key) for key in "ab")
    assert one != other


@pytest.mark.parametrize("kind", MODES)
@pytest.mark.parametrize("language", ["en", "th", "tr"])
def test_a_page_keeps_its_lines_and_labels(language, kind):
    labelled = sample(news(language, 0), kind)
    made = ciphered(labelled)
    assert len(made.page.lines) == len(labelled.page.lines)
    assert np.array_equal(made.target, labelled.target)
    assert made.page.elements == labelled.page.elements
    assert {line.text for line in made.page.lines}.isdisjoint(
        line.text for line in labelled.page.lines if any(map(str.isalpha, line.text))
    )


def test_what_is_linked_stays_linked_and_the_title_is_still_the_headline():
    labelled = sample(page_of(0, 0), "html")
    page = ciphered(labelled, "Han").page
    for before, line in zip(labelled.page.lines, page.lines, strict=True):
        assert line.markup.links == before.markup.links
        assert (line.markup.link_chars == len(line.text)) == bool(before.markup.links)
    assert page.metadata.title in [line.text for line in page.lines]


def test_a_language_without_blanks_is_written_without_them():
    assert all(not SCRIPTS[name].blanks for names in UNSPACED.values() for name in names)


def test_only_the_trees_learn_from_a_cipher():
    golds = [page_of(site, number) for site in range(4) for number in range(2)]
    every = [*lessons_of(golds, "text", None, 1), ciphered_lesson(golds[0], "text")]
    plain, with_cipher = copied([each for each in every if each.worded]), copied(every)
    types, others = fit_types_by_fold(plain), fit_types_by_fold(with_cipher)
    one, other = fit_linear_by_fold(plain), fit_linear_by_fold(with_cipher)
    assert np.array_equal(types.weights, others.weights)
    assert all(np.array_equal(a, b) for a, b in zip(one.tables, other.tables, strict=True))
    assert one.bias == other.bias
    assert all(each.evidence is not None for each in with_cipher)
