"""Pages put together from phrases: prose and chrome in languages that the corpora lack.

The corpora with labels are in English, German, Chinese and a dozen more languages. A lexicon of
chrome phrases (source, language, kind, key, text) and one of prose sentences (treebank, sentence
id, text) add articles and notices in 40 languages. Both are split like sites: a phrase is in one
split whatever its source, and so is a stretch of a treebank in all languages that it was
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

import numpy as np

from boilerplate.metrics import words
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
TAIL_KINDS: Final = ("newsletter", "cookie", "legal", "login", "share", "comments")
MENU_KINDS: Final = ("nav", "related/meta", "shop", "other-chrome", "login")
STRETCH: Final = 20  # successive sentences of a treebank that are in one split
ALL_SPLITS: Final[tuple[Split, ...]] = tuple(SHARES)
_NUMBER: Final = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class PageParameters:
    """How large the parts of a made-up page are; ranges are half-open, lengths in characters."""

    pages: int = 16  # of each language
    phrase_chars: tuple[int, int] = (3, 400)
    least_sentence_chars: int = 16
    least_tail_chars: int = 9  # of a phrase in a tail; shorter ones are buttons
    least_tail_phrases: int = 20  # that a language must have
    tail_phrases: tuple[int, int] = (3, 10)
    most_menu_chars: int = 59
    items_before: tuple[int, int] = (0, 25)  # of menus before the article
    items_after: tuple[int, int] = (0, 20)
    paragraphs: tuple[int, int] = (3, 12)
    sentences: tuple[int, int] = (1, 5)  # of a paragraph


PAGE: Final = PageParameters()


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
    return hashed_split("phrase " + " ".join(words(text)))


def split_of_sentence(identifier: str) -> Split:
    """The split of a sentence, by its number, which a treebank's translations share.

    >>> split_of_sentence("n01001011") == split_of_sentence("n01001012")
    True
    """
    number = _NUMBER.search(identifier)
    stretch = int(number[0]) // STRETCH if number else 0
    return hashed_split(f"sentence {_NUMBER.sub('', identifier)}{stretch}")


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
        if len(text) not in range(*PAGE.phrase_chars) or _PLACEHOLDER.search(text):
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
    for row in rows(folder / "article_sentences.tsv.xz"):
        name = row[0].removeprefix("UD_").split("-")[0]
        if (
            name in TREEBANK_LANGUAGES
            and len(row[-1]) >= PAGE.least_sentence_chars
            and split_of_sentence(row[1]) in splits
        ):
            found[TREEBANK_LANGUAGES[name]].append(row[-1])
    return dict(sorted(found.items()))


def quotable(lexicon: Lexicon) -> dict[str, list[str]]:
    """The sentences of prose in the lexicon's splits, without the languages held out."""
    found = sentences(lexicon.folder, lexicon.splits)
    return {language: texts for language, texts in found.items() if language not in lexicon.without}


def tails(lexicon: Lexicon) -> dict[str, list[list[str]]]:
    """Made-up ends of pages by language: a newsletter box, a notice, a few buttons."""
    out: dict[str, list[list[str]]] = {}
    for language, kinds in phrases(lexicon.folder, lexicon.splits).items():
        if language in lexicon.without:
            continue
        rng = np.random.default_rng([11, *language.encode()])
        pool = [
            text
            for kind in TAIL_KINDS
            for text in kinds.get(kind, ())
            if len(text) >= PAGE.least_tail_chars
        ]
        if len(pool) >= PAGE.least_tail_phrases:
            out[language] = [
                rng.choice(pool, int(rng.integers(*PAGE.tail_phrases)), replace=False).tolist()
                for _ in range(PAGE.pages)
            ]
    return out


def pages(lexicon: Lexicon) -> Iterator[tuple[str, list[str], list[int]]]:
    """Made-up pages: language, lines, and their labels (1 for prose, 0 for chrome)."""
    catalogue = phrases(lexicon.folder, lexicon.splits)
    prose = sentences(lexicon.folder, lexicon.splits)
    ends = tails(lexicon)
    for language in sorted(set(prose) & set(ends)):
        rng = np.random.default_rng([7, *language.encode()])
        menu = [text for kind in MENU_KINDS for text in catalogue[language].get(kind, ())]
        menu = [text for text in menu if len(text) <= PAGE.most_menu_chars]
        for tail in ends[language]:
            before = rng.choice(menu, int(rng.integers(*PAGE.items_before)), replace=False).tolist()
            after = rng.choice(menu, int(rng.integers(*PAGE.items_after)), replace=False).tolist()
            article: list[str] = []
            for _ in range(int(rng.integers(*PAGE.paragraphs))):
                start = int(rng.integers(0, max(1, len(prose[language]) - 5)))
                article.append(
                    " ".join(prose[language][start : start + int(rng.integers(*PAGE.sentences))])
                )
            lines = [*before, *article, *after, *tail]
            labels = [0] * len(before) + [1] * len(article) + [0] * (len(after) + len(tail))
            yield language, lines, labels
