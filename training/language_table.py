"""Writes ``boilerplate/data/trigrams.npz``: how common trigrams are in each language.

``python -m training.language_table --lexicon FOLDER`` counts those in the profiles of langdetect,
which were made from Wikipedia, and in the sentences and phrases of the lexicon, except those of
split test. Languages that share no script with another need none.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from boilerplate.files import write_atomically
from boilerplate.kernels import char_counts
from boilerplate.kernels.plain_language import TRIGRAMS, trigram_buckets, word_trigrams
from boilerplate.language.names import LANGUAGES, language_script
from boilerplate.model.archive import npy_bytes, zipped
from boilerplate.numeric import Floats
from boilerplate.unicode import Script, code_points
from training.lexicon import phrases, sentences
from training.options import lexicon_option

TABLE: Final = Path(__file__).parents[1] / "boilerplate" / "data" / "trigrams.npz"
SHARED_SCRIPTS: Final = (Script.LATIN, Script.CYRILLIC, Script.ARABIC, Script.DEVANAGARI)
# Languages that lines are not told apart in: by whom they were taken together.
CODES: Final = {"nb": "no", "nn": "no", "bs": "hr"}
SERBIAN: Final = {("sr", Script.LATIN): "hr"}
LEAST: Final = 4500  # trigrams of a language in the lexicon, to be known by them
PROFILE: Final = 300_000  # trigrams that a profile of langdetect counts for
LEXICON: Final = 30_000  # trigrams in the lexicon that count as much as a profile
SMOOTHING: Final = 0.3  # added to the count of each of the trigrams that there may be
POSSIBLE: Final = 20_000
UNIT: Final = 16  # penalties for one in natural logarithms


def profiles() -> Iterator[tuple[str, Floats]]:
    """The languages of langdetect with the shares of their trigrams, (65536,)."""
    package = find_spec("langdetect")
    if package is None or not package.submodule_search_locations:
        raise click.ClickException("langdetect is not installed")
    for file in sorted(Path(package.submodule_search_locations[0], "profiles").iterdir()):
        counts: Counter[str] = Counter()
        for ngram, count in json.loads(file.read_text("utf-8"))["freq"].items():
            counts[ngram.casefold()] += count
        of_words = {ngram: n for ngram, n in counts.items() if len(ngram) == 3 and ngram[1] != " "}
        points = code_points("".join(of_words).replace(" ", "\0")).astype(np.uint64)
        buckets = trigram_buckets(*points.reshape(-1, 3).T)
        found = np.bincount(buckets, list(of_words.values()), 1 << TRIGRAMS.bits)
        yield file.name, found / found.sum()


def lexicon_counts(lexicon: Path) -> dict[str, Floats]:
    """How often each trigram is in the lexicon, by language."""
    texts: dict[str, list[str]] = defaultdict(list)
    prose, chrome = sentences(lexicon, ("train", "dev")), phrases(lexicon, ("train", "dev"), None)
    for code, found in prose.items():
        texts[code] += found
    for code, kinds in chrome.items():
        for found in kinds.values():
            texts[code] += found
    counts: dict[str, Floats] = defaultdict(lambda: np.zeros(1 << TRIGRAMS.bits))
    for code, found in texts.items():
        for text in found:
            script = script_of(text)
            language = SERBIAN.get((code, script), CODES.get(code, code))
            if language in LANGUAGES and script == language_script(language):
                trigrams = word_trigrams(code_points(text.casefold()))
                np.add.at(counts[language], trigrams, 1.0)
    return counts


def script_of(text: str) -> Script:
    """The script that most letters of a text are in."""
    letters = char_counts([text.replace("\n", " ")])[1][0]
    letters[Script.NONE] = 0.0
    return Script(int(letters.argmax()))


def table(lexicon: Path) -> dict[str, NDArray[Any]]:
    """The arrays of ``language.lines.TrigramTable``."""
    of_profiles, of_lexicon = dict(profiles()), lexicon_counts(lexicon)
    rare = np.zeros(1 << TRIGRAMS.bits)
    shares: dict[str, Floats] = {}
    for code in sorted(of_profiles.keys() | of_lexicon.keys()):
        counts = of_lexicon.get(code, rare)
        total = counts.sum()
        if language_script(code) not in SHARED_SCRIPTS:
            continue
        if code in of_profiles:
            weight = total / (total + LEXICON)
            share, size = of_profiles[code] * (1 - weight), PROFILE
            share = share + counts * (weight / max(total, 1.0))
        elif total >= LEAST:
            share, size = counts / total, total
        else:
            continue
        shares[code] = (share * size + SMOOTHING) / (size + SMOOTHING * POSSIBLE)
    languages = sorted(shares, key=lambda code: (language_script(code), code))
    logs = -np.log(np.stack([shares[code] for code in languages], 1))
    logs -= logs.min(1, keepdims=True)
    scripts = np.zeros(TRIGRAMS.languages, np.uint8)
    scripts[: len(languages)] = [language_script(code) for code in languages]
    penalties = np.zeros((1 << TRIGRAMS.bits, TRIGRAMS.languages), np.uint8)
    penalties[:, : len(languages)] = np.minimum(np.round(logs * UNIT), TRIGRAMS.most)
    return {"languages": np.array(languages), "scripts": scripts, "penalties": penalties}


def as_npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as a file that numpy reads; its own have the time in them."""
    return zipped({f"{name}.npy": npy_bytes(array) for name, array in arrays.items()})


@click.command()
@lexicon_option
def main(lexicon: Path) -> None:
    """Write the table."""
    arrays = table(lexicon)
    write_atomically(TABLE, as_npz(arrays))
    click.echo(f"{len(arrays['languages'])} languages: {' '.join(arrays['languages'])}")


if __name__ == "__main__":
    main(prog_name="python -m training.language_table")
