"""Matching the lines of a page with SiteRules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from boilerplate.page import Label, Page, Selector
from boilerplate.plugins.patterns import Pattern, PatternError, first_found
from boilerplate.plugins.rules import (
    PATTERN_FIELDS,
    SELECTOR_LANGUAGES,
    Opinion,
    RulesError,
    SiteRules,
    Verdict,
    Vote,
    location_prefix,
)
from boilerplate.plugins.xpath_cost import MAX_LENGTH, MOST_COST, PageSize, cost, may_be_costly

T = TypeVar("T")
LineLabels = dict[int, Verdict]  # by the line's index

MAX_RULE_LENGTH: Final = 80  # characters of a rule that are quoted in a reason

# .name, #name, tag.name, tag#name: these can be matched with Page.elements, without a parser.
_SIMPLE_CSS: Final = re.compile(r"([a-z][a-z0-9]*)?([.#])(-?[A-Za-z_\u0080-\U0010ffff][\w-]{0,60})")


@dataclass(frozen=True, eq=False)
class Matcher:
    """SiteRules with their patterns and selectors, which are compiled once, when first needed."""

    rules: SiteRules

    def problems(self) -> list[str]:
        """What is wrong with the rules' patterns and selectors, a message each."""
        found = []
        checks = [
            *((self._pattern, n, v) for n in PATTERN_FIELDS for v in getattr(self.rules, n)),
            *(
                (self._selector, f"{verb}_{selector.language}", selector.expression)
                for verb, group in self._groups.items()
                for selector in group.general
            ),
        ]
        for compile_rule, name, value in checks:
            try:
                compile_rule(name, value)
            except RulesError as error:
                found.append(str(error))
        return found

    @cached_property
    def needs_markup(self) -> bool:
        """Whether some selector must be matched with the parsed document."""
        return any(group.general for group in self._groups.values())

    def select(self, document: Any) -> dict[Selector, list[Any]]:
        """The nodes of a parsed document that each selector selects.

        Raises RulesError for an XPath whose value is not a list of nodes, or that would take long.
        """
        self._check_costs(document)
        return {
            selector: self._select(name, selector, compiled, document)
            for name, selector, compiled in self._compiled_selectors
        }

    def _check_costs(self, document: Any) -> None:
        """Raise RulesError if an XPath would take so long on a page that it is not evaluated."""
        size = None
        for name, selector, _ in self._compiled_selectors:
            expression = selector.expression
            if selector.language == "css" or not may_be_costly(expression):
                continue
            size = size or PageSize.of(document)
            if cost(expression, size, partial(_count, document)) > MOST_COST:
                at = location_prefix(self.rules.where, name, expression)
                raise RulesError(
                    f"{at}{name}: {expression!r:.200} takes too long on a page of {size.nodes} "
                    "nodes and was not evaluated; name the elements that it starts from"
                )

    def opinions(self, page: Page) -> dict[int, Opinion]:
        """What the rules say of the page's lines, by index; blank lines are left out.

        Raises RulesError for a pattern or selector that cannot be used.
        """
        labels: LineLabels = {}
        # Weakest first: what a later step says of a line wins.
        for step in (
            self._outside_article, self._ranges, self._by_selector, self._by_pattern, self._exact
        ):  # fmt: skip
            labels.update(step(page))
        vote = self.rules.vote
        return {
            i: verdict
            if vote is None
            else Vote(vote if verdict.label is Label.CONTENT else -vote, verdict.rule)
            for i, verdict in sorted(labels.items())
            if page.lines[i].text.strip()
        }

    def _outside_article(self, page: Page) -> LineLabels:
        inside = self._groups["article"].elements(page)
        if not inside:
            return {}
        owner = _inherited(page, inside)
        selectors = " or ".join(dict.fromkeys(s.expression for s in inside.values()))
        rule = describe_rule("outside of", selectors)
        return {
            i: Verdict(Label.BOILERPLATE, rule)
            for i, line in enumerate(page.lines)
            if line.markup is not None and owner[line.markup.element] is None
        }

    def _ranges(self, page: Page) -> LineLabels:
        out: LineLabels = {}
        if (found := self._first(page, "drop_before")) is not None:
            at, verdict = found
            out.update((i, verdict) for i in range(at))
        if (found := self._first(page, "drop_from")) is not None:
            at, verdict = found
            out.update((i, verdict) for i in range(at, len(page.lines)))
        return out

    def _first(self, page: Page, name: str) -> tuple[int, Verdict] | None:
        """The index of the first line at which a range starts or ends, and the range's verdict."""
        exact, patterns = self._lines[name], self._patterns[f"{name}_matching"]
        if not exact and not patterns:
            return None
        for i, line in enumerate(page.lines):
            if exact and (rule := exact.get(_key(line.text))):
                return i, self._verdict(Label.BOILERPLATE, name, rule)
            if pattern := first_found(patterns, line.text):
                return i, self._verdict(Label.BOILERPLATE, f"{name}_matching", pattern.text)
        return None

    def _verdict(self, label: Label, name: str, value: str) -> Verdict:
        """What a rule says of the lines that it decides."""
        return Verdict(label, describe_rule(name, value), self.rules.role_of(name, value))

    def _by_selector(self, page: Page) -> LineLabels:
        labels = {"drop": Label.BOILERPLATE, "keep": Label.CONTENT}
        selected = {
            i: self._verdict(label, f"{verb}_{selector.language}", selector.expression)
            for verb, label in labels.items()
            for i, selector in self._groups[verb].elements(page).items()
        }
        if not selected:
            return {}
        owner = _inherited(page, selected)
        return {
            i: verdict
            for i, line in enumerate(page.lines)
            if line.markup is not None and (verdict := owner[line.markup.element]) is not None
        }

    def _by_pattern(self, page: Page) -> LineLabels:
        out: LineLabels = {}
        for name, label in _PATTERN_LABELS.items():
            if patterns := self._patterns[name]:
                for i, line in enumerate(page.lines):
                    if pattern := first_found(patterns, line.text):
                        out[i] = self._verdict(label, name, pattern.text)
        return out

    def _exact(self, page: Page) -> LineLabels:
        drop, keep = self._lines["drop"], self._lines["keep"]
        out: LineLabels = {}
        if drop or keep:
            for i, line in enumerate(page.lines):
                key = _key(line.text)
                if rule := keep.get(key):
                    out[i] = self._verdict(Label.CONTENT, "keep", rule)
                elif rule := drop.get(key):
                    out[i] = self._verdict(Label.BOILERPLATE, "drop", rule)
        return out

    @cached_property
    def _lines(self) -> dict[str, dict[str, str]]:
        """The rules of exact lines, by the text that they match."""
        names = ("keep", "drop", "drop_from", "drop_before")
        return {name: {_key(rule): rule for rule in getattr(self.rules, name)} for name in names}

    @cached_property
    def _patterns(self) -> dict[str, list[Pattern]]:
        return {
            name: [self._pattern(name, text) for text in getattr(self.rules, name)]
            for name in PATTERN_FIELDS
        }

    @cached_property
    def _groups(self) -> dict[str, _SelectorGroup]:
        return {
            verb: _SelectorGroup.of(
                Selector(language, text)
                for language in SELECTOR_LANGUAGES
                for text in getattr(self.rules, f"{verb}_{language}")
            )
            for verb in ("article", "drop", "keep")
        }

    @cached_property
    def _compiled_selectors(self) -> list[tuple[str, Selector, Callable[[Any], Any]]]:
        return [
            (name, selector, self._selector(name, selector.expression))
            for verb, group in self._groups.items()
            for selector in group.general
            for name in (f"{verb}_{selector.language}",)
        ]

    def _pattern(self, name: str, text: str) -> Pattern:
        try:
            return Pattern(text)
        except PatternError as error:
            raise RulesError(
                f"{location_prefix(self.rules.where, name, text)}{name}: {error}"
            ) from error

    def _selector(self, name: str, text: str) -> Callable[[Any], Any]:
        import turbohtml.query

        try:
            if len(text) > MAX_LENGTH:
                raise ValueError(f"a selector has at most {MAX_LENGTH} characters")
            if name.endswith("_xpath"):
                return turbohtml.XPath(text)
            if has_nested_has(text):
                raise ValueError("':has' cannot stand inside ':has', as the standard says")
            return turbohtml.query.compile(text).select
        except ValueError as error:
            raise RulesError(
                f"{location_prefix(self.rules.where, name, text)}{name}: {error} in {text!r:.200}"
            ) from error

    def _select(
        self, name: str, selector: Selector, compiled: Callable[[Any], Any], document: Any
    ) -> list[Any]:
        at = location_prefix(self.rules.where, name, selector.expression)
        try:
            selected = compiled(document)
        except (ValueError, TypeError) as error:  # such as a step from a number: "6/p"
            raise RulesError(f"{at}{name}: {error} in {selector.expression!r}") from error
        if not isinstance(selected, list):
            raise RulesError(
                f"{at}{name}: {selector.expression!r} has the value {selected!r:.40}; "
                f"an expression that selects elements is needed"
            )
        return selected


