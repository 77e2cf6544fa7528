"""The language kernels, in C and in Python, with small tables of the test's own."""

from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from boilerplate.kernels import plain
from boilerplate.kernels.plain_language import (
    TRIGRAMS,
    HanLanguage,
    han_languages,
    line_scripts,
    word_trigrams,
)
from boilerplate.kernels.plain_language_shares import VOTES, doubt_table
from boilerplate.language.lines import line_languages, trigram_table
from boilerplate.language.names import ONE_LANGUAGE
from boilerplate.numeric import Floats
from boilerplate.unicode import SCRIPTS, Script, code_points
from tests.made_up import SENTENCES
from tests.twins import needs_compiled, same_on_both, twin_of

FLAGS = np.isin(np.arange(SCRIPTS), list(ONE_LANGUAGE))
FAR = 100  # the penalty of a trigram that is not of a language
SCRIPT_OF = np.zeros(TRIGRAMS.languages, np.uint8)
SCRIPT_OF[:3] = [Script.LATIN, Script.LATIN, Script.CYRILLIC]
FIRST, SECOND = "nal mirra dossel kunem", "okto vifu zazo hegu"


def table(*texts: str) -> NDArray[np.uint8]:
    """Penalties: none for the trigrams of a language's text, FAR for all others."""
    penalties = np.full((1 << TRIGRAMS.bits, TRIGRAMS.languages), FAR, np.uint8)
    for language, text in enumerate(texts):
        penalties[word_trigrams(code_points(text)), language] = 0
    return penalties


def odds_of(twin: ModuleType, texts: list[str], *languages: str) -> Floats:
    """The probability of each language in each line, by a table of some languages."""
    scripts = twin.char_counts(texts)[1]
    text = twin.page_text(texts)
    letters, script, odds = twin.language_odds(text, scripts, FLAGS, SCRIPT_OF, table(*languages))
    assert letters.tolist() == scripts.sum(1).tolist()
    assert script.tolist() == line_scripts(scripts, letters, FLAGS).tolist()
    return np.asarray(odds)


def share(more: float) -> float:
    """The probability of the nearer of two languages, of which one has so much more penalty."""
    return float(round(1 / (1 + math.exp(-TRIGRAMS.log_odds * more)), TRIGRAMS.places))


def test_odds_fall_with_the_penalties_of_trigrams(twin: ModuleType) -> None:
    found = odds_of(twin, ["xyz nal", "nal", "okto vifu"], FIRST, SECOND)
    assert found[0, :2].tolist() == found[1, :2].tolist() == [share(3 * FAR), 0.0]
    assert found[2, :2].tolist() == [0.0, share(8 * FAR)] == [0.0, 1.0]
    near = odds_of(twin, ["nal okt zzz"], "nal", "nal okt")[0, :2]
    assert near.tolist() == [0.0, share(3 * FAR)] == [0.0, 0.9967]
    assert not found[:, 2:].any()


def test_bounds_of_words_count_and_what_is_between_them_does_not(twin: ModuleType) -> None:
    found = odds_of(twin, ["12 nal, (mirra) 3!", "nalmirra"], FIRST, FIRST.replace(" ", ""))
    assert found[0].argmax() == 0
    assert found[1].argmax() == 1


@pytest.mark.parametrize("text", ["", "12:30", "na", "αβγδ αβγδ"])
def test_a_line_of_few_letters_or_of_another_script_has_no_odds(
    twin: ModuleType, text: str
) -> None:
    assert not odds_of(twin, [text, "nal mirra"], FIRST)[0].any()


def test_a_language_of_another_script_has_no_odds(twin: ModuleType) -> None:
    found = odds_of(twin, ["нал мира", "nal mira"], FIRST, SECOND, "нал мира")
    assert found[0, :3].tolist() == [0, 0, 1]
    assert found[1, 2] == 0


