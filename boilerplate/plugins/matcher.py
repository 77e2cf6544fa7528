"""SiteRules made ready to match the lines of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from boilerplate.page import Label, Page, Selector
from boilerplate.plugins.patterns import Pattern, PatternError, first_found
from boilerplate.plugins.rules import (
    LANGUAGES,
    MAX_SAID,
    PATTERNS,
    Opinion,
    RulesError,
    SiteRules,
    T,
    Verdict,
    Vote,
    _at,
)

Said = dict[int, tuple[Label, str]]  # of lines, by their index: a label, and the rule's words

# .name, #name, tag.name, tag#name: these the skeleton of a page can answer by itself.
_PLAIN_CSS: Final = re.compile(r"([a-z][a-z0-9]*)?([.#])(-?[A-Za-z_\u0080-\U0010ffff][\w-]{0,60})")


@dataclass(frozen=True, eq=False)
class Matcher:
    """SiteRules made ready: patterns and selectors are compiled once, when first needed."""

    rules: SiteRules

    def problems(self) -> list[str]:
        """What is wrong with the rules' patterns and selectors."""
        found = []
        checks = [
            *((self._pattern, n, v) for n in PATTERNS for v in getattr(self.rules, n)),
            *(
                (self._selector, f"{verb}_{selector.language}", selector.expression)
                for verb, group in self._groups.items()
                for selector in group.asked
            ),
        ]
        for compiled, name, value in checks:
            try:
                compiled(name, value)
            except RulesError as error:
                found.append(str(error))
        return found

    @cached_property
    def needs_markup(self) -> bool:
        """Whether some rule asks the parsed document."""
        return any(group.asked for group in self._groups.values())

    def select(self, document: Any) -> dict[Selector, list[Any]]:
        """The nodes of a parsed document that each selector chooses.

        Raises RulesError where an XPath has no nodes as its value.
        """
        return {
            selector: self._choose(name, selector, choose, document)
            for name, selector, choose in self._compiled_selectors
        }

    def opinions(self, page: Page) -> dict[int, Opinion]:
        """What the rules say of the page's lines, by index; blank lines are left out.

        Raises RulesError for a pattern or selector that cannot be used.
        """
        said: Said = {}
        for step in (self._outside, self._ranges, self._by_markup, self._by_pattern, self._exact):
            said.update(step(page))
        vote = self.rules.vote
        return {
            i: Verdict(label, rule)
            if vote is None
            else Vote(vote if label is Label.CONTENT else -vote, rule)
            for i, (label, rule) in sorted(said.items())
            if page.lines[i].text.strip()
        }

    # From here on: the steps, weakest first; what a later one says of a line wins.

    def _outside(self, page: Page) -> Said:
        inside = self._groups["article"].elements(page)
        if not inside:
            return {}
        owner = _owners(page, inside)
        rule = worded(
            "outside of", " or ".join(dict.fromkeys(s.expression for s in inside.values()))
        )
        return {
            i: (Label.BOILERPLATE, rule)
            for i, line in enumerate(page.lines)
            if line.markup is not None and owner[line.markup.element] is None
        }

    def _ranges(self, page: Page) -> Said:
        out: Said = {}
        if (found := self._first(page, "drop_before")) is not None:
            at, rule = found
            out.update((i, (Label.BOILERPLATE, rule)) for i in range(at))
        if (found := self._first(page, "drop_from")) is not None:
            at, rule = found
            out.update((i, (Label.BOILERPLATE, rule)) for i in range(at, len(page.lines)))
        return out

    def _first(self, page: Page, name: str) -> tuple[int, str] | None:
        """The first line that a range starts at, and the rule that says so."""
        exact, patterns = self._lines[name], self._patterns[f"{name}_matching"]
        if not exact and not patterns:
            return None
        for i, line in enumerate(page.lines):
            if exact and (key := _key(line.text)) in exact:
                return i, worded(name, key)
            if pattern := first_found(patterns, line.text):
                return i, worded(f"{name}_matching", pattern.text)
        return None

    def _by_markup(self, page: Page) -> Said:
        labels = {"drop": Label.BOILERPLATE, "keep": Label.CONTENT}
        chosen = {
            i: (label, worded(f"{verb}_{selector.language}", selector.expression))
            for verb, label in labels.items()
            for i, selector in self._groups[verb].elements(page).items()
        }
        if not chosen:
            return {}
        owner = _owners(page, chosen)
        return {
            i: opinion
            for i, line in enumerate(page.lines)
            if line.markup is not None and (opinion := owner[line.markup.element]) is not None
        }

    def _by_pattern(self, page: Page) -> Said:
        out: Said = {}
        for name, label in _PATTERN_LABELS.items():
            if patterns := self._patterns[name]:
                for i, line in enumerate(page.lines):
                    if pattern := first_found(patterns, line.text):
                        out[i] = (label, worded(name, pattern.text))
        return out

    def _exact(self, page: Page) -> Said:
        drop, keep = self._lines["drop"], self._lines["keep"]
        out: Said = {}
        if drop or keep:
            for i, line in enumerate(page.lines):
                key = _key(line.text)
                if key in keep:
                    out[i] = (Label.CONTENT, worded("keep", key))
                elif key in drop:
                    out[i] = (Label.BOILERPLATE, worded("drop", key))
        return out

    @cached_property
    def _lines(self) -> dict[str, frozenset[str]]:
        names = ("keep", "drop", "drop_from", "drop_before")
        return {name: frozenset(map(_key, getattr(self.rules, name))) for name in names}

    @cached_property
    def _patterns(self) -> dict[str, list[Pattern]]:
        return {
            name: [self._pattern(name, text) for text in getattr(self.rules, name)]
            for name in PATTERNS
        }

    @cached_property
    def _groups(self) -> dict[str, _Group]:
        return {
            verb: _Group.of(
                Selector(language, text)
                for language in LANGUAGES
                for text in getattr(self.rules, f"{verb}_{language}")
            )
            for verb in ("article", "drop", "keep")
        }

    @cached_property
    def _compiled_selectors(self) -> list[tuple[str, Selector, Callable[[Any], Any]]]:
        return [
            (name, selector, self._selector(name, selector.expression))
            for verb, group in self._groups.items()
            for selector in group.asked
            for name in (f"{verb}_{selector.language}",)
        ]

    def _pattern(self, name: str, text: str) -> Pattern:
        try:
            return Pattern(text)
        except PatternError as error:
            raise RulesError(f"{_at(self.rules.where, name, text)}{name}: {error}") from error

    def _selector(self, name: str, text: str) -> Callable[[Any], Any]:
        import turbohtml.query

        try:
            if name.endswith("_xpath"):
                return turbohtml.XPath(text)
            return turbohtml.query.compile(text).select
        except ValueError as error:
            raise RulesError(
                f"{_at(self.rules.where, name, text)}{name}: {error} in {text!r}"
            ) from error

    def _choose(
        self, name: str, selector: Selector, choose: Callable[[Any], Any], document: Any
    ) -> list[Any]:
        at = _at(self.rules.where, name, selector.expression)
        try:
            chosen = choose(document)
        except (ValueError, TypeError) as error:  # as of a step from what is no node: "6/p"
            raise RulesError(f"{at}{name}: {error} in {selector.expression!r}") from error
        if not isinstance(chosen, list):
            raise RulesError(
                f"{at}{name}: {selector.expression!r} has the value {chosen!r:.40}; "
                f"an expression that chooses elements is needed"
            )
        return chosen


