"""Whether the languages of lines are right, and what they cost: ``python -m benchmarks.languages``.

Pages in two languages are made of phrases and sentences whose language is known, as
``python -m training mixed`` makes them, each with its twin in one language. On pages of the
corpora langdetect itself is the reference: it is asked for each line that is long enough for it
to be sure. Languages that it has no profile of are left out.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import click
import numpy as np

from benchmarks.speed import draw
from boilerplate.kernels.ngrams import clip
from boilerplate.kernels.plain_text import char_counts, plain_texts
from boilerplate.language import lines as language
from boilerplate.language.lines import Speech, page_language, speech
from boilerplate.language.names import LANGUAGES
from boilerplate.page import Label
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training import corpora, mixed
from training.__main__ import cache_option, lexicon_option, source_option, split_option
from training.corpora import CORPORA
from training.lexicon import Lexicon
from training.mixed import MixedPage
from training.split import Split

DIGITS: Final = 4
LEAST_LETTERS: Final = 20  # of a line that is looked at: shorter ones tell no one their language
LONG: Final = 60  # letters of a long line
REFERENCE_LETTERS: Final = 80  # of a line of a real page, for langdetect's word to be trusted
REFERENCE_CHARS: Final = 1000
SURE: Final = 0.99
CODES: Final = {"nb": "no", "nn": "no", "zh-cn": "zh", "zh-tw": "zh"}
KNOWN: Final = frozenset(CODES.get(code, code) for code in LANGUAGES)
Counts = Counter[tuple[str, bool]]


def code_of(code: str | None) -> str | None:
    """One code for the languages that have two."""
    return CODES.get(code, code) if code else code


def heard(texts: Sequence[str]) -> Speech:
    """What a page's lines speak, as cleaning asks for it."""
    return speech([clip(text) for text in plain_texts(list(texts))])


def letters_of(texts: Sequence[str]) -> list[float]:
    """How many letters each line has."""
    return cast(list[float], char_counts([clip(text) for text in texts])[1].sum(1).tolist())


def made_up(pages: Iterable[MixedPage], counts: Counts) -> None:
    """Counts the lines of made-up pages by what they are and by whether they were told right."""
    for page in pages:
        texts = [line.text for line in page.lines]
        found = heard(texts)
        languages = [code_of(line.language) for line in page.lines]
        named = zip(page.lines, languages, letters_of(texts), found.of_lines(), strict=True)
        for line, own, letters, (said, _) in named:
            if letters >= LEAST_LETTERS and own in KNOWN:
                whose = "own" if line.language == page.language else "other"
                size = "long" if letters >= LONG else "short"
                counts[f"{whose} {size}", code_of(said) == own] += 1
        lengths = np.array([float(len(text)) for text in texts])
        probability = np.array([float(line.label is Label.CONTENT) for line in page.lines])
        if (own := code_of(page.language)) in KNOWN:
            counts[
                "page", code_of(page_language(found.of_lines(), probability, lengths)) == own
            ] += 1


def sure_of(text: str) -> str | None:
    """What langdetect says of a text, where it is sure."""
    factory, error = language._factory()
    detector = factory.create()
    detector.append(text[:REFERENCE_CHARS].lower())
    try:
        found = detector.get_probabilities()
    except error:
        return None
    return found[0].lang if found and found[0].prob >= SURE else None


def real(pages: Iterable[Sequence[str]], counts: Counts) -> Iterator[int]:
    """Counts the long lines of real pages; yields how often the detector was asked for each."""
    for texts in pages:
        language._probabilities.cache_clear()
        found = heard(texts)
        yield language._probabilities.cache_info().misses
        answers = zip(texts, letters_of(texts), found.of_lines(), strict=True)
        told = [
            (code_of(sure_of(text)), code_of(said))
            for text, letters, (said, _) in answers
            if letters >= REFERENCE_LETTERS
        ]
        usual = Counter(reference for reference, _ in told if reference).most_common(1)
        for reference, said in told:
            if reference:
                whose = "as most" if reference == usual[0][0] else "unlike most"
                counts[f"real, {whose}", said == reference] += 1


def shares(counts: Counts) -> dict[str, dict[str, float]]:
    """How many lines of each kind there are, and the share that was told right."""
    names = sorted({name for name, _ in counts})
    totals = {name: counts[name, True] + counts[name, False] for name in names}
    return {
        name: {"lines": totals[name], "right": round(counts[name, True] / totals[name], DIGITS)}
        for name in names
    }


@click.command()
@source_option
@cache_option
@lexicon_option
@split_option
@click.option("--pages", default=150, show_default=True, help="Real pages; 0 for none.")
@click.option("--sample", "share", default=1, help="One made-up page in so many.")
def main(
    source: Path, cache: Path, lexicon: Path, split: Split, pages: int, share: int
) -> None:  # fmt: skip
    """Print the share of lines whose language is right, and how often the detector was asked."""
    golds = corpora.load(CORPORA, source, cache) if pages else ()
    texts = []
    for gold in draw(golds, pages, (split,)):
        page = html_page(decode(gold.html))
        texts.append([page.lines[i].text for i in page.spoken])
    stuff = mixed.material([], Lexicon(lexicon, (split,)))
    counts: Counts = Counter()
    made_up((page for pair in list(mixed.mixed_pages(stuff))[::share] for page in pair), counts)
    asked = list(real(texts, counts))
    out: dict[str, Any] = {"split": split, "told": shares(counts)}
    if asked:
        middle, mean = statistics.median(asked), round(statistics.fmean(asked), 1)
        out["asked"] = {"pages": len(asked), "median": middle, "mean": mean}
    click.echo(json.dumps(out, indent=1))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.languages")
