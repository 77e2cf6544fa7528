"""Writes ``boilerplate/data/months.json``: what the months are called, from Unicode's CLDR.

``python -m training.month_names`` needs Babel, which is part of the extra ``train``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Final

from babel import Locale

TABLE: Final = Path(__file__).parents[1] / "boilerplate" / "data" / "months.json"
LANGUAGES: Final = (
    "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fil fr ga gl gu he hi hr hu hy "
    "id is it ka kk km kn ko ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl ps pt rm ro ru "
    "si sk sl so sq sr sr_Latn sv sw ta te tg th tk tr uk ur uz xh zu"
).split()
# With other names than their language has elsewhere.
COUNTRIES: Final = ("ar_IQ", "ar_DZ", "ar_MA", "de_AT", "es_UY", "pt_PT")
LEAST_CHARS: Final = 3  # of an abbreviation


def names_of(locale: Locale) -> dict[str, int]:
    """The names of months that are one word, in the genitive and the nominative, and short ones."""
    found: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[context][width].items():
                word = name.strip(".").casefold()
                # Thai and others write abbreviations with dots inside; some languages have numbers.
                if len(word) >= LEAST_CHARS and not any(
                    c.isspace() or c in ".0123456789-" for c in word
                ):
                    found.setdefault(word, month)
    return found


def table() -> dict[str, dict[str, int]]:
    """The names by language; "" has those that mean one month wherever they are used."""
    by_language: dict[str, dict[str, int]] = defaultdict(dict)
    for name in (*LANGUAGES, *COUNTRIES):
        locale = Locale.parse(name)
        for word, month in names_of(locale).items():
            by_language[locale.language].setdefault(word, month)
    meanings: dict[str, set[int]] = defaultdict(set)
    for names in by_language.values():
        for word, month in names.items():
            meanings[word].add(month)
    shared = {word: min(months) for word, months in meanings.items() if len(months) == 1}
    own = {
        language: {word: month for word, month in sorted(names.items()) if word not in shared}
        for language, names in sorted(by_language.items())
    }
    return {"": dict(sorted(shared.items())), **{key: names for key, names in own.items() if names}}


def main() -> None:
    """Write the file."""
    rows = (
        f"{json.dumps(language)}: {json.dumps(names, ensure_ascii=False, separators=(',', ':'))}"
        for language, names in table().items()
    )
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
