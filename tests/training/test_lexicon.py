"""The lexicon: its splits share nothing in any language, and its pages stay in them."""

from __future__ import annotations

from pathlib import Path

from boilerplate.metrics import words
from tests.training.made_up_lexicon import KINDS, LANGUAGES, PHRASES, SENTENCES
from training.lexicon import ALL_SPLITS, Lexicon, pages, phrases, sentences, tails
from training.split import Split


def keys(folder: Path, split: Split) -> tuple[set[tuple[str, ...]], set[str]]:
    chrome = {
        tuple(words(text))
        for kinds in phrases(folder, [split]).values()
        for texts in kinds.values()
        for text in texts
    }
    numbers = {text.split()[-1] for prose in sentences(folder, [split]).values() for text in prose}
    return chrome, numbers


def test_no_phrase_or_translated_sentence_is_in_two_splits(lexicon_folder: Path) -> None:
    chrome, numbers = zip(*(keys(lexicon_folder, split) for split in ALL_SPLITS), strict=True)
    assert (
        sum(map(len, chrome)) == len(set().union(*chrome)) == len(LANGUAGES) * len(KINDS) * PHRASES
    )
    assert sum(map(len, numbers)) == len(set().union(*numbers)) == SENTENCES


def test_pages_use_phrases_of_their_splits_only(lexicon_folder: Path) -> None:
    known = {split: keys(lexicon_folder, split)[0] for split in ALL_SPLITS}
    for _, lines, labels in pages(Lexicon(lexicon_folder, ("train", "dev"))):
        for line, label in zip(lines, labels, strict=True):
            assert label or tuple(words(line)) in known["train"] | known["dev"]


def test_no_page_is_in_a_language_that_is_held_out(lexicon_folder: Path) -> None:
    held = Lexicon(lexicon_folder, without=frozenset({"he"}))
    assert set(tails(held)) == set(LANGUAGES.values()) - {"he"}
    assert "he" not in {language for language, *_ in pages(held)}
