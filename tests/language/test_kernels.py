"""The language kernels, in C and in Python, with a detector of the test's own."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.kernels import plain
from boilerplate.kernels.plain_language import GROUPS, PROFILES, Detection, HanLanguage
from boilerplate.kernels.plain_language_shares import VOTES, doubt_table
from boilerplate.language.detector import common_trigrams
from boilerplate.language.lines import line_languages
from boilerplate.language.names import ONE_LANGUAGE
from boilerplate.numeric import Floats, Ints
from boilerplate.unicode import SCRIPTS, Script
from tests.made_up import SENTENCES
from tests.twins import needs_compiled, same_on_both, twin_of

FLAGS = np.isin(np.arange(SCRIPTS), list(ONE_LANGUAGE))
ENGLISH, TURKISH, RUSSIAN = SENTENCES["en"], SENTENCES["tr"], SENTENCES["ru"]
FIRST = 32  # number of the detector's first result


class Detector:
    """Numbers results by the first of the lines; sure of them unless told otherwise."""

    def __init__(self, sure: bool = True, common: bytes = b"") -> None:
        self.sure, self.common = sure, common
        self.calls: list[list[int]] = []

    def __call__(self, numbers: list[int]) -> Detection:
        self.calls.append(numbers)
        number = FIRST + numbers[0]
        return Detection(number, number if self.sure else -1, self.common)


def assigned(twin: ModuleType, texts: list[str], detector: Callable[[list[int]], object]) -> Ints:
    """The number of the detection of each line."""
    scripts = twin.char_counts(texts)[1]
    letters, script, detection = twin.assign_languages(
        twin.page_text(texts), scripts, FLAGS, detector
    )
    assert letters.tolist() == scripts.sum(1).tolist()
    assert ((script == Script.NONE) == (letters == 0)).all()
    return np.asarray(detection)


def test_a_script_of_one_language_needs_no_detector(twin: ModuleType) -> None:
    detector = Detector()
    texts = [SENTENCES["he"], SENTENCES["ko"], SENTENCES["th"][:4]]
    assert assigned(twin, texts, detector).tolist() == [Script.HEBREW, Script.HANGUL, Script.THAI]
    assert detector.calls == []


def test_more_than_a_fifth_of_the_letters_decides_for_a_script_of_one_language(
    twin: ModuleType,
) -> None:
    assert assigned(twin, ["αβγ abcdefghij"], Detector()).tolist() == [Script.GREEK]
    assert assigned(twin, ["αβ abcdefgh abcdefghijkl"], Detector()).tolist() == [FIRST]


def test_kana_and_character_sets_decide_for_lines_in_han(twin: ModuleType) -> None:
    texts = ["学校讨论", "學校討論", "学校について"]
    expected = [HanLanguage.SIMPLIFIED, HanLanguage.TRADITIONAL, HanLanguage.JAPANESE]
    assert assigned(twin, texts, Detector()).tolist() == expected


def test_a_line_with_few_unseen_trigrams_takes_the_detection_of_a_longer_line(
    twin: ModuleType,
) -> None:
    detector = Detector()
    texts = [ENGLISH[:30], ENGLISH * 2, TURKISH, TURKISH[:40]]
    assert assigned(twin, texts, detector).tolist() == [FIRST + 1, FIRST + 1, FIRST + 2, FIRST + 2]
    assert detector.calls == [[1], [2]]


def test_a_detection_that_is_not_sure_is_not_taken_by_similar_lines(twin: ModuleType) -> None:
    detector = Detector(sure=False)
    assigned(twin, [ENGLISH, ENGLISH], detector)
    assert detector.calls == [[0], [1]]


@pytest.mark.parametrize(("chars", "calls"), [(47, 3), (48, 2)])
def test_a_text_of_forty_letters_makes_a_profile(twin: ModuleType, chars: int, calls: int) -> None:
    text = ENGLISH[:chars]
    assert (sum(map(str.isalpha, text)) >= PROFILES.min_letters) == (calls == 2)
    detector = Detector()
    # The second is grouped before the first is detected, the third after that.
    assigned(twin, [text, *["12:30"] * GROUPS.max_gap] * 2 + [text], detector)
    assert len(detector.calls) == calls


def test_common_trigrams_are_seen_before_any_line(twin: ModuleType) -> None:
    detector = Detector(common=common_trigrams("en"))
    texts = [ENGLISH, "The weather will be fine in the north of the country"]
    assert assigned(twin, texts, detector).tolist() == [FIRST, FIRST]
    detector = Detector()
    assert assigned(twin, texts, detector).tolist() == [FIRST, FIRST + 1]


def test_short_lines_near_each_other_are_detected_together(twin: ModuleType) -> None:
    texts = ["Yhteystiedot ja aukiolot", "12:30", "Tilaa uutiskirjeemme nyt"]
    detector = Detector()
    assert assigned(twin, texts, detector).tolist() == [FIRST, -1, FIRST]
    assert detector.calls == [[0, 2]]


def test_short_lines_far_from_each_other_are_detected_alone(twin: ModuleType) -> None:
    texts = ["Yhteystiedot ja aukiolot", *["12:30"] * GROUPS.max_gap, "Tilaa uutiskirjeemme nyt"]
    detector = Detector()
    assigned(twin, texts, detector)
    assert detector.calls == [[0], [len(texts) - 1]]


def test_a_group_is_detected_when_it_has_enough_letters(twin: ModuleType) -> None:
    words = ["ä", "ö", "ü", "ß"]
    texts = [f"{a}{b}{c}" * 10 for a in words for b in words for c in words][:6]
    detector = Detector(sure=False)
    assigned(twin, texts, detector)
    assert detector.calls == [[0, 1], [2, 3], [4, 5]]  # 30 letters each, 60 are enough


def test_short_lines_of_different_scripts_are_not_detected_together(twin: ModuleType) -> None:
    detector = Detector()
    assigned(twin, [ENGLISH, "Ответить", "الاشتراك", "Поделиться"], detector)
    assert detector.calls[1:] == [[1, 3], [2]]


def test_few_letters_are_detected_only_in_another_script_than_the_pages(twin: ModuleType) -> None:
    texts = [ENGLISH, "Share this", "Ответить"]
    assert assigned(twin, texts, Detector()).tolist() == [FIRST, -1, FIRST + 2]


def test_a_page_of_short_lines_is_detected_at_once(twin: ModuleType) -> None:
    detector = Detector()
    texts = ["Home", "12:30", "Ответить", "About us", "Contact"]
    assert assigned(twin, texts, detector).tolist() == [FIRST, -1, FIRST + 2, FIRST, FIRST]
    assert detector.calls == [[0, 3, 4], [2]]


def test_lines_that_the_detector_cannot_tell_have_no_detection(twin: ModuleType) -> None:
    found = assigned(twin, [ENGLISH, TURKISH], lambda _: Detection(-1, -1, b""))
    assert found.tolist() == [-1, -1]


def test_an_exception_of_the_detector_is_raised(twin: ModuleType) -> None:
    def broken(_: list[int]) -> Detection:
        raise LookupError("no profile")

    with pytest.raises(LookupError, match="no profile"):
        assigned(twin, [ENGLISH], broken)


@needs_compiled
@pytest.mark.parametrize("result", [(0, 0), (0, 0, b"short"), (0, 0, "text"), None])
def test_the_compiled_part_refuses_what_is_no_detection(result: object) -> None:
    with pytest.raises(TypeError):
        assigned(twin_of("compiled"), [ENGLISH], lambda _: result)


@needs_compiled
@pytest.mark.parametrize(("start", "size"), [(-1, 1), (1, 300), (300, 0), (1, -1), (1, 2**62)])
def test_the_compiled_part_refuses_lines_outside_of_the_text(start: int, size: int) -> None:
    compiled = twin_of("compiled")
    text, scripts = compiled.page_text([ENGLISH]), compiled.char_counts([ENGLISH])[1]
    text = replace(text, starts=np.array([start]), lengths=np.array([size]))
    with pytest.raises(ValueError, match="assign_languages"):
        compiled.assign_languages(text, scripts, FLAGS, Detector())


LANGUAGES = ("en", "tr", "ru", "el")
WRITTEN = np.array([Script.LATIN, Script.LATIN, Script.CYRILLIC, Script.GREEK], np.uint8)
DISTRIBUTIONS = np.eye(4)


def shares(
    twin: ModuleType, detection: list[int], script: list[int], letters: list[float]
) -> tuple[Floats, Floats, int]:
    share, detected, main = twin.language_shares(
        np.array(detection), np.array(script), np.array(letters), DISTRIBUTIONS, WRITTEN, FLAGS
    )
    assert np.array_equal(share, share.round(VOTES.places), equal_nan=True)
    return share, detected, main


def test_a_script_of_one_language_leaves_no_doubt(twin: ModuleType) -> None:
    share, detected, main = shares(twin, [3], [Script.GREEK], [1.0])
    assert share.tolist() == detected.tolist() == [[0, 0, 0, 1]]
    assert main == 3


def test_a_short_line_that_was_not_detected_takes_its_neighbours_language(
    twin: ModuleType,
) -> None:
    share, detected, main = shares(twin, [0, -1, 0], [Script.LATIN] * 3, [80.0, 5.0, 80.0])
    assert share[1].argmax() == main == 0
    assert np.isnan(detected[1]).all()


def test_a_line_out_of_the_neighbours_reach_counts_for_the_page_only(twin: ModuleType) -> None:
    n = VOTES.window + 1
    share, _, _ = shares(twin, [0, *[1] * n, -1], [Script.LATIN] * (n + 2), [200.0] * (n + 2))
    assert share[-1, 1] > share[-1, 0] > 0


def test_languages_of_other_scripts_are_ruled_out(twin: ModuleType) -> None:
    share, _, _ = shares(
        twin, [0, -1, 0], [Script.LATIN, Script.CYRILLIC, Script.LATIN], [80.0] * 3
    )
    assert share[1].tolist() == [0, 0, 1, 0]


def test_a_detection_counts_more_in_a_longer_line(twin: ModuleType) -> None:
    detection, script = [0, 0, 1, 0, 0], [int(Script.LATIN)] * 5
    short, _, _ = shares(twin, detection, script, [80.0, 80.0, 10.0, 80.0, 80.0])
    long, _, _ = shares(twin, detection, script, [80.0, 80.0, 60.0, 80.0, 80.0])
    assert short[2, 1] < 0.5 < long[2, 1]


def test_four_characters_in_han_leave_as_much_doubt_as_twelve_letters() -> None:
    assert doubt_table()[1, 4] == doubt_table()[0, 12] == pytest.approx(math.exp(-1))


def test_a_page_without_letters_has_no_main_language(twin: ModuleType) -> None:
    share, detected, main = shares(twin, [-1, -1], [Script.NONE] * 2, [0.0, 0.0])
    assert np.isnan(share).all()
    assert np.isnan(detected).all()
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
        arrays = result.share, result.detected, result.letters
        return [result.languages, result.main, *arrays, result.likeliest()]

    same_on_both(found)


@needs_compiled
@pytest.mark.parametrize("seed", range(60))
def test_both_twins_call_the_detector_for_the_same_lines(seed: int) -> None:
    draw = random.Random(seed)
    # Made-up languages: few words, and the lines of a page of up to 20 of them, most of them short.
    languages = [
        ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(2, 9)))
         for _ in range(draw.choice([10, 40, 400, 4000]))]
        for _ in range(draw.choice([1, 3, 20]))
    ]  # fmt: skip
    sizes = draw.choice([[1, 2, 4], [4, 8, 12], [2, 5, 10, 20, 300], [30, 60]])
    texts = [
        " ".join(draw.choices(draw.choice(languages), k=draw.choice(sizes))) for _ in range(150)
    ]
    # Some are of one language with a few words of another, or beyond the next group.
    for i in draw.sample(range(150), 30):
        texts[i] = draw.choice([f"{texts[i]} {texts[0][:9]}", "12:30", ""])
    common = draw.choice([b"", common_trigrams("en")])
    detectors = Detector(common=common), Detector(common=common)
    found = [
        assigned(t, texts, d) for t, d in zip((twin_of("compiled"), plain), detectors, strict=True)
    ]
    assert found[0].tolist() == found[1].tolist()
    assert detectors[0].calls == detectors[1].calls


@needs_compiled
@pytest.mark.parametrize("seed", range(30))
def test_both_twins_weigh_votes_to_the_same_bits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 40))
    script = rng.choice([Script.NONE, Script.LATIN, Script.CYRILLIC, Script.GREEK, Script.HAN], n)
    letters = np.where(script == Script.NONE, 0, rng.geometric(0.002, n)).astype(float)
    distributions = rng.dirichlet(np.ones(5), 6)
    written = np.array([*WRITTEN, Script.HAN], np.uint8)
    given = rng.integers(-1, 6, n), script, letters, distributions, written, FLAGS
    fast = twin_of("compiled").language_shares(*given)
    slow = plain.language_shares(*given)
    assert fast[0].tobytes() == slow[0].tobytes()
    assert fast[1].tobytes() == slow[1].tobytes()
    assert fast[2] == slow[2]
