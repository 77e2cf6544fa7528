"""Phrases of chrome and sentences of prose, in languages that the corpora lack.

The corpora with labels are in English, German, Chinese and a dozen more languages. A lexicon of
chrome phrases (source, language, kind, key, text) and one of prose sentences (treebank, sentence
id, text) are what ``training.made_up`` writes pages with. Both are split like sites: a phrase is
in one split whatever its source, and so is a stretch of a treebank in all languages that it was
translated into. Those of ``test`` are never trained on.
"""

from __future__ import annotations

import csv
import lzma
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.metrics import words
from training.folds import FOLDS, fold_of
from training.split import SHARES, Split, hashed_split

# Treebanks have the English name of the language, catalogues its code.
TREEBANK_LANGUAGES: Final = {
    "Afrikaans": "af", "Albanian": "sq", "Arabic": "ar", "Belarusian": "be", "Bengali": "bn",
    "Catalan": "ca", "Chinese": "zh", "Croatian": "hr", "Czech": "cs", "Danish": "da",
    "Dutch": "nl", "English": "en", "Finnish": "fi", "French": "fr", "Galician": "gl",
    "Georgian": "ka", "German": "de", "Hebrew": "he", "Hindi": "hi", "Icelandic": "is",
    "Indonesian": "id", "Italian": "it", "Japanese": "ja", "Korean": "ko", "Latvian": "lv",
    "Lithuanian": "lt", "Macedonian": "mk", "Norwegian": "nb", "Persian": "fa", "Polish": "pl",
    "Portuguese": "pt", "Romanian": "ro", "Russian": "ru", "Serbian": "sr", "Slovak": "sk",
    "Slovenian": "sl", "Spanish": "es", "Swedish": "sv", "Thai": "th", "Turkish": "tr",
    "Vietnamese": "vi",
}  # fmt: skip
_PLACEHOLDER: Final = re.compile(r"%|\{|\}|<|>|\$|&\w+;|\|\|")
MENU_KINDS: Final = ("nav", "related/meta", "shop", "other-chrome", "login")
PHRASE_CHARS: Final = range(3, 400)
LEAST_SENTENCE_CHARS: Final = 16
STRETCH: Final = 20  # successive sentences of a treebank that are in one split
ALL_SPLITS: Final[tuple[Split, ...]] = tuple(SHARES)
_NUMBER: Final = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lexicon in a folder: what is in ``splits``, except the languages ``without``."""

    folder: Path
    splits: tuple[Split, ...] = ALL_SPLITS
    without: frozenset[str] = frozenset()


def lexicon_in(
    folder: Path, splits: tuple[Split, ...], without: Collection[str] = ()
) -> Lexicon | None:
    """The lexicon of a folder; None if there is no such folder."""
    return Lexicon(folder, splits, frozenset(without)) if folder.is_dir() else None


def split_of_phrase(text: str) -> Split:
    """The split of a phrase, by its words, for catalogues differ in case and full stops.

    >>> split_of_phrase("Log in!") == split_of_phrase("log in")
    True
    """
    return hashed_split(_key_of_phrase(text))


def fold_of_phrase(text: str) -> int:
    """The fold of a phrase: no made-up page of another fold has it."""
    return fold_of(_key_of_phrase(text))


def _key_of_phrase(text: str) -> str:
    return "phrase " + " ".join(words(text))


def split_of_sentence(identifier: str) -> Split:
    """The split of a sentence, by its number, which a treebank's translations share.

    >>> split_of_sentence("n01001011") == split_of_sentence("n01001012")
    True
    """
    return hashed_split(stretch_of(identifier))


def stretch_of(identifier: str) -> str:
    """The name of a sentence's stretch.

    >>> stretch_of("n01001041")
    'sentence n50052'
    """
    number = _NUMBER.search(identifier)
    stretch = int(number[0]) // STRETCH if number else 0
    return f"sentence {_NUMBER.sub('', identifier)}{stretch}"


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of a compressed file of tab-separated values."""
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def phrases(
    folder: Path,
    splits: Sequence[Split] = ALL_SPLITS,
    languages: Collection[str] | None = tuple(TREEBANK_LANGUAGES.values()),
) -> dict[str, dict[str, list[str]]]:
    """Chrome phrases by language and kind, without those that have placeholders.

    ``languages`` are by default those that have prose as well; None is every language.
    """
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    wanted = None if languages is None else set(languages)
    for row in rows(folder / "chrome_strings.tsv.xz"):
        language, kind, text = row[1].split("-")[0].lower(), row[2], " ".join(row[-1].split())
        if wanted is not None and language not in wanted:
            continue
        if len(text) not in PHRASE_CHARS or _PLACEHOLDER.search(text):
            continue
        if split_of_phrase(text) in splits:
            found[language][kind][text] = None
    return {
        language: {kind: list(texts) for kind, texts in kinds.items()}
        for language, kinds in sorted(found.items())
    }


def sentences(folder: Path, splits: Sequence[Split] = ALL_SPLITS) -> dict[str, list[str]]:
    """Sentences of prose by language, in the order of their treebanks."""
    found: dict[str, list[str]] = defaultdict(list)
    for language, _, text in _prose(folder, splits):
        found[language].append(text)
    return dict(sorted(found.items()))


def sentences_by_fold(folder: Path, splits: Sequence[Split]) -> list[dict[str, list[str]]]:
    """The sentences of each fold by language; a stretch of a treebank is in one fold."""
    found: list[dict[str, list[str]]] = [defaultdict(list) for _ in range(FOLDS)]
    for language, stretch, text in _prose(folder, splits):
        found[fold_of(stretch)][language].append(text)
    return found


def _prose(folder: Path, splits: Sequence[Split]) -> Iterator[tuple[str, str, str]]:
    """The language, the stretch and the text of each sentence in some splits."""
    for row in rows(folder / "article_sentences.tsv.xz"):
        name = row[0].removeprefix("UD_").split("-")[0]
        if (
            name in TREEBANK_LANGUAGES
            and len(row[-1]) >= LEAST_SENTENCE_CHARS
            and split_of_sentence(row[1]) in splits
        ):
            yield TREEBANK_LANGUAGES[name], stretch_of(row[1]), row[-1]
