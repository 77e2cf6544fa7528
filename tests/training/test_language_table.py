"""The table of trigrams, made from a lexicon of the test's own."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

from boilerplate.kernels.plain_language import TRIGRAMS, word_trigrams
from boilerplate.unicode import Script, code_points
from training import language_table
from training.language_table import as_npz, script_of, table

# Enough words of a made-up Basque for a language that langdetect does not know.
WORDS = ["zubi", "gorri", "etxe", "mendi", "haizea", "ibaia"]


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("lexicon")
    pairs = [f"{one} {other} {third}" for one in WORDS for other in WORDS for third in WORDS]
    rows = [("eu", " ".join([pair] * 5)) for pair in pairs]
    rows += [("sr", "Добро дошли"), ("nn", "Velkomen"), ("xx", "nobody"), ("ja", "ようこそ")]
    with lzma.open(folder / "chrome_strings.tsv.xz", "wt", encoding="utf-8") as file:
        file.writelines(f"made-up\t{code}\tnav\tkey\t{text}\n" for code, text in rows)
    with lzma.open(folder / "article_sentences.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("")
    return table(folder)


def penalty(arrays: dict[str, np.ndarray], code: str, text: str) -> int:
    column = arrays["languages"].tolist().index(code)
    return int(arrays["penalties"][word_trigrams(code_points(text)), column].sum())


def test_languages_of_shared_scripts_with_texts_enough_are_in_the_table(
    arrays: dict[str, np.ndarray],
) -> None:
    languages = arrays["languages"].tolist()
    assert {"eu", "en", "no", "ru", "fa", "hi"} <= set(languages)
    assert not {"sr", "nn", "ja", "el", "xx"} & set(languages)
    scripts = arrays["scripts"].tolist()
    assert scripts[languages.index("eu")] == Script.LATIN
    assert scripts[languages.index("fa")] == Script.ARABIC
    assert set(scripts[len(languages) :]) == {Script.NONE}


@pytest.mark.parametrize(
    ("code", "text"),
    [("eu", "mendi gorri"), ("en", "the weather"), ("de", "geschichte"), ("tr", "değişiklik")],
)
def test_a_text_has_the_least_penalty_in_its_language(
    arrays: dict[str, np.ndarray], code: str, text: str
) -> None:
    scripts = arrays["scripts"][: len(arrays["languages"])]
    latin = arrays["languages"][scripts == Script.LATIN].tolist()
    assert min(latin, key=lambda each: penalty(arrays, each, text)) == code


def test_penalties_fit_into_the_sums_of_the_kernel(arrays: dict[str, np.ndarray]) -> None:
    penalties = arrays["penalties"]
    assert penalties.shape == (1 << TRIGRAMS.bits, TRIGRAMS.languages)
    assert penalties.dtype == np.uint8
    assert 0 < penalties.max() <= TRIGRAMS.most


def test_the_script_of_a_text_is_that_of_most_letters() -> None:
    assert script_of("Radio 101 добро дошли") is Script.CYRILLIC
    assert script_of("12:30") is Script.NONE


def test_a_file_has_the_same_bytes_each_time(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    data = as_npz(arrays)
    assert data == as_npz(arrays)
    (tmp_path / "table.npz").write_bytes(data)
    read = np.load(tmp_path / "table.npz", allow_pickle=False)
    assert all(np.array_equal(read[name], array) for name, array in arrays.items())


def test_a_missing_langdetect_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_table, "find_spec", lambda _: None)
    with pytest.raises(Exception, match="langdetect is not installed"):
        next(language_table.profiles())
