r"""Regular expressions that strangers wrote, and that cannot hold up a run.

RE2 answers in linear time, where it is installed. Otherwise, and for what it does not know
(lookaround) or reads differently (``\w`` is ASCII to it), ``regex`` matches with a timeout. The
same pattern means the same with both; ``re``, which knows no timeout, is never asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

MAX_LENGTH: Final = 20_000  # characters of a line; site chrome is shorter, and so are headlines
SECONDS: Final = 0.25  # for one line; a sane pattern needs a thousandth of it
MAX_PATTERN: Final = 2_000  # characters

# What RE2 reads as ASCII: \w \d \s and their opposites, \b, and [[:alpha:]].
_ASCII_IN_RE2: Final = ("\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\b", "\\B", "[:")


class PatternError(ValueError):
    """A pattern that cannot be compiled, or that took too long on a line."""


class Pattern:
    """A compiled regular expression; ``found_in`` tells whether it matches anywhere in a line."""

    __slots__ = ("_search", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise PatternError(f"a pattern has at most {MAX_PATTERN} characters, not {len(text)}")
        self.text = text
        self._search = _with_re2(text) or _with_regex(text)

    def found_in(self, line: str) -> bool:
        """Whether the pattern matches; never in a line of more than 20,000 characters.

        Raises PatternError where the answer takes too long.
        """
        return len(line) <= MAX_LENGTH and self._search(line)


def first_found(patterns: Iterable[Pattern], line: str) -> Pattern | None:
    """The first of the patterns that matches a line."""
    return next((pattern for pattern in patterns if pattern.found_in(line)), None)


def _with_regex(text: str) -> Callable[[str], bool]:
    import regex  # as long to load as half the package

    try:
        compiled = regex.compile(text)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternError(f"{error} in the pattern {text!r}") from error

    def search(line: str) -> bool:
        try:
            return compiled.search(line, timeout=SECONDS) is not None
        except TimeoutError:
            raise PatternError(
                f"the pattern {text!r} took more than {SECONDS} s on one line"
            ) from None

    return search


def _with_re2(text: str) -> Callable[[str], bool] | None:
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
        except UnicodeEncodeError:  # a lone surrogate, of which UTF-8 knows nothing
            return compiled.search(line.encode("utf-8", "replace").decode()) is not None

    return search
