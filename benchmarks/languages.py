"""Whether the detected languages of lines are right: ``python -m benchmarks.languages``.

Pages in two languages are made from phrases and sentences in known languages, as ``python -m
training mixed`` makes them, each with its twin in one language. On pages of the corpora, langdetect
is the reference for each line that is long enough for a sure answer. Languages without a profile
in langdetect are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import click
import numpy as np

from benchmarks.page_samples import varied_pages
from boilerplate.features.text import clip
from boilerplate.kernels import char_counts, page_text, plain_texts
from boilerplate.language.detector import detector_factory
from boilerplate.language.lines import line_languages
from boilerplate.language.names import LANGUAGES
from boilerplate.language.naming import line_names, page_languages
from boilerplate.page import Label
from boilerplate.predictions import LineLanguage
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from training.corpora import CORPORA, load
from training.documents.results import DIGITS
from training.lexicon import Lexicon
from training.mixed_pages import MixedPage, collect_material, mixed_pages
from training.options import cache_option, lexicon_option, source_option, split_option
from training.split import Split


@dataclass(frozen=True, slots=True)
class LineLimits:
    """Which lines are counted, by their letters, and when langdetect is sure of one."""

    least_letters: int = 20  # the language of shorter lines cannot be told
    long_letters: int = 60  # from which a line counts as long
    reference_letters: int = 80  # of a line of a real page, to use langdetect as the reference
    reference_chars: int = 1000  # that langdetect reads of it
    sure: float = 0.99  # langdetect's least probability


LIMITS: Final = LineLimits()
CODES: Final = {"nb": "no", "nn": "no"}
KNOWN_LANGUAGES: Final = frozenset(CODES.get(code, code) for code in LANGUAGES)
Counts = Counter[tuple[str, bool]]  # kind of line, and whether its language is right


def merged_code(code: str | None) -> str | None:
    """The code of a language, one for those that have several."""
    return CODES.get(code.split("-")[0], code.split("-")[0]) if code else code


def detected(texts: Sequence[str]) -> list[LineLanguage]:
    """The languages of a page's lines, detected as for cleaning."""
    found = line_languages(page_text([clip(text) for text in plain_texts(list(texts))]))
    return line_names(texts, found.likeliest())


def letters_of(texts: Sequence[str]) -> list[float]:
    """The number of letters of each line."""
    return cast(list[float], char_counts([clip(text) for text in texts])[1].sum(1).tolist())


def made_up(pages: Iterable[MixedPage], counts: Counts) -> None:
    """Count the lines of made-up pages by kind and by whether their language is right."""
    for page in pages:
        texts = [line.text for line in page.lines]
        found = detected(texts)
        languages = [merged_code(line.language) for line in page.lines]
        named = zip(page.lines, languages, letters_of(texts), found, strict=True)
        for line, own, letters, (code, _) in named:
            if letters >= LIMITS.least_letters and own in KNOWN_LANGUAGES:
                whose = "own" if line.language == page.language else "other"
                size = "long" if letters >= LIMITS.long_letters else "short"
                counts[f"{whose} {size}", merged_code(code) == own] += 1
        lengths = np.array([float(len(text)) for text in texts])
        probability = np.array([float(line.label is Label.CONTENT) for line in page.lines])
        if (own := merged_code(page.language)) in KNOWN_LANGUAGES:
            found_language = named(page_languages(texts, probability * lengths, ()))
            counts["page", merged_code(found_language) == own] += 1


def sure_of(text: str) -> str | None:
    """The language that langdetect finds in a text; None if it is not sure."""
    factory, error = detector_factory()
    detector = factory.create()
    detector.append(text[: LIMITS.reference_chars].lower())
    try:
        found = detector.get_probabilities()
    except error:
        return None
    return found[0].lang if found and found[0].prob >= LIMITS.sure else None


def real(pages: Iterable[Sequence[str]], counts: Counts) -> None:
    """Count the long lines of real pages."""
    for texts in pages:
        found = detected(texts)
        answers = zip(texts, letters_of(texts), found, strict=True)
        pairs = [
            (merged_code(sure_of(text)), merged_code(code))
            for text, letters, (code, _) in answers
            if letters >= LIMITS.reference_letters
        ]
        usual = Counter(reference for reference, _ in pairs if reference).most_common(1)
        for reference, code in pairs:
            if reference:
                whose = "as most" if reference == usual[0][0] else "unlike most"
                counts[f"real, {whose}", code == reference] += 1


def shares(counts: Counts) -> dict[str, dict[str, float]]:
    """For each kind of line, the number and the share whose language is right."""
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
@click.option("--pages", default=150, show_default=True, help="Number of real pages.")
@click.option("--sample", "stride", default=1, help="Take one made-up page in so many.")
def main(
    source: Path, cache: Path, lexicon: Path, split: Split, pages: int, stride: int
) -> None:  # fmt: skip
    """Print the share of lines whose language is right."""
    golds = load(CORPORA, source, cache) if pages else ()
    texts = []
    for gold in varied_pages(golds, pages, (split,)):
        page = html_page(decode(gold.html))
        texts.append([line.text for line in page.without_blank_lines.lines])
    pairs = list(mixed_pages(collect_material([], Lexicon(lexicon, (split,)))))
    counts: Counts = Counter()
    made_up((page for pair in pairs[::stride] for page in pair), counts)
    real(texts, counts)
    click.echo(json.dumps({"split": split, "told": shares(counts)}, indent=1))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.languages")
