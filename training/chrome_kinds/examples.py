"""The training examples of chrome kinds: lines with their kind, and the project's own phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from boilerplate.model.chrome_kinds import KINDS

LEAST_LETTERS: Final = 2  # of a line
MAX_CHARS: Final = 400  # of a line; longer ones are cut or left out
PHRASES: Final = Path(__file__).parents[1] / "phrases.tsv"
PHRASE_WEIGHT: Final = 3.0  # they are few, and worded as newsrooms word them


@dataclass(frozen=True, slots=True)
class Example:
    """A line of chrome and its kind.

    ``source`` is a catalogue, a corpus or "phrases". ``around`` are the tag and the class and id
    names of the elements around the line, the innermost first; empty for bare text. ``weight`` is
    how much the line counts in training.
    """

    text: str
    kind: str
    source: str
    language: str
    around: tuple[tuple[str, tuple[str, ...]], ...] = ()
    site: str = ""
    weight: float = 1.0


def phrase_examples(path: Path = PHRASES) -> list[Example]:
    """The phrases written for this project.

    A line of the file has a language, a kind and phrases separated by " | ", with tabs between.
    Raises ValueError for another line.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or fields[1] not in KINDS:
            raise ValueError(
                f"{path.name}, line {number}: expected a language, a known kind and phrases, "
                "separated by tabs"
            )
        language, kind, texts = fields
        found += [
            Example(text.strip(), kind, "phrases", language, weight=PHRASE_WEIGHT)
            for text in texts.split(" | ")
        ]
    return found


def half_named(examples: Sequence[Example]) -> list[Example]:
    """The examples, every other one without its elements, so that the words are learned too."""
    return [replace(e, around=()) if i % 2 else e for i, e in enumerate(examples)]


def language_of(code: str) -> str:
    """The language code of a catalogue without its region; Norwegian has one code.

    >>> language_of("pt-BR"), language_of("zh_Hans"), language_of("nb-NO")
    ('pt', 'zh', 'no')
    """
    language = re.split("[-_@]", code)[0].lower()
    return {"nb": "no", "nn": "no", "iw": "he", "fil": "tl"}.get(language, language)
