"""The lexicon: its splits share nothing in any language."""

from __future__ import annotations

from pathlib import Path

from boilerplate.metrics import words
from tests.training.made_up_lexicon import KINDS, LANGUAGES, PHRASES, SENTENCES
from training.lexicon import ALL_SPLITS, phrases, sentences
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
