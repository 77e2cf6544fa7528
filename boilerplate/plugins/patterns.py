r"""Regular expressions from plugins: untrusted input that must not be able to stall a run.

RE2 matches in linear time, where it is installed. What it does not support (lookaround) or reads
differently (``\w`` is ASCII to it) is matched by ``regex`` with a timeout. A pattern means the same
in both. The standard library's ``re`` never matches one: it has no timeout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class PatternLimits:
    """What a pattern may cost.

    ``line_length``: longer lines, in characters, are not searched; chrome and headlines are
    shorter. ``pattern_length`` is in characters. ``repeated_length``: a pattern is compiled with
    what it repeats written out, ``a{9}`` as nine letters, and this many characters of it take up
    to a second and 100 MB. ``line_seconds``: time for one line, of which a reasonable pattern needs
    a thousandth.
    """

    line_length: int = 20_000
    pattern_length: int = 2_000
    repeated_length: int = 500_000
    line_seconds: float = 0.25


LIMITS: Final = PatternLimits()

# What RE2 reads as ASCII only: \w \d \s and their opposites, \b, and [[:alpha:]].
_ASCII_IN_RE2: Final = ("\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\b", "\\B", "[:")

# A counted repetition, {3} or {1,20}, and whether it is one of a group.
_REPETITION: Final = re.compile(r"(\)?)\{\s*(\d*)\s*(?:,\s*(\d*)\s*)?\}")
# A comment, or a flag with which white space and comments may stand before a repetition.
_COMMENTS: Final = re.compile(r"\(\?(#|[A-Za-z0-9-]*x)")


class PatternError(ValueError):
    """A pattern that cannot be compiled, or that took too long on a line."""


class Pattern:
    """A compiled regular expression; ``found_in`` tells whether it matches anywhere in a line.

    Raises PatternError for a pattern that cannot be compiled or is too long.
    """

    __slots__ = ("_search", "text")

    def __init__(self, text: str) -> None:
        if len(text) > LIMITS.pattern_length:
            raise PatternError(
                f"a pattern has at most {LIMITS.pattern_length} characters, not {len(text)}"
            )
        if repeated_length(text) > LIMITS.repeated_length:
            raise PatternError(
                f"the pattern {text!r:.80} repeats too much: written out, it may have more than "
                f"{LIMITS.repeated_length:,} characters"
            )
        self.text = text
        self._search = _compile_with_re2(text) or _compile_with_regex(text)

    def found_in(self, line: str) -> bool:
        """Whether the pattern matches; never in a line longer than ``LIMITS.line_length``.

        Raises PatternError if matching takes too long.
        """
        return len(line) <= LIMITS.line_length and self._search(line)


def repeated_length(text: str) -> int:
    """At most how many characters a pattern has, with counted repetitions written out.

    Groups may be nested, so their counts are multiplied; of others, the largest counts. What only
    looks like a repetition counts too.

    >>> repeated_length("(a{100}){100}"), repeated_length("[ab]{2,3}c{4}")
    (130000, 52)
    """
    most, product = 1, 1
    commented = _COMMENTS.search(text)
    for of_group, least, largest in _REPETITION.findall(text):
        count = max(int(least or 1), int(largest or 1), 1)
        if of_group or commented:
            product *= count
        else:
            most = max(most, count)
    return len(text) * most * product


def first_found(patterns: Iterable[Pattern], line: str) -> Pattern | None:
    """The first of the patterns that matches a line."""
    return next((pattern for pattern in patterns if pattern.found_in(line)), None)


def _compile_with_regex(text: str) -> Callable[[str], bool]:
    import regex  # takes as long to import as half of this package

    try:
        compiled = regex.compile(text)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternError(f"{error} in the pattern {text!r}") from error

    def search(line: str) -> bool:
        try:
            return compiled.search(line, timeout=LIMITS.line_seconds) is not None
        except TimeoutError:
            raise PatternError(
                f"the pattern {text!r} took more than {LIMITS.line_seconds} s on one line"
            ) from None

    return search


def _compile_with_re2(text: str) -> Callable[[str], bool] | None:
    """A search with RE2; None if RE2 is missing or does not read the pattern as ``regex`` does."""
    if any(escape in text for escape in _ASCII_IN_RE2):
        return None
    try:
        import re2
    except ImportError:
        return None
    options: Any = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(text, options=options)
    except re2.error:  # lookaround, a backreference, or a mistake that regex explains better
        return None

    def search(line: str) -> bool:
        try:
            return compiled.search(line) is not None
        except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot encode
            return compiled.search(line.encode("utf-8", "replace").decode()) is not None

    return search
