"""Pages put together from phrases: prose and chrome in languages that the corpora lack.

The corpora with true labels speak English, German, Chinese and a dozen more. A lexicon of
chrome phrases (source, language, kind, key, text) and one of prose sentences (treebank,
sentence id, text) give the rest: what an article and what a notice sound like in 40 languages.
Both are split as sites are: a phrase, whoever says it, and a stretch of a treebank, in all the
languages that it was translated into, are in one split, and those of ``test`` teach nothing.
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

# Treebanks are called by the language's English name, catalogues by its code.
LANGUAGES: Final = {
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
_PLACEHOLDER = re.compile(r"%|\{|\}|<|>|\$|&\w+;|\|\|")
TAIL_KINDS: Final = ("newsletter", "cookie", "legal", "login", "share", "comments")
MENU_KINDS: Final = ("nav", "related/meta", "shop", "other-chrome", "login")
PAGES_PER_LANGUAGE: Final = 16
MAX_PHRASE: Final = 400  # characters
STRETCH: Final = 20  # sentences of a treebank that are in one split
ALL: Final[tuple[Split, ...]] = tuple(SHARES)
_NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lexicon of a folder, or some of it: what is in ``splits``, but not ``without``.

    ``without`` are codes of languages whose phrases and sentences are held out.
    """

    folder: Path
    splits: tuple[Split, ...] = ALL
    without: frozenset[str] = frozenset()


def split_of_phrase(text: str) -> Split:
    """The split of a phrase, by its words: catalogues differ in case and in full stops.

    >>> split_of_phrase("Log in!") == split_of_phrase("log in")
    True
    """
    return hashed_split("phrase " + " ".join(words(text)))


def split_of_sentence(identifier: str) -> Split:
    """The split of a sentence, by its number; translations of a treebank share their numbers.

    >>> split_of_sentence("n01001011") == split_of_sentence("n01001012")
    True
    """
    number = _NUMBER.search(identifier)
    stretch = int(number[0]) // STRETCH if number else 0
    return hashed_split(f"sentence {_NUMBER.sub('', identifier)}{stretch}")


def rows(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def phrases(
    folder: Path,
    splits: Sequence[Split] = ALL,
    languages: Collection[str] | None = tuple(LANGUAGES.values()),
) -> dict[str, dict[str, list[str]]]:
    """Chrome phrases by language and kind, without those that have placeholders.

    ``languages`` are those that have prose as well; None is every one.
    """
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    spoken = None if languages is None else set(languages)
    for row in rows(folder / "chrome_strings.tsv.xz"):
        language, kind, text = row[1].split("-")[0].lower(), row[2], " ".join(row[-1].split())
        if spoken is not None and language not in spoken:
            continue
        if not 2 < len(text) < MAX_PHRASE or _PLACEHOLDER.search(text):
            continue
        if split_of_phrase(text) in splits:
            found[language][kind][text] = None
    return {
        language: {kind: list(texts) for kind, texts in kinds.items()}
        for language, kinds in sorted(found.items())
    }


def sentences(folder: Path, splits: Sequence[Split] = ALL) -> dict[str, list[str]]:
    """Sentences of prose by language, in the order of their treebanks."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows(folder / "article_sentences.tsv.xz"):
        name = row[0].removeprefix("UD_").split("-")[0]
        if name in LANGUAGES and len(row[-1]) > 15 and split_of_sentence(row[1]) in splits:
            found[LANGUAGES[name]].append(row[-1])
    return dict(sorted(found.items()))


def quotable(lexicon: Lexicon) -> dict[str, list[str]]:
    """The sentences of prose in the lexicon's split, of languages that are not held out."""
    found = sentences(lexicon.folder, lexicon.splits)
    return {language: texts for language, texts in found.items() if language not in lexicon.without}


def tails(lexicon: Lexicon) -> dict[str, list[list[str]]]:
    """Ends of pages by language: a newsletter box, a notice, a few buttons."""
    out: dict[str, list[list[str]]] = {}
    for language, kinds in phrases(lexicon.folder, lexicon.splits).items():
        if language in lexicon.without:
            continue
        rng = np.random.default_rng([11, *language.encode()])
        pool = [text for kind in TAIL_KINDS for text in kinds.get(kind, ()) if len(text) > 8]
        if len(pool) >= 20:
            out[language] = [
                rng.choice(pool, int(rng.integers(3, 10)), replace=False).tolist()
                for _ in range(PAGES_PER_LANGUAGE)
            ]
    return out


def pages(lexicon: Lexicon) -> Iterator[tuple[str, list[str], list[int]]]:
    """Made-up pages: language, lines, and 1 for prose, 0 for chrome."""
    catalogue = phrases(lexicon.folder, lexicon.splits)
    prose = sentences(lexicon.folder, lexicon.splits)
    ends = tails(lexicon)
    for language in sorted(set(prose) & set(ends)):
        rng = np.random.default_rng([7, *language.encode()])
        menu = [text for kind in MENU_KINDS for text in catalogue[language].get(kind, ())]
        menu = [text for text in menu if len(text) < 60]
        for tail in ends[language]:
            before = rng.choice(menu, int(rng.integers(0, 25)), replace=False).tolist()
            after = rng.choice(menu, int(rng.integers(0, 20)), replace=False).tolist()
            article: list[str] = []
            for _ in range(int(rng.integers(3, 12))):
                start = int(rng.integers(0, max(1, len(prose[language]) - 5)))
                article.append(" ".join(prose[language][start : start + int(rng.integers(1, 5))]))
            lines = [*before, *article, *after, *tail]
            labels = [0] * len(before) + [1] * len(article) + [0] * (len(after) + len(tail))
            yield language, lines, labels
