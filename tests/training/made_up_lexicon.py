"""A made-up lexicon of numbered phrases and sentences."""

from __future__ import annotations

import lzma
from pathlib import Path

KINDS = ("nav", "legal", "cookie", "newsletter", "login")
LANGUAGES = {"Turkish": "tr", "Hebrew": "he", "German": "de", "Thai": "th"}
PHRASES = 40  # of each kind and language
SENTENCES = 400  # of each language


def write_lexicon(root: Path) -> None:
    """Write the two files of a lexicon into a folder."""
    rows = [
        f"made-up\t{code}\t{kind}\tkey{i}\t{code} {kind} phrase number {i}"
        for code in LANGUAGES.values()
        for kind in KINDS
        for i in range(PHRASES)
    ]
    with lzma.open(root / "chrome_strings.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join([*rows, "made-up\ttr\tlegal\tkey0\tTR legal phrase number 0!"]) + "\n")
    rows = [
        f"UD_{name}-MADEUP\ts{i}\tA sentence of {name}, of which this is number {i}."
        for name in LANGUAGES
        for i in range(SENTENCES)
    ]
    with lzma.open(root / "article_sentences.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