# Strings and escapes, which may hold brackets, and the brackets of a selector.
_BRACKETS: Final = re.compile(r"""\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?i::has\()|[()]""")


def has_nested_has(selector: str) -> bool:
    """Whether ``:has`` stands inside ``:has`` in a CSS selector; its time is the page's power.

    >>> has_nested_has("li:has(> a:has(img))"), has_nested_has("li:has(> a):has([title=':has('])")
    (True, False)
    """
    opened: list[bool] = []  # for each open bracket whether it, or one around it, is that of ':has'
    for piece in _BRACKETS.findall(selector):
        if piece == ")":
            opened = opened[:-1]
        elif piece.endswith("("):
            is_has, is_inside = piece != "(", bool(opened) and opened[-1]
            if is_has and is_inside:
                return True
            opened.append(is_has or is_inside)
    return False


@dataclass(frozen=True, slots=True)
class _SelectorGroup:
    """The selectors for one purpose: to keep, to drop, or to find the article.

    ``simple`` selectors are looked up by the class or id that they name, and have a tag or "": a
    list of an ad blocker has thirty thousand of them, of which a page matches a handful.
    ``general`` ones are matched with the parsed document while the page is read.
    """

    simple: Mapping[str, tuple[tuple[str, Selector], ...]]
    general: tuple[Selector, ...]

    @classmethod
    def of(cls, selectors: Iterable[Selector]) -> _SelectorGroup:
        simple: dict[str, tuple[tuple[str, Selector], ...]] = {}
        general = []
        for selector in selectors:
            if key := _simple_key(selector):
                tag, name = key
                simple[name] = (*simple.get(name, ()), (tag, selector))
            else:
                general.append(selector)
        return cls(simple, tuple(dict.fromkeys(general)))

    def elements(self, page: Page) -> dict[int, Selector]:
        """The indices of selected elements, each with the first selector that selects it.

        None on bare text, and none of general selectors if the page was read without them.
        """
        selected: dict[int, Selector] = {}
        for selector in self.general:
            for i in page.selected.get(selector, ()):
                selected.setdefault(i, selector)
        if self.simple:
            for i, element in enumerate(page.elements):
                for name in element.names:
                    for tag, selector in self.simple.get(name, ()):
                        if not tag or tag == element.tag:
                            selected.setdefault(i, selector)
        return selected


