"""What made-up pages are written with: sentences, phrases of chrome, labels, dates and numbers.

Phrases and sentences come from the lexicon, words such as "Read also" from ``labels.tsv``, names
of days, units and countries from Babel. A page may only use what is in its own fold: else the
linear scores that the trees learn from would know its words, as they never do of a new site.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final, Literal

import numpy as np
import regex
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit

from training.folds import FOLDS, fold_of
from training.lexicon import Lexicon, fold_of_phrase, phrases, sentences_by_fold
from training.roles.catalogues import catalogue_examples
from training.roles.examples import phrase_examples

LABELS: Final = Path(__file__).with_name("labels.tsv")
LABEL_KEYS: Final = (
    "by", "photo", "also", "question", "answer", "verse", "chorus", "ingredients", "method",
    "note", "updated", "greeting", "farewell",
)  # fmt: skip
SPACELESS: Final = frozenset({"zh", "ja", "th"})  # a word there is taken to be two characters long
# The lexicon's kinds of phrases, where a phrase is in no list with roles.
ROLE_OF_KIND: Final = {
    "nav": "navigation", "cookie": "cookie", "legal": "legal", "newsletter": "newsletter",
    "login": "login", "share": "share", "comments": "comments", "shop": "shop",
}  # fmt: skip
UNITS: Final = ("mass-kilogram", "mass-gram", "volume-liter", "volume-milliliter")
LEAST_SENTENCES: Final = 20  # of a language in a fold, to write pages with
_MARKUP: Final = regex.compile(r"[<>]")  # of some treebanks
_ENDS: Final = regex.compile(r"[\p{P}\s]+$")


@dataclass(frozen=True, slots=True)
class Material:
    """What pages in one language and fold are written with.

    ``sentences`` stand in the order of their treebanks; ``phrases`` are by role, "" is that of
    chrome of unknown role.
    """

    language: str
    fold: int
    sentences: Sequence[str]
    phrases: Mapping[str, Sequence[str]]

    @property
    def site(self) -> str:
        """The site that these pages are taken to be of; it falls into their fold."""
        names = (f"lexicon-{self.language}-{number}" for number in count())
        return next(name for name in names if fold_of(name) == self.fold)


def collected(lexicon: Lexicon) -> list[Material]:
    """The material of each language and fold, by language; those with too little are left out."""
    written: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    roles = {}
    for example in [*catalogue_examples(lexicon.folder), *phrase_examples()]:
        roles[example.text] = example.role
        if example.source == "phrases":  # written for training only, in no split of the lexicon
            written[example.language][example.role][example.text] = None
    found = phrases(lexicon.folder, lexicon.splits)
    out = []
    for fold, prose in enumerate(sentences_by_fold(lexicon.folder, lexicon.splits)):
        for language in sorted(set(prose) & set(found) - lexicon.without):
            said = [text for text in prose[language] if not _MARKUP.search(text)]
            if len(said) < LEAST_SENTENCES:
                continue
            by_role: dict[str, dict[str, None]] = defaultdict(dict)
            for kind, texts in found[language].items():
                for text in texts:
                    role = roles.get(text, ROLE_OF_KIND.get(kind, ""))
                    by_role[role][text] = None
            for role, own in written[language].items():
                by_role[role] |= own
            kept = {
                role: [text for text in texts if fold_of_phrase(text) == fold]
                for role, texts in by_role.items()
            }
            out.append(Material(language, fold, said, kept))
    return sorted(out, key=lambda each: (each.language, each.fold))


class Materials:
    """What made-up text is written with, by fold and language."""

    def __init__(self, all_of_them: Sequence[Material]) -> None:
        self.all = all_of_them
        self._by_fold: list[list[Material]] = [[] for _ in range(FOLDS)]
        for each in all_of_them:
            self._by_fold[each.fold].append(each)

    def of(self, fold: int, language: str) -> Material | None:
        """The material of one language in a fold, if there is any."""
        return next((each for each in self._by_fold[fold] if each.language == language), None)

    def drawn(self, fold: int, rng: np.random.Generator) -> Material | None:
        """The material of some language in a fold; None if the fold has none."""
        held = self._by_fold[fold]
        return held[int(rng.integers(len(held)))] if held else None


@cache
def labels() -> dict[str, dict[str, str]]:
    """The table of labels, by language and key; ValueError for a line with other columns."""
    out = {}
    for line in LABELS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, *texts = line.split("\t")
        if len(texts) != len(LABEL_KEYS):
            raise ValueError(f"{LABELS.name}: {language} has {len(texts)} labels")
        out[language] = dict(zip(LABEL_KEYS, texts, strict=True))
    return out


class Writer:
    """Writes pieces of pages from some material, drawn by a random generator."""

    def __init__(self, material: Material, rng: np.random.Generator) -> None:
        self.material = material
        self.rng = rng
        self.locale = Locale.parse(material.language)
        self.at = int(rng.integers(len(material.sentences)))

    # ------------------------------------------------------------------------------- drawing

    def chance(self, share: float) -> bool:
        """True in so many of the cases."""
        return bool(self.rng.random() < share)

    def number(self, least: int, most: int) -> int:
        """A whole number, both bounds included."""
        return int(self.rng.integers(least, most + 1))

    def one(self, choices: Sequence[str]) -> str:
        """One of some texts."""
        return choices[int(self.rng.integers(len(choices)))]

    # --------------------------------------------------------------------------------- prose

    def sentence(self) -> str:
        """The next sentence."""
        self.at = (self.at + 1) % len(self.material.sentences)
        return " ".join(self.material.sentences[self.at].split())

    def elsewhere(self) -> str:
        """A sentence from another place."""
        return " ".join(self.one(self.material.sentences).split())

    def paragraph(self, least: int = 1, most: int = 4) -> str:
        """Successive sentences."""
        glue = "" if self.material.language in {"zh", "ja"} else " "
        return glue.join(self.sentence() for _ in range(self.number(least, most)))

    def units(self, text: str) -> tuple[list[str], str]:
        """The words of a text, or its characters where no blanks stand between words."""
        if self.material.language in SPACELESS:
            characters = regex.findall(r"\X", text)
            return ["".join(pair) for pair in zip_pairs(characters)], ""
        return text.split(), " "

    def fragment(self, least: int, most: int) -> str:
        """The first words of a sentence from anywhere, without a mark at their end."""
        parts, glue = self.units(self.elsewhere())
        return _ENDS.sub("", glue.join(parts[: self.number(least, most)])) or parts[0]

    def headline(self) -> str:
        """A few words, sometimes with a question mark or a colon."""
        text = self.fragment(3, 12)
        text = text[0].upper() + text[1:]
        if self.chance(0.1):
            return f"{text}: {self.fragment(2, 6)}"
        return text + ("?" if self.chance(0.08) else "")

    def name(self) -> str:
        """Two or three words, as the name of somebody."""
        parts, glue = self.units(self.elsewhere())
        words = [_ENDS.sub("", self.one(parts)) for _ in range(self.number(2, 3))]
        return glue.join(word[0].upper() + word[1:] for word in words if word) or "A. B."

    def words(self, least: int, most: int) -> str:
        """Some words of a sentence, from anywhere in it."""
        parts, glue = self.units(self.elsewhere())
        first = self.number(0, max(0, len(parts) - most))
        return _ENDS.sub("", glue.join(parts[first : first + self.number(least, most)])) or parts[0]

    # ------------------------------------------------------------------------ labels and such

    def label(self, key: str, text: str = "") -> str:
        """One of the labels, with a text in its place for one."""
        return labels()[self.material.language][key].replace("{}", text)

    def phrase(self, roles: Sequence[str], least: int, most: int) -> tuple[str, str] | None:
        """A phrase of chrome of one of the roles, with its role; None if there is none so long."""
        held = [
            (text, role)
            for role in roles
            for text in self.material.phrases.get(role, ())
            if least <= len(text) <= most
        ]
        return held[int(self.rng.integers(len(held)))] if held else None

    def date(self) -> str:
        """A date in one of the forms of the language, sometimes with a time."""
        day = datetime.date(2015, 1, 1) + datetime.timedelta(self.number(0, 4000))
        form = self.one(["full", "long", "medium", "short", "dd.MM.y", "y-MM-dd"])
        text = format_date(day, form, locale=self.locale)
        return f"{text}{self.one([' ', ', ', ' - '])}{self.time()}" if self.chance(0.3) else text

    def time(self) -> str:
        """A time of day."""
        return f"{self.number(0, 23):02d}:{self.number(0, 59):02d}"

    def figure(self) -> str:
        """A number as tables have it."""
        value = round(float(self.rng.lognormal(4, 3)), self.number(0, 2))
        text = format_decimal(value, locale=self.locale)
        return f"{self.one(['+', '-', ''])}{text}{'%' if self.chance(0.2) else ''}"

    def amount(self) -> str:
        """An amount of an ingredient."""
        many = self.number(1, 9) * (50 if self.chance(0.4) else 1)
        if self.chance(0.3):
            return str(many)
        length: Literal["short", "narrow"] = "short" if self.chance(0.5) else "narrow"
        return format_unit(many, self.one(UNITS), length, locale=self.locale)

    def country(self) -> str:
        """The name of a country."""
        names = [name for code, name in self.locale.territories.items() if code.isalpha()]
        return self.one(names)

    def weekdays(self) -> list[str]:
        """The names of the days of the week, from Monday."""
        days = self.locale.days["stand-alone"][self.one(["wide", "abbreviated"])]
        return [str(days[number]) for number in range(7)]


def zip_pairs(characters: Sequence[str]) -> list[tuple[str, ...]]:
    """Characters by twos; the last may stand alone.

    >>> zip_pairs("abc")
    [('a', 'b'), ('c',)]
    """
    return [tuple(characters[i : i + 2]) for i in range(0, len(characters), 2)]
