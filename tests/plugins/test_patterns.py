"""Untrusted regular expressions: what they match, and that matching always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.plugins import patterns
from boilerplate.plugins.patterns import LIMITS, Pattern, PatternError
from tests.hanging import ends

HANGING = [r"(a|a)*b", r"(a+)+$", r"^(\w+\s?)*$", r"(x+x+)+y", r"(?=(a+)+$)b"]


@pytest.mark.parametrize("pattern", HANGING)
def test_a_pattern_with_exponential_backtracking_ends(pattern: str) -> None:
    compiled = Pattern(pattern)
    for line in ("a" * 5000 + "!", "x" * 5000, "aaaa " * 900 + "!"):
        with ends():
            try:
                compiled.found_in(line)
            except PatternError as error:
                assert pattern in str(error)


def test_a_very_long_line_is_not_searched() -> None:
    assert Pattern("a").found_in("a" * LIMITS.line_length)
    assert not Pattern("a").found_in("a" * (LIMITS.line_length + 1))


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2", "(?P<x", "\\p{Nonsense}", "*", "a" * 5000])
def test_an_invalid_pattern_is_an_error(pattern: str) -> None:
    if pattern == "a{2":  # regex reads it literally
        assert Pattern(pattern).found_in("a{2")
        return
    with pytest.raises(PatternError, match="pattern"):
        Pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(((a{100}){100}){100}){100}",
        "(((я{1,100}){1,100}){,100}){100}",
        "(?:(?:漢{200}+){200,}?){200}",
        "(?x)(((a{100} ) { 100 } )#)\n{100})",
        "(((a{100}(?#)){100}(?#[){100})",
        "[(](([)]a{100}[(]){100}[(]){100}",
        "a{1000000}",
        "(" * 300 + "a" + "){2}" * 300,
        "(a){" + "9" * 1900 + "}",
    ],
)
def test_a_pattern_that_repeats_too_much_is_refused_before_it_is_compiled(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_compile_with_re2", "_compile_with_regex"):
        monkeypatch.setattr(patterns, name, lambda text: pytest.fail("compiled"))
    with pytest.raises(PatternError, match="repeats too much"):
        Pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"^\d{1,2}\. \p{Ll}{3,12} \d{4}(, \d\d?:\d\d){0,2}$", "3. maart 2021, 9:40"),
        (r"^(?:\p{Lu}[\p{L}'-]{1,30} ){1,6}\(Foto\)$", "Élodie O'Neill (Foto)"),
        (r"^.{0,1000}もっと見る$", "港の記事をもっと見る"),
        (r"^x{a}$|^{2}$|\{2}$", "x{a}"),
        (r"^(?:(?:شارك|تابع) ?){2,20}$", "شارك تابع شارك"),
    ],
)
def test_reasonable_repetitions_are_accepted(pattern: str, line: str) -> None:
    assert Pattern(pattern).found_in(line)


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        (r"^\d+$", "١٢٣", True),
        (r"\bλέξη\b", "μία λέξη.", True),
        (r"(?i)straße", "STRAßE", True),
        (r"(?i)ПОДРОБНЕЕ", "подробнее", True),
        (r"^\p{Han}{2}$", "凤凰", True),
        (r"\p{Arabic}", "خبر", True),
        (r"(?<!x)a", "xa", False),
        ("^.$", "\ud800", True),
    ],
)
@pytest.mark.parametrize("re2", [True, False])
def test_patterns_match_all_scripts_with_and_without_re2(
    pattern: str, line: str, found: bool, re2: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not re2:
        monkeypatch.setattr(patterns, "_compile_with_re2", lambda text: None)
    assert Pattern(pattern).found_in(line) == found


PIECES = ["a", "ß", "İ", "я", "ا", "漢", "ไ", ".", "^", "$", "|", "*", "+", "?", "(", ")", "[", "]",
          "-", "\\p{L}", "\\p{Lu}", "\\.", "(?i)", "x{1,3}", "\n", " "]  # fmt: skip
TEXTS = st.text(st.sampled_from("aAßİiıяЯا漢ไ. -\nx"), max_size=30)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), TEXTS)
def test_re2_and_regex_agree(pattern: str, line: str) -> None:
    pytest.importorskip("re2")
    with_re2 = patterns._compile_with_re2(pattern)
    if with_re2 is None:
        return
    try:
        with_regex = patterns._compile_with_regex(pattern)
    except PatternError:
        return
    assert with_re2(line) == with_regex(line)
