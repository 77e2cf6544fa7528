"""A page in a cipher keeps its shape and its labels, and none of its words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate.kernels.plain_text import char_counts
from boilerplate.model.file import MODES
from boilerplate.unicode import Char
from tests.training.made_up_pages import news, page_of
from training.ablation import copied
from training.ciphers import SCRIPTS, UNSPACED, ciphered, written
from training.fit import fit_linear_by_fold, fit_types_by_fold
from training.samples import sample
from training.training_set import ciphered_lesson, training_set

SPACED = [name for name, script in SCRIPTS.items() if script.blanks]
PROSE = "The ferry was late, again. Nobody minded (it was warm). Tickets cost 3.50 in 2012!"


@pytest.mark.parametrize("name", SCRIPTS)
def test_replaces_all_letters_and_keeps_digits(name):
    text = written(PROSE, SCRIPTS[name], "key")
    assert not re.search("[A-Za-z]", text)
    assert re.findall(r"\d+", text) == ["3", "50", "2012"]
    kinds = char_counts([text])[0][0]
    assert kinds[Char.LOWER] + kinds[Char.UPPER] + kinds[Char.LETTER] > len(PROSE) / 5


@pytest.mark.parametrize("name", SPACED)
def test_scripts_with_blanks_keep_the_number_of_words(name):
    assert len(written(PROSE, SCRIPTS[name], "").split()) == len(PROSE.split())


def test_scripts_without_blanks_join_words():
    assert " " not in written("a warm day by the sea", SCRIPTS["Thai"], "")
    assert written("One. Two, six?", SCRIPTS["Han"], "")[1::2] == "。，？"


@settings(max_examples=30)
@given(st.text(), st.sampled_from(sorted(SCRIPTS)))
def test_same_text_gives_same_cipher_and_no_new_lines(text, name):
    changed = written(text, SCRIPTS[name], "k")
    assert changed == written(text, SCRIPTS[name], "k")
    assert changed.count("\n") <= text.count("\n")


def test_another_key_gives_another_text():
    one, other = (written("the same words", SCRIPTS["Hangul"], key) for key in "ab")
    assert one != other


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("language", ["en", "th", "tr"])
def test_page_keeps_its_lines_elements_and_labels(language, mode):
    labelled = sample(news(language, 0), mode)
    made = ciphered(labelled)
    assert len(made.page.lines) == len(labelled.page.lines)
    assert np.array_equal(made.target, labelled.target)
    assert made.page.elements == labelled.page.elements
    assert {line.text for line in made.page.lines}.isdisjoint(
        line.text for line in labelled.page.lines if any(map(str.isalpha, line.text))
    )


def test_links_stay_links_and_the_title_still_matches_the_headline():
    labelled = sample(page_of(0, 0), "html")
    page = ciphered(labelled, "Han").page
    for before, line in zip(labelled.page.lines, page.lines, strict=True):
        assert line.markup.links == before.markup.links
        assert (line.markup.link_chars == len(line.text)) == bool(before.markup.links)
    assert page.metadata.title in [line.text for line in page.lines]


def test_pages_without_blanks_get_scripts_without_blanks():
    assert all(not SCRIPTS[name].blanks for names in UNSPACED.values() for name in names)


def test_ciphers_change_neither_linear_model_nor_page_types():
    golds = [page_of(site, number) for site in range(4) for number in range(2)]
    every = [*training_set(golds, "text", None, 1), ciphered_lesson(golds[0], "text")]
    plain, with_cipher = copied([each for each in every if each.readable]), copied(every)
    types, others = fit_types_by_fold(plain), fit_types_by_fold(with_cipher)
    one, other = fit_linear_by_fold(plain), fit_linear_by_fold(with_cipher)
    assert np.array_equal(types.weights, others.weights)
    assert all(np.array_equal(a, b) for a, b in zip(one.tables, other.tables, strict=True))
    assert one.bias == other.bias
    assert all(each.linear_scores is not None for each in with_cipher)