def test_what_lines_of_the_main_language_share_costs_little_in_it(twin: ModuleType) -> None:
    name, short = "nal mirra dossel kunem prox", "zaza prox"
    alone = odds_of(twin, [name, short], FIRST, "zaza vifu")
    assert alone[1].argmax() == 1
    # Two lines of the first language have the name: to the last it is as near as "zaza" is not.
    together = odds_of(twin, [name, name, "prox"], FIRST, "zaza vifu")
    less = 4 * (FAR - TRIGRAMS.seen)
    assert together[2, :2].tolist() == [share(less), 0.0]
    assert odds_of(twin, [name, "prox"], FIRST, "zaza vifu")[1, 0] == share(less)
    # A line does not excuse its own name.
    once = odds_of(twin, [name], FIRST, f"{FIRST} prox")
    assert once[0, :2].tolist() == [0.0, share(4 * FAR)]


def test_lines_of_few_letters_do_not_say_what_the_main_language_has(twin: ModuleType) -> None:
    short = "nal mirra prox"
    assert sum(map(str.isalpha, short)) < TRIGRAMS.seen_letters
    found = odds_of(twin, [short, short, "vifu prox"], FIRST, f"{SECOND} prox")
    assert found[2].argmax() == 1


def test_no_more_of_a_line_is_read_than_counts_in_16_bits(twin: ModuleType) -> None:
    assert (TRIGRAMS.line_chars + 1) * TRIGRAMS.most < 1 << 16
    far = "x" * TRIGRAMS.line_chars
    for text in (far, f"{far} {SECOND} " * 40):
        assert odds_of(twin, [text], FIRST, SECOND)[0, :2].tolist() == [0.5, 0.5]


@needs_compiled
@pytest.mark.parametrize(("start", "size"), [(-1, 1), (1, 300), (300, 0), (1, -1), (1, 2**62)])
def test_the_compiled_part_refuses_lines_outside_of_the_text(start: int, size: int) -> None:
    compiled = twin_of("compiled")
    text, scripts = compiled.page_text([SENTENCES["en"]]), compiled.char_counts(["English"])[1]
    text = replace(text, starts=np.array([start]), lengths=np.array([size]))
    with pytest.raises(ValueError, match="language_odds"):
        compiled.language_odds(text, scripts, FLAGS, SCRIPT_OF, table(FIRST))


def scripts_of(texts: list[str]) -> list[Script]:
    scripts = plain.char_counts(texts)[1]
    return [Script(each) for each in line_scripts(scripts, scripts.sum(1), FLAGS).tolist()]


def test_more_than_a_fifth_of_the_letters_decides_for_a_script_of_one_language() -> None:
    assert scripts_of(["αβγ abcdefghij", "αβ abcdefgh abcdefghijkl", "12:30"]) == [
        Script.GREEK, Script.LATIN, Script.NONE,
    ]  # fmt: skip


def test_kana_and_character_sets_decide_for_lines_in_han() -> None:
    texts = ["abc", "学校讨论", "學校討論", "学校について"]
    found = han_languages(plain.page_text(texts), np.array([1, 2, 3])).tolist()
    assert found == [HanLanguage.SIMPLIFIED, HanLanguage.TRADITIONAL, HanLanguage.JAPANESE]


LANGUAGES = ("en", "tr", "ru", "el")
WRITTEN = np.array([Script.LATIN, Script.LATIN, Script.CYRILLIC, Script.GREEK], np.uint8)


def shares(
    twin: ModuleType, language: list[int], script: list[int], letters: list[float]
) -> tuple[Floats, int]:
    """Shares of lines that are surely in a language by themselves, or in none, -1."""
    known = np.array(language) >= 0
    share, main = twin.language_shares(
        np.eye(4)[language], known, np.array(script), np.array(letters), WRITTEN, FLAGS
    )
    assert np.array_equal(share, share.round(VOTES.places), equal_nan=True)
    return share, main


def test_a_script_of_one_language_leaves_no_doubt(twin: ModuleType) -> None:
    share, main = shares(twin, [3], [Script.GREEK], [1.0])
    assert share.tolist() == [[0, 0, 0, 1]]
    assert main == 3


def test_a_line_of_unknown_language_takes_its_neighbours_language(twin: ModuleType) -> None:
    share, main = shares(twin, [0, -1, 0], [Script.LATIN] * 3, [80.0, 5.0, 80.0])
    assert share[1].argmax() == main == 0


