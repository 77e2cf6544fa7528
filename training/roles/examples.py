"""Phrases of chrome with their roles: the project's own, and what catalogues' phrases share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.roles import CHROME_ROLES

LEAST_LETTERS: Final = 2  # of a phrase
MAX_CHARS: Final = 400  # of a phrase; longer ones are left out
PHRASES: Final = Path(__file__).parents[1] / "phrases.tsv"


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase of chrome and its role; ``source`` is a catalogue, or "phrases"."""

    text: str
    role: str
    source: str
    language: str


def phrase_examples(path: Path = PHRASES) -> list[Example]:
    """The phrases written for this project.

    A line of the file has a language, a role and phrases separated by " | ", with tabs between.
    Raises ValueError for another line.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or fields[1] not in CHROME_ROLES:
            raise ValueError(
                f"{path.name}, line {number}: expected a language, a role of chrome and phrases, "
                "separated by tabs"
            )
        language, role, texts = fields
        found += [Example(text.strip(), role, "phrases", language) for text in texts.split(" | ")]
    return found


def language_of(code: str) -> str:
    """The language code of a catalogue without its region; Norwegian has one code.

    >>> language_of("pt-BR"), language_of("zh_Hans"), language_of("nb-NO")
    ('pt', 'zh', 'no')
    """
    language = re.split("[-_@]", code)[0].lower()
    return {"nb": "no", "nn": "no", "iw": "he", "fil": "tl"}.get(language, language)
