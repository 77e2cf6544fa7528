"""What single characters add to chrome, by the weights of the n-grams that they are part of."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings

from boilerplate.kernels.ngrams import buckets, char_grams, word_grams
from boilerplate.kernels.plain_linear import NGRAMS
from boilerplate.kernels.plain_roles import PARAMS
from boilerplate.roles import ROLES
from tests.strategies import LINES
from tests.twins import assert_same_bits, needs_compiled

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=1 << NGRAMS.bits).astype(np.float32)
TABLE = RNG.integers(-127, 128, (1 << PARAMS.text_bits, len(ROLES)), np.int8)


def weights(twin: ModuleType, lines: list[str], scale: float = 0.5) -> np.ndarray:
    roles = np.arange(2 * len(lines)).reshape(2, -1) % len(ROLES)
    return twin.char_weights(twin.page_text(lines), WEIGHTS, TABLE, scale, *roles)


def test_characters_share_what_their_ngrams_add(twin: ModuleType) -> None:
    [of_content, of_roles] = np.diff(weights(twin, ["ω"], scale=2.0))
    # With the newlines around it: one character, two pairs, three characters, and one word.
    text = twin.page_text(["ω"])
    grams = [*(char_grams(text, order) for order in (1, 2, 3)), word_grams(text, 1)]
    hashes = [each.hashes for each in grams]
    one, pairs, three, word = (WEIGHTS[buckets(each, NGRAMS.bits)] for each in hashes)
    ends, middle = pairs / 2 + three / 3, one[0] + pairs.sum() / 2 + three[0] / 3 + word[0]
    expected = -np.array([ends[0], middle, ends[1]]) / np.sqrt(5)
    assert of_content == pytest.approx(expected, rel=1e-6)
    rows = [TABLE[buckets(each, PARAMS.text_bits)].astype(float) for each in hashes[1:]]
    pairs, three, word = (row[:, 1] - row[:, 0] for row in rows)
    ends, middle = pairs / 2 + three / 3, pairs.sum() / 2 + three[0] / 3 + word[0]
    assert of_roles == pytest.approx(2.0 * np.array([ends[0], middle, ends[1]]) / np.sqrt(4))


def test_empty_lines_and_no_lines_add_nothing_of_their_own(twin: ModuleType) -> None:
    assert weights(twin, []).tolist() == [[0.0, 0.0]] * 2
    for lines in (["", "ab"], ["ab"]):
        assert weights(twin, lines).shape == (2, sum(map(len, lines)) + len(lines) + 2)


@needs_compiled
@settings(max_examples=150, deadline=None)
@given(lines=LINES)
def test_both_twins_weigh_characters_the_same(lines: list[str]) -> None:
    assert_same_bits(lambda twin: weights(twin, lines))