def test_a_line_out_of_the_neighbours_reach_counts_for_the_page_only(twin: ModuleType) -> None:
    n = VOTES.window + 1
    share, _ = shares(twin, [0, *[1] * n, -1], [Script.LATIN] * (n + 2), [200.0] * (n + 2))
    assert share[-1, 1] > share[-1, 0] > 0


def test_languages_of_other_scripts_are_ruled_out(twin: ModuleType) -> None:
    share, _ = shares(twin, [0, -1, 0], [Script.LATIN, Script.CYRILLIC, Script.LATIN], [80.0] * 3)
    assert share[1].tolist() == [0, 0, 1, 0]


def test_what_a_line_says_counts_more_in_a_longer_line(twin: ModuleType) -> None:
    language, script = [0, 0, 1, 0, 0], [int(Script.LATIN)] * 5
    short, _ = shares(twin, language, script, [80.0, 80.0, 10.0, 80.0, 80.0])
    long, _ = shares(twin, language, script, [80.0, 80.0, 60.0, 80.0, 80.0])
    assert short[2, 1] < 0.5 < long[2, 1]


def test_four_characters_in_han_leave_as_much_doubt_as_twelve_letters() -> None:
    assert doubt_table()[1, 4] == doubt_table()[0, 12] == pytest.approx(math.exp(-1))


def test_a_page_without_letters_has_no_main_language(twin: ModuleType) -> None:
    share, main = shares(twin, [-1, -1], [Script.NONE] * 2, [0.0, 0.0])
    assert np.isnan(share).all()
    assert main == -1


def test_the_likeliest_language_is_the_first_of_the_largest_share(twin: ModuleType) -> None:
    share = np.array([[0.2, 0.4, 0.4, 0.0], [np.nan] * 4, [0.7, 0.3, 0.0, 0.0]])
    expected = [("tr", 0.4), (None, 0.0), ("en", 0.7)]
    assert twin.likeliest_languages(share, LANGUAGES) == expected


PIECES = st.builds(
    lambda text, begin, size: text[begin : begin + size],
    st.sampled_from(sorted(SENTENCES.values())),
    st.integers(0, 60),
    st.sampled_from([8, 15, 30, 45, 70, 200]),
)
ANY = st.text(st.characters(exclude_characters="\n"), max_size=60)


@needs_compiled
@given(st.lists(PIECES | ANY, max_size=25))
def test_both_twins_give_the_same_bits(texts: list[str]) -> None:
    def found() -> list[object]:
        result = line_languages(plain.page_text(texts))
        arrays = result.share, result.alone, result.letters
        return [result.languages, result.main, *arrays, result.likeliest()]

    same_on_both(found)


@needs_compiled
@given(st.lists(PIECES | ANY | ANY.map(lambda text: text * 20), max_size=25), st.integers(0, 99))
def test_both_twins_give_the_same_odds(texts: list[str], seed: int) -> None:
    penalties = np.random.default_rng(seed).integers(
        0, TRIGRAMS.most, (1 << TRIGRAMS.bits, TRIGRAMS.languages), np.uint8, endpoint=True
    )
    given_table = (penalties, trigram_table().penalties)[seed % 2]
    found = [
        twin.language_odds(
            twin.page_text(texts), twin.char_counts(texts)[1], FLAGS, trigram_table().scripts,
            given_table,
        )
        for twin in (twin_of("compiled"), plain)
    ]  # fmt: skip
    for one, other in zip(*found, strict=True):
        assert one.tobytes() == other.tobytes()


@needs_compiled
@pytest.mark.parametrize("seed", range(30))
def test_both_twins_weigh_votes_to_the_same_bits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 40))
    script = rng.choice([Script.NONE, Script.LATIN, Script.CYRILLIC, Script.GREEK, Script.HAN], n)
    letters = np.where(script == Script.NONE, 0, rng.geometric(0.002, n)).astype(float)
    alone, known = rng.dirichlet(np.ones(5), n), rng.random(n) < 0.8
    written = np.array([*WRITTEN, Script.HAN], np.uint8)
    given = alone, known, script, letters, written, FLAGS
    fast = twin_of("compiled").language_shares(*given)
    slow = plain.language_shares(*given)
    assert fast[0].tobytes() == slow[0].tobytes()
    assert fast[1] == slow[1]
