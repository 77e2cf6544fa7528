"""That the lexicon's splits hold nothing in common, whatever the language."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from boilerplate.evaluation import words
from training.lexicon import ALL, Lexicon, pages, phrases, sentences, tails
from training.split import Split

KINDS = ("nav", "legal", "cookie", "newsletter", "login")
SPOKEN = {"Turkish": "tr", "Hebrew": "he", "German": "de", "Thai": "th"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lexicon of phrases and sentences that are only numbered."""
    root = tmp_path_factory.mktemp("lexicon")
    rows = [
        f"made-up\t{code}\t{kind}\tkey{i}\t{code} {kind} phrase number {i}"
        for code in SPOKEN.values()
        for kind in KINDS
        for i in range(40)
    ]
    with lzma.open(root / "chrome_strings.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join([*rows, "made-up\ttr\tlegal\tkey0\tTR legal phrase number 0!"]) + "\n")
    rows = [
        f"UD_{name}-MADEUP\ts{i}\tA sentence of {name}, of which this is number {i}."
        for name in SPOKEN
        for i in range(400)
    ]
    with lzma.open(root / "article_sentences.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return root


def keys(folder: Path, split: Split) -> tuple[set[tuple[str, ...]], set[str]]:
    chrome = {
        tuple(words(text))
        for kinds in phrases(folder, [split]).values()
        for texts in kinds.values()
        for text in texts
    }
    numbers = {text.split()[-1] for prose in sentences(folder, [split]).values() for text in prose}
    return chrome, numbers


def test_no_phrase_and_no_translated_sentence_is_in_two_splits(folder: Path) -> None:
    chrome, numbers = zip(*(keys(folder, split) for split in ALL), strict=True)
    assert sum(map(len, chrome)) == len(set().union(*chrome)) == len(SPOKEN) * len(KINDS) * 40
    assert sum(map(len, numbers)) == len(set().union(*numbers)) == 400


def test_pages_are_made_of_their_splits_only(folder: Path) -> None:
    known = {split: keys(folder, split)[0] for split in ALL}
    for _, lines, labels in pages(Lexicon(folder, ("train", "dev"))):
        for line, label in zip(lines, labels, strict=True):
            assert label or tuple(words(line)) in known["train"] | known["dev"]


def test_a_language_that_is_held_out_is_on_no_page(folder: Path) -> None:
    held = Lexicon(folder, without=frozenset({"he"}))
    assert set(tails(held)) == set(SPOKEN.values()) - {"he"}
    assert "he" not in {language for language, *_ in pages(held)}