def _count(document: Any, xpath: str) -> int | None:
    """How many nodes an XPath selects; None if it is none, or selects no nodes."""
    import turbohtml

    try:
        nodes = turbohtml.XPath(xpath)(document)
    except (ValueError, TypeError):
        return None
    return len(nodes) if isinstance(nodes, list) else None


_PATTERN_LABELS: Final = {  # weakest first
    "date": Label.BOILERPLATE,
    "drop_matching": Label.BOILERPLATE,
    "headline": Label.CONTENT,
    "keep_matching": Label.CONTENT,
}


def _key(text: str) -> str:
    return " ".join(text.split())


def describe_rule(name: str, value: str) -> str:
    """A rule as it is quoted in a reason, at most ``MAX_RULE_LENGTH`` characters of its value.

    >>> describe_rule("drop", "Share")
    'drop Share'
    """
    return (
        f"{name} {value if len(value) <= MAX_RULE_LENGTH else value[: MAX_RULE_LENGTH - 1] + '…'}"
    )


def _simple_key(selector: Selector) -> tuple[str, str] | None:
    """The tag (or "") and the name, as in ``Element.names``, of a simple selector; else None."""
    if selector.language != "css" or not (found := _SIMPLE_CSS.fullmatch(selector.expression)):
        return None
    tag, mark, name = found.groups()
    return tag or "", f"id={name}" if mark == "#" else name


def is_simple(css: str) -> bool:
    """Whether a CSS selector is a class or id, with or without a tag: it costs next to nothing.

    >>> is_simple(".cookie"), is_simple("div#ad"), is_simple("div > .ad")
    (True, True, False)
    """
    return _simple_key(Selector("css", css)) is not None


def _inherited(page: Page, values: Mapping[int, T]) -> list[T | None]:
    """The value of each element, inherited from its nearest ancestor with one; else None.

    The list has one entry more than there are elements, for the root: index -1.
    """
    inherited: list[T | None] = [None] * (len(page.elements) + 1)
    for i, element in enumerate(page.elements):
        inherited[i] = values.get(i) or inherited[element.parent]
    return inherited