@dataclass(frozen=True, slots=True)
class _Group:
    """Selectors with one meaning: those the page's skeleton answers, and those to be asked.

    ``plain`` has the tags (or "") and selectors by the name that they look for. A list of ad
    blockers' has thirty thousand, of which a page has a handful.
    """

    plain: Mapping[str, tuple[tuple[str, Selector], ...]]
    asked: tuple[Selector, ...]

    @classmethod
    def of(cls, selectors: Iterable[Selector]) -> _Group:
        plain: dict[str, tuple[tuple[str, Selector], ...]] = {}
        asked = []
        for selector in selectors:
            if key := _plain_key(selector):
                tag, name = key
                plain[name] = (*plain.get(name, ()), (tag, selector))
            else:
                asked.append(selector)
        return cls(plain, tuple(dict.fromkeys(asked)))

    def elements(self, page: Page) -> dict[int, Selector]:
        """The elements that a selector chose, each with the first that did.

        None on bare text, and none for selectors that were not asked while the page was read.
        """
        chosen: dict[int, Selector] = {}
        for selector in self.asked:
            for i in page.selected.get(selector, ()):
                chosen.setdefault(i, selector)
        if self.plain:
            for i, element in enumerate(page.elements):
                for name in element.names:
                    for tag, selector in self.plain.get(name, ()):
                        if not tag or tag == element.tag:
                            chosen.setdefault(i, selector)
        return chosen


_PATTERN_LABELS: Final = {  # weakest first
    "date": Label.BOILERPLATE,
    "drop_matching": Label.BOILERPLATE,
    "headline": Label.CONTENT,
    "keep_matching": Label.CONTENT,
}


def _key(text: str) -> str:
    return " ".join(text.split())


def worded(name: str, value: str) -> str:
    """A rule as a reason says it.

    >>> worded("drop", "Share")
    'drop Share'
    """
    return f"{name} {value if len(value) <= MAX_SAID else value[: MAX_SAID - 1] + '…'}"


def _plain_key(selector: Selector) -> tuple[str, str] | None:
    """The tag (or "") and the name, as in ``Element.names``, of a selector that is no more."""
    if selector.language != "css" or not (found := _PLAIN_CSS.fullmatch(selector.expression)):
        return None
    tag, mark, name = found.groups()
    return tag or "", f"id={name}" if mark == "#" else name


def is_plain(css: str) -> bool:
    """Whether a CSS selector costs next to nothing: a name, or a name and a tag.

    >>> is_plain(".cookie"), is_plain("div#ad"), is_plain("div > .ad")
    (True, True, False)
    """
    return _plain_key(Selector("css", css)) is not None


def _owners(page: Page, chosen: Mapping[int, T]) -> list[T | None]:
    """For each element what is said of it, or else of the nearest element around it.

    One entry more than there are elements: the last, which index -1 finds, is the root's.
    """
    owner: list[T | None] = [None] * (len(page.elements) + 1)
    for i, element in enumerate(page.elements):
        owner[i] = chosen.get(i) or owner[element.parent]
    return owner
